//! Accepting: CPace with the code, one sealed request, one sealed answer, and only then an enrolment.
//!
//! The salt all keys of the enrolment derive from is durable before anything is sent. So whatever breaks
//! on the way, accepting the same invitation again sends the same keys, and the clinic, which remembers
//! which device used a code, answers as it did the first time.

use keyward_protocol::certificate::{ClinicianCertificate, ClinicianKeys, ClinicianRequest};
use keyward_protocol::cpace::Initiator;
use keyward_protocol::invitation::{Purpose, fingerprint};
use keyward_protocol::keys::{EncapsulationKey, VerifyingKey};
use keyward_relay_api::authority::enrol::{
    EnrolAnswer, EnrolFinish, EnrolRefusal, EnrolRequest, EnrolStart, EnrolledService, PROOF_LABEL,
    challenge,
};
use keyward_relay_api::authority::status::service_id_of;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::before::{self, Leaving};
use super::read::{Met, entry, meet};
use crate::error::{AppError, ErrorCode};
use crate::identity::{Enrolment, RegisteredPerson, clinician_keys, enrolment_key};
use crate::ports::authority::AuthorityError;
use crate::ports::vault::Collection;
use crate::recovery::keys::{Recovery, Registered};
use crate::recovery::kit;
use crate::session::Session;
use crate::store;

/// Id of the begun enrolment in [`Collection::Identity`].
const BEGUN: &str = "enrolment-begun";

/// What is remembered from before the first byte is sent until the enrolment is stored.
#[derive(Serialize, Deserialize)]
struct Begun {
    /// SHA-256 of the code: another invitation begins anew with other keys.
    code: [u8; 32],
    /// The enrolment's salt.
    #[serde(with = "store::base64")]
    salt: Vec<u8>,
    /// The recovery key a patient's device is enrolled with.
    #[serde(default)]
    recovery: Option<Recovery>,
}

/// Accepts an invitation and stores the enrolment. Safe to repeat after any failure.
///
/// # Errors
/// As [`super::read`], and [`ErrorCode::InvitationRefused`] (`reason`: `used`, `withdrawn`, `key-taken`, or
/// none for a code the clinic does not accept), [`ErrorCode::InvitationExpired`],
/// [`ErrorCode::InvitationOtherPurpose`], [`ErrorCode::InvitationOtherClinic`] (nothing was sent then, and
/// [`accept_and_leave`] accepts it), [`ErrorCode::AuthorityMisbehaves`].
pub fn accept(session: &Session, text: &str) -> Result<Enrolment, AppError> {
    run(session, text, Leaving::Refused)
}

/// As [`accept`], and if the invitation is of another clinic than the one a restored profile waits for, that
/// one is left: what belonged to it is set apart in the transaction that stores the new enrolment. Only
/// after she was asked; it cannot be undone.
///
/// # Errors
/// As [`accept`], without [`ErrorCode::InvitationOtherClinic`].
pub fn accept_and_leave(session: &Session, text: &str) -> Result<Enrolment, AppError> {
    run(session, text, Leaving::Agreed)
}

fn run(session: &Session, text: &str, leaving: Leaving) -> Result<Enrolment, AppError> {
    let _turn = session.exchange_turn();
    let (entry, purpose) = entry(session, text)?;
    let met = meet(session, entry, purpose)?;
    let of = fingerprint(&met.key);
    // Before the code is used: the clinic cannot take that back.
    before::check(session, &of, leaving)?;
    let Begun { salt, recovery, .. } = begin(session, &met)?;
    let answer = exchange(session, &met, &salt, recovery.as_ref())?;
    let enrolment = enrolment(session, &met, &salt, answer)?;
    let mut tx = session.begin()?;
    before::make_room(&mut *tx, &of, leaving, session.now())?;
    enrolment.save(&mut *tx)?;
    if let Some(recovery) = recovery {
        let key = session.with_master(|master| enrolment.enrolment_key(master))?;
        Registered::confirmed(key.verifying_key(), recovery).save(&mut *tx)?;
    }
    tx.delete(Collection::Identity, BEGUN)?;
    tx.commit()?;
    session.changed();
    Ok(enrolment)
}

/// Salt and recovery key for this code, durable before they are used.
fn begin(session: &Session, met: &Met) -> Result<Begun, AppError> {
    let code: [u8; 32] = Sha256::digest(met.code.expose_text().as_bytes()).into();
    let mut tx = session.begin()?;
    if let Some(begun) = store::load::<Begun>(&*tx, Collection::Identity, BEGUN)?
        && begun.code == code
    {
        return Ok(begun);
    }
    let recovery = match met.purpose {
        Purpose::Patient => {
            let kit = kit::current(&mut *tx, session)?;
            Some(Recovery::draw(session, &kit)?)
        }
        Purpose::Clinician => None,
    };
    let mut salt = vec![0u8; 16];
    session.randomness().with(|rng| rng.fill_bytes(&mut salt));
    let begun = Begun { code, salt, recovery };
    store::save(&mut *tx, Collection::Identity, BEGUN, &begun)?;
    tx.commit()?;
    Ok(begun)
}

