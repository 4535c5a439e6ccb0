//! Answers. Every one says that it must not be stored on the way.

use crate::http::{BINARY, JSON};
use crate::problem::{MEDIA_TYPE, Problem, ProblemCode};
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use serde::Serialize;

fn answer(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// `200` with a JSON body.
pub fn json_answer<T: Serialize>(body: &T) -> Response<Body> {
    match serde_json::to_vec(body) {
        Ok(body) => answer(StatusCode::OK, JSON, body),
        Err(_) => problem_answer(&Problem::new(ProblemCode::Internal)),
    }
}

/// `200` with a binary body.
pub fn binary_answer(body: Vec<u8>) -> Response<Body> {
    answer(StatusCode::OK, BINARY, body)
}

/// A refusal as a problem document.
pub fn problem_answer(problem: &Problem) -> Response<Body> {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(problem).unwrap_or_default();
    let mut response = answer(status, MEDIA_TYPE, body);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        problem_answer(&self)
    }
}
