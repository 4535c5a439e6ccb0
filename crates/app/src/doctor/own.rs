//! The doctor herself: keys, certificate, and whether the clinic still stands behind it.

use keyward_protocol::certificate::VerifiedClinician;
use keyward_protocol::ids::CertificateHash;
use keyward_protocol::keys::VerifyingKey;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::identity::{ClinicianKeys, Enrolment};
use crate::ports::authority::Directory;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::doctor::DoctorSelf;

/// Everything the exchange needs of the doctor. Holds secrets: keep it for one exchange only.
pub(super) struct Own {
    pub(super) enrolment: Enrolment,
    pub(super) certificate: VerifiedClinician,
    pub(super) authority: VerifyingKey,
    pub(super) keys: ClinicianKeys,
}

impl Own {
    pub(super) fn load(session: &Session) -> Result<Self, AppError> {
        let enrolment = session.enrolment()?;
        let certificate = enrolment.clinician()?;
        let authority = enrolment.authority_key()?;
        let keys = session.with_master(|master| enrolment.clinician_keys(master))?;
        Ok(Self { enrolment, certificate, authority, keys })
    }
}

/// What the clinic says of the doctor's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Standing {
    /// In force.
    #[default]
    Certified,
    /// Removed: the relay opens nothing any more, and copies go.
    Removed,
    /// The clinic certified other keys of hers (another device): shares made from now on do not
    /// reach this one.
    Replaced,
}

/// What is remembered about the own standing between exchanges.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StandingRow {
    pub(super) standing: Standing,
    /// Highest sequence of the clinic's list of removed certificates seen: an older list is not
    /// believed.
    pub(super) sequence: u64,
}

const STANDING: &str = "doctor/standing";

impl StandingRow {
    pub(super) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        Ok(store::load(tx, Collection::Settings, STANDING)?.unwrap_or_default())
    }

    pub(super) fn save(self, tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
        Ok(store::save(tx, Collection::Settings, STANDING, &self)?)
    }

    /// Takes in a directory fetched from the clinic.
    ///
    /// # Errors
    /// [`ErrorCode::AuthorityMisbehaves`] if it does not verify or is older than one seen.
    pub(super) fn learn(
        &mut self,
        own: &Own,
        directory: &Directory,
        now: UnixSeconds,
    ) -> Result<(), AppError> {
        let verified = directory
            .verify(own.enrolment.service_id, &own.authority, self.sequence, now)
            .map_err(|_| ErrorCode::AuthorityMisbehaves)?;
        self.sequence = verified.sequence;
        self.standing = standing(&own.certificate, &verified.clinicians, &verified.removed);
        Ok(())
    }
}

fn standing(
    own: &VerifiedClinician,
    listed: &[VerifiedClinician],
    removed: &[CertificateHash],
) -> Standing {
    if removed.contains(&own.hash()) {
        return Standing::Removed;
    }
    // A roll of keys: the same signing key certified anew with other keys for grants.
    let rolled = listed.iter().any(|other| {
        other.hash() != own.hash()
            && other.verification == own.verification
            && other.valid_from >= own.valid_from
    });
    if rolled { Standing::Replaced } else { Standing::Certified }
}

/// The doctor as her window shows her.
pub(super) fn view(own: &VerifiedClinician, clinic: &str, standing: Standing) -> DoctorSelf {
    DoctorSelf {
        name: own.name.clone(),
        role: own.role.clone(),
        organisation: own.organisation.clone(),
        clinic_name: clinic.to_owned(),
        fingerprint: groups(&own.hash().to_string()),
        valid_until: own.valid_until,
        removed: standing == Standing::Removed,
    }
}

/// Hex digits in groups of four.
pub(super) fn groups(hex: &str) -> Vec<String> {
    let digits: Vec<char> = hex.chars().collect();
    digits.chunks(4).map(|group| group.iter().collect()).collect()
}
