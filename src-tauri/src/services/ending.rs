//! The end of the clinic of this computer, with its desk.

use std::fs;
use std::io;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::clinic::Register;
use keyward_app::ports::vault::{Collection, Vault};
use keyward_authority::Authority;
use keyward_protocol::keys::{MasterSecret, VerifyingKey};
use keyward_vault::{StoreError, Unlocked};

use super::{CLINIC, Clinic, Services, clinic, secret_of, stop};
use crate::failure;

/// Where stands in the services' own store which desk ended its clinic: the operator's key. From then on there is no
/// clinic here, whatever of it still lies on the disk.
const ENDED: &str = "ended";

impl Services {
    pub(super) fn register_of(
        &self,
        operator: &VerifyingKey,
    ) -> Result<Option<Register>, AppError> {
        let running = self.running();
        if let Some(running) = &*running {
            if !running.clinic.is_of(operator) {
                return Ok(None);
            }
            return whole(&running.register).map(Some);
        }
        let Some((unlocked, clinic)) = self.clinic_of(operator)? else { return Ok(None) };
        let register = self.read_register(&keys_of(&unlocked)?, &clinic);
        unlocked.vault.close();
        register.map(Some)
    }

    pub(super) fn end(&self, operator: &VerifyingKey) -> Result<bool, AppError> {
        // Held to the end: nobody starts the services again meanwhile.
        let mut running = self.running();
        if running.as_ref().is_some_and(|running| !running.clinic.is_of(operator)) {
            return Ok(false);
        }
        // Whoever is served notices nothing of a refusal.
        if let Some(running) = &*running {
            refuse_in_use(&whole(&running.register)?)?;
        }
        if let Some(running) = running.take() {
            stop(running);
        }
        let Some((unlocked, clinic)) = self.clinic_of(operator)? else {
            return self.finish_ending();
        };
        // Nobody is served any more, so what is counted now stays so.
        refuse_in_use(&self.read_register(&keys_of(&unlocked)?, &clinic)?)?;
        note_end(&unlocked, operator)?;
        drop(unlocked);
        self.finish_ending()
    }

    /// Deletes what is left of a clinic that was ended; `false` if none was. Files first: without the key in the keyring
    /// they could not be told from those of the next clinic.
    pub(super) fn finish_ending(&self) -> Result<bool, AppError> {
        let Some(own) = self.own_profile()? else { return Ok(false) };
        let unlocked = self.unlock(&own)?;
        let ended = unlocked.vault.read()?.get(Collection::Settings, ENDED)?.is_some();
        unlocked.vault.close();
        drop(unlocked);
        if !ended {
            return Ok(false);
        }
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a clinic that ended stays on the disk");
                return Err(ErrorCode::VaultIo.into());
            }
            _ => {}
        }
        match self.profiles.store.discard(&own, &*self.profiles.keyring) {
            Ok(()) => {}
            // The profile is gone, and a secret that opens nothing is of no use to anybody.
            Err(StoreError::Keyring(error)) => tracing::warn!(%error, "a key stays in the keyring"),
            Err(error) => return Err(failure::of_store(error)),
        }
        Ok(true)
    }

    /// The services' own store and the clinic in it, if it is this operator's.
    fn clinic_of(&self, operator: &VerifyingKey) -> Result<Option<(Unlocked, Clinic)>, AppError> {
        let Some(own) = self.own_profile()? else { return Ok(None) };
        let unlocked = self.unlock(&own)?;
        let found = clinic(&*unlocked.vault)?.filter(|clinic| clinic.is_of(operator));
        if found.is_none() {
            unlocked.vault.close();
        }
        Ok(found.map(|clinic| (unlocked, clinic)))
    }

    fn read_register(&self, keys: &MasterSecret, clinic: &Clinic) -> Result<Register, AppError> {
        whole(&self.open_authority(keys, clinic)?)
    }
}

fn refuse_in_use(register: &Register) -> Result<(), AppError> {
    if register.in_use().is_none() { Ok(()) } else { Err(ErrorCode::ClinicInUse.into()) }
}

fn whole(authority: &Authority) -> Result<Register, AppError> {
    let (people, clinicians) = authority.whole_register().map_err(|error| {
        tracing::error!(%error, "the register cannot be read");
        AppError::new(ErrorCode::VaultIo)
    })?;
    Ok(Register { people, clinicians })
}

/// The step from which on the clinic is none any more.
pub(super) fn note_end(own: &Unlocked, operator: &VerifyingKey) -> Result<(), AppError> {
    let mut tx = own.vault.begin()?;
    tx.delete(Collection::Settings, CLINIC)?;
    tx.put(Collection::Settings, ENDED, &operator.to_bytes())?;
    tx.commit()?;
    own.vault.close();
    Ok(())
}

fn keys_of(unlocked: &Unlocked) -> Result<MasterSecret, AppError> {
    Ok(MasterSecret::from_bytes(*secret_of(unlocked)?))
}
