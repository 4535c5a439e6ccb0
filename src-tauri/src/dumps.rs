//! No memory dumps: what a crash writes to the disk would hold the master secrets and whatever was
//! decrypted at that moment.

/// Forbids memory dumps to this process and to the web view's, which inherit it.
#[cfg(unix)]
pub(crate) fn forbid() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "a crash of this program may leave a memory dump");
    }
}

/// Elsewhere the system writes none unless it is told to.
#[cfg(not(unix))]
pub(crate) fn forbid() {}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::{Resource, getrlimit};

    #[test]
    fn no_dump_is_left_to_write() {
        super::forbid();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
