//! Reading the index.

use keyward_app::ports::index::{
    AnalyteLines, FoundLine, IN_PART, Line, LineFilter, MonthCount, Searched, SectionCount, WAITS,
    Waiting,
};
use keyward_protocol::ids::RecordId;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::write::number_of_scope;
use super::{arrival_of, number_of, span, words};

const COLUMNS: &str =
    "line.number, line.id, line.section, line.compartment, line.date, line.extra, line.item";
/// How many of [`COLUMNS`] there are.
const WIDTH: usize = 7;

fn line_at(row: &Row<'_>, first: usize) -> rusqlite::Result<Line> {
    Ok(Line {
        arrival: arrival_of(row.get(first)?),
        id: RecordId::from_bytes(row.get(first + 1)?),
        section: row.get(first + 2)?,
        compartment: row.get(first + 3)?,
        date: row.get(first + 4)?,
        extra: row.get(first + 5)?,
        item: row.get(first + 6)?,
    })
}

fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or_default())
}

/// The names of the scopes that begin with `prefix`.
pub(crate) fn scopes(sql: &Connection, prefix: &str) -> rusqlite::Result<Vec<String>> {
    sql.prepare_cached(
        "SELECT name FROM scope WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
    )?
    .query_map([prefix], |row| row.get(0))?
    .collect()
}

/// One line.
pub(crate) fn line(sql: &Connection, scope: &str, id: &RecordId) -> rusqlite::Result<Option<Line>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(None) };
    sql.prepare_cached(&format!("SELECT {COLUMNS} FROM line WHERE id = ?1 AND scope = ?2"))?
        .query_row(params![id.as_bytes().as_slice(), scope], |row| line_at(row, 0))
        .optional()
}

/// The records named with another.
pub(crate) fn twins(
    sql: &Connection,
    scope: &str,
    shown: &RecordId,
) -> rusqlite::Result<Vec<RecordId>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Vec::new()) };
    sql.prepare_cached("SELECT id FROM twin WHERE scope = ?1 AND shown = ?2 ORDER BY id")?
        .query_map(params![scope, shown.as_bytes().as_slice()], |row| {
            Ok(RecordId::from_bytes(row.get(0)?))
        })?
        .collect()
}

/// The conditions of a filter, on the table `line`.
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    /// `None` if nothing can match.
    fn new(scope: i64, filter: &LineFilter) -> Option<Self> {
        let mut all = Self { sql: "line.scope = ?".to_owned(), values: vec![scope.into()] };
        if !filter.sections.is_empty() {
            let marks = vec!["?"; filter.sections.len()].join(", ");
            // Of one section the index by section knows the order; several are picked out of the
            // index by date (`+`: not by the index by section, which would have to sort).
            let plus = if filter.sections.len() > 1 { "+" } else { "" };
            all.sql.push_str(&format!(" AND {plus}line.section IN ({marks})"));
            all.values.extend(filter.sections.iter().cloned().map(Value::from));
        }
        if let Some(standing) = filter.standing {
            // Said twice so that SQLite knows the partial index to serve.
            all.and(" AND line.standing < 255 AND line.standing = ?", i64::from(standing));
        }
        if let Some(analyte) = &filter.analyte {
            all.and(" AND line.analyte = ?", analyte.clone());
        }
        if let Some(from) = &filter.from {
            all.and(" AND line.date >= ?", from.clone());
        }
        if let Some(before) = &filter.before {
            all.and(" AND line.date < ?", before.clone());
        }
        if filter.flagged {
            all.sql.push_str(" AND line.flagged = 1");
        }
        if filter.source_only {
            all.sql.push_str(" AND line.source_only = 1");
        }
        if let Some(arrival) = filter.arrived_after {
            let arrival = i64::try_from(arrival).unwrap_or(i64::MAX >> 32);
            all.and(" AND line.number > ?", number_of(scope, arrival));
        }
        if let Some(text) = &filter.text {
            let expression = words::expression(text)?;
            let (first, last) = span(scope);
            all.sql.push_str(
                " AND line.number IN (SELECT rowid FROM word WHERE word MATCH ?
                                      AND rowid BETWEEN ? AND ?)",
            );
            all.values.extend([expression.into(), first.into(), last.into()]);
        }
        Some(all)
    }

    fn and(&mut self, condition: &str, value: impl Into<Value>) {
        self.sql.push_str(condition);
        self.values.push(value.into());
    }
}

fn page(filter: &LineFilter) -> [Value; 2] {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    [whole(filter.limit).into(), whole(filter.offset).into()]
}

