//! SPEC §29. Issuing over the identified channel.

use keyward_protocol::{
    issuance::{IssuanceError, IssuanceRequest, VerifiedIssuance},
    keys::VerifyingKey,
    statement::{Act, Kept, Receipt},
};
use keyward_relay_api::{
    authority::credential::{ISSUES_PER_EPOCH, IssuedCredential, epoch_at},
    problem::{Problem, ProblemCode},
};

use super::store::{Entry, Taken};
use crate::{
    Inner,
    http::problem,
    persona::enrolled,
    register::RegisterError,
    store::{people::SubjectId, rng},
};

/// Issues to the device whose enrolment key signed the HTTP request.
pub(crate) fn issue(
    authority: &Inner,
    enrolment: &VerifyingKey,
    bytes: &[u8],
) -> Result<IssuedCredential, Problem> {
    let current = epoch_at(authority.store.clock());
    let open = authority.credentials.epoch(&authority.issuer, current).map_err(|e| problem(&e))?;
    let asked = IssuanceRequest::from_bytes(bytes).map_err(|error| refusal(&error))?;
    let asked = asked.verify(&open.epoch, enrolment).map_err(|error| refusal(&error))?;
    // Also checks the request's own proof, before anything is written.
    let response = asked.issue(&mut rng(), &open.key).map_err(|error| refusal(&error.into()))?;
    let at = authority
        .store
        .write(|tx| {
            // Looked up again in this transaction: the key may have been stopped since it was checked.
            let person = enrolled(tx, enrolment)?.id;
            enter(authority, current, person, &asked, bytes, tx.now)
        })
        .map_err(|error: RegisterError| problem(&error))?;
    let receipt = Receipt {
        service_id: authority.issuer.service(),
        act: Act::CredentialIssued,
        subject: enrolment.key_id(),
        request: Receipt::hash_request(bytes),
        done_at: at,
        erased_by: at,
        kept: Kept::NOTHING,
    };
    let receipt = authority.issuer.receipt(receipt).map_err(|error| problem(&error))?;
    Ok(IssuedCredential { response: response.to_bytes(), receipt })
}

/// Takes the entry into the register, durably; gives since when it stands there.
fn enter(
    authority: &Inner,
    epoch: u64,
    person: SubjectId,
    asked: &VerifiedIssuance,
    request: &[u8],
    at: u64,
) -> Result<u64, RegisterError> {
    let signed = asked.entry().to_bytes();
    let element = asked.entry().unverified().element;
    authority.credentials.store.write(|tx| {
        if let Some(at) = tx.entered(request)? {
            return Ok(at);
        }
        if tx.closed()?.is_some_and(|closed| epoch <= closed) {
            tracing::warn!("a credential was asked for in an epoch that is closed");
            return Err(RegisterError::WrongState);
        }
        if tx.entries(&person, epoch)? >= ISSUES_PER_EPOCH {
            return Err(RegisterError::Full);
        }
        let entry =
            Entry { epoch, person, element: element.as_bytes(), request, signed: &signed, at };
        match tx.enter(&entry)? {
            Taken::Since(at) => Ok(at),
            Taken::Used => Err(RegisterError::Conflict),
        }
    })
}

/// Whoever asks is known here, so she may know what is wrong.
fn refusal(error: &IssuanceError) -> Problem {
    tracing::info!(reason = error.code(), "a credential was not issued");
    let code = match error {
        IssuanceError::WrongEpoch => ProblemCode::WrongState,
        _ => ProblemCode::Malformed,
    };
    Problem::new(code).detail(error.code())
}
