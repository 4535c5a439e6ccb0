//! Sharing spaces: one persona each. A space's keys derive from the master secret and a random salt,
//! so nothing ties two spaces together; its name never leaves this computer in clear.

use std::sync::Arc;

use keyward_protocol::certificate::{
    AnonymousCertificate, PersonaKeys, PersonaRequest, VerifiedPersona,
};
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_protocol::domain::Label;
use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey};
use keyward_protocol::kit::{BackupPersona, KitPublic};
use keyward_relay_api::authority::persona::naming_challenge;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::credential::{self, Certified, Pace, Pooled};
use crate::error::{AppError, ErrorCode};
use crate::exchange::ShownAs;
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::patient::visibility::Visibility;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::keys::Recovery;
use crate::recovery::renew;
use crate::rhythm::{self, Queue};
use crate::session::Session;
use crate::store::{self, StoreError};
use crate::views::patient::{Anonymity, SpaceDraft, SpaceView};

mod anonymity;
mod pseudonym;
mod retire;

pub use self::retire::{Retired, decide_retirement, list as retired, retire};

/// Longest name of a space, in characters.
const MAX_NAME: usize = 60;
/// Most spaces of one profile: each is certified once an epoch, and a credential is good for 32, some of them
/// for backups and for personas certified ahead.
const MAX_SPACES: usize = 24;
/// An attestation is renewed when less than this is left of it.
pub(super) const RENEW_BEFORE: UnixSeconds = 30 * 86_400;

/// A sharing space as stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct Space {
    /// Private name.
    pub name: String,
    /// Name of an icon.
    pub icon: String,
    /// Doctors see the patient's name.
    pub shows_name: bool,
    /// What they see otherwise.
    pub pseudonym: String,
    /// Context of its keys, 16 random bytes.
    #[serde(with = "store::base64")]
    salt: Vec<u8>,
    /// When it was created.
    pub created: UnixSeconds,
    /// Its persona's certificate.
    #[serde(with = "store::base64_option")]
    pub certificate: Option<Vec<u8>>,
    /// The object of its credential epoch, with which it is checked.
    #[serde(default, with = "store::base64_option")]
    pub epoch_object: Option<Vec<u8>>,
    /// Nobody was certified ahead when this persona was needed: she was certified at that moment.
    #[serde(default)]
    pub at_once: bool,
    /// The certificate the relay has taken.
    #[serde(with = "store::base64_option")]
    pub presented: Option<Vec<u8>>,
    /// The clinic's attestation of her name, if the space shows it.
    #[serde(default, with = "store::base64_option")]
    pub attestation: Option<Vec<u8>>,
    /// Recovery keys its persona was certified with; the last is the one of the next certificate.
    #[serde(default)]
    pub recoveries: Vec<Recovery>,
    /// Lost personas this one continues, in order.
    #[serde(default)]
    pub continues: Vec<PersonaId>,
    /// Since she put it away.
    #[serde(default)]
    pub retired: Option<Retired>,
}

/// The keys of a space's persona.
pub struct Persona {
    /// Signs requests, headers, heads, grants.
    pub signing: Arc<SigningKey>,
    decryption: DecryptionKey,
    recovery_hash: [u8; 32],
}

impl Space {
    /// Reads one.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`], else what the vault reports.
    pub fn load(tx: &(impl Transaction + ?Sized), id: &str) -> Result<Self, AppError> {
        store::load(tx, Collection::Spaces, id)?.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The same of one that was not put away.
    ///
    /// # Errors
    /// As [`Space::load`].
    pub fn load_live(tx: &(impl Transaction + ?Sized), id: &str) -> Result<Self, AppError> {
        let space = Self::load(tx, id)?;
        if space.retired.is_none() { Ok(space) } else { Err(ErrorCode::NotFound.into()) }
    }

    /// All that were not put away, by id.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn live(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Self)>, StoreError> {
        let mut all = Self::all(tx)?;
        all.retain(|(_, space)| space.retired.is_none());
        Ok(all)
    }

