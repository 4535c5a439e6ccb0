//! The whole path, chapter by chapter, as people at the screen would go it: a clinic is set up, a
//! doctor and a patient join, a record is imported, shared, read, and taken back.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::screen::Name;
use crate::{App, Camera, Computer, Failure, Screen, dialog};

/// Importing or sharing a big record takes its time in a debug build.
const LONG: Duration = Duration::from_secs(600);
/// The doctor's window exchanges with the relay by itself every few seconds.
const EXCHANGE: Duration = Duration::from_secs(60);

/// A person as the desk registers her.
#[derive(Debug, Clone)]
pub struct Person {
    /// Given names.
    pub given: String,
    /// Family name.
    pub family: String,
    /// Birth date, `YYYY-MM-DD`.
    pub born: String,
}

impl Person {
    /// Full name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }
}

/// A doctor as the desk enrols her.
#[derive(Debug, Clone)]
pub struct Clinician {
    /// Name with title.
    pub name: String,
    /// Role.
    pub role: String,
}

/// Somebody at the screen, with the camera running.
pub struct Teller<'a> {
    /// The computer it happens on.
    pub computer: &'a Computer,
    /// The running app.
    pub app: &'a App,
    /// Looks at every screen.
    pub camera: &'a mut Camera,
}

impl<'a> Teller<'a> {
    /// Sets up the clinic from the welcome window.
    pub fn set_up_clinic(&mut self, clinic: &str) -> Result<(), Failure> {
        let welcome = self.app.window("welcome")?;
        welcome.find("heading", Name::Has(""))?;
        self.camera.look(&welcome, "welcome")?;
        welcome.press("link", "I work at a front desk")?;
        welcome.fill("Name of the clinic", clinic)?;
        welcome.fill("Your name", "Test Desk")?;
        self.camera.look(&welcome, "set-up-clinic")?;
        welcome.press("button", "Set up the clinic")?;
        let desk = self.app.window("desk-")?;
        desk.find("heading", "Who is waiting for what")?;
        self.camera.look(&desk, "desk-today")
    }

    /// Makes a patient's or doctor's profile and waits for its window.
    pub fn make_profile(&mut self, link: &str, name: &str, window: &str) -> Result<(), Failure> {
        let welcome = self.app.window("welcome")?;
        welcome.press("link", link)?;
        welcome.fill("Name for this profile", name)?;
        self.camera.look(&welcome, "new-profile")?;
        welcome.press("button", "Make my profile")?;
        self.app.window(window).map(drop)
    }

    /// Enrols a doctor at the desk; gives the code.
    pub fn enrol_clinician(&mut self, doctor: &Clinician) -> Result<String, Failure> {
        let desk = self.app.window("desk-")?;
        desk.press("link", "Clinicians")?;
        desk.find("heading", "Clinicians of this clinic")?;
        self.camera.look(&desk, "desk-clinicians")?;
        desk.press("link", "Enrol a clinician")?;
        desk.fill("Name with title", &doctor.name)?;
        desk.fill("Role", &doctor.role)?;
        desk.fill("Organisation", "Example Clinic")?;
        self.camera.look(&desk, "desk-enrol-clinician")?;
        desk.press("button", "Check the answers")?;
        desk.press("button", "Issue the invitation")?;
        self.read_code(&desk, &doctor.name, "desk-clinician-invitation")
    }

    /// Registers a person, checks her identity and invites her; gives the code.
    pub fn register(&mut self, person: &Person) -> Result<String, Failure> {
        let desk = self.app.window("desk-")?;
        desk.press("link", "Register")?;
        desk.fill("Given names", &person.given)?;
        desk.fill("Family name", &person.family)?;
        let mut parts = person.born.split('-');
        for label in ["Year", "Month", "Day"] {
            desk.fill(label, parts.next().unwrap_or_default().trim_start_matches('0'))?;
        }
        self.camera.look(&desk, "desk-register")?;
        desk.press("button", "Check the answers")?;
        desk.find("heading", "Are these answers right?")?;
        self.camera.look(&desk, "desk-check-answers")?;
        desk.press("button", "Register this person")?;
        desk.find("heading", person.name().as_str())?;
        self.camera.look(&desk, "desk-person")?;
        desk.choose("radio", "Passport")?;
        desk.press("button", "Record the check")?;
        desk.press("button", "Issue an invitation")?;
        self.read_code(&desk, &person.name(), "desk-invitation")
    }

