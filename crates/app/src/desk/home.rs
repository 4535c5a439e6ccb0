//! The desk's first page: who waits for what.

use keyward_relay_api::authority::clinicians::ClinicianState;
use keyward_relay_api::authority::people::{PersonState, SearchPeople};

use super::{DeskAuthority, people::row, refusal};
use crate::error::{AppError, ErrorCode};
use crate::ports::authority::AuthorityError;
use crate::session::Session;
use crate::views::desk::{DeskHome, PersonRow};

/// States in which something is left to do.
const WAITING: [PersonState; 3] =
    [PersonState::Registered, PersonState::IdentityChecked, PersonState::Invited];

/// Counts and the queue. When the authority is out of reach the page says so instead of failing.
///
/// # Errors
/// [`ErrorCode::Locked`] and what else the session reports.
pub fn home(session: &Session, authority: &dyn DeskAuthority) -> Result<DeskHome, AppError> {
    // A locked session shows nothing, although the register itself would answer.
    drop(session.read()?);
    let mut home = DeskHome {
        clinic_name: String::new(),
        operator_name: session.profile().name.clone(),
        fingerprint: Vec::new(),
        this_computer_only: false,
        queue: Vec::new(),
        people: 0,
        clinicians: 0,
        problem: None,
    };
    if let Err(error) = fill(&mut home, authority) {
        home.problem = Some(refusal(error, ErrorCode::Conflict));
    }
    Ok(home)
}

fn fill(home: &mut DeskHome, authority: &dyn DeskAuthority) -> Result<(), AuthorityError> {
    use keyward_relay_api::authority::status::Scope;
    let status = authority.status()?;
    home.clinic_name = status.clinic_name;
    home.this_computer_only = status.scope == Scope::ThisComputer;
    home.fingerprint = status
        .fingerprint
        .as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    for state in WAITING {
        let found = authority.search(&SearchPeople { state: Some(state), ..everyone() })?;
        home.people += u64::from(found.total);
        home.queue.extend(found.people.iter().map(row));
    }
    let enrolled = SearchPeople { state: Some(PersonState::Enrolled), limit: 1, ..everyone() };
    home.people += u64::from(authority.search(&enrolled)?.total);
    home.queue.sort_by(|a, b| oldest_first(a).cmp(&oldest_first(b)));
    let clinicians = authority.clinicians()?.clinicians;
    home.clinicians =
        clinicians.iter().filter(|c| c.state == ClinicianState::Enrolled).count() as u64;
    Ok(())
}

fn everyone() -> SearchPeople {
    SearchPeople::default()
}

fn oldest_first(row: &PersonRow) -> (u64, &str) {
    (row.changed, &row.id)
}
