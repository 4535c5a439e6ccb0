//! The frames of a backup file, and which of them go on into a file that is written anew.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use keyward_protocol::backup::{FRAME_HEADER, FrameHeader, FrameKind, MAGIC, PackEntry};

use super::state::State;

/// Versions that a file has after it was written anew, the new one included.
const KEPT: usize = 10;

/// One frame and where its content begins.
pub(super) struct Frame {
    pub(super) header: FrameHeader,
    pub(super) at: u64,
}

impl Frame {
    pub(super) const fn end(&self) -> u64 {
        self.at + self.header.len
    }

    pub(super) fn is_manifest(&self) -> bool {
        self.header.kind == FrameKind::Manifest
    }

    /// The manifest of the version remembered.
    fn is_newest(&self, state: &State) -> bool {
        self.is_manifest() && self.end() == state.end && state.hash.starts_with(&self.header.id)
    }
}

/// The whole frames of a file, in order. Contents are skipped, not read.
pub(super) fn frames(file: &mut File) -> io::Result<Vec<Frame>> {
    let total = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let mut magic = [0; MAGIC.len()];
    let mut reader = BufReader::new(file);
    if reader.read_exact(&mut magic).is_err() || magic != *MAGIC {
        return Ok(Vec::new());
    }
    let (mut frames, mut at) = (Vec::new(), MAGIC.len() as u64);
    while at + FRAME_HEADER as u64 <= total {
        let mut bytes = [0; FRAME_HEADER];
        reader.read_exact(&mut bytes)?;
        let Ok(header) = FrameHeader::from_bytes(&bytes) else { break };
        let frame = Frame { header, at: at + FRAME_HEADER as u64 };
        if frame.end() > total {
            break;
        }
        at = frame.end();
        reader.seek_relative(i64::try_from(header.len).unwrap_or(i64::MAX))?;
        frames.push(frame);
    }
    Ok(frames)
}

/// Whether the file has the version remembered.
pub(super) fn has_newest(frames: &[Frame], state: &State) -> bool {
    frames.iter().any(|frame| frame.is_newest(state))
}

/// Copies the newest versions with their packs, as they are: nothing of them can be opened here. Gives how
/// many. Only those since the file was last written whole, whose packs are known.
pub(super) fn carry_over(
    from: &mut File,
    to: &mut File,
    state: &State,
    packs: &[PackEntry],
) -> io::Result<u64> {
    let mut frames = frames(from)?;
    let Some(newest) = frames.iter().position(|frame| frame.is_newest(state)) else { return Ok(0) };
    frames.truncate(newest + 1);
    let known: HashSet<[u8; 16]> = packs.iter().map(|pack| pack.id.to_bytes()).collect();
    let is_known = |frame: &Frame| !frame.is_manifest() && known.contains(&frame.header.id);
    let first = frames.iter().position(is_known).unwrap_or(frames.len());
    let manifests = frames[first..].iter().filter(|frame| frame.is_manifest()).count();
    let mut older = manifests.saturating_sub(KEPT - 1);
    let mut versions = 0;
    for frame in &frames[first..] {
        if frame.is_manifest() {
            if older > 0 {
                older -= 1;
                continue;
            }
            versions += 1;
        } else if !is_known(frame) {
            continue;
        }
        from.seek(SeekFrom::Start(frame.at))?;
        to.write_all(&frame.header.to_bytes())?;
        let copied = io::copy(&mut Read::by_ref(from).take(frame.header.len), to)?;
        if copied != frame.header.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(versions)
}
