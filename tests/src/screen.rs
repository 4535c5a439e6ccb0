//! One window, used as a person uses it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::webdriver::{Element, Session};
use crate::{Failure, keyboard, wait_for};

/// How long a screen may take to show what the story expects.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// CSS that holds every candidate of a role; the computed role decides.
const CANDIDATES: &[(&str, &str)] = &[
    ("button", "button, [role=button], input[type=submit], summary"),
    ("link", "a[href], [role=link]"),
    ("textbox", "input, textarea, [role=textbox], [contenteditable]"),
    ("searchbox", "input[type=search], [role=searchbox]"),
    ("checkbox", "input[type=checkbox], [role=checkbox]"),
    ("switch", "input, [role=switch]"),
    ("radio", "input[type=radio], [role=radio]"),
    ("combobox", "select, input, [role=combobox]"),
    ("option", "option, [role=option]"),
    ("tab", "[role=tab]"),
    ("heading", "h1, h2, h3, h4, h5, h6, [role=heading]"),
    ("dialog", "dialog, [role=dialog], [role=alertdialog]"),
    ("row", "tr, [role=row]"),
    ("listitem", "li, [role=listitem]"),
];

/// What the accessible name must be.
#[derive(Debug, Clone, Copy)]
pub enum Name<'a> {
    /// Exactly this.
    Is(&'a str),
    /// This somewhere in it.
    Has(&'a str),
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(name: &'a str) -> Self {
        Self::Is(name)
    }
}

impl Name<'_> {
    pub(crate) fn fits(self, name: &str) -> bool {
        match self {
            Self::Is(expected) => name.trim() == expected,
            Self::Has(expected) => name.contains(expected),
        }
    }
}

/// One window of the app.
#[derive(Debug)]
pub struct Screen<'a> {
    session: &'a Session,
    handle: String,
    /// The display whose keyboard it is used by, if it is used by keyboard alone.
    keyboard_of: Option<&'a str>,
}

impl<'a> Screen<'a> {
    pub(crate) fn new(session: &'a Session, handle: String, keyboard_of: Option<&'a str>) -> Self {
        Self { session, handle, keyboard_of }
    }

