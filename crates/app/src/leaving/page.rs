//! The page of an export: plain HTML without a script, to be read in any browser, in the language of the app. What a
//! record says stays in the words it came with; only titles Keyward itself gave are said in that language too.

use std::fmt::Write as _;

use super::export::Line;
use super::receipt::{lang, moment};
use crate::error::{AppError, ErrorCode};
use crate::ports::clinic::Register;
use crate::ports::clock::UnixSeconds;
use crate::views::common::Role;
use crate::views::doctor::{PatientLabel, PatientRow};
use crate::views::patient::{AccessView, ShareView};
use crate::views::words::ExportWords;

pub(super) const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em .6em .3em 0;\
    border-bottom:1px solid #ccc;vertical-align:top}";

/// A share on the page, given or received.
pub(super) struct Shared {
    with: String,
    from: UnixSeconds,
    until: UnixSeconds,
    number: String,
}

impl From<ShareView> for Shared {
    fn from(share: ShareView) -> Self {
        Self {
            with: format!("{}, {}", share.doctor.name, share.doctor.organisation),
            from: share.created,
            until: share.until,
            number: share.number,
        }
    }
}

impl From<PatientRow> for Shared {
    fn from(row: PatientRow) -> Self {
        let with = match row.patient {
            PatientLabel::Named { name, .. } => name,
            PatientLabel::Pseudonym { text } => text,
        };
        Self { with, from: row.from, until: row.until, number: row.persona.join(" ") }
    }
}

/// What the page is about.
pub(super) struct Contents<'a> {
    pub(super) role: Role,
    pub(super) name: &'a str,
    pub(super) made: UnixSeconds,
    pub(super) lines: &'a [Line],
    pub(super) shares: &'a [Shared],
    pub(super) accesses: &'a [AccessView],
    /// Of a desk's clinic.
    pub(super) register: &'a Register,
}

/// The whole page.
///
/// # Errors
/// [`ErrorCode::Internal`] for a time that is none.
pub(super) fn page(contents: &Contents<'_>, words: &ExportWords) -> Result<String, AppError> {
    let mut page = Page(String::new());
    page.put(format_args!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{}</title><style>{STYLE}</style><h1>{}</h1><p>{} {}</p>",
        lang(&words.lang),
        text(&words.title.replace("{name}", contents.name)),
        text(contents.name),
        text(&words.made.replace("{date}", &moment(contents.made)?)),
        text(&words.where_is_what),
    ))?;
    // A doctor has no records of her own, and nobody looks at her.
    let patient = contents.role == Role::Patient;
    if patient {
        page.records(contents.lines, words)?;
    }
    if contents.role == Role::Desk {
        page.register(contents.register, words)?;
    } else {
        page.shares(contents.shares, words)?;
    }
    if patient {
        page.accesses(contents.accesses, words)?;
    }
    page.put(format_args!("</html>"))?;
    Ok(page.0)
}

struct Page(String);

impl Page {
    fn put(&mut self, written: std::fmt::Arguments<'_>) -> Result<(), AppError> {
        self.0.write_fmt(written).map_err(|_| ErrorCode::Internal.into())
    }

    fn table(&mut self, heading: &str, rows: usize, columns: &[&str]) -> Result<(), AppError> {
        self.put(format_args!("<h2>{} ({rows})</h2><table><tr>", text(heading)))?;
        columns.iter().try_for_each(|column| self.put(format_args!("<th>{}", text(column))))?;
        self.put(format_args!("</tr>"))
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), AppError> {
        self.put(format_args!("<tr>"))?;
        cells.iter().try_for_each(|cell| self.put(format_args!("<td>{}", text(cell))))?;
        self.put(format_args!("</tr>"))
    }

    fn records(&mut self, lines: &[Line], words: &ExportWords) -> Result<(), AppError> {
        self.table(&words.records, lines.len(), &[&words.date, &words.what, &words.kind])?;
        for line in lines {
            let titled = line.own_title.then(|| words.titles.get(&line.title)).flatten();
            self.row(&[
                line.date.as_deref().unwrap_or(&words.no_date),
                titled.unwrap_or(&line.title),
                words.kinds.get(&line.category).unwrap_or(&line.category),
            ])?;
        }
        self.put(format_args!("</table>"))
    }

