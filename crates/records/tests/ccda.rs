//! Clinical documents: what the two sample documents say comes out as it was said, and hostile ones
//! stay harmless.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests; a skip is printed"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use keyward_records::json::Json;
use keyward_records::sensitivity::Sensitivity;
use keyward_records::view;
use keyward_records::{Category, Format, Limits, Parsed, ccda, detect, read};

fn sample(name: &str) -> Option<Vec<u8>> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/ccda").join(name);
    if let Ok(bytes) = std::fs::read(&path) {
        return Some(bytes);
    }
    eprintln!("skipped: ccda/{name} is not there");
    None
}

fn parsed(bytes: &[u8]) -> Parsed {
    assert_eq!(detect("a.xml", bytes.get(..65536).unwrap_or(bytes)), Format::Ccda);
    read(Format::Ccda, "a.xml", bytes, &Limits::default()).unwrap()
}

fn sections(parsed: &Parsed) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for resource in &parsed.resources {
        let section = Category::section_of(&resource.json().unwrap());
        *counts.entry(section.as_str().to_owned()).or_default() += 1;
    }
    counts
}

fn of_type<'a>(all: &'a [Json], kind: &str) -> Vec<&'a Json> {
    all.iter().filter(|json| json.text("resourceType") == Some(kind)).collect()
}

fn json(parsed: &Parsed) -> Vec<Json> {
    parsed.resources.iter().map(|resource| resource.json().unwrap()).collect()
}

fn markers(resource: &Json) -> Vec<view::Marker> {
    item(resource).markers
}

fn item(resource: &Json) -> view::ChartItem {
    record(resource).item
}

fn record(resource: &Json) -> view::RecordView {
    let bytes = resource.to_compact().into_bytes();
    let input = view::ChartInput {
        record_id: "r",
        bytes: &bytes,
        received: None,
        source: "s",
        compartment: None,
    };
    view::record_view(&input)
}

#[test]
fn the_continuity_of_care_document_says_what_it_said() {
    let Some(bytes) = sample("CCD_1.xml") else { return };
    let parsed = parsed(&bytes);
    assert!(parsed.kept_as_source.is_empty() && parsed.duplicates.is_empty());
    let counts: Vec<(&str, usize)> = vec![
        ("allergies", 2),
        ("carePlans", 1),
        ("conditions", 5),
        ("documents", 2),
        ("encounters", 1),
        ("immunizations", 5),
        ("medications", 2),
        ("other", 5),
        ("procedures", 7),
        ("profile", 2),
        ("results", 8),
        ("vitals", 8),
    ];
    let expected: BTreeMap<String, usize> =
        counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    assert_eq!(sections(&parsed), expected);
    assert_eq!(parsed.patients.len(), 1);
    assert_eq!(parsed.patients[0].display_name().as_deref(), Some("Eve Betterhalf"));
    assert_eq!(parsed.patients[0].birth_date.as_ref().map(|d| d.as_str()), Some("1975-05-01"));

    let all = json(&parsed);
    // Refused vaccinations are not given ones.
    let not_done = of_type(&all, "Immunization")
        .into_iter()
        .filter(|given| given.text("status") == Some("not-done"))
        .count();
    assert_eq!(not_done, 2);
    // A resolved problem is not an active one, and the dates are as precise as written.
    let pneumonia = of_type(&all, "Condition")
        .into_iter()
        .find(|problem| problem.text("onsetDateTime") == Some("1998-03-10"))
        .unwrap();
    assert_eq!(pneumonia.text("abatementDateTime"), Some("1998-03-16"));
    let atenolol = of_type(&all, "MedicationStatement")[1];
    let dosage = atenolol.items("dosage").next().unwrap();
    assert_eq!(dosage.text("text"), None, "what is put together is said where it is read");
    let parts = serde_json::to_value(&item(atenolol).details[0]).unwrap();
    let said = |text| serde_json::json!({ "kind": "words", "text": text });
    assert_eq!(
        parts,
        serde_json::json!({ "dose": [
            said("1"),
            said("Oral Route of Administration"),
            { "kind": "every", "times": "1", "timesTo": null, "period": "12", "periodTo": null, "unit": "h" },
        ]})
    );
    let repeat = dosage.at(&["timing", "repeat"]).unwrap();
    assert_eq!((repeat.digits("period"), repeat.text("periodUnit")), (Some("12"), Some("h")));
    let hemoglobin = of_type(&all, "Observation")
        .into_iter()
        .find(|o| o.at(&["valueQuantity", "unit"]).and_then(Json::as_str) == Some("g/dL"))
        .unwrap();
    assert_eq!(hemoglobin.at(&["valueQuantity"]).unwrap().digits("value"), Some("13.2"));
    let range = hemoglobin.items("referenceRange").next().unwrap();
    assert!(range.text("text").is_some() || range.get("low").is_some());
    // A value that is missing says so.
    let urea = of_type(&all, "Observation")
        .into_iter()
        .find(|o| o.get("dataAbsentReason").is_some())
        .unwrap();
    assert!(urea.get("valueQuantity").is_none());
    // The report holds its results.
    let reports = of_type(&all, "DiagnosticReport");
    assert_eq!(reports.len(), 2);
    let first = reports[0].items("result").next().unwrap().text("reference").unwrap();
    let id = first.strip_prefix("Observation/").unwrap();
    assert!(of_type(&all, "Observation").iter().any(|o| o.text("id") == Some(id)));
}

