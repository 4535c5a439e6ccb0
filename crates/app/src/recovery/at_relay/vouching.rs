//! A clinician's backup lies under a key that her certificate vouches for (SPEC §27.5): the relay knows her by
//! name anyway, and a persona certified like a patient's would be one more that nobody counts.

use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::ids::CertificateHash;
use keyward_protocol::keys::{SigningKey, VerifyingKey};
use keyward_protocol::statement::{BackupKeyStatement, Signed};

use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::clock::UnixSeconds;
use crate::ports::recovery::{ForgetBackupKey, PostForget, PutBackupKey, RelayRecovery};
use crate::ports::relay::RelayError;
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::views::common::Role;

/// Whether nothing can be sent until the clinic has certified this doctor's keys: they are lost, were stopped, or their
/// time is over.
///
/// # Errors
/// What the vault reports.
pub(super) fn waits_for_clinic(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    if enrolment.role != Role::Doctor {
        return Ok(false);
    }
    Ok(doctor::needs_clinic(tx)? || now >= enrolment.clinician()?.valid_until)
}

/// What makes a backup key known: the statement kept from the last time if it is of her certificate now.
///
/// # Errors
/// [`ErrorCode::NotEnrolled`] while she has no certified keys, what the vault reports.
pub(super) fn request(
    session: &Session,
    enrolment: &Enrolment,
    key: &VerifyingKey,
    kept: Option<&[u8]>,
) -> Result<PutBackupKey, AppError> {
    if waits_for_clinic(&*session.read()?, enrolment, session.now())? {
        return Err(ErrorCode::NotEnrolled.into());
    }
    let certificate = enrolment.clinician()?;
    let holds = |bytes: &&[u8]| {
        let stated = stated(bytes);
        stated.is_some_and(|it| it.clinician == certificate.hash() && it.key == *key)
    };
    let statement = match kept.filter(holds) {
        Some(kept) => kept.to_vec(),
        None => state(session, enrolment, key, certificate.hash())?,
    };
    Ok(PutBackupKey { certificate: certificate.raw().to_vec(), statement })
}

fn state(
    session: &Session,
    enrolment: &Enrolment,
    key: &VerifyingKey,
    clinician: CertificateHash,
) -> Result<Vec<u8>, AppError> {
    let statement = BackupKeyStatement {
        service_id: enrolment.service_id,
        clinician,
        key: key.clone(),
        stated_at: session.now(),
    };
    let keys = session.with_master(|master| enrolment.clinician_keys(master))?;
    let signed = Signed::sign(&keys.signing, statement).map_err(|_| ErrorCode::Internal)?;
    Ok(signed.to_bytes())
}

fn stated(shown: &[u8]) -> Option<BackupKeyStatement> {
    Signed::<BackupKeyStatement>::from_bytes(shown).ok().map(|signed| signed.unverified().clone())
}

/// The key that what was shown to the relay is about: a patient's persona certificate, or a doctor's statement. What is of
/// the other kind a relay has made up.
pub(super) fn key_of(role: Role, shown: &[u8]) -> Option<VerifyingKey> {
    match role {
        Role::Doctor => stated(shown).map(|it| it.key),
        _ => AnonymousCertificate::unverified(shown).ok().map(|held| held.verification),
    }
}

/// Asks the relay to forget who was shown to it so; gives its receipt. `None`, of a doctor's key only: it never met it.
///
/// # Errors
/// [`RelayError`].
pub(crate) fn ask_to_forget(
    channel: &dyn RelayRecovery,
    signing: &SigningKey,
    role: Role,
    shown: &[u8],
    statement: &[u8],
) -> Result<Option<Vec<u8>>, RelayError> {
    let statement = statement.to_vec();
    if role != Role::Doctor {
        let request = PostForget { certificate: shown.to_vec(), statement };
        return Ok(Some(channel.forget(&request)?.receipt));
    }
    let request = ForgetBackupKey { key: signing.verifying_key().to_bytes().to_vec(), statement };
    match channel.forget_backup_key(&request) {
        Ok(forgotten) => Ok(Some(forgotten.receipt)),
        Err(RelayError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
