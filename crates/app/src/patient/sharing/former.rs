//! What was shared through a clinic that was left.
//!
//! A restored profile may wait for ever for a clinic that is gone. When she joins another one,
//! everything of the former service leaves the collections that an exchange reads, in the transaction
//! that stores the new enrolment ([`set_apart`]). What she may want to look up stays in rows that no
//! exchange looks at; no key, no salt and no unsent step is among them.

use std::collections::BTreeMap;

use keyward_protocol::keys::VerifyingKey;
use keyward_records::Category;
use serde::{Deserialize, Serialize};

use super::book::{Compartment, Share};
use super::carry::SyncBook;
use super::history::{self, AccessRow};
use crate::credential;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::reading;
use crate::recovery::{at_relay, keys, renew};
use crate::rhythm;
use crate::store::{self, StoreError};

/// Rows of [`FormerClinic`] in [`Collection::Identity`], numbered.
const CLINIC: &str = "former-clinic/";
/// Rows of [`FormerShare`] in [`Collection::Identity`], by share.
const SHARE: &str = "former-share/";
/// Rows deleted at once: those of sealed records may be large.
const PAGE: u64 = 16;

/// Collections that hold nothing but what belongs to one service.
const OF_THE_SERVICE: [Collection; 9] = [
    Collection::Spaces,
    Collection::Compartments,
    Collection::Epochs,
    Collection::PoolEntries,
    Collection::Sealed,
    Collection::Shares,
    Collection::Outbox,
    Collection::Contacts,
    Collection::Accesses,
];

/// A clinic that was left.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FormerClinic {
    /// Its name.
    pub(crate) name: String,
    /// The key that had been pinned: the certificates of its doctors are read with it.
    #[serde(with = "store::base64")]
    key: Vec<u8>,
    /// The patient as it had registered her.
    pub(super) person: Option<String>,
    /// When it was left.
    pub(crate) left: UnixSeconds,
    /// Names of the spaces.
    spaces: Vec<String>,
}

impl FormerClinic {
    /// The pinned key.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`] if what is stored is no key.
    pub(super) fn key(&self) -> Result<VerifyingKey, AppError> {
        VerifyingKey::from_bytes(&self.key).map_err(|_| ErrorCode::VaultCorrupt.into())
    }

    /// All, by number.
    fn all(tx: &(impl Transaction + ?Sized)) -> Result<BTreeMap<String, Self>, StoreError> {
        let rows = store::load_prefix(tx, Collection::Identity, CLINIC)?;
        Ok(rows.into_iter().collect())
    }
}

/// A share that was made through it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct FormerShare {
    clinic: String,
    pub(super) share: Share,
    pub(super) space: String,
    pub(super) shown_as: String,
    pub(super) shows_name: bool,
    pub(super) accesses: Vec<FormerAccess>,
}

/// An access to it, with the kind of records, which only the compartments' rows knew.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct FormerAccess {
    pub(super) row: AccessRow,
    pub(super) category: Option<Category>,
}

impl FormerShare {
    /// Reads one with its clinic, if it is there.
    pub(super) fn load(
        tx: &(impl Transaction + ?Sized),
        id: &str,
    ) -> Result<Option<(FormerClinic, Self)>, AppError> {
        let row = format!("{SHARE}{id}");
        let Some(share) = store::load::<Self>(tx, Collection::Identity, &row)? else {
            return Ok(None);
        };
        let clinic =
            store::load(tx, Collection::Identity, &share.clinic)?.ok_or(ErrorCode::VaultCorrupt)?;
        Ok(Some((clinic, share)))
    }

    /// All with their clinics, by id.
    pub(super) fn all(
        tx: &(impl Transaction + ?Sized),
    ) -> Result<Vec<(String, FormerClinic, Self)>, AppError> {
        let clinics = FormerClinic::all(tx)?;
        let rows: Vec<(String, Self)> = store::load_prefix(tx, Collection::Identity, SHARE)?;
        let with_clinic = |(id, share): (String, Self)| {
            let clinic = clinics.get(&share.clinic).cloned().ok_or(ErrorCode::VaultCorrupt)?;
            Ok((id[SHARE.len()..].to_owned(), clinic, share))
        };
        rows.into_iter().map(with_clinic).collect()
    }
}

