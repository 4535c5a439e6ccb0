//! SQLite rearranges pages in room on the stack (`SQLITE_USE_ALLOCA`, see `.cargo/config.toml`): taking it from the heap
//! and wiping it each time took a quarter of the time of an import.

use std::hint::black_box;

use zeroize::Zeroize as _;

/// More than SQLite uses below its caller for five pages of 4 KiB with all their cells.
const DEPTH: usize = 128 << 10;

/// Wipes what calls from here left on this thread's stack. A change ends with it.
#[inline(never)]
#[expect(clippy::large_stack_arrays, reason = "the stack is what is to be wiped")]
pub(super) fn wipe() {
    let mut below = [0u8; DEPTH];
    below.zeroize();
    black_box(&below);
}
