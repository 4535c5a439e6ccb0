//! Packs: rows that were written or deleted, sealed as one payload under a key of its own.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::capsule::{Cek, FreshCek};
use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::Label;
use crate::hash;
use crate::hedge;
use crate::ids::RecordId;
use crate::keys::SecretBytes32;
use crate::kit::KitPublic;
use crate::payload::{self, ContentType};

use super::BackupError;

/// Packs are payloads of this type.
const CONTENT: ContentType = ContentType::Application(130);
const MAX_NAME: usize = 32;
const MAX_ID: usize = 512;

/// One row's change. Later ones win over earlier ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// The row is there and has this body.
    Put {
        /// Which table of the application.
        table: &'a str,
        /// Which row.
        id: &'a str,
        /// Its content.
        body: &'a [u8],
    },
    /// The row is not there any more.
    Gone {
        /// Which table of the application.
        table: &'a str,
        /// Which row.
        id: &'a str,
    },
}

/// Collects changes into one pack.
pub struct PackBuilder {
    body: Zeroizing<Vec<u8>>,
}

impl PackBuilder {
    /// Largest row body.
    pub const MAX_BODY: usize = 512 * 1024 * 1024;
    /// A builder holding this much is sealed before more is added; one row may be larger.
    pub const FULL: usize = 4 * 1024 * 1024;

    /// An empty pack. The buffer is made in full at once: what grows leaves copies behind.
    #[must_use]
    pub fn new() -> Self {
        Self { body: Zeroizing::new(Vec::with_capacity(Self::FULL)) }
    }

    /// Adds a change.
    ///
    /// # Errors
    /// [`BackupError::Decode`] if a name, id or body breaks its limit.
    pub fn push(&mut self, change: &Change<'_>) -> Result<(), BackupError> {
        let (kind, table, id, body) = match *change {
            Change::Put { table, id, body } => (1, table, id, body),
            Change::Gone { table, id } => (2, table, id, &[][..]),
        };
        if table.len() > MAX_NAME || id.len() > MAX_ID || body.len() > Self::MAX_BODY {
            return Err(DecodeError::TooLong.into());
        }
        let mut head = Writer::with_capacity(8 + table.len() + id.len());
        head.u8(kind);
        head.bytes16(table.as_bytes());
        head.bytes16(id.as_bytes());
        self.body.extend_from_slice(head.as_slice());
        if kind == 1 {
            let len = u32::try_from(body.len()).map_err(|_| DecodeError::TooLong)?;
            self.body.extend_from_slice(&len.to_be_bytes());
            self.body.extend_from_slice(body);
        }
        Ok(())
    }

    /// Bytes collected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    /// Whether it is time to seal.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.body.len() >= Self::FULL
    }

    /// Seals it and begins anew. The content key is hedged with the content.
    ///
    /// # Errors
    /// [`BackupError::Pack`].
    pub fn seal<R: CryptoRng + ?Sized>(
        &mut self,
        rng: &mut R,
        kit: &KitPublic,
    ) -> Result<SealedPack, BackupError> {
        let id = RecordId::random(rng);
        let secret = kit.signing().expose_secret();
        let statement = hash::sha256(&self.body);
        let key = hedge::bytes(rng, Label::HedgeBackup, &secret, &[id.as_bytes(), &statement]);
        let (sealed, _) = payload::seal(FreshCek(key.clone()), &id, CONTENT, &self.body)?;
        zeroize::Zeroize::zeroize(&mut *self.body);
        let len = sealed.bytes.len() as u64;
        let entry = PackEntry { id, hash: sealed.hash, len, key: SecretBytes32::new(*key) };
        Ok(SealedPack { entry, bytes: sealed.bytes })
    }
}

impl Default for PackBuilder {
    fn default() -> Self {
        Self::new()
    }
}

/// A sealed pack and what a manifest says of it.
pub struct SealedPack {
    /// For the manifest.
    pub entry: PackEntry,
    /// The ciphertext.
    pub bytes: Vec<u8>,
}

