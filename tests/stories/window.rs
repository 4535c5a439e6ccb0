//! The window itself: it opens, it is accessible, and a page in it can do only what it may.

use keyward_stories::{App, Computer, Failure, axe};
use serde_json::json;

#[test]
fn the_window_opens_and_keeps_its_rules() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let welcome = app.window("welcome")?;
    welcome.find("heading", keyward_stories::screen::Name::Has(""))?;
    axe::check(&welcome, "welcome")?;

    for forbidden in [
        "plugin:event|listen",
        "desk_people",
        "patient_home",
        "plugin:fs|read_file",
        "plugin:dialog|open",
    ] {
        let refused = welcome.invoke(forbidden, &json!({}))?.unwrap_err();
        assert!(refused.to_string().contains("not allowed"), "{forbidden}: {refused}");
    }
    for elsewhere in ["https://example.org/", "file:///etc/passwd", "javascript:document.title='x'"]
    {
        welcome.session()?.execute("location.href = arguments[0]", &[json!(elsewhere)])?;
        let here = welcome.session()?.execute("return location.origin + document.title", &[])?;
        assert!(
            here.as_str().is_some_and(|h| h.starts_with("tauri://localhost") && !h.ends_with('x'))
        );
    }
    app.end()
}