    fn shares(&mut self, shares: &[Shared], words: &ExportWords) -> Result<(), AppError> {
        let columns = [&*words.with, &*words.from, &*words.until, &*words.number];
        self.table(&words.shares, shares.len(), &columns)?;
        for share in shares {
            self.row(&[&share.with, &moment(share.from)?, &moment(share.until)?, &share.number])?;
        }
        self.put(format_args!("</table>"))
    }

    fn register(&mut self, register: &Register, words: &ExportWords) -> Result<(), AppError> {
        let columns = [&*words.who, &*words.born, &*words.number, &*words.state];
        self.table(&words.people, register.people.len(), &columns)?;
        for person in &register.people {
            let draft = &person.person;
            self.row(&[
                &draft.full_name(),
                &draft.birth_date,
                draft.record_number.as_deref().unwrap_or_default(),
                &stands(&person.state, words),
            ])?;
        }
        let columns = [&*words.who, &*words.role, &*words.organisation, &*words.state];
        self.put(format_args!("</table>"))?;
        self.table(&words.clinicians, register.clinicians.len(), &columns)?;
        for clinician in &register.clinicians {
            let draft = &clinician.clinician;
            let state = stands(&clinician.state, words);
            self.row(&[&draft.name, &draft.role, &draft.organisation, &state])?;
        }
        self.put(format_args!("</table>"))
    }

    fn accesses(&mut self, accesses: &[AccessView], words: &ExportWords) -> Result<(), AppError> {
        let columns = [&*words.when, &*words.who, &*words.records_seen];
        self.table(&words.looked, accesses.len(), &columns)?;
        for access in accesses {
            self.row(&[
                &moment(access.time)?,
                &format!("{}, {}", access.doctor_name, access.organisation),
                &access.records.to_string(),
            ])?;
        }
        self.put(format_args!("</table>"))
    }
}

/// Where somebody stands in a register, in her words; by its name there if there are none.
fn stands(state: &impl serde::Serialize, words: &ExportWords) -> String {
    let name = serde_json::to_value(state).ok();
    let name = name.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    words.states.get(name).map_or(name, String::as_str).to_owned()
}

/// Text as HTML shows it, whatever stands in it.
pub(super) fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents<'a>(name: &'a str, lines: &'a [Line]) -> Contents<'a> {
        Contents {
            role: Role::Patient,
            name,
            made: 1_793_534_400,
            lines,
            shares: &[],
            accesses: &[],
            register: Box::leak(Box::default()),
        }
    }

    fn line(title: &str, own_title: bool) -> Line {
        Line { category: "results".into(), date: None, title: title.into(), own_title }
    }

    #[test]
    fn what_a_record_says_stays_text() {
        let lines = [line("<script>alert(1)</script> & \"'", false)];
        let mut words = ExportWords::of_keys();
        words.lang = "en\"><script>".to_owned();
        words.records = "<script>".to_owned();
        let page = page(&contents("A <b>", &lines), &words).unwrap();
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;"));
        assert!(!page.contains("<script") && !page.contains("<b>"));
    }

    #[test]
    fn it_is_in_her_words_and_what_others_wrote_is_as_it_came() {
        let lines = [line("Body weight", true), line("Body weight", false)];
        let mut words = ExportWords::of_keys();
        words.lang = "zh-Hans".to_owned();
        words.kinds.insert("results".to_owned(), "检验结果".to_owned());
        words.titles.insert("Body weight".to_owned(), "体重".to_owned());
        let page = page(&contents("Anna", &lines), &words).unwrap();
        for expected in [
            "<html lang=\"zh-Hans\">",
            "<title>title Anna</title>",
            "made 2026-11-01 12:00 UTC whereIsWhat",
            "<tr><td>noDate<td>体重<td>检验结果</tr>",
            "<tr><td>noDate<td>Body weight<td>检验结果</tr>",
        ] {
            assert!(page.contains(expected), "{expected}: {page}");
        }
        for english in ["Export", "Records", "Shares", "looked at", "no date", "results<"] {
            assert!(!page.contains(english), "{english}: {page}");
        }
    }
}
