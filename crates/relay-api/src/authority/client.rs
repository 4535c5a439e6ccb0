//! The authority's blocking client.

use std::sync::Arc;

use keyward_protocol::{ids::ServiceId, keys::SigningKey};
use reqwest::Method;
use serde::{Serialize, de::DeserializeOwned};

use super::{
    clinicians::{Clinician, Clinicians, EnrolClinician},
    credential::{CertifyAnonymously, EpochObject, IssueCredential, IssuedCredential},
    directory::Directory,
    enrol::{EnrolFinish, EnrolFinished, EnrolStart, EnrolStarted},
    people::{
        CheckIdentity, CorrectPerson, FindSimilar, IssuedInvitation, PeopleFound, Person, Reason,
        RegisterPerson, SearchPeople,
    },
    persona::{AttestName, AttestedName, CertifiedPersona},
    recovery::{EnrolmentReceipt, LeaveClinic, RecoverySet, ReplaceEnrolment, SetRecovery},
    status::AuthorityStatus,
};
use crate::http::{Call, ClientError, HttpClient, UnixClock};

/// Longest answer about one thing.
const SMALL: usize = 256 * 1024;
/// Longest list.
const LIST: usize = 16 * 1024 * 1024;

/// Client of one authority.
#[derive(Clone)]
pub struct AuthorityClient {
    http: HttpClient,
}

impl AuthorityClient {
    /// A client for the authority at `base_url` whose service id is pinned.
    ///
    /// # Errors
    /// [`ClientError::BadRequest`] for an address that is none.
    pub fn new(
        base_url: &str,
        service: ServiceId,
        clock: Arc<dyn UnixClock>,
    ) -> Result<Self, ClientError> {
        Ok(Self { http: HttpClient::new(base_url, service, clock)? })
    }

    /// A client for an authority not met before: nothing it sends can be a signed request.
    ///
    /// # Errors
    /// [`ClientError::BadRequest`] for an address that is none.
    pub fn unpinned(base_url: &str, clock: Arc<dyn UnixClock>) -> Result<Self, ClientError> {
        Self::new(base_url, ServiceId::from_bytes([0; 16]), clock)
    }

