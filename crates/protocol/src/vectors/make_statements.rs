//! The writing side: signed statements, certificates and requests for them.

use hex::encode;
use serde_json::json;

use crate::certificate::{ClinicianKeys, ClinicianRequest, PersonaKeys, PersonaRequest, seal_any};
use crate::chain::Head;
use crate::codec::Writer;
use crate::domain::Label;
use crate::grant::GrantEntry;
use crate::ids::{CertificateHash, EpochId};
use crate::keys::{DecryptionKey, Signature, SigningKey};
use crate::statement::{
    AccessReceipt, EpochStatement, RemovedClinicians, RevokeStatement, Signed, Statement,
};

use super::Section;
use super::common::{Authority, NOW, UNTIL};
use super::make_sharing::{World, public, resigned, with};

pub(super) fn sections() -> Vec<Section> {
    vec![statements(), certificates()]
}

fn statements() -> Section {
    let mut section = Section::new("statement");
    let mut world = World::new(110);
    let (persona, compartment) = (world.patient.certificate.id(), world.heart.id);
    let (epoch, closes) = (EpochId::random(&mut world.rng), Some(world.heart.epoch()));
    let opened = EpochStatement { persona, compartment, epoch, closes, opened_at: NOW };
    let grant = world.grant().0;
    let grant_id = grant.unverified().grant_id;
    let revoke = RevokeStatement { persona, grant_id, revoked_at: NOW };
    let receipt = AccessReceipt {
        service_id: world.authority.service,
        sequence: 3,
        grant_id,
        persona,
        compartment,
        doctor: world.doctor.certificate.hash(),
        records: 1,
        records_hash: AccessReceipt::hash_records(&[world.heart.records[0]
            .header
            .unverified()
            .record_id]),
        time: NOW,
    };
    let removed = RemovedClinicians {
        service_id: world.authority.service,
        sequence: 1,
        issued_at: NOW,
        removed: vec![CertificateHash::from_bytes([1; 32]), CertificateHash::from_bytes([2; 32])],
    };
    let (key, authority) = (&world.patient.signing, &world.authority.key);
    let mut case = |name: &str, kind: &str, key: &SigningKey, bytes: String, expect: &str| {
        let input = json!({ "type": kind, "key": public(key), "bytes": bytes });
        section.case(name, "statement", input, expect);
    };
    let signed = |statement: &RevokeStatement| {
        encode(Signed::sign(key, statement.clone()).unwrap().to_bytes())
    };
    case(
        "epoch",
        "epoch",
        key,
        encode(Signed::sign(key, opened.clone()).unwrap().to_bytes()),
        "ok",
    );
    case("revoke", "revoke", key, signed(&revoke), "ok");
    case(
        "access-receipt",
        "access-receipt",
        authority,
        encode(Signed::sign(authority, receipt).unwrap().to_bytes()),
        "ok",
    );
    case(
        "removed-clinicians",
        "removed-clinicians",
        authority,
        encode(Signed::sign(authority, removed.clone()).unwrap().to_bytes()),
        "ok",
    );
    case(
        "record-header",
        "record-header",
        key,
        encode(world.heart.records[1].header.to_bytes()),
        "ok",
    );
    case("head", "head", key, encode(world.heart.signed_head(&world.patient).to_bytes()), "ok");
    case("grant", "grant", key, encode(grant.to_bytes()), "ok");

    let bytes = revoke.statement_bytes();
    case(
        "verified-with-another-persona-s-key",
        "revoke",
        &world.other.signing,
        signed(&revoke),
        "statement-wrong-signer",
    );
    case(
        "signed-by-another-persona",
        "revoke",
        key,
        resigned(&world.other.signing, Label::Revoke, &bytes),
        "signature-invalid",
    );
    case(
        "signed-as-another-statement",
        "revoke",
        key,
        resigned(key, Label::Epoch, &bytes),
        "signature-invalid",
    );
    case(
        "unknown-version",
        "revoke",
        key,
        resigned(key, Label::Revoke, &with(&bytes, 0, [2])),
        "decode-unknown-version",
    );
    case("trailing-byte", "revoke", key, format!("{}00", signed(&revoke)), "decode-trailing-bytes");
    case("cut", "revoke", key, signed(&revoke)[2..].to_owned(), "decode-unknown-version");
    let bytes = opened.statement_bytes();
    case(
        "flag-of-two",
        "epoch",
        key,
        resigned(key, Label::Epoch, &with(&bytes, 65, [2])),
        "decode-not-canonical",
    );
    let itself = EpochStatement { closes: Some(epoch), ..opened }.statement_bytes();
    case(
        "epoch-closes-itself",
        "epoch",
        key,
        resigned(key, Label::Epoch, &itself),
        "decode-not-canonical",
    );
    let unsorted = RemovedClinicians {
        removed: removed.removed.iter().rev().copied().collect(),
        ..removed.clone()
    };
    case(
        "removed-list-not-ascending",
        "removed-clinicians",
        authority,
        resigned(authority, Label::RemovedClinicians, &unsorted.statement_bytes()),
        "decode-not-canonical",
    );
    let long = with(&removed.statement_bytes(), 33, [255, 255]);
    case(
        "removed-list-too-long",
        "removed-clinicians",
        authority,
        resigned(authority, Label::RemovedClinicians, &long),
        "decode-too-long",
    );
    let mut header = world.heart.records[0].header.unverified().clone();
    header.core.previous = [1; 32];
    case(
        "first-header-names-a-previous-one",
        "record-header",
        key,
        resigned(key, Label::RecordHeader, &header.statement_bytes()),
        "decode-not-canonical",
    );
    let mut off_curve = header.statement_bytes();
    let r = off_curve.len() - 97;
    off_curve[r + 1..r + 33]
        .copy_from_slice(&core::array::from_fn::<u8, 32, _>(|i| if i == 31 { 4 } else { 0 }));
    let off_curve = with(&off_curve, 1 + 32 + 64 + 8, [0; 32]);
    case(
        "capsule-point-off-the-curve",
        "record-header",
        key,
        resigned(key, Label::RecordHeader, &off_curve),
        "decode-not-a-point",
    );
    let head = |edit: &dyn Fn(&mut Head)| {
        let mut head = world.heart.head.clone();
        edit(&mut head);
        resigned(key, Label::Head, &head.statement_bytes())
    };
    case(
        "head-with-an-empty-span",
        "head",
        key,
        head(&|h| h.tips[0].spans[0].end = 0),
        "decode-not-canonical",
    );
    case(
        "head-with-a-device-without-spans",
        "head",
        key,
        head(&|h| h.tips[0].spans.clear()),
        "decode-not-canonical",
    );
    case(
        "head-names-a-device-twice",
        "head",
        key,
        head(&|h| {
            let tip = h.tips[0].clone();
            h.tips.push(tip)
        }),
        "decode-not-canonical",
    );
    case(
        "head-names-an-epoch-twice",
        "head",
        key,
        head(&|h| {
            let mut span = h.tips[0].spans[0];
            span.end += 1;
            h.tips[0].spans.push(span)
        }),
        "decode-not-canonical",
    );
    let edit = |edit: &dyn Fn(&mut crate::grant::GrantStatement)| {
        let mut grant = grant.unverified().clone();
        edit(&mut grant);
        resigned(key, Label::Grant, &grant.statement_bytes())
    };
    case(
        "grant-without-entries",
        "grant",
        key,
        edit(&|g| g.entries.clear()),
        "decode-not-canonical",
    );
    case(
        "grant-repeats-an-entry",
        "grant",
        key,
        edit(&|g| {
            let entry: GrantEntry = g.entries[0];
            g.entries.push(entry)
        }),
        "decode-not-canonical",
    );
    case(
        "grant-with-an-empty-validity",
        "grant",
        key,
        edit(&|g| g.expiry = g.not_before),
        "decode-not-canonical",
    );
    let theirs = *world.other.signing.verifying_key().point();
    case(
        "grant-with-another-s-persona-key",
        "grant",
        key,
        edit(&|g| g.persona_key = theirs),
        "decode-not-canonical",
    );
    section
}

