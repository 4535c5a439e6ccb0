//! One authority, one persona, one doctor with real keys and certificates.

use keyward_protocol::arc::{IssuerKey, Limit};
use keyward_protocol::certificate::{
    AnonymousCertificate, AnonymousRequest, ClinicianCertificate, PersonaKeys, VerifiedClinician,
    VerifiedPersona,
};
use keyward_protocol::credential_epoch::{CredentialEpoch, Tracing, VerifiedEpoch};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::issuance::IssuanceRequest;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey};
use keyward_protocol::statement::Signed;
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Well inside every validity used here.
pub(crate) const NOW: u64 = 1_800_000_000;
const YEAR: u64 = 31_536_000;

/// Keys and certificates for a whole exchange.
pub(crate) struct People {
    pub(crate) rng: StdRng,
    pub(crate) master: MasterSecret,
    pub(crate) persona_key: SigningKey,
    pub(crate) persona: VerifiedPersona,
    pub(crate) grant_key: DecryptionKey,
    pub(crate) doctor: VerifiedClinician,
}

/// Deterministic: a benchmark needs the same work each time, not secrecy.
pub(crate) fn people() -> People {
    let mut rng = StdRng::seed_from_u64(7);
    let authority = SigningKey::generate(&mut rng).expect("a key");
    let service = ServiceId::random(&mut rng);
    let persona_key = SigningKey::generate(&mut rng).expect("a key");
    let persona = persona_certificate(&mut rng, service, &authority, &persona_key);
    let doctor_key = SigningKey::generate(&mut rng).expect("a key");
    let grant_key = DecryptionKey::generate(&mut rng).expect("a key");
    let mailbox = DecryptionKey::generate(&mut rng).expect("a key");
    let certificate = ClinicianCertificate {
        service_id: service,
        verification: doctor_key.verifying_key().clone(),
        grant_key: *grant_key.encapsulation_key(),
        mailbox: *mailbox.encapsulation_key(),
        name: "Dr Bench Sample".into(),
        role: "Cardiologist".into(),
        organisation: "Sample Clinic".into(),
        registration_number: None,
        valid_from: NOW - YEAR,
        valid_until: NOW + YEAR,
    };
    let raw = certificate.issue(&authority).expect("a certificate");
    let trusted = [authority.verifying_key().clone()];
    let doctor = ClinicianCertificate::verify(&raw, &trusted, NOW).expect("a valid certificate");
    let master = MasterSecret::from_bytes([9; 32]);
    People { rng, master, persona_key, persona, grant_key, doctor }
}

fn persona_certificate(
    rng: &mut StdRng,
    service: ServiceId,
    authority: &SigningKey,
    key: &SigningKey,
) -> VerifiedPersona {
    let epoch = epoch(service, authority);
    let issuer = IssuerKey::derive(authority, service, epoch.object().epoch);
    let device = SigningKey::generate(rng).expect("a key");
    let (pending, request) = IssuanceRequest::new(rng, &epoch, &device).expect("a request");
    let asked = request.clone().verify(&epoch, device.verifying_key()).expect("a valid request");
    let response = asked.issue(rng, &issuer).expect("a response");
    let public = &epoch.object().issuer;
    let credential =
        pending.finish(public, request.credential_request(), &response).expect("a credential");
    let decryption = DecryptionKey::generate(rng).expect("a key");
    let keys = PersonaKeys { signing: key, decryption: &decryption, recovery_hash: [3; 32] };
    let shown = AnonymousRequest::create(rng, &keys, &epoch, &credential, 0).expect("a request");
    let asked = AnonymousRequest::verify(&shown, &epoch, &issuer).expect("a valid request");
    let raw = asked.certificate.issue(authority).expect("a certificate");
    AnonymousCertificate::verify(&raw, &epoch).expect("a valid certificate")
}

fn epoch(service: ServiceId, authority: &SigningKey) -> VerifiedEpoch {
    let object = CredentialEpoch {
        service_id: service,
        epoch: 1,
        issuer: IssuerKey::derive(authority, service, 1).public(),
        tracing: Tracing::Nobody,
        limit: Limit::new(2).expect("a limit"),
        valid_from: NOW - YEAR,
        valid_until: NOW + YEAR,
    };
    let object = Signed::sign(authority, object).expect("an object").to_bytes();
    VerifiedEpoch::verify(&object, authority.verifying_key(), service).expect("a valid object")
}
