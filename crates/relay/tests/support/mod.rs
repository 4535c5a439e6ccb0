//! A small world for the tests: an authority, patients, doctors, charts, and a relay on loopback.
//! All of it goes through the public interfaces of protocol and relay-api.
#![allow(dead_code, reason = "each test uses its own part of the world")]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "tests")]

use keyward_protocol::arc::{IssuerKey, Limit};
use keyward_protocol::capsule::{self, DelegatingKey, FreshCek, PoolEntry};
use keyward_protocol::certificate::{
    AnonymousCertificate, AnonymousRequest, ClinicianCertificate, PersonaKeys, VerifiedClinician,
    VerifiedPersona,
};
use keyward_protocol::chain::{ChainVerifier, Head, HeaderCore, RecordHeader, SignedHead};
use keyward_protocol::chain::{SeenHead, SignedHeader};
use keyward_protocol::credential_epoch::{CredentialEpoch, Tracing, VerifiedEpoch};
use keyward_protocol::grant::{GrantBuilder, GrantMessage, OpenedGrant, SignedGrant};
use keyward_protocol::ids::{
    CompartmentId, DeviceId, EpochId, GrantId, PersonaId, RecordId, ServiceId,
};
use keyward_protocol::issuance::IssuanceRequest;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SecretBytes32, SigningKey};
use keyward_protocol::payload::{self, ContentType};
use keyward_protocol::reencrypt::{PreparedOpening, Transformed};
use keyward_protocol::statement::{
    BackupKeyStatement, EpochStatement, ForgetStatement, PersonaReplacement, RevokeStatement,
    Signed, recovery_hash,
};
use keyward_relay::{Limits, Relay, RelayConfig, Scope, UnixClock};
use keyward_relay_api::authority::credential::{CREDENTIAL_LIMIT, epoch_at, validity};
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_relay_api::batch::{AccessAnswer, UploadBatch, UploadRecord};
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::recovery::{ForgetBackupKey, PostForget, PutBackupKey};
use keyward_relay_api::types::{GrantKey, PostGrant};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// 22 November 2026; certificates of the world are valid around it.
pub const START: u64 = 1_795_340_000;
pub const DAY: u64 = 86_400;

/// A clock the test moves.
pub struct TestClock(pub AtomicU64);

impl TestClock {
    pub fn new() -> Arc<TestClock> {
        Arc::new(TestClock(AtomicU64::new(START)))
    }

    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }

    pub fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl UnixClock for TestClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub struct Clinic {
    pub authority: SigningKey,
    pub service: ServiceId,
}

/// The wish that a doctor's backup be forgotten.
pub fn forget_backup(clinic: &Clinic, key: &SigningKey) -> ForgetBackupKey {
    let statement = ForgetStatement {
        service_id: clinic.service,
        subject: key.verifying_key().key_id(),
        asked_at: START,
    };
    ForgetBackupKey {
        key: key.verifying_key().to_bytes().to_vec(),
        statement: Signed::sign(key, statement).unwrap().to_bytes(),
    }
}

/// A key of somebody's backups.
pub fn backup_key() -> SigningKey {
    SigningKey::generate(&mut rand::rng()).unwrap()
}

impl Clinic {
    pub fn new() -> Clinic {
        let rng = &mut rand::rng();
        Clinic { authority: SigningKey::generate(rng).unwrap(), service: ServiceId::random(rng) }
    }

    /// The clinic of another process, by what it says of itself in [`Clinic::secret`].
    pub fn from_secret(secret: &str) -> Clinic {
        let secret = hex::decode(secret).unwrap();
        let (authority, service) = secret.split_at(32);
        Clinic {
            authority: SigningKey::from_bytes(authority.try_into().unwrap()).unwrap(),
            service: ServiceId::from_bytes(service.try_into().unwrap()),
        }
    }

    /// The whole clinic as one word, for a process of its own.
    pub fn secret(&self) -> String {
        let authority = self.authority.expose_secret();
        hex::encode([authority.as_slice(), self.service.as_bytes().as_slice()].concat())
    }

