use rand::rngs::StdRng;

use super::*;
use crate::credential_epoch::tests::{Clinic, object, publish};
use crate::keys::DecryptionKey;

struct Persona {
    signing: SigningKey,
    decryption: DecryptionKey,
}

impl Persona {
    fn new(rng: &mut StdRng) -> Self {
        let signing = SigningKey::generate(rng).unwrap();
        Self { signing, decryption: DecryptionKey::generate(rng).unwrap() }
    }

    fn keys(&self) -> PersonaKeys<'_> {
        PersonaKeys { signing: &self.signing, decryption: &self.decryption, recovery_hash: [9; 32] }
    }
}

fn request(clinic: &mut Clinic, persona: &Persona, credential: &Credential, nonce: u16) -> Vec<u8> {
    AnonymousRequest::create(&mut clinic.rng, &persona.keys(), &clinic.epoch, credential, nonce)
        .unwrap()
}

fn certified(clinic: &mut Clinic) -> (Persona, Vec<u8>) {
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let persona = Persona::new(&mut clinic.rng);
    let bytes = request(clinic, &persona, &credential, 0);
    let asked = AnonymousRequest::verify(&bytes, &clinic.epoch, &clinic.issuer).unwrap();
    (persona, asked.certificate.issue(&clinic.key).unwrap())
}

#[test]
fn a_presentation_becomes_a_certificate_of_the_whole_epoch() {
    let mut clinic = Clinic::new(20, 64);
    let (persona, bytes) = certified(&mut clinic);
    assert!(bytes.len() <= 400, "{} bytes", bytes.len());
    let verified = AnonymousCertificate::verify(&bytes, &clinic.epoch).unwrap();
    assert_eq!(verified.verification, *persona.signing.verifying_key());
    assert_eq!(verified.valid(), &(3000..5000));
    assert_eq!(verified.check_current(2999), Err(CertificateError::NotYetValid));
    assert_eq!(verified.check_current(4999), Ok(()));
    assert_eq!(verified.check_current(5000), Err(CertificateError::Expired));
}

#[test]
fn two_personas_of_one_holder_share_no_bytes_but_the_epoch_s() {
    let mut clinic = Clinic::new(21, 64);
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let asked: Vec<_> = (0..2)
        .map(|nonce| {
            let persona = Persona::new(&mut clinic.rng);
            let bytes = request(&mut clinic, &persona, &credential, nonce);
            AnonymousRequest::verify(&bytes, &clinic.epoch, &clinic.issuer).unwrap()
        })
        .collect();
    assert_ne!(asked[0].tag, asked[1].tag);
    assert_ne!(asked[0].certificate.escrow, asked[1].certificate.escrow);
}

#[test]
fn the_same_nonce_has_the_same_tag_whatever_persona_it_is_for() {
    let mut clinic = Clinic::new(22, 2);
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let tags = [0, 0].map(|nonce| {
        let persona = Persona::new(&mut clinic.rng);
        let bytes = request(&mut clinic, &persona, &credential, nonce);
        AnonymousRequest::verify(&bytes, &clinic.epoch, &clinic.issuer).unwrap().tag
    });
    assert_eq!(tags[0], tags[1]);
    let persona = Persona::new(&mut clinic.rng);
    let beyond =
        AnonymousRequest::create(&mut clinic.rng, &persona.keys(), &clinic.epoch, &credential, 2);
    assert_eq!(beyond.unwrap_err().code(), "credential-exhausted");
}

#[test]
fn any_byte_of_a_request_changed_is_refused() {
    let mut clinic = Clinic::new(23, 2);
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let persona = Persona::new(&mut clinic.rng);
    let bytes = request(&mut clinic, &persona, &credential, 0);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(AnonymousRequest::verify(&changed, &clinic.epoch, &clinic.issuer).is_err(), "{at}");
    }
    for length in 0..bytes.len() {
        assert!(AnonymousRequest::verify(&bytes[..length], &clinic.epoch, &clinic.issuer).is_err());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(AnonymousRequest::verify(&longer, &clinic.epoch, &clinic.issuer).is_err());
}

#[test]
fn any_byte_of_a_certificate_changed_is_refused() {
    let mut clinic = Clinic::new(24, 2);
    let (_, bytes) = certified(&mut clinic);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(AnonymousCertificate::verify(&changed, &clinic.epoch).is_err(), "{at}");
    }
}

/// An authority that skips its own check and signs an escrow taken from another persona: nobody who
/// checks the certificate believes it, so trustees are never asked to open the victim.
#[test]
fn a_planted_escrow_is_refused_although_the_authority_signed_it() {
    let mut clinic = Clinic::new(25, 2);
    let (_, victim) = certified(&mut clinic);
    let victim = AnonymousCertificate::verify(&victim, &clinic.epoch).unwrap();
    let persona = Persona::new(&mut clinic.rng);
    let mut planted = (*victim).clone();
    planted.verification = persona.signing.verifying_key().clone();
    planted.encapsulation = *persona.decryption.encapsulation_key();
    let bytes = planted.issue(&clinic.key).unwrap();
    let refused = AnonymousCertificate::verify(&bytes, &clinic.epoch).unwrap_err();
    assert_eq!(refused.code(), "proof-invalid");
}

