//! Taking everything along: what an export holds, that it is whole or not there, and that nothing
//! secret is in it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

use keyward_app::doctor;
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::leaving::{self, Unasked};
use keyward_app::patient::sharing;
use keyward_app::ports::clinic::{ClinicHere, Pieces, Register};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::vault::RecordFilter;
use keyward_app::session::{Profile, Session};
use keyward_app::views::common::Role;
use keyward_app::views::words::ExportWords;
use keyward_protocol::keys::VerifyingKey;
use keyward_records::Category;
use keyward_testkit::Persona;
use serde_json::Value;
use support::{World, draft, find, import, share, space, sync};

fn exported(session: &Session, words: &ExportWords) -> BTreeMap<String, Vec<u8>> {
    let mut bytes = Vec::new();
    leaving::export(session, &mut bytes, words, &Unwatched, &Cancel::new()).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for number in 0..archive.len() {
        let mut file = archive.by_index(number).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert!(
            files.insert(file.name().unwrap().into_owned(), content).is_none(),
            "two of one name"
        );
    }
    files
}

fn lines(file: &[u8]) -> Vec<Value> {
    std::str::from_utf8(file)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn everything_is_in_the_export_and_nothing_secret() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let okafor = world.doctor("Dr Test-Okafor");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let table = "date,test,value,unit\n2024-03-01,Glucose,5.40,mmol/L\n";
    import(&anna, &world.file("values.csv", table.as_bytes()));
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let id = share(&anna, &draft(&heart, &card, &[Category::Results]));
    doctor::sync(&okafor).unwrap();
    doctor::chart(&okafor, &id).unwrap();
    sync(&anna);

    let files = exported(&anna, &ExportWords::of_keys());
    // Every record, each once, with the digits it came with.
    let rows = anna.read().unwrap().records(&RecordFilter::default()).unwrap();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *expected.entry(format!("fhir/{}.ndjson", row.resource_type)).or_default() += 1;
    }
    assert!(rows.len() > 20);
    for (name, records) in &expected {
        assert_eq!(lines(&files[name]).len(), *records, "{name}");
    }
    let consents = lines(&files["fhir/Consent.ndjson"]);
    assert_eq!(consents.len(), 1);
    assert_eq!(consents[0]["resourceType"], "Consent");
    let events = lines(&files["fhir/AuditEvent.ndjson"]);
    assert_eq!(events.len(), sharing::accesses(&anna).unwrap().len());
    assert!(!events.is_empty());
    assert_eq!(events[0]["agent"][0]["requestor"], true);
    // An FHIR file is its records; of other files the original itself is there.
    let original = files.iter().find(|(name, _)| name.ends_with("values.csv"));
    if let Some((_, original)) = original {
        assert_eq!(original, table.as_bytes());
    }
    let page = std::str::from_utf8(&files["index.html"]).unwrap();
    assert!(page.contains("Dr Test-Okafor") && page.contains(&format!("records ({})", rows.len())));

    // The master secret, in any way it could be written.
    let secret = anna.with_master(|master| Ok(*master.expose_secret())).unwrap();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    for (name, content) in &files {
        let text = String::from_utf8_lossy(content);
        assert!(!text.contains(&hex), "{name}");
        assert!(!content.windows(secret.len()).any(|window| window == secret), "{name}");
    }

    assert!(leaving::view(&anna).unwrap().exported.is_none());
    leaving::note_export(&anna).unwrap();
    let view = leaving::view(&anna).unwrap();
    assert!(view.exported.is_some());
    assert_eq!((view.records, view.live_shares), (rows.len() as u64, 1));
    assert!(view.fetched > 0);
}

#[test]
fn an_export_that_is_stopped_says_so() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let cancel = Cancel::new();
    cancel.cancel();
    let stopped =
        leaving::export(&anna, &mut Vec::new(), &ExportWords::of_keys(), &Unwatched, &cancel);
    assert_eq!(stopped.unwrap_err().code, ErrorCode::Cancelled);
}

