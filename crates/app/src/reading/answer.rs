//! From stored lines to what a window shows.

use std::collections::HashMap;

use keyward_protocol::ids::RecordId;
use keyward_records::PartialDate;
use keyward_records::room::ItemQuery;
use keyward_records::view::{ChartInput, ChartItem, SectionState};

use super::access::{Access, Body};
use super::index::{Extra, Handle};
use super::{lean, stored};
use crate::error::{AppError, ErrorCode};
use crate::ports::index::{Line, LineFilter};
use crate::ports::vault::Transaction;

/// Items of a page where nothing else is asked for.
const PAGE: u64 = 100;
/// Items of a page at most.
const MAX_PAGE: u64 = 500;
/// Characters of a search that are looked at.
const MAX_TEXT: usize = 400;

/// The filter a query stands for.
///
/// # Errors
/// A field error for a date that is none.
pub(super) fn filter(query: &ItemQuery) -> Result<LineFilter, AppError> {
    let date = |field: &str, date: &Option<String>| {
        date.as_deref()
            .map(|date| {
                PartialDate::parse(date)
                    .map(|date| date.sort_key())
                    .ok_or_else(|| AppError::field(field, "not-a-date"))
            })
            .transpose()
    };
    let text = query.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    Ok(LineFilter {
        sections: query.categories.iter().map(|category| category.as_str().to_owned()).collect(),
        text: text.map(|text| text.chars().take(MAX_TEXT).collect()),
        from: date("from", &query.from)?,
        before: date("before", &query.before)?,
        analyte: query.analyte.clone(),
        flagged: query.flagged_only,
        source_only: query.source_only,
        offset: query.offset,
        limit: if query.limit == 0 { PAGE } else { query.limit.min(MAX_PAGE) },
        ..LineFilter::default()
    })
}

/// The item of a line. What it names by reference is looked up now: it may have arrived later.
///
/// # Errors
/// [`ErrorCode::VaultCorrupt`] for a line that cannot be read, else what the vault reports.
pub(super) fn item(tx: &dyn Transaction, scope: &str, line: &Line) -> Result<ChartItem, AppError> {
    named_item(tx, scope, line, &mut Names::new())
}

/// Names looked up for a page: most of its lines name the same few people.
pub(super) type Names = HashMap<i64, Option<String>>;

/// As [`item`], remembering what was looked up.
///
/// # Errors
/// As [`item`].
pub(super) fn named_item(
    tx: &dyn Transaction,
    scope: &str,
    line: &Line,
    names: &mut Names,
) -> Result<ChartItem, AppError> {
    let mut item: ChartItem = stored::item(line)?;
    let extra = extra(line)?;
    if let Some(called) = &extra.called
        && item.title.is_empty()
    {
        item.title = title_of(tx, scope, called, names)?.unwrap_or_default();
    }
    for handle in &extra.performer {
        if let Some(title) = title_of(tx, scope, handle, names)? {
            item.performer = Some(title);
            break;
        }
    }
    Ok(item)
}

pub(super) fn extra(line: &Line) -> Result<Extra, AppError> {
    match &line.extra {
        Some(extra) => serde_json::from_str(extra).map_err(|_| ErrorCode::VaultCorrupt.into()),
        None => Ok(Extra::default()),
    }
}

/// The items of lines.
///
/// # Errors
/// As [`item`].
pub(super) fn items(
    tx: &dyn Transaction,
    scope: &str,
    lines: &[Line],
) -> Result<Vec<ChartItem>, AppError> {
    let mut names = Names::new();
    lines.iter().map(|line| named_item(tx, scope, line, &mut names)).collect()
}

/// As [`items`], as [`lean`] JSON.
///
/// # Errors
/// As [`item`].
pub(super) fn items_json(
    tx: &dyn Transaction,
    scope: &str,
    lines: &[Line],
) -> Result<String, AppError> {
    let mut names = Names::new();
    let length = lines.iter().map(|line| line.item.len() + stored::ID).sum::<usize>() + 2;
    let mut out = String::with_capacity(length);
    out.push('[');
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if line.extra.is_none() {
            stored::write(&mut out, line);
        } else {
            let item = named_item(tx, scope, line, &mut names)?;
            out.push_str(&lean::json(&item, line.item.len()).map_err(|_| ErrorCode::Internal)?);
        }
    }
    out.push(']');
    Ok(out)
}

/// The one line a handle leads to; `None` if there is none, or several that differ.
///
/// # Errors
/// As [`item`].
pub(super) fn line_of(
    tx: &dyn Transaction,
    scope: &str,
    handle: &Handle,
) -> Result<Option<(Line, ChartItem)>, AppError> {
    let mut found: Option<(Line, ChartItem)> = None;
    for line in tx.lines_of_handle(scope, handle.1)? {
        let item = stored::item(&line)?;
        if !handle.0.is_empty() && item.resource_type != handle.0 {
            continue;
        }
        match &found {
            Some((_, first)) if first.title != item.title => return Ok(None),
            Some(_) => {}
            None => found = Some((line, item)),
        }
    }
    Ok(found)
}

fn title_of(
    tx: &dyn Transaction,
    scope: &str,
    handle: &Handle,
    names: &mut Names,
) -> Result<Option<String>, AppError> {
    if let Some(known) = names.get(&handle.1) {
        return Ok(known.clone());
    }
    let found = line_of(tx, scope, handle)?;
    let title = found.map(|(_, item)| item.title).filter(|title| !title.is_empty());
    names.insert(handle.1, title.clone());
    Ok(title)
}

/// Whether something can be read, and whether there is any.
pub(super) fn state(shared: bool, items: u64) -> SectionState {
    match (items, shared) {
        (0, false) => SectionState::NotShared,
        (0, true) => SectionState::NoneRecorded,
        _ => SectionState::Shared,
    }
}

/// A record's content as the views take it.
pub(super) fn input<'a>(id: &'a str, body: &'a Body) -> ChartInput<'a> {
    ChartInput {
        record_id: id,
        bytes: &body.bytes,
        received: body.received,
        source: &body.source,
        compartment: body.compartment,
    }
}

/// A record id as a window gives it.
///
/// # Errors
/// [`ErrorCode::NotFound`].
pub(super) fn record_id(text: &str) -> Result<RecordId, AppError> {
    text.parse().map_err(|_| ErrorCode::NotFound.into())
}

/// The line of a record, which must be in the scope.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub(super) fn line(tx: &dyn Transaction, access: &Access, id: &RecordId) -> Result<Line, AppError> {
    tx.line(&access.name(), id)?.ok_or_else(|| ErrorCode::NotFound.into())
}
