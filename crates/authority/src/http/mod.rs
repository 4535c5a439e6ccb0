//! Who may call what.
//!
//! Kinds of route: public, signed by an enrolled device or a key in the body, signed by a desk operator, and one
//! that answers every refusal alike ([`alike`]). A request whose
//! key is not known for the kind of route it asks for gets the same refusal as one with a wrong signature.

mod alike;
mod desk;
mod device;
mod open;
mod rates;
mod table;

use std::sync::Arc;
use std::time::Duration;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{Request, Response},
    response::IntoResponse,
    routing::{MethodFilter, on},
};
use keyward_protocol::{keys::VerifyingKey, request::WINDOW_SECONDS};
use keyward_relay_api::{
    http::server::{
        Authenticated, Peer, Received, claimed_key_id, json_answer, matched, problem_answer, refuse,
    },
    problem::{Problem, ProblemCode},
};
use serde::Serialize;

pub use rates::AuthorityLimits;
pub(crate) use rates::Rates;
pub use table::{Door, Route};
use table::{Methods, Routes};

use crate::{Inner, StoreError, register::RegisterError};

/// Largest body of any request.
const MAX_BODY: usize = 16 * 1024;
/// How far the clock may be set back without a request becoming valid a second time.
const REMEMBERED_SECONDS: u64 = 2 * 86_400;
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

type Shared = Arc<Inner>;

/// All routes.
pub(crate) fn router(authority: Shared) -> Router {
    all()
        .router
        .fallback(async || problem_answer(&ProblemCode::NotFound.into()))
        .method_not_allowed_fallback(async || problem_answer(&ProblemCode::MethodNotAllowed.into()))
        .with_state(authority)
}

fn all() -> Routes {
    open::routes()
        .merge(alike::routes())
        .merge(device::routes())
        .merge(device::bearers())
        .merge(desk::routes())
}

/// Every route there is, as the router has it.
#[must_use]
pub fn routes() -> Vec<Route> {
    all().rows
}

/// A route: reads the request, then runs `work` on a blocking thread.
fn route<T, F>(method: MethodFilter, work: F) -> Methods
where
    T: Serialize + Send + 'static,
    F: Fn(&Inner, &Received) -> Result<T, Problem> + Clone + Send + Sync + 'static,
{
    let answer = move |State(authority): State<Shared>, request: Request<Body>| {
        let work = work.clone();
        async move { respond(authority, request, work).await }
    };
    Methods::new(method, on(method, answer))
}

async fn respond<T, F>(authority: Shared, request: Request<Body>, work: F) -> Response<Body>
where
    T: Serialize + Send + 'static,
    F: Fn(&Inner, &Received) -> Result<T, Problem> + Send + 'static,
{
    let endpoint = (request.method().clone(), matched(request.extensions()));
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let claimed = claimed_key_id(request.headers());
    if let Err(problem) = authority.rates.admit_head(&endpoint, peer, claimed) {
        return refuse(request, MAX_BODY, problem).await.into_response();
    }
    let bodies = authority.bodies.clone();
    let received = match Received::read(request, MAX_BODY, PATIENCE, &bodies).await {
        Ok(received) => received,
        Err(problem) => return problem.into_response(),
    };
    let Ok(_place) = authority.places.try_acquire() else {
        return Problem::new(ProblemCode::Busy).retry_after(1).into_response();
    };
    let working = Arc::clone(&authority);
    let done = tokio::task::spawn_blocking(move || work(&working, &received)).await;
    match done {
        Ok(Ok(value)) => json_answer(&value),
        Ok(Err(problem)) => problem.into_response(),
        // The work panicked; its transaction was rolled back.
        Err(_) => problem_answer(&ProblemCode::Internal.into()),
    }
}

/// What a signed request asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    /// To read: answered also while the disk is full or failing.
    ToRead,
    /// To change something.
    ToChange,
}

/// Checks a signed request against the one key it may be signed with, and that it is new.
fn authenticate(
    authority: &Inner,
    received: &Received,
    key: &VerifyingKey,
    asks: Asks,
) -> Result<(), Problem> {
    let now = authority.store.clock();
    let authenticated = received.verify(authority.issuer.service(), key, now)?;
    let Authenticated { key_id, nonce, created, .. } = authenticated;
    if created <= authority.restored {
        // Its nonce may have been forgotten by a restore. Signed again, it is answered.
        let wait = (authority.restored - created).saturating_add(1).min(WINDOW_SECONDS);
        return Err(Problem::new(ProblemCode::Busy).detail("restored").retry_after(wait));
    }
    authority.rates.charge_key(key_id, received)?;
    authority.volatile.check(key_id, nonce)?;
    // A signature is accepted for a window on both sides of its time. Nonces are kept much longer, so that
    // a clock set back does not make an old request new.
    let expires = created.saturating_add(WINDOW_SECONDS + REMEMBERED_SECONDS);
    let remembered = authority.store.write(|tx| tx.remember_nonce(&key_id, &nonce, expires));
    match remembered.map_err(|error: StoreError| store_problem(&error)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(ProblemCode::Replayed.into()),
        Err(failed) if failed.code == ProblemCode::StorageFailed && asks == Asks::ToRead => {
            authority.volatile.remember(key_id, nonce, created, now, failed)
        }
        Err(failed) => Err(failed),
    }
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
        RegisterError::BadRequest => ProblemCode::Malformed.into(),
        RegisterError::BadReplacement => ProblemCode::BadReplacement.into(),
        RegisterError::StaleReplacement(time) => {
            Problem::new(ProblemCode::StaleReplacement).since(*time)
        }
        RegisterError::Journal => Problem::new(ProblemCode::StorageFailed).retry_after(5),
        RegisterError::Store(error) => store_problem(error),
        RegisterError::Issuing => ProblemCode::Internal.into(),
    }
}

pub(crate) fn store_problem(error: &StoreError) -> Problem {
    use rusqlite::ErrorCode;
    let StoreError::Sqlite(sqlite) = error else {
        tracing::error!(%error, "the register failed");
        return ProblemCode::Internal.into();
    };
    match sqlite.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Problem::new(ProblemCode::Busy).retry_after(1)
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen,
        ) => {
            tracing::error!("the register's disk is full or failing");
            Problem::new(ProblemCode::StorageFailed).retry_after(5)
        }
        code => {
            tracing::error!(?code, "the register failed");
            ProblemCode::Internal.into()
        }
    }
}
