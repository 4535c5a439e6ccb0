//! Saving what can be saved of a damaged store.
//!
//! SQLite reads a table from its root downwards: one damaged page near the top hides everything below
//! it. Here every page is looked at by itself. One that proves genuine (SQLCipher's HMAC covers it with
//! its number) and is a leaf of a table gives its rows; the pages above are not needed. Rows go into
//! a new store of the newest schema, the reading index is made anew from them when it is opened, and the
//! damaged files are kept as they were, in a folder of their own.
//!
//! A row comes back exactly as it was or not at all: it counts only if all its pages are genuine and were the
//! newest at one and the same commit (`log.rs`). Where the log has gaps it may be of an older commit than the last, and
//! the report says so. What is never brought over are precomputed sealing entries: each may be used once only, and a
//! damaged store cannot say which were.
//!
//! Out of reach: a page that the disk gives as it was long ago, whole and with its own HMAC. SQLCipher cannot see that
//! either; nothing in the file says how new a page is.

pub(crate) mod fuzz;
pub(crate) mod log;
mod page;
mod rows;
mod switch;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use keyward_app::credential;
use keyward_app::ports::progress::{Cancel, Progress, Stage, Step};
use keyward_app::ports::vault::{Collection, VaultError};
use rusqlite::Connection;
use zeroize::Zeroizing;

use self::log::{Log, Newest, Span};
use self::page::{PAGE, PageKeys, SALT, USABLE};
use self::rows::{Found, Row};
pub(crate) use self::switch::{finish, forget_evidence, has_evidence, saved, start};
use crate::db::{self, VaultKey};
use crate::error::StoreError;
use crate::files;

/// Rows written in one transaction.
const BATCH: u32 = 500;

/// What came back from a damaged store, and what did not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Medical records that came back.
    pub records: u64,
    /// Entries that came back, by collection.
    pub entries: BTreeMap<&'static str, u64>,
    /// Pieces of kept originals among the entries.
    pub originals: u64,
    /// Rows whose beginning could be read and whose rest could not.
    pub broken: u64,
    /// Pages of the damaged file.
    pub pages: u64,
    /// Pages that could not be read.
    pub lost: u64,
    /// The newest changes may be missing or taken back: the log was damaged.
    pub newest_missing: bool,
    /// Name of the folder, inside the profile's, with the damaged files.
    pub kept_in: String,
}

/// The damaged file, page by page.
struct Damaged<'a> {
    file: File,
    keys: &'a PageKeys,
    log: Log,
    pages: u32,
}

/// A genuine page, where it stands, and when it was the newest.
struct Genuine {
    clear: Zeroizing<Vec<u8>>,
    number: u32,
    in_file: bool,
    span: Span,
}

/// Writes what can be read of `damaged` into a new store at `new`, which must not exist. `salt` is
/// the file's salt as it was noted while the store was well.
///
/// # Errors
/// [`StoreError::Cancelled`]; what the disk reports for the new file; [`VaultError::Corrupt`] if
/// nothing of the file can be read, [`VaultError::Newer`] if a newer app wrote it.
pub(crate) fn salvage(
    damaged: &Path,
    new: &Path,
    key: &VaultKey,
    salt: Option<[u8; SALT]>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Salvaged, StoreError> {
    let mut file = File::open(damaged).map_err(StoreError::Io)?;
    let log = read_log(damaged)?;
    let keys = keys(&mut file, &log, key, salt)?;
    let pages = pages_of(&file)?;
    let mut log = Log::read(log, pages, &keys);
    log.compare(|number| {
        read_page(&mut file, number).filter(|page| keys.open(number, page).is_some())
    });
    let pages = pages.max(log.pages);
    let mut source = Damaged { file, keys: &keys, log, pages };
    source.refuse_newer()?;
    source.grow_to_header();
    files::create_private_file(new).map_err(StoreError::Io)?;
    db::create(new, key)?;
    let mut target = Target::open(new, key, source.log.has_gaps())?;
    let mut report = Salvaged {
        pages: u64::from(source.pages),
        newest_missing: source.log.has_gaps(),
        ..Salvaged::default()
    };
    for number in 1..=source.pages {
        if number % 64 == 1 {
            if cancel.is_cancelled() {
                return Err(StoreError::Cancelled);
            }
            let (done, total) = (u64::from(number - 1), u64::from(source.pages));
            progress.report(Step { stage: Stage::Reading, done, total, ..Step::default() });
        }
        match source.page(number) {
            None => report.lost += 1,
            Some(page) => {
                for cell in rows::cells(number, &page.clear).unwrap_or_default() {
                    let row = cell.and_then(|cell| source.whole(cell, &page));
                    match row.map(|payload| rows::row(&payload)) {
                        Some(Row::Ours(found)) => target.put(&found, page.span.age())?,
                        Some(Row::MadeAnew) => {}
                        Some(Row::Broken) | None => report.broken += 1,
                    }
                }
            }
        }
    }
    target.close(&mut report)?;
    File::open(new).and_then(|new| new.sync_all()).map_err(StoreError::Io)?;
    Ok(report)
}

fn read_log(database: &Path) -> Result<Vec<u8>, StoreError> {
    match std::fs::read(db::sidecar(database, "-wal")) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other.map_err(StoreError::Io),
    }
}

