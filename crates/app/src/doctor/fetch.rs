//! Fetching one shared compartment: ask, verify, open. Nothing is returned that the patient did not
//! sign, in the order and completeness her signed head names.
//!
//! - The head is checked first: its signature, and that it has everything this reader has seen
//!   before. (A reader who never saw the compartment cannot tell an older state from the newest:
//!   the limit stated in SECURITY.md.)
//! - Then the chain: every header signed, in place, none missing. If anything is wrong there,
//!   nothing of the delivery is used.
//! - Then each record by itself: payload hash, capsule tag, decryption, form. A record that fails
//!   is put aside; the others are used, and the next exchange asks for everything again.

use std::collections::{BTreeMap, HashMap};

use keyward_protocol::chain::{ChainError, ChainVerifier, SeenHead, SignedHead, SignedHeader};
use keyward_protocol::chain::{Head, RecordHeader};
use keyward_protocol::grant::OpeningKey;
use keyward_protocol::ids::{CompartmentId, DeviceId, EpochId, GrantId, RecordId};
use keyward_protocol::payload::{self, ContentType};
use keyward_protocol::reencrypt::{PreparedOpening, Transformed};
use keyward_protocol::statement::Verified;
use keyward_records::Category;
use zeroize::Zeroizing;

use crate::exchange::SharedRecord;
use crate::ports::relay::{AccessAnswer, AccessRecord, After, PostAccess, Relay, RelayError};
use crate::views::doctor::ChartAlarm;

use super::rows::{Share, epochs};

/// Records asked for at once (the relay's own limit).
const PAGE: u32 = 1_000;

/// Answers to one question at most: a relay that never comes to an end is stopped.
const MAX_PAGES: usize = 10_000;

/// What to fetch and what is known of it.
pub(super) struct Wanted<'a> {
    pub(super) share: &'a Share,
    pub(super) keys: &'a [OpeningKey],
    pub(super) compartment: CompartmentId,
    pub(super) category: Category,
    /// Newest head ever accepted of this compartment.
    pub(super) memory: Option<SeenHead>,
    /// How far the cached copies reach; `None`: from the beginning.
    pub(super) progress: Option<SeenHead>,
}

/// A delivery that was checked.
pub(super) struct Fetched {
    /// Head and reach after this delivery.
    pub(super) seen: SeenHead,
    /// New records, opened.
    pub(super) records: Vec<(RecordId, Zeroizing<Vec<u8>>)>,
    /// Records put aside because they do not open or cannot be read.
    pub(super) put_aside: u64,
    /// The delivery has everything, not only what is new.
    pub(super) whole: bool,
}

/// Why nothing of a delivery is used.
pub(super) enum Refused {
    /// The relay did not deliver.
    Relay(RelayError),
    /// It delivered something that does not verify.
    Alarm(ChartAlarm),
}

impl From<RelayError> for Refused {
    fn from(error: RelayError) -> Self {
        Self::Relay(error)
    }
}

/// Fetches what is new. If that does not fit what is remembered, everything is fetched once again
/// from the beginning before an alarm is raised: an epoch may have been granted later.
pub(super) fn compartment(relay: &dyn Relay, wanted: &Wanted<'_>) -> Result<Fetched, Refused> {
    if let Some(progress) = &wanted.progress {
        match deliver(relay, wanted, Some(progress)) {
            Err(Refused::Alarm(ChartAlarm::Gap { .. } | ChartAlarm::Quarantined { .. })) => {}
            other => return other,
        }
    }
    deliver(relay, wanted, None)
}

fn deliver(
    relay: &dyn Relay,
    wanted: &Wanted<'_>,
    progress: Option<&SeenHead>,
) -> Result<Fetched, Refused> {
    let grant = wanted.share.grant.statement();
    let granted = epochs(grant, wanted.compartment);
    let mut question = Question::new(grant.grant_id, wanted.compartment, progress, &granted);
    let first = relay.access(&question.ask())?;
    let head = wanted.head(&first)?;
    let verifier = match progress {
        Some(progress) => ChainVerifier::new(&head, Some(progress)),
        None => ChainVerifier::from_start(&head, wanted.memory.as_ref()),
    };
    let verifier = verifier.map_err(|error| wanted.alarm(error, 0))?;
    let mut delivery = Delivery::new(wanted, verifier, &granted);
    let mut answer = first;
    for _ in 0..MAX_PAGES {
        let more = answer.more;
        let moved = question.advance(&answer);
        delivery.take(answer)?;
        if !more || !moved || delivery.is_complete() {
            break;
        }
        answer = relay.access(&question.ask())?;
    }
    delivery.finish(&granted, progress.is_none())
}

impl Wanted<'_> {
    /// The head of a delivery, signed by the persona, about this compartment, and not older than
    /// what was seen before.
    fn head(&self, answer: &AccessAnswer) -> Result<Verified<Head>, Refused> {
        let wrong = || Refused::Alarm(ChartAlarm::WrongHead { category: self.category });
        let head = SignedHead::from_bytes(&answer.head)
            .ok()
            .and_then(|head| head.verify(&self.share.persona.verification).ok())
            .filter(|head| head.compartment == self.compartment)
            .ok_or_else(wrong)?;
        match &self.memory {
            Some(memory) if head.extends(memory.head()).is_err() => {
                Err(self.alarm(ChainError::RolledBack, 0))
            }
            _ => Ok(head),
        }
    }

    fn alarm(&self, error: ChainError, records: u64) -> Refused {
        let category = self.category;
        Refused::Alarm(match error {
            ChainError::RolledBack => ChartAlarm::RolledBack {
                category,
                seen: self.memory.as_ref().map_or(0, SeenHead::as_of),
            },
            ChainError::Gap | ChainError::Incomplete => ChartAlarm::Gap { category },
            _ => ChartAlarm::Quarantined { category, records: records.max(1) },
        })
    }
}

