//! A patient's device: the protocol's own code, and the clients the app uses, in the order the app
//! calls them (`crates/app/src/patient/sharing/carry.rs`, `crates/app/src/credential`).

use std::collections::BTreeMap;

use keyward_protocol::{
    arc::{Credential, CredentialResponse},
    capsule::{self, DelegatingKey, FreshCek, PoolEntry},
    certificate::{
        AnonymousCertificate, AnonymousRequest, PersonaKeys, VerifiedClinician, VerifiedPersona,
    },
    chain::{Head, HeaderCore, RecordHeader},
    cpace::Initiator,
    credential_epoch::VerifiedEpoch,
    grant::{GrantBuilder, GrantMessage},
    ids::{CompartmentId, DeviceId, EpochId, GrantId, PersonaId, RecordId},
    invitation::{Invitation, Purpose},
    issuance::IssuanceRequest,
    keys::{DecryptionKey, MasterSecret, SigningKey},
    payload::{self, ContentType},
    statement::{EpochStatement, Signed, recovery_hash},
};
use keyward_relay_api::{
    authority::{
        client::AuthorityClient,
        credential::{ISSUES_PER_EPOCH, epoch_at},
        enrol::{EnrolFinish, EnrolRequest, EnrolStart, PROOF_LABEL, challenge},
        people::{CheckIdentity, DocumentKind, PersonDraft, RegisterPerson},
    },
    batch::{UploadBatch, UploadRecord},
    client::RelayClient,
    recovery::PostBackup,
    types::{GrantKey, PostGrant},
};
use rand::{Rng as _, RngExt as _, rngs::StdRng};

use crate::people::{DAY, Patient};
use crate::services::Services;
use crate::settings::{Ahead, Delay, Settings};

/// What stands in the way, in words.
pub type Outcome<T = ()> = Result<T, String>;

fn told<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}

/// A persona's keys.
struct Keys {
    signing: SigningKey,
    decryption: DecryptionKey,
    recovery_hash: [u8; 32],
}

/// A certified persona.
struct Persona {
    keys: Keys,
    certificate: VerifiedPersona,
    /// The object of the certificate's epoch, which a letter to a doctor carries.
    object: Vec<u8>,
}

impl Persona {
    const fn signing(&self) -> &SigningKey {
        &self.keys.signing
    }

    const fn id(&self) -> PersonaId {
        self.certificate.id()
    }

    fn epoch(&self) -> u64 {
        self.certificate.epoch
    }
}

struct Space {
    persona: Persona,
    compartment: CompartmentId,
    epoch: EpochId,
    device: DeviceId,
    head: Head,
}

struct Held {
    object: Vec<u8>,
    epoch: VerifiedEpoch,
    credential: Credential,
    next: u16,
    issued: u64,
    issues: u32,
}

/// What one persona is for, as the truth has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// A space, by its place in the plan.
    Space(usize),
    /// The place of the backup.
    Backup,
}

/// One device with everything it has.
pub struct Device {
    enrolment: SigningKey,
    master: MasterSecret,
    /// Of all personas, where they have no own ones.
    recovery: SigningKey,
    held: BTreeMap<u64, Held>,
    pool: Vec<Persona>,
    spaces: BTreeMap<usize, Space>,
    backup: Option<(Persona, u64)>,
    shared: Option<(AuthorityClient, RelayClient)>,
    rng: StdRng,
    /// Whose personas are whose, for the referee.
    pub personas: Vec<(PersonaId, Use)>,
    /// Lengths of what was sent before padding, by persona.
    pub lengths: BTreeMap<PersonaId, Vec<u64>>,
    /// By persona: when the credential was issued that her first certificate came from.
    pub issued: BTreeMap<PersonaId, u64>,
}

