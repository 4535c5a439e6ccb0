//! The journal of ends: what must not come back to life when an older copy of a store is restored.
//!
//! A backup is older than what was stopped after it. Restored as it is, it would open again what a
//! patient has closed. So every end is also written here, one line each, on stable storage before
//! it is acknowledged; the file is small, holds no secret, and belongs on another disk than the
//! store. A restore carries out whatever the journal says.
//!
//! ```text
//! line  = kind ' ' hex of the id [' ' revision] ' ' chain '\n'
//! chain = first 16 hex digits of SHA-256(chain before ‖ line up to here); the first goes on
//!         from the service id
//! ```
//! The chain shows a line that was lost or changed in the middle. A line cut off at the very end was
//! never acknowledged and is dropped. That whole lines at the end are missing cannot be seen:
//! whoever restores has to know that his copy of the journal is the last one.

use keyward_protocol::ids::{CertificateHash, GrantId, PersonaId, ServiceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Something that ended for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A grant was stopped by its patient.
    Grant(GrantId),
    /// A revision took the place of an earlier one, which may have allowed more.
    Revision(GrantId, u32),
    /// A clinician's certificate was taken back.
    Clinician(CertificateHash),
    /// A persona was replaced: her key is refused and what she granted is over.
    Persona(PersonaId),
    /// A persona was forgotten. By the hash that recognises her and tells nobody who she was.
    Forgotten([u8; 32]),
    /// A person of the register was withdrawn.
    Person([u8; 16]),
    /// A person left through the app: withdrawn, and what only served her use of it is erased.
    Left([u8; 16]),
    /// An enrolment key no longer counts (its id).
    Enrolment([u8; 32]),
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EndsError {
    /// The file cannot be read or written.
    #[error("the journal of ends cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// A line in it is not what was written, or the file is another service's.
    #[error("the journal of ends is damaged or another service's, at line {line}")]
    Damaged {
        /// Counted from 1.
        line: usize,
    },
    /// It does not contain what the backup knew of it.
    #[error("this is not the journal the backup was taken with")]
    OtherJournal,
}

/// How far a journal went at some moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Lines.
    pub lines: usize,
    /// The chain after the last of them.
    pub chain: String,
}

/// What a journal says, with the chain after each line.
#[derive(Debug)]
pub struct Ends {
    start: String,
    lines: Vec<(End, String)>,
    length: u64,
}

impl Ends {
    /// A journal with nothing in it.
    #[must_use]
    pub fn empty(service: ServiceId) -> Ends {
        Ends { start: service.to_string(), lines: Vec::new(), length: 0 }
    }

    /// Reads a journal; one that does not exist is empty.
    pub fn read(path: &Path, service: ServiceId) -> Result<Ends, EndsError> {
        let mut text = String::new();
        match File::open(path) {
            Ok(mut file) => {
                file.read_to_string(&mut text)?;
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Ends::parse(&text, service)
    }

    fn parse(text: &str, service: ServiceId) -> Result<Ends, EndsError> {
        let mut ends = Ends::empty(service);
        for line in text.split_inclusive('\n') {
            // Cut off in the middle: never acknowledged.
            let Some(whole) = line.strip_suffix('\n') else { break };
            let damaged = || EndsError::Damaged { line: ends.lines.len() + 1 };
            let (said, chain) = whole.rsplit_once(' ').ok_or_else(damaged)?;
            if chain != link(ends.chain(), said) {
                return Err(damaged());
            }
            let end = End::parse(said).ok_or_else(damaged)?;
            ends.lines.push((end, chain.to_owned()));
            ends.length += line.len() as u64;
        }
        Ok(ends)
    }

    /// Everything in it.
    #[must_use]
    pub fn all(&self) -> Vec<End> {
        self.lines.iter().map(|(end, _)| *end).collect()
    }

    fn chain(&self) -> &str {
        self.lines.last().map_or(&self.start, |(_, chain)| chain)
    }

    /// How far it goes.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { lines: self.lines.len(), chain: self.chain().to_owned() }
    }

    /// Everything in it, if it goes on from `mark`.
    pub fn after_all(&self, mark: &Mark) -> Result<Vec<End>, EndsError> {
        let there = match mark.lines.checked_sub(1) {
            None => Some(self.start.as_str()),
            Some(last) => self.lines.get(last).map(|(_, chain)| chain.as_str()),
        };
        if there != Some(mark.chain.as_str()) {
            return Err(EndsError::OtherJournal);
        }
        Ok(self.all())
    }
}

/// An open journal.
#[derive(Debug)]
pub struct EndsJournal(Mutex<Tail>);

#[derive(Debug)]
struct Tail {
    file: File,
    length: u64,
    chain: String,
    /// A write failed and could not be undone: the file must be read again before the next one.
    broken: bool,
}

impl EndsJournal {
    /// Opens or creates the journal, and drops a line a crash cut off.
    pub fn open(path: &Path, service: ServiceId) -> Result<EndsJournal, EndsError> {
        let ends = Ends::read(path, service)?;
        let mut file =
            File::options().create(true).truncate(false).read(true).write(true).open(path)?;
        file.set_len(ends.length)?;
        file.seek(SeekFrom::Start(ends.length))?;
        file.sync_all()?;
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        let chain = ends.chain().to_owned();
        Ok(EndsJournal(Mutex::new(Tail { file, length: ends.length, chain, broken: false })))
    }

