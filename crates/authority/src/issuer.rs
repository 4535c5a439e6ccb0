//! The certifying key and what it signs.

use keyward_protocol::{
    certificate::{ClinicianDetails, NameAttestation, VerifiedClinicianRequest},
    ids::{CertificateHash, ServiceId},
    keys::{SigningKey, VerifyingKey},
    statement::{Receipt, RemovedClinicians, Signed},
};
use keyward_relay_api::authority::{clinicians::ClinicianDraft, status::service_id_of};

use crate::register::RegisterError;
use crate::store::clinicians::Certificate;

/// Days a clinician's certificate is valid; it begins at the start of the day it is issued on.
pub const CLINICIAN_DAYS: u64 = 365;
const DAY: u64 = 86_400;

/// The authority's key with the service it stands for.
pub(crate) struct Issuer {
    key: SigningKey,
    service: ServiceId,
}

impl Issuer {
    pub(crate) fn new(key: SigningKey) -> Self {
        let service = service_id_of(key.verifying_key());
        Self { key, service }
    }

    pub(crate) fn service(&self) -> ServiceId {
        self.service
    }

    pub(crate) fn verifying_key(&self) -> &VerifyingKey {
        self.key.verifying_key()
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// A clinician's certificate over the keys of a checked request.
    pub(crate) fn clinician(
        &self,
        request: &VerifiedClinicianRequest,
        details: &ClinicianDraft,
        now: u64,
    ) -> Result<Certificate, RegisterError> {
        let from = now - now % DAY;
        let bytes = request
            .certificate(
                ClinicianDetails {
                    name: details.name.clone(),
                    role: details.role.clone(),
                    organisation: details.organisation.clone(),
                    registration_number: details.registration_number.clone(),
                },
                from,
                from + CLINICIAN_DAYS * DAY,
            )
            .issue(&self.key)
            .map_err(|_| RegisterError::Issuing)?;
        let authorities = [self.verifying_key().clone()];
        let verified =
            keyward_protocol::certificate::ClinicianCertificate::verify(&bytes, &authorities, now)
                .map_err(|_| RegisterError::Issuing)?;
        Ok(Certificate { hash: *verified.hash().as_bytes(), bytes })
    }

    /// A signed name attestation.
    pub(crate) fn name(&self, attestation: NameAttestation) -> Result<Vec<u8>, RegisterError> {
        Signed::sign(&self.key, attestation)
            .map(|signed| signed.to_bytes())
            .map_err(|_| RegisterError::Issuing)
    }

    /// A signed receipt for something that cannot be undone.
    pub(crate) fn receipt(&self, receipt: Receipt) -> Result<Vec<u8>, RegisterError> {
        Signed::sign(&self.key, receipt)
            .map(|signed| signed.to_bytes())
            .map_err(|_| RegisterError::Issuing)
    }

    /// The signed list of removed certificates. It only grows, so its length is its sequence.
    pub(crate) fn removed_list(
        &self,
        removed: Vec<[u8; 32]>,
        now: u64,
    ) -> Result<Vec<u8>, RegisterError> {
        let list = RemovedClinicians {
            service_id: self.service,
            sequence: removed.len() as u64,
            issued_at: now,
            removed: removed.into_iter().map(CertificateHash::from_bytes).collect(),
        };
        Signed::sign(&self.key, list)
            .map(|signed| signed.to_bytes())
            .map_err(|_| RegisterError::Issuing)
    }
}
