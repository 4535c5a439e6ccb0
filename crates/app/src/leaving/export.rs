//! Everything of a profile in one zip, in formats others can read: records and consents as FHIR R4
//! NDJSON (one file for each type of resource), the access history as `AuditEvent`, originals byte
//! for byte, settings as JSON, and a page to read it all in a browser.
//!
//! Nothing in it is encrypted: it is for the person, to take along. Keys, certificates and what is
//! only of use to this app stay out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use keyward_records::own_words;
use serde_json::{Value, json};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};

use super::page::{self, Contents, Shared};
use super::{audit, clinic, register};
use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::import;
use crate::patient::sharing;
use crate::ports::clinic::Register;
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::vault::{RecordFilter, RecordRow};
use crate::session::Session;
use crate::views::common::Role;
use crate::views::patient::OriginalOf;
use crate::views::words::ExportWords;

/// Records read at a time.
const PAGE: u64 = 256;
/// The page that a person opens first.
const INDEX: &str = "index.html";
/// What programs know stays as it is in every language: the names of files and folders.
const ABOUT: &str = "README.txt";
const CONSENTS: &str = "fhir/Consent.ndjson";
const ACCESSES: &str = "fhir/AuditEvent.ndjson";
const ORIGINALS: &str = "originals/";
const KEPT: &str = "kept/";
/// What was shared with a doctor, without any record of it: those are the patients'.
const RECEIVED: &str = "shares.json";
const SETTINGS: &str = "settings.json";
/// A clinic's register: for any program that knows FHIR, and whole.
const PEOPLE: &str = "fhir/Patient.ndjson";
const CLINICIANS: &str = "fhir/Practitioner.ndjson";
const ROLES: &str = "fhir/PractitionerRole.ndjson";
const REGISTER: &str = "register.json";

/// What is where, a line each.
fn about(words: &ExportWords, role: Role) -> String {
    let mut about = format!("{}\n\n", words.about);
    let of_doctor = [
        (INDEX, &words.about_page),
        (RECEIVED, &words.about_shares),
        (SETTINGS, &words.about_settings),
    ];
    let of_patient = [
        (INDEX, &words.about_page),
        ("fhir/*.ndjson (https://hl7.org/fhir/R4/)", &words.about_records),
        (CONSENTS, &words.about_shares),
        (ACCESSES, &words.about_looked),
        (ORIGINALS, &words.about_originals),
        (KEPT, &words.about_kept),
        (SETTINGS, &words.about_settings),
    ];
    let of_desk = [
        (INDEX, &words.about_page),
        (PEOPLE, &words.about_people),
        (CLINICIANS, &words.about_clinicians),
        (REGISTER, &words.about_register),
        (SETTINGS, &words.about_settings),
    ];
    let places = match role {
        Role::Patient => of_patient.as_slice(),
        Role::Doctor => of_doctor.as_slice(),
        Role::Desk => of_desk.as_slice(),
    };
    for (place, what) in places {
        about.push_str(&format!("{place}\n    {what}\n"));
    }
    about.push_str(&format!("\n{}\n", words.about_open));
    about
}

struct Archive<'a, 'o> {
    zip: ZipWriter<StreamWriter<&'o mut dyn Write>>,
    session: &'a Session,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
    step: Step,
}

