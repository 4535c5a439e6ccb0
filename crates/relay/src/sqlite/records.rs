//! Key epochs, records, heads.

use super::stamps::{signed, unsigned};
use crate::store::{
    Append, Appended, NewEpoch, NewHead, NewRecord, OwnPlan, OwnQuery, PackName, StoreError,
    StoredRecord,
};
use keyward_protocol::chain::{Head, SignedHead};
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, PersonaId, RecordId};
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{After, Done};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::collections::HashMap;

/// Opens an epoch and closes the one before. Saying the same again changes nothing.
pub(super) fn open_epoch(
    connection: &Connection,
    new: &NewEpoch,
    now: UnixSeconds,
) -> Result<Done, StoreError> {
    let place = (&new.persona, &new.compartment);
    let open = open_epoch_of(connection, place.0, place.1)?;
    if open == Some(new.epoch) {
        return Ok(Done { at: now });
    }
    if open != new.closes || epoch_state(connection, place.0, place.1, &new.epoch)?.is_some() {
        return Err(ProblemCode::EpochConflict.into());
    }
    check_epoch_bounds(connection, new)?;
    if let Some(open) = open {
        connection
            .prepare_cached(
                "UPDATE epochs SET closed = ?4
                 WHERE persona = ?1 AND compartment = ?2 AND epoch = ?3",
            )?
            .execute(params![
                new.persona.as_bytes(),
                new.compartment.as_bytes(),
                open.as_bytes(),
                signed(now)?
            ])?;
    }
    connection
        .prepare_cached(
            "INSERT INTO epochs (persona, compartment, epoch, opened) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            new.persona.as_bytes(),
            new.compartment.as_bytes(),
            new.epoch.as_bytes(),
            signed(now)?
        ])?;
    Ok(Done { at: now })
}

fn check_epoch_bounds(connection: &Connection, new: &NewEpoch) -> Result<(), StoreError> {
    let epochs: u32 = connection
        .prepare_cached("SELECT count(*) FROM epochs WHERE persona = ?1 AND compartment = ?2")?
        .query_row(params![new.persona.as_bytes(), new.compartment.as_bytes()], |row| row.get(0))?;
    let compartments: u32 = connection
        .prepare_cached("SELECT count(DISTINCT compartment) FROM epochs WHERE persona = ?1")?
        .query_row([new.persona.as_bytes()], |row| row.get(0))?;
    let full =
        epochs >= new.bounds.epochs || (epochs == 0 && compartments >= new.bounds.compartments);
    if full { Err(ProblemCode::QuotaReached.into()) } else { Ok(()) }
}

fn open_epoch_of(
    connection: &Connection,
    persona: &PersonaId,
    compartment: &CompartmentId,
) -> Result<Option<EpochId>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT epoch FROM epochs WHERE persona = ?1 AND compartment = ?2 AND closed IS NULL",
        )?
        .query_row(params![persona.as_bytes(), compartment.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(found.map(EpochId::from_bytes))
}

/// `None`: not known. `Some(true)`: open.
pub(super) fn epoch_state(
    connection: &Connection,
    persona: &PersonaId,
    compartment: &CompartmentId,
    epoch: &EpochId,
) -> Result<Option<bool>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT closed IS NULL FROM epochs
             WHERE persona = ?1 AND compartment = ?2 AND epoch = ?3",
        )?
        .query_row(params![persona.as_bytes(), compartment.as_bytes(), epoch.as_bytes()], |row| {
            row.get(0)
        })
        .optional()?)
}

/// Adds what continues the chains; what is there already, byte for byte, is counted and skipped.
pub(super) fn append(
    connection: &Connection,
    append: &Append,
    now: UnixSeconds,
) -> Result<Appended, StoreError> {
    let mut chains = Chains { connection, append, pack: None, tips: HashMap::new(), bytes: 0 };
    let (mut stored, mut already) = (0, 0);
    for record in &append.records {
        if chains.take(record)? {
            stored += 1;
        } else {
            already += 1;
        }
    }
    chains.count_bytes()?;
    for head in &append.heads {
        put_head(connection, &append.persona, head)?;
    }
    let pack = chains.pack.and(append.pack);
    Ok(Appended { stored, already, at: now, pack })
}

