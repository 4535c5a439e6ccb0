//! Channels of the anonymous credential. Each call is a connection of its own that carries nothing
//! else, so that nothing on the wire ties who presents to who was issued to.

use keyward_protocol::keys::SigningKey;

use super::authority::AuthorityError;
use super::relay::{RelayError, ServiceAddress};

/// What an authority answers to a request for a credential.
pub struct Issued {
    /// `CredentialResponse` bytes.
    pub response: Vec<u8>,
    /// `Signed<Receipt>` bytes.
    pub receipt: Vec<u8>,
}

/// The calls.
pub trait CredentialChannels: Send + Sync {
    /// The object of the current epoch as the authority publishes it, asked for without a key: it
    /// cannot tell who asks, so it cannot choose what to say.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn epoch_object(&self, authority: &ServiceAddress) -> Result<Vec<u8>, AuthorityError>;

    /// The object of the same epoch as the relay has pinned it, after showing it this one.
    ///
    /// # Errors
    /// [`RelayError`].
    fn pinned_object(&self, relay: &ServiceAddress, object: &[u8]) -> Result<Vec<u8>, RelayError>;

    /// Asks for a credential over the identified channel.
    ///
    /// # Errors
    /// [`AuthorityError`].
    fn issue(
        &self,
        authority: &ServiceAddress,
        enrolment: &SigningKey,
        request: &[u8],
    ) -> Result<Issued, AuthorityError>;

    /// Presents it: `AnonymousRequest` bytes in, certificate out. Nobody signs.
    ///
    /// # Errors
    /// [`AuthorityError`]; everything that can be wrong with the request is one refusal.
    fn certify(
        &self,
        authority: &ServiceAddress,
        request: &[u8],
    ) -> Result<Vec<u8>, AuthorityError>;
}
