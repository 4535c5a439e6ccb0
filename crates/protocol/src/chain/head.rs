//! Heads: where every device's chain of one compartment stands, signed and dated.

use crate::codec::{DecodeError, Reader, VERSION, Writer};
use crate::domain::{Label, UnixSeconds};
use crate::ids::{CompartmentId, DeviceId, EpochId, PersonaId};
use crate::statement::{Signed, Statement};

use super::RecordHeader;

/// Why a head cannot take a header, or does not follow another head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadError {
    /// Another persona or compartment.
    #[error("another persona or compartment")]
    Foreign,
    /// The header is not next in its device's chain.
    #[error("the header is not next in its chain")]
    NotNext,
    /// The header's epoch is not the head's current one.
    #[error("the header's key epoch is not open")]
    EpochNotOpen,
    /// The epoch was open before; an epoch is never reopened.
    #[error("the key epoch was used before")]
    EpochReused,
    /// The head lacks something the older one had, or its date goes back.
    #[error("the head does not extend the older one")]
    NotAnExtension,
    /// Too many devices or epochs.
    #[error("too many devices or key epochs")]
    TooMany,
}

impl HeadError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Foreign => "head-foreign",
            Self::NotNext => "head-not-next",
            Self::EpochNotOpen => "head-epoch-not-open",
            Self::EpochReused => "head-epoch-reused",
            Self::NotAnExtension => "head-not-an-extension",
            Self::TooMany => "head-too-many",
        }
    }
}

/// The records one device wrote under one key epoch: positions from the previous span's end
/// (or 0) up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The key epoch.
    pub epoch: EpochId,
    /// One past the last position.
    pub end: u64,
    /// Hash of the header at `end - 1`.
    pub hash: [u8; 32],
}

/// Where one device's chain stands: its spans, oldest first, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tip {
    /// The device.
    pub device: DeviceId,
    /// Its spans.
    pub spans: Vec<Span>,
}

impl Tip {
    /// How many records the device wrote in this compartment.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.spans.last().map_or(0, |span| span.end)
    }

    /// The hash of its newest header; zeros if there is none.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.spans.last().map_or([0; 32], |span| span.hash)
    }

    /// The first position of an epoch, the hash before it, and its span.
    #[must_use]
    pub fn span(&self, epoch: EpochId) -> Option<(u64, [u8; 32], Span)> {
        let index = self.spans.iter().position(|span| span.epoch == epoch)?;
        let (start, before) = match index.checked_sub(1).and_then(|i| self.spans.get(i)) {
            Some(previous) => (previous.end, previous.hash),
            None => (0, [0; 32]),
        };
        self.spans.get(index).map(|span| (start, before, *span))
    }

    /// Whether this tip has everything `older` had.
    fn extends(&self, older: &Self) -> bool {
        let Some((last, closed)) = older.spans.split_last() else { return true };
        let Some(current) = self.spans.get(closed.len()) else { return false };
        let grown = current.end > last.end || current == last;
        self.spans.starts_with(closed) && current.epoch == last.epoch && grown
    }
}

/// The state of one compartment: its open epoch and every device's tip, as of a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub persona: PersonaId,
    /// Which compartment.
    pub compartment: CompartmentId,
    /// The open key epoch.
    pub epoch: EpochId,
    /// When, by the persona's clock; never goes back.
    pub as_of: UnixSeconds,
    /// Every device's tip, by ascending device id.
    pub tips: Vec<Tip>,
}

/// A head with its persona's signature.
pub type SignedHead = Signed<Head>;

impl Head {
    /// Most devices in a head.
    pub const MAX_DEVICES: usize = 64;
    /// Most key epochs of one device in a head.
    pub const MAX_SPANS: usize = 4096;

    /// The head of a compartment without records.
    #[must_use]
    pub const fn empty(
        persona: PersonaId,
        compartment: CompartmentId,
        epoch: EpochId,
        as_of: UnixSeconds,
    ) -> Self {
        Self { persona, compartment, epoch, as_of, tips: Vec::new() }
    }

    /// A device's tip.
    #[must_use]
    pub fn tip(&self, device: DeviceId) -> Option<&Tip> {
        self.tips.iter().find(|tip| tip.device == device)
    }

    /// Position and previous hash of the next header a device writes.
    #[must_use]
    pub fn next_place(&self, device: DeviceId) -> (u64, [u8; 32]) {
        self.tip(device).map_or((0, [0; 32]), |tip| (tip.count(), tip.hash()))
    }

