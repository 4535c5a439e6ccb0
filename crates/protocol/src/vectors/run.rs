//! The reading side: runs one operation and says what came out.

use serde_json::Value;

use crate::capsule::{DelegatingKey, PoolEntry, open_own, seal};
use crate::certificate::{
    AnonymousCertificate, ClinicianCertificate, ClinicianRequest, NameAttestation, PersonaRequest,
    VerifiedClinician, VerifiedPersona,
};
use crate::chain::{ChainVerifier, Head, RecordHeader, SeenHead};
use crate::codec::Reader;
use crate::cpace::{Initiator, Responder};
use crate::credential_epoch::VerifiedEpoch;
use crate::curve::{
    AwsLc, Backend, Point, RustCrypto, Scalar, UncheckedPoint, hash_to_scalar_with,
};
use crate::domain::Label;
use crate::grant::{GrantStatement, OpeningKey, ReEncryptionKey, VerifiedGrant};
use crate::ids::{CertificateHash, EpochId, PersonaId, RecordId, ServiceId};
use crate::invitation::{Code, Entry, Handle, Purpose};
use crate::keys::{DecryptionKey, MasterSecret, Signature, SigningKey, VerifyingKey};
use crate::kit::{KitKeys, KitPublic, KitSecret, KitText, RecoveryBlind};
use crate::message::{MessageKind, open_message};
use crate::passphrase;
use crate::payload;
use crate::reencrypt::{self, Transformed};
use crate::request::{ReceivedHeaders, RequestParts, body_digest, verify_request};
use crate::statement::{
    AccessReceipt, Act, BackupKeyStatement, EnrolmentReplacement, EpochStatement, ForgetStatement,
    PersonaReplacement, Receipt, RemovedClinicians, RevokeStatement, Signed, Statement,
};

use super::common::rng;

type Outcome = Result<Vec<u8>, &'static str>;

pub(super) fn run(operation: &str, input: &Value) -> String {
    match dispatch(operation, &Input(input)) {
        Ok(bytes) if bytes.is_empty() => "ok".into(),
        Ok(bytes) => format!("ok:{}", hex::encode(bytes)),
        Err(code) => code.into(),
    }
}