fn high_s(certificate: &[u8]) -> Vec<u8> {
    let at = certificate.len() - Signature::LEN;
    let low = p256::ecdsa::Signature::from_slice(&certificate[at..]).unwrap();
    let (r, s) = low.split_scalars();
    let high = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap();
    assert_ne!(high, high.normalize_s(), "the accepted one is low");
    [&certificate[..at], &high.to_bytes()[..]].concat()
}

/// A persona certificate of type 1, as this authority signed it before there was type 2 only.
const IDENTIFIED: &str = "8443a10126a058840101cd29ac87fa988e64502cc830b2fe42de02b314bcf02ba71532e958a623ed4d13ac3523\
    a04cd2a9921a7b1165bf242ab28903d01e325f5de3404caa0fbba3b8aa48ff1844950b1751c90c636f62a046c0\
    4d8d0505050505050505050505050505050505050505050505050505050505050505000000006b49d1ff000000\
    006bc0790058403bf7dfb7ce15710a90394649469440e34b8302932a86b87b7b8854b0eb7b6e0479a45e5ee7e8\
    9c09f64e04c423a12daea185b17d3bd1fc58c9b78412abf1a810";

fn certificates() -> Section {
    let mut section = Section::new("certificate");
    let mut world = World::new(111);
    let stranger = Authority::new(&mut world.rng);
    let (persona, clinician) = (world.patient.certificate.raw(), world.doctor.certificate.raw());
    let authority = &world.authority.key;
    let mut case =
        |name: &str, op: &str, key: &SigningKey, now: u64, bytes: &[u8], expect: Option<&str>| {
            let (service, epoch) = (world.authority.service, &world.authority.object);
            let input = json!({
                "authority": public(key), "now": now, "bytes": encode(bytes),
                "service": encode(service.as_bytes()), "epoch": encode(epoch),
            });
            match expect {
                Some(expect) => section.case(name, op, input, expect),
                None => section.answer(name, op, input),
            }
        };
    let (p, c) = ("persona-certificate", "clinician-certificate");
    case("persona", p, authority, NOW, persona, None);
    case("clinician", c, authority, NOW, clinician, None);
    let unknown = Some("certificate-unknown-authority");
    case("persona-of-another-authority", p, &stranger.key, NOW, persona, Some("signature-invalid"));
    case("clinician-as-persona", p, authority, NOW, clinician, unknown);
    case("persona-as-clinician", c, authority, NOW, persona, unknown);
    case(
        "persona-not-yet-valid",
        p,
        authority,
        NOW - 2,
        persona,
        Some("certificate-not-yet-valid"),
    );
    case("persona-expired", p, authority, UNTIL, persona, Some("certificate-expired"));
    let trailing = [persona, &[0]].concat();
    case("trailing-byte", p, authority, NOW, &trailing, Some("certificate-envelope"));
    // `d2` is the CBOR tag of COSE_Sign1, which the one form here does not carry.
    let tagged = [&[0xd2], persona].concat();
    case("tagged-cose", p, authority, NOW, &tagged, Some("certificate-envelope"));
    // The empty unprotected header as an indefinite-length map.
    let mut indefinite = persona.to_vec();
    let at = persona.windows(4).position(|w| w == [0x43, 0xa1, 0x01, 0x26]).unwrap() + 4;
    assert_eq!(indefinite[at], 0xa0);
    indefinite.splice(at..=at, [0xbf, 0xff]);
    case(
        "unprotected-header-not-canonical",
        p,
        authority,
        NOW,
        &indefinite,
        Some("certificate-envelope"),
    );
    let mut none = persona.to_vec();
    none[at - 1] = 0x27;
    case("another-algorithm", p, authority, NOW, &none, Some("certificate-envelope"));
    // The twin of the signature, `(r, n − s)`: it verifies as ECDSA, but has another hash.
    case("persona-high-s", p, authority, NOW, &high_s(persona), Some("certificate-envelope"));
    case("clinician-high-s", c, authority, NOW, &high_s(clinician), Some("certificate-envelope"));
    // As authorities of earlier versions signed it, over the identified channel: for nobody any more.
    let old = hex::decode(IDENTIFIED).unwrap();
    case("persona-of-the-identified-type", p, authority, NOW, &old, unknown);
    // Validly signed by the authority, but not what this version knows.
    let payload = |kind: u8, twice: bool| {
        let mut writer = Writer::versioned(320);
        let certificate = &world.patient.certificate;
        writer.u8(kind);
        writer.array(certificate.service_id.as_bytes());
        writer.u64(certificate.epoch);
        writer.array(&certificate.verification.to_bytes());
        let second = if twice {
            certificate.verification.to_bytes()
        } else {
            certificate.encapsulation.to_bytes()
        };
        writer.array(&second);
        writer.array(&certificate.recovery_hash);
        writer.array(&certificate.escrow.to_bytes());
        writer.array(&certificate.proof.to_bytes());
        seal_any(Label::AnonymousCertificate, authority, writer.as_slice())
    };
    let unread = Some("decode-unknown-type");
    case("identified-type-under-this-label", p, authority, NOW, &payload(1, false), unread);
    case("type-of-a-later-version", p, authority, NOW, &payload(3, false), unread);
    let twice = Some("decode-not-canonical");
    case("one-key-in-two-roles", p, authority, NOW, &payload(2, true), twice);
    requests(&mut section, &mut world);
    section
}

