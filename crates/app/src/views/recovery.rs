//! Views of recovery: the kit, backups, restoring, and leaving. What holds the kit says nothing of
//! itself in logs and error texts.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::common::Role;
use super::patient::{DoctorCard, ShareView};
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;

/// How a profile stands to losing this computer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RecoveryView {
    /// The kit.
    pub kit: KitStatus,
    /// Whether the first page says in one line what is missing (not while it is put off).
    pub remind: bool,
    /// The backup in a file, once a place was chosen.
    pub file: Option<FileBackup>,
    /// The backup at the clinic's relay.
    pub relay: RelayBackup,
}

/// The kit as far as this computer knows it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct KitStatus {
    /// When it was made.
    #[ts(type = "number")]
    pub made: UnixSeconds,
    /// When it was confirmed; from then on this computer cannot show it any more.
    #[ts(type = "number | null")]
    pub confirmed: Option<UnixSeconds>,
    /// A new kit waits to be confirmed while the confirmed one still holds.
    pub renewing: bool,
    /// Places (from 1) of the words that are asked of the kit that waits, in rising order.
    pub asked: Vec<u32>,
}

/// The kit itself, as long as it is not confirmed: 12 words, and a text that a picture holds.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct KitView {
    /// The words, in order (BIP-39 English; the last one has the checksum).
    pub words: Vec<String>,
    /// `KEYWARD-KIT1:…`: the kit and where the services are.
    pub text: String,
    /// The text as a QR, an SVG document, black on white with its quiet zone.
    pub qr_svg: String,
    /// When it was made.
    #[ts(type = "number")]
    pub made: UnixSeconds,
    /// The profile it is for.
    pub profile_name: String,
    /// The clinic of the profile, once joined.
    pub clinic_name: Option<String>,
    /// Where the clinic's relay is, if it has an address.
    pub relay_url: Option<String>,
}

/// One word typed again; erased when dropped.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct KitWord {
    /// Its place, from 1.
    pub place: u32,
    /// What was typed.
    pub word: String,
}

/// What comparing the typed words gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct KitCheck {
    /// All asked words were right: the kit counts from now on and is no longer on this computer.
    pub confirmed: bool,
    /// Places of the words that were not right.
    pub wrong: Vec<u32>,
}

/// The backup in a file.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct FileBackup {
    /// Name of the file, without its folder.
    pub name: String,
    /// When it was last written.
    #[ts(type = "number | null")]
    pub at: Option<UnixSeconds>,
    /// When everything there was stood in it last.
    #[ts(type = "number | null")]
    pub complete: Option<UnixSeconds>,
    /// Its size in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Versions in it.
    #[ts(type = "number")]
    pub versions: u64,
    /// Why it could not be written last time, if it could not (for example the stick is not in).
    pub problem: Option<AppError>,
}

/// The backup at the relay.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RelayBackup {
    /// Whether there is a relay to keep it (an invitation was accepted).
    pub possible: bool,
    /// Whether it is on.
    pub on: bool,
    /// The relay runs on this very computer and would be lost with it.
    pub this_computer_only: bool,
    /// Where the relay is, to be written beside the kit; none for one that has no address elsewhere.
    pub address: Option<String>,
    /// When something was last added to it.
    #[ts(type = "number | null")]
    pub at: Option<UnixSeconds>,
    /// When everything there was stood in it last.
    #[ts(type = "number | null")]
    pub complete: Option<UnixSeconds>,
    /// Bytes it takes there.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Bytes it may take there; 0 while nobody was asked.
    #[ts(type = "number")]
    pub quota: u64,
    /// Versions the relay keeps, newest first.
    pub versions: Vec<RelayVersion>,
    /// When a version of another computer was found there last.
    #[ts(type = "number | null")]
    pub stranger: Option<UnixSeconds>,
    /// Something there is to be deleted, and the relay could not be asked yet.
    pub deleting: bool,
    /// What was there is deleted, and its bytes are gone by then.
    #[ts(type = "number | null")]
    pub deleted: Option<UnixSeconds>,
    /// Why it could not be sent or deleted last time, if it could not.
    pub problem: Option<AppError>,
    /// A doctor's goes on once the clinic has certified her keys: they are lost or were stopped.
    pub waits: bool,
    /// Where things travel apart: by when it has its turn, if the app is opened once a day.
    #[ts(type = "number | null")]
    pub by: Option<UnixSeconds>,
}

