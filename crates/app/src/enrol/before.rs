//! What an invitation meets: a profile that is with no clinic, a restored one that waits for its clinic, or a
//! doctor's whose keys her clinic has stopped. Every other profile accepts none.
//!
//! A restored profile needs the clinic's word for its new computer. If the clinic is there, its desk
//! may have to invite her anew; if it is gone for good, she would wait for ever. So, and only while she
//! waits, she may leave it for another one, once she has agreed to what that means.

use keyward_protocol::invitation::fingerprint;

use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::patient::sharing::former;
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;
use crate::recovery::renew;
use crate::session::Session;
use crate::views::common::{LeavesClinic, Role};

/// The profile before an invitation is accepted.
pub(super) enum Before {
    /// With no clinic.
    Free,
    /// Restored, and its clinic's word is missing.
    Waiting {
        /// The clinic it waits for.
        enrolment: Box<Enrolment>,
        /// That clinic's desk has to invite her anew.
        desk: bool,
    },
}

impl Before {
    /// As it stands.
    ///
    /// # Errors
    /// [`ErrorCode::AlreadyEnrolled`] for a profile that is with a clinic and waits for nothing of it.
    pub(super) fn of(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        let Some(enrolment) = Enrolment::load(tx)? else { return Ok(Self::Free) };
        let (waits, desk) = match enrolment.role {
            Role::Patient => (renew::waits_for_clinic(tx)?, renew::needs_desk(tx)?),
            Role::Doctor => (doctor::needs_clinic(tx)?, true),
            Role::Desk => (false, false),
        };
        if !waits {
            return Err(ErrorCode::AlreadyEnrolled.into());
        }
        Ok(Self::Waiting { enrolment: Box::new(enrolment), desk })
    }

    /// The clinic that is left by joining the one whose key has this fingerprint; `None` if none is.
    ///
    /// # Errors
    /// [`ErrorCode::AlreadyEnrolled`] if it is the same clinic and its desk is not needed: what waits goes
    /// on by itself.
    pub(super) fn left(&self, of: &[u8; 32]) -> Result<Option<&Enrolment>, AppError> {
        let Self::Waiting { enrolment, desk } = self else { return Ok(None) };
        if fingerprint(&enrolment.authority_key()?) != *of {
            // What a doctor's profile holds is her standing with this clinic: for another one she has another.
            return match enrolment.role {
                Role::Patient => Ok(Some(enrolment)),
                _ => Err(ErrorCode::AlreadyEnrolled.into()),
            };
        }
        if *desk { Ok(None) } else { Err(ErrorCode::AlreadyEnrolled.into()) }
    }

    /// The same, as the question tells it.
    ///
    /// # Errors
    /// As [`Before::left`], and what the vault reports.
    pub(super) fn leaves(
        &self,
        session: &Session,
        of: &[u8; 32],
    ) -> Result<Option<LeavesClinic>, AppError> {
        let Some(enrolment) = self.left(of)? else { return Ok(None) };
        let tx = session.read()?;
        let shares = Share::all(&*tx)?;
        let now = session.now();
        let open = shares.iter().filter(|(_, share)| share.is_visible(now)).count();
        Ok(Some(LeavesClinic {
            clinic_name: enrolment.clinic_name.clone(),
            spaces: Space::live(&*tx)?.len() as u64,
            shares: shares.len() as u64,
            open: open as u64,
        }))
    }
}

/// Whether the person has agreed to leave the clinic she is with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// She was not asked.
    Refused,
    /// She was, and said yes.
    Agreed,
}

/// Part of the transaction that stores the new enrolment: the former service goes out of it, if the
/// invitation is another clinic's and she agreed.
///
/// # Errors
/// As [`Before::of`] and [`Before::left`]; [`ErrorCode::InvitationOtherClinic`] without her word.
pub(super) fn make_room(
    tx: &mut dyn Transaction,
    of: &[u8; 32],
    leaving: Leaving,
    now: UnixSeconds,
) -> Result<(), AppError> {
    let before = Before::of(tx)?;
    match (before.left(of)?, leaving) {
        (None, _) => {
            if let Before::Waiting { enrolment, .. } = &before
                && enrolment.role == Role::Doctor
            {
                doctor::lose_keys(tx, now)?;
            }
            renew::enrolled_anew(tx)
        }
        (Some(former), Leaving::Agreed) => former::set_apart(tx, former, now),
        (Some(former), Leaving::Refused) => Err(not_agreed(former)),
    }
}

/// What stands in the way before anything is sent.
///
/// # Errors
/// As [`make_room`].
pub(super) fn check(session: &Session, of: &[u8; 32], leaving: Leaving) -> Result<(), AppError> {
    let before = Before::of(&*session.read()?)?;
    match (before.left(of)?, leaving) {
        (Some(former), Leaving::Refused) => Err(not_agreed(former)),
        _ => Ok(()),
    }
}

fn not_agreed(former: &Enrolment) -> AppError {
    AppError::new(ErrorCode::InvitationOtherClinic).with("clinic", former.clinic_name.clone())
}
