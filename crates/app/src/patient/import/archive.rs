//! Zip archives: what is in them, and reading one file of them, bounded whatever they claim.
//!
//! Nothing is ever unpacked to the disk, so a name in an archive is only something to read, never a
//! place to write to. An archive may hold archives, but those no further ones.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use zip::ZipArchive;

use super::keep;
use super::walk::{Found, FoundFile, Place, WalkLimits};
use crate::ports::progress::Cancel;
use crate::views::patient::RefusedReason;

/// Bytes that every file of an archive may have, however small it was packed.
const FREE: u64 = 1 << 20;
/// Bytes read at most to find out what is in an archive, by the reader and by the look at its end before: each entry
/// may have 192 KiB of names and remarks, and the reader keeps them all, some times over.
const DIRECTORY: u64 = 8 << 20;
/// Longest name that is shown, in characters.
const MAX_NAME: usize = 300;
/// How a zip archive begins (`PK\5\6`: an empty one).
const MAGIC: [[u8; 4]; 2] = [*b"PK\x03\x04", *b"PK\x05\x06"];

/// Whether a file on the disk is a zip archive.
pub(super) fn is_archive(path: &Path) -> bool {
    let mut head = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok()
        && MAGIC.contains(&head)
}

/// Adds the files of an archive to what was found.
pub(super) fn list(
    path: &Path,
    name: &str,
    limits: &WalkLimits,
    cancel: &Cancel,
    found: &mut Found,
) {
    let archive = File::open(path)
        .map_err(|_| RefusedReason::Unreadable)
        .and_then(|file| open(BufReader::new(file), limits));
    match archive {
        Ok(mut archive) => {
            let listing = Listing { path, limits, cancel };
            let whole = Whole { bytes: size(path), outer: None };
            listing.entries(&mut archive, name, whole, found);
        }
        Err(reason) => {
            let place = Place::Disk(path.to_owned());
            leave(
                FoundFile {
                    place,
                    name: name.to_owned(),
                    bytes: size(path),
                    only_kept: Some(reason),
                },
                limits,
                found,
            );
        }
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

/// Notes an archive that is not taken apart: kept as it came, if it is of those that are.
fn leave(file: FoundFile, limits: &WalkLimits, found: &mut Found) {
    match file.only_kept {
        Some(reason) if !keep::is_kept(reason) => found.refuse(&file.name, reason),
        _ => found.add(file, limits),
    }
}

/// An archive as a file.
#[derive(Clone, Copy)]
struct Whole {
    bytes: u64,
    /// Its own number if it is in another one.
    outer: Option<usize>,
}

/// Opens an archive after a look at its end: a directory of millions of names is not read, nor one of few names that
/// are huge.
fn open<R: Read + Seek>(
    reader: R,
    limits: &WalkLimits,
) -> Result<ZipArchive<Metered<R>>, RefusedReason> {
    let left = Rc::new(Cell::new(Some(DIRECTORY)));
    let mut reader = Metered { reader, left: Rc::clone(&left) };
    let why =
        || if left.get() == Some(0) { RefusedReason::TooMany } else { RefusedReason::Damaged };
    let claimed = claimed_entries(&mut reader).map_err(|_| why())?;
    // Folders are entries too.
    if claimed > limits.files as u64 * 2 {
        return Err(RefusedReason::TooMany);
    }
    let archive = ZipArchive::new(reader).map_err(|_| why())?;
    left.set(None);
    Ok(archive)
}

/// A reader that gives so many bytes and then an error, until its bound is taken away.
struct Metered<R> {
    reader: R,
    left: Rc<Cell<Option<u64>>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(left) = self.left.get() else { return self.reader.read(buffer) };
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("the directory of the archive is too large"));
        }
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left.set(Some(left - read as u64));
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.reader.seek(to)
    }
}

