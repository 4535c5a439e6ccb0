//! The writing side: replacements, requests to be forgotten, receipts.

use hex::encode;
use serde_json::json;

use crate::domain::Label;
use crate::ids::ServiceId;
use crate::keys::SigningKey;
use crate::statement::{
    Act, BackupKeyStatement, EnrolmentReplacement, ForgetStatement, Kept, PersonaReplacement,
    Receipt, Signed, Statement, recovery_hash,
};

use super::Section;
use super::common::{Doctor, NOW};
use super::make_sharing::{World, public, resigned, with};

pub(super) fn sections() -> Vec<Section> {
    let mut section = Section::new("recovery");
    let mut world = World::new(130);
    let recovery = SigningKey::generate(&mut world.rng).unwrap();
    let foreign = SigningKey::generate(&mut world.rng).unwrap();
    personas(&mut section, &world, &recovery, &foreign);
    enrolments(&mut section, &mut world, &recovery, &foreign);
    leaving(&mut section, &world);
    backup_keys(&mut section, &world, &recovery);
    vec![section]
}

fn personas(section: &mut Section, world: &World, recovery: &SigningKey, foreign: &SigningKey) {
    let service = world.authority.service;
    let statement = PersonaReplacement {
        service_id: service,
        persona: world.patient.certificate.id(),
        recovery: recovery.verifying_key().clone(),
        successor: world.other.certificate.id(),
        replaced_at: NOW,
    };
    let hash = recovery_hash(recovery.verifying_key());
    let mut case = |name: &str, service: ServiceId, hash: [u8; 32], bytes: String, expect: &str| {
        let input = json!({
            "service": encode(service.as_bytes()), "recovery_hash": encode(hash), "bytes": bytes,
        });
        section.case(name, "persona-replacement", input, expect);
    };
    let signed = encode(statement.clone().sign(recovery).unwrap().to_bytes());
    let successor = format!("ok:{}", encode(statement.successor.as_bytes()));
    case("persona-replaced", service, hash, signed.clone(), &successor);
    let elsewhere = ServiceId::from_bytes([9; 16]);
    case("for-another-service", elsewhere, hash, signed.clone(), "statement-wrong-service");
    // A recovery key of somebody else, who signs rightly for what is not hers.
    let theirs =
        PersonaReplacement { recovery: foreign.verifying_key().clone(), ..statement.clone() };
    let theirs = encode(theirs.sign(foreign).unwrap().to_bytes());
    case("by-another-persona-s-recovery-key", service, hash, theirs, "statement-wrong-signer");
    let bytes = statement.statement_bytes();
    let label = Label::PersonaReplacement;
    let posing = resigned(foreign, label, &bytes);
    case("another-key-names-the-right-one", service, hash, posing, "signature-invalid");
    let persona = resigned(&world.patient.signing, label, &bytes);
    case("by-the-persona-s-own-key", service, hash, persona, "signature-invalid");
    let other = resigned(recovery, Label::EnrolmentReplacement, &bytes);
    case("signed-as-another-statement", service, hash, other, "signature-invalid");
    let version = resigned(recovery, label, &with(&bytes, 0, [2]));
    case("unknown-version", service, hash, version, "decode-unknown-version");
    case("trailing-byte", service, hash, format!("{signed}00"), "decode-trailing-bytes");
    let itself = PersonaReplacement { successor: statement.persona, ..statement.clone() };
    let itself = resigned(recovery, label, &itself.statement_bytes());
    case("continues-itself", service, hash, itself, "decode-not-canonical");
    let off_curve = core::array::from_fn::<u8, 32, _>(|i| if i == 31 { 4 } else { 0 });
    let off_curve = resigned(recovery, label, &with(&bytes, 1 + 16 + 32 + 1, off_curve));
    case("recovery-key-off-the-curve", service, hash, off_curve, "decode-not-a-point");
}

