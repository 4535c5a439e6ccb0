//! Writing the index: lines with their words, and the counts kept beside them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use keyward_app::ports::index::{IN_PART, NewLine, WAITS, Waiting};
use keyward_protocol::ids::RecordId;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::{SCOPE_BITS, number_of, span};

/// What a change does to the counts; applied once at its end.
#[derive(Default)]
struct Counts<'a> {
    tally: BTreeMap<(Cow<'a, str>, Cow<'a, str>, bool, bool), i64>,
    /// Analytes whose newest lines may be others now, with what is added to how many there are.
    analytes: BTreeMap<Cow<'a, str>, i64>,
}

/// Whether all lines of a scope came from one file: then none of them can be said by another one already, and nobody
/// has to look. Known of a scope that was empty when its transaction came to it first.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origins {
    #[default]
    NotLooked,
    Empty,
    /// Of this origin.
    One(i64),
    /// Or it is not known.
    Several,
}

/// Columns of a line that counts depend on.
struct Counted<'a> {
    section: Cow<'a, str>,
    compartment: Cow<'a, str>,
    flagged: bool,
    source_only: bool,
    analyte: Option<Cow<'a, str>>,
}

impl Origins {
    fn look(&mut self, arrivals: i64) {
        if *self == Self::NotLooked {
            *self = if arrivals == 0 { Self::Empty } else { Self::Several };
        }
    }

    /// Whether a line of another origin than this may stand there.
    fn has_others_than(self, origin: i64) -> bool {
        match self {
            Self::Empty => false,
            Self::One(one) => one != origin,
            Self::NotLooked | Self::Several => true,
        }
    }

    fn add(&mut self, origin: i64) {
        *self = if self.has_others_than(origin) { Self::Several } else { Self::One(origin) };
    }
}

impl<'a> From<&'a NewLine> for Counted<'a> {
    fn from(line: &'a NewLine) -> Self {
        Self {
            section: line.section.as_str().into(),
            compartment: line.compartment.as_str().into(),
            flagged: line.flagged,
            source_only: line.source_only,
            analyte: line.analyte.as_deref().map(Cow::from),
        }
    }
}

/// Puts lines into a scope; gives how many became twins. Of records that are `fresh` there is nothing to take out.
/// `origins` is what this transaction knows of the scope.
pub(crate) fn add(
    sql: &Connection,
    scope: &str,
    lines: &[NewLine],
    fresh: &mut dyn FnMut(&RecordId) -> bool,
    origins: &mut Origins,
) -> rusqlite::Result<u64> {
    let (scope, mut arrivals) = enter(sql, scope)?;
    origins.look(arrivals);
    let mut counts = Counts::default();
    let mut twins = 0;
    let any_twins: bool = sql
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM twin WHERE scope = ?1)")?
        .query_row([scope], |row| row.get(0))?;
    let mut rows = Rows::prepare(sql)?;
    for line in lines {
        if !fresh(&line.id) {
            take_out(sql, scope, &line.id, &mut counts)?;
            if any_twins || twins > 0 {
                leave_twins(sql, scope, &line.id)?;
            }
        }
        if origins.has_others_than(line.origin)
            && let Some(shown) = same_from_elsewhere(sql, scope, line)?
        {
            add_twin(sql, scope, line, &shown)?;
            twins += 1;
            continue;
        }
        arrivals += 1;
        origins.add(line.origin);
        rows.insert(scope, number_of(scope, arrivals), line, &mut counts)?;
    }
    set_arrivals(sql, scope, arrivals)?;
    counts.apply(sql, scope)?;
    Ok(twins)
}

/// Removes one record; `false` if it was not there.
pub(crate) fn remove(sql: &Connection, scope: &str, id: &RecordId) -> rusqlite::Result<bool> {
    let Some(number) = number_of_scope(sql, scope)? else { return Ok(false) };
    let mut counts = Counts::default();
    let was_line = take_out(sql, number, id, &mut counts)?;
    counts.apply(sql, number)?;
    let was_twin = leave_twins(sql, number, id)?;
    if was_line {
        promote(sql, scope, number, id)?;
    }
    Ok(was_line || was_twin)
}

