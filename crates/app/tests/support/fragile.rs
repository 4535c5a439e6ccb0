//! A device that dies at a chosen moment: every write to its vault and every exchange with relay or
//! clinic counts down a fuse, and once it is blown nothing works until the device is started again.
//!
//! A commit and an exchange count twice: dying before it happened and dying after it happened but
//! before anybody was told are different things.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use keyward_app::ports::authority::{
    Authority, AuthorityError, AuthorityStatus, Directory, EnrolFinish, EnrolFinished, EnrolStart,
    EnrolStarted,
};
use keyward_app::ports::index::{
    AnalyteLines, FoundLine, Line, LineFilter, MonthCount, NewLine, ReadingIndex, Searched,
    SectionCount, Waiting,
};
use keyward_app::ports::randomness::Randomness;
use keyward_app::ports::relay::{
    AccessAnswer, Accesses, GrantDetail, GrantSummary, Messages, Network, OwnAnswer, PostAccess,
    PostGrant, PostOwnRecords, Relay, RelayError, Revoked, Status, UploadBatch, Uploaded,
};
use keyward_app::ports::vault::{
    Collection, Inserted, Packed, RecordFilter, RecordRow, Transaction, Vault, VaultError,
};
use keyward_app::session::{Profile, Session, Surroundings};
use keyward_app::views::common::Role;
use keyward_protocol::ids::{GrantId, RecordId};
use keyward_protocol::keys::MasterSecret;
use keyward_testkit::{FakeClock, seeded};

use super::Time;
use super::wire::{Call, What, Wire};

/// Counts down to the device's death.
#[derive(Clone)]
pub struct Fuse(Arc<AtomicI64>);

impl Fuse {
    /// Never blows.
    pub fn new() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MAX)))
    }

    /// Blows at the `n`-th step from now (from 0).
    pub fn light(&self, n: i64) {
        self.0.store(n, Ordering::SeqCst);
    }

    /// A new fuse that never blows; tells whether the old one did.
    pub fn mend(&self) -> bool {
        self.0.swap(i64::MAX, Ordering::SeqCst) < 0
    }

    /// Steps left; meanwhile it does not burn.
    pub fn mend_to_left(&self) -> i64 {
        self.0.swap(i64::MAX, Ordering::SeqCst)
    }

    /// One step; `false` once it is blown.
    pub fn burn(&self) -> bool {
        self.0.fetch_sub(1, Ordering::SeqCst) > 0
    }
}

/// A patient's device over its deaths.
pub struct Device {
    pub(super) vault: Arc<FragileVault>,
    pub(super) network: Arc<FragileNetwork>,
    pub(super) secret: [u8; 32],
    pub(super) clock: FakeClock,
    pub(super) seeds: AtomicU64,
}

impl Device {
    /// Starts the app: nothing is left of an earlier run but what the vault holds.
    pub fn start(&self) -> Session {
        let profile = Profile { id: "p".into(), role: Role::Patient, name: "Test".into() };
        let seed = self.seeds.fetch_add(1, Ordering::SeqCst);
        let surroundings = Surroundings {
            network: self.network.clone(),
            clock: Arc::new(Time(self.clock.clone())),
            randomness: Randomness::new(seeded(seed)),
        };
        let master = MasterSecret::from_bytes(self.secret);
        Session::new(profile, self.vault.clone(), master, surroundings)
    }
}

pub struct FragileVault {
    pub(super) inner: Arc<dyn Vault>,
    pub(super) fuse: Fuse,
}

struct FragileTransaction<'a> {
    inner: Box<dyn Transaction + 'a>,
    fuse: &'a Fuse,
}

fn broken() -> VaultError {
    VaultError::Io("the device died".to_owned())
}

impl FragileVault {
    fn burn(&self) -> Result<(), VaultError> {
        if self.fuse.burn() { Ok(()) } else { Err(broken()) }
    }
}

impl Vault for FragileVault {
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, VaultError> {
        self.burn()?;
        Ok(Box::new(FragileTransaction { inner: self.inner.begin()?, fuse: &self.fuse }))
    }

    fn read(&self) -> Result<Box<dyn Transaction + '_>, VaultError> {
        self.inner.read()
    }

    fn pack(&self, body: &[u8]) -> Option<Packed> {
        self.inner.pack(body)
    }
}

impl FragileTransaction<'_> {
    fn burn(&self) -> Result<(), VaultError> {
        if self.fuse.burn() { Ok(()) } else { Err(broken()) }
    }
}