    /// `GET /v1/status`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn status(&self) -> Result<AuthorityStatus, ClientError> {
        self.http.open_json(Call::fetch("/v1/status", SMALL))
    }

    /// `GET /v1/clinicians`. Verify it with [`Directory::verify`].
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn directory(&self) -> Result<Directory, ClientError> {
        self.http.open_json(Call::fetch("/v1/clinicians", LIST))
    }

    /// `POST /v1/enrol/start`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn enrol_start(&self, body: &EnrolStart) -> Result<EnrolStarted, ClientError> {
        self.http.open_json(Call::json(Method::POST, "/v1/enrol/start", body, SMALL)?)
    }

    /// `POST /v1/enrol/finish`.
    ///
    /// # Errors
    /// What the exchange ends with; `code-refused` for everything a wrong code can meet.
    pub fn enrol_finish(&self, body: &EnrolFinish) -> Result<EnrolFinished, ClientError> {
        self.http.open_json(Call::json(Method::POST, "/v1/enrol/finish", body, SMALL)?)
    }

    /// `POST /v1/personas/attest-name`, signed by the enrolment key. Gives the attestation.
    ///
    /// # Errors
    /// What the exchange ends with; `not-found` for a persona that is not certified with these keys.
    pub fn attest_name(
        &self,
        enrolment: &SigningKey,
        persona_request: Vec<u8>,
    ) -> Result<Vec<u8>, ClientError> {
        let body = AttestName { persona_request };
        let answer: AttestedName = self.post(enrolment, "/v1/personas/attest-name", &body)?;
        Ok(answer.attestation)
    }

    /// `GET /v1/credentials/epoch`: the object of the current credential epoch, not verified.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn credential_epoch(&self) -> Result<Vec<u8>, ClientError> {
        let answer: EpochObject =
            self.http.open_json(Call::fetch("/v1/credentials/epoch", SMALL))?;
        Ok(answer.object)
    }

    /// `POST /v1/credentials/issue`, signed by the enrolment key. The same request again gives an
    /// answer again.
    ///
    /// # Errors
    /// What the exchange ends with; `wrong-state` if another epoch is current, `quota-reached` for
    /// too many in one epoch.
    pub fn issue_credential(
        &self,
        enrolment: &SigningKey,
        request: Vec<u8>,
    ) -> Result<IssuedCredential, ClientError> {
        self.post(enrolment, "/v1/credentials/issue", &IssueCredential { request })
    }

    /// `POST /v1/credentials/certify`, unsigned. To be called on a client made for this request
    /// alone, so that it shares no connection. The same request again gives the same certificate.
    ///
    /// # Errors
    /// What the exchange ends with; `credential-refused` for whatever is wrong with the request.
    pub fn certify_anonymously(&self, request: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let (path, body) = ("/v1/credentials/certify", CertifyAnonymously { request });
        let answer: CertifiedPersona =
            self.http.open_json(Call::json(Method::POST, path, &body, SMALL)?)?;
        Ok(answer.certificate)
    }

    /// `POST /v1/enrolment/recovery`, signed by the enrolment key.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn set_recovery(
        &self,
        enrolment: &SigningKey,
        recovery_hash: [u8; 32],
    ) -> Result<RecoverySet, ClientError> {
        let body = SetRecovery { recovery_hash: recovery_hash.to_vec() };
        self.post(enrolment, "/v1/enrolment/recovery", &body)
    }

    /// `POST /v1/enrolment/replace`, signed by the new enrolment key. Repeating it gives a receipt again.
    ///
    /// # Errors
    /// What the exchange ends with; `stale-replacement` and its time if a later one holds.
    pub fn replace_enrolment(
        &self,
        successor: &SigningKey,
        statement: Vec<u8>,
    ) -> Result<EnrolmentReceipt, ClientError> {
        self.post(successor, "/v1/enrolment/replace", &ReplaceEnrolment { statement })
    }

    /// `POST /v1/enrolment/leave`, signed by the enrolment key. Repeating it gives a receipt again.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn leave(
        &self,
        enrolment: &SigningKey,
        statement: Vec<u8>,
    ) -> Result<EnrolmentReceipt, ClientError> {
        let enrolment_key = enrolment.verifying_key().to_bytes().to_vec();
        self.post(enrolment, "/v1/enrolment/leave", &LeaveClinic { enrolment_key, statement })
    }

    /// `POST /v1/desk/people/search`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn search_people(
        &self,
        operator: &SigningKey,
        search: &SearchPeople,
    ) -> Result<PeopleFound, ClientError> {
        self.list(operator, "/v1/desk/people/search", search)
    }

    /// `POST /v1/desk/people/similar`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn similar_people(
        &self,
        operator: &SigningKey,
        find: &FindSimilar,
    ) -> Result<PeopleFound, ClientError> {
        self.list(operator, "/v1/desk/people/similar", find)
    }

    /// `GET /v1/desk/people/{id}`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn person(&self, operator: &SigningKey, id: &str) -> Result<Person, ClientError> {
        self.http.json(operator, Call::fetch(&person_path(id, "")?, SMALL))
    }

    /// `POST /v1/desk/people`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn register_person(
        &self,
        operator: &SigningKey,
        body: &RegisterPerson,
    ) -> Result<Person, ClientError> {
        self.post(operator, "/v1/desk/people", body)
    }

    /// `POST /v1/desk/people/{id}/correct`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn correct_person(
        &self,
        operator: &SigningKey,
        id: &str,
        body: &CorrectPerson,
    ) -> Result<Person, ClientError> {
        self.post(operator, &person_path(id, "/correct")?, body)
    }

    /// `POST /v1/desk/people/{id}/identity-check`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn check_identity(
        &self,
        operator: &SigningKey,
        id: &str,
        body: &CheckIdentity,
    ) -> Result<Person, ClientError> {
        self.post(operator, &person_path(id, "/identity-check")?, body)
    }

    /// `POST /v1/desk/people/{id}/invitation`: issues one, withdrawing an earlier.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn invite_person(
        &self,
        operator: &SigningKey,
        id: &str,
    ) -> Result<IssuedInvitation, ClientError> {
        self.post(operator, &person_path(id, "/invitation")?, &Empty {})
    }

    /// `POST /v1/desk/people/{id}/invitation/withdraw`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn withdraw_invitation(
        &self,
        operator: &SigningKey,
        id: &str,
    ) -> Result<Person, ClientError> {
        self.post(operator, &person_path(id, "/invitation/withdraw")?, &Empty {})
    }

    /// `POST /v1/desk/people/{id}/withdraw`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn withdraw_person(
        &self,
        operator: &SigningKey,
        id: &str,
        body: &Reason,
    ) -> Result<Person, ClientError> {
        self.post(operator, &person_path(id, "/withdraw")?, body)
    }

    /// `GET /v1/desk/clinicians`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn clinicians(&self, operator: &SigningKey) -> Result<Clinicians, ClientError> {
        self.http.json(operator, Call::fetch("/v1/desk/clinicians", LIST))
    }

    /// `POST /v1/desk/clinicians`: enters a clinician and issues her first invitation.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn enrol_clinician(
        &self,
        operator: &SigningKey,
        body: &EnrolClinician,
    ) -> Result<IssuedInvitation, ClientError> {
        self.post(operator, "/v1/desk/clinicians", body)
    }

    /// `POST /v1/desk/clinicians/{id}/invitation`: a new code; an earlier certificate stops counting.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn reinvite_clinician(
        &self,
        operator: &SigningKey,
        id: &str,
    ) -> Result<IssuedInvitation, ClientError> {
        self.post(operator, &clinician_path(id, "/invitation")?, &Empty {})
    }

    /// `POST /v1/desk/clinicians/{id}/remove`.
    ///
    /// # Errors
    /// What the exchange ends with.
    pub fn remove_clinician(
        &self,
        operator: &SigningKey,
        id: &str,
        body: &Reason,
    ) -> Result<Clinician, ClientError> {
        self.post(operator, &clinician_path(id, "/remove")?, body)
    }

    fn post<B: Serialize, T: DeserializeOwned>(
        &self,
        key: &SigningKey,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        self.http.json(key, Call::json(Method::POST, path, body, SMALL)?)
    }

    fn list<B: Serialize, T: DeserializeOwned>(
        &self,
        key: &SigningKey,
        path: &str,
        body: &B,
    ) -> Result<T, ClientError> {
        self.http.json(key, Call::json(Method::POST, path, body, LIST)?)
    }
}

/// A body with nothing in it.
#[derive(Serialize)]
struct Empty {}

fn person_path(id: &str, rest: &str) -> Result<String, ClientError> {
    path("people", id, rest)
}

fn clinician_path(id: &str, rest: &str) -> Result<String, ClientError> {
    path("clinicians", id, rest)
}

/// Ids are hex digits, so an id cannot change which path is asked for.
fn path(kind: &str, id: &str, rest: &str) -> Result<String, ClientError> {
    if id.len() != 32 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(ClientError::BadRequest("not an id"));
    }
    Ok(format!("/v1/desk/{kind}/{id}{rest}"))
}
