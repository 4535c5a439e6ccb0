//! Recovery keys of the enrolment and of personas (SPEC §26.3), as the device knows them: enough to
//! have them certified, and only together with the kit enough to sign by them.

use std::sync::Arc;

use keyward_protocol::keys::{SigningKey, VerifyingKey};
use keyward_protocol::kit::{KitKeys, KitPublic, RecoveryBlind, recovery_hash};
use serde::{Deserialize, Serialize};

use super::kit;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::common::Role;

/// The row of [`Registered`] in [`Collection::Identity`].
const REGISTERED: &str = "enrolment-recovery";

/// One recovery key.
#[derive(Clone, Serialize, Deserialize)]
pub struct Recovery {
    /// Its blinding.
    #[serde(with = "store::base64")]
    blind: Vec<u8>,
    /// Hash of the key: what stands in a certificate or in the clinic's register.
    pub hash: [u8; 32],
    /// The stream of the kit it belongs to.
    kit: [u8; 16],
}

impl Drop for Recovery {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.blind);
    }
}

impl Recovery {
    /// A fresh one of a kit.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if a derivation fails.
    pub fn draw(session: &Session, kit: &KitPublic) -> Result<Self, AppError> {
        let blind = session.randomness().with(|rng| RecoveryBlind::generate(rng));
        let key = kit.recovery_key(&blind).map_err(|_| ErrorCode::Internal)?;
        let hash = recovery_hash(&key);
        Ok(Self { blind: blind.expose_secret().to_vec(), hash, kit: kit.stream().0 })
    }

    /// Whether it belongs to this kit.
    #[must_use]
    pub fn is_of(&self, kit: &KitPublic) -> bool {
        self.kit == kit.stream().0
    }

    /// Its signing key; `None` if it is another kit's.
    pub(super) fn key(&self, kit: &KitKeys) -> Option<SigningKey> {
        let blind = RecoveryBlind::from_bytes(self.blind.as_slice().try_into().ok()?);
        let key = kit.recovery_key(&blind).ok()?;
        (recovery_hash(key.verifying_key()) == self.hash).then_some(key)
    }
}

/// What stands in the clinic's register for this device.
#[derive(Clone, Serialize, Deserialize)]
pub struct Registered {
    /// The enrolment key, 33 bytes: a restored profile cannot derive it any more.
    #[serde(with = "store::base64")]
    pub key: Vec<u8>,
    /// Recovery keys that may stand there, the newest last. More than one while the clinic has not
    /// confirmed the last.
    pub recoveries: Vec<Recovery>,
    /// Whether it has.
    pub confirmed: bool,
}

impl Registered {
    pub(super) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, AppError> {
        Ok(store::load(tx, Collection::Identity, REGISTERED)?)
    }

    /// Stores it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
        Ok(store::save(tx, Collection::Identity, REGISTERED, self)?)
    }

    /// The one after an enrolment or a replacement.
    #[must_use]
    pub fn confirmed(key: &VerifyingKey, recovery: Recovery) -> Self {
        Self { key: key.to_bytes().to_vec(), recoveries: vec![recovery], confirmed: true }
    }
}

/// Forgets what stands in the register of a clinic that is left.
pub(crate) fn forget(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    tx.delete(Collection::Identity, REGISTERED)?;
    Ok(())
}

/// Whether the clinic does not know the recovery key of the kit that counts yet.
///
/// # Errors
/// What the vault reports.
pub(crate) fn waits(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    let kit = match kit::public(tx) {
        Ok(kit) => Some(kit),
        // The one that was made without a word is what stands there.
        Err(error) if error.code == ErrorCode::KitGone => None,
        Err(error) => return Err(error),
    };
    let is_of_kit = |last: &Recovery| kit.as_ref().is_none_or(|kit| last.is_of(kit));
    let known =
        |known: Registered| known.confirmed && known.recoveries.last().is_some_and(is_of_kit);
    Ok(!Registered::load(tx)?.is_some_and(known))
}

/// Has the clinic know the recovery key of the kit that counts, if it does not yet: after a new kit,
/// or for an enrolment from before there were kits.
///
/// # Errors
/// What vault and authority report. Nothing else has to wait for it.
pub fn register(session: &Session, enrolment: &Enrolment) -> Result<(), AppError> {
    if enrolment.role != Role::Patient {
        return Ok(());
    }
    let key = session.with_master(|master| enrolment.enrolment_key(master))?;
    let mut tx = session.begin()?;
    let kit = kit::current(&mut *tx, session)?;
    let public = key.verifying_key().to_bytes();
    let known = Registered::load(&*tx)?.filter(|known| known.key == public);
    let mut known = known.unwrap_or_else(|| Registered {
        key: public.to_vec(),
        recoveries: Vec::new(),
        confirmed: false,
    });
    if known.recoveries.last().is_none_or(|last| !last.is_of(&kit)) {
        known.recoveries.push(Recovery::draw(session, &kit)?);
        known.confirmed = false;
    }
    let Some(last) = known.recoveries.last().cloned().filter(|_| !known.confirmed) else {
        return Ok(());
    };
    // Durable before it is sent: a backup taken in between has it.
    known.save(&mut *tx)?;
    tx.commit()?;
    let channel = session.network().authority_recovery(&enrolment.authority(), Arc::new(key))?;
    channel.set_recovery(last.hash)?;
    let mut tx = session.begin()?;
    known.recoveries = vec![last];
    known.confirmed = true;
    known.save(&mut *tx)?;
    Ok(tx.commit()?)
}
