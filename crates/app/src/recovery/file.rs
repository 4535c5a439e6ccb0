//! A backup in a file: one version behind the other, readable up to the last whole one.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use keyward_protocol::backup::{
    FrameHeader, FrameKind, MAGIC, Manifest, SealedManifest, VerifiedManifest, check_versions,
};
use keyward_protocol::ids::RecordId;
use keyward_protocol::kit::KitKeys;

use super::frames::{self, Frame, frames};
use super::restore::Source;
use super::state::State;
use super::write::Target;
use crate::error::{AppError, ErrorCode};

/// A file that a backup is written to.
pub struct FileTarget {
    path: PathBuf,
    open: Option<Open>,
}

struct Open {
    file: File,
    /// Written beside the path and moved there when whole.
    draft: Option<PathBuf>,
}

impl FileTarget {
    /// Its name among the targets of a profile.
    pub const NAME: &str = "file";

    /// The backup at this path. Nothing is touched yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), open: None }
    }

    /// Opens the file if it ends in the version remembered; what a crash left behind it is cut off.
    fn reopen(&self, state: &State) -> io::Result<Option<Open>> {
        if state.sequence == 0 {
            return Ok(None);
        }
        let mut file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        if !frames::has_newest(&frames(&mut file)?, state) {
            return Ok(None);
        }
        // What a crash left of a file that was written anew; there may be none.
        let _ = std::fs::remove_file(self.draft());
        file.set_len(state.end)?;
        file.seek(SeekFrom::Start(state.end))?;
        Ok(Some(Open { file, draft: None }))
    }

    fn draft(&self) -> PathBuf {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        self.path.with_file_name(name)
    }

    fn create(&self) -> io::Result<Open> {
        let draft = self.draft();
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(MAGIC)?;
        Ok(Open { file, draft: Some(draft) })
    }

    /// A draft that begins with the newest versions of the file there is, if there is room for them.
    fn anew(&self, state: &State) -> Result<(Open, u64), AppError> {
        let mut packs = state.packs()?;
        if !state.has_room_for(&packs) {
            packs.clear();
        }
        let begin = || {
            let mut open = self.create()?;
            let kept = match File::open(&self.path) {
                Ok(mut from) => frames::carry_over(&mut from, &mut open.file, state, &packs)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
                Err(error) => return Err(error),
            };
            Ok((open, kept))
        };
        begin().map_err(|error| refused(&error))
    }

    /// A draft that is not wanted goes; the file before stays.
    fn discard(&mut self) {
        if let Some(draft) = self.open.take().and_then(|open| open.draft) {
            let _ = std::fs::remove_file(draft);
        }
    }

    fn frame(&mut self, kind: FrameKind, id: [u8; 16], content: &[u8]) -> Result<(), AppError> {
        let open = self.open.as_mut().ok_or(ErrorCode::Internal)?;
        let header = FrameHeader { kind, id, len: content.len() as u64 };
        let mut write = || {
            open.file.write_all(&header.to_bytes())?;
            open.file.write_all(content)
        };
        write().map_err(|error| refused(&error))
    }

    fn complete(&mut self) -> io::Result<u64> {
        let Some(mut open) = self.open.take() else { return Err(io::ErrorKind::NotFound.into()) };
        open.file.sync_all()?;
        let end = open.file.stream_position()?;
        if let Some(draft) = open.draft.take() {
            std::fs::rename(&draft, &self.path)?;
        }
        #[cfg(unix)]
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(end)
    }
}

impl Drop for FileTarget {
    /// Stopped or failed on the way.
    fn drop(&mut self) {
        self.discard();
    }
}

fn refused(error: &io::Error) -> AppError {
    match error.kind() {
        io::ErrorKind::NotFound => ErrorCode::BackupPlaceGone.into(),
        _ => ErrorCode::FileNotWritten.into(),
    }
}

impl Target for FileTarget {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn begin(&mut self, state: &State) -> Result<u64, AppError> {
        self.discard();
        let (open, kept) = self.anew(state)?;
        self.open = Some(open);
        Ok(kept)
    }

