//! The kit of a profile. Until it is confirmed the secret stands in the vault, so that it can be
//! shown again; then it is erased there and only [`KitPublic`] stays.

use keyward_protocol::invitation::fingerprint;
use keyward_protocol::kit::{KitKeys, KitPublic, KitSecret, KitServices, KitText};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::recovery::{KitCheck, KitStatus, KitView, KitWord};

/// The kit that counts.
const KIT: &str = "recovery/kit";
/// A kit that waits to be confirmed. Its row is the only place of the secret.
const PENDING: &str = "recovery/kit-pending";
/// How many words are asked again.
const ASKED: usize = 4;

/// What stays of a confirmed kit.
#[derive(Serialize, Deserialize)]
struct Confirmed {
    #[serde(with = "store::base64")]
    public: Vec<u8>,
    made: UnixSeconds,
    confirmed: UnixSeconds,
}

/// A kit before it is confirmed.
#[derive(Serialize, Deserialize)]
struct Pending {
    #[serde(with = "store::base64")]
    secret: Vec<u8>,
    made: UnixSeconds,
    asked: Vec<u32>,
    /// Made because a recovery key was needed, and nobody asked for a kit yet.
    #[serde(default)]
    unasked: bool,
}

impl Drop for Pending {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.secret);
    }
}

impl Pending {
    fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, AppError> {
        Ok(store::load(tx, Collection::Jobs, PENDING)?)
    }

