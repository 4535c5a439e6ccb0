//! SPEC §29, the holder's side. The request and its secrets are durable before it is sent; a crash or a
//! lost answer sends the same request again, which the clinic answers again.

use keyward_protocol::arc::CredentialResponse;
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_protocol::issuance::IssuanceRequest;
use keyward_protocol::keys::SigningKey;
use keyward_protocol::statement::{Act, Receipt, Signed};
use keyward_relay_api::problem::ProblemCode;

use super::CredentialError;
use super::rows::{ASKED, Asked, Held};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::authority::AuthorityError;
use crate::ports::credential::{CredentialChannels, Issued};
use crate::ports::vault::Collection;
use crate::session::Session;

/// Makes sure that there is a credential of this epoch.
pub(super) fn obtain(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
) -> Result<(), CredentialError> {
    let number = epoch.object().epoch;
    if Held::load(&*session.read()?)?.is_some_and(|held| held.epoch == number) {
        return Ok(());
    }
    let key = session.with_master(|master| enrolment.enrolment_key(master))?;
    let asked = asked(session, epoch, &key)?;
    let answer = channels.issue(&enrolment.authority(), &key, &asked.request);
    match answer {
        Ok(issued) => finish(session, enrolment, epoch, &asked, issued),
        Err(AuthorityError::Refused(code)) => {
            // Another epoch, a key that is not known any more, too many: this request never leads to
            // anything. If another does, it is made anew.
            let mut tx = session.begin()?;
            tx.delete(Collection::Jobs, ASKED)?;
            tx.commit()?;
            let spent = [ProblemCode::QuotaReached, ProblemCode::WrongState];
            match spent.iter().any(|spent| spent.as_str() == code) {
                true => Err(CredentialError::NotIssued { again: super::next_epoch(number) }),
                false => Err(AuthorityError::Refused(code).into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The request on its way, or a new one, durable.
fn asked(
    session: &Session,
    epoch: &VerifiedEpoch,
    key: &SigningKey,
) -> Result<Asked, CredentialError> {
    let number = epoch.object().epoch;
    let mut tx = session.begin()?;
    if let Some(asked) = Asked::load(&*tx)?
        && asked.epoch == number
        && is_of(&asked.request, epoch, key)
    {
        return Ok(asked);
    }
    let made = session.randomness().with(|rng| IssuanceRequest::new(rng, epoch, key));
    let (pending, request) = made.map_err(|_| AppError::from(ErrorCode::Internal))?;
    let asked = Asked {
        epoch: number,
        pending: pending.expose_secret().to_vec(),
        request: request.to_bytes(),
    };
    asked.save(&mut *tx)?;
    tx.commit()?;
    Ok(asked)
}

/// Whether a request is by this key: after a replacement it is another.
fn is_of(request: &[u8], epoch: &VerifiedEpoch, key: &SigningKey) -> bool {
    IssuanceRequest::from_bytes(request)
        .and_then(|request| request.verify(epoch, key.verifying_key()))
        .is_ok()
}

fn finish(
    session: &Session,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
    asked: &Asked,
    issued: Issued,
) -> Result<(), CredentialError> {
    let wrong = || CredentialError::Misbehaves;
    let receipt = Signed::<Receipt>::from_bytes(&issued.receipt).map_err(|_| wrong())?;
    let (service, authority) = (enrolment.service_id, enrolment.authority_key()?);
    Receipt::verify(receipt, &authority, service, Act::CredentialIssued, &asked.request)
        .map_err(|_| wrong())?;
    let request = IssuanceRequest::from_bytes(&asked.request)
        .map_err(|_| AppError::from(ErrorCode::VaultCorrupt))?;
    let response = CredentialResponse::from_bytes(&issued.response).map_err(|_| wrong())?;
    // An answer under another key than the published one ends here.
    let credential = asked
        .pending()?
        .finish(&epoch.object().issuer, request.credential_request(), &response)
        .map_err(|_| wrong())?;
    let held = Held {
        epoch: asked.epoch,
        credential: credential.expose_secret().to_vec(),
        next: 0,
        due: super::pool::some_time_after(session),
        issued: session.now(),
        request: asked.request.clone(),
        receipt: issued.receipt,
    };
    let mut tx = session.begin()?;
    // Another thread may have been quicker; a credential is never taken back to its beginning.
    if Held::load(&*tx)?.is_none_or(|there| there.epoch < held.epoch) {
        held.save(&mut *tx)?;
    }
    tx.delete(Collection::Jobs, ASKED)?;
    Ok(tx.commit()?)
}
