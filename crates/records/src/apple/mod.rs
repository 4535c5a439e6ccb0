//! The `export.xml` of Apple Health, read piece by piece in memory that does not grow with the file.
//!
//! A watch measures the heart every few minutes for years. Such types, and counts of steps and
//! energy, become one Observation per day and source with smallest, largest, mean, sum and number;
//! everything else becomes one Observation each. Nothing is lost by that: the original file is kept
//! beside the records byte for byte, and each summary says what it is.
//!
//! * Blood pressure is one Observation; Apple writes its two numbers again as single records, which
//!   are recognised by source and time.
//! * References to clinical records lead to FHIR files beside the export, which are imported as such.
//! * Types that are not in the table are counted and kept as source by their first record.
//! * Percentages are fractions in Apple's file (`0.97`, unit `%`) and become percentages.
//!
//! The document type definition inside real exports is skipped, not read (that of some versions is
//! not even well formed); entities are refused, see [`scan`].

mod day;
mod kinds;
mod make;
mod scan;
mod time;
mod unit;
mod words;

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;

use self::day::Days;
use self::kinds::{Handling, Kind};
use self::make::Sample;
use self::scan::{Scanner, Tag};
use crate::category::Category;
use crate::date::PartialDate;
use crate::fingerprint;
use crate::format::{Batch, Batches};
use crate::identity::PatientIdentity;
use crate::json::Json;
use crate::limits::Limits;
use crate::parsed::{KeptAsSource, KeptReason, ParseError, Resource};

pub(crate) use self::words::{titles, values};

/// Resources in one batch.
const BATCH: usize = 1000;
/// A batch is handed out at least so often, so that progress moves and a stop is noticed.
const BREATH: u64 = 4 << 20;
/// Types that are not understood and are told one by one.
const UNKNOWN_TYPES: usize = 500;
/// Blood pressures that wait for the word whether they stand in a correlation.
const WAITING: usize = 20_000;

/// `meta.source` of everything made here.
pub(crate) const SOURCE: &str = "urn:keyward:apple-health";

/// Opens an export.
///
/// # Errors
/// If the beginning is none: [`ParseError::NotText`], [`ParseError::Entities`],
/// [`ParseError::Damaged`], [`ParseError::Truncated`].
pub(crate) fn open<'a>(
    reader: Box<dyn Read + 'a>,
    limits: &Limits,
) -> Result<Box<dyn Batches + 'a>, ParseError> {
    let mut export = Export {
        scanner: Scanner::open(reader)?,
        limits: limits.clone(),
        patients: Vec::new(),
        ready: VecDeque::new(),
        kept: Vec::new(),
        days: Days::default(),
        unknown: BTreeMap::new(),
        pressures: BTreeMap::new(),
        correlation: None,
        path: Vec::new(),
        made: 0,
        ended: false,
        over: false,
    };
    // Who it is about stands in front of all records.
    while export.patients.is_empty() && export.ready.is_empty() && export.step()? {
        if export.scanner.bytes_read() > BREATH {
            break;
        }
    }
    Ok(Box::new(export))
}

/// What was seen of a type that is not understood.
struct Unknown {
    count: u64,
    first: String,
}

struct Export<'a> {
    scanner: Scanner<Box<dyn Read + 'a>>,
    limits: Limits,
    patients: Vec<PatientIdentity>,
    ready: VecDeque<Resource>,
    kept: Vec<KeptAsSource>,
    days: Days,
    unknown: BTreeMap<String, Unknown>,
    /// Single records of blood pressure, by source, time and kind, that may stand in a correlation.
    pressures: BTreeMap<(String, String, &'static str), Sample>,
    /// The correlation that is open, with its parts.
    correlation: Option<(String, Vec<Sample>)>,
    /// The elements that are open.
    path: Vec<String>,
    made: usize,
    /// The root element is closed: what follows is not looked at.
    ended: bool,
    over: bool,
}