/// A version the relay keeps.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RelayVersion {
    /// When the relay stored it.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// Bytes of what it needs.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A kit that was read on a computer without the profile. The kit itself stays with the core.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct KitReading {
    /// Stands for the kit in what follows.
    pub token: String,
    /// The clinic it names, if it does.
    pub clinic_name: Option<String>,
    /// Whether it says where the relay is (a picture does, words alone do not).
    pub has_relay: bool,
}

/// Where to restore from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum RestoreSource {
    /// A file that was picked.
    File {
        /// Stands for the file.
        token: String,
    },
    /// The relay the kit names, or the one at an address that was typed.
    Relay {
        /// `https://…`, with or without it.
        address: Option<String>,
    },
}

/// A file that was picked to restore from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct BackupChoice {
    /// Stands for the file.
    pub token: String,
    /// Name of the file, without its folder.
    pub name: String,
}

/// What a backup holds, once the kit has opened it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RestoreOffer {
    /// Role of the profile.
    pub role: Role,
    /// Its name.
    pub profile_name: String,
    /// The clinic it had joined.
    pub clinic_name: Option<String>,
    /// Whole versions, newest first; never empty.
    pub versions: Vec<BackupVersion>,
    /// Something at the end of the file was not whole and is left out.
    pub cut: bool,
    /// A profile that this kit restores is on this computer already.
    pub already_here: bool,
}

/// One version of a backup.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct BackupVersion {
    /// Its number.
    #[ts(type = "number")]
    pub sequence: u64,
    /// When it was made.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// Records in it.
    #[ts(type = "number")]
    pub records: u64,
    /// Bytes that will be read.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// What a restore brought back, and what it could not renew. Kept in the restored profile.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RestoreReport {
    /// The profile that is there now.
    pub profile_id: String,
    /// Its role.
    pub role: Role,
    /// Its name.
    pub profile_name: String,
    /// When it was restored.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// When the version it came from was made.
    #[ts(type = "number")]
    pub version_at: UnixSeconds,
    /// Records.
    #[ts(type = "number")]
    pub records: u64,
    /// Originals (whole files) among what came back.
    #[ts(type = "number")]
    pub originals: u64,
    /// Sharing spaces.
    #[ts(type = "number")]
    pub spaces: u64,
    /// Shares, running or over.
    #[ts(type = "number")]
    pub shares: u64,
    /// Rows of the access history.
    #[ts(type = "number")]
    pub accesses: u64,
    /// People in the register (desk only).
    #[ts(type = "number")]
    pub people: u64,
    /// It came from the relay, where backups go on.
    #[serde(default)]
    pub from_relay: bool,
    /// Whether the clinic knows this computer's new key.
    pub enrolment: Renewal,
    /// The clinic she had been with, if she joined another one since.
    #[serde(default)]
    pub left_clinic: Option<String>,
    /// The spaces and shares, each with how far its keys were renewed.
    pub renewals: Vec<RenewalView>,
}

/// How far new keys have taken the place of the old ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum Renewal {
    /// There was nothing to renew.
    None,
    /// Done; the old keys are refused.
    Done,
    /// Still to be done; it goes on by itself.
    Waiting {
        /// Why it is not done yet, if something stands in the way.
        problem: Option<AppError>,
    },
    /// Cannot be done.
    Impossible {
        /// Why.
        code: ErrorCode,
    },
}

/// What a renewal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum RenewalOf {
    /// A sharing space.
    Space,
    /// A share with a doctor.
    Share,
}

/// The renewal of one space or share.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct RenewalView {
    /// What it is about.
    pub of: RenewalOf,
    /// Id of the space or share.
    pub id: String,
    /// Name of the space, or of the doctor.
    pub name: String,
    /// How far.
    pub state: Renewal,
}

/// A share whose doctor has new keys, with the card that counts now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct NewKeysView {
    /// The share that no longer reaches her.
    pub share: ShareView,
    /// The doctor as the clinic certifies her now.
    pub doctor: DoctorCard,
}

