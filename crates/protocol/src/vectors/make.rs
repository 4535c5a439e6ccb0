//! The writing side: sections that need nobody else.

use hex::encode;
use serde_json::{Value, json};

use crate::aead::{Aes256Gcm, TAG};
use crate::capsule::{DelegatingKey, FreshCek};
use crate::curve::{Backend, RustCrypto, Scalar};
use crate::domain::Label;
use crate::ids::{CompartmentId, EpochId, PersonaId, RecordId, ServiceId};
use crate::invitation::{Code, Invitation, Purpose};
use crate::keys::{DecryptionKey, MasterSecret, SigningKey};
use crate::message::{MessageKind, seal_message};
use crate::passphrase::{self, Cost};
use crate::payload::{self, ContentType};
use crate::request::{RequestParts, body_digest, sign_request};

use super::Section;
use super::common::{NOW, rng};

pub(super) fn sections() -> Vec<Section> {
    vec![
        domain(),
        curve(),
        keys(),
        payloads(),
        messages(),
        invitations(),
        cpace(),
        passphrases(),
        requests(),
    ]
}

fn domain() -> Section {
    let mut section = Section::new("domain");
    for label in Label::ALL {
        let expect = format!("ok:{}", encode(label.as_str()));
        section.case(&format!("{label:?}"), "label", json!({ "label": label.as_str() }), &expect);
    }
    section
}

const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const MODULUS: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";

fn curve() -> Section {
    let mut section = Section::new("curve");
    let mut rng = rng(100);
    let (a, b) = (Scalar::random(&mut rng), Scalar::random(&mut rng));
    let point = encode(RustCrypto::times_base(&b).unwrap().to_bytes());
    let (a, x) = (encode(*a.expose_secret()), &point[2..]);
    section.answer("multiple-of-the-base", "times-base", json!({ "scalar": a }));
    section.answer("x-only", "x-only", json!({ "scalar": a, "point": point }));
    let negated = format!("{}{x}", if point.starts_with("02") { "03" } else { "02" });
    section.answer(
        "x-only-of-the-negated-point-is-the-same",
        "x-only",
        json!({ "scalar": a, "point": negated }),
    );
    for (name, message) in [("empty", ""), ("short", "00ff"), ("long", &"ab".repeat(300))] {
        let input = json!({ "dst": Label::GrantEntry.as_str(), "message": message });
        section.answer(&format!("hash-to-scalar-{name}"), "hash-to-scalar", input);
    }
    let mut decode = |name: &str, bytes: String, expect: &str| {
        section.case(name, "point", json!({ "bytes": bytes }), expect);
    };
    decode("valid", point.clone(), "ok");
    decode("identity-as-one-zero-byte", "00".into(), "decode-truncated");
    decode("identity-as-zeros", "00".repeat(33), "decode-not-a-point");
    decode("prefix-of-an-uncompressed-point", format!("04{x}"), "decode-not-a-point");
    decode("uncompressed", format!("04{x}{x}"), "decode-trailing-bytes");
    decode("prefix-5", format!("05{x}"), "decode-not-a-point");
    decode("x-is-the-modulus", format!("02{MODULUS}"), "decode-not-a-point");
    decode("x-is-not-on-the-curve", format!("02{:064x}", 4), "decode-not-a-point");
    decode("cut", point[..64].to_owned(), "decode-truncated");
    decode("trailing-byte", format!("{point}00"), "decode-trailing-bytes");
    let off = format!("02{:064x}", 4);
    section.case(
        "x-only-off-the-curve",
        "x-only",
        json!({ "scalar": a, "point": off }),
        "curve-invalid-point",
    );
    let mut decode = |name: &str, bytes: String, expect: &str| {
        section.case(name, "scalar", json!({ "bytes": bytes }), expect);
    };
    decode("one", format!("{:064x}", 1), "ok");
    decode("order-minus-one", ORDER.replace("632551", "632550"), "ok");
    decode("zero", "00".repeat(32), "decode-not-a-scalar");
    decode("order", ORDER.into(), "decode-not-a-scalar");
    decode("all-ones", "ff".repeat(32), "decode-not-a-scalar");
    section
}