fn dispatch(operation: &str, input: &Input<'_>) -> Outcome {
    match operation {
        "label" => label(input.text("label"))
            .map(|label| label.as_str().as_bytes().to_vec())
            .ok_or("unknown"),
        "point" => {
            Point::from_bytes(&input.bytes("bytes")).map(|_| Vec::new()).map_err(|e| e.code())
        }
        "scalar" => {
            Scalar::from_bytes(&input.array("bytes")).map(|_| Vec::new()).map_err(|e| e.code())
        }
        "hash-to-scalar" => {
            let scalar =
                hash_to_scalar_with(input.text("dst").as_bytes(), &[&input.bytes("message")]);
            Ok(scalar.expose_secret().to_vec())
        }
        "times-base" => times_base(input),
        "x-only" => x_only(input),
        "derive" => {
            let label = label(input.text("label")).unwrap();
            Ok(input.master().derive(label, &input.bytes("context")).expose_secret().to_vec())
        }
        "derive-key" => {
            let label = label(input.text("label")).unwrap();
            let key = SigningKey::derive_from(&input.master(), label, &input.bytes("context"));
            Ok(key.unwrap().verifying_key().to_bytes().to_vec())
        }
        "sign" => {
            let label = label(input.text("label")).unwrap();
            let signature = input.signing("key").sign(label, &input.bytes("message")).unwrap();
            Ok(signature.to_bytes().to_vec())
        }
        "verify" => {
            let label = label(input.text("label")).unwrap();
            let signature = Signature::from_bytes(input.array("signature"));
            let verified =
                input.verifying("key").verify(label, &input.bytes("message"), &signature);
            verified.map(|()| Vec::new()).map_err(|e| e.code())
        }
        "statement" => statement(input),
        "persona-replacement" | "enrolment-replacement" | "forget" | "receipt" | "backup-key" => {
            recovery(operation, input)
        }
        "persona-certificate" => input.persona("bytes").map(|p| p.hash().as_bytes().to_vec()),
        "clinician-certificate" => input.clinician("bytes").map(|c| c.hash().as_bytes().to_vec()),
        "persona-request" => {
            let service = ServiceId::from_bytes(input.array("service"));
            PersonaRequest::verify(&input.bytes("bytes"), service, &input.array("challenge"))
                .map(|request| request.persona().as_bytes().to_vec())
                .map_err(|e| e.code())
        }
        "clinician-request" => {
            let service = ServiceId::from_bytes(input.array("service"));
            ClinicianRequest::verify(&input.bytes("bytes"), service, &input.array("challenge"))
                .map(|request| request.verification().to_bytes().to_vec())
                .map_err(|e| e.code())
        }
        "kit-words" => KitSecret::from_words(input.text("words"))
            .map(|kit| kit.expose_secret().to_vec())
            .map_err(|e| e.code()),
        "kit-text" => KitText::parse(input.text("text"))
            .map(|kit| kit.services.map(|s| s.clinic_name.into_bytes()).unwrap_or_default())
            .map_err(|e| e.code()),
        "kit-public" => {
            let kit = KitKeys::of(&KitSecret::from_bytes(input.array("kit"))).unwrap();
            Ok(kit.public().unwrap().to_bytes().to_vec())
        }
        "kit-recovery-key" => {
            let kit = KitPublic::from_bytes(&input.bytes("public")).map_err(|e| e.code())?;
            let blind = RecoveryBlind::from_bytes(input.array("blind"));
            kit.recovery_key(&blind).map(|key| key.to_bytes().to_vec()).map_err(|e| e.code())
        }
        "name-attestation" => NameAttestation::verify(
            &input.bytes("bytes"),
            &input.verifying("authority"),
            ServiceId::from_bytes(input.array("service")),
            PersonaId::from_bytes(input.array("persona")),
            input.number("now"),
        )
        .map(|attestation| attestation.name.clone().into_bytes())
        .map_err(|e| e.code()),
        "payload-open" => {
            let cek = crate::capsule::Cek(zeroize::Zeroizing::new(input.array("cek")));
            let id = RecordId::from_bytes(input.array("record_id"));
            payload::open(&cek, &id, &input.bytes("sealed"))
                .map(|opened| opened.bytes.to_vec())
                .map_err(|e| e.code())
        }
        "capsule-seal" => {
            let entry = PoolEntry::from_bytes(&input.bytes("entry")).map_err(|e| e.code())?;
            let cek = crate::capsule::Cek(zeroize::Zeroizing::new(input.array("cek")));
            let core = input.header("header").map_err(|e| e.code())?.core;
            let capsule = seal(entry, &core, &cek).map_err(|e| e.code())?;
            Ok([&capsule.r.to_bytes()[..], &capsule.wrapped_cek, &capsule.tag].concat())
        }
        "capsule-open" => {
            let header = input.header("header").map_err(|e| e.code())?;
            let place = header.core.place();
            let epoch = input
                .optional("epoch")
                .map_or(place.epoch, |bytes| EpochId::from_bytes(bytes.try_into().unwrap()));
            let master = input.master();
            let key = DelegatingKey::derive(&master, place.persona, place.compartment, epoch);
            open_own(&key, &header).map(|cek| cek.0.to_vec()).map_err(|e| e.code())
        }
        "chain" => chain(input),
        "grant-open" => opening_keys(input)
            .map(|keys| keys.iter().flat_map(|key| *key.d.expose_secret()).collect()),
        "reencrypt" => {
            let rk = ReEncryptionKey::from_bytes(&input.array("rk")).map_err(|e| e.code())?;
            let r = UncheckedPoint::from_bytes(input.array("r")).map_err(|e| e.code())?;
            let q = reencrypt::reencrypt(&rk, &r).map_err(|e| e.code())?;
            Ok(q.to_bytes().to_vec())
        }
        "open" => {
            let keys = opening_keys(input)?;
            let header = Signed::<RecordHeader>::from_bytes(&input.bytes("header")).unwrap();
            let persona = input.persona("persona_certificate")?;
            let header = header.verify(&persona.verification).map_err(|e| e.code())?;
            let q = Transformed::from_bytes(input.array("q"));
            reencrypt::open(&keys[0], q, &header).map(|cek| cek.0.to_vec()).map_err(|e| e.code())
        }
        "message-open" => {
            let key = DecryptionKey::from_bytes(&input.array("mailbox")).unwrap();
            let kind = if input.text("kind") == "grant" {
                MessageKind::Grant
            } else {
                MessageKind::Notice
            };
            let opened = open_message(&key, kind, &input.bytes("aad"), &input.bytes("sealed"))
                .map_err(|e| e.code())?;
            let body = opened.verify(&input.verifying("sender")).map_err(|e| e.code())?;
            Ok(body.to_vec())
        }
        "code" => Code::parse(input.text("text"))
            .map(|code| {
                [&code.handle().number().to_be_bytes()[..], &*code.secret().to_bytes()].concat()
            })
            .map_err(|e| e.code()),
        "invitation" => match Entry::parse(input.text("text")).map_err(|e| e.code())? {
            Entry::Full(invitation) => {
                invitation.check(input.number("now"), input.purpose()).map_err(|e| e.code())?;
                Ok(invitation.code.expose_text().as_bytes().to_vec())
            }
            Entry::Code(_) => Err("a bare code"),
        },
        "cpace" => cpace(input),
        "passphrase" => {
            let context = input.bytes("context");
            passphrase::unwrap(&input.bytes("wrap"), input.text("passphrase"), &context)
                .map(|master| master.expose_secret().to_vec())
                .map_err(|e| e.code())
        }
        "request" => request(input),
        other => panic!("unknown operation {other}"),
    }
}

