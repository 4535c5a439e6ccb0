//! Setting up a clinic on this computer: its services, and the profile of its first desk.

use keyward_app::desk::{self, keys};
use keyward_app::error::AppError;
use keyward_app::identity::Enrolment;
use keyward_app::ports::clock::{Clock, SystemClock};
use keyward_app::views::common::{ClinicSetup, ProfileSummary, Role};
use keyward_vault::{NewProfile, ProfileId, ProfileRole, Unlocked};

use crate::services::{AUTHORITY, RELAY, Services, SetUp};
use crate::state::{Profiles, system_rng};

/// Creates the desk's profile and the clinic, whose first operator it is. The profile is left
/// closed: `profile_open` opens it as any other. If the app ends in between, opening the desk's
/// profile goes on from there ([`resume`]).
///
/// # Errors
/// [`ErrorCode::Conflict`](keyward_app::error::ErrorCode::Conflict) if there is a clinic on this
/// computer already; a field error; what the keyring or the disk report.
pub(crate) fn set_up(
    profiles: &Profiles,
    services: &Services,
    setup: &ClinicSetup,
) -> Result<ProfileSummary, AppError> {
    let clinic_name = &desk::clinic_name(&setup.clinic_name)?;
    let unlocked = make_desk(profiles, services, clinic_name, setup)?;
    let operator = keys::operator(&unlocked.master)?;
    let clinic =
        services.set_up(clinic_name, &unlocked.profile.display_name, operator.verifying_key())?;
    remember(&unlocked, clinic_name, &clinic)?;
    unlocked.vault.close();
    Ok(ProfileSummary {
        id: unlocked.profile.id.to_string(),
        role: Role::Desk,
        name: unlocked.profile.display_name.clone(),
        passphrase_set: unlocked.profile.passphrase_set,
        open: false,
        damaged: false,
        kept: false,
    })
}

/// Notes what is about to be made, then makes the desk's profile.
fn make_desk(
    profiles: &Profiles,
    services: &Services,
    clinic_name: &str,
    setup: &ClinicSetup,
) -> Result<Unlocked, AppError> {
    let id = ProfileId::random(&mut system_rng());
    services.begin(&id, clinic_name)?;
    let display_name = setup.operator_name.clone();
    let new = NewProfile { id, role: ProfileRole::Desk, display_name };
    profiles.create(new, setup.passphrase.as_deref())
}

/// Goes on with setting up the clinic of a desk where the app ended in between.
///
/// # Errors
/// What the keyring or the disk report.
pub(crate) fn resume(services: &Services, desk: &Unlocked) -> Result<(), AppError> {
    use keyward_app::ports::vault::Vault as _;
    if desk.profile.role != ProfileRole::Desk || Enrolment::load(&*desk.vault.read()?)?.is_some() {
        return Ok(());
    }
    let operator = keys::operator(&desk.master)?;
    match services.resume(&desk.profile, operator.verifying_key())? {
        Some((name, clinic)) => remember(desk, &name, &clinic),
        None => Ok(()),
    }
}

