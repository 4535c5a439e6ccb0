//! SPEC §9. Capsules: a record's content key, encapsulated to a compartment's key epoch.
//!
//! `R = r·G`; `(k_wrap, k_tag) = HKDF(x(a·R), label ‖ R ‖ header core)`; the capsule is
//! `R ‖ (CEK ⊕ k_wrap) ‖ HMAC(k_tag, wrap ‖ H(CEK) ‖ header core)`. The owner knows `a` and `r`,
//! so both multiplications are of the base point and can be done ahead ([`PoolEntry`]).

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::chain::{HeaderCore, RecordHeader};
use crate::codec::{DecodeError, Reader, Writer};
use crate::curve::{Backend, CurveError, DefaultBackend, Point, Scalar, SharedX};
use crate::domain::Label;
use crate::hash;
use crate::hedge;
use crate::ids::{CompartmentId, EpochId, PersonaId, RecordId};
use crate::keys::MasterSecret;

/// Why a capsule was not made or not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CapsuleError {
    /// The key or pool entry belongs to another persona, compartment or key epoch.
    #[error("the key belongs to another persona, compartment or key epoch")]
    WrongContext,
    /// The tag does not verify: another key, record or header.
    #[error("the capsule does not open with this key")]
    WrongTag,
    /// The capsule's point is invalid.
    #[error("curve operation failed: {0}")]
    Curve(#[from] CurveError),
}

impl CapsuleError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::WrongContext => "capsule-wrong-context",
            Self::WrongTag => "capsule-wrong-tag",
            Self::Curve(error) => error.code(),
        }
    }
}

/// Persona, compartment and key epoch: the unit of access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CompartmentEpoch {
    /// Whose.
    pub persona: PersonaId,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// Which key epoch.
    pub epoch: EpochId,
}

impl CompartmentEpoch {
    fn to_bytes(self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(self.persona.as_bytes());
        bytes[32..48].copy_from_slice(self.compartment.as_bytes());
        bytes[48..].copy_from_slice(self.epoch.as_bytes());
        bytes
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            persona: PersonaId::from_bytes(reader.array()?),
            compartment: CompartmentId::from_bytes(reader.array()?),
            epoch: EpochId::from_bytes(reader.array()?),
        })
    }
}

/// The delegating key `a` of one persona, compartment and key epoch.
pub struct DelegatingKey {
    place: CompartmentEpoch,
    a: Scalar,
}

impl DelegatingKey {
    /// Derives the key; persona, compartment and the random epoch id enter, so keys of
    /// different epochs are not related.
    #[must_use]
    pub fn derive(
        master: &MasterSecret,
        persona: PersonaId,
        compartment: CompartmentId,
        epoch: EpochId,
    ) -> Self {
        let place = CompartmentEpoch { persona, compartment, epoch };
        Self { place, a: master.derive_scalar(Label::Delegating, &place.to_bytes()) }
    }

    /// What the key is for.
    #[must_use]
    pub const fn place(&self) -> CompartmentEpoch {
        self.place
    }

    /// `A = a·G`.
    ///
    /// # Errors
    /// [`CurveError`] if the backend fails.
    pub fn public(&self) -> Result<Point, CurveError> {
        self.a.times_base()
    }

    /// `a·d⁻¹`.
    pub(crate) fn over(&self, d: &Scalar) -> Scalar {
        self.a.times(&d.inverse())
    }
}

/// What can be computed before a record exists: `R` and `x(a·R)`. Used once, by value; delete
/// the stored copy durably before use.
pub struct PoolEntry {
    place: CompartmentEpoch,
    r: Point,
    shared: SharedX,
}

impl PoolEntry {
    /// Encoded size in bytes.
    pub const LEN: usize = 1 + 64 + 33 + 32;

