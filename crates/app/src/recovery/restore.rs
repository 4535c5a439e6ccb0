//! A version of a backup back into a new, empty profile, whose master secret is its own.

use keyward_protocol::backup::VerifiedManifest;
use keyward_protocol::ids::RecordId;
use keyward_protocol::kit::KitSecret;

use super::at_relay::RelaySource;
use super::write::About;
use super::{at_relay, clinic, kit, renew, report, rows};
use crate::error::{AppError, ErrorCode};
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::vault::Collection;
use crate::session::Session;
use crate::views::common::Role;
use crate::views::recovery::RestoreReport;

/// Stands in the vault from the first row to the last: a profile that has it is not whole and is
/// thrown away, never offered.
const UNFINISHED: &str = "recovery/unfinished";

/// Where packs come from.
pub trait Source {
    /// The sealed pack of this id. It is checked against the manifest by whoever asks.
    ///
    /// # Errors
    /// [`ErrorCode::BackupDamaged`] without it, else what the source reports.
    fn pack(&mut self, id: &RecordId) -> Result<Vec<u8>, AppError>;

    /// The relay, if it is one: what is restored from it goes on being backed up there.
    fn at_relay(&self) -> Option<&RelaySource> {
        None
    }
}

/// What a version says of the profile.
///
/// # Errors
/// [`ErrorCode::BackupNewer`] for rows of a newer schema, [`ErrorCode::BackupDamaged`].
pub fn about(version: &VerifiedManifest) -> Result<About, AppError> {
    if version.manifest().schema > rows::SCHEMA {
        return Err(ErrorCode::BackupNewer.into());
    }
    read_about(&version.manifest().about)
}

/// Refuses a backup of another role: what its rows mean depends on it.
fn of_role(about: &About, role: Role) -> Result<(), AppError> {
    if about.role == role {
        return Ok(());
    }
    let name = match about.role {
        Role::Patient => "patient",
        Role::Doctor => "doctor",
        Role::Desk => "desk",
    };
    Err(AppError::new(ErrorCode::BackupOtherRole).with("role", name))
}

fn read_about(bytes: &[u8]) -> Result<About, AppError> {
    serde_json::from_slice(bytes).map_err(|_| ErrorCode::BackupDamaged.into())
}

/// One execution of a fuzz target.
pub(crate) fn fuzz_about(bytes: &[u8]) {
    // Only that it answers.
    let _ = read_about(bytes);
}

/// Whether a restore into this profile began and did not end.
///
/// # Errors
/// What the vault reports.
pub fn is_unfinished(session: &Session) -> Result<bool, AppError> {
    Ok(session.read()?.get(Collection::Jobs, UNFINISHED)?.is_some())
}

/// Brings all rows of a version into this profile, one pack in one transaction, and keeps the kit as
/// a confirmed one. Memory: one pack.
///
/// # Errors
/// [`ErrorCode::Conflict`] if the profile is not empty, [`ErrorCode::BackupOtherRole`] if it is of another
/// role than the backup's, [`ErrorCode::BackupNewer`],
/// [`ErrorCode::BackupDamaged`], [`ErrorCode::Cancelled`], else what vault and source report. Then
/// the profile is to be discarded.
pub fn restore(
    session: &Session,
    secret: &KitSecret,
    version: &VerifiedManifest,
    source: &mut dyn Source,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<RestoreReport, AppError> {
    let beside = rows_back(session, version, source, progress, cancel)?;
    finish(session, secret, version, source.at_relay(), beside)
}

fn rows_back(
    session: &Session,
    version: &VerifiedManifest,
    source: &mut dyn Source,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<clinic::Back, AppError> {
    of_role(&about(version)?, session.profile().role)?;
    begin(session)?;
    let packs = &version.manifest().packs;
    let bytes_total = packs.iter().map(|pack| pack.len).sum();
    let mut bytes_done = 0;
    let mut beside = clinic::Back::default();
    for pack in packs {
        if cancel.is_cancelled() || session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        let opened = pack.open(&source.pack(&pack.id)?)?;
        let mut tx = session.begin()?;
        for change in opened.changes() {
            let change = change.map_err(|_| ErrorCode::BackupDamaged)?;
            if !beside.apply(&change) {
                rows::apply(&mut *tx, &change)?;
            }
        }
        tx.commit()?;
        bytes_done += pack.len;
        let step = Step { stage: Stage::Restoring, bytes_done, bytes_total, ..Step::default() };
        progress.report(step);
    }
    Ok(beside)
}

fn begin(session: &Session) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let mut empty = true;
    rows::walk(&*tx, &mut |table, _, _| {
        // Settings may have been chosen before; the backup's come in their place.
        empty &= table == Collection::Settings.as_str();
        Ok(())
    })?;
    if !empty || tx.get(Collection::Jobs, UNFINISHED)?.is_some() {
        return Err(ErrorCode::Conflict.into());
    }
    tx.put(Collection::Jobs, UNFINISHED, b"1")?;
    Ok(tx.commit()?)
}

/// The last transaction: from here on the profile is whole.
fn finish(
    session: &Session,
    secret: &KitSecret,
    version: &VerifiedManifest,
    relay: Option<&RelaySource>,
    beside: clinic::Back,
) -> Result<RestoreReport, AppError> {
    // A clinic without its desk may be replaced by the next try.
    let people = beside.take(session)?;
    let mut tx = session.begin()?;
    let records: u64 = tx.count_records()?.into_iter().map(|(_, count)| count).sum();
    if records != version.manifest().records {
        return Err(ErrorCode::BackupDamaged.into());
    }
    kit::keep(&mut *tx, secret, version.manifest().made_at, session.now())?;
    if let Some(relay) = relay {
        at_relay::go_on(&mut *tx, relay)?;
    }
    renew::prepare(&mut *tx, session, secret, version.manifest().made_at)?;
    let report = report::keep(session, &mut *tx, version.manifest(), relay.is_some(), people)?;
    tx.delete(Collection::Jobs, UNFINISHED)?;
    tx.commit()?;
    session.changed();
    Ok(report)
}
