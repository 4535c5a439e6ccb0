//! The access history: fetched from the relay per persona, kept, and each entry checked against the
//! relay's signature and the numbering without gaps.

use keyward_protocol::ids::{CertificateHash, CompartmentId, GrantId, PersonaId, ServiceId};
use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::statement::{AccessReceipt, Signed};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::failure::Failure;
use crate::identity::Enrolment;
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::recovery::RelayRecovery;
use crate::ports::relay::{Access, Accesses, Relay, RelayError};
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store::{self, StoreError};
use crate::views::patient::ProofState;

/// The id of the relay's pinned receipt key in [`Collection::Identity`].
const RECEIPT_KEY: &str = "relay-receipt-key";
/// Pages fetched in one run at most; the next run goes on.
const PAGES: usize = 20;

/// Entries of one share that lie this close together, in seconds, are one look: the relay logs every
/// kind of records by itself, a person thinks of it as one. The history page joins them likewise.
const TOGETHER: u64 = 120;

/// An access as kept.
#[derive(Clone, Serialize, Deserialize)]
pub struct AccessRow {
    /// Its number in this persona's history.
    pub seq: u64,
    /// Under which grant.
    pub grant: GrantId,
    /// Of which compartment.
    pub compartment: CompartmentId,
    /// By whom.
    pub doctor: CertificateHash,
    /// How many records.
    pub records: u64,
    /// When, by the relay's clock.
    pub time: UnixSeconds,
    /// The relay's signature over it is right, and nothing is missing before it.
    pub proved: bool,
}

/// How many looks the entries of one share are, oldest first: an entry belongs to the look whose
/// newest entry is at most [`TOGETHER`] later.
pub(super) fn looks(entries: &[&AccessRow]) -> u64 {
    let mut looks = 0;
    let mut newest = None;
    for time in entries.iter().rev().map(|entry| entry.time) {
        if newest.is_none_or(|newest: UnixSeconds| newest.abs_diff(time) > TOGETHER) {
            looks += 1;
            newest = Some(time);
        }
    }
    looks
}

/// The pinned receipt key.
#[derive(Serialize, Deserialize)]
struct Pinned {
    #[serde(with = "store::base64")]
    key: Vec<u8>,
}

impl AccessRow {
    /// The accesses of a space, oldest first.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn of_space(
        tx: &(impl Transaction + ?Sized),
        space: &str,
    ) -> Result<Vec<Self>, StoreError> {
        let rows = store::load_prefix(tx, Collection::Accesses, &format!("{space}/"))?;
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// Whether it is proved, for the view.
    pub const fn proof(&self) -> ProofState {
        if self.proved { ProofState::Verified } else { ProofState::Unproved }
    }
}

/// Where the rows of one persona of a space stand, behind those of the personas she continues:
/// each has numbers of her own.
fn rows_of(space: &str, continues: usize) -> String {
    match continues {
        0 => format!("{space}/"),
        lost => format!("{space}/{lost:04}."),
    }
}

/// Fetches what is new in the history of one space's persona.
pub(super) fn fetch(session: &Session, space: &str, relay: &dyn Relay) -> Result<(), Failure> {
    let (persona, rows) = {
        let tx = session.read()?;
        let stored = Space::load(&*tx, space)?;
        let persona = session.with_master(|master| stored.persona(master))?;
        let persona = PersonaId::of(persona.signing.verifying_key());
        (persona, rows_of(space, stored.continues.len()))
    };
    pages(session, persona, &rows, relay, &|after| relay.accesses(after))
}

/// The same of a persona that was lost, asked for by the one who continues her from now on.
pub(crate) fn fetch_of_lost(
    session: &Session,
    space: &str,
    lost: PersonaId,
    relay: &dyn Relay,
    ask: &dyn RelayRecovery,
) -> Result<(), AppError> {
    let continues = Space::load(&*session.read()?, space)?.continues.len();
    let ask = |after| ask.accesses_of_replaced(&lost, after);
    app_error(pages(session, lost, &rows_of(space, continues), relay, &ask))
}

fn app_error<T>(outcome: Result<T, Failure>) -> Result<T, AppError> {
    outcome.map_err(|failure| match failure {
        Failure::Relay(error) => error.into(),
        Failure::App(error) => error,
    })
}

/// The relay's receipt key, pinned when first met.
pub(crate) fn pinned_key(session: &Session, relay: &dyn Relay) -> Result<VerifyingKey, AppError> {
    app_error(receipt_key(session, relay))
}

