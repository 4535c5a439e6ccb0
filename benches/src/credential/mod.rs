//! SPEC §§22–24: issuing, presenting with escrow and verifying, at limit 64; and a clinic that certifies.

mod counted;
mod served;

use std::hint::black_box;

use keyward_protocol::arc::{
    Binding, Credential, CredentialRequest, CredentialResponse, IssuerKey, Limit,
};
use keyward_protocol::curve::Scalar;
use keyward_protocol::escrow::{Certification, CertificationRequest};
use keyward_protocol::keys::{DecryptionKey, SigningKey};
use rand::{SeedableRng, rngs::StdRng};

use crate::measure::{Candidate, paired};
use crate::report::{Gate, Report};
use counted::Prices;

/// Certificates a patient may ask for in one epoch.
const LIMIT: u16 = 64;
const CONTEXTS: [&[u8]; 2] =
    [b"request context of the bench", b"presentation context of the bench"];

fn issue(rng: &mut StdRng, key: &IssuerKey) -> Credential {
    let (pending, request) = CredentialRequest::new(rng, CONTEXTS[0]).unwrap();
    let response = CredentialResponse::issue(rng, key, &request).unwrap();
    pending.finish(&key.public(), &request, &response).unwrap()
}

/// Adds every `credential.*` figure.
pub(crate) fn run(report: &mut Report) {
    let mut rng = StdRng::seed_from_u64(1);
    let key = IssuerKey::generate(&mut rng);
    let credential = issue(&mut rng, &key);
    let tracing_key = Scalar::random(&mut rng).times_base().unwrap();
    let signing = SigningKey::generate(&mut rng).unwrap();
    let decryption = DecryptionKey::generate(&mut rng).unwrap();
    let certification = Certification {
        service_id: &[1; 16],
        epoch: 1,
        binding: Binding {
            request_context: CONTEXTS[0],
            presentation_context: CONTEXTS[1],
            limit: Limit::new(LIMIT).unwrap(),
        },
        tracing_key: &tracing_key,
        verification: signing.verifying_key(),
        encapsulation: decryption.encapsulation_key(),
    };
    let request =
        CertificationRequest::new(&mut rng, &credential, &certification, LIMIT - 1).unwrap();
    let bytes = request.to_bytes();
    let (mut issuing, mut presenting) = (StdRng::seed_from_u64(2), StdRng::seed_from_u64(3));
    let operations = [
        Candidate::new("issue", || {
            black_box(issue(&mut issuing, &key).register_element().unwrap());
        }),
        Candidate::new("present", || {
            let made = CertificationRequest::new(&mut presenting, &credential, &certification, 41);
            black_box(made.unwrap());
        }),
        Candidate::new("verify", || {
            black_box(request.verify(&key, &certification).unwrap());
        }),
    ];
    // In turns with the products they are made of.
    let mut candidates: Vec<_> = operations.into_iter().chain(Prices::candidates()).collect();
    let times = paired(&mut candidates, 15, 5);
    let prices = Prices::new(&times[3..]);
    let gates = [6.0, 5.0, 4.0];
    let notes = [
        "request, response and finishing, proofs included",
        "presentation with escrow and its public proof, limit 64",
        "presentation with escrow and its public proof, limit 64",
    ];
    for (((candidate, time), gate), note) in candidates.iter().zip(&times).zip(gates).zip(notes) {
        let name = format!("credential.{}_ms", candidate.name);
        report.add(&name, time / 1000.0, Gate::AtMost(gate), note);
    }
    // Products share tables and doublings: what is gained by that is not to be lost again.
    let counted =
        [("present", times[1], prices.present(), 1.0), ("verify", times[2], prices.verify(), 0.8)];
    for (name, time, counted, most) in counted {
        let name = format!("credential.{name}.over_counted");
        let note = format!("{:.2} ms counted, {}", counted / 1000.0, prices.note());
        report.add(&name, time / counted, Gate::AtMost(most), note);
    }
    #[expect(clippy::cast_precision_loss, reason = "about a thousand")]
    let size = bytes.len() as f64;
    report.add("credential.presentation_bytes", size, Gate::AtMost(1700.0), "with escrow and π");
    drop(candidates);
    served::run(report, &mut rng);
}
