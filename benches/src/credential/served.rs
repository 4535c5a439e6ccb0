//! A clinic certifying personas: the real service with its store, over HTTP on loopback.

use std::time::Instant;

use keyward_authority::Authority;
use keyward_protocol::arc::{Credential, CredentialResponse};
use keyward_protocol::certificate::{AnonymousRequest, PersonaKeys};
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_protocol::invitation::Purpose;
use keyward_protocol::issuance::IssuanceRequest;
use keyward_protocol::keys::{DecryptionKey, SigningKey};
use keyward_relay_api::authority::credential::CREDENTIAL_LIMIT;
use rand::rngs::StdRng;

use crate::clinic::{Clinic, Device, enrol};
use crate::report::{Gate, Report};

/// Patients; each asks for all certificates of an epoch.
const PATIENTS: usize = 4;

/// Adds `certificate.bytes` and `authority.certify_per_s`.
pub(super) fn run(report: &mut Report, rng: &mut StdRng) {
    let clinic = Clinic::new();
    let epoch = epoch(&clinic);
    let mut requests = Vec::new();
    for _ in 0..PATIENTS {
        let credential = credential(&clinic, &epoch, rng);
        requests
            .extend((0..CREDENTIAL_LIMIT).map(|nonce| request(rng, &epoch, &credential, nonce)));
    }
    let asked = requests.len();
    let start = Instant::now();
    let lengths: Vec<usize> = requests
        .into_iter()
        .map(|request| clinic.client().certify_anonymously(request).expect("a certificate").len())
        .collect();
    let took = start.elapsed().as_secs_f64();
    let longest = lengths.into_iter().max().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let (longest, per_s) = (longest as f64, asked as f64 / took);
    report.add(
        "certificate.bytes",
        longest,
        Gate::AtMost(400.0),
        "of a persona, with escrow and public proof",
    );
    let note = format!(
        "{asked} requests one after the other, tags stored durably, HTTP on loopback included"
    );
    report.add("authority.certify_per_s", per_s, Gate::None, note);
}

fn epoch(clinic: &Clinic) -> VerifiedEpoch {
    let authority: &Authority = &clinic.authority;
    let object = clinic.client().credential_epoch().expect("an object");
    VerifiedEpoch::verify(&object, authority.verifying_key(), authority.service_id())
        .expect("a valid object")
}

fn credential(clinic: &Clinic, epoch: &VerifiedEpoch, rng: &mut StdRng) -> Credential {
    let (_, invitation) = clinic.invited();
    let device = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    let device = device.into_signing();
    let (pending, request) = IssuanceRequest::new(rng, epoch, &device).expect("a request");
    let answer = clinic.client().issue_credential(&device, request.to_bytes()).expect("an answer");
    let response = CredentialResponse::from_bytes(&answer.response).expect("a response");
    pending
        .finish(&epoch.object().issuer, request.credential_request(), &response)
        .expect("a credential")
}

fn request(
    rng: &mut StdRng,
    epoch: &VerifiedEpoch,
    credential: &Credential,
    nonce: u16,
) -> Vec<u8> {
    let signing = SigningKey::generate(rng).expect("a key");
    let decryption = DecryptionKey::generate(rng).expect("a key");
    let keys = PersonaKeys { signing: &signing, decryption: &decryption, recovery_hash: [3; 32] };
    AnonymousRequest::create(rng, &keys, epoch, credential, nonce).expect("a request")
}
