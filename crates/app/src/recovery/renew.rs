//! After a restore: the enrolment key and every persona are replaced by keys of the new master
//! secret (SPEC §25.1), so that the lost computer's keys are refused and sharing goes on.
//!
//! The kit is there only while somebody restores, so what it has to sign is signed then
//! ([`prepare`]) and waits in the vault until authority and relay have taken it. Nothing of the
//! profile changes before they have: a backup taken in between, or a second restore, finds what
//! the first one found.
//!
//! What had been shared ends with the lost key: the relay deletes what opens it and tells the
//! doctors why. Shares stay in the list as ended; whether they are given again is the patient's to
//! say, because whoever restores may be somebody who found the kit.

use std::collections::BTreeMap;
use std::sync::Arc;

use keyward_protocol::certificate::AnonymousCertificate;
use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::{MasterSecret, SigningKey, VerifyingKey};
use keyward_protocol::kit::{KitKeys, KitPublic, KitSecret};
use keyward_protocol::statement::{
    Act as Done, EnrolmentReplacement, PersonaReplacement, Receipt, Signed,
};
use keyward_relay_api::authority::credential::validity;
use serde::{Deserialize, Serialize};

use super::keys::{Recovery, Registered};
use crate::credential::Certified;
use crate::doctor;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::sharing::book::{Act, Compartment, Revocation, Share, grant_id};
use crate::patient::sharing::history;
use crate::patient::spaces::{Persona, Space};
use crate::ports::authority::AuthorityError;
use crate::ports::clock::UnixSeconds;
use crate::ports::recovery::{RelayRecovery, Replaced};
use crate::ports::relay::{GrantSummary, ProblemCode, RelayError};
use crate::ports::vault::{Collection, Transaction};
use crate::rhythm;
use crate::session::Session;
use crate::store;
use crate::views::common::Role;

/// The row of [`Renewal`] in [`Collection::Jobs`], which is in no backup.
const RENEWAL: &str = "recovery/renewal";

/// What waits to be replaced.
#[derive(Default, Serialize, Deserialize)]
struct Renewal {
    enrolment: Option<LostKey>,
    /// By space.
    personas: BTreeMap<String, LostPersona>,
    /// The enrolment could not be replaced: an invitation of the desk is needed.
    #[serde(default)]
    desk: bool,
    /// Shares given after the backup was made, which this profile knows nothing of. They ended too.
    #[serde(default)]
    unknown_shares: u64,
}

#[derive(Serialize, Deserialize)]
struct LostKey {
    statements: Vec<Statement>,
    recovery: Recovery,
}

