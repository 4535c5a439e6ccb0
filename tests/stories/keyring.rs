//! A keyring in trouble, the real Secret Service each time: locked, its prompt ignored, its service
//! ended while the app runs. No window is blocked, the data stays as it is, and there is a way out.

use std::time::{Duration, Instant};

use keyward_stories::path::Teller;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, Screen};

const PROFILE: &str = "Test Patient";
/// A prompt that cannot be shown is dismissed by the service itself, after a while.
const DISMISSED: Duration = Duration::from_secs(60);

fn said(screen: &Screen<'_>, words: &Words, key: &str) -> Result<(), Failure> {
    words.pieces(key).iter().try_for_each(|piece| screen.see_within(piece, DISMISSED))
}

/// A patient whose window is locked.
fn locked_patient(app: &App, computer: &Computer) -> Result<(), Failure> {
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer, app, camera: &mut camera };
    teller.make_profile("I am a patient", PROFILE, "patient-")?;
    let patient = app.window("patient-")?;
    patient.press("button", "Lock now")?;
    patient.find("button", "Unlock").map(drop)
}

/// Presses “Unlock” until the profile opens: the first call after a service came back may still find
/// the connection of before.
fn opens_again(patient: &Screen<'_>) -> Result<(), Failure> {
    patient.press("button", "Unlock")?;
    keyward_stories::wait_for("the profile to open", Instant::now() + DISMISSED, || {
        if patient.has("button", "Lock now")? {
            return Ok(Some(()));
        }
        // It may open between the two: then the button is gone and the next look sees it.
        if patient.has("button", "Unlock")? {
            drop(patient.press("button", "Unlock"));
        }
        Ok(None)
    })
}

#[test]
fn a_locked_keyring_is_named_and_after_unlocking_it_the_profile_opens() -> Result<(), Failure> {
    let (mut computer, words) = (Computer::start()?, Words::english()?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    locked_patient(&app, &computer)?;
    let patient = app.window("patient-")?;
    computer.lock_keyring()?;
    patient.press("button", "Unlock")?;
    said(&patient, &words, "error.keyring-locked.what")?;
    said(&patient, &words, "error.keyring-locked.mend")?;
    computer.restart_keyring()?;
    opens_again(&patient)?;
    app.end()
}

#[test]
fn a_prompt_that_nobody_answers_blocks_no_window_and_waiting_can_be_stopped() -> Result<(), Failure>
{
    let (computer, words) = (Computer::start()?, Words::english()?);
    computer.let_prompts_appear()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    locked_patient(&app, &computer)?;
    let patient = app.window("patient-")?;
    computer.lock_keyring()?;
    patient.press("button", "Unlock")?;
    said(&patient, &words, "keyring.waiting")?;
    said(&patient, &words, "keyring.waitingHint")?;
    // Meanwhile another window answers as ever.
    let welcome = app.window("welcome")?;
    welcome.press("link", "I am a doctor")?;
    welcome.find("heading", "Make your profile as a doctor")?;
    patient.press("button", "Stop waiting")?;
    said(&patient, &words, "error.cancelled.what")?;
    app.end()
}

#[test]
fn a_service_that_was_ended_and_came_back_is_found_again() -> Result<(), Failure> {
    let mut computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    locked_patient(&app, &computer)?;
    let patient = app.window("patient-")?;
    computer.restart_keyring()?;
    opens_again(&patient)?;
    app.end()
}
