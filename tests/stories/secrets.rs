//! What is secret stays where it belongs: after a whole story, told with every log switched on and
//! ended by a crash, nothing of it is in logs, window titles, profile files or anything else the app
//! left behind.

mod clinic;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use clinic::Clinic;
use clinic::records::{marker, results};
use clinic::windows::{self, open_chart};
use keyward_app::patient::spaces::Space;
use keyward_stories::path::{Clinician, Teller};
use keyward_stories::screen::Name;
use keyward_stories::{App, Camera, Computer, Failure};
use keyward_vault::{OsKeyring, ProfileRole, ProfileStore};

const DOCTOR: &str = "Dr Test-Okafor";
const PATIENT: &str = "Test-Anna Muster-Sample";
/// What a person would never want to find in a file.
const PASSPHRASE: &str = "seven-purple-otters-sample";
/// Where the second process finds the app's data.
const DATA: &str = "KEYWARD_SECRETS_DATA";

#[test]
fn nothing_secret_is_left_where_it_does_not_belong() -> Result<(), Failure> {
    if let Some(data) = std::env::var_os(DATA) {
        print_secrets(Path::new(&data));
        return Ok(());
    }
    let computer = Computer::start()?;
    let data = computer.home().join("keyward");
    let app = App::start_program(&computer, &talkative(&computer)?, &data, &[])?;
    let clinic = Clinic::open();
    let mut titles = Vec::new();

    let doctor_label = windows::doctor(&app, &clinic, DOCTOR)?;
    let label = with_passphrase(&app)?;
    windows::join(&app, &label, &clinic.invite("Test-Anna", "Muster-Sample", "1961-03-14"))?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.import(&clinic.file("a.json", &results("A", 3)))?;
    note_titles(&computer, &app, &mut titles)?;
    let doctor = Clinician { name: DOCTOR.to_owned(), role: "Cardiologist".to_owned() };
    teller.share_all(&doctor, "Heart", true)?;
    let reader = app.window(&doctor_label)?;
    open_chart(&reader, PATIENT)?;
    reader.see_within(&marker("A", 0), windows::EXCHANGE)?;
    note_titles(&computer, &app, &mut titles)?;
    let patient = app.window(&label)?;
    patient.press("link", "Records")?;
    patient.press("link", "Timeline")?;
    patient.press("link", Name::Has(&marker("A", 0)))?;
    note_titles(&computer, &app, &mut titles)?;

    // The app crashes with everything open: what it leaves is looked at too.
    app.crash()?;
    let secrets = secrets(&computer, &data)?;
    assert!(secrets.len() >= 4, "the master secrets and the persona's keys: {}", secrets.len());
    let mut needles: Vec<Vec<u8>> = secrets.iter().flat_map(|secret| forms_of(secret)).collect();
    needles.push(PASSPHRASE.into());
    needles.push(b"Sample marker".to_vec());
    needles.push(b"Muster-Sample".to_vec());

    let titles = titles.join("\n");
    assert!(titles.contains("Keyward"), "titles were read: {titles}");
    assert_eq!(found_in(titles.as_bytes(), &needles), None, "in the titles: {titles}");
    // The search finds what is there.
    let control = [b"x".to_vec(), needles[1].clone(), b"y".to_vec()].concat();
    assert_eq!(found_in(&control, &needles), Some(1));
    let log = std::fs::metadata(computer.home().join("app.log"))?.len();
    assert!(log > 10_000, "the log is talkative: {log} bytes");
    let mut files = 0;
    search(computer.home(), &needles, &mut files);
    assert!(files > 10, "only {files} files were searched");
    Ok(())
}

/// The app with every log switched on, and allowed to leave a dump where it runs.
fn talkative(computer: &Computer) -> Result<PathBuf, Failure> {
    let program = computer.home().join("keyward-talkative");
    let app = keyward_stories::app::binary("keyward")?;
    let script = format!(
        "#!/bin/sh\nulimit -c unlimited\ncd '{}'\nexport RUST_LOG=trace RUST_BACKTRACE=full\n\
         exec '{}' \"$@\"\n",
        computer.home().display(),
        app.display()
    );
    std::fs::write(&program, script)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700))?;
    Ok(program)
}