impl ReadingIndex for FragileTransaction<'_> {
    fn add_lines(&mut self, scope: &str, lines: &[NewLine]) -> Result<u64, VaultError> {
        self.burn()?;
        self.inner.add_lines(scope, lines)
    }

    fn remove_line(&mut self, scope: &str, id: &RecordId) -> Result<bool, VaultError> {
        self.burn()?;
        self.inner.remove_line(scope, id)
    }

    fn remove_scope(&mut self, scope: &str) -> Result<(), VaultError> {
        self.burn()?;
        self.inner.remove_scope(scope)
    }

    fn twins(&self, scope: &str, shown: &RecordId) -> Result<Vec<RecordId>, VaultError> {
        self.inner.twins(scope, shown)
    }

    fn scopes(&self, prefix: &str) -> Result<Vec<String>, VaultError> {
        self.inner.scopes(prefix)
    }

    fn line(&self, scope: &str, id: &RecordId) -> Result<Option<Line>, VaultError> {
        self.inner.line(scope, id)
    }

    fn lines(&self, scope: &str, filter: &LineFilter) -> Result<Vec<Line>, VaultError> {
        self.inner.lines(scope, filter)
    }

    fn count_lines(&self, scope: &str, filter: &LineFilter) -> Result<u64, VaultError> {
        self.inner.count_lines(scope, filter)
    }

    fn months(&self, scope: &str, filter: &LineFilter) -> Result<Vec<MonthCount>, VaultError> {
        self.inner.months(scope, filter)
    }

    fn sections(&self, scope: &str) -> Result<Vec<SectionCount>, VaultError> {
        self.inner.sections(scope)
    }

    fn analytes(
        &self,
        scope: &str,
        filter: &LineFilter,
    ) -> Result<(Vec<AnalyteLines>, u64), VaultError> {
        self.inner.analytes(scope, filter)
    }

    fn find_lines(
        &self,
        scope: &str,
        filter: &LineFilter,
    ) -> Result<(Vec<FoundLine>, u64), VaultError> {
        self.inner.find_lines(scope, filter)
    }

    fn lines_of_handle(&self, scope: &str, handle: i64) -> Result<Vec<Line>, VaultError> {
        self.inner.lines_of_handle(scope, handle)
    }

    fn newest_arrival(&self, scope: &str) -> Result<u64, VaultError> {
        self.inner.newest_arrival(scope)
    }

    fn dates(&self, scope: &str) -> Result<Option<(String, String)>, VaultError> {
        self.inner.dates(scope)
    }

    fn unread_letters(&self, scope: &str, limit: u64) -> Result<Vec<Waiting>, VaultError> {
        self.inner.unread_letters(scope, limit)
    }

    fn add_words(
        &mut self,
        scope: &str,
        line: &Waiting,
        words: &str,
        in_part: bool,
    ) -> Result<bool, VaultError> {
        self.burn()?;
        self.inner.add_words(scope, line, words, in_part)
    }

    fn searched(&self, scope: &str) -> Result<Searched, VaultError> {
        self.inner.searched(scope)
    }

    fn unindexed_records(&self, scope: &str, limit: u64) -> Result<Vec<RecordId>, VaultError> {
        self.inner.unindexed_records(scope, limit)
    }

    fn count_unindexed(&self, scope: &str) -> Result<u64, VaultError> {
        self.inner.count_unindexed(scope)
    }
}

impl Transaction for FragileTransaction<'_> {
    fn get(&self, collection: Collection, id: &str) -> Result<Option<Vec<u8>>, VaultError> {
        self.inner.get(collection, id)
    }

    fn put(&mut self, collection: Collection, id: &str, body: &[u8]) -> Result<(), VaultError> {
        self.burn()?;
        self.inner.put(collection, id, body)
    }

    fn delete(&mut self, collection: Collection, id: &str) -> Result<bool, VaultError> {
        self.burn()?;
        self.inner.delete(collection, id)
    }

    fn list(&self, collection: Collection) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        self.inner.list(collection)
    }

    fn list_prefix(
        &self,
        collection: Collection,
        prefix: &str,
    ) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        self.inner.list_prefix(collection, prefix)
    }

    fn list_page(
        &self,
        collection: Collection,
        prefix: &str,
        after: &str,
        limit: u64,
    ) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        self.inner.list_page(collection, prefix, after, limit)
    }

    fn insert_record(&mut self, row: &RecordRow) -> Result<Inserted, VaultError> {
        self.burn()?;
        self.inner.insert_record(row)
    }

    fn insert_packed(
        &mut self,
        rows: &[RecordRow],
        packed: &[Option<Packed>],
    ) -> Result<Vec<Inserted>, VaultError> {
        rows.iter()
            .zip(packed)
            .map(|(row, packed)| {
                self.burn()?;
                let row = std::slice::from_ref(row);
                let inserted = self.inner.insert_packed(row, std::slice::from_ref(packed))?;
                Ok(inserted[0])
            })
            .collect()
    }

    fn record(&self, id: &RecordId) -> Result<Option<RecordRow>, VaultError> {
        self.inner.record(id)
    }

    fn records(&self, filter: &RecordFilter) -> Result<Vec<RecordRow>, VaultError> {
        self.inner.records(filter)
    }

    fn count_records(&self) -> Result<Vec<(String, u64)>, VaultError> {
        self.inner.count_records()
    }

    fn count_records_of(&self, source: &str) -> Result<Vec<(String, u64)>, VaultError> {
        self.inner.count_records_of(source)
    }

    fn delete_record(&mut self, id: &RecordId) -> Result<bool, VaultError> {
        self.burn()?;
        self.inner.delete_record(id)
    }

    fn commit(self: Box<Self>) -> Result<(), VaultError> {
        let fuse = self.fuse;
        if !fuse.burn() {
            return Err(broken());
        }
        self.inner.commit()?;
        if fuse.burn() { Ok(()) } else { Err(broken()) }
    }
}

