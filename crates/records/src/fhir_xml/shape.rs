//! What JSON tells and XML does not: which elements are lists, and which values are numbers.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const TABLE: &str = include_str!("shape.txt");

static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::of(TABLE));

/// How a primitive value is written in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Text,
    Number,
    Bool,
}

/// Where an element is a list: only in these, or but in these.
enum Where {
    In(HashSet<&'static str>),
    NotIn(HashSet<&'static str>),
}

#[derive(Default)]
struct Shape {
    lists: HashSet<&'static str>,
    lists_where: HashMap<&'static str, Where>,
    numbers: HashSet<&'static str>,
    booleans: HashSet<&'static str>,
    texts: HashSet<&'static str>,
}

impl Shape {
    fn of(table: &'static str) -> Self {
        let mut shape = Self::default();
        let (mut section, mut name) = ("", "");
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            if let Some(title) = line.strip_prefix('[') {
                section = title;
                continue;
            }
            let words = line.split_whitespace();
            match section {
                "lists]" => shape.lists.extend(words),
                "numbers]" => shape.numbers.extend(words),
                "booleans]" => shape.booleans.extend(words),
                "texts]" => shape.texts.extend(words),
                _ => {
                    if let Some((left, right)) = line.split_once(['=', '!']) {
                        name = left.trim();
                        let places = right.split_whitespace().collect();
                        let places = match line.contains('=') {
                            true => Where::In(places),
                            false => Where::NotIn(places),
                        };
                        shape.lists_where.insert(name, places);
                    } else if let Some(Where::In(places) | Where::NotIn(places)) =
                        shape.lists_where.get_mut(name)
                    {
                        // A line that goes on.
                        places.extend(words);
                    }
                }
            }
        }
        shape
    }
}

/// Whether the element `name` of `parent` (the name of an element, or the type of a resource) is a list.
pub(super) fn is_list(parent: &str, name: &str) -> bool {
    SHAPE.lists.contains(name)
        || match SHAPE.lists_where.get(name) {
            Some(Where::In(places)) => places.contains(parent),
            Some(Where::NotIn(places)) => !places.contains(parent),
            None => false,
        }
}

/// How the value of the element `name` of `parent` is written.
pub(super) fn written(parent: &str, name: &str) -> Written {
    // Texts where they stand: the values of identifiers and addresses, points in time, FHIR's own codes.
    const TEXT_VALUES: [&str; 20] = [
        "accessionIdentifier",
        "additionalIdentifier",
        "class",
        "component",
        "contact",
        "dateCriterion",
        "groupIdentifier",
        "identifier",
        "masterIdentifier",
        "paymentIdentifier",
        "preAdmissionIdentifier",
        "predecessor",
        "reference",
        "requestIdentifier",
        "requisition",
        "targetIdentifier",
        "telecom",
        "valueContactPoint",
        "valueIdentifier",
        "version",
    ];
    let number = match name {
        "value" => !TEXT_VALUES.contains(&parent),
        "start" | "end" => matches!(parent, "inner" | "outer" | "quality" | "variant"),
        "priority" => matches!(parent, "Appointment" | "coverage"),
        name => SHAPE.numbers.contains(name),
    };
    match number {
        true => Written::Number,
        false if SHAPE.booleans.contains(name) || (name == "required" && parent == "item") => {
            Written::Bool
        }
        false => Written::Text,
    }
}

/// Whether the element is a primitive one wherever it stands, whatever stands in it.
pub(super) fn is_primitive(name: &str) -> bool {
    // A number or a yes in one place, in another an element with elements.
    const EITHER: [&str; 13] = [
        "amount",
        "duration",
        "frequency",
        "length",
        "limit",
        "period",
        "primarySource",
        "priority",
        "quantity",
        "requestor",
        "responsible",
        "score",
        "total",
    ];
    if EITHER.contains(&name) {
        return false;
    }
    let known = |names: &HashSet<&str>| names.contains(name);
    known(&SHAPE.texts) || known(&SHAPE.numbers) || known(&SHAPE.booleans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_standard_says() {
        for (parent, name) in [
            ("Patient", "name"),
            ("name", "given"),
            ("Observation", "category"),
            ("Observation", "identifier"),
            ("Condition", "bodySite"),
            ("MedicationRequest", "dosageInstruction"),
            ("MedicationStatement", "dosage"),
            ("code", "coding"),
            ("Bundle", "entry"),
            ("Patient", "extension"),
            ("VisionPrescription", "identifier"),
        ] {
            assert!(is_list(parent, name), "{parent}.{name}");
        }
        for (parent, name) in [
            ("Organization", "name"),
            ("subject", "identifier"),
            ("Composition", "identifier"),
            ("Observation", "code"),
            ("Observation", "bodySite"),
            ("MedicationStatement", "category"),
            ("repeat", "period"),
        ] {
            assert!(!is_list(parent, name), "{parent}.{name}");
        }
        assert_eq!(written("valueQuantity", "value"), Written::Number);
        assert_eq!(written("identifier", "value"), Written::Text);
        assert_eq!(written("period", "start"), Written::Text);
        assert_eq!(written("Patient", "active"), Written::Bool);
        assert_eq!(written("repeat", "frequency"), Written::Number);
        assert_eq!(written("Patient", "birthDate"), Written::Text);
        assert!(is_primitive("birthDate") && !is_primitive("code") && !is_primitive("period"));
    }
}