    fn read_code(&mut self, desk: &Screen<'_>, name: &str, shot: &str) -> Result<String, Failure> {
        desk.find("heading", format!("Invitation for {name}").as_str())?;
        self.camera.look(desk, shot)?;
        let code = desk.session()?.execute(
            "return document.querySelector('.code-big').getAttribute('aria-label')",
            &[],
        )?;
        code.as_str()
            .map(str::to_owned)
            .ok_or_else(|| Failure::Story("the sheet shows no code".into()))
    }

    /// Joins the clinic by a typed code.
    pub fn join(&mut self, window: &str, code: &str) -> Result<(), Failure> {
        let screen = self.app.window(window)?;
        screen.press("link", "Join a clinic")?;
        screen.find("heading", "Join your clinic")?;
        screen.fill("Invitation or code", &code.to_lowercase())?;
        self.camera.look(&screen, &format!("{window}join"))?;
        screen.press("button", "Look at the invitation")?;
        screen.find("heading", Name::Has("invites you"))?;
        self.camera.look(&screen, &format!("{window}invitation"))?;
        screen.press("button", "Accept the invitation")?;
        // The clinic's name and the rail are there before; only the first page says that joining has ended, and what is
        // pressed earlier is undone by the step to that page.
        let first_page =
            if window == "doctor-" { "Who shares with you" } else { "Your records at a glance" };
        screen.find("heading", first_page).map(drop)
    }

    /// Imports a file or folder through the system's dialog; answers that the records are hers if
    /// that is asked. Gives the report.
    pub fn import(&mut self, path: &Path) -> Result<Value, Failure> {
        let patient = self.app.window("patient-")?;
        patient.press("link", "Add records")?;
        patient.find("heading", "Add records")?;
        self.camera.look(&patient, "patient-add-records")?;
        let verb = if path.is_dir() { "Choose a folder" } else { "Choose files" };
        patient.press("button", verb)?;
        dialog::choose_path(self.computer, "Choose records to import", path)?;
        self.wait_for_report(&patient)?;
        self.camera.look(&patient, "patient-import-report")?;
        let imports = patient
            .invoke("imports_list", &json!({}))?
            .map_err(|error| Failure::Story(format!("no list of imports: {error}")))?;
        Ok(imports[0]["report"].clone())
    }

    fn wait_for_report(&mut self, patient: &Screen<'_>) -> Result<(), Failure> {
        let until = std::time::Instant::now() + LONG;
        let mut asked = false;
        crate::wait_for("the import's report", until, || {
            if patient.has("heading", "What was added")? {
                return Ok(Some(()));
            }
            if patient.has("heading", "Are these your records?")? {
                if !asked {
                    self.camera.look(patient, "patient-somebody-else")?;
                    asked = true;
                }
                patient.press("button", "They are mine, add them")?;
            }
            Ok(None)
        })
    }

    /// Looks around in the records.
    pub fn browse(&mut self) -> Result<(), Failure> {
        let patient = self.app.window("patient-")?;
        patient.press("link", "Home")?;
        patient.see("See all records")?;
        self.camera.look(&patient, "patient-home")?;
        patient.press("link", "Records")?;
        patient.see("Conditions")?;
        self.camera.look(&patient, "patient-records")
    }