fn enrolments(
    section: &mut Section,
    world: &mut World,
    recovery: &SigningKey,
    foreign: &SigningKey,
) {
    let service = world.authority.service;
    let new = SigningKey::generate(&mut world.rng).unwrap();
    let statement = EnrolmentReplacement {
        service_id: service,
        enrolment: world.patient.signing.verifying_key().key_id(),
        recovery: recovery.verifying_key().clone(),
        successor: new.verifying_key().clone(),
        successor_recovery: [7; 32],
        replaced_at: NOW,
    };
    let hash = recovery_hash(recovery.verifying_key());
    let mut case = |name: &str, service: ServiceId, bytes: String, expect: &str| {
        let input = json!({
            "service": encode(service.as_bytes()), "recovery_hash": encode(hash), "bytes": bytes,
        });
        section.case(name, "enrolment-replacement", input, expect);
    };
    let signed = encode(statement.clone().sign(recovery).unwrap().to_bytes());
    let successor = format!("ok:{}", encode(statement.successor.to_bytes()));
    case("enrolment-replaced", service, signed.clone(), &successor);
    let elsewhere = ServiceId::from_bytes([9; 16]);
    case("enrolment-for-another-service", elsewhere, signed, "statement-wrong-service");
    let theirs =
        EnrolmentReplacement { recovery: foreign.verifying_key().clone(), ..statement.clone() };
    let theirs = encode(theirs.sign(foreign).unwrap().to_bytes());
    case("enrolment-by-another-s-recovery-key", service, theirs, "statement-wrong-signer");
    let label = Label::EnrolmentReplacement;
    let posing = resigned(foreign, label, &statement.statement_bytes());
    case("enrolment-another-key-names-the-right-one", service, posing, "signature-invalid");
    let own = EnrolmentReplacement { successor: recovery.verifying_key().clone(), ..statement };
    let own = resigned(recovery, label, &own.statement_bytes());
    case("recovery-key-as-enrolment-key", service, own, "decode-not-canonical");
}

fn leaving(section: &mut Section, world: &World) {
    let service = world.authority.service;
    let (key, other) = (&world.patient.signing, &world.other.signing);
    let statement = ForgetStatement {
        service_id: service,
        subject: key.verifying_key().key_id(),
        asked_at: NOW,
    };
    let request = Signed::sign(key, statement.clone()).unwrap().to_bytes();
    let mut case =
        |name: &str, service: ServiceId, with: &SigningKey, bytes: String, expect: &str| {
            let input = json!({
                "service": encode(service.as_bytes()), "key": public(with), "bytes": bytes,
            });
            section.case(name, "forget", input, expect);
        };
    let elsewhere = ServiceId::from_bytes([9; 16]);
    case("forget", service, key, encode(&request), "ok");
    case("forget-at-another-service", elsewhere, key, encode(&request), "statement-wrong-service");
    case("forget-somebody-else", service, other, encode(&request), "statement-wrong-signer");
    let posing = resigned(other, Label::Forget, &statement.statement_bytes());
    case("forget-signed-by-somebody-else", service, key, posing, "signature-invalid");
    let revoke = resigned(key, Label::Revoke, &statement.statement_bytes());
    case("forget-signed-as-a-revocation", service, key, revoke, "signature-invalid");
    receipts(section, world, statement.subject, &request);
}

