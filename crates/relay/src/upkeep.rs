//! What a relay does without being asked: it ends what has expired, deletes what was kept long
//! enough, watches the room that is left, and says how it is.

use crate::error::RelayError;
use crate::relay::Relay;
use crate::store::Census;
use axum::body::Bytes;
use keyward_relay_api::problem::{Problem, ProblemCode};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// How often ended grants, old nonces and old answers are cleared away.
const TIDY_EVERY: u32 = 6;
/// How often the room is looked at; also the beat of everything else.
const BEAT: Duration = Duration::from_secs(5);
/// How often what was kept long enough is deleted, in beats.
const RETAIN_EVERY: u32 = 720;
/// How far the clock may be behind the highest time seen before something is wrong with it.
const BEHIND_SECONDS: u64 = 300;
/// 1 November 2026: a clock before it is wrong, whatever else is.
const BUILT_AFTER: u64 = 1_793_491_200;

/// Whether there is room for more.
#[derive(Debug, Default)]
pub(crate) struct Room(AtomicU8);

const ENOUGH: u8 = 0;
const DISK_SHORT: u8 = 1;
const QUOTA_REACHED: u8 = 2;

impl Room {
    /// Refuses what would add to the store while room is short. What takes back, acknowledges or
    /// reads is never refused for it: a full relay must still let a patient stop a share.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        let (why, seconds) = match self.0.load(Ordering::Relaxed) {
            ENOUGH => return Ok(()),
            DISK_SHORT => ("low-space", 60),
            _ => ("total-quota", 600),
        };
        Err(Problem::new(ProblemCode::StorageFailed).detail(why).retry_after(seconds))
    }
}

/// How a relay is. All true: ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// The database takes a write.
    pub database: bool,
    /// So does the place for payloads.
    pub blobs: bool,
    /// There is more free space than the bound, and less stored than the quota.
    pub room: bool,
    /// The clock is not behind what was seen before.
    pub clock: bool,
}

impl Relay {
    /// Deletes the keys of grants whose time is over, forgets old nonces and answers, and deletes
    /// payloads nothing needs any more. Runs on its own while serving. Gives the number of keys
    /// deleted.
    pub async fn tidy(&self) -> Result<u64, RelayError> {
        let inner = &self.0;
        let keys = inner.store.tidy(inner.now(), inner.clock()).await?;
        let orphans = inner.limits.backups.orphan_seconds;
        inner.store.collect_backups(inner.now(), orphans).await?;
        if let Err(error) = inner.delete_doomed().await {
            // What is to be deleted stands in the store: the next time does it.
            tracing::warn!(%error, "payloads nothing needs could not be deleted");
        }
        Ok(keys)
    }

    /// Deletes what the configuration says has been kept long enough. Gives the number of rows.
    pub async fn retain(&self) -> Result<u64, RelayError> {
        let mut all = 0;
        loop {
            let rows = self.0.store.retain(self.0.limits.retention, self.now()).await?;
            if rows == 0 {
                return Ok(all);
            }
            all += rows;
        }
    }

    /// How much is in the store.
    pub async fn census(&self) -> Result<Census, RelayError> {
        Ok(self.0.store.census(self.now()).await?)
    }

    /// Free bytes where the relay's folder lies; `None` where the system does not say.
    pub fn free_bytes(&self) -> Option<u64> {
        free_bytes(&self.0.dir)
    }

    /// Looks at the room that is left; refusals follow at once.
    pub async fn look_at_room(&self) -> Result<bool, RelayError> {
        let limits = &self.0.limits;
        let mut room = ENOUGH;
        if let Some(most) = limits.total_bytes
            && self.census().await?.stored_bytes >= most
        {
            room = QUOTA_REACHED;
        }
        if self.free_bytes().is_some_and(|free| free < limits.min_free_bytes) {
            room = DISK_SHORT;
        }
        let before = self.0.room.0.swap(room, Ordering::Relaxed);
        if before != room {
            match room {
                ENOUGH => tracing::info!("there is room again"),
                DISK_SHORT => tracing::error!("the disk is nearly full: nothing more is taken"),
                _ => tracing::error!("the total quota is reached: nothing more is taken"),
            }
        }
        Ok(room == ENOUGH)
    }

    /// Tries everything the relay needs.
    pub async fn health(&self) -> Health {
        let (seen, clock) = (self.now(), self.0.clock());
        Health {
            database: self.0.store.probe(seen).await.is_ok(),
            blobs: self.blobs_take_a_write().await,
            room: self.look_at_room().await.unwrap_or(false),
            clock: clock >= BUILT_AFTER && clock.saturating_add(BEHIND_SECONDS) >= seen,
        }
    }

    async fn blobs_take_a_write(&self) -> bool {
        match self.0.blobs.write_pack(vec![Bytes::from_static(b"probe")]).await {
            Ok(name) => {
                self.0.blobs.discard(&name).await;
                true
            }
            Err(_) => false,
        }
    }

    /// Everything above, again and again.
    pub(crate) async fn keep_up(self) {
        let mut beat = 0_u32;
        loop {
            if let Err(error) = self.look_at_room().await {
                tracing::warn!(code = error.code(), "the room could not be looked at");
            }
            if beat % TIDY_EVERY == TIDY_EVERY - 1
                && let Err(error) = self.tidy().await
            {
                tracing::warn!(code = error.code(), "clearing away failed");
            }
            if beat.is_multiple_of(RETAIN_EVERY) {
                match self.retain().await {
                    Ok(0) => {}
                    Ok(rows) => tracing::info!(rows, "kept long enough and deleted"),
                    Err(error) => tracing::warn!(code = error.code(), "deleting failed"),
                }
            }
            beat = beat.wrapping_add(1);
            tokio::time::sleep(BEAT).await;
        }
    }
}

/// Free bytes where a folder lies; `None` where the system does not say.
#[cfg(unix)]
pub fn free_bytes(dir: &std::path::Path) -> Option<u64> {
    let it = rustix::fs::statvfs(dir).ok()?;
    Some(it.f_bavail.saturating_mul(it.f_frsize))
}

/// Free bytes where a folder lies; `None` where the system does not say.
#[cfg(not(unix))]
pub fn free_bytes(_dir: &std::path::Path) -> Option<u64> {
    None
}
