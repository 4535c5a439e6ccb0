//! Sealing records into a compartment's chain (protocol.md §5). Everything sealed is durable before
//! it leaves, and a pool entry is deleted durably before it is used.

use std::collections::HashSet;

use keyward_protocol::capsule::{self, DelegatingKey, FreshCek, PoolEntry};
use keyward_protocol::chain::{Head, HeaderCore, RecordHeader, SignedHead};
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, PersonaId, RecordId};
use keyward_protocol::keys::SigningKey;
use keyward_protocol::payload::{self, ContentType};
use keyward_protocol::statement::{EpochStatement, Signed};
use keyward_records::Category;

use super::book::{Act, Compartment, Epoch, Mark, Waiting};
use super::content::{self, Content, Recipe, Withheld};
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::Cancel;
use crate::ports::vault::{Collection, RecordRow, Transaction};
use crate::session::Session;

/// Records sealed in one transaction.
const BATCH: usize = 32;
/// Pool entries kept per compartment.
const POOL: usize = 32;

/// Seals into the compartments of one space.
pub(super) struct Sealer<'a> {
    pub(super) session: &'a Session,
    /// Id of the space.
    pub(super) space: &'a str,
    /// Signs headers, heads and epochs.
    pub(super) signing: &'a SigningKey,
    /// Whose keys they are.
    pub(super) persona: PersonaId,
}

/// A record sealed but not stored yet.
enum Outcome {
    Sealed { fingerprint: [u8; 32], record: RecordId, position: u64, waiting: Waiting },
    Withheld { fingerprint: [u8; 32], why: Withheld },
}

fn defect<E>(_: E) -> AppError {
    ErrorCode::Internal.into()
}