    pub fn patient(&self) -> Patient {
        self.patient_at(START)
    }

    /// Certified in the epoch a time lies in.
    pub fn patient_at(&self, time: u64) -> Patient {
        let rng = &mut rand::rng();
        let signing = SigningKey::generate(rng).unwrap();
        let decryption = DecryptionKey::generate(rng).unwrap();
        let recovery = SigningKey::generate(rng).unwrap();
        let keys = PersonaKeys {
            signing: &signing,
            decryption: &decryption,
            recovery_hash: recovery_hash(recovery.verifying_key()),
        };
        let certificate = self.certify(&keys, time);
        let (master, object) = (MasterSecret::generate(rng), self.epoch_object(time));
        Patient { master, signing, decryption, recovery, certificate, object }
    }

    /// A certificate of the epoch a time lies in, by the way an authority takes.
    pub fn certify(&self, keys: &PersonaKeys<'_>, time: u64) -> VerifiedPersona {
        let rng = &mut rand::rng();
        let epoch = self.verified_epoch(&self.epoch_object(time));
        let issuer = IssuerKey::derive(&self.authority, self.service, epoch.object().epoch);
        let device = SigningKey::generate(rng).unwrap();
        let (pending, request) = IssuanceRequest::new(rng, &epoch, &device).unwrap();
        let asked = request.clone().verify(&epoch, device.verifying_key()).unwrap();
        let response = asked.issue(rng, &issuer).unwrap();
        let public = &epoch.object().issuer;
        let credential = pending.finish(public, request.credential_request(), &response).unwrap();
        let shown = AnonymousRequest::create(rng, keys, &epoch, &credential, 0).unwrap();
        let asked = AnonymousRequest::verify(&shown, &epoch, &issuer).unwrap();
        let raw = asked.certificate.issue(&self.authority).unwrap();
        AnonymousCertificate::verify(&raw, &epoch).unwrap()
    }

    pub fn verified_epoch(&self, object: &[u8]) -> VerifiedEpoch {
        VerifiedEpoch::verify(object, self.authority.verifying_key(), self.service).unwrap()
    }

    /// The object of the credential epoch a time lies in.
    pub fn epoch_object(&self, now: u64) -> Vec<u8> {
        let epoch = epoch_at(now);
        let issuer = IssuerKey::derive(&self.authority, self.service, epoch);
        let valid = validity(epoch).unwrap();
        self.signed_epoch(CredentialEpoch {
            service_id: self.service,
            epoch,
            issuer: issuer.public(),
            tracing: Tracing::Nobody,
            limit: Limit::new(CREDENTIAL_LIMIT).unwrap(),
            valid_from: valid.start,
            valid_until: valid.end,
        })
    }

    pub fn signed_epoch(&self, object: CredentialEpoch) -> Vec<u8> {
        Signed::sign(&self.authority, object).unwrap().to_bytes()
    }

    pub fn doctor(&self, name: &str) -> Doctor {
        let rng = &mut rand::rng();
        let signing = SigningKey::generate(rng).unwrap();
        let grant = DecryptionKey::generate(rng).unwrap();
        let mailbox = DecryptionKey::generate(rng).unwrap();
        let certificate = ClinicianCertificate {
            service_id: self.service,
            verification: signing.verifying_key().clone(),
            grant_key: *grant.encapsulation_key(),
            mailbox: *mailbox.encapsulation_key(),
            name: name.to_owned(),
            role: "Cardiologist".to_owned(),
            organisation: "Synthetic Clinic".to_owned(),
            registration_number: None,
            valid_from: START - DAY,
            valid_until: START + 365 * DAY,
        };
        let raw = certificate.issue(&self.authority).unwrap();
        let authorities = [self.authority.verifying_key().clone()];
        let certificate = ClinicianCertificate::verify_signature_only(&raw, &authorities).unwrap();
        Doctor { signing, grant, mailbox, certificate }
    }
}

