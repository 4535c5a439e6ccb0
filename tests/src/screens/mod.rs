//! Every screen of the route table, in every state it can be in, light and dark, in the real engine with
//! invented data: nothing cut off, no serious finding of axe-core, and pictures where they are wanted.

pub mod gallery;
mod rounds;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::rounds::Round;
use crate::axe;
use crate::browser::Browser;
use crate::pages::Pages;
use crate::webdriver::Session;
use crate::{Computer, Failure};

/// What a page does to be looked at.
const LOOK: &str = include_str!("look.js");
const SET_THEME: &str = "document.documentElement.dataset.theme = arguments[0]";
const SET_TEXT: &str = "localStorage.setItem('keyward.text-size', arguments[0])";
/// The colours of a person who has chosen a few for everything, as far as an engine that knows no such choice can show.
const FORCE_COLOURS: &str = include_str!("forced.js");
/// Size of the page: that of a new window of the app.
const WINDOW: (u32, u32) = (1180, 800);
/// The widest screens there are.
const WIDE: (u32, u32) = (3440, 1300);
/// A display on which the widest fits, with the browser's own bar.
pub const DISPLAY: &str = "3480x1440x24";

/// Which of the screens, and what is done with them.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Where pictures go; none are taken without.
    pub pictures: Option<PathBuf>,
    /// Only routes whose id begins with this.
    pub route: Option<String>,
    /// Only this state.
    pub state: Option<String>,
    /// Only this theme.
    pub theme: Option<String>,
    /// Only the round of this name: `100`, `200`, `narrow`, `wide`, `forced`, `longer`, `rtl`.
    pub size: Option<String>,
    /// In this language instead of the round's own.
    pub language: Option<String>,
}

impl Wanted {
    fn round(&self, round: &Round) -> bool {
        self.theme.as_ref().is_none_or(|only| only == round.theme)
            && self.size.as_ref().is_none_or(|only| only == round.name)
    }

    fn visit(&self, visit: &Visit, round: &Round) -> bool {
        (round.every_state || visit.state == "full")
            && self.route.as_ref().is_none_or(|only| visit.route.starts_with(only.as_str()))
            && self.state.as_ref().is_none_or(|only| *only == visit.state)
    }
}

/// One screen in one state.
#[derive(Debug, Clone)]
struct Visit {
    route: String,
    window: String,
    state: String,
    address: String,
}

/// What was seen.
#[derive(Debug, Default)]
pub struct Seen {
    /// How many screens were looked at.
    pub screens: usize,
    /// What is wrong, each with its screen.
    pub findings: Vec<String>,
}

/// Looks at the screens of the built pages in `folder`, which also holds the list of visits.
///
/// # Errors
/// The browser or the pages do not work; findings are no error.
pub fn look_at(computer: &Computer, folder: &Path, wanted: &Wanted) -> Result<Seen, Failure> {
    let visits = visits(folder)?;
    let pages = Pages::serve(folder)?;
    let browser = Browser::start(computer)?;
    browser.session().go(pages.url())?;
    if let Some(pictures) = &wanted.pictures {
        std::fs::create_dir_all(pictures)?;
    }
    let mut run = Run { browser: &browser, pages: &pages, wanted, seen: Seen::default() };
    for round in rounds::ALL.iter().filter(|round| wanted.round(round)) {
        run.round(&visits, round)?;
    }
    let seen = run.seen;
    browser.end()?;
    if seen.screens == 0 {
        return Err(Failure::Story("no screen fits what was asked for".into()));
    }
    Ok(seen)
}

struct Run<'a> {
    browser: &'a Browser,
    pages: &'a Pages,
    wanted: &'a Wanted,
    seen: Seen,
}

impl Run<'_> {
    /// All screens in one dress. The page is loaded anew for each window and state only.
    fn round(&mut self, visits: &[Visit], round: &Round) -> Result<(), Failure> {
        let session = self.browser.session();
        session.go(self.pages.url())?;
        self.browser.resize(round.window.0, round.window.1)?;
        session.execute(SET_TEXT, &[json!(round.text)])?;
        let mut open = None;
        let mut locked = BTreeSet::new();
        for visit in visits {
            if !self.wanted.visit(visit, round) {
                continue;
            }
            // The lock screen is the same wherever one was.
            if visit.state == "locked" && !locked.insert(&visit.window) {
                continue;
            }
            let page = (&visit.window, &visit.state);
            if open != Some(page) {
                self.open(visit, round)?;
                open = Some(page);
            }
            self.look(visit, round)?;
        }
        Ok(())
    }

    fn open(&self, visit: &Visit, round: &Round) -> Result<(), Failure> {
        let Visit { window, state, address, .. } = visit;
        let mut query = format!("window={window}&state={state}&theme={}&still", round.theme);
        if let Some(language) = self.wanted.language.as_deref().or(round.language) {
            query.push_str(&format!("&language={language}"));
        }
        let url = format!("{}/{}?{query}#{address}", self.pages.url(), round.document());
        let session = self.browser.session();
        session.go(&url)?;
        if round.narrow { session.enter_first_frame() } else { Ok(()) }
    }

    fn look(&mut self, visit: &Visit, round: &Round) -> Result<(), Failure> {
        let Visit { route, window, state, address } = visit;
        let name = format!("{route}.{window}.{state}.{}.{}", round.theme, round.name);
        // The window in which a profile is chosen follows the computer, which has one theme here.
        let session = self.browser.session();
        session.execute(SET_THEME, &[json!(round.theme)])?;
        let mut findings = look(session, Some(address), state, round.words_are_marked())?;
        if round.forced {
            // Its colours are nobody's design; what axe says of them says nothing.
            findings.extend(strings(&session.execute(FORCE_COLOURS, &[])?));
        } else {
            findings.extend(axe::findings(session, &name, round.rules, false)?);
        }
        self.seen.findings.extend(findings.into_iter().map(|finding| format!("{name}: {finding}")));
        self.seen.screens += 1;
        if let Some(folder) = &self.wanted.pictures {
            std::fs::write(folder.join(format!("{name}.png")), session.screenshot()?)?;
        }
        Ok(())
    }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Goes to an address of the open page, waits until nothing moves, and gives what is cut off; with `marked`, also the
/// words that stand in no catalogue.
fn look(
    session: &Session,
    address: Option<&str>,
    state: &str,
    marked: bool,
) -> Result<Vec<String>, Failure> {
    let answer = session.execute_async(LOOK, &[json!(address), json!(state), json!(marked)])?;
    let mut findings = strings(&answer["findings"]);
    if let Some(waiting) = answer["waiting"].as_str() {
        findings.push(format!("it never came to rest: {waiting}"));
    }
    Ok(findings)
}

/// The list the interface's own route table was written to, sorted so that a page is loaded seldom.
fn visits(folder: &Path) -> Result<Vec<Visit>, Failure> {
    let file = folder.join("visits.json");
    let text = std::fs::read_to_string(file)
        .map_err(|_| Failure::NotBuilt("the list of screens".into()))?;
    let list: Vec<Value> = serde_json::from_str(&text)
        .map_err(|error| Failure::Story(format!("the list of screens: {error}")))?;
    let word = |visit: &Value, key: &str| visit[key].as_str().unwrap_or_default().to_owned();
    let mut visits: Vec<Visit> = list
        .iter()
        .map(|visit| Visit {
            route: word(visit, "route"),
            window: word(visit, "window"),
            state: word(visit, "state"),
            address: word(visit, "address"),
        })
        .collect();
    visits.sort_by(|a, b| (&a.window, &a.state).cmp(&(&b.window, &b.state)));
    Ok(visits)
}
