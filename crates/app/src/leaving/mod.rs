//! Leaving: what it would do, taking everything along in open formats, and deleting everything.

mod audit;
mod clinic;
mod delete;
mod export;
pub(crate) mod forgetting;
mod page;
mod receipt;
mod register;

use serde::{Deserialize, Serialize};

pub(crate) use self::delete::is_begun;
pub use self::delete::{Unasked, forget_everywhere};
pub use self::export::export;
pub use self::receipt::receipt_page;
use crate::doctor;
use crate::error::AppError;
use crate::identity::Enrolment;
use crate::patient::sharing::{self, SyncBook};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Collection;
use crate::session::Session;
use crate::store;
use crate::views::common::Role;
use crate::views::doctor::ReceivedState;
use crate::views::patient::ShareState;
use crate::views::recovery::LeavingView;

/// The id of the note about the last export in [`Collection::Settings`].
const EXPORTED: &str = "exported";

#[derive(Serialize, Deserialize)]
struct Exported {
    at: UnixSeconds,
}

/// What leaving would do. Reads only what is stored.
///
/// # Errors
/// What the vault reports.
pub fn view(session: &Session) -> Result<LeavingView, AppError> {
    let tx = session.read()?;
    let enrolment = Enrolment::load(&*tx)?;
    let records = tx.count_records()?.iter().map(|(_, records)| records).sum();
    let exported = store::load::<Exported>(&*tx, Collection::Settings, EXPORTED)?;
    let begun = delete::is_begun(&*tx)?;
    drop(tx);
    let patient = session.profile().role == Role::Patient && enrolment.is_some();
    let shares = if patient { sharing::list(session)? } else { Vec::new() };
    let live = |state| matches!(state, ShareState::Live | ShareState::Pending);
    let received = match session.profile().role {
        Role::Doctor => doctor::home(session)?.shares,
        _ => Vec::new(),
    };
    let received = received.iter().filter(|row| row.state == ReceivedState::Live).count();
    Ok(LeavingView {
        role: session.profile().role,
        profile_name: session.profile().name.clone(),
        clinic_name: enrolment.as_ref().map(|enrolment| enrolment.clinic_name.clone()),
        records,
        live_shares: (shares.iter().filter(|share| live(share.state)).count() + received) as u64,
        fetched: shares.iter().map(|share| share.fetched).sum(),
        problem: if patient { SyncBook::load(session)?.problem } else { None },
        clinic: clinic::view(session)?,
        begun,
        exported: exported.map(|exported| exported.at),
    })
}

/// Remembers that everything was exported just now.
///
/// # Errors
/// What the vault reports.
pub fn note_export(session: &Session) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    store::save(&mut *tx, Collection::Settings, EXPORTED, &Exported { at: session.now() })?;
    Ok(tx.commit()?)
}
