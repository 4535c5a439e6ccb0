//! Clinical documents, FHIR in XML and the telling apart of formats: never a panic, nothing lost, and what is shown
//! of it is inert.
#![no_main]

use keyward_records::view::{self, ChartInput};
use keyward_records::{Format, Limits, ccda, clinical_key, deidentify, detect, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = Format::claimed(&String::from_utf8_lossy(bytes.get(..16).unwrap_or(bytes)));
    let _ = detect("", bytes);
    if let Ok(parsed) = read(Format::FhirXml, "", bytes, &Limits::default()) {
        let kept = parsed.kept_as_source.len();
        assert_eq!(parsed.entries, parsed.resources.len() + kept + parsed.duplicates.len());
    }
    let Ok(parsed) = ccda::read(bytes, &Limits::default()) else { return };
    let kept = parsed.kept_as_source.len();
    assert_eq!(parsed.entries, parsed.resources.len() + kept + parsed.duplicates.len());
    for resource in &parsed.resources {
        let json = resource.json().expect("what is made is read again");
        let _ = clinical_key(&json);
        let _ = deidentify::strip(&resource.bytes);
        let input = ChartInput {
            record_id: "r",
            bytes: &resource.bytes,
            received: None,
            source: "s",
            compartment: None,
        };
        if let Some(narrative) = view::record_view(&input).narrative {
            assert!(!narrative.html.to_lowercase().contains("<script"));
        }
    }
});
