//! The patient's first page, the exchange with relay and clinic, and how quickly things travel.

use keyward_app::error::AppError;
use keyward_app::patient::{home, sharing};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::rhythm;
use keyward_app::views::patient::{PatientHome, Travel};

use crate::caller::Patient;

/// What the first page shows.
#[tauri::command]
pub async fn patient_home(patient: Patient) -> Result<PatientHome, AppError> {
    patient.run(home::home).await
}

/// Carries out what waits, and learns what happened.
#[tauri::command]
pub async fn sync_now(patient: Patient) -> Result<(), AppError> {
    let exchange = |session: &_| {
        // Somebody asks: what was refused before is tried again.
        sharing::retry(session)?;
        sharing::sync(session, &Unwatched, &Cancel::new())
    };
    patient.change("shares", exchange).await
}

/// How quickly things travel.
#[tauri::command]
pub async fn travel_read(patient: Patient) -> Result<Travel, AppError> {
    patient.run(|session| rhythm::travel(&*session.read()?)).await
}

/// Chooses how quickly things travel.
#[tauri::command]
pub async fn travel_write(patient: Patient, travel: Travel) -> Result<(), AppError> {
    patient.change("spaces", move |session| rhythm::choose(session, travel)).await
}
