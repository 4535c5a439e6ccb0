//! Who has something to exchange, from what the vault holds. Asks nobody.

use keyward_relay_api::authority::credential::{epoch_at, validity};

use super::{Due, Kept, Line, OPENING};
use crate::credential::{self, times};
use crate::error::AppError;
use crate::identity::Enrolment;
use crate::leaving;
use crate::patient::sharing::book::{Act, Compartment, Mark, Share, Waiting};
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::recovery::{at_relay, renew};

/// Without news of hers a space is looked into this often: who opened what, and how fresh it is.
const LOOK: UnixSeconds = 7 * 86_400;
/// A backup at the relay is continued this often.
const BACK_UP: UnixSeconds = 3 * 86_400;

/// All lines that have something to exchange.
pub(super) fn all(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    kept: &Kept,
    now: UnixSeconds,
) -> Result<Vec<Due>, AppError> {
    if leaving::is_begun(tx)? || renew::waits_for_clinic(tx)? {
        return Ok(Vec::new());
    }
    let mut due = Vec::new();
    let mut lapsed = false;
    for (id, space) in Space::all(tx)? {
        let line = Line::Space(id.clone());
        let news = has_news(tx, &id, &space, now)?;
        let stale = kept.done(&line).is_none_or(|at| now.abs_diff(at) >= LOOK);
        let ended = ended_since(tx, &id, now, kept.done(&line))?;
        let looked = space.presented.is_some() && (ended || stale && is_visible(tx, &id, now)?);
        if !news && !looked {
            continue;
        }
        let held = held_until(&space, now);
        lapsed |= space.was_certified() && held.is_none();
        if can_go(tx, &space, now)? {
            due.push(Due { line, ends: held });
        }
    }
    lapsed |= at_relay::waits_for_credential(tx, now)?;
    let backup = at_relay::turn_of(tx, now)?;
    if backup.is_some_and(|complete| complete.is_none_or(|at| now.abs_diff(at) >= BACK_UP)) {
        due.push(Due { line: Line::Backup, ends: None });
    }
    let standing = credential::standing(tx, now)?;
    let asks = times::ask_at(epoch_at(now), &enrolment.salt) <= now;
    if standing.is_none() && (asks || lapsed) {
        due.push(Due { line: Line::Asking, ends: None });
    }
    // One in an opening, however long that is.
    let rested = kept.done(&Line::Ahead).is_none_or(|at| now.abs_diff(at) >= OPENING);
    if rested
        && standing.is_some_and(|held| held.left)
        && credential::usable(tx, now)? < credential::READY_APART
        && times::may_show(tx, now, &enrolment.salt)?
    {
        due.push(Due { line: Line::Ahead, ends: None });
    }
    Ok(due)
}

/// Whether a space has something of hers that is not at the relay, or a certificate to be renewed.
pub(super) fn has_news(
    tx: &(impl Transaction + ?Sized),
    id: &str,
    space: &Space,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    if !tx.list_prefix(Collection::Outbox, &Act::revokes_of(id))?.is_empty() {
        return Ok(true);
    }
    let shares = Share::all(tx)?;
    let shares = shares.iter().map(|(_, share)| share).filter(|share| share.space == id);
    let wanted: Vec<&Share> =
        shares.filter(|share| share.is_wanted(now) && share.problem.is_none()).collect();
    // Steps of a share that ended before they were sent are for nobody.
    if wanted.is_empty() {
        return Ok(false);
    }
    if !tx.list_prefix(Collection::Outbox, &format!("{id}/"))?.is_empty() {
        return Ok(true);
    }
    let granted = |share: &&Share| {
        share.granted.as_ref().is_some_and(|granted| granted.terms.until == share.until)
    };
    if !wanted.iter().all(granted) || held_until(space, now).is_none() {
        return Ok(true);
    }
    let counts = tx.count_records()?;
    let mut categories: Vec<_> = wanted.iter().flat_map(|share| &share.categories).collect();
    categories.sort_unstable();
    categories.dedup();
    for category in categories {
        let compartment = Compartment::load(tx, id, *category)?;
        let (sealed, withheld) = Mark::count(tx, id, *category)?;
        let all = counts.iter().find(|(name, _)| name == category.as_str()).map_or(0, |it| it.1);
        if compartment.is_none_or(|it| it.close || it.head_waits)
            || all > sealed + withheld
            || Waiting::count(tx, id, *category)? > 0
        {
            return Ok(true);
        }
    }
    let renewed = space.certified_in().is_some_and(|epoch| epoch >= epoch_at(now));
    Ok(!renewed && times::may_show(tx, now, space.secret())?)
}

/// Whether it has nobody yet, and nobody is ready.
pub(super) fn lacks_persona(
    tx: &(impl Transaction + ?Sized),
    space: &Space,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    Ok(!can_go(tx, space, now)?)
}

/// A space without a persona goes once one is ready, one whose certificate is over once there is a credential.
fn can_go(
    tx: &(impl Transaction + ?Sized),
    space: &Space,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    Ok(match (space.was_certified(), held_until(space, now)) {
        (_, Some(_)) => true,
        (true, None) => credential::standing(tx, now)?.is_some(),
        (false, None) => credential::usable(tx, now)? > 0,
    })
}

/// From when personas are certified ahead next.
pub(super) fn personas_from(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Result<UnixSeconds, AppError> {
    let epoch = epoch_at(now);
    let here = times::show_from(tx, epoch, now, &enrolment.salt)?;
    Ok(here.unwrap_or_else(|| times::show_at(epoch + 1, &enrolment.salt)).max(now))
}

fn held_until(space: &Space, now: UnixSeconds) -> Option<UnixSeconds> {
    let valid = validity(space.certified_in()?)?;
    valid.contains(&now).then_some(valid.end)
}

fn is_visible(
    tx: &(impl Transaction + ?Sized),
    space: &str,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    let shares = Share::all(tx)?;
    Ok(shares.iter().any(|(_, share)| share.space == space && share.is_visible(now)))
}

/// Whether a share ended after the space was looked into last: who looked until then is asked for once more.
fn ended_since(
    tx: &(impl Transaction + ?Sized),
    space: &str,
    now: UnixSeconds,
    done: Option<UnixSeconds>,
) -> Result<bool, AppError> {
    let shares = Share::all(tx)?;
    let ended = |share: &Share| share.sent && share.revoked.is_none() && share.until <= now;
    let unseen = |share: &Share| done.is_some_and(|at| at < share.until);
    Ok(shares.iter().any(|(_, share)| share.space == space && ended(share) && unseen(share)))
}