#[test]
fn the_discharge_summary_says_what_it_said() {
    let Some(bytes) = sample("Discharge_Summary.xml") else { return };
    let parsed = parsed(&bytes);
    assert!(parsed.kept_as_source.is_empty());
    let all = json(&parsed);
    for (kind, count) in [
        ("AllergyIntolerance", 3),
        ("Condition", 5),
        ("Immunization", 2),
        ("MedicationStatement", 1),
        ("Procedure", 1),
        ("FamilyMemberHistory", 1),
        ("ServiceRequest", 1),
        ("Composition", 1),
    ] {
        assert_eq!(of_type(&all, kind).len(), count, "{kind}");
    }
    let composition = of_type(&all, "Composition")[0];
    assert_eq!(composition.items("section").count(), 21);
    let course = composition
        .items("section")
        .find(|section| section.text("title") == Some("HOSPITAL COURSE"))
        .unwrap();
    assert!(course.at(&["text", "div"]).and_then(Json::as_str).unwrap().contains("<div>"));
    for section in composition.items("section") {
        let Some(div) = section.at(&["text", "div"]).and_then(Json::as_str) else { continue };
        let (clean, altered) = view::sanitise(div);
        assert!(!altered && !clean.is_empty(), "{div}");
    }
}

#[test]
fn every_item_opens_its_source_and_the_same_document_gives_the_same_items() {
    for name in ["CCD_1.xml", "Discharge_Summary.xml"] {
        let Some(bytes) = sample(name) else { return };
        let (once, again) = (parsed(&bytes), parsed(&bytes));
        let text = String::from_utf8(bytes).unwrap();
        for (resource, other) in once.resources.iter().zip(&again.resources) {
            assert_eq!((&resource.bytes, resource.fingerprint), (&other.bytes, other.fingerprint));
            let json = resource.json().unwrap();
            assert_eq!(json.at(&["meta", "source"]).and_then(Json::as_str), Some(ccda::SOURCE));
            let extension = |url: &str| {
                json.items("extension")
                    .find(|extension| extension.text("url") == Some(url))
                    .and_then(|extension| extension.text("valueString"))
            };
            let kind = json.text("resourceType").unwrap();
            if !matches!(kind, "Composition") {
                assert!(text.contains(extension(ccda::EXCERPT_URL).unwrap()), "{kind}");
            }
            if !matches!(kind, "Composition" | "Patient") {
                assert!(extension(ccda::SECTION_URL).is_some(), "{kind}");
            }
            assert!(!resource.title.is_empty(), "{kind}");
        }
    }
}

