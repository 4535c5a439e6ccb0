//! Records without a line get one: those of a store that is older than the index, and all of them
//! when lines are made in a new way.

use keyward_records::view::line::FORMAT;

use super::index::{Entry, Scope, index};
use super::seen;
use crate::error::{AppError, ErrorCode};
use crate::patient::import::book::FileBook;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::vault::Collection;
use crate::session::Session;
use crate::store;

/// Records indexed in one transaction.
const BATCH: u64 = 500;
/// As many are indexed while somebody waits for a page; more are left to the background.
const FEW: u64 = 1_000;

const MARK: &str = "reading/format";

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
        let indexed = batch(session)?;
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
    if let Some(1..=FEW) = left(session)? {
        while batch(session)? > 0 {}
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

/// Lines of an older make go.
fn begin_anew(session: &Session) -> Result<(), AppError> {
    let known: Option<u32> = store::load(&*session.read()?, Collection::Settings, MARK)?;
    if known != Some(FORMAT) {
        let mut tx = session.begin()?;
        tx.remove_scope(&Scope::Own.name())?;
        store::save(&mut *tx, Collection::Settings, MARK, &FORMAT)?;
        tx.commit()?;
        session.changed();
    }
    Ok(())
}

fn batch(session: &Session) -> Result<u64, AppError> {
    let mut tx = session.begin()?;
    let scope = Scope::Own;
    let ids = tx.unindexed_records(&scope.name(), BATCH)?;
    if ids.is_empty() {
        return Ok(0);
    }
    let files: std::collections::BTreeMap<String, FileBook> =
        FileBook::all(&*tx)?.into_iter().collect();
    let mut rows = Vec::with_capacity(ids.len());
    for id in &ids {
        rows.extend(tx.record(id)?);
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
