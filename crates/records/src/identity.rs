//! Who a record says it is about, and whether two records say the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::date::PartialDate;
use crate::json::Json;

/// A name as given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonName {
    /// Family name.
    pub family: Option<String>,
    /// Given names, in order.
    pub given: Vec<String>,
    /// The whole name as one text.
    pub text: Option<String>,
}

/// Who a Patient resource describes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PatientIdentity {
    /// All her names, the one in use first.
    pub names: Vec<PersonName>,
    /// Birth date as written.
    pub birth_date: Option<PartialDate>,
    /// Administrative sex code as written.
    pub sex: Option<String>,
}

impl PatientIdentity {
    /// From a registered name in one text and a birth date (`YYYY-MM-DD`; ignored if it is no date).
    pub fn new(name: &str, birth_date: &str) -> PatientIdentity {
        let name = name.trim();
        let names = if name.is_empty() {
            Vec::new()
        } else {
            vec![PersonName { text: Some(name.to_owned()), ..PersonName::default() }]
        };
        PatientIdentity { names, birth_date: PartialDate::parse(birth_date.trim()), sex: None }
    }

    /// From a Patient resource; `None` for any other.
    pub fn of(resource: &Json) -> Option<PatientIdentity> {
        if resource.text("resourceType") != Some("Patient") {
            return None;
        }
        let mut ranked: Vec<(u8, PersonName)> = resource
            .items("name")
            .filter(|name| name.text("use") != Some("anonymous"))
            .map(|name| (rank(name.text("use")), PersonName::of(name)))
            .filter(|(_, name)| !name.display().is_empty())
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        Some(PatientIdentity {
            names: ranked.into_iter().map(|(_, name)| name).collect(),
            birth_date: resource.text("birthDate").and_then(PartialDate::parse),
            sex: resource.text("gender").map(str::to_owned),
        })
    }

    /// The name in use, as one text.
    pub fn display_name(&self) -> Option<String> {
        self.names.first().map(PersonName::display)
    }
}

fn rank(usage: Option<&str>) -> u8 {
    match usage {
        Some("official") => 0,
        Some("usual") => 1,
        None => 2,
        Some("nickname" | "temp") => 4,
        Some("old" | "maiden") => 5,
        Some(_) => 3,
    }
}

impl PersonName {
    /// From a FHIR HumanName.
    pub(crate) fn of(name: &Json) -> PersonName {
        PersonName {
            family: name.text("family").map(str::to_owned),
            given: name.items("given").filter_map(Json::as_str).map(str::to_owned).collect(),
            text: name.text("text").map(str::to_owned),
        }
    }

