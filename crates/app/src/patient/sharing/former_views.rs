//! Shares of a clinic that was left, as the patient sees them: to be read, not to be changed.

use super::consent;
use super::directory::card;
use super::former::{FormerAccess, FormerClinic, FormerShare};
use super::history::{AccessRow, looks};
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;
use crate::views::patient::{
    AccessView, DoctorStanding, ProofState, ReceiptView, ShareState, ShareView,
};

/// All of them.
pub(super) fn list(tx: &dyn Transaction, now: UnixSeconds) -> Result<Vec<ShareView>, AppError> {
    let rows = FormerShare::all(tx)?;
    rows.iter().map(|(id, clinic, share)| view(id, clinic, share, now)).collect()
}

/// One with its accesses, if there is one of this id.
pub(super) fn one(
    tx: &dyn Transaction,
    id: &str,
    now: UnixSeconds,
) -> Result<Option<ShareView>, AppError> {
    let Some((clinic, share)) = FormerShare::load(tx, id)? else { return Ok(None) };
    let mut view = view(id, &clinic, &share, now)?;
    view.accesses = looked(id, &clinic, &share)?;
    Ok(Some(view))
}

/// Every access to any of them.
pub(super) fn accesses(tx: &dyn Transaction) -> Result<Vec<AccessView>, AppError> {
    let mut views = Vec::new();
    for (id, clinic, share) in FormerShare::all(tx)? {
        views.extend(looked(&id, &clinic, &share)?);
    }
    Ok(views)
}

/// The receipt of one, if there is one of this id.
pub(super) fn receipt(
    tx: &dyn Transaction,
    id: &str,
    now: UnixSeconds,
) -> Result<Option<ReceiptView>, AppError> {
    let Some(view) = one(tx, id, now)? else { return Ok(None) };
    let (clinic, row) = FormerShare::load(tx, id)?.ok_or(ErrorCode::NotFound)?;
    let share = &row.share;
    let doctor = share.doctor(&clinic.key()?)?;
    let active = share.is_visible(now);
    let compact = consent::document(id, share, &doctor, &row.shown_as, &clinic.name, active)?;
    Ok(Some(ReceiptView {
        number: share.number.clone(),
        share: view,
        person_name: clinic.person.unwrap_or_default(),
        clinic_name: clinic.name,
        issued: now,
        consent: consent::pretty(&compact)?,
    }))
}

fn view(
    id: &str,
    clinic: &FormerClinic,
    row: &FormerShare,
    now: UnixSeconds,
) -> Result<ShareView, AppError> {
    let share = &row.share;
    let doctor = share.doctor(&clinic.key()?)?;
    let accesses: Vec<&AccessRow> = row.accesses.iter().map(|access| &access.row).collect();
    let revoked = share.revoked.as_ref();
    Ok(ShareView {
        id: id.to_owned(),
        number: share.number.clone(),
        space_id: share.space.clone(),
        space_name: row.space.clone(),
        shown_as: row.shown_as.clone(),
        shows_name: row.shows_name,
        doctor: card(&doctor, &clinic.name, false, DoctorStanding::Known),
        categories: share.categories.clone(),
        purpose: share.purpose,
        created: share.created,
        until: share.until,
        state: state(row, now),
        revoked_at: revoked.map(|revoked| revoked.at),
        revoke_confirmed: revoked.is_some_and(|revoked| revoked.confirmed.is_some()),
        problem: None,
        records: 0,
        waiting: 0,
        opened: looks(&accesses),
        first_opened: accesses.first().map(|access| access.time),
        last_opened: accesses.last().map(|access| access.time),
        fetched: accesses.iter().map(|access| access.records).sum(),
        accesses: Vec::new(),
    })
}

/// Over where that is known; else nobody can say, and nothing can be done from here.
fn state(row: &FormerShare, now: UnixSeconds) -> ShareState {
    let revoked = row.share.revoked.as_ref();
    match revoked {
        Some(revoked) if revoked.confirmed.is_some() => ShareState::Revoked,
        _ if row.share.until <= now => ShareState::Ended,
        _ => ShareState::Former,
    }
}

/// Newest first.
fn looked(id: &str, clinic: &FormerClinic, row: &FormerShare) -> Result<Vec<AccessView>, AppError> {
    let doctor = row.share.doctor(&clinic.key()?)?;
    let view = |FormerAccess { row: access, category }: &FormerAccess| AccessView {
        share_id: id.to_owned(),
        doctor_name: doctor.name.clone(),
        doctor_role: doctor.role.clone(),
        organisation: doctor.organisation.clone(),
        category: *category,
        records: access.records,
        time: access.time,
        purpose: row.share.purpose,
        // An entry that names another doctor than the share's cannot be right.
        proof: if access.doctor == doctor.hash() { access.proof() } else { ProofState::Unproved },
        space_name: row.space.clone(),
    };
    Ok(row.accesses.iter().rev().map(view).collect())
}
