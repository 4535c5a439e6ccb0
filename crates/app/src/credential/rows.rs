//! Rows in [`Collection::Jobs`], which is in no backup; salvage leaves out what begins with [`ROWS`].

use keyward_protocol::arc::{Credential, PendingCredential};
use keyward_protocol::certificate::PersonaKeys;
use keyward_protocol::credential_epoch::VerifiedEpoch;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::keys::Recovery;
use crate::store::{self, StoreError};

/// What the id of each of these rows begins with. No older copy of one may ever come back.
pub const ROWS: &str = "credential/";
/// Rows of [`Pinned`], by epoch.
pub(super) const EPOCH: &str = "credential/epoch/";
/// The row of [`Asked`].
pub(super) const ASKED: &str = "credential/asked";
/// The row of [`Held`].
pub(super) const HELD: &str = "credential/held";
/// Rows of [`Member`], by random ids.
pub(super) const POOL: &str = "credential/pool/";
/// Rows of [`Renewing`], by whose persona it is.
pub(super) const RENEW: &str = "credential/renew/";
/// Objects that differ from a pinned one, by epoch.
pub(super) const DIFFERS: &str = "credential/differs/";

/// The object of an epoch: the first one seen, for good.
#[derive(Clone, Serialize, Deserialize)]
pub struct Pinned {
    /// As it was published.
    #[serde(with = "store::base64")]
    pub object: Vec<u8>,
    /// Whether the relay has pinned the same one.
    pub agreed: bool,
}

/// A request for a credential that is on its way. Secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Asked {
    pub(super) epoch: u64,
    #[serde(with = "store::base64")]
    pub(super) pending: Vec<u8>,
    #[serde(with = "store::base64")]
    pub(super) request: Vec<u8>,
}

/// A credential and its counter. Secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Held {
    pub(super) epoch: u64,
    #[serde(with = "store::base64")]
    pub(super) credential: Vec<u8>,
    /// The first presentation number that was never used.
    pub(super) next: u16,
    /// When the next persona may be certified ahead.
    pub(super) due: UnixSeconds,
    /// When the clinic gave it.
    #[serde(default)]
    pub(super) issued: UnixSeconds,
    /// The request and the clinic's receipt that its entry stands in the register.
    #[serde(with = "store::base64")]
    pub(super) request: Vec<u8>,
    #[serde(with = "store::base64")]
    pub(super) receipt: Vec<u8>,
}

/// A persona that is certified ahead, or is being.
#[derive(Clone, Serialize, Deserialize)]
pub struct Member {
    pub(super) epoch: u64,
    #[serde(with = "store::base64")]
    pub(super) salt: Vec<u8>,
    pub(super) recovery: Recovery,
    pub(super) stage: Stage,
}

/// How far a member is.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Stage {
    /// The very bytes that may have left. Nothing else is ever sent with their number.
    Sent {
        #[serde(with = "store::base64")]
        request: Vec<u8>,
    },
    /// Ready.
    Certified {
        #[serde(with = "store::base64")]
        certificate: Vec<u8>,
    },
}

/// A persona of this profile's own that is certified in an epoch.
#[derive(Clone, Serialize, Deserialize)]
pub struct Renewing {
    pub(super) epoch: u64,
    /// Her verification key, compressed.
    #[serde(with = "store::base64")]
    key: Vec<u8>,
    recovery_hash: [u8; 32],
    pub(super) sought: Sought,
}

/// How far it is.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Sought {
    /// The very bytes that may have left. They bring her certificate, as often as they are sent.
    Sent {
        #[serde(with = "store::base64")]
        request: Vec<u8>,
    },
    /// Refused; tried again with another number from a time on.
    Refused { again: UnixSeconds },
}

impl Renewing {
    pub(super) fn new(epoch: &VerifiedEpoch, keys: &PersonaKeys<'_>, sought: Sought) -> Self {
        Self {
            epoch: epoch.object().epoch,
            key: keys.signing.verifying_key().to_bytes().to_vec(),
            recovery_hash: keys.recovery_hash,
            sought,
        }
    }

    /// Whether it is about these keys in this epoch: after a restore they are others.
    pub(super) fn is_of(&self, epoch: &VerifiedEpoch, keys: &PersonaKeys<'_>) -> bool {
        self.epoch == epoch.object().epoch
            && self.key == keys.signing.verifying_key().to_bytes()
            && self.recovery_hash == keys.recovery_hash
    }

    pub(super) fn load(
        tx: &(impl Transaction + ?Sized),
        row: &str,
    ) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Jobs, row)
    }

    pub(super) fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        row: &str,
    ) -> Result<(), StoreError> {
        store::save(tx, Collection::Jobs, row, self)
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.pending);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.credential);
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.salt);
    }
}

/// The epoch of a row of any of the kinds that go with their epoch.
pub(super) fn epoch_of(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Of {
        epoch: u64,
    }
    store::decode::<Of>(Collection::Jobs, body).ok().map(|of| of.epoch)
}

/// Where the object of an epoch stands.
pub(super) fn epoch_row(epoch: u64) -> String {
    format!("{EPOCH}{epoch:020}")
}

impl Asked {
    pub(super) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Jobs, ASKED)
    }

    pub(super) fn save(&self, tx: &mut (impl Transaction + ?Sized)) -> Result<(), StoreError> {
        store::save(tx, Collection::Jobs, ASKED, self)
    }

    pub(super) fn pending(&self) -> Result<PendingCredential, AppError> {
        let bytes = self.pending.as_slice().try_into().map_err(|_| ErrorCode::VaultCorrupt)?;
        PendingCredential::from_secret(bytes).map_err(|_| ErrorCode::VaultCorrupt.into())
    }
}

impl Held {
    pub(super) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Jobs, HELD)
    }

    pub(super) fn save(&self, tx: &mut (impl Transaction + ?Sized)) -> Result<(), StoreError> {
        store::save(tx, Collection::Jobs, HELD, self)
    }

    pub(super) fn credential(&self) -> Result<Credential, AppError> {
        let bytes = self.credential.as_slice().try_into().map_err(|_| ErrorCode::VaultCorrupt)?;
        Credential::from_secret(bytes).map_err(|_| ErrorCode::VaultCorrupt.into())
    }
}

impl Member {
    pub(super) fn all(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Self)>, StoreError> {
        store::load_prefix(tx, Collection::Jobs, POOL)
    }

    pub(super) fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        id: &str,
    ) -> Result<(), StoreError> {
        store::save(tx, Collection::Jobs, id, self)
    }
}
