//! Whether a write-ahead log was damaged after what stands in it had been acknowledged.
//!
//! SQLite takes a log up to the first frame that does not fit and forgets the rest without a word.
//! That is right for what a crash or a power cut left of a transaction that was under way, and wrong
//! for damage. The two are told apart by what can only be there if more had been committed:
//!
//! - A transaction begins with the checksum of the last one that was synced, so one that *continues* after
//!   a transaction's end proves that everything up to that end was once whole on the disk.
//! - Only committed pages are written back into the database, and each encryption of a page is
//!   unique, so a page of the log that is also in the database was committed.
//! - The header is synced before the first frame, and replaced only once all before it was written back.
//!
//! What a crash can leave is never refused: a sector of 512 bytes is assumed to be written whole or not
//! at all, nothing about their order. Not seen is damage in the newest transaction (or in the last frame
//! header of the one before) that was not written back yet, and a log cut off: they look like a crash.
//! Format: <https://www.sqlite.org/fileformat2.html#walformat>.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek as _, SeekFrom};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const PAGE: usize = 4096;
const SECTOR: usize = 512;

/// Checksums over big-endian words; the other kind is little-endian.
const MAGIC_BIG: u32 = 0x377f_0683;
const MAGIC_LITTLE: u32 = 0x377f_0682;

type Sum = (u32, u32);
type Salt = [u8; 8];

struct Frame {
    /// The page it holds.
    number: u32,
    /// Whether it ends a transaction, by its own account.
    ends: bool,
    /// Marks the round of the log it was written in; older rounds may stand behind the present one.
    salt: Salt,
    /// Whether it continues the checksum of the frame before.
    whole: bool,
    /// Whether number, end, salt and checksum stand in one sector, so that none is older than the others.
    undivided: bool,
}

struct Log {
    file: BufReader<File>,
    database: File,
    big_endian: bool,
    /// Where the next frame begins, and the checksum it has to continue.
    at: u64,
    sum: Sum,
    page: Box<[u8; PAGE]>,
}

/// Whether acknowledged transactions would be dropped. The files are only read.
pub(super) fn is_damaged(log: &Path, database: &Path) -> io::Result<bool> {
    let mut file = BufReader::new(File::open(log)?);
    let mut header = [0; HEADER];
    if !fill(&mut file, &mut header)? {
        return Ok(false);
    }
    let magic = word(&header, 0);
    let sum = (word(&header, 24), word(&header, 28));
    let mut log = Log {
        file,
        database: File::open(database)?,
        big_endian: magic == MAGIC_BIG,
        at: HEADER as u64,
        sum,
        page: Box::new([0; PAGE]),
    };
    let known = magic == MAGIC_BIG || magic == MAGIC_LITTLE;
    if known && log.continued((0, 0), &header[..24]) == sum {
        log.is_cut_inside(salt(&header, 16))
    } else {
        log.is_hidden()
    }
}

impl Log {
    /// Behind the last transaction that SQLite will take: does anything there prove that it was committed?
    fn is_cut_inside(&mut self, salt: Salt) -> io::Result<bool> {
        let mut end = (self.at, self.sum);
        while let Some(frame) = self.next()? {
            if !frame.whole || frame.salt != salt {
                break;
            }
            if frame.ends {
                end = (self.at, self.sum);
            }
        }
        (self.at, self.sum) = end;
        self.file.seek(SeekFrom::Start(self.at))?;
        let mut after_end = false;
        while let Some(frame) = self.next()? {
            let current = frame.salt == salt;
            let continues = after_end && frame.whole;
            if current && (continues || self.written_back(&frame)? == Some(true)) {
                return Ok(true);
            }
            after_end = current && frame.ends_surely();
        }
        Ok(false)
    }