type Tip = Option<(u64, [u8; 32])>;

struct Chains<'a> {
    connection: &'a Connection,
    append: &'a Append,
    pack: Option<i64>,
    /// Last position and hash of the chains this batch touches.
    tips: HashMap<(CompartmentId, DeviceId), Tip>,
    bytes: u64,
}

impl Chains<'_> {
    /// True if the record is new.
    fn take(&mut self, record: &NewRecord) -> Result<bool, StoreError> {
        let chain = (record.compartment, record.device);
        let tip = match self.tips.get(&chain) {
            Some(tip) => *tip,
            None => self.stored_tip(record)?,
        };
        let next = match tip {
            Some((last, _)) if record.position <= last => {
                self.tips.insert(chain, tip);
                return self.same_as_stored(record).map(|()| false);
            }
            Some((last, hash)) => (last.checked_add(1), hash),
            None => (Some(0), [0; 32]),
        };
        if (Some(record.position), record.previous) != next {
            return Err(ProblemCode::ChainBroken.into());
        }
        let persona = &self.append.persona;
        match epoch_state(self.connection, persona, &record.compartment, &record.epoch)? {
            Some(true) => {}
            Some(false) => return Err(ProblemCode::EpochClosed.into()),
            None => return Err(ProblemCode::NotFound.into()),
        }
        self.insert(record)?;
        self.tips.insert(chain, Some((record.position, record.hash)));
        self.bytes = self.bytes.saturating_add(record.length);
        Ok(true)
    }

    fn stored_tip(&self, record: &NewRecord) -> Result<Tip, StoreError> {
        let persona = self.append.persona.as_bytes();
        let found: Option<(i64, [u8; 32])> = self
            .connection
            .prepare_cached(
                "SELECT position, hash FROM records
                 WHERE persona = ?1 AND compartment = ?2 AND device = ?3
                 ORDER BY position DESC LIMIT 1",
            )?
            .query_row(
                params![persona, record.compartment.as_bytes(), record.device.as_bytes()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        if let Some((position, hash)) = found {
            return Ok(Some((unsigned(position)?, hash)));
        }
        let devices: u32 = self
            .connection
            .prepare_cached(
                "SELECT count(DISTINCT device) FROM records WHERE persona = ?1 AND compartment = ?2",
            )?
            .query_row(params![persona, record.compartment.as_bytes()], |row| row.get(0))?;
        if devices >= self.append.bounds.devices {
            return Err(ProblemCode::QuotaReached.into());
        }
        Ok(None)
    }

    fn same_as_stored(&self, record: &NewRecord) -> Result<(), StoreError> {
        let stored: [u8; 32] = self
            .connection
            .prepare_cached(
                "SELECT hash FROM records
                 WHERE persona = ?1 AND compartment = ?2 AND device = ?3 AND position = ?4",
            )?
            .query_row(
                params![
                    self.append.persona.as_bytes(),
                    record.compartment.as_bytes(),
                    record.device.as_bytes(),
                    signed(record.position)?
                ],
                |row| row.get(0),
            )?;
        if stored == record.hash { Ok(()) } else { Err(ProblemCode::RecordConflict.into()) }
    }

    fn insert(&mut self, record: &NewRecord) -> Result<(), StoreError> {
        let pack = self.pack()?;
        let done = self
            .connection
            .prepare_cached(
                "INSERT INTO records (persona, compartment, device, position, epoch, record_id,
                     hash, header, pack, start, length)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                self.append.persona.as_bytes(),
                record.compartment.as_bytes(),
                record.device.as_bytes(),
                signed(record.position)?,
                record.epoch.as_bytes(),
                record.record_id.as_bytes(),
                record.hash,
                record.header,
                pack,
                signed(record.start)?,
                signed(record.length)?,
            ]);
        match done {
            Ok(_) => Ok(()),
            Err(error) if is_unique_violation(&error) => Err(ProblemCode::RecordConflict.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// The pack's row, made when the first record needs it.
    fn pack(&mut self) -> Result<i64, StoreError> {
        if let Some(pack) = self.pack {
            return Ok(pack);
        }
        let name = self.append.pack.ok_or(StoreError::Damaged("records without a pack"))?;
        let pack = self
            .connection
            .prepare_cached("INSERT INTO packs (name) VALUES (?1) RETURNING id")?
            .query_row([name], |row| row.get(0))?;
        self.pack = Some(pack);
        Ok(pack)
    }

    fn count_bytes(&self) -> Result<(), StoreError> {
        if self.bytes == 0 {
            return Ok(());
        }
        let total: i64 = self
            .connection
            .prepare_cached(
                "UPDATE personas SET stored = stored + ?2 WHERE id = ?1 RETURNING stored",
            )?
            .query_row(params![self.append.persona.as_bytes(), signed(self.bytes)?], |row| {
                row.get(0)
            })?;
        if unsigned(total)? > self.append.bounds.stored_bytes {
            return Err(ProblemCode::QuotaReached.into());
        }
        Ok(())
    }
}

fn is_unique_violation(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error().map(|error| error.extended_code),
        Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}

/// Stores a head that extends the stored one and describes exactly stored records.
fn put_head(connection: &Connection, persona: &PersonaId, new: &NewHead) -> Result<(), StoreError> {
    let head = &new.head;
    match epoch_state(connection, persona, &head.compartment, &head.epoch)? {
        Some(true) => {}
        Some(false) => return Err(ProblemCode::EpochClosed.into()),
        None => return Err(ProblemCode::NotFound.into()),
    }
    if let Some(stored) = stored_head(connection, persona, &head.compartment)? {
        if stored == new.signed {
            return Ok(());
        }
        let stored = SignedHead::from_bytes(&stored)
            .map_err(|_| StoreError::Damaged("a stored head cannot be read"))?;
        head.extends(stored.unverified()).map_err(|_| ProblemCode::HeadConflict)?;
    }
    check_spans(connection, persona, head)?;
    connection
        .prepare_cached(
            "INSERT INTO heads (persona, compartment, as_of, signed) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (persona, compartment)
             DO UPDATE SET as_of = excluded.as_of, signed = excluded.signed",
        )?
        .execute(params![
            persona.as_bytes(),
            head.compartment.as_bytes(),
            signed(head.as_of)?,
            new.signed
        ])?;
    Ok(())
}

fn check_spans(
    connection: &Connection,
    persona: &PersonaId,
    head: &Head,
) -> Result<(), StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT epoch, hash FROM records
         WHERE persona = ?1 AND compartment = ?2 AND device = ?3 AND position = ?4",
    )?;
    for tip in &head.tips {
        for span in &tip.spans {
            let last = span.end.checked_sub(1).ok_or(ProblemCode::HeadConflict)?;
            let found: Option<([u8; 16], [u8; 32])> = select
                .query_row(
                    params![
                        persona.as_bytes(),
                        head.compartment.as_bytes(),
                        tip.device.as_bytes(),
                        signed(last)?
                    ],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            if found != Some((span.epoch.to_bytes(), span.hash)) {
                return Err(ProblemCode::HeadConflict.into());
            }
        }
    }
    Ok(())
}

pub(super) fn stored_head(
    connection: &Connection,
    persona: &PersonaId,
    compartment: &CompartmentId,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT signed FROM heads WHERE persona = ?1 AND compartment = ?2")?
        .query_row(params![persona.as_bytes(), compartment.as_bytes()], |row| row.get(0))
        .optional()?)
}

