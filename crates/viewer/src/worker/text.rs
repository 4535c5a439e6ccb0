//! From glyphs with places to lines of words, and the search in them.

use hayro::kurbo::Point;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::message::{MAX_PLACES, MAX_WORDS, Mark, PageSize, PageText, Place, TextLine};

/// Characters of one page; what follows is left out.
const MAX_CHARACTERS: usize = 200_000;
/// Characters before and after a place found.
const AROUND: usize = 48;

/// A glyph as the page draws it.
pub(super) struct Glyph<'a> {
    /// What it stands for; empty if the document does not say.
    pub(super) text: &'a str,
    /// Where it begins on the base line, in points from the upper left corner.
    pub(super) start: Point,
    /// Where the next one would begin.
    pub(super) end: Point,
    /// Height of the type in points.
    pub(super) size: f64,
}

#[derive(Clone, Copy)]
struct Character {
    value: char,
    left: f32,
    right: f32,
    base: f32,
    size: f32,
}

/// The text of a page.
pub(super) struct Text {
    size: PageSize,
    /// Line ends are characters too.
    characters: Vec<Character>,
    cut: bool,
}

impl Text {
    pub(super) fn new(size: PageSize) -> Self {
        Self { size, characters: Vec::new(), cut: false }
    }

    /// Adds a glyph: on the same line as the one before if it continues it.
    #[expect(clippy::cast_possible_truncation, reason = "points on a page fit an f32")]
    pub(super) fn add(&mut self, glyph: &Glyph<'_>) {
        let places = [glyph.start.x, glyph.start.y, glyph.end.x, glyph.size];
        if places.iter().any(|place| !place.is_finite()) {
            return;
        }
        let [start, base, end, size] = places.map(|place| place as f32);
        let (left, right) = (start.min(end), start.max(end));
        self.separate(left, base, size);
        // Ligatures become their letters.
        for value in glyph.text.nfkc().filter(|&c| crate::message::is_plain(c)) {
            if self.characters.len() >= MAX_CHARACTERS {
                self.cut = true;
                return;
            }
            let value = if value.is_whitespace() { ' ' } else { value };
            if value == ' ' && self.characters.last().is_none_or(|last| last.value.is_whitespace())
            {
                continue;
            }
            self.characters.push(Character { value, left, right, base, size });
        }
    }

    /// A line end or a space before a glyph that stands apart.
    fn separate(&mut self, left: f32, base: f32, size: f32) {
        let Some(&last) = self.characters.last() else { return };
        let em = size.max(last.size).max(1.0);
        let gap = left - last.right;
        let value = if (base - last.base).abs() > 0.5 * em || gap < -1.5 * em {
            '\n'
        } else if gap > 0.18 * em && last.value != ' ' {
            ' '
        } else {
            return;
        };
        if last.value == '\n' {
            return;
        }
        if value == '\n' && last.value == ' ' {
            self.characters.pop();
        }
        self.characters.push(Character { value, left: last.right, right: last.right, ..last });
    }

    pub(super) fn lines(&self) -> PageText {
        let lines = self
            .characters
            .split(|c| c.value == '\n')
            .filter_map(|line| {
                let text: String = line.iter().map(|c| c.value).collect();
                let text = text.trim().to_owned();
                (!text.is_empty()).then(|| TextLine { text, mark: self.mark(line) })
            })
            .collect();
        PageText { lines, cut: self.cut }
    }

    pub(super) fn append_words(&self, words: &mut String) {
        for character in &self.characters {
            if words.len() + 4 > MAX_WORDS {
                return;
            }
            words.push(character.value);
        }
    }

    /// The smallest upright rectangle around characters, in parts of the page.
    fn mark(&self, characters: &[Character]) -> Mark {
        let mut sides = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for c in characters.iter().filter(|c| c.value != '\n') {
            sides.0 = sides.0.min(c.left);
            sides.1 = sides.1.min(c.base - 0.8 * c.size);
            sides.2 = sides.2.max(c.right);
            sides.3 = sides.3.max(c.base + 0.25 * c.size);
        }
        let part = |value: f32, whole: f32| (value / whole).clamp(0.0, 1.0);
        let (x, y) = (part(sides.0, self.size.width), part(sides.1, self.size.height));
        let (right, lower) = (part(sides.2, self.size.width), part(sides.3, self.size.height));
        Mark { x, y, width: (right - x).max(0.0), height: (lower - y).max(0.0) }
    }

