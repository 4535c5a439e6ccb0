//! One entry for every decoder: arbitrary bytes must give an error or a value that encodes to
//! the same bytes, without panic and without large allocations. Used by the fuzz targets and,
//! on the stable toolchain, by `tests/decoders.rs`.

use crate::capsule::PoolEntry;
use crate::certificate::{ClinicianCertificate, NameAttestation, PersonaCertificate};
use crate::chain::{Head, RecordHeader, SeenHead};
use crate::cpace::Responder;
use crate::curve::Point;
use crate::grant::{GrantInbox, GrantMessage, GrantStatement};
use crate::invitation::{Code, Entry};
use crate::keys::SigningKey;
use crate::message::{MessageKind, open_message};
use crate::statement::{
    AccessReceipt, EpochStatement, RemovedClinicians, RevokeStatement, Signed, Statement,
};

/// The names of the decoders, in the order of [`decode`]'s first argument.
pub const DECODERS: [&str; 17] = [
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
];

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
            let _ = PersonaCertificate::verify_signature_only(bytes, &[]);
            let _ = ClinicianCertificate::verify_signature_only(bytes, &[]);
        }
        14 => message(bytes),
        15 => signed::<NameAttestation>(bytes),
        _ => text(bytes),
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

fn message(bytes: &[u8]) {
    if let Ok(key) = crate::keys::DecryptionKey::from_bytes(&[1; 32]) {
        let _ = open_message(&key, MessageKind::Grant, b"", bytes);
    }
    if let Ok(key) =
        bytes.first_chunk::<32>().ok_or(()).and_then(|b| SigningKey::from_bytes(b).map_err(drop))
    {
        assert_eq!(bytes.first_chunk(), Some(&*key.expose_secret()));
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
