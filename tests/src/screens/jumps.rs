//! What moves while a page loads: every answer is held back and let go by itself, in the order asked and in the reverse
//! order, and after each it is measured how far what was there before has moved.

use std::path::Path;

use serde_json::{Value, json};

use super::{List, Seen, Visit, WINDOW, Wanted, list, strings};
use crate::browser::Browser;
use crate::pages::{NARROW, Pages};
use crate::webdriver::Session;
use crate::{Computer, Failure};

/// Lets the answers of a page go and measures (the score of web.dev/cls).
const JUMPS: &str = include_str!("jumps.js");
/// So much a page may move while it loads, all answers together. 0.1 counts as good on the web; a fifth of it is a line
/// of text on a narrow screen that turns out to be two. Anything that pushes a page down is far above it.
const MOST: f64 = 0.02;
/// Which answer is let go next, and how that is called.
type Order = (&'static str, &'static str);
const AS_ASKED: Order = ("first", "as asked");
const REVERSED: Order = ("last", "the other way round");
/// In which windows, and in which states there, in which orders. A page moves most where it has least room, so there
/// every state is measured; a wide window has a column beside the page. What a page has when it is full comes in both
/// orders; with less on it, and in more room, the one in which nobody asked is enough.
const SIZES: [Size; 3] = [
    Size {
        name: "narrow",
        window: WINDOW,
        narrow: true,
        states: &["full", "empty", "partial", "offline"],
        orders: &[REVERSED, AS_ASKED],
    },
    Size { name: "100", window: WINDOW, narrow: false, states: &["full"], orders: &[REVERSED] },
    Size {
        name: "wide",
        window: (1680, 1000),
        narrow: false,
        states: &["full"],
        orders: &[REVERSED],
    },
];

struct Size {
    name: &'static str,
    window: (u32, u32),
    /// The page stands in a narrow frame in it.
    narrow: bool,
    states: &'static [&'static str],
    orders: &'static [Order],
}

/// Measures the screens of the built pages in `folder`.
///
/// # Errors
/// The browser or the pages do not work; findings are no error.
pub fn watch(computer: &Computer, folder: &Path, wanted: &Wanted) -> Result<Seen, Failure> {
    let list = list(folder)?;
    let pages = Pages::serve(folder)?;
    let browser = Browser::start(computer)?;
    let mut seen = Seen::default();
    let is_asked = |size: &&Size| {
        wanted.size.as_ref().is_none_or(|some| some.split(',').any(|only| only == size.name))
    };
    for size in SIZES.iter().filter(is_asked) {
        browser.session().go(pages.url())?;
        browser.resize(size.window.0, size.window.1)?;
        let session = browser.session();
        let mut watch = Watch { session, pages: &pages, size, open: None };
        watch.all(&list, wanted, &mut seen)?;
    }
    browser.end()?;
    if seen.screens == 0 {
        return Err(Failure::Story("no screen fits what was asked for".into()));
    }
    Ok(seen)
}

impl Size {
    /// A state that is asked for by name is measured in every size.
    fn is_wanted(&self, visit: &Visit, wanted: &Wanted) -> bool {
        let state = visit.state.as_str();
        let is_asked = match &wanted.state {
            Some(only) => only == state && state != "loading",
            None => self.states.contains(&state),
        };
        is_asked && wanted.route(&visit.route)
    }

    fn orders(&self, visit: &Visit) -> &'static [Order] {
        if visit.state == "full" { self.orders } else { &self.orders[..1] }
    }
}

struct Watch<'a> {
    session: &'a Session,
    pages: &'a Pages,
    size: &'a Size,
    /// Window and state of the page that is open: it is loaded anew for others only.
    open: Option<(String, String)>,
}

impl Watch<'_> {
    fn all(&mut self, list: &List, wanted: &Wanted, seen: &mut Seen) -> Result<(), Failure> {
        let size = self.size;
        for visit in list.visits.iter().filter(|visit| size.is_wanted(visit, wanted)) {
            for (which, order) in size.orders(visit) {
                let told = self.one(visit, which)?;
                let Visit { route, window, state, .. } = visit;
                let name = format!("{route}.{window}.{state}.{}", size.name);
                seen.findings.extend(
                    findings(&told, window)
                        .into_iter()
                        .map(|found| format!("{name}, {order}: {found}")),
                );
                // One answer has one order.
                if told["most"].as_u64().unwrap_or_default() < 2 {
                    break;
                }
            }
            seen.screens += 1;
        }
        Ok(())
    }

    fn one(&mut self, visit: &Visit, which: &str) -> Result<Value, Failure> {
        let Visit { window, state, address, .. } = visit;
        let page = (window.clone(), state.clone());
        // The first window forgets nothing on a lock.
        if window == "welcome" || self.open.as_ref() != Some(&page) {
            let document = if self.size.narrow { NARROW } else { "" };
            let query = format!("window={window}&state={state}&theme=light&still&hold");
            self.session.go(&format!("{}/{document}?{query}#{address}", self.pages.url()))?;
            if self.size.narrow {
                self.session.enter_first_frame()?;
            }
            self.open = Some(page);
        }
        self.session.execute_async(JUMPS, &[json!(address), json!(which)])
    }
}

fn findings(told: &Value, window: &str) -> Vec<String> {
    let mut findings = Vec::new();
    // Every window with a profile asks for something on every page; a page of the first window may not.
    if window != "welcome" && told["answers"] == 0 {
        findings.push("no answer was held back".into());
    }
    if let Some(waiting) = told["waiting"].as_str() {
        findings.push(format!("it never came to rest: {waiting}"));
    }
    if told["letters"] == false {
        findings.push("its first words stood there in other letters than the last".into());
    }
    let score = told["score"].as_f64().unwrap_or_default();
    if score > MOST {
        let jumps = strings(&told["jumps"]).join(" | ");
        findings.push(format!("it moves by {score:.4} while it loads, {MOST} at most: {jumps}"));
    }
    findings
}
