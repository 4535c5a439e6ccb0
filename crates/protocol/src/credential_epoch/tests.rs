use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::arc::{Credential, IssuerKey};
use crate::issuance::IssuanceRequest;
use crate::keys::SigningKey;

/// A clinic with one published epoch.
pub(crate) struct Clinic {
    pub(crate) rng: StdRng,
    pub(crate) key: SigningKey,
    pub(crate) issuer: IssuerKey,
    pub(crate) epoch: VerifiedEpoch,
}

pub(crate) const SERVICE: [u8; 16] = [7; 16];

impl Clinic {
    pub(crate) fn new(seed: u64, limit: u16) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let key = SigningKey::generate(&mut rng).unwrap();
        let issuer = IssuerKey::generate(&mut rng);
        let object = object(&issuer, 3, limit);
        let epoch = publish(&key, object);
        Self { rng, key, issuer, epoch }
    }

    /// The same clinic in its next epoch.
    pub(crate) fn next(&mut self) -> (IssuerKey, VerifiedEpoch) {
        let issuer = IssuerKey::generate(&mut self.rng);
        let limit = self.epoch.object().limit.get();
        let epoch = publish(&self.key, object(&issuer, 4, limit));
        (issuer, epoch)
    }

    /// A credential of this epoch, by the way a device takes.
    pub(crate) fn credential(&mut self, device: &SigningKey) -> Credential {
        let (pending, request) = IssuanceRequest::new(&mut self.rng, &self.epoch, device).unwrap();
        let asked = request.clone().verify(&self.epoch, device.verifying_key()).unwrap();
        let response = asked.issue(&mut self.rng, &self.issuer).unwrap();
        let public = &self.epoch.object().issuer;
        pending.finish(public, request.credential_request(), &response).unwrap()
    }

    pub(crate) fn device(&mut self) -> SigningKey {
        SigningKey::generate(&mut self.rng).unwrap()
    }
}

pub(crate) fn object(issuer: &IssuerKey, epoch: u64, limit: u16) -> CredentialEpoch {
    CredentialEpoch {
        service_id: ServiceId::from_bytes(SERVICE),
        epoch,
        issuer: issuer.public(),
        tracing: Tracing::Nobody,
        limit: Limit::new(limit).unwrap(),
        valid_from: 1000 * epoch,
        valid_until: 1000 * epoch + 2000,
    }
}

pub(crate) fn publish(key: &SigningKey, object: CredentialEpoch) -> VerifiedEpoch {
    let service = object.service_id;
    let bytes = Signed::sign(key, object).unwrap().to_bytes();
    VerifiedEpoch::verify(&bytes, key.verifying_key(), service).unwrap()
}

#[test]
fn an_object_of_another_authority_or_service_is_refused() {
    let mut clinic = Clinic::new(1, 64);
    let bytes = Signed::sign(&clinic.key, clinic.epoch.object().clone()).unwrap().to_bytes();
    let other = clinic.device();
    let service = ServiceId::from_bytes(SERVICE);
    let refused = VerifiedEpoch::verify(&bytes, other.verifying_key(), service).unwrap_err();
    assert_eq!(refused.code(), "signature-invalid");
    let elsewhere = ServiceId::from_bytes([8; 16]);
    let refused = VerifiedEpoch::verify(&bytes, clinic.key.verifying_key(), elsewhere).unwrap_err();
    assert_eq!(refused, StatementError::WrongService);
}

#[test]
fn any_byte_changed_is_refused() {
    let clinic = Clinic::new(2, 2);
    let bytes = Signed::sign(&clinic.key, clinic.epoch.object().clone()).unwrap().to_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let service = ServiceId::from_bytes(SERVICE);
        assert!(VerifiedEpoch::verify(&changed, clinic.key.verifying_key(), service).is_err());
    }
}

#[test]
fn limits_below_two_and_empty_validity_are_not_read() {
    let clinic = Clinic::new(3, 2);
    let bytes = clinic.epoch.object().statement_bytes();
    let limit_at = 1 + 16 + 8 + IssuerPublicKey::LEN + 1;
    let read = |bytes: &[u8]| CredentialEpoch::decode(&mut Reader::new(bytes)).map(drop);
    assert_eq!(read(&bytes), Ok(()));
    for limit in [0_u16, 1, 1025, u16::MAX] {
        let mut changed = bytes.clone();
        changed[limit_at..limit_at + 2].copy_from_slice(&limit.to_be_bytes());
        assert_eq!(read(&changed), Err(DecodeError::NotCanonical), "{limit}");
    }
    let mut empty = bytes.clone();
    let end = bytes.len() - 8;
    empty.copy_within(end - 8..end, end);
    assert_eq!(read(&empty), Err(DecodeError::NotCanonical));
    let mut unknown = bytes;
    unknown[limit_at - 1] = 1;
    assert_eq!(read(&unknown), Err(DecodeError::UnknownType));
}

#[test]
fn two_objects_of_one_epoch_differ_in_their_hash() {
    let mut clinic = Clinic::new(4, 64);
    let other = IssuerKey::generate(&mut clinic.rng);
    let second = publish(&clinic.key, object(&other, 3, 64));
    assert_ne!(clinic.epoch.hash(), second.hash());
    // Nothing else of the epoch depends on the issuer: no context can be somebody's own.
    assert_eq!(clinic.epoch.request_context(), second.request_context());
    assert_eq!(clinic.epoch.tracing_key(), second.tracing_key());
    // Another limit is another context, so that a credential is never shown under two limits.
    let wider = publish(&clinic.key, object(&other, 3, 65));
    assert_ne!(clinic.epoch.request_context(), wider.request_context());
}

#[test]
fn each_epoch_has_a_tracing_key_of_its_own() {
    let mut clinic = Clinic::new(5, 2);
    let (_, next) = clinic.next();
    assert_ne!(clinic.epoch.tracing_key(), next.tracing_key());
}

/// Every process of an authority publishes the same object, also after its store was lost.
#[test]
fn an_issuer_s_key_follows_from_authority_service_and_epoch_alone() {
    let mut rng = StdRng::seed_from_u64(77);
    let (key, other) = (SigningKey::generate(&mut rng).unwrap(), SigningKey::generate(&mut rng));
    let (service, elsewhere) = (ServiceId::from_bytes(SERVICE), ServiceId::from_bytes([8; 16]));
    let public = |key: &SigningKey, service, epoch| {
        let issuer = IssuerKey::derive(key, service, epoch);
        let secret = issuer.expose_secret();
        let distinct: std::collections::BTreeSet<_> = secret.chunks_exact(32).collect();
        assert_eq!(distinct.len(), 4, "four different scalars");
        issuer.public().to_bytes()
    };
    let known = public(&key, service, 3);
    assert_eq!(public(&key, service, 3), known);
    assert_ne!(public(&key, service, 4), known);
    assert_ne!(public(&key, elsewhere, 3), known);
    assert_ne!(public(&other.unwrap(), service, 3), known);
}