/// Writes everything into `out`, which is whole only if this succeeds; what is there to be read by her in `words`.
/// Gives the number of records.
///
/// # Errors
/// [`ErrorCode::FileNotWritten`], [`ErrorCode::Cancelled`], else what the vault reports.
pub fn export(
    session: &Session,
    out: &mut dyn Write,
    words: &ExportWords,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<u64, AppError> {
    let total = session.read()?.count_records()?.iter().map(|(_, records)| records).sum();
    let step = Step { stage: Stage::Writing, total, ..Step::default() };
    let mut archive = Archive { zip: ZipWriter::new_stream(out), session, progress, cancel, step };
    let role = session.profile().role;
    let register = clinic::register(session)?;
    archive.file(ABOUT, |out| written(out.write_all(about(words, role).as_bytes())))?;
    let lines = archive.records()?;
    match role {
        Role::Patient => {
            archive.sharing()?;
            archive.originals()?;
        }
        Role::Doctor => archive.received()?,
        Role::Desk => archive.register(&register)?,
    }
    archive.settings()?;
    archive.index(&lines, &register, words)?;
    written(archive.zip.finish().map(drop).map_err(io::Error::other))?;
    Ok(total)
}

fn written(result: io::Result<()>) -> Result<(), AppError> {
    result.map_err(|_| ErrorCode::FileNotWritten.into())
}

/// A line of the page for a record.
pub(super) struct Line {
    pub(super) category: String,
    pub(super) date: Option<String>,
    pub(super) title: String,
    /// Keyward itself gave the title.
    pub(super) own_title: bool,
}

impl Archive<'_, '_> {
    fn file(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        if self.cancel.is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true);
        written(self.zip.start_file(name, options).map_err(io::Error::other))?;
        write(&mut self.zip)
    }

    /// Records by type of resource; a zip is written from front to back, so each type is gone
    /// through on its own.
    fn records(&mut self) -> Result<Vec<Line>, AppError> {
        let session = self.session;
        let mut types: BTreeMap<String, ()> = BTreeMap::new();
        let mut lines = Vec::new();
        each_record(session, self.cancel, |row| {
            types.insert(row.resource_type.clone(), ());
            let (category, date) = (row.category.clone(), row.date.clone());
            let own_title = own_words::made_here(&row.body);
            lines.push(Line { category, date, title: row.title.clone(), own_title });
            Ok(())
        })?;
        let (progress, cancel) = (self.progress, self.cancel);
        let mut step = self.step;
        for kind in types.keys() {
            self.file(&format!("fhir/{}.ndjson", safe(kind)), |out| {
                each_record(session, cancel, |row| {
                    if row.resource_type != *kind {
                        return Ok(());
                    }
                    written(out.write_all(&on_one_line(&row.body)))?;
                    step.done += 1;
                    progress.report(step);
                    Ok(())
                })
            })?;
        }
        self.step = step;
        Ok(lines)
    }

    fn sharing(&mut self) -> Result<(), AppError> {
        let session = self.session;
        let Some(enrolment) = Enrolment::load(&*session.read()?)? else { return Ok(()) };
        let patient = enrolment.person.map(|person| person.name).unwrap_or_default();
        let shares = sharing::list(session)?;
        self.file(CONSENTS, |out| {
            for share in &shares {
                let consent = sharing::receipt(session, &share.id)?.consent;
                written(out.write_all(&on_one_line(consent.as_bytes())))?;
            }
            Ok(())
        })?;
        let accesses = sharing::accesses(session)?;
        self.file(ACCESSES, |out| {
            for (id, access) in accesses.iter().enumerate() {
                let event = audit::event(id, access, &instant(access.time)?, &patient);
                written(writeln!(out, "{event}"))?;
            }
            Ok(())
        })
    }

    fn received(&mut self) -> Result<(), AppError> {
        let shares = doctor::home(self.session)?.shares;
        self.file(RECEIVED, |out| {
            let json = serde_json::to_vec_pretty(&shares).map_err(|_| ErrorCode::Internal)?;
            written(out.write_all(&json))
        })
    }

    fn register(&mut self, all: &Register) -> Result<(), AppError> {
        self.ndjson(PEOPLE, all.people.iter().map(register::patient))?;
        self.ndjson(CLINICIANS, all.clinicians.iter().map(register::practitioner))?;
        self.ndjson(ROLES, all.clinicians.iter().map(register::role))?;
        self.file(REGISTER, |out| {
            let whole = json!({ "people": all.people, "clinicians": all.clinicians });
            written(serde_json::to_writer_pretty(out, &whole).map_err(io::Error::from))
        })
    }

    fn ndjson(
        &mut self,
        name: &str,
        resources: impl Iterator<Item = Value>,
    ) -> Result<(), AppError> {
        self.file(name, |out| {
            for resource in resources {
                written(writeln!(out, "{resource}"))?;
            }
            Ok(())
        })
    }

    fn originals(&mut self) -> Result<(), AppError> {
        let session = self.session;
        let mut number = 0;
        for import in import::list(session)? {
            for file in import::files(session, &import.id)? {
                number += 1;
                if file.original {
                    let of = OriginalOf::File { source: file.source.clone() };
                    let name = format!("{ORIGINALS}{number:05}-{}", safe(&file.name));
                    self.file(&name, |out| import::export(session, &of, Some(out)).map(drop))?;
                }
                for piece in &file.kept {
                    let (source, index) = (file.source.clone(), piece.index);
                    let of = OriginalOf::Piece { source, index };
                    let name = format!("{KEPT}{number:05}-{index}-{}", safe(&file.name));
                    self.file(&name, |out| import::export(session, &of, Some(out)).map(drop))?;
                }
            }
        }
        Ok(())
    }

    fn settings(&mut self) -> Result<(), AppError> {
        let settings = self.session.settings()?;
        self.file(SETTINGS, |out| {
            let json = serde_json::to_vec_pretty(&settings).map_err(|_| ErrorCode::Internal)?;
            written(out.write_all(&json))
        })
    }

    fn index(
        &mut self,
        lines: &[Line],
        register: &Register,
        words: &ExportWords,
    ) -> Result<(), AppError> {
        let session = self.session;
        let enrolled = Enrolment::load(&*session.read()?)?.is_some();
        let role = session.profile().role;
        let (shares, accesses) = match role {
            Role::Patient if enrolled => {
                let given = sharing::list(session)?.into_iter().map(Shared::from);
                (given.collect(), sharing::accesses(session)?)
            }
            Role::Doctor => {
                let received = doctor::home(session)?.shares.into_iter().map(Shared::from);
                (received.collect(), Vec::new())
            }
            _ => (Vec::new(), Vec::new()),
        };
        let contents = Contents {
            role,
            name: &session.profile().name,
            made: session.now(),
            lines,
            shares: &shares,
            accesses: &accesses,
            register,
        };
        let page = page::page(&contents, words)?;
        self.file(INDEX, |out| written(out.write_all(page.as_bytes())))
    }
}