fn label(text: &str) -> Option<Label> {
    Label::ALL.iter().copied().find(|label| label.as_str() == text)
}

fn times_base(input: &Input<'_>) -> Outcome {
    let secret = Scalar::from_bytes(&input.array("scalar")).map_err(|e| e.code())?;
    let point = AwsLc::times_base(&secret).map_err(|e| e.code())?;
    assert_eq!(point, RustCrypto::times_base(&secret).unwrap());
    Ok(point.to_bytes().to_vec())
}

fn x_only(input: &Input<'_>) -> Outcome {
    let secret = Scalar::from_bytes(&input.array("scalar")).map_err(|e| e.code())?;
    let point = UncheckedPoint::from_bytes(input.array("point")).map_err(|e| e.code())?;
    let fast = AwsLc::import(&secret).unwrap().agree(&point).map_err(|e| e.code());
    let slow = RustCrypto::import(&secret).unwrap().agree(&point).map_err(|e| e.code());
    let (fast, slow) = (fast.map(|x| *x.expose_secret()), slow.map(|x| *x.expose_secret()));
    assert_eq!(fast, slow);
    fast.map(Vec::from)
}

fn statement(input: &Input<'_>) -> Outcome {
    fn check<T: Statement>(input: &Input<'_>) -> Outcome {
        let signed = Signed::<T>::from_bytes(&input.bytes("bytes")).map_err(|e| e.code())?;
        signed.verify(&input.verifying("key")).map(|_| Vec::new()).map_err(|e| e.code())
    }
    match input.text("type") {
        "record-header" => check::<RecordHeader>(input),
        "head" => check::<Head>(input),
        "grant" => check::<GrantStatement>(input),
        "epoch" => check::<EpochStatement>(input),
        "revoke" => check::<RevokeStatement>(input),
        "access-receipt" => check::<AccessReceipt>(input),
        "removed-clinicians" => check::<RemovedClinicians>(input),
        other => panic!("unknown statement {other}"),
    }
}

