//! The clinic's word for the name in a space that shows it (protocol SPEC §7.1).
//!
//! A space under a pseudonym never asks: by asking, the clinic learns that this persona shows her
//! name. Sharing does not wait for it either: without it the letter says the name alone, and the
//! next exchange asks again.

use std::sync::Arc;

use keyward_protocol::certificate::NameAttestation;
use keyward_protocol::ids::PersonaId;

use crate::error::{AppError, ErrorCode};
use crate::exchange::ShownAs;
use crate::identity::Enrolment;
use crate::patient::spaces::{Persona, RENEW_BEFORE, Space};
use crate::ports::clock::UnixSeconds;
use crate::session::Session;

/// A space that is about to share.
pub(super) struct Naming<'a> {
    pub(super) session: &'a Session,
    pub(super) enrolment: &'a Enrolment,
    pub(super) space: &'a str,
    pub(super) persona: &'a Persona,
}

impl Naming<'_> {
    /// The attestation for the letters of a space: the one there is, or a new one when it is missing
    /// or about to end. `None` in a space under a pseudonym, and while the clinic gives none for the
    /// name that is shown.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`], or what the vault reports.
    pub(super) fn attestation(
        &self,
        space: &Space,
        now: UnixSeconds,
    ) -> Result<Option<Vec<u8>>, AppError> {
        let ShownAs::Name { name, birth_date } = space.shown_as(self.enrolment) else {
            return Ok(None);
        };
        let authority = self.enrolment.authority_key()?;
        let persona = PersonaId::of(self.persona.signing.verifying_key());
        let good_until = |bytes: &[u8]| {
            let service = self.enrolment.service_id;
            NameAttestation::verify(bytes, &authority, service, persona, now)
                .ok()
                .filter(|attested| attested.states(&name, birth_date.as_deref()))
                .map(|attested| attested.valid_until)
        };
        let until = space.attestation.as_deref().and_then(good_until);
        let held = until.and_then(|_| space.attestation.clone());
        if until.is_some_and(|until| until > now.saturating_add(RENEW_BEFORE)) {
            return Ok(held);
        }
        match self.ask() {
            Ok(bytes) if good_until(&bytes).is_some() => {
                self.keep(&bytes)?;
                Ok(Some(bytes))
            }
            Err(error) if error.code == ErrorCode::Locked => Err(error),
            Ok(_) | Err(_) => Ok(held),
        }
    }

    fn ask(&self) -> Result<Vec<u8>, AppError> {
        let key = self.session.with_master(|master| self.enrolment.enrolment_key(master))?;
        let request = self.persona.naming_request(self.session, self.enrolment, &key)?;
        let authority =
            self.session.network().authority(&self.enrolment.authority(), Some(Arc::new(key)))?;
        Ok(authority.attest_name(&request)?)
    }

    /// Durable before the first letter says it.
    fn keep(&self, bytes: &[u8]) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut space = Space::load(&*tx, self.space)?;
        if space.attestation.as_deref() == Some(bytes) {
            return Ok(());
        }
        space.attestation = Some(bytes.to_vec());
        space.save(&mut *tx, self.space)?;
        Ok(tx.commit()?)
    }
}
