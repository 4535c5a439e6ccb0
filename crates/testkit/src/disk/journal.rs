//! What a power cut takes: writes that were never synced.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Result;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Every write of a child with what was there before, and every sync.
///
/// A record: `W` or `S`, then four 64-bit words (length of the name, place, size of the file before,
/// length of the old bytes), the name, the old bytes.
#[derive(Debug, Default)]
pub struct Journal(Vec<Event>);

#[derive(Debug)]
struct Event {
    synced: bool,
    file: PathBuf,
    at: u64,
    size: u64,
    old: Vec<u8>,
}

/// Which of the unsynced writes are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// All.
    All,
    /// Of each file the newest so many, differently from file to file.
    Some(u64),
}

impl Journal {
    pub(super) fn read(path: &Path) -> Result<Journal> {
        let bytes = std::fs::read(path)?;
        let mut events = Vec::new();
        let mut rest = &bytes[..];
        // A kill may tear the last record: then the write it was made for did not begin.
        while let Some((event, after)) = Event::read(rest) {
            events.push(event);
            rest = after;
        }
        Ok(Journal(events))
    }

    /// Takes writes back that no sync of their file followed. Gives how many.
    ///
    /// # Errors
    /// If a file cannot be changed.
    pub fn drop_unsynced(&self, which: Dropped) -> Result<u32> {
        let mut left: HashMap<&Path, Vec<&Event>> = HashMap::new();
        for event in &self.0 {
            if event.synced {
                left.remove(&*event.file);
            } else {
                left.entry(&event.file).or_default().push(event);
            }
        }
        let mut files: Vec<_> = left.into_iter().collect();
        files.sort_by_key(|(file, _)| *file);
        let mut taken = 0;
        for (n, (file, writes)) in files.into_iter().enumerate() {
            // Renamed or removed since: what is under the new name was synced before, or is gone.
            let Ok(open) = File::options().write(true).open(file) else { continue };
            let kept = match which {
                Dropped::All => 0,
                Dropped::Some(seed) => spread(seed, n) % (writes.len() + 1),
            };
            for write in writes.iter().skip(kept).rev() {
                open.write_all_at(&write.old, write.at)?;
                open.set_len(write.size)?;
                taken += 1;
            }
        }
        Ok(taken)
    }
}

impl Event {
    /// The first record and what follows; `None` if it is not all there.
    fn read(bytes: &[u8]) -> Option<(Event, &[u8])> {
        let (kind, rest) = bytes.split_first()?;
        let (words, rest) = rest.split_at_checked(32)?;
        let word = |n: usize| -> Option<u64> {
            Some(u64::from_ne_bytes(words.get(8 * n..8 * n + 8)?.try_into().ok()?))
        };
        let (name, rest) = rest.split_at_checked(usize::try_from(word(0)?).ok()?)?;
        let (old, rest) = rest.split_at_checked(usize::try_from(word(3)?).ok()?)?;
        let file = PathBuf::from(OsStr::from_bytes(name));
        let synced = *kind == b'S';
        let event = Event { synced, file, at: word(1)?, size: word(2)?, old: old.to_vec() };
        Some((event, rest))
    }
}

/// A number that differs by seed and place.
fn spread(seed: u64, n: usize) -> usize {
    let mixed = (seed ^ (n as u64) << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 40).unwrap_or_default()
}
