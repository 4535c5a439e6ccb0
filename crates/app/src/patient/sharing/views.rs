//! Shares, accesses and receipts as the patient sees them.

use std::collections::BTreeMap;

use keyward_records::Category;

use super::book::{Compartment, Mark, Share, Waiting};
use super::directory::{Doctors, card};
use super::history::{AccessRow, looks};
use super::{consent, former_views};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::views::patient::{AccessView, DoctorStanding, ReceiptView, ShareState, ShareView};

/// Everything the views of one look need, read once.
struct Look<'a> {
    tx: &'a dyn Transaction,
    enrolment: Enrolment,
    doctors: Option<Doctors>,
    spaces: BTreeMap<String, Space>,
    compartments: BTreeMap<String, Vec<(Category, Compartment)>>,
    accesses: BTreeMap<String, Vec<AccessRow>>,
    counts: BTreeMap<String, u64>,
    now: UnixSeconds,
}

impl<'a> Look<'a> {
    fn new(tx: &'a dyn Transaction, now: UnixSeconds) -> Result<Self, AppError> {
        let enrolment = Enrolment::require(tx)?;
        let doctors = Doctors::load(tx, &enrolment, now)?;
        let spaces: BTreeMap<String, Space> = Space::all(tx)?.into_iter().collect();
        let (mut compartments, mut accesses) = (BTreeMap::new(), BTreeMap::new());
        for id in spaces.keys() {
            compartments.insert(id.clone(), Compartment::of_space(tx, id)?);
            accesses.insert(id.clone(), AccessRow::of_space(tx, id)?);
        }
        let counts = tx.count_records()?.into_iter().collect();
        Ok(Self { tx, enrolment, doctors, spaces, compartments, accesses, counts, now })
    }

    fn space(&self, share: &Share) -> Result<&Space, AppError> {
        self.spaces.get(&share.space).ok_or_else(|| ErrorCode::VaultCorrupt.into())
    }

    fn share(&self, id: &str, share: &Share) -> Result<ShareView, AppError> {
        let space = self.space(share)?;
        let shown_as = space.shown_as(&self.enrolment);
        let doctor = share.doctor(&self.enrolment.authority_key()?)?;
        let accesses: Vec<&AccessRow> = self.accesses_of(id, share);
        let (records, waiting) = self.records(share)?;
        let standing = match &self.doctors {
            Some(doctors) => doctors.standing(&doctor),
            None => DoctorStanding::Known,
        };
        let same_name =
            self.doctors.as_ref().is_some_and(|doctors| doctors.card(&doctor).same_name);
        let revoked = share.revoked.as_ref();
        Ok(ShareView {
            id: id.to_owned(),
            number: share.number.clone(),
            space_id: share.space.clone(),
            space_name: space.name.clone(),
            shown_as: shown_as.text().to_owned(),
            shows_name: shown_as.is_name(),
            doctor: card(&doctor, &self.enrolment.clinic_name, same_name, standing),
            categories: share.categories.clone(),
            purpose: share.purpose,
            created: share.created,
            until: share.until,
            state: state(share, self.now),
            revoked_at: revoked.map(|revoked| revoked.at),
            revoke_confirmed: revoked.is_some_and(|revoked| revoked.confirmed.is_some()),
            problem: share.problem.clone(),
            records,
            waiting,
            opened: looks(&accesses),
            first_opened: accesses.first().map(|access| access.time),
            last_opened: accesses.last().map(|access| access.time),
            fetched: accesses.iter().map(|access| access.records).sum(),
            accesses: Vec::new(),
        })
    }

    fn accesses_of(&self, id: &str, share: &Share) -> Vec<&AccessRow> {
        let rows = self.accesses.get(&share.space).map(Vec::as_slice).unwrap_or_default();
        rows.iter().filter(|row| row.grant.to_string() == id).collect()
    }

    /// Records that can be seen, and records that are to be but are not yet.
    fn records(&self, share: &Share) -> Result<(u64, u64), AppError> {
        if share.revoked.is_some() || share.until <= self.now {
            return Ok((0, 0));
        }
        let (mut seen, mut waiting) = (0, 0);
        for category in &share.categories {
            let (sealed, withheld) = Mark::count(self.tx, &share.space, *category)?;
            let sending = Waiting::count(self.tx, &share.space, *category)?;
            let all = self.counts.get(category.as_str()).copied().unwrap_or_default();
            seen += sealed.saturating_sub(sending);
            waiting += sending + all.saturating_sub(sealed + withheld);
        }
        // Until the relay has the grant, nothing can be seen.
        Ok(if share.granted.is_some() { (seen, waiting) } else { (0, seen + waiting) })
    }

