//! FHIR files: their records are kept byte for byte anyway, so of the file only what stands around them is kept
//! besides, with the places where they go. Put together again it is the file, byte for byte.
//!
//! Kept as an original ([`super::original`]) whose content is steps: the length of what stands around (u32, big
//! endian), that text, and, unless it was the last, the id of the record that follows.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::sync::mpsc;
use std::thread;

use keyward_protocol::ids::RecordId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::book::FileBook;
use super::original::{self, Original, Packed, Pieces};
use crate::error::{AppError, ErrorCode};
use crate::ports::vault::Transaction;

/// Packed pieces that wait to be stored at most.
const WAITING: usize = 16;
/// Bytes of a record's id.
const ID: usize = 16;

/// What a file that is put together again must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// Its length.
    pub bytes: u64,
    /// SHA-256, lower case hex.
    pub sha256: String,
}

impl Whole {
    /// What a file is.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
    }
}

/// A record that was added, and where in the file it stood.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) place: Range<usize>,
    pub(super) record: RecordId,
}

/// Keeps what stands around the records of a file; what was known before, and so is another's, stands around, too.
/// It is packed on a second thread while this one hands what was stored so far to the disk.
///
/// # Errors
/// What the vault reports.
pub(super) fn keep(
    tx: &mut dyn Transaction,
    source: &str,
    file: &mut FileBook,
    bytes: &[u8],
    places: &mut [Placed],
) -> Result<(), AppError> {
    places.sort_unstable_by_key(|placed| placed.place.start);
    let original = thread::scope(|scope| {
        let (made, given) = mpsc::sync_channel(WAITING);
        let work = move || pack(bytes, places, &mut |piece| made.send(piece).is_ok());
        let packing = thread::Builder::new().name("import-around".into());
        let packing = packing.spawn_scoped(scope, work).map_err(|_| ErrorCode::Internal)?;
        tx.hand_over()?;
        given.iter().try_for_each(|piece| original::store(tx, source, &piece))?;
        packing.join().map_err(|_| ErrorCode::Internal)?
    })?;
    file.original = Some(original);
    Ok(())
}

/// Packs what stands around the records and gives it away piece by piece, until `give` says that nobody wants it.
fn pack(
    bytes: &[u8],
    places: &[Placed],
    give: &mut dyn FnMut(Packed) -> bool,
) -> Result<Original, AppError> {
    let mut pieces = Pieces::quick();
    let mut at = 0;
    for Placed { place, record } in places {
        // What stands in another record comes with that one.
        if place.start < at {
            continue;
        }
        around(&mut pieces, bytes.get(at..place.start))?;
        pieces.push(record.as_bytes()).map_err(|_| ErrorCode::Internal)?;
        give_all(&mut pieces, give)?;
        at = place.end;
    }
    around(&mut pieces, bytes.get(at..))?;
    let original = pieces.end()?;
    give_all(&mut pieces, give)?;
    Ok(original)
}

fn give_all(pieces: &mut Pieces, give: &mut dyn FnMut(Packed) -> bool) -> Result<(), AppError> {
    if pieces.take_ready().all(give) { Ok(()) } else { Err(ErrorCode::Internal.into()) }
}

fn around(pieces: &mut Pieces, text: Option<&[u8]>) -> Result<(), AppError> {
    let text = text.ok_or(ErrorCode::Internal)?;
    let length = u32::try_from(text.len()).map_err(|_| ErrorCode::Internal)?;
    let pushed = pieces.push(&length.to_be_bytes()).and_then(|()| pieces.push(text));
    pushed.map_err(|_| ErrorCode::Internal.into())
}

/// Writes the file; gives its length.
///
/// # Errors
/// [`ErrorCode::VaultCorrupt`] if it is not what it was, [`ErrorCode::FileNotWritten`] if it cannot be written.
pub(super) fn write(
    tx: &dyn Transaction,
    source: &str,
    original: &Original,
    whole: &Whole,
    out: &mut dyn Write,
) -> Result<u64, AppError> {
    let mut steps = Steps { tx, source, next: 0, pieces: original.pieces, open: VecDeque::new() };
    let mut out = Hashed { out, hash: Sha256::new(), bytes: 0 };
    loop {
        let length = steps.array::<4>()?.ok_or(ErrorCode::VaultCorrupt)?;
        steps.copy(u32::from_be_bytes(length) as usize, &mut out)?;
        let Some(id) = steps.array::<ID>()? else { break };
        let row = tx.record(&RecordId::from_bytes(id))?.ok_or(ErrorCode::VaultCorrupt)?;
        out.put(&row.body)?;
    }
    if out.bytes != whole.bytes || hex::encode(out.hash.finalize()) != whole.sha256 {
        return Err(ErrorCode::VaultCorrupt.into());
    }
    Ok(out.bytes)
}

/// The kept steps, read piece by piece.
struct Steps<'a> {
    tx: &'a dyn Transaction,
    source: &'a str,
    next: u64,
    pieces: u64,
    open: VecDeque<u8>,
}

impl Steps<'_> {
    /// Opens the next piece if none is; `false` at the end.
    fn more(&mut self) -> Result<bool, AppError> {
        while self.open.is_empty() {
            if self.next >= self.pieces {
                return Ok(false);
            }
            self.open = original::piece(self.tx, self.source, self.next)?.into();
            self.next += 1;
        }
        Ok(true)
    }

    /// The next bytes; `None` if there are none at all.
    fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, AppError> {
        let mut bytes = [0; N];
        let mut filled = 0;
        while filled < N {
            if !self.more()? {
                return if filled == 0 { Ok(None) } else { Err(ErrorCode::VaultCorrupt.into()) };
            }
            let rest = bytes.get_mut(filled..).unwrap_or_default();
            filled += self.open.read(rest).map_err(|_| ErrorCode::Internal)?;
        }
        Ok(Some(bytes))
    }

    fn copy(&mut self, mut length: usize, out: &mut Hashed<'_>) -> Result<(), AppError> {
        while length > 0 {
            if !self.more()? {
                return Err(ErrorCode::VaultCorrupt.into());
            }
            let (now, _) = self.open.as_slices();
            let now = now.get(..length.min(now.len())).unwrap_or_default();
            out.put(now)?;
            let taken = now.len();
            self.open.drain(..taken);
            length -= taken;
        }
        Ok(())
    }
}

struct Hashed<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
    bytes: u64,
}

impl Hashed<'_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes).map_err(|_: io::Error| ErrorCode::FileNotWritten.into())
    }
}
