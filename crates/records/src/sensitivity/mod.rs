//! What most people keep to fewer eyes: mental and sexual health, substance use, genetics, violence.
//!
//! A resource is recognised by the labels its sender gave it (`meta.security`, HL7 v3 ActCode), by the
//! titles of the sections of a document and by codes in it, wherever they stand, against the list [`LIST`], compiled by this project from public
//! code systems: ICD-10(-CM) and ICD-9-CM chapters, SNOMED CT, LOINC, ATC groups and the
//! international names of medicines (RxNorm has no groups).
//!
//! What the list does not know is shown like everything else: it cannot know words in a letter, a
//! diagnosis without a code, or what a rare code means. The patient moves a record where she wants
//! it. A document repeats in words what the records it names say in codes, so it is also of their kinds
//! (module `mentions`); one whose sender marked it as restricted without saying why may be of any kind.
//! What the sender says of a Bundle he says of everything in it ([`of_holder`]).
//! An allergy is never hidden for the medicine it names: whoever prescribes must see it.

mod icd;
mod labels;
mod loinc;
mod medicines;
mod snomed;
mod titles;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::category::Category;
use crate::json::Json;

/// Name and version of the code list with the words for titles. It stands in the report of an import; when
/// it changes, what was imported before is sorted anew when the profile is opened.
pub const LIST: &str = "keyward-sensitivity 1";

/// A kind of content that is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub enum Sensitivity {
    /// Abuse, assault, violence in the family.
    Violence,
    /// Sexually transmitted infections, HIV, sexuality, contraception, abortion.
    SexualHealth,
    /// Alcohol and drugs (not tobacco).
    SubstanceUse,
    /// Genetic tests, carriers, inherited disease known by its genes.
    Genetics,
    /// Psychiatry, psychotherapy, self-harm.
    MentalHealth,
}

impl Sensitivity {
    /// Every kind; where a record is of several, the first names its compartment.
    pub const ALL: [Sensitivity; 5] = [
        Sensitivity::Violence,
        Sensitivity::SexualHealth,
        Sensitivity::SubstanceUse,
        Sensitivity::Genetics,
        Sensitivity::MentalHealth,
    ];

    /// The compartment of this kind.
    pub fn category(self) -> Category {
        match self {
            Sensitivity::MentalHealth => Category::MentalHealth,
            Sensitivity::SexualHealth => Category::SexualHealth,
            Sensitivity::SubstanceUse => Category::SubstanceUse,
            Sensitivity::Genetics => Category::Genetics,
            Sensitivity::Violence => Category::Violence,
        }
    }

    /// The kind a compartment is for; `None` for the ordinary ones.
    pub fn of_category(category: Category) -> Option<Sensitivity> {
        Self::ALL.into_iter().find(|kind| kind.category() == category)
    }
}

/// Why a resource counts as sensitive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "camelCase")]
#[ts(export)]
pub enum SensitivityReason {
    /// The sender's label in `meta.security`.
    Label {
        /// HL7 v3 ActCode.
        code: String,
    },
    /// A code of the list.
    Code {
        /// Its code system, as written.
        system: String,
        /// As written.
        code: String,
    },
    /// The name of a medicine.
    Medicine {
        /// International name, in lower case.
        name: String,
    },
    /// The title of a document or of a section.
    Title {
        /// As written.
        title: String,
    },
    /// The sender marked the whole document as restricted and not for what.
    Restricted {
        /// HL7 v3 Confidentiality: `R` or `V`.
        code: String,
    },
    /// Something it speaks of, or that stands in it, is kept apart.
    Within,
    /// The kind of resource: sequences are genetic whatever they say.
    Kind {
        /// FHIR type.
        kind: String,
    },
}

/// One thing that was recognised.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SensitivityMatch {
    /// As what.
    pub kind: Sensitivity,
    /// By what.
    pub why: SensitivityReason,
}

/// Everything in a resource that the labels and the list recognise: each once, in the order of
/// [`Sensitivity::ALL`].
pub fn of(resource: &Json) -> Vec<SensitivityMatch> {
    let mut found = Vec::new();
    labels(security(resource), &mut found);
    titles(resource, &mut found);
    let kind = resource.text("resourceType").unwrap_or_default();
    if kind == "MolecularSequence" {
        let why = SensitivityReason::Kind { kind: kind.to_owned() };
        found.push(SensitivityMatch { kind: Sensitivity::Genetics, why });
    }
    let medicines = kind != "AllergyIntolerance";
    codes(resource, medicines, &mut found);
    if MEDICINE_TYPES.contains(&kind) {
        named_medicines(resource, &mut found);
    }
    if DOCUMENTS.contains(&kind) {
        resource.items("contained").for_each(|inner| found.extend(of(inner)));
        if found.is_empty() {
            let stated = resource.text("confidentiality").into_iter();
            restricted(stated.chain(confidentiality(security(resource))), &mut found);
        }
    }
    // One that is not taken apart.
    if kind == "Bundle" {
        let entries = resource.items("entry").filter_map(|entry| entry.get("resource"));
        entries.for_each(|inner| found.extend(of(inner)));
        found.extend(resource.get("meta").into_iter().flat_map(of_holder));
    }
    found.sort();
    found.dedup();
    found
}

