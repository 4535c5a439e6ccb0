//! Carries out what was decided: brings the relay to the state the shares ask for. Every step is
//! durable before it is sent and safe to repeat, so a run that is killed anywhere is finished by the
//! next one.
//!
//! Where things travel apart (`crate::rhythm`) a run carries out one space's, and of the others only what takes
//! access away.
//!
//! Order within a space: take back first (nothing may hold it up), then epochs, then what is still
//! waiting of the old epoch, then roll epochs over, then seal and send what is new, then grants.

use std::collections::BTreeSet;

use keyward_protocol::certificate::VerifiedPersona;
use keyward_protocol::ids::PersonaId;
use keyward_records::Category;
use keyward_relay_api::authority::credential::epoch_at;
use serde::{Deserialize, Serialize};

use super::book::{self, Act, Compartment, Granted, Share, Terms, Waiting};
use super::content::Recipe;
use super::directory::{self, Doctors};
use super::grants::{self, Granting};
use super::history;
use super::naming::Naming;
use super::seal::Sealer;
use super::set_back::{self, SetBack};
use crate::credential;
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::leaving;
use crate::patient::spaces::{self, Persona, Space};
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::relay::{ProblemCode, Relay, RelayError, UploadBatch, UploadRecord};
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::{keys, kit, renew};
use crate::rhythm::{self, Line, Part, Turn};
use crate::session::Session;
use crate::store;

/// Records in one upload at most.
const UPLOAD_RECORDS: usize = 200;
/// Payload bytes in one upload at most, unless one record alone is larger.
const UPLOAD_BYTES: usize = 12 << 20;
/// Heads of live shares are dated anew once they are older than this.
const FRESH: UnixSeconds = 12 * 3600;
/// How the last exchange went.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct SyncBook {
    /// When relay and clinic were last reached and everything was carried out.
    pub last: Option<UnixSeconds>,
    /// What stood in the way last time.
    pub problem: Option<AppError>,
    /// When the relay was last found to know more than this profile: the computer was set back, or a copy
    /// of it is in use.
    #[serde(default)]
    pub set_back: Option<UnixSeconds>,
}

impl SyncBook {
    /// The id of its row in [`Collection::Settings`].
    pub const ROW: &str = "sync";

    /// Reads it.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(session: &Session) -> Result<Self, AppError> {
        Ok(store::load(&*session.read()?, Collection::Settings, Self::ROW)?.unwrap_or_default())
    }

    /// Forgets it: it told of another relay.
    ///
    /// # Errors
    /// What the vault reports.
    pub(super) fn forget(tx: &mut dyn Transaction) -> Result<(), AppError> {
        tx.delete(Collection::Settings, Self::ROW)?;
        Ok(())
    }
}

/// Carries out everything that waits, in every space whose turn it is, and fetches the access history. One
/// space's failure does not hold up another.
///
/// # Errors
/// The first failure, after everything else was tried; [`ErrorCode::Cancelled`].
pub fn run(session: &Session, progress: &dyn Progress, cancel: &Cancel) -> Result<(), AppError> {
    run_for(session, None, progress, cancel)
}

