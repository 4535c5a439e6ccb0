//! Setting up a clinic on this computer: its services, and the profile of its first desk.

use keyward_app::desk::{self, keys};
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::identity::Enrolment;
use keyward_app::ports::clock::{Clock, SystemClock};
use keyward_app::views::common::{ClinicSetup, ProfileSummary, Role};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::VerifyingKey;
use keyward_vault::{ProfileRole, Unlocked};

use crate::services::{AUTHORITY, RELAY};
use crate::state::Desktop;

/// Creates the desk's profile and the clinic, whose first operator it is. The profile is left
/// closed: `profile_open` opens it as any other.
///
/// # Errors
/// [`ErrorCode::Conflict`] if there is a clinic on this computer already; a field error; what the
/// keyring or the disk report.
pub(crate) fn set_up(desktop: &Desktop, setup: &ClinicSetup) -> Result<ProfileSummary, AppError> {
    let clinic_name = &desk::clinic_name(&setup.clinic_name)?;
    if desktop.services().has_clinic()? {
        return Err(ErrorCode::Conflict.into());
    }
    let passphrase = setup.passphrase.as_deref();
    let unlocked = desktop.create(ProfileRole::Desk, &setup.operator_name, passphrase)?;
    let operator = keys::operator(&unlocked.master)?;
    let clinic = desktop.services().set_up(
        clinic_name,
        &unlocked.profile.display_name,
        operator.verifying_key(),
    )?;
    remember(&unlocked, clinic_name, clinic.service_id, &clinic.authority_key)?;
    unlocked.vault.close();
    Ok(ProfileSummary {
        id: unlocked.profile.id.to_string(),
        role: Role::Desk,
        name: unlocked.profile.display_name.clone(),
        passphrase_set: unlocked.profile.passphrase_set,
        open: false,
    })
}

/// Stores in the desk's own vault where its clinic is and which key it has.
fn remember(
    desk: &Unlocked,
    clinic_name: &str,
    service_id: ServiceId,
    authority_key: &VerifyingKey,
) -> Result<(), AppError> {
    use keyward_app::ports::vault::Vault as _;
    let enrolment = Enrolment {
        role: Role::Desk,
        clinic_name: clinic_name.to_owned(),
        authority_url: AUTHORITY.to_owned(),
        relay_url: RELAY.to_owned(),
        service_id,
        authority_key: authority_key.to_bytes().to_vec(),
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
