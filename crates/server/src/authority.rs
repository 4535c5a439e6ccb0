//! `keyward-server authority`.

use crate::config::{self, AuthorityFile};
use crate::error::ServerError;
use crate::{key_file, run};
use keyward_authority::{Authority, AuthorityConfig, Operator};
use keyward_protocol::keys::SigningKey;
use keyward_relay::{Scope, SystemTime};
use std::path::Path;
use std::sync::Arc;

pub(crate) fn run(path: &Path) -> Result<(), ServerError> {
    let file: AuthorityFile = config::read(path)?;
    file.listen.check()?;
    let secret = key_file::read(&file.signing_key_file)?;
    let signing_key = SigningKey::from_bytes(&secret)
        .map_err(|_| ServerError::KeyFile { path: file.signing_key_file.clone() })?;
    let mut operators = Vec::new();
    for operator in &file.operators {
        let key = config::verifying_key(path, &operator.key)?;
        operators.push(Operator { name: operator.name.clone(), key });
    }
    let public = hex::encode(signing_key.verifying_key().to_bytes());
    let authority_config = AuthorityConfig {
        dir: file.dir,
        clinic_name: file.clinic_name,
        signing_key,
        operators,
        relay_url: file.relay_url,
        authority_url: file.authority_url,
        scope: if file.listen.is_network() { Scope::Network } else { Scope::ThisComputer },
        clock: Arc::new(SystemTime),
        storage_key: key_file::read(&file.storage_key_file)?,
        patient_invitation_days: file
            .patient_invitation_days
            .unwrap_or(AuthorityConfig::PATIENT_DAYS),
        clinician_invitation_days: file
            .clinician_invitation_days
            .unwrap_or(AuthorityConfig::CLINICIAN_DAYS),
    };
    run::runtime()?.block_on(async {
        let authority = Authority::open(authority_config)?;
        // The relay's operator needs this key in his configuration.
        tracing::info!(key = public, service = %authority.service_id(), "the authority's key");
        let listener = run::listen(&file.listen).await?;
        authority.serve(listener, run::asked_to_stop()).await;
        Ok(())
    })
}
