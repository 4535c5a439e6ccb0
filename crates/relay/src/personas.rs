//! Persona certificates as the relay looks at them, and the objects of credential epochs it has pinned.
//!
//! The first object of an epoch that the authority signed and somebody showed is the epoch's, for
//! everybody and for good. An authority that gives one person another parameter, to know her again by
//! it, gives her an object that is not the one here: her app sees it before it shows anything, and what
//! she would show is refused.

use std::ops::Range;

use keyward_protocol::certificate::{AnonymousCertificate, CertificateError};
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_protocol::ids::{PersonaId, ServiceId};
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::authority::credential::{EpochObject, is_regular};
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::problem::{Problem, ProblemCode};

use crate::relay::Inner;

/// What a certificate says, its signature and the public proof of its escrow checked.
pub(crate) struct Certified {
    pub(crate) id: PersonaId,
    pub(crate) service_id: ServiceId,
    pub(crate) verification: VerifyingKey,
    pub(crate) recovery_hash: [u8; 32],
    pub(crate) valid: Range<UnixSeconds>,
}

impl Certified {
    /// Checks a certificate without regard to time.
    pub(crate) async fn verify(inner: &Inner, bytes: &[u8]) -> Result<Self, Problem> {
        let claimed = AnonymousCertificate::unverified(bytes).map_err(|error| refusal(&error))?;
        let object = inner.store.pinned_epoch(claimed.epoch).await?.ok_or_else(|| {
            Problem::new(ProblemCode::BadCertificate).detail("credential-epoch-not-pinned")
        })?;
        let epoch = verify_object(inner, &object).ok_or(ProblemCode::Internal)?;
        let it = AnonymousCertificate::verify(bytes, &epoch).map_err(|error| refusal(&error))?;
        Ok(Self {
            id: it.id(),
            service_id: it.service_id,
            verification: it.verification.clone(),
            recovery_hash: it.recovery_hash,
            valid: it.valid().clone(),
        })
    }

    /// Refuses a certificate that is not valid now.
    pub(crate) fn check_current(&self, now: UnixSeconds) -> Result<(), Problem> {
        match self.valid.contains(&now) {
            true => Ok(()),
            false if now < self.valid.start => Err(refusal(&CertificateError::NotYetValid)),
            false => Err(refusal(&CertificateError::Expired)),
        }
    }
}

/// How a certificate that is not accepted is refused.
pub(crate) fn refusal(error: &CertificateError) -> Problem {
    let code = match error {
        CertificateError::Expired | CertificateError::NotYetValid => {
            ProblemCode::CertificateExpired
        }
        _ => ProblemCode::BadCertificate,
    };
    Problem::new(code).detail(error.code())
}

/// Pins the object of an epoch unless one is pinned; gives the one that is.
pub(crate) async fn pin(inner: &Inner, shown: EpochObject) -> Result<EpochObject, Problem> {
    let epoch = verify_object(inner, &shown.object)
        .ok_or_else(|| Problem::new(ProblemCode::BadCertificate).detail("not an epoch's object"))?;
    let object = epoch.object();
    if let Some(pinned) = inner.store.pinned_epoch(object.epoch).await? {
        if verify_object(inner, &pinned).is_none_or(|pinned| pinned.hash() != epoch.hash()) {
            // Both are signed: whoever has them holds a proof that the authority treats people differently.
            tracing::error!(epoch = object.epoch, "the authority signed two objects of one epoch");
        }
        return Ok(EpochObject { object: pinned });
    }
    let now = inner.clock();
    let soon = now.saturating_add(EPOCH_SECONDS);
    if !is_regular(object) || object.valid_from > soon || object.valid_until <= now {
        return Err(Problem::new(ProblemCode::BadCertificate).detail("not an object of these days"));
    }
    let object = inner.store.pin_epoch(object.epoch, shown.object).await?;
    Ok(EpochObject { object })
}

fn verify_object(inner: &Inner, object: &[u8]) -> Option<VerifiedEpoch> {
    let verify = |key| VerifiedEpoch::verify(object, key, inner.service).ok();
    inner.authorities.iter().find_map(verify)
}
