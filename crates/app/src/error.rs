//! Errors that cross to the interface: a stable code and parameters, never a sentence, never
//! stored content. The interface's catalogue turns codes into words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ports::authority::AuthorityError;
use crate::ports::relay::RelayError;
use crate::ports::vault::VaultError;

/// Everything that can go wrong, as the interface knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
#[ts(export_to = "./")]
pub enum ErrorCode {
    // anywhere
    /// A defect of the app.
    Internal,
    /// Stopped on request.
    Cancelled,
    /// It is not there (any more).
    NotFound,
    /// A field is not filled in as it must be; params `field`, `reason`.
    Field,
    /// The profile has not accepted an invitation yet.
    NotEnrolled,
    /// This window may not do that.
    NotAllowed,
    /// The profile is locked.
    Locked,
    /// More text than is put on the clipboard at once; param `limit` in MB.
    CopyTooLong,
    /// The computer's clipboard takes nothing, or there is none.
    ClipboardRefused,
    // store
    /// No space left on the disk; nothing was changed.
    VaultFull,
    /// The disk could not be read or written; nothing was changed.
    VaultIo,
    /// The store is damaged.
    VaultCorrupt,
    /// The store was written by a newer version; it was left untouched.
    VaultNewer,
    /// Another instance has the store open; it was left untouched.
    VaultInUse,
    /// The store is busy.
    VaultBusy,
    // keyring and passphrase
    /// There is no keyring service.
    KeyringAbsent,
    /// The keyring is locked.
    KeyringLocked,
    /// The keyring does not hold this profile's key.
    KeyringMissing,
    /// The keyring holds another key than the one the store was made with.
    KeyringChanged,
    /// The keyring did not answer in time.
    KeyringTimeout,
    /// The keyring refused or failed.
    KeyringFailed,
    /// Wrong passphrase.
    PassphraseWrong,
    /// Opening this profile needs its passphrase.
    PassphraseNeeded,
    // relay
    /// The relay is out of reach; what was decided waits.
    RelayUnreachable,
    /// The relay refused; param `problem`.
    RelayRefused,
    /// The relay asks to wait.
    RelayLimited,
    /// The relay's answer is not what it must be.
    RelayMisbehaves,
    /// This computer's clock and the relay's differ too much.
    ClockDiffers,
    // authority
    /// The clinic is out of reach.
    AuthorityUnreachable,
    /// The clinic refused; param `problem`.
    AuthorityRefused,
    /// The clinic asks to wait.
    AuthorityLimited,
    /// The clinic's answer is not what it must be.
    AuthorityMisbehaves,
    /// Somebody else answers under the clinic's address.
    AuthorityChanged,
    // anonymous credential
    /// The clinic published two objects for one credential epoch; nothing is asked for under either.
    CredentialEpochDiffers,
    /// Where things travel apart: nobody is certified yet for this space.
    CredentialWaits,
    /// What the clinic answered does not hold under what it published.
    CredentialMisbehaves,
    /// No more can be certified in this epoch; param `again` (UTC seconds: when the next begins).
    CredentialExhausted,
    /// The clinic issues no further credential in this epoch; param `again`.
    CredentialNotIssued,
    /// The clinic refuses to certify: a copy of this profile may be in use.
    CredentialRefused,
    // invitation
    /// Not an invitation.
    InvitationUnreadable,
    /// A code with a typing mistake.
    InvitationTypo,
    /// A code alone, and no clinic is known to ask.
    InvitationNeedsWhole,
    /// Its time is over.
    InvitationExpired,
    /// For another role.
    InvitationOtherPurpose,
    /// Unknown, used, withdrawn or guessed at too often.
    InvitationRefused,
    /// Made for the computer it was made on.
    InvitationOtherComputer,
    /// Of a newer version.
    InvitationNewer,
    /// The clinic behind it is not the one it names.
    InvitationImpostor,
    /// This profile is enrolled already.
    AlreadyEnrolled,
    /// Of another clinic, and leaving the one she is with was not agreed to; param `clinic` (the one
    /// that would be left).
    InvitationOtherClinic,
    /// No invitation found in the image.
    ImageWithoutInvitation,
    // sharing
    /// This doctor is not in the clinic's directory.
    DoctorUnknown,
    /// This doctor's keys changed; sharing must be confirmed.
    DoctorKeyChanged,
    /// The clinic removed this doctor.
    DoctorRemoved,
    /// The doctor's certificate ends before the share would.
    DoctorCertificateEnds,
    /// Nothing to share is chosen.
    NothingChosen,
    /// The end lies in the past.
    EndInPast,
    /// The end lies too far ahead.
    EndTooFar,
    /// The new end is not later than the old one.
    EndNotLater,
    /// The share is over.
    ShareOver,
    /// A live share with this doctor in this space exists already; param `share`.
    ShareExists,
    // records
    /// A running share holds the record; params `doctors` (names), `share` (the first).
    RecordShared,
    /// Who she is stays where it is.
    RecordFixed,
    // import
    /// The picked files are no longer known; pick again.
    SelectionGone,
    /// Another import is running.
    ImportRunning,
    /// A file could not be written where it was to be saved.
    FileNotWritten,
    /// A page of a document cannot be shown; param `reason`.
    DocumentRefused,
    // recovery
    /// Not a recovery kit.
    KitUnreadable,
    /// A word that is not in the list; param `place` (from 1).
    KitWord,
    /// The words are in the list, but their checksum is wrong: one is another, or two are swapped.
    KitTypo,
    /// The kit is of a newer version.
    KitNewer,
    /// The kit was confirmed: this computer cannot show it any more.
    KitGone,
    /// The kit does not say where the relay is.
    KitWithoutRelay,
    /// There is no backup there.
    BackupNone,
    /// The backup is of another kit.
    BackupOfAnother,
    /// The backup is damaged, and no whole version is in it.
    BackupDamaged,
    /// The backup was made by a newer version.
    BackupNewer,
    /// The backup is of a profile of another role; param `role`.
    BackupOtherRole,
    /// There is a clinic on this computer already.
    ClinicHere,
    /// The clinic of this computer cannot end: others use it.
    ClinicInUse,
    /// The place of the backup file is not there (for example the stick is not in).
    BackupPlaceGone,
    /// The relay has no room for this backup.
    BackupTooLarge,
    /// The profile is being deleted: nothing else is exchanged with relay and clinic.
    LeavingBegun,
    /// A backup, restore or export is running already.
    BackupRunning,
    /// The share was made with a lost key that the kit cannot replace: it runs to its end.
    ShareKeyLost,
    // doctor
    /// The patient took the share back.
    ShareRevoked,
    /// The share's time is over.
    ShareEnded,
    /// The share's message has not arrived yet.
    ShareIncomplete,
    /// A letter came under an object of an epoch that is not the one everybody has; it was left out.
    LetterEpochDiffers,
    /// A letter came under an object that no clinic publishes; it was left out.
    LetterEpochIrregular,
    /// The clinic removed this doctor.
    SelfRemoved,
    // desk
    /// The person is withdrawn.
    PersonWithdrawn,
    /// The identity was not checked yet.
    IdentityUnchecked,
    /// Somebody very like this person is registered; param `person`.
    PersonSimilar,
    /// Something changed meanwhile; look again.
    Conflict,
}

