//! The anonymous channel: unsigned, and one refusal for everything that can be wrong with a request,
//! its size and its form among it.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    http::Request,
    http::Response,
    response::IntoResponse,
    routing::{MethodFilter, on},
};
use keyward_relay_api::{
    authority::{credential::CertifyAnonymously, persona::CertifiedPersona},
    http::server::{Peer, Received, json_answer, matched, problem_answer, refuse},
    problem::{Problem, ProblemCode},
};

use super::{Door, MAX_BODY, Methods, PATIENCE, Routes, Shared};
use crate::credential;

pub(super) fn routes() -> Routes {
    let answer = |State(authority): State<Shared>, request: Request<Body>| async move {
        respond(authority, request).await
    };
    let post = MethodFilter::POST;
    Routes::behind(Door::Anyone)
        .route("/v1/credentials/certify", Methods::new(post, on(post, answer)))
}

async fn respond(authority: Shared, request: Request<Body>) -> Response<Body> {
    let endpoint = (request.method().clone(), matched(request.extensions()));
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    // No key is looked at: nobody signs here, and a claimed key would say who asks.
    if let Err(problem) = authority.rates.admit_head(&endpoint, peer, None) {
        return refuse(request, MAX_BODY, problem).await.into_response();
    }
    let bodies = authority.bodies.clone();
    let body = match Received::read(request, MAX_BODY, PATIENCE, &bodies).await {
        Ok(received) => received.json::<CertifyAnonymously>().ok().map(|body| body.request),
        // What is said of the service itself says nothing of the request.
        Err(problem) if problem.code.is_temporary() => return problem.into_response(),
        Err(_) => None,
    };
    let Ok(_place) = authority.places.try_acquire() else {
        return Problem::new(ProblemCode::Busy).retry_after(1).into_response();
    };
    let working = Arc::clone(&authority);
    let work = move || credential::certify(&working, body.as_deref());
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(certificate)) => json_answer(&CertifiedPersona { certificate }),
        Ok(Err(problem)) => problem.into_response(),
        // The work panicked; its transaction was rolled back.
        Err(_) => problem_answer(&ProblemCode::Internal.into()),
    }
}