    /// The session, switched to this window.
    pub fn session(&self) -> Result<&'a Session, Failure> {
        self.session.switch_to(&self.handle)?;
        Ok(self.session)
    }

    /// As [`Screen::session`], with the keyboard of the display if this window is used by that.
    pub(crate) fn hands(&self) -> Result<&'a Session, Failure> {
        let session = self.session()?;
        if let Some(display) = self.keyboard_of {
            keyboard::bring_forward(session, display)?;
        }
        Ok(session)
    }

    /// The first visible control with this role and name, once it is there.
    pub fn find<'n>(&self, role: &str, name: impl Into<Name<'n>>) -> Result<Element, Failure> {
        let name = name.into();
        let session = self.session()?;
        let what = format!("{role} {name:?}");
        let mut look = Look::default();
        let found = wait_for(&what, Instant::now() + PATIENCE, || look.for_(session, role, name));
        found.map_err(|failure| self.with_page_text(failure))
    }

    /// Whether such a control is visible now.
    pub fn has<'n>(&self, role: &str, name: impl Into<Name<'n>>) -> Result<bool, Failure> {
        let (session, name) = (self.session()?, name.into());
        let (likely, others) = candidates(session, role, name)?;
        Ok(first_present(session, likely.into_iter().chain(others), role, name)?.is_some())
    }

    /// Presses a button, link, tab or option once it is there and enabled.
    pub fn press<'n>(&self, role: &str, name: impl Into<Name<'n>>) -> Result<(), Failure> {
        let name = name.into();
        let session = self.hands()?;
        if self.keyboard_of.is_some() {
            let pressed = keyboard::press(session, role, name);
            return pressed.map_err(|failure| self.with_page_text(failure));
        }
        let what = format!("an enabled {role} {name:?}");
        let mut look = Look::default();
        let pressed = wait_for(&what, Instant::now() + PATIENCE, || {
            let Some(element) = look.for_(session, role, name)? else { return Ok(None) };
            if !gone_is_none(session.is_enabled(&element))?.unwrap_or(false) {
                return Ok(None);
            }
            gone_is_none(session.click(&element))
        });
        pressed.map_err(|failure| self.with_page_text(failure))
    }

    /// Replaces what stands in a text field.
    pub fn fill<'n>(&self, label: impl Into<Name<'n>>, text: &str) -> Result<(), Failure> {
        let label = label.into();
        let session = self.hands()?;
        if self.keyboard_of.is_some() {
            let filled = keyboard::fill(session, label, text);
            return filled.map_err(|failure| self.with_page_text(failure));
        }
        let what = format!("a field {label:?}");
        let mut look = Look::default();
        let filled = wait_for(&what, Instant::now() + PATIENCE, || {
            let Some(field) = look.for_(session, "textbox", label)? else { return Ok(None) };
            gone_is_none(
                session
                    .click(&field)
                    .and_then(|()| session.send_keys(&field, SELECT_ALL_AND_DELETE))
                    .and_then(|()| session.send_keys(&field, text)),
            )
        });
        filled.map_err(|failure| self.with_page_text(failure))
    }

    /// Ticks or chooses a checkbox, radio button or switch that may be visually hidden inside its
    /// label, as components often do.
    pub fn choose<'n>(&self, role: &str, name: impl Into<Name<'n>>) -> Result<(), Failure> {
        let name = name.into();
        let session = self.hands()?;
        if self.keyboard_of.is_some() {
            let chosen = keyboard::choose(session, role, name);
            return chosen.map_err(|failure| self.with_page_text(failure));
        }
        let what = format!("{role} {name:?} to choose");
        let chosen = wait_for(&what, Instant::now() + PATIENCE, || {
            let (likely, others) = candidates(session, role, name)?;
            for element in likely.into_iter().chain(others) {
                if !fits(session, &element, role, name)? {
                    continue;
                }
                let label = gone_is_none(session.execute(LABEL_OF, &[element.as_argument()]))?;
                let target = label.as_ref().and_then(Element::from_value).unwrap_or(element);
                return gone_is_none(session.click(&target));
            }
            Ok(None)
        });
        chosen.map_err(|failure| self.with_page_text(failure))
    }

    /// Ticks every checkbox that is there.
    pub fn choose_all(&self, role: &str) -> Result<(), Failure> {
        let session = self.hands()?;
        if self.keyboard_of.is_some() {
            return keyboard::choose_all(session, role);
        }
        for element in session.find_all(css_of(role))? {
            let label = session.execute(LABEL_OF, &[element.as_argument()])?;
            session.click(&Element::from_value(&label).unwrap_or(element))?;
        }
        Ok(())
    }

    /// Waits until `text` is visible somewhere in the window.
    pub fn see(&self, text: &str) -> Result<(), Failure> {
        self.see_within(text, PATIENCE)
    }

    /// As [`Screen::see`], with a patience of its own.
    pub fn see_within(&self, text: &str, patience: Duration) -> Result<(), Failure> {
        let seen = wait_for(&format!("the text “{text}”"), Instant::now() + patience, || {
            Ok(self.page_text()?.contains(text).then_some(()))
        });
        seen.map_err(|failure| self.with_page_text(failure))
    }

    /// Everything a person can read in the window.
    pub fn page_text(&self) -> Result<String, Failure> {
        let text = self.session()?.execute("return document.body.innerText", &[])?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Calls an IPC command as a hostile page would. `Err` holds what the page is told.
    pub fn invoke(
        &self,
        command: &str,
        arguments: &Value,
    ) -> Result<Result<Value, Value>, Failure> {
        let answer = self.session()?.execute_async(INVOKE, &[json!(command), arguments.clone()])?;
        if answer["ok"] == true {
            Ok(Ok(answer["value"].clone()))
        } else {
            Ok(Err(answer["value"].clone()))
        }
    }

    /// A PNG, taken after two animation frames (the first may be blank with a cold cache).
    pub fn picture(&self) -> Result<Vec<u8>, Failure> {
        let session = self.session()?;
        session.execute_async(TWO_FRAMES, &[])?;
        session.screenshot()
    }

    pub(crate) fn with_page_text(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Waited { what, seconds, .. } => {
                let text = self.page_text().unwrap_or_else(|error| error.to_string());
                Failure::Waited { what, seconds, seen: format!("; the window shows:\n{text}") }
            }
            other => other,
        }
    }
}

/// Ctrl+A, let go, Backspace: what a person does to replace the content of a field.
const SELECT_ALL_AND_DELETE: &str = "\u{e009}a\u{e000}\u{e003}";

