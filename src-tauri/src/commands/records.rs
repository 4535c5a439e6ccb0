//! The patient's own records.

use keyward_app::error::AppError;
use keyward_app::patient::{chart as records, visibility as who};
use keyward_app::views::common::VisibilityView;
use keyward_app::views::patient::{PatientChart, PatientRecord};

use crate::caller::Patient;

/// The whole chart.
#[tauri::command]
pub async fn chart(patient: Patient) -> Result<PatientChart, AppError> {
    patient.run(records::chart).await
}

/// One record.
#[tauri::command]
pub async fn record(patient: Patient, id: String) -> Result<PatientRecord, AppError> {
    patient.run(move |session| records::record(session, &id)).await
}

/// One record as it came.
#[tauri::command]
pub async fn record_source(patient: Patient, id: String) -> Result<String, AppError> {
    patient.run(move |session| records::source(session, &id)).await
}

/// Who sees anything of this patient.
#[tauri::command]
pub async fn visibility(patient: Patient) -> Result<VisibilityView, AppError> {
    patient.run(who::everything).await
}