fn requests(section: &mut Section, world: &mut World) {
    let (service, challenge) = (world.authority.service, [9; 32]);
    let rng = &mut world.rng;
    let signing = SigningKey::generate(rng).unwrap();
    let (one, two) = (DecryptionKey::generate(rng).unwrap(), DecryptionKey::generate(rng).unwrap());
    let keys = PersonaKeys { signing: &signing, decryption: &one, recovery_hash: [0; 32] };
    let persona = PersonaRequest::create(rng, &keys, service, &challenge).unwrap();
    let keys = ClinicianKeys { signing: &signing, grant: &one, mailbox: &two };
    let clinician = ClinicianRequest::create(rng, &keys, service, &challenge).unwrap();
    let input = |bytes: &[u8], challenge: [u8; 32]| json!({ "service": encode(service.as_bytes()), "challenge": encode(challenge), "bytes": encode(bytes) });
    section.answer("persona-request", "persona-request", input(&persona, challenge));
    section.answer("clinician-request", "clinician-request", input(&clinician, challenge));
    let wrong = "certificate-wrong-challenge";
    section.case(
        "request-for-another-challenge",
        "persona-request",
        input(&persona, [8; 32]),
        wrong,
    );
    // Another's public key with one's own proof and a valid signature.
    let at = 1 + 16 + 32 + 33;
    let stolen = with(&clinician, at, world.doctor.certificate.grant_key.to_bytes());
    let stolen =
        hex::decode(resigned(&signing, Label::ClinicianRequest, &stolen[..stolen.len() - 64]))
            .unwrap();
    let refused = "certificate-no-possession";
    section.case(
        "request-with-another-s-grant-key",
        "clinician-request",
        input(&stolen, challenge),
        refused,
    );
    // Grant and mailbox keys with their proofs exchanged: each proof names its role.
    let (grant, mailbox) = (&clinician[at..at + 33], &clinician[at + 33..at + 66]);
    let proofs = &clinician[at + 66..at + 66 + 128];
    let swapped = [&clinician[..at], mailbox, grant, &proofs[64..], &proofs[..64]].concat();
    let swapped = hex::decode(resigned(&signing, Label::ClinicianRequest, &swapped)).unwrap();
    section.case(
        "request-with-roles-exchanged",
        "clinician-request",
        input(&swapped, challenge),
        refused,
    );
}
