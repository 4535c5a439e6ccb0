//! Every screen of the route table, in every state it can be in, light and dark, in the real engine with
//! invented data: nothing cut off, no finding of axe-core, and pictures where they are wanted.

mod frames;
pub mod gallery;
pub mod jumps;
mod kept;
mod rounds;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::rounds::Round;
use crate::axe::{self, Rules};
use crate::browser::Browser;
use crate::pages::Pages;
use crate::webdriver::Session;
use crate::{Computer, Failure};

/// What a page does to be looked at.
const LOOK: &str = include_str!("look.js");
/// All that can be read on it.
const WORDS: &str = "return document.body.innerText";
/// One step of a walk.
const ACT: &str = include_str!("act.js");
/// Draws the screen in the other colours, at once: where it stands is the same in both.
const SET_THEME: &str = "const [theme, done] = arguments; \
    if (window.invented?.theme) window.invented.theme(theme); else document.documentElement.dataset.theme = theme; \
    const finish = () => { for (const each of document.getAnimations()) \
      if (each.effect?.getComputedTiming().endTime !== Infinity) each.finish(); }; \
    finish(); requestAnimationFrame(() => { finish(); requestAnimationFrame(() => done(true)); });";
const SET_TEXT: &str = "localStorage.setItem('keyward.text-size', arguments[0])";
/// What moves although a person asked for less motion.
const MOTION: &str = include_str!("motion.js");
/// The colours of a person who has chosen a few for everything, as far as an engine that knows no such choice can show.
const FORCE_COLOURS: &str = include_str!("forced.js");
/// Size of the page: that of a new window of the app.
const WINDOW: (u32, u32) = (1180, 800);
/// A little narrower: tables of many columns have no room to spare.
const TIGHT: (u32, u32) = (1110, 800);
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
    /// Only the rounds of these names, with commas between them: `100`, `200`, `narrow`, `wide`, `forced`, `longer`, `rtl`.
    pub size: Option<String>,
    /// In this language instead of the round's own.
    pub language: Option<String>,
    /// Every state and every walk in every round: what is too slow for each change.
    pub whole: bool,
}

impl Wanted {
    fn round(&self, round: &Round) -> bool {
        self.themes(round).next().is_some()
            && self.size.as_ref().is_none_or(|some| some.split(',').any(|only| only == round.name))
    }

    fn themes<'a>(&'a self, round: &Round) -> impl Iterator<Item = &'static str> + use<'a> {
        let is_asked = |theme: &&str| self.theme.as_ref().is_none_or(|only| only == theme);
        round.themes.iter().copied().filter(is_asked)
    }

    fn visit(&self, visit: &Visit, round: &Round) -> bool {
        let every_state = self.whole || round.every_state || self.state.is_some();
        // The lock screen is one screen; what gives way to it is seen in the other states.
        (every_state || matches!(visit.state.as_str(), "full" | "locked"))
            && self.route(&visit.route)
            && self.state.as_ref().is_none_or(|only| *only == visit.state)
    }

    fn walk(&self, walk: &Walk, round: &Round) -> bool {
        // Who asks for walks by name gets them in every size.
        (self.whole || round.walks || self.state.is_some())
            && self.route(&walk.visit.route)
            && self.state.as_ref().is_none_or(|only| only == "walk")
    }

    fn route(&self, route: &str) -> bool {
        self.route.as_ref().is_none_or(|only| route.starts_with(only.as_str()))
    }
}

/// One screen in one state.
#[derive(Debug, Clone)]
struct Visit {
    route: String,
    window: String,
    state: String,
    address: String,
    /// What else the page is asked for.
    query: String,
}

/// A screen and what is done on it, step by step.
#[derive(Debug, Clone)]
struct Walk {
    visit: Visit,
    steps: Vec<Value>,
}

/// All there is to look at.
#[derive(Debug)]
struct List {
    visits: Vec<Visit>,
    walks: Vec<Walk>,
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
    let list = list(folder)?;
    let pages = Pages::serve(folder)?;
    if let Some(pictures) = &wanted.pictures {
        std::fs::create_dir_all(pictures)?;
    }
    let mut seen = Seen::default();
    for still in [false, true] {
        let mut asked =
            rounds::ALL.iter().filter(|round| wanted.round(round) && round.still == still);
        let Some(first) = asked.next() else { continue };
        let browser =
            if still { Browser::start_still(computer)? } else { Browser::start(computer)? };
        let mut run = Run { browser: &browser, pages: &pages, wanted, seen: &mut seen, loads: 0 };
        for round in std::iter::once(first).chain(asked) {
            run.round(&list, round)?;
        }
        browser.end()?;
    }
    // A walk that stops before it looks at anything has found something all the same.
    if seen.screens == 0 && seen.findings.is_empty() {
        return Err(Failure::Story("no screen fits what was asked for".into()));
    }
    Ok(seen)
}

struct Run<'a> {
    browser: &'a Browser,
    pages: &'a Pages,
    wanted: &'a Wanted,
    seen: &'a mut Seen,
    /// How often a page was loaded: part of each address, as an engine does not load anew what it has.
    loads: u32,
}

