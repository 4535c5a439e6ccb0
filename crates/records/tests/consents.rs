//! Consents are written strictly and never read as less than they say.

use keyward_records::Category;
use keyward_records::consent::{ConsentError, Draft, Purpose, Recipient, Status, read};

fn draft() -> Draft {
    Draft {
        id: "7f".into(),
        status: Status::Active,
        patient: "Blue Heron".into(),
        agreed: "2026-11-22T18:00:00Z".into(),
        organization: "Sample Clinic".into(),
        recipient: Recipient {
            name: "Dr Test-Ngozi Okafor-Sample".into(),
            role: "Cardiologist".into(),
            organization: "Sample Clinic".into(),
            certificate: "ab12".into(),
        },
        purpose: Purpose::Treatment,
        from: "2026-11-22T18:00:00Z".into(),
        until: "2027-03-03T00:00:00Z".into(),
        categories: vec![Category::Results, Category::Medications, Category::Results],
        data_period: Some(("2019".into(), "2026-11".into())),
    }
}

#[test]
fn what_is_written_is_read_again() {
    let bytes = draft().build().unwrap();
    let summary = read(&bytes).unwrap();
    assert_eq!(summary.status, Status::Active);
    assert_eq!(summary.patient.as_deref(), Some("Blue Heron"));
    assert_eq!(summary.recipient, "Dr Test-Ngozi Okafor-Sample, Cardiologist, Sample Clinic");
    assert_eq!(summary.certificate, "ab12");
    assert_eq!(summary.purpose, Purpose::Treatment);
    assert_eq!(summary.until, "2027-03-03T00:00:00Z");
    assert_eq!(summary.categories, vec![Category::Medications, Category::Results]);
    assert_eq!(summary.data_period, Some((Some("2019".into()), Some("2026-11".into()))));
}

#[test]
fn the_shape_is_that_of_ihe_pcf() {
    let consent: serde_json::Value = serde_json::from_slice(&draft().build().unwrap()).unwrap();
    assert_eq!(consent["resourceType"], "Consent");
    assert_eq!(consent["scope"]["coding"][0]["code"], "patient-privacy");
    assert_eq!(consent["category"][0]["coding"][0]["code"], "59284-0");
    assert_eq!(consent["provision"]["type"], "permit");
    assert_eq!(consent["provision"]["actor"][0]["role"]["coding"][0]["code"], "IRCP");
    assert_eq!(consent["provision"]["purpose"][0]["code"], "TREAT");
    for field in ["patient", "dateTime", "performer", "organization"] {
        assert!(!consent[field].is_null(), "{field}");
    }
    assert!(consent["policy"][0]["uri"].is_string());
}

#[test]
fn an_incomplete_draft_is_not_written() {
    let wrong = |change: fn(&mut Draft)| {
        let mut draft = draft();
        change(&mut draft);
        draft.build().unwrap_err()
    };
    assert_eq!(wrong(|d| d.categories.clear()), ConsentError::NothingShared);
    assert_eq!(wrong(|d| d.until = d.from.clone()), ConsentError::EndBeforeStart);
    assert_eq!(
        wrong(|d| d.until = "2026-11-22T19:00:00+02:00".into()),
        ConsentError::EndBeforeStart
    );
    assert_eq!(wrong(|d| d.until = "2027".into()), ConsentError::NotAnInstant("until"));
    assert_eq!(wrong(|d| d.agreed = "yesterday".into()), ConsentError::NotAnInstant("agreed"));
    assert_eq!(wrong(|d| d.patient = " ".into()), ConsentError::Empty("patient"));
    assert_eq!(
        wrong(|d| d.recipient.certificate.clear()),
        ConsentError::Empty("recipient.certificate")
    );
    assert_eq!(
        wrong(|d| d.data_period = Some(("2026".into(), "2019".into()))),
        ConsentError::EndBeforeStart
    );
}

#[test]
fn a_consent_that_says_more_is_not_read_as_less() {
    let with = |from: &str, to: &str| {
        let text = String::from_utf8(draft().build().unwrap()).unwrap();
        assert!(text.contains(from), "{from}");
        read(text.replacen(from, to, 1).as_bytes())
    };
    let refused = |from, to| with(from, to).unwrap_err();
    assert_eq!(
        refused("\"type\":\"permit\"", "\"type\":\"deny\""),
        ConsentError::NotUnderstood("a denial")
    );
    assert_eq!(
        refused("\"type\":\"permit\"", "\"type\":\"permit\",\"provision\":[{}]"),
        ConsentError::NotUnderstood("exceptions")
    );
    assert_eq!(
        refused("\"type\":\"permit\"", "\"type\":\"permit\",\"action\":[{}]"),
        ConsentError::NotUnderstood("action")
    );
    assert_eq!(refused("\"results\"", "\"everything\""), ConsentError::NotUnderstood("class"));
    assert_eq!(refused("\"TREAT\"", "\"HMARKT\""), ConsentError::NotUnderstood("purpose"));
    assert_eq!(
        refused("\"status\":\"active\"", "\"status\":\"odd\""),
        ConsentError::NotUnderstood("status")
    );
    assert_eq!(
        refused("\"status\":\"active\"", "\"status\":\"active\",\"modifierExtension\":[{}]"),
        ConsentError::NotUnderstood("a modifier")
    );
    assert_eq!(
        refused("\"resourceType\":\"Consent\"", "\"resourceType\":\"Patient\""),
        ConsentError::NotConsent
    );
    assert_eq!(read(b"rubbish"), Err(ConsentError::NotConsent));
}
