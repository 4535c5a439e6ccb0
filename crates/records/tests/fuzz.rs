//! Random damage to records for as long as `KEYWARD_FUZZ_SECONDS` says (2 by default), on stable
//! Rust. A failure prints the seed; the same seed makes the same damage again.
#![expect(clippy::print_stderr, reason = "says how much was tried")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{
    Arrival, Limits, ParseError, Parsed, Resource, consent, deidentify, parse, parse_giving,
};
use keyward_testkit::{BundleKind, HOSTILE_NARRATIVES, bundle, hostile_bundle, seeded};
use rand::RngExt as _;

fn seconds() -> u64 {
    std::env::var("KEYWARD_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// Runs `once` with ever new seeds until the time is over; says how often.
fn run(name: &str, once: impl Fn(u64)) {
    let until = Instant::now() + Duration::from_secs(seconds());
    let mut seed = 0;
    while Instant::now() < until {
        if catch_unwind(AssertUnwindSafe(|| once(seed))).is_err() {
            panic!("{name} fails with seed {seed}");
        }
        seed += 1;
    }
    eprintln!("{name}: {seed} inputs");
}

fn damage(bytes: &mut Vec<u8>, seed: u64) {
    let mut rng = seeded(seed);
    const TOKENS: [&[u8]; 14] = [
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b",",
        b":",
        b"null",
        b"-1e9",
        b"\\u0000",
        b"\\ud800",
        b"<script>",
        b"\"extension\":[{}],",
        b"\xc3\x28",
    ];
    for _ in 0..rng.random_range(1..12) {
        let at = rng.random_range(0..bytes.len().max(1)).min(bytes.len());
        let end = (at + rng.random_range(0..64)).min(bytes.len());
        match rng.random_range(0..5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            2 => bytes.truncate(at.max(1)),
            3 => {
                let token = TOKENS[rng.random_range(0..TOKENS.len())];
                bytes.splice(at..end.min(at + 1), token.iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = rng.random();
                }
            }
        }
    }
}

/// A file read as a whole, and one that is given away while it is read, say the same.
fn given_away_is_the_same(bytes: &[u8], whole: &Result<Parsed, ParseError>) {
    let said = |resource: &Resource| (resource.index, resource.bytes.clone(), resource.fingerprint);
    let mut given = Vec::new();
    let arrival = Arrival { source: "file.json", received: None };
    let rest = parse_giving(bytes, &Limits::default(), &arrival, &mut |part| {
        given.extend(part.resources.iter().map(|one| (said(one), one.title.clone())));
        given.extend(part.kept_as_source.iter().map(|one| (said(&one.resource), String::new())));
    });
    let all = |parsed: &Parsed| -> Vec<_> {
        let kept = parsed.kept_as_source.iter();
        let kept = kept.map(|one| (said(&one.resource), String::new()));
        parsed.resources.iter().map(|one| (said(one), one.title.clone())).chain(kept).collect()
    };
    match (whole, rest) {
        (Ok(whole), Ok(rest)) => {
            given.extend(all(&rest));
            given.sort();
            let mut expected = all(whole);
            expected.sort();
            assert!(given == expected, "records differ");
            assert_eq!(whole.patients, rest.patients);
            assert_eq!(whole.duplicates, rest.duplicates);
            assert_eq!((&whole.container, whole.entries), (&rest.container, rest.entries));
        }
        (whole, rest) => assert_eq!(whole.as_ref().err(), rest.as_ref().err()),
    }
}

#[test]
fn a_file_given_away_while_it_is_read_says_the_same() {
    for (seed, count) in [(1, 10), (2, 127), (3, 129), (4, 3_000)] {
        for kind in BundleKind::ALL {
            let bytes = bundle(seed, kind, count);
            given_away_is_the_same(&bytes, &parse(&bytes, &Limits::default()));
        }
    }
}

#[test]
fn what_is_called_by_something_that_comes_later_is_named_before_it_is_given() {
    let request = r#"{"resource":{"resourceType":"MedicationRequest","status":"active",
        "intent":"order","medicationReference":{"reference":"Medication/m"}}}"#;
    let medicine =
        r#"{"resource":{"resourceType":"Medication","id":"m","code":{"text":"Testol"}}}"#;
    let filler = (0..400)
        .map(|n| format!(r#"{{"resource":{{"resourceType":"Basic","code":{{"text":"b{n}"}}}}}}"#));
    let entries: Vec<String> =
        std::iter::once(request.into()).chain(filler).chain([medicine.into()]).collect();
    let bytes = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
        entries.join(",")
    );
    let whole = parse(bytes.as_bytes(), &Limits::default());
    assert!(
        whole.as_ref().unwrap().resources.iter().any(|one| one.title == "Testol" && one.index == 0)
    );
    given_away_is_the_same(bytes.as_bytes(), &whole);
}

#[test]
fn damaged_files_never_panic_and_lose_nothing() {
    run("parse", |seed| {
        let kind = BundleKind::ALL[usize::try_from(seed).unwrap() % 6];
        let mut bytes =
            if seed % 7 == 0 { hostile_bundle(seed) } else { bundle(seed % 64, kind, 16) };
        damage(&mut bytes, seed);
        let parsed = parse(&bytes, &Limits::default());
        given_away_is_the_same(&bytes, &parsed);
        let Ok(parsed) = parsed else { return };
        let kept = parsed.kept_as_source.len();
        assert_eq!(parsed.entries, parsed.resources.len() + kept + parsed.duplicates.len());
        let inputs: Vec<ChartInput<'_>> = parsed
            .resources
            .iter()
            .chain(parsed.kept_as_source.iter().map(|kept| &kept.resource))
            .map(|r| ChartInput {
                record_id: "r",
                bytes: &r.bytes,
                received: None,
                source: "s",
                compartment: None,
            })
            .collect();
        assert_eq!(view::chart(&inputs, &SharedScope::All).timeline.len(), inputs.len());
        for input in &inputs {
            let _ = view::record_view(input);
            let _ = view::attachment(input.bytes, 0);
            let _ = deidentify::strip(input.bytes);
            let _ = consent::read(input.bytes);
        }
    });
}

#[test]
fn damaged_narrative_stays_inert() {
    run("sanitise", |seed| {
        let mut rng = seeded(seed);
        let mut html = Vec::new();
        for _ in 0..rng.random_range(1..5) {
            let narrative = HOSTILE_NARRATIVES[rng.random_range(0..HOSTILE_NARRATIVES.len())];
            html.extend_from_slice(narrative.as_bytes());
        }
        damage(&mut html, seed);
        let (clean, _) = view::sanitise(&String::from_utf8_lossy(&html));
        // Independent of the cleaner: inside tags no attribute but spans, no element that acts.
        for part in clean.split('<').skip(1) {
            let tag = part.split('>').next().unwrap_or_default();
            let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
            assert!(
                ![
                    "script", "img", "svg", "a", "iframe", "style", "form", "math", "object",
                    "link", "meta", "base", "video", "audio", "input"
                ]
                .contains(&name),
                "{clean}"
            );
            assert!(!tag.contains('=') || tag.contains("span=\""), "{clean}");
        }
    });
}

/// A clinical document of our own with most kinds of statements.
const DOCUMENT: &str = r##"<?xml version="1.0" encoding="utf-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc"><id root="1.2" extension="a"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Test summary</title><effectiveTime value="20200102030405+0100"/><recordTarget><patientRole><id root="1.2.3" extension="7"/><addr><city>Testville</city></addr><patient><name><given>Test</given><family>Sample</family></name><administrativeGenderCode code="F"/><birthTime value="19700101"/><sdtc:deceasedInd value="false"/></patient></patientRole></recordTarget><component><structuredBody><component><section><code code="11450-4"/><title>Problems</title><text><list><item ID="p1">Asthma</item></list></text><entry><act><templateId root="2.16.840.1.113883.10.20.22.4.3"/><statusCode code="active"/><entryRelationship typeCode="SUBJ"><observation negationInd="false"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><effectiveTime><low value="2010"/><high nullFlavor="UNK"/></effectiveTime><value xsi:type="CD" code="195967001" codeSystem="2.16.840.1.113883.6.96"><originalText><reference value="#p1"/></originalText></value></observation></entryRelationship></act></entry></section></component><component><section><code code="10160-0"/><title>Medicines</title><entry><substanceAdministration moodCode="EVN"><statusCode code="active"/><effectiveTime xsi:type="IVL_TS"><low value="20120318"/></effectiveTime><effectiveTime xsi:type="PIVL_TS"><period value="12" unit="h"/></effectiveTime><effectiveTime xsi:type="EIVL_TS"><event code="HS"/></effectiveTime><doseQuantity value="1.50" unit="mg"/><consumable><manufacturedProduct><manufacturedMaterial><code code="197380" codeSystem="2.16.840.1.113883.6.88" displayName="atenolol"/></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry></section></component><component><section><code code="30954-2"/><title>Results</title><text><table><tr><td colspan="2">13.2</td></tr></table></text><entry><organizer><code code="1-1"/><statusCode code="completed"/><component><observation><code code="718-7" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="200803190830-0800"/><value xsi:type="PQ" value="13.2" unit="g/dL"/><interpretationCode code="N"/><referenceRange><observationRange><value xsi:type="IVL_PQ"><low value="12" unit="g/dL"/></value></observationRange></referenceRange></observation></component></organizer></entry></section></component></structuredBody></component></ClinicalDocument>"##;

#[test]
fn fuzz_damaged_clinical_documents_never_panic_and_lose_nothing() {
    run("ccda", |seed| {
        let mut rng = seeded(seed);
        let mut bytes = DOCUMENT.as_bytes().to_vec();
        if seed % 3 == 0 {
            damage(&mut bytes, seed);
        } else {
            // Damage that leaves it XML reaches further in: values, codes and names.
            let pieces: Vec<&str> = DOCUMENT.split('"').collect();
            let mut pieces: Vec<String> = pieces.into_iter().map(str::to_owned).collect();
            for _ in 0..rng.random_range(1..8) {
                let at = rng.random_range(0..pieces.len() / 2) * 2 + 1;
                let from = rng.random_range(0..pieces.len() / 2) * 2 + 1;
                pieces[at] = match rng.random_range(0..4) {
                    0 => String::new(),
                    1 => pieces[from].clone(),
                    2 => "-0.0e9999999999999999999999999999999".to_owned(),
                    _ => "\u{1F600}\u{202e}#&lt;script&gt;".to_owned(),
                };
            }
            bytes = pieces.join("\"").into_bytes();
        }
        let Ok(parsed) = keyward_records::ccda::read(&bytes, &Limits::default()) else { return };
        let kept = parsed.kept_as_source.len();
        assert_eq!(parsed.entries, parsed.resources.len() + kept + parsed.duplicates.len());
        for resource in &parsed.resources {
            let json = resource.json().unwrap();
            let _ = keyward_records::clinical_key(&json);
            let _ = deidentify::strip(&resource.bytes);
        }
    });
}