impl Run<'_> {
    /// All screens in one dress. The page is loaded anew for each window and state only.
    fn round(&mut self, list: &List, round: &Round) -> Result<(), Failure> {
        let session = self.browser.session();
        // Out of the frame of the round before.
        session.go(self.pages.url())?;
        self.browser.resize(round.window.0, round.window.1)?;
        session.execute(SET_TEXT, &[json!(round.text)])?;
        let mut open = None;
        let mut locked = BTreeSet::new();
        for visit in &list.visits {
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
        for walk in list.walks.iter().filter(|walk| self.wanted.walk(walk, round)) {
            self.walk(walk, round)?;
        }
        Ok(())
    }

    /// Does the steps of a walk on a page loaded for it, and looks wherever it says so.
    fn walk(&mut self, Walk { visit, steps }: &Walk, round: &Round) -> Result<(), Failure> {
        // A walk does things; what it changed must not stand in the next one.
        self.open(visit, round)?;
        look(self.browser.session(), Some(&visit.address), &visit.state, false)?;
        let mut before = String::new();
        for step in steps {
            if let Some(name) = step["look"].as_str() {
                let name = format!("{}~{name}", visit.route);
                self.look_named(&name, &Visit { address: String::new(), ..visit.clone() }, round)?;
                // A step that did nothing would be looked at as if it had.
                let words = self.browser.session().execute(WORDS, &[])?;
                let words = words.as_str().unwrap_or_default().to_owned();
                if words == before {
                    self.seen.findings.push(format!("{name}.{}: as it was before", round.name));
                }
                before = words;
                continue;
            }
            let problem = self.browser.session().execute_async(ACT, std::slice::from_ref(step))?;
            if let Some(problem) = problem.as_str() {
                let name = format!("{}.{}.{}", visit.route, visit.window, round.name);
                self.seen.findings.push(format!("{name}: {problem}"));
                break;
            }
        }
        Ok(())
    }

    fn open(&mut self, visit: &Visit, round: &Round) -> Result<(), Failure> {
        let Visit { window, state, address, query: more, .. } = visit;
        self.loads += 1;
        let theme = self.wanted.themes(round).next().unwrap_or("light");
        let mut query =
            format!("window={window}&state={state}&theme={theme}&{more}&load={}", self.loads);
        if let Some(language) = self.wanted.language.as_deref().or(round.language) {
            query.push_str(&format!("&language={language}"));
        }
        let url = format!("{}/{}?{query}#{address}", self.pages.url(), round.document());
        let session = self.browser.session();
        session.go(&url)?;
        if round.narrow { session.enter_first_frame() } else { Ok(()) }
    }

    fn look(&mut self, visit: &Visit, round: &Round) -> Result<(), Failure> {
        self.look_named(&visit.route, visit, round)
    }

    /// At the visit's address, or where the page stands if it has none.
    fn look_named(&mut self, route: &str, visit: &Visit, round: &Round) -> Result<(), Failure> {
        let Visit { window, state, address, .. } = visit;
        let address = Some(address.as_str()).filter(|address| !address.is_empty());
        let session = self.browser.session();
        let themes: Vec<_> = self.wanted.themes(round).collect();
        for (at, theme) in themes.iter().enumerate() {
            let name = format!("{route}.{window}.{state}.{theme}.{}", round.name);
            // The window in which a profile is chosen follows the computer, which has one theme here.
            if themes.len() > 1 || window == "welcome" {
                session.execute_async(SET_THEME, &[json!(theme)])?;
            }
            // Both themes have one structure: in the other one only colours say anything new.
            let (mut findings, rules) = if at == 0 {
                (look(session, address, state, round.words_are_marked())?, round.rules)
            } else {
                (Vec::new(), Rules::Colours)
            };
            findings.extend(self.judge(&name, round, rules)?);
            let findings = findings.into_iter().map(|finding| format!("{name}: {finding}"));
            self.seen.findings.extend(findings);
            self.seen.screens += 1;
            if let Some(folder) = &self.wanted.pictures {
                std::fs::write(folder.join(format!("{name}.png")), session.screenshot()?)?;
            }
        }
        // The next screen of the same window begins as this one did.
        if let Some(first) = themes.first().filter(|_| themes.len() > 1) {
            session.execute_async(SET_THEME, &[json!(first)])?;
        }
        Ok(())
    }

    /// What is wrong with the screen as it stands.
    fn judge(&self, name: &str, round: &Round, rules: Rules) -> Result<Vec<String>, Failure> {
        let session = self.browser.session();
        if round.forced {
            // Its colours are nobody's design; what axe says of them says nothing.
            let mut findings = strings(&session.execute(MOTION, &[])?);
            findings.extend(strings(&session.execute(FORCE_COLOURS, &[])?));
            return Ok(findings);
        }
        let mut findings = axe::findings(session, name, rules, false)?;
        // Within a frame of its own the engine would be led out of the narrow one.
        if !round.narrow && rules != Rules::Layout {
            findings.extend(frames::findings(session, name, rules)?);
        }
        // The arrow keys of the palette's field walk its list and scroll it; axe knows that of list boxes only.
        let walked = |each: &String| {
            name.contains("~palette") && each.contains("scrollable-region-focusable")
        };
        findings.retain(|each| !walked(each));
        Ok(findings)
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
fn list(folder: &Path) -> Result<List, Failure> {
    let file = folder.join("visits.json");
    let text = std::fs::read_to_string(file)
        .map_err(|_| Failure::NotBuilt("the list of screens".into()))?;
    let list: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::Story(format!("the list of screens: {error}")))?;
    let each = |key: &str| list[key].as_array().cloned().unwrap_or_default();
    let mut visits: Vec<Visit> = each("visits").iter().map(visit).collect();
    visits.sort_by(|a, b| (&a.window, &a.state).cmp(&(&b.window, &b.state)));
    let walks = each("walks")
        .iter()
        .map(|walk| Walk {
            visit: Visit { state: "full".into(), ..visit(walk) },
            steps: walk["steps"].as_array().cloned().unwrap_or_default(),
        })
        .collect();
    Ok(List { visits, walks })
}

fn visit(entry: &Value) -> Visit {
    let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    Visit {
        route: word("route"),
        window: word("window"),
        state: word("state"),
        address: word("address"),
        query: word("query"),
    }
}
