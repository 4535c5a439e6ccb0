//! The anonymous credential (SPEC §§28–30): one object per epoch, issuing over the identified channel,
//! certifying over the anonymous one.
//!
//! What is issued and what is certified have nothing in common that is stored: the register knows
//! people and elements, `spent` knows tags and personas.

mod certify;
mod issue;
mod store;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use keyward_protocol::{
    arc::{IssuerKey, Limit},
    certificate::{AnonymousRequest, PersonaKeys, ReadAnonymousRequest, VerifiedPersonaRequest},
    credential_epoch::{CredentialEpoch, Tracing, VerifiedEpoch},
    issuance::IssuanceRequest,
    keys::{DecryptionKey, EncapsulationKey, SigningKey, VerifyingKey},
    statement::Signed,
};
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, epoch_at, validity};

use crate::{
    issuer::Issuer,
    register::RegisterError,
    store::{RESTORED, Store, StoreError, people::SubjectId, rng},
};
use store::CredentialStore;

pub(crate) use certify::certify;
pub(crate) use issue::issue;

/// In the register's `meta`: which file of credentials belongs to it.
const FILE: &str = "credentials_file";

/// Everything about credentials.
pub(crate) struct Credentials {
    store: CredentialStore,
    /// The epochs last asked for.
    open: Mutex<Vec<Arc<OpenEpoch>>>,
}

/// An epoch with everything that is needed in it.
pub(crate) struct OpenEpoch {
    pub(crate) epoch: VerifiedEpoch,
    /// The object as it is published.
    pub(crate) object: Vec<u8>,
    key: IssuerKey,
    /// A request that is good by its form: what is weighed where there is nothing to weigh.
    decoy: ReadAnonymousRequest,
}

impl Credentials {
    /// Opens the file that belongs to this register. If another stood in its place before, it does
    /// not know what was issued and certified: then everything up to the current epoch is closed. A
    /// restored register that knows of no file may have had one until it was restored.
    pub(crate) fn open(
        path: &Path,
        storage_key: &[u8; 32],
        register: &Store,
    ) -> Result<Self, StoreError> {
        let current = epoch_at(register.clock());
        let (known, restored) =
            register.read(|tx| Ok::<_, StoreError>((tx.meta(FILE)?, tx.counter(RESTORED)?)))?;
        let closed = match known {
            Some(_) => Some(current),
            None => (restored > 0).then(|| epoch_at(restored)),
        };
        let store = CredentialStore::open(path, storage_key, closed)?;
        if known.as_deref() != Some(&store.id()) {
            if known.is_some() {
                tracing::warn!("the file of credentials is not the one this register had");
                store.write(|tx| tx.close(current))?;
            }
            register.write(|tx| tx.put_meta(FILE, &store.id()))?;
        }
        Ok(Self { store, open: Mutex::default() })
    }

    /// The epoch of this number. Its object is made and kept when it is first asked for; from then on
    /// there is no other.
    pub(crate) fn epoch(
        &self,
        issuer: &Issuer,
        number: u64,
    ) -> Result<Arc<OpenEpoch>, RegisterError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.iter().find(|known| known.epoch.object().epoch == number) {
            return Ok(Arc::clone(known));
        }
        let key = IssuerKey::derive(issuer.key(), issuer.service(), number);
        let made = object(issuer, &key, number)?;
        let object = match self.store.read(|tx| tx.object(number))? {
            Some(object) => object,
            None => self.store.write(|tx| tx.put_object(number, &made))?,
        };
        let epoch = VerifiedEpoch::verify(&object, issuer.verifying_key(), issuer.service())
            .map_err(|_| StoreError::Damaged)?;
        if epoch.object().epoch != number || epoch.object().issuer != key.public() {
            return Err(StoreError::Damaged.into());
        }
        let decoy = decoy(&epoch, &key).ok_or(RegisterError::Issuing)?;
        let opened = Arc::new(OpenEpoch { epoch, object, key, decoy });
        // The current one and the one before are in use.
        if open.len() >= 2 {
            open.remove(0);
        }
        open.push(Arc::clone(&opened));
        Ok(opened)
    }

    /// Whether exactly these keys were certified in an epoch.
    pub(crate) fn certified(
        &self,
        epoch: u64,
        keys: &VerifiedPersonaRequest,
    ) -> Result<bool, StoreError> {
        let (persona, content) = persona_tags(
            |purpose, parts| self.store.tag(purpose, parts),
            epoch,
            keys.verification(),
            keys.encapsulation(),
            keys.recovery_hash(),
        );
        Ok(self.store.read(|tx| tx.certified(&persona))? == Some(content))
    }

    /// Erases what the register of credentials has of a person who left. Nobody can open an escrow
    /// of these epochs (SPEC §28), so nobody will ever look for her element.
    pub(crate) fn forget(&self, person: &SubjectId) -> Result<(), StoreError> {
        self.store.write(|tx| tx.forget(person))
    }

    /// Whether the file takes a write.
    pub(crate) fn works(&self) -> bool {
        self.store.write(|tx| tx.probe()).is_ok()
    }
}

/// Tag of a persona key in an epoch, and of everything certified with it.
fn persona_tags(
    tag: impl Fn(&str, &[&[u8]]) -> [u8; 32],
    epoch: u64,
    verification: &VerifyingKey,
    encapsulation: &EncapsulationKey,
    recovery_hash: &[u8; 32],
) -> ([u8; 32], [u8; 32]) {
    let (verification, encapsulation) = (verification.to_bytes(), encapsulation.to_bytes());
    let epoch = epoch.to_be_bytes();
    (
        tag("persona", &[&epoch, &verification]),
        tag("persona content", &[&epoch, &verification, &encapsulation, recovery_hash]),
    )
}

/// The object of an epoch: nothing in it is chosen, so it is the same whoever makes it when.
fn object(issuer: &Issuer, key: &IssuerKey, number: u64) -> Result<Vec<u8>, RegisterError> {
    let valid = validity(number).ok_or(RegisterError::Issuing)?;
    let object = CredentialEpoch {
        service_id: issuer.service(),
        epoch: number,
        issuer: key.public(),
        tracing: Tracing::Nobody,
        limit: Limit::new(CREDENTIAL_LIMIT).map_err(|_| RegisterError::Issuing)?,
        valid_from: valid.start,
        valid_until: valid.end,
    };
    let signed = Signed::sign(issuer.key(), object).map_err(|_| RegisterError::Issuing)?;
    Ok(signed.to_bytes())
}

/// A valid request of nobody's. Its tag is never stored.
fn decoy(epoch: &VerifiedEpoch, key: &IssuerKey) -> Option<ReadAnonymousRequest> {
    let rng = &mut rng();
    let device = SigningKey::generate(rng).ok()?;
    let (pending, request) = IssuanceRequest::new(rng, epoch, &device).ok()?;
    let asked = request.clone().verify(epoch, device.verifying_key()).ok()?;
    let response = asked.issue(rng, key).ok()?;
    let public = &epoch.object().issuer;
    let credential = pending.finish(public, request.credential_request(), &response).ok()?;
    let (signing, decryption) =
        (SigningKey::generate(rng).ok()?, DecryptionKey::generate(rng).ok()?);
    let keys = PersonaKeys { signing: &signing, decryption: &decryption, recovery_hash: [0; 32] };
    let bytes = AnonymousRequest::create(rng, &keys, epoch, &credential, 0).ok()?;
    ReadAnonymousRequest::read(&bytes, epoch).ok()
}
