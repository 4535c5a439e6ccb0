//! Views of a patient's window.

use std::collections::BTreeMap;

pub use keyward_records::Category;
use keyward_records::KeptReason;
use keyward_records::csv::CsvMapping;
use keyward_records::view::{ChartView, RecordView};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::common::{ClinicWarning, VisibilityView};
use crate::error::AppError;
use crate::ports::clock::UnixSeconds;

/// What was picked or dropped: the page gets a token and names, never a path.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ImportSelection {
    /// Names this selection in `import_start`; used once.
    pub token: String,
    /// Names of the picked files and folders, without the folders they are in.
    pub names: Vec<String>,
}

/// What to do with a file that a question was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum ImportDecision {
    /// It is the same person after all: import it.
    Keep,
    /// Leave this file out and go on.
    Skip,
    /// Stop the import here; what was imported before stays.
    Stop,
    /// Read the table so.
    Columns {
        /// What its columns hold.
        mapping: CsvMapping,
    },
}

/// What an import did. Its JSON keys are also the keys of the headless run's report.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export_to = "./")]
pub struct ImportReport {
    /// Files looked at.
    #[ts(type = "number")]
    pub files: u64,
    /// Records added.
    #[ts(type = "number")]
    pub resources: u64,
    /// Pieces and whole files not understood and kept as they came.
    #[ts(type = "number")]
    pub kept_as_source: u64,
    /// Records that were there already.
    #[ts(type = "number")]
    pub duplicates: u64,
    /// Files not read, or not to their end, and why.
    pub refused: Vec<RefusedFile>,
    /// Records added, by category.
    #[ts(type = "Record<string, number>")]
    pub by_compartment: BTreeMap<String, u64>,
    /// Name and version of the code list that told what is sensitive; an older import did not note it.
    #[serde(default)]
    pub list: Option<String>,
}

/// A file that was not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "./")]
pub struct RefusedFile {
    /// Name of the file, relative to what was picked.
    pub file: String,
    /// Why, as a stable code.
    pub reason: RefusedReason,
    /// Whether the file is kept as it came all the same, and can be given back.
    #[serde(default)]
    pub kept: bool,
}

/// Why a file was not imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "./")]
pub enum RefusedReason {
    /// Bigger than a file may be.
    TooLarge,
    /// Bigger than one document may be (PDF, picture, DICOM, clinical document).
    DocumentTooLarge,
    /// More files than one import takes.
    TooMany,
    /// Folders inside folders beyond the limit.
    TooDeep,
    /// A link to elsewhere; links are not followed.
    Link,
    /// Neither a file nor a folder.
    NotAFile,
    /// The computer would not let us read it.
    Unreadable,
    /// The file is empty.
    Empty,
    /// Not FHIR in JSON.
    NotFhir,
    /// Of a format that is not read.
    UnsupportedFormat,
    /// Named as one format, but its content is none of that.
    WrongContent,
    /// Locked with a password.
    Encrypted,
    /// An archive that unpacks to far more than it says, or holds archives inside archives.
    ArchiveBomb,
    /// XML that wants definitions from elsewhere or expands its own.
    Unsafe,
    /// A table whose columns were not told.
    NeedsAnswer,
    /// Damaged from some point on; what came before was imported.
    PartlyRead,
    /// The same readings are in another file of the same export.
    Covered,
    /// JSON that ends early or is damaged.
    Damaged,
    /// More values in one part than can be read safely.
    TooManyValues,
    /// More nesting or more records than one file may have.
    TooComplex,
    /// FHIR of another release than R4.
    OtherRelease,
    /// About somebody else, and left out on request.
    SomebodyElse,
    /// The import was stopped before this file.
    Stopped,
}

