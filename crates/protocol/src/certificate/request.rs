//! Requests for certificates: all keys, the service, the authority's challenge, one proof of
//! possession per Diffie–Hellman key, and a signature over all of it.

use rand_core::CryptoRng;

use crate::codec::{DecodeError, Reader, Writer};
use crate::curve::Point;
use crate::domain::{Label, UnixSeconds};
use crate::ids::{PersonaId, ServiceId};
use crate::keys::{DecryptionKey, EncapsulationKey, Signature, SigningKey, VerifyingKey};

use super::possession::Possession;
use super::{CertificateError, ClinicianCertificate, ClinicianDetails};

/// A persona's keys, for making a request.
pub struct PersonaKeys<'a> {
    /// Signs the request.
    pub signing: &'a SigningKey,
    /// Proves possession.
    pub decryption: &'a DecryptionKey,
    /// SHA-256 of the recovery key's compressed point.
    pub recovery_hash: [u8; 32],
}

/// A persona's keys answering a challenge of the authority: by it she asks to be named (SPEC §7.1).
pub struct PersonaRequest;

/// A persona request whose proofs were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPersonaRequest {
    verification: VerifyingKey,
    encapsulation: EncapsulationKey,
    recovery_hash: [u8; 32],
}

impl PersonaRequest {
    /// Makes a request that answers the authority's challenge.
    ///
    /// # Errors
    /// [`CertificateError::Key`].
    pub fn create<R: CryptoRng + ?Sized>(
        rng: &mut R,
        keys: &PersonaKeys<'_>,
        service_id: ServiceId,
        challenge: &[u8; 32],
    ) -> Result<Vec<u8>, CertificateError> {
        let mut writer = Writer::versioned(320);
        writer.array(service_id.as_bytes());
        writer.array(challenge);
        writer.array(&keys.signing.verifying_key().to_bytes());
        writer.array(&keys.decryption.encapsulation_key().to_bytes());
        writer.array(&keys.recovery_hash);
        let context = writer.as_slice().to_vec();
        prove(rng, keys.decryption, Label::PersonaRequest, &context)?.encode(&mut writer);
        sign(writer, keys.signing, Label::PersonaRequest)
    }

    /// Checks a request against the service and challenge it must answer.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(
        bytes: &[u8],
        service_id: ServiceId,
        challenge: &[u8; 32],
    ) -> Result<VerifiedPersonaRequest, CertificateError> {
        let mut reader = Reader::versioned(bytes)?;
        check_challenge(&mut reader, service_id, challenge)?;
        let verification = VerifyingKey::from_bytes(&reader.array::<33>()?)?;
        let encapsulation = EncapsulationKey::from_bytes(&reader.array::<33>()?)?;
        let recovery_hash = reader.array()?;
        let context = &bytes[..bytes.len() - reader.remaining()];
        let proof = Possession::decode(&mut reader)?;
        check_signature(bytes, reader, &verification, Label::PersonaRequest)?;
        check_proof(&proof, &encapsulation, Label::PersonaRequest, context)?;
        check_distinct(&[verification.point(), encapsulation.point()])?;
        Ok(VerifiedPersonaRequest { verification, encapsulation, recovery_hash })
    }
}

impl VerifiedPersonaRequest {
    /// The persona who asks.
    #[must_use]
    pub fn persona(&self) -> PersonaId {
        PersonaId::of(&self.verification)
    }

    /// The verification key.
    #[must_use]
    pub const fn verification(&self) -> &VerifyingKey {
        &self.verification
    }

    /// The encapsulation key.
    #[must_use]
    pub const fn encapsulation(&self) -> &EncapsulationKey {
        &self.encapsulation
    }

    /// The hash of the recovery key.
    #[must_use]
    pub const fn recovery_hash(&self) -> &[u8; 32] {
        &self.recovery_hash
    }
}

/// A clinician's keys, for making a request.
pub struct ClinicianKeys<'a> {
    /// Signs the request.
    pub signing: &'a SigningKey,
    /// The grant key `b`.
    pub grant: &'a DecryptionKey,
    /// The mailbox key.
    pub mailbox: &'a DecryptionKey,
}

/// A request for a clinician certificate.
pub struct ClinicianRequest;

/// A clinician request whose proofs were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedClinicianRequest {
    service_id: ServiceId,
    verification: VerifyingKey,
    grant_key: EncapsulationKey,
    mailbox: EncapsulationKey,
}

