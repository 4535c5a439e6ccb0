//! The language of the app is changed while it runs: pages, the system's dialogs, titles Keyward itself gave, and the
//! files that are saved follow at once.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use keyward_stories::computer::tool;
use keyward_stories::path::Teller;
use keyward_stories::screen::Name;
use keyward_stories::words::Words;
use keyward_stories::{App, Camera, Computer, Failure, dialog};

const LONG: Duration = Duration::from_secs(120);

/// A weight and a day of the heart, as a watch's export has them.
const EXPORT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<HealthData locale="en_GB">
 <ExportDate value="2024-05-01 10:00:00 +0100"/>
 <Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale" unit="kg" startDate="2024-04-01 08:00:00 +0100" endDate="2024-04-01 08:00:00 +0100" value="71.5"/>
 <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" startDate="2024-04-02 08:00:00 +0100" endDate="2024-04-02 08:00:00 +0100" value="62"/>
 <Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" startDate="2024-04-02 09:00:00 +0100" endDate="2024-04-02 09:00:00 +0100" value="81"/>
</HealthData>
"#;

#[test]
fn everything_follows_when_she_chooses_another_language() -> Result<(), Failure> {
    let (computer, english, spanish) = (Computer::start()?, Words::english()?, Words::of("es")?);
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    let patient = app.window("patient-")?;

    patient.press("link", english.text("rail.settings"))?;
    patient.choose("radio", "Español")?;
    patient.find("heading", spanish.text("settings.heading"))?;

    // The system's dialog, and the report.
    let file = computer.home().join("export.xml");
    std::fs::write(&file, EXPORT)?;
    patient.press("link", spanish.text("rail.import"))?;
    patient.press("button", spanish.text("import.files"))?;
    dialog::choose_path(&computer, &title(&spanish, "dialog.pick.records"), &file)?;
    patient.see_within(spanish.text("report.heading"), LONG)?;

    // Titles that came into being in the core, with their day and their parts.
    patient.press("link", spanish.text("report.look"))?;
    patient.see("Peso corporal")?;
    patient.see("Frecuencia cardíaca (por día)")?;
    assert!(!patient.page_text()?.contains("Body weight"), "{}", patient.page_text()?);

    let place = computer.home().join("todo.zip");
    patient.press("link", spanish.text("rail.settings"))?;
    patient.press("link", spanish.text("title.leaving"))?;
    patient.press("button", spanish.text("leaving.exportGo"))?;
    dialog::choose_path(&computer, &title(&spanish, "dialog.save"), &place)?;
    patient.see(spanish.text("leaving.exported"))?;
    let page = member(&computer, &place, "index.html")?;
    for expected in [
        "<html lang=\"es\">",
        "Registros (2)",
        "Peso corporal",
        "Frecuencia cardíaca (por día)",
        spanish.text("category.vitals"),
        spanish.text("export.looked"),
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    for english in ["Body weight", "Records", "Exported"] {
        assert!(!page.contains(english), "{english}: {page}");
    }
    let about = member(&computer, &place, "README.txt")?;
    assert!(about.contains(spanish.text("export.aboutOpen")), "{about}");

    // And back, with the words that are stored.
    patient.press("link", spanish.text("rail.settings"))?;
    patient.choose("radio", "English")?;
    patient.find("heading", english.text("settings.heading"))?;
    patient.press("link", Name::Is(english.text("rail.records")))?;
    patient.see("Body weight")?;
    app.end()?;
    camera.finish()
}

/// What of a dialog's title another program can look for whatever its locale: the letters before the first accent.
fn title(words: &Words, key: &str) -> String {
    words.text(key).chars().take_while(char::is_ascii).collect()
}

/// A file of an archive, as another program reads it.
fn member(computer: &Computer, archive: &Path, name: &str) -> Result<String, Failure> {
    let script = "import sys, zipfile; \
        sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    let output = computer
        .command(tool("python3", "python3")?)
        .args(["-c", script])
        .arg(archive)
        .arg(name)
        .stdin(Stdio::null())
        .output()?;
    assert!(output.status.success(), "{output:?}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