/// One import in the list of imports.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ImportView {
    /// Id of the import.
    pub id: String,
    /// When it was started.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// Names of what was picked.
    pub names: Vec<String>,
    /// What it did.
    pub report: ImportReport,
    /// Whether it ran to its end.
    pub finished: bool,
    /// Whether it was interrupted and can go on (`import_resume`).
    pub resumable: bool,
    /// Files that are stored to their end.
    #[ts(type = "number")]
    pub files_done: u64,
    /// Files that were found to be imported, without those left out at once.
    #[ts(type = "number")]
    pub files_found: u64,
    /// How many of its records are still there.
    #[ts(type = "number")]
    pub records_left: u64,
    /// How many of its records a live share covers (undoing does not call those back).
    #[ts(type = "number")]
    pub records_shared: u64,
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ImportFileView {
    /// Names the file in [`OriginalOf`].
    pub source: String,
    /// Its name, relative to what was picked.
    pub name: String,
    /// Its format, a stable code (`fhir`, `ccda`, `pdf`, …); empty: not noted.
    pub format: String,
    /// Its length.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Records it brought.
    #[ts(type = "number")]
    pub records: u64,
    /// Records of it that were there already.
    #[ts(type = "number")]
    pub duplicates: u64,
    /// Pieces of it that were not understood and are kept.
    pub kept: Vec<KeptPieceView>,
    /// Whether the file itself is kept and can be given back.
    pub original: bool,
    /// Whether it was read to its end.
    pub whole: bool,
    /// Set if nothing of it was understood and it is only kept: why.
    pub not_read: Option<RefusedReason>,
}

/// A piece of a file that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct KeptPieceView {
    /// Its position in the file.
    #[ts(type = "number")]
    pub index: u64,
    /// Why, a stable code.
    #[ts(as = "KeptReason")]
    pub reason: String,
}

/// What to give back as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum OriginalOf {
    /// A file whose original is kept.
    File {
        /// [`ImportFileView::source`].
        source: String,
    },
    /// A piece that was not understood.
    Piece {
        /// [`ImportFileView::source`].
        source: String,
        /// [`KeptPieceView::index`].
        #[ts(type = "number")]
        index: u64,
    },
    /// What a record came from: the file it was made from, or its own JSON.
    Record {
        /// Id of the record.
        id: String,
    },
}

/// How many records a category has and who sees it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct CategoryCount {
    /// The category.
    pub category: Category,
    /// Records in it.
    #[ts(type = "number")]
    pub records: u64,
    /// Who sees it.
    pub visibility: VisibilityView,
}

/// The patient's own chart: one code path with preview and doctor for `chart`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PatientChart {
    /// The chart.
    pub chart: ChartView,
    /// Every category with its count and who sees it.
    pub categories: Vec<CategoryCount>,
    /// Pieces kept as source because they were not understood.
    #[ts(type = "number")]
    pub kept_as_source: u64,
}

/// One record, opened.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PatientRecord {
    /// The record.
    pub record: RecordView,
    /// Who sees it.
    pub visibility: VisibilityView,
    /// The import it came with.
    pub import_id: String,
    /// Name of the file it came in.
    pub source_name: String,
    /// When it was imported.
    #[ts(type = "number")]
    pub received: UnixSeconds,
}

/// A record that was moved to another compartment. Moving it to `from` takes that back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RecordMoved {
    /// The record.
    pub id: String,
    /// Where it was.
    pub from: Category,
    /// Where it is now.
    pub to: Category,
}

/// Records of one file that were moved together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct FileMoved {
    /// The file's name.
    pub file: String,
    /// How many records are elsewhere now or wait no more.
    #[ts(type = "number")]
    pub records: u64,
    /// Where they are; `None` if each is with its own kind.
    pub to: Option<Category>,
    /// What takes it back as long as nothing else was moved so.
    pub undo: String,
}

/// What the patient's first page shows.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PatientHome {
    /// Whether an invitation was accepted.
    pub enrolled: bool,
    /// The name the clinic registered.
    pub person_name: Option<String>,
    /// The clinic that vouches.
    pub clinic_name: Option<String>,
    /// Records in all.
    #[ts(type = "number")]
    pub records: u64,
    /// Categories that have records, with counts and visibility.
    pub categories: Vec<CategoryCount>,
    /// Shares that are live or on their way, soonest end first.
    pub shares: Vec<ShareView>,
    /// The newest accesses, newest first, at most five.
    pub recent_accesses: Vec<AccessView>,
    /// Steps decided but not yet carried out at the relay (for example because it is out of reach).
    #[ts(type = "number")]
    pub waiting: u64,
    /// Why the last exchange with relay or clinic did not work, if it did not.
    pub problem: Option<AppError>,
    /// When relay and clinic were last reached.
    #[ts(type = "number | null")]
    pub last_sync: Option<UnixSeconds>,
    /// When this computer was lately found to be behind what the relay knows of it, and what is shared
    /// was sealed anew.
    #[ts(type = "number | null")]
    pub set_back: Option<UnixSeconds>,
    /// What waits may wait for its turn, because things travel apart.
    pub apart: bool,
    /// What was found wrong with what the clinic tells, and not read of yet.
    pub warnings: Vec<ClinicWarning>,
    /// Who sees anything at all.
    pub visibility: VisibilityView,
}

