//! The last exchange of a space that was put away: its shares end, who looked until then is fetched, and the relay
//! forgets its persona.

use std::sync::Arc;

use super::exchange::Exchange;
use crate::error::{AppError, ErrorCode};
use crate::failure::{Failure, is_stranger};
use crate::leaving::forgetting;
use crate::patient::sharing::book::{Revocation, Share};
use crate::patient::sharing::history;
use crate::patient::spaces::{Persona, Space};
use crate::ports::relay::Relay;
use crate::ports::vault::Collection;

impl Exchange<'_> {
    /// Safe to repeat after any failure.
    pub(super) fn retire(
        &self,
        relay: &dyn Relay,
        space: &Space,
        persona: &Persona,
    ) -> Result<(), AppError> {
        let ended = self.send_revocations(relay);
        match ended.and_then(|()| history::fetch(self.session, self.id, relay)) {
            // It has forgotten her, and the answer was lost.
            Err(Failure::Relay(error)) if is_stranger(&error) => {}
            Err(Failure::Relay(error)) => return Err(error.into()),
            Err(Failure::App(error)) => return Err(error),
            Ok(()) => {}
        }
        let shown = space.presented.as_ref().or(space.certificate.as_ref());
        let shown = shown.ok_or(ErrorCode::VaultCorrupt)?;
        let (at, signing) = (self.enrolment.relay(), Arc::clone(&persona.signing));
        let statement = forgetting::statement(&at, &signing, self.session.now())?;
        let forgotten = forgetting::ask(self.session, &at, &signing, shown, &statement)?;
        let now = self.session.now();
        let mut tx = self.session.begin()?;
        let mut stored = Space::load(&*tx, self.id)?;
        if let Some(retired) = &mut stored.retired {
            retired.done = true;
            (retired.receipt, retired.erased_by) =
                forgotten.map(|it| (it.receipt, it.erased_by)).unzip();
        }
        stored.save(&mut *tx, self.id)?;
        // Whatever waited is for nobody any more, and every key is gone there.
        for (row, _) in tx.list_prefix(Collection::Outbox, &format!("{}/", self.id))? {
            tx.delete(Collection::Outbox, &row)?;
        }
        for (id, mut share) in Share::all(&*tx)? {
            if share.space == self.id
                && let Some(Revocation { confirmed: confirmed @ None, .. }) = &mut share.revoked
            {
                *confirmed = Some(now);
                share.save(&mut *tx, &id)?;
            }
        }
        Ok(tx.commit()?)
    }
}