    /// All, by id, also those that were put away.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn all(tx: &(impl Transaction + ?Sized)) -> Result<Vec<(String, Self)>, StoreError> {
        store::load_all(tx, Collection::Spaces)
    }

    /// Writes it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn save(&self, tx: &mut (impl Transaction + ?Sized), id: &str) -> Result<(), StoreError> {
        store::save(tx, Collection::Spaces, id, self)
    }

    /// The keys of its persona.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if a derivation fails.
    pub fn persona(&self, master: &MasterSecret) -> Result<Persona, AppError> {
        let recovery_hash = match self.recoveries.last() {
            Some(recovery) => recovery.hash,
            // Certified before there were kits: the same again until its next certificate.
            None => {
                let key = SigningKey::derive_from(master, Label::PersonaRecovery, &self.salt)
                    .map_err(|_| ErrorCode::Internal)?;
                Sha256::digest(key.verifying_key().to_bytes()).into()
            }
        };
        self.persona_with(master, recovery_hash)
    }

    /// The same, to be certified with another recovery key.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if a derivation fails.
    pub(crate) fn persona_with(
        &self,
        master: &MasterSecret,
        recovery_hash: [u8; 32],
    ) -> Result<Persona, AppError> {
        let failed = |_| AppError::from(ErrorCode::Internal);
        let salt = &self.salt;
        Ok(Persona {
            signing: Arc::new(
                SigningKey::derive_from(master, Label::PersonaSigning, salt).map_err(failed)?,
            ),
            decryption: DecryptionKey::derive_from(master, Label::PersonaEncapsulation, salt)
                .map_err(failed)?,
            recovery_hash,
        })
    }

    /// Draws the recovery key for the next certificate, if it needs one: the first, or one of a new
    /// kit. Only when a certificate is due, because one epoch certifies a persona in one way only.
    pub(crate) fn draw_recovery(
        &mut self,
        session: &Session,
        kit: &KitPublic,
        held: Option<&VerifiedPersona>,
    ) -> Result<bool, AppError> {
        let drawn = self.recoveries.last();
        // One that was drawn for a try that failed is tried again.
        let used = held.is_some_and(|held| drawn.is_none_or(|it| it.hash == held.recovery_hash));
        let fresh = drawn.is_none_or(|drawn| used && !drawn.is_of(kit));
        if fresh {
            self.recoveries.push(Recovery::draw(session, kit)?);
        }
        Ok(fresh)
    }

    /// Its certificate, if it is there and valid now. One of the identified type, from before there was
    /// this one, is none.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`] if the pinned key is none.
    pub fn certificate(
        &self,
        enrolment: &Enrolment,
        now: UnixSeconds,
    ) -> Result<Option<VerifiedPersona>, AppError> {
        let (Some(bytes), Some(object)) = (&self.certificate, &self.epoch_object) else {
            return Ok(None);
        };
        let key = enrolment.authority_key()?;
        let current = VerifiedEpoch::verify(object, &key, enrolment.service_id)
            .ok()
            .and_then(|epoch| AnonymousCertificate::verify(bytes, &epoch).ok())
            .filter(|certificate| certificate.check_current(now).is_ok());
        Ok(current)
    }

    /// Whether she was ever certified, in whatever epoch and way: then her keys are hers for good.
    pub fn was_certified(&self) -> bool {
        self.certificate.is_some() || self.presented.is_some()
    }

    /// The epoch its certificate is of. It was checked when it came.
    pub(crate) fn certified_in(&self) -> Option<u64> {
        self.epoch_object.as_ref()?;
        let held = AnonymousCertificate::unverified(self.certificate.as_ref()?).ok()?;
        Some(held.epoch)
    }

    /// What times of its own follow from.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.salt
    }

    /// Whether it is time to have this certificate renewed, well before it runs out.
    pub fn is_renewal_due(&self, certificate: &VerifiedPersona, now: UnixSeconds) -> bool {
        credential::renew_at(certificate.epoch, &self.salt) <= now
    }

    /// The space with a new certificate.
    pub(crate) fn certified(&mut self, certified: Certified) {
        self.certificate = Some(certified.certificate);
        self.epoch_object = Some(certified.object);
    }

    /// The space with somebody who was certified ahead as its persona.
    fn settled(&mut self, pooled: Pooled, at_once: bool) {
        let Pooled { salt, recovery, certificate, object } = pooled;
        (self.salt, self.recoveries, self.at_once) = (salt, vec![recovery], at_once);
        self.certified(Certified { certificate, object });
    }

    /// The secret under which ids and references are replaced in shared records of this space.
    pub fn link_key(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"keyward/v1/app/link-key\0");
        hash.update(&self.salt);
        hash.finalize().into()
    }

    /// How doctors see the patient in this space.
    pub fn shown_as(&self, enrolment: &Enrolment) -> ShownAs {
        match (&enrolment.person, self.shows_name) {
            (Some(person), true) => ShownAs::Name {
                name: person.name.clone(),
                birth_date: Some(person.birth_date.clone()),
            },
            _ => ShownAs::Pseudonym { text: self.pseudonym.clone() },
        }
    }
}

