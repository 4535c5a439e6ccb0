//! What relay and authority do for somebody who lost a computer, keeps backups or leaves. One value
//! is one identity on one connection of its own, as in [`super::relay`].
//!
//! Refusals that use cases tell apart ([`super::relay::Refusal`], or the code in
//! [`super::authority::AuthorityError::Refused`]): `persona-replaced` and `persona-forgotten` (this key is
//! over), `stale-replacement` with the time of the one that holds, `bad-replacement`,
//! `backup-conflict` (a newer version is stored: another computer makes backups too),
//! `backup-incomplete`, `quota-reached`.

use keyward_protocol::ids::PersonaId;
pub use keyward_relay_api::authority::recovery::EnrolmentReceipt;
pub use keyward_relay_api::recovery::{
    Backup, BackupPackId, BackupVersion, Backups, CompartmentState, ForgetBackupKey, Forgotten,
    PostBackup, PostForget, PutBackupKey, Replaced,
};

use super::authority::AuthorityError;
use super::relay::{Accesses, GrantSummary, RelayError};

/// The relay. Every call is safe to repeat.
pub trait RelayRecovery: Send + Sync {
    /// Replaces a persona by this one: the relay refuses the old key before it answers. `statement` is
    /// a `Signed<PersonaReplacement>`.
    ///
    /// # Errors
    /// [`RelayError`]; not found if the relay never knew the old persona.
    fn replace(&self, statement: &[u8]) -> Result<Replaced, RelayError>;

    /// The access log of a persona this one continues, after a position, oldest first.
    ///
    /// # Errors
    /// [`RelayError`].
    fn accesses_of_replaced(&self, persona: &PersonaId, after: u64)
    -> Result<Accesses, RelayError>;

    /// All grants of a persona this one continues.
    ///
    /// # Errors
    /// [`RelayError`].
    fn grants_of_replaced(&self, persona: &PersonaId) -> Result<Vec<GrantSummary>, RelayError>;

    /// Where all compartments of this persona stand: by this a computer that was set back notices.
    ///
    /// # Errors
    /// [`RelayError`].
    fn compartments(&self) -> Result<Vec<CompartmentState>, RelayError>;

    /// Makes the relay forget everything of this persona and of those she continues.
    ///
    /// # Errors
    /// [`RelayError`].
    fn forget(&self, request: &PostForget) -> Result<Forgotten, RelayError>;

    /// Makes this key known as the one a clinician's backups lie under.
    ///
    /// # Errors
    /// [`RelayError`].
    fn put_backup_key(&self, request: &PutBackupKey) -> Result<(), RelayError>;

    /// Makes the relay forget this key and all that lies under it.
    ///
    /// # Errors
    /// [`RelayError`]; not found if the relay never knew it.
    fn forget_backup_key(&self, request: &ForgetBackupKey) -> Result<Forgotten, RelayError>;

    /// Stores a sealed backup pack; gives what it is called by.
    ///
    /// # Errors
    /// [`RelayError`].
    fn put_backup_pack(&self, pack: &[u8]) -> Result<BackupPackId, RelayError>;

    /// A backup pack, checked to be the one of this name.
    ///
    /// # Errors
    /// [`RelayError`].
    fn backup_pack(&self, pack: BackupPackId) -> Result<Vec<u8>, RelayError>;

    /// Stores a version whose packs are stored.
    ///
    /// # Errors
    /// [`RelayError`].
    fn put_backup(&self, backup: &PostBackup) -> Result<(), RelayError>;

    /// All versions the relay keeps, oldest first, and how much room they take.
    ///
    /// # Errors
    /// [`RelayError`].
    fn backups(&self) -> Result<Backups, RelayError>;

    /// One version.
    ///
    /// # Errors
    /// [`RelayError`].
    fn backup(&self, sequence: u64) -> Result<Backup, RelayError>;
}

/// The authority. The channel's key is the enrolment key; at a replacement the new one.
pub trait AuthorityRecovery: Send + Sync {
    /// Says which recovery key may replace the enrolment key.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn set_recovery(&self, recovery_hash: [u8; 32]) -> Result<(), AuthorityError>;

    /// Puts this enrolment key in the place of a lost one. `statement` is a
    /// `Signed<EnrolmentReplacement>`. Safe to repeat.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn replace_enrolment(&self, statement: &[u8]) -> Result<EnrolmentReceipt, AuthorityError>;

    /// Leaves the clinic. `statement` is a `Signed<ForgetStatement>`. Safe to repeat.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn leave(&self, statement: &[u8]) -> Result<EnrolmentReceipt, AuthorityError>;
}
