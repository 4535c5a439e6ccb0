//! What the profile remembers of its sharing: shares, compartments, key epochs, what is sealed and
//! what still has to reach the relay. Every row is durable before anything it describes leaves.

use keyward_protocol::certificate::{ClinicianCertificate, VerifiedClinician};
use keyward_protocol::codec::{Reader, Writer};
use keyward_protocol::ids::{CertificateHash, CompartmentId, DeviceId, EpochId, GrantId, RecordId};
use keyward_protocol::keys::VerifyingKey;
use keyward_records::Category;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::store::{self, StoreError};
use crate::views::patient::Purpose;

/// A share.
#[derive(Clone, Serialize, Deserialize)]
pub struct Share {
    /// The space it is in.
    pub space: String,
    /// Number on its receipt.
    pub number: String,
    /// The doctor's certificate when the share was made.
    #[serde(with = "store::base64")]
    pub doctor: Vec<u8>,
    /// The name in it.
    pub doctor_name: String,
    /// What is shared.
    pub categories: Vec<Category>,
    /// For what.
    pub purpose: Purpose,
    /// When it was made.
    pub created: UnixSeconds,
    /// When it ends.
    pub until: UnixSeconds,
    /// The grant as the relay has taken it; `None` before the first time.
    pub granted: Option<Granted>,
    /// A grant was sent at least once: from then on it counts as visible.
    pub sent: bool,
    /// It was taken back.
    pub revoked: Option<Revocation>,
    /// Its end was acted upon (its epochs closed).
    pub ended: bool,
    /// Why it could not be carried out, as a code, if repeating does not help.
    pub problem: Option<AppError>,
    /// It ended because the computer it was made on was lost and its key replaced.
    #[serde(default)]
    pub replaced: bool,
}

/// A grant revision.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Granted {
    /// Its revision, from 1.
    pub revision: u32,
    /// What is in it.
    pub terms: Terms,
}

/// What a grant revision says; a share whose terms differ from the granted ones needs another.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Compartments and epochs, ordered.
    pub entries: Vec<(CompartmentId, EpochId)>,
    /// When it ends.
    pub until: UnixSeconds,
    /// The persona certificate that went with it.
    pub persona: CertificateHash,
    /// The attestation of her name that went with it, by its hash: one that comes later, or anew,
    /// needs another letter.
    #[serde(default)]
    pub attestation: Option<CertificateHash>,
}

/// A share taken back.
#[derive(Clone, Serialize, Deserialize)]
pub struct Revocation {
    /// When.
    pub at: UnixSeconds,
    /// When the relay confirmed it.
    pub confirmed: Option<UnixSeconds>,
}

impl Share {
    /// Reads one; `id` is the grant id in hex.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], else what the vault reports.
    pub fn load(tx: &(impl Transaction + ?Sized), id: &str) -> Result<Self, AppError> {
        store::load(tx, Collection::Shares, id)?.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// All, by id.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn all(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Self)>, StoreError> {
        store::load_all(tx, Collection::Shares)
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized), id: &str) -> Result<(), StoreError> {
        store::save(tx, Collection::Shares, id, self)
    }

    /// Wanted: neither taken back nor over.
    pub fn is_wanted(&self, now: UnixSeconds) -> bool {
        self.revoked.is_none() && now < self.until
    }

    /// Whether the doctor may be able to read now. On the side of caution: from the moment a grant
    /// was sent until the relay has confirmed that it is gone or its time is over.
    pub fn is_visible(&self, now: UnixSeconds) -> bool {
        let gone = self.revoked.as_ref().is_some_and(|revoked| revoked.confirmed.is_some());
        self.sent && !gone && now < self.until
    }

    /// The doctor as certified. Its time is not checked here: history stays readable.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`] if it does not verify against the pinned authority.
    pub fn doctor(&self, authority: &VerifyingKey) -> Result<VerifiedClinician, AppError> {
        ClinicianCertificate::verify_signature_only(&self.doctor, std::slice::from_ref(authority))
            .map_err(|_| ErrorCode::VaultCorrupt.into())
    }
}

/// The grant id behind a share's id.
///
/// # Errors
/// [`ErrorCode::NotFound`] if it is none.
pub fn grant_id(share: &str) -> Result<GrantId, AppError> {
    share.parse().map_err(|_| ErrorCode::NotFound.into())
}

/// A compartment: one category of one space.
#[derive(Clone, Serialize, Deserialize)]
pub struct Compartment {
    /// Its id at the relay, random.
    pub id: CompartmentId,
    /// This device in this compartment, random: one device id everywhere would tie personas
    /// together.
    pub device: DeviceId,
    /// The open key epoch.
    pub epoch: EpochId,
    /// How many epochs were opened so far; numbers them.
    pub epochs: u32,
    /// The open epoch must be closed before anything more is sealed (a share on it is over).
    pub close: bool,
    /// `SignedHead` over everything sealed so far.
    #[serde(with = "store::base64_option")]
    pub head: Option<Vec<u8>>,
    /// Something is sealed that no head at the relay covers yet.
    pub head_waits: bool,
}

