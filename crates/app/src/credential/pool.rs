//! Personas certified ahead.
//!
//! A number of the credential is used up, and the very bytes that carry it are stored, in one
//! transaction that is on the disk before anything leaves. After a crash those bytes are sent again;
//! no other bytes ever carry that number.

use keyward_protocol::certificate::{AnonymousCertificate, AnonymousRequest, PersonaKeys};
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_protocol::domain::Label;
use keyward_protocol::keys::{DecryptionKey, SigningKey};
use keyward_relay_api::authority::credential::epoch_at;
use keyward_relay_api::problem::ProblemCode;

use super::CredentialError;
use super::rows::{self, Held, Member, POOL, Pinned, Stage};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::authority::AuthorityError;
use crate::ports::clock::UnixSeconds;
use crate::ports::credential::CredentialChannels;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::{keys::Recovery, kit};
use crate::rhythm;
use crate::session::Session;
use crate::store::{self, StoreError};

/// Between two personas certified ahead: up to this long.
const APART: UnixSeconds = 6 * 3_600;
/// Refusals of fresh numbers before it is called off. A copy of this profile uses numbers of its own
/// accord, so one refusal says little.
pub(super) const PATIENCE: usize = 2;

/// When a persona is certified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At times of the app's own, so that they say nothing of when the persona is used.
    Spaced,
    /// Now: she is needed.
    Now,
}

/// A persona taken out of the pool. Her keys derive from the master secret and the salt as those of a
/// space do.
pub struct Pooled {
    /// Context of her keys, 16 bytes.
    pub salt: Vec<u8>,
    /// The recovery key she was certified with.
    pub recovery: Recovery,
    /// Her certificate.
    pub certificate: Vec<u8>,
    /// The object of its epoch.
    pub object: Vec<u8>,
}

/// How many are ready.
///
/// # Errors
/// What the vault reports.
pub fn count(tx: &(impl Transaction + ?Sized)) -> Result<usize, StoreError> {
    let all = Member::all(tx)?;
    Ok(all.iter().filter(|(_, it)| matches!(it.stage, Stage::Certified { .. })).count())
}

/// Takes one out, if one is ready: in the transaction that gives her a use. One whose epoch is over, or
/// whom the kit that counts could not recover, is thrown away.
///
/// # Errors
/// What the vault reports.
pub fn take(session: &Session, tx: &mut dyn Transaction) -> Result<Option<Pooled>, AppError> {
    let kit = kit::current(tx, session)?;
    let oldest = oldest(tx, epoch_at(session.now()))?;
    for (id, member) in Member::all(tx)? {
        let Stage::Certified { certificate } = &member.stage else { continue };
        tx.delete(Collection::Jobs, &id)?;
        let pinned: Option<Pinned> =
            store::load(tx, Collection::Jobs, &rows::epoch_row(member.epoch))?;
        if let Some(Pinned { object, .. }) = pinned
            && member.epoch >= oldest
            && member.recovery.is_of(&kit)
        {
            let (salt, recovery) = (member.salt.clone(), member.recovery.clone());
            return Ok(Some(Pooled { salt, recovery, certificate: certificate.clone(), object }));
        }
    }
    Ok(None)
}

/// The oldest epoch whose personas are still given a use. Where things travel apart they are certified late in
/// an epoch and must do until late in the next, as long as their certificate holds.
pub(super) fn oldest(tx: &(impl Transaction + ?Sized), current: u64) -> Result<u64, AppError> {
    Ok(if rhythm::is_apart(tx)? { current.saturating_sub(1) } else { current })
}

