//! The persona of a space: certified, and made known to the relay.

use keyward_protocol::certificate::VerifiedPersona;
use keyward_relay_api::authority::credential::epoch_at;

use super::exchange::Exchange;
use crate::credential;
use crate::error::{AppError, ErrorCode};
use crate::failure::Failure;
use crate::patient::sharing::book::Share;
use crate::patient::spaces::{Persona, Space};
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::Relay;
use crate::recovery::kit;

impl Exchange<'_> {
    /// The space with the recovery key of its next certificate, durable before that is asked for.
    pub(super) fn with_recovery(
        &self,
        mut space: Space,
        wanted: bool,
        now: UnixSeconds,
    ) -> Result<Space, AppError> {
        let held = space.certificate(self.enrolment, now)?;
        // One epoch certifies her in one way only; a new kit is taken up in the next one.
        let due = held
            .as_ref()
            .is_none_or(|held| space.is_renewal_due(held, now) || epoch_at(now) > held.epoch);
        if !wanted || !due {
            return Ok(space);
        }
        let mut tx = self.session.begin()?;
        let kit = kit::current(&mut *tx, self.session)?;
        if space.draw_recovery(self.session, &kit, held.as_ref())? {
            let mut stored = Space::load(&*tx, self.id)?;
            stored.recoveries.clone_from(&space.recoveries);
            stored.save(&mut *tx, self.id)?;
        }
        tx.commit()?;
        Ok(space)
    }

    /// The persona's certificate: the one there is, or a new one through the credential. `None` if none is needed (everything is over and only history is left to fetch).
    pub(super) fn certificate(
        &self,
        space: &Space,
        persona: &Persona,
        shares: &[(String, Share)],
        now: UnixSeconds,
    ) -> Result<Option<VerifiedPersona>, AppError> {
        let held = space.certificate(self.enrolment, now)?;
        let drawn = space.recoveries.last().map(|recovery| recovery.hash);
        let due = held.as_ref().is_none_or(|held| {
            space.is_renewal_due(held, now) || drawn.is_some_and(|hash| hash != held.recovery_hash)
        });
        if self.waits && due && !self.may_certify(space, held.is_none(), now)? {
            return held.map(Some).ok_or_else(|| ErrorCode::CredentialWaits.into());
        }
        if !due || !shares.iter().any(|(_, share)| share.is_wanted(now)) {
            return Ok(held);
        }
        match (self.certify(persona, now), held) {
            (Ok(certificate), _) => Ok(certificate),
            // Asked early enough that there is time: the one she has still holds.
            (Err(_), Some(held)) => Ok(Some(held)),
            (Err(error), None) => Err(error),
        }
    }

    /// Whether it is time, where things travel apart: with a credential that was asked for in another opening, and
    /// late in its epoch. Who has no certificate any more does not wait for that.
    pub(super) fn may_certify(
        &self,
        space: &Space,
        over: bool,
        now: UnixSeconds,
    ) -> Result<bool, AppError> {
        let tx = self.session.read()?;
        Ok(match over {
            true => credential::standing(&*tx, now)?.is_some(),
            false => credential::times::may_show(&*tx, now, space.secret())?,
        })
    }

    pub(super) fn certify(
        &self,
        persona: &Persona,
        now: UnixSeconds,
    ) -> Result<Option<VerifiedPersona>, AppError> {
        let certified = persona.certify(self.session, self.id)?;
        self.change_space(|space| space.certified(certified))?;
        Space::load(&*self.session.read()?, self.id)?.certificate(self.enrolment, now)
    }

    pub(super) fn present(
        &self,
        relay: &dyn Relay,
        certificate: &VerifiedPersona,
    ) -> Result<(), Failure> {
        let space = Space::load(&*self.session.read()?, self.id)?;
        if space.presented.as_deref() != Some(certificate.raw()) {
            relay.present_persona(certificate.raw())?;
            self.change_space(|space| space.presented = Some(certificate.raw().to_vec()))?;
        }
        Ok(())
    }

    pub(super) fn forget_presented(&self) -> Result<(), AppError> {
        self.change_space(|space| space.presented = None)
    }

    pub(super) fn change_space(&self, change: impl FnOnce(&mut Space)) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut space = Space::load(&*tx, self.id)?;
        change(&mut space);
        space.save(&mut *tx, self.id)?;
        Ok(tx.commit()?)
    }
}

/// Whether the clinic would not certify her.
pub(super) const fn is_refused(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::AuthorityRefused | ErrorCode::CredentialRefused)
}