fn compartment_row(space: &str, category: Category) -> String {
    format!("{space}/{}", category.as_str())
}

impl Compartment {
    /// Reads one, if it exists.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Compartments, &compartment_row(space, category))
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<(), StoreError> {
        store::save(tx, Collection::Compartments, &compartment_row(space, category), self)
    }

    /// The compartments of a space.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn of_space(
        tx: &(impl Transaction + ?Sized),
        space: &str,
    ) -> Result<Vec<(Category, Self)>, StoreError> {
        let prefix = format!("{space}/");
        let rows = store::load_prefix(tx, Collection::Compartments, &prefix)?;
        Ok(rows
            .into_iter()
            .filter_map(|(id, row)| {
                let name = id.strip_prefix(&prefix)?;
                let (name, _) = name.split_once(LEFT).unwrap_or((name, ""));
                Some((Category::from_name(name)?, row))
            })
            .collect())
    }

    /// Leaves the compartment behind: whatever is shared of this category from now on is sealed anew
    /// into another one. A grant gives whole compartments, so this is the only way to keep something
    /// that was sealed once out of later shares. The row stays under another name, because the
    /// history names it. Only while no share of it is wanted, or if every share gets another revision.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn leave_behind(
        tx: &mut (impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<(), StoreError> {
        let row = compartment_row(space, category);
        let Some(left) = Self::load(tx, space, category)? else { return Ok(()) };
        store::save(tx, Collection::Compartments, &format!("{row}{LEFT}{}", left.id), &left)?;
        tx.delete(Collection::Compartments, &row)?;
        let name = category.as_str();
        for (collection, prefix) in [
            (Collection::Epochs, format!("{row}/")),
            (Collection::PoolEntries, format!("{space}/{name}/")),
            (Collection::Sealed, format!("mark/{space}/{name}/")),
            (Collection::Sealed, waiting_prefix(space, category)),
            (Collection::Outbox, format!("{space}/2-epoch/{name}/")),
        ] {
            for (id, _) in tx.list_prefix(collection, &prefix)? {
                tx.delete(collection, &id)?;
            }
        }
        Ok(())
    }
}

/// Between the category and the id in the row of a compartment that was left behind.
const LEFT: char = '~';

/// A key epoch of a compartment.
#[derive(Clone, Serialize, Deserialize)]
pub struct Epoch {
    /// Its id.
    pub id: EpochId,
    /// When it was opened.
    pub opened: UnixSeconds,
}

impl Epoch {
    /// The epochs of a compartment, oldest first.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn of_compartment(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<Vec<Self>, StoreError> {
        let prefix = format!("{}/", compartment_row(space, category));
        let rows = store::load_prefix(tx, Collection::Epochs, &prefix)?;
        Ok(rows.into_iter().map(|(_, epoch)| epoch).collect())
    }

    /// Writes the epoch numbered `number`.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        space: &str,
        category: Category,
        number: u32,
    ) -> Result<(), StoreError> {
        let row = format!("{}/{number:08}", compartment_row(space, category));
        store::save(tx, Collection::Epochs, &row, self)
    }
}

/// That a record is sealed in a compartment. Found by the record's fingerprint, so that a record
/// imported again after an undone import is not sealed twice.
#[derive(Clone, Serialize, Deserialize)]
pub enum Mark {
    /// Sealed.
    Sealed {
        /// Its id in the compartment.
        record: RecordId,
        /// Its position in this device's chain.
        position: u64,
    },
    /// Not to be sealed, as a stable code: it cannot be de-identified, or is too large.
    Withheld {
        /// Why.
        reason: String,
    },
}

fn mark_row(space: &str, category: Category, fingerprint: &[u8; 32]) -> String {
    format!("mark/{space}/{}/{}", category.as_str(), hex::encode(fingerprint))
}

impl Mark {
    /// Reads one, if it exists.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        category: Category,
        fingerprint: &[u8; 32],
    ) -> Result<Option<Self>, StoreError> {
        store::load(tx, Collection::Sealed, &mark_row(space, category, fingerprint))
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        space: &str,
        category: Category,
        fingerprint: &[u8; 32],
    ) -> Result<(), StoreError> {
        store::save(tx, Collection::Sealed, &mark_row(space, category, fingerprint), self)
    }

    /// How many records of a compartment are sealed, and how many withheld.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn count(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<(u64, u64), StoreError> {
        let prefix = format!("mark/{space}/{}/", category.as_str());
        let rows: Vec<(String, Self)> = store::load_prefix(tx, Collection::Sealed, &prefix)?;
        let sealed = rows.iter().filter(|(_, mark)| matches!(mark, Self::Sealed { .. })).count();
        Ok((sealed as u64, (rows.len() - sealed) as u64))
    }
}

