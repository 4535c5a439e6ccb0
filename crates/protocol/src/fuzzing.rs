//! One entry for every decoder: arbitrary bytes must give an error or a value that encodes to
//! the same bytes, without panic and without large allocations. Used by the fuzz targets and,
//! on the stable toolchain, by `tests/decoders.rs`.

use std::sync::LazyLock;

use crate::arc::{
    Credential, CredentialRequest, CredentialResponse, IssuerKey, IssuerPublicKey, Limit,
    PendingCredential, Presentation,
};
use crate::backup::{Changes, FrameHeader, Manifest, PackEntry};
use crate::capsule::{Cek, PoolEntry};
use crate::certificate::{
    AnonymousCertificate, AnonymousRequest, ClinicianCertificate, ClinicianRequest,
    NameAttestation, PersonaRequest,
};
use crate::chain::{Head, RecordHeader, SeenHead};
use crate::cpace::Responder;
use crate::credential_epoch::{CredentialEpoch, Tracing, VerifiedEpoch};
use crate::curve::{Point, Scalar};
use crate::escrow::{CertificationRequest, Escrow, EscrowProof};
use crate::grant::{GrantInbox, GrantMessage, GrantStatement};
use crate::ids::{RecordId, ServiceId};
use crate::invitation::{Code, Entry};
use crate::issuance::{IssuanceRequest, RegisterEntry};
use crate::keys::{DecryptionKey, SigningKey};
use crate::kit::{KitKeys, KitPublic, KitSecret, KitText};
use crate::message::{MessageKind, open_message};
use crate::request::{ReceivedHeaders, RequestParts, body_digest, key_id_of, verify_request};
use crate::statement::{
    AccessReceipt, BackupKeyStatement, EnrolmentReplacement, EpochStatement, ForgetStatement,
    PersonaReplacement, Receipt, RemovedClinicians, RevokeStatement, Signed, Statement,
};

/// The names of the decoders, in the order of [`decode`]'s first argument.
pub const DECODERS: [&str; 34] = [
    "record header",
    "head",
    "grant",
    "epoch",
    "revoke",
    "access receipt",
    "removed clinicians",
    "seen head",
    "grant inbox",
    "grant message",
    "pool entry",
    "responder",
    "point",
    "certificates",
    "sealed message",
    "name attestation",
    "invitation and code",
    "credential request and response",
    "presentation",
    "certification",
    "replacements",
    "forget and receipt",
    "certificate contents",
    "certificate requests",
    "passphrase wrap",
    "sealed payload",
    "request signature",
    "escrow and proof",
    "stored credential secrets",
    "issuer key",
    "kit",
    "backup",
    "credential epoch",
    "issuance request",
];

/// The fuzz targets and the decoders each of them feeds: those of a kind and of a speed together.
pub const TARGETS: [(&str, &[&str]); 5] = [
    (
        "statements",
        &[
            "record header",
            "head",
            "grant",
            "epoch",
            "revoke",
            "access receipt",
            "removed clinicians",
            "seen head",
            "grant inbox",
            "grant message",
            "name attestation",
            "replacements",
            "forget and receipt",
        ],
    ),
    (
        "texts",
        &["invitation and code", "request signature", "passphrase wrap", "sealed payload", "kit"],
    ),
    ("keys", &["pool entry", "responder", "point", "certificate contents", "issuer key"]),
    (
        "credentials",
        &[
            "credential request and response",
            "presentation",
            "certification",
            "escrow and proof",
            "stored credential secrets",
            "credential epoch",
            "issuance request",
        ],
    ),
    ("proofs", &["certificates", "certificate requests", "sealed message", "backup"]),
];

/// One execution of a fuzz target: the first byte chooses among its decoders, the rest is the input.
///
/// # Panics
/// As [`decode`], and for a name that is not in [`TARGETS`].
pub fn target(name: &str, data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let Some((_, decoders)) = TARGETS.iter().find(|(target, _)| *target == name) else {
        panic!("no such target")
    };
    let chosen = decoders[usize::from(*choice) % decoders.len()];
    match DECODERS.iter().position(|decoder| *decoder == chosen) {
        Some(decoder) => decode(decoder, bytes),
        None => panic!("no such decoder"),
    }
}

