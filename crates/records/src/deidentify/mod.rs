//! De-identifying.