/// How many entries the end of an archive says there are.
fn claimed_entries<R: Read + Seek>(reader: &mut R) -> io::Result<u64> {
    const END: usize = 22;
    let length = reader.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub((END + usize::from(u16::MAX)) as u64);
    reader.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    reader.by_ref().take(length - start).read_to_end(&mut tail)?;
    let mut most = 0;
    // Whichever of the possible ends a reader takes, it must not be too much.
    for at in (0..tail.len().saturating_sub(END - 1))
        .filter(|at| tail.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x05\x06")))
    {
        let short = tail.get(at + 10..at + 12).and_then(|bytes| bytes.try_into().ok());
        let mut entries = u64::from(u16::from_le_bytes(short.unwrap_or_default()));
        if entries == u64::from(u16::MAX) {
            let locator = tail.get(at.saturating_sub(20)..at).unwrap_or_default();
            let place = locator.get(8..16).and_then(|bytes| bytes.try_into().ok());
            if let (true, Some(place)) = (locator.starts_with(b"PK\x06\x07"), place) {
                reader.seek(SeekFrom::Start(u64::from_le_bytes(place)))?;
                let mut end = [0; 56];
                reader.read_exact(&mut end)?;
                let long = end.get(32..40).and_then(|bytes| bytes.try_into().ok());
                entries = u64::from_le_bytes(long.unwrap_or([0xff; 8]));
            }
        }
        most = most.max(entries);
    }
    reader.seek(SeekFrom::Start(0))?;
    Ok(most)
}

struct Listing<'a> {
    path: &'a Path,
    limits: &'a WalkLimits,
    cancel: &'a Cancel,
}

impl Listing<'_> {
    /// Notes an archive that is not taken apart, or not all of it.
    fn keep(&self, name: &str, whole: Whole, reason: RefusedReason, found: &mut Found) {
        let path = self.path.to_owned();
        let place = match whole.outer {
            None => Place::Disk(path),
            Some(entry) => Place::Archive { path, entry, inner: None },
        };
        let (name, bytes) = (name.to_owned(), whole.bytes);
        leave(FoundFile { place, name, bytes, only_kept: Some(reason) }, self.limits, found);
    }

    /// Adds the entries of an archive.
    fn entries<R: Read + Seek>(
        &self,
        archive: &mut ZipArchive<R>,
        name: &str,
        whole: Whole,
        found: &mut Found,
    ) {
        if is_office(archive) {
            return self.keep(name, whole, RefusedReason::UnsupportedFormat, found);
        }
        if let Some(reason) = overlaps(archive) {
            return found.refuse(name, reason);
        }
        let mut order: Vec<(String, usize)> = (0..archive.len())
            .filter_map(|number| Some((shown(&archive.by_index_raw(number).ok()?), number)))
            .collect();
        order.sort();
        let mut locked = false;
        for (inside, number) in order {
            if self.cancel.is_cancelled() {
                return;
            }
            let hidden = inside.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
            let full: String = format!("{name}/{inside}").chars().take(MAX_NAME).collect();
            let Ok(entry) = archive.by_index_raw(number) else {
                found.refuse(&full, RefusedReason::Damaged);
                continue;
            };
            if inside.is_empty() || hidden || entry.is_dir() {
                continue;
            }
            if entry.is_symlink() {
                found.refuse(&full, RefusedReason::Link);
            } else if entry.encrypted() {
                locked = true;
                found.refuse(&full, RefusedReason::Encrypted);
            } else if entry.size() > self.limits.streamed {
                found.refuse(&full, RefusedReason::TooLarge);
            } else {
                let bytes = entry.size();
                drop(entry);
                self.entry(archive, full, number, whole.outer, bytes, found);
            }
        }
        // What is locked in it can only be had again as a part of the whole.
        if locked {
            self.keep(name, whole, RefusedReason::Encrypted, found);
        }
    }

    /// Adds one file, or what is in it if it is an archive itself.
    fn entry<R: Read + Seek>(
        &self,
        archive: &mut ZipArchive<R>,
        name: String,
        number: usize,
        outer: Option<usize>,
        bytes: u64,
        found: &mut Found,
    ) {
        let mut head = [0; 4];
        let begins =
            with_entry(archive, number, self.limits, |reader| reader.read_exact(&mut head));
        let begins_as_archive = matches!(begins, Ok(Ok(()))) && MAGIC.contains(&head);
        if !begins_as_archive {
            let place = match outer {
                None => Place::Archive { path: self.path.to_owned(), entry: number, inner: None },
                Some(entry) => {
                    Place::Archive { path: self.path.to_owned(), entry, inner: Some(number) }
                }
            };
            return found.add(FoundFile { place, name, bytes, only_kept: None }, self.limits);
        }
        if outer.is_some() {
            return found.refuse(&name, RefusedReason::ArchiveBomb);
        }
        let whole = Whole { bytes, outer: Some(number) };
        let nested = unpack(archive, number, self.limits)
            .and_then(|bytes| open(Cursor::new(bytes), self.limits));
        match nested {
            Ok(mut inner) => self.entries(&mut inner, &name, whole, found),
            Err(reason) => self.keep(&name, whole, reason, found),
        }
    }
}