/// Feeds bytes to one decoder.
///
/// # Panics
/// If a decoder accepts bytes that are not the encoding of what it returned.
pub fn decode(decoder: usize, bytes: &[u8]) {
    match decoder % DECODERS.len() {
        0 => signed::<RecordHeader>(bytes),
        1 => signed::<Head>(bytes),
        2 => signed::<GrantStatement>(bytes),
        3 => signed::<EpochStatement>(bytes),
        4 => signed::<RevokeStatement>(bytes),
        5 => signed::<AccessReceipt>(bytes),
        6 => signed::<RemovedClinicians>(bytes),
        7 => same(bytes, SeenHead::from_bytes(bytes).ok().map(|seen| seen.to_bytes())),
        8 => same(bytes, GrantInbox::from_bytes(bytes).ok().map(|inbox| inbox.to_bytes())),
        9 => same(bytes, GrantMessage::from_bytes(bytes).ok().map(|message| message.to_bytes())),
        10 => same(bytes, PoolEntry::from_bytes(bytes).ok().map(|entry| entry.to_bytes().to_vec())),
        11 => same(bytes, Responder::from_bytes(bytes).ok().map(|state| state.to_bytes().to_vec())),
        12 => same(bytes, Point::from_bytes(bytes).ok().map(|point| point.to_bytes().to_vec())),
        13 => {
            let _ = AnonymousCertificate::unverified(bytes);
            let _ = ClinicianCertificate::verify_signature_only(bytes, &[]);
        }
        14 => message(bytes),
        15 => signed::<NameAttestation>(bytes),
        16 => text(bytes),
        17 => {
            same(bytes, CredentialRequest::from_bytes(bytes).ok().map(|m| m.to_bytes()));
            same(bytes, CredentialResponse::from_bytes(bytes).ok().map(|m| m.to_bytes()));
        }
        18 => limited(bytes, |bytes, limit| {
            same(bytes, Presentation::from_bytes(bytes, limit).ok().map(|m| m.to_bytes()));
        }),
        19 => limited(bytes, |bytes, limit| {
            same(bytes, CertificationRequest::from_bytes(bytes, limit).ok().map(|m| m.to_bytes()));
        }),
        20 => {
            signed::<PersonaReplacement>(bytes);
            signed::<EnrolmentReplacement>(bytes);
        }
        21 => {
            signed::<ForgetStatement>(bytes);
            signed::<Receipt>(bytes);
            signed::<BackupKeyStatement>(bytes);
        }
        22 => {
            same(bytes, AnonymousCertificate::parse(bytes).ok().map(|c| c.payload()));
            same(bytes, ClinicianCertificate::parse(bytes).ok().map(|c| c.payload()));
        }
        23 => {
            let service = ServiceId::from_bytes([1; 16]);
            let _ = PersonaRequest::verify(bytes, service, &[2; 32]);
            let _ = ClinicianRequest::verify(bytes, service, &[2; 32]);
            if let Some((epoch, issuer)) = &*EPOCH {
                let _ = AnonymousRequest::claimed_epoch(bytes);
                let _ = AnonymousRequest::verify(bytes, epoch, issuer);
                let _ = AnonymousCertificate::verify(bytes, epoch);
            }
        }
        24 => same(bytes, crate::passphrase::rewritten(bytes)),
        25 => payload(bytes),
        26 => request(bytes),
        27 => {
            same(bytes, Escrow::from_bytes(bytes).ok().map(|escrow| escrow.to_bytes().to_vec()));
            same(bytes, EscrowProof::from_bytes(bytes).ok().map(|proof| proof.to_bytes()));
        }
        28 => stored(bytes),
        29 => {
            let key = IssuerPublicKey::from_bytes(bytes).ok();
            same(bytes, key.map(|key| key.to_bytes().to_vec()));
        }
        30 => kit(bytes),
        31 => backup(bytes),
        32 => {
            signed::<CredentialEpoch>(bytes);
            signed::<RegisterEntry>(bytes);
        }
        _ => same(bytes, IssuanceRequest::from_bytes(bytes).ok().map(|asked| asked.to_bytes())),
    }
}

/// Secrets as the vault gives them back: all or nothing, and written as they were read.
fn stored(bytes: &[u8]) {
    let pending = bytes.try_into().ok().and_then(|b| PendingCredential::from_secret(b).ok());
    same(bytes, pending.map(|secret| secret.expose_secret().to_vec()));
    let credential = bytes.try_into().ok().and_then(|b| Credential::from_secret(b).ok());
    same(bytes, credential.map(|secret| secret.expose_secret().to_vec()));
    let issuer = bytes.try_into().ok().and_then(|b| IssuerKey::from_secret(b).ok());
    same(bytes, issuer.map(|secret| secret.expose_secret().to_vec()));
    let scalar = bytes.try_into().ok().and_then(|b| Scalar::from_bytes(b).ok());
    same(bytes, scalar.map(|secret| secret.expose_secret().to_vec()));
}

/// A payload that opens under the key [`decode`] uses, for the seeds.
#[must_use]
pub fn sealed_payload() -> Vec<u8> {
    let fresh = crate::capsule::FreshCek(zeroize::Zeroizing::new([3; 32]));
    let record = RecordId::from_bytes([4; 16]);
    crate::payload::seal(fresh, &record, crate::payload::ContentType::FhirJson, b"{}")
        .map_or_else(|_| Vec::new(), |(sealed, _)| sealed.bytes)
}

/// The key of the seed: what it opens is as long as it says.
fn payload(bytes: &[u8]) {
    let key = Cek(zeroize::Zeroizing::new([3; 32]));
    if let Ok(opened) = crate::payload::open(&key, &RecordId::from_bytes([4; 16]), bytes) {
        assert!(opened.bytes.len() < bytes.len());
    }
}

