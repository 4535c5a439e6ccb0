//! SPEC §11. Grants: compartment-epochs given to one doctor until an expiry.
//!
//! `d = H2S(x(xA·B), grant id ‖ persona key ‖ H(doctor certificate) ‖ B ‖ XA ‖ compartment ‖
//! epoch)` and `rk = a·d⁻¹`. The relay gets `rk`; the doctor, who knows `b`, gets `d` from the
//! signed grant. Leaving any of the context out lets one granted compartment open another
//! (tests/collusion.rs carries that out).

mod inbox;
mod message;

use zeroize::Zeroizing;

pub use inbox::{GrantInbox, InboxOutcome};
pub use message::{GrantMessage, GrantMessageError, OpenedGrant};

use crate::capsule::{CompartmentEpoch, DelegatingKey};
use crate::certificate::{VerifiedClinician, VerifiedPersona};
use crate::codec::{DecodeError, Reader, VERSION, Writer};
use crate::curve::{CurveError, Point, Scalar, SharedX, hash_to_scalar, x_only};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{CertificateHash, CompartmentId, EpochId, GrantId, PersonaId};
use crate::keys::{DecryptionKey, KeyError, MasterSecret, SigningKey, VerifyingKey};
use crate::statement::{Signed, Statement, StatementError, Verified};

/// Why a grant was not made or not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GrantError {
    /// The signed statement is not valid.
    #[error("the grant is not validly signed: {0}")]
    Statement(#[from] StatementError),
    /// The grant names another persona than the certificate.
    #[error("the grant is another persona's")]
    WrongPersona,
    /// The grant is for another doctor's certificate, or the key is not the certificate's.
    #[error("the grant is for another doctor")]
    WrongDoctor,
    /// A delegating key of another persona.
    #[error("a delegating key of another persona")]
    WrongKey,
    /// No entry, an entry twice, too many, or an empty validity.
    #[error("the grant is empty, repeats an entry, or has no validity")]
    Malformed,
    /// The grant has ended or not begun.
    #[error("the grant is not valid at this time")]
    NotLive,
    /// A key or point was refused.
    #[error("curve operation failed: {0}")]
    Curve(#[from] CurveError),
}

impl GrantError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Statement(error) => error.code(),
            Self::WrongPersona => "grant-wrong-persona",
            Self::WrongDoctor => "grant-wrong-doctor",
            Self::WrongKey => "grant-wrong-key",
            Self::Malformed => "grant-malformed",
            Self::NotLive => "grant-not-live",
            Self::Curve(error) => error.code(),
        }
    }
}

impl From<KeyError> for GrantError {
    fn from(error: KeyError) -> Self {
        Self::Statement(StatementError::Key(error))
    }
}

/// One granted compartment-epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantEntry {
    /// The compartment.
    pub compartment: CompartmentId,
    /// The key epoch.
    pub epoch: EpochId,
}

/// What a persona grants, to whom, until when. Each revision lists all entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantStatement {
    /// The grant.
    pub grant_id: GrantId,
    /// Grows with every change; the highest counts.
    pub revision: u32,
    /// Who grants.
    pub persona: PersonaId,
    /// The persona's verification key, of which `persona` is the hash.
    pub persona_key: Point,
    /// To whom: the hash of the doctor's certificate.
    pub doctor: CertificateHash,
    /// `XA = xA·G`.
    pub xa: Point,
    /// What, strictly ascending.
    pub entries: Vec<GrantEntry>,
    /// From when.
    pub not_before: UnixSeconds,
    /// Until when; at this second it has ended.
    pub expiry: UnixSeconds,
}

/// A grant with its persona's signature.
pub type SignedGrant = Signed<GrantStatement>;

impl GrantStatement {
    /// Most entries in a grant.
    pub const MAX_ENTRIES: usize = 4096;

    /// Whether the grant holds at a time.
    #[must_use]
    pub const fn is_live(&self, now: UnixSeconds) -> bool {
        self.not_before <= now && now < self.expiry
    }

    /// Whether the grant covers a compartment-epoch.
    #[must_use]
    pub fn covers(&self, compartment: CompartmentId, epoch: EpochId) -> bool {
        self.entries.binary_search(&GrantEntry { compartment, epoch }).is_ok()
    }

    fn check(&self) -> Result<(), DecodeError> {
        let entries = !self.entries.is_empty()
            && self.entries.len() <= Self::MAX_ENTRIES
            && self.entries.is_sorted_by(|a, b| a < b);
        let key = VerifyingKey::from_point(self.persona_key).map_err(|_| DecodeError::NotAPoint)?;
        let named = PersonaId::of(&key) == self.persona;
        if entries && named && self.not_before < self.expiry {
            Ok(())
        } else {
            Err(DecodeError::NotCanonical)
        }
    }
}