/// How many are ready and could be given a use now.
///
/// # Errors
/// What the vault reports.
pub(crate) fn usable(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<usize, AppError> {
    let oldest = oldest(tx, epoch_at(now))?;
    // Those of a kit that was replaced are given no use ([`take`]).
    let kit = match kit::public(tx) {
        Ok(kit) => Some(kit),
        Err(error) if error.code == ErrorCode::KitGone => None,
        Err(error) => return Err(error),
    };
    let of_kit = |it: &Member| kit.as_ref().is_none_or(|kit| it.recovery.is_of(kit));
    let ready = |it: &Member| {
        matches!(it.stage, Stage::Certified { .. }) && it.epoch >= oldest && of_kit(it)
    };
    Ok(Member::all(tx)?.iter().filter(|(_, member)| ready(member)).count())
}

/// A time up to [`APART`] from now.
pub(super) fn some_time_after(session: &Session) -> UnixSeconds {
    let mut random = [0; 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    session.now().saturating_add(u64::from_be_bytes(random) % APART)
}

/// Whether another one may be certified now.
pub(super) fn is_due(session: &Session, pace: Pace) -> Result<bool, CredentialError> {
    if pace == Pace::Now {
        return Ok(true);
    }
    let held = Held::load(&*session.read()?)?;
    Ok(held.is_some_and(|held| held.due <= session.now()))
}

/// Whether something of an epoch may have left and was not answered.
pub(super) fn is_begun(tx: &(impl Transaction + ?Sized), epoch: u64) -> Result<bool, StoreError> {
    let sent = |it: &Member| it.epoch == epoch && matches!(it.stage, Stage::Sent { .. });
    Ok(Member::all(tx)?.iter().any(|(_, member)| sent(member)))
}

/// Sends again what may have left before a crash; whether there was anything.
pub(super) fn finish(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
) -> Result<bool, CredentialError> {
    let begun = Member::all(&*session.read()?)?;
    let mut sent = false;
    for (id, member) in begun {
        let of_now = member.epoch == epoch.object().epoch;
        if of_now && matches!(member.stage, Stage::Sent { .. }) {
            sent = true;
            send(session, channels, enrolment, epoch, &id, member)?;
        }
    }
    Ok(sent)
}

/// Certifies one more.
pub(super) fn certify_one(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
) -> Result<(), CredentialError> {
    for _ in 0..PATIENCE {
        let (id, member) = begin(session, epoch)?;
        if send(session, channels, enrolment, epoch, &id, member)? {
            return Ok(());
        }
    }
    Err(CredentialError::Refused)
}

/// Uses a number up for a new persona. On the disk when it returns.
fn begin(session: &Session, epoch: &VerifiedEpoch) -> Result<(String, Member), CredentialError> {
    let number = epoch.object().epoch;
    let mut tx = session.begin()?;
    let kit = kit::current(&mut *tx, session)?;
    let recovery = Recovery::draw(session, &kit)?;
    let mut random = [0; 24];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    let (id, salt) = random.split_at(8);
    let (id, salt) = (format!("{POOL}{}", hex::encode(id)), salt.to_vec());
    let (signing, decryption) = keys(session, &salt)?;
    let keys =
        PersonaKeys { signing: &signing, decryption: &decryption, recovery_hash: recovery.hash };
    let due = some_time_after(session);
    let request = spend(session, &mut *tx, epoch, &keys, Some(due))?;
    let member = Member { epoch: number, salt, recovery, stage: Stage::Sent { request } };
    member.save(&mut *tx, &id)?;
    tx.commit()?;
    Ok((id, member))
}

/// A request of these keys under the first number that was never used, which is used up by it: in a
/// transaction that is on the disk before anything leaves.
pub(super) fn spend(
    session: &Session,
    tx: &mut dyn Transaction,
    epoch: &VerifiedEpoch,
    keys: &PersonaKeys<'_>,
    due: Option<UnixSeconds>,
) -> Result<Vec<u8>, CredentialError> {
    let number = epoch.object().epoch;
    let mut held = Held::load(tx)?
        .filter(|held| held.epoch == number)
        .ok_or_else(|| AppError::from(ErrorCode::NotFound))?;
    if held.next >= epoch.object().limit.get() {
        return Err(CredentialError::Exhausted { again: super::next_epoch(number) });
    }
    let credential = held.credential()?;
    let request = session
        .randomness()
        .with(|rng| AnonymousRequest::create(rng, keys, epoch, &credential, held.next))?;
    held.next += 1;
    held.due = due.unwrap_or(held.due);
    held.save(tx)?;
    Ok(request)
}

fn keys(session: &Session, salt: &[u8]) -> Result<(SigningKey, DecryptionKey), AppError> {
    let failed = |_| AppError::from(ErrorCode::Internal);
    session.with_master(|master| {
        Ok((
            SigningKey::derive_from(master, Label::PersonaSigning, salt).map_err(failed)?,
            DecryptionKey::derive_from(master, Label::PersonaEncapsulation, salt)
                .map_err(failed)?,
        ))
    })
}

/// Sends a member's request; false if it was refused, for ever.
fn send(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
    id: &str,
    mut member: Member,
) -> Result<bool, CredentialError> {
    let Stage::Sent { request } = &member.stage else { return Ok(true) };
    let answer = channels.certify(&enrolment.authority(), request);
    let certificate = match answer {
        Ok(certificate) => certificate,
        Err(AuthorityError::Refused(code)) if code == ProblemCode::CredentialRefused.as_str() => {
            let mut tx = session.begin()?;
            tx.delete(Collection::Jobs, id)?;
            tx.commit()?;
            return Ok(false);
        }
        Err(error) => return Err(error.into()),
    };
    let verified = AnonymousCertificate::verify(&certificate, epoch)
        .map_err(|_| CredentialError::Misbehaves)?;
    let signing = session.with_master(|master| {
        SigningKey::derive_from(master, Label::PersonaSigning, &member.salt)
            .map_err(|_| ErrorCode::Internal.into())
    })?;
    let same = verified.verification == *signing.verifying_key()
        && verified.recovery_hash == member.recovery.hash;
    if !same {
        return Err(CredentialError::Misbehaves);
    }
    member.stage = Stage::Certified { certificate };
    let mut tx = session.begin()?;
    // Only while it waits: another thread may have finished it, and somebody taken it since.
    if tx.get(Collection::Jobs, id)?.is_some() {
        member.save(&mut *tx, id)?;
    }
    tx.commit()?;
    Ok(true)
}
