//! A small world for tests: an authority, personas, doctors, a relay's store in memory.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "every test file uses a part of it"
)]

use keyward_protocol::arc::{IssuerKey, Limit};
use keyward_protocol::capsule::{DelegatingKey, FreshCek, PoolEntry, seal};
use keyward_protocol::certificate::{
    AnonymousCertificate, AnonymousRequest, ClinicianCertificate, ClinicianDetails, ClinicianKeys,
    ClinicianRequest, PersonaKeys, VerifiedClinician, VerifiedPersona,
};
use keyward_protocol::chain::{Head, HeaderCore, RecordHeader, SignedHead, SignedHeader};
use keyward_protocol::credential_epoch::{CredentialEpoch, Tracing, VerifiedEpoch};
use keyward_protocol::domain::Label;
use keyward_protocol::grant::{GrantBuilder, ReEncryptionKey, SignedGrant};
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, GrantId, RecordId, ServiceId};
use keyward_protocol::issuance::IssuanceRequest;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey, VerifyingKey};
use keyward_protocol::payload::{self, ContentType};
use keyward_protocol::statement::{Signed, Verified};

pub const NOW: u64 = 1_800_000_000;
pub const UNTIL: u64 = NOW + 90 * 86_400;

/// SplitMix64: deterministic in every version of every crate, and nothing more.
pub struct TestRng(u64);

impl rand_core::TryRng for TestRng {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|value| (value >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ (mixed >> 31))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in out.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_be_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

/// For tests: what it draws is predictable, which is the point.
impl rand_core::TryCryptoRng for TestRng {}

pub fn rng(seed: u64) -> TestRng {
    TestRng(seed)
}

pub struct Authority {
    pub key: SigningKey,
    pub service: ServiceId,
    pub issuer: IssuerKey,
    /// Its one credential epoch, as published.
    pub object: Vec<u8>,
    pub epoch: VerifiedEpoch,
}

impl Authority {
    pub fn new(rng: &mut TestRng) -> Self {
        let (key, service) = (SigningKey::generate(rng).unwrap(), ServiceId::random(rng));
        let issuer = IssuerKey::derive(&key, service, 3);
        let object = CredentialEpoch {
            service_id: service,
            epoch: 3,
            issuer: issuer.public(),
            tracing: Tracing::Nobody,
            limit: Limit::new(2).unwrap(),
            valid_from: NOW - 1,
            valid_until: UNTIL,
        };
        let object = Signed::sign(&key, object).unwrap().to_bytes();
        let epoch = VerifiedEpoch::verify(&object, key.verifying_key(), service).unwrap();
        Self { key, service, issuer, object, epoch }
    }

    pub fn keys(&self) -> Vec<VerifyingKey> {
        vec![self.key.verifying_key().clone()]
    }

    /// A persona's certificate, by the way a patient's device takes: a credential, then shown.
    pub fn certify(&self, rng: &mut TestRng, keys: &PersonaKeys<'_>) -> Vec<u8> {
        let device = SigningKey::generate(rng).unwrap();
        let (pending, request) = IssuanceRequest::new(rng, &self.epoch, &device).unwrap();
        let asked = request.clone().verify(&self.epoch, device.verifying_key()).unwrap();
        let response = asked.issue(rng, &self.issuer).unwrap();
        let public = &self.epoch.object().issuer;
        let credential = pending.finish(public, request.credential_request(), &response).unwrap();
        let shown = AnonymousRequest::create(rng, keys, &self.epoch, &credential, 0).unwrap();
        let asked = AnonymousRequest::verify(&shown, &self.epoch, &self.issuer).unwrap();
        asked.certificate.issue(&self.key).unwrap()
    }
}

pub struct Doctor {
    pub signing: SigningKey,
    pub grant: DecryptionKey,
    pub mailbox: DecryptionKey,
    pub certificate: VerifiedClinician,
}

impl Doctor {
    pub fn new(rng: &mut TestRng, authority: &Authority, name: &str) -> Self {
        let signing = SigningKey::generate(rng).unwrap();
        let grant = DecryptionKey::generate(rng).unwrap();
        let mailbox = DecryptionKey::generate(rng).unwrap();
        let keys = ClinicianKeys { signing: &signing, grant: &grant, mailbox: &mailbox };
        let challenge = [3; 32];
        let request = ClinicianRequest::create(rng, &keys, authority.service, &challenge).unwrap();
        let request = ClinicianRequest::verify(&request, authority.service, &challenge).unwrap();
        let details = ClinicianDetails {
            name: name.into(),
            role: "Cardiologist".into(),
            organisation: "Sample clinic".into(),
            registration_number: None,
        };
        let bytes = request.certificate(details, NOW - 1, UNTIL).issue(&authority.key).unwrap();
        let certificate = ClinicianCertificate::verify(&bytes, &authority.keys(), NOW).unwrap();
        Self { signing, grant, mailbox, certificate }
    }
}

/// A persona with one device.
pub struct Persona {
    pub master: MasterSecret,
    pub signing: SigningKey,
    pub certificate: VerifiedPersona,
    pub device: DeviceId,
}

impl Persona {
    pub fn new(rng: &mut TestRng, authority: &Authority) -> Self {
        let master = MasterSecret::generate(rng);
        let signing = SigningKey::derive_from(&master, Label::PersonaSigning, b"one").unwrap();
        let decryption =
            DecryptionKey::derive_from(&master, Label::PersonaEncapsulation, b"one").unwrap();
        let keys =
            PersonaKeys { signing: &signing, decryption: &decryption, recovery_hash: [5; 32] };
        let bytes = authority.certify(rng, &keys);
        let certificate = AnonymousCertificate::verify(&bytes, &authority.epoch).unwrap();
        Self { master, signing, certificate, device: DeviceId::random(rng) }
    }

