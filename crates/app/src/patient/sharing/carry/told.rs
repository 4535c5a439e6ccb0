//! What the clinic is told by name.

use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::patient::sharing::book::Act;
use crate::patient::spaces::Space;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::{keys, renew};
use crate::rhythm::{self, Line};
use crate::session::Session;

/// What the clinic is told by name. Where things travel apart that has a turn of its own: beside a space it would tell
/// clinic and relay together whose that is. Only a lost key is replaced at once, because who has it can act as her. Where
/// access is taken away, which goes now, the clinic is told later.
pub(super) fn tell_clinic(
    session: &Session,
    enrolment: &Enrolment,
    now_for: Option<&str>,
) -> Result<(), AppError> {
    let (apart, lost, refused, waits) = {
        let tx = session.read()?;
        let waits = keys::waits(&*tx)? && !takes_away(&*tx)?;
        (rhythm::is_apart(&*tx)?, renew::is_key_lost(&*tx)?, renew::was_refused(&*tx)?, waits)
    };
    let asking = if apart {
        // Before the refused key is replaced nothing can be taken away anyway.
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
            if asking && is_no(error.code) {
                rhythm::done(session, &Line::Asking)?;
            }
            return Err(error);
        }
    }
    // What recovers her the clinic can be told another time.
    if !asking {
        return Ok(());
    }
    match keys::register(session, enrolment) {
        Ok(()) if apart => rhythm::heard(session),
        Err(error) if error.code == ErrorCode::Locked => Err(error),
        _ => Ok(()),
    }
}

/// Whether a revocation waits in any space.
fn takes_away(tx: &(impl Transaction + ?Sized)) -> Result<bool, AppError> {
    for (space, _) in Space::all(tx)? {
        if !tx.list_prefix(Collection::Outbox, &Act::revokes_of(&space))?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether that is the clinic's word, or there is nothing that could be said to it. All else passes.
const fn is_no(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::AuthorityRefused | ErrorCode::NotFound)
}
