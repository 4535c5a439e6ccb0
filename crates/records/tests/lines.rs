//! Lines are stored: whoever changes what is in them must say so, or charts that were indexed before keep the old ones.

use keyward_records::view::ChartInput;
use keyward_records::view::line::{FORMAT, line};
use keyward_records::{Limits, parse};
use keyward_testkit::BundleKind;
use sha2::{Digest as _, Sha256};

/// Of [`FORMAT`]. If this is red because lines are made otherwise on purpose, count `FORMAT` up and write down here what
/// the test found.
const PINNED: (u32, &str) = (5, "e0c324bc6773f8c6e58044e393fe5b3e360bd22f6ed6a95575f8186e107fa203");

#[test]
fn lines_are_made_otherwise_only_with_another_format() {
    let bundle = keyward_testkit::bundle(7, BundleKind::Collection, 400);
    let parsed = parse(&bundle, &Limits::default()).expect("a bundle");
    let mut digest = Sha256::new();
    for resource in &parsed.resources {
        let input = ChartInput {
            record_id: "00000000000000000000000000000000",
            bytes: &resource.bytes,
            received: Some(1_793_534_400),
            source: "bundle.json",
            compartment: None,
        };
        digest.update(format!("{:?}\n", line(&input)));
    }
    let found: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((FORMAT, found.as_str()), PINNED);
}