    /// As one text.
    pub fn display(&self) -> String {
        if let Some(text) = &self.text {
            return text.trim().to_owned();
        }
        let words: Vec<&str> =
            self.given.iter().chain(&self.family).map(|word| word.trim()).collect();
        words.join(" ").trim().to_owned()
    }

    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> =
            self.given.iter().chain(&self.family).flat_map(|word| fold(word)).collect();
        if words.is_empty() {
            words = self.text.iter().flat_map(|word| fold(word)).collect();
        }
        words.retain(|word| !TITLES.contains(&word.as_str()));
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// Forms of address that are no part of a name.
const TITLES: [&str; 12] =
    ["mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "sr", "sra", "mx", "med"];

/// Words without case, accents and punctuation: `Dvořák-Néry` is `dvorak`, `nery`.
fn fold(text: &str) -> Vec<String> {
    let flat: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}' | '`' | '.'))
        .flat_map(char::to_lowercase)
        .collect();
    let flat = flat
        .replace('ß', "ss")
        .replace('ø', "o")
        .replace('ł', "l")
        .replace('đ', "d")
        .replace('æ', "ae")
        .replace('œ', "oe");
    flat.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether two identities are one person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Name and birth date agree.
    Same,
    /// They differ: ask before mixing them.
    Different {
        /// In what.
        fields: Vec<DifferentField>,
    },
    /// Too little is known to say.
    Unknown,
}

/// In what two identities differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DifferentField {
    /// No name of one agrees with a name of the other.
    Name,
    /// Birth dates that cannot be the same day.
    BirthDate,
}

/// Compares names (case, accents, order and left-out middle names do not matter; any name of one may
/// agree with any of the other) and birth dates (compared as far as both are known).
pub fn same_person(a: &PatientIdentity, b: &PatientIdentity) -> Match {
    let names_known = !a.names.is_empty() && !b.names.is_empty();
    let names_agree = a.names.iter().any(|x| b.names.iter().any(|y| names_agree(x, y)));
    let dates_agree = match (&a.birth_date, &b.birth_date) {
        (Some(x), Some(y)) => Some(x.compatible(y)),
        _ => None,
    };
    let mut fields = Vec::new();
    if names_known && !names_agree {
        fields.push(DifferentField::Name);
    }
    if dates_agree == Some(false) {
        fields.push(DifferentField::BirthDate);
    }
    if !fields.is_empty() {
        return Match::Different { fields };
    }
    if names_agree && dates_agree == Some(true) { Match::Same } else { Match::Unknown }
}

fn names_agree(a: &PersonName, b: &PersonName) -> bool {
    let (words_a, words_b) = (a.words(), b.words());
    if words_a.is_empty() || words_b.is_empty() {
        return false;
    }
    // Where both say which word is the family name, the other must contain it.
    if let (Some(family_a), Some(family_b)) = (&a.family, &b.family) {
        let contains = |family: &String, words: &[String]| {
            fold(family).iter().any(|word| words.contains(word))
        };
        if !contains(family_a, &words_b) || !contains(family_b, &words_a) {
            return joined(&words_a) == joined(&words_b);
        }
    }
    let (short, long) =
        if words_a.len() <= words_b.len() { (&words_a, &words_b) } else { (&words_b, &words_a) };
    let in_full = short.iter().filter(|word| long.contains(word)).count();
    let all = short.iter().all(|word| long.iter().any(|other| words_agree(word, other)));
    let enough = in_full >= 2 || (in_full == short.len() && long.len() == short.len());
    let initials_only = in_full >= 1 && short.len() >= 2;
    (all && (enough || initials_only)) || joined(&words_a) == joined(&words_b)
}

/// Equal, or one is the initial of the other.
fn words_agree(a: &str, b: &str) -> bool {
    let initial = |a: &str, b: &str| a.chars().count() == 1 && b.starts_with(a);
    a == b || initial(a, b) || initial(b, a)
}

/// The letters in order of the alphabet: `王 小明` and `小明王` are one name written apart.
/// Only for names without spaces by custom (not Latin), where words cannot be compared.
fn joined(words: &[String]) -> Option<Vec<char>> {
    let mut letters: Vec<char> = words.concat().chars().collect();
    if letters.iter().any(|c| c.is_ascii_alphabetic()) {
        // Distinct for every call with Latin letters only if the words are the same.
        return Some(words.join(" ").chars().collect());
    }
    letters.sort_unstable();
    Some(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, born: &str) -> PatientIdentity {
        PatientIdentity::new(name, born)
    }

    #[test]
    fn case_accents_order_and_middle_names_do_not_matter() {
        let registered = person("Test-Anna María Müster", "1980-05-03");
        for same in [
            "TEST-ANNA MARIA MUSTER",
            "Muster, Test Anna",
            "test-anna muster",
            "Mrs. Test-Anna M. Müster",
        ] {
            assert_eq!(
                same_person(&registered, &person(same, "1980-05-03")),
                Match::Same,
                "{same}"
            );
        }
        assert_eq!(same_person(&registered, &person("Test-Anna Muster", "1980-05")), Match::Same);
        assert_eq!(same_person(&person("王小明", "1980"), &person("王 小明", "1980")), Match::Same);
    }

    #[test]
    fn another_name_or_birth_date_is_somebody_else() {
        let registered = person("Test-Anna Muster", "1980-05-03");
        let name = Match::Different { fields: vec![DifferentField::Name] };
        let born = Match::Different { fields: vec![DifferentField::BirthDate] };
        assert_eq!(
            same_person(&registered, &person("Test-Berta Muster", "1980-05-03")),
            name.clone()
        );
        assert_eq!(same_person(&registered, &person("Muster", "1980-05-03")), name);
        assert_eq!(same_person(&registered, &person("Test-Anna Muster", "1980-05-04")), born);
    }

    #[test]
    fn too_little_is_not_a_match() {
        let registered = person("Test-Anna Muster", "1980-05-03");
        assert_eq!(same_person(&registered, &person("Test-Anna Muster", "")), Match::Unknown);
        assert_eq!(same_person(&registered, &person("", "1980-05-03")), Match::Unknown);
    }
}
