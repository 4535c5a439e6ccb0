//! The cloud relay: stores ciphertext, re-encrypts under live grants, logs accesses.
//!
//! The relay is trusted for availability, for enforcing grants and expiry, and for logging
//! accesses. It cannot read records: no key it ever holds opens one, and this crate cannot even
//! link the code that handles plaintext.
//!
//! ```text
//! routes    the one table of endpoints: who may, how large, how often
//! api       dispatch (rate → size → signature → role), one module of handlers per subject
//! store     the trait; sqlite/ behind it
//! blobs     payloads as pack objects through object_store
//! sealed    secrets at rest
//! relay     opening, time, serving
//! upkeep    expiry, retention, room, health
//! backup    copies while serving, and what a restored one must be told
//! ```
//!
//! # What the relay still learns
//!
//! Ciphertext hides content, padding blurs lengths, ids are random or hashes of keys. What is left,
//! stated so that nobody believes more:
//!
//! - **That a persona exists and when.** Each persona's certificate, key and every request's time
//!   and network address. Two personas of one patient share no id, key, connection or TLS ticket;
//!   but the same address, the same hours, or requests right after one another suggest one person.
//! - **Counts.** Compartments per persona, key epochs per compartment (hence roughly how often
//!   something was revoked or expired), devices per compartment, records per device and when each
//!   arrived. The first import of a large history looks like one.
//! - **Sizes.** Each sealed payload's padded length (Padmé: at most about 12 % more, so large
//!   documents and images are told from small observations; small ones share fixed buckets).
//!   Sizes together with counts can hint at kinds of records.
//! - **Who shares with whom.** Each grant names a clinician's certificate hash, and clinician
//!   certificates carry names and roles in clear: a persona sharing with an oncologist says
//!   something, whatever the compartments are called. When it was given, until when, how many
//!   compartments, when it was extended or stopped.
//! - **Who reads what, when, how much.** Every access: clinician, persona, compartment (a random
//!   number), how many records, when. This is also what the patient's access history is made of.
//! - **Backups.** That a persona keeps a backup, when each version was stored, how many packs it
//!   needs, which it shares with earlier ones, and their lengths (hence how much changed).
//! - **Backups of clinicians.** The same, and whose: the key they lie under is vouched for by a clinician's
//!   certificate. She is known to the relay by name anyway.
//! - **Losses.** That one persona continues another, and since when.
//! - **Mailboxes.** That a message of a padded or raw length reached a clinician, when it was
//!   fetched and acknowledged, and from which persona's request it came.
//!
//! It does not learn names of patients, names of compartments or spaces, kinds of records, the
//! consent, or which personas belong together, except as far as the list above lets it guess.
//!
//! A relay that cheats can refuse service, delay, serve an older validly signed state to a reader
//! who has never seen a newer one, keep a re-encryption key it promised to delete, and leave an
//! access out of the history. It cannot alter a record, attribute one to somebody else, or open
//! what was not granted. With a doctor it can open the whole granted compartment-epochs, also
//! after revocation: revocation protects against readers and against later break-ins at an honest
//! relay, not against a relay that colludes.
//!
//! # What "deleted" means here
//!
//! A persona who asks to be forgotten leaves a hash that keeps her from coming back by a replay; her
//! rows are overwritten as below, her payloads' files deleted, within the time her receipt states (an
//! hour at most). A revoked grant's keys are overwritten with zeroes in the database (`secure_delete`), the
//! write-ahead log is emptied behind it, and what stood there was sealed under the storage key. What a
//! file system, a solid-state disk or a backup keeps of old blocks is outside the program's reach;
//! the sealing is what protects those.

mod api;
pub mod backup;
mod blobs;
mod config;
mod error;
mod personas;
mod relay;
pub mod routes;
mod sealed;
pub mod sqlite;
pub mod store;
mod upkeep;

pub use blobs::Blobs;
pub use config::{Limits, Rates, RelayConfig};
pub use error::RelayError;
pub use keyward_relay_api::http::server::{Rate, SteadyClock};
pub use keyward_relay_api::http::{SystemTime, UnixClock};
pub use keyward_relay_api::types::Scope;
pub use relay::Relay;
pub use upkeep::{Health, free_bytes};