fn keys() -> Section {
    let mut section = Section::new("keys");
    let master = encode([0x11; 32]);
    for label in [Label::VaultKey, Label::PersonaSigning, Label::Delegating] {
        for context in ["", "00", "0001"] {
            let input = json!({ "master": master, "label": label.as_str(), "context": context });
            section.answer(&format!("derive {label:?} {context}"), "derive", input.clone());
            section.answer(&format!("public key {label:?} {context}"), "derive-key", input);
        }
    }
    let key = SigningKey::from_bytes(&[0x22; 32]).unwrap();
    let public = encode(key.verifying_key().to_bytes());
    let signature = encode(key.sign(Label::Revoke, b"message").unwrap().to_bytes());
    let input = json!({ "key": encode([0x22; 32]), "label": Label::Revoke.as_str(), "message": encode("message") });
    section.case("deterministic-signature", "sign", input, &format!("ok:{signature}"));
    let mut verify = |name: &str, label: Label, message: &str, signature: &str, expect| {
        let input = json!({ "key": public, "label": label.as_str(), "message": encode(message), "signature": signature });
        section.case(name, "verify", input, expect);
    };
    verify("signature", Label::Revoke, "message", &signature, "ok");
    let bad = "signature-invalid";
    verify("signature-for-another-purpose", Label::Epoch, "message", &signature, bad);
    verify("signature-over-another-message", Label::Revoke, "massage", &signature, bad);
    verify("signature-of-zeros", Label::Revoke, "message", &"00".repeat(64), bad);
    verify(
        "signature-r-is-the-order",
        Label::Revoke,
        "message",
        &format!("{ORDER}{}", &signature[64..]),
        bad,
    );
    section
}

fn payloads() -> Section {
    let mut section = Section::new("payload");
    let mut rng = rng(101);
    let id = RecordId::random(&mut rng);
    let key = DelegatingKey::derive(
        &MasterSecret::generate(&mut rng),
        PersonaId::from_bytes([1; 32]),
        CompartmentId::random(&mut rng),
        EpochId::random(&mut rng),
    );
    let mut sealed = Vec::new();
    for plain in [&b""[..], b"hello", &[7; 1024], &[8; 1025]] {
        let fresh = FreshCek::generate(&mut rng, &key, &id, plain);
        let (payload, cek) = payload::seal(fresh, &id, ContentType::FhirJson, plain).unwrap();
        let input = json!({ "cek": encode(*cek.0), "record_id": encode(id.as_bytes()), "sealed": encode(&payload.bytes) });
        let expect = if plain.is_empty() { "ok".into() } else { format!("ok:{}", encode(plain)) };
        section.case(&format!("{} bytes", plain.len()), "payload-open", input.clone(), &expect);
        sealed.push((input, payload.bytes, *cek.0));
    }
    let (input, bytes, cek) = &sealed[1];
    let mut fail = |name: &str, field: &str, value: Value, expect: &str| {
        let mut input = input.clone();
        input[field] = value;
        section.case(name, "payload-open", input, expect);
    };
    let not = "payload-not-authentic";
    fail("another-record", "record_id", json!("00".repeat(16)), not);
    fail("another-key", "cek", json!("00".repeat(32)), not);
    fail("truncated", "sealed", json!(encode(&bytes[..bytes.len() - 1])), "payload-length");
    fail("preamble-only", "sealed", json!(encode(&bytes[..32])), "payload-length");
    fail("extended", "sealed", json!(encode([&bytes[..], &[0]].concat())), "payload-length");
    let mut flipped = bytes.clone();
    flipped[40] ^= 1;
    fail("flipped-bit", "sealed", json!(encode(flipped)), not);
    let other_length = [&bytes[..32], &sealed[3].1[32..]].concat();
    fail("body-of-a-longer-payload", "sealed", json!(encode(other_length)), "payload-length");
    // Validly encrypted under the right key, but malformed inside.
    let inside = |preamble: [u8; 16], body: &[u8]| {
        let cipher = Aes256Gcm::new(cek).unwrap();
        let aad = [Label::Payload.as_str().as_bytes(), &[0, 1], id.as_bytes()].concat();
        let (mut first, mut rest) = ([0; 16 + TAG], vec![0; body.len() + TAG]);
        let mut nonce = [0; 12];
        cipher.seal(nonce, &aad, &preamble, &mut first).unwrap();
        (nonce[10], nonce[11]) = (1, 1);
        cipher.seal(nonce, &aad, body, &mut rest).unwrap();
        json!(encode([&first[..], &rest].concat()))
    };
    let preamble = |version: u8, kind: u8, len: u8| {
        let mut bytes = [0; 16];
        (bytes[0], bytes[1], bytes[15]) = (version, kind, len);
        bytes
    };
    let mut padded = [0; 1024];
    padded[1023] = 1;
    fail("padding-is-not-zero", "sealed", inside(preamble(1, 1, 5), &padded), "payload-malformed");
    let zeros = [0; 1024];
    fail(
        "unknown-version-inside",
        "sealed",
        inside(preamble(2, 1, 5), &zeros),
        "payload-malformed",
    );
    fail("reserved-content-type", "sealed", inside(preamble(1, 9, 5), &zeros), "payload-malformed");
    fail(
        "padded-to-no-bucket",
        "sealed",
        inside(preamble(1, 1, 5), &zeros[..512]),
        "payload-length",
    );
    section
}

