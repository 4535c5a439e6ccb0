//! A clinic on a loopback port with a clock that stands still until told otherwise.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses a part of it")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use keyward_authority::{Authority, AuthorityConfig, Operator, StoreError};
use keyward_protocol::{
    certificate::{ClinicianKeys, ClinicianRequest, PersonaKeys},
    cpace::Initiator,
    ids::PersonaId,
    invitation::{Code, Invitation, Purpose},
    keys::{DecryptionKey, SigningKey},
    statement::{EnrolmentReplacement, ForgetStatement, Signed, recovery_hash},
};
use keyward_relay_api::{
    authority::{
        client::AuthorityClient,
        clinicians::{ClinicianDraft, EnrolClinician},
        enrol::{EnrolAnswer, EnrolFinish, EnrolRequest, EnrolStart, PROOF_LABEL, challenge},
        people::{CheckIdentity, DocumentKind, Person, PersonDraft, RegisterPerson},
        recovery::EnrolmentReceipt,
        status::Scope,
    },
    http::{ClientError, UnixClock},
    problem::ProblemCode,
};
use rand::{RngExt as _, SeedableRng, rngs::StdRng};
use reqwest::Method;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// 25 July 2026.
pub const NOW: u64 = 1_785_000_000;
pub const DAY: u64 = 86_400;
pub const NAME: &str = "Quillonia";
pub const FAMILY: &str = "Sampleperson-Zebrawood";

pub use keyward_authority::Door;

pub const ID: &str = "00000000000000000000000000000000";

/// The router's own table; `{id}` stands for nobody.
pub fn routes() -> Vec<(Method, String, Door)> {
    keyward_authority::routes()
        .into_iter()
        .map(|route| (route.method, route.path.replace("{id}", ID), route.door))
        .collect()
}

pub struct TestClock(AtomicU64);

impl TestClock {
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::SeqCst);
    }
}

impl UnixClock for TestClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub fn rng() -> StdRng {
    StdRng::from_rng(&mut rand::rng())
}

pub fn id() -> String {
    let bytes: [u8; 16] = rng().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn key() -> SigningKey {
    SigningKey::generate(&mut rng()).unwrap()
}

/// Everything that outlives one opening of the store.
pub struct Keys {
    pub authority: [u8; 32],
    pub storage: [u8; 32],
    pub operator: SigningKey,
    pub clock: Arc<TestClock>,
}

impl Keys {
    pub fn new() -> Self {
        Self {
            authority: *key().expose_secret(),
            storage: rng().random(),
            operator: key(),
            clock: Arc::new(TestClock(AtomicU64::new(NOW))),
        }
    }

    /// As text, for a child.
    pub fn to_text(&self) -> String {
        let operator = self.operator.expose_secret();
        let all = [&self.authority[..], &self.storage, operator.as_slice()].concat();
        all.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What the text holds; the clock is new.
    pub fn from_text(text: &str) -> Self {
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
        let part = |n: usize| std::array::from_fn(|i| byte(32 * n + i));
        let operator = SigningKey::from_bytes(&part(2)).unwrap();
        Self { authority: part(0), storage: part(1), operator, ..Self::new() }
    }

    pub fn open(&self, dir: &Path) -> Result<Authority, StoreError> {
        self.open_as(dir, "Sample Clinic", "this-computer:relay")
    }

    pub fn open_as(
        &self,
        dir: &Path,
        clinic_name: &str,
        relay_url: &str,
    ) -> Result<Authority, StoreError> {
        Authority::open(self.config(dir, clinic_name, relay_url))
    }

    pub fn config(&self, dir: &Path, clinic_name: &str, relay_url: &str) -> AuthorityConfig {
        AuthorityConfig {
            dir: dir.to_owned(),
            credentials_file: dir.join("credentials.db"),
            clinic_name: clinic_name.into(),
            signing_key: SigningKey::from_bytes(&self.authority).unwrap(),
            operators: vec![Operator {
                name: "Front desk".into(),
                key: self.operator.verifying_key().clone(),
            }],
            relay_url: relay_url.into(),
            authority_url: "this-computer:authority".into(),
            scope: Scope::ThisComputer,
            clock: self.clock.clone(),
            storage_key: Zeroizing::new(self.storage),
            patient_invitation_days: AuthorityConfig::PATIENT_DAYS,
            clinician_invitation_days: AuthorityConfig::CLINICIAN_DAYS,
        }
    }
}

/// Who she is to the relay.
pub struct Persona {
    pub signing: SigningKey,
    pub decryption: DecryptionKey,
}

impl Persona {
    pub fn new() -> Self {
        Self { signing: key(), decryption: DecryptionKey::generate(&mut rng()).unwrap() }
    }

    pub fn id(&self) -> PersonaId {
        PersonaId::of(self.signing.verifying_key())
    }

    pub fn keys(&self) -> PersonaKeys<'_> {
        PersonaKeys { signing: &self.signing, decryption: &self.decryption, recovery_hash: [3; 32] }
    }
}

/// An authority served on loopback; stops gracefully when dropped.
pub struct Served {
    pub client: AuthorityClient,
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Served {
    pub fn start(authority: Authority, clock: Arc<TestClock>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let service = authority.service_id();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                authority.serve(listener, stop).await;
            });
        });
        let client = AuthorityClient::new(&url, service, clock).unwrap();
        Self { client, url, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// A served clinic in a folder of its own.
pub struct Clinic {
    pub served: Served,
    pub authority: Authority,
    pub keys: Keys,
    pub dir: tempfile::TempDir,
}

impl Clinic {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::new();
        let authority = keys.open(dir.path()).unwrap();
        let served = Served::start(authority.clone(), keys.clock.clone());
        Self { served, authority, keys, dir }
    }

    pub fn client(&self) -> &AuthorityClient {
        &self.served.client
    }

    pub fn operator(&self) -> &SigningKey {
        &self.keys.operator
    }

    pub fn register(&self) -> Person {
        let body = RegisterPerson { id: id(), person: draft() };
        self.client().register_person(self.operator(), &body).unwrap()
    }

    pub fn checked(&self) -> Person {
        let person = self.register();
        self.client().check_identity(self.operator(), &person.id, &check()).unwrap()
    }

    /// A person with an invitation.
    pub fn invited(&self) -> (Person, Invitation) {
        let person = self.checked();
        let invitation = self.invite(&person.id);
        (person, invitation)
    }

    pub fn invite(&self, id: &str) -> Invitation {
        let issued = self.client().invite_person(self.operator(), id).unwrap();
        Invitation::from_text(&issued.text).unwrap()
    }

    pub fn person(&self, id: &str) -> Person {
        self.client().person(self.operator(), id).unwrap()
    }

    pub fn enrol_clinician(&self, name: &str) -> (String, Invitation) {
        let body = EnrolClinician {
            id: id(),
            clinician: ClinicianDraft {
                name: name.into(),
                role: "Cardiologist".into(),
                organisation: "Sample Clinic".into(),
                registration_number: None,
            },
        };
        let issued = self.client().enrol_clinician(self.operator(), &body).unwrap();
        (body.id, Invitation::from_text(&issued.text).unwrap())
    }
}

