//! Names what a resource refers to: the practitioner, the medicine, the visit.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::json::Json;
use crate::limits::Limits;
use crate::view::{ChartInput, SharedScope};

/// What a reference stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) resource_type: String,
    pub(crate) display: String,
}

/// Resources that can be referred to, by source and reference.
///
/// `Practitioner/1` of one sender is not `Practitioner/1` of another, so relative references are
/// only resolved among records of the same source, and a key that two different resources claim
/// resolves to nothing.
#[derive(Debug, Clone, Default)]
pub struct References {
    targets: HashMap<String, Option<Arc<Target>>>,
}

impl References {
    /// Collects the records that may be seen in `scope`.
    pub fn from_inputs(inputs: &[ChartInput<'_>], scope: &SharedScope) -> References {
        let mut references = References::default();
        for input in inputs {
            // A quick look first: most records are never referred to by name.
            if !names_something(input.bytes) {
                continue;
            }
            let Ok(json) = Json::read(input.bytes, &Limits::default()) else { continue };
            if scope.includes(input.compartment_of(&json)) {
                references.add(input.source, None, &json);
            }
        }
        references
    }

    /// Adds one resource under its id and its full URL.
    fn add(&mut self, source: &str, full_url: Option<&str>, resource: &Json) {
        let Some(resource_type) = resource.text("resourceType") else { return };
        let title = crate::view::title_of(resource);
        self.add_named(source, full_url, resource_type, resource.text("id"), &title);
    }

    /// As [`References::add`], of a resource with this title.
    pub(crate) fn add_named(
        &mut self,
        source: &str,
        full_url: Option<&str>,
        resource_type: &str,
        id: Option<&str>,
        title: &str,
    ) {
        if title.is_empty() {
            return;
        }
        let target = Target { resource_type: resource_type.to_owned(), display: title.to_owned() };
        let target = Arc::new(target);
        if let Some(id) = id {
            self.insert(format!("{source}\n{resource_type}/{id}"), &target);
            let mut everywhere = format!("urn:uuid:{id}");
            everywhere.make_ascii_lowercase();
            self.insert(everywhere, &target);
        }
        if let Some(url) = full_url {
            self.insert(key(source, url), &target);
        }
    }

    fn insert(&mut self, key: String, target: &Arc<Target>) {
        match self.targets.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(Some(Arc::clone(target)));
            }
            Entry::Occupied(mut slot) => {
                if slot.get().as_ref() != Some(target) {
                    slot.insert(None);
                }
            }
        }
    }

    /// What a reference written in a record of `source` stands for.
    pub(crate) fn resolve(&self, source: &str, reference: &str) -> Option<&Target> {
        let reference = reference.split("/_history/").next().unwrap_or(reference);
        if let Some(found) = self.targets.get(&key(source, reference)) {
            return found.as_deref();
        }
        if reference.starts_with("urn:") {
            return None;
        }
        // `https://server/fhir/Practitioner/1` is `Practitioner/1` of the same sender.
        let mut parts = reference.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next()?);
        self.targets.get(&key(source, &format!("{kind}/{id}")))?.as_deref()
    }
}

fn key(source: &str, reference: &str) -> String {
    // A UUID is unique wherever it comes from.
    if reference.starts_with("urn:") {
        return reference.to_ascii_lowercase();
    }
    format!("{source}\n{reference}")
}

/// Types whose name is worth showing where they are referred to.
const NAMED: [&str; 12] = [
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Location",
    "Medication",
    "Device",
    "RelatedPerson",
    "CareTeam",
    "HealthcareService",
    "Encounter",
    "Condition",
    "Procedure",
];

fn names_something(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"\"resourceType\"";
    let mut rest = bytes;
    while let Some(at) = rest.windows(NAME.len()).position(|window| window == NAME) {
        rest = rest.get(at + NAME.len()..).unwrap_or_default();
        let value = rest.split(|byte| *byte == b'"').nth(1).unwrap_or_default();
        if NAMED.iter().any(|name| name.as_bytes() == value) {
            return true;
        }
    }
    false
}

/// Every `reference` text in a resource, once, in order of appearance. Bounded by the depth at
/// which the resource was read.
pub(crate) fn collect(resource: &Json) -> Vec<String> {
    fn walk(value: &Json, found: &mut Vec<String>) {
        match value {
            Json::Array(items) => items.iter().for_each(|item| walk(item, found)),
            Json::Object(members) => {
                for (name, value) in members {
                    match value.as_str() {
                        Some(text) if name == "reference" && !found.iter().any(|r| r == text) => {
                            found.push(text.to_owned());
                        }
                        Some(_) => {}
                        None => walk(value, found),
                    }
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(resource, &mut found);
    found.truncate(1000);
    found
}
