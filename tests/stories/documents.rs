//! Documents: added from a folder, found by their words, read in a window that nothing of them can
//! reach out of, gone from memory on lock.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(unreachable_pub, reason = "modules of a story")]

#[path = "documents/files.rs"]
mod files;
#[path = "documents/hostile.rs"]
mod hostile;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keyward_stories::path::Teller;
use keyward_stories::{App, Camera, Computer, Failure, Screen, dialog, wait_for};
use serde_json::{Value, json};

const LETTER: &[&[&str]] = &[
    &[
        "Example Clinic on the Hill",
        "",
        "Dear Ms Sample,",
        "your haemoglobin was 13.5 g/dl at the visit on 6 August 2018.",
        "Please go on with the medicine as before.",
    ],
    &["Second page: come back in spring.", "Kind regards"],
];

fn folder(computer: &Computer, address: &str) -> Result<PathBuf, Failure> {
    let folder = computer.home().join("letters");
    std::fs::create_dir(&folder)?;
    let write = |name: &str, bytes: Vec<u8>| std::fs::write(folder.join(name), bytes);
    write("Letter of the heart clinic.pdf", files::letter(LETTER, "", ""))?;
    // Says it is a picture; it is a letter that wants to call home.
    let reaching = files::letter(&[&["Read me twice"]], &files::reaching_out(address), "");
    write("holiday.jpg", reaching)?;
    write("IM000001", files::tomogram())?;
    write("locked.pdf", files::letter(&[&["secret"]], "", files::LOCKED))?;
    write("broken.pdf", b"%PDF-1.7\nnothing of it is left".to_vec())?;
    Ok(folder)
}

/// The record whose title has these words.
fn record(patient: &Screen<'_>, words: &str) -> Result<String, Failure> {
    let query = json!({ "categories": [], "text": words, "from": null, "before": null, "analyte": null,
        "flaggedOnly": false, "sourceOnly": false, "offset": 0, "limit": 10 });
    let arguments = json!({ "scope": { "kind": "own" }, "query": query });
    let found = patient.invoke("room_search", &arguments)?;
    let found = found.map_err(|error| Failure::Story(format!("no search: {error}")))?;
    let id = found["hits"][0]["item"]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| Failure::Story(format!("“{words}” is not found: {found}")))
}

fn go(patient: &Screen<'_>, path: &str) -> Result<(), Failure> {
    patient.session()?.execute("window.location.hash = arguments[0]", &[json!(path)])?;
    Ok(())
}

/// Pixels across the pictures of pages that are drawn now.
fn drawn(patient: &Screen<'_>) -> Result<Vec<u64>, Failure> {
    let script =
        "return [...document.querySelectorAll('.doc-sheet img')].map((i) => i.naturalWidth)";
    let widths = patient.session()?.execute(script, &[])?;
    Ok(widths.as_array().into_iter().flatten().filter_map(Value::as_u64).collect())
}

fn wait_drawn(patient: &Screen<'_>, pages: usize) -> Result<Vec<u64>, Failure> {
    wait_for("the pages to be drawn", Instant::now() + Duration::from_secs(30), || {
        let widths = drawn(patient)?;
        Ok((widths.len() >= pages && widths.iter().all(|&width| width > 0)).then_some(widths))
    })
}

/// Workers of the app that are alive, with their resident memory in KiB.
fn workers(app: &App) -> Result<Vec<u64>, Failure> {
    let parent = app.pid()?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let read =
            |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        let status = read("status");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        if field("PPid:") == Some(u64::from(parent)) && read("cmdline").contains("--render-worker")
        {
            found.push(field("VmRSS:").unwrap_or_default());
        }
    }
    Ok(found)
}

fn report(patient: &Screen<'_>) -> Result<Value, Failure> {
    let imports = patient.invoke("imports_list", &json!({}))?;
    let imports = imports.map_err(|error| Failure::Story(format!("no imports: {error}")))?;
    Ok(imports[0]["report"].clone())
}