    /// The one that somebody asked for.
    fn asked_for(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, AppError> {
        Ok(Self::load(tx)?.filter(|pending| !pending.unasked))
    }

    fn generate(session: &Session, unasked: bool) -> Self {
        let (secret, asked) = session.randomness().with(|rng| {
            let secret = KitSecret::generate(rng);
            (secret, asked_places(rng))
        });
        let secret = secret.expose_secret().to_vec();
        Self { secret, made: session.now(), asked, unasked }
    }

    fn secret(&self) -> Result<KitSecret, AppError> {
        let bytes = self.secret.as_slice().try_into().map_err(|_| ErrorCode::VaultCorrupt)?;
        Ok(KitSecret::from_bytes(bytes))
    }
}

/// How the kit stands, if one was made.
///
/// # Errors
/// What the vault reports.
pub fn status(session: &Session) -> Result<Option<KitStatus>, AppError> {
    let tx = session.read()?;
    let confirmed: Option<Confirmed> = store::load(&*tx, Collection::Jobs, KIT)?;
    let pending = Pending::asked_for(&*tx)?;
    let asked = pending.as_ref().map(|kit| kit.asked.clone()).unwrap_or_default();
    Ok(match (confirmed, pending) {
        (Some(kit), pending) => Some(KitStatus {
            made: kit.made,
            confirmed: Some(kit.confirmed),
            renewing: pending.is_some(),
            asked,
        }),
        (None, Some(kit)) => {
            Some(KitStatus { made: kit.made, confirmed: None, renewing: false, asked })
        }
        (None, None) => None,
    })
}

/// Makes a kit that waits to be confirmed, unless one waits already. A confirmed one counts on
/// until the new one is confirmed.
///
/// # Errors
/// What the vault reports.
pub fn make(session: &Session) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let pending = match Pending::load(&*tx)? {
        Some(pending) if !pending.unasked => return Ok(()),
        // Recovery keys of this one are certified already: it is the kit she gets.
        Some(mut pending) => {
            pending.unasked = false;
            pending.made = session.now();
            pending
        }
        None => Pending::generate(session, false),
    };
    store::save(&mut *tx, Collection::Jobs, PENDING, &pending)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

/// Different places from 1 to 12, rising.
fn asked_places(rng: &mut dyn rand_core::CryptoRng) -> Vec<u32> {
    let mut places = std::collections::BTreeSet::new();
    while places.len() < ASKED {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        // Bytes from 252 on would favour the first places.
        if byte[0] < 252 {
            places.insert(1 + u32::from(byte[0] % 12));
        }
    }
    places.into_iter().collect()
}

/// The kit that waits to be confirmed, to be shown or printed.
///
/// # Errors
/// [`ErrorCode::KitGone`] if none waits, else what the vault reports.
pub fn show(session: &Session) -> Result<KitView, AppError> {
    let (pending, enrolment) = {
        let tx = session.read()?;
        let pending = Pending::asked_for(&*tx)?.ok_or(ErrorCode::KitGone)?;
        (pending, Enrolment::load(&*tx)?)
    };
    let services = enrolment.as_ref().map(services).transpose()?;
    let kit = KitText { secret: pending.secret()?, services };
    let text = kit.to_text()?;
    let qr = qrcode::QrCode::new(text.as_bytes()).map_err(|_| ErrorCode::Internal)?;
    let qr_svg = qr.render::<qrcode::render::svg::Color<'_>>().quiet_zone(true).build();
    Ok(KitView {
        words: kit.secret.words()?.into_iter().map(str::to_owned).collect(),
        text: text.to_string(),
        qr_svg,
        made: pending.made,
        profile_name: session.profile().name.clone(),
        relay_url: enrolment.as_ref().and_then(super::at_relay::address_of),
        clinic_name: enrolment.map(|enrolment| enrolment.clinic_name),
    })
}

fn services(enrolment: &Enrolment) -> Result<KitServices, AppError> {
    Ok(KitServices {
        service_id: enrolment.service_id,
        authority_fingerprint: fingerprint(&enrolment.authority_key()?),
        relay_url: enrolment.relay_url.clone(),
        authority_url: enrolment.authority_url.clone(),
        clinic_name: enrolment.clinic_name.clone(),
    })
}

/// Compares the words typed again. If all asked ones are right the kit counts from now on, and its
/// secret is erased from the vault in the same transaction.
///
/// # Errors
/// [`ErrorCode::KitGone`] if none waits, else what the vault reports.
pub fn confirm(session: &Session, typed: &[KitWord]) -> Result<KitCheck, AppError> {
    let mut tx = session.begin()?;
    let pending = Pending::asked_for(&*tx)?.ok_or(ErrorCode::KitGone)?;
    let secret = pending.secret()?;
    let words = secret.words()?;
    let right = |place: u32| {
        let expected = usize::try_from(place).ok().and_then(|p| words.get(p.checked_sub(1)?));
        let given = typed.iter().find(|word| word.place == place);
        matches!((expected, given), (Some(expected), Some(given))
            if given.word.trim().eq_ignore_ascii_case(expected))
    };
    let wrong: Vec<u32> = pending.asked.iter().copied().filter(|place| !right(*place)).collect();
    if !wrong.is_empty() {
        return Ok(KitCheck { confirmed: false, wrong });
    }
    keep(&mut *tx, &secret, pending.made, session.now())?;
    tx.delete(Collection::Jobs, PENDING)?;
    tx.commit()?;
    session.changed();
    Ok(KitCheck { confirmed: true, wrong })
}

/// Stores the public part of a kit as the one that counts; what was remembered of backups under
/// another one is forgotten, so that the next backup is whole.
pub(super) fn keep(
    tx: &mut (impl Transaction + ?Sized),
    secret: &KitSecret,
    made: UnixSeconds,
    confirmed: UnixSeconds,
) -> Result<(), AppError> {
    let keys = KitKeys::of(secret).map_err(|_| ErrorCode::Internal)?;
    let public = keys.public().map_err(|_| ErrorCode::Internal)?;
    let row = Confirmed { public: public.to_bytes().to_vec(), made, confirmed };
    store::save(tx, Collection::Jobs, KIT, &row)?;
    super::state::forget(tx)
}

/// The public part of the kit that counts.
///
/// # Errors
/// [`ErrorCode::KitGone`] before one was confirmed, else what the vault reports.
pub fn public(tx: &(impl Transaction + ?Sized)) -> Result<KitPublic, AppError> {
    let kit: Confirmed = store::load(tx, Collection::Jobs, KIT)?.ok_or(ErrorCode::KitGone)?;
    let bytes = Zeroizing::new(kit.public);
    KitPublic::from_bytes(&bytes).map_err(|_| ErrorCode::VaultCorrupt.into())
}

/// The public part of the kit whose recovery keys are certified: the confirmed one, else the one
/// that waits, else one made now without a word. So what was certified before somebody asked for a
/// kit belongs to the kit she then gets. Until it is confirmed its secret stands in the vault beside
/// the master secret's keys, and protects from a lost computer no more than they do.
///
/// # Errors
/// What the vault reports.
pub fn current(
    tx: &mut (impl Transaction + ?Sized),
    session: &Session,
) -> Result<KitPublic, AppError> {
    match public(tx) {
        Err(error) if error.code == ErrorCode::KitGone => {}
        outcome => return outcome,
    }
    let pending = match Pending::load(tx)? {
        Some(pending) => pending,
        None => {
            let pending = Pending::generate(session, true);
            store::save(tx, Collection::Jobs, PENDING, &pending)?;
            pending
        }
    };
    let keys = KitKeys::of(&pending.secret()?).map_err(|_| ErrorCode::Internal)?;
    keys.public().map_err(|_| ErrorCode::Internal.into())
}
