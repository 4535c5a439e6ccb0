//! A small blocking WebDriver client: just what the stories need, spoken directly to
//! WebKitWebDriver (which is what tauri-driver would forward to).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::Failure;

/// How long a script may run: those of the benchmarks scroll and open charts for a while.
const SCRIPT: Duration = Duration::from_secs(180);

/// How long one command may take. The slowest waits for a script.
const PATIENCE: Duration = Duration::from_secs(210);

/// The key under which WebDriver names an element (W3C WebDriver §12.1).
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// An element of the page that is open in the current window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element(String);

impl Element {
    /// The element a command or script answered with.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        value.get(ELEMENT_KEY)?.as_str().map(|id| Self(id.to_owned()))
    }

    /// The element as an argument of a script.
    #[must_use]
    pub fn as_argument(&self) -> Value {
        json!({ ELEMENT_KEY: self.0 })
    }
}

/// One WebDriver session: one running app with any number of windows.
#[derive(Debug)]
pub struct Session {
    port: u16,
    id: String,
}

impl Session {
    /// Starts `binary` with `arguments` through the driver listening on `port`.
    pub fn start(port: u16, binary: &str, arguments: &[String]) -> Result<Self, Failure> {
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": binary, "args": arguments },
            "timeouts": { "script": SCRIPT.as_millis(), "pageLoad": 30_000, "implicit": 0 },
        }}});
        let value = request(port, "POST", "/session", &capabilities)?;
        let id = value["sessionId"].as_str().ok_or_else(|| unexpected("session", &value))?;
        Ok(Self { port, id: id.to_owned() })
    }

    /// Opens an address in the current window and waits until it is loaded.
    pub fn go(&self, url: &str) -> Result<(), Failure> {
        self.post("/url", &json!({ "url": url })).map(drop)
    }

    /// Makes the first frame of the page what the other calls speak to, until the next [`Session::go`].
    pub fn enter_first_frame(&self) -> Result<(), Failure> {
        self.post("/frame", &json!({ "id": 0 })).map(drop)
    }

    /// Makes this frame of the page what the other calls speak to, until [`Session::leave_frame`].
    pub fn enter_frame(&self, frame: &Element) -> Result<(), Failure> {
        self.post("/frame", &json!({ "id": frame.as_argument() })).map(drop)
    }

    /// Back to the page around the frame.
    pub fn leave_frame(&self) -> Result<(), Failure> {
        self.post("/frame/parent", &json!({})).map(drop)
    }

    /// Asks for this size of the current window, in pixels with its frame.
    pub fn set_window_size(&self, width: u32, height: u32) -> Result<(), Failure> {
        self.post("/window/rect", &json!({ "x": 0, "y": 0, "width": width, "height": height }))
            .map(drop)
    }

    /// Whether a driver answers on `port` and is ready for a session.
    #[must_use]
    pub fn driver_is_ready(port: u16) -> bool {
        request(port, "GET", "/status", &Value::Null).is_ok_and(|v| v["ready"] == true)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        request(self.port, "POST", &format!("/session/{}{path}", self.id), body)
    }

    fn fetch(&self, path: &str) -> Result<Value, Failure> {
        request(self.port, "GET", &format!("/session/{}{path}", self.id), &Value::Null)
    }

    /// Ends the session; the driver closes the app.
    pub fn end(&self) -> Result<(), Failure> {
        request(self.port, "DELETE", &format!("/session/{}", self.id), &Value::Null).map(drop)
    }

    /// Handles of the open windows.
    pub fn windows(&self) -> Result<Vec<String>, Failure> {
        let value = self.fetch("/window/handles")?;
        let handles = value.as_array().ok_or_else(|| unexpected("handles", &value))?;
        Ok(handles.iter().filter_map(|h| h.as_str().map(str::to_owned)).collect())
    }

    /// Makes `handle` the window the other calls speak to.
    pub fn switch_to(&self, handle: &str) -> Result<(), Failure> {
        self.post("/window", &json!({ "handle": handle })).map(drop)
    }

    /// All elements matching a CSS selector, in document order.
    pub fn find_all(&self, css: &str) -> Result<Vec<Element>, Failure> {
        let found = self.post("/elements", &json!({ "using": "css selector", "value": css }))?;
        let list = found.as_array().ok_or_else(|| unexpected("elements", &found))?;
        Ok(list.iter().filter_map(Element::from_value).collect())
    }

    /// The role a screen reader announces.
    pub fn role(&self, element: &Element) -> Result<String, Failure> {
        self.text_of(element, "computedrole")
    }

    /// The name a screen reader announces.
    pub fn name(&self, element: &Element) -> Result<String, Failure> {
        self.text_of(element, "computedlabel")
    }

    /// The visible text.
    pub fn text(&self, element: &Element) -> Result<String, Failure> {
        self.text_of(element, "text")
    }

    /// Whether a person could see the element.
    pub fn is_displayed(&self, element: &Element) -> Result<bool, Failure> {
        Ok(self.fetch(&format!("/element/{}/displayed", element.0))? == Value::Bool(true))
    }

    /// Whether a control can be used.
    pub fn is_enabled(&self, element: &Element) -> Result<bool, Failure> {
        Ok(self.fetch(&format!("/element/{}/enabled", element.0))? == Value::Bool(true))
    }

    fn text_of(&self, element: &Element, what: &str) -> Result<String, Failure> {
        let value = self.fetch(&format!("/element/{}/{what}", element.0))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Scrolls to the element, as a person would, and clicks in its middle.
    pub fn click(&self, element: &Element) -> Result<(), Failure> {
        // WebKitWebDriver scrolls the document only, not a scrolling part of it.
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.execute(scroll, &[element.as_argument()])?;
        self.post(&format!("/element/{}/click", element.0), &json!({})).map(drop)
    }

    /// Empties a text field.
    pub fn clear(&self, element: &Element) -> Result<(), Failure> {
        self.post(&format!("/element/{}/clear", element.0), &json!({})).map(drop)
    }

    /// Types into the element.
    pub fn send_keys(&self, element: &Element, text: &str) -> Result<(), Failure> {
        self.post(&format!("/element/{}/value", element.0), &json!({ "text": text })).map(drop)
    }

    /// Presses keys one after the other, as on a keyboard, wherever the focus is.
    pub fn press_keys(&self, keys: &[&str]) -> Result<(), Failure> {
        let strokes = keys.iter().flat_map(|key| {
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        });
        self.perform(&strokes.collect::<Vec<_>>())
    }

    /// Presses `key` while `held` is held.
    pub fn press_chord(&self, held: &str, key: &str) -> Result<(), Failure> {
        self.press_held(&[held], key)
    }

    /// Presses `key` while all of `held` are held.
    pub fn press_held(&self, held: &[&str], key: &str) -> Result<(), Failure> {
        let stroke = |kind: &str, key: &str| json!({ "type": kind, "value": key });
        let mut strokes: Vec<_> = held.iter().map(|key| stroke("keyDown", key)).collect();
        strokes.extend([stroke("keyDown", key), stroke("keyUp", key)]);
        strokes.extend(held.iter().rev().map(|key| stroke("keyUp", key)));
        self.perform(&strokes)
    }

    fn perform(&self, strokes: &[Value]) -> Result<(), Failure> {
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", &json!({ "actions": [keyboard] })).map(drop)
    }

    /// The element with keyboard focus.
    pub fn focused(&self) -> Result<Option<Element>, Failure> {
        Ok(Element::from_value(&self.fetch("/element/active")?))
    }

    /// Runs `script` (a function body) and gives what it returns.
    pub fn execute(&self, script: &str, arguments: &[Value]) -> Result<Value, Failure> {
        self.post("/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Runs `script` and gives what it hands to its last argument, a callback.
    pub fn execute_async(&self, script: &str, arguments: &[Value]) -> Result<Value, Failure> {
        self.post("/execute/async", &json!({ "script": script, "args": arguments }))
    }

    /// A PNG of the current window.
    pub fn screenshot(&self) -> Result<Vec<u8>, Failure> {
        let value = self.fetch("/screenshot")?;
        let text = value.as_str().ok_or_else(|| unexpected("screenshot", &Value::Null))?;
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_err(|_| unexpected("screenshot", &Value::Null))
    }
}

fn unexpected(what: &str, value: &Value) -> Failure {
    Failure::Driver { code: format!("unexpected {what}"), message: value.to_string() }
}

/// One WebDriver command over one connection.
fn request(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).map_err(|error| Failure::Driver {
        code: format!("no answer ({error})"),
        message: format!("{method} {path} {}", body.chars().take(200).collect::<String>()),
    })?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, content) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let parsed: Value = serde_json::from_str(content).map_err(|_| Failure::Driver {
        code: "no answer".into(),
        message: head.lines().next().unwrap_or_default().to_owned(),
    })?;
    let value = parsed["value"].clone();
    match value.get("error").and_then(Value::as_str) {
        Some(code) => Err(Failure::Driver {
            code: code.to_owned(),
            message: value["message"].as_str().unwrap_or_default().to_owned(),
        }),
        None => Ok(value),
    }
}