fn pictures() -> Result<Camera, Failure> {
    match std::env::var_os("KEYWARD_PICTURES") {
        Some(folder) => Camera::into_folder(Path::new(&folder).to_owned()),
        None => Ok(Camera::without_film()),
    }
}

#[test]
fn documents_are_added_found_read_and_gone_on_lock() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = pictures()?;
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let address = format!("http://{}/", listener.local_addr()?);
    let folder = folder(&computer, &address)?;

    teller.make_profile("I am a patient", "Test Patient", "patient-")?;
    let patient = app.window("patient-")?;
    patient.press("link", "Add records")?;
    patient.press("button", "Choose a folder")?;
    dialog::choose_path(&computer, "Choose records to import", &folder)?;
    patient.see_within("What was added", Duration::from_secs(60))?;
    let told = report(&patient)?;
    assert_eq!(told["resources"], 3, "{told}");
    let refused = told["refused"].to_string();
    assert!(refused.contains("locked.pdf") && refused.contains("broken.pdf"), "{refused}");

    // Found by a word on a page, not by its name.
    let letter = record(&patient, "haemoglobin")?;
    go(&patient, &format!("/records/{letter}"))?;
    patient.press("link", "Read it")?;
    patient.find("heading", "Letter of the heart clinic")?;
    let start = Instant::now();
    wait_drawn(&patient, 1)?;
    println!("letter: drawn after {:?}, workers {:?} KiB", start.elapsed(), workers(&app)?);
    teller.camera.look(&patient, "document-letter")?;
    patient.fill("Find in this document", "come back")?;
    patient.see("Found in 1 place")?;
    // It stands on the second page, which is drawn now that it is gone to.
    wait_for("the second page", Instant::now() + Duration::from_secs(20), || {
        let script = "return document.querySelector('[data-page=\"1\"] img')?.naturalWidth ?? 0";
        let width = patient.session()?.execute(script, &[])?;
        Ok((width.as_u64() > Some(0)).then_some(()))
    })?;
    teller.camera.look(&patient, "document-found")?;
    patient.choose("radio", "Text")?;
    patient.see("Please go on with the medicine as before.")?;
    teller.camera.look(&patient, "document-text")?;
    patient.choose("radio", "Pages")?;
    patient.press("button", "Larger")?;
    patient.press("button", "Turn")?;
    wait_drawn(&patient, 1)?;
    teller.camera.look(&patient, "document-turned")?;

    // The letter that wants to call home is a letter like others.
    let reaching = record(&patient, "twice")?;
    go(&patient, &format!("/records/{reaching}/document/0"))?;
    wait_drawn(&patient, 1)?;
    patient.see("PDF · 1 page")?;

    let tomogram = record(&patient, "tomogram")?;
    go(&patient, &format!("/records/{tomogram}/document/0"))?;
    assert_eq!(wait_drawn(&patient, 1)?, [256]);
    patient.see("Brightness and contrast")?;
    teller.camera.look(&patient, "document-tomogram")?;
    let alive = workers(&app)?;
    assert_eq!(alive.len(), 1, "a document that was left is closed");

    // Locked: nothing can be asked, no worker and no picture is left.
    let page = json!({ "scope": { "kind": "own" }, "recordId": tomogram, "index": 0, "page": 0,
        "width": 200, "window": null });
    assert!(patient.invoke("document_page", &page)?.is_ok());
    patient.press("button", "Lock now")?;
    patient.find("button", "Unlock")?;
    let refused = patient.invoke("document_page", &page)?.unwrap_err();
    assert!(refused.to_string().contains("locked"), "{refused}");
    wait_for("the workers to end", Instant::now() + Duration::from_secs(5), || {
        Ok(workers(&app)?.is_empty().then_some(()))
    })?;
    assert_eq!(drawn(&patient)?, [0_u64; 0]);
    assert!(listener.accept().is_err(), "a document reached out");
    app.end()?;
    camera.finish()
}
