//! What is over by this computer's own knowledge, before anybody is asked.

use super::exchange::Exchange;
use crate::error::{AppError, ErrorCode};
use crate::patient::sharing::book::{Act, Compartment, Share};
use crate::patient::sharing::directory::Doctors;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};

impl Exchange<'_> {
    /// A share whose time is over closes the epochs it could read, before anything more is sealed.
    pub(super) fn note_ended(
        &self,
        shares: &[(String, Share)],
        now: UnixSeconds,
    ) -> Result<(), AppError> {
        for (id, share) in shares {
            if share.until <= now && !share.ended {
                let mut tx = self.session.begin()?;
                let mut share = Share::load(&*tx, id)?;
                share.ended = true;
                share.save(&mut *tx, id)?;
                tx.delete(Collection::Outbox, &Act::grant_row(self.id, id))?;
                close_epochs(&mut *tx, self.id, &share)?;
                tx.commit()?;
            }
        }
        Ok(())
    }

    /// Marks shares whose doctor the clinic no longer vouches for under the key they were made for.
    /// The relay opens nothing to that key any more; she is told, and asked to share again if the
    /// doctor has another key now.
    pub(super) fn note_doctors(
        &self,
        shares: Vec<(String, Share)>,
        now: UnixSeconds,
    ) -> Result<Vec<(String, Share)>, AppError> {
        let Some(doctors) = self.doctors.as_ref().map_err(Clone::clone)? else {
            return Ok(shares);
        };
        let mut noted = Vec::with_capacity(shares.len());
        for (id, _) in shares {
            let share = Share::load(&*self.session.read()?, &id)?;
            let share = match self.gone(doctors, &share, now)? {
                Some(_) => self.note_gone(doctors, &id, now)?,
                None => share,
            };
            noted.push((id, share));
        }
        Ok(noted)
    }

    /// What she is to be told of a share's doctor, if she was not yet.
    fn gone(
        &self,
        doctors: &Doctors,
        share: &Share,
        now: UnixSeconds,
    ) -> Result<Option<ErrorCode>, AppError> {
        let told = share.problem.as_ref().map(|problem| problem.code);
        if !share.is_wanted(now) || told.is_some_and(|code| !is_gone(code)) {
            return Ok(None);
        }
        let why = doctors.gone(&doctors.of(share, self.enrolment)?);
        Ok(why.filter(|why| told != Some(*why)))
    }

    fn note_gone(&self, doctors: &Doctors, id: &str, now: UnixSeconds) -> Result<Share, AppError> {
        let mut tx = self.session.begin()?;
        let mut share = Share::load(&*tx, id)?;
        if let Some(why) = self.gone(doctors, &share, now)? {
            share.problem = Some(why.into());
            share.save(&mut *tx, id)?;
            tx.delete(Collection::Outbox, &Act::grant_row(self.id, id))?;
            close_epochs(&mut *tx, self.id, &share)?;
            tx.commit()?;
        }
        Ok(share)
    }
}

/// Marks the open epochs of a share's compartments to be closed before anything more is sealed.
///
/// # Errors
/// What the vault reports.
pub(in crate::patient::sharing) fn close_epochs(
    tx: &mut dyn Transaction,
    space: &str,
    share: &Share,
) -> Result<(), AppError> {
    for category in &share.categories {
        if let Some(mut compartment) = Compartment::load(tx, space, *category)? {
            compartment.close = true;
            compartment.save(tx, space, *category)?;
        }
    }
    Ok(())
}

/// Whether a problem is that the clinic took the doctor's certificate back.
const fn is_gone(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::DoctorRemoved | ErrorCode::DoctorKeyChanged)
}
