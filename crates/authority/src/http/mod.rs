//! Who may call what.
//!
//! Three kinds of route: public, signed by an enrolled device, signed by a desk operator. A request whose
//! key is not known for the kind of route it asks for gets the same refusal as one with a wrong signature.

mod desk;
mod device;
mod open;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{Request, Response},
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, on},
};
use keyward_protocol::{keys::VerifyingKey, request::WINDOW_SECONDS};
use keyward_relay_api::{
    http::server::{Received, json_answer, problem_answer},
    problem::{Problem, ProblemCode},
};
use serde::Serialize;

use crate::{Inner, StoreError, invite::limit::PerMinute, register::RegisterError};

/// Largest body of any request.
const MAX_BODY: usize = 16 * 1024;
/// How far the clock may be set back without a request becoming valid a second time.
const REMEMBERED_SECONDS: u64 = 2 * 86_400;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);
/// Signed requests per minute and key, and of all keys together.
const SIGNED_PER_KEY: u32 = 1_200;
const SIGNED: u32 = 12_000;
/// Public requests per minute together.
const PUBLIC: u32 = 6_000;

/// Rate limits of the routes; enrolment has its own, stricter one.
pub(crate) struct Rates {
    signed: Mutex<PerMinute<[u8; 32]>>,
    public: Mutex<PerMinute<()>>,
}

impl Rates {
    pub(crate) fn new() -> Self {
        Self {
            signed: Mutex::new(PerMinute::new(SIGNED_PER_KEY, SIGNED)),
            public: Mutex::new(PerMinute::new(PUBLIC, PUBLIC)),
        }
    }
}

fn count<K: Eq + std::hash::Hash>(
    limit: &Mutex<PerMinute<K>>,
    key: K,
    now: u64,
) -> Result<(), Problem> {
    limit
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .count(key, now)
        .map_err(|wait| Problem::new(ProblemCode::RateLimited).retry_after(wait))
}

type Shared = Arc<Inner>;

/// All routes.
pub(crate) fn router(authority: Shared) -> Router {
    Router::new()
        .merge(open::routes())
        .merge(device::routes())
        .merge(desk::routes())
        .fallback(async || problem_answer(&ProblemCode::NotFound.into()))
        .method_not_allowed_fallback(async || problem_answer(&ProblemCode::MethodNotAllowed.into()))
        .with_state(authority)
}

/// A route: reads the request, then runs `work` on a blocking thread.
fn route<T, F>(method: MethodFilter, work: F) -> MethodRouter<Shared>
where
    T: Serialize + Send + 'static,
    F: Fn(&Inner, &Received) -> Result<T, Problem> + Clone + Send + Sync + 'static,
{
    let answer = move |State(authority): State<Shared>, request: Request<Body>| {
        let work = work.clone();
        async move { respond(authority, request, work).await }
    };
    on(method, answer)
}

async fn respond<T, F>(authority: Shared, request: Request<Body>, work: F) -> Response<Body>
where
    T: Serialize + Send + 'static,
    F: Fn(&Inner, &Received) -> Result<T, Problem> + Send + 'static,
{
    let bodies = authority.bodies.clone();
    let received = match Received::read(request, MAX_BODY, PATIENCE, &bodies).await {
        Ok(received) => received,
        Err(problem) => return problem.into_response(),
    };
    let done = tokio::task::spawn_blocking(move || work(&authority, &received)).await;
    match done {
        Ok(Ok(value)) => json_answer(&value),
        Ok(Err(problem)) => problem.into_response(),
        // The work panicked; its transaction was rolled back.
        Err(_) => problem_answer(&ProblemCode::Internal.into()),
    }
}

/// Checks a signed request against the one key it may be signed with, and that it is new.
fn authenticate(authority: &Inner, received: &Received, key: &VerifyingKey) -> Result<(), Problem> {
    let now = authority.store.clock();
    let authenticated = received.verify(authority.issuer.service(), key, now)?;
    count(&authority.rates.signed, authenticated.key_id, now)?;
    // A signature is accepted for a window on both sides of its time. Nonces are kept much longer, so that
    // a clock set back does not make an old request new.
    let expires = authenticated.created.saturating_add(WINDOW_SECONDS + REMEMBERED_SECONDS);
    let fresh = authority
        .store
        .write(|tx| tx.remember_nonce(&authenticated.key_id, &authenticated.nonce, expires))
        .map_err(|error: StoreError| store_problem(&error))?;
    if fresh { Ok(()) } else { Err(ProblemCode::Replayed.into()) }
}

/// How a refusal of the register travels.
pub(crate) fn problem(error: &RegisterError) -> Problem {
    match error {
        RegisterError::NotFound => ProblemCode::NotFound.into(),
        RegisterError::Field(field) => Problem::new(ProblemCode::FieldRefused)
            .detail(format!("{}:{}", field.field, field.fault)),
        RegisterError::WrongState => ProblemCode::WrongState.into(),
        RegisterError::Conflict => ProblemCode::RegisterConflict.into(),
        RegisterError::Full => ProblemCode::QuotaReached.into(),
        RegisterError::PersonaConflict => ProblemCode::PersonaConflict.into(),
        RegisterError::BadRequest => ProblemCode::Malformed.into(),
        RegisterError::Store(error) => store_problem(error),
        RegisterError::Issuing => ProblemCode::Internal.into(),
    }
}

fn store_problem(error: &StoreError) -> Problem {
    use rusqlite::ErrorCode;
    let StoreError::Sqlite(sqlite) = error else {
        tracing::error!(%error, "the register failed");
        return ProblemCode::Internal.into();
    };
    match sqlite.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Problem::new(ProblemCode::Busy).retry_after(1)
        }
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly) => {
            tracing::error!("the register's disk is full or failing");
            ProblemCode::StorageFailed.into()
        }
        code => {
            tracing::error!(?code, "the register failed");
            ProblemCode::Internal.into()
        }
    }
}