/// Puts those named with a record that went back into the scope: the first of them is shown.
fn promote(sql: &Connection, name: &str, scope: i64, gone: &RecordId) -> rusqlite::Result<()> {
    let twins: Vec<String> = sql
        .prepare_cached("SELECT line FROM twin WHERE scope = ?1 AND shown = ?2 ORDER BY id")?
        .query_map(params![scope, gone.as_bytes().as_slice()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if twins.is_empty() {
        return Ok(());
    }
    sql.prepare_cached("DELETE FROM twin WHERE scope = ?1 AND shown = ?2")?
        .execute(params![scope, gone.as_bytes().as_slice()])?;
    let lines: Vec<NewLine> = twins
        .iter()
        .map(|line| serde_json::from_str(line))
        .collect::<Result<_, _>>()
        .map_err(|_| rusqlite::Error::InvalidQuery)?;
    add(sql, name, &lines, &mut |_| false, &mut Origins::default()).map(drop)
}

/// The line that says the same and came from elsewhere.
fn same_from_elsewhere(
    sql: &Connection,
    scope: i64,
    line: &NewLine,
) -> rusqlite::Result<Option<[u8; 16]>> {
    let Some(content) = line.content else { return Ok(None) };
    sql.prepare_cached(
        "SELECT id FROM line WHERE content = ?1 AND scope = ?2 AND origin <> ?3
         ORDER BY number LIMIT 1",
    )?
    .query_row(params![content, scope, line.origin], |row| row.get(0))
    .optional()
}

fn add_twin(
    sql: &Connection,
    scope: i64,
    line: &NewLine,
    shown: &[u8; 16],
) -> rusqlite::Result<()> {
    let json = serde_json::to_string(line).map_err(|_| rusqlite::Error::InvalidQuery)?;
    sql.prepare_cached("INSERT INTO twin (scope, id, shown, line) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![scope, line.id.as_bytes().as_slice(), shown.as_slice(), json])
        .map(drop)
}

fn leave_twins(sql: &Connection, scope: i64, id: &RecordId) -> rusqlite::Result<bool> {
    sql.prepare_cached("DELETE FROM twin WHERE scope = ?1 AND id = ?2")?
        .execute(params![scope, id.as_bytes().as_slice()])
        .map(|deleted| deleted > 0)
}

fn set_arrivals(sql: &Connection, scope: i64, arrivals: i64) -> rusqlite::Result<()> {
    sql.prepare_cached("UPDATE scope SET arrivals = ?2 WHERE number = ?1")?
        .execute(params![scope, arrivals])
        .map(drop)
}

/// Removes a scope with everything in it.
pub(crate) fn remove_scope(sql: &Connection, scope: &str) -> rusqlite::Result<()> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(()) };
    let (first, last) = span(scope);
    sql.prepare_cached("DELETE FROM word WHERE rowid BETWEEN ?1 AND ?2")?
        .execute(params![first, last])?;
    sql.prepare_cached("DELETE FROM line WHERE number BETWEEN ?1 AND ?2")?
        .execute(params![first, last])?;
    for table in ["twin", "tally", "analyte"] {
        sql.prepare_cached(&format!("DELETE FROM {table} WHERE scope = ?1"))?.execute([scope])?;
    }
    sql.prepare_cached("DELETE FROM scope WHERE number = ?1")?.execute([scope]).map(drop)
}

/// Removes every scope whose name begins with `prefix`.
pub(crate) fn remove_scopes(sql: &Connection, prefix: &str) -> rusqlite::Result<()> {
    for scope in super::read::scopes(sql, prefix)? {
        remove_scope(sql, &scope)?;
    }
    Ok(())
}

/// The number of a scope, if it exists.
pub(super) fn number_of_scope(sql: &Connection, scope: &str) -> rusqlite::Result<Option<i64>> {
    sql.prepare_cached("SELECT number FROM scope WHERE name = ?1")?
        .query_row([scope], |row| row.get(0))
        .optional()
}

/// The number of a scope, which is made if it does not exist, and the arrivals given so far.
fn enter(sql: &Connection, scope: &str) -> rusqlite::Result<(i64, i64)> {
    let known = sql
        .prepare_cached("SELECT number, arrivals FROM scope WHERE name = ?1")?
        .query_row([scope], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some(known) = known {
        return Ok(known);
    }
    // The least free number: they do not run out.
    let number: i64 = sql
        .prepare_cached(
            "SELECT min(candidate) FROM (
                 SELECT 1 AS candidate UNION ALL SELECT number + 1 FROM scope
             ) WHERE candidate NOT IN (SELECT number FROM scope)",
        )?
        .query_row([], |row| row.get(0))?;
    sql.prepare_cached("INSERT INTO scope (number, name) VALUES (?1, ?2)")?
        .execute(params![number, scope])?;
    Ok((number, 0))
}

/// The statements that put a line in.
struct Rows<'a> {
    line: CachedStatement<'a>,
    word: CachedStatement<'a>,
}

impl<'a> Rows<'a> {
    fn prepare(sql: &'a Connection) -> rusqlite::Result<Self> {
        let line = sql.prepare_cached(
            "INSERT INTO line (number, scope, id, section, compartment, date, analyte, standing,
                               flagged, source_only, handle, content, origin, extra, item, title,
                               words, searched)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                     ?18)",
        )?;
        let word =
            sql.prepare_cached("INSERT INTO word (rowid, title, words) VALUES (?1, ?2, ?3)")?;
        Ok(Self { line, word })
    }

    fn insert<'l>(
        &mut self,
        scope: i64,
        number: i64,
        line: &'l NewLine,
        counts: &mut Counts<'l>,
    ) -> rusqlite::Result<()> {
        debug_assert_eq!(number >> SCOPE_BITS, scope);
        let (title, words) =
            (super::words::indexed(&line.title), super::words::indexed(&line.words));
        self.line.execute(params![
            number,
            scope,
            line.id.as_bytes().as_slice(),
            line.section,
            line.compartment,
            line.date,
            line.analyte,
            line.standing,
            line.flagged,
            line.source_only,
            line.handle,
            line.content,
            line.origin,
            line.extra,
            line.item,
            title,
            words,
            line.searched,
        ])?;
        self.word.execute(params![number, title, words])?;
        counts.add(line.into(), 1);
        Ok(())
    }
}

