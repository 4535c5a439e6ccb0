//! Routes signed by the enrolment key of a person's device.

use axum::{Router, routing::MethodFilter};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::{
    authority::persona::{CertifiedPersona, CertifyPersona},
    http::server::Received,
    problem::{Problem, ProblemCode},
};

use super::{Shared, authenticate, problem, route};
use crate::{Inner, store::StoreError};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/v1/personas/certify", route(MethodFilter::POST, certify))
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
