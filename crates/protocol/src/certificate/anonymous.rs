//! SPEC §30. Persona certificates: anonymous, with an escrow, from a presentation. There are no others.

use core::ops::{Deref, Range};

use rand_core::CryptoRng;

use crate::arc::{Credential, IssuerKey, Tag};
use crate::codec::{DecodeError, Reader, Writer};
use crate::credential_epoch::VerifiedEpoch;
use crate::domain::{Label, UnixSeconds};
use crate::escrow::{CertificationRequest, Escrow, EscrowProof};
use crate::ids::{CertificateHash, PersonaId, ServiceId};
use crate::keys::{EncapsulationKey, Signature, SigningKey, VerifyingKey};

use super::possession::Possession;
use super::request::{check_distinct, check_proof, check_signature, prove, sign};
use super::{CertificateError, PersonaKeys, check_validity, envelope, kind};

/// What an authority certifies of a persona it does not know. It holds in its credential epoch and
/// says nothing finer of when it was issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnonymousCertificate {
    /// The service it is good for.
    pub service_id: ServiceId,
    /// The credential epoch.
    pub epoch: u64,
    /// The persona's verification key.
    pub verification: VerifyingKey,
    /// The persona's encapsulation key.
    pub encapsulation: EncapsulationKey,
    /// SHA-256 of the recovery key's compressed point.
    pub recovery_hash: [u8; 32],
    /// The holder's register element, for the trustees alone.
    pub escrow: Escrow,
    /// That whoever asked for the certificate knew what is in the escrow.
    pub proof: EscrowProof,
}

/// A persona's certificate whose signature and public proof were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPersona {
    certificate: AnonymousCertificate,
    valid: Range<UnixSeconds>,
    raw: Vec<u8>,
    id: PersonaId,
}

impl AnonymousCertificate {
    /// Signs the certificate.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn issue(&self, authority: &SigningKey) -> Result<Vec<u8>, CertificateError> {
        let payload = self.payload();
        Self::parse(&payload)?;
        envelope::seal(Label::AnonymousCertificate, authority, payload)
    }

    /// Checks form, signature, epoch and the public proof of the escrow; not whether it is valid now.
    ///
    /// # Errors
    /// [`CertificateError`].
    pub fn verify(
        bytes: &[u8],
        epoch: &VerifiedEpoch,
    ) -> Result<VerifiedPersona, CertificateError> {
        let authorities = core::slice::from_ref(epoch.authority());
        let payload = envelope::open(Label::AnonymousCertificate, authorities, bytes)?;
        let certificate = Self::parse(&payload)?;
        let object = epoch.object();
        if certificate.service_id != object.service_id || certificate.epoch != object.epoch {
            return Err(CertificateError::WrongEpoch);
        }
        let keys = (&certificate.verification, &certificate.encapsulation);
        certificate.proof.verify(&epoch.certification(keys.0, keys.1), &certificate.escrow)?;
        let id = PersonaId::of(&certificate.verification);
        let valid = object.valid_from..object.valid_until;
        Ok(VerifiedPersona { certificate, valid, raw: bytes.to_vec(), id })
    }

    /// What a certificate claims, by which its epoch's object is found. Nothing is checked.
    ///
    /// # Errors
    /// [`CertificateError::Envelope`], [`CertificateError::Decode`].
    pub fn unverified(bytes: &[u8]) -> Result<Self, CertificateError> {
        Self::parse(&envelope::unverified(bytes)?)
    }

    pub(crate) fn payload(&self) -> Vec<u8> {
        let mut writer = Writer::versioned(320);
        writer.u8(kind::PERSONA_ANONYMOUS);
        writer.array(self.service_id.as_bytes());
        writer.u64(self.epoch);
        writer.array(&self.verification.to_bytes());
        writer.array(&self.encapsulation.to_bytes());
        writer.array(&self.recovery_hash);
        writer.array(&self.escrow.to_bytes());
        writer.array(&self.proof.to_bytes());
        writer.into_vec()
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, CertificateError> {
        let mut reader = Reader::versioned(payload)?;
        if reader.u8()? != kind::PERSONA_ANONYMOUS {
            return Err(DecodeError::UnknownType.into());
        }
        let certificate = Self {
            service_id: ServiceId::from_bytes(reader.array()?),
            epoch: reader.u64()?,
            verification: VerifyingKey::from_bytes(&reader.array::<33>()?)?,
            encapsulation: EncapsulationKey::from_bytes(&reader.array::<33>()?)?,
            recovery_hash: reader.array()?,
            escrow: Escrow::from_bytes(reader.take(Escrow::LEN)?)?,
            proof: EscrowProof::from_bytes(reader.take(EscrowProof::LEN)?)?,
        };
        reader.finish()?;
        check_distinct(&[certificate.verification.point(), certificate.encapsulation.point()])?;
        Ok(certificate)
    }
}