/// Office documents are archives of XML parts that mean nothing one by one.
fn is_office<R: Read + Seek>(archive: &mut ZipArchive<R>) -> bool {
    archive.index_for_name("[Content_Types].xml").is_some()
        || archive.by_index_raw(0).is_ok_and(|entry| entry.name_raw() == b"mimetype")
}

/// Whether entries share their packed bytes, as bombs do that unpack a part many times.
fn overlaps<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Option<RefusedReason> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in 0..archive.len() {
        let entry = archive.by_index_raw(number).ok()?;
        let start = entry.header_start();
        ranges.push((start, start.saturating_add(entry.compressed_size())));
    }
    ranges.sort_unstable();
    let shared = ranges.windows(2).any(|pair| matches!(pair, [(_, end), (next, _)] if next < end));
    shared.then_some(RefusedReason::ArchiveBomb)
}

/// A name as it is shown: parts that lead elsewhere and characters that steer a screen are gone.
fn shown<R: Read>(entry: &zip::read::ZipFile<'_, R>) -> String {
    let name = entry.name().map_or_else(
        |_| String::from_utf8_lossy(entry.name_raw()).into_owned(),
        std::borrow::Cow::into_owned,
    );
    tidy(&name)
}

fn tidy(name: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let parts: Vec<String> = name
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| part.chars().filter(|c| !steers(*c)).collect())
        .collect();
    parts.join("/")
}

/// Reads from one entry, never more than it says it has and than its packed size explains.
fn with_entry<R: Read + Seek, T>(
    archive: &mut ZipArchive<R>,
    number: usize,
    limits: &WalkLimits,
    read: impl FnOnce(&mut dyn Read) -> T,
) -> Result<T, RefusedReason> {
    let entry = archive.by_index(number).map_err(|error| match error {
        zip::result::ZipError::UnsupportedArchive(_) => RefusedReason::UnsupportedFormat,
        _ => RefusedReason::Damaged,
    })?;
    let explained = FREE.saturating_add(entry.compressed_size().saturating_mul(limits.ratio));
    let left = entry.size().min(explained);
    let mut guarded = Guarded { entry, left, burst: false };
    let outcome = read(&mut guarded);
    if guarded.burst { Err(RefusedReason::ArchiveBomb) } else { Ok(outcome) }
}

fn unpack<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    number: usize,
    limits: &WalkLimits,
) -> Result<Vec<u8>, RefusedReason> {
    let read = with_entry(archive, number, limits, |reader| {
        let mut bytes = Vec::new();
        reader.take(limits.nested + 1).read_to_end(&mut bytes).map(|_| bytes)
    })?;
    let bytes = read.map_err(|_| RefusedReason::Damaged)?;
    if bytes.len() as u64 > limits.nested {
        return Err(RefusedReason::TooLarge);
    }
    Ok(bytes)
}

