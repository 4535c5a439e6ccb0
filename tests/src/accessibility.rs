//! What a screen reader is told: the tree of roles, names and states on the accessibility bus (AT-SPI over D-Bus).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde::Deserialize;
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedObjectPath, Type};

use crate::{Computer, Failure, wait_for};

const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";
/// How long something may take to be told.
const PATIENCE: Duration = Duration::from_secs(40);
/// More objects than any window has; deeper than any page.
const MOST: usize = 6000;

/// Bits of the state set (`atspi-constants.h`).
const CHECKED: u32 = 4;
const FOCUSABLE: u32 = 11;
const INVALID: u32 = 36;

/// Numbers of the roles that are looked for (`atspi-constants.h`); WebKit gives no names of roles.
const ROLES: &[(u32, &str)] = &[
    (2, "alert"),
    (7, "check box"),
    (11, "combo box"),
    (16, "dialog"),
    (31, "list"),
    (32, "list item"),
    (40, "password"),
    (42, "progress bar"),
    (43, "button"),
    (44, "radio button"),
    (51, "slider"),
    (54, "status"),
    (55, "table"),
    (57, "column header"),
    (58, "row header"),
    (62, "toggle button"),
    (79, "entry"),
    (83, "heading"),
    (88, "link"),
    (99, "group"),
    (110, "landmark"),
];

/// Where an object lives: the program's name on the bus, and a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Type)]
struct Place(String, OwnedObjectPath);

/// The bus on which programs tell what they show.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
}

/// One thing a screen reader can speak of.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// Its role (`button`, `heading`, ...); empty where it is none of those that matter here.
    pub role: &'static str,
    /// What it is called.
    pub name: String,
    /// What is written in it, if it has no name.
    pub text: String,
    /// What explains it, such as the hint under a field.
    pub description: String,
    /// What else is told: `live`, `level`, `xml-roles`, ...
    pub attributes: HashMap<String, String>,
    states: [u32; 2],
    place: Place,
}

impl Spoken {
    fn is(&self, state: u32) -> bool {
        self.states[usize::from(state > 31)] & (1 << (state % 32)) != 0
    }

    /// Ticked or chosen.
    #[must_use]
    pub fn checked(&self) -> bool {
        self.is(CHECKED)
    }

    /// Reached by the keyboard.
    #[must_use]
    pub fn focusable(&self) -> bool {
        self.is(FOCUSABLE)
    }

    /// What was filled in is not right.
    #[must_use]
    pub fn invalid(&self) -> bool {
        self.is(INVALID)
    }

    /// Whether a change of it is spoken without being asked for.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let live = |name: &str| self.attributes.get(name).is_some_and(|live| live != "off");
        live("live") || live("container-live")
    }
}

impl Reader {
    /// Listens on the accessibility bus of a computer that has one.
    ///
    /// # Errors
    /// It has none, or the bus does not answer.
    pub fn on(computer: &Computer) -> Result<Self, Failure> {
        let address = computer
            .accessibility_bus()
            .ok_or_else(|| Failure::Start("the accessibility bus".into()))?;
        let connection = connection::Builder::address(address)
            .and_then(connection::Builder::build)
            .map_err(|error| Failure::Start(format!("the accessibility bus: {error}")))?;
        Ok(Self { connection })
    }

    /// Everything the windows of all programs tell now, in the order it is read.
    #[must_use]
    pub fn everything(&self) -> Vec<Spoken> {
        let mut told = Vec::new();
        if let Ok(root) = OwnedObjectPath::try_from(ROOT) {
            self.read(&Place(REGISTRY.into(), root), &mut told);
        }
        told
    }

    /// What has left the screen while it was being read is not there.
    fn read(&self, place: &Place, into: &mut Vec<Spoken>) {
        if into.len() >= MOST {
            return;
        }
        let Some(proxy) = self.proxy(place, ACCESSIBLE) else { return };
        let role: u32 = proxy.call("GetRole", &()).unwrap_or_default();
        let role = ROLES.iter().find(|(number, _)| *number == role).map_or("", |(_, name)| name);
        let name: String = proxy.get_property("Name").unwrap_or_default();
        let attributes = proxy.call("GetAttributes", &()).unwrap_or_default();
        let states: Vec<u32> = proxy.call("GetState", &()).unwrap_or_default();
        let states = [0, 1].map(|at| states.get(at).copied().unwrap_or_default());
        let mut spoken = Spoken {
            role,
            name,
            text: String::new(),
            description: String::new(),
            attributes,
            states,
            place: place.clone(),
        };
        if spoken.focusable() {
            spoken.description = proxy.get_property("Description").unwrap_or_default();
        }
        if spoken.name.is_empty() {
            spoken.text = self.text(place);
        }
        into.push(spoken);
        let mut children: Vec<Place> = proxy.call("GetChildren", &()).unwrap_or_default();
        if children.is_empty() && proxy.get_property::<i32>("ChildCount").ok() == Some(1) {
            // The page lives in another process; its place is told only when asked for by number.
            children.extend(proxy.call("GetChildAtIndex", &(0_i32)));
        }
        for child in children {
            self.read(&child, into);
        }
    }

    /// What is written in something that has no name.
    fn text(&self, place: &Place) -> String {
        let written = self.proxy(place, TEXT).map(|proxy| proxy.call("GetText", &(0_i32, -1_i32)));
        written.and_then(Result::ok).unwrap_or_default()
    }

    fn proxy(&self, place: &Place, interface: &'static str) -> Option<Proxy<'static>> {
        Proxy::new(&self.connection, place.0.clone(), place.1.clone(), interface).ok()
    }

    /// The first thing of this role whose name contains `name`, once it is told.
    ///
    /// # Errors
    /// It is not told in time.
    pub fn hear(&self, role: &str, name: &str) -> Result<Spoken, Failure> {
        let what = format!("{role} “{name}” in the accessibility tree");
        let mut last = Vec::new();
        let heard = wait_for(&what, Instant::now() + PATIENCE, || {
            last = self.everything();
            Ok(last.iter().find(|it| it.role == role && it.name.contains(name)).cloned())
        });
        heard.map_err(|failure| {
            let told: Vec<String> = last
                .iter()
                .filter(|it| !it.name.is_empty())
                .map(|it| format!("{} “{}”", it.role, it.name))
                .collect();
            Failure::Story(format!("{failure}; told is:\n{}", told.join("\n")))
        })
    }

    /// Does what the thing is there for, as a screen reader does for its user.
    ///
    /// # Errors
    /// It has nothing that can be done, or has gone.
    pub fn act(&self, on: &Spoken) -> Result<(), Failure> {
        let done = self
            .proxy(&on.place, "org.a11y.atspi.Action")
            .and_then(|proxy| proxy.call::<_, _, bool>("DoAction", &(0_i32)).ok());
        if done == Some(true) {
            return Ok(());
        }
        Err(Failure::Story(format!("{} “{}” cannot be acted on", on.role, on.name)))
    }
}
