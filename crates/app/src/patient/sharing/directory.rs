//! Doctors to whom may be shared: only those the pinned authority certified, told apart where names
//! are the same, and watched for changed keys.

use keyward_protocol::certificate::VerifiedClinician;
use keyward_protocol::ids::CertificateHash;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::ports::authority::{Directory, VerifiedDirectory};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::patient::{DoctorCard, DoctorDirectory, DoctorStanding};

/// The id of the cached directory in [`Collection::Contacts`].
pub(crate) const CACHED: &str = "directory";
/// How long a directory is fresh enough while something is shared.
const FRESH: UnixSeconds = 3600;

/// The directory as it was last fetched and believed.
#[derive(Serialize, Deserialize)]
struct Cached {
    directory: Directory,
    fetched: UnixSeconds,
    /// The highest sequence of the removed list seen: an older list is a rollback.
    sequence: u64,
}

/// A verified directory with what this profile knows beside it.
pub struct Doctors {
    verified: VerifiedDirectory,
    untrusted: u64,
    fetched: UnixSeconds,
    clinic: String,
    known: Vec<VerifiedClinician>,
}

/// Fetches the directory over a channel of its own (it is the same for everyone, so that asking
/// does not tell who is about to be chosen) and keeps it.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`], [`ErrorCode::AuthorityUnreachable`],
/// [`ErrorCode::AuthorityMisbehaves`] if its signatures are wrong or older than seen before,
/// [`ErrorCode::Conflict`] if another clinic was joined meanwhile.
pub fn refresh(session: &Session) -> Result<(), AppError> {
    let enrolment = session.enrolment()?;
    let directory = session.network().authority(&enrolment.authority(), None)?.clinicians()?;
    let mut tx = session.begin()?;
    // Another clinic was joined meanwhile: its doctors are not these.
    if Enrolment::require(&*tx)?.service_id != enrolment.service_id {
        return Err(ErrorCode::Conflict.into());
    }
    let seen =
        store::load::<Cached>(&*tx, Collection::Contacts, CACHED)?.map_or(0, |old| old.sequence);
    let now = session.now();
    let verified = directory
        .verify(enrolment.service_id, &enrolment.authority_key()?, seen, now)
        .map_err(|_| ErrorCode::AuthorityMisbehaves)?;
    let cached = Cached { directory, fetched: now, sequence: verified.sequence };
    store::save(&mut *tx, Collection::Contacts, CACHED, &cached)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

/// The doctors, from the clinic if it can be reached, else as last seen.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`], else what the vault reports. A clinic out of reach is told in the
/// answer.
pub fn doctors(session: &Session) -> Result<DoctorDirectory, AppError> {
    let problem = match refresh(session) {
        Ok(()) => None,
        Err(error) if error.code == ErrorCode::NotEnrolled => return Err(error),
        Err(error) => Some(error),
    };
    let tx = session.read()?;
    let enrolment = Enrolment::require(&*tx)?;
    let Some(doctors) = Doctors::load(&*tx, &enrolment, session.now())? else {
        return Ok(DoctorDirectory { doctors: Vec::new(), untrusted: 0, fetched: None, problem });
    };
    let mut cards = doctors.cards();
    cards.sort_by(|a, b| (&a.name, &a.organisation).cmp(&(&b.name, &b.organisation)));
    Ok(DoctorDirectory {
        doctors: cards,
        untrusted: doctors.untrusted,
        fetched: Some(doctors.fetched),
        problem,
    })
}

/// Fetches the directory again if somebody is shared with and it is not fresh: so that a doctor who
/// left, or who has other keys since, is noticed without anybody looking for doctors.
///
/// # Errors
/// As [`refresh`].
pub(super) fn refresh_when_due(session: &Session) -> Result<(), AppError> {
    let now = session.now();
    let due = {
        let tx = session.read()?;
        let wanted = Share::all(&*tx)?.iter().any(|(_, share)| share.is_wanted(now));
        let cached = store::load::<Cached>(&*tx, Collection::Contacts, CACHED)?;
        wanted && cached.is_none_or(|cached| now.abs_diff(cached.fetched) >= FRESH)
    };
    if due { refresh(session) } else { Ok(()) }
}

impl Doctors {
    /// From the cache; `None` if it was never fetched.
    ///
    /// # Errors
    /// What the vault reports, [`ErrorCode::VaultCorrupt`] if the cached copy does not verify.
    pub fn load(
        tx: &(impl Transaction + ?Sized),
        enrolment: &Enrolment,
        now: UnixSeconds,
    ) -> Result<Option<Self>, AppError> {
        let Some(cached) = store::load::<Cached>(tx, Collection::Contacts, CACHED)? else {
            return Ok(None);
        };
        let authority = enrolment.authority_key()?;
        let listed = cached.directory.clinicians.len();
        let verified = cached
            .directory
            .verify(enrolment.service_id, &authority, cached.sequence, now)
            .map_err(|_| ErrorCode::VaultCorrupt)?;
        let mut known: Vec<VerifiedClinician> = Vec::new();
        // Most shares are with the same few.
        for (_, share) in Share::all(tx)? {
            if !known.iter().any(|known| known.raw() == share.doctor) {
                known.push(share.doctor(&authority)?);
            }
        }
        Ok(Some(Self {
            untrusted: listed.saturating_sub(verified.clinicians.len()) as u64,
            verified,
            fetched: cached.fetched,
            clinic: enrolment.clinic_name.clone(),
            known,
        }))
    }

    /// The doctor of a share.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`] if what is stored does not verify.
    pub(super) fn of(
        &self,
        share: &Share,
        enrolment: &Enrolment,
    ) -> Result<VerifiedClinician, AppError> {
        let known = self.known.iter().find(|known| known.raw() == share.doctor);
        match known {
            Some(known) => Ok(known.clone()),
            None => share.doctor(&enrolment.authority_key()?),
        }
    }

    /// Every doctor.
    pub fn cards(&self) -> Vec<DoctorCard> {
        self.verified.clinicians.iter().map(|doctor| self.card(doctor)).collect()
    }

    /// A doctor to share to, by the hash of the certificate.
    ///
    /// # Errors
    /// [`ErrorCode::DoctorRemoved`], [`ErrorCode::DoctorUnknown`].
    pub fn find(&self, certificate: &str) -> Result<&VerifiedClinician, AppError> {
        let hash: CertificateHash = certificate.parse().map_err(|_| ErrorCode::DoctorUnknown)?;
        if self.verified.removed.contains(&hash) {
            return Err(ErrorCode::DoctorRemoved.into());
        }
        self.verified
            .clinicians
            .iter()
            .find(|doctor| doctor.hash() == hash)
            .ok_or_else(|| ErrorCode::DoctorUnknown.into())
    }

    /// A doctor's card, with how she stands to what this profile knows.
    pub fn card(&self, doctor: &VerifiedClinician) -> DoctorCard {
        let others = self.verified.clinicians.iter().filter(|other| other.hash() != doctor.hash());
        let same_name = others.into_iter().any(|other| same_text(&other.name, &doctor.name));
        card(doctor, &self.clinic, same_name, self.standing(doctor))
    }

    /// Why nothing is opened to this doctor any more under the keys of this certificate, if so.
    pub(super) fn gone(&self, doctor: &VerifiedClinician) -> Option<ErrorCode> {
        if !self.verified.removed.contains(&doctor.hash()) {
            return None;
        }
        let again = self.verified.clinicians.iter().any(|other| same_person(other, doctor));
        Some(if again { ErrorCode::DoctorKeyChanged } else { ErrorCode::DoctorRemoved })
    }

    /// The certificates of the same person that count now, if this one was taken back.
    pub(super) fn again(
        &self,
        lost: &VerifiedClinician,
    ) -> impl Iterator<Item = &VerifiedClinician> {
        let gone = self.verified.removed.contains(&lost.hash());
        self.verified.clinicians.iter().filter(move |other| gone && same_person(other, lost))
    }

    /// Known by keys, not by name: the same person under other keys has changed keys.
    pub fn standing(&self, doctor: &VerifiedClinician) -> DoctorStanding {
        if self.verified.removed.contains(&doctor.hash()) {
            return DoctorStanding::Removed;
        }
        let same_keys = |known: &&VerifiedClinician| {
            known.grant_key == doctor.grant_key
                && known.mailbox == doctor.mailbox
                && known.verification == doctor.verification
        };
        if self.known.iter().any(|known| same_keys(&known)) {
            DoctorStanding::Known
        } else if self.known.iter().any(|known| same_person(known, doctor)) {
            DoctorStanding::KeyChanged
        } else {
            DoctorStanding::New
        }
    }
}

/// Whether two certificates name one person, as far as the words say. Registration numbers decide
/// where both have one.
fn same_person(a: &VerifiedClinician, b: &VerifiedClinician) -> bool {
    if !same_text(&a.name, &b.name) {
        return false;
    }
    match (&a.registration_number, &b.registration_number) {
        (Some(a), Some(b)) => same_text(a, b),
        _ => same_text(&a.organisation, &b.organisation),
    }
}

fn same_text(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// A card from a certificate.
pub fn card(
    doctor: &VerifiedClinician,
    clinic: &str,
    same_name: bool,
    standing: DoctorStanding,
) -> DoctorCard {
    let hash = doctor.hash().to_string();
    DoctorCard {
        fingerprint: groups(&hash),
        certificate: hash,
        name: doctor.name.clone(),
        role: doctor.role.clone(),
        organisation: doctor.organisation.clone(),
        registration_number: doctor.registration_number.clone(),
        certified_by: clinic.to_owned(),
        valid_until: doctor.valid_until,
        same_name,
        standing,
    }
}

/// The first 16 hex digits in groups of four.
pub fn groups(hex: &str) -> Vec<String> {
    hex.as_bytes()
        .chunks(4)
        .take(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect()
}
