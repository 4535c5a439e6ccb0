//! What waits, sent: ends of shares, epochs, records, grants. Each is forgotten once the relay has it.

use keyward_records::Category;

use super::exchange::Exchange;
use crate::error::{AppError, ErrorCode};
use crate::failure::{Failure, is_stranger};
use crate::patient::sharing::book::{self, Act, Compartment, Granted, Share, Terms, Waiting};
use crate::patient::sharing::grants;
use crate::ports::progress::{Stage, Step};
use crate::ports::relay::{ProblemCode, Relay, RelayError, UploadBatch, UploadRecord};
use crate::ports::vault::Collection;

/// Records in one upload at most.
const UPLOAD_RECORDS: usize = 200;
/// Payload bytes in one upload at most, unless one record alone is larger.
const UPLOAD_BYTES: usize = 12 << 20;

impl Exchange<'_> {
    /// How many revocations wait to be sent.
    pub(super) fn revocations(&self) -> Result<usize, AppError> {
        let tx = self.session.read()?;
        Ok(tx.list_prefix(Collection::Outbox, &Act::revokes_of(self.id))?.len())
    }

    pub(super) fn send_revocations(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let acts = Act::of_space(&*self.session.read()?, self.id, "1-revoke")?;
        for (row, act) in acts {
            let Act::Revoke { share, statement } = &act else { continue };
            match relay.revoke(&book::grant_id(share)?, statement) {
                // Not there, or over already: there is no key left to delete.
                Ok(_) | Err(RelayError::NotFound) => {}
                Err(RelayError::Refused(refusal))
                    if matches!(
                        refusal.code,
                        ProblemCode::GrantExpired
                            | ProblemCode::GrantRevoked
                            | ProblemCode::GrantReplaced
                    ) => {}
                Err(error) => return Err(error.into()),
            }
            let mut tx = self.session.begin()?;
            let mut stored = Share::load(&*tx, share)?;
            if let Some(revoked) = &mut stored.revoked {
                revoked.confirmed = Some(self.session.now());
            }
            stored.save(&mut *tx, share)?;
            tx.delete(Collection::Outbox, &row)?;
            tx.commit()?;
        }
        Ok(())
    }

    pub(super) fn send_epochs(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let acts = Act::of_space(&*self.session.read()?, self.id, "2-epoch")?;
        for (row, act) in acts {
            let Act::Epoch { statement } = &act else { continue };
            relay.open_epoch(statement)?;
            let mut tx = self.session.begin()?;
            tx.delete(Collection::Outbox, &row)?;
            tx.commit()?;
        }
        Ok(())
    }

    pub(super) fn send_grants(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let acts = Act::of_space(&*self.session.read()?, self.id, "3-grant")?;
        for (row, act) in acts {
            let Act::Grant { share, granted, signed, keys, message } = &act else { continue };
            if Share::load(&*self.session.read()?, share)?.revoked.is_some() {
                continue;
            }
            self.progress.report(Step { stage: Stage::Granting, ..Step::default() });
            let request = grants::request(&granted.terms, signed, keys, message)?;
            match relay.grant(&request) {
                Ok(()) => self.granted(&row, share, granted.clone(), None)?,
                // The relay has a later revision than this profile remembers: go on from there.
                Err(RelayError::Refused(refusal)) if refusal.code == ProblemCode::StaleRevision => {
                    let revision = relay.grant_detail(&book::grant_id(share)?)?.summary.revision;
                    let terms = Terms { entries: Vec::new(), ..granted.terms.clone() };
                    self.granted(&row, share, Granted { revision, terms }, None)?;
                }
                Err(error @ RelayError::Refused(_)) => {
                    if is_stranger(&error) {
                        return Err(error.into());
                    }
                    self.refused(&row, share, error.into())?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn granted(
        &self,
        row: &str,
        share: &str,
        granted: Granted,
        problem: Option<AppError>,
    ) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut stored = Share::load(&*tx, share)?;
        stored.granted = Some(granted);
        stored.problem = problem;
        stored.save(&mut *tx, share)?;
        tx.delete(Collection::Outbox, row)?;
        Ok(tx.commit()?)
    }

    fn refused(&self, row: &str, share: &str, problem: AppError) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut stored = Share::load(&*tx, share)?;
        stored.problem = Some(problem);
        stored.save(&mut *tx, share)?;
        tx.delete(Collection::Outbox, row)?;
        Ok(tx.commit()?)
    }

    /// Sends what waits of one compartment, in chain order, the head with the last batch.
    pub(super) fn upload(&self, relay: &dyn Relay, category: Category) -> Result<(), Failure> {
        let tx = self.session.read()?;
        let Some(compartment) = Compartment::load(&*tx, self.id, category)? else { return Ok(()) };
        let waiting = Waiting::of_compartment(&*tx, self.id, category)?;
        drop(tx);
        let total = waiting.len() as u64;
        let mut waiting = waiting.into_iter().peekable();
        let mut done = 0;
        while waiting.peek().is_some() || (compartment.head_waits && total == 0 && done == 0) {
            if self.cancel.is_cancelled() || self.session.closed().is_cancelled() {
                return Err(AppError::from(ErrorCode::Cancelled).into());
            }
            let (mut rows, mut batch, mut bytes) = (Vec::new(), UploadBatch::default(), 0);
            while let Some((_, next)) = waiting.peek() {
                let full =
                    rows.len() >= UPLOAD_RECORDS || bytes + next.payload.len() > UPLOAD_BYTES;
                if full && !rows.is_empty() {
                    break;
                }
                let Some((row, next)) = waiting.next() else { break };
                bytes += next.payload.len();
                rows.push(row);
                let record = UploadRecord { header: next.header, payload: next.payload };
                batch.records.push(record);
            }
            let last = waiting.peek().is_none();
            if let (true, Some(head)) = (last, &compartment.head) {
                batch.heads.push(head.clone());
            }
            relay.upload(&batch)?;
            done += rows.len() as u64;
            self.uploaded(category, &rows, last)?;
            self.progress.report(Step { stage: Stage::Sending, done, total, ..Step::default() });
            if rows.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn uploaded(&self, category: Category, rows: &[String], last: bool) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        for row in rows {
            tx.delete(Collection::Sealed, row)?;
        }
        if last && let Some(mut compartment) = Compartment::load(&*tx, self.id, category)? {
            compartment.head_waits = false;
            compartment.save(&mut *tx, self.id, category)?;
        }
        Ok(tx.commit()?)
    }
}
