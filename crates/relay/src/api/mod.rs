//! From a request to a handler: rate → size → signature → rate of the key → role → handler. One path for all
//! endpoints, driven by the table in [`crate::routes`].

mod access;
mod backup_keys;
mod backups;
mod grants;
mod leaving;
mod messages;
mod people;
mod records;
mod replace;

use crate::relay::{Inner, Relay};
use crate::routes::{Allowed, Endpoint, Route, routes};
use crate::store::{Audience, Idempotency, Principal, Stamp, StoreError};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use keyward_protocol::ids::{CertificateHash, PersonaId};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::client::INTERFACE_VERSION;
use keyward_relay_api::http::server::{
    Authenticated, Peer, Received, claimed_key_id, json_answer, problem_answer, refuse,
};
use keyward_relay_api::http::{REQUEST_WINDOW_SECONDS, UnixSeconds};
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::Status;
use std::collections::BTreeMap;

/// How long a nonce is remembered beyond the window of its request: so that a clock set back by
/// less does not make an old request new.
const NONCE_SECONDS: u64 = 2 * 86_400;
/// How long an answer is remembered for retries.
const IDEMPOTENCY_SECONDS: u64 = 48 * 3600;

type Answer = Result<Response<Body>, Problem>;

/// The router: the table's paths and methods, and problems for everything else.
pub(crate) fn router(relay: &Relay) -> Router {
    let mut by_path: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for route in routes() {
        let Ok(filter) = MethodFilter::try_from(route.method.clone()) else { continue };
        let relay = relay.clone();
        let path = route.path;
        let handler = move |request: Request<Body>| {
            let (relay, route) = (relay.clone(), route.clone());
            async move { handle(relay, route, request).await }
        };
        let methods = by_path.remove(path).unwrap_or_default();
        // A handler for GET would answer HEAD as well, unsigned methods nobody asked for.
        by_path.insert(path, methods.merge(on(filter, handler)));
    }
    let mut router = Router::new();
    for (path, methods) in by_path {
        router = router.route(path, methods);
    }
    router
        .method_not_allowed_fallback(|| async {
            problem_answer(&ProblemCode::MethodNotAllowed.into())
        })
        .fallback(|| async { problem_answer(&ProblemCode::NotFound.into()) })
}

async fn handle(relay: Relay, route: Route, request: Request<Body>) -> Response<Body> {
    let patience = relay.0.limits.body_patience + relay.0.limits.answer_patience;
    let endpoint = route.endpoint;
    let outcome = tokio::time::timeout(patience, dispatch(&relay, route, request)).await;
    match outcome {
        Ok(Ok(answer)) => answer,
        Ok(Err(problem)) => {
            tracing::debug!(?endpoint, code = problem.code.as_str(), "refused");
            problem_answer(&problem)
        }
        // What was under way may still be done: a retry with the same key tells.
        Err(_) => problem_answer(&Problem::new(ProblemCode::Busy).retry_after(1)),
    }
}

async fn dispatch(relay: &Relay, route: Route, request: Request<Body>) -> Answer {
    let inner = relay.0.as_ref();
    if request.method() != route.method {
        return Err(ProblemCode::MethodNotAllowed.into());
    }
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    if let Err(problem) = inner.admit_head(&route, peer, claimed_key_id(request.headers())) {
        return Err(refuse(request, route.max_body, problem).await);
    }
    if route.endpoint.adds()
        && let Err(problem) = inner.room.check()
    {
        return Err(refuse(request, route.max_body, problem).await);
    }
    let received =
        Received::read(request, route.max_body, inner.limits.body_patience, &inner.budget).await?;
    let _place = inner.place(route.endpoint.works_among(route.class))?;
    match route.allowed {
        Allowed::Anyone => match route.endpoint {
            Endpoint::PinEpoch => people::pin_epoch(inner, &received).await,
            _ => Ok(json_answer(&status(inner))),
        },
        Allowed::BearerOfPersonaCertificate => match route.endpoint {
            Endpoint::Forget => leaving::forget(inner, &route, &received).await,
            _ => people::put_persona(inner, &route, &received).await,
        },
        Allowed::BearerOfClinicianCertificate => {
            people::put_clinician(inner, &route, &received).await
        }
        Allowed::BearerOfBackupKey => match route.endpoint {
            Endpoint::ForgetBackupKey => backup_keys::forget(inner, &route, &received).await,
            _ => backup_keys::put(inner, &route, &received).await,
        },
        Allowed::Persona
        | Allowed::Clinician
        | Allowed::PersonaOrClinician
        | Allowed::PersonaOrBackupKey => {
            let call = authenticate(inner, &route, received).await?;
            signed(inner, route.endpoint, call).await
        }
    }
}

