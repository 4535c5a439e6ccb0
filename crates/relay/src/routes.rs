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
    /// Whoever holds the key that a clinician vouches for, or that is to be forgotten, in the body.
    BearerOfBackupKey,
    /// A known persona, or a known key of a clinician's backups.
    PersonaOrBackupKey,
}

/// How many classes there are.
pub(crate) const CLASSES: usize = 5;

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
    /// `POST /v1/credential-epochs`
    PinEpoch,
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
    /// `POST /v1/replace`
    Replace,
    /// `POST /v1/forget`
    Forget,
    /// `GET /v1/compartments`
    Compartments,
    /// `GET /v1/replaced/{id}/accesses`
    ReplacedAccesses,
    /// `GET /v1/replaced/{id}/grants`
    ReplacedGrants,
    /// `PUT /v1/backup-key`
    PutBackupKey,
    /// `POST /v1/backup-key/forget`
    ForgetBackupKey,
    /// `POST /v1/backups/packs`
    PutBackupPack,
    /// `GET /v1/backups/packs/{id}`
    BackupPack,
    /// `POST /v1/backups`
    PutBackup,
    /// `GET /v1/backups`
    Backups,
    /// `GET /v1/backups/{id}`
    Backup,
}

impl Endpoint {
    /// Whether a persona may still ask for this when her certificate has run out. She gives and
    /// adds nothing then; but to take back, to see who read and to fetch her own backup needs
    /// nobody's leave, least of all that of an authority who would have to certify her again.
    #[must_use]
    pub const fn outlives_certificate(self) -> bool {
        matches!(
            self,
            Self::Revoke
                | Self::Accesses
                | Self::ReplacedAccesses
                | Self::ReplacedGrants
                | Self::BackupPack
                | Self::Backups
                | Self::Backup
        )
    }

    /// Among whom it is worked on: what takes back or acknowledges finds a place among those who
    /// read, so that a flood of uploads does not keep anybody from stopping a share.
    #[must_use]
    pub const fn works_among(self, class: Class) -> Class {
        match class {
            Class::Write if !self.adds() => Class::Read,
            class => class,
        }
    }

    /// Whether it adds to what is stored: refused while room is short. Taking back, acknowledging
    /// and reading never are.
    #[must_use]
    pub const fn adds(self) -> bool {
        matches!(
            self,
            Self::PutPersona
                | Self::PutClinician
                | Self::PostRecords
                | Self::PostEpoch
                | Self::PostGrant
                | Self::PutBackupKey
                | Self::PutBackupPack
                | Self::PutBackup
        )
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
        row(E::PinEpoch, post.clone(), "/v1/credential-epochs", A::Anyone, C::Certificate, small),
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
            put.clone(),
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
        row(E::OwnRecords, post.clone(), "/v1/own-records", A::Persona, C::Read, small),
        row(E::Accesses, get.clone(), "/v1/accesses", A::Persona, C::Read, 0),
        row(E::Replace, post.clone(), "/v1/replace", A::Persona, C::Certificate, small),
        row(
            E::Forget,
            post.clone(),
            "/v1/forget",
            A::BearerOfPersonaCertificate,
            C::Certificate,
            small,
        ),
        row(E::Compartments, get.clone(), "/v1/compartments", A::Persona, C::Read, 0),
        row(E::ReplacedAccesses, get.clone(), "/v1/replaced/{id}/accesses", A::Persona, C::Read, 0),
        row(E::ReplacedGrants, get.clone(), "/v1/replaced/{id}/grants", A::Persona, C::Read, 0),
        row(E::PutBackupKey, put, "/v1/backup-key", A::BearerOfBackupKey, C::Certificate, small),
        row(
            E::ForgetBackupKey,
            post.clone(),
            "/v1/backup-key/forget",
            A::BearerOfBackupKey,
            C::Certificate,
            small,
        ),
        row(
            E::PutBackupPack,
            post.clone(),
            "/v1/backups/packs",
            A::PersonaOrBackupKey,
            C::Write,
            limits::MAX_BACKUP_PACK,
        ),
        row(
            E::BackupPack,
            get.clone(),
            "/v1/backups/packs/{id}",
            A::PersonaOrBackupKey,
            C::Read,
            0,
        ),
        row(
            E::PutBackup,
            post,
            "/v1/backups",
            A::PersonaOrBackupKey,
            C::Write,
            limits::MAX_BACKUP_BODY,
        ),
        row(E::Backups, get.clone(), "/v1/backups", A::PersonaOrBackupKey, C::Read, 0),
        row(E::Backup, get, "/v1/backups/{id}", A::PersonaOrBackupKey, C::Read, 0),
    ]
}
