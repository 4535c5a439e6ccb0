//! How an authority is, for whoever watches over it.

use crate::{Authority, StoreError};

/// How far the clock may be behind the highest time seen before something is wrong with it.
const BEHIND_SECONDS: u64 = 300;
/// 1 November 2026: a clock before it is wrong, whatever else is.
const BUILT_AFTER: u64 = 1_793_491_200;

/// All true: ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The register takes a write.
    pub database: bool,
    /// The clock is not behind what was seen before.
    pub clock: bool,
}

impl Authority {
    /// Tries what the authority needs. Blocks for the disk.
    #[must_use]
    pub fn health(&self) -> Health {
        let store = &self.inner.store;
        let tried = store.write(|tx| {
            let before = tx.meta("probe")?;
            let other = if before.as_deref() == Some(&[0]) { [1] } else { [0] };
            tx.put_meta("probe", &other)?;
            Ok::<u64, StoreError>(tx.now)
        });
        let (seen, clock) = (tried.as_ref().ok().copied().unwrap_or(0), store.clock());
        Health {
            database: tried.is_ok() && self.inner.credentials.works(),
            clock: clock >= BUILT_AFTER && clock.saturating_add(BEHIND_SECONDS) >= seen,
        }
    }
}
