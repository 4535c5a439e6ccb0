//! `keyward-server relay`.

use crate::config::{self, RelayFile};
use crate::error::ServerError;
use crate::{key_file, run};
use keyward_authority::service_id_of;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{SecretBytes32, VerifyingKey};
use keyward_relay::{Relay, RelayConfig, Scope, SystemTime, UnixClock};
use keyward_relay_api::authority::client::AuthorityClient;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How often the list of removed clinicians is fetched.
const REMOVED_EVERY: Duration = Duration::from_secs(30);

pub(crate) fn run(path: &Path) -> Result<(), ServerError> {
    let file: RelayFile = config::read(path)?;
    file.listen.check()?;
    let mut keys = Vec::new();
    for authority in &file.authorities {
        keys.push(config::verifying_key(path, &authority.key)?);
    }
    // One service, one id: it is derived from its (first) authority's key.
    let first = keys.first().ok_or_else(|| ServerError::config(path, "no authority is named"))?;
    let service = service_id_of(first);
    let storage_key = SecretBytes32::new(*key_file::read(&file.storage_key_file)?);
    let scope = if file.listen.is_network() { Scope::Network } else { Scope::ThisComputer };
    let clock = Arc::new(SystemTime);
    let relay_config =
        RelayConfig::new(&file.dir, storage_key, service, keys.clone(), scope, clock);
    run::runtime()?.block_on(async {
        let relay = Relay::open(relay_config).await?;
        let listener = run::listen(&file.listen).await?;
        for (authority, key) in file.authorities.iter().zip(keys) {
            match &authority.url {
                Some(url) => follow_removals(&relay, url.clone(), service, key),
                None => tracing::warn!("removed clinicians are not followed: no url is configured"),
            }
        }
        relay.serve(listener, run::asked_to_stop()).await;
        Ok(())
    })
}

/// Fetches an authority's signed list of removed clinicians, again and again.
fn follow_removals(relay: &Relay, url: String, service: ServiceId, key: VerifyingKey) {
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

type Removed = (Vec<keyward_protocol::ids::CertificateHash>, u64);

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
