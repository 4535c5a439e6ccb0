//! Verification of what a relay serves: continuity, completeness per granted epoch, no rollback.
//!
//! The limit, stated: a reader who never saw a newer head cannot tell that a validly signed older
//! one is old, except by its date.

use std::collections::BTreeMap;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::UnixSeconds;
use crate::ids::{DeviceId, EpochId};
use crate::statement::{Statement, Verified};

use super::head::{Head, HeadError};
use super::{RecordHeader, Tip};

/// Why what was served is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// A head or header of another persona or compartment.
    #[error("a record of another persona or compartment")]
    Foreign,
    /// The head lacks what this reader has already seen.
    #[error("older than what was already seen")]
    RolledBack,
    /// A header is missing before this one, or it stands twice.
    #[error("a record is missing, repeated or out of order")]
    Gap,
    /// A header does not continue the one before it, or is not the one the head names.
    #[error("a record was swapped")]
    Swapped,
    /// The header's epoch is not the one the head gives for its position.
    #[error("a record stands under another key epoch")]
    WrongEpoch,
    /// Records the head names were not served.
    #[error("records are missing at the end")]
    Incomplete,
    /// The payload is not the one the header names.
    #[error("the content is not the one that was signed")]
    WrongPayload,
}

impl ChainError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Foreign => "chain-foreign",
            Self::RolledBack => "chain-rolled-back",
            Self::Gap => "chain-gap",
            Self::Swapped => "chain-swapped",
            Self::WrongEpoch => "chain-wrong-epoch",
            Self::Incomplete => "chain-incomplete",
            Self::WrongPayload => "chain-wrong-payload",
        }
    }
}

/// What a reader remembers of a compartment: the newest head it has accepted, and how far it
/// has the records themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenHead {
    head: Head,
    read: BTreeMap<(DeviceId, EpochId), (u64, [u8; 32])>,
}

impl SeenHead {
    /// The date of the newest head seen.
    #[must_use]
    pub const fn as_of(&self) -> UnixSeconds {
        self.head.as_of
    }

    /// The newest head seen.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// The encoding, for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::with_capacity(256);
        self.head.encode(&mut writer);
        writer.count16(self.read.len());
        for ((device, epoch), (end, hash)) in &self.read {
            writer.array(device.as_bytes());
            writer.array(epoch.as_bytes());
            writer.u64(*end);
            writer.array(hash);
        }
        writer.into_vec()
    }

    /// Decodes; every byte must be used.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let head = Head::decode(&mut reader)?;
        let mut read = BTreeMap::new();
        let mut last = None;
        for _ in 0..reader.count16(usize::from(u16::MAX) - 1)? {
            let key = (DeviceId::from_bytes(reader.array()?), EpochId::from_bytes(reader.array()?));
            if last.replace(key) >= Some(key) {
                return Err(DecodeError::NotCanonical);
            }
            read.insert(key, (reader.u64()?, reader.array()?));
        }
        reader.finish()?;
        Ok(Self { head, read })
    }
}

/// Checks the headers of one compartment against its head.
pub struct ChainVerifier {
    head: Head,
    /// Per device and epoch: next position and the hash before it.
    read: BTreeMap<(DeviceId, EpochId), (u64, [u8; 32])>,
}

impl ChainVerifier {
    /// Begins with a verified head and what this reader has seen before. Headers already read
    /// need not come again.
    ///
    /// # Errors
    /// [`ChainError::Foreign`], [`ChainError::RolledBack`].
    pub fn new(head: &Verified<Head>, seen: Option<&SeenHead>) -> Result<Self, ChainError> {
        if let Some(seen) = seen {
            head.extends(&seen.head).map_err(|error| match error {
                HeadError::Foreign => ChainError::Foreign,
                _ => ChainError::RolledBack,
            })?;
        }
        let read = seen.map_or_else(BTreeMap::new, |seen| seen.read.clone());
        Ok(Self { head: (**head).clone(), read })
    }

    /// Like [`Self::new`], but reads every header again from the beginning, for a reader who
    /// no longer has the records but remembers the head.
    ///
    /// # Errors
    /// [`ChainError::Foreign`], [`ChainError::RolledBack`].
    pub fn from_start(head: &Verified<Head>, seen: Option<&SeenHead>) -> Result<Self, ChainError> {
        let mut verifier = Self::new(head, seen)?;
        verifier.read.clear();
        Ok(verifier)
    }

    /// Takes the next header of its device and epoch.
    ///
    /// # Errors
    /// [`ChainError`]; nothing of what was served is then to be shown.
    pub fn accept(&mut self, header: &Verified<RecordHeader>) -> Result<(), ChainError> {
        if (header.persona, header.compartment) != (self.head.persona, self.head.compartment) {
            return Err(ChainError::Foreign);
        }
        let tip = self.head.tip(header.device).ok_or(ChainError::Gap)?;
        let (start, before, span) = tip.span(header.epoch).ok_or(ChainError::WrongEpoch)?;
        let key = (header.device, header.epoch);
        let (next, previous) = self.read.get(&key).copied().unwrap_or((start, before));
        if header.position != next || header.position >= span.end {
            return Err(ChainError::Gap);
        }
        if header.previous != previous {
            return Err(ChainError::Swapped);
        }
        let hash = header.hash();
        if header.position + 1 == span.end && hash != span.hash {
            return Err(ChainError::Swapped);
        }
        self.read.insert(key, (next + 1, hash));
        Ok(())
    }

    /// Where to ask the relay to go on: per device, the first position not yet read of the
    /// given epochs.
    #[must_use]
    pub fn missing(&self, granted: &[EpochId]) -> Vec<(DeviceId, EpochId, u64)> {
        let mut missing = Vec::new();
        for tip in &self.head.tips {
            for epoch in granted {
                if let Some((next, _, end)) = self.progress(tip, *epoch)
                    && next < end
                {
                    missing.push((tip.device, *epoch, next));
                }
            }
        }
        missing
    }

    /// Ends: every record of the granted epochs that the head names must have been read.
    ///
    /// # Errors
    /// [`ChainError::Incomplete`], or [`ChainError::RolledBack`] if what was read earlier is
    /// not what the head names now.
    pub fn finish(self, granted: &[EpochId]) -> Result<SeenHead, ChainError> {
        for tip in &self.head.tips {
            for epoch in granted {
                let Some((next, hash, end)) = self.progress(tip, *epoch) else { continue };
                if next < end {
                    return Err(ChainError::Incomplete);
                }
                let named = tip.span(*epoch).map(|(_, _, span)| span.hash);
                if next > end || named != Some(hash) {
                    return Err(ChainError::RolledBack);
                }
            }
        }
        Ok(SeenHead { head: self.head, read: self.read })
    }

    /// Next position, the hash before it, and the end, of one device and epoch.
    fn progress(&self, tip: &Tip, epoch: EpochId) -> Option<(u64, [u8; 32], u64)> {
        let (start, before, span) = tip.span(epoch)?;
        let key = (tip.device, epoch);
        let (next, hash) = self.read.get(&key).copied().unwrap_or((start, before));
        Some((next, hash, span.end))
    }
}