/// What a manifest says of a pack. Its key is secret.
pub struct PackEntry {
    /// Its id, random.
    pub id: RecordId,
    /// SHA-256 of its ciphertext.
    pub hash: [u8; 32],
    /// Its length in bytes.
    pub len: u64,
    /// Its content key.
    pub(super) key: SecretBytes32,
}

impl PackEntry {
    /// Encoded size in bytes.
    pub const LEN: usize = 16 + 32 + 8 + 32;

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(self.id.as_bytes());
        writer.array(&self.hash);
        writer.u64(self.len);
        writer.array(self.key.expose_secret());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: RecordId::from_bytes(reader.array()?),
            hash: reader.array()?,
            len: reader.u64()?,
            key: SecretBytes32::new(reader.array()?),
        })
    }

    /// The encoding, for the vault of the device that goes on writing. Secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::with_capacity(Self::LEN);
        self.write(&mut writer);
        Zeroizing::new(writer.into_vec())
    }

    /// Decodes it.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let entry = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(entry)
    }

    /// Opens the pack: everything or nothing.
    ///
    /// # Errors
    /// [`BackupError::OtherPack`] if it is another one, [`BackupError::Pack`], or
    /// [`BackupError::Decode`] if a row in it breaks the format.
    pub fn open(&self, sealed: &[u8]) -> Result<OpenedPack, BackupError> {
        if sealed.len() as u64 != self.len || hash::sha256(sealed) != self.hash {
            return Err(BackupError::OtherPack);
        }
        let cek = Cek(Zeroizing::new(*self.key.expose_secret()));
        let opened = payload::open(&cek, &self.id, sealed)?;
        if opened.content_type != CONTENT {
            return Err(DecodeError::UnknownType.into());
        }
        let pack = OpenedPack { body: opened.bytes };
        pack.changes().try_for_each(|change| change.map(drop))?;
        Ok(pack)
    }
}

/// An opened pack, every row of which was looked at. Overwritten when dropped.
pub struct OpenedPack {
    body: Zeroizing<Vec<u8>>,
}

impl OpenedPack {
    /// The changes, in order.
    #[must_use]
    pub fn changes(&self) -> Changes<'_> {
        Changes::new(&self.body)
    }
}

/// Walks the changes of a pack; ends at the first that breaks the format.
pub struct Changes<'a> {
    reader: Option<Reader<'a>>,
}

impl<'a> Changes<'a> {
    /// Walks these bytes.
    #[must_use]
    pub const fn new(body: &'a [u8]) -> Self {
        Self { reader: Some(Reader::new(body)) }
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = Result<Change<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader.take()?;
        if reader.remaining() == 0 {
            return None;
        }
        let change = change(&mut reader);
        if change.is_ok() {
            self.reader = Some(reader);
        }
        Some(change)
    }
}

fn change<'a>(reader: &mut Reader<'a>) -> Result<Change<'a>, DecodeError> {
    let kind = reader.u8()?;
    let table = name(reader.bytes16(MAX_NAME)?)?;
    let id = name(reader.bytes16(MAX_ID)?)?;
    match kind {
        1 => Ok(Change::Put { table, id, body: reader.bytes32(PackBuilder::MAX_BODY)? }),
        2 => Ok(Change::Gone { table, id }),
        _ => Err(DecodeError::UnknownType),
    }
}

fn name(bytes: &[u8]) -> Result<&str, DecodeError> {
    str::from_utf8(bytes).map_err(|_| DecodeError::NotText)
}

/// The digest by which a device remembers a row it has backed up: HMAC under a key of the device,
/// 16 bytes.
#[must_use]
pub fn row_digest(key: &SecretBytes32, table: &str, id: &str, body: &[u8]) -> [u8; 16] {
    let lengths = [table.len() as u64, id.len() as u64].map(u64::to_be_bytes).concat();
    let label = Label::BackupRow.as_str().as_bytes();
    let mac = hash::mac(
        key.expose_secret(),
        &[label, &[0], &lengths, table.as_bytes(), id.as_bytes(), body],
    );
    let mut digest = [0; 16];
    digest.copy_from_slice(&mac[..16]);
    digest
}
