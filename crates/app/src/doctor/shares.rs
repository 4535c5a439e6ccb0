//! Bringing one share up to date, and ending it.

use std::collections::HashSet;

use keyward_protocol::ids::{GrantId, RecordId};
use zeroize::Zeroizing;

use crate::error::{AppError, ErrorCode};
use crate::failure::Failure;
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::{GrantState, GrantSummary, ProblemCode, Relay, RelayError};
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::views::doctor::ChartAlarm;

use super::fetch::{self, Fetched, Refused, Wanted};
use super::own::{Own, Standing, StandingRow};
use super::readable;
use super::rows::{
    Announced, CompartmentRow, ShareRow, copies_of, erase_copies, load_seen, memory_id, progress_id,
};

/// What an update brought.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Brought {
    pub(super) records: u64,
    pub(super) alarms: u64,
    /// The share turned out to be over.
    pub(super) ended: bool,
}

/// Takes in the relay's list: which shares are over. Gives those that ended with this.
pub(super) fn learn_states(
    session: &Session,
    listed: &[GrantSummary],
    now: UnixSeconds,
) -> Result<Vec<GrantId>, AppError> {
    let mut tx = session.begin()?;
    let mut ended = Vec::new();
    let mut changed = false;
    for (id, mut row) in ShareRow::load_all(&*tx)? {
        let before = row.clone();
        if let Some(summary) = listed.iter().find(|summary| summary.grant_id == id) {
            announce(&mut row, summary);
        }
        if row.is_live(now) {
            if row.announced != before.announced {
                changed = true;
                row.save(&mut *tx, &id)?;
            }
            continue;
        }
        if finish(&mut *tx, &id, &mut row)? || row.announced != before.announced {
            ended.push(id);
        }
    }
    if changed || !ended.is_empty() {
        tx.commit()?;
        session.changed();
    }
    Ok(ended)
}

/// What a summary says about a share. A share that was taken back stays so whatever the relay says
/// later; one that ended comes back only by a letter that extends it (a new row) or because this
/// computer's clock was wrong, which is not stored as an end.
fn announce(row: &mut ShareRow, summary: &GrantSummary) {
    let over = matches!(row.announced, Announced::Revoked { .. } | Announced::KeysLost { .. });
    if over || summary.persona != row.persona {
        return;
    }
    match summary.state {
        GrantState::Revoked => row.announced = Announced::Revoked { at: summary.revoked_at },
        GrantState::Expired if summary.revision == row.revision => {
            row.announced = Announced::Ended { at: summary.expiry };
        }
        GrantState::Expired | GrantState::Live | GrantState::NotYet => {}
    }
}

/// Erases the copies of a share that is over; `true` if there was anything to erase.
fn finish(tx: &mut dyn Transaction, id: &GrantId, row: &mut ShareRow) -> Result<bool, AppError> {
    let had = row.compartments.iter().any(|part| part.records > 0 || part.as_of.is_some());
    for part in &mut row.compartments {
        (part.records, part.as_of, part.alarm) = (0, None, None);
    }
    row.unseen = 0;
    erase_copies(tx, id)?;
    row.save(tx, id)?;
    Ok(had)
}

/// Erases every share's copies that are over at this time; gives those that had any.
pub(super) fn end_expired(session: &Session, now: UnixSeconds) -> Result<Vec<GrantId>, AppError> {
    learn_states(session, &[], now)
}

/// Her keys are gone: what was shared with them is over here, also if its time is not. What the clinic said
/// of the certificate over those keys counts for the next one no more.
pub(crate) fn lose_keys(tx: &mut dyn Transaction, at: UnixSeconds) -> Result<(), AppError> {
    let standing = StandingRow::load(tx)?;
    StandingRow { standing: Standing::Certified, ..standing }.save(tx)?;
    for (id, mut row) in ShareRow::load_all(tx)? {
        if row.is_live(at) {
            row.announced = Announced::KeysLost { at };
        }
        finish(tx, &id, &mut row)?;
    }
    Ok(())
}

/// The clinic removed the doctor: all copies go. Gives the shares that had any.
pub(super) fn end_all(session: &Session) -> Result<Vec<GrantId>, AppError> {
    let mut tx = session.begin()?;
    let mut standing = StandingRow::load(&*tx)?;
    standing.standing = Standing::Removed;
    standing.save(&mut *tx)?;
    let mut ended = Vec::new();
    for (id, mut row) in ShareRow::load_all(&*tx)? {
        if finish(&mut *tx, &id, &mut row)? {
            ended.push(id);
        }
    }
    tx.commit()?;
    session.changed();
    Ok(ended)
}

/// Fetches what is new in every compartment of a live share.
pub(super) fn update(
    session: &Session,
    own: &Own,
    relay: &dyn Relay,
    id: &GrantId,
) -> Result<Brought, Failure> {
    let Some(row) = ShareRow::load(&*session.read()?, id)? else {
        return Ok(Brought::default());
    };
    let share = row.verified(&own.certificate, &own.authority)?;
    let keys = share
        .grant
        .opening_keys(&own.keys.grant)
        .map_err(|_| AppError::new(ErrorCode::Internal))?;
    let mut brought = Brought::default();
    for part in &row.compartments {
        let wanted = {
            let tx = session.read()?;
            Wanted {
                share: &share,
                keys: &keys,
                compartment: part.compartment,
                category: part.category,
                memory: load_seen(&*tx, &memory_id(&row.persona, &part.compartment))?,
                progress: load_seen(&*tx, &progress_id(id, &part.compartment))?,
            }
        };
        match fetch::compartment(relay, &wanted) {
            Ok(fetched) => {
                brought.alarms += u64::from(fetched.put_aside > 0);
                brought.records += keep(session, id, part, &fetched)?;
            }
            Err(Refused::Alarm(alarm)) => {
                brought.alarms += 1;
                change(session, id, part, |part| part.alarm = Some(alarm))?;
            }
            // It was delivered before and is unknown now: the patient has been forgotten.
            Err(Refused::Relay(RelayError::NotFound)) if wanted.memory.is_some() => {
                end(session, id, Announced::Revoked { at: None })?;
                brought.ended = true;
                return Ok(brought);
            }
            Err(Refused::Relay(RelayError::NotFound)) => {
                // Nothing was uploaded there yet.
            }
            Err(Refused::Relay(error)) => match over(&error) {
                Some(announced) => {
                    end(session, id, announced)?;
                    brought.ended = true;
                    return Ok(brought);
                }
                None => return Err(error.into()),
            },
        }
    }
    Ok(brought)
}