    /// How many records there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.tips.iter().map(Tip::count).fold(0, u64::saturating_add)
    }

    /// Takes in the next header of a device's chain.
    ///
    /// # Errors
    /// [`HeadError`]; the head is then unchanged.
    pub fn append(&mut self, header: &RecordHeader) -> Result<(), HeadError> {
        if (header.persona, header.compartment) != (self.persona, self.compartment) {
            return Err(HeadError::Foreign);
        }
        if header.epoch != self.epoch {
            return Err(HeadError::EpochNotOpen);
        }
        if (header.position, header.previous) != self.next_place(header.device) {
            return Err(HeadError::NotNext);
        }
        let end = header.position.checked_add(1).ok_or(HeadError::TooMany)?;
        let span = Span { epoch: header.epoch, end, hash: header.hash() };
        match self.tips.binary_search_by_key(&header.device, |tip| tip.device) {
            Ok(index) => Self::grow(&mut self.tips[index].spans, span),
            Err(_) if self.tips.len() >= Self::MAX_DEVICES => Err(HeadError::TooMany),
            Err(index) => {
                self.tips.insert(index, Tip { device: header.device, spans: vec![span] });
                Ok(())
            }
        }
    }

    fn grow(spans: &mut Vec<Span>, span: Span) -> Result<(), HeadError> {
        let count = spans.len();
        match spans.last_mut() {
            Some(last) if last.epoch == span.epoch => *last = span,
            _ if count >= Self::MAX_SPANS => return Err(HeadError::TooMany),
            _ => spans.push(span),
        }
        Ok(())
    }

    /// Opens a new key epoch; the one before is closed for good.
    ///
    /// # Errors
    /// [`HeadError::EpochReused`] if the epoch is or was this compartment's.
    pub fn open_epoch(&mut self, epoch: EpochId) -> Result<(), HeadError> {
        let used = self.tips.iter().flat_map(|tip| &tip.spans).any(|span| span.epoch == epoch);
        if used || epoch == self.epoch {
            return Err(HeadError::EpochReused);
        }
        self.epoch = epoch;
        Ok(())
    }

    /// Moves the date forward; a clock set back does not move it.
    pub fn advance_time(&mut self, now: UnixSeconds) {
        self.as_of = self.as_of.max(now);
    }

    /// Checks that this head has everything `older` had, and more or the same.
    ///
    /// # Errors
    /// [`HeadError::Foreign`], [`HeadError::NotAnExtension`].
    pub fn extends(&self, older: &Self) -> Result<(), HeadError> {
        if (self.persona, self.compartment) != (older.persona, older.compartment) {
            return Err(HeadError::Foreign);
        }
        let grown =
            older.tips.iter().all(|old| self.tip(old.device).is_some_and(|new| new.extends(old)));
        if grown && self.as_of >= older.as_of { Ok(()) } else { Err(HeadError::NotAnExtension) }
    }
}

impl Statement for Head {
    const LABEL: Label = Label::Head;

    fn encode(&self, writer: &mut Writer) {
        writer.u8(VERSION);
        writer.array(self.persona.as_bytes());
        writer.array(self.compartment.as_bytes());
        writer.array(self.epoch.as_bytes());
        writer.u64(self.as_of);
        writer.count16(self.tips.len());
        for tip in &self.tips {
            writer.array(tip.device.as_bytes());
            writer.count16(tip.spans.len());
            for span in &tip.spans {
                writer.array(span.epoch.as_bytes());
                writer.u64(span.end);
                writer.array(&span.hash);
            }
        }
    }

    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.version()?;
        let mut head = Self::empty(
            PersonaId::from_bytes(reader.array()?),
            CompartmentId::from_bytes(reader.array()?),
            EpochId::from_bytes(reader.array()?),
            reader.u64()?,
        );
        for _ in 0..reader.count16(Self::MAX_DEVICES)? {
            let device = DeviceId::from_bytes(reader.array()?);
            let mut spans = Vec::new();
            for _ in 0..reader.count16(Self::MAX_SPANS)? {
                let epoch = EpochId::from_bytes(reader.array()?);
                spans.push(Span { epoch, end: reader.u64()?, hash: reader.array()? });
            }
            let tip = Tip { device, spans };
            check_tip(&tip)?;
            head.tips.push(tip);
        }
        if head.tips.is_sorted_by(|a, b| a.device < b.device) {
            Ok(head)
        } else {
            Err(DecodeError::NotCanonical)
        }
    }

    fn signer(&self) -> Option<PersonaId> {
        Some(self.persona)
    }
}

/// Spans are not empty, grow, and name each epoch once.
fn check_tip(tip: &Tip) -> Result<(), DecodeError> {
    let grows = tip.spans.first().is_some_and(|span| span.end > 0)
        && tip.spans.is_sorted_by(|a, b| a.end < b.end);
    let mut epochs: Vec<EpochId> = tip.spans.iter().map(|span| span.epoch).collect();
    epochs.sort_unstable();
    let distinct = epochs.is_sorted_by(|a, b| a < b);
    if grows && distinct { Ok(()) } else { Err(DecodeError::NotCanonical) }
}
