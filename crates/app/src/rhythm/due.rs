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
use crate::recovery::{at_relay, keys, renew};

/// Without news of hers a space is looked into this often: who opened what, and how fresh it is.
pub const LOOK: UnixSeconds = 7 * 86_400;
/// A backup at the relay is continued this often.
pub const BACK_UP: UnixSeconds = 3 * 86_400;
/// The clinic said no: how long until it is asked by name again.
const ASK_AGAIN: UnixSeconds = 7 * 86_400;

/// All lines that have something to exchange.
pub(super) fn all(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    kept: &Kept,
    now: UnixSeconds,
) -> Result<Vec<Due>, AppError> {
    if leaving::is_begun(tx)? {
        return Ok(Vec::new());
    }
    let mut due: Vec<Due> = backup(tx, now)?.into_iter().collect();
    if renew::waits_for_clinic(tx)? {
        // Nobody can be certified, so that no space goes on; the backup has its place and its certificate.
        if renew::was_refused(tx)? && asks_again(kept, now) <= now {
            due.push(Due { line: Line::Asking, pressing: false });
        }
        return Ok(due);
    }
    let mut without_persona = false;
    let shares = Share::all(tx)?;
    for (id, space) in Space::live(tx)? {
        let line = Line::Space(id.clone());
        let looked = is_looked_into(&shares, kept, &id, &space, now);
        if !looked && !has_news(tx, &shares, &id, &space, now)? {
            continue;
        }
        if can_go(tx, &id, &space, now)? {
            // Nothing is certified again of which nothing is shared any more.
            let renews = is_wanted(&shares, &id, now) && can_renew(tx, &id, &space, now)?;
            due.push(Due { line, pressing: renews });
        } else {
            without_persona |= !space.was_certified();
        }
    }
    // Everything hangs on the credential, and its time is one of its own anyway.
    let asks = wants_credential(tx, enrolment, now)? || keys::waits(tx)?;
    if asks && asks_again(kept, now) <= now {
        due.push(Due { line: Line::Asking, pressing: true });
    }
    // One in an opening, however long that is.
    let rested = kept.done(&Line::Ahead).is_none_or(|at| now.abs_diff(at) >= OPENING);
    if rested
        && credential::can_certify_ahead(tx, now)?
        && credential::usable(tx, now)? < credential::READY_APART
        && times::may_show(tx, now, &enrolment.salt)?
    {
        due.push(Due { line: Line::Ahead, pressing: without_persona });
    }
    Ok(due)
}

fn backup(tx: &(impl Transaction + ?Sized), now: UnixSeconds) -> Result<Option<Due>, AppError> {
    let Some(turn) = at_relay::turn_of(tx, now)? else { return Ok(None) };
    let old = turn.complete.is_none_or(|at| now.abs_diff(at) >= BACK_UP);
    let due = old || turn.renews || turn.deletes;
    Ok(due.then_some(Due { line: Line::Backup, pressing: turn.renews }))
}

/// Whether it is to be asked how a space stands, without news of hers.
fn is_looked_into(
    shares: &[(String, Share)],
    kept: &Kept,
    id: &str,
    space: &Space,
    now: UnixSeconds,
) -> bool {
    let done = kept.done(&Line::Space(id.to_owned()));
    let stale = done.is_none_or(|at| now.abs_diff(at) >= LOOK);
    let ended = || ended_since(shares, id, now, done);
    space.presented.is_some() && (stale && is_visible(shares, id, now) || ended())
}

/// Whether a credential is to be asked for: it is time, or somebody's certificate is over.
pub(super) fn wants_credential(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    Ok(credential::standing(tx, now)?.is_none() && ask_from(tx, enrolment, now)? <= now)
}

/// From when a credential of this epoch is asked for.
pub(super) fn ask_from(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    now: UnixSeconds,
) -> Result<UnixSeconds, AppError> {
    let mut lapsed = at_relay::waits_for_credential(tx, now)?;
    let shares = Share::all(tx)?;
    for (id, space) in Space::live(tx)? {
        let over = space.was_certified() && held_until(&space, now).is_none();
        lapsed |=
            over && (is_visible(&shares, &id, now) || has_news(tx, &shares, &id, &space, now)?);
    }
    let drawn = times::ask_at(epoch_at(now), &enrolment.salt);
    Ok(if lapsed { drawn.min(now) } else { drawn })
}

/// From when the clinic is asked by name again after it said no. What a clock that was far ahead wrote down then does not
/// count: it would not be asked until that time comes.
pub(super) fn asks_again(kept: &Kept, now: UnixSeconds) -> UnixSeconds {
    let said_no = kept.done(&Line::Asking).filter(|at| *at < now.saturating_add(OPENING));
    said_no.map_or(0, |at| at.saturating_add(ASK_AGAIN))
}

/// Whether a space has something of hers that is not at the relay, or a certificate to be renewed.
pub(super) fn has_news(
    tx: &(impl Transaction + ?Sized),
    shares: &[(String, Share)],
    id: &str,
    space: &Space,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    if !tx.list_prefix(Collection::Outbox, &Act::revokes_of(id))?.is_empty() {
        return Ok(true);
    }
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
    can_renew(tx, id, space, now)
}

/// Whether a space's certificate is over or ends with this epoch, and can be renewed now.
fn can_renew(
    tx: &(impl Transaction + ?Sized),
    id: &str,
    space: &Space,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    let renewed = space.certified_in().is_some_and(|epoch| epoch >= epoch_at(now));
    if renewed || !space.was_certified() || !credential::can_certify(tx, now, id)? {
        return Ok(false);
    }
    Ok(held_until(space, now).is_none() || times::may_show(tx, now, space.secret())?)
}