/// Whether a refusal says that the share is over.
fn over(error: &RelayError) -> Option<Announced> {
    let refusal = error.refusal()?;
    match refusal.code {
        // A replaced persona ended it by losing her computer; what goes on is another share.
        ProblemCode::GrantRevoked | ProblemCode::GrantReplaced => {
            Some(Announced::Revoked { at: refusal.since })
        }
        ProblemCode::GrantExpired => Some(Announced::Ended { at: refusal.since? }),
        _ => None,
    }
}

/// Whether a refusal says that the doctor was removed.
pub(super) fn is_removed(error: &RelayError) -> bool {
    error.refusal().is_some_and(|refusal| refusal.code == ProblemCode::ClinicianRemoved)
}

fn end(session: &Session, id: &GrantId, announced: Announced) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    if let Some(mut row) = ShareRow::load(&*tx, id)? {
        row.announced = announced;
        finish(&mut *tx, id, &mut row)?;
        tx.commit()?;
        session.changed();
    }
    Ok(())
}

/// Stores a delivery: records, reach and memory together. Gives the number of new records.
fn keep(
    session: &Session,
    id: &GrantId,
    part: &CompartmentRow,
    fetched: &Fetched,
) -> Result<u64, AppError> {
    let mut tx = session.begin()?;
    // Taken back, narrowed or locked while it was on its way: then nothing is kept.
    let Some(mut row) = ShareRow::load(&*tx, id)? else { return Ok(0) };
    let persona = row.persona;
    if row.announced != Announced::Live {
        return Ok(0);
    }
    let whole = row.clone();
    let Some(current) = row.compartment_mut(&part.compartment) else { return Ok(0) };
    let copies = copies_of(id, &part.compartment);
    let clean = fetched.put_aside == 0;
    readable::ensure_indexed(&mut *tx, id, &whole)?;
    let mut new = 0;
    let mut arrived: Vec<(RecordId, &[u8])> = Vec::new();
    for (record, bytes) in &fetched.records {
        let key = format!("{copies}{record}");
        // What came again as it was keeps its line, and its place among what is new.
        let before = tx.get(Collection::Charts, &key)?;
        new += u64::from(before.is_none());
        if before.as_deref() != Some(bytes.as_slice()) {
            tx.put(Collection::Charts, &key, bytes)?;
            arrived.push((*record, bytes.as_slice()));
        }
    }
    readable::add_lines(&mut *tx, id, &whole, part.category, &arrived)?;
    current.records += new;
    if fetched.whole && clean && current.records > fetched.records.len() as u64 {
        // Everything there is has come; a copy that did not is no longer shared.
        current.records = fetched.records.len() as u64;
        keep_only(&mut *tx, id, &copies, &fetched.records)?;
    }
    let progress = progress_id(id, &part.compartment);
    let seen = fetched.seen.to_bytes();
    tx.put(Collection::SeenHeads, &memory_id(&persona, &part.compartment), &seen)?;
    if clean {
        tx.put(Collection::SeenHeads, &progress, &seen)?;
    } else {
        // Asked for again from the beginning, until the relay delivers what was signed.
        tx.delete(Collection::SeenHeads, &progress)?;
    }
    current.as_of = Some(fetched.seen.as_of());
    current.alarm = (!clean)
        .then_some(ChartAlarm::Quarantined { category: part.category, records: fetched.put_aside });
    row.unseen += new;
    row.save(&mut *tx, id)?;
    tx.commit()?;
    session.changed();
    Ok(new)
}

/// Erases the copies of a compartment that are not among `records`.
fn keep_only(
    tx: &mut dyn Transaction,
    grant: &GrantId,
    copies: &str,
    records: &[(RecordId, Zeroizing<Vec<u8>>)],
) -> Result<(), AppError> {
    let kept: HashSet<String> =
        records.iter().map(|(record, _)| format!("{copies}{record}")).collect();
    for (id, _) in tx.list_prefix(Collection::Charts, copies)? {
        if !kept.contains(&id) {
            tx.delete(Collection::Charts, &id)?;
            if let Some(Ok(record)) = id.strip_prefix(copies).map(str::parse) {
                readable::remove_line(tx, grant, &record)?;
            }
        }
    }
    Ok(())
}

fn change(
    session: &Session,
    id: &GrantId,
    part: &CompartmentRow,
    edit: impl FnOnce(&mut CompartmentRow),
) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    if let Some(mut row) = ShareRow::load(&*tx, id)?
        && let Some(current) = row.compartment_mut(&part.compartment)
    {
        edit(current);
        row.save(&mut *tx, id)?;
        tx.commit()?;
        session.changed();
    }
    Ok(())
}
