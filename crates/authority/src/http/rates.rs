//! How often one key and one address may ask each endpoint. Enrolment has its own, stricter limits.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::Method;
use keyward_relay_api::{
    http::server::{Buckets, ListenLimits, Monotonic, Network, Rate, Received, SteadyClock},
    problem::Problem,
};

/// Rates, each per endpoint.
#[derive(Clone)]
pub struct AuthorityLimits {
    /// Of one key, once its signature was seen.
    pub per_key: Rate,
    /// Of one network address. A clinic may sit behind one.
    pub per_address: Rate,
    /// Requests that are worked on at once; further ones are refused with a time to come again.
    pub at_once: usize,
    /// Bounds of the accept loop.
    pub listen: ListenLimits,
    /// What rates are measured by.
    pub steady: Arc<dyn SteadyClock>,
}

impl Default for AuthorityLimits {
    fn default() -> Self {
        Self {
            per_key: Rate::new(20, 400),
            per_address: Rate::new(100, 2_000),
            at_once: 32,
            listen: ListenLimits::default(),
            steady: Arc::new(Monotonic::default()),
        }
    }
}

type Endpoint = (Method, Arc<str>);

/// The buckets behind the limits.
pub(crate) struct Rates {
    limits: AuthorityLimits,
    by_key: Buckets<([u8; 32], Endpoint)>,
    by_address: Buckets<(Option<Network>, Endpoint)>,
}

impl Rates {
    pub(crate) fn new(limits: AuthorityLimits) -> Self {
        Self { limits, by_key: Buckets::default(), by_address: Buckets::default() }
    }

    pub(crate) fn listen(&self) -> ListenLimits {
        self.limits.listen.clone()
    }

    pub(crate) fn at_once(&self) -> usize {
        self.limits.at_once
    }

    /// Before anything of a request is read. A key over its rate is refused first, so that its flood
    /// is not charged to the address it shares; nobody is charged in the name of a claimed key.
    pub(super) fn admit_head(
        &self,
        endpoint: &Endpoint,
        peer: Option<IpAddr>,
        claimed: Option<[u8; 32]>,
    ) -> Result<(), Problem> {
        let now = self.limits.steady.elapsed();
        if let Some(key_id) = claimed {
            self.by_key.check(&(key_id, endpoint.clone()), self.limits.per_key, now)?;
        }
        let owner = (peer.map(Network::of), endpoint.clone());
        self.by_address.take(owner, self.limits.per_address, now)
    }

    /// Charges a key that has shown its signature.
    pub(super) fn charge_key(&self, key_id: [u8; 32], received: &Received) -> Result<(), Problem> {
        let endpoint = (received.method.clone(), Arc::clone(&received.endpoint));
        self.by_key.take((key_id, endpoint), self.limits.per_key, self.limits.steady.elapsed())
    }
}
