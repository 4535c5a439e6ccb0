//! Bundles of every kind.

use rand::RngExt as _;
use serde_json::{Value, json};

use crate::Persona;
use crate::clinical::{Term, cvx, loinc, snomed};
use crate::person::person;
use crate::resources::{Links, Maker, concept, written};

/// The forms in which records travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BundleKind {
    /// To be stored by a server.
    Transaction,
    /// A collection.
    Collection,
    /// A document with a Composition first (which counts as one of the resources).
    Document,
    /// The answer to a search.
    Searchset,
    /// Independent requests.
    Batch,
    /// One resource per line.
    Ndjson,
}

impl BundleKind {
    /// All kinds.
    pub const ALL: [BundleKind; 6] = [
        BundleKind::Transaction,
        BundleKind::Collection,
        BundleKind::Document,
        BundleKind::Searchset,
        BundleKind::Batch,
        BundleKind::Ndjson,
    ];

    fn code(self) -> &'static str {
        match self {
            BundleKind::Transaction => "transaction",
            BundleKind::Collection => "collection",
            BundleKind::Document => "document",
            BundleKind::Searchset => "searchset",
            BundleKind::Batch => "batch",
            BundleKind::Ndjson => "ndjson",
        }
    }

    fn links(self) -> Links {
        match self {
            BundleKind::Searchset | BundleKind::Ndjson => Links::Relative,
            _ => Links::Urn,
        }
    }
}

/// Exactly `size` resources (at least 4) about `person(seed)`: hers, a practitioner, an organisation,
/// and a mixture of results, vital signs, conditions, medicines, visits, vaccinations and bills over
/// ten years, all different from each other.
pub fn bundle(seed: u64, kind: BundleKind, size: usize) -> Vec<u8> {
    let size = size.max(4);
    let mut maker = Maker::new(seed, person(seed), kind.links());
    maker.people();
    let room = size - usize::from(kind == BundleKind::Document);
    let mut n = 0_u64;
    while maker.made.len() < room {
        mixed(&mut maker, n);
        n += 1;
    }
    maker.made.truncate(room);
    pack(kind, &maker.made).into_bytes()
}

/// The whole record of a persona, in every category.
pub(crate) fn persona_bundle(persona: Persona, seed: u64) -> Vec<u8> {
    pack(BundleKind::Collection, &persona_resources(persona, seed)).into_bytes()
}

pub(crate) fn persona_resources(persona: Persona, seed: u64) -> Vec<Value> {
    let mut maker = Maker::new(seed, persona.person(), Links::Urn);
    maker.people();
    maker.surroundings();
    for row in persona.conditions() {
        maker.condition(row);
    }
    for (n, row) in persona.medicines().iter().enumerate() {
        maker.medicine(row, n % 2 == 1);
    }
    match persona {
        Persona::HeartWoman => {
            maker.allergy(
                snomed("91936005", "Allergy to penicillin"),
                "confirmed",
                "Anaphylaxis",
                "1979",
            );
            maker.allergy(
                snomed("1003755004", "Allergy to Hevea brasiliensis latex protein"),
                "unconfirmed",
                "Itching",
                "2019-02-11",
            );
            maker.allergy(snomed("91935009", "Allergy to peanut"), "refuted", "Hives", "2004-06");
        }
        Persona::DiabetesMan => maker.no_known_allergies(),
    }
    years(&mut maker, persona);
    maker.special_results();
    maker.immunizations();
    maker.procedures();
    visits(&mut maker);
    let (letter, plan, activity, goal) = match persona {
        Persona::HeartWoman => (
            "Admitted with palpitations, new atrial fibrillation suspected.",
            "Heart failure plan",
            "Weigh yourself every morning",
            "Blood pressure below 130/80 mmHg",
        ),
        Persona::DiabetesMan => (
            "Admitted with high blood sugar, insulin adjusted.",
            "Diabetes plan",
            "Measure blood sugar before breakfast",
            "HbA1c at or below 7.0 %",
        ),
    };
    maker.documents(letter);
    maker.plans(plan, activity, goal);
    maker.bills("2026-05-06", "148.50");
    let last = maker.made.last().and_then(|claim| claim["id"].as_str()).unwrap_or_default();
    let reference = format!("urn:uuid:{last}");
    maker.provenance(&reference);
    maker.made
}

/// Laboratory tests twice a year and vital signs, over six years.
fn years(maker: &mut Maker, persona: Persona) {
    let dates: Vec<String> = (2020..2026)
        .flat_map(|year| {
            [format!("{year}-04-{:02}", 3 + year % 20), format!("{year}-10-{:02}", 1 + year % 25)]
        })
        .collect();
    let steps = dates.len().max(2) - 1;
    for (step, on) in dates.iter().enumerate() {
        let at = f64::from(u32::try_from(step).unwrap_or(0))
            / f64::from(u32::try_from(steps).unwrap_or(1));
        let results: Vec<String> =
            persona.labs().iter().map(|lab| maker.result(lab, at, on)).collect();
        maker.report(&results, on);
        maker.vitals(on);
    }
}