/// Stops a file that unpacks to more than it may.
struct Guarded<R> {
    entry: R,
    left: u64,
    burst: bool,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            // One byte more than allowed tells a bomb from the end.
            let more = self.entry.read(&mut [0])?;
            if more == 0 {
                return Ok(0);
            }
            self.burst = true;
            return Err(io::Error::other("the archive unpacks to more than it may"));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.entry.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}

/// For fuzzing: lists an archive in memory and reads every file and nested archive of it.
pub(super) fn fuzz(bytes: &[u8], limits: &WalkLimits) {
    let Ok(mut archive) = open(Cursor::new(bytes), limits) else { return };
    let (cancel, mut found) = (Cancel::default(), Found::default());
    let listing = Listing { path: Path::new("/"), limits, cancel: &cancel };
    let whole = Whole { bytes: bytes.len() as u64, outer: None };
    listing.entries(&mut archive, "archive.zip", whole, &mut found);
    for file in &found.files {
        let read = match &file.place {
            Place::Archive { entry, inner: None, .. } => unpack(&mut archive, *entry, limits),
            Place::Archive { entry, inner: Some(number), .. } => {
                unpack(&mut archive, *entry, limits)
                    .and_then(|bytes| open(Cursor::new(bytes), limits))
                    .and_then(|mut inner| unpack(&mut inner, *number, limits))
            }
            Place::Disk(_) => continue,
        };
        assert!(read.is_err() || read.is_ok_and(|read| read.len() as u64 <= limits.nested));
    }
}

/// An archive on the disk.
type OnDisk = ZipArchive<Metered<BufReader<File>>>;
/// An archive that stood in another one.
type Unpacked = ZipArchive<Metered<Cursor<Vec<u8>>>>;

/// Reads files wherever they are; keeps the archive of the last one open.
#[derive(Default)]
pub(super) struct Files {
    outer: Option<(PathBuf, OnDisk)>,
    inner: Option<(PathBuf, usize, Unpacked)>,
}

impl Files {
    /// Reads from a file.
    ///
    /// # Errors
    /// Why it cannot be read, or that it unpacks to more than it may.
    pub(super) fn with<T>(
        &mut self,
        limits: &WalkLimits,
        file: &FoundFile,
        read: impl FnOnce(&mut dyn Read) -> T,
    ) -> Result<T, RefusedReason> {
        match &file.place {
            Place::Disk(path) => {
                let opened = File::open(path).map_err(|_| RefusedReason::Unreadable)?;
                // The path may have become something else since it was found.
                if !opened.metadata().is_ok_and(|meta| meta.is_file()) {
                    return Err(RefusedReason::NotAFile);
                }
                let mut reader = BufReader::with_capacity(64 << 10, opened);
                Ok(read(&mut reader))
            }
            Place::Archive { path, entry, inner: None } => {
                with_entry(self.archive(limits, path)?, *entry, limits, read)
            }
            Place::Archive { path, entry, inner: Some(number) } => {
                with_entry(self.nested(limits, path, *entry)?, *number, limits, read)
            }
        }
    }

    /// At most `limit` bytes from the beginning.
    ///
    /// # Errors
    /// As [`Files::with`].
    pub(super) fn head(
        &mut self,
        limits: &WalkLimits,
        file: &FoundFile,
        limit: usize,
    ) -> Result<Vec<u8>, RefusedReason> {
        self.with(limits, file, |reader| {
            let mut head = Vec::new();
            reader.take(limit as u64).read_to_end(&mut head).map(|_| head)
        })?
        .map_err(|_| unreadable(file))
    }

    /// The whole file, refused if it has more than `limit` bytes.
    ///
    /// # Errors
    /// As [`Files::with`].
    pub(super) fn all(
        &mut self,
        limits: &WalkLimits,
        file: &FoundFile,
        limit: u64,
    ) -> Result<Vec<u8>, RefusedReason> {
        if file.bytes > limit {
            return Err(RefusedReason::TooLarge);
        }
        let size = usize::try_from(file.bytes).unwrap_or(0);
        let bytes = self
            .with(limits, file, |reader| {
                let mut bytes = Vec::with_capacity(size);
                reader.take(limit + 1).read_to_end(&mut bytes).map(|_| bytes)
            })?
            .map_err(|_| unreadable(file))?;
        if bytes.len() as u64 > limit {
            return Err(RefusedReason::TooLarge);
        }
        Ok(bytes)
    }

