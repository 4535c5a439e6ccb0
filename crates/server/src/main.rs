//! The keyward-server binary.

fn main() {}
