//! A doctor who lost her keys is certified anew by her clinic; what was shared with her reaches the
//! old keys, which nobody has. The patient is asked, share by share, and says yes once: nothing goes to
//! new keys silently, because a clinic that certifies a puppet looks the same.

use super::book::Share;
use super::directory::Doctors;
use super::{create, decide_revocation, one};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::session::Session;
use crate::views::patient::{ShareDraft, ShareView};
use crate::views::recovery::NewKeysView;

/// Shares that no longer reach their doctor because she has new keys, with the certificate that
/// counts now. Where a clinic lists several of one name, each is one answer: the patient decides.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`], else what the vault reports.
pub fn new_keys(session: &Session) -> Result<Vec<NewKeysView>, AppError> {
    let now = session.now();
    let mut found = Vec::new();
    {
        let tx = session.read()?;
        let enrolment = Enrolment::require(&*tx)?;
        let Some(doctors) = Doctors::load(&*tx, &enrolment, now)? else { return Ok(Vec::new()) };
        let authority = enrolment.authority_key()?;
        let shares = Share::all(&*tx)?;
        for (id, share) in &shares {
            if !share.is_wanted(now) {
                continue;
            }
            let lost = share.doctor(&authority)?;
            for doctor in doctors.again(&lost) {
                found.push((id.clone(), doctors.card(doctor)));
            }
        }
    }
    found
        .into_iter()
        .map(|(id, doctor)| Ok(NewKeysView { share: one(session, &id)?, doctor }))
        .collect()
}

/// Shares the same with the same doctor under her new keys: same kinds of records, purpose and end
/// (or the end of her certificate, if that comes first). `certificate` is the one the patient was
/// shown. The old share is taken back. May be repeated: what is half done is finished.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::ShareOver`], [`ErrorCode::DoctorUnknown`] if that certificate
/// is not this doctor's new one, and the errors of [`create`].
pub fn share_again(session: &Session, id: &str, certificate: &str) -> Result<ShareView, AppError> {
    let now = session.now();
    let draft = {
        let tx = session.read()?;
        let enrolment = Enrolment::require(&*tx)?;
        let share = Share::load(&*tx, id)?;
        if !share.is_wanted(now) {
            return Err(ErrorCode::ShareOver.into());
        }
        let doctors = Doctors::load(&*tx, &enrolment, now)?.ok_or(ErrorCode::DoctorUnknown)?;
        let lost = share.doctor(&enrolment.authority_key()?)?;
        let doctor = doctors.find(certificate)?;
        if !doctors.again(&lost).any(|again| again.hash() == doctor.hash()) {
            return Err(ErrorCode::DoctorUnknown.into());
        }
        ShareDraft {
            space_id: share.space,
            doctor: certificate.to_owned(),
            categories: share.categories,
            purpose: share.purpose,
            until: share.until.min(doctor.valid_until),
            accept_changed_key: true,
        }
    };
    let again = match create(session, &draft) {
        Ok(made) => made.id,
        // Made before, and the app ended before the old one was taken back.
        Err(error) if error.code == ErrorCode::ShareExists => {
            error.params.get("share").cloned().ok_or(error)?
        }
        Err(error) => return Err(error),
    };
    decide_revocation(session, id)?;
    one(session, &again)
}
