//! The patient's first page.

use crate::credential;
use crate::error::AppError;
use crate::identity::Enrolment;
use crate::patient::visibility::Visibility;
use crate::patient::{chart, sharing};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Collection;
use crate::rhythm;
use crate::session::Session;
use crate::views::common::{ReachView, Role};
use crate::views::patient::{PatientHome, ShareState};

/// Accesses shown on the first page.
const RECENT: usize = 5;
/// How long the first page tells that the computer was set back, in seconds.
const TOLD: UnixSeconds = 7 * 86_400;

/// How the last exchange went, as [`home`] tells it. Reads only what is stored.
///
/// # Errors
/// What the vault reports.
pub fn reach(session: &Session) -> Result<ReachView, AppError> {
    let sync = sharing::SyncBook::load(session)?;
    Ok(ReachView { last_sync: sync.last, problem: sync.problem })
}

/// What the first page shows. Reads only what is stored: nothing waits for the network.
///
/// # Errors
/// What the vault reports.
pub fn home(session: &Session) -> Result<PatientHome, AppError> {
    let tx = session.read()?;
    let enrolment = Enrolment::load(&*tx)?;
    let visibility = Visibility::load(&*tx, session.now())?;
    let mut categories = chart::categories(&*tx, &visibility)?;
    let waiting = tx.list(Collection::Outbox)?.len() as u64;
    let warnings = credential::warnings(&*tx, Role::Patient)?;
    let apart = rhythm::is_apart(&*tx)?;
    drop(tx);
    categories.retain(|category| category.records > 0);
    let records = categories.iter().map(|category| category.records).sum();
    let (mut shares, mut recent_accesses) = (Vec::new(), Vec::new());
    let mut sync = sharing::SyncBook::default();
    if enrolment.is_some() {
        shares = sharing::list(session)?;
        shares.retain(|share| match share.state {
            ShareState::Ended | ShareState::Former => false,
            // Until the relay confirms, the doctor may still fetch: it is not over.
            ShareState::Revoked => !share.revoke_confirmed && share.until > session.now(),
            _ => true,
        });
        recent_accesses = sharing::accesses(session)?;
        recent_accesses.truncate(RECENT);
        sync = sharing::SyncBook::load(session)?;
    }
    let pending = shares.iter().filter(|share| share.state == ShareState::Pending).count() as u64;
    Ok(PatientHome {
        enrolled: enrolment.is_some(),
        person_name: enrolment
            .as_ref()
            .and_then(|enrolment| Some(enrolment.person.as_ref()?.name.clone())),
        clinic_name: enrolment.map(|enrolment| enrolment.clinic_name),
        records,
        categories,
        shares,
        recent_accesses,
        waiting: waiting.max(pending),
        problem: sync.problem,
        last_sync: sync.last,
        set_back: sync.set_back.filter(|at| session.now().saturating_sub(*at) < TOLD),
        apart,
        warnings,
        visibility: visibility.of_all(),
    })
}