    /// Computes an entry: two multiplications of the base point. The nonce is hedged with the
    /// delegating key.
    ///
    /// # Errors
    /// [`CurveError`] if the backend fails.
    pub fn prepare<R: CryptoRng + ?Sized>(
        rng: &mut R,
        key: &DelegatingKey,
    ) -> Result<Self, CurveError> {
        let secret = key.a.expose_secret();
        let nonce = hedge::scalar(rng, Label::HedgeCapsule, &secret, &[&key.place.to_bytes()]);
        let r = nonce.times_base()?;
        let product = key.a.times(&nonce).times_base()?;
        let mut x = [0; 32];
        x.copy_from_slice(&product.as_bytes()[1..]);
        Ok(Self { place: key.place, r, shared: SharedX::new(x) })
    }

    /// What the entry is for.
    #[must_use]
    pub const fn place(&self) -> CompartmentEpoch {
        self.place
    }

    /// The encoding, for the vault. Secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::versioned(Self::LEN);
        writer.array(&self.place.to_bytes());
        writer.array(self.r.as_bytes());
        writer.array(self.shared.expose_secret());
        Zeroizing::new(writer.into_vec())
    }

    /// Decodes an entry from the vault.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let place = CompartmentEpoch::decode(&mut reader)?;
        let r = Point::from_bytes(&reader.array::<33>()?)?;
        let shared = SharedX::new(reader.array()?);
        reader.finish()?;
        Ok(Self { place, r, shared })
    }
}

/// Entries ready for use, per compartment-epoch. In memory; the vault keeps the stored copies.
#[derive(Default)]
pub struct OfflinePool {
    entries: Vec<PoolEntry>,
}

impl OfflinePool {
    /// An empty pool.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new() }
    }

    /// Prepares entries until `target` are there for this key.
    ///
    /// # Errors
    /// [`CurveError`] if the backend fails.
    pub fn fill<R: CryptoRng + ?Sized>(
        &mut self,
        rng: &mut R,
        key: &DelegatingKey,
        target: usize,
    ) -> Result<(), CurveError> {
        for _ in self.len(key.place())..target {
            self.entries.push(PoolEntry::prepare(rng, key)?);
        }
        Ok(())
    }

    /// Adds an entry read from the vault.
    pub fn put(&mut self, entry: PoolEntry) {
        self.entries.push(entry);
    }

    /// Takes an entry out. The caller deletes its stored copy durably before sealing with it.
    pub fn take(&mut self, place: CompartmentEpoch) -> Option<PoolEntry> {
        let index = self.entries.iter().position(|entry| entry.place == place)?;
        Some(self.entries.swap_remove(index))
    }

    /// How many entries are ready for this compartment-epoch.
    #[must_use]
    pub fn len(&self, place: CompartmentEpoch) -> usize {
        self.entries.iter().filter(|entry| entry.place == place).count()
    }

    /// Drops the entries of a closed epoch.
    pub fn discard(&mut self, place: CompartmentEpoch) {
        self.entries.retain(|entry| entry.place != place);
    }
}

/// A content key that has not sealed anything yet. Sealing a payload turns it into a [`Cek`],
/// so one key cannot seal two payloads.
pub struct FreshCek(pub(crate) Zeroizing<[u8; 32]>);

impl FreshCek {
    /// A fresh key, hedged with the delegating key, the record id and a statement: the content
    /// or its hash, so that a cloned machine gets different keys for different content.
    pub fn generate<R: CryptoRng + ?Sized>(
        rng: &mut R,
        key: &DelegatingKey,
        record_id: &RecordId,
        statement: &[u8],
    ) -> Self {
        let secret = key.a.expose_secret();
        let statement = hash::sha256(statement);
        let parts: &[&[u8]] = &[&key.place.to_bytes(), record_id.as_bytes(), &statement];
        Self(hedge::bytes(rng, Label::HedgeContentKey, &secret, parts))
    }
}

/// The content key of a sealed payload: it can be encapsulated, and it opens.
pub struct Cek(pub(crate) Zeroizing<[u8; 32]>);

