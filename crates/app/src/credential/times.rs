//! When a credential is asked for and when it is shown, if things travel apart (`crate::rhythm`): by name in
//! the first half of its epoch, and shown only in its last third, so that the clinic cannot tell by the time who
//! shows it. The times follow from secrets, so that they differ from person to person and from space to space.

use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use sha2::{Digest as _, Sha256};

use crate::error::AppError;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;

const DAY: UnixSeconds = 86_400;
/// It is asked for in so many days.
const ASKED_WITHIN: UnixSeconds = 45 * DAY;
/// It is shown from this day on.
const SHOWN_FROM: UnixSeconds = 60 * DAY;
/// First shows are spread over so many days; as many are left to the end of the epoch.
const SHOWN_WITHIN: UnixSeconds = 15 * DAY;
/// Who came late waits this long all the same.
const BETWEEN: UnixSeconds = 7 * DAY;

/// When a credential of an epoch is asked for.
#[must_use]
pub fn ask_at(epoch: u64, secret: &[u8]) -> UnixSeconds {
    begin(epoch).saturating_add(drawn(b"ask-at\0", epoch, secret) % ASKED_WITHIN)
}

/// When a credential of an epoch is first shown for whom the secret is of.
#[must_use]
pub fn show_at(epoch: u64, secret: &[u8]) -> UnixSeconds {
    let drawn = drawn(b"show-at\0", epoch, secret) % SHOWN_WITHIN;
    begin(epoch).saturating_add(SHOWN_FROM + drawn)
}

/// From when a credential that was issued at a time is shown for her; `None` if that is after the end of its epoch.
#[must_use]
pub fn shown_from(epoch: u64, issued: UnixSeconds, secret: &[u8]) -> Option<UnixSeconds> {
    let from = show_at(epoch, secret).max(issued.saturating_add(BETWEEN));
    Some(from).filter(|from| *from < begin(epoch.saturating_add(1)))
}

/// Whether the credential of this epoch may be shown for her by now.
pub(crate) fn may_show(
    tx: &(impl Transaction + ?Sized),
    now: UnixSeconds,
    secret: &[u8],
) -> Result<bool, AppError> {
    let epoch = keyward_relay_api::authority::credential::epoch_at(now);
    let from = super::standing(tx, now)?.and_then(|held| shown_from(epoch, held.issued, secret));
    Ok(from.is_some_and(|from| from <= now))
}

const fn begin(epoch: u64) -> UnixSeconds {
    epoch.saturating_mul(EPOCH_SECONDS)
}

/// A number that only who has the secret can tell.
pub(super) fn drawn(what: &[u8], epoch: u64, secret: &[u8]) -> u64 {
    let mut hash = Sha256::new();
    hash.update(b"keyward/v1/app/");
    hash.update(what);
    hash.update(epoch.to_be_bytes());
    hash.update(secret);
    let hash: [u8; 32] = hash.finalize().into();
    u64::from_be_bytes(hash[..8].try_into().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_credential_is_asked_for_early_and_shown_late_at_times_of_one_s_own() {
        let day = |at: UnixSeconds| at.checked_sub(begin(230)).unwrap() / DAY;
        let secrets: Vec<[u8; 16]> = (0..=255).map(|n| [n; 16]).collect();
        let asked: BTreeSet<_> = secrets.iter().map(|it| day(ask_at(230, it))).collect();
        let shown: BTreeSet<_> = secrets.iter().map(|it| day(show_at(230, it))).collect();
        assert!(asked.iter().all(|day| *day < 45) && asked.len() > 40);
        assert!(shown.iter().all(|day| (60..75).contains(day)) && shown.len() == 15);
        assert_ne!(ask_at(230, &[1; 16]), ask_at(231, &[1; 16]) - EPOCH_SECONDS);
    }
}
