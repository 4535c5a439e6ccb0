//! One authority, one persona, one doctor with real keys and certificates.

use keyward_protocol::certificate::{
    ClinicianCertificate, PersonaCertificate, VerifiedClinician, VerifiedPersona,
};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey};
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
    let encapsulation = DecryptionKey::generate(rng).expect("a key");
    let certificate = PersonaCertificate {
        service_id: service,
        verification: key.verifying_key().clone(),
        encapsulation: *encapsulation.encapsulation_key(),
        recovery_hash: [3; 32],
        valid_from: NOW - YEAR,
        valid_until: NOW + YEAR,
    };
    let raw = certificate.issue(authority).expect("a certificate");
    PersonaCertificate::verify(&raw, &[authority.verifying_key().clone()], NOW)
        .expect("a valid certificate")
}
