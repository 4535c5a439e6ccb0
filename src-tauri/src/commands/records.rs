//! The patient's own records.

use keyward_app::error::AppError;
use keyward_app::patient::{chart as records, compartment, together, visibility as who};
use keyward_app::views::common::VisibilityView;
use keyward_app::views::patient::{Category, FileMoved, PatientChart, PatientRecord, RecordMoved};

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

/// Moves a record to another compartment; the answer says how to take that back.
#[tauri::command]
pub async fn record_move(
    patient: Patient,
    id: String,
    category: Category,
) -> Result<RecordMoved, AppError> {
    patient.change("records", move |session| compartment::move_record(session, &id, category)).await
}

/// Moves all records of the file of a record to another compartment, or each to that of its own kind.
#[tauri::command]
pub async fn record_move_file(
    patient: Patient,
    id: String,
    category: Option<Category>,
) -> Result<FileMoved, AppError> {
    patient.change("records", move |session| together::move_file(session, &id, category)).await
}

/// Takes the latest move of a whole file back.
#[tauri::command]
pub async fn record_move_back(patient: Patient, undo: String) -> Result<(), AppError> {
    patient.change("records", move |session| together::move_back(session, &undo)).await
}

/// Who sees anything of this patient.
#[tauri::command]
pub async fn visibility(patient: Patient) -> Result<VisibilityView, AppError> {
    patient.run(who::everything).await
}