impl Persona {
    /// The one under which backups lie at the relay.
    pub(crate) fn of_backup(persona: BackupPersona) -> Self {
        let BackupPersona { signing, decryption, recovery_hash } = persona;
        Self { signing: Arc::new(signing), decryption, recovery_hash }
    }

    /// Has it certified in the epoch that is current, through the anonymous credential. `name` says whose
    /// it is, for this profile alone.
    ///
    /// # Errors
    /// What the authority reports; the codes of the anonymous credential.
    pub(crate) fn certify(&self, session: &Session, name: &str) -> Result<Certified, AppError> {
        let channels = session.network().credentials();
        Ok(credential::certify(session, channels, name, &self.keys())?)
    }

    fn keys(&self) -> PersonaKeys<'_> {
        PersonaKeys {
            signing: &self.signing,
            decryption: &self.decryption,
            recovery_hash: self.recovery_hash,
        }
    }

    /// The request to be named, bound to the device's enrolment key.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if signing fails.
    pub fn naming_request(
        &self,
        session: &Session,
        enrolment: &Enrolment,
        enrolment_key: &SigningKey,
    ) -> Result<Vec<u8>, AppError> {
        let (service, keys) = (enrolment.service_id, self.keys());
        let challenge = naming_challenge(service, enrolment_key.verifying_key());
        session
            .randomness()
            .with(|rng| PersonaRequest::create(rng, &keys, service, &challenge))
            .map_err(|_| ErrorCode::Internal.into())
    }
}

/// Creates a space. Its persona is one that was certified ahead, at a time that says nothing of this one;
/// if nobody is ready, she is certified now, which the space says. While the clinic is out of reach the space
/// is there without one, and gets her when something is first shared in it.
///
/// # Errors
/// A field error for a missing, overlong or repeated name; [`ErrorCode::NotEnrolled`]; the codes of the
/// anonymous credential where nobody can be certified in this epoch; else what the vault reports.
pub fn create(session: &Session, draft: &SpaceDraft) -> Result<SpaceView, AppError> {
    new_name(&*session.read()?, draft)?;
    let at_once = match is_apart(session)? {
        // Who is ready is taken; else it waits for its turn.
        true => false,
        false => match ready(session) {
            Err(error) if error.code.is_of_credential() || error.code == ErrorCode::Locked => {
                return Err(error);
            }
            outcome => outcome.unwrap_or_default(),
        },
    };
    let mut tx = session.begin()?;
    let name = new_name(&*tx, draft)?;
    let mut random = [0u8; 8 + 16 + 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    let (id, rest) = random.split_at(8);
    let (salt, words) = rest.split_at(16);
    let mut space = Space {
        name,
        icon: draft.icon.chars().take(MAX_NAME).collect(),
        shows_name: draft.shows_name,
        pseudonym: pseudonym::from_random(words),
        salt: salt.to_vec(),
        created: session.now(),
        certificate: None,
        epoch_object: None,
        at_once: false,
        presented: None,
        attestation: None,
        recoveries: Vec::new(),
        continues: Vec::new(),
        retired: None,
    };
    if let Some(pooled) = credential::take(session, &mut *tx)? {
        space.settled(pooled, at_once);
    }
    let id = hex::encode(id);
    space.save(&mut *tx, &id)?;
    tx.commit()?;
    session.changed();
    one(session, &id)
}

/// The name of a space that may be made.
fn new_name(tx: &(impl Transaction + ?Sized), draft: &SpaceDraft) -> Result<String, AppError> {
    Enrolment::require(tx)?;
    let spaces = Space::live(tx)?;
    let name = checked_name(&draft.name, None, &spaces)?;
    if spaces.len() >= MAX_SPACES {
        return Err(AppError::field("name", "too-many"));
    }
    Ok(name)
}

/// Sees to it that somebody is certified; whether that had to be done now.
fn ready(session: &Session) -> Result<bool, AppError> {
    if credential::count(&*session.read()?)? > 0 {
        return Ok(false);
    }
    // After a restore the clinic knows this computer's key only once the lost one is replaced.
    renew::enrolment(session, &session.enrolment()?)?;
    credential::keep_ready(session, session.network().credentials(), 1, Pace::Now)?;
    Ok(true)
}

fn is_apart(session: &Session) -> Result<bool, AppError> {
    rhythm::is_apart(&*session.read()?)
}

/// Gives a space that never had one a persona: one that is ready, and with `waits` no other.
///
/// # Errors
/// [`ErrorCode::CredentialWaits`] if nobody is ready; what the authority reports; the codes of the anonymous
/// credential; what the vault reports.
pub(crate) fn settle(session: &Session, id: &str, waits: bool) -> Result<(), AppError> {
    // What stood ready may turn out to be of an earlier epoch or of a former kit.
    for _ in 0..2 {
        let at_once = if waits { false } else { ready(session)? };
        let mut tx = session.begin()?;
        let mut space = Space::load(&*tx, id)?;
        if space.was_certified() {
            return Ok(());
        }
        let pooled = credential::take(session, &mut *tx)?;
        let found = pooled.is_some();
        if let Some(pooled) = pooled {
            space.settled(pooled, at_once);
            space.save(&mut *tx, id)?;
        }
        tx.commit()?;
        if found {
            session.changed();
            return Ok(());
        }
    }
    Err(if waits { ErrorCode::CredentialWaits } else { ErrorCode::Internal }.into())
}

/// Renames a space and gives it another icon. Doctors see nothing of it.
///
/// # Errors
/// As [`create`], and [`ErrorCode::NotFound`].
pub fn rename(session: &Session, id: &str, name: &str, icon: &str) -> Result<SpaceView, AppError> {
    let mut tx = session.begin()?;
    let mut space = Space::load_live(&*tx, id)?;
    space.name = checked_name(name, Some(id), &Space::live(&*tx)?)?;
    space.icon = icon.chars().take(MAX_NAME).collect();
    space.save(&mut *tx, id)?;
    tx.commit()?;
    session.changed();
    one(session, id)
}

fn checked_name(
    name: &str,
    own: Option<&str>,
    spaces: &[(String, Space)],
) -> Result<String, AppError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(AppError::field("name", "missing"));
    }
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(AppError::field("name", "too-long"));
    }
    let taken = spaces.iter().any(|(id, space)| {
        own != Some(id.as_str()) && space.name.to_lowercase() == name.to_lowercase()
    });
    if taken { Err(AppError::field("name", "taken")) } else { Ok(name.to_owned()) }
}

