//! What a clinic signed and nobody else has: kept as a proof, and told until she has read it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::CredentialError;
use super::epoch::TwoObjects;
use super::rows::{DIFFERS, Pinned, epoch_row};
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::common::{ClinicWarning, Role};

/// So many are kept. Only the clinic can make them, and one is a proof already.
const MOST: usize = 8;

/// What is wrong with an object that the clinic signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Another one is pinned for the same epoch.
    Second,
    /// No clinic publishes such a one: another limit, or another validity.
    Irregular,
}

/// Such an object.
#[derive(Clone, Serialize, Deserialize)]
struct Proof {
    /// As it was signed.
    #[serde(with = "store::base64")]
    object: Vec<u8>,
    #[serde(default)]
    found: UnixSeconds,
    #[serde(default)]
    irregular: bool,
    /// She has read of it.
    #[serde(default)]
    dismissed: bool,
}

/// Keeps an object. One that is known already changes nothing, so that what was read stays read.
pub(super) fn keep(
    session: &Session,
    number: u64,
    object: &[u8],
    wrong: Wrong,
) -> Result<(), CredentialError> {
    let mut tx = session.begin()?;
    let print = hex::encode(&Sha256::digest(object)[..8]);
    let row = format!("{DIFFERS}{number:020}/{print}");
    let known = store::load_prefix::<Proof>(&*tx, Collection::Jobs, DIFFERS)?;
    if known.iter().any(|(_, known)| known.object == object) {
        return Ok(());
    }
    if known.len() >= MOST {
        // What was read makes room for what was not.
        let Some((read, _)) = known.iter().find(|(_, known)| known.dismissed) else {
            return Ok(());
        };
        tx.delete(Collection::Jobs, read)?;
    }
    let proof = Proof {
        object: object.to_vec(),
        found: session.now(),
        irregular: wrong == Wrong::Irregular,
        dismissed: false,
    };
    store::save(&mut *tx, Collection::Jobs, &row, &proof)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

/// Both objects, where a clinic published two for one epoch: signed by it, and so a proof.
///
/// # Errors
/// What the vault reports.
pub fn evidence(tx: &(impl Transaction + ?Sized)) -> Result<Vec<TwoObjects>, CredentialError> {
    let mut found = Vec::new();
    for (id, proof) in store::load_prefix::<Proof>(tx, Collection::Jobs, DIFFERS)? {
        let number = id.trim_start_matches(DIFFERS).split('/').next().unwrap_or_default();
        let number = number.parse().unwrap_or_default();
        if !proof.irregular
            && let Some(pinned) = store::load::<Pinned>(tx, Collection::Jobs, &epoch_row(number))?
        {
            found.push((pinned.object, proof.object));
        }
    }
    Ok(found)
}

/// What she was not told yet, one of each kind.
///
/// # Errors
/// What the vault reports.
pub(crate) fn warnings(
    tx: &(impl Transaction + ?Sized),
    role: Role,
) -> Result<Vec<ClinicWarning>, AppError> {
    let mut warnings: Vec<ClinicWarning> = Vec::new();
    for (_, proof) in store::load_prefix::<Proof>(tx, Collection::Jobs, DIFFERS)? {
        let code = code(&proof, role);
        match warnings.iter_mut().find(|known| known.code == code) {
            _ if proof.dismissed => {}
            Some(known) => known.found = known.found.min(proof.found),
            None => warnings.push(ClinicWarning { code, found: proof.found }),
        }
    }
    Ok(warnings)
}

/// She has read it: it is not told again. What it is about stays.
///
/// # Errors
/// What the vault reports.
pub fn dismiss(session: &Session, code: ErrorCode) -> Result<(), AppError> {
    let role = session.profile().role;
    let mut tx = session.begin()?;
    for (id, mut proof) in store::load_prefix::<Proof>(&*tx, Collection::Jobs, DIFFERS)? {
        if self::code(&proof, role) == code {
            proof.dismissed = true;
            store::save(&mut *tx, Collection::Jobs, &id, &proof)?;
        }
    }
    tx.commit()?;
    session.changed();
    Ok(())
}

/// Who gets letters is told of a letter, who asks the clinic of its answer.
const fn code(proof: &Proof, role: Role) -> ErrorCode {
    match (role, proof.irregular) {
        (Role::Doctor, false) => ErrorCode::LetterEpochDiffers,
        (Role::Doctor, true) => ErrorCode::LetterEpochIrregular,
        (_, false) => ErrorCode::CredentialEpochDiffers,
        (_, true) => ErrorCode::CredentialMisbehaves,
    }
}
