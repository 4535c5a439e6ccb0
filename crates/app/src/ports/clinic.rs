//! The clinic that runs on the computer of a desk, beside the desk's own vault.

use std::collections::BTreeMap;

use keyward_protocol::keys::VerifyingKey;
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::session::Profile;

/// Pieces of a clinic by name; erased when dropped.
pub type Pieces = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// What names begin with whose change alone is worth no new version: they tell when the rest was taken.
pub const MADE: &str = "made/";

/// The clinic of this computer.
pub trait ClinicHere: Send + Sync {
    /// Everything it needs to be there again, as of one moment: its secret and its register, at most 64 KiB in a
    /// piece. Empty for an operator whose clinic this is not: it is no other desk's to take along.
    ///
    /// # Errors
    /// What keyring and disk report.
    fn pieces(&self, operator: &VerifyingKey) -> Result<Pieces, AppError>;

    /// Makes a clinic of its pieces on a computer without one; `operator`, the key of `desk`, is the only one that
    /// may work at its desk from then on. Gives how many entries its register has.
    ///
    /// # Errors
    /// [`crate::error::ErrorCode::ClinicHere`] if there is one already,
    /// [`crate::error::ErrorCode::BackupDamaged`], what keyring and disk report.
    fn take(
        &self,
        desk: &Profile,
        operator: &VerifyingKey,
        pieces: Pieces,
    ) -> Result<u64, AppError>;
}
