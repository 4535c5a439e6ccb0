//! Hostile records: whatever they hold, nothing acts, loads or leads away, and reading stays bounded.

use std::time::{Duration, Instant};

use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{Container, KeptReason, Limits, ParseError, parse};
use keyward_testkit::{BundleKind, HOSTILE_HOST, HOSTILE_NARRATIVES, bundle, hostile_bundle};
use proptest::prelude::*;

const ALLOWED: [&str; 40] = [
    "p",
    "br",
    "div",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "small",
    "big",
    "sub",
    "sup",
    "tt",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "caption",
    "colgroup",
    "col",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "code",
    "blockquote",
    "hr",
];

/// Reads sanitised HTML the strict way: every `<` opens or closes an allowed element, and the only
/// attributes are small `colspan` and `rowspan`.
fn is_inert(html: &str) -> bool {
    html.split('<').skip(1).all(|part| {
        let Some((tag, _)) = part.split_once('>') else { return false };
        let tag = tag.strip_prefix('/').unwrap_or(tag);
        let mut words = tag.split(' ');
        let name = words.next().unwrap_or_default();
        ALLOWED.contains(&name)
            && words.all(|word| {
                ["colspan=\"", "rowspan=\""].iter().any(|prefix| {
                    word.strip_prefix(prefix)
                        .and_then(|rest| rest.strip_suffix('"'))
                        .is_some_and(|n| n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()))
                })
            })
    })
}

#[test]
fn hostile_narrative_loses_all_that_acts_and_keeps_its_words() {
    for narrative in HOSTILE_NARRATIVES {
        let (html, altered) = view::sanitise(narrative);
        assert!(is_inert(&html), "{narrative}\n→ {html}");
        assert!(!html.contains(HOSTILE_HOST) && !html.contains("alert("), "{html}");
        assert!(html.contains("text"), "{narrative}\n→ {html}");
        assert!(
            altered || !narrative.contains("alert") && !narrative.contains("hostile"),
            "{narrative}"
        );
    }
}

