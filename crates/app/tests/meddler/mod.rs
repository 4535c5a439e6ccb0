//! A relay between a doctor and the real relay that answers as a malicious, broken or unreachable
//! one would.

use std::sync::{Arc, Mutex};

use keyward_app::ports::relay::{
    AccessAnswer, AccessRecord, Accesses, GrantDetail, GrantSummary, Messages, Network, OwnAnswer,
    PostAccess, PostGrant, PostOwnRecords, Relay, RelayError, Revoked, Status, UploadBatch,
    Uploaded,
};
use keyward_protocol::ids::GrantId;

use crate::support::wire::{Call, What, Wire};

type OnAccess = Box<dyn FnMut(&PostAccess, AccessAnswer) -> AccessAnswer + Send>;
type OnGrants = Box<dyn FnMut(Vec<GrantSummary>) -> Vec<GrantSummary> + Send>;
type OnMessages = Box<dyn FnMut(u64, Messages) -> Messages + Send>;

/// What the meddler does. Nothing, unless told.
#[derive(Default)]
pub(crate) struct Tricks {
    pub(crate) offline: bool,
    /// The connection breaks for good after so many more exchanges: the request is carried out, the
    /// answer is lost.
    pub(crate) breaks_after: Option<u32>,
    pub(crate) access: Option<OnAccess>,
    pub(crate) messages: Option<OnMessages>,
    pub(crate) grants: Option<OnGrants>,
    /// Answers of `access` as they came, newest last.
    pub(crate) seen: Vec<AccessAnswer>,
    pub(crate) acknowledged: Vec<u64>,
}

#[derive(Clone)]
pub(crate) struct Meddler {
    inner: Arc<dyn Network>,
    tricks: Arc<Mutex<Tricks>>,
}

impl Meddler {
    pub(crate) fn new(inner: Arc<dyn Network>) -> Self {
        Self { inner, tricks: Arc::default() }
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Tricks)) {
        change(&mut self.tricks.lock().unwrap());
    }

    pub(crate) fn on_access(
        &self,
        trick: impl FnMut(&PostAccess, AccessAnswer) -> AccessAnswer + Send + 'static,
    ) {
        self.set(|tricks| tricks.access = Some(Box::new(trick)));
    }

    /// Alters every answer that has records.
    pub(crate) fn on_records(&self, mut trick: impl FnMut(&mut AccessAnswer) + Send + 'static) {
        self.on_access(move |_, mut answer| {
            if !answer.records.is_empty() {
                trick(&mut answer);
            }
            answer
        });
    }

    pub(crate) fn honest(&self) {
        self.set(|tricks| {
            *tricks = Tricks { seen: std::mem::take(&mut tricks.seen), ..Tricks::default() }
        });
    }

    pub(crate) fn take_seen(&self) -> Vec<AccessAnswer> {
        std::mem::take(&mut self.tricks.lock().unwrap().seen)
    }

    pub(crate) fn acknowledged(&self) -> Vec<u64> {
        self.tricks.lock().unwrap().acknowledged.clone()
    }
}

pub(crate) fn copy(answer: &AccessAnswer) -> AccessAnswer {
    AccessAnswer {
        head: answer.head.clone(),
        receipt: answer.receipt.clone(),
        more: answer.more,
        records: answer.records.iter().map(copy_record).collect(),
    }
}

pub(crate) fn copy_record(record: &AccessRecord) -> AccessRecord {
    AccessRecord {
        header: record.header.clone(),
        transformed: record.transformed,
        payload: record.payload.clone(),
    }
}

impl Wire for Meddler {
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network> {
        // A channel to the relay is there, and offline by itself.
        let offline = call.what != What::Relay && self.tricks.lock().unwrap().offline;
        (!offline).then_some(&*self.inner)
    }

    fn relay(&self, _call: &Call<'_>, inner: Box<dyn Relay>) -> Box<dyn Relay> {
        Box::new(Channel { inner, tricks: Arc::clone(&self.tricks) })
    }
}

crate::support::wire::network!(Meddler);

struct Channel {
    inner: Box<dyn Relay>,
    tricks: Arc<Mutex<Tricks>>,
}

impl Channel {
    fn online(&self) -> Result<&dyn Relay, RelayError> {
        if self.tricks.lock().unwrap().offline {
            Err(RelayError::Unreachable("test".to_owned()))
        } else {
            Ok(&*self.inner)
        }
    }

    /// Loses the answer if it is time for that.
    fn answered<T>(&self, answer: T) -> Result<T, RelayError> {
        let mut tricks = self.tricks.lock().unwrap();
        match &mut tricks.breaks_after {
            Some(0) => {
                tricks.offline = true;
                Err(RelayError::Unreachable("test".to_owned()))
            }
            Some(left) => {
                *left -= 1;
                Ok(answer)
            }
            None => Ok(answer),
        }
    }
}

impl Relay for Channel {
    fn status(&self) -> Result<Status, RelayError> {
        self.answered(self.online()?.status()?)
    }

    fn present_persona(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.online()?.present_persona(certificate)
    }

    fn present_clinician(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.answered(self.online()?.present_clinician(certificate)?)
    }

    fn open_epoch(&self, statement: &[u8]) -> Result<(), RelayError> {
        self.online()?.open_epoch(statement)
    }

    fn upload(&self, batch: &UploadBatch) -> Result<Uploaded, RelayError> {
        self.online()?.upload(batch)
    }

    fn grant(&self, grant: &PostGrant) -> Result<(), RelayError> {
        self.online()?.grant(grant)
    }

    fn revoke(&self, grant_id: &GrantId, statement: &[u8]) -> Result<Revoked, RelayError> {
        self.online()?.revoke(grant_id, statement)
    }

    fn grants(&self) -> Result<Vec<GrantSummary>, RelayError> {
        let listed = self.answered(self.online()?.grants()?)?;
        let mut tricks = self.tricks.lock().unwrap();
        Ok(match &mut tricks.grants {
            Some(trick) => trick(listed),
            None => listed,
        })
    }

    fn grant_detail(&self, grant_id: &GrantId) -> Result<GrantDetail, RelayError> {
        self.answered(self.online()?.grant_detail(grant_id)?)
    }

    fn messages(&self, after: u64) -> Result<Messages, RelayError> {
        let page = self.answered(self.online()?.messages(after)?)?;
        let mut tricks = self.tricks.lock().unwrap();
        Ok(match &mut tricks.messages {
            Some(trick) => trick(after, page),
            None => page,
        })
    }

    fn acknowledge(&self, through: u64) -> Result<(), RelayError> {
        self.tricks.lock().unwrap().acknowledged.push(through);
        self.answered(self.online()?.acknowledge(through)?)
    }

    fn access(&self, request: &PostAccess) -> Result<AccessAnswer, RelayError> {
        let answer = self.answered(self.online()?.access(request)?)?;
        let mut tricks = self.tricks.lock().unwrap();
        tricks.seen.push(copy(&answer));
        Ok(match &mut tricks.access {
            Some(trick) => trick(request, answer),
            None => answer,
        })
    }

    fn own_records(&self, request: &PostOwnRecords) -> Result<OwnAnswer, RelayError> {
        self.online()?.own_records(request)
    }

    fn accesses(&self, after: u64) -> Result<Accesses, RelayError> {
        self.online()?.accesses(after)
    }
}
