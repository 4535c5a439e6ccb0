//! The `COSE_Sign1` envelope in its one accepted form.

use coset::{CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};

use crate::domain::Label;
use crate::keys::{KeyError, Signature, SigningKey, VerifyingKey};

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
    let sign = |to_sign: &[u8]| {
        let signature = low_s(&key.sign_foreign(to_sign)?).ok_or(KeyError::Sign)?;
        Ok::<_, KeyError>(signature.to_bytes().to_vec())
    };
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
    if low_s(&signature).as_ref() != Some(&signature) {
        return Err(CertificateError::Envelope);
    }
    let known = authorities.iter().any(|key| key.verify_foreign(&to_verify, &signature).is_ok());
    if known { Ok(payload) } else { Err(CertificateError::UnknownAuthority) }
}

/// The payload without any check, to find out with whose key it is to be checked.
pub(super) fn unverified(bytes: &[u8]) -> Result<Vec<u8>, CertificateError> {
    if bytes.len() > MAX_CERTIFICATE {
        return Err(CertificateError::Envelope);
    }
    let parsed = CoseSign1::from_slice(bytes).map_err(|_| CertificateError::Envelope)?;
    parsed.payload.ok_or(CertificateError::Envelope)
}

/// The one of the two signatures `(r, s)` and `(r, n − s)` that is accepted. Both verify, and anybody
/// can turn one into the other: a certificate that is known and taken back by its hash must not have
/// a second form.
fn low_s(signature: &Signature) -> Option<Signature> {
    let parsed = p256::ecdsa::Signature::from_slice(&signature.to_bytes()).ok()?;
    Some(Signature::from_bytes(parsed.normalize_s().to_bytes().into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn the_longest_certificate_opens_and_a_longer_one_is_not_even_parsed() {
        let key = SigningKey::generate(&mut StdRng::seed_from_u64(32)).unwrap();
        let authorities = [key.verifying_key().clone()];
        let label = Label::ClinicianCertificate;
        let around = seal(label, &key, vec![7; 4000]).unwrap().len() - 4000;
        let payload = vec![7; MAX_CERTIFICATE - around];
        let longest = seal(label, &key, payload.clone()).unwrap();
        assert_eq!(longest.len(), MAX_CERTIFICATE);
        assert_eq!(open(label, &authorities, &longest), Ok(payload.clone()));
        assert_eq!(unverified(&longest), Ok(payload.clone()));
        let longer = seal(label, &key, [payload, vec![7]].concat()).unwrap();
        assert_eq!(open(label, &authorities, &longer), Err(CertificateError::Envelope));
        assert_eq!(unverified(&longer), Err(CertificateError::Envelope));
    }

    #[test]
    fn a_certificate_has_no_second_form() {
        let mut rng = StdRng::seed_from_u64(31);
        for round in 0..16_u8 {
            let key = SigningKey::generate(&mut rng).unwrap();
            let authorities = [key.verifying_key().clone()];
            let label = Label::ClinicianCertificate;
            let sealed = seal(label, &key, vec![round; 40]).unwrap();
            assert_eq!(open(label, &authorities, &sealed), Ok(vec![round; 40]));
            // The same bytes with n − s in place of s: as ECDSA it verifies.
            let at = sealed.len() - Signature::LEN;
            let (r, s) = p256::ecdsa::Signature::from_slice(&sealed[at..]).unwrap().split_scalars();
            let other = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap();
            let other: [u8; 64] = other.to_bytes().into();
            let to_verify = builder(vec![round; 40]).build().tbs_data(label.as_str().as_bytes());
            assert!(
                authorities[0].verify_foreign(&to_verify, &Signature::from_bytes(other)).is_ok()
            );
            let mut twin = sealed.clone();
            twin[at..].copy_from_slice(&other);
            assert_eq!(open(label, &authorities, &twin), Err(CertificateError::Envelope));
        }
    }
}
