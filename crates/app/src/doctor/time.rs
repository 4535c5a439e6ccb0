//! Time that does not run backwards: a clock set back revives no share.

use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;

/// The row of the highest time in [`Collection::Settings`].
pub(crate) const HIGHEST: &str = "doctor/highest-time";

/// Written at most this often, in seconds.
const GRAIN: UnixSeconds = 60;

/// A remembered time further ahead of the relay's than this comes from a clock that was wrong.
const WRONG: UnixSeconds = 24 * 60 * 60;

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Highest {
    time: UnixSeconds,
}

/// The later of now and the highest time ever seen.
pub(super) fn effective(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<UnixSeconds, AppError> {
    let seen: Highest = store::load(tx, Collection::Settings, HIGHEST)?.unwrap_or_default();
    Ok(seen.time.max(now))
}

/// Remembers that it is at least `now`; gives the effective time.
pub(super) fn observe(session: &Session, now: UnixSeconds) -> Result<UnixSeconds, AppError> {
    let seen = effective(&*session.read()?, 0)?;
    if now > seen + GRAIN {
        let mut tx = session.begin()?;
        store::save(&mut *tx, Collection::Settings, HIGHEST, &Highest { time: now })?;
        tx.commit()?;
    }
    Ok(seen.max(now))
}

/// Takes in the relay's time, which never runs backwards. It raises what is remembered; and it
/// corrects a memory that lies more than a day ahead of it, which only a clock that was wrong for a
/// while can have left. (The relay is who enforces the end of a grant in any case.)
pub(super) fn learn(
    session: &Session,
    relay: UnixSeconds,
    local: UnixSeconds,
) -> Result<UnixSeconds, AppError> {
    let seen = effective(&*session.read()?, 0)?;
    let corrected = if seen > relay.saturating_add(WRONG) { relay } else { seen.max(relay) };
    if corrected != seen {
        let mut tx = session.begin()?;
        store::save(&mut *tx, Collection::Settings, HIGHEST, &Highest { time: corrected })?;
        tx.commit()?;
    }
    // A local clock that is wrong now does not count either.
    let believed = if local > relay.saturating_add(WRONG) { relay } else { local };
    Ok(corrected.max(believed))
}