#[test]
fn harmless_narrative_stays() {
    let table = r#"<div xmlns="http://www.w3.org/1999/xhtml"><table class="x"><tr><td colspan="2">7.2 &lt; 8 &amp; more</td></tr></table></div>"#;
    let (html, altered) = view::sanitise(table);
    assert!(html.contains(r#"<td colspan="2">7.2 &lt; 8 &amp; more</td>"#), "{html}");
    assert!(!altered);
    assert_eq!(
        view::sanitise("<table><tr><td colspan=\"999999999\">x</td></tr></table>")
            .0
            .matches("colspan")
            .count(),
        0
    );
}

#[test]
fn enormous_or_absurdly_nested_narrative_is_bounded() {
    let start = Instant::now();
    for opening in [
        "<div>",
        "<b>",
        "<table><tr><td>",
        "<a href=x><i>",
        "<p><b><i>",
        "<b></i>",
        "<b><i/>",
        "<B ><x></p>",
    ] {
        let deep = opening.repeat(900_000 / opening.len()) + "text";
        let (html, altered) = view::sanitise(&deep);
        assert!(altered && is_inert(&html) && html.contains("text"));
    }
    let attributes: String = (0..100_000).map(|n| format!(" a{n}")).collect();
    for tag in [
        format!("<p{attributes}>text"),
        format!("<p x=\">\"{attributes}>text"),
        format!("<p y<z{attributes}"),
    ] {
        assert!(is_inert(&view::sanitise(&tag).0));
    }
    let hidden = format!("<script><p x='</script>{}'>", "<b>".repeat(2000)).repeat(100);
    assert_eq!(view::sanitise(&hidden).0, "");
    assert_eq!(view::sanitise(&"x".repeat(2 << 20)).0, "");
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn the_hostile_record_is_shown_without_anything_that_acts() {
    let parsed = parse(&hostile_bundle(5), &Limits::default()).unwrap();
    let mut narratives = 0;
    for resource in &parsed.resources {
        let input = ChartInput {
            record_id: "r",
            bytes: &resource.bytes,
            received: None,
            source: "file",
            compartment: None,
        };
        let record = view::record_view(&input);
        if let Some(narrative) = record.narrative {
            assert!(is_inert(&narrative.html), "{}", narrative.html);
            narratives += 1;
        }
    }
    assert!(narratives > HOSTILE_NARRATIVES.len());
}

fn nested(depth: usize) -> String {
    format!("{{\"resourceType\":\"Basic\",\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn depth_bombs_are_refused_or_kept_as_source() {
    let limits = Limits::default();
    let kept = parse(nested(100).as_bytes(), &limits).unwrap();
    assert_eq!(kept.kept_as_source[0].reason, KeptReason::TooDeep);
    assert_eq!(kept.kept_as_source[0].resource.bytes, nested(100).as_bytes());
    assert!(matches!(parse(nested(5_000).as_bytes(), &limits), Err(ParseError::TooDeep { .. })));
    let endless = "[".repeat(50_000_000);
    assert!(matches!(parse(endless.as_bytes(), &limits), Err(ParseError::TooDeep { .. })));
    let objects = "{\"a\":".repeat(1_000_000);
    assert!(matches!(parse(objects.as_bytes(), &limits), Err(ParseError::TooDeep { .. })));
    // The view never meets the depth either.
    let input = ChartInput {
        record_id: "r",
        bytes: endless.as_bytes(),
        received: None,
        source: "",
        compartment: None,
    };
    assert!(view::record_view(&input).facts.is_empty());
}

#[test]
fn huge_arrays_strings_and_files_are_bounded() {
    let limits = Limits {
        max_bytes: 1 << 20,
        max_resources: 10,
        max_string: 1000,
        max_nodes: 100,
        max_resource_bytes: 2000,
        ..Limits::default()
    };
    let code = |bytes: &[u8]| parse(bytes, &limits).map(|_| ()).unwrap_err().code();
    assert_eq!(code(&vec![b' '; 2 << 20]), "tooLarge");
    assert_eq!(code(&bundle(1, BundleKind::Collection, 11)), "tooManyResources");
    assert_eq!(code(&bundle(1, BundleKind::Ndjson, 11)), "tooManyResources");
    let long = format!("{{\"resourceType\":\"Basic\",\"x\":\"{}\"}}", "y".repeat(1500));
    assert_eq!(code(long.as_bytes()), "stringTooLong");
    let reason = |bytes: &[u8]| parse(bytes, &limits).unwrap().kept_as_source[0].reason;
    let many = format!("{{\"resourceType\":\"Basic\",\"x\":[{}0]}}", "0,".repeat(200));
    assert_eq!(reason(many.as_bytes()), KeptReason::TooLarge);
    let big = format!("{{\"resourceType\":\"Basic\"{}}}", ",\"x\":\"y\"".repeat(300));
    assert_eq!(reason(big.as_bytes()), KeptReason::TooLarge);
    let digits = format!("{{\"resourceType\":\"Basic\",\"x\":{}}}", "9".repeat(5000));
    assert_eq!(code(digits.as_bytes()), "stringTooLong");
}

#[test]
fn what_is_no_record_is_refused_with_the_reason() {
    let code = |bytes: &[u8]| parse(bytes, &Limits::default()).map(|_| ()).unwrap_err().code();
    assert_eq!(code(b""), "empty");
    assert_eq!(code(b" \n\t "), "empty");
    assert_eq!(code(b"\xff\xfe{}"), "notText");
    assert_eq!(code(b"%PDF-1.4"), "notJson");
    assert_eq!(code(b"<ClinicalDocument/>"), "notJson");
    assert_eq!(code(b"{}"), "notFhir");
    assert_eq!(code(b"42"), "notFhir");
    assert_eq!(code(b"[1,2]"), "notFhir");
    assert_eq!(code(b"{\"resourceType\":\"Patient\"} rubbish"), "notJson");
    let whole = bundle(1, BundleKind::Transaction, 20);
    assert_eq!(code(&whole[..whole.len() / 2]), "truncated");
    for wrong in [
        "{\"resourceType\":\"Patient\",}",
        "{'resourceType':'Patient'}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":NaN}",
        "{\"a\":\"\\x\"}",
        "{\"a\" 1}",
        "{\"a\":1]",
    ] {
        assert_eq!(code(wrong.as_bytes()), "notJson", "{wrong}");
    }
}

#[test]
fn nothing_of_a_bundle_is_dropped() {
    let bytes = br#"{"resourceType":"Bundle","type":"batch","entry":[
        {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Condition","id":"1","code":{"text":"a"}}},
        {"resource":{"resourceType":"Condition","id":"1","meta":{"versionId":"2","lastUpdated":"2020-01-01T00:00:00Z"},"code":{"text":"a"}}},
        {"resource":{"resourceType":"Condition","id":"2","code":{"text":"a"}}},
        {"resource":{"resourceType":"Wonder","x":1}},
        {"resource":{"noType":1}},
        {"resource":[1]},
        {"request":{"method":"DELETE","url":"Patient/1"}},
        17,
        {"resource":{"resourceType":"Condition","code":{"text":"x"},"code":{"text":"y"}}},
        {"resource":{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Goal","description":{"text":"inner"}}}]}}
    ]}"#;
    let parsed = parse(bytes, &Limits::default()).unwrap();
    assert_eq!(parsed.container, Container::Bundle { bundle_type: "batch".into() });
    assert_eq!(parsed.entries, 10);
    assert_eq!(parsed.resources.len(), 3, "two conditions of different ids and the inner goal");
    assert_eq!((parsed.duplicates[0].index, parsed.duplicates[0].of), (1, 0));
    assert_eq!(
        parsed.entries,
        parsed.resources.len() + parsed.kept_as_source.len() + parsed.duplicates.len()
    );
    let reasons: Vec<&str> = parsed.kept_as_source.iter().map(|kept| kept.reason.code()).collect();
    assert_eq!(
        reasons,
        [
            "unknownType",
            "noResourceType",
            "noResourceType",
            "noResource",
            "noResource",
            "ambiguous"
        ]
    );
    assert_ne!(parsed.resources[0].fingerprint, parsed.resources[1].fingerprint);
}

#[test]
fn lines_are_read_one_by_one_and_a_broken_one_is_kept() {
    let text = "\u{feff}{\"resourceType\":\"Patient\",\"id\":\"1\"}\r\n\r\n{\"resourceType\":\"Goal\" broken\n{\"resourceType\":\"Goal\",\"id\":\"2\"}";
    let parsed = parse(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(parsed.container, Container::Ndjson);
    assert_eq!((parsed.resources.len(), parsed.kept_as_source.len()), (2, 1));
    assert_eq!(parsed.kept_as_source[0].reason, KeptReason::NotJson);
    assert_eq!(parsed.kept_as_source[0].resource.bytes, b"{\"resourceType\":\"Goal\" broken");
}

#[test]
fn bytes_stay_as_they_came_however_they_are_written() {
    let odd = "{ \"resourceType\" : \"Observation\",\n\t\"valueQuantity\":{\"value\":7.200e0 , \"unit\":\"\\u00b5mol\\/L\"} }";
    let wrapped = format!("{{\"resourceType\":\"Bundle\",\"entry\":[{{\"resource\":{odd} }}]}}");
    let parsed = parse(wrapped.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(parsed.resources[0].bytes, odd.as_bytes());
    // The same content written differently is the same record, except for its digits.
    let plain = r#"{"valueQuantity":{"unit":"µmol/L","value":7.200e0},"resourceType":"Observation","id":"9"}"#;
    let same = parse(plain.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(same.resources[0].fingerprint, parsed.resources[0].fingerprint);
    let other = parse(plain.replace("7.200e0", "7.2").as_bytes(), &Limits::default()).unwrap();
    assert_ne!(other.resources[0].fingerprint, parsed.resources[0].fingerprint);
}

fn show_all(bytes: &[u8]) {
    let Ok(parsed) = parse(bytes, &Limits::default()) else { return };
    assert_eq!(
        parsed.entries,
        parsed.resources.len() + parsed.kept_as_source.len() + parsed.duplicates.len()
    );
    let kept = parsed.kept_as_source.iter().map(|kept| &kept.resource);
    let inputs: Vec<ChartInput<'_>> = parsed
        .resources
        .iter()
        .chain(kept)
        .map(|r| ChartInput {
            record_id: "r",
            bytes: &r.bytes,
            received: None,
            source: "s",
            compartment: None,
        })
        .collect();
    let chart = view::chart(&inputs, &SharedScope::All);
    assert_eq!(chart.timeline.len(), inputs.len());
    for input in inputs.iter().take(20) {
        if let Some(narrative) = view::record_view(input).narrative {
            assert!(is_inert(&narrative.html));
        }
        let _ = keyward_records::deidentify::strip(input.bytes);
        let _ = keyward_records::deidentify::identifying(input.bytes);
        let _ = keyward_records::consent::read(input.bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        show_all(&bytes);
        let _ = view::record_view(&ChartInput { record_id: "r", bytes: &bytes, received: None, source: "", compartment: None });
    }

    #[test]
    fn json_like_text_never_panics(text in r#"[{}\[\]",:0-9a-z\\. eE+-]{0,200}"#) {
        show_all(text.as_bytes());
        show_all(format!("{{\"resourceType\":\"Observation\",\"code\":{text}}}").as_bytes());
    }

    #[test]
    fn mutated_bundles_never_panic(seed in 0_u64..50, cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_usize..40), 1..8)) {
        let mut bytes = bundle(seed, BundleKind::ALL[usize::try_from(seed).unwrap() % 6], 12);
        for (at, byte, length) in cuts {
            let at = at.index(bytes.len());
            match byte % 4 {
                0 => bytes[at] = byte,
                1 => { bytes.drain(at..(at + length).min(bytes.len())); }
                2 => { let part = bytes[at..(at + length).min(bytes.len())].to_vec(); bytes.splice(at..at, part); }
                _ => bytes.insert(at, b"{}[]\",:\\0"[usize::from(byte) % 9]),
            }
            if bytes.is_empty() { break; }
        }
        show_all(&bytes);
    }

    #[test]
    fn sanitised_html_is_inert(html in r#"(<|</|<!|>|"|'| |=|/|script|style|svg|math|a|b|p|td|table|img|src|href|onerror|javascript:|title|textarea|noscript|colspan|xmp|--|&lt;|&#|;|x|mi|mtext|annotation-xml|foreignObject|template){0,60}"#) {
        let (clean, _) = view::sanitise(&html);
        prop_assert!(is_inert(&clean), "{html:?} → {clean:?}");
        // Cleaning what is clean changes nothing that matters.
        prop_assert!(is_inert(&view::sanitise(&clean).0));
    }

    #[test]
    fn every_resource_keeps_its_bytes(seed in 0_u64..1000, size in 4_usize..40) {
        let whole = bundle(seed, BundleKind::Transaction, size);
        let parsed = parse(&whole, &Limits::default()).unwrap();
        prop_assert_eq!(parsed.resources.len(), size);
        for resource in &parsed.resources {
            prop_assert!(whole.windows(resource.bytes.len()).any(|part| part == resource.bytes));
            let alone = parse(&resource.bytes, &Limits::default()).unwrap();
            prop_assert_eq!(alone.resources[0].fingerprint, resource.fingerprint);
        }
    }
}
