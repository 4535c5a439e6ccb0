//! The relay's client. Every persona and every doctor has one of her own.

mod recovery;

use crate::authority::credential::EpochObject;
use crate::batch::{AccessAnswer, OwnAnswer, UploadBatch};
use crate::http::{Call, ClientError, HttpClient, UnixClock};
use crate::limits::{self, MAX_JSON_ANSWER};
use crate::types::{
    Accesses, AckMessages, Done, GrantDetail, Grants, Messages, PostAccess, PostGrant,
    PostOwnRecords, PostStatement, PutCertificate, Revoked, Status, Uploaded,
};
use keyward_protocol::ids::{GrantId, ServiceId};
use keyward_protocol::keys::SigningKey;
use reqwest::Method;
use std::sync::Arc;

/// Version of the relay's interface this client speaks.
pub const INTERFACE_VERSION: u32 = 1;

/// Blocking client of one relay with a connection pool of its own. Cloning shares the pool, so a
/// clone belongs to the same persona.
///
/// Calls that change something take an idempotency key: the caller keeps it with the act (in its
/// outbox) and uses it again for every later try, so that the act happens once.
#[derive(Clone)]
pub struct RelayClient {
    http: HttpClient,
}

impl RelayClient {
    /// A client for the relay at `base_url`; see [`HttpClient::new`].
    pub fn new(
        base_url: &str,
        service: ServiceId,
        clock: Arc<dyn UnixClock>,
    ) -> Result<Self, ClientError> {
        Ok(RelayClient { http: HttpClient::new(base_url, service, clock)? })
    }

    /// Who this relay is. Refuses one that answers for another service or another version.
    pub fn status(&self) -> Result<Status, ClientError> {
        let status: Status = self.http.open_json(Call::fetch("/v1/status", MAX_JSON_ANSWER))?;
        // Who does not know yet which service this is asks with the id of none; nothing was signed for it.
        let known = self.http.service() != ServiceId::from_bytes([0; 16]);
        if known && status.service_id != self.http.service() {
            return Err(ClientError::BadAnswer("the status of another service"));
        }
        if status.version != INTERFACE_VERSION {
            return Err(ClientError::BadAnswer("another version of the interface"));
        }
        Ok(status)
    }

    /// Makes a persona known by her certificate. Repeating it is harmless.
    pub fn put_persona(&self, key: &SigningKey, certificate: &[u8]) -> Result<Done, ClientError> {
        self.put_certificate(key, "/v1/persona", certificate)
    }

    /// Makes a clinician known by his certificate. Repeating it is harmless.
    pub fn put_clinician(&self, key: &SigningKey, certificate: &[u8]) -> Result<Done, ClientError> {
        self.put_certificate(key, "/v1/clinician", certificate)
    }

    /// Stores records and heads: all or nothing.
    pub fn upload(
        &self,
        key: &SigningKey,
        batch: &UploadBatch,
        idempotency_key: &str,
    ) -> Result<Uploaded, ClientError> {
        let too_large = ClientError::BadRequest("the batch is over its limits");
        let body = match batch.to_bytes() {
            Ok(body) if body.len() <= limits::MAX_UPLOAD => body,
            _ => return Err(too_large),
        };
        let call = Call::binary("/v1/records", body, MAX_JSON_ANSWER).idempotent(idempotency_key);
        self.http.json(key, call)
    }

    /// Opens a key epoch and closes the one before: `statement` is a `Signed<EpochStatement>`.
    pub fn open_epoch(
        &self,
        key: &SigningKey,
        statement: &[u8],
        idempotency_key: &str,
    ) -> Result<Done, ClientError> {
        let body = PostStatement { statement: statement.to_vec() };
        let call = Call::json(Method::POST, "/v1/epochs", &body, MAX_JSON_ANSWER)?;
        self.http.json(key, call.idempotent(idempotency_key))
    }

    /// Stores a grant, its keys and its message: all or nothing.
    pub fn grant(
        &self,
        key: &SigningKey,
        grant: &PostGrant,
        idempotency_key: &str,
    ) -> Result<Done, ClientError> {
        let call = Call::json(Method::POST, "/v1/grants", grant, MAX_JSON_ANSWER)?;
        self.http.json(key, call.idempotent(idempotency_key))
    }

