//! [`RelayRecovery`] and [`AuthorityRecovery`] over HTTP.

use keyward_protocol::ids::PersonaId;
use sha2::{Digest as _, Sha256};

use super::{HttpAuthority, HttpRelay, idempotency_key};
use crate::ports::authority::AuthorityError;
use crate::ports::recovery::{
    AuthorityRecovery, Backup, BackupPackId, Backups, CompartmentState, EnrolmentReceipt,
    ForgetBackupKey, Forgotten, PostBackup, PostForget, PutBackupKey, RelayRecovery, Replaced,
};
use crate::ports::relay::{Accesses, GrantSummary, RelayError};

impl RelayRecovery for HttpRelay {
    fn replace(&self, statement: &[u8]) -> Result<Replaced, RelayError> {
        let key = idempotency_key("replace", &[statement]);
        Ok(self.client.replace(&self.signer, statement, &key)?)
    }

    fn accesses_of_replaced(
        &self,
        persona: &PersonaId,
        after: u64,
    ) -> Result<Accesses, RelayError> {
        Ok(self.client.accesses_of_replaced(&self.signer, *persona, after)?)
    }

    fn grants_of_replaced(&self, persona: &PersonaId) -> Result<Vec<GrantSummary>, RelayError> {
        Ok(self.client.all_grants_of_replaced(&self.signer, *persona)?)
    }

    fn compartments(&self) -> Result<Vec<CompartmentState>, RelayError> {
        Ok(self.client.all_compartments(&self.signer)?)
    }

    fn forget(&self, request: &PostForget) -> Result<Forgotten, RelayError> {
        Ok(self.client.forget(&self.signer, request)?)
    }

    fn put_backup_key(&self, request: &PutBackupKey) -> Result<(), RelayError> {
        self.client.put_backup_key(&self.signer, request)?;
        Ok(())
    }

    fn forget_backup_key(&self, request: &ForgetBackupKey) -> Result<Forgotten, RelayError> {
        Ok(self.client.forget_backup_key(&self.signer, request)?)
    }

    fn put_backup_pack(&self, pack: &[u8]) -> Result<BackupPackId, RelayError> {
        let digest: [u8; 32] = Sha256::digest(pack).into();
        let key = idempotency_key("backup-pack", &[&digest]);
        Ok(self.client.put_backup_pack(&self.signer, pack, &key)?.pack)
    }

    fn backup_pack(&self, pack: BackupPackId) -> Result<Vec<u8>, RelayError> {
        Ok(self.client.backup_pack(&self.signer, pack)?)
    }

    fn put_backup(&self, backup: &PostBackup) -> Result<(), RelayError> {
        let key = idempotency_key("backup", &[&backup.sequence.to_be_bytes(), &backup.manifest]);
        self.client.put_backup(&self.signer, backup, &key)?;
        Ok(())
    }

    fn backups(&self) -> Result<Backups, RelayError> {
        Ok(self.client.backups(&self.signer)?)
    }

    fn backup(&self, sequence: u64) -> Result<Backup, RelayError> {
        Ok(self.client.backup(&self.signer, sequence)?)
    }
}

impl AuthorityRecovery for HttpAuthority {
    fn set_recovery(&self, recovery_hash: [u8; 32]) -> Result<(), AuthorityError> {
        self.client.set_recovery(self.signer()?, recovery_hash)?;
        Ok(())
    }

    fn replace_enrolment(&self, statement: &[u8]) -> Result<EnrolmentReceipt, AuthorityError> {
        Ok(self.client.replace_enrolment(self.signer()?, statement.to_vec())?)
    }

    fn leave(&self, statement: &[u8]) -> Result<EnrolmentReceipt, AuthorityError> {
        Ok(self.client.leave(self.signer()?, statement.to_vec())?)
    }
}
