//! The reading index: what lists, counts and searches of a chart are answered from, so that a chart
//! of 100 000 records is read a page at a time. It stands in the same store as the records, is
//! written in the same transactions and can be made anew from them at any time.
//!
//! A *scope* is one chart as one reader sees it: `own`, `share/<grant>` or `preview/<id>`. A *line*
//! is one record in one scope. What a line says is the use cases' concern; the store keeps the few
//! columns by which lines are chosen and ordered, and the words by which they are found.

use keyward_protocol::ids::RecordId;
use serde::{Deserialize, Serialize};

use super::vault::VaultError;

/// The `standing` of a line that no list of the summary holds.
pub const NO_STANDING: u8 = 255;

/// What scopes whose names begin so are: they do not outlive the opening of the store. They are
/// removed when the store is closed and, if that did not come to it, when it is opened.
pub const PASSING: &str = "preview/";

/// One record to put into a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLine {
    /// The record.
    pub id: RecordId,
    /// The section it is shown in (`Category::as_str`).
    pub section: String,
    /// The compartment it is kept in (`Category::as_str`).
    pub compartment: String,
    /// Date whose text order is time order.
    pub date: Option<String>,
    /// Key of what it measures, if it is a measurement.
    pub analyte: Option<String>,
    /// Which list of the summary it belongs to, see the use cases; [`NO_STANDING`]: none.
    pub standing: u8,
    /// Whether the laboratory flagged it.
    pub flagged: bool,
    /// Whether it is shown as source only.
    pub source_only: bool,
    /// Hash of the name by which other records of its origin refer to it.
    pub handle: Option<i64>,
    /// Hash of what it says, if the same may be said by a record of another origin too: then only
    /// the first of them is shown, and the others are named with it.
    pub content: Option<i64>,
    /// Hash of where it came from.
    pub origin: i64,
    /// What the use cases need beside the item, mostly nothing.
    pub extra: Option<String>,
    /// The item as a list shows it (JSON).
    pub item: String,
    /// Its title, for the search.
    pub title: String,
    /// All other words in it, for the search.
    pub words: String,
    /// How much of it the words are: bits [`IN_PART`] and [`WAITS`].
    #[serde(default)]
    pub searched: u8,
}

/// Bit of [`NewLine::searched`]: there is more than is searched.
pub const IN_PART: u8 = 1;
/// Bit of [`NewLine::searched`]: letters in the record have to be looked into.
pub const WAITS: u8 = 2;

/// A record with letters that have to be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// See [`Line::arrival`]: another line of the same record has another.
    pub arrival: u64,
    /// The record.
    pub id: RecordId,
}

/// How many records of a scope the search does not know whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Searched {
    /// Letters in them have to be looked into.
    pub waiting: u64,
    /// There is more in them than is searched.
    pub in_part: u64,
}

/// One line as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its place in the order of arrival within the scope, from 1; never used again.
    pub arrival: u64,
    /// The record.
    pub id: RecordId,
    /// See [`NewLine::section`].
    pub section: String,
    /// See [`NewLine::compartment`].
    pub compartment: String,
    /// See [`NewLine::date`].
    pub date: Option<String>,
    /// See [`NewLine::extra`].
    pub extra: Option<String>,
    /// See [`NewLine::item`].
    pub item: String,
}

/// Which lines of a scope. Newest first; those without a date last; ties by arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Only these sections; empty: all.
    pub sections: Vec<String>,
    /// Only this standing.
    pub standing: Option<u8>,
    /// Only lines whose words contain all of one of its lines (the last letters of a word may be missing).
    pub text: Option<String>,
    /// Only lines with a date at or after this one (text order).
    pub from: Option<String>,
    /// Only lines with a date before this one (text order).
    pub before: Option<String>,
    /// Only this analyte.
    pub analyte: Option<String>,
    /// Only flagged ones.
    pub flagged: bool,
    /// Only those shown as source only.
    pub source_only: bool,
    /// Only those that arrived after this place.
    pub arrived_after: Option<u64>,
    /// How many to leave out first.
    pub offset: u64,
    /// At most so many.
    pub limit: u64,
}

impl LineFilter {
    /// Whether nothing but sections narrows the choice: then counts are at hand.
    pub fn is_by_section(&self) -> bool {
        self.standing.is_none()
            && self.text.is_none()
            && self.from.is_none()
            && self.before.is_none()
            && self.analyte.is_none()
            && self.arrived_after.is_none()
    }
}

/// Lines of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthCount {
    /// `2018-08`, `2018`, or empty for lines without a date.
    pub month: String,
    /// Their section.
    pub section: String,
    /// How many.
    pub lines: u64,
}

/// Lines of a section and compartment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionCount {
    /// The section.
    pub section: String,
    /// The compartment.
    pub compartment: String,
    /// How many.
    pub lines: u64,
    /// How many of them are shown as source only.
    pub source_only: u64,
}

/// An analyte with its newest lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyteLines {
    /// Its key.
    pub key: String,
    /// How many lines.
    pub lines: u64,
    /// The newest.
    pub latest: Line,
    /// The one before.
    pub previous: Option<Line>,
}

