//! Small synthetic records whose every item can be told apart on the screen.

/// What item `n` of set `set` is called on the screen.
pub fn marker(set: &str, n: usize) -> String {
    format!("Sample marker {set}{n}")
}

/// A bundle of `count` laboratory results, each with a [`marker`] of its own.
pub fn results(set: &str, count: usize) -> Vec<u8> {
    // Two sets never say the same: the same statement in two files would be recognised as one.
    let first = set.bytes().map(usize::from).sum::<usize>() * 100;
    let entries: Vec<_> = (0..count)
        .map(|n| {
            serde_json::json!({ "resource": {
                "resourceType": "Observation",
                "id": format!("extra-{set}-{n}"),
                "status": "final",
                "category": [{ "coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                    "code": "laboratory" }] }],
                "code": {
                    "coding": [{ "system": "http://loinc.org", "code": "2345-7" }],
                    "text": marker(set, n) },
                "effectiveDateTime": format!("2026-10-0{}", 1 + n % 9),
                "valueQuantity": { "value": first + n, "unit": "mg/dL" },
            }})
        })
        .collect();
    let bundle =
        serde_json::json!({ "resourceType": "Bundle", "type": "collection", "entry": entries });
    serde_json::to_vec(&bundle).unwrap()
}