/// The same for one space now, whoever's turn it is: she asked for it.
///
/// # Errors
/// As [`run`]; [`ErrorCode::NotFound`].
pub fn send_now(
    session: &Session,
    space: &str,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(), AppError> {
    Space::load(&*session.read()?, space)?;
    run_for(session, Some(space), progress, cancel)
}

fn run_for(
    session: &Session,
    now_for: Option<&str>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(), AppError> {
    let _turn = session.exchange_turn();
    let mut first_failure = None;
    let enrolment = session.enrolment()?;
    if leaving::is_begun(&*session.read()?)? {
        // What was forgotten must not be sealed, shared or asked for again.
        let begun = ErrorCode::LeavingBegun.into();
        note(session, Some(&begun))?;
        return Err(begun);
    }
    match tell_clinic(session, &enrolment, now_for) {
        Err(error) if error.code == ErrorCode::Locked => return Err(error),
        Err(error) => first_failure = Some(error),
        Ok(()) => {}
    }
    // Without news the old directory holds; sharing does not wait for it.
    if let Err(error) = directory::refresh_when_due(session)
        && error.code == ErrorCode::Locked
    {
        return Err(error);
    }
    let (turn, parts) = parts(session, now_for)?;
    let mut asked_anybody = matches!(turn, Turn::All);
    for (id, part) in parts {
        asked_anybody |= part != Part::Nothing;
        let waits = matches!(turn, Turn::Of(_)) && now_for != Some(id.as_str());
        let exchange =
            Exchange { session, enrolment: &enrolment, id: &id, waits, progress, cancel };
        match exchange.part(part) {
            Ok(()) => {}
            Err(error) if error.code == ErrorCode::Cancelled || error.code == ErrorCode::Locked => {
                return Err(error);
            }
            Err(error) => {
                first_failure.get_or_insert(error);
            }
        }
    }
    let outcome = first_failure.map_or(Ok(()), Err);
    if asked_anybody || outcome.is_err() {
        note(session, outcome.as_ref().err())?;
    } else {
        forget_problem(session)?;
    }
    session.changed();
    progress.report(Step { stage: Stage::Finished, ..Step::default() });
    outcome
}

/// What the clinic is told by name. Where things travel apart that has a turn of its own: beside a space it would tell
/// clinic and relay together whose that is. Only a lost key is replaced at once, because who has it can act as her.
fn tell_clinic(
    session: &Session,
    enrolment: &Enrolment,
    now_for: Option<&str>,
) -> Result<(), AppError> {
    let (apart, lost, refused, waits) = {
        let tx = session.read()?;
        let lost = renew::is_key_lost(&*tx)?;
        (rhythm::is_apart(&*tx)?, lost, renew::was_refused(&*tx)?, keys::waits(&*tx)?)
    };
    let asking = if apart {
        let has = now_for.is_none() && (refused || waits && !lost);
        has && rhythm::turn(session)?.is_of(&Line::Asking) && rhythm::take(session, &Line::Asking)?
    } else {
        true
    };
    if lost && (asking || !refused) {
        // If nothing left in this opening before, it is this.
        rhythm::ends(session, &Line::Asking)?;
        // After a restore: without its new key the clinic certifies nothing, but the relay may go on.
        if let Err(error) = renew::enrolment(session, enrolment) {
            if asking && !matches!(error.code, ErrorCode::Locked | ErrorCode::AuthorityUnreachable)
            {
                rhythm::done(session, &Line::Asking)?;
            }
            return Err(error);
        }
    }
    // What recovers her the clinic can be told another time.
    match if asking { keys::register(session, enrolment) } else { Ok(()) } {
        Err(error) if error.code == ErrorCode::Locked => Err(error),
        _ => Ok(()),
    }
}

/// Nobody was asked: whether what stood in the way still does is not known.
fn forget_problem(session: &Session) -> Result<(), AppError> {
    let mut book = SyncBook::load(session)?;
    if book.problem.take().is_none() {
        return Ok(());
    }
    let mut tx = session.begin()?;
    store::save(&mut *tx, Collection::Settings, SyncBook::ROW, &book)?;
    Ok(tx.commit()?)
}

/// How much of each space is exchanged now.
fn parts(
    session: &Session,
    now_for: Option<&str>,
) -> Result<(Turn, Vec<(String, Part)>), AppError> {
    let spaces = Space::all(&*session.read()?)?;
    let look = |turn: &Turn| {
        let tx = session.read()?;
        let part = |id: &String| Ok((id.clone(), turn.part(&*tx, id)?));
        spaces.iter().map(|(id, _)| part(id)).collect::<Result<Vec<_>, AppError>>()
    };
    if let Some(space) = now_for {
        rhythm::leaves(session, &Line::Space(space.to_owned()))?;
    }
    let mut turn = rhythm::turn(session)?;
    if now_for.is_some() && matches!(turn, Turn::Of(_)) {
        turn = Turn::Of(now_for.map(|space| Line::Space(space.to_owned())));
    }
    let mut parts = look(&turn)?;
    if parts.iter().any(|(_, part)| *part == Part::Ends) && now_for.is_none() {
        // If nothing left in this opening before, it is theirs.
        for (id, _) in parts.iter().filter(|(_, part)| *part == Part::Ends) {
            rhythm::ends(session, &Line::Space(id.clone()))?;
        }
        turn = rhythm::turn(session)?;
        parts = look(&turn)?;
    }
    Ok((turn, parts))
}

fn note(session: &Session, failure: Option<&AppError>) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    let mut book: SyncBook =
        store::load(&*tx, Collection::Settings, SyncBook::ROW)?.unwrap_or_default();
    if failure.is_none() {
        book.last = Some(session.now());
    }
    book.problem = failure.cloned();
    store::save(&mut *tx, Collection::Settings, SyncBook::ROW, &book)?;
    Ok(tx.commit()?)
}

/// One space's turn.
struct Exchange<'a> {
    session: &'a Session,
    enrolment: &'a Enrolment,
    id: &'a str,
    /// Whether its persona is certified at a time of her own only.
    waits: bool,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
}

