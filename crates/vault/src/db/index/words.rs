//! Words as they are indexed and asked for. Chinese and Japanese are written without spaces: there
//! each character is a word, and a word of several characters is asked for as a phrase. Everything
//! else is split, folded and freed of accents by FTS5's tokenizer `unicode61`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Stands between characters that are words of their own. A control character: no text has it
/// ([`indexed`] takes it out), the tokenizer takes it for a space, and [`plain`] takes it out again.
const SEAM: char = '\u{1f}';

/// Words of a query that are looked at.
const MAX_WORDS: usize = 32;
/// Characters of a query that are looked at.
const MAX_QUERY: usize = 400;

/// Characters that stand alone begin with this byte or a later one (U+3000 and on).
const FIRST_BYTE: u8 = 0xe3;

/// Scripts written without spaces between words.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c),
        0x3040..=0x30ff        // Hiragana, Katakana
        | 0x3400..=0x4dbf      // Han, extension A
        | 0x4e00..=0x9fff      // Han
        | 0xf900..=0xfaff      // Han, compatibility
        | 0x2_0000..=0x3_fffd  // Han, further extensions
    )
}

/// A text with seams where the tokenizer must split it.
pub(super) fn indexed(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte >= FIRST_BYTE || byte == SEAM as u8) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    let mut alone = false;
    for c in text.chars().filter(|c| *c != SEAM) {
        let next = stands_alone(c);
        if (alone || next) && !out.is_empty() {
            out.push(SEAM);
        }
        out.push(c);
        alone = next;
    }
    Cow::Owned(out)
}

/// An indexed text as it was before.
pub(super) fn plain(indexed: String) -> String {
    if indexed.contains(SEAM) { indexed.replace(SEAM, "") } else { indexed }
}

/// The FTS5 expression for "all words of one of these lines"; `None` if there is no letter or digit in them.
/// Whatever was typed only ever stands between quotation marks.
pub(super) fn expression(query: &str) -> Option<String> {
    let query: String = query.chars().take(MAX_QUERY).collect();
    let mut left = MAX_WORDS;
    let lines: Vec<String> = query.lines().filter_map(|line| all_of(line, &mut left)).collect();
    match lines.as_slice() {
        [] => None,
        [line] => Some(line.clone()),
        lines => Some(format!("({})", lines.join(") OR ("))),
    }
}

/// All words of a line, of at most so many in all.
fn all_of(line: &str, left: &mut usize) -> Option<String> {
    let mut expression = String::new();
    let words = line.split(|c: char| c.is_whitespace() || c.is_control());
    for word in words.flat_map(pieces).take(*left) {
        *left -= 1;
        if !expression.is_empty() {
            expression.push_str(" AND ");
        }
        match word {
            Piece::Letters(word) => {
                // The last letters may be missing.
                let _ = write!(expression, "\"{}\"*", word.replace('"', "\"\""));
            }
            Piece::Alone(word) => {
                let characters: Vec<String> = word.chars().map(String::from).collect();
                let _ = write!(expression, "\"{}\"", characters.join(" "));
            }
        }
    }
    (!expression.is_empty()).then_some(expression)
}

enum Piece {
    /// Letters and digits of other scripts, perhaps with signs between.
    Letters(String),
    /// Characters that are words of their own.
    Alone(String),
}

fn pieces(word: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let alone = stands_alone(first);
        let end = rest.find(|c| stands_alone(c) != alone).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        if alone {
            found.push(Piece::Alone(piece.to_owned()));
        } else if piece.chars().any(char::is_alphanumeric) {
            found.push(Piece::Letters(piece.to_owned()));
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_without_spaces_are_words_of_their_own() {
        let seams = indexed("2型糖尿病 HbA1c");
        assert_eq!(seams.split([SEAM, ' ']).filter(|word| !word.is_empty()).count(), 6);
        assert_eq!(plain(seams.into_owned()), "2型糖尿病 HbA1c");
        assert_eq!(expression("糖尿").as_deref(), Some("\"糖 尿\""));
        assert_eq!(expression("HbA1c糖").as_deref(), Some("\"HbA1c\"* AND \"糖\""));
    }

    #[test]
    fn one_of_several_lines_is_enough() {
        let expected = "(\"peso\"*) OR (\"Body\"* AND \"weight\"*)";
        assert_eq!(expression("peso\n\nBody weight\n").as_deref(), Some(expected));
        let many = ["a "; 20].concat() + "\n" + &["b "; 20].concat();
        assert_eq!(expression(&many).unwrap().matches('*').count(), MAX_WORDS);
    }

    #[test]
    fn what_is_typed_stays_between_quotation_marks() {
        let typed = "a\" OR words:b* NEAR(c) -d";
        let expected = "\"a\"\"\"* AND \"OR\"* AND \"words:b*\"* AND \"NEAR(c)\"* AND \"-d\"*";
        assert_eq!(expression(typed).as_deref(), Some(expected));
        for nothing in ["", "  ", "\"", "*", "-- ; '", "\u{0}"] {
            assert_eq!(expression(nothing), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_without_its_seams(text in "\\PC*") {
            prop_assert_eq!(plain(indexed(&text).into_owned()), text);
        }
    }
}