pub struct FragileNetwork {
    pub(super) inner: Arc<dyn Network>,
    pub(super) fuse: Fuse,
}

impl Wire for FragileNetwork {
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network> {
        // What these channels carry burns by itself. Of recovery, what was done and not written down is met by
        // the vault's steps.
        let burns_later = matches!(call.what, What::Relay | What::Authority);
        (burns_later || self.fuse.burn()).then_some(&*self.inner)
    }

    fn answered(&self, _call: &Call<'_>) -> bool {
        self.fuse.burn()
    }

    fn relay(&self, _call: &Call<'_>, inner: Box<dyn Relay>) -> Box<dyn Relay> {
        Box::new(FragileRelay { inner, fuse: self.fuse.clone() })
    }

    fn authority(&self, _call: &Call<'_>, inner: Box<dyn Authority>) -> Box<dyn Authority> {
        Box::new(FragileAuthority { inner, fuse: self.fuse.clone() })
    }
}

super::wire::network!(FragileNetwork);

struct FragileRelay {
    inner: Box<dyn Relay>,
    fuse: Fuse,
}

impl FragileRelay {
    fn exchange<T>(
        &self,
        act: impl FnOnce(&dyn Relay) -> Result<T, RelayError>,
    ) -> Result<T, RelayError> {
        let lost = || RelayError::Unreachable("the device died".to_owned());
        if !self.fuse.burn() {
            return Err(lost());
        }
        let answer = act(&*self.inner);
        if self.fuse.burn() { answer } else { Err(lost()) }
    }
}

impl Relay for FragileRelay {
    fn status(&self) -> Result<Status, RelayError> {
        self.exchange(|relay| relay.status())
    }

    fn present_persona(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.exchange(|relay| relay.present_persona(certificate))
    }

    fn present_clinician(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.exchange(|relay| relay.present_clinician(certificate))
    }

    fn open_epoch(&self, statement: &[u8]) -> Result<(), RelayError> {
        self.exchange(|relay| relay.open_epoch(statement))
    }

    fn upload(&self, batch: &UploadBatch) -> Result<Uploaded, RelayError> {
        self.exchange(|relay| relay.upload(batch))
    }

    fn grant(&self, grant: &PostGrant) -> Result<(), RelayError> {
        self.exchange(|relay| relay.grant(grant))
    }

    fn revoke(&self, grant_id: &GrantId, statement: &[u8]) -> Result<Revoked, RelayError> {
        self.exchange(|relay| relay.revoke(grant_id, statement))
    }

    fn grants(&self) -> Result<Vec<GrantSummary>, RelayError> {
        self.exchange(|relay| relay.grants())
    }

    fn grant_detail(&self, grant_id: &GrantId) -> Result<GrantDetail, RelayError> {
        self.exchange(|relay| relay.grant_detail(grant_id))
    }

    fn messages(&self, after: u64) -> Result<Messages, RelayError> {
        self.exchange(|relay| relay.messages(after))
    }

    fn acknowledge(&self, through: u64) -> Result<(), RelayError> {
        self.exchange(|relay| relay.acknowledge(through))
    }

    fn access(&self, request: &PostAccess) -> Result<AccessAnswer, RelayError> {
        self.exchange(|relay| relay.access(request))
    }

    fn own_records(&self, request: &PostOwnRecords) -> Result<OwnAnswer, RelayError> {
        self.exchange(|relay| relay.own_records(request))
    }

    fn accesses(&self, after: u64) -> Result<Accesses, RelayError> {
        self.exchange(|relay| relay.accesses(after))
    }
}

struct FragileAuthority {
    inner: Box<dyn Authority>,
    fuse: Fuse,
}

impl FragileAuthority {
    fn exchange<T>(
        &self,
        act: impl FnOnce(&dyn Authority) -> Result<T, AuthorityError>,
    ) -> Result<T, AuthorityError> {
        let lost = || AuthorityError::Unreachable("the device died".to_owned());
        if !self.fuse.burn() {
            return Err(lost());
        }
        let answer = act(&*self.inner);
        if self.fuse.burn() { answer } else { Err(lost()) }
    }
}

impl Authority for FragileAuthority {
    fn status(&self) -> Result<AuthorityStatus, AuthorityError> {
        self.exchange(|authority| authority.status())
    }

    fn enrol_start(&self, start: &EnrolStart) -> Result<EnrolStarted, AuthorityError> {
        self.exchange(|authority| authority.enrol_start(start))
    }

    fn enrol_finish(&self, finish: &EnrolFinish) -> Result<EnrolFinished, AuthorityError> {
        self.exchange(|authority| authority.enrol_finish(finish))
    }

    fn attest_name(&self, request: &[u8]) -> Result<Vec<u8>, AuthorityError> {
        self.exchange(|authority| authority.attest_name(request))
    }

    fn clinicians(&self) -> Result<Directory, AuthorityError> {
        self.exchange(|authority| authority.clinicians())
    }
}