fn document(body: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><id root=\"1.2.3\"/>\
         <title>Test</title><effectiveTime value=\"20200102\"/>{body}</ClinicalDocument>"
    )
    .into_bytes()
}

fn structured(code: &str, inside: &str) -> Vec<u8> {
    document(&format!(
        "<component><structuredBody><component><section><code code=\"{code}\"/>\
         <title>S</title>{inside}</section></component></structuredBody></component>"
    ))
}

#[test]
fn what_is_denied_is_not_asserted() {
    let problem = |negated: &str, code: &str| {
        let inside = format!(
            "<entry><act><templateId root=\"2.16.840.1.113883.10.20.22.4.3\"/>\
             <statusCode code=\"active\"/><entryRelationship typeCode=\"SUBJ\">\
             <observation negationInd=\"{negated}\">\
             <templateId root=\"2.16.840.1.113883.10.20.22.4.4\"/>\
             <value xsi:type=\"CD\" code=\"{code}\" codeSystem=\"2.16.840.1.113883.6.96\" \
             displayName=\"Asthma\"/></observation></entryRelationship></act></entry>"
        );
        let all = json(&parsed(&structured("11450-4", &inside)));
        of_type(&all, "Condition")[0].clone()
    };
    let code = |json: &Json, field: &str| {
        json.get(field)?.items("coding").next()?.text("code").map(str::to_owned)
    };
    let asserted = problem("false", "195967001");
    assert_eq!(code(&asserted, "clinicalStatus").as_deref(), Some("active"));
    assert_eq!(code(&asserted, "verificationStatus"), None);
    let denied = problem("true", "195967001");
    assert_eq!(code(&denied, "verificationStatus").as_deref(), Some("refuted"));
    assert_eq!(code(&denied, "clinicalStatus"), None);
    let none = problem("true", "55607006");
    assert_eq!(code(&none, "code").as_deref(), Some("160245001"));

    let inside = "<entry><act><templateId root=\"2.16.840.1.113883.10.20.22.4.30\"/>\
        <entryRelationship><observation negationInd=\"true\">\
        <templateId root=\"2.16.840.1.113883.10.20.22.4.7\"/>\
        <value xsi:type=\"CD\" code=\"419199007\"/></observation></entryRelationship></act></entry>";
    let all = json(&parsed(&structured("48765-2", inside)));
    let allergy = of_type(&all, "AllergyIntolerance")[0];
    assert_eq!(code(allergy, "code").as_deref(), Some("716186003"));
    let input = markers(allergy);
    assert!(input.contains(&view::Marker::NoKnownAllergies), "{input:?}");

    let inside = "<entry><observation negationInd=\"true\" moodCode=\"EVN\">\
        <code code=\"1-1\" codeSystem=\"2.16.840.1.113883.6.1\" displayName=\"Fever\"/>\
        <value xsi:type=\"CD\" code=\"1\" displayName=\"yes\"/></observation></entry>";
    let all = json(&parsed(&structured("30954-2", inside)));
    let markers = markers(of_type(&all, "Observation")[0]);
    assert!(markers.contains(&view::Marker::ModifierNotUnderstood), "{markers:?}");
}

#[test]
fn hostile_narrative_comes_out_inert() {
    let inside = "<text onclick=\"x()\"><paragraph onmouseover='alert(1)'>one \
        <content styleCode=\"Bold\" style=\"background:url(http://e.example/x)\">two</content>\
        <linkHtml href=\"javascript:alert(1)\">three</linkHtml>\
        <renderMultiMedia referencedObject=\"http://e.example/p.png\"/>\
        <img src=\"http://e.example/i.png\"/><script>alert(1)</script>\
        <iframe src=\"http://e.example\">four</iframe></paragraph>\
        <table><tr><td colspan=\"3\" onclick=\"x\">&lt;script&gt;alert(2)&lt;/script&gt;</td>\
        <td colspan=\"99999999\">five</td></tr></table></text>";
    let all = json(&parsed(&structured("9999-9", inside)));
    let composition = of_type(&all, "Composition")[0];
    let section = composition.items("section").next().unwrap();
    let div = section.at(&["text", "div"]).and_then(Json::as_str).unwrap();
    for bad in ["<script", "onclick", "onmouse", "javascript", "http", "<img", "<iframe", "99999"] {
        assert!(!div.contains(bad), "{bad} in {div}");
    }
    for good in ["one", "<b>two</b>", "three", "colspan=\"3\"", "five", "&lt;script&gt;"] {
        assert!(div.contains(good), "{good} not in {div}");
    }
}