    /// Adds the places where `words` stand; case, accents and line ends make no difference.
    pub(super) fn find(&self, page: u32, words: &str, places: &mut Vec<Place>) {
        let sought: Vec<char> = words.trim().chars().flat_map(fold).collect();
        if sought.is_empty() {
            return;
        }
        // Folded characters, each with the position of the character it comes from.
        let mut folded: Vec<(char, usize)> = Vec::with_capacity(self.characters.len());
        for (position, character) in self.characters.iter().enumerate() {
            folded.extend(fold(character.value).map(|c| (c, position)));
        }
        let mut at = 0;
        while at + sought.len() <= folded.len() && places.len() < MAX_PLACES {
            let here = folded.get(at..at + sought.len()).unwrap_or_default();
            if here.iter().zip(&sought).any(|((c, _), wanted)| c != wanted) {
                at += 1;
                continue;
            }
            let first = here.first().map_or(0, |(_, position)| *position);
            let last = here.last().map_or(0, |(_, position)| *position);
            places.push(self.place(page, first, last + 1));
            at += sought.len();
        }
    }

    fn place(&self, page: u32, from: usize, to: usize) -> Place {
        let words = |from: usize, to: usize| -> String {
            let characters = self.characters.get(from..to).unwrap_or_default();
            characters.iter().map(|c| if c.value == '\n' { ' ' } else { c.value }).collect()
        };
        let marks = self
            .characters
            .get(from..to)
            .unwrap_or_default()
            .split(|c| c.value == '\n')
            .filter(|line| !line.is_empty())
            .map(|line| self.mark(line))
            .collect();
        Place {
            page,
            before: words(from.saturating_sub(AROUND), from),
            found: words(from, to),
            after: words(to, (to + AROUND).min(self.characters.len())),
            marks,
        }
    }
}

/// A character without case and accents; every space is one blank.
fn fold(c: char) -> impl Iterator<Item = char> {
    let c = if c.is_whitespace() { ' ' } else { c };
    std::iter::once(c).nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &mut Text, words: &str, x: f64, y: f64) {
        for (n, c) in words.chars().enumerate() {
            let start = Point::new(x + 6.0 * n as f64, y);
            let end = Point::new(x + 6.0 * (n + 1) as f64, y);
            let mut one = [0; 4];
            text.add(&Glyph { text: c.encode_utf8(&mut one), start, end, size: 12.0 });
        }
    }

    fn page() -> Text {
        let mut text = Text::new(PageSize { width: 600.0, height: 800.0 });
        typed(&mut text, "Hämoglobin", 60.0, 100.0);
        typed(&mut text, "13.5", 140.0, 100.0);
        typed(&mut text, "gluten", 60.0, 120.0);
        typed(&mut text, "ﬁree", 60.0, 140.0);
        text
    }

    #[test]
    fn gaps_are_spaces_and_other_base_lines_are_lines() {
        let lines: Vec<String> = page().lines().lines.into_iter().map(|line| line.text).collect();
        assert_eq!(lines, ["Hämoglobin 13.5", "gluten", "fiiree"].map(|l| l.replace("fii", "fi")));
    }

    #[test]
    fn case_accents_and_line_ends_do_not_hide_what_is_sought() {
        let (page, mut places) = (page(), Vec::new());
        page.find(2, "HAMOGLOBIN", &mut places);
        page.find(2, "gluten firee", &mut places);
        page.find(2, "nothing", &mut places);
        assert_eq!(places.len(), 2);
        assert_eq!((places[0].page, places[0].found.as_str()), (2, "Hämoglobin"));
        assert!((places[0].marks[0].x - 0.1).abs() < 0.001);
        assert!((places[0].marks[0].width - 0.1).abs() < 0.001);
        assert_eq!(places[1].marks.len(), 2, "one mark a line");
        assert!(places[0].after.starts_with(" 13.5 gluten"));
    }
}
