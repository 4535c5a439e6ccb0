//! Finds the files of an import: bounded in number and depth, links not followed, in a stable order.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ports::progress::Cancel;
use crate::views::patient::{RefusedFile, RefusedReason};

/// Bounds on one import.
#[derive(Debug, Clone)]
pub struct WalkLimits {
    /// Files at most.
    pub files: usize,
    /// Folders inside folders at most.
    pub depth: usize,
    /// Bytes of one file at most.
    pub bytes: u64,
}

impl Default for WalkLimits {
    fn default() -> Self {
        Self { files: 20_000, depth: 16, bytes: 256 << 20 }
    }
}

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name relative to what was picked: what a person reads.
    pub name: String,
    /// Its size when it was found.
    pub bytes: u64,
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
    fn refuse(&mut self, file: &str, reason: RefusedReason) {
        self.refused.push(RefusedFile { file: file.to_owned(), reason });
    }
}

/// Walks what was picked. A picked link is followed (the person chose it), links inside folders are
/// not; hidden files inside folders are passed over.
pub fn walk(picked: &[PathBuf], limits: &WalkLimits, cancel: &Cancel) -> Found {
    let mut found = Found::default();
    for path in picked {
        let name = path.file_name().map_or_else(String::new, |name| lossy(name.as_ref()));
        match fs::metadata(path) {
            Ok(meta) => visit(path, &name, &meta, 0, limits, cancel, &mut found),
            Err(_) => found.refuse(&name, RefusedReason::Unreadable),
        }
    }
    found
}

fn visit(
    path: &Path,
    name: &str,
    meta: &fs::Metadata,
    depth: usize,
    limits: &WalkLimits,
    cancel: &Cancel,
    found: &mut Found,
) {
    if cancel.is_cancelled() {
        return;
    }
    if meta.is_dir() {
        if depth >= limits.depth {
            found.refuse(name, RefusedReason::TooDeep);
        } else {
            visit_folder(path, name, depth, limits, cancel, found);
        }
    } else if !meta.is_file() {
        found.refuse(name, RefusedReason::NotAFile);
    } else if meta.len() > limits.bytes {
        found.refuse(name, RefusedReason::TooLarge);
    } else if found.files.len() >= limits.files {
        // One line for all that is too much, not thousands.
        if found.refused.last().is_none_or(|last| last.reason != RefusedReason::TooMany) {
            found.refuse(name, RefusedReason::TooMany);
        }
    } else {
        let file = FoundFile { path: path.to_owned(), name: name.to_owned(), bytes: meta.len() };
        found.files.push(file);
    }
}

fn visit_folder(
    path: &Path,
    name: &str,
    depth: usize,
    limits: &WalkLimits,
    cancel: &Cancel,
    found: &mut Found,
) {
    let Ok(entries) = fs::read_dir(path) else {
        return found.refuse(name, RefusedReason::Unreadable);
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
            Ok(meta) if meta.file_type().is_symlink() => found.refuse(&name, RefusedReason::Link),
            Ok(meta) => visit(&entry.path(), &name, &meta, depth + 1, limits, cancel, found),
            Err(_) => found.refuse(&name, RefusedReason::Unreadable),
        }
    }
}

fn lossy(name: &Path) -> String {
    name.to_string_lossy().into_owned()
}

/// Reads a found file, at most `limit` bytes of it.
///
/// # Errors
/// Why it is refused.
pub fn read(file: &FoundFile, limit: u64) -> Result<Vec<u8>, RefusedReason> {
    use std::io::Read as _;
    let unreadable = |_| RefusedReason::Unreadable;
    let opened = fs::File::open(&file.path).map_err(unreadable)?;
    // The path may have become something else since it was found.
    if !opened.metadata().map_err(unreadable)?.is_file() {
        return Err(RefusedReason::NotAFile);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(file.bytes.min(limit)).unwrap_or(0));
    opened.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(RefusedReason::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(RefusedReason::Empty);
    }
    Ok(bytes)
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
        let limits = WalkLimits { files: 2, depth: 3, bytes: 10 };
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

    #[test]
    fn an_empty_or_grown_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        fs::write(&path, " \n").unwrap();
        let file = FoundFile { path: path.clone(), name: "f".into(), bytes: 2 };
        assert_eq!(read(&file, 10), Err(RefusedReason::Empty));
        fs::write(&path, "12345678901").unwrap();
        assert_eq!(read(&file, 10), Err(RefusedReason::TooLarge));
        assert_eq!(read(&file, 11).unwrap().len(), 11);
    }
}