/// A sealed record that has not reached the relay yet.
pub struct Waiting {
    /// `SignedHeader` bytes.
    pub header: Vec<u8>,
    /// The sealed payload.
    pub payload: Vec<u8>,
}

fn waiting_prefix(space: &str, category: Category) -> String {
    format!("out/{space}/{}/", category.as_str())
}

impl Waiting {
    /// The id of its row.
    pub fn row(space: &str, category: Category, position: u64) -> String {
        format!("{}{position:012}", waiting_prefix(space, category))
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized), row: &str) -> Result<(), StoreError> {
        let mut out = Writer::new();
        out.u8(1);
        out.bytes32(&self.header);
        out.bytes32(&self.payload);
        Ok(tx.put(Collection::Sealed, row, &out.into_vec())?)
    }

    /// All of a compartment, in chain order.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn of_compartment(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<Vec<(String, Self)>, StoreError> {
        tx.list_prefix(Collection::Sealed, &waiting_prefix(space, category))?
            .into_iter()
            .map(|(row, body)| Ok((row, Self::decode(&body)?)))
            .collect()
    }

    /// How many of a compartment wait.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn count(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        category: Category,
    ) -> Result<u64, StoreError> {
        Ok(tx.list_prefix(Collection::Sealed, &waiting_prefix(space, category))?.len() as u64)
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, StoreError> {
        let read = || {
            let mut from = Reader::new(body);
            if from.u8().ok()? != 1 {
                return None;
            }
            let header = from.bytes32(4096).ok()?.to_vec();
            let payload = from.bytes32(64 << 20).ok()?.to_vec();
            from.finish().ok()?;
            Some(Self { header, payload })
        };
        read().ok_or(StoreError::Unreadable("sealed"))
    }
}

/// An act decided but not yet carried out at the relay: its exact bytes, so that every try sends the
/// same.
#[derive(Serialize, Deserialize)]
pub enum Act {
    /// Open a key epoch (`Signed<EpochStatement>`).
    Epoch {
        /// The statement.
        #[serde(with = "store::base64")]
        statement: Vec<u8>,
    },
    /// Hand over a grant revision.
    Grant {
        /// The share.
        share: String,
        /// What it becomes once the relay has taken it.
        granted: Granted,
        /// `SignedGrant` bytes.
        #[serde(with = "store::base64")]
        signed: Vec<u8>,
        /// Re-encryption keys in the order of the terms' entries, 32 bytes each.
        #[serde(with = "store::base64")]
        keys: Vec<u8>,
        /// The sealed message.
        #[serde(with = "store::base64")]
        message: Vec<u8>,
    },
    /// Take a grant back (`Signed<RevokeStatement>`).
    Revoke {
        /// The share.
        share: String,
        /// The statement.
        #[serde(with = "store::base64")]
        statement: Vec<u8>,
    },
}

impl Act {
    /// The id of the row of a revocation: first of its space, nothing may hold it up.
    pub fn revoke_row(space: &str, share: &str) -> String {
        format!("{space}/1-revoke/{share}")
    }

    /// What the ids of revocations of a space begin with.
    pub fn revokes_of(space: &str) -> String {
        format!("{space}/1-revoke/")
    }

    /// The id of the row of an epoch: in the order the epochs of the compartment were opened.
    pub fn epoch_row(space: &str, category: Category, number: u32) -> String {
        format!("{space}/2-epoch/{}/{number:08}", category.as_str())
    }

    /// The id of the row of a grant: one per share, a later revision replaces an unsent one.
    pub fn grant_row(space: &str, share: &str) -> String {
        format!("{space}/3-grant/{share}")
    }

    /// The acts of a space whose row starts with `kind` (`1-revoke`, `2-epoch`, `3-grant`), in order.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn of_space(
        tx: &(impl Transaction + ?Sized),
        space: &str,
        kind: &str,
    ) -> Result<Vec<(String, Self)>, StoreError> {
        store::load_prefix(tx, Collection::Outbox, &format!("{space}/{kind}/"))
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized), row: &str) -> Result<(), StoreError> {
        store::save(tx, Collection::Outbox, row, self)
    }
}

impl Drop for Act {
    fn drop(&mut self) {
        if let Self::Grant { keys, .. } = self {
            zeroize::Zeroize::zeroize(keys);
        }
    }
}
