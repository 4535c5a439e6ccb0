//! What a relay is opened with.

use crate::store::Bounds;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{SecretBytes32, VerifyingKey};
use keyward_relay_api::http::UnixClock;
use keyward_relay_api::http::server::ListenLimits;
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
    /// Rates, sizes, patience.
    pub limits: Limits,
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
            limits,
        }
    }
}

/// Bounds a relay keeps. Sizes of single things are in [`keyward_relay_api::limits`].
#[derive(Clone, Debug)]
pub struct Limits {
    /// What one persona or mailbox may hold.
    pub bounds: Bounds,
    /// How often one key may ask.
    pub per_key: Rates,
    /// How often one network address may ask. A clinic may sit behind one.
    pub per_address: Rates,
    /// Bytes all bodies under way may take together.
    pub body_memory: usize,
    /// How long a body may take to arrive.
    pub body_patience: Duration,
    /// How long an answer may take to be made.
    pub answer_patience: Duration,
    /// Bounds of the accept loop.
    pub listen: ListenLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bounds: Bounds::default(),
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

/// Rates per class of endpoint.
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
}

/// A token bucket: so many per second, and so many at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tokens per second.
    pub per_second: u32,
    /// Size of the bucket. 0 per second with a full bucket means no limit.
    pub burst: u32,
}

impl Rate {
    /// No limit.
    pub const NONE: Rate = Rate { per_second: 0, burst: u32::MAX };

    /// A rate.
    pub const fn new(per_second: u32, burst: u32) -> Rate {
        Rate { per_second, burst }
    }
}