#[test]
fn a_letter_inside_is_a_document_and_an_unknown_statement_is_kept() {
    let letter = |media: &str, text: &str| {
        let body = format!(
            "<component><nonXMLBody><text mediaType=\"{media}\" representation=\"B64\">{text}</text>\
             </nonXMLBody></component>"
        );
        let all = json(&parsed(&document(&body)));
        of_type(&all, "DocumentReference").first().map(|document| {
            let attachment = document.items("content").next().unwrap().get("attachment").unwrap();
            let text = |name| attachment.text(name).unwrap().to_owned();
            (text("contentType"), text("data"))
        })
    };
    let same = |media: &str| Some((media.to_owned(), "JVBERi0xLjc=".to_owned()));
    assert_eq!(letter("application/pdf", " JVBERi0x\n Ljc= "), same("application/pdf"));
    assert_eq!(
        letter("text/html; &lt;script&gt;", "JVBERi0xLjc="),
        same("application/octet-stream")
    );
    assert_eq!(letter("application/pdf", "no base64!"), None);

    let kept = parsed(&structured("9999-9", "<entry><act><code code=\"1\"/></act></entry>"));
    assert_eq!(kept.kept_as_source.len(), 1);
    assert_eq!(kept.kept_as_source[0].resource.bytes, b"<act><code code=\"1\"/></act>");
}