    /// The header does not fit, so SQLite will take nothing. That is right if the header was being replaced:
    /// then everything acknowledged is in the database.
    fn is_hidden(&mut self) -> io::Result<bool> {
        let mut frames = Vec::new();
        while let Some(frame) = self.next()? {
            let back = self.written_back(&frame)?;
            frames.push((frame, back));
        }
        let Some(salt) = present_round(&frames) else { return Ok(false) };
        let of_round = |frame: &Frame| frame.salt == salt;
        if !frames.iter().any(|(frame, _)| of_round(frame) && frame.whole && frame.ends) {
            return Ok(false);
        }
        if !frames.iter().any(|(frame, back)| of_round(frame) && *back == Some(true)) {
            return Ok(true);
        }
        let acknowledged = frames.windows(2).rposition(|pair| match pair {
            [(end, _), (next, _)] => {
                of_round(end) && of_round(next) && end.ends_surely() && next.whole
            }
            _ => false,
        });
        let Some(acknowledged) = acknowledged else { return Ok(false) };
        let mut newest = HashMap::new();
        for (n, (frame, back)) in frames.iter().enumerate() {
            if of_round(frame) && (n <= acknowledged || *back == Some(true)) {
                newest.insert(frame.number, *back);
            }
        }
        Ok(newest.values().any(|back| *back == Some(false)))
    }

    fn next(&mut self) -> io::Result<Option<Frame>> {
        let mut header = [0; FRAME_HEADER];
        if !fill(&mut self.file, &mut header)? || !fill(&mut self.file, self.page.as_mut())? {
            return Ok(None);
        }
        let sum = self.continued(self.continued(self.sum, &header[..8]), self.page.as_ref());
        let frame = Frame {
            number: word(&header, 0),
            ends: word(&header, 4) > 0,
            salt: salt(&header, 8),
            whole: sum == (word(&header, 16), word(&header, 20)),
            undivided: self.at % SECTOR as u64 + FRAME_HEADER as u64 <= SECTOR as u64,
        };
        self.sum = (word(&header, 16), word(&header, 20));
        self.at += (FRAME_HEADER + PAGE) as u64;
        Ok(Some(frame))
    }

    /// Whether the page of the frame just read is the database's; `None` if the database has none of
    /// that number.
    fn written_back(&mut self, frame: &Frame) -> io::Result<Option<bool>> {
        let Some(before) = frame.number.checked_sub(1) else { return Ok(None) };
        self.database.seek(SeekFrom::Start(u64::from(before) * PAGE as u64))?;
        let mut page = [0; PAGE];
        let there = fill(&mut self.database, &mut page)?;
        Ok(there.then(|| page == *self.page))
    }

    fn continued(&self, (mut a, mut b): Sum, bytes: &[u8]) -> Sum {
        let word = |bytes: &[u8], at| {
            let word = word(bytes, at);
            if self.big_endian { word } else { word.swap_bytes() }
        };
        for pair in bytes.chunks_exact(8) {
            a = a.wrapping_add(word(pair, 0)).wrapping_add(b);
            b = b.wrapping_add(word(pair, 4)).wrapping_add(a);
        }
        (a, b)
    }
}

impl Frame {
    /// Whether its word for ending a transaction can be believed.
    fn ends_surely(&self) -> bool {
        self.ends && (self.whole || self.undivided)
    }
}

/// The salt of the present round, which stands first, where the header does not say it.
fn present_round(frames: &[(Frame, Option<bool>)]) -> Option<Salt> {
    let (first, back) = frames.first()?;
    if first.whole || *back == Some(true) {
        return Some(first.salt);
    }
    frames.windows(2).find_map(|pair| match pair {
        [(one, _), (next, _)] => (next.whole && one.salt == next.salt).then_some(next.salt),
        _ => None,
    })
}

/// Whether there was enough to read.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|word| word.try_into().ok())
        .map(u32::from_be_bytes)
        .unwrap_or_default()
}

fn salt(bytes: &[u8], at: usize) -> Salt {
    std::array::from_fn(|n| bytes.get(at + n).copied().unwrap_or_default())
}
