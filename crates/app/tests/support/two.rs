//! A computer between two clinics: the one a profile was with, which may be gone, and another one. What
//! is sent to the other one is written down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use keyward_app::ports::authority::{
    Authority, AuthorityError, AuthorityStatus, Directory, EnrolFinish, EnrolFinished, EnrolStart,
    EnrolStarted,
};
use keyward_app::ports::relay::{
    AccessAnswer, Accesses, GrantDetail, GrantSummary, Messages, Network, OwnAnswer, PostAccess,
    PostGrant, PostOwnRecords, Relay, RelayError, Revoked, ServiceAddress, Status, UploadBatch,
    Uploaded,
};
use keyward_protocol::ids::{GrantId, ServiceId};
use keyward_protocol::keys::SigningKey;

use super::World;
use super::wire::{Call, What, Wire};

type Hook = Box<dyn FnOnce() + Send>;

/// Everything that went to a clinic, one piece after the other.
#[derive(Clone, Default)]
pub struct Sent(Arc<Mutex<Vec<Vec<u8>>>>);

impl Sent {
    fn note(&self, piece: &[u8]) {
        self.0.lock().unwrap().push(piece.to_vec());
    }

    /// Whether these bytes were part of anything.
    pub fn has(&self, needle: &[u8]) -> bool {
        let has = |piece: &Vec<u8>| piece.windows(needle.len()).any(|window| window == needle);
        self.0.lock().unwrap().iter().any(has)
    }

    pub fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

pub struct Two {
    former: Arc<dyn Network>,
    service: ServiceId,
    other: Arc<dyn Network>,
    /// The clinic she was with does not answer.
    pub gone: AtomicBool,
    /// An invitation that is met is of the clinic she was with.
    pub invited_by_former: AtomicBool,
    /// What went to the clinic she was with.
    pub to_former: Sent,
    /// What went to the other one.
    pub to_other: Sent,
    /// Happens while the former clinic's directory is under way.
    pub under_way: Arc<Mutex<Option<Hook>>>,
}

impl Two {
    pub fn new(former: &World, other: &World) -> Arc<Self> {
        Arc::new(Self {
            former: former.network.clone(),
            service: former.authority.service_id(),
            other: other.network.clone(),
            gone: AtomicBool::new(true),
            invited_by_former: AtomicBool::new(false),
            to_former: Sent::default(),
            to_other: Sent::default(),
            under_way: Arc::default(),
        })
    }

    /// The side of an address; `None` for the clinic that is gone.
    fn side(
        &self,
        at: &ServiceAddress,
        signer: Option<&SigningKey>,
    ) -> Option<(&dyn Network, &Sent)> {
        let to_former = self.is_former(at);
        if to_former && self.gone.load(Ordering::SeqCst) {
            return None;
        }
        let sent = self.sent(at);
        sent.note(at.service_id.as_bytes());
        if let Some(signer) = signer {
            sent.note(&signer.verifying_key().to_bytes());
        }
        let network = if to_former { &self.former } else { &self.other };
        Some((&**network, sent))
    }

    fn is_former(&self, at: &ServiceAddress) -> bool {
        match at.is_known() {
            true => at.service_id == self.service,
            false => self.invited_by_former.load(Ordering::SeqCst),
        }
    }

    /// What went to the clinic of an address.
    fn sent(&self, at: &ServiceAddress) -> &Sent {
        if self.is_former(at) { &self.to_former } else { &self.to_other }
    }
}

impl Wire for Two {
    fn through(&self, call: &Call<'_>) -> Option<&dyn Network> {
        let signer = call.signer.filter(|_| !call.what.is_credential());
        let (through, sent) = self.side(call.at, signer)?;
        match call.what {
            What::AuthorityRecovery => sent.note(b"authority recovery"),
            what if what.is_credential() => sent.note(call.request),
            _ => {}
        }
        Some(through)
    }

    fn relay(&self, call: &Call<'_>, inner: Box<dyn Relay>) -> Box<dyn Relay> {
        Box::new(HeardRelay { inner, sent: self.sent(call.at).clone() })
    }