/// Something found by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLine {
    /// The line.
    pub line: Line,
    /// Its title as it was indexed.
    pub title: String,
    /// Its words as they were indexed.
    pub words: String,
}

/// The reading index, as part of a transaction.
pub trait ReadingIndex {
    /// Puts lines into a scope; a line of the same record there is replaced. Gives how many of them
    /// are not shown themselves but named with another ([`NewLine::content`]).
    ///
    /// # Errors
    /// What the store reports.
    fn add_lines(&mut self, scope: &str, lines: &[NewLine]) -> Result<u64, VaultError>;

    /// The records that are named with `shown`.
    ///
    /// # Errors
    /// What the store reports.
    fn twins(&self, scope: &str, shown: &RecordId) -> Result<Vec<RecordId>, VaultError>;

    /// Removes a record from a scope; `false` if it was not there. Of those that were named with it
    /// the first is shown from now on.
    ///
    /// # Errors
    /// What the store reports.
    fn remove_line(&mut self, scope: &str, id: &RecordId) -> Result<bool, VaultError>;

    /// Removes a scope with everything in it.
    ///
    /// # Errors
    /// What the store reports.
    fn remove_scope(&mut self, scope: &str) -> Result<(), VaultError>;

    /// The names of the scopes that begin with `prefix`.
    ///
    /// # Errors
    /// What the store reports.
    fn scopes(&self, prefix: &str) -> Result<Vec<String>, VaultError>;

    /// One line.
    ///
    /// # Errors
    /// What the store reports.
    fn line(&self, scope: &str, id: &RecordId) -> Result<Option<Line>, VaultError>;

    /// The lines of a filter.
    ///
    /// # Errors
    /// What the store reports.
    fn lines(&self, scope: &str, filter: &LineFilter) -> Result<Vec<Line>, VaultError>;

    /// How many lines a filter lets through, whatever its offset and limit.
    ///
    /// # Errors
    /// What the store reports.
    fn count_lines(&self, scope: &str, filter: &LineFilter) -> Result<u64, VaultError>;

    /// The lines of a filter counted by month and section, whatever its offset and limit; newest
    /// month first, the one without a date last.
    ///
    /// # Errors
    /// What the store reports.
    fn months(&self, scope: &str, filter: &LineFilter) -> Result<Vec<MonthCount>, VaultError>;

    /// All lines counted by section and compartment.
    ///
    /// # Errors
    /// What the store reports.
    fn sections(&self, scope: &str) -> Result<Vec<SectionCount>, VaultError>;

    /// The analytes among the lines of a filter, the one measured last first, and how many there
    /// are.
    ///
    /// # Errors
    /// What the store reports.
    fn analytes(
        &self,
        scope: &str,
        filter: &LineFilter,
    ) -> Result<(Vec<AnalyteLines>, u64), VaultError>;

    /// The lines of a filter with a text, and how many there are: first those with all of it in their title, then the
    /// others; the newest of both first. Nothing is found by a text without a letter or digit.
    ///
    /// # Errors
    /// What the store reports.
    fn find_lines(
        &self,
        scope: &str,
        filter: &LineFilter,
    ) -> Result<(Vec<FoundLine>, u64), VaultError>;

    /// The lines whose [`NewLine::handle`] this is.
    ///
    /// # Errors
    /// What the store reports.
    fn lines_of_handle(&self, scope: &str, handle: i64) -> Result<Vec<Line>, VaultError>;

    /// The newest [`Line::arrival`] ever given in a scope; 0 if none.
    ///
    /// # Errors
    /// What the store reports.
    fn newest_arrival(&self, scope: &str) -> Result<u64, VaultError>;

    /// The oldest and the newest date in a scope, if any line has one.
    ///
    /// # Errors
    /// What the store reports.
    fn dates(&self, scope: &str) -> Result<Option<(String, String)>, VaultError>;

    /// Records with letters that have to be looked into, at most `limit` of them, in the order of arrival.
    ///
    /// # Errors
    /// What the store reports.
    fn unread_letters(&self, scope: &str, limit: u64) -> Result<Vec<Waiting>, VaultError>;

    /// Puts the words of its letters to a line that waits for them; `false`, and nothing happens, if it does not. With
    /// `in_part` there is more than these words say.
    ///
    /// # Errors
    /// What the store reports.
    fn add_words(
        &mut self,
        scope: &str,
        line: &Waiting,
        words: &str,
        in_part: bool,
    ) -> Result<bool, VaultError>;

    /// How many records of a scope the search does not know whole.
    ///
    /// # Errors
    /// What the store reports.
    fn searched(&self, scope: &str) -> Result<Searched, VaultError>;

    /// Records of the vault's own table that have no line in a scope and are not named with
    /// another, at most `limit` of them.
    ///
    /// # Errors
    /// What the store reports.
    fn unindexed_records(&self, scope: &str, limit: u64) -> Result<Vec<RecordId>, VaultError>;

    /// How many records have no line, see [`ReadingIndex::unindexed_records`].
    ///
    /// # Errors
    /// What the store reports.
    fn count_unindexed(&self, scope: &str) -> Result<u64, VaultError>;
}
