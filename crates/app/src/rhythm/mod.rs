//! How quickly things travel. A relay that keeps times could otherwise tell from them whose spaces belong
//! together: handled one after another every half minute, they are asked for together and fall silent together.
//!
//! With [`Travel::Apart`] one line (a space, the backup, one step of the credential) has its turn in an opening
//! of the app ([`plan`]). Taking access away never waits, and neither do keys that were lost or a backup that is to
//! be deleted: they are sent at once, and nothing else along with them but who looked until then. What she asks for by name ([`crate::patient::sharing::send_now`]) goes
//! at once too.
//!
//! The setting is in the backup; what was drawn is this computer's and is not.

mod due;
mod plan;

use serde::{Deserialize, Serialize};

use self::plan::Plan;
pub use self::plan::{BETWEEN, Due, Line, OPENING};
use crate::error::AppError;
use crate::identity::Enrolment;
use crate::patient::sharing::book::Act;
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
        if self.is_of(&Line::Space(space.to_owned())) {
            return Ok(Part::Whole);
        }
        let ends = !tx.list_prefix(Collection::Outbox, &Act::revokes_of(space))?.is_empty();
        Ok(if ends || renew::is_lost(tx, space)? { Part::Ends } else { Part::Nothing })
    }
}

/// Whose turn it is now; what was drawn is on the disk.
///
/// # Errors
/// What the vault reports.
pub(crate) fn turn(session: &Session) -> Result<Turn, AppError> {
    let tx = session.read()?;
    let apart = is_apart(&*tx)?;
    let patient = Enrolment::load(&*tx)?.filter(|enrolment| enrolment.role == Role::Patient);
    let Some(enrolment) = patient.filter(|_| apart) else { return Ok(Turn::All) };
    drop(tx);
    let mut random = [0; 8];
    session.randomness().with(|rng| rng.fill_bytes(&mut random));
    change(session, |kept, tx| {
        let due = due::all(tx, &enrolment, kept, session.now())?;
        Ok(Turn::Of(kept.plan.turn(session.now(), &due, u64::from_be_bytes(random))))
    })
}

/// On the disk before anything of a line leaves.
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

/// Everything of a line was exchanged.
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

fn change<T>(
    session: &Session,
    make: impl FnOnce(&mut Kept, &mut dyn Transaction) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let mut tx = session.begin()?;
    let before = Kept::load(&*tx)?;
    let mut kept = before.clone();
    let made = make(&mut kept, &mut *tx)?;
    if kept != before {
        store::save(&mut *tx, Collection::Jobs, ROW, &kept)?;
        tx.commit()?;
    }
    Ok(made)
}

/// What waits for its turn, for the pages.
pub(crate) struct Queue {
    kept: Kept,
    due: Vec<Due>,
    /// From when a persona can be ready for a space that has none.
    personas: UnixSeconds,
    now: UnixSeconds,
}

impl Queue {
    /// `None` where nothing waits for a turn.
    ///
    /// # Errors
    /// What the vault reports.
    pub(crate) fn load(tx: &dyn Transaction, now: UnixSeconds) -> Result<Option<Self>, AppError> {
        if !is_apart(tx)? {
            return Ok(None);
        }
        let Some(enrolment) = Enrolment::load(tx)? else { return Ok(None) };
        let kept = Kept::load(tx)?;
        let due = due::all(tx, &enrolment, &kept, now)?;
        let personas = due::personas_from(tx, &enrolment, now)?;
        Ok(Some(Self { kept, due, personas, now }))
    }

    /// What waits of a space, if anything does.
    pub(crate) fn of_space(
        &self,
        tx: &dyn Transaction,
        id: &str,
        space: &Space,
    ) -> Result<Option<SpaceWaits>, AppError> {
        if !due::has_news(tx, id, space, self.now)? {
            return Ok(None);
        }
        let persona = due::lacks_persona(tx, space, self.now)?;
        let from = if persona { self.personas } else { self.now };
        let by = from.max(self.by(&Line::Space(id.to_owned())));
        Ok(Some(SpaceWaits { by, persona }))
    }

    /// By when a line has its turn at the latest, with an opening a day.
    pub(crate) fn by(&self, line: &Line) -> UnixSeconds {
        let openings = self.kept.plan.waits(self.now, line, &self.due);
        self.now.saturating_add(openings.saturating_mul(A_DAY))
    }
}
