//! Writing a version to a relay. What is sealed is spooled to a file first: the snapshot of the vault
//! is held only while it is read, never while a slow line carries it away.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use keyward_protocol::backup::SealedManifest;
use keyward_protocol::ids::RecordId;
use keyward_relay_api::limits;
use sha2::{Digest as _, Sha256};

use super::NAME;
use crate::error::{AppError, ErrorCode};
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::recovery::{BackupPackId, Backups, PostBackup, RelayRecovery};
use crate::ports::relay::{ProblemCode, RelayError};
use crate::recovery::state::{Newest, State};
use crate::recovery::write::Target;

/// Told the hash of a manifest before it is sent.
type Posted<'a> = dyn Fn([u8; 32]) -> Result<(), AppError> + 'a;

/// A relay that a backup is written to.
pub(super) struct RelayTarget<'a> {
    channel: Box<dyn RelayRecovery>,
    spool: &'a Path,
    posted: &'a Posted<'a>,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
    /// The newest number there.
    newest: Option<u64>,
    /// Hash of a newer version than this computer's that was found there.
    pub(super) found: Option<[u8; 32]>,
    /// Packs of versions before that the new one needs.
    needed: Vec<BackupPackId>,
    /// Bytes of those.
    base: u64,
    sequence: u64,
    sealed: Option<Spool>,
}

/// Sealed packs on the disk, in a file without a name.
struct Spool {
    file: File,
    lengths: Vec<usize>,
}

impl<'a> RelayTarget<'a> {
    pub(super) fn new(
        channel: Box<dyn RelayRecovery>,
        spool: &'a Path,
        posted: &'a Posted<'a>,
        progress: &'a dyn Progress,
        cancel: &'a Cancel,
    ) -> Self {
        Self {
            channel,
            spool,
            posted,
            progress,
            cancel,
            newest: None,
            found: None,
            needed: Vec::new(),
            base: 0,
            sequence: 0,
            sealed: None,
        }
    }

    /// What the relay keeps.
    pub(super) fn list(&self) -> Result<Backups, AppError> {
        self.channel.backups().map_err(refused)
    }

    fn prepare(&mut self, state: &State) -> Result<(), AppError> {
        self.needed.clear();
        self.base = 0;
        self.sequence = state.sequence + 1;
        self.sealed = Some(Spool::create(self.spool).map_err(|_| ErrorCode::FileNotWritten)?);
        Ok(())
    }

    /// Sends what was spooled; gives the names and all bytes.
    fn send(&self, mut sealed: Spool) -> Result<(Vec<BackupPackId>, u64), AppError> {
        sealed.file.seek(SeekFrom::Start(0)).map_err(|_| ErrorCode::FileNotWritten)?;
        let total: usize = sealed.lengths.iter().sum();
        let (mut names, mut sent) = (Vec::new(), 0);
        for length in sealed.lengths {
            if self.cancel.is_cancelled() {
                return Err(ErrorCode::Cancelled.into());
            }
            let mut pack = vec![0; length];
            sealed.file.read_exact(&mut pack).map_err(|_| ErrorCode::FileNotWritten)?;
            names.push(self.channel.put_backup_pack(&pack).map_err(refused)?);
            sent += length as u64;
            let bytes_total = total as u64;
            let step =
                Step { stage: Stage::Sending, bytes_done: sent, bytes_total, ..Step::default() };
            self.progress.report(step);
        }
        Ok((names, sent))
    }
}

impl Spool {
    /// Only ciphertext comes into it, and a crash leaves nothing of it.
    fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join("backup.spool");
        // What a crash between the two next lines left.
        let _ = std::fs::remove_file(&path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Self { file, lengths: Vec::new() })
    }
}

fn refused(error: RelayError) -> AppError {
    match error.refusal().map(|refusal| refusal.code) {
        Some(ProblemCode::QuotaReached | ProblemCode::TooLarge) => ErrorCode::BackupTooLarge.into(),
        _ => error.into(),
    }
}

/// Whether the relay misses a pack that it had.
pub(super) fn is_incomplete(error: &AppError) -> bool {
    let problem = error.params.get("problem").map(String::as_str);
    error.code == ErrorCode::RelayRefused && problem == Some(ProblemCode::BackupIncomplete.as_str())
}

impl Target for RelayTarget<'_> {
    fn name(&self) -> &str {
        NAME
    }

    fn look(&mut self, state: &State) -> Result<Option<Newest>, AppError> {
        let there = self.list()?;
        self.newest = there.versions.last().map(|version| version.sequence);
        let Some(sequence) = self.newest.filter(|newest| *newest > state.sequence) else {
            return Ok(None);
        };
        let hash = Sha256::digest(self.channel.backup(sequence).map_err(refused)?.manifest).into();
        self.found = Some(hash);
        Ok(Some(Newest { sequence, hash }))
    }

    fn resume(&mut self, state: &State) -> Result<bool, AppError> {
        self.prepare(state)?;
        let packs = state.packs()?;
        let there = !packs.is_empty() && self.newest == Some(state.sequence);
        if there {
            self.needed = packs.iter().map(|pack| BackupPackId(pack.hash)).collect();
            self.base = packs.iter().map(|pack| pack.len).sum();
        }
        Ok(there)
    }

    fn begin(&mut self, state: &State) -> Result<u64, AppError> {
        self.prepare(state)?;
        Ok(0)
    }

    fn pack(&mut self, _: &RecordId, sealed: &[u8]) -> Result<(), AppError> {
        if sealed.len() > limits::MAX_BACKUP_PACK {
            return Err(ErrorCode::BackupTooLarge.into());
        }
        let spool = self.sealed.as_mut().ok_or(ErrorCode::Internal)?;
        spool.file.write_all(sealed).map_err(|_| ErrorCode::FileNotWritten)?;
        spool.lengths.push(sealed.len());
        Ok(())
    }

    fn finish(&mut self, manifest: &SealedManifest) -> Result<u64, AppError> {
        if manifest.bytes.len() > limits::MAX_BACKUP_MANIFEST {
            return Err(ErrorCode::BackupTooLarge.into());
        }
        let sealed = self.sealed.take().ok_or(ErrorCode::Internal)?;
        let (names, sent) = self.send(sealed)?;
        let mut packs: Vec<BackupPackId> = self.needed.drain(..).chain(names).collect();
        packs.sort_unstable();
        packs.dedup();
        (self.posted)(manifest.hash)?;
        let manifest = manifest.bytes.clone();
        let version = PostBackup { sequence: self.sequence, packs, manifest };
        self.channel.put_backup(&version).map_err(refused)?;
        Ok(self.base + sent)
    }
}
