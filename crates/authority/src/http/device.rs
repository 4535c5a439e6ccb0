//! Routes signed by the enrolment key of a person's device.

use axum::{Router, routing::MethodFilter};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::{
    authority::persona::{AttestName, AttestedName, CertifiedPersona, CertifyPersona},
    http::server::Received,
    problem::{Problem, ProblemCode},
};

use super::{Shared, authenticate, problem, route};
use crate::{Inner, persona, store::StoreError};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v1/personas/certify", route(MethodFilter::POST, certify))
        .route("/v1/personas/attest-name", route(MethodFilter::POST, attest_name))
}

fn certify(authority: &Inner, received: &Received) -> Result<CertifiedPersona, Problem> {
    let enrolment = device(authority, received)?;
    let body: CertifyPersona = received.json()?;
    let certificate = authority
        .store
        .write(|tx| {
            authority.certifier.certify(tx, &authority.issuer, &enrolment, &body.persona_request)
        })
        .map_err(|error| problem(&error))?;
    Ok(CertifiedPersona { certificate })
}

fn attest_name(authority: &Inner, received: &Received) -> Result<AttestedName, Problem> {
    let enrolment = device(authority, received)?;
    let body: AttestName = received.json()?;
    let attestation = authority
        .store
        .read(|tx| {
            persona::attest_name(
                tx,
                &authority.issuer,
                &*authority.certifier,
                &authority.letterhead.clinic_name,
                &enrolment,
                &body.persona_request,
            )
        })
        .map_err(|error| problem(&error))?;
    Ok(AttestedName { attestation })
}

/// The enrolment key a request is signed with, if it is one that works.
fn device(authority: &Inner, received: &Received) -> Result<VerifyingKey, Problem> {
    let key_id = received.claimed_key_id()?;
    let person = authority
        .store
        .read(|tx| tx.person_by_key(&key_id))
        .map_err(|error: StoreError| problem(&error.into()))?;
    let key = person
        .and_then(|person| person.enrolment_key)
        .and_then(|key| VerifyingKey::from_bytes(&key).ok())
        .ok_or_else(|| Problem::new(ProblemCode::BadSignature))?;
    authenticate(authority, received, &key)?;
    Ok(key)
}
