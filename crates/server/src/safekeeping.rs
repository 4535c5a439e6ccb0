//! What backup and restore of both services say, and sizes of their files.

use keyward_relay_api::backup::Manifest;
use std::path::Path;

pub(crate) fn backed_up(manifest: &Manifest) -> String {
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let files = manifest.files.len();
    format!("backup of {}: {files} files, {bytes} bytes", time(manifest.taken_at))
}

pub(crate) fn restored(taken_at: u64, ended: u64) -> String {
    format!(
        "restored the state of {}; {ended} ends that came after it were carried out again",
        time(taken_at)
    )
}

/// Database and write-ahead log.
pub(crate) fn database_bytes(dir: &Path, name: &str) -> u64 {
    let size = |name: String| std::fs::metadata(dir.join(name)).map_or(0, |it| it.len());
    size(name.to_owned()) + size(format!("{name}-wal"))
}

fn time(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|it| jiff::Timestamp::from_second(it).ok());
    time.map_or_else(|| "a time unknown".to_owned(), |time| time.to_string())
}
