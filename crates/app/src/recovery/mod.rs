//! Losing this computer: the recovery kit, backups, and bringing a profile back.
//!
//! - [`kit`]: the kit of a profile, shown until it is confirmed, then only its public part.
//! - [`rows`]: which rows of the vault belong to a backup, and how they come back.
//! - `clinic`: what of a desk's backup stands beside its vault.
//! - [`write`]: one more version of a backup, with only what changed.
//! - [`file`]: a backup in a file; `frames`: what lies in it, and what of it goes on into one written anew.
//! - [`at_relay`]: a backup kept by the relay.
//! - [`restore`]: rows into a new, empty profile with a master secret of its own.
//! - [`keys`]: recovery keys, as certified while nothing is lost.
//! - [`renew`]: after a restore, the lost keys replaced at authority and relay.
//! - [`report`]: what a restore brought back, and how far its keys are replaced.
//! - [`status`]: how a profile stands to all that, and its backup in the chosen file.
//!
//! What a backup never holds: the master secret, precomputed sealing entries, counters, unsent
//! steps. A restored machine therefore has nothing that it could use a second time.

pub mod at_relay;
mod clinic;
pub mod file;
mod frames;
pub mod keys;
pub mod kit;
pub mod renew;
pub mod report;
pub mod restore;
pub mod rows;
mod state;
pub mod status;
pub mod write;

use keyward_protocol::backup::BackupError;
use keyward_protocol::kit::KitError;

use crate::error::{AppError, ErrorCode};

impl From<KitError> for AppError {
    fn from(error: KitError) -> Self {
        match error {
            KitError::UnknownWord(place) => {
                Self::new(ErrorCode::KitWord).with("place", place.to_string())
            }
            KitError::Checksum => Self::new(ErrorCode::KitTypo),
            KitError::Newer => Self::new(ErrorCode::KitNewer),
            KitError::Key(_) => Self::new(ErrorCode::Internal),
            _ => Self::new(ErrorCode::KitUnreadable),
        }
    }
}

impl From<BackupError> for AppError {
    fn from(error: BackupError) -> Self {
        Self::new(match error {
            BackupError::OtherKit => ErrorCode::BackupOfAnother,
            BackupError::Key(_) | BackupError::Seal => ErrorCode::Internal,
            _ => ErrorCode::BackupDamaged,
        })
    }
}
