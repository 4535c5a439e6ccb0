//! A doctor opens and leaves a chart a hundred times: what the app holds must not grow.

use keyward_stories::path::{Clinician, Person, Teller};
use keyward_stories::{App, Computer, Failure, memory};
use keyward_testkit::Persona;

use super::{fresh, unseen};
use crate::report::{Gate, Report};

const CYCLES: usize = 100;

/// From the list of patients through the chart, its results and one trend, and back. Each step waits for what it leads to.
const CYCLE: &str = "const [patient, done] = arguments; \
    const frame = () => new Promise((next) => requestAnimationFrame(next)); \
    const until = async (what, ready) => { const start = performance.now(); let found; \
      while (!(found = ready())) { if (performance.now() - start > 30000) throw new Error(what); await frame(); } \
      return found; }; \
    const link = (words) => [...document.querySelectorAll('main a[href]')].find((a) => a.innerText.trim() === words); \
    const quiet = () => !document.querySelector('main .skeleton'); \
    (async () => { \
      (await until('her chart', () => link(patient))).click(); \
      (await until('the summary', () => quiet() && link('Results'))).click(); \
      const values = (row) => Number(row.lastElementChild.innerText) || 0; \
      await until('the results', () => document.querySelector('.results-table tbody tr')); \
      [...document.querySelectorAll('.results-table tbody tr')] \
        .reduce((a, b) => (values(b) > values(a) ? b : a)).querySelector('th a').click(); \
      await until('a drawing', () => document.querySelector('.trend-box svg')); \
      await frame(); await frame(); \
      document.querySelector('nav a[href=\"#/\"]').click(); \
      await until('the list', () => quiet() && link(patient)); return 'done'; })() \
    .then(done, (error) => done(String(error)));";

/// Adds `app.chart_cycles.memory_ratio`.
pub(super) fn run(report: &mut Report) -> Result<(), Failure> {
    let (computer, app) = fresh()?;
    let patient = share(&computer, &app)?;
    let doctor = app.window("doctor-")?;
    doctor.press("link", "Patients")?;
    let session = doctor.session()?;
    let mut held = Vec::with_capacity(CYCLES);
    for cycle in 1..=CYCLES {
        let answer = session.execute_async(CYCLE, &[patient.as_str().into()])?;
        if answer != "done" {
            return Err(Failure::Story(format!("cycle {cycle}: {answer}")));
        }
        held.push(memory::of(&app)?);
    }
    let mean = |part: &[f64]| part.iter().sum::<f64>() / 20.0;
    let (early, late) = (mean(&held[20..40]), mean(&held[80..100]));
    let note = format!(
        "{late:.0} MiB in cycles 81–100 against {early:.0} MiB in 21–40; a chart opened, results, a trend, and back"
    );
    report.add("app.chart_cycles.memory_ratio", late / early, Gate::AtMost(1.05), note);
    app.end()
}

/// A patient who shares everything with a doctor; gives her name.
fn share(computer: &Computer, app: &App) -> Result<String, Failure> {
    let mut camera = unseen();
    let mut teller = Teller { computer, app, camera: &mut camera };
    let known = Persona::HeartWoman.person();
    let person =
        Person { given: known.given.join(" "), family: known.family, born: known.birth_date };
    let doctor = Clinician { name: "Dr Test Adler-Sample".into(), role: "Cardiologist".into() };
    let file = computer.home().join("record.json");
    std::fs::write(&file, Persona::HeartWoman.bundle(1))?;
    teller.set_up_clinic("Example Clinic")?;
    let code = teller.enrol_clinician(&doctor)?;
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.join("doctor-", &code)?;
    let code = teller.register(&person)?;
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.join("patient-", &code)?;
    teller.import(&file)?;
    teller.share_all(&doctor, "Heart", true)?;
    teller.read_chart(&person.name())?;
    Ok(person.name())
}