    pub fn delegating(&self, compartment: CompartmentId, epoch: EpochId) -> DelegatingKey {
        DelegatingKey::derive(&self.master, self.certificate.id(), compartment, epoch)
    }

    pub fn grant(
        &self,
        doctor: &VerifiedClinician,
        id: GrantId,
        revision: u32,
        places: &[(CompartmentId, EpochId)],
    ) -> (SignedGrant, Vec<ReEncryptionKey>) {
        let keys: Vec<_> = places.iter().map(|(c, e)| self.delegating(*c, *e)).collect();
        let mut builder = GrantBuilder::new(&self.master, &self.certificate, doctor, id)
            .unwrap()
            .revision(revision)
            .valid(NOW - 1, UNTIL);
        for key in &keys {
            builder = builder.entry(key);
        }
        builder.sign(&self.signing).unwrap()
    }
}

/// A compartment as its owner keeps it.
pub struct Compartment {
    pub id: CompartmentId,
    pub head: Head,
    pub records: Vec<Record>,
}

/// A record as a relay stores it.
#[derive(Clone)]
pub struct Record {
    pub header: SignedHeader,
    pub payload: Vec<u8>,
}

impl Compartment {
    pub fn new(rng: &mut TestRng, persona: &Persona) -> Self {
        let (id, epoch) = (CompartmentId::random(rng), EpochId::random(rng));
        let head = Head::empty(persona.certificate.id(), id, epoch, NOW);
        Self { id, head, records: Vec::new() }
    }

    pub fn epoch(&self) -> EpochId {
        self.head.epoch
    }

    pub fn open_epoch(&mut self, rng: &mut TestRng) -> EpochId {
        let epoch = EpochId::random(rng);
        self.head.open_epoch(epoch).unwrap();
        epoch
    }

    pub fn add(&mut self, rng: &mut TestRng, persona: &Persona, text: &str) -> RecordHeader {
        self.add_from(rng, persona, persona.device, text)
    }

    pub fn add_from(
        &mut self,
        rng: &mut TestRng,
        persona: &Persona,
        device: DeviceId,
        text: &str,
    ) -> RecordHeader {
        let key = persona.delegating(self.id, self.epoch());
        let (position, previous) = self.head.next_place(device);
        let record_id = RecordId::random(rng);
        let fresh = FreshCek::generate(rng, &key, &record_id, text.as_bytes());
        let (sealed, cek) =
            payload::seal(fresh, &record_id, ContentType::FhirJson, text.as_bytes()).unwrap();
        let core = HeaderCore {
            persona: persona.certificate.id(),
            compartment: self.id,
            epoch: self.epoch(),
            record_id,
            device,
            position,
            previous,
            ciphertext_hash: sealed.hash,
            ciphertext_len: sealed.bytes.len() as u64,
        };
        let entry = PoolEntry::prepare(rng, &key).unwrap();
        let capsule = seal(entry, &core, &cek).unwrap();
        let header = RecordHeader { core, capsule };
        self.head.append(&header).unwrap();
        let signed = Signed::sign(&persona.signing, header.clone()).unwrap();
        self.records.push(Record { header: signed, payload: sealed.bytes });
        header
    }

    pub fn signed_head(&self, persona: &Persona) -> SignedHead {
        Signed::sign(&persona.signing, self.head.clone()).unwrap()
    }

    pub fn verified_head(&self, persona: &Persona) -> Verified<Head> {
        self.signed_head(persona).verify(persona.signing.verifying_key()).unwrap()
    }
}

impl Record {
    pub fn verified(&self, persona: &Persona) -> Verified<RecordHeader> {
        self.header.clone().verify(persona.signing.verifying_key()).unwrap()
    }
}
