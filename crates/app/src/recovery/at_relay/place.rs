//! Where backups of one kit lie at a relay: a persona and her certificate, or a key that a doctor vouches for.

use std::sync::Arc;

use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::kit::{BackupPersona, KitPublic};
use keyward_relay_api::authority::credential::validity;
use serde::{Deserialize, Serialize};

use super::{save_place, vouching};
use crate::credential;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::leaving::forgetting;
use crate::patient::spaces::Persona;
use crate::ports::clock::UnixSeconds;
use crate::ports::recovery::RelayRecovery;
use crate::ports::relay::{ProblemCode, RelayError, ServiceAddress};
use crate::ports::vault::Transaction;
use crate::recovery::renew;
use crate::rhythm;
use crate::session::Session;
use crate::store;
use crate::views::common::Role;

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
    /// A persona's certificate, or a doctor's statement of her key. Durable before it is shown to the relay:
    /// without it nothing can be deleted there.
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
    ///
    /// With `waits` nothing is certified by a credential that would have to be asked for now: by name, beside her.
    pub(super) fn presented(
        self,
        session: &Session,
        enrolment: &Enrolment,
        waits: bool,
    ) -> Result<Self, AppError> {
        match enrolment.role {
            Role::Doctor => self.vouched(session, enrolment),
            _ => self.certified_as_persona(session, enrolment, waits),
        }
    }

    /// The same where a doctor's certificate vouches for the key.
    fn vouched(mut self, session: &Session, enrolment: &Enrolment) -> Result<Self, AppError> {
        loop {
            let key = self.persona()?.signing.verifying_key().clone();
            let shown = self.certificate.as_deref();
            let request = vouching::request(session, enrolment, &key, shown)?;
            if shown != Some(request.statement.as_slice()) {
                self.certificate = Some(request.statement.clone());
                save_place(session, &self)?;
            }
            match self.channel(session)?.put_backup_key(&request) {
                Ok(()) => return Ok(self),
                Err(error) => self.next_if_forgotten(session, error)?,
            }
        }
    }

    /// Goes on to the next number if the relay was made to forget this one.
    fn next_if_forgotten(&mut self, session: &Session, error: RelayError) -> Result<(), AppError> {
        match error {
            RelayError::Refused(refusal)
                if refusal.code == ProblemCode::PersonaForgotten && self.number < LAST =>
            {
                self.next(session)
            }
            error => Err(error.into()),
        }
    }

    fn certified_as_persona(
        mut self,
        session: &Session,
        enrolment: &Enrolment,
        waits: bool,
    ) -> Result<Self, AppError> {
        loop {
            let certificate = match self.certified(session, enrolment, waits) {
                // She was certified in this epoch by somebody who has this kit, and her certificate is lost.
                Err(error) if error.code == ErrorCode::CredentialRefused && self.number < LAST => {
                    self.next(session)?;
                    continue;
                }
                outcome => outcome?,
            };
            let signing = Arc::new(self.persona()?.signing);
            let relay = session.network().relay(&self.address(), signing)?;
            match relay.present_persona(&certificate) {
                Ok(()) => return Ok(self),
                Err(error) => self.next_if_forgotten(session, error)?,
            }
        }
    }

    fn next(&mut self, session: &Session) -> Result<(), AppError> {
        self.number += 1;
        self.certificate = None;
        save_place(session, self)
    }

    fn certified(
        &mut self,
        session: &Session,
        enrolment: &Enrolment,
        waits: bool,
    ) -> Result<Vec<u8>, AppError> {
        if !self.is_certified(session)
            && let Some(known) = self.known_there(session)?
        {
            self.certificate = Some(known);
            save_place(session, self)?;
        }
        let held = self.certificate.clone().filter(|_| self.is_certified(session));
        if let Some(held) = &held
            && !self.is_renewal_due(session)?
        {
            return Ok(held.clone());
        }
        let name = self.name()?;
        if waits && !credential::can_certify(&*session.read()?, session.now(), &name)? {
            return held.ok_or_else(|| ErrorCode::CredentialWaits.into());
        }
        // Certified by who she is now: after a restore the lost key is replaced first.
        let persona = Persona::of_backup(self.persona()?);
        let fresh =
            renew::enrolment(session, enrolment).and_then(|()| persona.certify(session, &name));
        match (fresh, held) {
            (Ok(fresh), _) => {
                self.certificate = Some(fresh.certificate.clone());
                save_place(session, self)?;
                Ok(fresh.certificate)
            }
            // Asked early enough that there is time.
            (Err(_), Some(held)) => Ok(held),
            (Err(error), None) => Err(error),
        }
    }

    /// Whose persona she is, for this profile alone.
    pub(super) fn name(&self) -> Result<String, AppError> {
        Ok(format!("backup/{}", hex::encode(self.persona()?.signing.verifying_key().key_id())))
    }

    /// Whether she has a certificate that holds. It was checked when it came.
    fn is_certified(&self, session: &Session) -> bool {
        self.is_certified_at(session.now())
    }

    /// The same at a time.
    pub(super) fn is_certified_at(&self, now: UnixSeconds) -> bool {
        let valid = self.epoch().and_then(validity);
        valid.is_some_and(|valid| valid.contains(&now))
    }

    pub(super) fn epoch(&self) -> Option<u64> {
        AnonymousCertificate::unverified(self.certificate.as_ref()?).ok().map(|held| held.epoch)
    }

    fn is_renewal_due(&self, session: &Session) -> Result<bool, AppError> {
        self.is_renewal_due_at(&*session.read()?, session.now())
    }

    /// The same at a time. Where things travel apart she is certified late in an epoch only.
    pub(super) fn is_renewal_due_at(
        &self,
        tx: &(impl Transaction + ?Sized),
        now: UnixSeconds,
    ) -> Result<bool, AppError> {
        let time = !rhythm::is_apart(tx)? || credential::times::may_show(tx, now, &self.kit)?;
        Ok(time && self.epoch().is_none_or(|epoch| credential::renew_at(epoch, &self.kit) <= now))
    }

    /// Her certificate as the relay has it: one epoch certifies her once, and who comes with nothing but
    /// the kit goes on with what she has.
    fn known_there(&self, session: &Session) -> Result<Option<Vec<u8>>, AppError> {
        let there = match self.channel(session)?.backups() {
            Ok(there) => there.certificate,
            // Nobody of that name.
            Err(RelayError::Refused(refusal)) if refusal.code == ProblemCode::BadSignature => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        Ok(self.is_hers(Role::Patient, &there)?.then_some(there))
    }

    fn is_hers(&self, role: Role, shown: &[u8]) -> Result<bool, AppError> {
        let hers = self.persona()?.signing;
        Ok(vouching::key_of(role, shown).is_some_and(|key| key == *hers.verifying_key()))
    }

    /// The place with her certificate as the relay told it, if that is hers.
    pub(super) fn with_certificate(mut self, role: Role, there: &[u8]) -> Result<Self, AppError> {
        if self.is_hers(role, there)? {
            self.certificate = Some(there.to_vec());
        }
        Ok(self)
    }

    /// Has the relay forget the persona with everything of hers; gives until when the bytes are gone.
    pub(super) fn forget(&self, session: &Session) -> Result<Option<UnixSeconds>, AppError> {
        // Never shown to it: there is nothing.
        let Some(shown) = &self.certificate else { return Ok(None) };
        let (at, signing) = (self.address(), Arc::new(self.persona()?.signing));
        let statement = forgetting::statement(&at, &signing, session.now())?;
        let forgotten = forgetting::ask(session, &at, &signing, shown, &statement)?;
        Ok(forgotten.map(|it| it.erased_by))
    }
}
