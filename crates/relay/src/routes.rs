//! The one table of endpoints: method, path, who may ask, how large, how often. The router, the
//! checks before each handler and the authorisation matrix in the tests are all made from it;
//! what is not in it does not exist.

use axum::http::Method;
use keyward_relay_api::limits;

/// Who may use an endpoint. Whether an *object* is his is checked by its handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Allowed {
    /// Anybody, unsigned.
    Anyone,
    /// Whoever holds the key in the persona certificate that is the body.
    BearerOfPersonaCertificate,
    /// Whoever holds the key in the clinician certificate that is the body.
    BearerOfClinicianCertificate,
    /// A known persona whose certificate is valid now.
    Persona,
    /// A known clinician whose certificate is valid now and was not taken back.
    Clinician,
    /// Either of the two.
    PersonaOrClinician,
}

/// Classes of endpoints with one rate each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Unsigned.
    Open,
    /// Lists.
    Read,
    /// Changes.
    Write,
    /// Re-encryption.
    Access,
    /// Certificates.
    Certificate,
}

/// Every endpoint of the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `GET /v1/status`
    Status,
    /// `PUT /v1/persona`
    PutPersona,
    /// `PUT /v1/clinician`
    PutClinician,
    /// `POST /v1/records`
    PostRecords,
    /// `POST /v1/epochs`
    PostEpoch,
    /// `POST /v1/grants`
    PostGrant,
    /// `GET /v1/grants`
    ListGrants,
    /// `GET /v1/grants/{id}`
    Grant,
    /// `POST /v1/grants/{id}/revoke`
    Revoke,
    /// `GET /v1/messages`
    Messages,
    /// `POST /v1/messages/ack`
    AckMessages,
    /// `POST /v1/access`
    Access,
    /// `POST /v1/own-records`
    OwnRecords,
    /// `GET /v1/accesses`
    Accesses,
}

impl Endpoint {
    /// Whether a persona may still ask for this when her certificate has run out. She gives and
    /// adds nothing then; but to take back and to see who read needs nobody's leave, least of all
    /// that of an authority who would have to certify her again.
    #[must_use]
    pub const fn outlives_certificate(self) -> bool {
        matches!(self, Self::Revoke | Self::Accesses)
    }
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Route {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its method.
    pub method: Method,
    /// Its path; `{id}` stands for one segment.
    pub path: &'static str,
    /// Who may ask.
    pub allowed: Allowed,
    /// How often.
    pub class: Class,
    /// Bytes of the largest body.
    pub max_body: usize,
}

/// The table.
pub fn routes() -> Vec<Route> {
    use Allowed as A;
    use Class as C;
    use Endpoint as E;
    let row = |endpoint, method, path, allowed, class, max_body| Route {
        endpoint,
        method,
        path,
        allowed,
        class,
        max_body,
    };
    let (get, put, post) = (Method::GET, Method::PUT, Method::POST);
    let small = limits::MAX_JSON_BODY;
    vec![
        row(E::Status, get.clone(), "/v1/status", A::Anyone, C::Open, 0),
        row(
            E::PutPersona,
            put.clone(),
            "/v1/persona",
            A::BearerOfPersonaCertificate,
            C::Certificate,
            small,
        ),
        row(
            E::PutClinician,
            put,
            "/v1/clinician",
            A::BearerOfClinicianCertificate,
            C::Certificate,
            small,
        ),
        row(E::PostRecords, post.clone(), "/v1/records", A::Persona, C::Write, limits::MAX_UPLOAD),
        row(E::PostEpoch, post.clone(), "/v1/epochs", A::Persona, C::Write, small),
        row(E::PostGrant, post.clone(), "/v1/grants", A::Persona, C::Write, limits::MAX_GRANT_BODY),
        row(E::ListGrants, get.clone(), "/v1/grants", A::PersonaOrClinician, C::Read, 0),
        row(E::Grant, get.clone(), "/v1/grants/{id}", A::PersonaOrClinician, C::Read, 0),
        row(E::Revoke, post.clone(), "/v1/grants/{id}/revoke", A::Persona, C::Write, small),
        row(E::Messages, get.clone(), "/v1/messages", A::Clinician, C::Read, 0),
        row(E::AckMessages, post.clone(), "/v1/messages/ack", A::Clinician, C::Write, small),
        row(E::Access, post.clone(), "/v1/access", A::Clinician, C::Access, small),
        row(E::OwnRecords, post, "/v1/own-records", A::Persona, C::Read, small),
        row(E::Accesses, get, "/v1/accesses", A::Persona, C::Read, 0),
    ]
}
