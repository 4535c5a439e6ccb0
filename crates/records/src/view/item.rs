//! One line of a chart from one resource.

use super::read::{self, concept, named, non_empty, person_name, words};
use super::{
    AbsentReason, ChartInput, ChartItem, CodeView, ComponentView, DateRole, DateView, Detail,
    Marker, ValueView, attachment, dose, marker,
};
use crate::category::Category;
use crate::date::{DatePrecision, PartialDate};
use crate::documents;
use crate::json::Json;
use crate::references::References;
use crate::sensitivity::{self, Sensitivity, SensitivityMatch};

/// Most extra lines of an item.
const MAX_DETAILS: usize = 6;
/// Longest title or extra line, in characters.
const MAX_LINE: usize = 300;

/// What the description of a resource and its line both begin with; looked for once.
pub(crate) struct Gist {
    /// See [`title_of`].
    pub(crate) title: String,
    /// Its date as a person reads it.
    pub(crate) date: Option<DateView>,
    /// What is sensitive in it, and why.
    pub(crate) found: Vec<SensitivityMatch>,
}

impl Gist {
    /// Of this resource.
    pub(crate) fn of(resource: &Json) -> Self {
        Self {
            title: title_of(resource),
            date: date_view(resource),
            found: sensitivity::of(resource),
        }
    }
}

/// The line of a resource.
pub(super) fn item(input: &ChartInput<'_>, resource: &Json, references: &References) -> ChartItem {
    item_of(input, resource, references, Gist::of(resource))
}

/// As [`item`], of a resource whose gist is known.
pub(super) fn item_of(
    input: &ChartInput<'_>,
    resource: &Json,
    references: &References,
    gist: Gist,
) -> ChartItem {
    let Gist { mut title, date, found } = gist;
    let details = details(resource, &title);
    let (value, absent) = value(resource);
    let mut markers = marker::markers(resource);
    if absent.is_some() {
        markers.push(Marker::DataAbsent);
    }
    // A type that R4 does not have is shown as far as it goes, but not as something understood; nor is what
    // stands for a file that is only kept.
    let kind = resource.text("resourceType").unwrap_or_default();
    if crate::of_type(kind).is_none() || documents::stands_in(resource) {
        markers.push(Marker::KeptAsSource);
    }
    markers.sort_unstable();
    if title.is_empty() {
        title = resolved(resource.get("medicationReference"), input.source, references)
            .unwrap_or_default();
    }
    ChartItem {
        id: input.record_id.to_owned(),
        category: Category::section_of(resource),
        sensitivity: kinds(input, sensitivity::told_in(&found)),
        resource_type: resource.text("resourceType").unwrap_or_default().to_owned(),
        title,
        code: code(resource),
        date,
        status: status(resource),
        markers,
        value,
        absent,
        components: components(resource),
        ranges: read::ranges(resource),
        flags: read::flags(resource),
        details,
        performer: performer(resource, input.source, references),
        attachments: attachment::count(resource),
        source: input.source.to_owned(),
        received: input.received,
    }
}