/// The shares of clinics that were left, by id: for the visibility line, because nobody has heard from
/// those relays that they are over.
///
/// # Errors
/// What the vault reports.
pub(crate) fn shares(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Share)>, StoreError> {
    let rows: Vec<(String, FormerShare)> = store::load_prefix(tx, Collection::Identity, SHARE)?;
    Ok(rows.into_iter().map(|(id, row)| (id[SHARE.len()..].to_owned(), row.share)).collect())
}

/// The clinic that was left last, if one was.
///
/// # Errors
/// What the vault reports.
pub(crate) fn last_left(
    tx: &(impl Transaction + ?Sized),
) -> Result<Option<FormerClinic>, StoreError> {
    Ok(FormerClinic::all(tx)?.into_values().next_back())
}

/// Sets everything of the service of `enrolment` apart. Belongs into the transaction that stores the
/// enrolment at another one: what is not named here would be sent there.
///
/// # Errors
/// [`ErrorCode::VaultCorrupt`] if spaces and shares do not fit together, else what the vault reports.
pub(crate) fn set_apart(
    tx: &mut dyn Transaction,
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Result<(), AppError> {
    let spaces: BTreeMap<String, Space> = Space::all(tx)?.into_iter().collect();
    let clinic = format!("{CLINIC}{:04}", FormerClinic::all(tx)?.len());
    for (id, share) in Share::all(tx)? {
        let space = spaces.get(&share.space).ok_or(ErrorCode::VaultCorrupt)?;
        let row = kept(tx, &clinic, enrolment, &id, share, space)?;
        store::save(tx, Collection::Identity, &format!("{SHARE}{id}"), &row)?;
    }
    let row = FormerClinic {
        name: enrolment.clinic_name.clone(),
        key: enrolment.authority_key.clone(),
        person: enrolment.person.as_ref().map(|person| person.name.clone()),
        left: now,
        spaces: spaces.into_values().map(|space| space.name).collect(),
    };
    store::save(tx, Collection::Identity, &clinic, &row)?;
    erase(tx)
}

/// What stays of a share.
fn kept(
    tx: &dyn Transaction,
    clinic: &str,
    enrolment: &Enrolment,
    id: &str,
    mut share: Share,
    space: &Space,
) -> Result<FormerShare, AppError> {
    let compartments = Compartment::of_space(tx, &share.space)?;
    let category = |row: &AccessRow| {
        let of = compartments.iter().find(|(_, compartment)| compartment.id == row.compartment);
        of.map(|(category, _)| *category)
    };
    let rows = AccessRow::of_space(tx, &share.space)?.into_iter();
    let accesses = rows
        .filter(|row| row.grant.to_string() == id)
        .map(|row| FormerAccess { category: category(&row), row })
        .collect();
    // Compartments and epochs of the former relay, and what could be tried again there.
    share.granted = None;
    share.problem = None;
    let shown_as = space.shown_as(enrolment);
    Ok(FormerShare {
        clinic: clinic.to_owned(),
        share,
        space: space.name.clone(),
        shown_as: shown_as.text().to_owned(),
        shows_name: shown_as.is_name(),
        accesses,
    })
}

fn erase(tx: &mut dyn Transaction) -> Result<(), AppError> {
    for collection in OF_THE_SERVICE {
        loop {
            let page = tx.list_page(collection, "", "", PAGE)?;
            for (id, _) in &page {
                tx.delete(collection, id)?;
            }
            if page.is_empty() {
                break;
            }
        }
    }
    // One that runs shows what would be sealed in a former space.
    reading::remove_previews(tx)?;
    history::forget_receipt_key(tx)?;
    SyncBook::forget(tx)?;
    keys::forget(tx)?;
    at_relay::forget(tx)?;
    credential::forget(tx)?;
    rhythm::forget_no(tx)?;
    renew::forget(tx)
}
