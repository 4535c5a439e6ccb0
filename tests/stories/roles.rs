//! What a hostile page in one window may reach of the others: nothing.

use keyward_stories::path::Teller;
use keyward_stories::{App, Camera, Computer, Failure, Screen};
use serde_json::{Value, json};

/// Commands of the desk, the patient and the welcome window, with arguments they would accept.
fn foreign_to_a_doctor() -> Vec<(&'static str, Value)> {
    vec![
        ("desk_home", json!({})),
        ("desk_people", json!({ "query": "" })),
        ("desk_invite", json!({ "id": "00" })),
        ("desk_remove_clinician", json!({ "id": "00", "reason": "x" })),
        ("patient_home", json!({})),
        ("imports_list", json!({})),
        ("record_move", json!({ "id": "00", "category": "results" })),
        ("shares", json!({})),
        ("share_revoke", json!({ "id": "00" })),
        (
            "import_pick",
            json!({ "folder": false, "dialog": { "title": "", "files": "", "all": "" } }),
        ),
        ("profiles_list", json!({})),
        ("profile_open", json!({ "id": "00", "passphrase": null })),
        ("clinic_setup", json!({ "setup": {} })),
        ("plugin:event|listen", json!({ "event": "x", "target": { "kind": "Any" }, "handler": 1 })),
        ("plugin:dialog|open", json!({ "options": {} })),
        ("plugin:fs|read_text_file", json!({ "path": "/etc/passwd" })),
        ("plugin:webview|create_webview_window", json!({ "options": { "label": "x" } })),
    ]
}

fn assert_denied(screen: &Screen<'_>, command: &str, arguments: &Value) -> Result<(), Failure> {
    match screen.invoke(command, arguments)? {
        Ok(answer) => Err(Failure::Story(format!("{command} answered {answer}"))),
        Err(refusal) => {
            let text = refusal.to_string();
            assert!(
                text.contains("not allowed") || text.contains("not found"),
                "{command}: {text}"
            );
            Ok(())
        }
    }
}

#[test]
fn a_doctors_window_reaches_no_desk_and_no_patient() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    let doctor = app.window("doctor-")?;
    doctor.see("You have not joined a clinic yet")?;

    assert!(doctor.invoke("doctor_home", &json!({}))?.is_ok());
    for (command, arguments) in foreign_to_a_doctor() {
        assert_denied(&doctor, command, &arguments)?;
    }
    let welcome = app.window("welcome")?;
    for command in ["session", "doctor_home", "patient_home", "desk_home", "settings_read"] {
        assert_denied(&welcome, command, &json!({}))?;
    }
    app.end()?;
    camera.finish()
}

#[test]
fn a_page_reaches_nothing_outside() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let welcome = app.window("welcome")?;
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = format!("http://{}/", listener.local_addr()?);
    let script = "const [url, done] = arguments; \
        const image = new Promise((end) => { const i = new Image(); \
          i.onload = () => end('loaded'); i.onerror = () => end('refused'); i.src = url; }); \
        const fetched = fetch(url).then(() => 'fetched', () => 'refused'); \
        const opened = window.open(url) === null ? 'refused' : 'opened'; \
        Promise.all([image, fetched]).then((all) => done([...all, opened]));";
    let answer = welcome.session()?.execute_async(script, &[json!(address)])?;
    assert_eq!(answer, json!(["refused", "refused", "refused"]));
    let arrived = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(arrived, Err(std::io::ErrorKind::WouldBlock), "something was sent");
    app.end()
}
