//! Keys as WebDriver names them (W3C WebDriver §17.4.2).

/// To the next place.
pub const TAB: &str = "\u{e004}";
/// Does it.
pub const ENTER: &str = "\u{e007}";
/// Leaves a list or a dialog.
pub const ESCAPE: &str = "\u{e00c}";
/// Ticks.
pub const SPACE: &str = " ";
/// Deletes what is marked.
pub const BACKSPACE: &str = "\u{e003}";
/// One up.
pub const UP: &str = "\u{e013}";
/// One down.
pub const DOWN: &str = "\u{e015}";
/// One to the left.
pub const LEFT: &str = "\u{e012}";
/// One to the right.
pub const RIGHT: &str = "\u{e014}";
/// A screen up.
pub const PAGE_UP: &str = "\u{e00e}";
/// A screen down.
pub const PAGE_DOWN: &str = "\u{e00f}";
/// To the beginning.
pub const HOME: &str = "\u{e011}";
/// To the end.
pub const END: &str = "\u{e010}";
/// Held for a shortcut.
pub const CONTROL: &str = "\u{e009}";
/// Held for a shortcut.
pub const SHIFT: &str = "\u{e008}";
/// Leads into what has just been said, and its way back.
pub const F6: &str = "\u{e036}";