    /// Ends a grant: `statement` is a `Signed<RevokeStatement>`.
    pub fn revoke(
        &self,
        key: &SigningKey,
        grant: GrantId,
        statement: &[u8],
        idempotency_key: &str,
    ) -> Result<Revoked, ClientError> {
        let body = PostStatement { statement: statement.to_vec() };
        let path = format!("/v1/grants/{grant}/revoke");
        let call = Call::json(Method::POST, &path, &body, MAX_JSON_ANSWER)?;
        self.http.json(key, call.idempotent(idempotency_key))
    }

    /// One page of the caller's grants after an id, `None` from the beginning.
    pub fn grants(&self, key: &SigningKey, after: Option<GrantId>) -> Result<Grants, ClientError> {
        let path = match after {
            Some(after) => format!("/v1/grants?after={after}"),
            None => "/v1/grants".to_owned(),
        };
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// All of the caller's grants.
    pub fn all_grants(
        &self,
        key: &SigningKey,
    ) -> Result<Vec<crate::types::GrantSummary>, ClientError> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = self.grants(key, after)?;
            let last = page.grants.last().map(|grant| grant.grant_id);
            all.extend(page.grants);
            if all.len() > limits::MAX_ALL_GRANTS {
                return Err(ClientError::BadAnswer("a list without end"));
            }
            match (page.more, last) {
                (false, _) => return Ok(all),
                // A page that promises more must get further, or this would never end.
                (true, Some(last)) if after.is_none_or(|after| last > after) => after = Some(last),
                (true, _) => return Err(ClientError::BadAnswer("a list that does not go on")),
            }
        }
    }

    /// One grant with its signed form and, while it lives, its message.
    pub fn grant_detail(
        &self,
        key: &SigningKey,
        grant: GrantId,
    ) -> Result<GrantDetail, ClientError> {
        let path = format!("/v1/grants/{grant}");
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// The oldest messages after a sequence.
    pub fn messages(&self, key: &SigningKey, after: u64) -> Result<Messages, ClientError> {
        let path = format!("/v1/messages?after={after}");
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// Says that everything up to a sequence is safely kept and may be deleted at the relay.
    pub fn acknowledge(&self, key: &SigningKey, through: u64) -> Result<Done, ClientError> {
        let body = AckMessages { through };
        let call = Call::json(Method::POST, "/v1/messages/ack", &body, MAX_JSON_ANSWER)?;
        self.http.json(key, call)
    }

    /// Re-encrypted records under a grant. What comes back is unverified: the caller checks head,
    /// headers, tags and receipt.
    pub fn access(
        &self,
        key: &SigningKey,
        wanted: &PostAccess,
    ) -> Result<AccessAnswer, ClientError> {
        let max = limits::MAX_BINARY_ANSWER;
        let call = Call::json(Method::POST, "/v1/access", wanted, max)?;
        AccessAnswer::from_bytes(&self.http.bytes(key, call)?)
            .map_err(|_| ClientError::BadAnswer("an access answer that cannot be read"))
    }

    /// A persona's own records. Unverified.
    pub fn own_records(
        &self,
        key: &SigningKey,
        wanted: &PostOwnRecords,
    ) -> Result<OwnAnswer, ClientError> {
        let max = limits::MAX_BINARY_ANSWER;
        let call = Call::json(Method::POST, "/v1/own-records", wanted, max)?;
        OwnAnswer::from_bytes(&self.http.bytes(key, call)?)
            .map_err(|_| ClientError::BadAnswer("own records that cannot be read"))
    }

    /// One page of the persona's access history after a sequence.
    pub fn accesses(&self, key: &SigningKey, after: u64) -> Result<Accesses, ClientError> {
        let path = format!("/v1/accesses?after={after}");
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// `POST /v1/credential-epochs`, unsigned: shows the object of a credential epoch and gives the
    /// one the relay has pinned for that epoch, which may be another. It is not verified.
    pub fn pin_credential_epoch(&self, object: Vec<u8>) -> Result<Vec<u8>, ClientError> {
        let (path, body) = ("/v1/credential-epochs", EpochObject { object });
        let answer: EpochObject =
            self.http.open_json(Call::json(Method::POST, path, &body, MAX_JSON_ANSWER)?)?;
        Ok(answer.object)
    }

    fn put_certificate(
        &self,
        key: &SigningKey,
        path: &str,
        certificate: &[u8],
    ) -> Result<Done, ClientError> {
        let body = PutCertificate { certificate: certificate.to_vec() };
        self.http.json(key, Call::json(Method::PUT, path, &body, MAX_JSON_ANSWER)?)
    }
}
