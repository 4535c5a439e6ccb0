//! The calls of [`crate::recovery`].

use super::RelayClient;
use crate::http::{Call, ClientError};
use crate::limits::{self, MAX_JSON_ANSWER};
use crate::recovery::{
    Backup, BackupPackId, BackupPackStored, Backups, CompartmentState, Compartments,
    ForgetBackupKey, Forgotten, PostBackup, PostForget, PutBackupKey, Replaced,
};
use crate::types::{Accesses, Done, GrantSummary, Grants, PostStatement};
use keyward_protocol::ids::{CompartmentId, GrantId, PersonaId};
use keyward_protocol::keys::SigningKey;
use reqwest::Method;
use sha2::{Digest as _, Sha256};

impl RelayClient {
    /// Replaces a persona by the one whose key signs: `statement` is a
    /// `Signed<PersonaReplacement>`. Refused with `stale-replacement` and the time of the one that
    /// holds if that is not older.
    pub fn replace(
        &self,
        successor: &SigningKey,
        statement: &[u8],
        idempotency_key: &str,
    ) -> Result<Replaced, ClientError> {
        let body = PostStatement { statement: statement.to_vec() };
        let call = Call::json(Method::POST, "/v1/replace", &body, MAX_JSON_ANSWER)?;
        self.http.json(successor, call.idempotent(idempotency_key))
    }

    /// Makes the relay forget everything of a persona. Repeating it gives a receipt again.
    pub fn forget(&self, key: &SigningKey, request: &PostForget) -> Result<Forgotten, ClientError> {
        self.http.json(key, Call::json(Method::POST, "/v1/forget", request, MAX_JSON_ANSWER)?)
    }

    /// One page of where the caller's compartments stand.
    pub fn compartments(
        &self,
        key: &SigningKey,
        after: Option<CompartmentId>,
    ) -> Result<Compartments, ClientError> {
        let path = match after {
            Some(after) => format!("/v1/compartments?after={after}"),
            None => "/v1/compartments".to_owned(),
        };
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// Where all of the caller's compartments stand.
    pub fn all_compartments(&self, key: &SigningKey) -> Result<Vec<CompartmentState>, ClientError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.compartments(key, after)?;
            let last = page.compartments.last().map(|state| state.compartment);
            all.extend(page.compartments);
            if all.len() > limits::MAX_ALL_COMPARTMENTS {
                return Err(ClientError::BadAnswer("a list without end"));
            }
            match (page.more, last) {
                (false, _) => return Ok(all),
                (true, Some(last)) if after.is_none_or(|after| last > after) => after = Some(last),
                (true, _) => return Err(ClientError::BadAnswer("a list that does not go on")),
            }
        }
    }

    /// One page of the access history of a persona the caller continues.
    pub fn accesses_of_replaced(
        &self,
        key: &SigningKey,
        persona: PersonaId,
        after: u64,
    ) -> Result<Accesses, ClientError> {
        let path = format!("/v1/replaced/{persona}/accesses?after={after}");
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// One page of the grants of a persona the caller continues.
    pub fn grants_of_replaced(
        &self,
        key: &SigningKey,
        persona: PersonaId,
        after: Option<GrantId>,
    ) -> Result<Grants, ClientError> {
        let path = match after {
            Some(after) => format!("/v1/replaced/{persona}/grants?after={after}"),
            None => format!("/v1/replaced/{persona}/grants"),
        };
        self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))
    }

    /// All grants of a persona the caller continues.
    pub fn all_grants_of_replaced(
        &self,
        key: &SigningKey,
        persona: PersonaId,
    ) -> Result<Vec<GrantSummary>, ClientError> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self.grants_of_replaced(key, persona, after)?;
            let last = page.grants.last().map(|grant| grant.grant_id);
            all.extend(page.grants);
            if all.len() > limits::MAX_ALL_GRANTS {
                return Err(ClientError::BadAnswer("a list without end"));
            }
            match (page.more, last) {
                (false, _) => return Ok(all),
                (true, Some(last)) if after.is_none_or(|after| last > after) => after = Some(last),
                (true, _) => return Err(ClientError::BadAnswer("a list that does not go on")),
            }
        }
    }

    /// Makes the key of a clinician's backups known, or puts a newer certificate behind it.
    pub fn put_backup_key(
        &self,
        key: &SigningKey,
        request: &PutBackupKey,
    ) -> Result<Done, ClientError> {
        self.http.json(key, Call::json(Method::PUT, "/v1/backup-key", request, MAX_JSON_ANSWER)?)
    }

    /// Makes the relay forget such a key and all that lies under it. Repeating it gives a receipt again.
    pub fn forget_backup_key(
        &self,
        key: &SigningKey,
        request: &ForgetBackupKey,
    ) -> Result<Forgotten, ClientError> {
        let path = "/v1/backup-key/forget";
        self.http.json(key, Call::json(Method::POST, path, request, MAX_JSON_ANSWER)?)
    }

    /// Stores a sealed backup pack. The same pack again changes nothing.
    pub fn put_backup_pack(
        &self,
        key: &SigningKey,
        pack: &[u8],
        idempotency_key: &str,
    ) -> Result<BackupPackStored, ClientError> {
        if pack.is_empty() || pack.len() > limits::MAX_BACKUP_PACK {
            return Err(ClientError::BadRequest("the backup pack is over its limit"));
        }
        let call = Call::binary("/v1/backups/packs", pack.to_vec(), MAX_JSON_ANSWER)
            .idempotent(idempotency_key);
        let stored: BackupPackStored = self.http.json(key, call)?;
        if stored.pack != BackupPackId(Sha256::digest(pack).into()) {
            return Err(ClientError::BadAnswer("another pack was stored"));
        }
        Ok(stored)
    }

    /// A backup pack, checked to be the one of this name.
    pub fn backup_pack(
        &self,
        key: &SigningKey,
        pack: BackupPackId,
    ) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/backups/packs/{pack}");
        let bytes = self.http.bytes(key, Call::fetch(&path, limits::MAX_BACKUP_PACK))?;
        if pack != BackupPackId(Sha256::digest(&bytes).into()) {
            return Err(ClientError::BadAnswer("another pack than asked for"));
        }
        Ok(bytes)
    }

    /// Stores a version of the backup; its packs must be there.
    pub fn put_backup(
        &self,
        key: &SigningKey,
        backup: &PostBackup,
        idempotency_key: &str,
    ) -> Result<Done, ClientError> {
        let call = Call::json(Method::POST, "/v1/backups", backup, MAX_JSON_ANSWER)?;
        self.http.json(key, call.idempotent(idempotency_key))
    }

    /// All versions kept.
    pub fn backups(&self, key: &SigningKey) -> Result<Backups, ClientError> {
        self.http.json(key, Call::fetch("/v1/backups", MAX_JSON_ANSWER))
    }

    /// One version.
    pub fn backup(&self, key: &SigningKey, sequence: u64) -> Result<Backup, ClientError> {
        let path = format!("/v1/backups/{sequence}");
        let backup: Backup = self.http.json(key, Call::fetch(&path, MAX_JSON_ANSWER))?;
        if backup.sequence != sequence {
            return Err(ClientError::BadAnswer("another version than asked for"));
        }
        Ok(backup)
    }
}
