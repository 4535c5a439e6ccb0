//! Networks of tests: each says what becomes of a call, and only that.

use keyward_app::ports::authority::{Authority, AuthorityError};
use keyward_app::ports::relay::{Network, Relay, ServiceAddress};
use keyward_protocol::keys::SigningKey;

/// What a call is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum What {
    Relay,
    Authority,
    RelayRecovery,
    AuthorityRecovery,
    EpochObject,
    PinnedObject,
    Issue,
    Certify,
}

impl What {
    /// Whether it is an exchange of the credential's, not the opening of a channel.
    pub const fn is_credential(self) -> bool {
        matches!(self, Self::EpochObject | Self::PinnedObject | Self::Issue | Self::Certify)
    }
}

/// A call on its way.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub what: What,
    pub at: &'a ServiceAddress,
    pub signer: Option<&'a SigningKey>,
    /// What it carries; empty for the opening of a channel.
    pub request: &'a [u8],
}

/// Somebody between a computer and the services.
pub trait Wire: Send + Sync {
    /// Through what a call goes, if it comes through.
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network>;

    /// Whether the answer of an exchange of the credential's comes back.
    fn answered(&self, _call: &Call<'_>) -> bool {
        true
    }

    /// What the answer of an exchange of the credential's becomes.
    fn changed(&self, _call: &Call<'_>, answer: Vec<u8>) -> Vec<u8> {
        answer
    }

    /// What a channel to the relay becomes.
    fn relay(&self, _call: &Call<'_>, channel: Box<dyn Relay>) -> Box<dyn Relay> {
        channel
    }

    /// What a channel to the authority becomes.
    fn authority(&self, _call: &Call<'_>, channel: Box<dyn Authority>) -> Box<dyn Authority> {
        channel
    }

    /// Why the authority hears nothing of recovery just now, if it says so.
    fn puts_off(&self, _call: &Call<'_>) -> Option<AuthorityError> {
        None
    }
}

/// Makes a [`Wire`] a network.
macro_rules! network {
    ($wire:ty) => {
        const _: () = {
            use std::sync::Arc;

            use keyward_app::ports::authority::{Authority, AuthorityError};
            use keyward_app::ports::credential::{CredentialChannels, Issued};
            use keyward_app::ports::recovery::{AuthorityRecovery, RelayRecovery};
            use keyward_app::ports::relay::{Network, Relay, RelayError, ServiceAddress};
            use keyward_protocol::keys::SigningKey;
            use $crate::support::wire::{Call, What, Wire};

            fn clinic() -> AuthorityError {
                AuthorityError::Unreachable("cut".to_owned())
            }

            fn cloud() -> RelayError {
                RelayError::Unreachable("cut".to_owned())
            }

            impl Network for $wire {
                fn relay(
                    &self,
                    at: &ServiceAddress,
                    signer: Arc<SigningKey>,
                ) -> Result<Box<dyn Relay>, RelayError> {
                    let call = Call { what: What::Relay, at, signer: Some(&signer), request: &[] };
                    let through = self.through(&call).ok_or_else(cloud)?;
                    Ok(Wire::relay(self, &call, through.relay(at, Arc::clone(&signer))?))
                }

                fn authority(
                    &self,
                    at: &ServiceAddress,
                    signer: Option<Arc<SigningKey>>,
                ) -> Result<Box<dyn Authority>, AuthorityError> {
                    let key = signer.as_deref();
                    let call = Call { what: What::Authority, at, signer: key, request: &[] };
                    let through = self.through(&call).ok_or_else(clinic)?;
                    Ok(Wire::authority(self, &call, through.authority(at, signer.clone())?))
                }

                fn relay_recovery(
                    &self,
                    at: &ServiceAddress,
                    signer: Arc<SigningKey>,
                ) -> Result<Box<dyn RelayRecovery>, RelayError> {
                    let what = What::RelayRecovery;
                    let call = Call { what, at, signer: Some(&signer), request: &[] };
                    let through = self.through(&call).ok_or_else(cloud)?;
                    through.relay_recovery(at, Arc::clone(&signer))
                }

                fn authority_recovery(
                    &self,
                    at: &ServiceAddress,
                    signer: Arc<SigningKey>,
                ) -> Result<Box<dyn AuthorityRecovery>, AuthorityError> {
                    let what = What::AuthorityRecovery;
                    let call = Call { what, at, signer: Some(&signer), request: &[] };
                    let through = self.through(&call).ok_or_else(clinic)?;
                    match self.puts_off(&call) {
                        Some(error) => Err(error),
                        None => through.authority_recovery(at, Arc::clone(&signer)),
                    }
                }

                fn credentials(&self) -> &dyn CredentialChannels {
                    self
                }
            }

            impl $wire {
                /// One exchange of the credential's: there, and the answer back.
                fn exchange<T, E>(
                    &self,
                    call: &Call<'_>,
                    cut: fn() -> E,
                    ask: impl FnOnce(&dyn CredentialChannels) -> Result<T, E>,
                ) -> Result<T, E> {
                    let answer = ask(self.through(call).ok_or_else(cut)?.credentials());
                    if self.answered(call) { answer } else { Err(cut()) }
                }
            }

            impl CredentialChannels for $wire {
                fn epoch_object(&self, at: &ServiceAddress) -> Result<Vec<u8>, AuthorityError> {
                    let call = Call { what: What::EpochObject, at, signer: None, request: &[] };
                    let answer = self.exchange(&call, clinic, |line| line.epoch_object(at))?;
                    Ok(self.changed(&call, answer))
                }

                fn pinned_object(
                    &self,
                    at: &ServiceAddress,
                    object: &[u8],
                ) -> Result<Vec<u8>, RelayError> {
                    let what = What::PinnedObject;
                    let call = Call { what, at, signer: None, request: object };
                    let answer =
                        self.exchange(&call, cloud, |line| line.pinned_object(at, object))?;
                    Ok(self.changed(&call, answer))
                }

                fn issue(
                    &self,
                    at: &ServiceAddress,
                    key: &SigningKey,
                    request: &[u8],
                ) -> Result<Issued, AuthorityError> {
                    let call = Call { what: What::Issue, at, signer: Some(key), request };
                    let issued =
                        self.exchange(&call, clinic, |line| line.issue(at, key, request))?;
                    let response = self.changed(&call, issued.response);
                    Ok(Issued { response, ..issued })
                }

                fn certify(
                    &self,
                    at: &ServiceAddress,
                    request: &[u8],
                ) -> Result<Vec<u8>, AuthorityError> {
                    let call = Call { what: What::Certify, at, signer: None, request };
                    let answer = self.exchange(&call, clinic, |line| line.certify(at, request))?;
                    Ok(self.changed(&call, answer))
                }
            }
        };
    };
}

pub(crate) use network;