/// The words of an export out of a catalogue of the interface, `"export.key": "text"`.
fn words_in(language: &str, tag: &str) -> ExportWords {
    let file = format!("{}/../../ui/src/locales/{language}/leaving.ts", env!("CARGO_MANIFEST_DIR"));
    let catalogue = std::fs::read_to_string(file).unwrap();
    let word = |key: &str| {
        let (_, rest) = catalogue.split_once(&format!("\"export.{key}\":")).expect(key);
        let text = serde_json::Deserializer::from_str(rest).into_iter::<String>().next();
        text.unwrap().unwrap()
    };
    ExportWords {
        lang: tag.to_owned(),
        title: word("title"),
        made: word("made"),
        where_is_what: word("where.patient"),
        records: word("records"),
        date: word("date"),
        what: word("what"),
        kind: word("kind"),
        no_date: word("noDate"),
        shares: word("shares"),
        with: word("with"),
        from: word("from"),
        until: word("until"),
        number: word("number"),
        looked: word("looked"),
        when: word("when"),
        who: word("who"),
        records_seen: word("seen"),
        about: word("about"),
        about_page: word("aboutPage"),
        about_records: word("aboutRecords"),
        about_shares: word("aboutShares"),
        about_looked: word("aboutLooked"),
        about_originals: word("aboutOriginals"),
        about_kept: word("aboutKept"),
        about_settings: word("aboutSettings"),
        about_open: word("aboutOpen"),
        kinds: BTreeMap::from([("vitals".to_owned(), "@vitals".to_owned())]),
        titles: BTreeMap::from([("Body weight".to_owned(), "@weight".to_owned())]),
        ..ExportWords::of_keys()
    }
}

#[test]
fn what_is_there_to_be_read_is_in_her_language() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let watch = r#"<HealthData locale="en_GB"><Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale"
        unit="kg" startDate="2024-04-01 08:00:00 +0100" endDate="2024-04-01 08:00:00 +0100" value="71.5"/></HealthData>"#;
    import(&anna, &world.file("export.xml", watch.as_bytes()));
    let spoken = [
        ("en", "en-GB", "Records (1)", "Who looked (0)", "Nothing here is locked."),
        ("es", "es", "Registros (1)", "Quién miró (0)", "Aquí nada está cerrado con llave."),
        ("zh", "zh-Hans", "记录 (1)", "谁看过 (0)", "这里的内容都没有加锁"),
    ];
    for (language, tag, records, looked, open) in spoken {
        let files = exported(&anna, &words_in(language, tag));
        let page = std::str::from_utf8(&files["index.html"]).unwrap();
        let about = std::str::from_utf8(&files["README.txt"]).unwrap();
        let html = format!("<html lang=\"{tag}\">");
        for expected in [&*html, records, looked, "<td>@weight<td>@vitals</tr>"] {
            assert!(page.contains(expected), "{expected}: {page}");
        }
        assert!(about.contains(open) && about.contains("fhir/Consent.ndjson"), "{about}");
        for (other, _, records, _, open) in spoken.iter().filter(|other| other.0 != language) {
            assert!(!page.contains(records) && !about.contains(open), "{other} in {language}");
        }
    }
}

#[test]
fn a_doctor_takes_her_list_along_and_no_record_of_a_patient() {
    let world = World::new();
    let anna = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let okafor = world.doctor("Dr Test-Okafor");
    import(&anna, &world.file("anna.json", &Persona::HeartWoman.bundle(7)));
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, "Dr Test-Okafor");
    let id = share(&anna, &draft(&heart, &card, &[Category::Results]));
    doctor::sync(&okafor).unwrap();
    assert!(doctor::chart(&okafor, &id).unwrap().chart.is_some());
    let files = exported(&okafor, &ExportWords::of_keys());
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["README.txt", "index.html", "settings.json", "shares.json"]);
    let shares: Value = serde_json::from_slice(&files["shares.json"]).unwrap();
    assert_eq!(shares[0]["share"], id);
    assert_eq!(shares[0]["patient"]["name"], "Test-Anna Maria Muster-Sample");
    let page = String::from_utf8(files["index.html"].clone()).unwrap();
    assert!(page.contains("Test-Anna Maria Muster-Sample") && page.contains("shares (1)"));
    assert!(!page.contains("records (0)") && !page.contains("looked"));
    for (name, content) in &files {
        let text = String::from_utf8_lossy(content);
        assert!(!text.contains("resourceType") && !text.contains("mmol/L"), "{name}");
    }
}