impl Device {
    /// Enrols at the clinic, with everything the desk does before.
    ///
    /// # Errors
    /// What refused.
    pub fn enrol(world: &Services, settings: Settings, mut rng: StdRng) -> Outcome<Self> {
        let enrolment = SigningKey::generate(&mut rng).map_err(told)?;
        let desk = world.authority()?;
        let id = random_id(&mut rng);
        let person = PersonDraft {
            given_name: "Sample".into(),
            family_name: format!("Patient {}", &id[..8]),
            birth_date: "1980-02".into(),
            sex: None,
            phone: None,
            record_number: None,
        };
        let person = RegisterPerson { id, person };
        let person = desk.register_person(&world.operator, &person).map_err(told)?;
        let check = CheckIdentity {
            check_id: random_id(&mut rng),
            document: DocumentKind::Passport,
            note: None,
        };
        desk.check_identity(&world.operator, &person.id, &check).map_err(told)?;
        let issued = desk.invite_person(&world.operator, &person.id).map_err(told)?;
        let code = Invitation::from_text(&issued.text).map_err(told)?.code;
        let client = world.authority()?;
        let (initiator, share) =
            Initiator::start(&mut rng, &code.secret(), code.handle(), Purpose::Patient);
        let start = EnrolStart { handle: code.handle().number(), share: share.clone() };
        let started = client.enrol_start(&start).map_err(told)?;
        let (session, confirm) =
            initiator.finish(&started.share, &started.confirm).map_err(told)?;
        let asked = challenge(&started.session, &share, &started.share);
        let request = EnrolRequest::Patient {
            enrolment_key: enrolment.verifying_key().to_bytes().to_vec(),
            proof: enrolment.sign(PROOF_LABEL, &asked).map_err(told)?.to_bytes().to_vec(),
            recovery_hash: Some(random(&mut rng).to_vec()),
        };
        let (sealed, _) =
            session.seal_request(&serde_json::to_vec(&request).map_err(told)?).map_err(told)?;
        let finish = EnrolFinish { session: started.session, confirm: confirm.to_vec(), sealed };
        client.enrol_finish(&finish).map_err(told)?;
        let shared = match settings.own_connections {
            true => None,
            false => Some((client, world.relay()?)),
        };
        Ok(Self {
            enrolment,
            master: MasterSecret::generate(&mut rng),
            recovery: SigningKey::generate(&mut rng).map_err(told)?,
            held: BTreeMap::new(),
            pool: Vec::new(),
            spaces: BTreeMap::new(),
            backup: None,
            shared,
            rng,
            personas: Vec::new(),
            lengths: BTreeMap::new(),
            issued: BTreeMap::new(),
        })
    }