pub struct Patient {
    pub master: MasterSecret,
    pub signing: SigningKey,
    pub decryption: DecryptionKey,
    pub recovery: SigningKey,
    pub certificate: VerifiedPersona,
    /// The object of her epoch.
    pub object: Vec<u8>,
}

impl Patient {
    pub fn id(&self) -> PersonaId {
        self.certificate.id()
    }

    /// Her certificate of the epoch a time lies in.
    pub fn renewed(&self, clinic: &Clinic, time: u64) -> VerifiedPersona {
        let keys = PersonaKeys {
            signing: &self.signing,
            decryption: &self.decryption,
            recovery_hash: recovery_hash(self.recovery.verifying_key()),
        };
        clinic.certify(&keys, time)
    }

    /// A new compartment with one epoch, not yet known to a relay.
    pub fn chart(&self) -> Chart {
        let rng = &mut rand::rng();
        let (compartment, epoch) = (CompartmentId::random(rng), EpochId::random(rng));
        Chart {
            compartment,
            epoch,
            device: DeviceId::random(rng),
            key: DelegatingKey::derive(&self.master, self.id(), compartment, epoch),
            head: Head::empty(self.id(), compartment, epoch, START),
        }
    }

    pub fn epoch_statement(&self, chart: &Chart, closes: Option<EpochId>) -> Vec<u8> {
        let statement = EpochStatement {
            persona: self.id(),
            compartment: chart.compartment,
            epoch: chart.epoch,
            closes,
            opened_at: START,
        };
        Signed::sign(&self.signing, statement).unwrap().to_bytes()
    }

    /// Moves the chart to a fresh epoch and gives the statement that opens it.
    pub fn next_epoch(&self, chart: &mut Chart) -> Vec<u8> {
        let closes = chart.epoch;
        chart.epoch = EpochId::random(&mut rand::rng());
        chart.key = DelegatingKey::derive(&self.master, self.id(), chart.compartment, chart.epoch);
        chart.head.open_epoch(chart.epoch).unwrap();
        self.epoch_statement(chart, Some(closes))
    }

    /// Seals one record and moves the chart's head.
    pub fn seal(&self, chart: &mut Chart, content: &[u8]) -> UploadRecord {
        let rng = &mut rand::rng();
        let record_id = RecordId::random(rng);
        let fresh = FreshCek::generate(rng, &chart.key, &record_id, content);
        let (sealed, cek) =
            payload::seal(fresh, &record_id, ContentType::FhirJson, content).unwrap();
        let (position, previous) = chart.head.next_place(chart.device);
        let core = HeaderCore {
            persona: self.id(),
            compartment: chart.compartment,
            epoch: chart.epoch,
            record_id,
            device: chart.device,
            position,
            previous,
            ciphertext_hash: sealed.hash,
            ciphertext_len: sealed.bytes.len() as u64,
        };
        let entry = PoolEntry::prepare(rng, &chart.key).unwrap();
        let capsule = capsule::seal(entry, &core, &cek).unwrap();
        let header = RecordHeader { core, capsule };
        chart.head.append(&header).unwrap();
        let header = Signed::sign(&self.signing, header).unwrap().to_bytes();
        UploadRecord { header, payload: sealed.bytes }
    }

    pub fn sign_head(&self, chart: &Chart) -> Vec<u8> {
        Signed::sign(&self.signing, chart.head.clone()).unwrap().to_bytes()
    }

    /// `n` records and the head after them.
    pub fn batch(&self, chart: &mut Chart, n: usize) -> UploadBatch {
        let records = (0..n).map(|i| self.seal(chart, format!("record {i}").as_bytes())).collect();
        UploadBatch { heads: vec![self.sign_head(chart)], records }
    }

