//! What a device remembers of its own backups, one memory per target. It cannot read them again.

use std::collections::HashMap;

use keyward_protocol::backup::PackEntry;
use keyward_protocol::codec::{DecodeError, Reader, Writer};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::store;

const STATES: &str = "recovery/state/";
const DIGESTS: &str = "recovery/digests/";

/// The newest version of a backup, as its writer remembers it.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    /// Its number; 0 before the first.
    pub sequence: u64,
    /// Hash of its manifest.
    #[serde(with = "store::base64")]
    pub hash: Vec<u8>,
    /// Its packs, with their keys.
    packs: Vec<Pack>,
    /// Where it ends in the target, in bytes.
    pub end: u64,
    /// When it was made.
    pub at: UnixSeconds,
    /// Versions in the target.
    pub versions: u64,
    /// How many of its packs were written when it was last written whole.
    #[serde(default)]
    whole: u64,
    /// Bytes of the rows that are in it; 0 if it was written by an app that did not count.
    #[serde(default)]
    live: u64,
}

/// The newest version at a target that somebody else wrote.
#[derive(Clone, Copy)]
pub struct Newest {
    /// Its number.
    pub sequence: u64,
    /// Hash of its manifest.
    pub hash: [u8; 32],
}

/// Packs added to a backup before it is written whole again: each version names all of them.
const MOST_ADDED: u64 = 300;
/// So many times the bytes that are live a backup may take, and some more: 300 versions name 45 000 packs.
const MOST_GROWN: u64 = 3;
const SOME: u64 = 12 << 20;

#[derive(Serialize, Deserialize)]
struct Pack(#[serde(with = "store::base64")] Vec<u8>);

impl Drop for Pack {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl State {
    /// What is remembered of a target; the empty memory if nothing is.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(tx: &(impl Transaction + ?Sized), target: &str) -> Result<Self, AppError> {
        Ok(store::load(tx, Collection::Jobs, &format!("{STATES}{target}"))?.unwrap_or_default())
    }

    pub(super) fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        target: &str,
    ) -> Result<(), AppError> {
        Ok(store::save(tx, Collection::Jobs, &format!("{STATES}{target}"), self)?)
    }

    /// What goes on behind a version of which nothing but that is known: the next one is whole.
    pub(super) fn following(newest: Newest) -> Self {
        Self { sequence: newest.sequence, hash: newest.hash.to_vec(), ..Self::default() }
    }

    pub(super) fn packs(&self) -> Result<Vec<PackEntry>, AppError> {
        let entry = |pack: &Pack| PackEntry::from_bytes(&pack.0);
        let entries = self.packs.iter().map(entry).collect::<Result<_, _>>();
        entries.map_err(|_| ErrorCode::VaultCorrupt.into())
    }

    /// Remembers the packs of a version with `live` bytes of rows; `whole` if they begin with it.
    pub(super) fn remember(&mut self, packs: &[PackEntry], live: u64, whole: bool) {
        self.packs = packs.iter().map(|pack| Pack(pack.to_bytes().to_vec())).collect();
        self.live = live;
        if whole {
            self.whole = packs.len() as u64;
        }
    }

    /// Most of it is of no use to the newest version: it is to be written whole again.
    pub(super) fn is_overgrown(&self) -> bool {
        let added = (self.packs.len() as u64).saturating_sub(self.whole);
        added >= MOST_ADDED || (self.live > 0 && self.end > self.most())
    }

    /// Whether the packs there are have room beside a new whole version.
    pub(super) fn has_room_for(&self, packs: &[PackEntry]) -> bool {
        let bytes: u64 = packs.iter().map(|pack| pack.len).sum();
        self.live > 0 && bytes.saturating_add(self.live) <= self.most()
    }

    fn most(&self) -> u64 {
        self.live.saturating_mul(MOST_GROWN).saturating_add(SOME)
    }
}

/// Table and id of a row.
pub(super) type Key = (String, String);

/// Which rows are in a backup, and their digests.
#[derive(Default)]
pub(super) struct Digests(pub(super) HashMap<Key, [u8; 16]>);

impl Digests {
    pub(super) fn load(tx: &(impl Transaction + ?Sized), target: &str) -> Result<Self, AppError> {
        let mut digests = HashMap::new();
        let prefix = format!("{DIGESTS}{target}/");
        for (_, body) in tx.list_prefix(Collection::Jobs, &prefix)? {
            read_lines(&body, &mut digests).map_err(|_| ErrorCode::VaultCorrupt)?;
        }
        Ok(Self(digests))
    }

    /// Replaces what was remembered, in rows of some thousand lines.
    pub(super) fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        target: &str,
    ) -> Result<(), AppError> {
        const LINES: usize = 4096;
        let prefix = format!("{DIGESTS}{target}/");
        erase(tx, &prefix)?;
        let all: Vec<_> = self.0.iter().collect();
        for (number, lines) in all.chunks(LINES).enumerate() {
            let mut writer = Writer::versioned(lines.len() * 64);
            for ((table, id), digest) in lines {
                writer.text(table);
                writer.text(id);
                writer.array(*digest);
            }
            tx.put(Collection::Jobs, &format!("{prefix}{number:08}"), writer.as_slice())?;
        }
        Ok(())
    }
}

fn read_lines(body: &[u8], digests: &mut HashMap<Key, [u8; 16]>) -> Result<(), DecodeError> {
    let name = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| DecodeError::NotText);
    let mut reader = Reader::versioned(body)?;
    while reader.remaining() > 0 {
        let table = name(reader.bytes16(u16::MAX.into())?)?;
        let id = name(reader.bytes16(u16::MAX.into())?)?;
        digests.insert((table, id), reader.array()?);
    }
    Ok(())
}

/// Forgets one target: what is written there next is whole.
pub(super) fn forget_target(
    tx: &mut (impl Transaction + ?Sized),
    target: &str,
) -> Result<(), AppError> {
    tx.delete(Collection::Jobs, &format!("{STATES}{target}"))?;
    erase(tx, &format!("{DIGESTS}{target}/"))
}

/// Forgets every target: with another kit everything is written anew.
pub(super) fn forget(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    erase(tx, STATES)?;
    erase(tx, DIGESTS)
}

fn erase(tx: &mut (impl Transaction + ?Sized), prefix: &str) -> Result<(), AppError> {
    for (id, _) in tx.list_prefix(Collection::Jobs, prefix)? {
        tx.delete(Collection::Jobs, &id)?;
    }
    Ok(())
}
