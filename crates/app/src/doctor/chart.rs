//! A shared chart, and one record of it. Everything shown comes from cached copies that were
//! verified when they arrived; opening a chart first brings them up to date if the relay can be
//! reached.

use keyward_protocol::ids::{GrantId, RecordId};
use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{Category, References};

use crate::error::{AppError, ErrorCode};
use crate::exchange::SharedRecord;
use crate::failure::Failure;
use crate::identity::Enrolment;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::views::doctor::{DoctorChart, DoctorOpening, DoctorRecord, ReceivedState};

use super::own::{Own, Standing, StandingRow};
use super::rows::ShareRow;
use super::{shares, time};

/// Opens a shared chart. Once the share is over, the answer has no chart, the state says why, and
/// the copies are gone.
///
/// # Errors
/// [`ErrorCode::NotFound`] for an unknown share, [`ErrorCode::SelfRemoved`], [`ErrorCode::Locked`],
/// what the vault reports. A relay out of reach is no error: the cached copy is shown as such.
pub fn chart(session: &Session, share: &str) -> Result<DoctorChart, AppError> {
    let id = share.parse::<GrantId>().map_err(|_| ErrorCode::NotFound)?;
    let Opened { row, now, offline } = bring_up_to_date(session, &id)?;
    let tx = session.read()?;
    let chart = match row.state(now).0 {
        ReceivedState::Live => Some(render(&*tx, &id, &row)?),
        _ => None,
    };
    Ok(DoctorChart {
        share: row.view(&id, &Enrolment::require(&*tx)?, now),
        as_of: chart.as_ref().and_then(|_| row.as_of()),
        alarms: row.alarms(),
        chart,
        offline,
    })
}

/// Opens a shared chart: brings it up to date if the relay can be reached, and notes that it was
/// opened. What it holds is read by the reading room.
///
/// # Errors
/// As [`chart`].
pub fn open(session: &Session, share: &str) -> Result<DoctorOpening, AppError> {
    let id = share.parse::<GrantId>().map_err(|_| ErrorCode::NotFound)?;
    let Opened { row, now, offline } = bring_up_to_date(session, &id)?;
    let tx = session.read()?;
    let readable = row.state(now).0 == ReceivedState::Live;
    Ok(DoctorOpening {
        share: row.view(&id, &Enrolment::require(&*tx)?, now),
        readable,
        as_of: row.as_of().filter(|_| readable),
        alarms: row.alarms(),
        offline,
    })
}

struct Opened {
    row: ShareRow,
    now: UnixSeconds,
    offline: bool,
}

fn bring_up_to_date(session: &Session, id: &GrantId) -> Result<Opened, AppError> {
    let _turn = session.exchange_turn();
    let now = time::observe(session, session.now())?;
    // Over, by this computer's time: no need to ask anybody.
    shares::end_expired(session, now)?;
    let row = ShareRow::load(&*session.read()?, id)?.ok_or(ErrorCode::NotFound)?;
    let offline = row.is_live(now) && !refresh(session, id)?;
    let row = mark_opened(session, id, now)?;
    if StandingRow::load(&*session.read()?)?.standing == Standing::Removed {
        return Err(ErrorCode::SelfRemoved.into());
    }
    Ok(Opened { row, now, offline })
}

/// Brings the copies up to date; `false` if the relay could not be reached.
fn refresh(session: &Session, id: &GrantId) -> Result<bool, AppError> {
    let own = Own::load(session)?;
    let signer = std::sync::Arc::clone(&own.keys.signing);
    let updated = session
        .network()
        .relay(&own.enrolment.relay(), signer)
        .map_err(Failure::from)
        .and_then(|relay| shares::update(session, &own, &*relay, id));
    match updated {
        Ok(_) => Ok(true),
        Err(Failure::App(error)) => Err(error),
        Err(Failure::Relay(error)) if shares::is_removed(&error) => {
            shares::end_all(session)?;
            Err(ErrorCode::SelfRemoved.into())
        }
        Err(Failure::Relay(_)) => Ok(false),
    }
}

