//! How a backup lies in a file: a line that says what it is, then frames, one behind the other.
//!
//! A version is whole when its manifest's frame is: packs come first. A file that ends in the
//! middle of a frame is read up to the last whole manifest.

use crate::codec::{DecodeError, Reader, Writer};

/// The first bytes of a backup file.
pub const MAGIC: &[u8; 16] = b"KEYWARD-BACKUP1\n";
/// Bytes in front of every frame's content.
pub const FRAME_HEADER: usize = 1 + 1 + 16 + 8;

/// What a frame holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameKind {
    /// A sealed pack.
    Pack,
    /// A sealed manifest.
    Manifest,
}

/// What stands in front of a frame's content. Not authenticated: the manifest is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    /// What it holds.
    pub kind: FrameKind,
    /// Id of the pack; of a manifest the first 16 bytes of its hash.
    pub id: [u8; 16],
    /// Bytes that follow.
    pub len: u64,
}

impl FrameHeader {
    /// Longest content: the longest sealed pack and some.
    pub const MAX_LEN: u64 = 1 << 31;

    /// The encoding.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::versioned(FRAME_HEADER);
        writer.u8(match self.kind {
            FrameKind::Pack => 1,
            FrameKind::Manifest => 2,
        });
        writer.array(&self.id);
        writer.u64(self.len);
        writer.into_vec()
    }

    /// Decodes it.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let kind = match reader.u8()? {
            1 => FrameKind::Pack,
            2 => FrameKind::Manifest,
            _ => return Err(DecodeError::UnknownType),
        };
        let header = Self { kind, id: reader.array()?, len: reader.u64()? };
        reader.finish()?;
        if header.len == 0 || header.len > Self::MAX_LEN {
            return Err(DecodeError::TooLong);
        }
        Ok(header)
    }
}