impl ClinicianRequest {
    /// Makes a request that answers the authority's challenge.
    ///
    /// # Errors
    /// [`CertificateError::Key`].
    pub fn create<R: CryptoRng + ?Sized>(
        rng: &mut R,
        keys: &ClinicianKeys<'_>,
        service_id: ServiceId,
        challenge: &[u8; 32],
    ) -> Result<Vec<u8>, CertificateError> {
        let mut writer = Writer::versioned(384);
        writer.array(service_id.as_bytes());
        writer.array(challenge);
        writer.array(&keys.signing.verifying_key().to_bytes());
        writer.array(&keys.grant.encapsulation_key().to_bytes());
        writer.array(&keys.mailbox.encapsulation_key().to_bytes());
        let context = writer.as_slice().to_vec();
        prove(rng, keys.grant, Label::ClinicianGrant, &context)?.encode(&mut writer);
        prove(rng, keys.mailbox, Label::ClinicianMailbox, &context)?.encode(&mut writer);
        sign(writer, keys.signing, Label::ClinicianRequest)
    }

    /// Checks a request against the service and challenge it must answer.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(
        bytes: &[u8],
        service_id: ServiceId,
        challenge: &[u8; 32],
    ) -> Result<VerifiedClinicianRequest, CertificateError> {
        let mut reader = Reader::versioned(bytes)?;
        check_challenge(&mut reader, service_id, challenge)?;
        let verification = VerifyingKey::from_bytes(&reader.array::<33>()?)?;
        let grant_key = EncapsulationKey::from_bytes(&reader.array::<33>()?)?;
        let mailbox = EncapsulationKey::from_bytes(&reader.array::<33>()?)?;
        let context = &bytes[..bytes.len() - reader.remaining()];
        let grant_proof = Possession::decode(&mut reader)?;
        let mailbox_proof = Possession::decode(&mut reader)?;
        check_signature(bytes, reader, &verification, Label::ClinicianRequest)?;
        check_proof(&grant_proof, &grant_key, Label::ClinicianGrant, context)?;
        check_proof(&mailbox_proof, &mailbox, Label::ClinicianMailbox, context)?;
        check_distinct(&[verification.point(), grant_key.point(), mailbox.point()])?;
        Ok(VerifiedClinicianRequest { service_id, verification, grant_key, mailbox })
    }
}

impl VerifiedClinicianRequest {
    /// The verification key.
    #[must_use]
    pub const fn verification(&self) -> &VerifyingKey {
        &self.verification
    }

    /// The certificate to issue.
    #[must_use]
    pub fn certificate(
        &self,
        details: ClinicianDetails,
        valid_from: UnixSeconds,
        valid_until: UnixSeconds,
    ) -> ClinicianCertificate {
        ClinicianCertificate {
            service_id: self.service_id,
            verification: self.verification.clone(),
            grant_key: self.grant_key,
            mailbox: self.mailbox,
            name: details.name,
            role: details.role,
            organisation: details.organisation,
            registration_number: details.registration_number,
            valid_from,
            valid_until,
        }
    }
}

fn check_challenge(
    reader: &mut Reader<'_>,
    service_id: ServiceId,
    challenge: &[u8; 32],
) -> Result<(), CertificateError> {
    let service = ServiceId::from_bytes(reader.array()?);
    let answered = reader.array::<32>()?;
    if service == service_id && answered == *challenge {
        Ok(())
    } else {
        Err(CertificateError::WrongChallenge)
    }
}

/// The role of the key in front of the request, so a proof for one role is none for another.
fn in_role(role: Label, context: &[u8]) -> Vec<u8> {
    [role.as_str().as_bytes(), &[0], context].concat()
}

pub(super) fn prove<R: CryptoRng + ?Sized>(
    rng: &mut R,
    key: &DecryptionKey,
    role: Label,
    context: &[u8],
) -> Result<Possession, CertificateError> {
    Possession::prove(rng, key, &in_role(role, context)).map_err(|_| CertificateError::NoPossession)
}

pub(super) fn check_proof(
    proof: &Possession,
    key: &EncapsulationKey,
    role: Label,
    context: &[u8],
) -> Result<(), CertificateError> {
    proof.verify(key, &in_role(role, context))
}

pub(super) fn sign(
    mut writer: Writer,
    key: &SigningKey,
    label: Label,
) -> Result<Vec<u8>, CertificateError> {
    let signature = key.sign(label, writer.as_slice())?;
    writer.array(&signature.to_bytes());
    Ok(writer.into_vec())
}

pub(super) fn check_signature(
    bytes: &[u8],
    mut reader: Reader<'_>,
    key: &VerifyingKey,
    label: Label,
) -> Result<(), CertificateError> {
    let signed = &bytes[..bytes.len() - reader.remaining()];
    let signature = Signature::from_bytes(reader.array()?);
    reader.finish()?;
    key.verify(label, signed, &signature).map_err(|_| CertificateError::NoPossession)
}

pub(super) fn check_distinct(keys: &[&Point]) -> Result<(), CertificateError> {
    let repeated = keys.iter().enumerate().any(|(i, key)| keys[..i].contains(key));
    if repeated { Err(DecodeError::NotCanonical.into()) } else { Ok(()) }
}