/// The statements of §25: checked with what the reader pinned or keeps.
fn recovery(operation: &str, input: &Input<'_>) -> Outcome {
    let (bytes, service) = (input.bytes("bytes"), ServiceId::from_bytes(input.array("service")));
    match operation {
        "persona-replacement" => {
            let signed = Signed::from_bytes(&bytes).map_err(|e| e.code())?;
            PersonaReplacement::verify(signed, service, &input.array("recovery_hash"))
                .map(|verified| verified.successor.as_bytes().to_vec())
                .map_err(|e| e.code())
        }
        "enrolment-replacement" => {
            let signed = Signed::from_bytes(&bytes).map_err(|e| e.code())?;
            EnrolmentReplacement::verify(signed, service, &input.array("recovery_hash"))
                .map(|verified| verified.successor.to_bytes().to_vec())
                .map_err(|e| e.code())
        }
        "forget" => {
            let signed = Signed::from_bytes(&bytes).map_err(|e| e.code())?;
            ForgetStatement::verify(signed, service, &input.verifying("key"))
                .map(|_| Vec::new())
                .map_err(|e| e.code())
        }
        "backup-key" => {
            let signed = Signed::from_bytes(&bytes).map_err(|e| e.code())?;
            let clinician = CertificateHash::from_bytes(input.array("clinician"));
            BackupKeyStatement::verify(signed, service, clinician, &input.verifying("key"))
                .map(|verified| verified.holder().to_bytes().to_vec())
                .map_err(|e| e.code())
        }
        _ => {
            let act = match input.text("act") {
                "persona-replaced" => Act::PersonaReplaced,
                "persona-forgotten" => Act::PersonaForgotten,
                other => panic!("unknown act {other}"),
            };
            let signed = Signed::from_bytes(&bytes).map_err(|e| e.code())?;
            let (key, request) = (input.verifying("key"), input.bytes("request"));
            Receipt::verify(signed, &key, service, act, &request)
                .map(|_| Vec::new())
                .map_err(|e| e.code())
        }
    }
}

fn chain(input: &Input<'_>) -> Outcome {
    let key = input.verifying("key");
    let head = Signed::<Head>::from_bytes(&input.bytes("head")).map_err(|e| e.code())?;
    let head = head.verify(&key).map_err(|e| e.code())?;
    let seen = input.optional("seen").map(|bytes| SeenHead::from_bytes(&bytes).unwrap());
    let mut verifier = ChainVerifier::new(&head, seen.as_ref()).map_err(|e| e.code())?;
    for bytes in input.list("headers") {
        let header = Signed::<RecordHeader>::from_bytes(&bytes).map_err(|e| e.code())?;
        let header = header.verify(&key).map_err(|e| e.code())?;
        verifier.accept(&header).map_err(|e| e.code())?;
    }
    let granted: Vec<EpochId> = input
        .list("granted")
        .into_iter()
        .map(|bytes| EpochId::from_bytes(bytes.try_into().unwrap()))
        .collect();
    verifier.finish(&granted).map(|seen| seen.to_bytes()).map_err(|e| e.code())
}

