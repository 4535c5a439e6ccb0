//! When a reader last looked at a chart, and how far it reached then.

use keyward_protocol::ids::GrantId;
use serde::{Deserialize, Serialize};

use super::access::{self, Access};
use crate::error::AppError;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::session::Session;
use crate::store;
use crate::views::reading::RoomScope;

/// The last look at a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// When.
    pub(super) at: UnixSeconds,
    /// The newest arrival then: by number, since a clock may be wrong.
    pub(super) arrival: u64,
}

fn id(scope: &str) -> String {
    format!("reading/seen/{scope}")
}

pub(super) fn load(tx: &dyn Transaction, access: &Access) -> Result<Option<Seen>, AppError> {
    Ok(store::load(tx, Collection::Settings, &id(&access.name()))?)
}

/// Remembers that the reader has seen everything there is now. A preview remembers nothing.
///
/// # Errors
/// As the reading of the chart.
pub fn mark_seen(session: &Session, scope: &RoomScope) -> Result<(), AppError> {
    let access = access::open(session, scope)?;
    if matches!(scope, RoomScope::Preview { .. }) {
        return Ok(());
    }
    let mut tx = session.begin()?;
    let arrival = tx.newest_arrival(&access.name())?;
    let seen = Seen { at: session.now(), arrival };
    store::save(&mut *tx, Collection::Settings, &id(&access.name()), &seen)?;
    Ok(tx.commit()?)
}

/// All lines of a scope are made anew: what was seen before stays seen.
pub(crate) fn renumbered(
    tx: &mut (impl Transaction + ?Sized),
    scope: &str,
) -> Result<(), AppError> {
    let seen: Option<Seen> = store::load(tx, Collection::Settings, &id(scope))?;
    if let Some(seen) = seen {
        let arrival = tx.newest_arrival(scope)?;
        store::save(tx, Collection::Settings, &id(scope), &Seen { arrival, ..seen })?;
    }
    Ok(())
}

/// Forgets a share.
pub(crate) fn forget(
    tx: &mut (impl Transaction + ?Sized),
    share: &GrantId,
) -> Result<(), AppError> {
    tx.delete(Collection::Settings, &id(&super::Scope::Share(*share).name()))?;
    Ok(())
}
