//! What was shared with a doctor.

use keyward_app::doctor;
use keyward_app::error::AppError;
use keyward_app::views::doctor::{DoctorChart, DoctorHome, DoctorOpening, DoctorRecord};

use crate::caller::Doctor;

/// Who shares, and what is new.
#[tauri::command]
pub async fn doctor_home(doctor: Doctor) -> Result<DoctorHome, AppError> {
    doctor.run(doctor::home).await
}

/// Exchanges with relay and clinic now.
#[tauri::command]
pub async fn doctor_sync(doctor: Doctor) -> Result<(), AppError> {
    doctor.change("shares", |session| doctor::sync(session).map(drop)).await
}

/// Opens a shared chart, which the reading room reads.
#[tauri::command]
pub async fn doctor_open(doctor: Doctor, share: String) -> Result<DoctorOpening, AppError> {
    doctor.run(move |session| doctor::open(session, &share)).await
}

/// A shared chart, or the explanation why there is none.
#[tauri::command]
pub async fn doctor_chart(doctor: Doctor, share: String) -> Result<DoctorChart, AppError> {
    doctor.run(move |session| doctor::chart(session, &share)).await
}

/// One record of a shared chart.
#[tauri::command]
pub async fn doctor_record(
    doctor: Doctor,
    share: String,
    record: String,
) -> Result<DoctorRecord, AppError> {
    doctor.run(move |session| doctor::record(session, &share, &record)).await
}

/// One record of a shared chart as the patient sealed it.
#[tauri::command]
pub async fn doctor_record_source(
    doctor: Doctor,
    share: String,
    record: String,
) -> Result<String, AppError> {
    doctor.run(move |session| doctor::record_source(session, &share, &record)).await
}
