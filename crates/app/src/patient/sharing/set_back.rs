//! A computer that was set back to an older state, or of which a copy is in use (SPEC §25.4): the relay has
//! compartments, key epochs or records of this persona that this profile knows nothing of.
//!
//! Nothing is continued then: another state of this profile has, or will have, used the same places in the
//! chains and the same prepared entries. The compartments are left behind with everything prepared for them,
//! and what the shares need is sealed anew into others, under new epochs, with new nonces. What was stopped
//! meanwhile stays stopped, and what was shared meanwhile ends: nobody shall read what she does not see.

use std::collections::HashSet;
use std::sync::Arc;

use keyward_protocol::chain::SignedHead;
use keyward_protocol::ids::EpochId;
use keyward_records::Category;

use super::book::{Act, Compartment, Epoch, Revocation, Share};
use super::carry::SyncBook;
use super::grants;
use crate::error::AppError;
use crate::failure::Failure;
use crate::identity::Enrolment;
use crate::patient::spaces::Persona;
use crate::ports::recovery::CompartmentState;
use crate::ports::relay::{GrantState, GrantSummary, ProblemCode, Relay, RelayError};
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;

/// Looks after one space.
pub(super) struct SetBack<'a> {
    pub(super) session: &'a Session,
    pub(super) enrolment: &'a Enrolment,
    /// Id of the space.
    pub(super) space: &'a str,
    pub(super) persona: &'a Persona,
}

impl SetBack<'_> {
    /// Asks the relay where the compartments stand, and begins anew if it knows more than this profile.
    pub(super) fn notice(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let states = self
            .session
            .network()
            .relay_recovery(&self.enrolment.relay(), Arc::clone(&self.persona.signing))?
            .compartments()?;
        let unknown = {
            let tx = self.session.read()?;
            let known = Compartment::of_space(&*tx, self.space)?;
            states.iter().try_fold(false, |unknown, state| {
                Ok::<_, AppError>(unknown || !self.knows(&*tx, &known, state)?)
            })?
        };
        if unknown { self.begin_anew(relay) } else { Ok(()) }
    }

    /// Whether this profile brought a compartment to where the relay has it.
    fn knows(
        &self,
        tx: &dyn Transaction,
        known: &[(Category, Compartment)],
        state: &CompartmentState,
    ) -> Result<bool, AppError> {
        let Some((category, row)) = known.iter().find(|(_, row)| row.id == state.compartment)
        else {
            return Ok(false);
        };
        let current = Compartment::load(tx, self.space, *category)?;
        if current.is_none_or(|current| current.id != row.id) {
            // Left behind: nothing is added to it any more.
            return Ok(true);
        }
        let epochs: HashSet<EpochId> = Epoch::of_compartment(tx, self.space, *category)?
            .into_iter()
            .map(|epoch| epoch.id)
            .collect();
        Ok(epochs.contains(&state.open) && is_ahead(row.head.as_deref(), state.head.as_deref()))
    }

    /// Leaves all compartments of the space behind, and takes over what the relay says of its grants.
    pub(super) fn begin_anew(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let grants = relay.grants()?;
        let now = self.session.now();
        // First: should this be as far as it comes, the next exchange notices it again.
        for summary in &grants {
            let id = summary.grant_id.to_string();
            let known = store::load::<Share>(&*self.session.read()?, Collection::Shares, &id)?;
            let open = matches!(summary.state, GrantState::Live | GrantState::NotYet);
            if open && known.is_none_or(|share| outlives(summary, &share)) {
                relay.revoke(&summary.grant_id, &grants::revocation(&id, self.persona, now)?)?;
            }
        }
        let mut tx = self.session.begin()?;
        for (category, _) in Compartment::of_space(&*tx, self.space)? {
            Compartment::leave_behind(&mut *tx, self.space, category)?;
        }
        for summary in &grants {
            self.take_over(&mut *tx, summary)?;
        }
        let mut sync: SyncBook =
            store::load(&*tx, Collection::Settings, SyncBook::ROW)?.unwrap_or_default();
        sync.set_back = Some(now);
        store::save(&mut *tx, Collection::Settings, SyncBook::ROW, &sync)?;
        tx.commit()?;
        self.session.changed();
        Ok(())
    }

    /// A share is as the relay has it: stopped, or given up to a revision from which the next one counts on.
    fn take_over(&self, tx: &mut dyn Transaction, summary: &GrantSummary) -> Result<(), AppError> {
        let id = summary.grant_id.to_string();
        let Some(mut share) = store::load::<Share>(tx, Collection::Shares, &id)? else {
            return Ok(());
        };
        tx.delete(Collection::Outbox, &Act::grant_row(self.space, &id))?;
        share.sent = true;
        if summary.state == GrantState::Revoked && share.revoked.is_none() {
            let at = summary.revoked_at.unwrap_or_else(|| self.session.now());
            share.revoked = Some(Revocation { at, confirmed: Some(self.session.now()) });
            share.replaced |= summary.replaced;
        }
        // The relay's word never makes a consent longer: what ends there later than she agreed to here was stopped.
        if outlives(summary, &share) && share.revoked.is_none() {
            let now = self.session.now();
            share.revoked = Some(Revocation { at: now, confirmed: Some(now) });
        }
        if let Some(granted) = &mut share.granted {
            granted.revision = summary.revision;
            granted.terms.entries.clear();
        }
        Ok(share.save(tx, &id)?)
    }
}

/// Whether the relay has a grant for longer than this profile agreed to.
fn outlives(summary: &GrantSummary, share: &Share) -> bool {
    summary.expiry > share.until
}

/// Whether this head is the relay's or comes behind it.
fn is_ahead(own: Option<&[u8]>, relay: Option<&[u8]>) -> bool {
    let Some(relay) = relay else { return true };
    let Some(own) = own else { return false };
    if own == relay {
        return true;
    }
    match (SignedHead::from_bytes(own), SignedHead::from_bytes(relay)) {
        (Ok(own), Ok(relay)) => own.unverified().extends(relay.unverified()).is_ok(),
        _ => false,
    }
}

/// Whether the relay refuses something because its state is another than this profile remembers.
pub(super) fn is_conflict(error: &RelayError) -> bool {
    matches!(error, RelayError::NotFound)
        || error.refusal().is_some_and(|refusal| {
            matches!(
                refusal.code,
                ProblemCode::ChainBroken
                    | ProblemCode::RecordConflict
                    | ProblemCode::HeadConflict
                    | ProblemCode::EpochClosed
                    | ProblemCode::EpochConflict
            )
        })
}