/// Runs CPace and the one sealed exchange.
fn exchange(
    session: &Session,
    met: &Met,
    salt: &[u8],
    recovery: Option<&Recovery>,
) -> Result<EnrolAnswer, AppError> {
    let misbehaves = || AppError::new(ErrorCode::AuthorityMisbehaves);
    let refused = || AppError::new(ErrorCode::InvitationRefused);
    let handle = met.code.handle();
    let number = handle.number();
    let (initiator, share) = session
        .randomness()
        .with(|rng| Initiator::start(rng, &met.code.secret(), handle, met.purpose));
    let started = met.channel.enrol_start(&EnrolStart { handle: number, share: share.clone() })?;
    // A confirmation that does not fit: the clinic does not have this code. It looks the same for a code
    // that is unknown, burnt or for somebody else.
    let (secure, confirm) =
        initiator.finish(&started.share, &started.confirm).map_err(|_| refused())?;
    let bound = challenge(&started.session, &share, &started.share);
    let request = request(session, met, salt, recovery, &bound)?;
    let body = serde_json::to_vec(&request).map_err(|_| AppError::new(ErrorCode::Internal))?;
    let (sealed, opener) =
        secure.seal_request(&body).map_err(|_| AppError::new(ErrorCode::Internal))?;
    let finish = EnrolFinish { session: started.session, confirm: confirm.to_vec(), sealed };
    let finished = met.channel.enrol_finish(&finish).map_err(|error| match error {
        AuthorityError::Refused(problem) if problem == "code-refused" => refused(),
        other => other.into(),
    })?;
    let opened = opener.open(&finished.sealed).map_err(|_| misbehaves())?;
    serde_json::from_slice(&opened).map_err(|_| misbehaves())
}

/// Keys and proofs, derived from the master secret and the salt.
fn request(
    session: &Session,
    met: &Met,
    salt: &[u8],
    recovery: Option<&Recovery>,
    bound: &[u8; 32],
) -> Result<EnrolRequest, AppError> {
    let internal = || AppError::new(ErrorCode::Internal);
    session.with_master(|master| match met.purpose {
        Purpose::Patient => {
            let key = enrolment_key(master, salt)?;
            let proof = key.sign(PROOF_LABEL, bound).map_err(|_| internal())?;
            Ok(EnrolRequest::Patient {
                enrolment_key: key.verifying_key().to_bytes().to_vec(),
                proof: proof.to_bytes().to_vec(),
                recovery_hash: recovery.map(|recovery| recovery.hash.to_vec()),
            })
        }
        Purpose::Clinician => {
            let keys = clinician_keys(master, salt)?;
            let service = service_id_of(&met.key);
            let request = session
                .randomness()
                .with(|rng| {
                    let keys = ClinicianKeys {
                        signing: &keys.signing,
                        grant: &keys.grant,
                        mailbox: &keys.mailbox,
                    };
                    ClinicianRequest::create(rng, &keys, service, bound)
                })
                .map_err(|_| internal())?;
            Ok(EnrolRequest::Clinician { request })
        }
    })
}

/// Believes the answer only as far as it fits what was asked.
fn enrolment(
    session: &Session,
    met: &Met,
    salt: &[u8],
    answer: EnrolAnswer,
) -> Result<Enrolment, AppError> {
    let misbehaves = || AppError::new(ErrorCode::AuthorityMisbehaves);
    let enrolled = |service: EnrolledService| {
        if service.authority_key != met.key.to_bytes()
            || service.service_id != service_id_of(&met.key)
        {
            return Err(AppError::new(ErrorCode::InvitationImpostor));
        }
        Ok(Enrolment {
            role: session.profile().role,
            clinic_name: service.clinic_name,
            authority_url: met.authority_url.clone(),
            relay_url: service.relay_url,
            service_id: service.service_id,
            authority_key: service.authority_key,
            this_computer_only: met.this_computer_only,
            person: None,
            clinician_certificate: None,
            salt: salt.to_vec(),
            enrolled_at: session.now(),
        })
    };
    match (met.purpose, answer) {
        (_, EnrolAnswer::Refused { reason }) => Err(refusal(reason)),
        (Purpose::Patient, EnrolAnswer::Patient { service, person }) => {
            let mut enrolment = enrolled(service)?;
            enrolment.person =
                Some(RegisteredPerson { name: person.full_name(), birth_date: person.birth_date });
            Ok(enrolment)
        }
        (Purpose::Clinician, EnrolAnswer::Clinician { service, certificate }) => {
            let mut enrolment = enrolled(service)?;
            own_certificate(session, &met.key, salt, &certificate)?;
            enrolment.clinician_certificate = Some(certificate);
            Ok(enrolment)
        }
        _ => Err(misbehaves()),
    }
}

/// A certificate that is not over our own keys would let somebody else open what patients share.
fn own_certificate(
    session: &Session,
    authority: &VerifyingKey,
    salt: &[u8],
    certificate: &[u8],
) -> Result<(), AppError> {
    let misbehaves = || AppError::new(ErrorCode::AuthorityMisbehaves);
    let verified =
        ClinicianCertificate::verify_signature_only(certificate, std::slice::from_ref(authority))
            .map_err(|_| misbehaves())?;
    let same = |certified: &EncapsulationKey, own: &EncapsulationKey| {
        certified.to_bytes() == own.to_bytes()
    };
    session.with_master(|master| {
        let keys = clinician_keys(master, salt)?;
        let ours = verified.verification.to_bytes() == keys.signing.verifying_key().to_bytes()
            && same(&verified.grant_key, keys.grant.encapsulation_key())
            && same(&verified.mailbox, keys.mailbox.encapsulation_key())
            && verified.service_id == service_id_of(authority);
        if ours { Ok(()) } else { Err(misbehaves()) }
    })
}

fn refusal(reason: EnrolRefusal) -> AppError {
    let refused = |reason: &str| AppError::new(ErrorCode::InvitationRefused).with("reason", reason);
    match reason {
        EnrolRefusal::Expired => ErrorCode::InvitationExpired.into(),
        EnrolRefusal::WrongPurpose => ErrorCode::InvitationOtherPurpose.into(),
        EnrolRefusal::Used => refused("used"),
        EnrolRefusal::Withdrawn => refused("withdrawn"),
        EnrolRefusal::KeyTaken => refused("key-taken"),
        EnrolRefusal::BadRequest => ErrorCode::Internal.into(),
    }
}
