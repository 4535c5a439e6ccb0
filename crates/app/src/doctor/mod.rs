//! The doctor's use cases: who shares with her, what they share, and what becomes of it when a
//! share ends.
//!
//! - [`sync`]: one exchange with relay and clinic: letters from the mailbox, states of shares, new
//!   records, and the erasing of what is over;
//! - [`home`]: the list of shares;
//! - [`chart`], [`record`]: a shared chart and one record of it.
//!
//! What the relay delivers is believed only as far as the patient signed it. What does not verify
//! is put aside unread and told as a [`crate::views::doctor::ChartAlarm`].

mod chart;
mod fetch;
mod home;
mod mailbox;
mod own;
mod readable;
mod report;
mod rows;
mod shares;
mod sync;
mod time;
mod vouching;

pub use chart::{chart, open, record, record_source};
pub(crate) use home::needs_clinic;
pub use home::{home, reach};
pub(crate) use readable::{Readable, readable};
pub(crate) use report::{count as count_shares, lost as lost_shares};
pub(crate) use rows::PROGRESS;
pub(crate) use shares::lose_keys;
pub(crate) use sync::LAST as LAST_SYNC;
pub use sync::sync;
pub(crate) use time::HIGHEST as HIGHEST_TIME;
