//! What is exchanged of one space, step by step.
//!
//! Order: take back first (nothing may hold it up), then epochs, then what is still waiting of the old epoch,
//! then roll epochs over, then seal and send what is new, then grants.

use std::collections::BTreeSet;

use keyward_protocol::ids::PersonaId;
use keyward_records::Category;

use super::certified::is_refused;
use crate::error::AppError;
use crate::failure::{Failure, is_stranger};
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::patient::sharing::content::Recipe;
use crate::patient::sharing::directory::Doctors;
use crate::patient::sharing::grants::Granting;
use crate::patient::sharing::history;
use crate::patient::sharing::naming::Naming;
use crate::patient::sharing::seal::Sealer;
use crate::patient::sharing::set_back::{self, SetBack};
use crate::patient::spaces::{self, Persona, Space};
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::ports::relay::Relay;
use crate::recovery::renew;
use crate::rhythm::{self, Line, Part};
use crate::session::Session;

/// Heads of live shares are dated anew once they are older than this.
const FRESH: UnixSeconds = 12 * 3600;

/// One space's turn.
pub(super) struct Exchange<'a> {
    pub(super) session: &'a Session,
    pub(super) enrolment: &'a Enrolment,
    /// The doctors the clinic vouches for, if it ever told; or why that cannot be read.
    pub(super) doctors: &'a Result<Option<Doctors>, AppError>,
    pub(super) id: &'a str,
    /// Whether its persona is certified at a time of her own only.
    pub(super) waits: bool,
    pub(super) progress: &'a dyn Progress,
    pub(super) cancel: &'a Cancel,
}

impl Exchange<'_> {
    /// So much of it; whether anybody was asked.
    pub(super) fn part(&self, part: Part) -> Result<bool, AppError> {
        let line = Line::Space(self.id.to_owned());
        match part {
            Part::Ends => {
                rhythm::ends(self.session, &line)?;
                // Also if the doctors cannot be read.
                let noted = self.note();
                self.ends(&line)?;
                noted?;
            }
            Part::Whole if self.begins(&line)? => {
                self.run()?;
                rhythm::done(self.session, &line)?;
            }
            Part::Whole | Part::Nothing => {
                self.note()?;
                return Ok(false);
            }
        }
        Ok(true)
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
    fn ends(&self, line: &Line) -> Result<(), AppError> {
        renew::persona(self.session, self.enrolment, self.id)?;
        let space = Space::load(&*self.session.read()?, self.id)?;
        let persona = self.session.with_master(|master| space.persona(master))?;
        let signing = std::sync::Arc::clone(&persona.signing);
        let relay = self.session.network().relay(&self.enrolment.relay(), signing)?;
        if space.retired.is_some() {
            self.retire(&*relay, &space, &persona)?;
            return rhythm::ended(self.session, line);
        }
        let waiting = self.revocations()?;
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
        if sent.is_ok() || self.revocations()? < waiting {
            rhythm::ended(self.session, line)?;
        }
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
        let shares = match self.note_doctors(shares, now) {
            Err(unreadable) => {
                // Taking back waits for nobody.
                if self.revocations()? > 0 {
                    self.ends(&Line::Space(self.id.to_owned()))?;
                }
                return Err(unreadable);
            }
            noted => noted?,
        };
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
}