impl Statement for GrantStatement {
    const LABEL: Label = Label::Grant;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(VERSION);
        writer.array(self.grant_id.as_bytes());
        writer.u32(self.revision);
        writer.array(self.persona.as_bytes());
        writer.array(self.persona_key.as_bytes());
        writer.array(self.doctor.as_bytes());
        writer.array(self.xa.as_bytes());
        writer.count16(self.entries.len());
        for entry in &self.entries {
            writer.array(entry.compartment.as_bytes());
            writer.array(entry.epoch.as_bytes());
        }
        writer.u64(self.not_before);
        writer.u64(self.expiry);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let grant_id = GrantId::from_bytes(reader.array()?);
        let revision = reader.u32()?;
        let persona = PersonaId::from_bytes(reader.array()?);
        let persona_key = Point::from_bytes(&reader.array::<33>()?)?;
        let doctor = CertificateHash::from_bytes(reader.array()?);
        let xa = Point::from_bytes(&reader.array::<33>()?)?;
        let mut entries = Vec::new();
        for _ in 0..reader.count16(Self::MAX_ENTRIES)? {
            let compartment = CompartmentId::from_bytes(reader.array()?);
            entries.push(GrantEntry { compartment, epoch: EpochId::from_bytes(reader.array()?) });
        }
        let (not_before, expiry) = (reader.u64()?, reader.u64()?);
        let statement = Self {
            grant_id,
            revision,
            persona,
            persona_key,
            doctor,
            xa,
            entries,
            not_before,
            expiry,
        };
        statement.check()?;
        Ok(statement)
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(self.persona)
    }
}

/// A relay's half of a grant entry: `rk = a·d⁻¹`. Overwritten when dropped.
pub struct ReEncryptionKey(pub(crate) Scalar);

impl ReEncryptionKey {
    /// Encoded size in bytes.
    pub const LEN: usize = 32;

    /// The 32 bytes, for the relay's encrypted store. Secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.expose_secret()
    }

    /// Decodes 32 bytes.
    ///
    /// # Errors
    /// [`DecodeError::NotAScalar`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, DecodeError> {
        Scalar::from_bytes(bytes).map(Self)
    }
}

/// A doctor's half of a grant entry: `d`, and what it opens. Overwritten when dropped.
pub struct OpeningKey {
    pub(crate) d: Scalar,
    pub(crate) place: CompartmentEpoch,
    grant_id: GrantId,
}

impl OpeningKey {
    /// What the key opens.
    #[must_use]
    pub const fn place(&self) -> CompartmentEpoch {
        self.place
    }

    /// By which grant.
    #[must_use]
    pub const fn grant_id(&self) -> GrantId {
        self.grant_id
    }
}

/// The context every entry key of one grant is bound to.
struct GrantContext {
    grant_id: GrantId,
    persona_key: Point,
    doctor: CertificateHash,
    grant_key: Point,
    xa: Point,
}

impl GrantContext {
    /// `d` of one entry.
    fn entry_key(&self, shared: &SharedX, entry: &GrantEntry) -> Scalar {
        hash_to_scalar(
            Label::GrantEntry,
            &[
                shared.expose_secret(),
                self.grant_id.as_bytes(),
                self.persona_key.as_bytes(),
                self.doctor.as_bytes(),
                self.grant_key.as_bytes(),
                self.xa.as_bytes(),
                entry.compartment.as_bytes(),
                entry.epoch.as_bytes(),
            ],
        )
    }
}

/// Makes a grant, or a higher revision of one.
///
/// `xA` is derived from the master secret, grant id, persona and doctor: fresh per grant because
/// the grant id is random, the same for every revision, and nothing to store or to lose.
pub struct GrantBuilder<'a> {
    xa: Scalar,
    context: GrantContext,
    persona: PersonaId,
    revision: u32,
    validity: (UnixSeconds, UnixSeconds),
    keys: Vec<&'a DelegatingKey>,
}

impl<'a> GrantBuilder<'a> {
    /// Begins revision 0 of a grant from a persona to a doctor.
    ///
    /// # Errors
    /// [`GrantError::Curve`] if the backend fails.
    pub fn new(
        master: &MasterSecret,
        persona: &VerifiedPersona,
        doctor: &VerifiedClinician,
        grant_id: GrantId,
    ) -> Result<Self, GrantError> {
        let mut seed = Vec::with_capacity(16 + 32 + 32);
        seed.extend_from_slice(grant_id.as_bytes());
        seed.extend_from_slice(persona.id().as_bytes());
        seed.extend_from_slice(doctor.hash().as_bytes());
        let xa = master.derive_scalar(Label::GrantEphemeral, &seed);
        let context = GrantContext {
            grant_id,
            persona_key: *persona.verification.point(),
            doctor: doctor.hash(),
            grant_key: *doctor.grant_key.point(),
            xa: xa.times_base()?,
        };
        let persona = persona.id();
        Ok(Self { xa, context, persona, revision: 0, validity: (0, 0), keys: Vec::new() })
    }

    /// Sets the revision.
    #[must_use]
    pub const fn revision(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }

    /// Sets the validity: from `not_before` until, not including, `expiry`.
    #[must_use]
    pub const fn valid(mut self, not_before: UnixSeconds, expiry: UnixSeconds) -> Self {
        self.validity = (not_before, expiry);
        self
    }

