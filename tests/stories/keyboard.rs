//! Each main task of each role by keyboard alone: no click, no scrolling by hand, and the focus is always
//! to be seen. `docs/design.md` has the table of tasks and of the story that does each.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "keyboard/clinic.rs"]
mod clinic;
#[path = "keyboard/documents.rs"]
mod documents;
#[path = "documents/files.rs"]
#[expect(unreachable_pub, dead_code, reason = "the files of another story")]
mod files;
#[path = "keyboard/records.rs"]
mod records;
#[path = "keyboard/safety.rs"]
mod safety;
