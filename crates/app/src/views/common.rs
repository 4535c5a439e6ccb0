//! Views every window may get: profiles, session, settings, jobs, invitations, the visibility line.

use keyward_records::csv::CsvPreview;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;

/// The role a profile has; one window kind each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum Role {
    /// A patient.
    Patient,
    /// A doctor or other clinician.
    Doctor,
    /// The front desk of a clinic.
    Desk,
}

/// A profile in the list of the welcome window.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ProfileSummary {
    /// Id of the profile, also in its window's label.
    pub id: String,
    /// Its role.
    pub role: Role,
    /// The name the person gave the profile (no health data).
    pub name: String,
    /// Whether opening it asks for a passphrase.
    pub passphrase_set: bool,
    /// Whether it is open in a window now.
    pub open: bool,
    /// Whether its file is known to be damaged: what can be saved may be saved.
    pub damaged: bool,
    /// Whether a damaged file of before is kept beside the one that was saved from it.
    pub kept: bool,
}

/// How far a salvage of a damaged file is, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SalvageView {
    /// Whether it goes on.
    pub running: bool,
    /// Pages looked at.
    #[ts(type = "number")]
    pub done: u64,
    /// Pages in all; 0 before it is known.
    #[ts(type = "number")]
    pub total: u64,
    /// What came back, once it is over and went well.
    pub report: Option<SalvageReport>,
    /// Why it did not, once it is over; nothing was changed then.
    pub problem: Option<AppError>,
}

/// What came back from a damaged file, and what did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SalvageReport {
    /// Medical records (a doctor's: those shared with her).
    #[ts(type = "number")]
    pub records: u64,
    /// Pieces of files kept as they came.
    #[ts(type = "number")]
    pub originals: u64,
    /// Shares, given or received.
    #[ts(type = "number")]
    pub shares: u64,
    /// Everything else: settings, spaces, history, drafts.
    #[ts(type = "number")]
    pub others: u64,
    /// Entries that were damaged themselves and did not come back.
    #[ts(type = "number")]
    pub broken: u64,
    /// Parts the file consists of.
    #[ts(type = "number")]
    pub pages: u64,
    /// Parts that could not be read.
    #[ts(type = "number")]
    pub pages_lost: u64,
    /// The newest changes may be missing.
    pub newest_missing: bool,
    /// The folder with the damaged file, as it was.
    pub kept_in: String,
}

/// What it takes to create a patient's or doctor's profile.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct NewProfile {
    /// Patient or doctor (a desk comes from [`ClinicSetup`]).
    pub role: Role,
    /// The profile's name.
    pub name: String,
    /// A passphrase, if one is wanted.
    pub passphrase: Option<String>,
}

/// What it takes to set up a clinic on this computer: the first desk and its authority.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ClinicSetup {
    /// Name of the clinic, as patients will read it.
    pub clinic_name: String,
    /// Name of the person at the desk.
    pub operator_name: String,
    /// A passphrase, if one is wanted.
    pub passphrase: Option<String>,
}

/// The session of a window.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SessionView {
    /// Id of the profile.
    pub profile_id: String,
    /// Role of the profile.
    pub role: Role,
    /// Name of the profile.
    pub profile_name: String,
    /// Locked: nothing but unlocking works.
    pub locked: bool,
    /// Whether unlocking asks for a passphrase.
    pub passphrase_set: bool,
    /// Whether an invitation was accepted (always true for a desk). `None` while locked.
    pub enrolled: Option<bool>,
    /// The clinic that vouches, once enrolled and unlocked.
    pub clinic_name: Option<String>,
    /// The person as registered by the clinic, once enrolled and unlocked.
    pub person_name: Option<String>,
    /// The relay runs only on this computer: nobody elsewhere can be reached.
    pub this_computer_only: bool,
    /// Minutes without activity until the profile locks itself.
    pub auto_lock_minutes: u32,
    /// Colours.
    pub theme: Theme,
    /// Version of the app.
    pub version: String,
    /// How the last exchange with relay or clinic went: what stands above every page is known before
    /// the first is drawn. `None` while locked, where there is no clinic yet, and for a desk.
    pub reach: Option<ReachView>,
}

/// How the last exchange with relay or clinic went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ReachView {
    /// When they were last reached.
    #[ts(type = "number | null")]
    pub last_sync: Option<UnixSeconds>,
    /// Why it did not work, if it did not.
    pub problem: Option<AppError>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum Theme {
    /// As the computer.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Something a clinic signed that does not fit what it tells everybody. Told until it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ClinicWarning {
    /// What happened.
    pub code: ErrorCode,
    /// When it was found.
    #[ts(type = "number")]
    pub found: UnixSeconds,
}

/// The settings of a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SettingsView {
    /// Minutes without activity until the profile locks itself, 1 to 120.
    pub auto_lock_minutes: u32,
    /// Colours.
    pub theme: Theme,
}

impl Default for SettingsView {
    fn default() -> Self {
        Self { auto_lock_minutes: 15, theme: Theme::System }
    }
}

/// The visibility line: who can see it, computed from live grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum VisibilityView {
    /// Nobody but the person herself.
    OnlyYou,
    /// The person and everybody listed; never empty.
    Shared {
        /// Who, one entry per live share, soonest end first.
        with: Vec<VisibleTo>,
    },
    /// Shared with the reader by somebody (in a doctor's window).
    Received {
        /// Name or pseudonym of the patient.
        from: String,
        /// When it ends.
        #[ts(type = "number")]
        until: UnixSeconds,
    },
    /// Everybody at this clinic's front desk (in a desk window).
    Clinic {
        /// The clinic.
        name: String,
    },
}

