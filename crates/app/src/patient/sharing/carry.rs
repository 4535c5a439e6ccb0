//! Carries out what was decided: brings the relay to the state the shares ask for. Every step is
//! durable before it is sent and safe to repeat, so a run that is killed anywhere is finished by the
//! next one.
//!
//! Where things travel apart (`crate::rhythm`) a run carries out one space's, and of the others only what takes
//! access away.

mod certified;
mod ended;
mod exchange;
mod retired;
mod sent;
mod sync_book;
mod told;

use self::exchange::Exchange;
use self::sync_book::{forget_problem, note};
use self::told::tell_clinic;
use super::directory::{self, Doctors};
use crate::error::{AppError, ErrorCode};
use crate::leaving;
use crate::patient::spaces::Space;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::rhythm::{self, Line, Part, Turn};
use crate::session::Session;

pub(super) use self::ended::close_epochs;
pub use self::sync_book::SyncBook;

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
    Space::load_live(&*session.read()?, space)?;
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
    // Checked once for all spaces: that takes a while.
    let doctors = Doctors::load(&*session.read()?, &enrolment, session.now());
    let (turn, parts) = parts(session, now_for)?;
    let mut asked_anybody = matches!(turn, Turn::All);
    for (id, part) in parts {
        let waits = matches!(turn, Turn::Of(_)) && now_for != Some(id.as_str());
        let (enrolment, doctors) = (&enrolment, &doctors);
        let exchange = Exchange { session, enrolment, doctors, id: &id, waits, progress, cancel };
        match exchange.part(part) {
            Ok(asked) => asked_anybody |= asked,
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

/// How much of each space is exchanged now; what ends first, because that may take the opening.
fn parts(
    session: &Session,
    now_for: Option<&str>,
) -> Result<(Turn, Vec<(String, Part)>), AppError> {
    let spaces = Space::all(&*session.read()?)?;
    let look = |turn: &Turn| {
        let tx = session.read()?;
        let part = |id: &String| Ok((id.clone(), turn.part(&*tx, id)?));
        let mut parts =
            spaces.iter().map(|(id, _)| part(id)).collect::<Result<Vec<_>, AppError>>()?;
        parts.sort_by_key(|(_, part)| *part != Part::Ends);
        Ok::<_, AppError>(parts)
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
