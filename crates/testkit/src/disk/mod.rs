//! A disk that fails when told to, for a child process, and a disk that is really full.
//!
//! The same library ends the child at a chosen write point: before its n-th call that changes the
//! disk, whatever that is. So every write point of the real program is covered without a line in it.
//! What was written and not yet synced can be dropped afterwards, as a power cut would ([`Journal`]).
//!
//! [`FaultyDisk`] compiles a small library (`faults.c`) that stands between the child and its C
//! library, so that SQLite, `object_store` and the standard library all meet the fault where they
//! would meet it on a bad disk: in the answer of the system call. Linux only.
//!
//! [`SmallDisk`] is a file system of a few megabytes in memory; mounting it takes root.

mod deaths;
mod journal;

use std::fs::File;
use std::io::{Error, Result, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use deaths::Deaths;
pub use journal::{Dropped, Journal};

/// What fails from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Writes, for want of room (`ENOSPC`).
    Full,
    /// Writes, having written nothing (`EIO`).
    Broken,
    /// Writes, having written half (`EIO`).
    Torn,
    /// `fsync` and `fdatasync` (`EIO`).
    Sync,
}

/// How a process ends that is killed at a write point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Right before the call.
    Before,
    /// A write half done; otherwise right before the call.
    Torn,
}

/// Which files it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// Any below the folder.
    All,
    /// Write-ahead logs of SQLite.
    Logs,
    /// Databases of SQLite with their logs.
    Databases,
}

/// The control of one child's disk.
#[derive(Debug)]
pub struct FaultyDisk {
    dir: PathBuf,
    control: PathBuf,
    words: File,
    library: PathBuf,
    journal: PathBuf,
}

impl FaultyDisk {
    /// Faults for the files below `dir`; `scratch` is a folder for what this needs itself.
    ///
    /// # Errors
    /// If there is no C compiler, or the folders cannot be used.
    pub fn new(dir: &Path, scratch: &Path) -> Result<FaultyDisk> {
        let dir = dir.canonicalize()?;
        let (source, library) = (scratch.join("faults.c"), scratch.join("libfaults.so"));
        std::fs::write(&source, include_str!("faults.c"))?;
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .status()?;
        if !compiled.success() {
            return Err(Error::other("the fault library does not compile"));
        }
        let control = scratch.join("faults.control");
        std::fs::write(&control, [0; 4096])?;
        let words = File::options().read(true).write(true).open(&control)?;
        let journal = scratch.join("faults.journal");
        Ok(FaultyDisk { dir, control, words, library, journal })
    }

    /// As [`FaultyDisk::attach`]; what the child writes can be taken back afterwards.
    ///
    /// # Errors
    /// If the journal cannot be made.
    pub fn attach_with_journal(&self, child: &mut Command) -> Result<()> {
        File::create(&self.journal)?;
        self.attach(child);
        child.env("KEYWARD_DISK_JOURNAL", &self.journal);
        Ok(())
    }

    /// What children wrote and synced since [`FaultyDisk::attach_with_journal`].
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn journal(&self) -> Result<Journal> {
        Journal::read(&self.journal)
    }

    /// The child is killed (SIGKILL) at its write point `number`, counted from 0 and from now on.
    ///
    /// # Errors
    /// If the control file cannot be written.
    pub fn kill_at(&self, number: u32, end: End) -> Result<()> {
        self.put(4, 0)?;
        self.put(2, number)?;
        self.put(1, 0)?;
        self.put(0, if end == End::Torn { 32 } else { 16 })
    }

    /// Calls so far that changed the disk, or would have: the write points.
    ///
    /// # Errors
    /// If the control file cannot be read.
    pub fn points(&self) -> Result<u32> {
        self.word(4)
    }

    /// Puts a child under this control.
    pub fn attach(&self, child: &mut Command) {
        child
            .env("LD_PRELOAD", &self.library)
            .env("KEYWARD_DISK_CONTROL", &self.control)
            .env("KEYWARD_DISK_DIR", &self.dir);
    }

    /// From now on, after `passing` more calls of the kind, every one fails.
    ///
    /// # Errors
    /// If the control file cannot be written.
    pub fn fail(&self, fault: Fault, files: Files, passing: u32) -> Result<()> {
        let what: u32 = match fault {
            Fault::Full => 1,
            Fault::Broken => 2,
            Fault::Torn => 4,
            Fault::Sync => 8,
        };
        let which: u32 = match files {
            Files::All => 0,
            Files::Logs => 1,
            Files::Databases => 2,
        };
        self.put(3, 0)?;
        self.put(2, passing)?;
        self.put(1, which)?;
        self.put(0, what)
    }

    /// Nothing fails any more. Gives how many calls failed since [`FaultyDisk::fail`].
    ///
    /// # Errors
    /// If the control file cannot be used.
    pub fn heal(&self) -> Result<u32> {
        self.put(0, 0)?;
        self.word(3)
    }

    fn word(&self, number: u64) -> Result<u32> {
        let mut word = [0; 4];
        self.words.read_exact_at(&mut word, number * 4)?;
        Ok(u32::from_ne_bytes(word))
    }

    fn put(&self, word: u64, value: u32) -> Result<()> {
        self.words.write_all_at(&value.to_ne_bytes(), word * 4)
    }
}

/// A file system of a few megabytes; taken away when dropped.
#[derive(Debug)]
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one at `at`. `None` where that is not allowed.
    pub fn mount(at: &Path, bytes: u64) -> Option<SmallDisk> {
        let size = format!("size={bytes},mode=0700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "keyward-test"])
            .arg(at)
            .output();
        mounted.is_ok_and(|done| done.status.success()).then(|| SmallDisk(at.to_owned()))
    }

    /// Fills it, all but `left` bytes. Deleting the file that it names makes room again.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn fill(&self, left: u64) -> Result<PathBuf> {
        let path = self.0.join("ballast");
        let mut ballast = File::create(&path)?;
        let block = vec![0xaa; 4096];
        while ballast.write_all(&block).is_ok() {}
        let length = ballast.metadata()?.len();
        ballast.set_len(length.saturating_sub(left))?;
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: whoever still holds a file on it keeps it until he lets go.
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}