const TWO_FRAMES: &str = "const done = arguments[arguments.length - 1]; \
     requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";

const INVOKE: &str = "const done = arguments[arguments.length - 1]; \
     window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1]).then(\
       (value) => done({ ok: true, value: value ?? null }), \
       (value) => done({ ok: false, value: String(value?.code ?? value) }));";

const LABEL_OF: &str =
    "return arguments[0].closest('label') ?? arguments[0].labels?.[0] ?? arguments[0];";

fn css_of(role: &str) -> &'static str {
    CANDIDATES.iter().find(|(r, _)| *r == role).map_or("[role]", |(_, css)| css)
}

/// Elements that may have the role: first those whose words hold the name, then the others. Asking the driver for an
/// element's name and role takes several messages, and a page has a hundred buttons.
fn candidates(
    session: &Session,
    role: &str,
    name: Name<'_>,
) -> Result<(Vec<Element>, Vec<Element>), Failure> {
    let (Name::Is(words) | Name::Has(words)) = name;
    // The page may change while the driver makes its list: then there is none yet.
    let found = gone_is_none(session.execute(BY_WORDS, &[json!(css_of(role)), json!(words)]))?;
    let list = |at: usize| {
        let elements = found.as_ref().and_then(|found| found[at].as_array());
        elements.into_iter().flatten().filter_map(Element::from_value).collect()
    };
    Ok((list(0), list(1)))
}

/// Matches of a selector whose words, without spaces, hold those of the second argument; and the others.
const BY_WORDS: &str = "const flat = (text) => (text ?? '').replace(/\\s+/g, ''); \
     const ids = (e) => (e.getAttribute('aria-labelledby') ?? '').split(' '); \
     const words = (e) => flat([e.textContent, e.ariaLabel, e.title, e.alt, e.placeholder, e.value, \
       ...ids(e).map((id) => document.getElementById(id)?.textContent), \
       ...[...(e.labels ?? [])].map((label) => label.textContent)].join('')); \
     const [likely, others] = [[], []]; \
     for (const e of document.querySelectorAll(arguments[0])) \
       (words(e).includes(flat(arguments[1])) ? likely : others).push(e); \
     return [likely, others];";

pub(crate) fn fits(
    session: &Session,
    e: &Element,
    role: &str,
    name: Name<'_>,
) -> Result<bool, Failure> {
    let Some(actual) = gone_is_none(session.name(e))? else { return Ok(false) };
    if !name.fits(&actual) {
        return Ok(false);
    }
    let computed = gone_is_none(session.role(e))?.unwrap_or_default();
    // WebKit calls a search field or a number field by its own name, and a list of the system's own kind a button.
    Ok(computed == role
        || matches!((role, computed.as_str()), ("textbox", "searchbox") | ("combobox", "button")))
}

/// One wait for an element. Its name may come from where [`BY_WORDS`] does not look: now and then all are asked.
#[derive(Default)]
struct Look {
    times: u32,
}

impl Look {
    /// Each so many looks every candidate is asked for its name, the first time soon.
    const THOROUGH: u32 = 8;

    fn for_(
        &mut self,
        session: &Session,
        role: &str,
        name: Name<'_>,
    ) -> Result<Option<Element>, Failure> {
        self.times += 1;
        let (likely, others) = candidates(session, role, name)?;
        let others = if self.times % Self::THOROUGH == 3 { others } else { Vec::new() };
        first_present(session, likely.into_iter().chain(others), role, name)
    }
}

fn first_present(
    session: &Session,
    candidates: impl Iterator<Item = Element>,
    role: &str,
    name: Name<'_>,
) -> Result<Option<Element>, Failure> {
    for element in candidates {
        if fits(session, &element, role, name)?
            && gone_is_none(session.is_displayed(&element))?.unwrap_or(false)
        {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

/// An element that left the page or is covered for a moment is not there (yet).
pub(crate) fn gone_is_none<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Failure::Driver { code, .. })
            if matches!(
                code.as_str(),
                "stale element reference"
                    | "element click intercepted"
                    | "no such element"
                    | "element not interactable"
            ) =>
        {
            Ok(None)
        }
        // What the driver says of an element whose page is being replaced while its name is asked for.
        Err(Failure::Driver { code, message }) if code == "unknown error" && message.is_empty() => {
            Ok(None)
        }
        Err(other) => Err(other),
    }
}