    /// Adds a compartment-epoch.
    #[must_use]
    pub fn entry(mut self, key: &'a DelegatingKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Signs the grant: the statement for the doctor, and one re-encryption key per entry for
    /// the relay, in the order of the statement's entries.
    ///
    /// # Errors
    /// [`GrantError::WrongKey`], [`GrantError::WrongPersona`], [`GrantError::Malformed`].
    pub fn sign(self, key: &SigningKey) -> Result<(SignedGrant, Vec<ReEncryptionKey>), GrantError> {
        if PersonaId::of(key.verifying_key()) != self.persona {
            return Err(GrantError::WrongPersona);
        }
        let (statement, keys) = self.keys()?;
        Ok((Signed::sign(key, statement)?, keys))
    }

    /// The statement, not yet signed, and the re-encryption keys. For benchmarks that count the
    /// signature apart; [`Self::sign`] is what makes a grant.
    ///
    /// # Errors
    /// [`GrantError::WrongKey`], [`GrantError::Malformed`].
    pub fn keys(mut self) -> Result<(GrantStatement, Vec<ReEncryptionKey>), GrantError> {
        if self.keys.iter().any(|key| key.place().persona != self.persona) {
            return Err(GrantError::WrongKey);
        }
        self.keys.sort_unstable_by_key(|key| key.place());
        let shared = x_only(&self.xa, &self.context.grant_key)?;
        let mut entries = Vec::with_capacity(self.keys.len());
        let mut keys = Vec::with_capacity(self.keys.len());
        for key in &self.keys {
            let CompartmentEpoch { compartment, epoch, .. } = key.place();
            let entry = GrantEntry { compartment, epoch };
            keys.push(ReEncryptionKey(key.over(&self.context.entry_key(&shared, &entry))));
            entries.push(entry);
        }
        let statement = GrantStatement {
            grant_id: self.context.grant_id,
            revision: self.revision,
            persona: self.persona,
            persona_key: self.context.persona_key,
            doctor: self.context.doctor,
            xa: self.context.xa,
            entries,
            not_before: self.validity.0,
            expiry: self.validity.1,
        };
        statement.check().map_err(|_| GrantError::Malformed)?;
        Ok((statement, keys))
    }
}

/// A grant this doctor has checked: signed by the persona, for her own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedGrant {
    grant: Verified<GrantStatement>,
    grant_key: Point,
}

impl VerifiedGrant {
    /// Checks a grant before any key agreement: the persona's signature, that it names this
    /// doctor's certificate, and that it is live.
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn verify(
        signed: SignedGrant,
        persona: &VerifiedPersona,
        own: &VerifiedClinician,
        now: UnixSeconds,
    ) -> Result<Self, GrantError> {
        let verified = Self::verify_any_time(signed, persona, own)?;
        if verified.grant.is_live(now) { Ok(verified) } else { Err(GrantError::NotLive) }
    }

    /// [`Self::verify`] without regard to time, for showing that a grant has ended.
    ///
    /// # Errors
    /// [`GrantError`].
    pub fn verify_any_time(
        signed: SignedGrant,
        persona: &VerifiedPersona,
        own: &VerifiedClinician,
    ) -> Result<Self, GrantError> {
        if signed.unverified().persona != persona.id() {
            return Err(GrantError::WrongPersona);
        }
        if signed.unverified().doctor != own.hash() {
            return Err(GrantError::WrongDoctor);
        }
        let grant = signed.verify(&persona.verification)?;
        Ok(Self { grant, grant_key: *own.grant_key.point() })
    }

    /// The grant.
    #[must_use]
    pub fn statement(&self) -> &GrantStatement {
        &self.grant
    }

    /// The grant with its signature.
    #[must_use]
    pub const fn signed(&self) -> &SignedGrant {
        self.grant.signed()
    }

    /// The opening keys, one per entry and in that order, from the doctor's grant key: one
    /// Diffie–Hellman and one hash per entry.
    ///
    /// # Errors
    /// [`GrantError::WrongDoctor`] if the key is not the certificate's.
    pub fn opening_keys(&self, key: &DecryptionKey) -> Result<Vec<OpeningKey>, GrantError> {
        if *key.encapsulation_key().point() != self.grant_key {
            return Err(GrantError::WrongDoctor);
        }
        let grant = self.statement();
        let context = GrantContext {
            grant_id: grant.grant_id,
            persona_key: grant.persona_key,
            doctor: grant.doctor,
            grant_key: self.grant_key,
            xa: grant.xa,
        };
        let shared = key.agree(&grant.xa)?;
        let opening = |entry: &GrantEntry| OpeningKey {
            d: context.entry_key(&shared, entry),
            place: CompartmentEpoch {
                persona: grant.persona,
                compartment: entry.compartment,
                epoch: entry.epoch,
            },
            grant_id: grant.grant_id,
        };
        Ok(grant.entries.iter().map(opening).collect())
    }
}