    fn archive(&mut self, limits: &WalkLimits, path: &Path) -> Result<&mut OnDisk, RefusedReason> {
        if self.outer.as_ref().is_none_or(|(open, _)| open != path) {
            let file = File::open(path).map_err(|_| RefusedReason::Unreadable)?;
            self.outer = Some((path.to_owned(), open(BufReader::new(file), limits)?));
        }
        self.outer.as_mut().map(|(_, archive)| archive).ok_or(RefusedReason::Unreadable)
    }

    fn nested(
        &mut self,
        limits: &WalkLimits,
        path: &Path,
        entry: usize,
    ) -> Result<&mut Unpacked, RefusedReason> {
        let open_already =
            self.inner.as_ref().is_some_and(|(open, number, _)| open == path && *number == entry);
        if !open_already {
            self.inner = None;
            let bytes = unpack(self.archive(limits, path)?, entry, limits)?;
            self.inner = Some((path.to_owned(), entry, open(Cursor::new(bytes), limits)?));
        }
        self.inner.as_mut().map(|(_, _, archive)| archive).ok_or(RefusedReason::Unreadable)
    }
}

/// What an error of reading means: on the disk it is the computer's, in an archive the archive's.
fn unreadable(file: &FoundFile) -> RefusedReason {
    match file.place {
        Place::Disk(_) => RefusedReason::Unreadable,
        Place::Archive { .. } => RefusedReason::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use keyward_testkit::seeded;
    use rand::RngExt as _;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn sample(inner: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let files: [(&str, &[u8]); 4] = [
            ("a.json", b"{\"resourceType\":\"Patient\"}"),
            ("../b/c.xml", &[b'x'; 5000]),
            ("inner.zip", inner),
            ("d/", b""),
        ];
        for (name, bytes) in files {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn names_lead_nowhere_and_steer_nothing() {
        for (name, shown) in [
            ("../../etc/passwd", "etc/passwd"),
            ("C:\\x\\..\\y.json", "C:/x/y.json"),
            ("/a//./b\u{202e}\u{7}c", "a/bc"),
            ("..", ""),
        ] {
            assert_eq!(tidy(name), shown);
        }
    }

    /// Damaged archives: never a panic, never more than the bounds.
    #[test]
    fn fuzz_damaged_archives_are_listed_and_read_within_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let limits =
            WalkLimits { files: 50, nested: 1 << 20, streamed: 1 << 20, ..WalkLimits::default() };
        let whole = sample(&sample(b"PK\x03\x04"));
        for seed in 0..400 {
            let mut rng = seeded(seed);
            let mut bytes = whole.clone();
            for _ in 0..rng.random_range(1..10) {
                let at = rng.random_range(0..bytes.len());
                match rng.random_range(0..4) {
                    0 => bytes[at] = rng.random(),
                    1 => bytes.truncate(at.max(1)),
                    // The directory at the end says most.
                    _ => {
                        let last = bytes.len() - 1;
                        let at = last - rng.random_range(0..last.min(400) + 1);
                        bytes[at] = rng.random();
                    }
                }
            }
            let path = dir.path().join("a.zip");
            std::fs::write(&path, &bytes).unwrap();
            let (mut found, cancel) = (Found::default(), Cancel::new());
            list(&path, "a.zip", &limits, &cancel, &mut found);
            assert!(found.files.len() <= limits.files);
            let mut files = Files::default();
            for file in &found.files {
                assert!(!file.name.contains("..") && !file.name.contains('\\'), "{}", file.name);
                if let Ok(bytes) = files.all(&limits, file, 1 << 20) {
                    assert!(bytes.len() <= 1 << 20);
                }
            }
        }
    }
}
