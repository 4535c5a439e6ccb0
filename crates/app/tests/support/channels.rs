//! The credential's channels of a network in a test.

/// Gives `$network` channels. `$route` is told where a call goes and what it carries, and says through what, if
/// it comes through; `$answered` says whether the answer does.
macro_rules! credential_channels {
    ($network:ty, $route:expr, $answered:expr) => {
        const _: () = {
            use keyward_app::ports::authority::AuthorityError;
            use keyward_app::ports::credential::{CredentialChannels, Issued};
            use keyward_app::ports::relay::{RelayError, ServiceAddress};
            use keyward_protocol::keys::SigningKey;

            type Route = for<'a> fn(
                &'a $network,
                &ServiceAddress,
                &[u8],
            ) -> Option<&'a dyn CredentialChannels>;
            const ROUTE: Route = $route;
            const ANSWERED: fn(&$network) -> bool = $answered;

            fn clinic() -> AuthorityError {
                AuthorityError::Unreachable("cut".to_owned())
            }

            impl CredentialChannels for $network {
                fn epoch_object(&self, at: &ServiceAddress) -> Result<Vec<u8>, AuthorityError> {
                    let answer = ROUTE(self, at, &[]).ok_or_else(clinic)?.epoch_object(at);
                    if ANSWERED(self) { answer } else { Err(clinic()) }
                }

                fn pinned_object(
                    &self,
                    at: &ServiceAddress,
                    object: &[u8],
                ) -> Result<Vec<u8>, RelayError> {
                    let cut = || RelayError::Unreachable("cut".to_owned());
                    let through = ROUTE(self, at, object).ok_or_else(cut)?;
                    let answer = through.pinned_object(at, object);
                    if ANSWERED(self) { answer } else { Err(cut()) }
                }

                fn issue(
                    &self,
                    at: &ServiceAddress,
                    key: &SigningKey,
                    request: &[u8],
                ) -> Result<Issued, AuthorityError> {
                    let answer =
                        ROUTE(self, at, request).ok_or_else(clinic)?.issue(at, key, request);
                    if ANSWERED(self) { answer } else { Err(clinic()) }
                }

                fn certify(
                    &self,
                    at: &ServiceAddress,
                    request: &[u8],
                ) -> Result<Vec<u8>, AuthorityError> {
                    let answer = ROUTE(self, at, request).ok_or_else(clinic)?.certify(at, request);
                    if ANSWERED(self) { answer } else { Err(clinic()) }
                }
            }
        };
    };
}

pub(crate) use credential_channels;