    fn resume(&mut self, state: &State) -> Result<bool, AppError> {
        self.discard();
        let reopened = self.reopen(state).map_err(|error| refused(&error))?;
        let there = reopened.is_some();
        self.open = Some(match reopened {
            Some(open) => open,
            None => self.create().map_err(|error| refused(&error))?,
        });
        Ok(there)
    }

    fn pack(&mut self, id: &RecordId, sealed: &[u8]) -> Result<(), AppError> {
        self.frame(FrameKind::Pack, id.to_bytes(), sealed)
    }

    fn finish(&mut self, manifest: &SealedManifest) -> Result<u64, AppError> {
        // The packs are on the disk before a manifest names them.
        let open = self.open.as_ref().ok_or(ErrorCode::Internal)?;
        open.file.sync_all().map_err(|error| refused(&error))?;
        let mut id = [0; 16];
        id.copy_from_slice(&manifest.hash[..16]);
        self.frame(FrameKind::Manifest, id, &manifest.bytes)?;
        self.complete().map_err(|error| refused(&error))
    }
}

/// A file that a profile is restored from.
pub struct FileSource {
    file: File,
    frames: Vec<Frame>,
    /// Something at the end of the file is not whole and is left out.
    pub cut: bool,
}

impl FileSource {
    /// Opens it.
    ///
    /// # Errors
    /// [`ErrorCode::BackupPlaceGone`] without such a file, [`ErrorCode::BackupNone`] if it is none.
    pub fn open(path: &Path) -> Result<Self, AppError> {
        let gone = |_| AppError::from(ErrorCode::BackupPlaceGone);
        let mut file = File::open(path).map_err(gone)?;
        let mut frames = frames(&mut file).map_err(gone)?;
        let total = file.metadata().map_err(gone)?.len();
        if frames.is_empty() {
            return Err(ErrorCode::BackupNone.into());
        }
        let last = frames.iter().rposition(|frame| frame.is_manifest());
        frames.truncate(last.map_or(0, |last| last + 1));
        let end = frames.last().map(Frame::end).ok_or(ErrorCode::BackupDamaged)?;
        Ok(Self { file, frames, cut: end < total })
    }

    /// Its versions, oldest first, opened with the kit. Never empty.
    ///
    /// # Errors
    /// [`ErrorCode::BackupOfAnother`], [`ErrorCode::BackupDamaged`].
    pub fn versions(&mut self, keys: &KitKeys) -> Result<Vec<VerifiedManifest>, AppError> {
        let manifests: Vec<(u64, u64)> = self
            .frames
            .iter()
            .filter(|frame| frame.is_manifest())
            .map(|frame| (frame.at, frame.header.len))
            .collect();
        let mut versions = Vec::with_capacity(manifests.len());
        for (at, len) in manifests {
            if len > Manifest::MAX_SEALED as u64 {
                return Err(ErrorCode::BackupDamaged.into());
            }
            versions.push(Manifest::open(keys, &self.read(at, len)?)?);
        }
        check_versions(&versions)?;
        Ok(versions)
    }

    fn read(&mut self, at: u64, len: u64) -> Result<Vec<u8>, AppError> {
        let damaged = |_| AppError::from(ErrorCode::BackupDamaged);
        self.file.seek(SeekFrom::Start(at)).map_err(damaged)?;
        let mut content = Vec::new();
        Read::by_ref(&mut self.file).take(len).read_to_end(&mut content).map_err(damaged)?;
        Ok(content)
    }
}

impl Source for FileSource {
    fn pack(&mut self, id: &RecordId) -> Result<Vec<u8>, AppError> {
        let frame = self
            .frames
            .iter()
            .find(|frame| frame.header.kind == FrameKind::Pack && frame.header.id == id.to_bytes());
        let (at, len) =
            frame.map(|frame| (frame.at, frame.header.len)).ok_or(ErrorCode::BackupDamaged)?;
        self.read(at, len)
    }
}