fn status(inner: &Inner) -> Status {
    Status {
        service_id: inner.service,
        version: INTERFACE_VERSION,
        scope: inner.scope,
        receipt_key: inner.receipts.verifying_key().to_bytes().to_vec(),
        time: inner.now(),
    }
}

/// A request whose signer is known and may use the endpoint.
struct Call {
    received: Received,
    caller: Caller,
    authenticated: Authenticated,
    now: UnixSeconds,
}

/// Who asks: known, in time, not removed.
enum Caller {
    Persona { id: PersonaId, key: VerifyingKey },
    Clinician { key_id: [u8; 32], certificates: Vec<CertificateHash> },
    BackupKey { id: PersonaId },
}

impl Call {
    fn stamp(&self) -> Stamp {
        stamp(&self.authenticated, self.now)
    }

    fn persona(&self) -> Result<(PersonaId, &VerifyingKey), Problem> {
        match &self.caller {
            Caller::Persona { id, key } => Ok((*id, key)),
            Caller::Clinician { .. } | Caller::BackupKey { .. } => {
                Err(ProblemCode::NotAllowed.into())
            }
        }
    }

    /// Whose backups are meant: a persona's, or those under a clinician's key.
    fn backup_owner(&self) -> Result<PersonaId, Problem> {
        match &self.caller {
            Caller::Persona { id, .. } | Caller::BackupKey { id } => Ok(*id),
            Caller::Clinician { .. } => Err(ProblemCode::NotAllowed.into()),
        }
    }

    fn clinician(&self) -> Result<([u8; 32], &[CertificateHash]), Problem> {
        match &self.caller {
            Caller::Clinician { key_id, certificates } => Ok((*key_id, certificates)),
            Caller::Persona { .. } | Caller::BackupKey { .. } => {
                Err(ProblemCode::NotAllowed.into())
            }
        }
    }

    fn audience(&self) -> Result<Audience, Problem> {
        match &self.caller {
            Caller::Persona { id, .. } => Ok(Audience::Persona(*id)),
            Caller::Clinician { certificates, .. } => Ok(Audience::Clinician(certificates.clone())),
            Caller::BackupKey { .. } => Err(ProblemCode::NotAllowed.into()),
        }
    }

    /// The part of the path between its slashes at an index (0 is before the first), as an id.
    fn id_at<T: std::str::FromStr>(&self, index: usize) -> Result<T, Problem> {
        let path = self.received.path_and_query.split('?').next().unwrap_or_default();
        path.split('/')
            .nth(index)
            .and_then(|segment| segment.parse().ok())
            // An id that cannot be one is not there, like any other.
            .ok_or_else(|| ProblemCode::NotFound.into())
    }

    /// The query's only parameter, `after`.
    fn after<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        let Some((_, query)) = self.received.path_and_query.split_once('?') else {
            return Ok(None);
        };
        let value =
            query.strip_prefix("after=").ok_or_else(|| Problem::new(ProblemCode::Malformed))?;
        value.parse().map(Some).map_err(|_| ProblemCode::Malformed.into())
    }
}

fn stamp(authenticated: &Authenticated, now: UnixSeconds) -> Stamp {
    Stamp {
        key_id: authenticated.key_id,
        nonce: authenticated.nonce,
        nonce_expires: authenticated.created.saturating_add(REQUEST_WINDOW_SECONDS + NONCE_SECONDS),
        now,
        idempotency: authenticated.idempotency_key.as_ref().map(|name| Idempotency {
            name: name.clone(),
            request: authenticated.request_digest,
            expires: now.saturating_add(IDEMPOTENCY_SECONDS),
        }),
    }
}

async fn authenticate(inner: &Inner, route: &Route, received: Received) -> Result<Call, Problem> {
    let now = inner.now();
    let key_id = received.claimed_key_id()?;
    let principal = inner.store.principal(key_id).await?;
    // An unknown key and a wrong signature are told alike.
    let principal = principal.ok_or(ProblemCode::BadSignature)?;
    let key = match &principal {
        Principal::Persona { key, .. }
        | Principal::Clinician { key, .. }
        | Principal::BackupKey { key, .. } => key,
    };
    let authenticated = received.verify(inner.service, key, inner.clock())?;
    inner.signed_since_restore(&authenticated)?;
    inner.charge_key(key_id, route)?;
    inner.volatile.check(key_id, authenticated.nonce)?;
    let caller = admit(principal, route, now)?;
    Ok(Call { received, caller, authenticated, now })
}