/// The world's clinic as one that runs beside its desk.
struct Beside(keyward_authority::Authority);

impl ClinicHere for Beside {
    fn pieces(&self, _: &VerifyingKey) -> Result<Pieces, AppError> {
        Ok(Pieces::new())
    }

    fn take(&self, _: &Profile, _: &VerifyingKey, _: Pieces) -> Result<u64, AppError> {
        Err(ErrorCode::ClinicHere.into())
    }

    fn register(&self, _: &VerifyingKey) -> Result<Option<Register>, AppError> {
        let (people, clinicians) = self.0.whole_register().unwrap();
        Ok(Some(Register { people, clinicians }))
    }

    fn end(&self, _: &VerifyingKey) -> Result<bool, AppError> {
        Err(ErrorCode::ClinicInUse.into())
    }
}

#[test]
fn a_register_goes_along_in_formats_that_others_read() {
    let world = World::new();
    let beside = Arc::new(Beside(world.authority.clone()));
    let desk = world.person(Role::Desk, "Test Desk", world.network.clone()).with_clinic(beside);
    let invitation = world.invite("Test-Anna Maria", "Muster-Sample", "1961-03");
    world.doctor("Dr Test-Okafor");
    let mut words = ExportWords::of_keys();
    words.states.insert("invited".to_owned(), "waits for the app".to_owned());
    let files = exported(&desk, &words);
    let patient = &lines(&files["fhir/Patient.ndjson"])[0];
    assert_eq!(patient["name"][0]["family"], "Muster-Sample");
    assert_eq!(patient["name"][0]["given"][0], "Test-Anna Maria");
    assert_eq!((&patient["birthDate"], &patient["active"]), (&"1961-03".into(), &true.into()));
    for unsaid in ["gender", "identifier", "telecom"] {
        assert!(patient.get(unsaid).is_none(), "nobody asked: {unsaid}");
    }
    let doctor = &lines(&files["fhir/Practitioner.ndjson"])[0];
    assert_eq!(doctor["name"][0]["text"], "Dr Test-Okafor");
    let role = &lines(&files["fhir/PractitionerRole.ndjson"])[0];
    assert_eq!(role["code"][0]["text"], "Cardiologist");
    let reference = format!("Practitioner/{}", doctor["id"].as_str().unwrap());
    assert_eq!(role["practitioner"]["reference"], reference);
    let whole: Value = serde_json::from_slice(&files["register.json"]).unwrap();
    assert_eq!(whole["people"][0]["id"], patient["id"]);
    assert_eq!(whole["people"][0]["invitations"][0]["state"], "open");
    assert_eq!(whole["people"][0]["history"][1]["event"]["document"], "passport");
    assert_eq!(whole["clinicians"][0]["state"], "enrolled");
    let page = std::str::from_utf8(&files["index.html"]).unwrap();
    for expected in ["people (1)", "clinicians (1)", "Dr Test-Okafor", "waits for the app"] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    assert!(!page.contains("records") && !page.contains("shares"), "a desk has none: {page}");
    assert!(std::str::from_utf8(&files["README.txt"]).unwrap().contains("aboutRegister"));
    // No code of an invitation.
    for (name, content) in &files {
        let text = String::from_utf8_lossy(content);
        assert!(!text.contains(&invitation) && !text.contains("KEYWARD1"), "{name}");
    }
    // One that cannot end is not noted as ending.
    let refused = leaving::forget_everywhere(&desk, Unasked::GoAnyway, &Unwatched).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ClinicInUse);
    assert!(!leaving::view(&desk).unwrap().begun);
}