/// The lines of a filter.
pub(crate) fn lines(
    sql: &Connection,
    scope: &str,
    filter: &LineFilter,
) -> rusqlite::Result<Vec<Line>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Vec::new()) };
    let Some(mut wanted) = Conditions::new(scope, filter) else { return Ok(Vec::new()) };
    wanted.values.extend(page(filter));
    sql.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM line WHERE {} ORDER BY line.date DESC, line.number LIMIT ? OFFSET ?",
        wanted.sql
    ))?
    .query_map(params_from_iter(wanted.values), |row| line_at(row, 0))?
    .collect()
}

/// How many lines a filter lets through.
pub(crate) fn count_lines(
    sql: &Connection,
    scope: &str,
    filter: &LineFilter,
) -> rusqlite::Result<u64> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(0) };
    if filter.is_by_section() {
        return tallied(sql, scope, filter);
    }
    let Some(wanted) = Conditions::new(scope, filter) else { return Ok(0) };
    sql.prepare_cached(&format!("SELECT count(*) FROM line WHERE {}", wanted.sql))?
        .query_row(params_from_iter(wanted.values), |row| count(row, 0))
}

fn tallied(sql: &Connection, scope: i64, filter: &LineFilter) -> rusqlite::Result<u64> {
    let mut statement = sql.prepare_cached(
        "SELECT section, sum(lines) FROM tally
         WHERE scope = ?1 AND flagged >= ?2 AND source_only >= ?3 GROUP BY section",
    )?;
    let mut rows = statement.query(params![scope, filter.flagged, filter.source_only])?;
    let mut sum = 0;
    while let Some(row) = rows.next()? {
        let section: String = row.get(0)?;
        if filter.sections.is_empty() || filter.sections.contains(&section) {
            sum += count(row, 1)?;
        }
    }
    Ok(sum)
}

/// The lines of a filter by month and section.
pub(crate) fn months(
    sql: &Connection,
    scope: &str,
    filter: &LineFilter,
) -> rusqlite::Result<Vec<MonthCount>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Vec::new()) };
    let Some(wanted) = Conditions::new(scope, filter) else { return Ok(Vec::new()) };
    sql.prepare_cached(&format!(
        "SELECT coalesce(substr(line.date, 1, 7), '') AS month, line.section, count(*)
         FROM line WHERE {} GROUP BY month, line.section ORDER BY month DESC, line.section",
        wanted.sql
    ))?
    .query_map(params_from_iter(wanted.values), |row| {
        Ok(MonthCount { month: row.get(0)?, section: row.get(1)?, lines: count(row, 2)? })
    })?
    .collect()
}

/// All lines by section and compartment.
pub(crate) fn sections(sql: &Connection, scope: &str) -> rusqlite::Result<Vec<SectionCount>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Vec::new()) };
    sql.prepare_cached(
        "SELECT section, compartment, sum(lines), sum(lines * source_only) FROM tally
         WHERE scope = ?1 GROUP BY section, compartment HAVING sum(lines) > 0
         ORDER BY section, compartment",
    )?
    .query_map([scope], |row| {
        Ok(SectionCount {
            section: row.get(0)?,
            compartment: row.get(1)?,
            lines: count(row, 2)?,
            source_only: count(row, 3)?,
        })
    })?
    .collect()
}