    /// Writes ends; when it returns they are on stable storage. Blocks for the disk.
    pub fn note(&self, ends: &[End]) -> Result<(), EndsError> {
        if ends.is_empty() {
            return Ok(());
        }
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.broken {
            return Err(std::io::Error::other("an earlier write failed").into());
        }
        let (mut text, mut chain) = (String::new(), tail.chain.clone());
        for end in ends {
            let said = end.to_string();
            chain = link(&chain, &said);
            text.push_str(&format!("{said} {chain}\n"));
        }
        let written = tail.file.write_all(text.as_bytes()).and_then(|()| tail.file.sync_data());
        if let Err(error) = written {
            let length = tail.length;
            let undone = tail.file.set_len(length);
            let undone = undone.and_then(|()| tail.file.seek(SeekFrom::Start(length)));
            tail.broken = undone.is_err();
            return Err(error.into());
        }
        tail.length += text.len() as u64;
        tail.chain = chain;
        Ok(())
    }
}

fn link(before: &str, said: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(before.as_bytes());
    hash.update(said.as_bytes());
    hex::encode(&hash.finalize()[..8])
}

impl End {
    fn parse(text: &str) -> Option<End> {
        let mut words = text.split(' ');
        let (kind, id) = (words.next()?, words.next()?);
        let end = match kind {
            "grant" => End::Grant(id.parse().ok()?),
            "revision" => End::Revision(id.parse().ok()?, words.next()?.parse().ok()?),
            "clinician" => End::Clinician(id.parse().ok()?),
            "persona" => End::Persona(id.parse().ok()?),
            "forgotten" => End::Forgotten(hex::decode(id).ok()?.try_into().ok()?),
            "person" => End::Person(hex::decode(id).ok()?.try_into().ok()?),
            "left" => End::Left(hex::decode(id).ok()?.try_into().ok()?),
            "enrolment" => End::Enrolment(hex::decode(id).ok()?.try_into().ok()?),
            _ => return None,
        };
        words.next().is_none().then_some(end)
    }
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::Grant(id) => write!(f, "grant {id}"),
            End::Revision(id, revision) => write!(f, "revision {id} {revision}"),
            End::Clinician(hash) => write!(f, "clinician {hash}"),
            End::Persona(id) => write!(f, "persona {id}"),
            End::Forgotten(hash) => write!(f, "forgotten {}", hex::encode(hash)),
            End::Person(id) => write!(f, "person {}", hex::encode(id)),
            End::Left(id) => write!(f, "left {}", hex::encode(id)),
            End::Enrolment(id) => write!(f, "enrolment {}", hex::encode(id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: ServiceId = ServiceId::from_bytes([3; 16]);

    fn some() -> Vec<End> {
        vec![
            End::Grant(GrantId::from_bytes([1; 16])),
            End::Revision(GrantId::from_bytes([2; 16]), 7),
            End::Clinician(CertificateHash::from_bytes([4; 32])),
            End::Persona(PersonaId::from_bytes([5; 32])),
            End::Person([6; 16]),
            End::Enrolment([7; 32]),
            End::Forgotten([8; 32]),
            End::Left([9; 16]),
        ]
    }

    #[test]
    fn what_was_noted_is_read_again_and_goes_on_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ends");
        let journal = EndsJournal::open(&path, SERVICE).unwrap();
        journal.note(&some()[..2]).unwrap();
        let mark = Ends::read(&path, SERVICE).unwrap().mark();
        drop(journal);
        EndsJournal::open(&path, SERVICE).unwrap().note(&some()[2..]).unwrap();
        let ends = Ends::read(&path, SERVICE).unwrap();
        assert_eq!(ends.after_all(&mark).unwrap(), some());
        let nothing = Ends::parse("", SERVICE).unwrap().mark();
        assert_eq!(ends.after_all(&nothing).unwrap(), some());
        // A backup taken later than this copy of the journal, or with another one.
        let later = ends.mark();
        let older = Ends::parse("", SERVICE).unwrap();
        assert!(matches!(older.after_all(&later), Err(EndsError::OtherJournal)));
        let other = Mark { chain: "0".repeat(16), ..mark };
        assert!(matches!(ends.after_all(&other), Err(EndsError::OtherJournal)));
    }

    #[test]
    fn a_line_cut_off_is_dropped_and_a_changed_or_missing_one_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ends");
        EndsJournal::open(&path, SERVICE).unwrap().note(&some()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for cut in 0..text.len() {
            let whole = text[..cut].matches('\n').count();
            assert_eq!(Ends::parse(&text[..cut], SERVICE).unwrap().lines.len(), whole, "at {cut}");
        }
        std::fs::write(&path, &text[..text.len() - 3]).unwrap();
        EndsJournal::open(&path, SERVICE).unwrap().note(&some()[..1]).unwrap();
        assert_eq!(Ends::read(&path, SERVICE).unwrap().lines.len(), some().len());

        let damaged =
            |text: &str| matches!(Ends::parse(text, SERVICE), Err(EndsError::Damaged { .. }));
        assert!(damaged(&text.replacen("01", "02", 1)));
        let without_second: String = text
            .lines()
            .enumerate()
            .filter(|(n, _)| *n != 1)
            .map(|(_, l)| format!("{l}\n"))
            .collect();
        assert!(damaged(&without_second));
        assert!(Ends::parse(&text, ServiceId::from_bytes([9; 16])).is_err(), "another service's");
    }
}