fn visits(maker: &mut Maker) {
    for (kind, class, status, on) in [
        ("Check-up", "AMB", "finished", "2025-10-02"),
        ("Emergency visit", "EMER", "finished", "2026-05-04"),
        ("Hospital stay", "IMP", "finished", "2026-05-04"),
        ("Eye examination", "AMB", "cancelled", "2026-02-17"),
        ("Check-up", "AMB", "planned", "2026-12-03"),
    ] {
        maker.encounter(kind, class, status, on);
    }
}

/// The n-th of a mixture: mostly results and vital signs, as in real records.
fn mixed(maker: &mut Maker, n: u64) {
    let day = |rng: &mut rand::rngs::StdRng| {
        format!(
            "{}-{:02}-{:02}",
            rng.random_range(2016..2026),
            rng.random_range(1..13),
            rng.random_range(1..29)
        )
    };
    let on = day(&mut maker.rng);
    let persona = if n.is_multiple_of(2) { Persona::HeartWoman } else { Persona::DiabetesMan };
    let nth = |length: usize| usize::try_from(n / 8).unwrap_or(0) % length.max(1);
    match n % 8 {
        0..=3 => {
            let lab = persona.labs()[nth(persona.labs().len())];
            let at = maker.rng.random_range(0.0..1.0);
            maker.result(&lab, at, &on);
        }
        4 => maker.vitals(&on),
        5 => maker.encounter("Check-up", "AMB", "finished", &on),
        6 => {
            let (term, clinical, verification, _) =
                persona.conditions()[nth(persona.conditions().len())];
            maker.condition(&(term, clinical, verification, &on));
        }
        _ => simple(maker, n, &on),
    }
}

fn simple(maker: &mut Maker, n: u64, on: &str) {
    let persona = if n.is_multiple_of(16) { Persona::HeartWoman } else { Persona::DiabetesMan };
    let (term, status, dose, _): (Term, _, _, _) =
        persona.medicines()[usize::try_from(n / 8).unwrap_or(0) % 5];
    match (n / 8) % 3 {
        0 => {
            let patient = maker.subject();
            maker.add(json!({
                "resourceType": "Immunization", "status": "completed", "occurrenceDateTime": on,
                "patient": patient,
                "vaccineCode": concept(cvx("141", "Influenza, seasonal, injectable")),
            }));
        }
        1 => maker.bills(on, &format!("{}.{:02}", 20 + n % 180, n % 100)),
        _ => {
            let subject = maker.subject();
            maker.add(json!({
                "resourceType": "MedicationStatement", "status": status, "subject": subject, "effectiveDateTime": on,
                "medicationCodeableConcept": concept(term), "dosage": [{"text": dose}],
            }));
        }
    }
}

/// Packs resources as a file of this kind.
pub(crate) fn pack(kind: BundleKind, resources: &[Value]) -> String {
    if kind == BundleKind::Ndjson {
        let lines: Vec<String> = resources.iter().map(written).collect();
        return lines.join("\n") + "\n";
    }
    let composition = (kind == BundleKind::Document).then(|| composition(resources));
    let entries: Vec<Value> =
        composition.iter().chain(resources).map(|resource| entry(kind, resource)).collect();
    let mut whole = json!({"resourceType": "Bundle", "type": kind.code(), "entry": entries});
    match kind {
        BundleKind::Searchset => whole["total"] = json!(resources.len()),
        BundleKind::Document => {
            whole["identifier"] = json!({"system": "urn:ietf:rfc:3986", "value": "urn:uuid:00000000-0000-4000-a000-000000000001"});
            whole["timestamp"] = json!("2026-05-06T17:00:00+02:00");
        }
        _ => {}
    }
    written(&whole)
}

fn entry(kind: BundleKind, resource: &Value) -> Value {
    let id = resource["id"].as_str().unwrap_or_default();
    let name = resource["resourceType"].as_str().unwrap_or_default();
    let mut entry = match kind {
        BundleKind::Searchset => {
            json!({"fullUrl": format!("https://fhir.clinic.example/r4/{name}/{id}"), "search": {"mode": "match"}})
        }
        _ => json!({"fullUrl": format!("urn:uuid:{id}")}),
    };
    if matches!(kind, BundleKind::Transaction | BundleKind::Batch) {
        entry["request"] = json!({"method": "POST", "url": name});
    }
    entry["resource"] = resource.clone();
    entry
}

fn composition(resources: &[Value]) -> Value {
    let references: Vec<Value> = resources
        .iter()
        .filter(|resource| resource["resourceType"] != "Patient")
        .map(|resource| json!({"reference": format!("urn:uuid:{}", resource["id"].as_str().unwrap_or_default())}))
        .collect();
    let patient = resources.first().map(|p| p["id"].clone()).unwrap_or_default();
    json!({
        "resourceType": "Composition", "id": "00000000-0000-4000-a000-000000000002", "status": "final",
        "type": concept(loinc("60591-5", "Patient summary Document")), "title": "Patient summary",
        "date": "2026-05-06T17:00:00+02:00", "author": [{"display": "Sample Clinic"}],
        "subject": {"reference": format!("urn:uuid:{}", patient.as_str().unwrap_or_default())},
        "section": [{"title": "Everything", "entry": references}],
    })
}
