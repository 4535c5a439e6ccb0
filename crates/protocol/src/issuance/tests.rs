use super::*;
use crate::credential_epoch::tests::Clinic;

#[test]
fn what_is_issued_is_the_credential_of_the_entry() {
    let mut clinic = Clinic::new(10, 64);
    let device = clinic.device();
    let (pending, request) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let bytes = request.to_bytes();
    assert_eq!(bytes.len(), IssuanceRequest::LEN);
    let read = IssuanceRequest::from_bytes(&bytes).unwrap();
    assert_eq!(read, request);
    let asked = read.verify(&clinic.epoch, device.verifying_key()).unwrap();
    let response = asked.issue(&mut clinic.rng, &clinic.issuer).unwrap();
    let public = &clinic.epoch.object().issuer;
    let credential = pending.finish(public, request.credential_request(), &response).unwrap();
    assert_eq!(credential.register_element().unwrap(), asked.entry().unverified().element);
}

#[test]
fn it_is_for_one_device_and_one_epoch() {
    let mut clinic = Clinic::new(11, 2);
    let (device, other) = (clinic.device(), clinic.device());
    let (_, request) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let refused = request.clone().verify(&clinic.epoch, other.verifying_key()).unwrap_err();
    assert_eq!(refused.code(), "signature-invalid");
    let (_, next) = clinic.next();
    let refused = request.verify(&next, device.verifying_key()).unwrap_err();
    assert_eq!(refused, IssuanceError::WrongEpoch);
}

/// Framing: a register entry of somebody else's `M`, signed by one's own device, would have the
/// trustees open one's personas to her.
#[test]
fn somebody_else_s_element_cannot_be_planted_in_the_register() {
    let mut clinic = Clinic::new(12, 2);
    let (device, victim) = (clinic.device(), clinic.device());
    let (_, theirs) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &victim).unwrap();
    let (pending, mut mine) =
        IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let mut entry = theirs.entry.unverified().clone();
    mine.entry = Signed::sign(&device, entry.clone()).unwrap();
    assert_eq!(
        mine.clone().verify(&clinic.epoch, device.verifying_key()).unwrap_err().code(),
        "proof-invalid"
    );
    // Nor one made of the own and another element, whatever proof is made over it.
    let sum = p256::ProjectivePoint::from(entry.element.affine().unwrap())
        + p256::ProjectivePoint::from(pending.register_element().unwrap().affine().unwrap());
    entry.element = point(&sum);
    mine.entry = Signed::sign(&device, entry.clone()).unwrap();
    let relation = relation(&mine.request, &entry.element).unwrap();
    let witness = Witness::new(pending.opening().into_iter().copied().collect());
    let session = session(&clinic.epoch, device.verifying_key(), &mine.request);
    let nonces =
        [crate::arc::random_scalar(&mut clinic.rng), crate::arc::random_scalar(&mut clinic.rng)];
    mine.proof = Proof::prove_unchecked(&session, &relation, &witness, &nonces).unwrap();
    assert!(mine.verify(&clinic.epoch, device.verifying_key()).is_err());
}

#[test]
fn a_proof_does_not_move_to_another_request_or_device() {
    let mut clinic = Clinic::new(13, 2);
    let (device, other) = (clinic.device(), clinic.device());
    let (_, one) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let (_, two) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let mut mixed = two.clone();
    mixed.proof = one.proof.clone();
    assert!(mixed.verify(&clinic.epoch, device.verifying_key()).is_err());
    // The same secret by another device, which signs the same element: the session is not its own.
    let mut moved = one.clone();
    moved.entry = Signed::sign(&other, one.entry.unverified().clone()).unwrap();
    assert!(moved.verify(&clinic.epoch, other.verifying_key()).is_err());
}

#[test]
fn any_byte_changed_is_refused() {
    let mut clinic = Clinic::new(14, 2);
    let device = clinic.device();
    let (_, request) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let bytes = request.to_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let taken = IssuanceRequest::from_bytes(&changed)
            .and_then(|read| read.verify(&clinic.epoch, device.verifying_key()))
            .and_then(|asked| Ok(asked.issue(&mut clinic.rng, &clinic.issuer)?));
        assert!(taken.is_err(), "byte {at}");
    }
    assert!(IssuanceRequest::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(IssuanceRequest::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
}

#[test]
fn a_response_of_another_key_than_the_published_one_is_refused() {
    let mut clinic = Clinic::new(15, 2);
    let device = clinic.device();
    let (pending, request) = IssuanceRequest::new(&mut clinic.rng, &clinic.epoch, &device).unwrap();
    let asked = request.clone().verify(&clinic.epoch, device.verifying_key()).unwrap();
    let (marking, _) = clinic.next();
    let response = asked.issue(&mut clinic.rng, &marking).unwrap();
    let public = &clinic.epoch.object().issuer;
    let taken = pending.finish(public, request.credential_request(), &response);
    assert_eq!(taken.map(drop).unwrap_err().code(), "proof-invalid");
}

fn point(element: &p256::ProjectivePoint) -> Point {
    use elliptic_curve::sec1::ToSec1Point as _;
    Point::from_bytes(element.to_affine().to_sec1_point(true).as_bytes()).unwrap()
}