impl ErrorCode {
    /// Whether it tells that nobody can be certified, however often it is tried in a while.
    pub(crate) const fn is_of_credential(self) -> bool {
        matches!(
            self,
            Self::CredentialEpochDiffers
                | Self::CredentialMisbehaves
                | Self::CredentialExhausted
                | Self::CredentialNotIssued
                | Self::CredentialRefused
        )
    }

    /// The code as it stands in JSON.
    pub fn as_str(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// An error as it crosses to the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
#[error("{code:?}")]
pub struct AppError {
    /// What happened.
    pub code: ErrorCode,
    /// Names and numbers for the sentence; never record content.
    #[ts(type = "Record<string, string>")]
    pub params: BTreeMap<String, String>,
}

impl AppError {
    /// An error without parameters.
    pub fn new(code: ErrorCode) -> Self {
        Self { code, params: BTreeMap::new() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// A field that is not filled in as it must be. `reason` is a stable code
    /// (`missing`, `too-long`, `not-a-date`, ...).
    pub fn field(field: &str, reason: &str) -> Self {
        Self::new(ErrorCode::Field).with("field", field).with("reason", reason)
    }
}

impl From<ErrorCode> for AppError {
    fn from(code: ErrorCode) -> Self {
        Self::new(code)
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        Self::new(match error {
            VaultError::Locked => ErrorCode::Locked,
            VaultError::Full => ErrorCode::VaultFull,
            VaultError::Io(_) => ErrorCode::VaultIo,
            VaultError::Corrupt(_) => ErrorCode::VaultCorrupt,
            VaultError::Newer => ErrorCode::VaultNewer,
            VaultError::InUse => ErrorCode::VaultInUse,
            VaultError::Busy => ErrorCode::VaultBusy,
        })
    }
}

impl From<RelayError> for AppError {
    fn from(error: RelayError) -> Self {
        match error {
            RelayError::Unreachable(_) => Self::new(ErrorCode::RelayUnreachable),
            RelayError::NotFound => Self::new(ErrorCode::NotFound),
            RelayError::Limited { .. } => Self::new(ErrorCode::RelayLimited),
            RelayError::ClockDiffers => Self::new(ErrorCode::ClockDiffers),
            RelayError::Refused(refusal) => {
                Self::new(ErrorCode::RelayRefused).with("problem", refusal.code.as_str())
            }
            RelayError::Misbehaves(_) => Self::new(ErrorCode::RelayMisbehaves),
        }
    }
}

impl From<AuthorityError> for AppError {
    fn from(error: AuthorityError) -> Self {
        match error {
            AuthorityError::Unreachable(_) => Self::new(ErrorCode::AuthorityUnreachable),
            AuthorityError::Limited { .. } => Self::new(ErrorCode::AuthorityLimited),
            AuthorityError::ClockDiffers => Self::new(ErrorCode::ClockDiffers),
            AuthorityError::Refused(problem) => {
                Self::new(ErrorCode::AuthorityRefused).with("problem", problem)
            }
            AuthorityError::Misbehaves(_) => Self::new(ErrorCode::AuthorityMisbehaves),
        }
    }
}