/// All spaces, in the order they were created.
///
/// # Errors
/// What the vault reports.
pub fn list(session: &Session) -> Result<Vec<SpaceView>, AppError> {
    let tx = session.read()?;
    let (now, enrolment) = (session.now(), Enrolment::load(&*tx)?);
    let shares = Share::all(&*tx)?;
    let visibility = Visibility::of(&shares, now);
    let queue = Queue::load(&*tx, now)?;
    let mut spaces = Space::live(&*tx)?;
    spaces.sort_by(|(a, x), (b, y)| (x.created, a).cmp(&(y.created, b)));
    let view = |(id, space): &(String, Space)| {
        let mut anonymity = anonymity::of(id, space, &spaces, &shares, enrolment.as_ref(), now);
        anonymity.apart = queue.is_some();
        let mut view = view(id, space.clone(), &shares, &visibility, anonymity, now);
        if let Some(queue) = &queue {
            view.waits = queue.of_space(&*tx, id, space)?;
        }
        Ok(view)
    };
    spaces.iter().map(view).collect()
}

fn one(session: &Session, id: &str) -> Result<SpaceView, AppError> {
    list(session)?
        .into_iter()
        .find(|space| space.id == id)
        .ok_or_else(|| ErrorCode::NotFound.into())
}

fn view(
    id: &str,
    space: Space,
    shares: &[(String, Share)],
    visibility: &Visibility,
    anonymity: Anonymity,
    now: UnixSeconds,
) -> SpaceView {
    let live = shares.iter().filter(|(_, share)| share.space == id && share.is_visible(now));
    SpaceView {
        id: id.to_owned(),
        live_shares: live.count() as u64,
        visibility: visibility.of_space(id),
        name: space.name,
        icon: space.icon,
        shows_name: space.shows_name,
        pseudonym: space.pseudonym,
        certified: anonymity.until.is_some(),
        created: space.created,
        waits: None,
        anonymity,
    }
}