/// A new sharing space.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SpaceDraft {
    /// Private name, 1 to 60 characters; never leaves this computer in clear.
    pub name: String,
    /// Name of an icon of the interface.
    pub icon: String,
    /// Whether doctors see the patient's name or a pseudonym.
    pub shows_name: bool,
}

/// A sharing space.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SpaceView {
    /// Id of the space.
    pub id: String,
    /// Private name.
    pub name: String,
    /// Name of an icon.
    pub icon: String,
    /// Whether doctors see the patient's name.
    pub shows_name: bool,
    /// What doctors see instead of the name in a pseudonymous space.
    pub pseudonym: String,
    /// Whether its persona is certified already.
    pub certified: bool,
    /// Live shares in it.
    #[ts(type = "number")]
    pub live_shares: u64,
    /// Who sees anything in it.
    pub visibility: VisibilityView,
    /// When it was created.
    #[ts(type = "number")]
    pub created: UnixSeconds,
    /// What of it waits for its turn, where things travel apart.
    pub waits: Option<SpaceWaits>,
    /// What its anonymity rests on, and where it is thin.
    pub anonymity: Anonymity,
}

/// A sharing space that was put away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RetiredSpace {
    /// Id of the space.
    pub id: String,
    /// Private name.
    pub name: String,
    /// Name of an icon.
    pub icon: String,
    /// Since when.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// The relay could not be asked yet to delete what is there.
    pub deleting: bool,
    /// By when the last trace there is gone; none if nothing was ever there.
    #[ts(type = "number | null")]
    pub deleted: Option<UnixSeconds>,
}

/// How quickly things travel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum Travel {
    /// Everything at once.
    #[default]
    AtOnce,
    /// One space, or the backup, in an opening of the app.
    Apart,
}

/// Something of a space that waits for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SpaceWaits {
    /// By when it goes, if the app is opened once a day and nothing else comes up.
    #[ts(type = "number")]
    pub by: UnixSeconds,
    /// The clinic has to confirm the space first, which it is asked at another time.
    pub persona: bool,
}

/// What the anonymity of a space rests on, and where it is thin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct Anonymity {
    /// Until when its persona is certified (UTC seconds), if it is.
    #[ts(type = "number | null")]
    pub until: Option<UnixSeconds>,
    /// Nobody was certified ahead: the clinic was asked when the space was made or first used.
    pub at_once: bool,
    /// Clinic, relay and this profile are on one computer.
    pub one_computer: bool,
    /// It is handled at a time of its own, not together with the others.
    pub apart: bool,
    /// The other spaces in which the same kinds of records are shared now.
    pub alike: Vec<String>,
    /// No trustees stand behind the tracing key: it is one that nobody can use.
    pub set_up_key: bool,
}

/// How a doctor in the directory stands to what this profile knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum DoctorStanding {
    /// Never shared with.
    New,
    /// Shared with before, with these very keys.
    Known,
    /// Somebody of this name, role and organisation was shared with before, under other keys:
    /// sharing asks first.
    KeyChanged,
    /// The clinic removed this doctor; sharing is refused.
    Removed,
}

/// A doctor as certified by the pinned clinic.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorCard {
    /// Hash of the certificate; what a share is bound to.
    pub certificate: String,
    /// Name.
    pub name: String,
    /// Role, for example "Cardiologist".
    pub role: String,
    /// Organisation.
    pub organisation: String,
    /// Registration number, if the clinic recorded one.
    pub registration_number: Option<String>,
    /// The clinic that certified it.
    pub certified_by: String,
    /// When the certificate ends.
    #[ts(type = "number")]
    pub valid_until: UnixSeconds,
    /// Another doctor in the directory has the same name: show role, organisation, number.
    pub same_name: bool,
    /// First 16 hex digits of the certificate's hash in groups of four, to tell keys apart.
    pub fingerprint: Vec<String>,
    /// How this doctor stands to what this profile knows.
    pub standing: DoctorStanding,
}

