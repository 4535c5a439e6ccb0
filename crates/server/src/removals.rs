//! Following an authority's list of removed clinicians.

use keyward_protocol::ids::{CertificateHash, ServiceId};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay::{Relay, SystemTime, UnixClock as _};
use keyward_relay_api::authority::client::AuthorityClient;
use std::sync::Arc;
use std::time::Duration;

/// How often the list of removed clinicians is fetched.
const REMOVED_EVERY: Duration = Duration::from_secs(30);

/// Fetches an authority's signed list of removed clinicians, again and again.
pub(crate) fn follow(relay: &Relay, url: String, service: ServiceId, key: VerifyingKey) {
    let relay = relay.clone();
    tokio::spawn(async move {
        let mut seen = 0;
        loop {
            match fetch_removed(url.clone(), service, key.clone(), seen).await {
                Ok((removed, sequence)) => match relay.set_removed(removed).await {
                    Ok(()) => seen = sequence,
                    Err(error) => {
                        tracing::warn!(code = error.code(), "a removal could not be stored");
                    }
                },
                Err(reason) => tracing::warn!(reason, "removed clinicians could not be fetched"),
            }
            tokio::time::sleep(REMOVED_EVERY).await;
        }
    });
}

type Removed = (Vec<CertificateHash>, u64);

async fn fetch_removed(
    url: String,
    service: ServiceId,
    key: VerifyingKey,
    seen: u64,
) -> Result<Removed, &'static str> {
    // The client blocks; it gets a thread where it may.
    tokio::task::spawn_blocking(move || {
        let client = AuthorityClient::new(&url, service, Arc::new(SystemTime))
            .map_err(|error| error.code())?;
        let directory = client.directory().map_err(|error| error.code())?;
        let verified = directory
            .verify(service, &key, seen, SystemTime.now())
            .map_err(|error| error.code())?;
        Ok((verified.removed, verified.sequence))
    })
    .await
    .unwrap_or(Err("the task ended"))
}