/// The keys that open at least one page: with the salt in the file, or the one noted before.
fn keys(
    file: &mut File,
    log: &[u8],
    key: &VaultKey,
    noted: Option<[u8; SALT]>,
) -> Result<PageKeys, StoreError> {
    let mut salt = [0; SALT];
    let read = file.read_exact(&mut salt).is_ok();
    let pages = pages_of(file)?;
    for salt in read.then_some(salt).into_iter().chain(noted) {
        let Some(keys) = PageKeys::new(key.bytes(), &salt) else { continue };
        let mut genuine =
            |number| read_page(file, number).is_some_and(|p| keys.open(number, &p).is_some());
        if (1..=pages).any(&mut genuine) || Log::read(log.to_vec(), 0, &keys).is_genuine() {
            return Ok(keys);
        }
    }
    Err(VaultError::Corrupt("no page can be read".to_owned()).into())
}

fn pages_of(file: &File) -> Result<u32, StoreError> {
    let bytes = file.metadata().map_err(StoreError::Io)?.len();
    Ok(u32::try_from(bytes.div_ceil(PAGE as u64)).unwrap_or(u32::MAX))
}

fn read_page(file: &mut File, number: u32) -> Option<[u8; PAGE]> {
    let mut page = [0; PAGE];
    let at = u64::from(number - 1) * PAGE as u64;
    file.seek(SeekFrom::Start(at)).ok()?;
    // A page the disk cannot read is a lost page.
    file.read_exact(&mut page).ok()?;
    Some(page)
}

impl Damaged<'_> {
    fn page(&mut self, number: u32) -> Option<Genuine> {
        let (clear, in_file, span) = match self.log.page(number) {
            Newest::InFile(span) => {
                let page = read_page(&mut self.file, number)?;
                (self.keys.open(number, &page)?, true, span)
            }
            Newest::InLog(page, span) => (self.keys.open(number, page)?, false, span),
            Newest::Lost => return None,
        };
        Some(Genuine { clear, number, in_file, span })
    }

    /// The whole row of a cell on `page`, if all of it is there.
    fn whole(&mut self, cell: rows::Cell, page: &Genuine) -> Option<Zeroizing<Vec<u8>>> {
        let mut payload = Zeroizing::new(cell.local);
        if payload.len() == cell.length {
            return Some(payload);
        }
        let mut together = Together::new(page);
        let mut next = cell.overflow;
        // So many pages at most: a chain that runs in a circle ends.
        while payload.len() < cell.length {
            if next < 2 || next > self.pages {
                return None;
            }
            let rest = self.page(next)?;
            together.add(&rest);
            let (after, bytes) = rows::overflow(&rest.clear)?;
            let wanted = (cell.length - payload.len()).min(USABLE - 4);
            payload.extend_from_slice(bytes.get(..wanted)?);
            next = after;
        }
        together.was_one_moment(&self.log).then_some(payload)
    }

    /// The schema's version stands in the first page; without it, the app that is here goes on.
    fn refuse_newer(&mut self) -> Result<(), StoreError> {
        let Some(first) = self.page(1) else { return Ok(()) };
        let version = first.clear.get(60..64).and_then(|word| word.try_into().ok());
        if version.map(u32::from_be_bytes).is_some_and(|version| version > db::NEWEST) {
            return Err(VaultError::Newer.into());
        }
        Ok(())
    }

    /// A file that was cut short once had as many pages as its first one says.
    fn grow_to_header(&mut self) {
        if let Some(first) = self.page(1)
            && let Some(count) = first.clear.get(28..32).and_then(|word| word.try_into().ok())
        {
            self.pages = self.pages.max(u32::from_be_bytes(count));
        }
    }
}

/// The pages of one row.
struct Together {
    span: Span,
    numbers: Vec<u32>,
    lowest_in_file: Option<u32>,
}

