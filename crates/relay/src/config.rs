//! What a relay is opened with.

use crate::routes::Class;
use crate::store::{BackupBounds, Bounds, Retention};
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{SecretBytes32, VerifyingKey};
use keyward_relay_api::http::UnixClock;
use keyward_relay_api::http::server::{ListenLimits, Monotonic, Rate, SteadyClock};
use keyward_relay_api::types::Scope;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a relay is opened with.
pub struct RelayConfig {
    /// Its folder: database, payloads, lock.
    pub dir: PathBuf,
    /// The key its secrets are sealed under at rest. Losing it loses every live grant.
    pub storage_key: SecretBytes32,
    /// The service it is part of. Requests are signed for it, certificates must carry it.
    pub service_id: ServiceId,
    /// The authorities whose certificates it accepts.
    pub authority_keys: Vec<VerifyingKey>,
    /// Whom it can be reached by; shown in its status.
    pub scope: Scope,
    /// The time.
    pub clock: Arc<dyn UnixClock>,
    /// What rates are measured by.
    pub steady: Arc<dyn SteadyClock>,
    /// Rates, sizes, patience.
    pub limits: Limits,
    /// Where ends are noted, so that a restored backup revives nothing; best on another disk.
    pub journal: Option<PathBuf>,
}

impl RelayConfig {
    /// A configuration with the default limits.
    pub fn new(
        dir: impl Into<PathBuf>,
        storage_key: SecretBytes32,
        service_id: ServiceId,
        authority_keys: Vec<VerifyingKey>,
        scope: Scope,
        clock: Arc<dyn UnixClock>,
    ) -> Self {
        let limits = Limits::default();
        RelayConfig {
            dir: dir.into(),
            storage_key,
            service_id,
            authority_keys,
            scope,
            clock,
            steady: Arc::new(Monotonic::default()),
            limits,
            journal: None,
        }
    }
}

/// Bounds a relay keeps. Sizes of single things are in [`keyward_relay_api::limits`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// What one persona or mailbox may hold.
    pub bounds: Bounds,
    /// Bytes of payloads and backups of all personas together.
    pub total_bytes: Option<u64>,
    /// With less free space than this nothing more is taken; what is left is for taking back.
    pub min_free_bytes: u64,
    /// How long what is over is kept.
    pub retention: Retention,
    /// What one persona may keep of backups.
    pub backups: BackupBounds,
    /// How often one key may ask each endpoint.
    pub per_key: Rates,
    /// How often one network address may ask each endpoint. A clinic may sit behind one.
    pub per_address: Rates,
    /// Bytes all bodies under way may take together.
    pub body_memory: usize,
    /// Requests of one class that are worked on at once, bodies arrived; further ones are refused
    /// at once with a time to come again. This is what bounds how long an accepted one waits:
    /// eight a core, 32 at most, unless somebody knows better.
    pub at_once: usize,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
    /// How long an answer may take to be made.
    pub answer_patience: Duration,
    /// Bounds of the accept loop.
    pub listen: ListenLimits,
}

/// Places of a class for each core. Measured on one core with twice the uploads it sustains
/// (`cargo xtask load`): 8 places take as many a second as 32, and the 99th percentile of what is
/// accepted is two to three times that of a quiet day; with 16 it is four times, with 32 six times
/// and more.
const PLACES_PER_CORE: usize = 8;
/// Places of a class at most, because all cores wait for one writer.
const MOST_PLACES: usize = 32;

/// How many requests of one class so many cores are to work on at once.
fn places(cores: usize) -> usize {
    cores.max(1).saturating_mul(PLACES_PER_CORE).min(MOST_PLACES)
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bounds: Bounds::default(),
            total_bytes: None,
            min_free_bytes: 0,
            retention: Retention::default(),
            backups: BackupBounds::default(),
            per_key: Rates {
                open: Rate::new(20, 60),
                read: Rate::new(50, 500),
                write: Rate::new(50, 500),
                access: Rate::new(20, 200),
                certificate: Rate::new(2, 30),
            },
            per_address: Rates {
                open: Rate::new(100, 1_000),
                read: Rate::new(1_000, 5_000),
                write: Rate::new(1_000, 5_000),
                access: Rate::new(500, 2_000),
                certificate: Rate::new(50, 500),
            },
            body_memory: 256 << 20,
            at_once: places(std::thread::available_parallelism().map_or(1, usize::from)),
            body_patience: Duration::from_secs(60),
            answer_patience: Duration::from_secs(60),
            listen: ListenLimits::default(),
        }
    }
}

impl Limits {
    /// No rate limits, for measuring and for tests that ask a lot.
    pub fn without_rates() -> Limits {
        Limits { per_key: Rates::NONE, per_address: Rates::NONE, ..Limits::default() }
    }
}

/// Rates by class of endpoint. Each endpoint has buckets of its own, so that a long upload never
/// keeps anybody from taking back a grant.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Unsigned endpoints.
    pub open: Rate,
    /// Lists.
    pub read: Rate,
    /// Changes.
    pub write: Rate,
    /// Re-encryption.
    pub access: Rate,
    /// Certificates, whose check is dear.
    pub certificate: Rate,
}

impl Rates {
    const NONE: Rates = Rates {
        open: Rate::NONE,
        read: Rate::NONE,
        write: Rate::NONE,
        access: Rate::NONE,
        certificate: Rate::NONE,
    };

    /// The rate of an endpoint of this class.
    pub fn of(&self, class: Class) -> Rate {
        match class {
            Class::Open => self.open,
            Class::Read => self.read,
            Class::Write => self.write,
            Class::Access => self.access,
            Class::Certificate => self.certificate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_grow_with_the_cores_within_bounds() {
        assert_eq!([0, 1, 2, 4, 5, usize::MAX].map(places), [8, 8, 16, 32, 32, 32]);
    }
}