fn receipts(section: &mut Section, world: &World, subject: [u8; 32], request: &[u8]) {
    let (service, relay) = (world.authority.service, &world.authority.key);
    let receipt = Receipt {
        service_id: service,
        act: Act::PersonaForgotten,
        subject,
        request: Receipt::hash_request(request),
        done_at: NOW,
        erased_by: NOW + 60,
        kept: Kept::NOTHING,
    };
    let mut case = |name: &str, service: ServiceId, act: &str, bytes: String, expect: &str| {
        let input = json!({
            "service": encode(service.as_bytes()), "key": public(relay), "act": act,
            "request": encode(request), "bytes": bytes,
        });
        section.case(name, "receipt", input, expect);
    };
    let signed = encode(Signed::sign(relay, receipt.clone()).unwrap().to_bytes());
    let elsewhere = ServiceId::from_bytes([9; 16]);
    let act = "persona-forgotten";
    case("receipt", service, act, signed.clone(), "ok");
    case("receipt-of-another-service", elsewhere, act, signed.clone(), "statement-wrong-service");
    case("receipt-of-another-act", service, "persona-replaced", signed, "statement-wrong-subject");
    let other = Receipt { request: [1; 32], ..receipt.clone() };
    let other = resigned(relay, Label::Receipt, &other.statement_bytes());
    case("receipt-of-another-request", service, act, other, "statement-wrong-subject");
    let posing = resigned(&world.other.signing, Label::Receipt, &receipt.statement_bytes());
    case("receipt-by-somebody-else", service, act, posing, "signature-invalid");
    let bytes = receipt.statement_bytes();
    let unknown = resigned(relay, Label::Receipt, &with(&bytes, 1 + 16, [5]));
    case("receipt-of-an-unknown-act", service, act, unknown, "decode-unknown-type");
    let kept = resigned(relay, Label::Receipt, &with(&bytes, bytes.len() - 1, [8]));
    case("receipt-keeps-what-nobody-knows", service, act, kept, "decode-not-canonical");
    let early = Receipt { erased_by: NOW - 1, ..receipt };
    let early = resigned(relay, Label::Receipt, &early.statement_bytes());
    case("receipt-erased-before-it-was-done", service, act, early, "decode-not-canonical");
}

fn backup_keys(section: &mut Section, world: &World, backup: &SigningKey) {
    let service = world.authority.service;
    let (doctor, second) = (&world.doctor, &world.second);
    let statement = BackupKeyStatement {
        service_id: service,
        clinician: doctor.certificate.hash(),
        key: backup.verifying_key().clone(),
        stated_at: NOW,
    };
    let mut case = |name: &str, service: ServiceId, by: &Doctor, bytes: String, expect: &str| {
        let input = json!({
            "service": encode(service.as_bytes()), "key": public(&by.signing),
            "clinician": encode(by.certificate.hash().as_bytes()), "bytes": bytes,
        });
        section.case(name, "backup-key", input, expect);
    };
    let elsewhere = ServiceId::from_bytes([9; 16]);
    let signed = encode(Signed::sign(&doctor.signing, statement.clone()).unwrap().to_bytes());
    let holder = format!("ok:{}", encode(statement.holder().as_bytes()));
    case("backup-key", service, doctor, signed.clone(), &holder);
    case(
        "backup-key-at-another-service",
        elsewhere,
        doctor,
        signed.clone(),
        "statement-wrong-service",
    );
    case("backup-key-of-another-clinician", service, second, signed, "statement-wrong-subject");
    let posing = resigned(&second.signing, Label::BackupKey, &statement.statement_bytes());
    case("backup-key-signed-by-somebody-else", service, doctor, posing, "signature-invalid");
    let forget = resigned(&doctor.signing, Label::Forget, &statement.statement_bytes());
    case("backup-key-signed-as-a-request-to-forget", service, doctor, forget, "signature-invalid");
    let own =
        BackupKeyStatement { key: doctor.signing.verifying_key().clone(), ..statement.clone() };
    let own = resigned(&doctor.signing, Label::BackupKey, &own.statement_bytes());
    case("backup-key-vouching-for-itself", service, doctor, own, "statement-wrong-subject");
    let nowhere = with(&statement.statement_bytes(), 1 + 16 + 32, [0; 33]);
    let nowhere = resigned(&doctor.signing, Label::BackupKey, &nowhere);
    case("backup-key-that-is-no-point", service, doctor, nowhere, "decode-not-a-point");
}
