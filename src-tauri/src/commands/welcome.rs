//! The welcome window: choosing, making and opening profiles.

use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::views::common::{ClinicSetup, NewProfile, ProfileSummary, Role, SalvageView};
use keyward_vault::ProfileRole;
use tauri::State;

use crate::caller::off_thread;
use crate::clinic;
use crate::state::{Desktop, role};

/// The profiles of this computer.
#[tauri::command]
pub async fn profiles_list(
    desktop: State<'_, Arc<Desktop>>,
) -> Result<Vec<ProfileSummary>, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.list()).await
}

/// Makes a patient's or doctor's profile. It is opened by `profile_open`.
#[tauri::command]
pub async fn profile_create(
    desktop: State<'_, Arc<Desktop>>,
    profile: NewProfile,
) -> Result<ProfileSummary, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || {
        let kind = match profile.role {
            Role::Patient => ProfileRole::Patient,
            Role::Doctor => ProfileRole::Doctor,
            // A desk comes with a clinic.
            Role::Desk => return Err(ErrorCode::NotAllowed.into()),
        };
        let unlocked = desktop.create(kind, &profile.name, profile.passphrase.as_deref())?;
        unlocked.vault.close();
        Ok(ProfileSummary {
            id: unlocked.profile.id.to_string(),
            role: role(unlocked.profile.role),
            name: unlocked.profile.display_name.clone(),
            passphrase_set: unlocked.profile.passphrase_set,
            open: false,
            damaged: false,
            kept: false,
        })
    })
    .await
}

/// Opens a profile in its window.
#[tauri::command]
pub async fn profile_open(
    desktop: State<'_, Arc<Desktop>>,
    id: String,
    passphrase: Option<String>,
) -> Result<(), AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.open_profile(&id, passphrase.as_deref())).await
}

/// Begins to save what can be saved of a profile's damaged file.
#[tauri::command]
pub async fn salvage_start(
    desktop: State<'_, Arc<Desktop>>,
    id: String,
    passphrase: Option<String>,
) -> Result<SalvageView, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.salvage(&id, passphrase)).await
}

/// How far it is, and what came of it.
#[tauri::command]
pub fn salvage_state(
    desktop: State<'_, Arc<Desktop>>,
    id: String,
) -> Result<SalvageView, AppError> {
    Ok(desktop.salvage_of(&id)?.view())
}

/// Stops it. Nothing was changed then.
#[tauri::command]
pub fn salvage_stop(desktop: State<'_, Arc<Desktop>>, id: String) -> Result<(), AppError> {
    desktop.salvage_of(&id)?.cancel().cancel();
    Ok(())
}

/// Removes the damaged files that were kept, for good.
#[tauri::command]
pub async fn salvage_forget(desktop: State<'_, Arc<Desktop>>, id: String) -> Result<(), AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.forget_damaged(&id)).await
}

/// Gives a profile another name.
#[tauri::command]
pub async fn profile_rename(
    desktop: State<'_, Arc<Desktop>>,
    id: String,
    name: String,
) -> Result<ProfileSummary, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.rename(&id, &name)).await
}

/// Removes a profile whose passphrase is forgotten from this computer.
#[tauri::command]
pub async fn profile_remove(
    desktop: State<'_, Arc<Desktop>>,
    id: String,
    name: String,
) -> Result<(), AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || desktop.remove(&id, &name)).await
}

/// Sets up a clinic on this computer and opens its first desk.
#[tauri::command]
pub async fn clinic_setup(
    desktop: State<'_, Arc<Desktop>>,
    setup: ClinicSetup,
) -> Result<ProfileSummary, AppError> {
    let desktop = Arc::clone(&desktop);
    off_thread(move || clinic::set_up(desktop.profiles(), desktop.services(), &setup)).await
}
