//! SPEC §2. The byte format: big-endian, length-prefixed, one encoding per value.
//!
//! A [`Reader`] never allocates more than the input holds, refuses what exceeds the caller's
//! limit and, by [`Reader::finish`], anything left over.

/// The version byte in front of every encoded object of this protocol.
pub const VERSION: u8 = 1;

/// Why bytes are not an encoding of the expected object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The input ends too early.
    #[error("the input ends too early")]
    Truncated,
    /// Bytes follow the object.
    #[error("bytes follow the object")]
    TrailingBytes,
    /// The version byte is not known.
    #[error("unknown version")]
    UnknownVersion,
    /// A type or kind byte is not known here.
    #[error("unknown type")]
    UnknownType,
    /// A length or count exceeds its limit.
    #[error("a length exceeds its limit")]
    TooLong,
    /// Text is not UTF-8 or contains control characters.
    #[error("text is not printable UTF-8")]
    NotText,
    /// A point is not canonical, not on the curve, or the identity.
    #[error("not a valid point")]
    NotAPoint,
    /// A scalar is zero or not below the group order.
    #[error("not a valid scalar")]
    NotAScalar,
    /// The value has another, canonical encoding, or breaks a rule of its type.
    #[error("not the canonical encoding of a valid value")]
    NotCanonical,
}

impl DecodeError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "decode-truncated",
            Self::TrailingBytes => "decode-trailing-bytes",
            Self::UnknownVersion => "decode-unknown-version",
            Self::UnknownType => "decode-unknown-type",
            Self::TooLong => "decode-too-long",
            Self::NotText => "decode-not-text",
            Self::NotAPoint => "decode-not-a-point",
            Self::NotAScalar => "decode-not-a-scalar",
            Self::NotCanonical => "decode-not-canonical",
        }
    }
}

/// Builds an encoding. Lengths that do not fit their prefix saturate the prefix and are then
/// refused by every reader; the types of this crate check their limits before encoding.
#[derive(Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self { out: Vec::new() }
    }

    /// A writer with room for `bytes`.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    /// A writer that begins with the version byte.
    #[must_use]
    pub fn versioned(bytes: usize) -> Self {
        let mut writer = Self::with_capacity(bytes);
        writer.u8(VERSION);
        writer
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// Two bytes, big-endian.
    pub fn u16(&mut self, value: u16) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// Four bytes, big-endian.
    pub fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// Eight bytes, big-endian.
    pub fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// Bytes of a length the reader knows.
    pub fn array(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// A count of at most 65 535 items that follow.
    pub fn count16(&mut self, count: usize) {
        self.u16(u16::try_from(count).unwrap_or(u16::MAX));
    }

    /// Up to 65 535 bytes behind a two-byte length.
    pub fn bytes16(&mut self, bytes: &[u8]) {
        self.count16(bytes.len());
        self.array(bytes);
    }

    /// Up to 2³²−1 bytes behind a four-byte length.
    pub fn bytes32(&mut self, bytes: &[u8]) {
        self.u32(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.array(bytes);
    }

    /// UTF-8 text behind a two-byte length.
    pub fn text(&mut self, text: &str) {
        self.bytes16(text.as_bytes());
    }

    /// The bytes written so far.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.out
    }

    /// The finished encoding.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.out
    }
}

/// Reads an encoding; every method fails rather than guess.
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads from `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Reads from `bytes`, which must begin with the version byte.
    ///
    /// # Errors
    /// [`DecodeError::UnknownVersion`], or truncated.
    pub fn versioned(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Self::new(bytes);
        reader.version()?;
        Ok(reader)
    }

    /// Takes the version byte.
    ///
    /// # Errors
    /// [`DecodeError::UnknownVersion`], or truncated.
    pub fn version(&mut self) -> Result<(), DecodeError> {
        if self.u8()? == VERSION { Ok(()) } else { Err(DecodeError::UnknownVersion) }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Takes `len` bytes.
    ///
    /// # Errors
    /// Truncated.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        let (head, tail) = self.rest.split_at_checked(len).ok_or(DecodeError::Truncated)?;
        self.rest = tail;
        Ok(head)
    }

    /// Takes `N` bytes.
    ///
    /// # Errors
    /// Truncated.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (head, tail) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.rest = tail;
        Ok(*head)
    }

    /// Takes one byte.
    ///
    /// # Errors
    /// Truncated.
    pub fn u8(&mut self) -> Result<u8, DecodeError> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Takes two bytes, big-endian.
    ///
    /// # Errors
    /// Truncated.
    pub fn u16(&mut self) -> Result<u16, DecodeError> {
        self.array().map(u16::from_be_bytes)
    }

    /// Takes four bytes, big-endian.
    ///
    /// # Errors
    /// Truncated.
    pub fn u32(&mut self) -> Result<u32, DecodeError> {
        self.array().map(u32::from_be_bytes)
    }

    /// Takes eight bytes, big-endian.
    ///
    /// # Errors
    /// Truncated.
    pub fn u64(&mut self) -> Result<u64, DecodeError> {
        self.array().map(u64::from_be_bytes)
    }

    /// Takes a byte that is 0 or 1.
    ///
    /// # Errors
    /// Truncated, or not canonical.
    pub fn flag(&mut self) -> Result<bool, DecodeError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(DecodeError::NotCanonical),
        }
    }

    /// Takes a two-byte count of at most `max`.
    ///
    /// # Errors
    /// Truncated, or too long.
    pub fn count16(&mut self, max: usize) -> Result<usize, DecodeError> {
        let count = usize::from(self.u16()?);
        if count <= max { Ok(count) } else { Err(DecodeError::TooLong) }
    }

    /// Takes at most `max` bytes behind a two-byte length.
    ///
    /// # Errors
    /// Truncated, or too long.
    pub fn bytes16(&mut self, max: usize) -> Result<&'a [u8], DecodeError> {
        let len = self.count16(max)?;
        self.take(len)
    }

    /// Takes at most `max` bytes behind a four-byte length.
    ///
    /// # Errors
    /// Truncated, or too long.
    pub fn bytes32(&mut self, max: usize) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(self.u32()?).map_err(|_| DecodeError::TooLong)?;
        if len > max {
            return Err(DecodeError::TooLong);
        }
        self.take(len)
    }

    /// Takes at most `max` bytes of printable UTF-8 behind a two-byte length.
    ///
    /// # Errors
    /// Truncated, too long, or not text.
    pub fn text(&mut self, max: usize) -> Result<String, DecodeError> {
        let text = str::from_utf8(self.bytes16(max)?).map_err(|_| DecodeError::NotText)?;
        if is_printable(text) { Ok(text.to_owned()) } else { Err(DecodeError::NotText) }
    }

    /// All that is left, for a decoder that ends the object.
    #[must_use]
    pub(crate) const fn rest(self) -> &'a [u8] {
        self.rest
    }

    /// Ends reading.
    ///
    /// # Errors
    /// [`DecodeError::TrailingBytes`] if anything is left.
    pub const fn finish(self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }
}

/// Whether text may stand in a signed object: no control characters and no bidirectional
/// overrides, by which one name can be made to look like another.
#[must_use]
pub fn is_printable(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    })
}
