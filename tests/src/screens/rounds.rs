//! In which dress the screens are looked at.

use crate::axe::Rules;
use crate::pages::NARROW;

/// All screens once, in one theme, size and language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round {
    /// Last part of a picture's name.
    pub(super) name: &'static str,
    /// Each screen is looked at in the first and drawn anew in the others.
    pub(super) themes: &'static [&'static str],
    /// Text size in per cent, as the settings name it.
    pub(super) text: &'static str,
    /// In a frame of 320 pixels: what is left of 1280 at 400 % zoom.
    pub(super) narrow: bool,
    /// Size of the window's page.
    pub(super) window: (u32, u32),
    /// In the few colours a person has chosen for everything.
    pub(super) forced: bool,
    /// On a computer whose user asked for less motion.
    pub(super) still: bool,
    /// The language asked for, or the computer's.
    pub(super) language: Option<&'static str>,
    /// Every state, or the full one: states with little content say nothing new about sizes. Words are looked at in all.
    pub(super) every_state: bool,
    /// What only pressing shows, too.
    pub(super) walks: bool,
    /// What axe-core is asked: the structure is the same in every dress but the narrow one, where parts change places.
    pub(super) rules: Rules,
}

const PLAIN: Round = Round {
    name: "100",
    themes: &["light", "dark"],
    text: "100",
    narrow: false,
    window: super::WINDOW,
    forced: false,
    still: false,
    language: None,
    every_state: true,
    walks: true,
    rules: Rules::All,
};

const FULL: Round =
    Round { themes: &["light"], every_state: false, walks: false, rules: Rules::Layout, ..PLAIN };

pub(super) const ALL: [Round; 10] = [
    PLAIN,
    Round { name: "200", text: "200", themes: &["light", "dark"], ..FULL },
    Round { name: "narrow", narrow: true, walks: true, rules: Rules::All, ..FULL },
    Round { name: "wide", window: super::WIDE, ..FULL },
    // Two wishes that are often of one person, and need looking at everything once more.
    Round { name: "forced", forced: true, still: true, walks: true, ..FULL },
    // Made-up languages: one a third longer than English, one from right to left.
    Round { name: "longer", language: Some("xx"), every_state: true, walks: true, ..FULL },
    Round { name: "longer-narrow", language: Some("xx"), narrow: true, ..FULL },
    Round { name: "rtl", language: Some("xr"), ..FULL },
    // Its long words where a table has the least room before it folds, or has just folded.
    Round { name: "es", language: Some("es"), window: super::TIGHT, ..FULL },
    Round { name: "zh", language: Some("zh"), ..FULL },
];

impl Round {
    /// Whether every word on the screen must come from a catalogue or from the records.
    pub(super) fn words_are_marked(&self) -> bool {
        self.language == Some("xx")
    }

    /// What is opened: the page itself, or a page with it in a narrow frame.
    pub(super) fn document(&self) -> &'static str {
        if self.narrow { NARROW } else { "" }
    }
}
