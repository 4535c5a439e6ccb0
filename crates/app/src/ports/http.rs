//! The network over HTTP: relay-api's clients behind the traits. Every channel is a client of its
//! own with connections of its own, so nothing on the wire ties two personas, or a persona and the
//! identified enrolment, together.

mod credential;
mod recovery;

use std::sync::Arc;

use keyward_protocol::ids::GrantId;
use keyward_protocol::keys::SigningKey;
use keyward_relay_api::authority::client::AuthorityClient;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::{ClientError, UnixClock};
use sha2::{Digest as _, Sha256};

use super::authority::{
    Authority, AuthorityError, AuthorityStatus, Directory, EnrolFinish, EnrolFinished, EnrolStart,
    EnrolStarted,
};
use super::clock::{Clock, UnixSeconds};
use super::credential::CredentialChannels;
use super::recovery::{AuthorityRecovery, RelayRecovery};
use super::relay::{
    AccessAnswer, Accesses, GrantDetail, GrantSummary, Messages, Network, OwnAnswer, PostAccess,
    PostGrant, PostOwnRecords, ProblemCode, Refusal, Relay, RelayError, Revoked, ServiceAddress,
    Status, UploadBatch, Uploaded,
};

/// Turns a stored address into one that can be connected to now.
pub trait Resolve: Send + Sync {
    /// `this-computer:relay` becomes `http://127.0.0.1:<port>`; other addresses stay. Such an address means
    /// another service on every computer: a restored profile must not tell the one here what it has to tell
    /// the one it was with.
    ///
    /// # Errors
    /// A word for logs if nothing of that name, or not that service, runs on this computer.
    fn resolve(&self, at: &ServiceAddress) -> Result<String, String>;
}

impl<F: Fn(&str) -> Result<String, String> + Send + Sync> Resolve for F {
    fn resolve(&self, at: &ServiceAddress) -> Result<String, String> {
        self(&at.url)
    }
}

/// The network over HTTP.
pub struct HttpNetwork {
    resolver: Arc<dyn Resolve>,
    clock: Arc<dyn UnixClock>,
}

/// The app's clock where the client wants its own trait.
struct ClientClock(Arc<dyn Clock>);

impl UnixClock for ClientClock {
    fn now(&self) -> UnixSeconds {
        self.0.now()
    }
}

impl HttpNetwork {
    /// A network that resolves addresses by `resolver` and signs with the time of `clock`.
    pub fn new(resolver: Arc<dyn Resolve>, clock: Arc<dyn Clock>) -> Self {
        Self { resolver, clock: Arc::new(ClientClock(clock)) }
    }

    /// A client of the authority with connections of its own (the desk's calls are not part of
    /// [`Authority`]).
    ///
    /// # Errors
    /// [`AuthorityError::Unreachable`] if the address means nothing on this computer.
    pub fn authority_client(&self, at: &ServiceAddress) -> Result<AuthorityClient, AuthorityError> {
        let url = self.resolver.resolve(at).map_err(AuthorityError::Unreachable)?;
        Ok(AuthorityClient::new(&url, at.service_id, Arc::clone(&self.clock))?)
    }
}

impl Network for HttpNetwork {
    fn relay(
        &self,
        at: &ServiceAddress,
        signer: Arc<SigningKey>,
    ) -> Result<Box<dyn Relay>, RelayError> {
        let url = self.resolver.resolve(at).map_err(RelayError::Unreachable)?;
        let client = RelayClient::new(&url, at.service_id, Arc::clone(&self.clock))?;
        Ok(Box::new(HttpRelay { client, signer }))
    }

    fn authority(
        &self,
        at: &ServiceAddress,
        signer: Option<Arc<SigningKey>>,
    ) -> Result<Box<dyn Authority>, AuthorityError> {
        Ok(Box::new(HttpAuthority { client: self.authority_client(at)?, signer }))
    }

    fn relay_recovery(
        &self,
        at: &ServiceAddress,
        signer: Arc<SigningKey>,
    ) -> Result<Box<dyn RelayRecovery>, RelayError> {
        let url = self.resolver.resolve(at).map_err(RelayError::Unreachable)?;
        let client = RelayClient::new(&url, at.service_id, Arc::clone(&self.clock))?;
        Ok(Box::new(HttpRelay { client, signer }))
    }

    fn authority_recovery(
        &self,
        at: &ServiceAddress,
        signer: Arc<SigningKey>,
    ) -> Result<Box<dyn AuthorityRecovery>, AuthorityError> {
        Ok(Box::new(HttpAuthority { client: self.authority_client(at)?, signer: Some(signer) }))
    }

    fn credentials(&self) -> &dyn CredentialChannels {
        self
    }
}

struct HttpRelay {
    client: RelayClient,
    signer: Arc<SigningKey>,
}

/// The idempotency key of an act is a hash of its bytes: the outbox keeps the bytes, so every later
/// try has the same key, also after a restart.
fn idempotency_key(act: &str, parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    hash.update(act.as_bytes());
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    hex::encode(&digest[..16])
}

impl Relay for HttpRelay {
    fn status(&self) -> Result<Status, RelayError> {
        Ok(self.client.status()?)
    }