#[derive(Serialize, Deserialize)]
struct LostPersona {
    id: PersonaId,
    /// One for each recovery key she may be certified with, the likeliest first. Empty: this kit
    /// cannot replace her.
    statements: Vec<Statement>,
    /// The recovery key of who continues her, and her certificate once there is one.
    recovery: Recovery,
    #[serde(with = "store::base64_option")]
    certificate: Option<Vec<u8>>,
    /// The object of its epoch.
    #[serde(default, with = "store::base64_option")]
    object: Option<Vec<u8>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Statement(#[serde(with = "store::base64")] Vec<u8>);

impl Renewal {
    fn load(tx: &(impl Transaction + ?Sized)) -> Result<Option<Self>, AppError> {
        Ok(store::load(tx, Collection::Jobs, RENEWAL)?)
    }

    fn save(&self, tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
        Ok(store::save(tx, Collection::Jobs, RENEWAL, self)?)
    }
}

/// How the renewal after a restore stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalStatus {
    /// Keys that are not replaced yet, the enrolment's included.
    pub waiting: u64,
    /// The clinic did not replace the enrolment key: she needs a new invitation.
    pub desk: bool,
    /// Shares that ended with the lost keys and could be given again, by id.
    pub ended: Vec<String>,
    /// Shares that ended with them and that this profile knows nothing of.
    pub unknown_shares: u64,
}

/// How it stands; `None` if this profile was never restored.
///
/// # Errors
/// What the vault reports.
pub fn status(session: &Session) -> Result<Option<RenewalStatus>, AppError> {
    let tx = session.read()?;
    let Some(renewal) = Renewal::load(&*tx)? else { return Ok(None) };
    let now = session.now();
    let shares = Share::all(&*tx)?.into_iter();
    let ended = shares.filter(|(_, share)| share.replaced && now < share.until);
    Ok(Some(RenewalStatus {
        waiting: u64::from(renewal.enrolment.is_some()) + renewal.personas.len() as u64,
        desk: renewal.desk,
        ended: ended.map(|(id, _)| id).collect(),
        unknown_shares: renewal.unknown_shares,
    }))
}

/// What waits to be replaced.
pub(super) struct Waits {
    /// The enrolment key.
    pub(super) enrolment: bool,
    /// The personas of these spaces.
    pub(super) spaces: Vec<String>,
    /// An invitation of the desk is needed.
    pub(super) desk: bool,
}

/// What waits; `None` if nothing of this profile ever had to be replaced.
pub(super) fn waits(tx: &(impl Transaction + ?Sized)) -> Result<Option<Waits>, AppError> {
    Ok(Renewal::load(tx)?.map(|renewal| Waits {
        enrolment: renewal.enrolment.is_some(),
        spaces: renewal.personas.into_keys().collect(),
        desk: renewal.desk,
    }))
}

/// Whether the clinic would not replace the lost enrolment key, so that a new invitation is needed.
pub(crate) fn needs_desk(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(Renewal::load(tx)?.is_some_and(|renewal| renewal.desk))
}

/// Whether a lost enrolment key waits to be replaced.
pub(crate) fn is_key_lost(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(Renewal::load(tx)?.is_some_and(|renewal| renewal.enrolment.is_some()))
}

/// Whether the clinic said that it would not replace the lost enrolment key. It may think better of it.
pub(crate) fn was_refused(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(is_key_lost(tx)? && needs_desk(tx)?)
}

/// Whether the persona of a space is a lost one that waits to be replaced.
pub(crate) fn is_lost(tx: &(impl Transaction + ?Sized), space: &str) -> Result<bool, AppError> {
    Ok(Renewal::load(tx)?.is_some_and(|renewal| renewal.personas.contains_key(space)))
}

/// Whether the clinic's word for this computer is missing: its key is not replaced yet, or cannot be.
/// Only then the clinic may be left for another one, because it may be gone for good.
pub(crate) fn waits_for_clinic(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(Renewal::load(tx)?.is_some_and(|renewal| renewal.enrolment.is_some() || renewal.desk))
}

/// The clinic was left: what waited for it and for its relay waits no more.
pub(crate) fn forget(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    tx.delete(Collection::Jobs, RENEWAL)?;
    Ok(())
}

/// An invitation was accepted: no lost enrolment key has to be replaced any more.
pub(crate) fn enrolled_anew(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    rhythm::forget_no(tx)?;
    let Some(mut renewal) = Renewal::load(tx)? else { return Ok(()) };
    renewal.enrolment = None;
    renewal.desk = false;
    renewal.save(tx)
}

/// Signs with the kit what authority and relay have to be told. Part of the restore's last
/// transaction.
pub(super) fn prepare(
    tx: &mut dyn Transaction,
    session: &Session,
    secret: &KitSecret,
    made: UnixSeconds,
) -> Result<(), AppError> {
    let Some(enrolment) = Enrolment::load(tx)? else { return Ok(()) };
    match enrolment.role {
        Role::Patient => {}
        Role::Doctor => return doctor(tx, session.now().max(made)),
        // The clinic's services know who works at its desk, and are restored together with it.
        Role::Desk => return Ok(()),
    }
    let kit = KitKeys::of(secret).map_err(|_| ErrorCode::Internal)?;
    let public = kit.public().map_err(|_| ErrorCode::Internal)?;
    // Of two restores the later one holds, also if this computer's clock is behind.
    let at = session.now().max(made);
    let signer = Signer { session, enrolment: &enrolment, kit, public, at };
    let registered = Registered::load(tx)?;
    let (mut spaces, shares) = (Space::all(tx)?, Share::all(tx)?);
    // What the relay has forgotten nobody replaces.
    spaces.retain(|(_, space)| space.retired.as_ref().is_none_or(|retired| !retired.done));
    // Somebody to whom nothing was ever to be shared nobody knows: there is nothing to be replaced.
    let is_known = |id: &str, space: &Space| {
        space.presented.is_some() || shares.iter().any(|(_, share)| share.space == id)
    };
    let renewal = session.with_master(|master| {
        let mut renewal = Renewal::default();
        match registered {
            Some(registered) => renewal.enrolment = Some(signer.key(master, &registered)?),
            None => renewal.desk = true,
        }
        for (id, space) in spaces.iter().filter(|(id, space)| is_known(id, space)) {
            if let Some(lost) = signer.persona(master, space)? {
                renewal.personas.insert(id.clone(), lost);
            }
        }
        Ok(renewal)
    })?;
    for (id, space) in spaces {
        if space.was_certified() && !renewal.personas.contains_key(&id) {
            begin_anew(tx, &id, space, at)?;
        }
    }
    renewal.save(tx)
}

/// A space whose persona nobody knows, or has a certificate of the identified type, which nobody reads any
/// more: it goes on under another one, and what it shared runs to its end.
fn begin_anew(
    tx: &mut dyn Transaction,
    id: &str,
    mut space: Space,
    now: UnixSeconds,
) -> Result<(), AppError> {
    (space.certificate, space.epoch_object) = (None, None);
    (space.presented, space.attestation, space.at_once) = (None, None, false);
    space.recoveries.clear();
    space.save(tx, id)?;
    for (category, _) in Compartment::of_space(tx, id)? {
        Compartment::leave_behind(tx, id, category)?;
    }
    out_of_hand(tx, id, now)
}

/// A doctor's keys are certified by her clinic only, in person, and nobody but she had them (SPEC §26.5): the
/// desk invites her anew, and each patient says whether to share with the new keys.
fn doctor(tx: &mut dyn Transaction, at: UnixSeconds) -> Result<(), AppError> {
    doctor::lose_keys(tx, at)?;
    Renewal { desk: true, ..Renewal::default() }.save(tx)
}

struct Signer<'a> {
    session: &'a Session,
    enrolment: &'a Enrolment,
    kit: KitKeys,
    public: KitPublic,
    at: UnixSeconds,
}

