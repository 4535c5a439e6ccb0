//! The object of the current epoch: fetched without saying who asks, pinned, and compared with the one
//! the relay pinned, before anything is asked for or shown under it.

use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_relay_api::authority::credential::{epoch_at, is_regular};

use super::CredentialError;
use super::proof::{self, Wrong};
use super::rows::{Pinned, epoch_row};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::credential::CredentialChannels;
use crate::ports::vault::Collection;
use crate::session::Session;
use crate::store;

/// The object that was pinned, and another one of the same epoch.
pub type TwoObjects = (Vec<u8>, Vec<u8>);

/// The object that counts now.
pub(super) fn current(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
) -> Result<VerifiedEpoch, CredentialError> {
    let now = session.now();
    let known = load(session, enrolment, epoch_at(now))?;
    let (epoch, pinned) = match known {
        Some((epoch, pinned)) if pinned.agreed => return Ok(epoch),
        Some(known) => known,
        None => {
            let object = channels.epoch_object(&enrolment.authority())?;
            let epoch = verify(enrolment, &object)?.ok_or(CredentialError::Misbehaves)?;
            // The clinic's clock may have passed into the next epoch a little earlier or later.
            let valid = epoch.object().valid_from..epoch.object().valid_until;
            if !is_regular(epoch.object()) {
                return irregular(session, epoch.object().epoch, &object);
            }
            if !valid.contains(&now) {
                return Err(CredentialError::Misbehaves);
            }
            keep(session, enrolment, &epoch, object)?
        }
    };
    if pinned.agreed {
        return Ok(epoch);
    }
    agree(session, channels, enrolment, &epoch, pinned)?;
    Ok(epoch)
}

/// Compares an object that came from elsewhere, with a letter, with the one that is pinned. One of an epoch
/// that was not met before is shown to the relay first: what it has pinned is what everybody has.
///
/// # Errors
/// [`CredentialError::EpochDiffers`] if there are two, both kept as evidence;
/// [`CredentialError::Misbehaves`] for one that no clinic publishes, kept too; why the relay cannot be asked.
pub fn compare(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
    object: &[u8],
) -> Result<(), CredentialError> {
    let number = epoch.object().epoch;
    if !is_regular(epoch.object()) {
        return irregular(session, number, object);
    }
    if let Some((known, Pinned { agreed: true, .. })) = load(session, enrolment, number)? {
        return match known.hash() == epoch.hash() {
            true => Ok(()),
            false => differs(session, number, object),
        };
    }
    let there = channels.pinned_object(&enrolment.relay(), object);
    let there = there.map_err(|error| CredentialError::App(error.into()))?;
    let pinned = verify(enrolment, &there)?
        .filter(|it| it.object().epoch == number && is_regular(it.object()));
    let pinned = pinned.ok_or_else(|| AppError::from(ErrorCode::RelayMisbehaves))?;
    let mut tx = session.begin()?;
    let row = Pinned { object: there, agreed: true };
    store::save(&mut *tx, Collection::Jobs, &epoch_row(number), &row)?;
    tx.commit()?;
    match pinned.hash() == epoch.hash() {
        true => Ok(()),
        false => differs(session, number, object),
    }
}

/// The bytes of a pinned object.
pub(super) fn object(session: &Session, number: u64) -> Result<Vec<u8>, CredentialError> {
    let row = epoch_row(number);
    let pinned: Option<Pinned> = store::load(&*session.read()?, Collection::Jobs, &row)?;
    let pinned = pinned.ok_or_else(|| AppError::from(ErrorCode::VaultCorrupt))?;
    Ok(pinned.object)
}

fn verify(enrolment: &Enrolment, object: &[u8]) -> Result<Option<VerifiedEpoch>, CredentialError> {
    Ok(VerifiedEpoch::verify(object, &enrolment.authority_key()?, enrolment.service_id).ok())
}

fn load(
    session: &Session,
    enrolment: &Enrolment,
    number: u64,
) -> Result<Option<(VerifiedEpoch, Pinned)>, CredentialError> {
    let row = epoch_row(number);
    let pinned: Option<Pinned> = store::load(&*session.read()?, Collection::Jobs, &row)?;
    let Some(pinned) = pinned else { return Ok(None) };
    let epoch = verify(enrolment, &pinned.object)?;
    let epoch = epoch.ok_or_else(|| CredentialError::App(ErrorCode::VaultCorrupt.into()))?;
    Ok(Some((epoch, pinned)))
}

/// Pins an object. The first one of its epoch stays; another one is kept as evidence.
fn keep(
    session: &Session,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
    object: Vec<u8>,
) -> Result<(VerifiedEpoch, Pinned), CredentialError> {
    let number = epoch.object().epoch;
    match load(session, enrolment, number)? {
        Some((known, pinned)) if known.hash() == epoch.hash() => Ok((known, pinned)),
        Some(_) => differs(session, number, &object),
        None => {
            let pinned = Pinned { object, agreed: false };
            let mut tx = session.begin()?;
            store::save(&mut *tx, Collection::Jobs, &epoch_row(number), &pinned)?;
            tx.commit()?;
            Ok((epoch.clone(), pinned))
        }
    }
}

/// Asks the relay whether it has pinned the same one.
fn agree(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
    pinned: Pinned,
) -> Result<(), CredentialError> {
    let there = channels.pinned_object(&enrolment.relay(), &pinned.object);
    let there = there.map_err(|error| CredentialError::App(error.into()))?;
    let number = epoch.object().epoch;
    match verify(enrolment, &there)? {
        Some(other) if other.hash() == epoch.hash() => {
            let agreed = Pinned { agreed: true, ..pinned };
            let mut tx = session.begin()?;
            store::save(&mut *tx, Collection::Jobs, &epoch_row(number), &agreed)?;
            Ok(tx.commit()?)
        }
        // Not the clinic's word: the relay cannot accuse it.
        Some(other) if other.object().epoch != number => {
            Err(CredentialError::App(ErrorCode::RelayMisbehaves.into()))
        }
        None => Err(CredentialError::App(ErrorCode::RelayMisbehaves.into())),
        Some(_) => differs(session, number, &there),
    }
}

fn differs<T>(session: &Session, number: u64, object: &[u8]) -> Result<T, CredentialError> {
    proof::keep(session, number, object, Wrong::Second)?;
    Err(CredentialError::EpochDiffers)
}

/// One that is signed by the clinic, but that no clinic publishes.
fn irregular<T>(session: &Session, number: u64, object: &[u8]) -> Result<T, CredentialError> {
    proof::keep(session, number, object, Wrong::Irregular)?;
    Err(CredentialError::Misbehaves)
}
