//! The clinic's front desk.

use std::sync::Arc;

use keyward_app::desk::{self, DeskAuthority, HttpDesk};
use keyward_app::error::AppError;
use keyward_app::session::Session;
use keyward_app::views::common::InvitationView;
use keyward_app::views::desk::{
    ClinicianDraft, ClinicianRow, DeskHome, IdentityDocument, PersonDraft, PersonRow, PersonView,
};
use tauri::State;

use crate::caller::Desk;
use crate::state::Desktop;

type Shell<'a> = State<'a, Arc<Desktop>>;

/// Runs a use case with the clinic's register at hand, on behalf of this desk's operator.
async fn at<T: Send + 'static>(
    desktop: Shell<'_>,
    desk: Desk,
    work: impl FnOnce(&Session, &dyn DeskAuthority) -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let network = desktop.services().network();
    desk.run(move |session| {
        let clinic = session.enrolment()?.authority();
        let operator = session.with_master(desk::keys::operator)?;
        let client = network.authority_client(&clinic)?;
        work(session, &HttpDesk::new(client, Arc::new(operator)))
    })
    .await
}

/// The queue and the figures.
#[tauri::command]
pub async fn desk_home(desktop: Shell<'_>, desk: Desk) -> Result<DeskHome, AppError> {
    at(desktop, desk, |session, clinic| desk::home(session, clinic)).await
}

/// People by name, birth date or number.
#[tauri::command]
pub async fn desk_people(
    desktop: Shell<'_>,
    desk: Desk,
    query: String,
) -> Result<Vec<PersonRow>, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::list(session, clinic, &query)).await
}

/// One person.
#[tauri::command]
pub async fn desk_person(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
) -> Result<PersonView, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::open(session, clinic, &id)).await
}

/// People who may be the one described.
#[tauri::command]
pub async fn desk_similar(
    desktop: Shell<'_>,
    desk: Desk,
    draft: PersonDraft,
) -> Result<Vec<PersonRow>, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::similar(session, clinic, &draft)).await
}

/// Registers a person.
#[tauri::command]
pub async fn desk_register(
    desktop: Shell<'_>,
    desk: Desk,
    draft: PersonDraft,
) -> Result<PersonView, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::register(session, clinic, &draft)).await
}

/// Corrects a person's entry.
#[tauri::command]
pub async fn desk_correct(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
    draft: PersonDraft,
) -> Result<PersonView, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::correct(session, clinic, &id, &draft))
        .await
}

/// Records an identity check.
#[tauri::command]
pub async fn desk_check_identity(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
    document: IdentityDocument,
    note: Option<String>,
) -> Result<PersonView, AppError> {
    at(desktop, desk, move |session, clinic| {
        desk::people::check_identity(session, clinic, &id, document, note.as_deref())
    })
    .await
}

/// Issues an invitation for a person; an earlier one stops working.
#[tauri::command]
pub async fn desk_invite(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
) -> Result<InvitationView, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::invite(session, clinic, &id)).await
}

/// Takes a person's open invitation back.
#[tauri::command]
pub async fn desk_withdraw_invitation(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
) -> Result<PersonView, AppError> {
    at(desktop, desk, move |session, clinic| {
        desk::people::withdraw_invitation(session, clinic, &id)
    })
    .await
}

/// Withdraws a person from the register.
#[tauri::command]
pub async fn desk_withdraw_person(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
    reason: String,
) -> Result<PersonView, AppError> {
    at(desktop, desk, move |session, clinic| desk::people::withdraw(session, clinic, &id, &reason))
        .await
}

/// The clinicians.
#[tauri::command]
pub async fn desk_clinicians(
    desktop: Shell<'_>,
    desk: Desk,
) -> Result<Vec<ClinicianRow>, AppError> {
    at(desktop, desk, |session, clinic| desk::clinicians::list(session, clinic)).await
}

/// Enters a clinician and issues the invitation.
#[tauri::command]
pub async fn desk_enrol_clinician(
    desktop: Shell<'_>,
    desk: Desk,
    draft: ClinicianDraft,
) -> Result<InvitationView, AppError> {
    at(desktop, desk, move |session, clinic| desk::clinicians::enrol(session, clinic, &draft)).await
}

/// Issues another invitation for a clinician; the earlier device stops working.
#[tauri::command]
pub async fn desk_reinvite_clinician(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
) -> Result<InvitationView, AppError> {
    at(desktop, desk, move |session, clinic| desk::clinicians::reinvite(session, clinic, &id)).await
}

/// Removes a clinician: her certificate counts no more.
#[tauri::command]
pub async fn desk_remove_clinician(
    desktop: Shell<'_>,
    desk: Desk,
    id: String,
    reason: String,
) -> Result<ClinicianRow, AppError> {
    at(desktop, desk, move |session, clinic| {
        desk::clinicians::remove(session, clinic, &id, &reason)
    })
    .await
}