    pub fn grant(
        &self,
        id: GrantId,
        revision: u32,
        doctor: &Doctor,
        charts: &[&Chart],
        until: u64,
    ) -> PostGrant {
        let mut builder =
            GrantBuilder::new(&self.master, &self.certificate, &doctor.certificate, id)
                .unwrap()
                .revision(revision)
                .valid(START - 60, until);
        for chart in charts {
            builder = builder.entry(&chart.key);
        }
        let (signed, keys) = builder.sign(&self.signing).unwrap();
        let message = GrantMessage {
            grant: signed.clone(),
            epoch_object: self.object.clone(),
            persona_certificate: self.certificate.raw().to_vec(),
            share: b"synthetic share".to_vec(),
        };
        let message = message.seal(&mut rand::rng(), &self.signing, &doctor.certificate).unwrap();
        let keys = GrantKey::of_entries(&signed.unverified().entries, &keys);
        PostGrant { signed_grant: signed.to_bytes(), keys, message }
    }

    /// Her recovery key's word that another continues her.
    pub fn replaced_by(&self, clinic: &Clinic, successor: &Patient, at: u64) -> Vec<u8> {
        let statement = PersonaReplacement {
            service_id: clinic.service,
            persona: self.id(),
            recovery: self.recovery.verifying_key().clone(),
            successor: successor.id(),
            replaced_at: at,
        };
        statement.sign(&self.recovery).unwrap().to_bytes()
    }

    /// Her wish to be forgotten.
    pub fn forget(&self, clinic: &Clinic) -> PostForget {
        let statement = ForgetStatement {
            service_id: clinic.service,
            subject: self.id().to_bytes(),
            asked_at: START,
        };
        PostForget {
            certificate: self.certificate.raw().to_vec(),
            statement: Signed::sign(&self.signing, statement).unwrap().to_bytes(),
        }
    }

    pub fn revocation(&self, grant: GrantId) -> Vec<u8> {
        let statement = RevokeStatement { persona: self.id(), grant_id: grant, revoked_at: START };
        Signed::sign(&self.signing, statement).unwrap().to_bytes()
    }
}

pub struct Chart {
    pub compartment: CompartmentId,
    pub epoch: EpochId,
    pub device: DeviceId,
    pub key: DelegatingKey,
    pub head: Head,
}

pub struct Doctor {
    pub signing: SigningKey,
    pub grant: DecryptionKey,
    pub mailbox: DecryptionKey,
    pub certificate: VerifiedClinician,
}

impl Doctor {
    /// Her word that her backups lie under this key.
    pub fn vouch_for(&self, clinic: &Clinic, key: &SigningKey) -> PutBackupKey {
        let statement = BackupKeyStatement {
            service_id: clinic.service,
            clinician: self.certificate.hash(),
            key: key.verifying_key().clone(),
            stated_at: START,
        };
        PutBackupKey {
            certificate: self.certificate.raw().to_vec(),
            statement: Signed::sign(&self.signing, statement).unwrap().to_bytes(),
        }
    }

    pub fn open_message(&self, clinic: &Clinic, sealed: &[u8]) -> OpenedGrant {
        let (key, own) = (clinic.authority.verifying_key(), &self.certificate);
        GrantMessage::open(&self.mailbox, own, key, clinic.service, START, sealed).unwrap()
    }

