//! How quickly things travel. A relay that keeps times could otherwise tell from them whose spaces belong
//! together: handled one after another every half minute, they are asked for together and fall silent together.
//!
//! With [`Travel::Apart`] one line (a space, the backup, one step of the credential) has its turn in an opening
//! of the app ([`plan`]). Taking access away never waits, and neither do keys that were lost or a backup that she has
//! deleted (whoever finds the kit could read it until then): they are sent at once, and nothing else along with them but who looked until then. What she asks for by name ([`crate::patient::sharing::send_now`]) goes
//! at once too.
//!
//! The setting is in the backup; what was drawn is this computer's and is not.

mod due;
mod plan;

use serde::{Deserialize, Serialize};

use self::due::Need;
pub use self::due::{BACK_UP, LOOK};
pub use self::plan::{BETWEEN, Due, Line, OPENING, Plan};
use crate::error::AppError;
use crate::identity::Enrolment;
use crate::patient::sharing::book::{Act, Share};
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::renew;
use crate::session::Session;
use crate::store;
use crate::views::common::Role;
use crate::views::patient::{SpaceWaits, Travel};

/// The row of the setting in [`Collection::Settings`].
const SETTING: &str = "rhythm";
/// The row of [`Kept`] in [`Collection::Jobs`], which is in no backup.
const ROW: &str = "rhythm/plan";
/// An opening a day is what times are told by; the app does not know how often she opens it.
const A_DAY: UnixSeconds = 86_400;

/// What is remembered of turns.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    plan: Plan,
    /// When everything of a line was last exchanged.
    done: Vec<(Line, UnixSeconds)>,
}

impl Kept {
    fn load(tx: &(impl Transaction + ?Sized)) -> Result<Self, AppError> {
        Ok(store::load(tx, Collection::Jobs, ROW)?.unwrap_or_default())
    }

    fn done(&self, line: &Line) -> Option<UnixSeconds> {
        self.done.iter().find(|(known, _)| known == line).map(|(_, at)| *at)
    }
}

/// How quickly things travel in this profile.
///
/// # Errors
/// What the vault reports.
pub fn travel(tx: &(impl Transaction + ?Sized)) -> Result<Travel, AppError> {
    Ok(store::load(tx, Collection::Settings, SETTING)?.unwrap_or_default())
}

/// Whether lines are kept apart.
pub(crate) fn is_apart(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    Ok(travel(tx)? == Travel::Apart)
}

/// Chooses how quickly things travel.
///
/// # Errors
/// What the vault reports.
pub fn choose(session: &Session, travel: Travel) -> Result<(), AppError> {
    let mut tx = session.begin()?;
    store::save(&mut *tx, Collection::Settings, SETTING, &travel)?;
    tx.commit()?;
    session.changed();
    Ok(())
}

/// How much of a space is exchanged now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything.
    Whole,
    /// What takes access away, and keys that were lost.
    Ends,
    /// Nothing.
    Nothing,
}

/// Whose turn it is.
pub(crate) enum Turn {
    /// Everybody's.
    All,
    /// This line's, if it has anything to exchange.
    Of(Option<Line>),
}

impl Turn {
    /// Whether it is this line's.
    pub(crate) fn is_of(&self, line: &Line) -> bool {
        match self {
            Self::All => true,
            Self::Of(turn) => turn.as_ref() == Some(line),
        }
    }

    /// How much of a space is exchanged.
    pub(crate) fn part(
        &self,
        tx: &(impl Transaction + ?Sized),
        space: &str,
    ) -> Result<Part, AppError> {
        if let Some(retired) = Space::load(tx, space)?.retired {
            let waits = !retired.done && !renew::waits_for_clinic(tx)?;
            return Ok(if waits { Part::Ends } else { Part::Nothing });
        }
        if self.is_of(&Line::Space(space.to_owned())) {
            return Ok(Part::Whole);
        }
        // While the clinic knows no key of this computer, nobody who could end anything can be certified, only asked for
        // by name.
        if renew::waits_for_clinic(tx)? {
            return Ok(Part::Nothing);
        }
        let ends = !tx.list_prefix(Collection::Outbox, &Act::revokes_of(space))?.is_empty();
        Ok(if ends || renew::is_lost(tx, space)? { Part::Ends } else { Part::Nothing })
    }
}