/// Where to go on asking.
struct Question {
    grant_id: GrantId,
    compartment: CompartmentId,
    /// Per device the last position the reader has.
    after: BTreeMap<DeviceId, u64>,
}

impl Question {
    fn new(
        grant_id: GrantId,
        compartment: CompartmentId,
        progress: Option<&SeenHead>,
        granted: &[EpochId],
    ) -> Self {
        let mut after = BTreeMap::new();
        for tip in progress.map_or(&[][..], |progress| &progress.head().tips) {
            let ends = granted.iter().filter_map(|epoch| tip.span(*epoch));
            if let Some(last) = ends.filter_map(|(_, _, span)| span.end.checked_sub(1)).max() {
                after.insert(tip.device, last);
            }
        }
        Self { grant_id, compartment, after }
    }

    fn ask(&self) -> PostAccess {
        let after = self.after.iter();
        PostAccess {
            grant_id: self.grant_id,
            compartment: self.compartment,
            after: after.map(|(&device, &position)| After { device, position }).collect(),
            limit: PAGE,
        }
    }

    /// Goes on after what was delivered; `false` if that was nothing new.
    fn advance(&mut self, answer: &AccessAnswer) -> bool {
        let mut moved = false;
        for record in &answer.records {
            let Ok(header) = SignedHeader::from_bytes(&record.header) else { continue };
            let header = header.unverified();
            let last = self.after.entry(header.device).or_insert_with(|| {
                moved = true;
                header.position
            });
            if *last < header.position {
                *last = header.position;
                moved = true;
            }
        }
        moved
    }
}

/// Takes deliveries apart.
struct Delivery<'a> {
    wanted: &'a Wanted<'a>,
    verifier: ChainVerifier,
    /// First position missing per device and epoch.
    missing: HashMap<(DeviceId, EpochId), u64>,
    openings: HashMap<EpochId, PreparedOpening<'a>>,
    granted: Vec<EpochId>,
    records: Vec<(RecordId, Zeroizing<Vec<u8>>)>,
    put_aside: u64,
}

impl<'a> Delivery<'a> {
    fn new(wanted: &'a Wanted<'a>, verifier: ChainVerifier, granted: &[EpochId]) -> Self {
        let keys = wanted.keys.iter().filter(|key| key.place().compartment == wanted.compartment);
        let openings = keys
            .filter_map(|key| Some((key.place().epoch, PreparedOpening::import(key).ok()?)))
            .collect();
        let missing = verifier.missing(granted);
        Self {
            wanted,
            verifier,
            missing: missing.into_iter().map(|(d, epoch, next)| ((d, epoch), next)).collect(),
            openings,
            granted: granted.to_vec(),
            records: Vec::new(),
            put_aside: 0,
        }
    }

    fn is_complete(&self) -> bool {
        self.verifier.missing(&self.granted).is_empty()
    }

    fn take(&mut self, answer: AccessAnswer) -> Result<(), Refused> {
        let served = answer.records.len() as u64;
        for record in answer.records {
            let header = SignedHeader::from_bytes(&record.header)
                .map_err(|_| self.wanted.alarm(ChainError::Swapped, served))?;
            if !self.is_wanted(header.unverified()) {
                continue;
            }
            let header = header
                .verify(&self.wanted.share.persona.verification)
                .map_err(|_| self.wanted.alarm(ChainError::Foreign, served))?;
            self.verifier.accept(&header).map_err(|error| self.wanted.alarm(error, served))?;
            match self.open(&header, &record) {
                Some(bytes) => self.records.push((header.record_id, bytes)),
                None => self.put_aside += 1,
            }
        }
        Ok(())
    }

    /// Whether a header is among what is missing. What this reader has already, and what is newer
    /// than the head this delivery began with, is left out: nothing of it is used.
    fn is_wanted(&self, header: &RecordHeader) -> bool {
        let known = self.wanted.share.grant.statement();
        let here = (header.persona, header.compartment) == (known.persona, self.wanted.compartment);
        match self.missing.get(&(header.device, header.epoch)) {
            Some(next) if here => header.position >= *next && self.is_in_head(header),
            // About something else altogether: not left out, but refused by the verifier.
            _ => !here,
        }
    }

    fn is_in_head(&self, header: &RecordHeader) -> bool {
        let missing = self.verifier.missing(std::slice::from_ref(&header.epoch));
        missing.iter().any(|(device, ..)| *device == header.device)
    }

    /// The record's content, if everything about it is right.
    fn open(
        &self,
        header: &Verified<RecordHeader>,
        record: &AccessRecord,
    ) -> Option<Zeroizing<Vec<u8>>> {
        header.check_payload(&record.payload).ok()?;
        let opening = self.openings.get(&header.epoch)?;
        let cek = opening.open(Transformed::from_bytes(record.transformed), header).ok()?;
        let opened = payload::open(&cek, &header.record_id, &record.payload).ok()?;
        if opened.content_type != ContentType::FhirJson {
            return None;
        }
        SharedRecord::from_bytes(&opened.bytes).ok()?;
        Some(opened.bytes)
    }

    fn finish(self, granted: &[EpochId], whole: bool) -> Result<Fetched, Refused> {
        let count = self.records.len() as u64;
        let seen =
            self.verifier.finish(granted).map_err(|error| self.wanted.alarm(error, count))?;
        Ok(Fetched { seen, records: self.records, put_aside: self.put_aside, whole })
    }
}