pub fn draft() -> PersonDraft {
    PersonDraft {
        given_name: NAME.into(),
        family_name: FAMILY.into(),
        birth_date: "1980-02".into(),
        sex: None,
        phone: Some("+00 555 0100 4711".into()),
        record_number: Some("MRN-PLANTED-9".into()),
    }
}

pub fn check() -> CheckIdentity {
    CheckIdentity {
        check_id: id(),
        document: DocumentKind::Passport,
        note: Some("planted note".into()),
    }
}

/// A device that wants to enrol.
pub enum Device {
    Patient(SigningKey),
    Clinician { signing: SigningKey, grant: DecryptionKey, mailbox: DecryptionKey },
}

impl Device {
    pub fn patient() -> Self {
        Self::Patient(key())
    }

    pub fn clinician() -> Self {
        Self::Clinician {
            signing: key(),
            grant: DecryptionKey::generate(&mut rng()).unwrap(),
            mailbox: DecryptionKey::generate(&mut rng()).unwrap(),
        }
    }

    pub fn into_signing(self) -> SigningKey {
        match self {
            Self::Patient(key) | Self::Clinician { signing: key, .. } => key,
        }
    }

    pub fn signing(&self) -> &SigningKey {
        match self {
            Self::Patient(key) | Self::Clinician { signing: key, .. } => key,
        }
    }

    fn request(&self, clinic: &Served, challenge: [u8; 32]) -> EnrolRequest {
        match self {
            Self::Patient(key) => EnrolRequest::Patient {
                enrolment_key: key.verifying_key().to_bytes().to_vec(),
                proof: key.sign(PROOF_LABEL, &challenge).unwrap().to_bytes().to_vec(),
                recovery_hash: None,
            },
            Self::Clinician { signing, grant, mailbox } => {
                let service = clinic.client.status().unwrap().service_id;
                let keys = ClinicianKeys { signing, grant, mailbox };
                let request = ClinicianRequest::create(&mut rng(), &keys, service, &challenge);
                EnrolRequest::Clinician { request: request.unwrap() }
            }
        }
    }
}

/// How an enrolment ended.
pub enum Outcome {
    Answer(Box<EnrolAnswer>),
    /// The clinic's confirmation showed that it does not know this code.
    NotConfirmed,
    /// The clinic refused.
    Problem(ProblemCode),
}