impl Sealer<'_> {
    /// The compartment of a category, created with its first epoch if it is not there.
    pub(super) fn compartment(&self, category: Category) -> Result<Compartment, AppError> {
        let mut tx = self.session.begin()?;
        if let Some(compartment) = Compartment::load(&*tx, self.space, category)? {
            return Ok(compartment);
        }
        let compartment = self.session.randomness().with(|rng| Compartment {
            id: CompartmentId::random(rng),
            device: DeviceId::random(rng),
            epoch: EpochId::random(rng),
            epochs: 1,
            close: false,
            head: None,
            head_waits: false,
        });
        self.announce(&mut *tx, category, &compartment, None)?;
        compartment.save(&mut *tx, self.space, category)?;
        tx.commit()?;
        Ok(compartment)
    }

    /// Closes the open epoch and opens the next, if a share on it is over. Only with nothing of the
    /// old epoch waiting any more: the relay takes nothing for a closed epoch.
    pub(super) fn roll(&self, category: Category) -> Result<bool, AppError> {
        let mut tx = self.session.begin()?;
        let Some(mut compartment) = Compartment::load(&*tx, self.space, category)? else {
            return Ok(false);
        };
        if !compartment.close || Waiting::count(&*tx, self.space, category)? > 0 {
            return Ok(false);
        }
        let closed = compartment.epoch;
        compartment.epoch = self.session.randomness().with(|rng| EpochId::random(rng));
        compartment.epochs += 1;
        compartment.close = false;
        if compartment.head.is_some() {
            let mut head = self.head(&compartment)?;
            head.open_epoch(compartment.epoch).map_err(defect)?;
            self.keep_head(&mut compartment, head)?;
        }
        self.announce(&mut *tx, category, &compartment, Some(closed))?;
        self.discard_pool(&mut *tx, category)?;
        compartment.save(&mut *tx, self.space, category)?;
        tx.commit()?;
        Ok(true)
    }

    /// Writes down an epoch and the statement that opens it at the relay.
    fn announce(
        &self,
        tx: &mut dyn Transaction,
        category: Category,
        compartment: &Compartment,
        closes: Option<EpochId>,
    ) -> Result<(), AppError> {
        let opened = self.session.now();
        let statement = EpochStatement {
            persona: self.persona,
            compartment: compartment.id,
            epoch: compartment.epoch,
            closes,
            opened_at: opened,
        };
        let statement = Signed::sign(self.signing, statement).map_err(defect)?.to_bytes();
        let number = compartment.epochs;
        let row = Act::epoch_row(self.space, category, number);
        Act::Epoch { statement }.save(tx, &row)?;
        Epoch { id: compartment.epoch, opened }.save(tx, self.space, category, number)?;
        Ok(())
    }

    /// The head over everything sealed so far.
    fn head(&self, compartment: &Compartment) -> Result<Head, AppError> {
        match &compartment.head {
            None => {
                Ok(Head::empty(self.persona, compartment.id, compartment.epoch, self.session.now()))
            }
            Some(bytes) => {
                let signed = SignedHead::from_bytes(bytes).map_err(|_| ErrorCode::VaultCorrupt)?;
                Ok(signed.unverified().clone())
            }
        }
    }

    fn keep_head(&self, compartment: &mut Compartment, mut head: Head) -> Result<(), AppError> {
        head.advance_time(self.session.now());
        compartment.head = Some(Signed::sign(self.signing, head).map_err(defect)?.to_bytes());
        compartment.head_waits = true;
        Ok(())
    }

    /// Dates the head anew if it is older than `age`: "as of" tells a doctor how fresh it is.
    pub(super) fn freshen(&self, category: Category, age: UnixSeconds) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let Some(mut compartment) = Compartment::load(&*tx, self.space, category)? else {
            return Ok(());
        };
        let head = self.head(&compartment)?;
        // A compartment without records gets its first head here: "none recorded" is signed too.
        let stale = self.session.now().saturating_sub(head.as_of) >= age;
        if compartment.head.is_none() || (stale && !compartment.head_waits) {
            self.keep_head(&mut compartment, head)?;
            compartment.save(&mut *tx, self.space, category)?;
            tx.commit()?;
        }
        Ok(())
    }

    /// The records of a category that are neither sealed nor withheld yet.
    pub(super) fn unsealed(&self, category: Category) -> Result<Vec<RecordRow>, AppError> {
        let tx = self.session.read()?;
        let prefix = format!("mark/{}/{}/", self.space, category.as_str());
        let marked: HashSet<String> = tx
            .list_prefix(Collection::Sealed, &prefix)?
            .into_iter()
            .filter_map(|(row, _)| row.strip_prefix(&prefix).map(str::to_owned))
            .collect();
        let mut rows = content::records(&*tx, category)?;
        rows.retain(|row| !marked.contains(&hex::encode(row.fingerprint)));
        Ok(rows)
    }

    /// Seals records of one category, a batch per transaction. `sealed` is told after each batch.
    pub(super) fn seal(
        &self,
        category: Category,
        rows: Vec<RecordRow>,
        recipe: &Recipe,
        cancel: &Cancel,
        sealed: &mut dyn FnMut(u64),
    ) -> Result<(), AppError> {
        let mut rows = rows.into_iter();
        loop {
            let batch: Vec<RecordRow> = rows.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            if cancel.is_cancelled() || self.session.closed().is_cancelled() {
                return Err(ErrorCode::Cancelled.into());
            }
            let count = batch.len() as u64;
            if !self.seal_batch(category, batch, recipe)? {
                // The next exchange opens a new epoch and goes on there.
                return Ok(());
            }
            sealed(count);
        }
    }

    /// Seals one batch and keeps it; `false` if the epoch was closed while that was under way.
    fn seal_batch(
        &self,
        category: Category,
        rows: Vec<RecordRow>,
        recipe: &Recipe,
    ) -> Result<bool, AppError> {
        let mut compartment = Compartment::load(&*self.session.read()?, self.space, category)?
            .ok_or(ErrorCode::VaultCorrupt)?;
        let key = self.delegating_key(compartment.id, compartment.epoch)?;
        let mut pool = self.take_pool(category, &key, rows.len())?;
        let mut head = self.head(&compartment)?;
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            let fingerprint = row.fingerprint;
            outcomes.push(match recipe.prepare(row) {
                Err(why) => Outcome::Withheld { fingerprint, why },
                Ok(content) => {
                    let entry = match pool.pop() {
                        Some(entry) => entry,
                        None => self.prepare_entry(&key)?,
                    };
                    self.seal_one(&compartment, &key, entry, &mut head, &content)?
                }
            });
        }
        let mut tx = self.session.begin()?;
        let closing = Compartment::load(&*tx, self.space, category)?.is_none_or(|now| now.close);
        if closing && !compartment.close {
            // A share was taken back meanwhile: nothing more is sealed into its epoch.
            return Ok(false);
        }
        for outcome in &outcomes {
            self.keep(&mut *tx, category, outcome)?;
        }
        self.keep_head(&mut compartment, head)?;
        compartment.save(&mut *tx, self.space, category)?;
        tx.commit()?;
        Ok(true)
    }

    fn seal_one(
        &self,
        compartment: &Compartment,
        key: &DelegatingKey,
        entry: PoolEntry,
        head: &mut Head,
        content: &Content,
    ) -> Result<Outcome, AppError> {
        let plain = zeroize::Zeroizing::new(content.shared.to_bytes().map_err(defect)?);
        let (record, fresh) = self.session.randomness().with(|rng| {
            let record = RecordId::random(rng);
            let fresh = FreshCek::generate(rng, key, &record, &plain);
            (record, fresh)
        });
        let (sealed, cek) =
            payload::seal(fresh, &record, ContentType::FhirJson, &plain).map_err(defect)?;
        let (position, previous) = head.next_place(compartment.device);
        let core = HeaderCore {
            persona: self.persona,
            compartment: compartment.id,
            epoch: compartment.epoch,
            record_id: record,
            device: compartment.device,
            position,
            previous,
            ciphertext_hash: sealed.hash,
            ciphertext_len: sealed.bytes.len() as u64,
        };
        let capsule = capsule::seal(entry, &core, &cek).map_err(defect)?;
        let header = RecordHeader { core, capsule };
        head.append(&header).map_err(defect)?;
        let header = Signed::sign(self.signing, header).map_err(defect)?.to_bytes();
        let waiting = Waiting { header, payload: sealed.bytes };
        Ok(Outcome::Sealed { fingerprint: content.fingerprint, record, position, waiting })
    }

    fn keep(
        &self,
        tx: &mut dyn Transaction,
        category: Category,
        outcome: &Outcome,
    ) -> Result<(), AppError> {
        match outcome {
            Outcome::Sealed { fingerprint, record, position, waiting } => {
                waiting.save(tx, &Waiting::row(self.space, category, *position))?;
                let mark = Mark::Sealed { record: *record, position: *position };
                mark.save(tx, self.space, category, fingerprint)?;
            }
            Outcome::Withheld { fingerprint, why } => {
                let mark = Mark::Withheld { reason: why.code().to_owned() };
                mark.save(tx, self.space, category, fingerprint)?;
            }
        }
        Ok(())
    }

    /// The delegating key of a compartment's epoch.
    pub(super) fn delegating_key(
        &self,
        compartment: CompartmentId,
        epoch: EpochId,
    ) -> Result<DelegatingKey, AppError> {
        self.session.with_master(|master| {
            Ok(DelegatingKey::derive(master, self.persona, compartment, epoch))
        })
    }

    fn prepare_entry(&self, key: &DelegatingKey) -> Result<PoolEntry, AppError> {
        self.session.randomness().with(|rng| PoolEntry::prepare(rng, key)).map_err(defect)
    }

    fn pool_prefix(&self, category: Category) -> String {
        format!("{}/{}/", self.space, category.as_str())
    }

    /// Takes up to `wanted` prepared entries: they are gone from the store, durably, before the
    /// first is used, so that a kill or a restored copy cannot use one twice.
    fn take_pool(
        &self,
        category: Category,
        key: &DelegatingKey,
        wanted: usize,
    ) -> Result<Vec<PoolEntry>, AppError> {
        let mut tx = self.session.begin()?;
        let mut taken = Vec::new();
        let rows = tx.list_prefix(Collection::PoolEntries, &self.pool_prefix(category))?;
        for (row, body) in rows.into_iter().take(wanted) {
            let body = zeroize::Zeroizing::new(body);
            tx.delete(Collection::PoolEntries, &row)?;
            // An entry of an earlier epoch, or a damaged one, is only deleted.
            if let Ok(entry) = PoolEntry::from_bytes(&body)
                && entry.place() == key.place()
            {
                taken.push(entry);
            }
        }
        tx.commit()?;
        Ok(taken)
    }

    fn discard_pool(&self, tx: &mut dyn Transaction, category: Category) -> Result<(), AppError> {
        for (row, _) in tx.list_prefix(Collection::PoolEntries, &self.pool_prefix(category))? {
            tx.delete(Collection::PoolEntries, &row)?;
        }
        Ok(())
    }

    /// Fills the pool of a category up again, for the next records.
    pub(super) fn refill(&self, category: Category) -> Result<(), AppError> {
        let tx = self.session.read()?;
        let Some(compartment) = Compartment::load(&*tx, self.space, category)? else {
            return Ok(());
        };
        let there = tx.list_prefix(Collection::PoolEntries, &self.pool_prefix(category))?.len();
        drop(tx);
        if compartment.close || there >= POOL {
            return Ok(());
        }
        let key = self.delegating_key(compartment.id, compartment.epoch)?;
        let entries = (there..POOL)
            .map(|_| self.prepare_entry(&key))
            .collect::<Result<Vec<PoolEntry>, AppError>>()?;
        let mut tx = self.session.begin()?;
        for entry in entries {
            let mut name = [0u8; 8];
            self.session.randomness().with(|rng| rng.fill_bytes(&mut name));
            let row = format!("{}{}", self.pool_prefix(category), hex::encode(name));
            tx.put(Collection::PoolEntries, &row, &entry.to_bytes())?;
        }
        Ok(tx.commit()?)
    }
}
