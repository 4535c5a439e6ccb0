//! The encrypted local store of a profile, and how its key comes out of the operating system's
//! keyring.
//!
//! - [`ProfileStore`]: the data folder with one folder per profile; list, create, unlock, change
//!   the passphrase. A second instance is refused.
//! - [`SqlVault`]: the open store, `keyward_app`'s `Vault` on SQLCipher.
//! - [`ProfileStore::salvage`]: what can be read of a damaged store, into a new one.
//! - [`Keyring`], [`OsKeyring`]: the operating system's keyring on one thread, with a time limit
//!   and a way to give up.
//!
//! # Keys
//! A profile has one random 32-byte master secret. The keyring holds it as it is, or wrapped under
//! a passphrase (Argon2id, AES-256-GCM; protocol SPEC §14) if one is set; never both. The key of
//! `vault.db` derives from it and is used raw. Nothing secret is in `profile.json`.
//!
//! # What is promised
//! - A committed transaction is on the disk (WAL, `synchronous=FULL`); one without commit never
//!   happened. After an I/O error during a commit nothing is visible of it to this process; whether
//!   it is there after a crash right then is open (the log may hold it), and nobody was told.
//! - A damaged file, a wrong key and a newer schema are told apart and leave the file byte for byte
//!   as it was.
//! - A log that was damaged after its transactions were acknowledged is told as damage; SQLite by itself
//!   would drop them without a word. (What looks the same as the end of a crash is taken for that: `db/log.rs`.)
//! - A creation that was refused leaves no profile; if the disk does not even confirm its removal, the
//!   secret stays with it, so that no profile is ever without one.
//! - A damaged store is salvaged page by page: a row comes back exactly as it was at some commit or not at all (if it
//!   may be of an older commit, the report says so), and the damaged files stay as they are, beside it.
//! - Migrations only go forward; the resulting schema is pinned by a test.
//! - After [`SqlVault::close`] neither key nor decrypted pages stay in the process's own buffers.
//!   (SQLCipher wipes what it frees, and the stack it used is wiped after each change. Pages the operating system swapped out before, and copies made
//!   by callers, are outside this promise.)
//! - Bodies of records are packed before they are encrypted and come back byte for byte. Pages of the file have one size, so
//!   of that only the size of the whole file tells something: how much is in it, as without it.
//!
//! # Write points
//! Everything that changes the disk, what makes it one step, and the test that kills the process
//! (SIGKILL, also in the middle of a write, also with all that was not synced gone) before every
//! single call of it:
//!
//! | what | one step by | test |
//! |---|---|---|
//! | create a profile | one rename of its finished folder | `tests/disk.rs`, the story |
//! | commit | SQLite's log, synced | `tests/disk.rs`, `tests/kills.rs`, `tests/crash.rs` |
//! | write the log back (while working, on closing) | the log stays until the file is synced | the same |
//! | each migration | one transaction with its version | `db/faults.rs` |
//! | passphrase set, changed, removed | one write of the keyring; `profile.json` is a hint | `tests/disk.rs`, `tests/profiles.rs` |
//! | rename, the hint, the noted salt, the mark of damage | a new file renamed over the old | `tests/disk.rs` |
//! | discard a profile | one rename to a name that is swept | `tests/disk.rs` |
//! | salvage | one rename of the finished store; the rest is finished by the next opening | `tests/disk.rs`, `salvage/tests.rs` |
//!
//! # Collections
//! `keyward_app::ports::vault::Collection` documents what each holds; ids within a collection are
//! chosen by the use cases and compared byte by byte.

mod db;
mod error;
mod files;
#[doc(hidden)]
pub mod fuzzing;
mod keyring;
mod keyslot;
mod profile;
mod report;
mod salvage;
mod store;

pub use db::SqlVault;
pub use error::StoreError;
#[cfg(any(test, feature = "testing"))]
pub use keyring::{Fault, MemoryKeyring};
pub use keyring::{Keyring, KeyringError, OsKeyring};
pub use keyward_protocol::passphrase::Cost;
pub use profile::{NewProfile, Profile, ProfileId, ProfileRole};
pub use salvage::Salvaged;
pub use store::{Listing, ProfileStore, Unlocked};