    fn present_persona(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.client.put_persona(&self.signer, certificate)?;
        Ok(())
    }

    fn present_clinician(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.client.put_clinician(&self.signer, certificate)?;
        Ok(())
    }

    fn open_epoch(&self, statement: &[u8]) -> Result<(), RelayError> {
        let key = idempotency_key("epoch", &[statement]);
        self.client.open_epoch(&self.signer, statement, &key)?;
        Ok(())
    }

    fn upload(&self, batch: &UploadBatch) -> Result<Uploaded, RelayError> {
        let mut parts: Vec<&[u8]> = batch.heads.iter().map(Vec::as_slice).collect();
        parts.extend(batch.records.iter().map(|record| record.header.as_slice()));
        let key = idempotency_key("upload", &parts);
        Ok(self.client.upload(&self.signer, batch, &key)?)
    }

    fn grant(&self, grant: &PostGrant) -> Result<(), RelayError> {
        let key = idempotency_key("grant", &[&grant.signed_grant, &grant.message]);
        self.client.grant(&self.signer, grant, &key)?;
        Ok(())
    }

    fn revoke(&self, grant_id: &GrantId, statement: &[u8]) -> Result<Revoked, RelayError> {
        let key = idempotency_key("revoke", &[statement]);
        Ok(self.client.revoke(&self.signer, *grant_id, statement, &key)?)
    }

    fn grants(&self) -> Result<Vec<GrantSummary>, RelayError> {
        Ok(self.client.all_grants(&self.signer)?)
    }

    fn grant_detail(&self, grant_id: &GrantId) -> Result<GrantDetail, RelayError> {
        Ok(self.client.grant_detail(&self.signer, *grant_id)?)
    }

    fn messages(&self, after: u64) -> Result<Messages, RelayError> {
        Ok(self.client.messages(&self.signer, after)?)
    }

    fn acknowledge(&self, through: u64) -> Result<(), RelayError> {
        self.client.acknowledge(&self.signer, through)?;
        Ok(())
    }

    fn access(&self, request: &PostAccess) -> Result<AccessAnswer, RelayError> {
        Ok(self.client.access(&self.signer, request)?)
    }

    fn own_records(&self, request: &PostOwnRecords) -> Result<OwnAnswer, RelayError> {
        Ok(self.client.own_records(&self.signer, request)?)
    }

    fn accesses(&self, after: u64) -> Result<Accesses, RelayError> {
        Ok(self.client.accesses(&self.signer, after)?)
    }
}

struct HttpAuthority {
    client: AuthorityClient,
    signer: Option<Arc<SigningKey>>,
}

impl HttpAuthority {
    fn signer(&self) -> Result<&SigningKey, AuthorityError> {
        self.signer
            .as_deref()
            .ok_or_else(|| AuthorityError::Misbehaves("a channel without a key".to_owned()))
    }
}

impl Authority for HttpAuthority {
    fn status(&self) -> Result<AuthorityStatus, AuthorityError> {
        Ok(self.client.status()?)
    }

    fn enrol_start(&self, start: &EnrolStart) -> Result<EnrolStarted, AuthorityError> {
        Ok(self.client.enrol_start(start)?)
    }

    fn enrol_finish(&self, finish: &EnrolFinish) -> Result<EnrolFinished, AuthorityError> {
        Ok(self.client.enrol_finish(finish)?)
    }

    fn attest_name(&self, request: &[u8]) -> Result<Vec<u8>, AuthorityError> {
        Ok(self.client.attest_name(self.signer()?, request.to_vec())?)
    }

    fn clinicians(&self) -> Result<Directory, AuthorityError> {
        Ok(self.client.directory()?)
    }
}

/// A wait the server did not put a number on.
const SOME_SECONDS: u64 = 30;

impl From<ClientError> for RelayError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Transport(kind) => Self::Unreachable(kind.to_string()),
            ClientError::BadAnswer(what) | ClientError::BadRequest(what) => {
                Self::Misbehaves(what.to_owned())
            }
            ClientError::Problem(problem) => match problem.code {
                ProblemCode::NotFound => Self::NotFound,
                ProblemCode::ClockSkew => Self::ClockDiffers,
                ProblemCode::Internal => Self::Unreachable(problem.code.to_string()),
                code if code.is_temporary() => {
                    Self::Limited { seconds: problem.retry_after.unwrap_or(SOME_SECONDS) }
                }
                code => Self::Refused(Refusal { code, since: problem.since }),
            },
        }
    }
}

impl From<ClientError> for AuthorityError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Transport(kind) => Self::Unreachable(kind.to_string()),
            ClientError::BadAnswer(what) | ClientError::BadRequest(what) => {
                Self::Misbehaves(what.to_owned())
            }
            ClientError::Problem(problem) => match problem.code {
                ProblemCode::ClockSkew => Self::ClockDiffers,
                ProblemCode::Internal => Self::Unreachable(problem.code.to_string()),
                code if code.is_temporary() => {
                    Self::Limited { seconds: problem.retry_after.unwrap_or(SOME_SECONDS) }
                }
                code => Self::Refused(code.as_str().to_owned()),
            },
        }
    }
}