fn messages() -> Section {
    let mut section = Section::new("message");
    let mut rng = rng(102);
    let sender = SigningKey::generate(&mut rng).unwrap();
    let other = SigningKey::generate(&mut rng).unwrap();
    let mailbox = DecryptionKey::generate(&mut rng).unwrap();
    let another = DecryptionKey::generate(&mut rng).unwrap();
    let to = mailbox.encapsulation_key();
    let sealed = seal_message(&mut rng, &sender, to, MessageKind::Grant, b"aad", b"body").unwrap();
    let good = json!({
        "mailbox": encode(*mailbox.expose_secret()), "kind": "grant", "aad": encode("aad"),
        "sender": encode(sender.verifying_key().to_bytes()), "sealed": encode(&sealed),
    });
    section.case("valid", "message-open", good.clone(), &format!("ok:{}", encode("body")));
    let mut fail = |name: &str, field: &str, value: String, expect: &str| {
        let mut input = good.clone();
        input[field] = json!(value);
        section.case(name, "message-open", input, expect);
    };
    let closed = "message-not-authentic";
    fail("another-recipient", "mailbox", encode(*another.expose_secret()), closed);
    fail("another-kind", "kind", "notice".into(), closed);
    fail("another-aad", "aad", encode("other"), closed);
    let theirs = encode(other.verifying_key().to_bytes());
    fail("signed-by-another", "sender", theirs, "signature-invalid");
    fail(
        "unknown-version",
        "sealed",
        format!("02{}", &encode(&sealed)[2..]),
        "decode-unknown-version",
    );
    fail("cut", "sealed", encode(&sealed[..sealed.len() - 1]), closed);
    fail(
        "encapsulated-key-off-the-curve",
        "sealed",
        format!("0104{}{}", "01".repeat(64), encode(&sealed[66..])),
        "decode-not-a-point",
    );
    section
}

fn invitations() -> Section {
    let mut section = Section::new("invitation");
    let code = Code::generate(&mut rng(103));
    let text = code.expose_text();
    let expect = format!("ok:{:04x}{}", code.handle().number(), encode(*code.secret().to_bytes()));
    section.case("code", "code", json!({ "text": *text }), &expect);
    section.case(
        "code-in-lower-case-with-spaces",
        "code",
        json!({ "text": text.to_lowercase().replace('-', " ") }),
        &expect,
    );
    let typo: String = text
        .chars()
        .enumerate()
        .map(|(i, c)| if i == 6 { if c == 'A' { 'B' } else { 'A' } } else { c })
        .collect();
    section.case("code-with-one-wrong-symbol", "code", json!({ "text": typo }), "code-check");
    section.case(
        "code-with-a-zero",
        "code",
        json!({ "text": format!("0{}", &text[1..]) }),
        "code-symbol",
    );
    section.case("code-too-short", "code", json!({ "text": &text[..18] }), "code-length");
    let invitation = Invitation {
        purpose: Purpose::Patient,
        code: Code::generate(&mut rng(103)),
        authority_url: "https://clinic.example".into(),
        relay_url: "https://relay.example".into(),
        authority_fingerprint: [5; 32],
        clinic_name: "Sample clinic".into(),
        expires: NOW,
        this_computer_only: false,
    };
    let full = invitation.to_text().unwrap();
    let mut case = |name: &str, text: &str, now: u64, purpose: &str, expect: &str| {
        section.case(
            name,
            "invitation",
            json!({ "text": text, "now": now, "purpose": purpose }),
            expect,
        );
    };
    case("invitation", &full, NOW - 1, "patient", &format!("ok:{}", encode(&*text)));
    case("invitation-at-its-expiry", &full, NOW, "patient", "invitation-expired");
    case("invitation-for-another-purpose", &full, NOW - 1, "clinician", "invitation-wrong-purpose");
    case(
        "invitation-of-a-newer-version",
        &full.replace("KEYWARD1", "KEYWARD2"),
        0,
        "patient",
        "decode-unknown-version",
    );
    case("invitation-cut", &full[..full.len() - 4], 0, "patient", "decode-truncated");
    case(
        "invitation-with-trailing-bytes",
        &format!("{}AAAA", *full),
        0,
        "patient",
        "decode-trailing-bytes",
    );
    case("invitation-too-long", &"KEYWARD1:".repeat(100), 0, "patient", "invitation-too-long");
    section
}

