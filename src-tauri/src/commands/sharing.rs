//! Sharing: spaces, doctors, shares, their history.

use std::sync::Arc;

use keyward_app::error::AppError;
use keyward_app::patient::{sharing, spaces as faces};
use keyward_app::ports::clock::UnixSeconds;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::session::Session;
use keyward_app::views::common::JobKind;
use keyward_app::views::patient::{
    AccessView, DoctorDirectory, ReceiptView, RetiredSpace, RevokeOutcome, ShareDraft,
    SharePreview, ShareView, SpaceDraft, SpaceView,
};
use keyward_app::views::recovery::NewKeysView;

use crate::background;
use crate::caller::{Patient, off_thread};
use crate::events::Event;

/// The sharing spaces.
#[tauri::command]
pub async fn spaces(patient: Patient) -> Result<Vec<SpaceView>, AppError> {
    patient.run(faces::list).await
}

/// Makes a sharing space.
#[tauri::command]
pub async fn space_create(patient: Patient, draft: SpaceDraft) -> Result<SpaceView, AppError> {
    let outcome = patient.run(move |session| faces::create(session, &draft)).await;
    // Also a failure may have brought something that the first page tells: what the clinic did wrong.
    patient.0.0.ear().tell(&Event::Changed("spaces"));
    outcome
}

/// Renames a sharing space.
#[tauri::command]
pub async fn space_rename(
    patient: Patient,
    id: String,
    name: String,
    icon: String,
) -> Result<SpaceView, AppError> {
    patient.change("spaces", move |session| faces::rename(session, &id, &name, &icon)).await
}

/// The sharing spaces that were put away.
#[tauri::command]
pub async fn spaces_retired(patient: Patient) -> Result<Vec<RetiredSpace>, AppError> {
    patient.run(faces::retired).await
}

/// Puts a sharing space away, for good.
#[tauri::command]
pub async fn space_retire(patient: Patient, id: String) -> Result<RetiredSpace, AppError> {
    let outcome = patient.change("shares", move |session| faces::retire(session, &id)).await;
    patient.0.0.ear().tell(&Event::Changed("spaces"));
    outcome
}

/// Sends what waits of one space now, whoever's turn it is.
#[tauri::command]
pub async fn space_send_now(patient: Patient, id: String) -> Result<(), AppError> {
    let send = move |session: &_| {
        sharing::retry(session)?;
        sharing::send_now(session, &id, &Unwatched, &Cancel::new())
    };
    patient.change("shares", send).await
}

/// The doctors the clinic certified.
#[tauri::command]
pub async fn doctors(patient: Patient) -> Result<DoctorDirectory, AppError> {
    patient.run(sharing::doctors).await
}

/// What the doctor would see, from exactly the bytes that would be encrypted.
#[tauri::command]
pub async fn share_preview(patient: Patient, draft: ShareDraft) -> Result<SharePreview, AppError> {
    let preview = patient.run(move |session| sharing::preview(session, &draft)).await?;
    let opened = Arc::clone(&patient.0.0);
    let session = opened.session()?;
    std::thread::spawn(move || background::read_letters(&opened, &session));
    Ok(preview)
}

/// Running shares whose doctor has new keys.
#[tauri::command]
pub async fn doctor_new_keys(patient: Patient) -> Result<Vec<NewKeysView>, AppError> {
    patient.run(sharing::new_keys).await
}

/// Shares the same again with a doctor's new keys. Decided when this answers; carrying it out is the
/// job it names, whose result is the new share's id.
#[tauri::command]
pub async fn share_regrant(
    patient: Patient,
    id: String,
    certificate: String,
) -> Result<String, AppError> {
    decide(patient, move |session| sharing::share_again(session, &id, &certificate)).await
}

/// Decides a share. The decision is stored when this answers; carrying it out is the job it names,
/// whose result is the share's id.
#[tauri::command]
pub async fn share_create(patient: Patient, draft: ShareDraft) -> Result<String, AppError> {
    decide(patient, move |session| sharing::create(session, &draft)).await
}

async fn decide(
    patient: Patient,
    decision: impl FnOnce(&Session) -> Result<ShareView, AppError> + Send + 'static,
) -> Result<String, AppError> {
    let opened = Arc::clone(&patient.0.0);
    let session = opened.session()?;
    off_thread(move || {
        let share = decision(&session)?;
        let job = opened.jobs().start(JobKind::Share)?;
        let id = job.id();
        job.set_result(&share.id);
        opened.ear().tell(&Event::Changed("shares"));
        tauri::async_runtime::spawn_blocking(move || {
            sharing::sync_as_job(&session, &job, Some(share.id));
            opened.ear().tell(&Event::Changed("shares"));
        });
        Ok(id)
    })
    .await
}

/// All shares.
#[tauri::command]
pub async fn shares(patient: Patient) -> Result<Vec<ShareView>, AppError> {
    patient.run(sharing::list).await
}

/// One share with its history.
#[tauri::command]
pub async fn share(patient: Patient, id: String) -> Result<ShareView, AppError> {
    patient.run(move |session| sharing::one(session, &id)).await
}

/// Takes a share back.
#[tauri::command]
pub async fn share_revoke(patient: Patient, id: String) -> Result<RevokeOutcome, AppError> {
    patient.change("shares", move |session| sharing::revoke(session, &id)).await
}

/// Lets a share last longer.
#[tauri::command]
pub async fn share_extend(
    patient: Patient,
    id: String,
    until: UnixSeconds,
) -> Result<ShareView, AppError> {
    patient.change("shares", move |session| sharing::extend(session, &id, until)).await
}

/// Who looked at what, when.
#[tauri::command]
pub async fn accesses(patient: Patient) -> Result<Vec<AccessView>, AppError> {
    patient.run(sharing::accesses).await
}

/// The receipt of a consent.
#[tauri::command]
pub async fn consent_receipt(patient: Patient, id: String) -> Result<ReceiptView, AppError> {
    patient.run(move |session| sharing::receipt(session, &id)).await
}