impl Signer<'_> {
    fn key(&self, master: &MasterSecret, lost: &Registered) -> Result<LostKey, AppError> {
        let key = VerifyingKey::from_bytes(&lost.key).map_err(|_| ErrorCode::VaultCorrupt)?;
        let successor = self.enrolment.enrolment_key(master)?.verifying_key().clone();
        let recovery = Recovery::draw(self.session, &self.public)?;
        let sign = |by: SigningKey| {
            let statement = EnrolmentReplacement {
                service_id: self.enrolment.service_id,
                enrolment: key.key_id(),
                recovery: by.verifying_key().clone(),
                successor: successor.clone(),
                successor_recovery: recovery.hash,
                replaced_at: self.at,
            };
            let signed = statement.sign(&by).map_err(|_| ErrorCode::Internal)?;
            Ok(Statement(signed.to_bytes()))
        };
        let known = lost.recoveries.iter().rev().filter_map(|recovery| recovery.key(&self.kit));
        let statements = known.map(sign).collect::<Result<_, AppError>>()?;
        Ok(LostKey { statements, recovery })
    }

    /// `None` if nobody was certified in this space.
    fn persona(
        &self,
        master: &MasterSecret,
        space: &Space,
    ) -> Result<Option<LostPersona>, AppError> {
        // Checked when they came.
        let read = |bytes: &Vec<u8>| AnonymousCertificate::unverified(bytes);
        // The one the relay has first: that is what the statement is compared with.
        let shown = [&space.presented, &space.certificate];
        let certificates: Vec<AnonymousCertificate> =
            shown.into_iter().flatten().filter_map(|bytes| read(bytes).ok()).collect();
        let Some(first) = certificates.first() else { return Ok(None) };
        let id = PersonaId::of(&first.verification);
        let recovery = Recovery::draw(self.session, &self.public)?;
        let signing = space.persona_with(master, recovery.hash)?.signing;
        let successor = PersonaId::of(signing.verifying_key());
        let mut statements = Vec::new();
        for certificate in &certificates {
            let of = space.recoveries.iter().filter(|it| it.hash == certificate.recovery_hash);
            for by in of.filter_map(|recovery| recovery.key(&self.kit)) {
                let statement = PersonaReplacement {
                    service_id: self.enrolment.service_id,
                    persona: id,
                    recovery: by.verifying_key().clone(),
                    successor,
                    replaced_at: self.at,
                };
                let signed = statement.sign(&by).map_err(|_| ErrorCode::Internal)?;
                statements.push(Statement(signed.to_bytes()));
            }
        }
        Ok(Some(LostPersona { id, statements, recovery, certificate: None, object: None }))
    }
}

