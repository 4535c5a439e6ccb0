//! "What the doctor will see": the doctor's own chart code over exactly the bytes that would be
//! sealed.

use std::collections::BTreeMap;

use keyward_protocol::ids::RecordId;
use keyward_records::Category;
use keyward_records::deidentify::{self, IdentifierKind};
use keyward_records::view::{self, ChartInput, SharedScope};

use super::content::{self, Content, Recipe, Withheld};
use super::directory::Doctors;
use super::draft;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::spaces::Space;
use crate::reading::{Previewed, begin_preview};
use crate::session::Session;
use crate::views::patient::{
    IdentifiesView, ShareDraft, SharePreview, WithheldReason, WithheldView,
};

/// Entries of each list at most: a person reads no more, and the numbers are told beside it.
const LISTED: usize = 500;

/// The preview of a share.
///
/// # Errors
/// What is wrong with the draft, else what the vault reports.
pub fn preview(session: &Session, wanted: &ShareDraft) -> Result<SharePreview, AppError> {
    let tx = session.read()?;
    let enrolment = Enrolment::require(&*tx)?;
    let now = session.now();
    let doctors = Doctors::load(&*tx, &enrolment, now)?.ok_or(ErrorCode::DoctorUnknown)?;
    let doctor = doctors.find(&wanted.doctor)?;
    draft::check(wanted, doctor, now)?;
    let space = Space::load(&*tx, &wanted.space_id)?;
    let recipe = Recipe::load(&*tx, &space, &enrolment)?;
    let mut contents = Vec::new();
    let mut withheld = Vec::new();
    for category in &wanted.categories {
        for row in content::records(&*tx, *category)? {
            let (id, title, kind) = (row.id, row.title.clone(), row.resource_type.clone());
            match recipe.prepare(row) {
                Ok(content) => contents.push(content),
                Err(why) => withheld.push((why, withheld_view(&id, title, kind, why))),
            }
        }
    }
    drop(tx);
    let previewed: Vec<Previewed<'_>> = contents
        .iter()
        .map(|content| Previewed {
            record: content.record,
            compartment: &content.compartment,
            shared: &content.shared,
        })
        .collect();
    let id = begin_preview(session, &wanted.space_id, &wanted.categories, &previewed)?;
    let shown_as = space.shown_as(&enrolment);
    Ok(SharePreview {
        id,
        doctor: doctors.card(doctor),
        shown_as: shown_as.text().to_owned(),
        shows_name: shown_as.is_name(),
        chart: chart(&contents, &wanted.categories),
        identifies: identifies(&contents),
        removed: removed(&contents),
        free_text: free_text(&contents),
        records: contents.len() as u64,
        withheld: withheld.len() as u64,
        stays: stays(withheld),
        bytes: contents.iter().map(|content| content.shared.body.len() as u64).sum(),
    })
}

fn withheld_view(id: &RecordId, title: String, kind: String, why: Withheld) -> WithheldView {
    WithheldView {
        record_id: id.to_string(),
        title,
        resource_type: kind,
        reason: match why {
            Withheld::NotUnderstood => WithheldReason::NotUnderstood,
            Withheld::TooLarge => WithheldReason::TooLarge,
            Withheld::KeptApart => WithheldReason::KeptApart,
            Withheld::OnlyKept => WithheldReason::OnlyKept,
            Withheld::WholeDocument => WithheldReason::WholeDocument,
        },
    }
}

/// What she can do something about first: it must not fall off the end.
fn stays(mut withheld: Vec<(Withheld, WithheldView)>) -> Vec<WithheldView> {
    withheld.sort_by_key(|(why, _)| !matches!(why, Withheld::KeptApart | Withheld::TooLarge));
    withheld.truncate(LISTED);
    withheld.into_iter().map(|(_, view)| view).collect()
}

fn chart(contents: &[Content], categories: &[Category]) -> view::ChartView {
    let ids: Vec<String> = contents.iter().map(|content| content.record.to_string()).collect();
    let inputs: Vec<ChartInput<'_>> = contents
        .iter()
        .zip(&ids)
        .map(|(content, id)| ChartInput {
            record_id: id,
            bytes: &content.shared.body,
            received: Some(content.shared.received),
            source: &content.shared.source,
            compartment: Category::from_name(&content.compartment),
        })
        .collect();
    view::chart(&inputs, &SharedScope::Only(categories.to_vec()))
}

fn identifies(contents: &[Content]) -> Vec<IdentifiesView> {
    let mut all: Vec<IdentifiesView> = contents
        .iter()
        .flat_map(|content| {
            deidentify::identifying(&content.shared.body).into_iter().map(|item| IdentifiesView {
                record_id: content.record.to_string(),
                title: content.title.clone(),
                what: item.what.code().to_owned(),
                place: item.path,
                text: item.value,
                hits: Vec::new(),
            })
        })
        .collect();
    // What nobody expects in a record first: it must not fall off the end.
    all.sort_by_key(|item| item.what != IdentifierKind::PhotoPlace.code());
    all.truncate(LISTED);
    all
}

fn free_text(contents: &[Content]) -> Vec<IdentifiesView> {
    let mut all: Vec<IdentifiesView> = contents
        .iter()
        .flat_map(|content| {
            content.free_text.iter().map(|warning| IdentifiesView {
                record_id: content.record.to_string(),
                title: content.title.clone(),
                what: warning.kind.code().to_owned(),
                place: warning.path.clone(),
                text: warning.text.clone(),
                hits: warning.hits.clone(),
            })
        })
        .collect();
    // What holds her own words first: that is what she must read.
    all.sort_by_key(|warning| warning.hits.is_empty());
    all.truncate(LISTED);
    all
}

fn removed(contents: &[Content]) -> BTreeMap<String, u64> {
    let mut sum = BTreeMap::new();
    for (what, count) in contents.iter().flat_map(|content| &content.removed) {
        *sum.entry(what.clone()).or_default() += count;
    }
    sum
}