    /// The id the clinic knows the device by.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        self.enrolment.verifying_key().key_id()
    }

    fn authority(&self, world: &Services) -> Outcome<AuthorityClient> {
        self.shared.as_ref().map_or_else(|| world.authority(), |(it, _)| Ok(it.clone()))
    }

    fn relay(&self, world: &Services) -> Outcome<RelayClient> {
        self.shared.as_ref().map_or_else(|| world.relay(), |(_, it)| Ok(it.clone()))
    }

    /// Gets a credential of the current epoch.
    ///
    /// # Errors
    /// What refused.
    pub fn issue(&mut self, world: &Services, settings: Settings) -> Outcome {
        let number = epoch_at(world.clock.now());
        let object = self.authority(world)?.credential_epoch().map_err(told)?;
        let key = world.authority_key.verifying_key();
        let epoch = VerifiedEpoch::verify(&object, key, world.service).map_err(told)?;
        let there = self.relay(world)?.pin_credential_epoch(object.clone()).map_err(told)?;
        if there != object {
            return Err("the relay has pinned another object".into());
        }
        let (pending, request) =
            IssuanceRequest::new(&mut self.rng, &epoch, &self.enrolment).map_err(told)?;
        let client = self.authority(world)?;
        let answer = client.issue_credential(&self.enrolment, request.to_bytes()).map_err(told)?;
        let response = CredentialResponse::from_bytes(&answer.response).map_err(told)?;
        let credential = pending
            .finish(&epoch.object().issuer, request.credential_request(), &response)
            .map_err(told)?;
        let issues = self.held.get(&number).map_or(1, |held| held.issues + 1);
        let held = Held { object, epoch, credential, next: 0, issued: world.clock.now(), issues };
        self.held.insert(number, held);
        // Certificates of the epoch before are good to the end of this one.
        let oldest = number - u64::from(settings.ahead == Ahead::Weeks);
        self.pool.retain(|persona| persona.epoch() >= oldest);
        Ok(())
    }

    /// Certifies one persona for later.
    ///
    /// # Errors
    /// What refused.
    pub fn certify(&mut self, world: &Services, settings: Settings) -> Outcome {
        let persona = self.fresh(world, settings)?;
        self.pool.push(persona);
        Ok(())
    }

    fn fresh(&mut self, world: &Services, settings: Settings) -> Outcome<Persona> {
        let recovery = SigningKey::generate(&mut self.rng).map_err(told)?;
        let recovery = if settings.own_recovery { &recovery } else { &self.recovery };
        let keys = Keys {
            signing: SigningKey::generate(&mut self.rng).map_err(told)?,
            decryption: DecryptionKey::generate(&mut self.rng).map_err(told)?,
            recovery_hash: recovery_hash(recovery.verifying_key()),
        };
        self.certified(world, settings, keys)
    }

    /// Shows the credential of the current epoch for a persona, on a connection that carries
    /// nothing else.
    fn certified(&mut self, world: &Services, settings: Settings, keys: Keys) -> Outcome<Persona> {
        let number = epoch_at(world.clock.now());
        if !self.held.contains_key(&number) {
            self.issue(world, settings)?;
        }
        let client = self.authority(world)?;
        let held = self.held.get_mut(&number).ok_or("no credential")?;
        let shown = PersonaKeys {
            signing: &keys.signing,
            decryption: &keys.decryption,
            recovery_hash: keys.recovery_hash,
        };
        let request = AnonymousRequest::create(
            &mut self.rng,
            &shown,
            &held.epoch,
            &held.credential,
            held.next,
        )
        .map_err(told)?;
        held.next += 1;
        let certificate = client.certify_anonymously(request).map_err(told)?;
        let certificate = AnonymousCertificate::verify(&certificate, &held.epoch).map_err(told)?;
        self.issued.entry(certificate.id()).or_insert(held.issued);
        Ok(Persona { keys, certificate, object: held.object.clone() })
    }

    /// A persona for a new use: out of the pool, or certified now.
    fn persona(&mut self, world: &Services, settings: Settings, it: Use) -> Outcome<Persona> {
        let number = epoch_at(world.clock.now());
        if settings.ahead == Ahead::Never
            && self.held.get(&number).is_none_or(|held| held.issues < ISSUES_PER_EPOCH)
        {
            self.issue(world, settings)?;
        }
        self.pool.retain(|persona| persona.epoch() + 1 >= number);
        // The keys of a backup's place follow from the kit: in the app she is nobody of those who are ready.
        let own = it == Use::Backup && settings.delay == Delay::Apart;
        let persona = match self.pool.is_empty() || own {
            false => self.pool.remove(0),
            true => self.fresh(world, settings)?,
        };
        self.personas.push((persona.id(), it));
        Ok(persona)
    }

    /// Makes a space: shows the persona, opens a key epoch, sends records, grants.
    ///
    /// # Errors
    /// What refused.
    pub fn open(
        &mut self,
        world: &Services,
        settings: Settings,
        (number, plan): (usize, &Patient),
        doctors: &[VerifiedClinician],
    ) -> Outcome {
        let persona = self.persona(world, settings, Use::Space(number))?;
        let id = persona.id();
        let (compartment, epoch) =
            (CompartmentId::random(&mut self.rng), EpochId::random(&mut self.rng));
        let now = world.clock.now();
        let head = Head::empty(id, compartment, epoch, now);
        let device = DeviceId::random(&mut self.rng);
        let mut space = Space { persona, compartment, epoch, device, head };
        let relay = self.relay(world)?;
        let key = space.persona.signing();
        relay.put_persona(key, space.persona.certificate.raw()).map_err(told)?;
        let statement =
            EpochStatement { persona: id, compartment, epoch, closes: None, opened_at: now };
        let statement = Signed::sign(key, statement).map_err(told)?.to_bytes();
        relay.open_epoch(key, &statement, &random_id(&mut self.rng)).map_err(told)?;
        let it = &plan.spaces[number];
        self.send_to(&relay, &mut space, &it.records)?;
        for doctor in &it.doctors {
            let grant = self.grant(&space, &doctors[*doctor], now)?;
            relay
                .grant(space.persona.signing(), &grant, &random_id(&mut self.rng))
                .map_err(told)?;
        }
        self.spaces.insert(number, space);
        Ok(())
    }

    fn grant(&mut self, space: &Space, doctor: &VerifiedClinician, now: u64) -> Outcome<PostGrant> {
        let id = space.persona.id();
        let key = DelegatingKey::derive(&self.master, id, space.compartment, space.epoch);
        let grant_id = GrantId::random(&mut self.rng);
        let (signed, keys) =
            GrantBuilder::new(&self.master, &space.persona.certificate, doctor, grant_id)
                .map_err(told)?
                .valid(now - 60, now + 170 * DAY)
                .entry(&key)
                .sign(space.persona.signing())
                .map_err(told)?;
        let message = GrantMessage {
            grant: signed.clone(),
            persona_certificate: space.persona.certificate.raw().to_vec(),
            epoch_object: space.persona.object.clone(),
            share: vec![b'x'; 900],
        };
        let message = message.seal(&mut self.rng, space.persona.signing(), doctor).map_err(told)?;
        let keys = GrantKey::of_entries(&signed.unverified().entries, &keys);
        Ok(PostGrant { signed_grant: signed.to_bytes(), keys, message })
    }

    /// Sends records that came later.
    ///
    /// # Errors
    /// What refused.
    pub fn send(&mut self, world: &Services, number: usize, records: &[usize]) -> Outcome {
        let Some(mut space) = self.spaces.remove(&number) else { return Ok(()) };
        let relay = self.relay(world)?;
        let outcome = self.send_to(&relay, &mut space, records);
        self.spaces.insert(number, space);
        outcome
    }

    fn send_to(&mut self, relay: &RelayClient, space: &mut Space, records: &[usize]) -> Outcome {
        let id = space.persona.id();
        let mut sealed = Vec::with_capacity(records.len());
        for length in records {
            self.lengths.entry(id).or_default().push(*length as u64);
            sealed.push(self.seal(space, *length)?);
        }
        let key = space.persona.signing();
        let head = Signed::sign(key, space.head.clone()).map_err(told)?.to_bytes();
        let batch = UploadBatch { heads: vec![head], records: sealed };
        relay.upload(key, &batch, &random_id(&mut self.rng)).map_err(told)?;
        Ok(())
    }

    fn seal(&mut self, space: &mut Space, length: usize) -> Outcome<UploadRecord> {
        let persona = space.persona.id();
        let rng = &mut self.rng;
        let content: Vec<u8> = (0..length).map(|_| rng.random_range(b'a'..=b'z')).collect();
        let key = DelegatingKey::derive(&self.master, persona, space.compartment, space.epoch);
        let record_id = RecordId::random(rng);
        let fresh = FreshCek::generate(rng, &key, &record_id, &content);
        let (sealed, cek) =
            payload::seal(fresh, &record_id, ContentType::FhirJson, &content).map_err(told)?;
        let (position, previous) = space.head.next_place(space.device);
        let core = HeaderCore {
            persona,
            compartment: space.compartment,
            epoch: space.epoch,
            record_id,
            device: space.device,
            position,
            previous,
            ciphertext_hash: sealed.hash,
            ciphertext_len: sealed.bytes.len() as u64,
        };
        let entry = PoolEntry::prepare(rng, &key).map_err(told)?;
        let capsule = capsule::seal(entry, &core, &cek).map_err(told)?;
        let header = RecordHeader { core, capsule };
        space.head.append(&header).map_err(told)?;
        let header = Signed::sign(space.persona.signing(), header).map_err(told)?.to_bytes();
        Ok(UploadRecord { header, payload: sealed.bytes })
    }

    /// Asks whether the relay knows more, and for the access history; if not `really`, only what would be seen of it
    /// is noted.
    ///
    /// # Errors
    /// What refused.
    pub fn contact(&self, world: &Services, number: usize, really: bool) -> Outcome {
        let Some(space) = self.spaces.get(&number) else { return Ok(()) };
        if !really {
            world.notebook.note_planned(world.clock.now(), space.persona.id().to_bytes());
            return Ok(());
        }
        let (relay, key) = (self.relay(world)?, space.persona.signing());
        relay.all_compartments(key).map_err(told)?;
        relay.accesses(key, 0).map_err(told)?;
        Ok(())
    }

    /// Has a space's persona certified in the current epoch, and shows it.
    ///
    /// # Errors
    /// What refused.
    pub fn renew(&mut self, world: &Services, settings: Settings, number: usize) -> Outcome {
        let epoch = epoch_at(world.clock.now());
        // Once an epoch; one that was certified ahead may be of this one.
        if self.spaces.get(&number).is_none_or(|space| space.persona.epoch() >= epoch) {
            return Ok(());
        }
        let Some(mut space) = self.spaces.remove(&number) else { return Ok(()) };
        space.persona = self.certified(world, settings, space.persona.keys)?;
        let relay = self.relay(world)?;
        relay
            .put_persona(space.persona.signing(), space.persona.certificate.raw())
            .map_err(told)?;
        self.spaces.insert(number, space);
        Ok(())
    }

    /// A new certificate for the place of the backup.
    ///
    /// # Errors
    /// What refused.
    pub fn renew_backup(&mut self, world: &Services, settings: Settings) -> Outcome {
        let Some((persona, sequence)) = self.backup.take() else { return Ok(()) };
        let persona = self.certified(world, settings, persona.keys)?;
        let raw = persona.certificate.raw();
        self.relay(world)?.put_persona(persona.signing(), raw).map_err(told)?;
        self.backup = Some((persona, sequence));
        Ok(())
    }

    /// Stores a version of the backup with one pack, padded like those of the app.
    ///
    /// # Errors
    /// What refused.
    pub fn back_up(&mut self, world: &Services, settings: Settings, length: usize) -> Outcome {
        let (mut persona, sequence) = match self.backup.take() {
            Some((persona, sequence)) => (persona, sequence + 1),
            None => {
                let persona = self.persona(world, settings, Use::Backup)?;
                self.relay(world)?
                    .put_persona(persona.signing(), persona.certificate.raw())
                    .map_err(told)?;
                (persona, 1)
            }
        };
        let relay = self.relay(world)?;
        if epoch_at(world.clock.now()) > persona.epoch() + 1 {
            persona = self.certified(world, settings, persona.keys)?;
            relay.put_persona(persona.signing(), persona.certificate.raw()).map_err(told)?;
        }
        let mut pack = vec![0; padded(length)];
        self.rng.fill_bytes(&mut pack);
        let key = persona.signing();
        let pack = relay.put_backup_pack(key, &pack, &random_id(&mut self.rng)).map_err(told)?.pack;
        let mut manifest = vec![0; 512];
        self.rng.fill_bytes(&mut manifest);
        let version = PostBackup { sequence, packs: vec![pack], manifest };
        relay.put_backup(key, &version, &random_id(&mut self.rng)).map_err(told)?;
        self.backup = Some((persona, sequence));
        Ok(())
    }
}

/// Padmé: as many low bits are zero as the length has more than its logarithm.
fn padded(length: usize) -> usize {
    let bits = length.max(2).ilog2();
    let last = (1_usize << (bits - (bits.ilog2() + 1).min(bits))) - 1;
    (length + last) & !last
}

fn random(rng: &mut StdRng) -> [u8; 32] {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    bytes
}

fn random_id(rng: &mut StdRng) -> String {
    random(rng)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