/// What is sensitive about it: what its content tells, and what it is kept with, which may have been told
/// by something beside it, or by her.
fn kinds(input: &ChartInput<'_>, told: Vec<Sensitivity>) -> Vec<Sensitivity> {
    let kept = input.compartment.and_then(Sensitivity::of_category);
    let mut kinds: Vec<Sensitivity> = told.into_iter().chain(kept).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The line of bytes that are not understood.
pub(super) fn not_understood(input: &ChartInput<'_>) -> ChartItem {
    ChartItem {
        id: input.record_id.to_owned(),
        category: Category::Other,
        sensitivity: kinds(input, Vec::new()),
        resource_type: String::new(),
        title: String::new(),
        code: None,
        date: None,
        status: None,
        markers: vec![Marker::KeptAsSource],
        value: None,
        absent: None,
        components: Vec::new(),
        ranges: Vec::new(),
        flags: Vec::new(),
        details: Vec::new(),
        performer: None,
        attachments: 0,
        source: input.source.to_owned(),
        received: input.received,
    }
}

fn code(resource: &Json) -> Option<CodeView> {
    ["code", "vaccineCode", "medicationCodeableConcept", "type"]
        .iter()
        .find_map(|field| resource.items(field).find_map(concept))
}

fn status(resource: &Json) -> Option<String> {
    ["status", "clinicalStatus", "lifecycleStatus", "verificationStatus"]
        .iter()
        .find_map(|field| read::codes(resource.get(field)?).first().map(|code| (*code).to_owned()))
}

fn value(resource: &Json) -> (Option<ValueView>, Option<AbsentReason>) {
    let (value, missing) = read::choice_value(resource, "value");
    let stated = resource.get("dataAbsentReason").map(read::absent_concept);
    // A missing code or date is said by an extension on that element.
    let elsewhere =
        || resource.as_object()?.iter().find_map(|(_, element)| read::absent_extension(element));
    (value, stated.or(missing).or_else(elsewhere))
}

fn components(resource: &Json) -> Vec<ComponentView> {
    resource
        .items("component")
        .map(|part| {
            let (value, missing) = read::choice_value(part, "value");
            ComponentView {
                code: part.get("code").and_then(concept).unwrap_or(CodeView {
                    display: String::new(),
                    system: None,
                    code: None,
                }),
                value,
                absent: part.get("dataAbsentReason").map(read::absent_concept).or(missing),
                ranges: read::ranges(part),
                flags: read::flags(part),
            }
        })
        .collect()
}

/// Where the date of an item stands, first match wins: when it was so, before when it was written.
const DATES: [(&str, DateRole); 27] = [
    ("onset", DateRole::Onset),
    ("effective", DateRole::Effective),
    ("performed", DateRole::Performed),
    ("occurrence", DateRole::Occurred),
    ("serviced", DateRole::Occurred),
    ("started", DateRole::Started),
    ("start", DateRole::Occurred),
    ("period", DateRole::Started),
    ("billablePeriod", DateRole::Occurred),
    ("whenHandedOver", DateRole::Dispensed),
    ("whenPrepared", DateRole::Dispensed),
    ("sent", DateRole::Dated),
    ("received", DateRole::Dated),
    ("authoredOn", DateRole::Authored),
    ("dateWritten", DateRole::Authored),
    ("authored", DateRole::Authored),
    ("dateTime", DateRole::Dated),
    ("date", DateRole::Dated),
    ("recordedDate", DateRole::Recorded),
    ("assertedDate", DateRole::Recorded),
    ("dateAsserted", DateRole::Recorded),
    ("created", DateRole::Created),
    ("recorded", DateRole::Recorded),
    ("issued", DateRole::Issued),
    ("start", DateRole::Started),
    ("statusDate", DateRole::Dated),
    ("birthDate", DateRole::Born),
];

/// The date of a resource as a person reads it.
pub(super) fn date_view(resource: &Json) -> Option<DateView> {
    DATES
        .iter()
        .find_map(|(field, role)| read::date(resource, field, *role))
        .or_else(|| read::date(resource.at(&["context"])?, "period", DateRole::Occurred))
        .or_else(|| read::date(resource.at(&["collection"])?, "collected", DateRole::Occurred))
}

/// The date by which a resource is sorted: the start, or the end if only that is known; `None` if it
/// is given in words.
pub(crate) fn sortable(date: &DateView) -> Option<PartialDate> {
    if date.precision != DatePrecision::Text {
        return PartialDate::parse(&date.value);
    }
    date.end.as_deref().and_then(PartialDate::parse)
}

/// What to call a resource, from its own words; empty if it has none.
pub(crate) fn title_of(resource: &Json) -> String {
    let title = match resource.text("resourceType").unwrap_or_default() {
        "Patient" | "Practitioner" | "RelatedPerson" | "Person" => name(resource),
        "PractitionerRole" => {
            display(resource, "practitioner").or_else(|| first_concept(resource, "code"))
        }
        "Claim" | "ExplanationOfBenefit" => bill_title(resource),
        "Encounter" => first_concept(resource, "type")
            .or_else(|| first_concept(resource, "reasonCode"))
            .or_else(|| first_concept(resource, "class")),
        "DocumentReference" => naming(resource, "description")
            .or_else(|| {
                let mut all = resource.items("content");
                all.find_map(|content| naming(content.get("attachment")?, "title"))
            })
            .or_else(|| first_concept(resource, "type")),
        "FamilyMemberHistory" => family_title(resource),
        "DeviceUseStatement" => display(resource, "device"),
        "Device" => resource
            .items("deviceName")
            .find_map(|name| text(name, "name"))
            .or_else(|| first_concept(resource, "type")),
        "Medication"
        | "MedicationRequest"
        | "MedicationStatement"
        | "MedicationAdministration"
        | "MedicationDispense" => medicine_title(resource),
        _ => None,
    };
    shortened(title.or_else(|| general_title(resource)).unwrap_or_default())
}

/// At most [`MAX_LINE`] characters.
fn shortened(line: String) -> String {
    if line.len() <= MAX_LINE { line } else { line.chars().take(MAX_LINE).collect() }
}

/// Elements that name a resource of any type, most telling first.
const NAMING: [&str; 22] = [
    "code",
    "vaccineCode",
    "title",
    "description",
    "name",
    "event",
    "category",
    "type",
    "class",
    "serviceType",
    "topic",
    "scope",
    "relationship",
    "activity",
    "reasonCode",
    "method",
    "reason",
    "valueCodeableConcept",
    "questionnaire",
    "procedureCode",
    "modality",
    "purpose",
];

fn general_title(resource: &Json) -> Option<String> {
    let name = NAMING.iter().find_map(|field| {
        resource.items(field).find_map(|value| match value {
            Json::String(text) if *field == "questionnaire" => canonical_name(text),
            Json::String(text) => named(text),
            Json::Object(_) => concept(value).map(|c| c.display).or_else(|| person_name(value)),
            _ => None,
        })
    });
    name.or_else(|| resource.items("content").find_map(|content| naming(content, "title")))
}

/// The last part of a canonical address, without its version: what a questionnaire is known by.
fn canonical_name(address: &str) -> Option<String> {
    let (address, _) = address.split_once('|').unwrap_or((address, ""));
    let is_number = ["urn:uuid:", "urn:oid:"].iter().any(|scheme| address.starts_with(scheme));
    let name = address.rsplit(['/', ':']).next().unwrap_or_default();
    if is_number { None } else { named(name) }
}

fn naming(element: &Json, field: &str) -> Option<String> {
    element.text(field).and_then(named)
}

fn medicine_title(resource: &Json) -> Option<String> {
    first_concept(resource, "medicationCodeableConcept")
        .or_else(|| first_concept(resource, "code"))
        .or_else(|| display(resource, "medicationReference"))
        .or_else(|| {
            let local = resource.at(&["medicationReference", "reference"])?.as_str()?;
            let id = local.strip_prefix('#')?;
            let inner = resource.items("contained").find(|inner| inner.text("id") == Some(id))?;
            first_concept(inner, "code")
        })
        .or_else(|| {
            let parts: Vec<String> = resource
                .items("ingredient")
                .filter_map(|part| first_concept(part, "itemCodeableConcept"))
                .collect();
            (!parts.is_empty()).then(|| parts.join(" + "))
        })
}

fn bill_title(resource: &Json) -> Option<String> {
    resource
        .items("item")
        .find_map(|item| {
            first_concept(item, "productOrService").or_else(|| first_concept(item, "service"))
        })
        .or_else(|| first_concept(resource, "type"))
}

fn family_title(resource: &Json) -> Option<String> {
    let who = first_concept(resource, "relationship");
    let what: Vec<String> =
        resource.items("condition").filter_map(|c| first_concept(c, "code")).collect();
    match (who, what.is_empty()) {
        (Some(who), false) => Some(format!("{who}: {}", what.join(", "))),
        (Some(who), true) => Some(who),
        (None, false) => Some(what.join(", ")),
        (None, true) => None,
    }
}

fn name(resource: &Json) -> Option<String> {
    resource.items("name").find_map(person_name)
}

fn text(element: &Json, field: &str) -> Option<String> {
    element.text(field).and_then(non_empty)
}

fn first_concept(element: &Json, field: &str) -> Option<String> {
    element.items(field).find_map(concept).map(|concept| concept.display)
}

fn display(element: &Json, field: &str) -> Option<String> {
    element.items(field).find_map(|reference| text(reference, "display"))
}

fn resolved(reference: Option<&Json>, source: &str, references: &References) -> Option<String> {
    let reference = reference?.text("reference")?;
    references.resolve(source, reference).map(|target| target.display.clone())
}

/// Elements that say who made or did it, in the order in which they are looked at.
pub(super) const PERFORMERS: [&str; 12] = [
    "performer",
    "requester",
    "informationSource",
    "asserter",
    "recorder",
    "author",
    "provider",
    "participant",
    "sender",
    "custodian",
    "managingOrganization",
    "serviceProvider",
];

/// Who made or did it: the reference's own words, else the name of the one referred to.
fn performer(resource: &Json, source: &str, references: &References) -> Option<String> {
    PERFORMERS.iter().find_map(|field| {
        resource.items(field).find_map(|element| {
            let reference = ["actor", "individual", "member"]
                .iter()
                .find_map(|inner| element.get(inner))
                .unwrap_or(element);
            text(reference, "display").or_else(|| resolved(Some(reference), source, references))
        })
    })
}

/// Short further lines: dose, reaction, severity, site, conclusion, reason, goal, activity.
fn details(resource: &Json, title: &str) -> Vec<Detail> {
    let mut lines: Vec<Detail> = Vec::new();
    for dose in resource.items("dosageInstruction").chain(resource.items("dosage")) {
        lines.extend(dose::line(dose));
    }
    let shown = |element: &Json| concept(element).map(|concept| Detail::Words(concept.display));
    for reaction in resource.items("reaction") {
        lines.extend(reaction.items("manifestation").filter_map(shown));
        lines.extend(dose::term(reaction, "severity"));
    }
    lines.extend(dose::term(resource, "criticality"));
    for field in ["conclusion", "doseNumberString", "lotNumber"] {
        lines.extend(text(resource, field).map(Detail::Words));
    }
    for field in
        ["severity", "bodySite", "conclusionCode", "outcome", "reasonCode", "statusReason", "class"]
    {
        lines.extend(resource.items(field).filter_map(shown));
    }
    for activity in resource.items("activity") {
        let detail = activity.get("detail");
        let said = detail.and_then(|d| first_concept(d, "code").or_else(|| text(d, "description")));
        lines.extend(said.map(Detail::Words));
    }
    for target in resource.items("target") {
        let quantity = target.get("detailQuantity").and_then(read::quantity);
        lines.extend(quantity.map(|q| Detail::Words(words(&q))));
    }
    let total = resource.get("total").and_then(read::quantity);
    lines.extend(total.map(|money| Detail::Words(words(&money))));
    let mut seen = std::collections::HashSet::new();
    let is_title = |line: &Detail| matches!(line, Detail::Words(words) if words == title);
    lines.retain(|line| !is_title(line) && seen.insert(line.clone()));
    lines.truncate(MAX_DETAILS);
    lines.into_iter().map(short).collect()
}

fn short(line: Detail) -> Detail {
    match line {
        Detail::Words(line) => Detail::Words(shortened(line)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn title(json: &str) -> String {
        title_of(&Json::read(json.as_bytes(), &Limits::default()).unwrap())
    }

    #[test]
    fn an_address_is_no_title() {
        let letter = |description: &str| {
            title(&format!(
                r#"{{"resourceType":"DocumentReference","description":"{description}","type":{{"text":"Letter"}}}}"#
            ))
        };
        for address in [
            "urn:uuid:00000000-0000-4000-a000-000000000001",
            "URN:oid:2.999.1",
            "https://clinic.example/1.pdf",
            " http://clinic.example/1.pdf ",
        ] {
            assert_eq!(letter(address), "Letter", "{address}");
        }
        for words in ["Urn of ashes", "urn: a word", "http://clinic.example says so", "été"] {
            assert_eq!(letter(words), words);
        }
        let answers = |questionnaire: &str| {
            title(&format!(
                r#"{{"resourceType":"QuestionnaireResponse","questionnaire":"{questionnaire}"}}"#
            ))
        };
        assert_eq!(answers("http://clinic.example/Questionnaire/phq-9|1.2"), "phq-9");
        assert_eq!(answers("http://clinic.example/"), "", "then it is called by its type");
        assert_eq!(answers("urn:uuid:0b"), "");
        assert_eq!(answers("urn:clinic:questionnaire:well-being"), "well-being");
        let attached = r#"{"resourceType":"DocumentReference","content":[
            {"attachment":{"title":"urn:oid:1.2"}},{"attachment":{"title":"Scan"}}]}"#;
        assert_eq!(title(attached), "Scan");
    }
}