impl Cek {
    /// Whether two keys are the same, in constant time.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

/// An encapsulated content key: `R ‖ wrapped CEK ‖ tag`, 97 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capsule {
    /// `R = r·G`.
    pub r: Point,
    /// `CEK ⊕ k_wrap`.
    pub wrapped_cek: [u8; 32],
    /// `HMAC(k_tag, wrapped ‖ H(CEK) ‖ header core)`.
    pub tag: [u8; 32],
}

impl Capsule {
    /// Encoded size in bytes.
    pub const LEN: usize = 33 + 32 + 32;

    pub(crate) fn encode(&self, writer: &mut Writer) {
        writer.array(self.r.as_bytes());
        writer.array(&self.wrapped_cek);
        writer.array(&self.tag);
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let r = Point::from_bytes(&reader.array::<33>()?)?;
        Ok(Self { r, wrapped_cek: reader.array()?, tag: reader.array()? })
    }
}

/// `k_wrap ‖ k_tag`.
struct CapsuleKeys(Zeroizing<[u8; 64]>);

impl CapsuleKeys {
    fn derive(shared: &SharedX, r: &Point, core: &[u8]) -> Self {
        let mut keys = Zeroizing::new([0; 64]);
        let info: &[&[u8]] = &[r.as_bytes(), core];
        hash::derive_into(shared.expose_secret(), Label::Capsule, info, keys.as_mut_slice());
        Self(keys)
    }

    fn xor(&self, bytes: &[u8; 32]) -> [u8; 32] {
        core::array::from_fn(|i| bytes[i] ^ self.0[i])
    }

    fn tag(&self, wrapped: &[u8; 32], cek: &[u8; 32], core: &[u8]) -> [u8; 32] {
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&self.0[32..]);
        let cek_hash = Zeroizing::new(hash::labelled(Label::CapsuleCek, &[cek]));
        hash::mac(&key, &[wrapped, cek_hash.as_slice(), core])
    }
}

/// Encapsulates a content key for the record with this header core. Hashing and XOR only.
///
/// # Errors
/// [`CapsuleError::WrongContext`] if the entry is for another compartment-epoch.
pub fn seal(entry: PoolEntry, core: &HeaderCore, cek: &Cek) -> Result<Capsule, CapsuleError> {
    if entry.place != core.place() {
        return Err(CapsuleError::WrongContext);
    }
    let PoolEntry { r, shared, .. } = entry;
    let core = core.to_bytes();
    let keys = CapsuleKeys::derive(&shared, &r, &core);
    let wrapped_cek = keys.xor(&cek.0);
    Ok(Capsule { r, wrapped_cek, tag: keys.tag(&wrapped_cek, &cek.0, &core) })
}

/// Opens a record of one's own, from the delegating key.
///
/// # Errors
/// [`CapsuleError`].
pub fn open_own(key: &DelegatingKey, header: &RecordHeader) -> Result<Cek, CapsuleError> {
    if key.place != header.core.place() {
        return Err(CapsuleError::WrongContext);
    }
    let shared = DefaultBackend::import(&key.a)?.agree(header.capsule.r.unchecked())?;
    open_shared(&shared, header)
}

/// The last step of opening, the same for the owner and a doctor: unwrap, then let the tag decide.
pub(crate) fn open_shared(shared: &SharedX, header: &RecordHeader) -> Result<Cek, CapsuleError> {
    let core = header.core.to_bytes();
    let capsule = &header.capsule;
    let keys = CapsuleKeys::derive(shared, &capsule.r, &core);
    let cek = Cek(Zeroizing::new(keys.xor(&capsule.wrapped_cek)));
    let expected = keys.tag(&capsule.wrapped_cek, &cek.0, &core);
    if tags_match(&expected, &capsule.tag) { Ok(cek) } else { Err(CapsuleError::WrongTag) }
}

/// Whether two tags are the same, in constant time.
pub(crate) fn tags_match(expected: &[u8; 32], tag: &[u8; 32]) -> bool {
    expected.ct_eq(tag).into()
}