/// One line each: method, path, service, digest, input, signature, then an idempotency key if any.
fn request(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let lines: Vec<&str> = text.split('\n').collect();
    let &[method, path, service, digest, input, signature, ref key @ ..] = lines.as_slice() else {
        return;
    };
    let headers = ReceivedHeaders {
        content_digest: digest,
        keyward_service: service,
        signature_input: input,
        signature,
    };
    let parts = RequestParts {
        method,
        path_and_query: path,
        body_digest: body_digest(b""),
        service_id: ServiceId::from_bytes([1; 16]),
        idempotency_key: key.first().copied(),
    };
    let Some((signer, _)) = &*KEYS else { return };
    if let Ok(verified) = verify_request(&parts, &headers, signer.verifying_key(), 1_000_000) {
        assert_eq!(key_id_of(&headers), Ok(verified.key_id));
    }
}

fn signed<T: Statement>(bytes: &[u8]) {
    same(bytes, Signed::<T>::from_bytes(bytes).ok().map(|signed| signed.to_bytes()));
}

fn same(bytes: &[u8], again: Option<Vec<u8>>) {
    if let Some(again) = again {
        assert_eq!(again, bytes, "one encoding per value");
    }
}

/// The first two bytes say under which limit the rest is read.
fn limited(bytes: &[u8], read: impl Fn(&[u8], Limit)) {
    let Some((limit, rest)) = bytes.split_first_chunk::<2>() else { return };
    if let Ok(limit) = Limit::new(u16::from_be_bytes(*limit)) {
        read(rest, limit);
    }
}

/// The keys that decoders need; made once, because making them takes longer than most decoding.
static KEYS: LazyLock<Option<(SigningKey, DecryptionKey)>> = LazyLock::new(|| {
    Some((SigningKey::from_bytes(&[1; 32]).ok()?, DecryptionKey::from_bytes(&[1; 32]).ok()?))
});

/// A published epoch with its issuer's key, of the service that [`decode`] uses.
static EPOCH: LazyLock<Option<(VerifiedEpoch, IssuerKey)>> = LazyLock::new(|| {
    let (authority, _) = KEYS.as_ref()?;
    let issuer = IssuerKey::from_secret(&[1; IssuerKey::LEN]).ok()?;
    let service_id = ServiceId::from_bytes([1; 16]);
    let object = CredentialEpoch {
        service_id,
        epoch: 1,
        issuer: issuer.public(),
        tracing: Tracing::Nobody,
        limit: Limit::new(2).ok()?,
        valid_from: 1,
        valid_until: 2,
    };
    let bytes = Signed::sign(authority, object).ok()?.to_bytes();
    let epoch = VerifiedEpoch::verify(&bytes, authority.verifying_key(), service_id).ok()?;
    Some((epoch, issuer))
});

/// The published epoch as bytes, for the seeds.
#[must_use]
pub fn published_epoch() -> Vec<u8> {
    let object = EPOCH.as_ref().map(|(epoch, _)| epoch.object().clone());
    let signed =
        object.zip(KEYS.as_ref()).and_then(|(object, keys)| Signed::sign(&keys.0, object).ok());
    signed.map_or_else(Vec::new, |signed| signed.to_bytes())
}

/// A request for a credential of that epoch, for the seeds.
#[must_use]
pub fn issuance_request<R: rand_core::CryptoRng + ?Sized>(rng: &mut R) -> Vec<u8> {
    let asked = EPOCH.as_ref().zip(KEYS.as_ref());
    let asked = asked.and_then(|(epoch, keys)| IssuanceRequest::new(rng, &epoch.0, &keys.0).ok());
    asked.map_or_else(Vec::new, |(_, request)| request.to_bytes())
}

fn message(bytes: &[u8]) {
    if let Some(keys) = &*KEYS {
        let _ = open_message(&keys.1, MessageKind::Grant, b"", bytes);
    }
    if let Ok(key) =
        bytes.first_chunk::<32>().ok_or(()).and_then(|b| SigningKey::from_bytes(b).map_err(drop))
    {
        assert_eq!(bytes.first_chunk(), Some(&*key.expose_secret()));
    }
}

fn backup(bytes: &[u8]) {
    same(bytes, FrameHeader::from_bytes(bytes).ok().map(|header| header.to_bytes()));
    same(bytes, PackEntry::from_bytes(bytes).ok().map(|entry| entry.to_bytes().to_vec()));
    if let Ok(manifest) = Manifest::from_bytes(bytes) {
        same(bytes, manifest.to_bytes().ok().map(|again| again.to_vec()));
    }
    if let Ok(keys) = KitKeys::of(&KitSecret::from_bytes([1; 16])) {
        let _ = Manifest::open(&keys, bytes);
    }
    assert!(Changes::new(bytes).count() <= bytes.len());
}

fn kit(bytes: &[u8]) {
    same(bytes, KitPublic::from_bytes(bytes).ok().map(|kit| kit.to_bytes().to_vec()));
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(kit) = KitText::parse(text) {
        assert!(kit.to_text().is_ok() && kit.secret.words().is_ok());
    }
}

fn text(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(Entry::Full(invitation)) = Entry::parse(text) {
        assert!(invitation.to_text().is_ok());
    }
    if let Ok(code) = Code::parse(text) {
        assert!(Code::parse(&code.expose_text()).is_ok());
    }
}