impl Exchange<'_> {
    fn part(&self, part: Part) -> Result<(), AppError> {
        let line = Line::Space(self.id.to_owned());
        match part {
            Part::Nothing => self.note(),
            Part::Ends => {
                rhythm::ends(self.session, &line)?;
                self.note()?;
                self.ends()
            }
            Part::Whole => {
                if !self.begins(&line)? {
                    return self.note();
                }
                self.run()?;
                rhythm::done(self.session, &line)
            }
        }
    }

    /// Before anything leaves. Another thread may have taken the opening since it was looked whose it is.
    fn begins(&self, line: &Line) -> Result<bool, AppError> {
        if self.waits {
            return rhythm::take(self.session, line);
        }
        rhythm::leaves(self.session, line)?;
        Ok(true)
    }

    /// What this computer knows by itself: which shares are over, and whose doctor the clinic no longer vouches for.
    fn note(&self) -> Result<(), AppError> {
        let now = self.session.now();
        let all = Share::all(&*self.session.read()?)?;
        let shares: Vec<(String, Share)> =
            all.into_iter().filter(|(_, share)| share.space == self.id).collect();
        self.note_ended(&shares, now)?;
        self.note_doctors(shares, now).map(drop)
    }

    /// What takes access away, and who looked until then; nothing else.
    fn ends(&self) -> Result<(), AppError> {
        renew::persona(self.session, self.enrolment, self.id)?;
        let space = Space::load(&*self.session.read()?, self.id)?;
        let persona = self.session.with_master(|master| space.persona(master))?;
        let signing = std::sync::Arc::clone(&persona.signing);
        let relay = self.session.network().relay(&self.enrolment.relay(), signing)?;
        let sent = match self.send_revocations(&*relay) {
            // It has forgotten her, or her certificate is over: she is certified for this without waiting, too.
            Err(Failure::Relay(error)) if is_stranger(&error) => {
                let now = self.session.now();
                let certificate = match space.certificate(self.enrolment, now)? {
                    Some(held) => held,
                    None => self.certify(&persona, now)?.ok_or(error)?,
                };
                let shown = relay.present_persona(certificate.raw()).map_err(Failure::from);
                shown.and_then(|()| self.send_revocations(&*relay))
            }
            outcome => outcome,
        };
        let seen = sent.and_then(|()| history::fetch(self.session, self.id, &*relay));
        seen.map_err(|failure| match failure {
            Failure::Relay(error) => error.into(),
            Failure::App(error) => error,
        })
    }

    fn run(&self) -> Result<(), AppError> {
        renew::persona(self.session, self.enrolment, self.id)?;
        let now = self.session.now();
        let tx = self.session.read()?;
        let space = Space::load(&*tx, self.id)?;
        let shares: Vec<(String, Share)> =
            Share::all(&*tx)?.into_iter().filter(|(_, share)| share.space == self.id).collect();
        drop(tx);
        if shares.is_empty() {
            return Ok(());
        }
        self.note_ended(&shares, now)?;
        let shares = self.note_doctors(shares, now)?;
        let wanted = shares.iter().any(|(_, share)| share.is_wanted(now));
        let known = space.presented.is_some() || shares.iter().any(|(_, share)| share.sent);
        if !wanted && !known {
            // Everything was over before the relay ever heard of this persona.
            return Ok(());
        }
        let space = match wanted && !space.was_certified() {
            true => {
                spaces::settle(self.session, self.id, self.waits)?;
                Space::load(&*self.session.read()?, self.id)?
            }
            false => self.with_recovery(space, wanted, now)?,
        };
        let persona = self.session.with_master(|master| space.persona(master))?;
        let relay = self
            .session
            .network()
            .relay(&self.enrolment.relay(), std::sync::Arc::clone(&persona.signing))?;
        match self.with_relay(&*relay, &space, &persona, &shares, now) {
            Err(Failure::Relay(error)) => {
                if is_stranger(&error) {
                    self.forget_presented()?;
                }
                Err(error.into())
            }
            Err(Failure::App(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }

    /// The space with the recovery key of its next certificate, durable before that is asked for.
    fn with_recovery(
        &self,
        mut space: Space,
        wanted: bool,
        now: UnixSeconds,
    ) -> Result<Space, AppError> {
        let held = space.certificate(self.enrolment, now)?;
        // One epoch certifies her in one way only; a new kit is taken up in the next one.
        let due = held
            .as_ref()
            .is_none_or(|held| space.is_renewal_due(held, now) || epoch_at(now) > held.epoch);
        if !wanted || !due {
            return Ok(space);
        }
        let mut tx = self.session.begin()?;
        let kit = kit::current(&mut *tx, self.session)?;
        if space.draw_recovery(self.session, &kit, held.as_ref())? {
            let mut stored = Space::load(&*tx, self.id)?;
            stored.recoveries.clone_from(&space.recoveries);
            stored.save(&mut *tx, self.id)?;
        }
        tx.commit()?;
        Ok(space)
    }

    fn with_relay(
        &self,
        relay: &dyn Relay,
        space: &Space,
        persona: &Persona,
        shares: &[(String, Share)],
        now: UnixSeconds,
    ) -> Result<(), Failure> {
        if space.presented.is_some() {
            // Taking back waits for nobody, least of all for an authority that is away or would not
            // certify her again.
            match self.send_revocations(relay) {
                Err(Failure::Relay(error)) if is_stranger(&error) => {}
                done => done?,
            }
        }
        let set_back =
            SetBack { session: self.session, enrolment: self.enrolment, space: self.id, persona };
        let certificate = match self.certificate(space, persona, shares, now) {
            // Perhaps another copy of this profile had her certified in this epoch; and shared, too.
            Err(error) if is_refused(error.code) => {
                return match set_back.notice(relay) {
                    Err(Failure::App(error)) => Err(error.into()),
                    _ => Err(error.into()),
                };
            }
            outcome => outcome?,
        };
        let certificate = certificate.as_ref();
        if let Some(certificate) = certificate {
            self.present(relay, certificate)?;
        }
        self.send_revocations(relay)?;
        if certificate.is_some() || space.presented.is_some() {
            set_back.notice(relay)?;
        }
        let wanted: Vec<&(String, Share)> = shares
            .iter()
            .filter(|(_, share)| share.is_wanted(now) && share.problem.is_none())
            .collect();
        if let (Some(certificate), false) = (certificate, wanted.is_empty()) {
            let categories: BTreeSet<Category> =
                wanted.iter().flat_map(|(_, share)| share.categories.iter().copied()).collect();
            let sealer = Sealer {
                session: self.session,
                space: self.id,
                signing: &persona.signing,
                persona: PersonaId::of(persona.signing.verifying_key()),
            };
            match self.fill(relay, &sealer, space, &categories) {
                // Another copy of this profile was at work between the question and now, or the relay
                // itself was set back.
                Err(Failure::Relay(error)) if set_back::is_conflict(&error) => {
                    set_back.begin_anew(relay)?;
                    self.fill(relay, &sealer, space, &categories)?;
                }
                done => done?,
            }
            let naming = Naming {
                session: self.session,
                enrolment: self.enrolment,
                space: self.id,
                persona,
            };
            let stored = Space::load(&*self.session.read()?, self.id)?;
            let granting = Granting {
                sealer: &sealer,
                space,
                enrolment: self.enrolment,
                certificate,
                epoch_object: stored.epoch_object.unwrap_or_default(),
                attestation: naming.attestation(space, now)?,
            };
            for (id, _) in &wanted {
                granting.prepare(id)?;
            }
            self.send_grants(relay)?;
            for category in categories {
                sealer.refill(category)?;
            }
        }
        history::fetch(self.session, self.id, relay)?;
        Ok(())
    }

    /// Brings the compartments up to date at the relay.
    fn fill(
        &self,
        relay: &dyn Relay,
        sealer: &Sealer<'_>,
        space: &Space,
        categories: &BTreeSet<Category>,
    ) -> Result<(), Failure> {
        for category in categories {
            sealer.compartment(*category)?;
        }
        self.send_epochs(relay)?;
        for category in categories {
            // What was sealed before still belongs to the old epoch.
            self.upload(relay, *category)?;
            sealer.roll(*category)?;
        }
        self.send_epochs(relay)?;
        let mut new = Vec::new();
        for category in categories {
            new.push((*category, sealer.unsealed(*category)?));
        }
        let total: u64 = new.iter().map(|(_, rows)| rows.len() as u64).sum();
        let recipe = Recipe::load(&*self.session.read()?, space, self.enrolment)?;
        let mut done = 0;
        for (category, rows) in new {
            sealer.seal(category, rows, &recipe, self.cancel, &mut |sealed| {
                done += sealed;
                let step = Step { stage: Stage::Sealing, done, total, ..Step::default() };
                self.progress.report(step);
            })?;
        }
        for category in categories {
            sealer.freshen(*category, FRESH)?;
            self.upload(relay, *category)?;
        }
        Ok(())
    }

    /// The persona's certificate: the one there is, or a new one through the credential. `None` if none is needed (everything is over and only history is left to fetch).
    fn certificate(
        &self,
        space: &Space,
        persona: &Persona,
        shares: &[(String, Share)],
        now: UnixSeconds,
    ) -> Result<Option<VerifiedPersona>, AppError> {
        let held = space.certificate(self.enrolment, now)?;
        let drawn = space.recoveries.last().map(|recovery| recovery.hash);
        let due = held.as_ref().is_none_or(|held| {
            space.is_renewal_due(held, now) || drawn.is_some_and(|hash| hash != held.recovery_hash)
        });
        if self.waits && due && !self.may_certify(space, held.is_none(), now)? {
            return held.map(Some).ok_or_else(|| ErrorCode::CredentialWaits.into());
        }
        if !due || !shares.iter().any(|(_, share)| share.is_wanted(now)) {
            return Ok(held);
        }
        match (self.certify(persona, now), held) {
            (Ok(certificate), _) => Ok(certificate),
            // Asked early enough that there is time: the one she has still holds.
            (Err(_), Some(held)) => Ok(Some(held)),
            (Err(error), None) => Err(error),
        }
    }

    /// Whether it is time, where things travel apart: with a credential that was asked for in another opening, and
    /// late in its epoch. Who has no certificate any more does not wait for that.
    fn may_certify(&self, space: &Space, over: bool, now: UnixSeconds) -> Result<bool, AppError> {
        let tx = self.session.read()?;
        Ok(match over {
            true => credential::standing(&*tx, now)?.is_some(),
            false => credential::times::may_show(&*tx, now, space.secret())?,
        })
    }

    fn certify(
        &self,
        persona: &Persona,
        now: UnixSeconds,
    ) -> Result<Option<VerifiedPersona>, AppError> {
        let certified = persona.certify(self.session, self.id)?;
        self.change_space(|space| space.certified(certified))?;
        Space::load(&*self.session.read()?, self.id)?.certificate(self.enrolment, now)
    }

    fn present(&self, relay: &dyn Relay, certificate: &VerifiedPersona) -> Result<(), Failure> {
        let space = Space::load(&*self.session.read()?, self.id)?;
        if space.presented.as_deref() != Some(certificate.raw()) {
            relay.present_persona(certificate.raw())?;
            self.change_space(|space| space.presented = Some(certificate.raw().to_vec()))?;
        }
        Ok(())
    }

    fn forget_presented(&self) -> Result<(), AppError> {
        self.change_space(|space| space.presented = None)
    }

    fn change_space(&self, change: impl FnOnce(&mut Space)) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut space = Space::load(&*tx, self.id)?;
        change(&mut space);
        space.save(&mut *tx, self.id)?;
        Ok(tx.commit()?)
    }

    /// A share whose time is over closes the epochs it could read, before anything more is sealed.
    fn note_ended(&self, shares: &[(String, Share)], now: UnixSeconds) -> Result<(), AppError> {
        for (id, share) in shares {
            if share.until <= now && !share.ended {
                let mut tx = self.session.begin()?;
                let mut share = Share::load(&*tx, id)?;
                share.ended = true;
                share.save(&mut *tx, id)?;
                tx.delete(Collection::Outbox, &Act::grant_row(self.id, id))?;
                close_epochs(&mut *tx, self.id, &share)?;
                tx.commit()?;
            }
        }
        Ok(())
    }

    /// Marks shares whose doctor the clinic no longer vouches for under the key they were made for.
    /// The relay opens nothing to that key any more; she is told, and asked to share again if the
    /// doctor has another key now.
    fn note_doctors(
        &self,
        shares: Vec<(String, Share)>,
        now: UnixSeconds,
    ) -> Result<Vec<(String, Share)>, AppError> {
        let mut tx = self.session.begin()?;
        let Some(doctors) = Doctors::load(&*tx, self.enrolment, now)? else { return Ok(shares) };
        let authority = self.enrolment.authority_key()?;
        let mut noted = Vec::with_capacity(shares.len());
        let mut changed = false;
        for (id, _) in shares {
            let mut share = Share::load(&*tx, &id)?;
            let other_problem =
                share.problem.as_ref().is_some_and(|problem| !is_gone(problem.code));
            let told = share.problem.as_ref().map(|problem| problem.code);
            if share.is_wanted(now)
                && !other_problem
                && let Some(why) = doctors.gone(&share.doctor(&authority)?)
                && told != Some(why)
            {
                share.problem = Some(why.into());
                share.save(&mut *tx, &id)?;
                tx.delete(Collection::Outbox, &Act::grant_row(self.id, &id))?;
                close_epochs(&mut *tx, self.id, &share)?;
                changed = true;
            }
            noted.push((id, share));
        }
        if changed {
            tx.commit()?;
        }
        Ok(noted)
    }

    fn send_revocations(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let acts = Act::of_space(&*self.session.read()?, self.id, "1-revoke")?;
        for (row, act) in acts {
            let Act::Revoke { share, statement } = &act else { continue };
            match relay.revoke(&book::grant_id(share)?, statement) {
                // Not there, or over already: there is no key left to delete.
                Ok(_) | Err(RelayError::NotFound) => {}
                Err(RelayError::Refused(refusal))
                    if matches!(
                        refusal.code,
                        ProblemCode::GrantExpired
                            | ProblemCode::GrantRevoked
                            | ProblemCode::GrantReplaced
                    ) => {}
                Err(error) => return Err(error.into()),
            }
            let mut tx = self.session.begin()?;
            let mut stored = Share::load(&*tx, share)?;
            if let Some(revoked) = &mut stored.revoked {
                revoked.confirmed = Some(self.session.now());
            }
            stored.save(&mut *tx, share)?;
            tx.delete(Collection::Outbox, &row)?;
            tx.commit()?;
        }
        Ok(())
    }

    fn send_epochs(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let acts = Act::of_space(&*self.session.read()?, self.id, "2-epoch")?;
        for (row, act) in acts {
            let Act::Epoch { statement } = &act else { continue };
            relay.open_epoch(statement)?;
            let mut tx = self.session.begin()?;
            tx.delete(Collection::Outbox, &row)?;
            tx.commit()?;
        }
        Ok(())
    }

    fn send_grants(&self, relay: &dyn Relay) -> Result<(), Failure> {
        let acts = Act::of_space(&*self.session.read()?, self.id, "3-grant")?;
        for (row, act) in acts {
            let Act::Grant { share, granted, signed, keys, message } = &act else { continue };
            if Share::load(&*self.session.read()?, share)?.revoked.is_some() {
                continue;
            }
            self.progress.report(Step { stage: Stage::Granting, ..Step::default() });
            let request = grants::request(&granted.terms, signed, keys, message)?;
            match relay.grant(&request) {
                Ok(()) => self.granted(&row, share, granted.clone(), None)?,
                // The relay has a later revision than this profile remembers: go on from there.
                Err(RelayError::Refused(refusal)) if refusal.code == ProblemCode::StaleRevision => {
                    let revision = relay.grant_detail(&book::grant_id(share)?)?.summary.revision;
                    let terms = Terms { entries: Vec::new(), ..granted.terms.clone() };
                    self.granted(&row, share, Granted { revision, terms }, None)?;
                }
                Err(error @ RelayError::Refused(_)) => {
                    if is_stranger(&error) {
                        return Err(error.into());
                    }
                    self.refused(&row, share, error.into())?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn granted(
        &self,
        row: &str,
        share: &str,
        granted: Granted,
        problem: Option<AppError>,
    ) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut stored = Share::load(&*tx, share)?;
        stored.granted = Some(granted);
        stored.problem = problem;
        stored.save(&mut *tx, share)?;
        tx.delete(Collection::Outbox, row)?;
        Ok(tx.commit()?)
    }

    fn refused(&self, row: &str, share: &str, problem: AppError) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        let mut stored = Share::load(&*tx, share)?;
        stored.problem = Some(problem);
        stored.save(&mut *tx, share)?;
        tx.delete(Collection::Outbox, row)?;
        Ok(tx.commit()?)
    }

    /// Sends what waits of one compartment, in chain order, the head with the last batch.
    fn upload(&self, relay: &dyn Relay, category: Category) -> Result<(), Failure> {
        let tx = self.session.read()?;
        let Some(compartment) = Compartment::load(&*tx, self.id, category)? else { return Ok(()) };
        let waiting = Waiting::of_compartment(&*tx, self.id, category)?;
        drop(tx);
        let total = waiting.len() as u64;
        let mut waiting = waiting.into_iter().peekable();
        let mut done = 0;
        while waiting.peek().is_some() || (compartment.head_waits && total == 0 && done == 0) {
            if self.cancel.is_cancelled() || self.session.closed().is_cancelled() {
                return Err(AppError::from(ErrorCode::Cancelled).into());
            }
            let (mut rows, mut batch, mut bytes) = (Vec::new(), UploadBatch::default(), 0);
            while let Some((_, next)) = waiting.peek() {
                let full =
                    rows.len() >= UPLOAD_RECORDS || bytes + next.payload.len() > UPLOAD_BYTES;
                if full && !rows.is_empty() {
                    break;
                }
                let Some((row, next)) = waiting.next() else { break };
                bytes += next.payload.len();
                rows.push(row);
                let record = UploadRecord { header: next.header, payload: next.payload };
                batch.records.push(record);
            }
            let last = waiting.peek().is_none();
            if let (true, Some(head)) = (last, &compartment.head) {
                batch.heads.push(head.clone());
            }
            relay.upload(&batch)?;
            done += rows.len() as u64;
            self.uploaded(category, &rows, last)?;
            self.progress.report(Step { stage: Stage::Sending, done, total, ..Step::default() });
            if rows.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn uploaded(&self, category: Category, rows: &[String], last: bool) -> Result<(), AppError> {
        let mut tx = self.session.begin()?;
        for row in rows {
            tx.delete(Collection::Sealed, row)?;
        }
        if last && let Some(mut compartment) = Compartment::load(&*tx, self.id, category)? {
            compartment.head_waits = false;
            compartment.save(&mut *tx, self.id, category)?;
        }
        Ok(tx.commit()?)
    }
}

/// Marks the open epochs of a share's compartments to be closed before anything more is sealed.
///
/// # Errors
/// What the vault reports.
pub(super) fn close_epochs(
    tx: &mut dyn Transaction,
    space: &str,
    share: &Share,
) -> Result<(), AppError> {
    for category in &share.categories {
        if let Some(mut compartment) = Compartment::load(tx, space, *category)? {
            compartment.close = true;
            compartment.save(tx, space, *category)?;
        }
    }
    Ok(())
}

/// Whether the clinic would not certify her.
const fn is_refused(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::AuthorityRefused | ErrorCode::CredentialRefused)
}

/// Whether a problem is that the clinic took the doctor's certificate back.
const fn is_gone(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::DoctorRemoved | ErrorCode::DoctorKeyChanged)
}

/// The relay does not know this persona (any more): its certificate must be presented again.
fn is_stranger(error: &RelayError) -> bool {
    error.refusal().is_some_and(|refusal| {
        matches!(
            refusal.code,
            ProblemCode::BadSignature
                | ProblemCode::BadCertificate
                | ProblemCode::CertificateExpired
        )
    })
}

/// A failure of the relay is kept apart until it is decided what it means.
pub(super) enum Failure {
    /// The relay's.
    Relay(RelayError),
    /// Any other.
    App(AppError),
}

impl From<RelayError> for Failure {
    fn from(error: RelayError) -> Self {
        Self::Relay(error)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::App(error.into())
    }
}

impl From<crate::ports::vault::VaultError> for Failure {
    fn from(error: crate::ports::vault::VaultError) -> Self {
        Self::App(error.into())
    }
}