impl VerifiedPersona {
    /// The certificate as received.
    #[must_use]
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The hash of the certificate's bytes.
    #[must_use]
    pub fn hash(&self) -> CertificateHash {
        CertificateHash::of(&self.raw)
    }

    /// The persona.
    #[must_use]
    pub const fn id(&self) -> PersonaId {
        self.id
    }

    /// When it is valid: the whole of its epoch's validity.
    #[must_use]
    pub const fn valid(&self) -> &Range<UnixSeconds> {
        &self.valid
    }

    /// Whether it is valid at a time.
    ///
    /// # Errors
    /// [`CertificateError::NotYetValid`], [`CertificateError::Expired`].
    pub fn check_current(&self, now: UnixSeconds) -> Result<(), CertificateError> {
        check_validity(self.valid.start, self.valid.end, now)
    }

    /// Whether what is valid in `span` may have begun under this certificate, which has begun at
    /// `now` itself, though it may be over (SPEC §11.3).
    pub(crate) fn check_begun_under(
        &self,
        span: Range<UnixSeconds>,
        now: UnixSeconds,
    ) -> Result<(), CertificateError> {
        if now < self.valid.start || span.end <= self.valid.start {
            Err(CertificateError::NotYetValid)
        } else if span.start >= self.valid.end {
            Err(CertificateError::Expired)
        } else {
            Ok(())
        }
    }
}

impl Deref for VerifiedPersona {
    type Target = AnonymousCertificate;

    fn deref(&self) -> &AnonymousCertificate {
        &self.certificate
    }
}

/// What a persona sends over the anonymous channel: her keys, a presentation with escrow and proof,
/// possession of her encapsulation key, her signature over all of it.
pub struct AnonymousRequest;

/// A request whose proofs hold. Whether its tag is new is the caller's to find out, in the
/// transaction that stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedAnonymousRequest {
    /// The presentation's tag.
    pub tag: Tag,
    /// The certificate to issue.
    pub certificate: AnonymousCertificate,
}

impl AnonymousRequest {
    /// Makes a request. **That `nonce` is used must be stored durably before it leaves.**
    ///
    /// # Errors
    /// [`CertificateError::Escrow`] if no presentation is left, [`CertificateError::Key`].
    pub fn create<R: CryptoRng + ?Sized>(
        rng: &mut R,
        keys: &PersonaKeys<'_>,
        epoch: &VerifiedEpoch,
        credential: &Credential,
        nonce: u16,
    ) -> Result<Vec<u8>, CertificateError> {
        let verification = keys.signing.verifying_key();
        let encapsulation = keys.decryption.encapsulation_key();
        let certification = epoch.certification(verification, encapsulation);
        let presentation = CertificationRequest::new(rng, credential, &certification, nonce)?;
        let mut writer = Writer::versioned(2048);
        writer.array(epoch.object().service_id.as_bytes());
        writer.u64(epoch.object().epoch);
        writer.array(&verification.to_bytes());
        writer.array(&encapsulation.to_bytes());
        writer.array(&keys.recovery_hash);
        writer.array(&presentation.to_bytes());
        let context = writer.as_slice().to_vec();
        prove(rng, keys.decryption, Label::AnonymousRequest, &context)?.encode(&mut writer);
        sign(writer, keys.signing, Label::AnonymousRequest)
    }

