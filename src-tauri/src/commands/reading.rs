//! The reading room: one's own records, a preview of a share, or a share, by one set of commands.
//! Which of the three a window may read is decided by its profile's role, in the use cases.

use keyward_app::error::AppError;
use keyward_app::reading;
use keyward_app::views::reading::{
    AnalytePage, ComparisonView, DensityView, ItemQuery, MedicinePlan, PanelView, RoomRecord,
    RoomScope, RoomSummary, SearchPage, TrendView,
};
use tauri::ipc::Response;

use crate::caller::{Invited, Patient};

/// The summary page.
#[tauri::command]
pub async fn room_summary(reader: Invited, scope: RoomScope) -> Result<RoomSummary, AppError> {
    reader.run(move |session| reading::summary(session, &scope)).await
}

/// Remembers that everything there is now was seen.
#[tauri::command]
pub async fn room_mark_seen(reader: Invited, scope: RoomScope) -> Result<(), AppError> {
    reader.run(move |session| reading::mark_seen(session, &scope)).await
}

/// A page of items: an `ItemPage` without what is empty in its items.
#[tauri::command]
pub async fn room_items(
    reader: Invited,
    scope: RoomScope,
    query: ItemQuery,
) -> Result<Response, AppError> {
    reader.run(move |session| reading::items_json(session, &scope, &query)).await.map(Response::new)
}

/// How the items of a query are spread over time.
#[tauri::command]
pub async fn room_density(
    reader: Invited,
    scope: RoomScope,
    query: ItemQuery,
) -> Result<Vec<DensityView>, AppError> {
    reader.run(move |session| reading::density(session, &scope, &query)).await
}

/// A page of what is measured again and again.
#[tauri::command]
pub async fn room_analytes(
    reader: Invited,
    scope: RoomScope,
    query: ItemQuery,
) -> Result<AnalytePage, AppError> {
    reader.run(move |session| reading::analytes(session, &scope, &query)).await
}

/// The course of one analyte.
#[tauri::command]
pub async fn room_trend(
    reader: Invited,
    scope: RoomScope,
    analyte: String,
) -> Result<TrendView, AppError> {
    reader.run(move |session| reading::trend(session, &scope, &analyte)).await
}

/// Two days side by side.
#[tauri::command]
pub async fn room_comparison(
    reader: Invited,
    scope: RoomScope,
    earlier: String,
    later: String,
) -> Result<ComparisonView, AppError> {
    reader.run(move |session| reading::comparison(session, &scope, &earlier, &later)).await
}

/// A report with its results.
#[tauri::command]
pub async fn room_panel(
    reader: Invited,
    scope: RoomScope,
    record_id: String,
) -> Result<PanelView, AppError> {
    reader.run(move |session| reading::panel(session, &scope, &record_id)).await
}

/// The medicines with their courses.
#[tauri::command]
pub async fn room_medicines(reader: Invited, scope: RoomScope) -> Result<MedicinePlan, AppError> {
    reader.run(move |session| reading::medicines(session, &scope)).await
}

/// What is found by words.
#[tauri::command]
pub async fn room_search(
    reader: Invited,
    scope: RoomScope,
    query: ItemQuery,
) -> Result<SearchPage, AppError> {
    reader.run(move |session| reading::search(session, &scope, &query)).await
}

/// One record.
#[tauri::command]
pub async fn room_record(
    reader: Invited,
    scope: RoomScope,
    record_id: String,
) -> Result<RoomRecord, AppError> {
    reader.run(move |session| reading::record(session, &scope, &record_id)).await
}

/// A preview is over.
#[tauri::command]
pub async fn share_preview_end(patient: Patient, id: String) -> Result<(), AppError> {
    patient.run(move |session| reading::end_preview(session, &id)).await
}