    fn authority(&self, call: &Call<'_>, inner: Box<dyn Authority>) -> Box<dyn Authority> {
        let under_way = Arc::clone(&self.under_way);
        Box::new(HeardAuthority { inner, sent: self.sent(call.at).clone(), under_way })
    }
}

super::wire::network!(Two);

struct HeardRelay {
    inner: Box<dyn Relay>,
    sent: Sent,
}

impl Relay for HeardRelay {
    fn status(&self) -> Result<Status, RelayError> {
        self.inner.status()
    }

    fn present_persona(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.sent.note(certificate);
        self.inner.present_persona(certificate)
    }

    fn present_clinician(&self, certificate: &[u8]) -> Result<(), RelayError> {
        self.sent.note(certificate);
        self.inner.present_clinician(certificate)
    }

    fn open_epoch(&self, statement: &[u8]) -> Result<(), RelayError> {
        self.sent.note(statement);
        self.inner.open_epoch(statement)
    }

    fn upload(&self, batch: &UploadBatch) -> Result<Uploaded, RelayError> {
        for head in &batch.heads {
            self.sent.note(head);
        }
        for record in &batch.records {
            self.sent.note(&record.header);
            self.sent.note(&record.payload);
        }
        self.inner.upload(batch)
    }

    fn grant(&self, grant: &PostGrant) -> Result<(), RelayError> {
        self.sent.note(&grant.signed_grant);
        self.sent.note(&grant.message);
        for key in &grant.keys {
            self.sent.note(key.compartment.as_bytes());
            self.sent.note(key.epoch.as_bytes());
        }
        self.inner.grant(grant)
    }

    fn revoke(&self, grant_id: &GrantId, statement: &[u8]) -> Result<Revoked, RelayError> {
        self.sent.note(grant_id.as_bytes());
        self.sent.note(statement);
        self.inner.revoke(grant_id, statement)
    }

    fn grants(&self) -> Result<Vec<GrantSummary>, RelayError> {
        self.inner.grants()
    }

    fn grant_detail(&self, grant_id: &GrantId) -> Result<GrantDetail, RelayError> {
        self.sent.note(grant_id.as_bytes());
        self.inner.grant_detail(grant_id)
    }

    fn messages(&self, after: u64) -> Result<Messages, RelayError> {
        self.inner.messages(after)
    }

    fn acknowledge(&self, through: u64) -> Result<(), RelayError> {
        self.inner.acknowledge(through)
    }

    fn access(&self, request: &PostAccess) -> Result<AccessAnswer, RelayError> {
        self.inner.access(request)
    }

    fn own_records(&self, request: &PostOwnRecords) -> Result<OwnAnswer, RelayError> {
        self.sent.note(request.compartment.as_bytes());
        self.inner.own_records(request)
    }

    fn accesses(&self, after: u64) -> Result<Accesses, RelayError> {
        self.inner.accesses(after)
    }
}

struct HeardAuthority {
    inner: Box<dyn Authority>,
    sent: Sent,
    under_way: Arc<Mutex<Option<Hook>>>,
}

impl Authority for HeardAuthority {
    fn status(&self) -> Result<AuthorityStatus, AuthorityError> {
        self.inner.status()
    }

    fn enrol_start(&self, start: &EnrolStart) -> Result<EnrolStarted, AuthorityError> {
        self.sent.note(b"an invitation's code");
        self.inner.enrol_start(start)
    }

    fn enrol_finish(&self, finish: &EnrolFinish) -> Result<EnrolFinished, AuthorityError> {
        self.inner.enrol_finish(finish)
    }

    fn attest_name(&self, request: &[u8]) -> Result<Vec<u8>, AuthorityError> {
        self.sent.note(request);
        self.inner.attest_name(request)
    }

    fn clinicians(&self) -> Result<Directory, AuthorityError> {
        let directory = self.inner.clinicians()?;
        let hook = self.under_way.lock().unwrap().take();
        if let Some(hook) = hook {
            hook();
        }
        Ok(directory)
    }
}