pub(super) fn own_records(
    connection: &Connection,
    query: &OwnQuery,
) -> Result<OwnPlan, StoreError> {
    let known: bool = connection
        .prepare_cached("SELECT 1 FROM epochs WHERE persona = ?1 AND compartment = ?2")?
        .exists(params![query.persona.as_bytes(), query.compartment.as_bytes()])?;
    if !known {
        return Err(ProblemCode::NotFound.into());
    }
    let head = stored_head(connection, &query.persona, &query.compartment)?;
    let mut page = Page::new(&query.after, query.limit, query.budget);
    for device in devices(connection, &query.persona, &query.compartment)? {
        let from = page.from(&device)?;
        let mut select = connection.prepare_cached(
            "SELECT r.epoch, r.record_id, r.header, p.name, r.start, r.length
             FROM records r JOIN packs p ON p.id = r.pack
             WHERE r.persona = ?1 AND r.compartment = ?2 AND r.device = ?3 AND r.position >= ?4
             ORDER BY r.position LIMIT ?5",
        )?;
        let place = (query.persona.as_bytes(), query.compartment.as_bytes(), device.as_bytes());
        let mut rows = select.query(params![place.0, place.1, place.2, from, page.room()])?;
        while let Some(row) = rows.next()? {
            if !page.take(stored_record(row)?) {
                break;
            }
        }
        if page.more {
            break;
        }
    }
    Ok(OwnPlan { head, records: page.records, more: page.more })
}

