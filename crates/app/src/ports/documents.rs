//! What looks into documents: implemented by the shell in a process without rights.

pub use keyward_records::documents::{Findings, Inspector, NoInspector, Shown, Unseen};
