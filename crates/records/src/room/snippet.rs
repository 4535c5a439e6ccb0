//! The place in a text where it was found, cut from the text itself.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::SnippetPart;

/// Characters shown before the first hit.
const BEFORE: usize = 40;
/// Characters shown in all.
const LENGTH: usize = 160;

/// A letter as it is compared: without accents, in lower case.
fn folded(c: char) -> impl Iterator<Item = char> {
    let accented = !c.is_ascii();
    std::iter::once(c)
        .nfd()
        .filter(move |c| !accented || !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Scripts in which a word may begin anywhere.
fn anywhere(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_fffd)
}

/// A text with its folded form; `at[i]` is the character from which folded character `i` comes.
struct Folded {
    letters: Vec<char>,
    at: Vec<usize>,
    /// Characters of the text.
    length: usize,
}

impl Folded {
    fn new(text: &[char]) -> Self {
        let mut all = Self { letters: Vec::new(), at: Vec::new(), length: text.len() };
        for (place, c) in text.iter().enumerate() {
            for letter in folded(*c) {
                all.letters.push(letter);
                all.at.push(place);
            }
        }
        all
    }

    /// Whether a word may begin at a folded character.
    fn begins(&self, place: usize) -> bool {
        let before = place.checked_sub(1).and_then(|before| self.letters.get(before));
        let here = self.letters.get(place);
        before.is_none_or(|before| !before.is_alphanumeric() || anywhere(*before))
            || here.is_some_and(|here| anywhere(*here))
    }

    /// The first place at or after `from` where `word` stands, as characters of the text.
    fn find(&self, word: &[char], from: usize) -> Option<(usize, usize)> {
        let last = self.letters.len().checked_sub(word.len())?;
        (from..=last)
            .find(|place| {
                self.letters.get(*place..place + word.len()) == Some(word) && self.begins(*place)
            })
            .map(|place| (place, place + word.len()))
    }
}

/// What is looked for, piece by piece, as the index takes a query apart.
fn wanted(query: &str) -> Vec<Vec<char>> {
    let mut words: Vec<Vec<char>> = Vec::new();
    let mut word: Vec<char> = Vec::new();
    let mut alone = false;
    for c in query.chars().take(400).chain([' ']) {
        let letter = c.is_alphanumeric() || is_combining_mark(c);
        if (!letter || anywhere(c) != alone) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        alone = anywhere(c);
        if letter {
            word.extend(folded(c));
        }
    }
    words.truncate(16);
    words
}

/// Every hit of one of the words between two characters, in order and not overlapping.
fn hits(text: &Folded, words: &[Vec<char>], end: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(next) =
        words.iter().filter_map(|word| text.find(word, from)).min_by_key(|(start, end)| {
            // Of two that begin together the longer one.
            (*start, usize::MAX - end)
        })
    {
        let (Some(first), Some(last)) = (text.at.get(next.0), text.at.get(next.1 - 1)) else {
            break;
        };
        if *first >= end {
            break;
        }
        // Accents that stand behind their letter belong to it.
        let behind = text.at.get(next.1).copied().unwrap_or(text.length);
        found.push((*first, behind.max(last + 1)));
        from = next.1;
    }
    found
}

/// Whether every word of a query stands in a text.
pub fn holds_all(text: &str, query: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let text = Folded::new(&characters);
    wanted(query).iter().all(|word| text.find(word, 0).is_some())
}

/// The first place of `text` with a word of `query`, with its surroundings; empty if there is none.
pub fn snippet(text: &str, query: &str) -> Vec<SnippetPart> {
    let words = wanted(query);
    // A long text is looked through piece by piece: its words stand in lines.
    let Some(line) = text.lines().find(|line| {
        let characters: Vec<char> = line.chars().collect();
        let folded = Folded::new(&characters);
        words.iter().any(|word| folded.find(word, 0).is_some())
    }) else {
        return Vec::new();
    };
    let characters: Vec<char> = line.chars().collect();
    let folded = Folded::new(&characters);
    let Some((first, _)) = hits(&folded, &words, usize::MAX).first().copied() else {
        return Vec::new();
    };
    let start = word_start(&characters, first.saturating_sub(BEFORE), first);
    let end = (start + LENGTH).min(characters.len());
    let mut parts = Vec::new();
    let mut at = start;
    let mut push = |from: usize, to: usize, hit: bool| {
        if let Some(part) = characters.get(from..to).filter(|part| !part.is_empty()) {
            parts.push(SnippetPart { text: part.iter().collect(), hit });
        }
    };
    if start > 0 {
        push(0, 0, false);
    }
    for (from, to) in hits(&folded, &words, end) {
        if to > at && from < end {
            push(at, from.max(at), false);
            push(from.max(at), to.min(end), true);
            at = to.min(end);
        }
    }
    push(at, end, false);
    if start > 0
        && let Some(part) = parts.first_mut()
    {
        part.text.insert(0, '…');
    }
    if end < characters.len()
        && let Some(part) = parts.last_mut()
    {
        part.text.push('…');
    }
    parts
}

/// The beginning of a word at or after `from`, but not after `until`.
fn word_start(text: &[char], from: usize, until: usize) -> usize {
    if from == 0 {
        return 0;
    }
    (from..until)
        .find(|place| text.get(place - 1).is_some_and(|c| c.is_whitespace()))
        .unwrap_or(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, query: &str) -> String {
        let parts = snippet(text, query).into_iter();
        parts.map(|part| if part.hit { format!("[{}]", part.text) } else { part.text }).collect()
    }

    #[test]
    fn hits_are_marked_in_the_text_as_it_was_written() {
        assert_eq!(marked("Größe und Gewicht", "groß gew"), "[Größ]e und [Gew]icht");
        assert_eq!(marked("患者有2型糖尿病史", "糖尿病"), "患者有2型[糖尿病]史");
        assert_eq!(marked("Café CAFE\u{301} cafe", "café"), "[Café] [CAFE\u{301}] [cafe]");
        // A word is found at its beginning only.
        assert_eq!(marked("unsugared", "sugar"), "");
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_hit() {
        let text = format!("{} heart {}", "word ".repeat(50), "more ".repeat(100));
        let found = marked(&text, "heart");
        assert!(found.starts_with("…word"), "{found}");
        assert!(found.contains("[heart]") && found.ends_with('…'), "{found}");
        assert!(found.chars().count() <= LENGTH + 6);
    }
}