/// Whose turn it is now; what was drawn is on the disk. Before anything leaves the turn is taken ([`take`]).
///
/// # Errors
/// What the vault reports.
pub(crate) fn turn(session: &Session) -> Result<Turn, AppError> {
    if patient_apart(&*session.read()?)?.is_none() {
        return Ok(Turn::All);
    }
    let mut random = [0; 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    change(session, |kept, tx| {
        let Some(enrolment) = patient_apart(tx)? else { return Ok(Turn::All) };
        let due = due::all(tx, &enrolment, kept, session.now())?;
        Ok(Turn::Of(kept.plan.turn(session.now(), &due, u64::from_be_bytes(random))))
    })
}

/// A patient's enrolment where things travel apart.
fn patient_apart(tx: &(impl Transaction + ?Sized)) -> Result<Option<Enrolment>, AppError> {
    let apart = is_apart(tx)?;
    let patient = Enrolment::load(tx)?.filter(|enrolment| enrolment.role == Role::Patient);
    Ok(patient.filter(|_| apart))
}

/// On the disk before anything of a line leaves in its turn. `false` if the turn is not its, because another thread took
/// the opening since it was looked at: then nothing may leave.
///
/// # Errors
/// What the vault reports.
pub(crate) fn take(session: &Session, line: &Line) -> Result<bool, AppError> {
    change(session, |kept, tx| Ok(!is_apart(tx)? || kept.plan.take(session.now(), line)))
}

/// On the disk before anything of a line leaves because she wants it now.
///
/// # Errors
/// What the vault reports.
pub(crate) fn leaves(session: &Session, line: &Line) -> Result<(), AppError> {
    change(session, |kept, tx| {
        if is_apart(tx)? {
            kept.plan.leaves(session.now(), line);
        }
        Ok(())
    })
}

/// As [`leaves`], for what takes access away.
///
/// # Errors
/// What the vault reports.
pub(crate) fn ends(session: &Session, line: &Line) -> Result<(), AppError> {
    change(session, |kept, tx| {
        if is_apart(tx)? {
            kept.plan.ends(session.now(), line);
        }
        Ok(())
    })
}

/// What takes access away has left. If nothing else did in this opening it is the line's now, also if it had a turn in
/// this round: that cannot happen again and again, as with what cannot be ended.
///
/// # Errors
/// What the vault reports.
pub(crate) fn ended(session: &Session, line: &Line) -> Result<(), AppError> {
    change(session, |kept, tx| {
        if is_apart(tx)? {
            kept.plan.ended(session.now(), line);
        }
        Ok(())
    })
}

/// Everything of a line was exchanged; of asking by name: the clinic said no, so that it is asked again after a while.
///
/// # Errors
/// What the vault reports.
pub(crate) fn done(session: &Session, line: &Line) -> Result<(), AppError> {
    change(session, |kept, tx| {
        if is_apart(tx)? {
            kept.done.retain(|(known, _)| known != line);
            kept.done.push((line.clone(), session.now()));
        }
        Ok(())
    })
}

/// Part of the transaction that ends an enrolment: what the clinic said no to it will not be asked again. Whose turn it is
/// stays, or there would be a second one in this opening.
///
/// # Errors
/// What the vault reports.
pub(crate) fn forget_no(tx: &mut (impl Transaction + ?Sized)) -> Result<(), AppError> {
    let mut kept = Kept::load(tx)?;
    if kept.done(&Line::Asking).is_some() {
        kept.done.retain(|(line, _)| *line != Line::Asking);
        store::save(tx, Collection::Jobs, ROW, &kept)?;
    }
    Ok(())
}

/// The clinic was asked by name and did not say no: an earlier no is over.
///
/// # Errors
/// What the vault reports.
pub(crate) fn heard(session: &Session) -> Result<(), AppError> {
    change(session, |kept, _| {
        kept.done.retain(|(line, _)| *line != Line::Asking);
        Ok(())
    })
}

/// Whether a credential is to be asked for now, in the turn of [`Line::Asking`].
///
/// # Errors
/// What the vault reports.
pub(crate) fn wants_credential(session: &Session) -> Result<bool, AppError> {
    let tx = session.read()?;
    let Some(enrolment) = Enrolment::load(&*tx)? else { return Ok(false) };
    due::wants_credential(&*tx, &enrolment, session.now())
}

/// Reads first: mostly nothing changes, and then nobody has to wait for the one who writes.
fn change<T>(
    session: &Session,
    make: impl Fn(&mut Kept, &dyn Transaction) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let tx = session.read()?;
    let before = Kept::load(&*tx)?;
    let mut kept = before.clone();
    let made = make(&mut kept, &*tx)?;
    if kept == before {
        return Ok(made);
    }
    drop(tx);
    // Another thread may have been quicker: what it left counts.
    let mut tx = session.begin()?;
    let before = Kept::load(&*tx)?;
    let mut kept = before.clone();
    let made = make(&mut kept, &*tx)?;
    if kept != before {
        store::save(&mut *tx, Collection::Jobs, ROW, &kept)?;
        tx.commit()?;
    }
    Ok(made)
}

/// What waits for its turn, for the pages.
pub(crate) struct Queue {
    enrolment: Enrolment,
    kept: Kept,
    due: Vec<Due>,
    shares: Vec<(String, Share)>,
    now: UnixSeconds,
}

impl Queue {
    /// `None` where nothing waits for a turn.
    ///
    /// # Errors
    /// What the vault reports.
    pub(crate) fn load(tx: &dyn Transaction, now: UnixSeconds) -> Result<Option<Self>, AppError> {
        let Some(enrolment) = patient_apart(tx)? else { return Ok(None) };
        let kept = Kept::load(tx)?;
        let due = due::all(tx, &enrolment, &kept, now)?;
        Ok(Some(Self { enrolment, kept, due, shares: Share::all(tx)?, now }))
    }

    /// What waits of a space, if anything does.
    pub(crate) fn of_space(
        &self,
        tx: &dyn Transaction,
        id: &str,
        space: &Space,
    ) -> Result<Option<SpaceWaits>, AppError> {
        if !due::has_news(tx, &self.shares, id, space, self.now)? {
            return Ok(None);
        }
        let line = Line::Space(id.to_owned());
        let need = due::need(tx, id, space, self.now)?;
        let by = match need {
            Need::Turn => self.by(&line),
            Need::Persona => self.by_persona(tx, &line)?,
            Need::Certificate => self.by_certificate(tx, id, &line)?,
        };
        Ok(Some(SpaceWaits { by, persona: need == Need::Persona }))
    }

    /// By when a line has its turn at the latest, with an opening a day.
    pub(crate) fn by(&self, line: &Line) -> UnixSeconds {
        after(self.now, self.openings(line, &self.due))
    }

    fn openings(&self, line: &Line, due: &[Due]) -> u64 {
        self.kept.plan.waits(self.now, line, due)
    }

    /// The same for a line that does not yet wait for its turn.
    fn openings_once_due(&self, line: &Line) -> u64 {
        let mut due = self.due.clone();
        if !due.iter().any(|due| due.line == *line) {
            due.push(Due { line: line.clone(), pressing: true });
        }
        self.openings(line, &due)
    }

    /// By when the clinic gave a credential, if it is to be asked for from a time on.
    fn credential_by(&self, from: UnixSeconds) -> UnixSeconds {
        let from = from.max(due::asks_again(&self.kept, self.now)).max(self.now);
        after(from, self.openings_once_due(&Line::Asking))
    }

    /// By when a space that has nobody yet is carried: somebody is certified late in an epoch, for those who wait one
    /// after another, and then it has its turn, while certificates are renewed as well.
    fn by_persona(&self, tx: &dyn Transaction, line: &Line) -> Result<UnixSeconds, AppError> {
        let asked = self.credential_by(due::ask_from(tx, &self.enrolment, self.now)?);
        let from = due::personas_from(tx, &self.enrolment, self.now, asked)?;
        let (later, before) = due::while_somebody_waits(tx, line, self.now)?;
        let persona = self.openings(&Line::Ahead, &later) + before * 2;
        Ok(after(from, persona + 1 + self.openings(line, &later)))
    }

    /// By when a space whose certificate is over is carried.
    fn by_certificate(
        &self,
        tx: &dyn Transaction,
        id: &str,
        line: &Line,
    ) -> Result<UnixSeconds, AppError> {
        let own = self.openings_once_due(line);
        Ok(match due::certified_from(tx, id, self.now)? {
            Some(from) => after(from.max(self.now), own),
            None => after(self.credential_by(due::next_credential(tx, self.now)?), 1 + own),
        })
    }
}

/// So many openings later.
fn after(at: UnixSeconds, openings: u64) -> UnixSeconds {
    at.saturating_add(openings.saturating_mul(A_DAY))
}