    /// Shares everything with a doctor for two weeks from a space of its own, by name or pseudonym.
    pub fn share_all(
        &mut self,
        doctor: &Clinician,
        space: &str,
        named: bool,
    ) -> Result<(), Failure> {
        let patient = self.app.window("patient-")?;
        patient.press("link", "Sharing")?;
        patient.find("heading", "What you share")?;
        self.camera.look(&patient, "patient-sharing")?;
        patient.press("link", "Share records")?;
        patient.find("heading", "From which space do you want to share?")?;
        patient.fill("Name of the space", space)?;
        patient.choose("radio", Name::Has(if named { "My name" } else { "A made-up name" }))?;
        self.camera.look(&patient, "patient-share-space")?;
        patient.press("button", "Make a space")?;
        patient.find("heading", "With whom do you want to share?")?;
        patient.choose("radio", Name::Has(&doctor.name))?;
        self.camera.look(&patient, "patient-share-doctor")?;
        patient.press("button", "Continue")?;
        patient.find("heading", Name::Has("What may"))?;
        patient.choose_all("checkbox")?;
        self.camera.look(&patient, "patient-share-kinds")?;
        patient.press("button", "Continue")?;
        patient.find("heading", "What is it for?")?;
        patient.choose("radio", Name::Has("To find out what is wrong"))?;
        self.camera.look(&patient, "patient-share-purpose")?;
        patient.press("button", "Continue")?;
        patient.find("heading", Name::Has("Until when may"))?;
        patient.choose("radio", Name::Has("Two weeks"))?;
        self.camera.look(&patient, "patient-share-until")?;
        patient.press("button", "Continue")?;
        patient.find("heading", "Look at it once more, then share")?;
        patient.see_within("will see", LONG)?;
        patient.find("button", Name::Has("with Dr"))?;
        self.camera.look(&patient, "patient-share-preview")?;
        patient.press("button", Name::Has("with Dr"))?;
        patient.see_within("Can be read", LONG)?;
        self.camera.look(&patient, "patient-share")
    }

    /// The doctor opens the chart of `patient`.
    pub fn read_chart(&mut self, patient: &str) -> Result<(), Failure> {
        let doctor = self.app.window("doctor-")?;
        doctor.press("link", "Patients")?;
        doctor.see_within(patient, EXCHANGE)?;
        self.camera.look(&doctor, "doctor-patients")?;
        doctor.press("link", patient)?;
        doctor.see_within("Conditions", LONG)?;
        self.camera.look(&doctor, "doctor-chart")
    }

    /// The patient sees that it was opened, and stops sharing.
    pub fn stop_sharing(&mut self, doctor: &Clinician) -> Result<(), Failure> {
        let patient = self.app.window("patient-")?;
        patient.press("link", "Who looked")?;
        patient.see_within(&format!("{} fetched", doctor.name), EXCHANGE)?;
        self.camera.look(&patient, "patient-who-looked")?;
        patient.press("link", "Sharing")?;
        patient.press("link", doctor.name.as_str())?;
        patient.press("button", "Stop sharing")?;
        patient.find("button", "Stop sharing now")?;
        self.camera.look(&patient, "patient-stop-asking")?;
        patient.press("button", "Stop sharing now")?;
        patient.see("Stopped by you")?;
        patient.see("cannot be called back")?;
        self.camera.look(&patient, "patient-stopped")
    }

    /// The patient puts a space away, and reads that the relay has deleted it.
    pub fn put_away(&mut self, space: &str) -> Result<(), Failure> {
        let patient = self.app.window("patient-")?;
        patient.press("link", "Spaces")?;
        patient.press("button", format!("Put away {space}").as_str())?;
        patient.press("button", "Put it away")?;
        patient.see("You have no spaces yet")?;
        patient.press("button", "1 space put away")?;
        patient.see_within("The relay has deleted all of it, and has signed that", EXCHANGE)
    }

    /// The doctor's open chart gives way to the explanation, by itself.
    pub fn see_explanation(&mut self, patient: &str) -> Result<(), Failure> {
        let doctor = self.app.window("doctor-")?;
        doctor.see_within(&format!("{patient} has stopped sharing with you"), EXCHANGE)?;
        self.camera.look(&doctor, "doctor-explanation")
    }
}