#[test]
fn bombs_and_broken_documents_are_refused_in_bounded_time() {
    let started = std::time::Instant::now();
    let deep = "<list><item>".repeat(50_000);
    let wide = "<br/>".repeat(3_000_000);
    let laughs = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;\">]>\
        <ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>&b;</title></ClinicalDocument>";
    let outside = "<!DOCTYPE d SYSTEM \"http://e.example/d.dtd\">\
        <ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>";
    let why = |bytes: &[u8]| {
        read(Format::Ccda, "a.xml", bytes, &Limits::default()).err().map(|error| error.code())
    };
    assert_eq!(why(&structured("1", &format!("<text>{deep}"))), Some("tooDeep"));
    assert_eq!(why(&structured("1", &format!("<text>{wide}</text>"))), Some("tooManyValues"));
    assert_eq!(why(laughs.as_bytes()), Some("entities"));
    assert_eq!(why(outside.as_bytes()), Some("entities"));
    assert_eq!(why(b"<ClinicalDocument><id root='\0'/></ClinicalDocument>"), Some("notText"));
    assert_eq!(why(b"<ClinicalDocument><a></ClinicalDocument>"), Some("damaged"));
    assert_eq!(why(b"<ClinicalDocument><a>"), Some("truncated"));
    let small = Limits { max_xml: 10, ..Limits::default() };
    assert_eq!(read(Format::Ccda, "a", &document(""), &small).unwrap_err().code(), "tooLarge");
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn under_a_pseudonym_neither_source_nor_narrative_nor_names_are_left() {
    use keyward_records::deidentify::{Options, Terms, strip_with};
    for (name, planted) in [
        ("CCD_1.xml", ["Betterhalf", "Everywoman", "444222222", "Patricia", "Beaverton"]),
        ("Discharge_Summary.xml", ["Isabella", "998991", "111-00-2330", "(816)276", "jones"]),
    ] {
        let Some(bytes) = sample(name) else { return };
        let parsed = parsed(&bytes);
        let options = Options {
            link_key: Some([7; 32]),
            terms: Terms::from_patients(parsed.resources.iter().map(|r| r.bytes.as_slice())),
            keep_practitioners: false,
        };
        let mut titled = 0;
        for resource in &parsed.resources {
            let stripped = strip_with(&resource.bytes, &options).unwrap();
            let text = String::from_utf8(stripped.bytes).unwrap();
            assert!(!text.contains(ccda::EXCERPT_URL) && !text.contains("\"div\""), "{text}");
            titled += usize::from(text.contains(ccda::SECTION_URL));
            let lower = text.to_lowercase();
            for word in planted {
                let word = word.to_lowercase();
                let listed =
                    stripped.free_text.iter().any(|w| w.text.to_lowercase().contains(&word));
                assert!(!lower.contains(&word) || listed, "{word} in {text}");
            }
        }
        assert!(titled > 10);
    }
}

#[test]
fn a_document_is_read_as_it_was_written() {
    let Some(bytes) = sample("Discharge_Summary.xml") else { return };
    let parsed = parsed(&bytes);
    let composition = parsed.resources.iter().find(|r| r.resource_type == "Composition").unwrap();
    let input = view::ChartInput {
        record_id: "r",
        bytes: &composition.bytes,
        received: None,
        source: "s",
        compartment: None,
    };
    let narrative = view::record_view(&input).narrative.unwrap();
    assert!(!narrative.altered);
    for words in ["<h3>HOSPITAL COURSE</h3>", "<h3>VITAL SIGNS</h3>", "<table>", "Appendicitis"] {
        assert!(narrative.html.contains(words), "{words}");
    }
}

#[test]
fn the_same_finding_by_portal_and_by_document_is_recognised() {
    use keyward_records::clinical_key;
    let Some(bytes) = sample("CCD_1.xml") else { return };
    let all = json(&parsed(&bytes));
    let keys: Vec<_> = all.iter().filter_map(clinical_key).collect();
    let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
    assert!(keys.len() >= 15, "{}", keys.len());
    assert_eq!(distinct.len(), keys.len(), "two of one document were taken for one");
    let portal = |value: &str| {
        let text = format!(
            "{{\"resourceType\":\"Observation\",\"id\":\"p\",\"status\":\"final\",\"category\":[{{\
             \"coding\":[{{\"code\":\"laboratory\"}}]}}],\"code\":{{\"coding\":[{{\"system\":\
             \"http://loinc.org\",\"code\":\"718-7\",\"display\":\"Hgb\"}}]}},\"effectiveDateTime\":\
             \"2008-03-19T16:30:00Z\",\"valueQuantity\":{{\"value\":{value},\"unit\":\"g/dl\",\
             \"system\":\"http://unitsofmeasure.org\",\"code\":\"g/dL\"}}}}"
        );
        clinical_key(&Json::read(text.as_bytes(), &Limits::default()).unwrap()).unwrap()
    };
    assert!(keys.contains(&portal("13.2")));
    assert!(!keys.contains(&portal("13.3")));
}

/// A document with this header code and these sections.
fn document_of(confidentiality: &str, sections: &str) -> Parsed {
    parsed(
        format!(
            r#"<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Visit</title>
            <confidentialityCode code="{confidentiality}" codeSystem="2.16.840.1.113883.5.25"/>
            <component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"#
        )
        .as_bytes(),
    )
}

fn section_of(title: &str, more: &str) -> String {
    format!(
        "<component><section><title>{title}</title><text>Words of {title}</text>{more}</section></component>"
    )
}

const PROBLEM: &str = r#"<entry><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.4"/><statusCode code="completed"/>
    <value xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CD" code="F32.1"
    codeSystem="2.16.840.1.113883.6.90"/></observation></entry>"#;
const UNREAD: &str = r#"<entry><regionOfInterest classCode="ROIOVL" moodCode="EVN">
    <code code="F32.1" codeSystem="2.16.840.1.113883.6.90"/></regionOfInterest></entry>"#;

#[test]
fn a_clinical_document_goes_no_further_than_what_it_says() {
    let place = |parsed: &Parsed| {
        let document =
            parsed.resources.iter().find(|one| one.resource_type == "Composition").unwrap();
        assert!(String::from_utf8_lossy(&document.bytes).contains("Words of"));
        (document.category, document.kinds.clone())
    };
    let mental = (Category::MentalHealth, vec![Sensitivity::MentalHealth]);
    let plain = section_of("Problems", "");
    assert_eq!(place(&document_of("N", &plain)), (Category::Documents, Vec::new()));
    assert_eq!(place(&document_of("N", &section_of("Psychiatric history", ""))), mental);
    assert_eq!(place(&document_of("N", &section_of("Problems", PROBLEM))), mental);
    let unread = document_of("N", &section_of("Problems", UNREAD));
    assert_eq!(place(&unread), mental);
    let kept: Vec<Category> =
        unread.kept_as_source.iter().map(|kept| kept.resource.category).collect();
    assert_eq!(kept, [Category::MentalHealth]);
    // A sample tells how much she drinks; the other tells of nothing that is kept apart.
    for (name, kinds) in
        [("CCD_1.xml", vec![Sensitivity::SubstanceUse]), ("Discharge_Summary.xml", Vec::new())]
    {
        let Some(bytes) = sample(name) else { continue };
        let parsed = parsed(&bytes);
        let document = parsed.resources.iter().find(|one| one.resource_type == "Composition");
        assert_eq!(document.unwrap().kinds, kinds, "{name}");
    }
    // Restricted, and nobody says why: as a whole, or in one section of it.
    let inner = section_of("Plan", r#"<confidentialityCode code="V"/>"#);
    for marked in [document_of("R", &plain), document_of("N", &inner)] {
        let (category, kinds) = place(&marked);
        assert!(category.is_sensitive() && kinds == Sensitivity::ALL);
    }
    // What stands in such a section is of its kind, whatever its code.
    let entry = PROBLEM.replace("F32.1", "R53.83");
    let parsed = document_of("N", &section_of("Mental health", &entry));
    assert!(parsed.resources.iter().all(|one| one.category == Category::MentalHealth));
}

#[test]
fn a_document_that_points_elsewhere_is_read_without_what_it_points_at() {
    let address = "https://hostile.invalid/";
    let plain = parsed(keyward_testkit::hostile_document(address, false).as_bytes());
    let all = json(&plain);
    let document = of_type(&all, "Composition")[0];
    let div = document.items("section").next().unwrap().at(&["text", "div"]).unwrap();
    let div = div.as_str().unwrap();
    assert!(div.contains("Hostile words") && !div.contains("hostile.invalid"), "{div}");
    let defined = keyward_testkit::hostile_document(address, true);
    let refused = read(Format::Ccda, "a.xml", defined.as_bytes(), &Limits::default()).unwrap_err();
    assert_eq!(refused.code(), "entities");
}

/// A document of one section, with these entries.
fn part(template: &str, code: &str, entries: &str) -> Vec<u8> {
    format!(
        r#"<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xmlns:sdtc="urn:hl7-org:sdtc"><component><structuredBody><component><section>
        <templateId root="2.16.840.1.113883.10.20.22.2.{template}"/>
        <code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><title>Part</title>
        <text>words</text>{entries}</section></component></structuredBody></component></ClinicalDocument>"#
    )
    .into_bytes()
}

/// No word of a language that Keyward would have to choose: only codes, numbers and what stood there.
#[test]
fn how_to_take_a_medicine_is_kept_in_parts_and_nothing_is_said_in_english() {
    let medicine = r#"<entry><substanceAdministration classCode="SBADM" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.16"/><statusCode code="active"/>
        <effectiveTime xsi:type="PIVL_TS"><period><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>
        <effectiveTime xsi:type="EIVL_TS"><event code="HS"/></effectiveTime>
        <effectiveTime xsi:type="PIVL_TS"><period value="2" unit="d"/></effectiveTime>
        <doseQuantity><low value="1"/><high value="2"/></doseQuantity>
        <consumable><manufacturedProduct><manufacturedMaterial>
        <code code="1" codeSystem="2.16.840.1.113883.6.88" displayName="Testamol"/>
        </manufacturedMaterial></manufacturedProduct></consumable>
        <precondition typeCode="PRCN"><criterion><value xsi:type="CD" code="22253000"
        codeSystem="2.16.840.1.113883.6.96" displayName="Pain"/></criterion></precondition>
        </substanceAdministration></entry>"#;
    let all = json(&parsed(&part("1.1", "10160-0", medicine)));
    let [statement] = of_type(&all, "MedicationStatement")[..] else { panic!("{all:?}") };
    assert_eq!(
        serde_json::to_value(item(statement).details).unwrap(),
        serde_json::json!([
            { "dose": [
                { "kind": "words", "text": "1 – 2" },
                { "kind": "every", "times": "1", "timesTo": null, "period": "4", "periodTo": "6", "unit": "h" },
                { "kind": "when", "code": "HS" },
                { "kind": "asNeeded", "what": "Pain" },
            ]},
            { "dose": [
                { "kind": "every", "times": "1", "timesTo": null, "period": "2", "periodTo": null, "unit": "d" },
            ]},
        ])
    );
    let vaccine = r#"<entry><substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="false">
        <templateId root="2.16.840.1.113883.10.20.22.4.52"/><effectiveTime nullFlavor="UNK"/>
        <consumable><manufacturedProduct><manufacturedMaterial>
        <code code="88" codeSystem="2.16.840.1.113883.12.292" displayName="Flu"/>
        </manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entry>"#;
    let all = json(&parsed(&part("2.1", "11369-6", vaccine)));
    let [given] = of_type(&all, "Immunization")[..] else { panic!("{all:?}") };
    assert!(given.get("occurrenceString").is_none() && given.get("_occurrenceString").is_some());
    // Nor does the document itself get a name it did not have.
    let composition = of_type(&all, "Composition")[0];
    assert!(composition.get("title").is_none() && composition.get("_title").is_some());
    let visit = r#"<entry><encounter classCode="ENC" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.49"/></encounter></entry>"#;
    let all = json(&parsed(&part("22", "46240-8", visit)));
    let [visit] = of_type(&all, "Encounter")[..] else { panic!("{all:?}") };
    assert_eq!(item(visit).details, Vec::new());
}

#[test]
fn what_a_relative_did_not_have_is_marked_so_that_it_is_said_in_the_readers_language() {
    let family = r#"<entry><organizer classCode="CLUSTER" moodCode="EVN">
        <templateId root="2.16.840.1.113883.10.20.22.4.45"/><statusCode code="completed"/>
        <subject><relatedSubject classCode="PRS"><code code="MTH" codeSystem="2.16.840.1.113883.5.111"/></relatedSubject></subject>
        <component><observation classCode="OBS" moodCode="EVN" negationInd="true">
        <templateId root="2.16.840.1.113883.10.20.22.4.46"/>
        <value xsi:type="CD" code="230690007" codeSystem="2.16.840.1.113883.6.96" displayName="Stroke"/>
        </observation></component></organizer></entry>"#;
    let all = json(&parsed(&part("15", "10157-6", family)));
    let [history] = of_type(&all, "FamilyMemberHistory")[..] else { panic!("{all:?}") };
    let notes = record(history).notes;
    assert_eq!(notes[0].no_history_of.as_deref(), Some("Stroke"));
    assert_eq!(notes[0].text, "No history of: Stroke");
    // The same words of a sender are his.
    let written =
        r#"{"resourceType":"FamilyMemberHistory","note":[{"text":"No history of: Stroke"}]}"#;
    let written = Json::read(written.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(record(&written).notes[0].no_history_of, None);
}