fn devices(
    connection: &Connection,
    persona: &PersonaId,
    compartment: &CompartmentId,
) -> Result<Vec<DeviceId>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT DISTINCT device FROM records WHERE persona = ?1 AND compartment = ?2
         ORDER BY device",
    )?;
    let rows = select.query_map(params![persona.as_bytes(), compartment.as_bytes()], |row| {
        row.get::<_, [u8; 16]>(0)
    })?;
    rows.map(|device| Ok(DeviceId::from_bytes(device?))).collect()
}

/// Reads the columns epoch, record id, header, pack name, start, length.
pub(super) fn stored_record(row: &Row<'_>) -> Result<StoredRecord, StoreError> {
    Ok(StoredRecord {
        epoch: EpochId::from_bytes(row.get(0)?),
        record_id: RecordId::from_bytes(row.get(1)?),
        header: row.get(2)?,
        pack: row.get(3)?,
        start: unsigned(row.get(4)?)?,
        length: unsigned(row.get(5)?)?,
    })
}

/// One answer being filled: bounded by a number of records and by payload bytes, but never empty
/// while there is something, so that a reader always gets on.
pub(super) struct Page<'a> {
    after: &'a [After],
    limit: usize,
    budget: Option<u64>,
    bytes: u64,
    pub(super) records: Vec<StoredRecord>,
    pub(super) more: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(after: &'a [After], limit: usize, budget: Option<u64>) -> Page<'a> {
        Page { after, limit: limit.max(1), budget, bytes: 0, records: Vec::new(), more: false }
    }

    /// The first position the reader does not have.
    pub(super) fn from(&self, device: &DeviceId) -> Result<i64, StoreError> {
        let found = self.after.iter().find(|after| after.device == *device);
        signed(found.map_or(0, |after| after.position.saturating_add(1)))
    }

    /// Rows worth reading: one more than fits, to know whether there is more.
    pub(super) fn room(&self) -> i64 {
        i64::try_from(self.limit - self.records.len() + 1).unwrap_or(i64::MAX)
    }

    /// False when it is full.
    pub(super) fn take(&mut self, record: StoredRecord) -> bool {
        let over = self.budget.is_some_and(|budget| self.bytes >= budget);
        if self.records.len() >= self.limit || over {
            self.more = true;
            return false;
        }
        self.bytes = self.bytes.saturating_add(record.length);
        self.records.push(record);
        true
    }
}

pub(super) fn packs(connection: &Connection) -> Result<Vec<PackName>, StoreError> {
    let mut select =
        connection.prepare("SELECT name FROM packs UNION ALL SELECT name FROM backup_packs")?;
    let rows = select.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_bounded_but_never_empty() {
        let record = |length| StoredRecord {
            epoch: EpochId::from_bytes([1; 16]),
            record_id: RecordId::from_bytes([1; 16]),
            header: vec![],
            pack: [0; 16],
            start: 0,
            length,
        };
        let mut page = Page::new(&[], 0, Some(10));
        assert!(page.take(record(1_000)));
        assert!(!page.take(record(1)));
        assert!(page.more);
        let mut page = Page::new(&[], 5, Some(10));
        assert!(page.take(record(4)) && page.take(record(7)) && !page.take(record(1)));
    }
}