/// Makes a patient's profile that also asks for a passphrase.
fn with_passphrase(app: &App) -> Result<String, Failure> {
    let welcome = app.window("welcome")?;
    welcome.press("link", "I am a patient")?;
    welcome.fill("Name for this profile", "Patient")?;
    welcome.choose("checkbox", Name::Has("Also ask for a passphrase"))?;
    windows::until("two fields for the passphrase", Duration::from_secs(10), || {
        Ok(welcome.session()?.find_all("input[type=password]")?.len() == 2)
    })?;
    for field in welcome.session()?.find_all("input[type=password]")? {
        welcome.session()?.send_keys(&field, PASSPHRASE)?;
    }
    welcome.press("button", "Make my profile")?;
    app.window("patient-")?;
    let labels = windows::labels(app)?;
    let label = labels.into_iter().find(|label| label.starts_with("patient-"));
    label.ok_or_else(|| Failure::Story("no window of the patient".to_owned()))
}

/// The titles of all windows, as the page and as the window system have them.
fn note_titles(computer: &Computer, app: &App, into: &mut Vec<String>) -> Result<(), Failure> {
    for label in windows::labels(app)? {
        let title = app.window(&label)?.session()?.execute("return document.title", &[])?;
        into.extend(title.as_str().map(str::to_owned));
    }
    let output = computer
        .command(keyward_stories::computer::tool("xdotool", "xdotool")?)
        .args(["search", "--name", ".", "getwindowname", "%@"])
        .stdin(Stdio::null())
        .output()?;
    into.push(String::from_utf8_lossy(&output.stdout).into_owned());
    Ok(())
}

/// The secrets of all profiles, told by a process that may open the story's keyring.
fn secrets(computer: &Computer, data: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let output = computer
        .command(std::env::current_exe()?)
        .args(["--exact", "nothing_secret_is_left_where_it_does_not_belong", "--nocapture"])
        .env(DATA, data)
        .stdin(Stdio::null())
        .output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let secrets = text.lines().filter_map(|line| line.split_once("secret: "));
    Ok(secrets.map(|(_, secret)| STANDARD_NO_PAD.decode(secret).unwrap()).collect())
}

/// In the second process: opens every profile as the app does, and prints what must not be anywhere.
fn print_secrets(data: &Path) {
    let store = ProfileStore::open(data).unwrap();
    let keyring = OsKeyring::start().unwrap();
    let print = |secret: &[u8]| println!("\nsecret: {}", STANDARD_NO_PAD.encode(secret));
    for profile in store.list_profiles().unwrap().profiles {
        let passphrase = (profile.role == ProfileRole::Patient).then_some(PASSPHRASE);
        let unlocked = store.unlock(&profile.id, &keyring, passphrase).unwrap();
        print(unlocked.master.expose_secret());
        let vault: &dyn keyward_app::ports::vault::Vault = &*unlocked.vault;
        for (_, space) in Space::all(&*vault.read().unwrap()).unwrap() {
            let persona = space.persona(&unlocked.master).unwrap();
            print(&*persona.signing.expose_secret());
            print(&space.link_key());
        }
    }
}

/// Every form in which a secret could have been written down.
fn forms_of(secret: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    // As Rust's `Debug` writes a byte string.
    let list = secret.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    vec![
        secret.to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        STANDARD_NO_PAD.encode(secret).into_bytes(),
        URL_SAFE_NO_PAD.encode(secret).into_bytes(),
        list.into_bytes(),
    ]
}

/// Which needle is in the hay.
fn found_in(hay: &[u8], needles: &[Vec<u8>]) -> Option<usize> {
    needles.iter().position(|needle| {
        let first = needle[0];
        hay.iter().enumerate().any(|(at, byte)| *byte == first && hay[at..].starts_with(needle))
    })
}

/// Searches every file below `folder`.
fn search(folder: &Path, needles: &[Vec<u8>], files: &mut u32) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            search(&entry.path(), needles, files);
        } else if kind.is_file() {
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = found_in(&bytes, needles);
            assert_eq!(found, None, "in {}", entry.path().display());
            *files += 1;
        }
    }
}
