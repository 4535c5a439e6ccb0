//! What a process holds in its memory: every page of it that is there, searched for secrets.

use std::fs::File;
use std::io::Result;
use std::os::unix::fs::FileExt as _;

/// What is searched for, with a name that may be printed.
#[derive(Debug, Clone)]
pub struct Needle {
    /// What it is.
    pub name: String,
    /// How it would stand in memory.
    pub bytes: Vec<u8>,
}

impl Needle {
    /// A secret in one form.
    #[must_use]
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.to_vec() }
    }
}

/// Where one was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The needle's name.
    pub name: String,
    /// What the memory is: a file, `[heap]`, `[stack]`, or nothing.
    pub region: String,
    /// The address.
    pub at: u64,
}

/// Bytes read at a time.
const PIECE: usize = 1 << 20;

struct Region {
    from: u64,
    to: u64,
    name: String,
}

/// Every place in the memory of `pid` where one of the needles stands, and how many bytes were searched.
///
/// # Errors
/// If the process is gone or may not be looked into.
pub fn search(pid: u32, needles: &[Needle]) -> Result<(Vec<Hit>, u64)> {
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let index = Index::new(needles);
    let overlap = needles.iter().map(|needle| needle.bytes.len()).max().unwrap_or(1) - 1;
    let (mut hits, mut searched) = (Vec::new(), 0);
    for region in regions(&std::fs::read_to_string(format!("/proc/{pid}/smaps"))?) {
        let mut at = region.from;
        while at < region.to {
            let wanted = usize::try_from(region.to - at).unwrap_or(PIECE).min(PIECE + overlap);
            let mut piece = vec![0; wanted];
            // Some mappings, of devices for example, cannot be read.
            let Ok(read) = memory.read_at(&mut piece, at) else { break };
            if read == 0 {
                break;
            }
            index.find(&piece[..read], |needle, offset| {
                let hit = Hit {
                    name: needles[needle].name.clone(),
                    region: region.name.clone(),
                    at: at + offset as u64,
                };
                if hits.last() != Some(&hit) && !hits.contains(&hit) {
                    hits.push(hit);
                }
            });
            searched += read as u64;
            let step = read.min(PIECE) as u64;
            at += step;
        }
    }
    Ok((hits, searched))
}

/// The regions that are readable and of which something is there.
fn regions(smaps: &str) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let mut open: Option<Region> = None;
    for line in smaps.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if let Some((from, to)) = first.split_once('-')
            && let (Ok(from), Ok(to)) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16))
        {
            let readable = words.next().is_some_and(|rights| rights.starts_with('r'));
            let name = words.skip(3).collect::<Vec<_>>().join(" ");
            open = readable.then_some(Region { from, to, name });
        } else if first == "Rss:" || first == "Swap:" {
            let there = words.next().is_some_and(|amount| amount != "0");
            if there && let Some(region) = open.take() {
                regions.push(region);
            }
        }
    }
    regions
}

/// Finds all needles in one pass: by their first two bytes, then whole.
struct Index<'a> {
    needles: &'a [Needle],
    begins: Vec<bool>,
}

impl<'a> Index<'a> {
    fn new(needles: &'a [Needle]) -> Self {
        let mut begins = vec![false; 1 << 16];
        for needle in needles {
            assert!(needle.bytes.len() >= 8, "too short to mean anything: {}", needle.name);
            begins[usize::from(u16::from_le_bytes([needle.bytes[0], needle.bytes[1]]))] = true;
        }
        Self { needles, begins }
    }

    fn find(&self, hay: &[u8], mut found: impl FnMut(usize, usize)) {
        for (at, pair) in hay.windows(2).enumerate() {
            if self.begins[usize::from(pair[0]) | usize::from(pair[1]) << 8] {
                for (n, needle) in self.needles.iter().enumerate() {
                    if hay[at..].starts_with(&needle.bytes) {
                        found(n, at);
                    }
                }
            }
        }
    }
}
