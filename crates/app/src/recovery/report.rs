//! What a restore brought back, kept in the profile, and how far its keys are replaced since.

use keyward_protocol::backup::Manifest;

use super::renew;
use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::patient::import::book::FileBook;
use crate::patient::sharing::book::Share;
use crate::patient::sharing::former;
use crate::patient::spaces::Space;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::recovery::{Renewal, RenewalOf, RenewalView, RestoreReport};

/// About this computer, so not part of a backup.
const REPORT: &str = "recovery/report";

/// What a restore brought back into this profile, if it came from one.
///
/// # Errors
/// What the vault reports.
pub fn report(session: &Session) -> Result<Option<RestoreReport>, AppError> {
    let tx = session.read()?;
    let kept: Option<RestoreReport> = store::load(&*tx, Collection::Jobs, REPORT)?;
    let Some(mut report) = kept else { return Ok(None) };
    report.renewals = shares(session, &*tx)?;
    report.enrolment = enrolment(&*tx)?;
    report.left_clinic =
        former::last_left(&*tx)?.filter(|it| it.left >= report.at).map(|it| it.name);
    Ok(Some(report))
}

/// Keeps the report: part of the restore's last transaction, after what waits to be replaced.
pub(super) fn keep(
    session: &Session,
    tx: &mut dyn Transaction,
    manifest: &Manifest,
    from_relay: bool,
    people: u64,
) -> Result<RestoreReport, AppError> {
    let files = FileBook::all(tx)?.into_iter();
    let report = RestoreReport {
        profile_id: session.profile().id.clone(),
        role: session.profile().role,
        profile_name: session.profile().name.clone(),
        at: session.now(),
        version_at: manifest.made_at,
        records: manifest.records,
        originals: files.filter(|(_, file)| file.original.is_some()).count() as u64,
        spaces: Space::live(tx)?.len() as u64,
        shares: Share::all(tx)?.len() as u64 + doctor::count_shares(tx)?,
        accesses: tx.list(Collection::Accesses)?.len() as u64,
        people,
        from_relay,
        enrolment: enrolment(tx)?,
        left_clinic: None,
        renewals: shares(session, tx)?,
    };
    store::save(tx, Collection::Jobs, REPORT, &report)?;
    Ok(report)
}

fn enrolment(tx: &(impl Transaction + ?Sized)) -> Result<Renewal, AppError> {
    Ok(match renew::waits(tx)? {
        None => Renewal::None,
        Some(waits) if waits.desk => Renewal::Impossible { code: ErrorCode::NotEnrolled },
        Some(waits) if waits.enrolment || !waits.spaces.is_empty() => {
            Renewal::Waiting { problem: None }
        }
        Some(_) => Renewal::Done,
    })
}

/// Shares that end, or ended, because their keys were lost, and could be given again: a patient's own, or what
/// a doctor was given.
fn shares(
    session: &Session,
    tx: &(impl Transaction + ?Sized),
) -> Result<Vec<RenewalView>, AppError> {
    let now = session.now();
    let spaces = renew::waits(tx)?.map(|waits| waits.spaces).unwrap_or_default();
    let view = |(id, share): (String, Share)| {
        let state = match share.replaced && now < share.until {
            true => Renewal::Done,
            false if spaces.contains(&share.space) && share.is_wanted(now) => {
                Renewal::Waiting { problem: None }
            }
            false => return None,
        };
        Some(RenewalView { of: RenewalOf::Share, id, name: share.doctor_name, state })
    };
    let given = Share::all(tx)?.into_iter().filter_map(view);
    Ok(given.chain(doctor::lost_shares(tx, now)?).collect())
}