/// Replaces the lost enrolment key, if one waits. Safe to repeat.
///
/// # Errors
/// What vault and authority report. If the authority refuses for good, the desk is needed, which
/// [`status`] says.
pub(crate) fn enrolment(session: &Session, enrolment: &Enrolment) -> Result<(), AppError> {
    let renewal = Renewal::load(&*session.read()?)?;
    let Some(lost) = renewal.and_then(|renewal| renewal.enrolment) else { return Ok(()) };
    let key = Arc::new(session.with_master(|master| enrolment.enrolment_key(master))?);
    let public = key.verifying_key().clone();
    let channel = session.network().authority_recovery(&enrolment.authority(), key)?;
    let mut refused = AppError::new(ErrorCode::NotFound);
    for Statement(statement) in &lost.statements {
        match channel.replace_enrolment(statement) {
            Ok(answer) => {
                let authority = enrolment.authority_key()?;
                let act = Done::EnrolmentReplaced;
                verify(&answer.receipt, &authority, enrolment, act, statement)
                    .map_err(|_| ErrorCode::AuthorityMisbehaves)?;
                return key_replaced(session, &public, lost.recovery);
            }
            Err(AuthorityError::Refused(problem)) => {
                refused = AuthorityError::Refused(problem).into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    let mut tx = session.begin()?;
    if let Some(mut renewal) = Renewal::load(&*tx)? {
        renewal.desk = true;
        renewal.save(&mut *tx)?;
        tx.commit()?;
    }
    Err(refused)
}

fn key_replaced(session: &Session, key: &VerifyingKey, recovery: Recovery) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    Registered::confirmed(key, recovery).save(&mut *tx)?;
    enrolled_anew(&mut *tx)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

fn verify(
    receipt: &[u8],
    key: &VerifyingKey,
    enrolment: &Enrolment,
    act: Done,
    statement: &[u8],
) -> Result<UnixSeconds, AppError> {
    let misbehaves = || AppError::new(ErrorCode::RelayMisbehaves);
    let signed = Signed::from_bytes(receipt).map_err(|_| misbehaves())?;
    let receipt = Receipt::verify(signed, key, enrolment.service_id, act, statement);
    Ok(receipt.map_err(|_| misbehaves())?.done_at)
}

/// Replaces the lost persona of a space, if one waits. Safe to repeat.
///
/// # Errors
/// What vault, authority and relay report.
pub(crate) fn persona(
    session: &Session,
    enrolment: &Enrolment,
    space: &str,
) -> Result<(), AppError> {
    let renewal = Renewal::load(&*session.read()?)?;
    let lost = renewal.and_then(|mut renewal| renewal.personas.remove(space));
    let Some(lost) = lost else { return Ok(()) };
    let stored = Space::load(&*session.read()?, space)?;
    let persona = session.with_master(|master| stored.persona_with(master, lost.recovery.hash))?;
    let Certified { certificate, object } = certificate(session, space, &persona, &lost)?;
    let at = enrolment.relay();
    let relay = session.network().relay(&at, Arc::clone(&persona.signing))?;
    relay.present_persona(&certificate)?;
    let channel = session.network().relay_recovery(&at, Arc::clone(&persona.signing))?;
    let replaced = match replace(&*channel, &lost.statements)? {
        Some((Replaced { receipt, .. }, Statement(statement))) => {
            let key = history::pinned_key(session, &*relay)?;
            let done = Done::PersonaReplaced;
            Some(verify(&receipt, &key, enrolment, done, &statement)?)
        }
        None => None,
    };
    let mut grants = Vec::new();
    if replaced.is_some() {
        history::fetch_of_lost(session, space, lost.id, &*relay, &*channel)?;
        grants = channel.grants_of_replaced(&lost.id)?;
    }
    settle(session, space, lost, Certified { certificate, object }, replaced, &grants)
}

/// Her successor's certificate, durable before the relay sees it.
fn certificate(
    session: &Session,
    space: &str,
    persona: &Persona,
    lost: &LostPersona,
) -> Result<Certified, AppError> {
    if let (Some(certificate), Some(object)) = (&lost.certificate, &lost.object)
        && let Ok(held) = AnonymousCertificate::unverified(certificate)
        && validity(held.epoch).is_some_and(|valid| valid.contains(&session.now()))
    {
        return Ok(Certified { certificate: certificate.clone(), object: object.clone() });
    }
    let Certified { certificate, object } = persona.certify(session, space)?;
    let mut tx = session.begin()?;
    if let Some(mut renewal) = Renewal::load(&*tx)?
        && let Some(lost) = renewal.personas.get_mut(space)
    {
        lost.certificate = Some(certificate.clone());
        lost.object = Some(object.clone());
        renewal.save(&mut *tx)?;
        tx.commit()?;
    }
    Ok(Certified { certificate, object })
}

/// The relay's answer and the statement it is for; `None` if the relay never knew her, or if there
/// is nothing to replace her by.
fn replace(
    channel: &dyn RelayRecovery,
    statements: &[Statement],
) -> Result<Option<(Replaced, Statement)>, AppError> {
    let mut refused = None;
    for statement in statements {
        match channel.replace(&statement.0) {
            Ok(answer) => return Ok(Some((answer, statement.clone()))),
            Err(RelayError::NotFound) => return Ok(None),
            // The certificate there names another of the recovery keys.
            Err(RelayError::Refused(refusal)) if refusal.code == ProblemCode::BadReplacement => {
                refused = Some(RelayError::Refused(refusal));
            }
            Err(error) => return Err(error.into()),
        }
    }
    refused.map_or(Ok(None), |error| Err(error.into()))
}

/// The last transaction: the space goes on under its new persona.
fn settle(
    session: &Session,
    id: &str,
    lost: LostPersona,
    certified: Certified,
    replaced: Option<UnixSeconds>,
    grants: &[GrantSummary],
) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let mut space = Space::load(&*tx, id)?;
    space.presented = Some(certified.certificate.clone());
    space.certified(certified);
    space.at_once = false;
    space.attestation = None;
    space.recoveries = vec![lost.recovery];
    space.continues.push(lost.id);
    space.save(&mut *tx, id)?;
    // Nothing sealed under the old keys can be granted again: it is sealed anew, in compartments and
    // key epochs that never were.
    for (category, _) in Compartment::of_space(&*tx, id)? {
        Compartment::leave_behind(&mut *tx, id, category)?;
    }
    match replaced {
        Some(at) => end_shares(&mut *tx, id, at, grants)?,
        None if lost.statements.is_empty() => out_of_hand(&mut *tx, id, session.now())?,
        // The relay never knew her: nothing was shared.
        None => {}
    }
    let known: Vec<String> = Share::all(&*tx)?.into_iter().map(|(id, _)| id).collect();
    let unknown = grants
        .iter()
        .filter(|grant| grant.replaced && !known.contains(&grant.grant_id.to_string()));
    let unknown = unknown.count() as u64;
    if let Some(mut renewal) = Renewal::load(&*tx)? {
        renewal.personas.remove(id);
        renewal.unknown_shares += unknown;
        renewal.save(&mut *tx)?;
    }
    tx.commit()?;
    session.changed();
    Ok(())
}

/// This kit cannot replace her, because she was certified with another one or before there were
/// kits: what she had granted runs on to its end, and nobody can stop it from here. She is told.
fn out_of_hand(tx: &mut dyn Transaction, space: &str, now: UnixSeconds) -> Result<(), AppError> {
    for (id, mut share) in Share::all(tx)? {
        if share.space == space && share.sent && share.is_wanted(now) {
            share.problem = Some(ErrorCode::ShareKeyLost.into());
            share.save(tx, &id)?;
        }
    }
    Ok(())
}

/// What the lost persona had granted is over: the relay has deleted what opened it.
fn end_shares(
    tx: &mut dyn Transaction,
    space: &str,
    at: UnixSeconds,
    grants: &[GrantSummary],
) -> Result<(), AppError> {
    for (id, mut share) in Share::all(tx)? {
        let grant = grant_id(&id)?;
        let stored = grants.iter().find(|summary| summary.grant_id == grant);
        // Sent after the backup was made: the relay knows what this profile does not.
        share.sent |= stored.is_some();
        let known = share.revoked.as_ref().is_some_and(|revoked| revoked.confirmed.is_some());
        if share.space != space || !share.sent || share.until <= at || known {
            continue;
        }
        tx.delete(Collection::Outbox, &Act::revoke_row(space, &id))?;
        tx.delete(Collection::Outbox, &Act::grant_row(space, &id))?;
        share.replaced = share.revoked.is_none();
        let decided = share.revoked.take().map_or(at, |revoked| revoked.at);
        // Taken back by the lost computer after the backup: that is when it ended.
        let ended = stored.and_then(|stored| stored.revoked_at).unwrap_or(at);
        share.replaced &= stored.is_none_or(|stored| stored.replaced);
        share.revoked = Some(Revocation { at: decided.min(ended), confirmed: Some(ended) });
        share.problem = None;
        share.save(tx, &id)?;
    }
    Ok(())
}
