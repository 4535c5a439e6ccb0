//! What crosses to the interface about the reading room, beside the views of `keyward_records`.

use keyward_records::Category;
pub use keyward_records::room::{
    AnalytePage, ComparisonView, DensityView, ItemPage, ItemQuery, MedicinePlan, PanelView,
    RoomSummary, SearchPage, TrendView,
};
use keyward_records::sensitivity::SensitivityMatch;
use keyward_records::view::RecordView;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ports::clock::UnixSeconds;
use crate::views::common::VisibilityView;

/// Whose chart, as whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
#[ts(export_to = "./")]
pub enum RoomScope {
    /// The patient's own records.
    Own,
    /// What a share will show, as its preview was made; patient.
    Preview {
        /// Id of the preview.
        id: String,
    },
    /// A share; doctor.
    Share {
        /// Id of the share.
        id: String,
    },
}

/// One record with what is known about it here.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RoomRecord {
    /// The record.
    pub record: RecordView,
    /// Who can see it; `None` in a preview.
    pub visibility: Option<VisibilityView>,
    /// When the patient received it.
    #[ts(type = "number | null")]
    pub received: Option<UnixSeconds>,
    /// The file it came in (own records only).
    pub source_name: Option<String>,
    /// The import it came with (own records only).
    pub import_id: Option<String>,
    /// How many records came in that file and can be moved, itself among them (own records only).
    #[ts(type = "number | null")]
    pub in_file: Option<u64>,
    /// The compartment it is kept in, or came through.
    pub compartment: Category,
    /// Why it is kept apart (own records only); empty if it is not.
    pub apart: Vec<SensitivityMatch>,
    /// Whether it is not shared with anybody until she chooses a place for it (own records only).
    pub waits: bool,
    /// Records from elsewhere that say the same and are not shown themselves.
    pub also_in: Vec<AlsoIn>,
}

/// A record that says the same as another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct AlsoIn {
    /// Its id; it can be opened like any other.
    pub record_id: String,
    /// The file it came in (own records only).
    pub source_name: Option<String>,
    /// When the patient received it.
    #[ts(type = "number | null")]
    pub received: Option<UnixSeconds>,
}
