//! A network in the hands of somebody who changes what relay and clinic answer.

use std::sync::{Arc, Mutex};

use keyward_app::ports::authority::{
    Authority, AuthorityError, AuthorityStatus, Directory, EnrolFinish, EnrolFinished, EnrolStart,
    EnrolStarted,
};
use keyward_app::ports::relay::{
    AccessAnswer, Accesses, GrantDetail, GrantSummary, Messages, Network, OwnAnswer, PostAccess,
    PostGrant, PostOwnRecords, Relay, RelayError, Revoked, Status, UploadBatch, Uploaded,
};
use keyward_protocol::ids::GrantId;

use super::wire::{Call, Wire};

type OnAccess = Box<dyn FnMut(&PostAccess, AccessAnswer) -> AccessAnswer + Send>;
type OnDirectory = Box<dyn FnMut(Directory) -> Directory + Send>;
type Named = Result<Vec<u8>, AuthorityError>;
type OnNaming = Box<dyn FnMut(Named) -> Named + Send>;

/// What is done to answers; nothing at first.
#[derive(Default)]
pub struct Tricks {
    pub access: Mutex<Option<OnAccess>>,
    pub directory: Mutex<Option<OnDirectory>>,
    pub naming: Mutex<Option<OnNaming>>,
    /// No answer at all.
    pub silent: Mutex<bool>,
}

pub struct TamperNetwork {
    pub inner: Arc<dyn Network>,
    pub tricks: Arc<Tricks>,
}

impl Wire for TamperNetwork {
    fn through(&self, _call: &Call<'_>) -> Option<&dyn Network> {
        (!*self.tricks.silent.lock().unwrap()).then_some(&*self.inner)
    }

    fn relay(&self, _call: &Call<'_>, inner: Box<dyn Relay>) -> Box<dyn Relay> {
        Box::new(TamperRelay { inner, tricks: Arc::clone(&self.tricks) })
    }

    fn authority(&self, _call: &Call<'_>, inner: Box<dyn Authority>) -> Box<dyn Authority> {
        Box::new(TamperAuthority { inner, tricks: Arc::clone(&self.tricks) })
    }
}

super::wire::network!(TamperNetwork);

struct TamperRelay {
    inner: Box<dyn Relay>,
    tricks: Arc<Tricks>,
}

impl Relay for TamperRelay {
    fn status(&self) -> Result<Status, RelayError> {
        self.inner.status()
    }

    fn present_persona(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.inner.present_persona(certificate)
    }

    fn present_clinician(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.inner.present_clinician(certificate)
    }

    fn open_epoch(&self, statement: &[u8]) -> Result<(), RelayError> {
        self.inner.open_epoch(statement)
    }

    fn upload(&self, batch: &UploadBatch) -> Result<Uploaded, RelayError> {
        self.inner.upload(batch)
    }

    fn grant(&self, grant: &PostGrant) -> Result<(), RelayError> {
        self.inner.grant(grant)
    }

    fn revoke(&self, grant_id: &GrantId, statement: &[u8]) -> Result<Revoked, RelayError> {
        self.inner.revoke(grant_id, statement)
    }

    fn grants(&self) -> Result<Vec<GrantSummary>, RelayError> {
        self.inner.grants()
    }

    fn grant_detail(&self, grant_id: &GrantId) -> Result<GrantDetail, RelayError> {
        self.inner.grant_detail(grant_id)
    }

    fn messages(&self, after: u64) -> Result<Messages, RelayError> {
        self.inner.messages(after)
    }

    fn acknowledge(&self, through: u64) -> Result<(), RelayError> {
        self.inner.acknowledge(through)
    }

    fn access(&self, request: &PostAccess) -> Result<AccessAnswer, RelayError> {
        let answer = self.inner.access(request)?;
        Ok(match self.tricks.access.lock().unwrap().as_mut() {
            Some(trick) => trick(request, answer),
            None => answer,
        })
    }

    fn own_records(&self, request: &PostOwnRecords) -> Result<OwnAnswer, RelayError> {
        self.inner.own_records(request)
    }

    fn accesses(&self, after: u64) -> Result<Accesses, RelayError> {
        self.inner.accesses(after)
    }
}

struct TamperAuthority {
    inner: Box<dyn Authority>,
    tricks: Arc<Tricks>,
}

impl Authority for TamperAuthority {
    fn status(&self) -> Result<AuthorityStatus, AuthorityError> {
        self.inner.status()
    }

    fn enrol_start(&self, start: &EnrolStart) -> Result<EnrolStarted, AuthorityError> {
        self.inner.enrol_start(start)
    }

    fn enrol_finish(&self, finish: &EnrolFinish) -> Result<EnrolFinished, AuthorityError> {
        self.inner.enrol_finish(finish)
    }

    fn attest_name(&self, request: &[u8]) -> Result<Vec<u8>, AuthorityError> {
        let answer = self.inner.attest_name(request);
        match self.tricks.naming.lock().unwrap().as_mut() {
            Some(trick) => trick(answer),
            None => answer,
        }
    }

    fn clinicians(&self) -> Result<Directory, AuthorityError> {
        let directory = self.inner.clinicians()?;
        Ok(match self.tricks.directory.lock().unwrap().as_mut() {
            Some(trick) => trick(directory),
            None => directory,
        })
    }
}
