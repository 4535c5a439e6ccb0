//! Key files: 32 random bytes as one line of hex, readable by their owner only.

use crate::error::ServerError;
use rand::Rng as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use zeroize::Zeroizing;

/// Writes a fresh key to a new file.
pub(crate) fn create(path: &Path) -> Result<(), ServerError> {
    let mut key = Zeroizing::new([0_u8; 32]);
    rand::rng().fill_bytes(key.as_mut_slice());
    let mut text = Zeroizing::new(hex::encode(key.as_slice()));
    text.push('\n');
    let written = new_private(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| ServerError::Write { path: path.to_owned(), source })
}

#[cfg(unix)]
fn new_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_private(path: &Path) -> std::io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// Reads a key. A file that others can read is refused: its key may already be known.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, ServerError> {
    let unreadable = |source| ServerError::Read { path: path.to_owned(), source };
    refuse_shared(path)?;
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    let mut key = Zeroizing::new([0_u8; 32]);
    hex::decode_to_slice(text.trim(), key.as_mut_slice())
        .map_err(|_| ServerError::KeyFile { path: path.to_owned() })?;
    Ok(key)
}

#[cfg(unix)]
fn refuse_shared(path: &Path) -> Result<(), ServerError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path)
        .map_err(|source| ServerError::Read { path: path.to_owned(), source })?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(ServerError::KeyFileOpen { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_shared(_path: &Path) -> Result<(), ServerError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_private_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        create(&path).unwrap();
        let key = read(&path).unwrap();
        assert_ne!(*key, [0; 32]);
        assert!(matches!(create(&path), Err(ServerError::Write { .. })));
        assert_eq!(*read(&path).unwrap(), *key);
    }

    #[cfg(unix)]
    #[test]
    fn a_key_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(ServerError::KeyFileOpen { .. })));
    }
}
