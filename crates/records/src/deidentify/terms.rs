//! Her own names and numbers, to be looked for in text.

use std::collections::BTreeSet;

use crate::json::Json;
use crate::limits::Limits;

/// Words that are hers, gathered from her Patient resources. Secret: not to be logged.
#[derive(Clone, Default)]
pub struct Terms {
    words: BTreeSet<String>,
}

impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Terms({})", self.words.len())
    }
}

impl Terms {
    /// From the Patient resources among these records; others are passed over.
    pub fn from_patients<'a>(records: impl IntoIterator<Item = &'a [u8]>) -> Terms {
        let mut terms = Terms::default();
        for bytes in records {
            let Ok(resource) = Json::read(bytes, &Limits::default()) else { continue };
            if resource.text("resourceType") == Some("Patient") {
                for field in ["name", "telecom", "address", "identifier", "birthDate", "contact"] {
                    if let Some(value) = resource.get(field) {
                        terms.gather(value);
                    }
                }
            }
        }
        terms
    }

    fn gather(&mut self, value: &Json) {
        match value {
            Json::String(text) => self.insert(text),
            Json::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Json::Object(members) => {
                for (name, value) in members {
                    let is_content = !matches!(
                        name.as_str(),
                        "use"
                            | "system"
                            | "type"
                            | "period"
                            | "extension"
                            | "country"
                            | "prefix"
                            | "suffix"
                            | "rank"
                            | "relationship"
                            | "gender"
                    );
                    if is_content {
                        self.gather(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Adds a name or number. Very short words would be found everywhere and are left out.
    pub fn insert(&mut self, text: &str) {
        let text = text.trim().to_lowercase();
        if text.chars().count() >= 3 {
            self.words.insert(text);
        }
    }

    /// Those found in a text, as gathered (lower case).
    pub fn found_in(&self, text: &str) -> Vec<String> {
        let text = text.to_lowercase();
        self.words.iter().filter(|word| text.contains(word.as_str())).cloned().collect()
    }
}