#[test]
fn it_holds_for_its_own_epoch_service_and_issuer_only() {
    let mut clinic = Clinic::new(26, 2);
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let persona = Persona::new(&mut clinic.rng);
    let bytes = request(&mut clinic, &persona, &credential, 0);
    let (next_issuer, next) = clinic.next();
    let refused = AnonymousRequest::verify(&bytes, &next, &next_issuer).unwrap_err();
    assert_eq!(refused, CertificateError::WrongEpoch);
    // Another issuer key under the same number: what marks a group of people opens nothing else.
    let marked = publish(&clinic.key, object(&next_issuer, 3, 2));
    assert!(AnonymousRequest::verify(&bytes, &marked, &next_issuer).is_err());
    // Another limit is another context.
    let wider = publish(&clinic.key, object(&clinic.issuer, 3, 3));
    assert!(AnonymousRequest::verify(&bytes, &wider, &clinic.issuer).is_err());

    let (_, certificate) = certified(&mut clinic);
    let refused = AnonymousCertificate::verify(&certificate, &next).unwrap_err();
    assert_eq!(refused, CertificateError::WrongEpoch);
    assert!(AnonymousCertificate::verify(&certificate, &wider).is_err());
}

#[test]
fn a_presentation_cannot_be_taken_over_by_another_persona() {
    let mut clinic = Clinic::new(27, 2);
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let (persona, thief) = (Persona::new(&mut clinic.rng), Persona::new(&mut clinic.rng));
    let bytes = request(&mut clinic, &persona, &credential, 0);
    let mut taken = bytes[..bytes.len() - 128].to_vec();
    taken[25..58].copy_from_slice(&thief.signing.verifying_key().to_bytes());
    taken[58..91].copy_from_slice(&thief.decryption.encapsulation_key().to_bytes());
    let mut writer = Writer::with_capacity(2048);
    writer.array(&taken);
    let proof = prove(&mut clinic.rng, &thief.decryption, Label::AnonymousRequest, &taken).unwrap();
    proof.encode(&mut writer);
    let taken = sign(writer, &thief.signing, Label::AnonymousRequest).unwrap();
    let refused = AnonymousRequest::verify(&taken, &clinic.epoch, &clinic.issuer).unwrap_err();
    assert_eq!(refused.code(), "proof-invalid");
}

/// The type before this one: an authority that issued it over the identified channel could remember
/// whose it is. Nobody reads it any more, in whatever envelope.
#[test]
fn the_identified_type_is_refused_also_if_the_authority_signs_it_as_this_one() {
    let mut clinic = Clinic::new(28, 2);
    let persona = Persona::new(&mut clinic.rng);
    let mut writer = Writer::versioned(160);
    writer.u8(1);
    writer.array(clinic.epoch.object().service_id.as_bytes());
    writer.array(&persona.signing.verifying_key().to_bytes());
    writer.array(&persona.decryption.encapsulation_key().to_bytes());
    writer.array(&[9; 32]);
    writer.u64(3000);
    writer.u64(5000);
    let bytes =
        envelope::seal(Label::AnonymousCertificate, &clinic.key, writer.into_vec()).unwrap();
    let unknown = Some(CertificateError::Decode(DecodeError::UnknownType));
    assert_eq!(AnonymousCertificate::verify(&bytes, &clinic.epoch).err(), unknown);
    assert_eq!(AnonymousCertificate::unverified(&bytes).err(), unknown);
}

/// What is wrong is found out only after everything was looked at, so that refusals take one time.
#[test]
fn a_request_with_a_bad_signature_and_a_bad_proof_is_weighed_all_the_same() {
    let mut clinic = Clinic::new(29, 2);
    let device = clinic.device();
    let credential = clinic.credential(&device);
    let persona = Persona::new(&mut clinic.rng);
    let bytes = request(&mut clinic, &persona, &credential, 0);
    let read = |bytes: &[u8]| ReadAnonymousRequest::read(bytes, &clinic.epoch);
    let code = |bytes: &[u8]| {
        let refused = read(bytes).unwrap().verify(&clinic.epoch, &clinic.issuer);
        refused.unwrap_err().code()
    };
    assert!(read(&bytes).unwrap().verify(&clinic.epoch, &clinic.issuer).is_ok());
    // The recovery hash stands under signature and possession, not under the presentation.
    let mut recovery = bytes.clone();
    recovery[91] ^= 1;
    assert_eq!(code(&recovery), "certificate-no-possession");
    let mut unsigned = bytes.clone();
    let last = unsigned.len() - 1;
    unsigned[last] ^= 1;
    assert_eq!(code(&unsigned), "certificate-no-possession");
    assert_eq!(AnonymousRequest::claimed_epoch(&bytes), Some(3));
    assert_eq!(AnonymousRequest::claimed_epoch(&bytes[..24]), None);
    let certificate = read(&bytes).unwrap().verify(&clinic.epoch, &clinic.issuer).unwrap();
    let certificate = certificate.certificate.issue(&clinic.key).unwrap();
    assert_eq!(AnonymousCertificate::unverified(&certificate).unwrap().epoch, 3);
    assert!(AnonymousCertificate::unverified(&certificate[1..]).is_err());
}
