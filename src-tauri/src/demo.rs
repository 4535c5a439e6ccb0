//! The demo: patient, doctor and desk, made by the very use cases people go through, with generated
//! records of people who do not exist. Compiled only with the feature `demo`.

use std::path::PathBuf;
use std::sync::Arc;

use keyward_app::desk::{self, HttpDesk};
use keyward_app::enrol;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::patient::import::{self, Watch};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::session::Session;
use keyward_app::views::common::{ClinicSetup, Role};
use keyward_app::views::desk::{ClinicianDraft, IdentityDocument, PersonDraft};
use keyward_app::views::patient::ImportDecision;
use keyward_testkit::Persona;
use keyward_vault::ProfileRole;

use crate::clinic;
use crate::failure;
use crate::opened::OpenProfile;
use crate::state::{self, Desktop};

/// The doctor of the demo.
const DOCTOR: &str = "Dr Test Adler-Sample";

/// Prepares the demo on a thread of its own and opens its windows.
pub(crate) fn start(desktop: &Arc<Desktop>) {
    let desktop = Arc::clone(desktop);
    tauri::async_runtime::spawn_blocking(move || {
        if let Err(error) = prepare(&desktop) {
            tracing::error!(code = ?error.code, "the demo cannot be prepared");
            desktop.quit(1);
        }
    });
}

/// Opens the profiles of an earlier demo, or makes them.
fn prepare(desktop: &Desktop) -> Result<(), AppError> {
    let known = desktop.list()?;
    if known.len() >= 3 {
        return known.iter().try_for_each(|profile| desktop.open_profile(&profile.id, None));
    }
    if !known.is_empty() {
        // A demo that was stopped half-way.
        return Err(ErrorCode::Conflict.into());
    }
    let setup = ClinicSetup {
        clinic_name: "Example Clinic".into(),
        operator_name: "Test Desk".into(),
        passphrase: None,
    };
    let made = clinic::set_up(desktop.profiles(), desktop.services(), &setup)?;
    desktop.open_profile(&made.id, None)?;
    let desk = open(desktop, Role::Desk)?.session()?;
    let (for_patient, for_doctor) = invitations(desktop, &desk)?;

    let doctor = join(desktop, ProfileRole::Doctor, DOCTOR, &for_doctor)?;
    drop(doctor);
    let patient = join(desktop, ProfileRole::Patient, "Test Patient", &for_patient)?;
    add_records(desktop, &patient)
}

fn open(desktop: &Desktop, role: Role) -> Result<Arc<OpenProfile>, AppError> {
    let all = desktop.all_open();
    all.into_iter().find(|open| open.role() == role).ok_or_else(|| ErrorCode::NotFound.into())
}

/// What the desk does: two people in the register, one of them invited, and a doctor.
fn invitations(desktop: &Desktop, desk: &Session) -> Result<(String, String), AppError> {
    let network = desktop.services().network();
    let client = network.authority_client(&desk.enrolment()?.authority())?;
    let register = HttpDesk::new(client, Arc::new(desk.with_master(desk::keys::operator)?));
    let known = Persona::HeartWoman;
    let person = desk::people::register(desk, &register, &draft(known))?.row.id;
    let document = IdentityDocument::IdentityCard;
    desk::people::check_identity(desk, &register, &person, document, None)?;
    let patient = desk::people::invite(desk, &register, &person)?;
    desk::people::register(desk, &register, &draft(Persona::DiabetesMan))?;
    let clinician = ClinicianDraft {
        name: DOCTOR.into(),
        role: "Cardiologist".into(),
        organisation: "Example Clinic".into(),
        registration_number: None,
    };
    let doctor = desk::clinicians::enrol(desk, &register, &clinician)?;
    Ok((patient.text, doctor.text))
}

fn draft(persona: Persona) -> PersonDraft {
    let person = persona.person();
    PersonDraft {
        given_name: person.given.join(" "),
        family_name: person.family,
        birth_date: person.birth_date,
        clinic_number: None,
        phone: None,
    }
}

/// Makes a profile, opens its window and accepts an invitation in it.
fn join(
    desktop: &Desktop,
    role: ProfileRole,
    name: &str,
    invitation: &str,
) -> Result<Arc<Session>, AppError> {
    let unlocked = desktop.create(role, name, None)?;
    desktop.open_unlocked(unlocked)?;
    let opened = open(desktop, state::role(role))?;
    let session = opened.session()?;
    enrol::accept(&session, invitation)?;
    opened.ear().tell(&crate::events::Event::Changed("enrolment"));
    Ok(session)
}

/// Writes the sample record as a file and imports it as any other file.
fn add_records(desktop: &Desktop, patient: &Session) -> Result<(), AppError> {
    let file: PathBuf = desktop.data_dir().join("sample-record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))
        .map_err(|error| failure::internal(&format!("sample record: {error}")))?;
    let watch = Watch {
        progress: &Unwatched,
        cancel: &Cancel::new(),
        decide: &|_| ImportDecision::Stop,
        started: &|_| {},
    };
    import::run(patient, &[file], &watch)?;
    open(desktop, Role::Patient)?.ear().tell(&crate::events::Event::Changed("records"));
    Ok(())
}