/// What a space with news waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Its turn.
    Turn,
    /// Somebody who is certified ahead.
    Persona,
    /// Its certificate is over.
    Certificate,
}

/// What this one waits for.
pub(super) fn need(
    tx: &(impl Transaction + ?Sized),
    id: &str,
    space: &Space,
    now: UnixSeconds,
) -> Result<Need, AppError> {
    Ok(match (can_go(tx, id, space, now)?, space.was_certified()) {
        (true, _) => Need::Turn,
        (false, true) => Need::Certificate,
        (false, false) => Need::Persona,
    })
}

/// A space without a persona goes once one is ready, one whose certificate is over once it can be certified.
fn can_go(
    tx: &(impl Transaction + ?Sized),
    id: &str,
    space: &Space,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    Ok(match (space.was_certified(), held_until(space, now)) {
        (_, Some(_)) => true,
        (true, None) => credential::can_certify(tx, now, id)?,
        (false, None) => credential::usable(tx, now)? > 0,
    })
}

/// From when personas are certified ahead next; `asked`: by when there is a credential, if there is none yet.
pub(super) fn personas_from(
    tx: &(impl Transaction + ?Sized),
    enrolment: &Enrolment,
    now: UnixSeconds,
    asked: UnixSeconds,
) -> Result<UnixSeconds, AppError> {
    let epoch = epoch_at(now);
    let here = match credential::standing(tx, now)? {
        None => times::shown_from(epoch, asked, &enrolment.salt),
        Some(_) if !credential::can_certify_ahead(tx, now)? => None,
        Some(held) => times::shown_from(epoch, held.issued, &enrolment.salt),
    };
    Ok(here.unwrap_or_else(|| times::show_at(epoch + 1, &enrolment.salt)).max(now))
}

/// Who may have something to exchange when somebody is certified for a space that waits for her, and how many wait
/// for one besides it.
pub(super) fn while_somebody_waits(
    tx: &(impl Transaction + ?Sized),
    line: &Line,
    now: UnixSeconds,
) -> Result<(Vec<Due>, u64), AppError> {
    // Certificates are renewed at that time, too.
    let mut due = vec![Due { line: Line::Ahead, pressing: true }];
    if at_relay::turn_of(tx, now)?.is_some() {
        due.push(Due { line: Line::Backup, pressing: true });
    }
    let (mut before, shares) = (0, Share::all(tx)?);
    for (id, space) in Space::live(tx)? {
        let (known, other) = (space.was_certified(), Line::Space(id.clone()));
        if other == *line || !known && !is_wanted(&shares, &id, now) {
            continue;
        }
        before += u64::from(!known);
        due.push(Due { line: other, pressing: known });
    }
    Ok((due, before))
}

/// From when a space whose certificate is over can be certified with the credential there is; `None` if it takes another.
pub(super) fn certified_from(
    tx: &(impl Transaction + ?Sized),
    id: &str,
    now: UnixSeconds,
) -> Result<Option<UnixSeconds>, AppError> {
    let from = credential::certified_from(tx, now, id)?;
    // In the next epoch it takes the credential of that one.
    Ok(from.filter(|from| epoch_at(*from) == epoch_at(now)))
}

/// From when the next credential can be asked for.
pub(super) fn next_credential(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
) -> Result<UnixSeconds, AppError> {
    let next = credential::next_epoch(epoch_at(now));
    Ok(if credential::standing(tx, now)?.is_some() { next } else { now })
}

fn held_until(space: &Space, now: UnixSeconds) -> Option<UnixSeconds> {
    let valid = validity(space.certified_in()?)?;
    valid.contains(&now).then_some(valid.end)
}

fn is_wanted(shares: &[(String, Share)], space: &str, now: UnixSeconds) -> bool {
    let wanted = |share: &Share| share.is_wanted(now) && share.problem.is_none();
    shares.iter().any(|(_, share)| share.space == space && wanted(share))
}

fn is_visible(shares: &[(String, Share)], space: &str, now: UnixSeconds) -> bool {
    shares.iter().any(|(_, share)| share.space == space && share.is_visible(now))
}

/// Whether a share ended after the space was looked into last: who looked until then is asked for once more.
fn ended_since(
    shares: &[(String, Share)],
    space: &str,
    now: UnixSeconds,
    done: Option<UnixSeconds>,
) -> bool {
    let ended = |share: &Share| share.sent && share.revoked.is_none() && share.until <= now;
    let unseen = |share: &Share| done.is_some_and(|at| at < share.until);
    shares.iter().any(|(_, share)| share.space == space && ended(share) && unseen(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = 1_800_000_000;

    #[test]
    fn a_no_holds_for_a_week_whatever_the_clock_said_when_it_came() {
        let said_no = |at| Kept { done: vec![(Line::Asking, at)], ..Kept::default() };
        let is_asked = |at| asks_again(&said_no(at), NOW) <= NOW;
        assert!(!is_asked(NOW) && !is_asked(NOW - ASK_AGAIN + 1), "it said no a moment ago");
        assert!(is_asked(NOW - ASK_AGAIN));
        assert!(is_asked(NOW + 365 * 86_400), "the clock was a year ahead");
        assert!(is_asked(NOW + 3 * 86_400), "it does not come back when that time is near");
        assert!(!is_asked(NOW + 3_600), "a clock that was set right by an hour asks no sooner");
    }
}
