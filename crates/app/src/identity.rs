//! Who this profile is: what enrolment left behind, and the keys that follow from it.
//!
//! Written once by `enrol/`, read by everything else. Keys are never stored: they derive from the
//! profile's master secret and the salt in the enrolment.

use std::sync::Arc;

use keyward_protocol::certificate::{ClinicianCertificate, VerifiedClinician};
use keyward_protocol::domain::Label;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::ServiceAddress;
use crate::ports::vault::{Collection, Transaction};
use crate::store;
use crate::views::common::Role;

/// The id of the one enrolment in [`Collection::Identity`].
const ENROLMENT: &str = "enrolment";

/// What enrolment left behind.
#[derive(Clone, Serialize, Deserialize)]
pub struct Enrolment {
    /// Patient or doctor.
    pub role: Role,
    /// The clinic.
    pub clinic_name: String,
    /// Where the authority is (`this-computer:` addresses are kept as they are).
    pub authority_url: String,
    /// Where the relay is.
    pub relay_url: String,
    /// The service of authority and relay.
    pub service_id: ServiceId,
    /// The pinned certificate-signing key of the authority, 33 bytes.
    #[serde(with = "store::base64")]
    pub authority_key: Vec<u8>,
    /// Relay and authority run only on the computer that made the invitation.
    pub this_computer_only: bool,
    /// A patient as the clinic registered her.
    pub person: Option<RegisteredPerson>,
    /// A doctor's certificate.
    #[serde(with = "store::base64_option")]
    pub clinician_certificate: Option<Vec<u8>>,
    /// Random, 16 bytes: the context of every key derived for this enrolment.
    #[serde(with = "store::base64")]
    pub salt: Vec<u8>,
    /// When the invitation was accepted.
    pub enrolled_at: UnixSeconds,
}

/// A person as the clinic registered her.
#[derive(Clone, Serialize, Deserialize)]
pub struct RegisteredPerson {
    /// Full name.
    pub name: String,
    /// Birth date (YYYY-MM-DD).
    pub birth_date: String,
}

/// A doctor's keys.
pub struct ClinicianKeys {
    /// Signs requests.
    pub signing: Arc<SigningKey>,
    /// `b`, for opening grants and nothing else.
    pub grant: DecryptionKey,
    /// Opens sealed messages.
    pub mailbox: DecryptionKey,
}

impl Enrolment {
    /// The enrolment of this profile, if an invitation was accepted.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, store::StoreError> {
        store::load(tx, Collection::Identity, ENROLMENT)
    }

    /// The enrolment, or [`ErrorCode::NotEnrolled`].
    ///
    /// # Errors
    /// As said, and what the vault reports.
    pub fn require(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        Self::load(tx)?.ok_or_else(|| ErrorCode::NotEnrolled.into())
    }

    /// Stores it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized)) -> Result<(), store::StoreError> {
        store::save(tx, Collection::Identity, ENROLMENT, self)
    }

    /// The pinned key of the authority.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`] if what is stored is no key.
    pub fn authority_key(&self) -> Result<VerifyingKey, AppError> {
        VerifyingKey::from_bytes(&self.authority_key).map_err(|_| ErrorCode::VaultCorrupt.into())
    }

    /// Address of the authority.
    pub fn authority(&self) -> ServiceAddress {
        ServiceAddress { url: self.authority_url.clone(), service_id: self.service_id }
    }

    /// Address of the relay.
    pub fn relay(&self) -> ServiceAddress {
        ServiceAddress { url: self.relay_url.clone(), service_id: self.service_id }
    }

    /// The key by which the front desk knows this device (a patient's identified channel).
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if the derivation fails.
    pub fn enrolment_key(&self, master: &MasterSecret) -> Result<SigningKey, AppError> {
        enrolment_key(master, &self.salt)
    }

    /// A doctor's keys.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if the derivation fails.
    pub fn clinician_keys(&self, master: &MasterSecret) -> Result<ClinicianKeys, AppError> {
        clinician_keys(master, &self.salt)
    }

    /// A doctor's own certificate. Its time is not checked: history stays readable.
    ///
    /// # Errors
    /// [`ErrorCode::NotEnrolled`] without one, [`ErrorCode::VaultCorrupt`] if it does not verify.
    pub fn clinician(&self) -> Result<VerifiedClinician, AppError> {
        let bytes = self.clinician_certificate.as_ref().ok_or(ErrorCode::NotEnrolled)?;
        ClinicianCertificate::verify_signature_only(bytes, &[self.authority_key()?])
            .map_err(|_| ErrorCode::VaultCorrupt.into())
    }
}

/// Derives the enrolment key for a salt (before there is an [`Enrolment`]).
///
/// # Errors
/// [`ErrorCode::Internal`] if the derivation fails.
pub fn enrolment_key(master: &MasterSecret, salt: &[u8]) -> Result<SigningKey, AppError> {
    SigningKey::derive_from(master, Label::EnrolmentSigning, salt)
        .map_err(|_| ErrorCode::Internal.into())
}

/// Derives a doctor's keys for a salt (before there is an [`Enrolment`]).
///
/// # Errors
/// [`ErrorCode::Internal`] if the derivation fails.
pub fn clinician_keys(master: &MasterSecret, salt: &[u8]) -> Result<ClinicianKeys, AppError> {
    let failed = |_| AppError::from(ErrorCode::Internal);
    Ok(ClinicianKeys {
        signing: Arc::new(
            SigningKey::derive_from(master, Label::ClinicianSigning, salt).map_err(failed)?,
        ),
        grant: DecryptionKey::derive_from(master, Label::ClinicianGrant, salt).map_err(failed)?,
        mailbox: DecryptionKey::derive_from(master, Label::ClinicianMailbox, salt)
            .map_err(failed)?,
    })
}
