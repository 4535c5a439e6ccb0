//! SPEC §10. Chains: signed record headers, linked per compartment and device, and signed heads.
//!
//! A header's hash covers its capsule, so a chain cannot be relinked around a swapped capsule.
//! One chain per (compartment, device): devices never wait for each other, and a reader of one
//! compartment checks continuity without seeing others. The signed head merges the devices.

mod head;
mod verify;

use core::ops::Deref;

use subtle::ConstantTimeEq;

pub use head::{Head, HeadError, SignedHead, Span, Tip};
pub use verify::{ChainError, ChainVerifier, SeenHead};

use crate::capsule::{Capsule, CompartmentEpoch};
use crate::codec::{DecodeError, Reader, VERSION, Writer};
use crate::domain::Label;
use crate::hash;
use crate::ids::{CompartmentId, DeviceId, EpochId, PersonaId, RecordId};
use crate::payload;
use crate::statement::{Signed, Statement};

/// Everything in a record header but the capsule: what the capsule's tag binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderCore {
    /// Whose record.
    pub persona: PersonaId,
    /// In which compartment.
    pub compartment: CompartmentId,
    /// Under which key epoch.
    pub epoch: EpochId,
    /// Which record.
    pub record_id: RecordId,
    /// Written by which device.
    pub device: DeviceId,
    /// Position in the chain of this compartment and device, from 0.
    pub position: u64,
    /// Hash of the header before it in this chain; zeros at position 0.
    pub previous: [u8; 32],
    /// SHA-256 of the sealed payload.
    pub ciphertext_hash: [u8; 32],
    /// Length of the sealed payload in bytes.
    pub ciphertext_len: u64,
}

impl HeaderCore {
    /// Encoded size in bytes, version byte included.
    pub const LEN: usize = 1 + 32 + 16 * 4 + 8 + 32 + 32 + 8;

    /// The compartment-epoch.
    #[must_use]
    pub const fn place(&self) -> CompartmentEpoch {
        CompartmentEpoch { persona: self.persona, compartment: self.compartment, epoch: self.epoch }
    }

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(Self::LEN);
        self.encode(&mut writer);
        writer.into_vec()
    }

    fn encode(&self, writer: &mut Writer) {
        writer.u8(VERSION);
        writer.array(self.persona.as_bytes());
        writer.array(self.compartment.as_bytes());
        writer.array(self.epoch.as_bytes());
        writer.array(self.record_id.as_bytes());
        writer.array(self.device.as_bytes());
        writer.u64(self.position);
        writer.array(&self.previous);
        writer.array(&self.ciphertext_hash);
        writer.u64(self.ciphertext_len);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let core = Self {
            persona: PersonaId::from_bytes(reader.array()?),
            compartment: CompartmentId::from_bytes(reader.array()?),
            epoch: EpochId::from_bytes(reader.array()?),
            record_id: RecordId::from_bytes(reader.array()?),
            device: DeviceId::from_bytes(reader.array()?),
            position: reader.u64()?,
            previous: reader.array()?,
            ciphertext_hash: reader.array()?,
            ciphertext_len: reader.u64()?,
        };
        let first = core.position == 0;
        if first != (core.previous == [0; 32]) {
            return Err(DecodeError::NotCanonical);
        }
        Ok(core)
    }
}

/// A record header: the core and the capsule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// What the capsule's tag binds.
    pub core: HeaderCore,
    /// The encapsulated content key.
    pub capsule: Capsule,
}

/// A record header with its persona's signature.
pub type SignedHeader = Signed<RecordHeader>;

impl RecordHeader {
    /// Encoded size in bytes, without signature.
    pub const LEN: usize = HeaderCore::LEN + Capsule::LEN;

    /// The hash by which the next header of the chain refers to this one.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash::labelled(Label::HeaderHash, &[&self.statement_bytes()])
    }

    /// Checks that a sealed payload is the one this header names.
    ///
    /// # Errors
    /// [`ChainError::WrongPayload`].
    pub fn check_payload(&self, sealed: &[u8]) -> Result<(), ChainError> {
        let same_len = sealed.len() as u64 == self.core.ciphertext_len;
        let hash = payload::ciphertext_hash(sealed);
        if same_len && bool::from(hash.ct_eq(&self.core.ciphertext_hash)) {
            Ok(())
        } else {
            Err(ChainError::WrongPayload)
        }
    }
}

impl Deref for RecordHeader {
    type Target = HeaderCore;

    fn deref(&self) -> &HeaderCore {
        &self.core
    }
}

impl Statement for RecordHeader {
    const LABEL: Label = Label::RecordHeader;

    fn encode(&self, writer: &mut Writer) {
        self.core.encode(writer);
        self.capsule.encode(writer);
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { core: HeaderCore::decode(reader)?, capsule: Capsule::decode(reader)? })
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(self.core.persona)
    }
}