impl Outcome {
    pub fn answer(self) -> EnrolAnswer {
        match self {
            Self::Answer(answer) => *answer,
            Self::NotConfirmed => panic!("the code was not confirmed"),
            Self::Problem(code) => panic!("{code}"),
        }
    }

    pub fn refusal(self) -> keyward_relay_api::authority::enrol::EnrolRefusal {
        match self.answer() {
            EnrolAnswer::Refused { reason } => reason,
            _ => panic!("not refused"),
        }
    }
}

pub fn problem(error: &ClientError) -> ProblemCode {
    error.problem().unwrap_or_else(|| panic!("{error}"))
}

/// Runs the whole exchange, as a device does.
pub fn enrol(clinic: &Served, code: &Code, purpose: Purpose, device: &Device) -> Outcome {
    enrol_with(clinic, code, purpose, |challenge| device.request(clinic, challenge))
}

/// The exchange with any request inside.
pub fn enrol_with(
    clinic: &Served,
    code: &Code,
    purpose: Purpose,
    request: impl FnOnce([u8; 32]) -> EnrolRequest,
) -> Outcome {
    exchange(&clinic.client, code, purpose, request)
}

fn exchange(
    client: &AuthorityClient,
    code: &Code,
    purpose: Purpose,
    request: impl FnOnce([u8; 32]) -> EnrolRequest,
) -> Outcome {
    let handle = code.handle();
    let (initiator, share) = Initiator::start(&mut rng(), &code.secret(), handle, purpose);
    let start = EnrolStart { handle: handle.number(), share: share.clone() };
    let started = match client.enrol_start(&start) {
        Ok(started) => started,
        Err(error) => return Outcome::Problem(problem(&error)),
    };
    let Ok((session, confirm)) = initiator.finish(&started.share, &started.confirm) else {
        return Outcome::NotConfirmed;
    };
    let request = request(challenge(&started.session, &share, &started.share));
    let (sealed, opener) = session.seal_request(&serde_json::to_vec(&request).unwrap()).unwrap();
    let finish = EnrolFinish { session: started.session, confirm: confirm.to_vec(), sealed };
    match client.enrol_finish(&finish) {
        Ok(finished) => {
            let opened = opener.open(&finished.sealed).unwrap();
            Outcome::Answer(Box::new(serde_json::from_slice(&opened).unwrap()))
        }
        Err(error) => Outcome::Problem(problem(&error)),
    }
}

/// A device with a recovery key that is lost, and what replaces it.
pub struct Losing {
    pub old: SigningKey,
    pub new: SigningKey,
    pub replacement: Vec<u8>,
    pub wish: Vec<u8>,
}

impl Losing {
    /// Enrols a device for a person whose identity was checked.
    pub fn enrolled(client: &AuthorityClient, operator: &SigningKey, id: &str) -> Losing {
        let issued = client.invite_person(operator, id).unwrap();
        let code = Invitation::from_text(&issued.text).unwrap().code;
        let (old, new, recovery) = (key(), key(), key());
        let hash = recovery_hash(recovery.verifying_key()).to_vec();
        exchange(client, &code, Purpose::Patient, |challenge| EnrolRequest::Patient {
            enrolment_key: old.verifying_key().to_bytes().to_vec(),
            proof: old.sign(PROOF_LABEL, &challenge).unwrap().to_bytes().to_vec(),
            recovery_hash: Some(hash),
        })
        .answer();
        let service_id = client.status().unwrap().service_id;
        let replacement = EnrolmentReplacement {
            service_id,
            enrolment: old.verifying_key().key_id(),
            recovery: recovery.verifying_key().clone(),
            successor: new.verifying_key().clone(),
            successor_recovery: [7; 32],
            replaced_at: NOW,
        };
        let subject = new.verifying_key().key_id();
        let wish = ForgetStatement { service_id, subject, asked_at: NOW };
        Losing {
            replacement: replacement.sign(&recovery).unwrap().to_bytes(),
            wish: Signed::sign(&new, wish).unwrap().to_bytes(),
            old,
            new,
        }
    }

    pub fn replace(&self, client: &AuthorityClient) -> Result<EnrolmentReceipt, ClientError> {
        client.replace_enrolment(&self.new, self.replacement.clone())
    }

    pub fn leave(&self, client: &AuthorityClient) -> Result<EnrolmentReceipt, ClientError> {
        client.leave(&self.new, self.wish.clone())
    }

    pub fn check_replaced(&self, client: &AuthorityClient) {
        let refused = client.set_recovery(&self.old, [8; 32]).unwrap_err();
        assert_eq!(problem(&refused), ProblemCode::BadSignature);
        client.set_recovery(&self.new, [7; 32]).unwrap();
    }
}

/// A code with the same handle and another secret.
pub fn wrong(code: &Code) -> Code {
    Code::generate_with_handle(&mut rng(), code.handle())
}
