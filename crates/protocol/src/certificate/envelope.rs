//! The `COSE_Sign1` envelope in its one accepted form.

use coset::{CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};

use crate::domain::Label;
use crate::keys::{Signature, SigningKey, VerifyingKey};

use super::{CertificateError, MAX_CERTIFICATE};

fn builder(payload: Vec<u8>) -> CoseSign1Builder {
    let protected = HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build();
    CoseSign1Builder::new().protected(protected).payload(payload)
}

/// Signs a payload.
pub(super) fn seal(
    label: Label,
    key: &SigningKey,
    payload: Vec<u8>,
) -> Result<Vec<u8>, CertificateError> {
    let sign = |to_sign: &[u8]| key.sign_foreign(to_sign).map(|s| s.to_bytes().to_vec());
    let signed = builder(payload).try_create_signature(label.as_str().as_bytes(), sign)?.build();
    signed.to_vec().map_err(|_| CertificateError::Envelope)
}

/// Checks form and signature and gives the payload.
pub(super) fn open(
    label: Label,
    authorities: &[VerifyingKey],
    bytes: &[u8],
) -> Result<Vec<u8>, CertificateError> {
    if bytes.len() > MAX_CERTIFICATE {
        return Err(CertificateError::Envelope);
    }
    let parsed = CoseSign1::from_slice(bytes).map_err(|_| CertificateError::Envelope)?;
    let signature: [u8; 64] =
        parsed.signature.as_slice().try_into().map_err(|_| CertificateError::Envelope)?;
    let payload = parsed.payload.ok_or(CertificateError::Envelope)?;
    let canonical = builder(payload.clone()).signature(signature.to_vec()).build();
    let to_verify = canonical.tbs_data(label.as_str().as_bytes());
    if canonical.to_vec().ok().as_deref() != Some(bytes) {
        return Err(CertificateError::Envelope);
    }
    let signature = Signature::from_bytes(signature);
    let known = authorities.iter().any(|key| key.verify_foreign(&to_verify, &signature).is_ok());
    if known { Ok(payload) } else { Err(CertificateError::UnknownAuthority) }
}
