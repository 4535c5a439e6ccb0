//! The message catalogue as the interface has it, so that a story expects the sentence a person
//! reads and not a copy of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::Failure;

/// Shortest piece worth looking for; shorter ones (a full stop after a name) say nothing.
const SHORTEST: usize = 4;

/// Sentences by key.
#[derive(Debug)]
pub struct Words(BTreeMap<String, String>);

impl Words {
    /// Reads the English catalogue from the interface's sources.
    pub fn english() -> Result<Self, Failure> {
        Self::of("en")
    }

    /// Reads the catalogue of a language.
    pub fn of(language: &str) -> Result<Self, Failure> {
        let folder =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../ui/src/locales").join(language);
        let mut words = BTreeMap::new();
        for entry in std::fs::read_dir(folder)? {
            read(&std::fs::read_to_string(entry?.path())?, &mut words);
        }
        Ok(Self(words))
    }

    /// The sentence `key`, in which nothing is filled in.
    ///
    /// # Panics
    /// There is no such sentence, or something is filled in.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        let text = self.0.get(key).map(String::as_str).unwrap_or_default();
        assert!(!text.is_empty() && !text.contains('{'), "no whole sentence under {key}: {text}");
        text
    }

    /// What of the sentence `key` stands on the screen whatever is filled in: the text outside all
    /// placeholders.
    ///
    /// # Panics
    /// There is no such sentence, or nothing of it is fixed: the story would expect nothing.
    #[must_use]
    pub fn pieces(&self, key: &str) -> Vec<String> {
        let text = self.0.get(key).map(String::as_str).unwrap_or_default();
        let mut pieces = vec![String::new()];
        let mut depth = 0_u32;
        for character in text.chars() {
            match character {
                '{' => {
                    depth += 1;
                    pieces.push(String::new());
                }
                '}' => depth = depth.saturating_sub(1),
                other if depth == 0 => {
                    if let Some(piece) = pieces.last_mut() {
                        piece.push(other);
                    }
                }
                _ => {}
            }
        }
        let pieces: Vec<_> = pieces
            .into_iter()
            .map(|piece| piece.trim().to_owned())
            .filter(|piece| piece.chars().count() >= SHORTEST)
            .collect();
        assert!(!pieces.is_empty(), "the catalogue has nothing fixed under {key}");
        pieces
    }
}

/// Finds every `"key": "text"` of a catalogue file.
fn read(source: &str, into: &mut BTreeMap<String, String>) {
    let mut rest = source;
    while let Some((key, after)) = string(rest) {
        rest = after;
        let Some(value) = after.trim_start().strip_prefix(':') else { continue };
        let value = value.trim_start();
        if !value.starts_with('"') {
            continue;
        }
        if let Some((text, after)) = string(value) {
            into.insert(key, text);
            rest = after;
        }
    }
}

/// The next double-quoted string and what follows it.
fn string(source: &str) -> Option<(String, &str)> {
    let start = source.find('"')?;
    let mut text = String::new();
    let mut characters = source[start + 1..].char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((text, &source[start + 1 + at + 1..])),
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            other => text.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_found_with_what_is_fixed_in_them() {
        let words = Words::english().unwrap();
        assert_eq!(words.pieces("over.revoked.heading"), ["has stopped sharing with you"]);
        assert_eq!(words.pieces("alarm.rolledBack.title"), ["The relay shows an older state:"]);
        assert_eq!(Words::of("es").unwrap().text("settings.heading"), "Ajustes");
    }

    #[test]
    #[should_panic(expected = "nothing fixed")]
    fn a_sentence_that_is_not_there_is_not_expected() {
        drop(Words::english().unwrap().pieces("no.such.key"));
    }
}
