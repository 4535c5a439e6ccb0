//! The words Keyward itself writes into records that it makes, of tables, Apple Health and clinical documents. They are stored in
//! English, as records are; a page says them in the language of who reads, by code and word. What others wrote is
//! never in this list.

use crate::{apple, ccda, csv};

/// A title with the code it stands beside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnTitle {
    /// Code system.
    pub system: &'static str,
    /// Code.
    pub code: String,
    /// The words.
    pub title: String,
}

impl OwnTitle {
    pub(crate) fn new(system: &'static str, code: &str, title: &str) -> OwnTitle {
        OwnTitle { system, code: code.to_owned(), title: title.to_owned() }
    }
}

/// All titles, in a stable order, each once.
#[must_use]
pub fn titles() -> Vec<OwnTitle> {
    let mut titles = csv::titles();
    titles.extend(apple::titles());
    titles.extend(ccda::titles());
    titles.sort();
    titles.dedup();
    titles
}

/// Words that stand without a code in records from Apple Health: values, and names of parts.
#[must_use]
pub fn values() -> Vec<String> {
    let mut values = apple::values();
    values.sort();
    values.dedup();
    values
}

/// Whether a record was made here, of something that is no FHIR.
#[must_use]
pub fn made_here(json: &[u8]) -> bool {
    [csv::SOURCE, apple::SOURCE]
        .iter()
        .any(|source| json.windows(source.len()).any(|window| window == source.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_one_title() {
        for pair in titles().windows(2) {
            let [first, second] = pair else { continue };
            assert!((first.system, &first.code) != (second.system, &second.code), "{pair:?}");
        }
    }

    #[test]
    fn every_measure_of_a_table_and_every_type_of_apple_is_in_it() {
        let titles = titles();
        let find = |system: &str, code: &str| {
            titles.iter().find(|each| each.system == system && each.code == code)
        };
        for (system, code, title) in [
            ("http://loinc.org", "29463-7", "Body weight"),
            ("http://loinc.org", "14682-9", "Creatinine"),
            ("http://loinc.org", "85354-9", "Blood pressure"),
            (
                apple::SOURCE,
                "HKQuantityTypeIdentifierWalkingHeartRateAverage",
                "Heart rate while walking",
            ),
            (apple::SOURCE, "HKQuantityTypeIdentifierHeartRate-day", "Heart rate (day)"),
            (
                apple::SOURCE,
                "HKQuantityTypeIdentifierDietaryVitaminC-day",
                "In food: Vitamin c (day)",
            ),
            (apple::SOURCE, "HKCategoryTypeIdentifierHeadache", "Headache"),
        ] {
            assert_eq!(find(system, code).map(|found| found.title.as_str()), Some(title), "{code}");
        }
    }
}
