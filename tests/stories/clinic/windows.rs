//! People with windows: what a person does at the screen to join, look and lock.

use std::time::{Duration, Instant};

use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Failure, Screen};

/// The doctor's window exchanges with the relay by itself every few seconds.
pub const EXCHANGE: Duration = Duration::from_secs(60);

const LABEL: &str = "return window.__TAURI_INTERNALS__?.metadata?.currentWindow?.label ?? ''";

/// Labels of the open windows.
pub fn labels(app: &App) -> Result<Vec<String>, Failure> {
    let session = app.session();
    let mut labels = Vec::new();
    for handle in session.windows()? {
        session.switch_to(&handle)?;
        labels.extend(session.execute(LABEL, &[])?.as_str().map(str::to_owned));
    }
    Ok(labels)
}

/// Waits for something to become true.
pub fn until(
    what: &str,
    patience: Duration,
    mut condition: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let start = Instant::now();
    while !condition()? {
        if start.elapsed() > patience {
            return Err(Failure::Waited {
                what: what.to_owned(),
                seconds: patience.as_secs(),
                seen: String::new(),
            });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Makes a profile from the welcome window; gives the label of its window. `link` is what the person
/// says she is.
pub fn make_profile(app: &App, link: &str, name: &str, role: &str) -> Result<String, Failure> {
    let before = labels(app)?;
    let welcome = app.window("welcome")?;
    welcome.press("link", link)?;
    welcome.fill("Name for this profile", name)?;
    welcome.press("button", "Make my profile")?;
    let mut fresh = None;
    until("the window of the new profile", Duration::from_secs(40), || {
        fresh = labels(app)?
            .into_iter()
            .find(|label| label.starts_with(role) && !before.contains(label));
        Ok(fresh.is_some())
    })?;
    Ok(fresh.unwrap_or_default())
}

/// Joins the clinic by pasting the whole invitation.
pub fn join(app: &App, label: &str, invitation: &str) -> Result<(), Failure> {
    let screen = app.window(label)?;
    screen.press("link", "Join a clinic")?;
    screen.find("heading", "Join your clinic")?;
    screen.fill("Invitation or code", invitation)?;
    screen.press("button", "Look at the invitation")?;
    screen.find("heading", Name::Has("invites you"))?;
    screen.press("button", "Accept the invitation")?;
    // The window goes home by itself.
    until("the first page after joining", Duration::from_secs(30), || {
        Ok(screen.has("heading", "Your records at a glance")?
            || screen.has("heading", "Who shares with you")?)
    })
}

/// A doctor of the clinic with a window of her own; gives its label.
pub fn doctor(app: &App, clinic: &super::Clinic, name: &str) -> Result<String, Failure> {
    let label = make_profile(app, "I am a doctor", name, "doctor-")?;
    join(app, &label, &clinic.invite_doctor(name))?;
    Ok(label)
}

/// Opens the chart of `patient` from the doctor's list, where it shows every record.
pub fn open_chart(doctor: &Screen<'_>, patient: &str) -> Result<(), Failure> {
    doctor.press("link", "Patients")?;
    doctor.see_within(patient, EXCHANGE)?;
    doctor.press("link", patient)?;
    doctor.press("link", "Timeline")
}

/// What is asked for when everything is asked for.
#[must_use]
pub fn everything() -> serde_json::Value {
    serde_json::json!({
        "categories": [], "text": null, "from": null, "before": null, "analyte": null,
        "flaggedOnly": false, "sourceOnly": false, "offset": 0, "limit": 500,
    })
}

/// Waits until a sentence of the catalogue stands on the screen.
pub fn said(screen: &Screen<'_>, words: &Words, key: &str) -> Result<(), Failure> {
    said_within(screen, words, key, EXCHANGE)
}

/// As [`said`], with a patience of its own.
pub fn said_within(
    screen: &Screen<'_>,
    words: &Words,
    key: &str,
    patience: Duration,
) -> Result<(), Failure> {
    for piece in words.pieces(key) {
        screen.see_within(&piece, patience)?;
    }
    Ok(())
}

/// Whether a sentence of the catalogue stands on the screen now.
pub fn says(screen: &Screen<'_>, words: &Words, key: &str) -> Result<bool, Failure> {
    let text = screen.page_text()?;
    Ok(words.pieces(key).iter().all(|piece| text.contains(piece)))
}
