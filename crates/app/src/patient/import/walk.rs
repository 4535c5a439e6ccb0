//! Finds the files of an import, also inside zip archives: bounded in number and depth, links not
//! followed, in a stable order.

use std::fs;
use std::path::{Path, PathBuf};

use super::archive;
use crate::ports::progress::Cancel;
use crate::views::patient::{RefusedFile, RefusedReason};

/// Bounds on one import.
#[derive(Debug, Clone)]
pub struct WalkLimits {
    /// Files at most.
    pub files: usize,
    /// Folders inside folders at most.
    pub depth: usize,
    /// Bytes of one file at most that is read as a whole.
    pub bytes: u64,
    /// Bytes of one file at most that is read piece by piece, and of an archive.
    pub streamed: u64,
    /// Bytes of an archive inside an archive at most, unpacked.
    pub nested: u64,
    /// Bytes at most of a file that is kept though it is not read.
    pub kept: u64,
    /// How many times its packed size a file of an archive may be (beyond a first MiB).
    pub ratio: u64,
}

impl Default for WalkLimits {
    fn default() -> Self {
        Self {
            files: 20_000,
            depth: 16,
            bytes: 256 << 20,
            streamed: 64 << 30,
            nested: 256 << 20,
            kept: 256 << 20,
            ratio: 200,
        }
    }
}

/// Where a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the disk.
    Disk(PathBuf),
    /// In a zip archive.
    Archive {
        /// The archive on the disk.
        path: PathBuf,
        /// The number of the entry in it.
        entry: usize,
        /// The number of the entry in that entry, if it is an archive itself.
        inner: Option<usize>,
    },
}

impl Place {
    /// A name for the place that stays the same when the same is picked again.
    pub fn key(&self) -> String {
        match self {
            Place::Disk(path) => path.to_string_lossy().into_owned(),
            Place::Archive { path, entry, inner: None } => {
                format!("{}\n{entry}", path.to_string_lossy())
            }
            Place::Archive { path, entry, inner: Some(inner) } => {
                format!("{}\n{entry}\n{inner}", path.to_string_lossy())
            }
        }
    }
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub place: Place,
    /// Its name relative to what was picked: what a person reads.
    pub name: String,
    /// Its size when it was found; of a file in an archive as the archive says.
    pub bytes: u64,
    /// Set if it is not to be read but only kept: why.
    pub only_kept: Option<RefusedReason>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files to import, ordered by name within each pick.
    pub files: Vec<FoundFile>,
    /// What was left out, and why.
    pub refused: Vec<RefusedFile>,
}

impl Found {
    /// Notes what is left out. One line for all that is too much, not thousands.
    pub(super) fn refuse(&mut self, file: &str, reason: RefusedReason) {
        let again = self.refused.last().is_some_and(|last| last.reason == RefusedReason::TooMany);
        if reason == RefusedReason::TooMany && again {
            return;
        }
        self.refused.push(RefusedFile { file: file.to_owned(), reason, kept: false });
    }

    /// Notes a file, unless there are too many.
    pub(super) fn add(&mut self, file: FoundFile, limits: &WalkLimits) {
        if self.files.len() >= limits.files {
            self.refuse(&file.name, RefusedReason::TooMany);
        } else {
            self.files.push(file);
        }
    }
}

/// Walks what was picked. A picked link is followed (the person chose it), links inside folders are
/// not; hidden files inside folders are passed over.
pub fn walk(picked: &[PathBuf], limits: &WalkLimits, cancel: &Cancel) -> Found {
    let mut walk = Walk { limits, cancel, found: Found::default() };
    for path in picked {
        let name = path.file_name().map_or_else(String::new, |name| lossy(name.as_ref()));
        match fs::metadata(path) {
            Ok(meta) => walk.visit(path, &name, &meta, 0),
            Err(_) => walk.found.refuse(&name, RefusedReason::Unreadable),
        }
    }
    walk.found
}

struct Walk<'a> {
    limits: &'a WalkLimits,
    cancel: &'a Cancel,
    found: Found,
}

impl Walk<'_> {
    fn visit(&mut self, path: &Path, name: &str, meta: &fs::Metadata, depth: usize) {
        if self.cancel.is_cancelled() {
            return;
        }
        if meta.is_dir() {
            if depth >= self.limits.depth {
                self.found.refuse(name, RefusedReason::TooDeep);
            } else {
                self.visit_folder(path, name, depth);
            }
        } else if !meta.is_file() {
            self.found.refuse(name, RefusedReason::NotAFile);
        } else if meta.len() > self.limits.streamed {
            self.found.refuse(name, RefusedReason::TooLarge);
        } else if archive::is_archive(path) {
            archive::list(path, name, self.limits, self.cancel, &mut self.found);
        } else {
            let place = Place::Disk(path.to_owned());
            let file =
                FoundFile { place, name: name.to_owned(), bytes: meta.len(), only_kept: None };
            self.found.add(file, self.limits);
        }
    }

    fn visit_folder(&mut self, path: &Path, name: &str, depth: usize) {
        let Ok(entries) = fs::read_dir(path) else {
            return self.found.refuse(name, RefusedReason::Unreadable);
        };
        let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let file_name = lossy(entry.file_name().as_ref());
            if file_name.starts_with('.') {
                continue;
            }
            let name = format!("{name}/{file_name}");
            // Does not follow links: a link to a folder above would never end.
            match fs::symlink_metadata(entry.path()) {
                Ok(meta) if meta.file_type().is_symlink() => {
                    self.found.refuse(&name, RefusedReason::Link);
                }
                Ok(meta) => self.visit(&entry.path(), &name, &meta, depth + 1),
                Err(_) => self.found.refuse(&name, RefusedReason::Unreadable),
            }
        }
    }
}

fn lossy(name: &Path) -> String {
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: &Found) -> Vec<&str> {
        found.files.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn finds_files_in_order_and_passes_over_links_and_hidden_files() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("records");
        fs::create_dir_all(root.join("2019")).unwrap();
        for name in ["b.json", "a.json", ".hidden", "2019/c.json"] {
            fs::write(root.join(name), "{}").unwrap();
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(dir.path(), root.join("up")).unwrap();
            std::os::unix::fs::symlink(root.join("a.json"), root.join("z.json")).unwrap();
        }
        let found = walk(&[root], &WalkLimits::default(), &Cancel::new());
        assert_eq!(names(&found), ["records/2019/c.json", "records/a.json", "records/b.json"]);
        #[cfg(unix)]
        assert!(
            found.refused.len() == 2
                && found.refused.iter().all(|refused| refused.reason == RefusedReason::Link)
        );
    }

    #[test]
    fn bounds_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("r");
        fs::create_dir_all(root.join("1/2/3")).unwrap();
        fs::write(root.join("1/2/3/deep.json"), "{}").unwrap();
        fs::write(root.join("large.json"), vec![b' '; 11]).unwrap();
        for n in 0..4 {
            fs::write(root.join(format!("m{n}.json")), "{}").unwrap();
        }
        let limits = WalkLimits { files: 2, depth: 3, streamed: 10, ..WalkLimits::default() };
        let found = walk(&[root, dir.path().join("gone")], &limits, &Cancel::new());
        assert_eq!(found.files.len(), 2);
        let reasons: Vec<_> = found.refused.iter().map(|refused| refused.reason).collect();
        assert_eq!(
            reasons,
            [
                RefusedReason::TooDeep,
                RefusedReason::TooLarge,
                RefusedReason::TooMany,
                RefusedReason::Unreadable
            ]
        );
    }
}