/// The clinic's directory of doctors.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DoctorDirectory {
    /// Doctors to whom may be shared, by name.
    pub doctors: Vec<DoctorCard>,
    /// Entries left out because the pinned clinic did not sign them, or not like this.
    #[ts(type = "number")]
    pub untrusted: u64,
    /// When it was fetched; an older copy is shown while the clinic is out of reach.
    #[ts(type = "number | null")]
    pub fetched: Option<UnixSeconds>,
    /// Why it could not be fetched just now.
    pub problem: Option<AppError>,
}

/// Purpose of use (HL7 v3 PurposeOfUse).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum Purpose {
    /// TREAT.
    Treatment,
    /// HPAYMT.
    Payment,
    /// HOPERAT.
    Operations,
    /// HRESCH.
    Research,
    /// ETREAT.
    EmergencyTreatment,
}

impl Purpose {
    /// The HL7 v3 PurposeOfUse code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Treatment => "TREAT",
            Self::Payment => "HPAYMT",
            Self::Operations => "HOPERAT",
            Self::Research => "HRESCH",
            Self::EmergencyTreatment => "ETREAT",
        }
    }
}

/// A share as the patient is filling it in. Nothing is preselected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ShareDraft {
    /// The sharing space.
    pub space_id: String,
    /// Hash of the doctor's certificate.
    pub doctor: String,
    /// The categories to share; at least one.
    pub categories: Vec<Category>,
    /// For what.
    pub purpose: Purpose,
    /// Until when; in the future, at most two years ahead.
    #[ts(type = "number")]
    pub until: UnixSeconds,
    /// The patient has been shown that this doctor's keys changed, and wants to share anyway.
    #[serde(default)]
    pub accept_changed_key: bool,
}

/// Something in the shared records that says who the patient is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct IdentifiesView {
    /// The record.
    pub record_id: String,
    /// Title of the record.
    pub title: String,
    /// What it is, a stable code of `records::deidentify`.
    pub what: String,
    /// Where it stands in the record (a FHIR path).
    pub place: String,
    /// The text itself, shortened.
    pub text: String,
    /// Her own names and numbers found in it (free text only).
    pub hits: Vec<String>,
}

/// What the doctor would see, from the doctor's own code path.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SharePreview {
    /// Id of the preview, by which the reading room reads it.
    pub id: String,
    /// The doctor.
    pub doctor: DoctorCard,
    /// The name or pseudonym in the doctor's banner.
    pub shown_as: String,
    /// Whether that is the patient's name.
    pub shows_name: bool,
    /// The chart the doctor will see, from exactly the bytes that will be encrypted.
    pub chart: ChartView,
    /// What identifies the patient in it (for a space that shows the name this is to know, for a
    /// pseudonymous one it is what still stays).
    pub identifies: Vec<IdentifiesView>,
    /// What was taken out (pseudonymous spaces only), counted by code.
    #[ts(type = "Record<string, number>")]
    pub removed: BTreeMap<String, u64>,
    /// Free text that may name the patient; it is not changed (pseudonymous spaces only).
    pub free_text: Vec<IdentifiesView>,
    /// How many records.
    #[ts(type = "number")]
    pub records: u64,
    /// How many records of these categories stay with the patient.
    #[ts(type = "number")]
    pub withheld: u64,
    /// Which, and why; those first that she can do something about, at most 500.
    pub stays: Vec<WithheldView>,
    /// How many bytes before encryption.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A record that is not shared though its category is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct WithheldView {
    /// Its id, to open it.
    pub record_id: String,
    /// Its title; may be empty.
    pub title: String,
    /// FHIR type.
    pub resource_type: String,
    /// Why.
    pub reason: WithheldReason,
}

/// Why a record is not shared though its category is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum WithheldReason {
    /// Not understood well enough to take identifiers out (pseudonymous spaces).
    NotUnderstood,
    /// Larger than what can be shared.
    TooLarge,
    /// It speaks of what is kept apart, and of more than its compartment says: she has to choose.
    KeptApart,
    /// It only stands for a file that is not understood and kept as it came.
    OnlyKept,
    /// A letter, a scan or a picture as a whole (pseudonymous spaces).
    WholeDocument,
}

