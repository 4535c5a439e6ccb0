//! The demo: patient, doctor and desk, made by the very use cases people go through, with generated
//! records of people who do not exist. Compiled only with the feature `demo`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_app::credential::{self, Pace};
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
use crate::services::FOLDER as SERVICES;
use crate::state::{self, Desktop, Profiles};
use crate::unfinished::Unfinished;

/// The doctor of the demo.
const DOCTOR: &str = "Dr Test Adler-Sample";
/// The record it imports, in the data folder.
const SAMPLE: &str = "sample-record.json";

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
    let (profiles, note) = (desktop.profiles(), Unfinished::of(desktop.data_dir()));
    remove_unfinished(profiles, desktop.data_dir(), &note)?;
    let known = desktop.list()?;
    if known.len() >= 3 {
        return known.iter().try_for_each(|profile| desktop.open_profile(&profile.id, None));
    }
    if !ids(profiles)?.is_empty() {
        // Somebody's own folder, not a demo's.
        return Err(ErrorCode::Conflict.into());
    }
    note.begin().map_err(of_note)?;
    profiles.note_in(Some(Unfinished::of(desktop.data_dir())));
    let made = make(desktop);
    profiles.note_in(None);
    made?;
    note.forget().map_err(of_note)
}

/// Removes what an earlier demo made that was stopped half-way, if nothing else is there.
fn remove_unfinished(
    profiles: &Profiles,
    data_dir: &Path,
    note: &Unfinished,
) -> Result<(), AppError> {
    let Some(noted) = note.profiles().map_err(of_note)? else { return Ok(()) };
    let present = ids(profiles)?;
    if !present.iter().all(|id| noted.contains(id)) {
        return Err(ErrorCode::Conflict.into());
    }
    for id in present {
        let id = id.parse().map_err(failure::of_store)?;
        profiles.store.discard(&id, &*profiles.keyring).map_err(failure::of_store)?;
    }
    let services = std::fs::remove_dir_all(data_dir.join(SERVICES));
    let sample = std::fs::remove_file(data_dir.join(SAMPLE));
    for removed in [services, sample] {
        removed.or_else(|error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(of_note(error)),
        })?;
    }
    note.forget().map_err(of_note)
}

/// Every profile folder there is, also those of services and those that cannot be read.
fn ids(profiles: &Profiles) -> Result<Vec<String>, AppError> {
    let listing = profiles.store.list_profiles().map_err(failure::of_store)?;
    let readable = listing.profiles.into_iter().map(|profile| profile.id.to_string());
    Ok(readable.chain(listing.unreadable.into_iter().map(|(id, _)| id)).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn of_note(error: std::io::Error) -> AppError {
    failure::internal(&format!("unfinished demo: {error}"))
}

fn make(desktop: &Desktop) -> Result<(), AppError> {
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
    // At once: a demo has nobody whose times could tell anything, and no hours to wait.
    credential::work_ahead(&patient, Pace::Now)?;
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
    let file: PathBuf = desktop.data_dir().join(SAMPLE);
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

#[cfg(test)]
mod tests {
    use keyward_vault::{MemoryKeyring, NewProfile, ProfileId, ProfileStore};

    use super::*;

    fn add(profiles: &Profiles) -> String {
        let id = ProfileId::random(&mut state::system_rng());
        let new = NewProfile {
            id: id.clone(),
            role: ProfileRole::Patient,
            display_name: "Test Patient".into(),
        };
        profiles.create(new, None).unwrap().vault.close();
        id.to_string()
    }

    #[test]
    fn a_demo_stopped_half_way_is_removed_and_nothing_else_ever_is() {
        let folder = tempfile::tempdir().unwrap();
        let (dir, note) = (folder.path(), Unfinished::of(folder.path()));
        let keyring = Arc::new(MemoryKeyring::new());
        let store = ProfileStore::open(dir).unwrap();
        let profiles = Profiles::new(store, Arc::clone(&keyring) as _);
        note.begin().unwrap();
        profiles.note_in(Some(Unfinished::of(dir)));
        let half = add(&profiles);
        std::fs::create_dir(dir.join(SERVICES)).unwrap();

        // Somebody's own profile beside it: nothing is touched.
        profiles.note_in(None);
        let own = add(&profiles);
        let refused = remove_unfinished(&profiles, dir, &note).unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict);
        assert_eq!(ids(&profiles).unwrap().len(), 2);
        profiles.store.discard(&own.parse().unwrap(), &*keyring).unwrap();

        remove_unfinished(&profiles, dir, &note).unwrap();
        assert!(ids(&profiles).unwrap().is_empty() && !dir.join(SERVICES).exists());
        assert!(keyring.peek(&half).is_none());

        // Without a note there is nothing to remove, whatever is in the folder.
        let own = add(&profiles);
        remove_unfinished(&profiles, dir, &note).unwrap();
        assert_eq!(ids(&profiles).unwrap(), [own]);
    }
}
