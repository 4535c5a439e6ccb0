//! SPEC §30. Certifying over the anonymous channel.
//!
//! Whoever asks learns only whether she gets a certificate. Every request is weighed with the same
//! work and goes through the same transaction; every refusal is the same answer.

use keyward_protocol::certificate::{
    AnonymousRequest, CertificateError, ReadAnonymousRequest, VerifiedAnonymousRequest,
};
use keyward_relay_api::{
    authority::credential::epoch_at,
    problem::{Problem, ProblemCode},
};
use rand_core::Rng as _;

use super::{
    OpenEpoch, persona_tags,
    store::{CredentialStore, Spent, Taken},
};
use crate::{
    Inner,
    http::{problem, store_problem},
    store::{StoreError, rng},
};

/// Why not: for the log alone.
enum Refusal {
    Reason(&'static str),
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Certifies; `bytes` is nothing if no request could be read at all.
pub(crate) fn certify(authority: &Inner, bytes: Option<&[u8]>) -> Result<Vec<u8>, Problem> {
    let bytes = bytes.unwrap_or_default();
    let current = epoch_at(authority.store.clock());
    // A request may have been on its way when the epoch changed.
    let number = match AnonymousRequest::claimed_epoch(bytes) {
        Some(claimed) if claimed.checked_add(1) == Some(current) => claimed,
        _ => current,
    };
    let open = authority.credentials.epoch(&authority.issuer, number).map_err(|e| problem(&e))?;
    let weighed = weigh(&open, bytes);
    let store = &authority.credentials.store;
    let spent = match &weighed {
        Ok(asked) => tags(store, number, bytes, asked),
        Err(_) => nobody(number),
    };
    let taken = store.write(|tx| {
        let taken = tx.spend(&spent)?;
        let closed = tx.closed()?.is_some_and(|closed| number <= closed);
        // Nothing of a refusal is kept.
        match (weighed, taken) {
            (Err(error), _) => Err(Refusal::Reason(error.code())),
            _ if closed => Err(Refusal::Reason("epoch-closed")),
            (_, Taken::Used) => Err(Refusal::Reason("tag-or-persona-used")),
            (Ok(asked), Taken::Since(_)) => Ok(asked),
        }
    });
    match taken {
        Ok(asked) => asked
            .certificate
            .issue(authority.issuer.key())
            .map_err(|_| Problem::new(ProblemCode::Internal)),
        Err(Refusal::Reason(reason)) => {
            tracing::info!(reason, "an anonymous certificate was refused");
            Err(Problem::new(ProblemCode::CredentialRefused))
        }
        Err(Refusal::Store(error)) => Err(store_problem(&error)),
    }
}

/// Checks a request, or the decoy in its place if there is nothing to check.
fn weigh(open: &OpenEpoch, bytes: &[u8]) -> Result<VerifiedAnonymousRequest, CertificateError> {
    match ReadAnonymousRequest::read(bytes, &open.epoch) {
        Ok(read) => read.verify(&open.epoch, &open.key),
        Err(error) => {
            let _ = open.decoy.verify(&open.epoch, &open.key);
            Err(error)
        }
    }
}

fn tags(
    store: &CredentialStore,
    epoch: u64,
    bytes: &[u8],
    asked: &VerifiedAnonymousRequest,
) -> Spent {
    let keys = &asked.certificate;
    let (persona, content) = persona_tags(
        |purpose, parts| store.tag(purpose, parts),
        epoch,
        &keys.verification,
        &keys.encapsulation,
        &keys.recovery_hash,
    );
    Spent {
        epoch,
        tag: store.tag("presentation", &[&epoch.to_be_bytes(), &asked.tag]),
        persona,
        content,
        request: store.tag("certification", &[bytes]),
    }
}

/// Tags that are nobody's, for the transaction of a request that is refused anyway.
fn nobody(epoch: u64) -> Spent {
    let draw = || {
        let mut tag = [0; 32];
        rng().fill_bytes(&mut tag);
        tag
    };
    Spent { epoch, tag: draw(), persona: draw(), content: draw(), request: draw() }
}
