//! Words that are shown outside of a page (in a dialog of the system, in a file that is saved), in the language of
//! the page that asks for them: the catalogues are there only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The words of a dialog in which files are picked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PickWords {
    /// Its title.
    pub title: String,
    /// What the files that fit are called.
    pub files: String,
    /// What all files are called, where these can be picked too.
    pub all: String,
}

/// The words of a dialog in which a place to save to is picked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct SaveWords {
    /// Its title.
    pub title: String,
    /// Name to begin with, without its ending, for what has none of its own.
    pub name: String,
}

/// The words of an export: of the page in it, and of the text that says what is where. `{name}` in `title` stands
/// for the profile, `{date}` in `made` for the time.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
#[allow(missing_docs, reason = "each is the label or sentence of its name")]
pub struct ExportWords {
    /// The language, as HTML names it.
    pub lang: String,
    pub title: String,
    pub made: String,
    pub where_is_what: String,
    pub records: String,
    pub date: String,
    pub what: String,
    pub kind: String,
    pub no_date: String,
    pub shares: String,
    pub with: String,
    pub from: String,
    pub until: String,
    pub number: String,
    pub looked: String,
    pub when: String,
    pub who: String,
    pub records_seen: String,
    pub about: String,
    pub about_page: String,
    pub about_records: String,
    pub about_shares: String,
    pub about_looked: String,
    pub about_originals: String,
    pub about_kept: String,
    pub about_settings: String,
    pub about_open: String,
    pub people: String,
    pub clinicians: String,
    pub born: String,
    pub state: String,
    pub role: String,
    pub organisation: String,
    pub about_people: String,
    pub about_clinicians: String,
    pub about_register: String,
    /// Where somebody in a register stands, by the state's name there (`enrolled`, ...).
    pub states: BTreeMap<String, String>,
    /// Names of the kinds of records, by `keyward_records::Category::as_str`.
    pub kinds: BTreeMap<String, String>,
    /// What titles that Keyward itself gave to records are called (`keyward_records::own_words`).
    pub titles: BTreeMap<String, String>,
}

impl ExportWords {
    /// Every word its own name, for tests.
    #[doc(hidden)]
    #[must_use]
    pub fn of_keys() -> Self {
        let word = str::to_owned;
        Self {
            lang: word("en"),
            title: word("title {name}"),
            made: word("made {date}"),
            where_is_what: word("whereIsWhat"),
            records: word("records"),
            date: word("date"),
            what: word("what"),
            kind: word("kind"),
            no_date: word("noDate"),
            shares: word("shares"),
            with: word("with"),
            from: word("from"),
            until: word("until"),
            number: word("number"),
            looked: word("looked"),
            when: word("when"),
            who: word("who"),
            records_seen: word("recordsSeen"),
            about: word("about"),
            about_page: word("aboutPage"),
            about_records: word("aboutRecords"),
            about_shares: word("aboutShares"),
            about_looked: word("aboutLooked"),
            about_originals: word("aboutOriginals"),
            about_kept: word("aboutKept"),
            about_settings: word("aboutSettings"),
            about_open: word("aboutOpen"),
            people: word("people"),
            clinicians: word("clinicians"),
            born: word("born"),
            state: word("state"),
            role: word("role"),
            organisation: word("organisation"),
            about_people: word("aboutPeople"),
            about_clinicians: word("aboutClinicians"),
            about_register: word("aboutRegister"),
            states: BTreeMap::new(),
            kinds: BTreeMap::new(),
            titles: BTreeMap::new(),
        }
    }
}