/// Puts words to a line that waits for them.
pub(crate) fn add_words(
    sql: &Connection,
    scope: &str,
    line: &Waiting,
    words: &str,
    in_part: bool,
) -> rusqlite::Result<bool> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(false) };
    let number = number_of(scope, i64::try_from(line.arrival).unwrap_or_default());
    let waits = sql
        .prepare_cached("SELECT 1 FROM line WHERE number = ?1 AND id = ?2 AND searched & ?3")?
        .exists(params![number, line.id.as_bytes().as_slice(), WAITS])?;
    if !waits {
        return Ok(false);
    }
    let in_part = if in_part { IN_PART } else { 0 };
    if words.is_empty() {
        sql.prepare_cached("UPDATE line SET searched = searched & ?2 | ?3 WHERE number = ?1")?
            .execute(params![number, !WAITS, in_part])?;
        return Ok(true);
    }
    // FTS5 reads from the line which words it has to take out, so first out, then in.
    sql.prepare_cached("DELETE FROM word WHERE rowid = ?1")?.execute([number])?;
    sql.prepare_cached(
        "UPDATE line SET words = words || char(10) || ?4, searched = searched & ?2 | ?3
         WHERE number = ?1",
    )?
    .execute(params![number, !WAITS, in_part, super::words::indexed(words)])?;
    sql.prepare_cached(
        "INSERT INTO word (rowid, title, words) SELECT number, title, words FROM line
         WHERE number = ?1",
    )?
    .execute([number])?;
    Ok(true)
}

/// Removes the line of a record, if there is one.
fn take_out(
    sql: &Connection,
    scope: i64,
    id: &RecordId,
    counts: &mut Counts<'_>,
) -> rusqlite::Result<bool> {
    let old = sql
        .prepare_cached(
            "SELECT number, section, compartment, flagged, source_only, analyte
             FROM line WHERE id = ?1 AND scope = ?2",
        )?
        .query_row(params![id.as_bytes().as_slice(), scope], |row| {
            let text = |at| row.get::<_, String>(at).map(Cow::from);
            let counted = Counted {
                section: text(1)?,
                compartment: text(2)?,
                flagged: row.get(3)?,
                source_only: row.get(4)?,
                analyte: row.get::<_, Option<String>>(5)?.map(Cow::from),
            };
            Ok((row.get::<_, i64>(0)?, counted))
        })
        .optional()?;
    let Some((number, counted)) = old else { return Ok(false) };
    // First: FTS5 reads from the line which words it has to take out.
    sql.prepare_cached("DELETE FROM word WHERE rowid = ?1")?.execute([number])?;
    sql.prepare_cached("DELETE FROM line WHERE number = ?1")?.execute([number])?;
    counts.add(counted, -1);
    Ok(true)
}

impl<'a> Counts<'a> {
    fn add(&mut self, line: Counted<'a>, by: i64) {
        let key = (line.section, line.compartment, line.flagged, line.source_only);
        *self.tally.entry(key).or_default() += by;
        if let Some(analyte) = line.analyte {
            *self.analytes.entry(analyte).or_default() += by;
        }
    }

    fn apply(self, sql: &Connection, scope: i64) -> rusqlite::Result<()> {
        for ((section, compartment, flagged, source_only), by) in self.tally {
            sql.prepare_cached(
                "INSERT INTO tally (scope, section, compartment, flagged, source_only, lines)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO UPDATE SET lines = lines + excluded.lines",
            )?
            .execute(params![
                scope,
                section,
                compartment,
                flagged,
                source_only,
                by
            ])?;
        }
        for (analyte, by) in self.analytes {
            recount(sql, scope, &analyte, by)?;
        }
        Ok(())
    }
}

/// Brings the row of an analyte up to date: its count changed by `by`, its newest lines are looked
/// up.
fn recount(sql: &Connection, scope: i64, analyte: &str, by: i64) -> rusqlite::Result<()> {
    let newest: Vec<(i64, String, Option<String>)> = sql
        .prepare_cached(
            "SELECT number, section, date FROM line
             WHERE scope = ?1 AND analyte = ?2 ORDER BY date DESC, number LIMIT 2",
        )?
        .query_map(params![scope, analyte], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let Some((latest, section, date)) = newest.first() else {
        return sql
            .prepare_cached("DELETE FROM analyte WHERE scope = ?1 AND key = ?2")?
            .execute(params![scope, analyte])
            .map(drop);
    };
    let previous = newest.get(1).map(|(number, ..)| number);
    sql.prepare_cached(
        "INSERT INTO analyte (scope, key, lines, section, date, latest, previous)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET
             lines = lines + excluded.lines, section = excluded.section, date = excluded.date,
             latest = excluded.latest, previous = excluded.previous",
    )?
    .execute(params![scope, analyte, by, section, date, latest, previous])
    .map(drop)
}