impl Together {
    fn new(page: &Genuine) -> Self {
        let lowest_in_file = page.in_file.then_some(page.number);
        Self { span: page.span, numbers: vec![page.number], lowest_in_file }
    }

    fn add(&mut self, page: &Genuine) {
        self.span = self.span.and(page.span);
        self.numbers.push(page.number);
        if page.in_file {
            let lowest = self.lowest_in_file.unwrap_or(page.number);
            self.lowest_in_file = Some(lowest.min(page.number));
        }
    }

    /// Whether they are known to belong to one and the same commit.
    fn was_one_moment(&self, log: &Log) -> bool {
        log.is_one_moment(self.span)
            && !self.lowest_in_file.is_some_and(|lowest| log.may_mix(lowest))
            && !self.numbers.iter().any(|number| log.doubts(*number))
    }
}

/// The new store while it is being filled.
struct Target {
    connection: Connection,
    /// Rows since the last commit.
    open: u32,
    /// How new the row under a key is, where an older one may turn up as well.
    versions: Option<HashMap<Vec<u8>, usize>>,
}

/// Whether a row is never used twice: an older one must not come back.
fn is_used_once(collection: &str, id: &str) -> bool {
    collection == Collection::PoolEntries.as_str()
        || (collection == Collection::Jobs.as_str() && id.starts_with(credential::ROWS))
}

impl Target {
    fn open(path: &Path, key: &VaultKey, doubts: bool) -> Result<Self, StoreError> {
        let connection = db::writer(path, key)?;
        let target = Self { connection, open: 0, versions: doubts.then(HashMap::new) };
        target.run("BEGIN IMMEDIATE")?;
        Ok(target)
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| db::vault_error(&error).into())
    }

    fn put(&mut self, found: &Found, version: usize) -> Result<(), StoreError> {
        if !self.is_newest(found, version) {
            return Ok(());
        }
        let written = match found {
            Found::Item { collection, id, .. } if is_used_once(collection, id) => return Ok(()),
            Found::Item { collection, id, body } => self
                .connection
                .prepare_cached(
                    "INSERT INTO item (collection, id, body) VALUES (?1, ?2, ?3)
                     ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body",
                )
                .and_then(|mut statement| statement.execute((collection, id, body))),
            Found::Record {
                id,
                category,
                resource_type,
                date,
                title,
                fingerprint,
                source,
                packing,
                body,
            } => self
                .connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO record (id, category, resource_type, date, title,
                                                    fingerprint, source, packing, body)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )
                .and_then(|mut statement| {
                    statement.execute((
                        id,
                        category,
                        resource_type,
                        date,
                        title,
                        fingerprint,
                        source,
                        packing,
                        body,
                    ))
                }),
        };
        written.map_err(|error| db::vault_error(&error))?;
        self.open += 1;
        if self.open == BATCH {
            self.open = 0;
            self.run("COMMIT; BEGIN IMMEDIATE")?;
        }
        Ok(())
    }

    /// Whether no newer row of this key was seen; only asked where the log has gaps.
    fn is_newest(&mut self, found: &Found, version: usize) -> bool {
        let Some(versions) = &mut self.versions else { return true };
        let keys = match found {
            // A record is one of its kind by its fingerprint as well.
            Found::Record { id, fingerprint, .. } => vec![id.clone(), fingerprint.clone()],
            Found::Item { collection, id, .. } => vec![format!("{collection}/{id}").into_bytes()],
        };
        let newest = keys.iter().all(|key| versions.get(key).is_none_or(|known| version >= *known));
        if newest {
            versions.extend(keys.into_iter().map(|key| (key, version)));
        }
        newest
    }

    fn close(self, report: &mut Salvaged) -> Result<(), StoreError> {
        self.run("COMMIT")?;
        let sql = |error: rusqlite::Error| StoreError::from(db::vault_error(&error));
        let count = |sql: &str| {
            self.connection
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .map(|count| u64::try_from(count).unwrap_or_default())
        };
        report.records = count("SELECT count(*) FROM record").map_err(sql)?;
        for collection in Collection::ALL {
            let name = collection.as_str();
            let of = format!("SELECT count(*) FROM item WHERE collection = '{name}'");
            let rows = count(&of).map_err(sql)?;
            if rows > 0 {
                report.entries.insert(name, rows);
            }
        }
        let originals =
            "SELECT count(*) FROM item WHERE collection = 'sources' AND id GLOB 'original/*'";
        report.originals = count(originals).map_err(sql)?;
        self.connection.close().map_err(|(_, error)| sql(error))
    }
}
