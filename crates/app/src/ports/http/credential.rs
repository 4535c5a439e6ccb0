//! The channels of the credential over HTTP.

use keyward_protocol::keys::SigningKey;
use keyward_relay_api::client::RelayClient;
use std::sync::Arc;

use super::HttpNetwork;
use crate::ports::authority::AuthorityError;
use crate::ports::credential::{CredentialChannels, Issued};
use crate::ports::relay::{RelayError, ServiceAddress};

impl CredentialChannels for HttpNetwork {
    fn epoch_object(&self, authority: &ServiceAddress) -> Result<Vec<u8>, AuthorityError> {
        Ok(self.authority_client(authority)?.credential_epoch()?)
    }

    fn pinned_object(&self, relay: &ServiceAddress, object: &[u8]) -> Result<Vec<u8>, RelayError> {
        let url = self.resolver.resolve(relay).map_err(RelayError::Unreachable)?;
        let client = RelayClient::new(&url, relay.service_id, Arc::clone(&self.clock))?;
        Ok(client.pin_credential_epoch(object.to_vec())?)
    }

    fn issue(
        &self,
        authority: &ServiceAddress,
        enrolment: &SigningKey,
        request: &[u8],
    ) -> Result<Issued, AuthorityError> {
        let client = self.authority_client(authority)?;
        let answer = client.issue_credential(enrolment, request.to_vec())?;
        Ok(Issued { response: answer.response, receipt: answer.receipt })
    }

    fn certify(
        &self,
        authority: &ServiceAddress,
        request: &[u8],
    ) -> Result<Vec<u8>, AuthorityError> {
        Ok(self.authority_client(authority)?.certify_anonymously(request.to_vec())?)
    }
}
