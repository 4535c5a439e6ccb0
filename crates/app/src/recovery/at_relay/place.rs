//! Where backups of one kit lie at a relay: the persona, and her certificate.

use std::sync::Arc;

use keyward_protocol::certificate::PersonaCertificate;
use keyward_protocol::ids::{PersonaId, ServiceId};
use keyward_protocol::kit::{BackupPersona, KitPublic};
use keyward_protocol::statement::{Act, ForgetStatement, Receipt, Signed};
use serde::{Deserialize, Serialize};

use super::save_place;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::sharing::history;
use crate::patient::spaces::{Persona, Space};
use crate::ports::clock::UnixSeconds;
use crate::ports::recovery::{PostForget, RelayRecovery};
use crate::ports::relay::{ProblemCode, RelayError, ServiceAddress};
use crate::recovery::renew;
use crate::session::Session;
use crate::store;

/// The last number of a persona: a reader with nothing but the kit tries all up to here.
pub(super) const LAST: u32 = 15;

/// One place.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Place {
    #[serde(with = "store::base64")]
    kit: Vec<u8>,
    relay_url: String,
    service_id: ServiceId,
    number: u32,
    /// Durable before she is shown to the relay: without it nothing can be deleted there.
    #[serde(with = "store::base64_option")]
    pub(super) certificate: Option<Vec<u8>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.kit);
    }
}

impl Place {
    pub(super) fn new(kit: &KitPublic, at: &ServiceAddress) -> Self {
        Self::numbered(kit, at, 0)
    }

    pub(super) fn numbered(kit: &KitPublic, at: &ServiceAddress, number: u32) -> Self {
        Self {
            kit: kit.to_bytes().to_vec(),
            relay_url: at.url.clone(),
            service_id: at.service_id,
            number,
            certificate: None,
        }
    }

    fn kit(&self) -> Result<KitPublic, AppError> {
        KitPublic::from_bytes(&self.kit).map_err(|_| ErrorCode::VaultCorrupt.into())
    }

    /// Whether it is of this kit.
    pub(super) fn is_of(&self, kit: &KitPublic) -> bool {
        *kit.to_bytes() == self.kit
    }

    /// The same kit and service, whatever the number.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        self.kit == other.kit && self.service_id == other.service_id
    }

    /// The very same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.is_near(other) && self.number == other.number
    }

    pub(super) fn persona(&self) -> Result<BackupPersona, AppError> {
        self.kit()?.persona(self.service_id, self.number).map_err(|_| ErrorCode::Internal.into())
    }

    fn address(&self) -> ServiceAddress {
        ServiceAddress { url: self.relay_url.clone(), service_id: self.service_id }
    }

    /// A connection of its own, on which the persona signs.
    pub(super) fn channel(&self, session: &Session) -> Result<Box<dyn RelayRecovery>, AppError> {
        let signing = Arc::new(self.persona()?.signing);
        Ok(session.network().relay_recovery(&self.address(), signing)?)
    }

    /// The place once its persona is certified and the relay knows her. One that was forgotten there
    /// (switched off, perhaps by another computer) does not come back: the next number is taken.
    pub(super) fn presented(
        mut self,
        session: &Session,
        enrolment: &Enrolment,
    ) -> Result<Self, AppError> {
        loop {
            let certificate = self.certified(session, enrolment)?;
            let signing = Arc::new(self.persona()?.signing);
            let relay = session.network().relay(&self.address(), signing)?;
            match relay.present_persona(&certificate) {
                Ok(()) => return Ok(self),
                Err(RelayError::Refused(refusal))
                    if refusal.code == ProblemCode::PersonaForgotten && self.number < LAST =>
                {
                    self.number += 1;
                    self.certificate = None;
                    save_place(session, &self)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn certified(&mut self, session: &Session, enrolment: &Enrolment) -> Result<Vec<u8>, AppError> {
        let authorities = [enrolment.authority_key()?];
        let now = session.now();
        let held = self.certificate.clone();
        let valid =
            held.as_ref().and_then(|it| PersonaCertificate::verify(it, &authorities, now).ok());
        if let (Some(valid), Some(held)) = (&valid, &held)
            && !Space::is_renewal_due(valid, now)
        {
            return Ok(held.clone());
        }
        // Certified by who she is now: after a restore the lost key is replaced first.
        let fresh = renew::enrolment(session, enrolment)
            .and_then(|()| Persona::of_backup(self.persona()?).certify(session, enrolment));
        match (fresh, held.filter(|_| valid.is_some())) {
            (Ok(fresh), _) => {
                self.certificate = Some(fresh.raw().to_vec());
                save_place(session, self)?;
                Ok(fresh.raw().to_vec())
            }
            // Asked early enough that there is time.
            (Err(_), Some(held)) => Ok(held),
            (Err(error), None) => Err(error),
        }
    }

    /// Has the relay forget the persona with everything of hers; gives until when the bytes are gone.
    pub(super) fn forget(&self, session: &Session) -> Result<Option<UnixSeconds>, AppError> {
        // Never shown to it: there is nothing.
        let Some(certificate) = self.certificate.clone() else { return Ok(None) };
        let signing = Arc::new(self.persona()?.signing);
        let statement = ForgetStatement {
            service_id: self.service_id,
            subject: PersonaId::of(signing.verifying_key()).to_bytes(),
            asked_at: session.now(),
        };
        let signed = Signed::sign(&signing, statement).map_err(|_| ErrorCode::Internal)?.to_bytes();
        let at = self.address();
        let relay = session.network().relay(&at, Arc::clone(&signing))?;
        let key = history::pinned_key(session, &*relay)?;
        let channel = session.network().relay_recovery(&at, signing)?;
        let request = PostForget { certificate, statement: signed.clone() };
        let receipt = channel.forget(&request)?.receipt;
        let receipt = Signed::from_bytes(&receipt).map_err(|_| ErrorCode::RelayMisbehaves)?;
        let act = Act::PersonaForgotten;
        Receipt::verify(receipt, &key, self.service_id, act, &signed)
            .map(|receipt| Some(receipt.erased_by))
            .map_err(|_| ErrorCode::RelayMisbehaves.into())
    }
}
