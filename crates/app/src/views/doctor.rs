//! Views of a doctor's window.

use keyward_records::Category;
use keyward_records::view::{ChartView, RecordView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::common::ClinicWarning;
use super::patient::Purpose;
use crate::error::AppError;
use crate::ports::clock::UnixSeconds;

/// The doctor herself, as certified.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorSelf {
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Organisation.
    pub organisation: String,
    /// The clinic that certified her.
    pub clinic_name: String,
    /// Hash of her certificate in groups of four hex digits, to read out to a patient.
    pub fingerprint: Vec<String>,
    /// When the certificate ends.
    #[ts(type = "number")]
    pub valid_until: UnixSeconds,
    /// The clinic has removed her: nothing can be opened any more.
    pub removed: bool,
}

/// What a doctor's first page shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorHome {
    /// Whether an invitation was accepted.
    pub enrolled: bool,
    /// The doctor, once enrolled.
    pub doctor: Option<DoctorSelf>,
    /// Her keys are lost or stopped: the clinic has to invite her anew before anything reaches her.
    pub rejoin: bool,
    /// Who shares, newest first.
    pub shares: Vec<PatientRow>,
    /// When the relay was last reached.
    #[ts(type = "number | null")]
    pub last_sync: Option<UnixSeconds>,
    /// Why the last exchange did not work, if it did not.
    pub problem: Option<AppError>,
    /// What was found wrong with letters and not read of yet.
    pub warnings: Vec<ClinicWarning>,
}

/// How a patient is named to the doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum PatientLabel {
    /// By name; the clinic vouches for what `vouched_by` says, else the patient states it herself.
    Named {
        /// Name.
        name: String,
        /// FHIR date.
        birth_date: Option<String>,
        /// The clinic that vouches for name and birth date, if any does.
        vouched_by: Option<String>,
    },
    /// By the pseudonym of a sharing space.
    Pseudonym {
        /// The pseudonym.
        text: String,
    },
}

/// State of a share, as the doctor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum ReceivedState {
    /// Can be read.
    Live,
    /// Its time is over.
    Ended,
    /// The patient took it back.
    Revoked,
    /// Announced by the relay, but its message has not arrived (or was unreadable) yet.
    Incomplete,
    /// It was for keys of hers that are lost; the patient is asked to share again.
    KeysLost,
}

/// One share in the list of a doctor.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PatientRow {
    /// Id of the share (its grant id).
    pub share: String,
    /// Who shares.
    pub patient: PatientLabel,
    /// First 16 hex digits of the persona id in groups of four: tells apart what has one name.
    pub persona: Vec<String>,
    /// What is shared.
    pub categories: Vec<Category>,
    /// For what.
    pub purpose: Purpose,
    /// Since when.
    #[ts(type = "number")]
    pub from: UnixSeconds,
    /// Until when.
    #[ts(type = "number")]
    pub until: UnixSeconds,
    /// State.
    pub state: ReceivedState,
    /// When it was taken back or ended, if it was.
    #[ts(type = "number | null")]
    pub ended_at: Option<UnixSeconds>,
    /// Records in the cached copy.
    #[ts(type = "number")]
    pub records: u64,
    /// Records that arrived since the chart was last opened.
    #[ts(type = "number")]
    pub new_records: u64,
    /// When the chart was last opened.
    #[ts(type = "number | null")]
    pub last_opened: Option<UnixSeconds>,
}

/// What was found wrong with what the relay delivered. Nothing affected is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum ChartAlarm {
    /// Records are missing between others of the chain.
    Gap {
        /// Category.
        category: Category,
    },
    /// The relay shows an older state than this doctor has already seen.
    RolledBack {
        /// Category.
        category: Category,
        /// The time of the newest state seen.
        #[ts(type = "number")]
        seen: UnixSeconds,
    },
    /// Records are not what the patient signed, or belong elsewhere; they were put aside unread.
    Quarantined {
        /// Category.
        category: Category,
        /// How many.
        #[ts(type = "number")]
        records: u64,
    },
    /// The head of a category carries a wrong signature.
    WrongHead {
        /// Category.
        category: Category,
    },
}

/// A shared chart.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorChart {
    /// The share, for banner and explanation.
    pub share: PatientRow,
    /// The chart; `None` once the share is not live any more (the copies are erased then).
    pub chart: Option<ChartView>,
    /// The oldest "as of" among the shared categories' heads.
    #[ts(type = "number | null")]
    pub as_of: Option<UnixSeconds>,
    /// What was found wrong.
    pub alarms: Vec<ChartAlarm>,
    /// The relay could not be reached: this is the cached copy.
    pub offline: bool,
}

/// A shared chart as it is opened; what it holds is read by the reading room.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorOpening {
    /// The share, for banner and explanation.
    pub share: PatientRow,
    /// Whether it can be read; once it is over, the copies are erased.
    pub readable: bool,
    /// The oldest "as of" among the shared categories' heads.
    #[ts(type = "number | null")]
    pub as_of: Option<UnixSeconds>,
    /// What was found wrong.
    pub alarms: Vec<ChartAlarm>,
    /// The relay could not be reached: these are the cached copies.
    pub offline: bool,
}

/// One record of a shared chart, opened.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorRecord {
    /// The record.
    pub record: RecordView,
    /// When it was received.
    #[ts(type = "number")]
    pub received: UnixSeconds,
}

/// What one exchange of a doctor's app brought.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorSync {
    /// Shares that are over since (revoked, ended, or the clinic removed the doctor): their copies
    /// are erased; a chart that shows one must close and explain.
    pub ended: Vec<String>,
    /// Shares that arrived.
    #[ts(type = "number")]
    pub new_shares: u64,
    /// Records that arrived.
    #[ts(type = "number")]
    pub new_records: u64,
    /// Compartments in whose delivery something was wrong.
    #[ts(type = "number")]
    pub alarms: u64,
}
