//! Originals: files whose records are made from them are kept byte for byte, in packed pieces of
//! which each stands in a row of its own, so that neither keeping nor giving back needs memory for
//! the whole file.

use std::cell::RefCell;
use std::io::{self, Read, Write};
use std::rc::Rc;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::book::FileBook;
use crate::error::{AppError, ErrorCode};
use crate::ports::vault::{Collection, Transaction};
use crate::store::StoreError;

/// Bytes of the file in one piece.
const PIECE: usize = 1 << 20;

/// What is known of a kept original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its length.
    pub bytes: u64,
    /// SHA-256, lower case hex.
    pub sha256: String,
    /// Rows it takes.
    pub pieces: u64,
}

fn row(source: &str, number: u64) -> String {
    format!("original/{source}/{number:06}")
}

/// A packed piece with the number of its row.
pub(super) type Packed = (u64, Vec<u8>);

/// Cuts what flows through into packed pieces.
#[derive(Default)]
pub(super) struct Pieces {
    open: Vec<u8>,
    hash: Sha256,
    bytes: u64,
    /// Not yet stored.
    ready: Vec<Packed>,
    made: u64,
    level: Compression,
}

impl Pieces {
    /// Pieces that are quickly made rather than small.
    pub(super) fn quick() -> Self {
        Self { level: Compression::fast(), ..Self::default() }
    }

    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = PIECE - self.open.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.open.extend_from_slice(now);
            bytes = later;
            if self.open.len() == PIECE {
                self.close()?;
            }
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let mut packer = DeflateEncoder::new(Vec::new(), self.level);
        packer.write_all(&self.open)?;
        self.ready.push((self.made, packer.finish()?));
        self.made += 1;
        self.open.clear();
        Ok(())
    }

    /// How many pieces wait to be stored.
    pub(super) fn waiting(&self) -> usize {
        self.ready.len()
    }

    /// Stores what is ready. Rows that are there already (of an import that goes on) are written
    /// again with the same content.
    ///
    /// # Errors
    /// What the vault reports.
    pub(super) fn store(
        &mut self,
        tx: &mut (impl Transaction + ?Sized),
        source: &str,
    ) -> Result<(), StoreError> {
        self.ready.drain(..).try_for_each(|piece| store(tx, source, &piece))
    }

    /// Takes out what is ready, to be stored by [`store`].
    pub(super) fn take_ready(&mut self) -> impl Iterator<Item = Packed> {
        self.ready.drain(..)
    }

    /// Stores the rest and says what the whole is.
    ///
    /// # Errors
    /// What the vault reports.
    pub(super) fn finish(
        &mut self,
        tx: &mut (impl Transaction + ?Sized),
        source: &str,
    ) -> Result<Original, AppError> {
        let original = self.end()?;
        self.store(tx, source)?;
        Ok(original)
    }

    /// Makes the last piece, which is ready then, and says what the whole is.
    ///
    /// # Errors
    /// None that can be expected.
    pub(super) fn end(&mut self) -> Result<Original, AppError> {
        if !self.open.is_empty() {
            self.close().map_err(|_| ErrorCode::Internal)?;
        }
        let hash = std::mem::take(&mut self.hash).finalize();
        Ok(Original { bytes: self.bytes, sha256: hex::encode(hash), pieces: self.made })
    }
}

/// Stores one piece.
///
/// # Errors
/// What the vault reports.
pub(super) fn store(
    tx: &mut (impl Transaction + ?Sized),
    source: &str,
    (number, packed): &Packed,
) -> Result<(), StoreError> {
    tx.put(Collection::Sources, &row(source, *number), packed)?;
    Ok(())
}

/// Keeps a whole file.
///
/// # Errors
/// What the vault reports.
pub(super) fn keep(
    tx: &mut (impl Transaction + ?Sized),
    source: &str,
    bytes: &[u8],
) -> Result<Original, AppError> {
    let mut pieces = Pieces::default();
    pieces.push(bytes).map_err(|_| ErrorCode::Internal)?;
    pieces.finish(tx, source)
}

/// A reader that keeps what is read through it; clones read on from the same place.
pub(super) struct Keeping<'a> {
    inner: Rc<RefCell<(&'a mut dyn Read, Pieces)>>,
}

impl<'a> Keeping<'a> {
    pub(super) fn new(reader: &'a mut dyn Read) -> Self {
        Self { inner: Rc::new(RefCell::new((reader, Pieces::default()))) }
    }

    /// Another handle on the same reader.
    pub(super) fn handle(&self) -> Self {
        Self { inner: Rc::clone(&self.inner) }
    }

    /// Works with the pieces so far.
    pub(super) fn pieces<T>(&self, work: impl FnOnce(&mut Pieces) -> T) -> T {
        work(&mut self.inner.borrow_mut().1)
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.inner.borrow().1.bytes
    }
}

impl Read for Keeping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (reader, pieces) = &mut *self.inner.borrow_mut();
        let read = reader.read(buffer)?;
        pieces.push(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

/// Forgets the original of a file.
///
/// # Errors
/// What the vault reports.
pub(super) fn forget(
    tx: &mut (impl Transaction + ?Sized),
    source: &str,
    original: Option<&Original>,
) -> Result<(), StoreError> {
    match original {
        // By number: the rows of a large file are not to be read for it.
        Some(original) => {
            for number in 0..original.pieces {
                tx.delete(Collection::Sources, &row(source, number))?;
            }
        }
        None => {
            let mut number = 0;
            while tx.delete(Collection::Sources, &row(source, number))? {
                number += 1;
            }
        }
    }
    Ok(())
}

/// One piece of an original.
///
/// # Errors
/// [`ErrorCode::VaultCorrupt`], else what the vault reports.
pub(super) fn piece(
    tx: &(impl Transaction + ?Sized),
    source: &str,
    number: u64,
) -> Result<Vec<u8>, AppError> {
    let packed =
        tx.get(Collection::Sources, &row(source, number))?.ok_or(ErrorCode::VaultCorrupt)?;
    let mut piece = Vec::new();
    DeflateDecoder::new(packed.as_slice())
        .take(PIECE as u64 + 1)
        .read_to_end(&mut piece)
        .map_err(|_| ErrorCode::VaultCorrupt)?;
    Ok(piece)
}

/// Writes the original of a file, byte for byte as it came; gives its length.
///
/// # Errors
/// [`ErrorCode::NotFound`] if none is kept, [`ErrorCode::VaultCorrupt`] if it is not what it was,
/// [`ErrorCode::FileNotWritten`] if it cannot be written.
pub fn write(
    tx: &(impl Transaction + ?Sized),
    source: &str,
    out: &mut dyn Write,
) -> Result<u64, AppError> {
    let file = FileBook::load(tx, source)?.ok_or(ErrorCode::NotFound)?;
    let original = file.original.ok_or(ErrorCode::NotFound)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    for number in 0..original.pieces {
        let piece = piece(tx, source, number)?;
        hash.update(&piece);
        bytes += piece.len() as u64;
        out.write_all(&piece).map_err(|_| ErrorCode::FileNotWritten)?;
    }
    if bytes != original.bytes || hex::encode(hash.finalize()) != original.sha256 {
        return Err(ErrorCode::VaultCorrupt.into());
    }
    Ok(bytes)
}