/// Documents: in their words may stand what no code in them tells, and of several kinds at once.
pub const DOCUMENTS: [&str; 3] = ["Composition", "DocumentReference", "DocumentManifest"];

/// The compartment of what is of these kinds, in the order of [`Sensitivity::ALL`]; `None` if of none.
pub fn home(kinds: &[Sensitivity]) -> Option<Category> {
    // Nobody knows which: not the one that is worst to be suspected of.
    if kinds == Sensitivity::ALL {
        return Some(Category::MentalHealth);
    }
    kinds.first().map(|kind| kind.category())
}

/// The kinds a resource is of, each once.
pub fn kinds(resource: &Json) -> Vec<Sensitivity> {
    kinds_in(&of(resource))
}

/// The kinds something in a resource tells of: not those it may be of because its sender restricted it.
pub fn told(resource: &Json) -> Vec<Sensitivity> {
    told_in(&of(resource))
}

/// As [`told`], of what was found.
pub(crate) fn told_in(found: &[SensitivityMatch]) -> Vec<Sensitivity> {
    let told =
        |found: &&SensitivityMatch| !matches!(found.why, SensitivityReason::Restricted { .. });
    let mut kinds: Vec<Sensitivity> = found.iter().filter(told).map(|found| found.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The resources whose words are looked through for names of medicines.
pub(crate) const MEDICINE_TYPES: [&str; 5] = [
    "Medication",
    "MedicationRequest",
    "MedicationStatement",
    "MedicationAdministration",
    "MedicationDispense",
];

/// What the sender says of everything in a Bundle or in another resource around others, by its `meta`: of which
/// kinds it is, or that it is restricted, which may be for any of them.
pub(crate) fn of_holder(meta: &Json) -> Vec<SensitivityMatch> {
    let mut found = Vec::new();
    labels(meta.items("security"), &mut found);
    if found.is_empty() {
        restricted(confidentiality(meta.items("security")), &mut found);
    }
    found
}

/// As [`of_holder`], of a `meta` that cannot be read: whatever stands between quotation marks is taken for a label.
pub(crate) fn of_unread_holder(meta: &str) -> Vec<SensitivityMatch> {
    let mut found = Vec::new();
    for code in meta.split('"') {
        if let Some(kind) = labels::kind(code) {
            let why = SensitivityReason::Label { code: code.to_owned() };
            found.push(SensitivityMatch { kind, why });
        }
    }
    if found.is_empty() {
        restricted(meta.split('"'), &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// The kinds of what was found, each once.
pub(crate) fn kinds_in(found: &[SensitivityMatch]) -> Vec<Sensitivity> {
    let mut kinds: Vec<Sensitivity> = found.iter().map(|found| found.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn labels<'a>(security: impl Iterator<Item = &'a Json>, found: &mut Vec<SensitivityMatch>) {
    for label in security {
        if let Some(code) = label.text("code")
            && labels::is_act_code(label.text("system").unwrap_or_default())
            && let Some(kind) = labels::kind(code)
        {
            let why = SensitivityReason::Label { code: code.to_owned() };
            found.push(SensitivityMatch { kind, why });
        }
    }
}

/// What the sender says about who may see a resource.
fn security(resource: &Json) -> impl Iterator<Item = &Json> {
    let meta = resource.get("meta").into_iter().flat_map(|meta| meta.items("security"));
    let labels = resource.items("securityLabel").flat_map(|label| label.items("coding"));
    meta.chain(labels)
}

/// The codes of HL7 v3 Confidentiality among labels.
fn confidentiality<'a>(security: impl Iterator<Item = &'a Json>) -> impl Iterator<Item = &'a str> {
    security
        .filter(|label| {
            label.text("system").is_none_or(|system| system.ends_with("Confidentiality"))
        })
        .filter_map(|label| label.text("code"))
}

/// A document, or all that stands in a Bundle, marked as restricted or very restricted.
fn restricted<'a>(codes: impl Iterator<Item = &'a str>, found: &mut Vec<SensitivityMatch>) {
    for code in codes.filter(|code| matches!(*code, "R" | "V")) {
        let why = SensitivityReason::Restricted { code: code.to_owned() };
        let matches = Sensitivity::ALL.map(|kind| SensitivityMatch { kind, why: why.clone() });
        found.extend(matches);
    }
}

/// Titles: of a document, of its sections, of the section a statement stood in.
fn titles(resource: &Json, found: &mut Vec<SensitivityMatch>) {
    fn add(title: Option<&str>, found: &mut Vec<SensitivityMatch>) {
        let Some(title) = title else { return };
        for kind in titles::kinds(title) {
            let why = SensitivityReason::Title { title: title.to_owned() };
            found.push(SensitivityMatch { kind, why });
        }
    }
    // Bounded by the depth at which the resource was read.
    fn sections(holder: &Json, found: &mut Vec<SensitivityMatch>) {
        for section in holder.items("section") {
            add(section.text("title"), found);
            add(section.at(&["code", "text"]).and_then(Json::as_str), found);
            sections(section, found);
        }
    }
    match resource.text("resourceType") {
        Some("Composition") => {
            add(resource.text("title"), found);
            sections(resource, found);
        }
        // Whoever prescribes must see it, wherever it stood.
        Some("AllergyIntolerance") => {}
        _ => resource
            .items("extension")
            .filter(|extension| extension.text("url") == Some(crate::ccda::SECTION_URL))
            .for_each(|extension| add(extension.text("valueString"), found)),
    }
}

/// Bytes of a text that could not be read in which codes are looked for; a larger one is too large to be
/// shared.
const MAX_UNREAD: usize = 32 << 20;

/// The kinds of codes in a text that could not be read: whatever stands between quotation marks is taken
/// for one, of whatever system.
pub(crate) fn kinds_of_text(bytes: &[u8]) -> Vec<Sensitivity> {
    let bytes = bytes.get(..MAX_UNREAD).unwrap_or(bytes);
    let quoted = bytes.split(|byte| matches!(byte, b'"' | b'\'')).filter(|word| {
        // As long as codes are, with a digit.
        (3..=20).contains(&word.len()) && word.iter().any(u8::is_ascii_digit)
    });
    let mut kinds: Vec<Sensitivity> = quoted
        .filter_map(|word| std::str::from_utf8(word).ok())
        .filter_map(|code| match code.as_bytes().first() {
            Some(first) if first.is_ascii_alphabetic() => icd::ten(code),
            _ if code.contains('-') => loinc::kind(code),
            _ => snomed::kind(code),
        })
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The kinds that the title of a section names.
pub(crate) fn kinds_of_title(title: &str) -> Vec<Sensitivity> {
    titles::kinds(title)
}

/// Looks at every coding, wherever it stands: a diagnosis in a bill says as much as one in a list.
fn codes(value: &Json, medicines: bool, found: &mut Vec<SensitivityMatch>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| codes(item, medicines, found)),
        Json::Object(members) => {
            if let (Some(system), Some(code)) = (value.text("system"), value.text("code"))
                && let Some(kind) = kind_of_code(system, code, medicines)
            {
                let why =
                    SensitivityReason::Code { system: system.to_owned(), code: code.to_owned() };
                found.push(SensitivityMatch { kind, why });
            }
            for (name, member) in members {
                // Labels were looked at; a consent or a tag may name kinds without being of them.
                if name != "meta" && name != "text" {
                    codes(member, medicines, found);
                }
            }
        }
        _ => {}
    }
}

/// The kind a code stands for; `None` if the list does not know it. Systems are known by their FHIR
/// address or their OID.
pub fn kind_of_code(system: &str, code: &str, medicines: bool) -> Option<Sensitivity> {
    match system.strip_prefix("urn:oid:").unwrap_or(system) {
        "http://snomed.info/sct" | "2.16.840.1.113883.6.96" => snomed::kind(code),
        "http://loinc.org" | "2.16.840.1.113883.6.1" => loinc::kind(code),
        "http://www.whocc.no/atc" | "2.16.840.1.113883.6.73" if medicines => medicines::atc(code),
        "2.16.840.1.113883.6.90" | "2.16.840.1.113883.6.3" => icd::ten(code),
        "http://hl7.org/fhir/sid/icd-9-cm" | "2.16.840.1.113883.6.103" => icd::nine(code),
        // The section of a laboratory that made a report.
        "http://terminology.hl7.org/CodeSystem/v2-0074" | "http://hl7.org/fhir/v2/0074" => {
            (code == "GE" || code == "CG").then_some(Sensitivity::Genetics)
        }
        other if other.contains("icd-10") && !other.contains("pcs") => icd::ten(code),
        _ => None,
    }
}

/// Names of medicines in the words of a medicine's code.
fn named_medicines(resource: &Json, found: &mut Vec<SensitivityMatch>) {
    let concepts = ["code", "medicationCodeableConcept"]
        .into_iter()
        .filter_map(|field| resource.get(field))
        .chain(resource.items("contained").filter_map(|inner| inner.get("code")));
    // Portals often name the medicine only beside a reference to it.
    let beside = resource.at(&["medicationReference", "display"]).and_then(Json::as_str);
    for (kind, name) in beside.into_iter().flat_map(medicines::named) {
        let why = SensitivityReason::Medicine { name: name.to_owned() };
        found.push(SensitivityMatch { kind, why });
    }
    for concept in concepts {
        let words = concept
            .text("text")
            .into_iter()
            .chain(concept.items("coding").filter_map(|coding| coding.text("display")));
        for (kind, name) in words.flat_map(medicines::named) {
            let why = SensitivityReason::Medicine { name: name.to_owned() };
            found.push(SensitivityMatch { kind, why });
        }
    }
}

#[cfg(test)]
mod tests;