/// What leaving will do, before it is done.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct LeavingView {
    /// Role of the profile.
    pub role: Role,
    /// Its name, which has to be typed to confirm.
    pub profile_name: String,
    /// The clinic, if joined.
    pub clinic_name: Option<String>,
    /// Records on this computer.
    #[ts(type = "number")]
    pub records: u64,
    /// Shares that end.
    #[ts(type = "number")]
    pub live_shares: u64,
    /// Copies doctors have fetched, which cannot be called back.
    #[ts(type = "number")]
    pub fetched: u64,
    /// Why relay or clinic cannot be asked to forget just now, if so.
    pub problem: Option<AppError>,
    /// The clinic that runs on this computer and would end with its desk. None for other roles, and for a desk whose
    /// clinic it is not.
    pub clinic: Option<ClinicEnd>,
    /// It was begun and did not end: nothing is exchanged any more, and beginning once more finishes it.
    pub begun: bool,
    /// When everything was last exported, if it was.
    #[ts(type = "number | null")]
    pub exported: Option<UnixSeconds>,
}

/// What ends with the clinic of this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct ClinicEnd {
    /// People in its register, also those who left.
    #[ts(type = "number")]
    pub people: u64,
    /// Patients who use it; while there are any it does not end.
    #[ts(type = "number")]
    pub patients: u64,
    /// Doctors who use it; while there are any it does not end.
    #[ts(type = "number")]
    pub doctors: u64,
    /// Invitations that stop working.
    #[ts(type = "number")]
    pub invitations: u64,
    /// When all of it stood in the backup file last; none if there is no backup, or no confirmed kit to open it with:
    /// then its keys are gone for good.
    #[ts(type = "number | null")]
    pub backup: Option<UnixSeconds>,
}

/// The receipt of leaving: who has forgotten what, signed where it was a service.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct LeavingReceipt {
    /// The profile that was there.
    pub profile_name: String,
    /// Its role.
    pub role: Role,
    /// When.
    #[ts(type = "number")]
    pub at: UnixSeconds,
    /// The relay.
    pub relay: Forgotten,
    /// The clinic.
    pub clinic: Forgotten,
    /// The clinic's name, if joined.
    pub clinic_name: Option<String>,
    /// What the clinic keeps, as stable codes (`register-entry`, `identity-check`, `history`).
    pub clinic_keeps: Vec<String>,
    /// Copies doctors had fetched.
    #[ts(type = "number")]
    pub fetched: u64,
}

/// The words of the receipt's file, in the language of the page: the catalogues are there only. `{date}` in
/// `signed` stands for the time.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
#[allow(missing_docs, reason = "each is the label or sentence of its name")]
pub struct ReceiptWords {
    /// The language, as HTML names it.
    pub lang: String,
    pub title: String,
    pub heading: String,
    pub when: String,
    pub profile: String,
    pub here: String,
    pub here_done: String,
    pub relay: String,
    pub clinic: String,
    pub nothing: String,
    pub signed: String,
    pub deleted: String,
    pub not_asked: String,
    pub keeps: String,
    pub register_entry: String,
    pub identity_check: String,
    pub history: String,
    pub fetched: String,
    pub signed_by_relay: String,
    pub signed_by_clinic: String,
}

impl ReceiptWords {
    /// Every word its own name, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn of_keys() -> Self {
        let word = str::to_owned;
        Self {
            lang: word("en"),
            title: word("title"),
            heading: word("heading"),
            when: word("when"),
            profile: word("profile"),
            here: word("here"),
            here_done: word("hereDone"),
            relay: word("relay"),
            clinic: word("clinic"),
            nothing: word("nothing"),
            signed: word("signed {date}"),
            deleted: word("deleted"),
            not_asked: word("notAsked"),
            keeps: word("keeps"),
            register_entry: word("registerEntry"),
            identity_check: word("identityCheck"),
            history: word("history"),
            fetched: word("fetched"),
            signed_by_relay: word("signedByRelay"),
            signed_by_clinic: word("signedByClinic"),
        }
    }
}

/// Whether a service has forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export_to = "./")]
pub enum Forgotten {
    /// There was nothing at it.
    Nothing,
    /// It says so, signed; physically gone by then at the latest.
    Signed {
        /// When the last trace is overwritten at the latest.
        #[ts(type = "number")]
        erased_by: UnixSeconds,
        /// The signed statements as text, to be kept or printed.
        statements: Vec<String>,
    },
    /// It ran on this computer and was deleted with the profile: nobody is left who could sign.
    Deleted,
    /// It could not be asked.
    NotAsked {
        /// Why.
        problem: AppError,
    },
}

macro_rules! silent {
    ($($name:ident)*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

silent! { KitView KitWord }

impl Drop for KitWord {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.word);
    }
}