/// Every record, a page at a time.
fn each_record(
    session: &Session,
    cancel: &Cancel,
    mut work: impl FnMut(&RecordRow) -> Result<(), AppError>,
) -> Result<(), AppError> {
    let tx = session.read()?;
    let mut after = None;
    loop {
        if cancel.is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        let filter = RecordFilter { after, limit: Some(PAGE), ..RecordFilter::default() };
        let rows = tx.records(&filter)?;
        rows.iter().try_for_each(&mut work)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
    }
}

/// JSON as one line with its end: white space between tokens goes, every token stays as it was
/// written (numbers in records keep their digits).
fn on_one_line(json: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(json.len() + 1);
    let (mut in_text, mut escaped) = (false, false);
    for &byte in json {
        if in_text {
            in_text = byte != b'"' || escaped;
            escaped = byte == b'\\' && !escaped;
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_text = byte == b'"';
            escaped = false;
        }
        line.push(byte);
    }
    line.push(b'\n');
    line
}

/// A name as it may stand in an archive: no folders, nothing that some system cannot write.
fn safe(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '_' };
    let name: String = name.chars().map(plain).take(100).collect();
    name.trim_matches(['.', ' ']).to_owned()
}

/// Seconds since 1970 as a FHIR instant.
pub(super) fn instant(at: UnixSeconds) -> Result<String, AppError> {
    let seconds = i64::try_from(at).map_err(|_| ErrorCode::Internal)?;
    let moment = jiff::Timestamp::from_second(seconds).map_err(|_| ErrorCode::Internal)?;
    Ok(moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_becomes_one_line_and_keeps_its_digits() {
        let json = b"{\n  \"value\": 1.10,\t\"text\": \"a \\\" b\\\\\",\r\n \"n\": [1, 2]\n}\n";
        let line = on_one_line(json);
        assert_eq!(line, b"{\"value\":1.10,\"text\":\"a \\\" b\\\\\",\"n\":[1,2]}\n");
    }

    #[test]
    fn names_of_files_reach_no_other_folder() {
        assert_eq!(safe("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(safe("a/b\\c:d.pdf"), "a_b_c_d.pdf");
        assert_eq!(safe("记录 1.pdf"), "记录 1.pdf");
    }
}
