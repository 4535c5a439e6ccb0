//! Records without a line get one: those of a store that is older than the index, and all of them
//! when lines are made in a new way. With a new code list of what is sensitive, records are sorted anew
//! on the way.

use keyward_records::sensitivity::LIST;
use keyward_records::view::line::FORMAT;
use serde::{Deserialize, Serialize};

use super::index::{Entry, Scope, index};
use super::seen;
use crate::error::{AppError, ErrorCode};
use crate::patient::apart::Apart;
use crate::patient::compartment;
use crate::patient::import::book::FileBook;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::vault::Collection;
use crate::session::Session;
use crate::store;

/// Records indexed in one transaction.
const BATCH: u64 = 500;
/// Bytes of records that are indexed in one transaction: a few with large documents in them are enough.
const BATCH_BYTES: usize = 32 << 20;
/// As many are indexed while somebody waits for a page; more are left to the background.
const FEW: u64 = 1_000;

const MARK: &str = "reading/format";
const SORTED: &str = "reading/list";

/// By which code list the records were sorted.
#[derive(Serialize, Deserialize)]
struct Sorted {
    list: String,
    /// Whether some without a line are still to be sorted.
    under_way: bool,
}

/// Indexes what has no line yet, in short transactions, so that it can be stopped and goes on where
/// it was. Gives how many records were indexed.
///
/// # Errors
/// [`ErrorCode::Cancelled`], [`ErrorCode::Locked`], else what the vault reports.
pub fn catch_up(
    session: &Session,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<u64, AppError> {
    begin_anew(session)?;
    let total = left(session)?.unwrap_or_default();
    let mut done = 0;
    loop {
        if cancel.is_cancelled() || session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        progress.report(Step { stage: Stage::Reading, done, total, ..Step::default() });
        let indexed = batch(session, sorting(session)?)?;
        if indexed == 0 {
            break;
        }
        done += indexed;
    }
    if done > 0 {
        let mut tx = session.begin()?;
        seen::renumbered(&mut *tx, &Scope::Own.name())?;
        tx.commit()?;
        session.changed();
        session.rest();
    }
    Ok(done)
}

/// Indexes a few records at once, if no more than a few are left.
pub(super) fn few(session: &Session) -> Result<(), AppError> {
    // Sorting waits for its turn among exchanges; nobody at a window does.
    if sorting(session)? {
        return Ok(());
    }
    if let Some(1..=FEW) = left(session)? {
        while batch(session, false)? > 0 {}
        session.changed();
    }
    Ok(())
}

/// How many records have no line yet; `None`: all have one.
pub(super) fn left(session: &Session) -> Result<Option<u64>, AppError> {
    let left = session
        .cached("reading/left", || Ok(session.read()?.count_unindexed(&Scope::Own.name())?))?;
    Ok(Some(left).filter(|left| *left > 0))
}

/// Lines of an older make go, and those of records that were sorted by another list.
fn begin_anew(session: &Session) -> Result<(), AppError> {
    let tx = session.read()?;
    let known: Option<u32> = store::load(&*tx, Collection::Settings, MARK)?;
    let sorted: Option<Sorted> = store::load(&*tx, Collection::Settings, SORTED)?;
    drop(tx);
    let same_list = sorted.is_some_and(|sorted| sorted.list == LIST);
    if known != Some(FORMAT) || !same_list {
        let mut tx = session.begin()?;
        tx.remove_scope(&Scope::Own.name())?;
        store::save(&mut *tx, Collection::Settings, MARK, &FORMAT)?;
        if !same_list {
            let sorted = Sorted { list: LIST.to_owned(), under_way: true };
            store::save(&mut *tx, Collection::Settings, SORTED, &sorted)?;
        }
        tx.commit()?;
        session.changed();
    }
    Ok(())
}

/// Whether records are being sorted anew.
fn sorting(session: &Session) -> Result<bool, AppError> {
    let sorted: Option<Sorted> = store::load(&*session.read()?, Collection::Settings, SORTED)?;
    Ok(sorted.is_some_and(|sorted| sorted.under_way))
}

fn batch(session: &Session, sorting: bool) -> Result<u64, AppError> {
    // Nothing may be sealed from the old place while it moves.
    let _turn = sorting.then(|| session.exchange_turn());
    let mut tx = session.begin()?;
    let scope = Scope::Own;
    let ids = tx.unindexed_records(&scope.name(), BATCH)?;
    if ids.is_empty() {
        if sorting {
            let sorted = Sorted { list: LIST.to_owned(), under_way: false };
            store::save(&mut *tx, Collection::Settings, SORTED, &sorted)?;
            tx.commit()?;
        }
        return Ok(0);
    }
    let files = FileBook::all(&*tx)?;
    let apart = Apart::of_files(&*tx, &files)?;
    let files: std::collections::BTreeMap<String, FileBook> = files.into_iter().collect();
    let mut rows = Vec::with_capacity(ids.len());
    let mut bytes = 0;
    for id in &ids {
        let Some(row) = tx.record(id)? else { continue };
        bytes += row.body.len();
        rows.push(row);
        if bytes > BATCH_BYTES {
            break;
        }
    }
    if sorting {
        for row in &mut rows {
            compartment::sort_anew(&mut *tx, &apart, row, session.now())?;
        }
    }
    let entries: Vec<Entry<'_>> = rows
        .iter()
        .map(|row| {
            let file = files.get(&row.source);
            Entry {
                id: row.id,
                compartment: &row.category,
                origin: &row.source,
                source: file.map_or("", |file| file.name.as_str()),
                received: file.map(|file| file.at),
                bytes: &row.body,
            }
        })
        .collect();
    index(&mut *tx, &scope, &entries)?;
    tx.commit()?;
    Ok(rows.len() as u64)
}
