//! Routes signed by the enrolment key of a person's device.

use axum::routing::MethodFilter;
use keyward_protocol::{
    keys::VerifyingKey,
    statement::{Act, EnrolmentReplacement, ForgetStatement, Kept, Receipt, Signed},
};
use keyward_relay_api::{
    authority::{
        credential::{IssueCredential, IssuedCredential},
        persona::{AttestName, AttestedName},
        recovery::{EnrolmentReceipt, LeaveClinic, RecoverySet, ReplaceEnrolment, SetRecovery},
    },
    ends::End,
    http::server::Received,
    problem::{Problem, ProblemCode},
};

use super::{Asks, Door, Routes, authenticate, problem, route};
use crate::{
    Inner, credential, persona,
    register::{RegisterError, devices},
    store::StoreError,
};

/// Within which time bytes that were to be erased have left the register's files.
const ERASED_WITHIN: u64 = 3_600;

pub(super) fn routes() -> Routes {
    Routes::behind(Door::Device)
        .route("/v1/personas/attest-name", route(MethodFilter::POST, attest_name))
        .route("/v1/enrolment/recovery", route(MethodFilter::POST, set_recovery))
        .route("/v1/credentials/issue", route(MethodFilter::POST, issue))
}

/// Routes signed by a key in their own bodies: who may is looked at behind the door.
pub(super) fn bearers() -> Routes {
    Routes::behind(Door::Bearer)
        .route("/v1/enrolment/replace", route(MethodFilter::POST, replace))
        .route("/v1/enrolment/leave", route(MethodFilter::POST, leave))
}

fn set_recovery(authority: &Inner, received: &Received) -> Result<RecoverySet, Problem> {
    let enrolment = device(authority, received, Asks::ToChange)?;
    let body: SetRecovery = received.json()?;
    let hash: &[u8; 32] =
        body.recovery_hash.as_slice().try_into().map_err(|_| ProblemCode::Malformed)?;
    let at = authority
        .store
        .write(|tx| devices::set_recovery(tx, &enrolment, hash))
        .map_err(|error| problem(&error))?;
    Ok(RecoverySet { at })
}

/// Signed by the new key, which stands in the statement: nobody knows it before.
fn replace(authority: &Inner, received: &Received) -> Result<EnrolmentReceipt, Problem> {
    let body: ReplaceEnrolment = received.json()?;
    let signed = Signed::<EnrolmentReplacement>::from_bytes(&body.statement)
        .map_err(|_| ProblemCode::Malformed)?;
    let (old, successor) = (signed.unverified().enrolment, signed.unverified().successor.clone());
    authenticate(authority, received, &successor, Asks::ToChange)?;
    let at = authority
        .store
        .write(|tx| {
            let done = devices::replace(tx, &authority.issuer, &body.statement, signed)?;
            // Inside the transaction: nothing is replaced that a restore would not know of.
            let ends: Vec<End> = done.ended.iter().copied().map(End::Enrolment).collect();
            authority.note(&ends).map_err(|_| RegisterError::Journal)?;
            Ok(done.at)
        })
        .map_err(|error: RegisterError| problem(&error))?;
    receipt(authority, Act::EnrolmentReplaced, old, &body.statement, at, Kept::NOTHING)
}

/// Signed by the key in the body, so that it can be said again when the register knows it no more.
fn leave(authority: &Inner, received: &Received) -> Result<EnrolmentReceipt, Problem> {
    let body: LeaveClinic = received.json()?;
    let key = VerifyingKey::from_bytes(&body.enrolment_key).map_err(|_| ProblemCode::Malformed)?;
    let signed = Signed::<ForgetStatement>::from_bytes(&body.statement)
        .map_err(|_| ProblemCode::Malformed)?;
    authenticate(authority, received, &key, Asks::ToChange)?;
    let (at, kept) = authority
        .store
        .write(|tx| {
            let gone = devices::leave(tx, &authority.issuer, &key, &body.statement, signed)?;
            if let Some(person) = gone.person {
                authority.note(&[End::Left(person)]).map_err(|_| RegisterError::Journal)?;
                authority.credentials.forget(&person)?;
            }
            Ok((gone.at, gone.kept))
        })
        .map_err(|error: RegisterError| problem(&error))?;
    authority.note_removals()?;
    receipt(authority, Act::EnrolmentEnded, key.key_id(), &body.statement, at, kept)
}

/// The receipt; says that the bytes are gone only if the write-ahead log is empty.
fn receipt(
    authority: &Inner,
    act: Act,
    subject: [u8; 32],
    request: &[u8],
    done_at: u64,
    kept: Kept,
) -> Result<EnrolmentReceipt, Problem> {
    let erased_by = match authority.store.emptied() {
        Ok(true) => done_at,
        // A reader in the way or a failing disk; the next one empties it.
        _ => authority.store.clock().max(done_at).saturating_add(ERASED_WITHIN),
    };
    let receipt = Receipt {
        service_id: authority.issuer.service(),
        act,
        subject,
        request: Receipt::hash_request(request),
        done_at,
        erased_by,
        kept,
    };
    let receipt = authority.issuer.receipt(receipt).map_err(|error| problem(&error))?;
    Ok(EnrolmentReceipt { at: done_at, receipt })
}

fn issue(authority: &Inner, received: &Received) -> Result<IssuedCredential, Problem> {
    let enrolment = device(authority, received, Asks::ToChange)?;
    let body: IssueCredential = received.json()?;
    credential::issue(authority, &enrolment, &body.request)
}

fn attest_name(authority: &Inner, received: &Received) -> Result<AttestedName, Problem> {
    let enrolment = device(authority, received, Asks::ToRead)?;
    let body: AttestName = received.json()?;
    let attestation = authority
        .store
        .read(|tx| persona::attest_name(tx, authority, &enrolment, &body.persona_request))
        .map_err(|error| problem(&error))?;
    Ok(AttestedName { attestation })
}

/// The enrolment key a request is signed with, if it is one that works.
fn device(authority: &Inner, received: &Received, asks: Asks) -> Result<VerifyingKey, Problem> {
    let key_id = received.claimed_key_id()?;
    let person = authority
        .store
        .read(|tx| tx.person_by_key(&key_id))
        .map_err(|error: StoreError| problem(&error.into()))?;
    let key = person
        .and_then(|person| person.enrolment_key)
        .and_then(|key| VerifyingKey::from_bytes(&key).ok())
        .ok_or_else(|| Problem::new(ProblemCode::BadSignature))?;
    authenticate(authority, received, &key, asks)?;
    Ok(key)
}