fn opening_keys(input: &Input<'_>) -> Result<Vec<OpeningKey>, &'static str> {
    let persona = input.persona("persona_certificate")?;
    let doctor = input.clinician("doctor_certificate")?;
    let grant =
        Signed::<GrantStatement>::from_bytes(&input.bytes("grant")).map_err(|e| e.code())?;
    let grant = VerifiedGrant::verify(grant, &persona, &doctor, input.number("now"))
        .map_err(|e| e.code())?;
    let key = DecryptionKey::from_bytes(&input.array("grant_key")).unwrap();
    grant.opening_keys(&key).map_err(|e| e.code())
}

/// One whole run with the generator of the tests, seeded, on either side.
fn cpace(input: &Input<'_>) -> Outcome {
    let code = Code::parse(input.text("code")).unwrap();
    let other = Code::parse(input.text("responder_code")).unwrap();
    let handle: Handle = code.handle();
    let mut rng = rng(input.number("seed"));
    let (initiator, share) = Initiator::start(&mut rng, &code.secret(), handle, Purpose::Patient);
    let (responder, answer, confirm) =
        Responder::respond(&mut rng, &other.secret(), other.handle(), input.purpose(), &share)
            .map_err(|e| e.code())?;
    let (client, back) = initiator.finish(&answer, &confirm).map_err(|e| e.code())?;
    let service = responder.finish(&back).map_err(|e| e.code())?;
    let (sealed, _) = client.seal_request(b"request").map_err(|e| e.code())?;
    let (body, _) = service.open_request(&sealed).map_err(|e| e.code())?;
    assert_eq!(&body[..], b"request");
    Ok([&share[..], &answer, &confirm, &back, &sealed].concat())
}

fn request(input: &Input<'_>) -> Outcome {
    let parts = RequestParts {
        method: input.text("method"),
        path_and_query: input.text("path_and_query"),
        body_digest: body_digest(&input.bytes("body")),
        service_id: ServiceId::from_bytes(input.array("service")),
        idempotency_key: input.0["idempotency_key"].as_str(),
    };
    let headers = ReceivedHeaders {
        content_digest: input.text("content_digest"),
        keyward_service: input.text("keyward_service"),
        signature_input: input.text("signature_input"),
        signature: input.text("signature"),
    };
    verify_request(&parts, &headers, &input.verifying("key"), input.number("now"))
        .map(|verified| verified.nonce.to_vec())
        .map_err(|e| e.code())
}

/// A case's inputs by name.
struct Input<'a>(&'a Value);

impl Input<'_> {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no text {name}"))
    }

    fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or_else(|| panic!("no number {name}"))
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap_or_else(|_| panic!("length of {name}"))
    }

    fn optional(&self, name: &str) -> Option<Vec<u8>> {
        self.0[name].as_str().map(|text| hex::decode(text).unwrap())
    }

    fn list(&self, name: &str) -> Vec<Vec<u8>> {
        let items = self.0[name].as_array().unwrap();
        items.iter().map(|item| hex::decode(item.as_str().unwrap()).unwrap()).collect()
    }

    fn purpose(&self) -> Purpose {
        if self.text("purpose") == "clinician" { Purpose::Clinician } else { Purpose::Patient }
    }

    fn master(&self) -> MasterSecret {
        MasterSecret::from_bytes(self.array("master"))
    }

    fn signing(&self, name: &str) -> SigningKey {
        SigningKey::from_bytes(&self.array(name)).unwrap()
    }

    fn verifying(&self, name: &str) -> VerifyingKey {
        VerifyingKey::from_bytes(&self.bytes(name)).unwrap()
    }

    fn header(&self, name: &str) -> Result<RecordHeader, crate::codec::DecodeError> {
        let bytes = self.bytes(name);
        let mut reader = Reader::new(&bytes);
        let header = RecordHeader::decode(&mut reader)?;
        reader.finish()?;
        Ok(header)
    }

    fn persona(&self, name: &str) -> Result<VerifiedPersona, &'static str> {
        let (key, object) = (self.verifying("authority"), self.bytes("epoch"));
        let service = ServiceId::from_bytes(self.array("service"));
        let epoch = VerifiedEpoch::verify(&object, &key, service).map_err(|e| e.code())?;
        let persona = AnonymousCertificate::verify(&self.bytes(name), &epoch);
        let persona = persona.map_err(|e| e.code())?;
        persona.check_current(self.number("now")).map_err(|e| e.code())?;
        Ok(persona)
    }

    fn clinician(&self, name: &str) -> Result<VerifiedClinician, &'static str> {
        let keys = [self.verifying("authority")];
        ClinicianCertificate::verify(&self.bytes(name), &keys, self.number("now"))
            .map_err(|e| e.code())
    }
}