    /// Checks everything but the novelty of the tag.
    ///
    /// # Errors
    /// [`CertificateError`], which must not be told to whoever asked: all refusals look alike.
    pub fn verify(
        bytes: &[u8],
        epoch: &VerifiedEpoch,
        issuer: &IssuerKey,
    ) -> Result<VerifiedAnonymousRequest, CertificateError> {
        ReadAnonymousRequest::read(bytes, epoch)?.verify(epoch, issuer)
    }

    /// The epoch that bytes claim to be a request of. Nothing is checked.
    #[must_use]
    pub fn claimed_epoch(bytes: &[u8]) -> Option<u64> {
        let mut reader = Reader::versioned(bytes).ok()?;
        reader.take(ServiceId::LEN).ok()?;
        reader.u64().ok()
    }
}

/// A request that is one by its form and for this epoch. Checking it is the same work for every one
/// of a limit, whatever is wrong with it.
pub struct ReadAnonymousRequest {
    raw: Vec<u8>,
    /// Bytes before the proof of possession, and before the signature.
    lengths: [usize; 2],
    service_id: ServiceId,
    epoch: u64,
    verification: VerifyingKey,
    encapsulation: EncapsulationKey,
    recovery_hash: [u8; 32],
    presentation: CertificationRequest,
    possession: Possession,
}

impl ReadAnonymousRequest {
    /// Takes a request apart.
    ///
    /// # Errors
    /// [`CertificateError::Decode`], [`CertificateError::Escrow`] for a malformed presentation,
    /// [`CertificateError::WrongEpoch`].
    pub fn read(bytes: &[u8], epoch: &VerifiedEpoch) -> Result<Self, CertificateError> {
        let object = epoch.object();
        let mut reader = Reader::versioned(bytes)?;
        let service_id = ServiceId::from_bytes(reader.array()?);
        if service_id != object.service_id || reader.u64()? != object.epoch {
            return Err(CertificateError::WrongEpoch);
        }
        let verification = VerifyingKey::from_bytes(&reader.array::<33>()?)?;
        let encapsulation = EncapsulationKey::from_bytes(&reader.array::<33>()?)?;
        let recovery_hash = reader.array()?;
        let presentation = reader.take(CertificationRequest::len(object.limit))?;
        let presentation = CertificationRequest::from_bytes(presentation, object.limit)?;
        let before_possession = bytes.len() - reader.remaining();
        let possession = Possession::decode(&mut reader)?;
        let before_signature = bytes.len() - reader.remaining();
        reader.take(Signature::LEN)?;
        reader.finish()?;
        check_distinct(&[verification.point(), encapsulation.point()])?;
        Ok(Self {
            raw: bytes.to_vec(),
            lengths: [before_possession, before_signature],
            service_id,
            epoch: object.epoch,
            verification,
            encapsulation,
            recovery_hash,
            presentation,
            possession,
        })
    }

    /// Checks everything but the novelty of the tag, all of it also when something is wrong.
    ///
    /// # Errors
    /// [`CertificateError`], as [`AnonymousRequest::verify`].
    pub fn verify(
        &self,
        epoch: &VerifiedEpoch,
        issuer: &IssuerKey,
    ) -> Result<VerifiedAnonymousRequest, CertificateError> {
        let [before_possession, before_signature] = self.lengths;
        let mut reader = Reader::new(&self.raw);
        reader.take(before_signature)?;
        let keys = (&self.verification, &self.encapsulation);
        let (context, label) = (&self.raw[..before_possession], Label::AnonymousRequest);
        let signed = check_signature(&self.raw, reader, keys.0, label);
        let possessed = check_proof(&self.possession, keys.1, label, context);
        let shown = self.presentation.verify(issuer, &epoch.certification(keys.0, keys.1));
        signed.and(possessed)?;
        let shown = shown?;
        Ok(VerifiedAnonymousRequest {
            tag: shown.tag,
            certificate: AnonymousCertificate {
                service_id: self.service_id,
                epoch: self.epoch,
                verification: self.verification.clone(),
                encapsulation: self.encapsulation,
                recovery_hash: self.recovery_hash,
                escrow: shown.escrow,
                proof: shown.proof,
            },
        })
    }
}

#[cfg(test)]
mod tests;