    fn access(&self, row: &AccessRow, share: &Share) -> Result<AccessView, AppError> {
        let doctor = share.doctor(&self.enrolment.authority_key()?)?;
        let category = self
            .compartments
            .get(&share.space)
            .into_iter()
            .flatten()
            .find(|(_, compartment)| compartment.id == row.compartment)
            .map(|(category, _)| *category);
        Ok(AccessView {
            share_id: row.grant.to_string(),
            doctor_name: doctor.name.clone(),
            doctor_role: doctor.role.clone(),
            organisation: doctor.organisation.clone(),
            category,
            records: row.records,
            time: row.time,
            purpose: share.purpose,
            // An entry that names another doctor than the share's cannot be right.
            proof: if row.doctor == doctor.hash() {
                row.proof()
            } else {
                crate::views::patient::ProofState::Unproved
            },
            space_name: self.space(share)?.name.clone(),
        })
    }

    fn accesses(&self, id: &str, share: &Share) -> Result<Vec<AccessView>, AppError> {
        self.accesses_of(id, share).into_iter().rev().map(|row| self.access(row, share)).collect()
    }
}

fn state(share: &Share, now: UnixSeconds) -> ShareState {
    match share {
        _ if share.revoked.is_some() => ShareState::Revoked,
        _ if share.until <= now => ShareState::Ended,
        _ if share.problem.is_some() => ShareState::Problem,
        _ if share.granted.is_none() => ShareState::Pending,
        _ => ShareState::Live,
    }
}

/// All shares: live and pending ones first, soonest end first; then those that are over or of a
/// former clinic, newest first.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`], else what the vault reports.
pub fn list(session: &Session) -> Result<Vec<ShareView>, AppError> {
    let tx = session.read()?;
    let look = Look::new(&*tx, session.now())?;
    let mut views = Vec::new();
    for (id, share) in Share::all(&*tx)? {
        views.push(look.share(&id, &share)?);
    }
    views.extend(former_views::list(&*tx, session.now())?);
    let over = |view: &ShareView| {
        matches!(view.state, ShareState::Ended | ShareState::Revoked | ShareState::Former)
    };
    views.sort_by_key(|view| {
        if over(view) { (true, u64::MAX - view.created) } else { (false, view.until) }
    });
    Ok(views)
}

/// One share with its accesses.
///
/// # Errors
/// [`ErrorCode::NotFound`], else as [`list`].
pub fn one(session: &Session, id: &str) -> Result<ShareView, AppError> {
    find(&*session.read()?, id, session.now())
}

fn find(tx: &dyn Transaction, id: &str, now: UnixSeconds) -> Result<ShareView, AppError> {
    if let Some(former) = former_views::one(tx, id, now)? {
        return Ok(former);
    }
    let look = Look::new(tx, now)?;
    let share = Share::load(tx, id)?;
    let mut view = look.share(id, &share)?;
    view.accesses = look.accesses(id, &share)?;
    Ok(view)
}

/// Every access in every space, newest first.
///
/// # Errors
/// As [`list`].
pub fn accesses(session: &Session) -> Result<Vec<AccessView>, AppError> {
    let tx = session.read()?;
    let look = Look::new(&*tx, session.now())?;
    let mut views = Vec::new();
    for (id, share) in Share::all(&*tx)? {
        views.extend(look.accesses(&id, &share)?);
    }
    views.extend(former_views::accesses(&*tx)?);
    views.sort_by_key(|view| std::cmp::Reverse(view.time));
    Ok(views)
}

/// The receipt of a consent.
///
/// # Errors
/// [`ErrorCode::NotFound`], else as [`list`].
pub fn receipt(session: &Session, id: &str) -> Result<ReceiptView, AppError> {
    let tx = session.read()?;
    if let Some(former) = former_views::receipt(&*tx, id, session.now())? {
        return Ok(former);
    }
    let view = find(&*tx, id, session.now())?;
    let enrolment = Enrolment::require(&*tx)?;
    let share = Share::load(&*tx, id)?;
    let space = Space::load(&*tx, &share.space)?;
    let doctor = share.doctor(&enrolment.authority_key()?)?;
    let active = share.is_wanted(session.now());
    let shown_as = space.shown_as(&enrolment);
    let shown_as = shown_as.text();
    let clinic = &enrolment.clinic_name;
    let compact = consent::document(id, &share, &doctor, shown_as, clinic, active)?;
    let person = enrolment.person.as_ref();
    Ok(ReceiptView {
        number: share.number.clone(),
        share: view,
        person_name: person.map(|person| person.name.clone()).unwrap_or_default(),
        clinic_name: enrolment.clinic_name.clone(),
        issued: session.now(),
        consent: consent::pretty(&compact)?,
    })
}
