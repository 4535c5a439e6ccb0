//! The session of a window, as its page sees it.

use keyward_app::error::AppError;
use keyward_app::identity::Enrolment;
use keyward_app::session::Session;
use keyward_app::views::common::{ReachView, Role, SessionView};
use keyward_app::{doctor, patient};

use crate::opened::OpenProfile;

/// The session as it stands; a locked one tells nothing from inside the store.
pub(crate) fn of(opened: &OpenProfile) -> Result<SessionView, AppError> {
    let outside = opened.outside();
    let mut view = SessionView {
        profile_id: opened.id().to_string(),
        role: opened.role(),
        profile_name: outside.name,
        locked: true,
        passphrase_set: outside.passphrase_set,
        enrolled: None,
        clinic_name: None,
        person_name: None,
        this_computer_only: false,
        auto_lock_minutes: outside.auto_lock_minutes,
        theme: outside.theme,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        reach: None,
    };
    let Ok(session) = opened.session() else { return Ok(view) };
    let enrolment = Enrolment::load(&*session.read()?)?;
    view.locked = false;
    view.enrolled = Some(enrolment.is_some());
    if let Some(enrolment) = enrolment {
        view.this_computer_only = enrolment.this_computer_only;
        view.person_name = match enrolment.clinician() {
            Ok(doctor) => Some(doctor.name.clone()),
            Err(_) => enrolment.person.map(|person| person.name),
        };
        view.clinic_name = Some(enrolment.clinic_name);
        view.reach = reach(&session, view.role)?;
    }
    Ok(view)
}

fn reach(session: &Session, role: Role) -> Result<Option<ReachView>, AppError> {
    match role {
        Role::Patient => patient::home::reach(session).map(Some),
        Role::Doctor => doctor::reach(session).map(Some),
        Role::Desk => Ok(None),
    }
}