fn mark_opened(session: &Session, id: &GrantId, now: UnixSeconds) -> Result<ShareRow, AppError> {
    let mut tx = session.begin()?;
    let mut row = ShareRow::load(&*tx, id)?.ok_or(ErrorCode::NotFound)?;
    if row.is_live(now) {
        row.last_opened = Some(now);
        row.unseen = 0;
        row.save(&mut *tx, id)?;
        tx.commit()?;
        session.changed();
    }
    Ok(row)
}

fn render(tx: &dyn Transaction, id: &GrantId, row: &ShareRow) -> Result<view::ChartView, AppError> {
    let copies = copies(tx, id, row)?;
    let inputs: Vec<_> = copies.iter().map(Copy::input).collect();
    Ok(view::chart(&inputs, &SharedScope::Only(row.categories())))
}

/// A cached copy, decoded.
struct Copy {
    record: String,
    /// The compartment through which it came.
    compartment: Option<Category>,
    content: SharedRecord,
}

impl Copy {
    fn input(&self) -> ChartInput<'_> {
        ChartInput {
            record_id: &self.record,
            bytes: &self.content.body,
            received: Some(self.content.received),
            source: &self.content.source,
            compartment: self.compartment,
        }
    }
}

fn copies(tx: &dyn Transaction, id: &GrantId, row: &ShareRow) -> Result<Vec<Copy>, AppError> {
    tx.list_prefix(Collection::Charts, &format!("{id}/"))?
        .into_iter()
        .map(|(key, bytes)| {
            let mut parts = key.rsplit('/');
            let record = parts.next().unwrap_or_default().to_owned();
            let place = parts.next().unwrap_or_default();
            let compartment = row
                .compartments
                .iter()
                .find(|row| row.compartment.to_string() == place)
                .map(|row| row.category);
            let content = SharedRecord::from_bytes(&bytes).map_err(|_| ErrorCode::VaultCorrupt)?;
            Ok(Copy { record, compartment, content })
        })
        .collect()
}

/// One record of a shared chart, as cached.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::ShareRevoked`], [`ErrorCode::ShareEnded`],
/// [`ErrorCode::SelfRemoved`], [`ErrorCode::Locked`], what the vault reports.
pub fn record(session: &Session, share: &str, record: &str) -> Result<DoctorRecord, AppError> {
    let (copies, scope) = live_copies(session, share)?;
    let copy = find(&copies, record)?;
    let inputs: Vec<_> = copies.iter().map(Copy::input).collect();
    let others = References::from_inputs(&inputs, &scope);
    Ok(DoctorRecord {
        record: view::record_view_in(&copy.input(), &others),
        received: copy.content.received,
    })
}

/// The record's source, as the patient's app sealed it.
///
/// # Errors
/// As [`record`]; [`ErrorCode::VaultCorrupt`] if it is not text.
pub fn record_source(session: &Session, share: &str, record: &str) -> Result<String, AppError> {
    let (copies, _) = live_copies(session, share)?;
    let body = find(&copies, record)?.content.body.clone();
    String::from_utf8(body).map_err(|_| ErrorCode::VaultCorrupt.into())
}

fn find<'a>(copies: &'a [Copy], record: &str) -> Result<&'a Copy, AppError> {
    let id: RecordId = record.parse().map_err(|_| ErrorCode::NotFound)?;
    let id = id.to_string();
    copies.iter().find(|copy| copy.record == id).ok_or_else(|| ErrorCode::NotFound.into())
}

/// The copies of a share that may be read now, and what is shared.
fn live_copies(session: &Session, share: &str) -> Result<(Vec<Copy>, SharedScope), AppError> {
    let id = share.parse::<GrantId>().map_err(|_| ErrorCode::NotFound)?;
    let now = time::observe(session, session.now())?;
    let tx = session.read()?;
    let row = ShareRow::load(&*tx, &id)?.ok_or(ErrorCode::NotFound)?;
    if StandingRow::load(&*tx)?.standing == Standing::Removed {
        return Err(ErrorCode::SelfRemoved.into());
    }
    match row.state(now).0 {
        ReceivedState::Live => Ok((copies(&*tx, &id, &row)?, SharedScope::Only(row.categories()))),
        ReceivedState::Revoked => Err(ErrorCode::ShareRevoked.into()),
        ReceivedState::Ended | ReceivedState::KeysLost => Err(ErrorCode::ShareEnded.into()),
        ReceivedState::Incomplete => Err(ErrorCode::ShareIncomplete.into()),
    }
}