/// The analytes of a filter.
pub(crate) fn analytes(
    sql: &Connection,
    scope: &str,
    filter: &LineFilter,
) -> rusqlite::Result<(Vec<AnalyteLines>, u64)> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok((Vec::new(), 0)) };
    let by_section = filter.is_by_section() && !filter.flagged && !filter.source_only;
    let (chosen, mut values) = if by_section {
        let mut chosen =
            "SELECT key, lines, date, latest, previous FROM analyte WHERE scope = ?".to_owned();
        let mut values = vec![Value::from(scope)];
        if !filter.sections.is_empty() {
            let marks = vec!["?"; filter.sections.len()].join(", ");
            chosen.push_str(&format!(" AND section IN ({marks})"));
            values.extend(filter.sections.iter().cloned().map(Value::from));
        }
        (chosen, values)
    } else {
        let Some(wanted) = Conditions::new(scope, filter) else { return Ok((Vec::new(), 0)) };
        // Of each analyte the newest line that is let through, and what came before it.
        let chosen = format!(
            "SELECT key, lines, date, latest, previous FROM (
                 SELECT line.analyte AS key, line.date AS date, line.number AS latest,
                        count(*) OVER (PARTITION BY line.analyte) AS lines,
                        lead(line.number) OVER newest AS previous,
                        row_number() OVER newest AS place
                 FROM line WHERE {} AND line.analyte IS NOT NULL
                 WINDOW newest AS (PARTITION BY line.analyte ORDER BY line.date DESC, line.number)
             ) WHERE place = 1",
            wanted.sql
        );
        (chosen, wanted.values)
    };
    let total = sql
        .prepare_cached(&format!("SELECT count(*) FROM ({chosen})"))?
        .query_row(params_from_iter(values.clone()), |row| count(row, 0))?;
    values.extend(page(filter));
    let before = COLUMNS.replace("line.", "before.");
    let mut statement = sql.prepare_cached(&format!(
        "SELECT chosen.key, chosen.lines, {COLUMNS}, {before}
         FROM ({chosen} ORDER BY date DESC, key LIMIT ? OFFSET ?) AS chosen
         JOIN line ON line.number = chosen.latest
         LEFT JOIN line AS before ON before.number = chosen.previous
         ORDER BY chosen.date DESC, chosen.key"
    ))?;
    let found = statement
        .query_map(params_from_iter(values), |row| {
            let previous: Option<i64> = row.get(2 + WIDTH)?;
            Ok(AnalyteLines {
                key: row.get(0)?,
                lines: count(row, 1)?,
                latest: line_at(row, 2)?,
                previous: previous.map(|_| line_at(row, 2 + WIDTH)).transpose()?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok((found, total))
}

/// The lines of a filter with a text: first those whose title says it, then those where it stands elsewhere; the newest
/// of both first. (A rank by how rare and how dense words are puts the results of one test into no order a person knows.)
pub(crate) fn find(
    sql: &Connection,
    scope: &str,
    filter: &LineFilter,
) -> rusqlite::Result<(Vec<FoundLine>, u64)> {
    let nothing = Ok((Vec::new(), 0));
    let Some(scope) = number_of_scope(sql, scope)? else { return nothing };
    let Some(all) = filter.text.as_deref().and_then(words::expression) else { return nothing };
    let rest = LineFilter { text: None, ..filter.clone() };
    let narrowed =
        rest != LineFilter { offset: rest.offset, limit: rest.limit, ..LineFilter::default() };
    let Some(wanted) = Conditions::new(scope, &rest) else { return nothing };
    let hits = Hits { sql, span: span(scope), wanted, narrowed };
    let title = format!("{{title}} : ({all})");
    let total = hits.count(&all)?;
    let titled = hits.count(&title)?;
    let mut numbers = hits.page(&title, titled, filter.offset, filter.limit)?;
    let left = filter.limit.saturating_sub(numbers.len() as u64);
    if left > 0 && total > titled {
        let offset = filter.offset.saturating_sub(titled);
        let elsewhere = format!("({all}) NOT ({title})");
        numbers.extend(hits.page(&elsewhere, total - titled, offset, left)?);
    }
    let mut line = sql.prepare_cached(&format!(
        "SELECT {COLUMNS}, line.title, line.words FROM line WHERE line.number = ?"
    ))?;
    let found = numbers.iter().map(|number| {
        line.query_row([number], |row| {
            Ok(FoundLine {
                line: line_at(row, 0)?,
                title: words::plain(row.get(WIDTH)?),
                words: words::plain(row.get(WIDTH + 1)?),
            })
        })
    });
    Ok((found.collect::<rusqlite::Result<_>>()?, total))
}

/// Of more lines than this it is quicker to go through the index by date and to look which of them are meant.
const FEW: u64 = 512;

/// What is searched in.
struct Hits<'a> {
    sql: &'a Connection,
    /// First and last number of the scope.
    span: (i64, i64),
    /// Everything but the text.
    wanted: Conditions,
    /// Whether it leaves anything of the scope out.
    narrowed: bool,
}

impl Hits<'_> {
    fn values(&self, expression: &str) -> [Value; 3] {
        [expression.to_owned().into(), self.span.0.into(), self.span.1.into()]
    }

    fn count(&self, expression: &str) -> rusqlite::Result<u64> {
        let mut values = self.values(expression).to_vec();
        // Without other conditions FTS5 alone counts.
        let narrowing = if self.narrowed {
            values.extend(self.wanted.values.iter().cloned());
            format!("AND rowid IN (SELECT number FROM line WHERE {})", self.wanted.sql)
        } else {
            String::new()
        };
        self.sql
            .prepare_cached(&format!(
                "SELECT count(*) FROM word WHERE word MATCH ? AND rowid BETWEEN ? AND ? {narrowing}"
            ))?
            .query_row(params_from_iter(values), |row| count(row, 0))
    }

    /// Numbers of the lines that match, of which there are `count`, newest first.
    fn page(
        &self,
        expression: &str,
        count: u64,
        offset: u64,
        limit: u64,
    ) -> rusqlite::Result<Vec<i64>> {
        if offset >= count {
            return Ok(Vec::new());
        }
        let matching = "SELECT rowid FROM word WHERE word MATCH ? AND rowid BETWEEN ? AND ?";
        let wanted = &self.wanted.sql;
        let (first, second) = (self.values(expression).to_vec(), self.wanted.values.clone());
        let (from, values) = if count <= FEW {
            let from = format!(
                "({matching}) AS hit CROSS JOIN line ON line.number = hit.rowid WHERE {wanted}"
            );
            (from, [first, second].concat())
        } else {
            // `+`: in the order of an index of the lines, which is that of the page.
            (
                format!("line WHERE {wanted} AND +line.number IN ({matching})"),
                [second, first].concat(),
            )
        };
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let values = values.into_iter().chain([whole(limit).into(), whole(offset).into()]);
        self.sql
            .prepare_cached(&format!(
                "SELECT line.number FROM {from}
                 ORDER BY line.date DESC, line.number LIMIT ? OFFSET ?"
            ))?
            .query_map(params_from_iter(values), |row| row.get(0))?
            .collect()
    }
}

/// The lines with a handle.
pub(crate) fn of_handle(sql: &Connection, scope: &str, handle: i64) -> rusqlite::Result<Vec<Line>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Vec::new()) };
    sql.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM line WHERE handle = ?1 AND scope = ?2 ORDER BY number LIMIT 8"
    ))?
    .query_map(params![handle, scope], |row| line_at(row, 0))?
    .collect()
}