/// One person who can see something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct VisibleTo {
    /// The share that makes it visible (the place where it can be changed).
    pub share_id: String,
    /// The doctor's name as certified.
    pub name: String,
    /// When it ends.
    #[ts(type = "number")]
    pub until: UnixSeconds,
}

/// What kind of long work a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum JobKind {
    /// Importing files.
    Import,
    /// Starting or feeding a share.
    Share,
    /// Fetching what is shared.
    Sync,
    /// Writing a backup to a file.
    Backup,
    /// Sending a backup to the relay.
    BackupAtRelay,
    /// Restoring a profile from a backup.
    Restore,
    /// Exporting everything.
    Export,
    /// Having everything forgotten.
    Leaving,
}

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum JobState {
    /// At work.
    Running,
    /// Waits for an answer ([`JobView::question`]).
    Asking,
    /// Finished.
    Done,
    /// Stopped because somebody pressed "Cancel".
    Cancelled,
    /// Stopped by a failure ([`JobView::error`]).
    Failed,
}

/// What a job is doing now; the interface turns it into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum JobStage {
    /// Looking for files, or working out what is to be done.
    #[default]
    Looking,
    /// Reading and storing records.
    Reading,
    /// Encrypting records.
    Sealing,
    /// Sending encrypted records.
    Sending,
    /// Handing over the grant.
    Granting,
    /// Writing a file.
    Writing,
    /// Fetching a backup.
    Fetching,
    /// Bringing rows back.
    Restoring,
    /// Putting new keys in the place of old ones.
    Renewing,
    /// Having a service forget, or erasing here.
    Erasing,
    /// Nothing left to do.
    Finished,
}

/// Progress of one piece of long work.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct JobView {
    /// Id of the job.
    pub id: String,
    /// What kind of work.
    pub kind: JobKind,
    /// State.
    pub state: JobState,
    /// What it is doing now.
    pub stage: JobStage,
    /// Items finished.
    #[ts(type = "number")]
    pub done: u64,
    /// Items known so far in all.
    #[ts(type = "number")]
    pub total: u64,
    /// Bytes finished.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Bytes known so far in all.
    #[ts(type = "number")]
    pub bytes_total: u64,
    /// An estimate of what is left, once there is one.
    #[ts(type = "number | null")]
    pub seconds_left: Option<u64>,
    /// What the work asks, while `state` is `asking`.
    pub question: Option<JobQuestion>,
    /// Why it failed, when `state` is `failed`.
    pub error: Option<AppError>,
    /// Id of what came out of it: the import's id, the share's id.
    pub result: Option<String>,
}

/// What long work may have to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum JobQuestion {
    /// A file holds records of somebody else, as it seems.
    SomebodyElse {
        /// Name of the file, without its folder.
        file: String,
        /// Who the records say they are about.
        found: PersonHint,
        /// Who this profile is about.
        expected: PersonHint,
        /// Which of `name`, `birthDate` differ.
        differs: Vec<String>,
        /// How many records the file has.
        #[ts(type = "number")]
        records: u64,
    },
    /// What the columns of a table hold.
    Columns {
        /// Name of the file, without its folder.
        file: String,
        /// What it seems to hold, and what nobody can tell.
        preview: Box<CsvPreview>,
    },
}

/// A name and birth date, as far as known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PersonHint {
    /// Full name.
    pub name: Option<String>,
    /// FHIR date, possibly partial.
    pub birth_date: Option<String>,
}

/// What an invitation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum InvitationPurpose {
    /// Enrols a patient.
    Patient,
    /// Enrols a clinician.
    Clinician,
}

/// An invitation that was read but not yet accepted.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct InvitationPreview {
    /// The clinic, as the invitation says.
    pub clinic_name: String,
    /// What it is for.
    pub purpose: InvitationPurpose,
    /// The authority's key fingerprint in groups of four hex digits, to compare with the sheet.
    pub fingerprint: Vec<String>,
    /// When it expires.
    #[ts(type = "number")]
    pub expires: UnixSeconds,
    /// The clinic's relay runs only on the computer that made the invitation.
    pub this_computer_only: bool,
    /// The clinic this profile leaves by accepting, if it is of another one: to be asked about.
    pub leaves: Option<LeavesClinic>,
}

/// A clinic that is left for another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct LeavesClinic {
    /// Its name.
    pub clinic_name: String,
    /// Sharing spaces that are set apart.
    #[ts(type = "number")]
    pub spaces: u64,
    /// Shares that are set apart.
    #[ts(type = "number")]
    pub shares: u64,
    /// Shares of them that its relay, should it still run, keeps open until their end.
    #[ts(type = "number")]
    pub open: u64,
}

/// An invitation as issued at the desk: QR on screen, printed sheet, code by phone.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct InvitationView {
    /// The typed code in groups of four.
    pub code: String,
    /// The whole invitation as text (what the QR holds).
    pub text: String,
    /// The QR as an SVG document, black on white with its quiet zone.
    pub qr_svg: String,
    /// What it is for.
    pub purpose: InvitationPurpose,
    /// When it expires.
    #[ts(type = "number")]
    pub expires: UnixSeconds,
    /// Works only on this computer.
    pub this_computer_only: bool,
    /// The clinic.
    pub clinic_name: String,
    /// For whom it is.
    pub person_name: String,
    /// The authority's key fingerprint in groups of four hex digits.
    pub fingerprint: Vec<String>,
    /// Whether an earlier device stops working once this one is used.
    pub replaces_device: bool,
}

// What holds a passphrase or a code says nothing of itself in logs and error texts.
macro_rules! silent {
    ($($name:ident)*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

silent! { NewProfile ClinicSetup InvitationView }