fn pages(
    session: &Session,
    persona: PersonaId,
    prefix: &str,
    relay: &dyn Relay,
    ask: &dyn Fn(u64) -> Result<Accesses, RelayError>,
) -> Result<(), Failure> {
    let tx = session.read()?;
    let known: Vec<(String, AccessRow)> = store::load_prefix(&*tx, Collection::Accesses, prefix)?;
    // A space's first persona has the bare prefix, which those of later ones begin with too.
    let own = |id: &str| !id[prefix.len()..].contains('.');
    let known = known.iter().filter(|(id, _)| own(id)).map(|(_, row)| row.seq);
    let mut after = known.max().unwrap_or(0);
    let service = Enrolment::require(&*tx)?.service_id;
    drop(tx);
    let mut key = None;
    for _ in 0..PAGES {
        let page = ask(after)?;
        if page.accesses.is_empty() {
            return Ok(());
        }
        let key = match &key {
            Some(key) => key,
            None => key.insert(receipt_key(session, relay)?),
        };
        let mut tx = session.begin()?;
        for access in &page.accesses {
            // An entry that does not go on from here is a repetition or a trick: numbers only grow.
            if access.seq <= after {
                return Err(AppError::from(ErrorCode::RelayMisbehaves).into());
            }
            let follows = access.seq == after + 1;
            let row = AccessRow {
                seq: access.seq,
                grant: access.grant_id,
                compartment: access.compartment,
                doctor: access.doctor,
                records: u64::from(access.records),
                time: access.time,
                proved: follows && is_proved(access, persona, service, key),
            };
            after = access.seq;
            let id = format!("{prefix}{:020}", row.seq);
            store::save(&mut *tx, Collection::Accesses, &id, &row)?;
        }
        tx.commit()?;
        if !page.more {
            return Ok(());
        }
    }
    Ok(())
}

/// The relay's receipt key: pinned when first met, because a relay that changes it could deny what
/// it signed before.
fn receipt_key(session: &Session, relay: &dyn Relay) -> Result<VerifyingKey, Failure> {
    let corrupt = |_| AppError::from(ErrorCode::VaultCorrupt);
    let pinned: Option<Pinned> = store::load(&*session.read()?, Collection::Identity, RECEIPT_KEY)?;
    if let Some(pinned) = pinned {
        return Ok(VerifyingKey::from_bytes(&pinned.key).map_err(corrupt)?);
    }
    let bytes = relay.status()?.receipt_key;
    let key =
        VerifyingKey::from_bytes(&bytes).map_err(|_| AppError::from(ErrorCode::RelayMisbehaves))?;
    let mut tx = session.begin()?;
    store::save(&mut *tx, Collection::Identity, RECEIPT_KEY, &Pinned { key: bytes })?;
    tx.commit()?;
    Ok(key)
}

/// Forgets the pinned key, with the relay it was of.
///
/// # Errors
/// What the vault reports.
pub(super) fn forget_receipt_key(tx: &mut dyn Transaction) -> Result<(), AppError> {
    tx.delete(Collection::Identity, RECEIPT_KEY)?;
    Ok(())
}

fn is_proved(access: &Access, persona: PersonaId, service: ServiceId, key: &VerifyingKey) -> bool {
    let Ok(signed) = Signed::<AccessReceipt>::from_bytes(&access.receipt) else { return false };
    let Ok(receipt) = signed.verify(key) else { return false };
    receipt.service_id == service
        && receipt.persona == persona
        && receipt.sequence == access.seq
        && receipt.grant_id == access.grant_id
        && receipt.compartment == access.compartment
        && receipt.doctor == access.doctor
        && receipt.records == access.records
        && receipt.time == access.time
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: UnixSeconds) -> AccessRow {
        AccessRow {
            seq: time,
            grant: GrantId::from_bytes([1; 16]),
            compartment: CompartmentId::from_bytes([2; 16]),
            doctor: CertificateHash::from_bytes([3; 32]),
            records: 1,
            time,
            proved: true,
        }
    }

    fn count(times: &[UnixSeconds]) -> u64 {
        let rows: Vec<AccessRow> = times.iter().copied().map(at).collect();
        looks(&rows.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_is_fetched_together_is_one_look() {
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[1_000]), 1);
        // Four kinds of records within some seconds.
        assert_eq!(count(&[1_000, 1_000, 1_001, 1_003]), 1);
        assert_eq!(count(&[1_000, 1_120]), 1);
        assert_eq!(count(&[1_000, 1_121]), 2);
        // Counted from the newest entry: a fetch every minute does not make one endless look.
        assert_eq!(count(&[1_000, 1_060, 1_120, 1_180, 1_240]), 2);
    }
}
