//! Routes signed by a desk operator.

use axum::{http::Method, routing::MethodFilter};
use keyward_relay_api::{
    authority::{
        clinicians::{Clinicians, EnrolClinician},
        people::{CheckIdentity, CorrectPerson, Reason, RegisterPerson},
    },
    http::server::Received,
    problem::{Problem, ProblemCode},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Asks, Door, Routes, authenticate, problem, route};
use crate::{
    Inner, invite,
    register::{RegisterError, clinicians, parse_id, people},
    store::{Tx, people::SubjectId},
};

/// A body with nothing in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

/// What an operation of the desk works with.
struct Desk<'a> {
    authority: &'a Inner,
    tx: &'a Tx<'a>,
    operator: &'a str,
    /// The id in the path; unused where the path has none.
    id: SubjectId,
}

pub(super) fn routes() -> Routes {
    people_routes().merge(clinician_routes())
}

fn people_routes() -> Routes {
    let post = MethodFilter::POST;
    Routes::behind(Door::Operator)
        .route(
            "/v1/desk/people",
            route(post, |a, r| {
                change(a, r, |d, body: &RegisterPerson| people::register(d.tx, d.operator, body))
            }),
        )
        .route(
            "/v1/desk/people/search",
            route(post, |a, r| look(a, r, |d, body| people::search(d.tx, body))),
        )
        .route(
            "/v1/desk/people/similar",
            route(post, |a, r| look(a, r, |d, body| people::similar(d.tx, body))),
        )
        .route(
            "/v1/desk/people/{id}",
            route(MethodFilter::GET, |a, r| {
                look(a, r, |d, _: &Empty| people::view(d.tx, people::require(d.tx, &d.id)?))
            }),
        )
        .route(
            "/v1/desk/people/{id}/correct",
            route(post, |a, r| {
                change(a, r, |d, body: &CorrectPerson| {
                    people::correct(d.tx, d.operator, &d.id, body)
                })
            }),
        )
        .route(
            "/v1/desk/people/{id}/identity-check",
            route(post, |a, r| {
                change(a, r, |d, body: &CheckIdentity| {
                    people::check_identity(d.tx, d.operator, &d.id, body)
                })
            }),
        )
        .route(
            "/v1/desk/people/{id}/invitation",
            route(post, |a, r| {
                change(a, r, |d, _: &Empty| {
                    invite::person(
                        d.tx,
                        &d.authority.issuer,
                        &d.authority.letterhead,
                        d.operator,
                        &d.id,
                    )
                })
            }),
        )
        .route(
            "/v1/desk/people/{id}/invitation/withdraw",
            route(post, |a, r| {
                change(a, r, |d, _: &Empty| people::withdraw_invitation(d.tx, d.operator, &d.id))
            }),
        )
        .route(
            "/v1/desk/people/{id}/withdraw",
            route(post, |a, r| {
                let done = change(a, r, |d, body: &Reason| {
                    people::withdraw(d.tx, d.operator, &d.id, body)
                })?;
                a.note_withdrawal(&path_id(&r.path_and_query)?)?;
                Ok(done)
            }),
        )
}

fn clinician_routes() -> Routes {
    let post = MethodFilter::POST;
    Routes::behind(Door::Operator)
        .route(
            "/v1/desk/clinicians",
            route(MethodFilter::GET, |a, r| {
                look(a, r, |d, _: &Empty| {
                    let clinicians = clinicians::all(d.tx, &d.authority.issuer)?;
                    Ok(Clinicians { clinicians })
                })
            })
            .merge(route(post, |a, r| {
                change(a, r, |d, body: &EnrolClinician| {
                    let id = clinicians::enter(d.tx, d.operator, body)?;
                    let a = d.authority;
                    invite::clinician(d.tx, &a.issuer, &a.letterhead, d.operator, &id)
                })
            })),
        )
        .route(
            "/v1/desk/clinicians/{id}/invitation",
            route(post, |a, r| {
                change(a, r, |d, _: &Empty| {
                    let a = d.authority;
                    invite::clinician(d.tx, &a.issuer, &a.letterhead, d.operator, &d.id)
                })
            }),
        )
        .route(
            "/v1/desk/clinicians/{id}/remove",
            route(post, |a, r| {
                change(a, r, |d, body: &Reason| {
                    clinicians::remove(d.tx, &d.authority.issuer, d.operator, &d.id, body)
                })
            }),
        )
}

/// An operation that changes the register.
fn change<B: DeserializeOwned, T: Serialize>(
    authority: &Inner,
    received: &Received,
    work: impl Fn(&Desk<'_>, &B) -> Result<T, RegisterError>,
) -> Result<T, Problem> {
    let (operator, body, id) = admit(authority, received, Asks::ToChange)?;
    let done = authority
        .store
        .write(|tx| work(&Desk { authority, tx, operator, id }, &body))
        .map_err(|error| problem(&error))?;
    authority.note_removals()?;
    Ok(done)
}

/// An operation that only reads.
fn look<B: DeserializeOwned, T: Serialize>(
    authority: &Inner,
    received: &Received,
    work: impl Fn(&Desk<'_>, &B) -> Result<T, RegisterError>,
) -> Result<T, Problem> {
    let (operator, body, id) = admit(authority, received, Asks::ToRead)?;
    authority
        .store
        .read(|tx| work(&Desk { authority, tx, operator, id }, &body))
        .map_err(|error| problem(&error))
}

/// Only after the signature holds is anything of the request looked at.
fn admit<'a, B: DeserializeOwned>(
    authority: &'a Inner,
    received: &Received,
    asks: Asks,
) -> Result<(&'a str, B, SubjectId), Problem> {
    let key_id = received.claimed_key_id()?;
    let operator = authority
        .operators
        .iter()
        .find(|(_, id)| *id == key_id)
        .map(|(operator, _)| operator)
        .ok_or_else(|| Problem::new(ProblemCode::BadSignature))?;
    authenticate(authority, received, &operator.key, asks)?;
    let body = if received.method == Method::GET {
        serde_json::from_slice(b"{}").map_err(|_| Problem::new(ProblemCode::Internal))?
    } else {
        received.json()?
    };
    Ok((&operator.name, body, path_id(&received.path_and_query)?))
}

/// The id in `/v1/desk/people/{id}…`; zeros where the path has none. What is no id is not there.
fn path_id(path: &str) -> Result<SubjectId, Problem> {
    let path = path.split('?').next().unwrap_or_default();
    match path.split('/').nth(4) {
        None | Some("search" | "similar") => Ok([0; 16]),
        Some(id) => parse_id(id).ok_or_else(|| ProblemCode::NotFound.into()),
    }
}
