//! One record in full.

use keyward_records::sensitivity::SensitivityMatch;
use keyward_records::view::line::references;
use keyward_records::view::{self, ChartInput};
use keyward_records::{Category, References};

use super::access::{self, Access, Body};
use super::answer;
use super::index::Handle;
use crate::error::{AppError, ErrorCode};
use crate::patient::apart::Apart;
use crate::patient::import::book::import_of;
use crate::ports::vault::{RecordRow, Transaction};
use crate::session::Session;
use crate::views::reading::{AlsoIn, RoomRecord, RoomScope};

/// Records that are looked at to name what a record refers to.
const NAMED: usize = 60;

/// One record. It may be one that is not shown itself but named with another.
///
/// # Errors
/// As [`super::summary`]; [`ErrorCode::NotFound`] for a record that is not in the chart.
pub fn record(session: &Session, scope: &RoomScope, record: &str) -> Result<RoomRecord, AppError> {
    let id = answer::record_id(record)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let body = access.body(&*tx, &id)?;
    let text = id.to_string();
    let input = answer::input(&text, &body);
    let beside = named(&*tx, &access, &body)?;
    let inputs: Vec<ChartInput<'_>> = beside
        .iter()
        .map(|body| ChartInput { source: input.source, ..answer::input("", body) })
        .collect();
    let names = References::from_inputs(&inputs, &access.shared);
    let mut view = view::record_view_in(&input, &names);
    if let Some(line) = tx.line(&access.name(), &id)? {
        // Its section may not be shared: then it stands with its compartment.
        view.item.category = answer::item(&*tx, &access.name(), &line)?.category;
    }
    let also_in = tx.twins(&access.name(), &id)?.into_iter().map(|twin| {
        let body = access.body(&*tx, &twin)?;
        Ok(AlsoIn {
            record_id: twin.to_string(),
            source_name: body.own.is_some().then_some(body.source),
            received: body.received,
        })
    });
    let (apart, waits) = match &body.own {
        Some(row) => apart(&*tx, row)?,
        None => (Vec::new(), false),
    };
    let in_file = body.own.as_ref().map(|row| movable(&*tx, &row.source)).transpose()?;
    Ok(RoomRecord {
        in_file,
        apart,
        waits,
        also_in: also_in.collect::<Result<_, AppError>>()?,
        compartment: body.compartment.unwrap_or(view.item.category),
        visibility: access.visibility(session, &*tx, &body)?,
        received: body.received,
        import_id: body.own.as_ref().map(|row| import_of(&row.source).to_owned()),
        source_name: body.own.is_some().then(|| body.source.clone()),
        record: view,
    })
}

/// How many records of a file can be moved: all but who she is.
fn movable(tx: &dyn Transaction, source: &str) -> Result<u64, AppError> {
    let counts = tx.count_records_of(source)?;
    let profile = Category::Profile.as_str();
    Ok(counts.iter().filter(|(name, _)| name != profile).map(|(_, records)| records).sum())
}

/// Why a record of one's own is kept apart, and whether it waits for a decision.
fn apart(tx: &dyn Transaction, row: &RecordRow) -> Result<(Vec<SensitivityMatch>, bool), AppError> {
    // Who she is stays where it is, whatever is written in it.
    if row.category == Category::Profile.as_str() {
        return Ok((Vec::new(), false));
    }
    let apart = Apart::load(tx)?;
    Ok((apart.why(row), apart.waits(row)))
}

/// The records a record refers to, as far as they are in the chart.
fn named(tx: &dyn Transaction, access: &Access, body: &Body) -> Result<Vec<Body>, AppError> {
    let mut found = Vec::new();
    for reference in references(&body.bytes).0 {
        let Some(handle) = Handle::of(&body.origin, &reference) else { continue };
        let Some((line, _)) = answer::line_of(tx, &access.name(), &handle)? else { continue };
        match access.body(tx, &line.id) {
            Ok(body) => found.push(body),
            // Its content went in between; the line is about to.
            Err(error) if error.code == ErrorCode::NotFound => {}
            Err(error) => return Err(error),
        }
        if found.len() >= NAMED {
            break;
        }
    }
    Ok(found)
}