impl Batches for Export<'_> {
    fn next_batch(&mut self) -> Result<Option<Batch>, ParseError> {
        let start = self.scanner.bytes_read();
        while self.ready.len() < BATCH && !self.over && self.scanner.bytes_read() - start < BREATH {
            self.over = !self.step()?;
            if self.over {
                self.close()?;
            }
        }
        let many = self.ready.len().min(BATCH);
        let batch = Batch {
            resources: self.ready.drain(..many).collect(),
            kept_as_source: if self.ready.is_empty() {
                std::mem::take(&mut self.kept)
            } else {
                Vec::new()
            },
            bytes_read: self.scanner.bytes_read(),
        };
        let empty = batch.resources.is_empty() && batch.kept_as_source.is_empty();
        Ok((!self.over || !empty).then_some(batch))
    }

    fn patients(&self) -> &[PatientIdentity] {
        &self.patients
    }
}

impl Export<'_> {
    /// Reads one tag; `false` at the end of the document.
    fn step(&mut self) -> Result<bool, ParseError> {
        if self.ended {
            return Ok(false);
        }
        let offset = self.scanner.offset();
        let Some(tag) = self.scanner.next_tag()? else {
            // The root is closed, or the file was cut off.
            return if self.path.is_empty() {
                Ok(false)
            } else {
                Err(ParseError::Truncated { offset })
            };
        };
        if tag.closes() {
            if self.path.pop().as_deref() != Some(tag.name()) {
                return Err(ParseError::Damaged { offset });
            }
            if tag.name() == "Correlation" {
                self.end_correlation()?;
            }
            self.ended = self.path.is_empty();
            return Ok(!self.ended);
        }
        let inside = self.path.len();
        if inside > scan::MAX_DEPTH {
            return Err(ParseError::TooDeep { offset });
        }
        let name = tag.name().to_owned();
        let empty = tag.is_empty();
        self.element(&tag, inside)?;
        if empty {
            if name == "Correlation" {
                self.end_correlation()?;
            }
        } else {
            self.path.push(name);
        }
        Ok(true)
    }

    fn element(&mut self, tag: &Tag, inside: usize) -> Result<(), ParseError> {
        let in_correlation = self.correlation.is_some();
        match (tag.name(), inside) {
            ("HealthData", 0) | ("ExportDate", 1) => Ok(()),
            ("Me", 1) => {
                self.me(tag);
                Ok(())
            }
            ("Record", 1) => self.record(tag),
            ("Record", 2) if in_correlation => self.part(tag),
            ("Correlation", 1) => {
                let kind = tag.attribute("type").unwrap_or_default();
                self.correlation = Some((kind, Vec::new()));
                Ok(())
            }
            ("Workout", 1) => match make::workout(tag) {
                Some(json) => self.make(&json),
                None => {
                    self.not_understood("Workout", tag);
                    Ok(())
                }
            },
            // Its parts are records of their own.
            ("ClinicalRecord", 1) => Ok(()),
            // Apple's sums of what stands in the records.
            ("ActivitySummary", 1) => Ok(()),
            (other, 1) => {
                let kind = tag.attribute("type").unwrap_or_else(|| other.to_owned());
                self.not_understood(&kind, tag);
                Ok(())
            }
            (_, 0) => Err(ParseError::WrongContent { claimed: crate::format::Format::AppleHealth }),
            _ => Ok(()),
        }
    }

    fn me(&mut self, tag: &Tag) {
        let born = tag.attribute("HKCharacteristicTypeIdentifierDateOfBirth");
        let sex = match tag.attribute("HKCharacteristicTypeIdentifierBiologicalSex").as_deref() {
            Some("HKBiologicalSexFemale") => Some("female"),
            Some("HKBiologicalSexMale") => Some("male"),
            Some("HKBiologicalSexOther") => Some("other"),
            _ => None,
        };
        let birth_date = born.as_deref().and_then(PartialDate::parse);
        if birth_date.is_some() || sex.is_some() {
            let sex = sex.map(str::to_owned);
            self.patients.push(PatientIdentity { names: Vec::new(), birth_date, sex });
        }
    }

    fn record(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let type_name = tag.attribute("type").unwrap_or_default();
        let Some(kind) = Kind::of(&type_name) else {
            self.not_understood(&type_name, tag);
            return Ok(());
        };
        let Some(sample) = Sample::read(kind, tag) else {
            self.not_understood(&type_name, tag);
            return Ok(());
        };
        match sample.kind.handling {
            Handling::Single => self.make(&sample.observation()),
            Handling::Pressure(loinc) => self.hold_pressure(sample, loinc),
            Handling::Day(_) => {
                if self.days.add(&sample) {
                    self.flush_days(false)?;
                }
                Ok(())
            }
        }
    }

    fn part(&mut self, tag: &Tag) -> Result<(), ParseError> {
        let type_name = tag.attribute("type").unwrap_or_default();
        let sample = Kind::of(&type_name).and_then(|kind| Sample::read(kind, tag));
        match (sample, &mut self.correlation) {
            (Some(sample), Some((_, parts))) if parts.len() < 16 => {
                parts.push(sample);
                Ok(())
            }
            _ => {
                self.not_understood(&type_name, tag);
                Ok(())
            }
        }
    }

    fn end_correlation(&mut self) -> Result<(), ParseError> {
        let Some((kind, parts)) = self.correlation.take() else { return Ok(()) };
        // Food and its nutrients: those stand as records of their own.
        if kind != "HKCorrelationTypeIdentifierBloodPressure" || parts.is_empty() {
            return Ok(());
        }
        for part in &parts {
            if let Handling::Pressure(loinc) = part.kind.handling {
                self.pressures.remove(&(part.source.clone(), part.start.clone(), loinc));
            }
        }
        self.make(&make::pressure(&parts))
    }

    fn hold_pressure(&mut self, sample: Sample, loinc: &'static str) -> Result<(), ParseError> {
        if self.pressures.len() >= WAITING
            && let Some((_, oldest)) = self.pressures.pop_first()
        {
            self.make(&make::pressure(&[oldest]))?;
        }
        self.pressures.insert((sample.source.clone(), sample.start.clone(), loinc), sample);
        Ok(())
    }

    /// The end of the file: what was gathered is handed out.
    fn close(&mut self) -> Result<(), ParseError> {
        self.flush_days(true)?;
        // Two numbers of one moment and source are one measurement even without a correlation.
        let mut together: BTreeMap<(String, String), Vec<Sample>> = BTreeMap::new();
        for ((source, start, _), sample) in std::mem::take(&mut self.pressures) {
            together.entry((source, start)).or_default().push(sample);
        }
        for parts in together.into_values() {
            self.make(&make::pressure(&parts))?;
        }
        for (kind, unknown) in std::mem::take(&mut self.unknown) {
            let text = format!(
                "<!-- {} of this kind ({kind}) are in the original file. The first: -->\n{}\n",
                unknown.count, unknown.first
            );
            self.keep(text.into_bytes());
        }
        Ok(())
    }

    fn flush_days(&mut self, all: bool) -> Result<(), ParseError> {
        for (key, day) in self.days.take(all) {
            let json = make::day(&key, &day);
            self.make(&json)?;
        }
        Ok(())
    }

    fn make(&mut self, json: &Json) -> Result<(), ParseError> {
        let index = self.next_index()?;
        self.ready.push_back(Resource::made(index, json));
        Ok(())
    }

    fn next_index(&mut self) -> Result<usize, ParseError> {
        if self.made >= self.limits.max_resources {
            return Err(ParseError::TooManyResources { limit: self.limits.max_resources });
        }
        self.made += 1;
        Ok(self.made - 1)
    }

    fn not_understood(&mut self, kind: &str, tag: &Tag) {
        let kind: String = kind.chars().filter(|c| c.is_ascii_alphanumeric()).take(100).collect();
        let kind = if self.unknown.len() >= UNKNOWN_TYPES && !self.unknown.contains_key(&kind) {
            "further types".to_owned()
        } else {
            kind
        };
        let unknown =
            self.unknown.entry(kind).or_insert_with(|| Unknown { count: 0, first: tag.excerpt() });
        unknown.count += 1;
    }

    fn keep(&mut self, bytes: Vec<u8>) {
        let index = self.made;
        self.made += 1;
        let fingerprint = fingerprint::of_source(&bytes);
        let resource = Resource {
            index,
            resource_type: String::new(),
            bytes,
            category: Category::Other,
            kinds: Vec::new(),
            within: Vec::new(),
            date: None,
            title: String::new(),
            fingerprint,
            full_url: None,
            place: None,
            line: None,
        };
        self.kept.push(KeptAsSource { index, reason: KeptReason::NoEquivalent, resource });
    }
}

#[cfg(test)]
mod tests;