/// The newest arrival.
pub(crate) fn newest_arrival(sql: &Connection, scope: &str) -> rusqlite::Result<u64> {
    let found = sql
        .prepare_cached("SELECT arrivals FROM scope WHERE name = ?1")?
        .query_row([scope], |row| count(row, 0))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The oldest and the newest date.
pub(crate) fn dates(sql: &Connection, scope: &str) -> rusqlite::Result<Option<(String, String)>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(None) };
    // Two questions, each answered by one end of the index.
    let ends: (Option<String>, Option<String>) = sql
        .prepare_cached(
            "SELECT (SELECT min(date) FROM line WHERE scope = ?1 AND date IS NOT NULL),
                    (SELECT max(date) FROM line WHERE scope = ?1)",
        )?
        .query_row([scope], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(ends.0.zip(ends.1))
}

/// Records with letters that wait.
pub(crate) fn unread_letters(
    sql: &Connection,
    scope: &str,
    limit: u64,
) -> rusqlite::Result<Vec<Waiting>> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Vec::new()) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    sql.prepare_cached(
        "SELECT number, id FROM line WHERE scope = ?1 AND searched > 0 AND searched >= ?2
         ORDER BY number LIMIT ?3",
    )?
    .query_map(params![scope, WAITS, limit], |row| {
        Ok(Waiting { arrival: arrival_of(row.get(0)?), id: RecordId::from_bytes(row.get(1)?) })
    })?
    .collect()
}

/// How many records are not searched whole.
pub(crate) fn searched(sql: &Connection, scope: &str) -> rusqlite::Result<Searched> {
    let Some(scope) = number_of_scope(sql, scope)? else { return Ok(Searched::default()) };
    sql.prepare_cached(
        "SELECT count(*) FILTER (WHERE searched & ?2), count(*) FILTER (WHERE searched & ?3)
         FROM line WHERE scope = ?1 AND searched > 0",
    )?
    .query_row(params![scope, WAITS, IN_PART], |row| {
        Ok(Searched { waiting: count(row, 0)?, in_part: count(row, 1)? })
    })
}

const UNINDEXED: &str = "FROM record
     WHERE NOT EXISTS (SELECT 1 FROM line WHERE line.id = record.id AND line.scope = ?1)
       AND NOT EXISTS (SELECT 1 FROM twin WHERE twin.id = record.id AND twin.scope = ?1)";

/// Records without a line.
pub(crate) fn unindexed(
    sql: &Connection,
    scope: &str,
    limit: u64,
) -> rusqlite::Result<Vec<RecordId>> {
    let scope = number_of_scope(sql, scope)?.unwrap_or_default();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    sql.prepare_cached(&format!("SELECT record.id {UNINDEXED} ORDER BY record.rowid LIMIT ?2"))?
        .query_map(params![scope, limit], |row| Ok(RecordId::from_bytes(row.get(0)?)))?
        .collect()
}

/// How many records are without a line: every line and every twin of the vault's own scope is a
/// record, so three counts tell it.
pub(crate) fn count_unindexed(sql: &Connection, scope: &str) -> rusqlite::Result<u64> {
    let scope = number_of_scope(sql, scope)?.unwrap_or_default();
    sql.prepare_cached(
        "SELECT (SELECT count(*) FROM record)
              - (SELECT coalesce(sum(lines), 0) FROM tally WHERE scope = ?1)
              - (SELECT count(*) FROM twin WHERE scope = ?1)",
    )?
    .query_row([scope], |row| count(row, 0))
}