    /// Verifies and opens one whole answer: head, chain, tags, payloads.
    pub fn read(
        &self,
        opened: &OpenedGrant,
        answer: &AccessAnswer,
        seen: Option<&SeenHead>,
    ) -> Result<(Vec<Vec<u8>>, SeenHead), String> {
        let key = &opened.persona.verification;
        let head = SignedHead::from_bytes(&answer.head)
            .map_err(|e| e.to_string())?
            .verify(key)
            .map_err(|e| e.to_string())?;
        let mut chain = ChainVerifier::new(&head, seen).map_err(|e| e.to_string())?;
        let opening = opened.grant.opening_keys(&self.grant).map_err(|e| e.to_string())?;
        let entries = &opened.grant.statement().entries;
        let prepared: Vec<_> = entries
            .iter()
            .zip(&opening)
            .map(|(entry, key)| (entry, PreparedOpening::import(key).unwrap()))
            .collect();
        let mut contents = Vec::new();
        for record in &answer.records {
            let header = SignedHeader::from_bytes(&record.header)
                .map_err(|e| e.to_string())?
                .verify(key)
                .map_err(|e| e.to_string())?;
            chain.accept(&header).map_err(|e| e.to_string())?;
            header.check_payload(&record.payload).map_err(|e| e.to_string())?;
            let (_, opening) = prepared
                .iter()
                .find(|(entry, _)| {
                    (entry.compartment, entry.epoch) == (header.compartment, header.epoch)
                })
                .ok_or("a record outside the grant")?;
            let cek = opening
                .open(Transformed::from_bytes(record.transformed), &header)
                .map_err(|e| e.to_string())?;
            let opened = payload::open(&cek, &header.record_id, &record.payload)
                .map_err(|e| e.to_string())?;
            contents.push(opened.bytes.to_vec());
        }
        let epochs: Vec<EpochId> = entries
            .iter()
            .filter(|entry| entry.compartment == head.compartment)
            .map(|entry| entry.epoch)
            .collect();
        let seen = chain.finish(&epochs).map_err(|e| e.to_string())?;
        Ok((contents, seen))
    }
}

pub fn storage_key() -> SecretBytes32 {
    SecretBytes32::new([0x5a; 32])
}

pub fn config(clinic: &Clinic, clock: &Arc<TestClock>, dir: &Path) -> RelayConfig {
    let clock: Arc<dyn UnixClock> = Arc::clone(clock) as _;
    let authorities = vec![clinic.authority.verifying_key().clone()];
    let mut config = RelayConfig::new(
        dir,
        storage_key(),
        clinic.service,
        authorities,
        Scope::ThisComputer,
        clock,
    );
    config.limits = Limits::without_rates();
    config
}

/// A relay serving on loopback until it is dropped.
pub struct Served {
    pub relay: Relay,
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<tokio::task::JoinHandle<()>>,
    runtime: Runtime,
}

impl Served {
    pub fn start(config: RelayConfig) -> Served {
        Served::start_with(config, |relay| Box::pin(async move { relay }))
    }

    pub fn start_with(
        config: RelayConfig,
        with: impl FnOnce(Relay) -> std::pin::Pin<Box<dyn Future<Output = Relay>>>,
    ) -> Served {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let relay = runtime.block_on(async {
            let relay = Relay::open(config).await.unwrap();
            with(relay).await
        });
        Served::serve(runtime, relay)
    }

    pub fn serve(runtime: Runtime, relay: Relay) -> Served {
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = {
            let relay = relay.clone();
            runtime.spawn(async move {
                relay
                    .serve(listener, async move {
                        let _ = stopped.await;
                    })
                    .await;
            })
        };
        Served { relay, url, stop: Some(stop), serving: Some(serving), runtime }
    }

    /// A client, once the relay has pinned the objects of the epochs around now, as the first
    /// patient has it do.
    pub fn client(&self, clinic: &Clinic, clock: &Arc<TestClock>) -> RelayClient {
        let (client, now) = (self.stranger(clinic, clock), clock.now());
        for time in [now.saturating_sub(EPOCH_SECONDS), now] {
            // Of other times, where a test moved the clock far away, none is taken.
            let _ = client.pin_credential_epoch(clinic.epoch_object(time));
        }
        client
    }

    /// A client of a relay that nobody has shown anything.
    pub fn stranger(&self, clinic: &Clinic, clock: &Arc<TestClock>) -> RelayClient {
        let clock: Arc<dyn UnixClock> = Arc::clone(clock) as _;
        RelayClient::new(&self.url, clinic.service, clock).unwrap()
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            self.runtime.block_on(serving).unwrap();
        }
    }
}

/// A grant's id and when it ends, for tests that do not care.
pub fn fresh_grant() -> GrantId {
    GrantId::random(&mut rand::rng())
}

/// Parses what a grant says, without checking it.
pub fn statement_of(grant: &PostGrant) -> SignedGrant {
    SignedGrant::from_bytes(&grant.signed_grant).unwrap()
}