/// Stores in the desk's own vault where its clinic is and which key it has.
fn remember(desk: &Unlocked, clinic_name: &str, clinic: &SetUp) -> Result<(), AppError> {
    use keyward_app::ports::vault::Vault as _;
    let enrolment = Enrolment {
        role: Role::Desk,
        clinic_name: clinic_name.to_owned(),
        authority_url: AUTHORITY.to_owned(),
        relay_url: RELAY.to_owned(),
        service_id: clinic.service_id,
        authority_key: clinic.authority_key.to_bytes().to_vec(),
        this_computer_only: true,
        person: None,
        clinician_certificate: None,
        // The operator's key derives without one.
        salt: Vec::new(),
        enrolled_at: SystemClock.now(),
    };
    let mut tx = desk.vault.begin()?;
    enrolment.save(&mut *tx)?;
    Ok(tx.commit()?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use keyward_app::error::ErrorCode;
    use keyward_app::ports::relay::ServiceAddress;
    use keyward_app::ports::vault::Vault as _;
    use keyward_protocol::ids::ServiceId;
    use keyward_vault::{MemoryKeyring, ProfileStore};

    use super::*;

    /// The app as it starts on this folder.
    fn start(folder: &Path, keyring: &Arc<MemoryKeyring>) -> (Arc<Profiles>, Services) {
        let store = ProfileStore::open(folder).unwrap();
        let profiles = Arc::new(Profiles::new(store, Arc::clone(keyring) as _));
        let services = Services::new(folder.join("services"), Arc::clone(&profiles));
        (profiles, services)
    }

    fn setup() -> ClinicSetup {
        ClinicSetup {
            clinic_name: "Example Clinic".into(),
            operator_name: "Test Desk".into(),
            passphrase: None,
        }
    }

    /// The only desk is opened: it has its clinic now. Gives the clinic's service id.
    fn opened(profiles: &Profiles, services: &Services) -> ServiceId {
        let listed = profiles.store.list_profiles().unwrap().profiles;
        let desks: Vec<_> = listed.iter().filter(|one| !Services::owns(&one.id)).collect();
        assert_eq!(desks.len(), 1);
        let unlocked = profiles.unlock(&desks[0].id, None).unwrap();
        resume(services, &unlocked).unwrap();
        let enrolment = Enrolment::load(&*unlocked.vault.read().unwrap()).unwrap().unwrap();
        assert_eq!(enrolment.clinic_name, "Example Clinic");
        enrolment.service_id
    }

    #[test]
    fn a_clinic_is_finished_wherever_the_app_ended_while_it_was_set_up() {
        for end in ["before the desk", "before the clinic", "before the desk knows"] {
            let folder = tempfile::tempdir().unwrap();
            let keyring = Arc::new(MemoryKeyring::new());
            {
                let (profiles, services) = start(folder.path(), &keyring);
                if end == "before the desk" {
                    let id = ProfileId::random(&mut system_rng());
                    services.begin(&id, "Example Clinic").unwrap();
                } else {
                    let desk = make_desk(&profiles, &services, "Example Clinic", &setup()).unwrap();
                    let operator = keys::operator(&desk.master).unwrap();
                    if end == "before the desk knows" {
                        let key = operator.verifying_key();
                        services.set_up("Example Clinic", "Test Desk", key).unwrap();
                    }
                }
                services.stop();
            }
            let (profiles, services) = start(folder.path(), &keyring);
            let again = set_up(&profiles, &services, &setup());
            if end == "before the desk" {
                assert!(again.is_ok(), "{end}");
            } else {
                // The desk that is there is opened instead.
                assert_eq!(again.unwrap_err().code, ErrorCode::Conflict, "{end}");
            }
            let known = opened(&profiles, &services);
            assert_eq!(opened(&profiles, &services), known, "{end}: and stays");
            services.stop();
        }
    }

    #[test]
    fn who_was_with_a_clinic_of_another_computer_finds_none_here() {
        let folder = tempfile::tempdir().unwrap();
        let (profiles, services) = start(folder.path(), &Arc::new(MemoryKeyring::new()));
        set_up(&profiles, &services, &setup()).unwrap();
        let here = opened(&profiles, &services);
        for url in [RELAY, AUTHORITY] {
            let at = |service_id| ServiceAddress { url: url.to_owned(), service_id };
            let found = services.resolve(&at(here)).unwrap();
            assert!(found.starts_with("http://127.0.0.1:"));
            assert_eq!(services.resolve(&ServiceAddress::unknown(url)), Ok(found));
            assert!(services.resolve(&at(ServiceId::from_bytes([7; 16]))).is_err());
        }
        services.stop();
    }

    #[test]
    fn another_desk_gets_no_clinic() {
        let folder = tempfile::tempdir().unwrap();
        let (profiles, services) = start(folder.path(), &Arc::new(MemoryKeyring::new()));
        set_up(&profiles, &services, &setup()).unwrap();
        assert_eq!(
            set_up(&profiles, &services, &setup()).unwrap_err().code,
            ErrorCode::Conflict,
            "also while the services run"
        );
        let new = NewProfile {
            id: ProfileId::random(&mut system_rng()),
            role: ProfileRole::Desk,
            display_name: "Other Desk".into(),
        };
        let other = profiles.create(new, None).unwrap();
        resume(&services, &other).unwrap();
        assert!(Enrolment::load(&*other.vault.read().unwrap()).unwrap().is_none());
        services.stop();
    }
}
