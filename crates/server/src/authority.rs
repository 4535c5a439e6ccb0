//! `keyward-server authority`, and the authority's side of checking, backing up and restoring.

use crate::admin::{self, Health, Later, Subject};
use crate::config::{self, AuthorityFile, MIN_FREE};
use crate::error::ServerError;
use crate::metrics::{Level, Metrics};
use crate::{key_file, log, run, safekeeping};
use keyward_authority::backup::{back_up, restore};
use keyward_authority::{Authority, AuthorityConfig, AuthorityLimits, Operator, service_id_of};
use keyward_protocol::keys::SigningKey;
use keyward_relay::{Scope, SystemTime, UnixClock as _, free_bytes};
use keyward_relay_api::backup::Safekeeping;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// A configuration that was read and found good.
pub(crate) struct Checked {
    file: AuthorityFile,
    signing_key: SigningKey,
    operators: Vec<Operator>,
    storage_key: Zeroizing<[u8; 32]>,
}

fn signing_key(path: &Path) -> Result<SigningKey, ServerError> {
    let secret = key_file::read(path)?;
    SigningKey::from_bytes(&secret).map_err(|_| ServerError::KeyFile { path: path.to_owned() })
}

/// The public part of a signing key's file, hex.
pub(crate) fn public_key(path: &Path) -> Result<String, ServerError> {
    Ok(hex::encode(signing_key(path)?.verifying_key().to_bytes()))
}

/// Everything that can be known to be wrong before anything is begun.
pub(crate) fn check(path: &Path) -> Result<Checked, ServerError> {
    let file: AuthorityFile = config::read(path)?;
    file.listen.check()?;
    file.admin.check()?;
    let signing_key = signing_key(&file.signing_key_file)?;
    let mut operators = Vec::new();
    for operator in &file.operators {
        let key = config::verifying_key(path, &operator.key)?;
        operators.push(Operator { name: operator.name.clone(), key });
    }
    let storage_key = key_file::read(&file.storage_key_file)?;
    run::limits(&file.listen, &Arc::new(Metrics::new()))?;
    Ok(Checked { file, signing_key, operators, storage_key })
}

pub(crate) fn run(path: &Path) -> Result<(), ServerError> {
    let Checked { file, signing_key, operators, storage_key } = check(path)?;
    log::begin(file.log);
    let public = hex::encode(signing_key.verifying_key().to_bytes());
    let patient_days = file.patient_invitation_days.unwrap_or(AuthorityConfig::PATIENT_DAYS);
    let clinician_days = file.clinician_invitation_days.unwrap_or(AuthorityConfig::CLINICIAN_DAYS);
    let authority_config = AuthorityConfig {
        dir: file.dir.clone(),
        credentials_file: file.credentials(),
        clinic_name: file.clinic_name,
        signing_key,
        operators,
        relay_url: file.relay_url,
        authority_url: file.authority_url,
        scope: if file.listen.is_network() { Scope::Network } else { Scope::ThisComputer },
        clock: Arc::new(SystemTime),
        storage_key,
        patient_invitation_days: patient_days,
        clinician_invitation_days: clinician_days,
    };
    let metrics = Arc::new(Metrics::new());
    let (listen, certificates) = run::limits(&file.listen, &metrics)?;
    run::runtime()?.block_on(async {
        let stop = run::asked_to_stop();
        let limits = AuthorityLimits { listen, ..AuthorityLimits::default() };
        let authority = Authority::open_with(authority_config, limits)?;
        authority.keep_journal(&file.journal_file)?;
        // The relay's operator needs this key in his configuration.
        tracing::info!(key = public, service = %authority.service_id(), "the authority's key");
        if let Some(certificates) = certificates {
            tokio::spawn(certificates.follow());
        }
        let min_free = file.min_free_bytes.unwrap_or(MIN_FREE);
        let subject = OfAuthority { authority: authority.clone(), dir: file.dir, min_free };
        admin::start(&file.admin, Box::new(subject), metrics).await?;
        let listener = run::listen(&file.listen).await?;
        authority.serve(listener, stop).await;
        tracing::info!("stopped");
        Ok(())
    })
}

struct OfAuthority {
    authority: Authority,
    dir: PathBuf,
    min_free: u64,
}

impl Subject for OfAuthority {
    fn health(&self) -> Later<'_, Health> {
        Box::pin(async {
            let authority = self.authority.clone();
            let health = tokio::task::spawn_blocking(move || authority.health()).await.ok();
            let room = free_bytes(&self.dir).is_none_or(|free| free >= self.min_free);
            vec![
                ("database", health.is_some_and(|health| health.database)),
                ("room", room),
                ("clock", health.is_some_and(|health| health.clock)),
            ]
        })
    }

    fn measure<'a>(&'a self, metrics: &'a Metrics) -> Later<'a, ()> {
        Box::pin(async {
            let bytes = safekeeping::database_bytes(&self.dir, "authority.db");
            metrics.set(Level::DatabaseBytes, bytes);
            if let Some(free) = free_bytes(&self.dir) {
                metrics.set(Level::FreeBytes, free);
            }
        })
    }
}

impl Checked {
    fn safekeeping<'a>(&'a self, journal: Option<&'a Path>) -> Safekeeping<'a> {
        Safekeeping {
            dir: &self.file.dir,
            service_id: service_id_of(self.signing_key.verifying_key()),
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
