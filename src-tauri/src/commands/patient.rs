//! The patient's first page, and the exchange with relay and clinic.

use keyward_app::error::AppError;
use keyward_app::patient::{home, sharing};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::views::patient::PatientHome;

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