fn cpace() -> Section {
    let mut section = Section::new("cpace");
    let mut rng = rng(104);
    let code = Code::generate(&mut rng);
    let guess = Code::generate_with_handle(&mut rng, code.handle());
    let input = |responder: &Code, purpose: &str| json!({ "seed": 7, "code": *code.expose_text(), "responder_code": *responder.expose_text(), "purpose": purpose });
    section.answer("the-same-code", "cpace", input(&code, "patient"));
    section.case("a-wrong-guess", "cpace", input(&guess, "patient"), "enrol-wrong-code");
    section.case("another-purpose", "cpace", input(&code, "clinician"), "enrol-wrong-code");
    section
}

fn passphrases() -> Section {
    let mut section = Section::new("passphrase");
    let mut rng = rng(105);
    let master = MasterSecret::generate(&mut rng);
    let wrap =
        passphrase::wrap(&mut rng, &master, "correct horse", b"profile", Cost::LEAST).unwrap();
    let mut case = |name: &str, wrap: &[u8], passphrase: &str, context: &str, expect: &str| {
        let input =
            json!({ "wrap": encode(wrap), "passphrase": passphrase, "context": encode(context) });
        section.case(name, "passphrase", input, expect);
    };
    let expect = format!("ok:{}", encode(master.expose_secret()));
    case("right", &wrap, "correct horse", "profile", &expect);
    case("wrong-passphrase", &wrap, "correct house", "profile", "passphrase-wrong");
    case("another-profile", &wrap, "correct horse", "other", "passphrase-wrong");
    case("no-passphrase", &wrap, "", "profile", "passphrase-wrong");
    let edited = |at: usize, value: u8| {
        let mut edited = wrap.clone();
        edited[at] = value;
        edited
    };
    case("cost-below-the-least", &edited(8, 1), "correct horse", "profile", "passphrase-cost");
    case(
        "cost-that-exhausts-memory",
        &edited(1, 255),
        "correct horse",
        "profile",
        "passphrase-cost",
    );
    case("unknown-version", &edited(0, 2), "correct horse", "profile", "decode-unknown-version");
    case("cut", &wrap[..wrap.len() - 1], "correct horse", "profile", "decode-truncated");
    section
}

fn requests() -> Section {
    let mut section = Section::new("request");
    let mut rng = rng(106);
    let key = SigningKey::generate(&mut rng).unwrap();
    let service = ServiceId::random(&mut rng);
    let mut signed = |path: &str, body: &[u8], retry: Option<&str>| {
        let parts = RequestParts {
            method: "POST",
            path_and_query: path,
            body_digest: body_digest(body),
            service_id: service,
            idempotency_key: retry,
        };
        let headers = sign_request(&key, &parts, NOW, &mut rng).unwrap();
        json!({
            "key": encode(key.verifying_key().to_bytes()), "now": NOW, "method": "POST",
            "path_and_query": path, "body": encode(body), "service": encode(service.as_bytes()),
            "idempotency_key": retry, "content_digest": headers.content_digest,
            "keyward_service": headers.keyward_service, "signature_input": headers.signature_input,
            "signature": headers.signature,
        })
    };
    let plain = signed("/v1/records", b"", None);
    let full = signed("/v1/records?after=7&limit=2", b"body", Some("retry-0001"));
    section.answer("without-body-or-query", "request", plain.clone());
    section.answer("with-everything", "request", full.clone());
    let mut fail = |name: &str, field: &str, value: Value, expect: &str| {
        let mut input = full.clone();
        input[field] = value;
        section.case(name, "request", input, expect);
    };
    fail("another-method", "method", json!("PUT"), "request-signature");
    fail(
        "another-path",
        "path_and_query",
        json!("/v1/grants?after=7&limit=2"),
        "request-signature",
    );
    fail(
        "another-query",
        "path_and_query",
        json!("/v1/records?after=8&limit=2"),
        "request-signature",
    );
    fail(
        "line-break-in-the-path",
        "path_and_query",
        json!("/v1/\n\"@query\": ?"),
        "request-unsuitable",
    );
    fail("another-body", "body", json!(""), "request-wrong-digest");
    fail("another-service", "service", json!("00".repeat(16)), "request-wrong-service");
    fail("another-idempotency-key", "idempotency_key", json!("retry-0002"), "request-signature");
    fail("idempotency-key-taken-off", "idempotency_key", Value::Null, "request-malformed");
    fail("too-late", "now", json!(NOW + 301), "request-outside-window");
    fail("too-early", "now", json!(NOW - 301), "request-outside-window");
    fail(
        "signature-of-another-request",
        "signature",
        plain["signature"].clone(),
        "request-signature",
    );
    let weaker = full["signature_input"].as_str().unwrap().replace(" \"content-digest\"", "");
    fail("component-left-out", "signature_input", json!(weaker), "request-malformed");
    let other =
        full["signature_input"].as_str().unwrap().replace("ecdsa-p256-sha256", "hmac-sha256");
    fail("another-algorithm", "signature_input", json!(other), "request-malformed");
    section
}
