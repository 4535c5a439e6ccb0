//! `GET /v1/clinicians`: the whole directory, the same for everyone who asks, so that asking does not
//! tell whom a patient is about to choose.

use keyward_protocol::statement::Signed;
use keyward_protocol::{
    certificate::{ClinicianCertificate, VerifiedClinician},
    ids::{CertificateHash, ServiceId},
    keys::VerifyingKey,
    statement::RemovedClinicians,
};
use serde::{Deserialize, Serialize};

use crate::http::base64url;

/// Answer of `GET /v1/clinicians`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    /// Certificates that count now.
    pub clinicians: Vec<DirectoryEntry>,
    /// `Signed<RemovedClinicians>`: the list only grows and its sequence is its length, so an older
    /// list is recognised by whoever saw a newer one.
    #[serde(with = "base64url")]
    pub removed: Vec<u8>,
}

/// One certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEntry {
    /// COSE_Sign1 bytes (SPEC, certificates).
    #[serde(with = "base64url")]
    pub certificate: Vec<u8>,
}

/// A directory whose every signature was checked.
pub struct VerifiedDirectory {
    /// Clinicians to whom may be shared now.
    pub clinicians: Vec<VerifiedClinician>,
    /// Removed certificates.
    pub removed: Vec<CertificateHash>,
    /// Sequence of the removed list; remember it and pass it next time.
    pub sequence: u64,
}

/// Why a directory is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The removed list is not one, not signed by the authority, or of another service.
    #[error("the list of removed clinicians does not verify")]
    RemovedList,
    /// The removed list is older than one seen before.
    #[error("the list of removed clinicians is older than one seen before")]
    RolledBack,
}

impl DirectoryError {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RemovedList => "directory-removed-list",
            Self::RolledBack => "directory-rolled-back",
        }
    }
}

impl Directory {
    /// Checks the removed list against the pinned authority key and the highest sequence seen, and keeps
    /// the certificates that verify, are current and not removed. A certificate that does not verify is
    /// left out: it cannot be chosen.
    ///
    /// # Errors
    /// [`DirectoryError`] if the removed list cannot be trusted; then nothing of the directory can.
    pub fn verify(
        &self,
        service: ServiceId,
        authority: &VerifyingKey,
        seen_sequence: u64,
        now: u64,
    ) -> Result<VerifiedDirectory, DirectoryError> {
        let removed = Signed::<RemovedClinicians>::from_bytes(&self.removed)
            .ok()
            .and_then(|signed| signed.verify(authority).ok())
            .filter(|list| list.service_id == service)
            .ok_or(DirectoryError::RemovedList)?;
        if removed.sequence < seen_sequence {
            return Err(DirectoryError::RolledBack);
        }
        let authorities = [authority.clone()];
        let clinicians = self
            .clinicians
            .iter()
            .filter_map(|entry| {
                ClinicianCertificate::verify(&entry.certificate, &authorities, now).ok()
            })
            .filter(|clinician| clinician.service_id == service)
            .filter(|clinician| !removed.removed.contains(&clinician.hash()))
            .collect();
        Ok(VerifiedDirectory {
            clinicians,
            removed: removed.removed.clone(),
            sequence: removed.sequence,
        })
    }
}
