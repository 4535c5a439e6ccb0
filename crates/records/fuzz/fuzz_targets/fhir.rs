//! FHIR as JSON: never a panic, nothing lost; what is shown, taken out or read as a consent holds for
//! whatever was parsed.
#![no_main]

use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{Arrival, Limits, clinical_key, consent, deidentify, parse, parse_giving};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = consent::read(bytes);
    let _ = deidentify::strip(bytes);
    let parsed = parse(bytes, &Limits::default());
    let mut given = 0;
    let arrival = Arrival { source: "file.json", received: None };
    let rest = parse_giving(bytes, &Limits::default(), &arrival, &mut |part| {
        given += part.resources.len() + part.kept_as_source.len();
    });
    assert_eq!(parsed.as_ref().err(), rest.as_ref().err());
    let (Ok(parsed), Ok(rest)) = (parsed, rest) else { return };
    let left = rest.resources.len() + rest.kept_as_source.len();
    assert_eq!(parsed.resources.len() + parsed.kept_as_source.len(), given + left);
    assert_eq!((parsed.entries, &parsed.duplicates), (rest.entries, &rest.duplicates));
    let kept = parsed.kept_as_source.len();
    assert_eq!(parsed.entries, parsed.resources.len() + kept + parsed.duplicates.len());
    let resources = parsed.resources.iter().chain(parsed.kept_as_source.iter().map(|k| &k.resource));
    let inputs: Vec<ChartInput<'_>> = resources
        .map(|resource| ChartInput {
            record_id: "r",
            bytes: &resource.bytes,
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
    }
    for resource in &parsed.resources {
        if let Some(json) = resource.json() {
            let _ = clinical_key(&json);
        }
    }
});
