//! `keyward-server relay`, and the relay's side of checking, backing up and restoring.

use crate::admin::{self, Health, Later, Subject};
use crate::config::{self, RelayFile};
use crate::error::ServerError;
use crate::metrics::{Level, Metrics};
use crate::removals;
use crate::{key_file, log, run, safekeeping};
use keyward_authority::service_id_of;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{SecretBytes32, VerifyingKey};
use keyward_relay::backup::{back_up, restore};
use keyward_relay::{Relay, RelayConfig, Scope, SystemTime, UnixClock as _};
use keyward_relay_api::backup::Safekeeping;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A configuration that was read and found good.
pub(crate) struct Checked {
    file: RelayFile,
    keys: Vec<VerifyingKey>,
    service: ServiceId,
    storage_key: Zeroizing<[u8; 32]>,
}

/// Everything that can be known to be wrong before anything is begun.
pub(crate) fn check(path: &Path) -> Result<Checked, ServerError> {
    let file: RelayFile = config::read(path)?;
    file.listen.check()?;
    file.admin.check()?;
    let mut keys = Vec::new();
    for authority in &file.authorities {
        keys.push(config::verifying_key(path, &authority.key)?);
    }
    // One service, one id: it is derived from its (first) authority's key.
    let first = keys.first().ok_or_else(|| ServerError::config(path, "no authority is named"))?;
    let service = service_id_of(first);
    let storage_key = key_file::read(&file.storage_key_file)?;
    run::limits(&file.listen, &Arc::new(Metrics::new()))?;
    Ok(Checked { file, keys, service, storage_key })
}

pub(crate) fn run(path: &Path) -> Result<(), ServerError> {
    let Checked { file, keys, service, storage_key } = check(path)?;
    log::begin(file.log);
    let scope = if file.listen.is_network() { Scope::Network } else { Scope::ThisComputer };
    let mut relay_config = RelayConfig::new(
        &file.dir,
        SecretBytes32::new(*storage_key),
        service,
        keys.clone(),
        scope,
        Arc::new(SystemTime),
    );
    let metrics = Arc::new(Metrics::new());
    let (listen, certificates) = run::limits(&file.listen, &metrics)?;
    relay_config.limits.listen = listen;
    relay_config.limits.retention = file.retention.seconds();
    file.quota.apply(&mut relay_config.limits);
    relay_config.journal = Some(file.journal_file.clone());
    run::runtime()?.block_on(async {
        let stop = run::asked_to_stop();
        let relay = Relay::open(relay_config).await?;
        if let Some(certificates) = certificates {
            tokio::spawn(certificates.follow());
        }
        let subject = Box::new(OfRelay { relay: relay.clone(), dir: file.dir.clone() });
        admin::start(&file.admin, subject, metrics).await?;
        let listener = run::listen(&file.listen).await?;
        for (authority, key) in file.authorities.iter().zip(keys) {
            match &authority.url {
                Some(url) => removals::follow(&relay, url.clone(), service, key),
                None => tracing::warn!("removed clinicians are not followed: no url is configured"),
            }
        }
        relay.serve(listener, stop).await;
        tracing::info!("stopped");
        Ok(())
    })
}

struct OfRelay {
    relay: Relay,
    dir: std::path::PathBuf,
}

impl Subject for OfRelay {
    fn health(&self) -> Later<'_, Health> {
        Box::pin(async {
            let health = self.relay.health().await;
            vec![
                ("database", health.database),
                ("blobs", health.blobs),
                ("room", health.room),
                ("clock", health.clock),
            ]
        })
    }

    fn measure<'a>(&'a self, metrics: &'a Metrics) -> Later<'a, ()> {
        Box::pin(async {
            if let Ok(census) = self.relay.census().await {
                metrics.set(Level::Personas, census.personas);
                metrics.set(Level::Clinicians, census.clinicians);
                metrics.set(Level::LiveGrants, census.live_grants);
                metrics.set(Level::Messages, census.messages);
                metrics.set(Level::StoredBytes, census.stored_bytes);
            }
            metrics.set(Level::DatabaseBytes, safekeeping::database_bytes(&self.dir, "relay.db"));
            if let Some(free) = self.relay.free_bytes() {
                metrics.set(Level::FreeBytes, free);
            }
        })
    }
}

impl Checked {
    fn safekeeping<'a>(&'a self, journal: Option<&'a Path>) -> Safekeeping<'a> {
        Safekeeping {
            dir: &self.file.dir,
            service_id: self.service,
            storage_key: &self.storage_key,
            journal,
            now: SystemTime.now(),
        }
    }
}

pub(crate) fn backup(path: &Path, to: &Path) -> Result<String, ServerError> {
    let checked = check(path)?;
    let manifest = back_up(&checked.safekeeping(Some(&checked.file.journal_file)), to)?;
    Ok(safekeeping::backed_up(&manifest))
}

pub(crate) fn restore_from(
    path: &Path,
    from: &Path,
    journal: Option<&Path>,
) -> Result<String, ServerError> {
    let checked = check(path)?;
    let done = restore(&checked.safekeeping(journal), from)?;
    Ok(safekeeping::restored(done.taken_at, done.ended))
}
