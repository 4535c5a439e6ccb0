//! Sharing spaces: one persona each. A space's keys derive from the master secret and a random salt,
//! so nothing ties two spaces together; its name never leaves this computer in clear.

use std::sync::Arc;

use keyward_protocol::certificate::{
    PersonaCertificate, PersonaKeys, PersonaRequest, VerifiedPersona,
};
use keyward_protocol::domain::Label;
use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::{DecryptionKey, MasterSecret, SigningKey};
use keyward_protocol::kit::{BackupPersona, KitPublic};
use keyward_relay_api::authority::persona::{challenge, naming_challenge};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{AppError, ErrorCode};
use crate::exchange::ShownAs;
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::patient::visibility::Visibility;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::keys::Recovery;
use crate::session::Session;
use crate::store::{self, StoreError};
use crate::views::patient::{SpaceDraft, SpaceView};

mod pseudonym;

/// Longest name of a space, in characters.
const MAX_NAME: usize = 60;
/// Most spaces of one profile (the authority certifies 64 personas per epoch).
const MAX_SPACES: usize = 32;
/// A certificate or attestation is renewed when less than this is left of it.
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

    /// All, by id.
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

    /// Its certificate, if it is there and valid now.
    ///
    /// # Errors
    /// [`ErrorCode::VaultCorrupt`] if the pinned key is none.
    pub fn certificate(
        &self,
        enrolment: &Enrolment,
        now: UnixSeconds,
    ) -> Result<Option<VerifiedPersona>, AppError> {
        let authorities = [enrolment.authority_key()?];
        let current = self
            .certificate
            .as_ref()
            .and_then(|bytes| PersonaCertificate::verify(bytes, &authorities, now).ok());
        Ok(current)
    }

    /// Whether it is time to have this certificate renewed, well before it runs out.
    pub fn is_renewal_due(certificate: &VerifiedPersona, now: UnixSeconds) -> bool {
        certificate.valid_until <= now.saturating_add(RENEW_BEFORE)
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

    /// Has it certified over the identified channel.
    ///
    /// # Errors
    /// What the authority reports; [`ErrorCode::AuthorityMisbehaves`] for another certificate than
    /// asked for.
    pub(crate) fn certify(
        &self,
        session: &Session,
        enrolment: &Enrolment,
    ) -> Result<VerifiedPersona, AppError> {
        let key = session.with_master(|master| enrolment.enrolment_key(master))?;
        let request = self.request(session, enrolment, &key)?;
        let authority = session.network().authority(&enrolment.authority(), Some(Arc::new(key)))?;
        let bytes = authority.certify_persona(&request)?;
        let authorities = [enrolment.authority_key()?];
        let certificate = PersonaCertificate::verify(&bytes, &authorities, session.now())
            .map_err(|_| ErrorCode::AuthorityMisbehaves)?;
        let same = certificate.verification == *self.signing.verifying_key()
            && certificate.recovery_hash == self.recovery_hash;
        if same { Ok(certificate) } else { Err(ErrorCode::AuthorityMisbehaves.into()) }
    }

    /// The request for its certificate, bound to the device's enrolment key.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] if signing fails.
    pub fn request(
        &self,
        session: &Session,
        enrolment: &Enrolment,
        enrolment_key: &SigningKey,
    ) -> Result<Vec<u8>, AppError> {
        let challenge = challenge(enrolment.service_id, enrolment_key.verifying_key());
        self.answer(session, enrolment, &challenge)
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
        let challenge = naming_challenge(enrolment.service_id, enrolment_key.verifying_key());
        self.answer(session, enrolment, &challenge)
    }

    fn answer(
        &self,
        session: &Session,
        enrolment: &Enrolment,
        challenge: &[u8; 32],
    ) -> Result<Vec<u8>, AppError> {
        let keys = PersonaKeys {
            signing: &self.signing,
            decryption: &self.decryption,
            recovery_hash: self.recovery_hash,
        };
        session
            .randomness()
            .with(|rng| PersonaRequest::create(rng, &keys, enrolment.service_id, challenge))
            .map_err(|_| ErrorCode::Internal.into())
    }
}

/// Creates a space. Its persona is certified when something is first shared in it, so that the
/// clinic does not learn how many spaces somebody merely thought about.
///
/// # Errors
/// A field error for a missing, overlong or repeated name; [`ErrorCode::NotEnrolled`]; else what
/// the vault reports.
pub fn create(session: &Session, draft: &SpaceDraft) -> Result<SpaceView, AppError> {
    let mut tx = session.begin()?;
    Enrolment::require(&*tx)?;
    let spaces = Space::all(&*tx)?;
    let name = checked_name(&draft.name, None, &spaces)?;
    if spaces.len() >= MAX_SPACES {
        return Err(AppError::field("name", "too-many"));
    }
    let mut random = [0u8; 8 + 16 + 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    let (id, rest) = random.split_at(8);
    let (salt, words) = rest.split_at(16);
    let space = Space {
        name,
        icon: draft.icon.chars().take(MAX_NAME).collect(),
        shows_name: draft.shows_name,
        pseudonym: pseudonym::from_random(words),
        salt: salt.to_vec(),
        created: session.now(),
        certificate: None,
        presented: None,
        attestation: None,
        recoveries: Vec::new(),
        continues: Vec::new(),
    };
    let id = hex::encode(id);
    space.save(&mut *tx, &id)?;
    tx.commit()?;
    session.changed();
    one(session, &id)
}

/// Renames a space and gives it another icon. Doctors see nothing of it.
///
/// # Errors
/// As [`create`], and [`ErrorCode::NotFound`].
pub fn rename(session: &Session, id: &str, name: &str, icon: &str) -> Result<SpaceView, AppError> {
    let mut tx = session.begin()?;
    let mut space = Space::load(&*tx, id)?;
    space.name = checked_name(name, Some(id), &Space::all(&*tx)?)?;
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
    let now = session.now();
    let shares = Share::all(&*tx)?;
    let visibility = Visibility::of(&shares, now);
    let mut spaces = Space::all(&*tx)?;
    spaces.sort_by(|(a, x), (b, y)| (x.created, a).cmp(&(y.created, b)));
    Ok(spaces.into_iter().map(|(id, space)| view(&id, space, &shares, &visibility, now)).collect())
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
        certified: space.certificate.is_some(),
        created: space.created,
    }
}
