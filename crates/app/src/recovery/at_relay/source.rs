//! Bringing a profile back from a relay, with nothing but the kit and the relay's address.

use std::collections::HashMap;
use std::sync::Arc;

use keyward_protocol::backup::{Manifest, VerifiedManifest, check_versions};
use keyward_protocol::ids::RecordId;
use keyward_protocol::kit::{KitKeys, KitPublic};

use super::place::{LAST, Place};
use crate::error::{AppError, ErrorCode};
use crate::ports::recovery::{BackupPackId, Backups, RelayRecovery};
use crate::ports::relay::{Network, ProblemCode, RelayError, ServiceAddress};
use crate::recovery::restore::Source;
use crate::recovery::state::Newest;

/// A relay that a profile is restored from.
pub struct RelaySource {
    channel: Box<dyn RelayRecovery>,
    place: Place,
    there: Backups,
    packs: HashMap<RecordId, BackupPackId>,
    newest: Option<Newest>,
    /// A version that the relay keeps does not open, and is left out.
    pub cut: bool,
}

/// The address as it was typed, as one that can be asked.
///
/// # Errors
/// A field error for what cannot be one.
pub fn address(typed: &str) -> Result<ServiceAddress, AppError> {
    let typed = typed.trim().trim_end_matches('/');
    let whole = match typed.contains("://") {
        true => typed.to_owned(),
        false => format!("https://{typed}"),
    };
    let host = whole.strip_prefix("https://").or_else(|| whole.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]/".contains(c);
    match host {
        Some(host) if !host.is_empty() && host.chars().all(plain) => {
            Ok(ServiceAddress::unknown(&whole))
        }
        _ => Err(AppError::field("relay", "not-an-address")),
    }
}

impl RelaySource {
    /// Looks for the kit's backups at a relay. One whose service is not known yet says which it is; if
    /// that is a lie it is asked for personas that are nowhere else.
    ///
    /// # Errors
    /// [`ErrorCode::BackupNone`] without any, else why the relay cannot be asked.
    pub fn open(
        network: &dyn Network,
        at: &ServiceAddress,
        keys: &KitKeys,
    ) -> Result<Self, AppError> {
        let kit = keys.public().map_err(|_| ErrorCode::Internal)?;
        let at = known(network, at, &kit)?;
        for number in 0..=LAST {
            let place = Place::numbered(&kit, &at, number);
            let channel = network.relay_recovery(&at, Arc::new(place.persona()?.signing))?;
            match channel.backups() {
                Ok(there) if !there.versions.is_empty() => {
                    let (packs, newest) = (HashMap::new(), None);
                    return Ok(Self { channel, place, there, packs, newest, cut: false });
                }
                Ok(_) => {}
                // Nobody of that name, or she was forgotten: it is told alike.
                Err(RelayError::Refused(refusal)) if refusal.code == ProblemCode::BadSignature => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ErrorCode::BackupNone.into())
    }

    /// Its versions, oldest first, opened with the kit. Never empty.
    ///
    /// # Errors
    /// [`ErrorCode::BackupDamaged`] if none is whole, else why the relay cannot be asked.
    pub fn versions(&mut self, keys: &KitKeys) -> Result<Vec<VerifiedManifest>, AppError> {
        let mut versions = Vec::new();
        for version in &self.there.versions {
            let sealed = self.channel.backup(version.sequence)?.manifest;
            match Manifest::open(keys, &sealed) {
                Ok(opened) if opened.manifest().sequence == version.sequence => {
                    versions.push(opened);
                }
                // Somebody with a stolen key can write what nobody opens, but not undo the others.
                _ => self.cut = true,
            }
        }
        let newest = versions.last().ok_or(ErrorCode::BackupDamaged)?;
        self.newest = Some(Newest { sequence: newest.manifest().sequence, hash: newest.hash() });
        check_versions(&versions)?;
        let packs = versions.iter().flat_map(|version| &version.manifest().packs);
        self.packs = packs.map(|pack| (pack.id, BackupPackId(pack.hash))).collect();
        Ok(versions)
    }

    /// What the restored profile goes on with; `None` before [`RelaySource::versions`].
    pub(super) fn to_go_on(&self) -> Option<(Place, &Backups, Newest)> {
        self.newest.map(|newest| (self.place.clone(), &self.there, newest))
    }
}

fn known(
    network: &dyn Network,
    at: &ServiceAddress,
    kit: &KitPublic,
) -> Result<ServiceAddress, AppError> {
    if at.is_known() {
        return Ok(at.clone());
    }
    // Nothing is signed for what is public.
    let nobody = kit.persona(at.service_id, 0).map_err(|_| ErrorCode::Internal)?;
    let status = network.relay(at, Arc::new(nobody.signing))?.status()?;
    Ok(ServiceAddress { url: at.url.clone(), service_id: status.service_id })
}

impl Source for RelaySource {
    fn pack(&mut self, id: &RecordId) -> Result<Vec<u8>, AppError> {
        let pack = *self.packs.get(id).ok_or(ErrorCode::BackupDamaged)?;
        match self.channel.backup_pack(pack) {
            Err(RelayError::NotFound) => Err(ErrorCode::BackupDamaged.into()),
            outcome => Ok(outcome?),
        }
    }

    fn at_relay(&self) -> Option<&RelaySource> {
        Some(self)
    }
}
