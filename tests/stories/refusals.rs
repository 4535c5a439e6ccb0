//! Who may not read, does not: without a grant, with another's, after revocation, after the end,
//! with the clock set back, and after the clinic removed the doctor. Each time a sentence says why.

mod clinic;

use std::time::Duration;

use clinic::app_clock::AppClock;
use clinic::records::{marker, results};
use clinic::windows::{self, open_chart, said};
use clinic::{Clinic, DAY, import, share};
use keyward_stories::words::Words;
use keyward_stories::{App, Computer, Failure, Screen};
use serde_json::json;

const FIRST: &str = "Dr Test-Okafor";
const SECOND: &str = "Dr Test-Second";
const GIVEN: &str = "Test-Anna";
const PATIENT: &str = "Test-Anna Muster-Sample";
const LOCKING: Duration = Duration::from_secs(20);

/// Nothing on this screen tells of the patient or her records.
fn tells_nothing(screen: &Screen<'_>) -> Result<(), Failure> {
    let text = screen.page_text()?;
    assert!(!text.contains(GIVEN) && !text.contains("Sample marker"), "{text}");
    Ok(())
}

/// What a page is told that asks for a record of this share behind the window's back.
fn told(screen: &Screen<'_>, share: &str, record: &str) -> Result<String, Failure> {
    let asked = json!({ "scope": { "kind": "share", "id": share }, "recordId": record });
    match screen.invoke("room_record", &asked)? {
        Ok(value) => Err(Failure::Story(format!("a record was given: {value}"))),
        Err(code) => Ok(code.as_str().unwrap_or_default().to_owned()),
    }
}

/// Id of the first record of a chart that can be read.
fn first_record(screen: &Screen<'_>, share: &str) -> Result<String, Failure> {
    let asked =
        json!({ "scope": { "kind": "share", "id": share }, "query": windows::everything() });
    let page = screen.invoke("room_items", &asked)?.unwrap_or_default();
    let id = page["items"][0]["id"].as_str();
    id.map(str::to_owned).ok_or_else(|| Failure::Story(format!("no record in {page}")))
}

/// The share of the first doctor is live and its chart open; the second has none.
fn reading(clinic: &Clinic, first: &Screen<'_>, until: u64) -> Result<Sharing, Failure> {
    let patient = clinic.patient(GIVEN, "Muster-Sample", "1961-03-14");
    import(&patient, &clinic.file("a.json", &results("A", 3)));
    let share = share(&patient, "Heart", FIRST, until);
    open_chart(first, PATIENT)?;
    first.see_within(&marker("A", 0), windows::EXCHANGE)?;
    let record = first_record(first, &share)?;
    Ok(Sharing { patient, share, record })
}

struct Sharing {
    patient: keyward_app::session::Session,
    share: String,
    record: String,
}

#[test]
fn who_has_no_grant_or_no_longer_one_is_told_so_and_reads_nothing() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let (clinic, words) = (Clinic::open(), Words::english()?);
    let labels = (windows::doctor(&app, &clinic, FIRST)?, windows::doctor(&app, &clinic, SECOND)?);
    let (first, second) = (app.window(&labels.0)?, app.window(&labels.1)?);
    said(&first, &words, "doctorHome.none")?;
    said(&first, &words, "doctorHome.noneHint")?;
    let story = reading(&clinic, &first, clinic.clock.now() + 90 * DAY)?;

    // Another's grant never shows, not even to a page that knows its id.
    second.press("button", "Look again now")?;
    said(&second, &words, "doctorHome.none")?;
    tells_nothing(&second)?;
    assert_eq!(told(&second, &story.share, &story.record)?, "not-found");

    // Taken back while the chart is open: an explanation takes its place, the copy is gone.
    keyward_app::patient::sharing::revoke(&story.patient, &story.share).unwrap();
    said(&first, &words, "over.revoked.heading")?;
    said(&first, &words, "over.erased")?;
    assert!(!first.page_text()?.contains("Sample marker"));
    clinic.stop_relay();
    assert_eq!(told(&first, &story.share, &story.record)?, "share-revoked");
    first.press("link", "Ended shares")?;
    first.press("link", PATIENT)?;
    said(&first, &words, "over.revoked.heading")?;
    assert!(!first.page_text()?.contains("Sample marker"));
    clinic.start_relay();

    // The clinic removes a doctor who is reading.
    let given = share(&story.patient, "Heart", SECOND, clinic.clock.now() + 90 * DAY);
    open_chart(&second, PATIENT)?;
    second.see_within(&marker("A", 0), windows::EXCHANGE)?;
    clinic.remove_doctor(SECOND);
    said(&second, &words, "error.self-removed.what")?;
    assert!(!second.page_text()?.contains("Sample marker"));
    second.press("link", "Patients")?;
    said(&second, &words, "doctorHome.removed")?;
    said(&second, &words, "doctorHome.removedHint")?;
    assert_eq!(told(&second, &given, &story.record)?, "self-removed");
    app.end()
}

#[test]
fn a_share_that_has_ended_stays_ended_whatever_the_clock_says() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let clock = AppClock::on(&computer)?;
    let data = computer.home().join("keyward");
    let app = App::start_program(&computer, clock.program(), &data, &[])?;
    let (clinic, words) = (Clinic::open(), Words::english()?);
    let label = windows::doctor(&app, &clinic, FIRST)?;
    let doctor = app.window(&label)?;
    let story = reading(&clinic, &doctor, clinic.clock.now() + 2 * DAY)?;

    // Three days pass for everybody. Nobody was at the computer meanwhile: it has locked itself.
    let three_days = 3 * i64::try_from(DAY).unwrap_or_default();
    clinic.clock.set_offset(three_days);
    clock.set_offset(three_days)?;
    windows::until("the automatic lock", LOCKING, || doctor.has("button", "Unlock"))?;
    tells_nothing(&doctor)?;
    doctor.press("button", "Unlock")?;
    said(&doctor, &words, "over.ended.heading")?;
    said(&doctor, &words, "over.erased")?;
    assert!(!doctor.page_text()?.contains("Sample marker"));
    assert_eq!(told(&doctor, &story.share, &story.record)?, "share-ended");

    // The doctor sets her clock back to when it could be read: nothing comes back, and she is told that
    // her clock is wrong.
    clock.set_offset(0)?;
    doctor.press("link", "Patients")?;
    doctor.press("button", "Look again now")?;
    said(&doctor, &words, "error.clock-differs.what")?;
    said(&doctor, &words, "doctorHome.none")?;
    assert_eq!(told(&doctor, &story.share, &story.record)?, "share-ended");

    // The relay's clock goes back as well: it remembers how late it was.
    clinic.clock.set_offset(0);
    doctor.press("button", "Look again now")?;
    doctor.press("link", "Ended shares")?;
    doctor.press("link", PATIENT)?;
    said(&doctor, &words, "over.ended.heading")?;
    assert!(!doctor.page_text()?.contains("Sample marker"));
    assert_eq!(told(&doctor, &story.share, &story.record)?, "share-ended");
    app.end()
}
