//! What the records a document speaks of are kept apart for. The words of a document repeat them, so
//! it may go no further than they do.

use std::collections::{HashMap, HashSet};

use crate::json::Json;
use crate::sensitivity::{MEDICINE_TYPES, Sensitivity};

/// Members of a record that name others whose content its own words repeat: a list its entries, a
/// report its results, a prescription its medicine.
const PARTS: [&str; 8] = [
    "entry",
    "result",
    "hasMember",
    "medicationReference",
    "reasonReference",
    "addresses",
    "diagnosis",
    "activity",
];

/// The records of a file that are kept apart or have parts, by what they are called.
#[derive(Default)]
pub(crate) struct Mentions {
    records: Vec<Mentioned>,
    names: HashMap<String, Vec<usize>>,
}

struct Mentioned {
    kinds: Vec<Sensitivity>,
    parts: Vec<String>,
}

impl Mentions {
    /// Adds a record. A name that several claim stands for all of them.
    pub(crate) fn add(
        &mut self,
        (kind, id, url): (&str, Option<&str>, Option<&str>),
        kinds: &[Sensitivity],
        parts: &[String],
    ) {
        if kinds.is_empty() && parts.is_empty() {
            return;
        }
        let number = self.records.len();
        self.records.push(Mentioned { kinds: kinds.to_vec(), parts: parts.to_vec() });
        let by_id = id.map(|id| [format!("{kind}/{id}"), key(&format!("urn:uuid:{id}"))]);
        for name in by_id.into_iter().flatten().chain(url.map(key)) {
            let claimed = self.names.entry(name).or_default();
            if !claimed.contains(&number) {
                claimed.push(number);
            }
        }
    }

    /// The kinds of what is called by these references and of its parts, each once.
    pub(crate) fn kinds(&self, references: &[String]) -> Vec<Sensitivity> {
        let mut kinds = HashSet::new();
        let mut met = HashSet::new();
        let mut open: Vec<&String> = references.iter().collect();
        while let Some(reference) = open.pop() {
            for number in self.names.get(&key(reference)).into_iter().flatten() {
                if met.insert(*number)
                    && let Some(record) = self.records.get(*number)
                {
                    kinds.extend(record.kinds.iter().copied());
                    open.extend(&record.parts);
                }
            }
        }
        kinds.into_iter().collect()
    }
}

/// `https://server/Condition/1/_history/2` is `Condition/1`; a UUID is one in any case.
fn key(reference: &str) -> String {
    let reference = reference.split("/_history/").next().unwrap_or(reference);
    if reference.starts_with("urn:") {
        return reference.to_ascii_lowercase();
    }
    let mut parts = reference.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(id), Some(kind)) => format!("{kind}/{id}"),
        _ => reference.to_owned(),
    }
}

/// What a record says others are part of; for a document, everything it refers to.
pub(crate) fn parts(resource: &Json) -> Vec<String> {
    let mut found = HashSet::new();
    match resource.text("resourceType") {
        Some("Composition") => walk(resource, &mut found),
        _ => PARTS
            .iter()
            .filter_map(|name| resource.get(name))
            .for_each(|part| walk(part, &mut found)),
    }
    found.into_iter().map(str::to_owned).collect()
}

/// The records whose kinds are also its own: those a document refers to, and the medicine that a
/// prescription does not name itself.
pub(crate) fn speaks_of(resource: &Json) -> Vec<String> {
    match resource.text("resourceType") {
        Some("Composition") => parts(resource),
        Some(kind) if MEDICINE_TYPES.contains(&kind) => resource
            .get("medicationReference")
            .and_then(|medicine| medicine.text("reference"))
            .map(str::to_owned)
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// Bounded by the depth at which the resource was read.
fn walk<'a>(value: &'a Json, found: &mut HashSet<&'a str>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Json::Object(members) => members.iter().for_each(|(name, member)| match member.as_str() {
            Some(text) if name == "reference" => {
                found.insert(text);
            }
            Some(_) => {}
            None => walk(member, found),
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_in_several_ways_is_the_same() {
        let mut mentions = Mentions::default();
        let kinds = [Sensitivity::Genetics];
        mentions.add(
            ("Condition", Some("A"), Some("https://a.example/fhir/Condition/A")),
            &kinds,
            &[],
        );
        mentions.add(("List", None, Some("urn:uuid:B")), &[], &["Condition/A".to_owned()]);
        // Two that name each other end.
        mentions.add(("List", Some("c"), None), &[], &["List/d".to_owned()]);
        mentions.add(("List", Some("d"), None), &kinds, &["List/c".to_owned()]);
        for reference in [
            "Condition/A",
            "Condition/A/_history/3",
            "https://other.example/Condition/A",
            "urn:uuid:a",
            "urn:uuid:b",
            "List/c",
        ] {
            assert_eq!(mentions.kinds(&[reference.to_owned()]), kinds, "{reference}");
        }
        assert!(mentions.kinds(&["Condition/B".to_owned(), "#A".to_owned()]).is_empty());
    }
}