fn admit(principal: Principal, route: &Route, now: UnixSeconds) -> Result<Caller, Problem> {
    match (principal, route.allowed) {
        (
            Principal::Persona { id, key, valid, replaced },
            Allowed::Persona | Allowed::PersonaOrClinician | Allowed::PersonaOrBackupKey,
        ) => {
            if replaced {
                return Err(ProblemCode::PersonaReplaced.into());
            }
            if !valid.contains(&now) && !route.endpoint.outlives_certificate() {
                return Err(ProblemCode::CertificateExpired.into());
            }
            Ok(Caller::Persona { id, key })
        }
        (
            Principal::Clinician { key_id, certificates, removed, .. },
            Allowed::Clinician | Allowed::PersonaOrClinician,
        ) => {
            if removed {
                return Err(ProblemCode::ClinicianRemoved.into());
            }
            if !certificates.iter().any(|(_, valid)| valid.contains(&now)) {
                return Err(ProblemCode::CertificateExpired.into());
            }
            let certificates = certificates.into_iter().map(|(hash, _)| hash).collect();
            Ok(Caller::Clinician { key_id, certificates })
        }
        (Principal::BackupKey { id, valid, .. }, Allowed::PersonaOrBackupKey) => {
            if !valid.contains(&now) && !route.endpoint.outlives_certificate() {
                return Err(ProblemCode::CertificateExpired.into());
            }
            Ok(Caller::BackupKey { id })
        }
        _ => Err(ProblemCode::NotAllowed.into()),
    }
}

/// Uses up a request that changes nothing. It is answered also when the disk is full or failing:
/// who may read must not wait for room. The highest time seen is not lost by it, only not stored.
async fn used(inner: &Inner, call: &Call) -> Result<(), Problem> {
    match inner.store.stamp(call.stamp()).await {
        Ok(()) => Ok(()),
        Err(error @ StoreError::Storage(_)) => {
            let Authenticated { key_id, nonce, created, .. } = &call.authenticated;
            inner.volatile.remember(*key_id, *nonce, *created, inner.clock(), error.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn signed(inner: &Inner, endpoint: Endpoint, call: Call) -> Answer {
    match endpoint {
        Endpoint::PostRecords => records::upload(inner, call).await,
        Endpoint::PostEpoch => records::open_epoch(inner, call).await,
        Endpoint::OwnRecords => records::own(inner, call).await,
        Endpoint::PostGrant => grants::put(inner, call).await,
        Endpoint::ListGrants => grants::list(inner, call).await,
        Endpoint::Grant => grants::detail(inner, call).await,
        Endpoint::Revoke => grants::revoke(inner, call).await,
        Endpoint::Messages => messages::list(inner, call).await,
        Endpoint::AckMessages => messages::acknowledge(inner, call).await,
        Endpoint::Access => access::access(inner, call).await,
        Endpoint::Accesses => access::history(inner, call).await,
        Endpoint::Replace => replace::replace(inner, call).await,
        Endpoint::Compartments => replace::compartments(inner, call).await,
        Endpoint::ReplacedAccesses => replace::accesses(inner, call).await,
        Endpoint::ReplacedGrants => replace::grants(inner, call).await,
        Endpoint::PutBackupPack => backups::put_pack(inner, call).await,
        Endpoint::BackupPack => backups::pack(inner, call).await,
        Endpoint::PutBackup => backups::put(inner, call).await,
        Endpoint::Backups => backups::list(inner, call).await,
        Endpoint::Backup => backups::one(inner, call).await,
        // Not reached by the table; denied all the same.
        Endpoint::Status
        | Endpoint::PinEpoch
        | Endpoint::PutPersona
        | Endpoint::PutClinician
        | Endpoint::PutBackupKey
        | Endpoint::ForgetBackupKey
        | Endpoint::Forget => Err(ProblemCode::NotAllowed.into()),
    }
}

/// Runs work that computes off the async threads.
async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ProblemCode::Internal.into()),
    }
}

/// A sealing error inside the store's transaction.
fn sealing_failed() -> StoreError {
    StoreError::Damaged("a key cannot be used")
}
