//! Keyward desktop.

fn main() {}