/// State of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum ShareState {
    /// Decided, not yet in effect at the relay.
    Pending,
    /// The doctor can read.
    Live,
    /// Its time is over.
    Ended,
    /// Taken back (see [`ShareView::revoke_confirmed`]).
    Revoked,
    /// It could not be carried out ([`ShareView::problem`]).
    Problem,
    /// Made through a clinic that was left: it is kept to be read, and nothing is sent of it. Nobody has
    /// heard that it ended.
    Former,
}

/// A share.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ShareView {
    /// Id of the share (its grant id).
    pub id: String,
    /// Number on the receipt.
    pub number: String,
    /// Its sharing space.
    pub space_id: String,
    /// Private name of the space.
    pub space_name: String,
    /// Name or pseudonym the doctor sees.
    pub shown_as: String,
    /// Whether that is the patient's name.
    pub shows_name: bool,
    /// The doctor, as certified when the share was made.
    pub doctor: DoctorCard,
    /// What is shared.
    pub categories: Vec<Category>,
    /// For what.
    pub purpose: Purpose,
    /// When it was made.
    #[ts(type = "number")]
    pub created: UnixSeconds,
    /// When it ends.
    #[ts(type = "number")]
    pub until: UnixSeconds,
    /// State.
    pub state: ShareState,
    /// When it was taken back.
    #[ts(type = "number | null")]
    pub revoked_at: Option<UnixSeconds>,
    /// The relay has confirmed that the key is deleted.
    pub revoke_confirmed: bool,
    /// Why it is a problem, or why it still waits.
    pub problem: Option<AppError>,
    /// Records the doctor can see now.
    #[ts(type = "number")]
    pub records: u64,
    /// Records still to be encrypted or sent.
    #[ts(type = "number")]
    pub waiting: u64,
    /// How often the doctor looked; what is fetched within two minutes is one look.
    #[ts(type = "number")]
    pub opened: u64,
    /// When the doctor first fetched from it.
    #[ts(type = "number | null")]
    pub first_opened: Option<UnixSeconds>,
    /// When the doctor last fetched from it.
    #[ts(type = "number | null")]
    pub last_opened: Option<UnixSeconds>,
    /// Records the doctor has fetched (these cannot be called back).
    #[ts(type = "number")]
    pub fetched: u64,
    /// The accesses, newest first; filled by `share`, empty in lists.
    pub accesses: Vec<AccessView>,
}

/// Whether an entry of the access history is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum ProofState {
    /// The relay's signature over this entry is right.
    Verified,
    /// It is missing or wrong.
    Unproved,
}

/// One access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct AccessView {
    /// The share it happened under.
    pub share_id: String,
    /// Who.
    pub doctor_name: String,
    /// In which role.
    pub doctor_role: String,
    /// Where.
    pub organisation: String,
    /// Of which category; `None` if this profile does not know the compartment.
    pub category: Option<Category>,
    /// How many records.
    #[ts(type = "number")]
    pub records: u64,
    /// When, by the relay's clock.
    #[ts(type = "number")]
    pub time: UnixSeconds,
    /// For what the share was made.
    pub purpose: Purpose,
    /// Whether it is proved.
    pub proof: ProofState,
    /// Name of the sharing space.
    pub space_name: String,
}

/// The receipt of a consent, to print.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ReceiptView {
    /// Its number.
    pub number: String,
    /// The share as it stands.
    pub share: ShareView,
    /// Name of the patient, as the clinic registered it.
    pub person_name: String,
    /// The clinic that certified the doctor.
    pub clinic_name: String,
    /// When the receipt was made.
    #[ts(type = "number")]
    pub issued: UnixSeconds,
    /// The FHIR `Consent` the share stands for, pretty-printed JSON.
    pub consent: String,
}

/// What taking back a share came to.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RevokeOutcome {
    /// The share after it.
    pub share: ShareView,
    /// The relay has confirmed that the key is deleted. If not, the app goes on trying.
    pub confirmed: bool,
    /// Records the doctor had fetched before: these cannot be called back.
    #[ts(type = "number")]
    pub already_fetched: u64,
}
