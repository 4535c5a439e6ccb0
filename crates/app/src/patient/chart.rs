//! Reading one's own records: the chart, one record, its source, and who sees each.

use std::collections::BTreeMap;

use keyward_records::view::{self, ChartInput, SharedScope};
use keyward_records::{Category, References};

use crate::error::{AppError, ErrorCode};
use crate::patient::import::book::{FileBook, import_of};
use crate::patient::sharing::book::{Mark, Share};
use crate::patient::visibility::Visibility;
use crate::ports::vault::{RecordFilter, RecordRow, Transaction};
use crate::session::Session;
use crate::views::common::VisibilityView;
use crate::views::patient::{CategoryCount, PatientChart, PatientRecord};

/// The whole chart. Kept until data changes or the profile is locked.
///
/// # Errors
/// What the vault reports.
pub fn chart(session: &Session) -> Result<PatientChart, AppError> {
    let chart = session.cached("chart", || {
        let tx = session.read()?;
        let rows = tx.records(&RecordFilter::default())?;
        let files: BTreeMap<String, FileBook> = FileBook::all(&*tx)?.into_iter().collect();
        Ok(draw(&rows, &files))
    })?;
    let tx = session.read()?;
    let kept = FileBook::all(&*tx)?.iter().map(|(_, file)| file.kept.len() as u64).sum();
    // Computed each time: a share can end without any data changing.
    let categories = categories(&*tx, &Visibility::load(&*tx, session.now())?)?;
    Ok(PatientChart { chart, categories, kept_as_source: kept })
}

fn draw(rows: &[RecordRow], files: &BTreeMap<String, FileBook>) -> view::ChartView {
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    let inputs: Vec<ChartInput<'_>> = rows
        .iter()
        .zip(&ids)
        .map(|(row, id)| {
            let file = files.get(&row.source);
            ChartInput {
                record_id: id,
                bytes: &row.body,
                received: file.map(|file| file.at),
                source: file.map_or("", |file| file.name.as_str()),
                compartment: Category::from_name(&row.category),
            }
        })
        .collect();
    view::chart(&inputs, &SharedScope::All)
}

/// Every category with its count and who sees it, in chart order.
///
/// # Errors
/// What the vault reports.
pub(super) fn categories(
    tx: &dyn Transaction,
    visibility: &Visibility,
) -> Result<Vec<CategoryCount>, AppError> {
    let counts: BTreeMap<String, u64> = tx.count_records()?.into_iter().collect();
    Ok(Category::all()
        .map(|category| CategoryCount {
            category,
            records: counts.get(category.as_str()).copied().unwrap_or_default(),
            visibility: visibility.of_category(category),
        })
        .collect())
}

fn row(tx: &dyn Transaction, id: &str) -> Result<RecordRow, AppError> {
    let id = id.parse().map_err(|_| ErrorCode::NotFound)?;
    tx.record(&id)?.ok_or_else(|| ErrorCode::NotFound.into())
}

/// One record.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub fn record(session: &Session, id: &str) -> Result<PatientRecord, AppError> {
    let tx = session.read()?;
    let row = row(&*tx, id)?;
    let file = FileBook::load(&*tx, &row.source)?;
    let input = ChartInput {
        record_id: id,
        bytes: &row.body,
        received: file.as_ref().map(|file| file.at),
        source: file.as_ref().map_or("", |file| file.name.as_str()),
        compartment: Category::from_name(&row.category),
    };
    // What the record refers to mostly came in the same file.
    let of_file = RecordFilter { source: Some(row.source.clone()), ..RecordFilter::default() };
    let beside = tx.records(&of_file)?;
    let beside: Vec<ChartInput<'_>> =
        beside.iter().map(|row| ChartInput { record_id: "", bytes: &row.body, ..input }).collect();
    let references = References::from_inputs(&beside, &SharedScope::All);
    let record = view::record_view_in(&input, &references);
    Ok(PatientRecord {
        visibility: visibility(&*tx, session, &row)?,
        record,
        import_id: import_of(&row.source).to_owned(),
        source_name: file.as_ref().map(|file| file.name.clone()).unwrap_or_default(),
        received: file.map_or(0, |file| file.at),
    })
}

/// Who sees a record: of the shares of its category those in whose space it is sealed.
pub(crate) fn visibility(
    tx: &dyn Transaction,
    session: &Session,
    row: &RecordRow,
) -> Result<VisibilityView, AppError> {
    let Some(category) = Category::from_name(&row.category) else {
        return Ok(VisibilityView::OnlyYou);
    };
    let mut shares = Vec::new();
    for (id, share) in Share::all(tx)? {
        let mark = Mark::load(tx, &share.space, category, &row.fingerprint)?;
        if matches!(mark, Some(Mark::Sealed { .. })) {
            shares.push((id, share));
        }
    }
    Ok(Visibility::of(&shares, session.now()).of_category(category))
}

/// A record as it came, byte for byte as text.
///
/// # Errors
/// [`ErrorCode::NotFound`], else what the vault reports.
pub fn source(session: &Session, id: &str) -> Result<String, AppError> {
    let tx = session.read()?;
    Ok(String::from_utf8_lossy(&row(&*tx, id)?.body).into_owned())
}
