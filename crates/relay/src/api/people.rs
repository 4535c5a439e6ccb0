//! `PUT /v1/persona`, `PUT /v1/clinician`: the certificate says whose signature to expect.

use super::{Answer, stamp};
use crate::personas::{self, Certified, refusal};
use crate::relay::Inner;
use crate::routes::Route;
use crate::store::{NewClinician, NewPersona};
use keyward_protocol::certificate::ClinicianCertificate;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::http::server::{Authenticated, Received, json_answer};
use keyward_relay_api::limits::MAX_CERTIFICATE;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::PutCertificate;

pub(super) async fn put_persona(inner: &Inner, route: &Route, received: &Received) -> Answer {
    let now = inner.now();
    let body = body(received)?;
    let certificate = Certified::verify(inner, &body.certificate).await?;
    certificate.check_current(now)?;
    let authenticated =
        bearer(inner, route, received, certificate.service_id, &certificate.verification)?;
    let persona = NewPersona {
        id: certificate.id,
        verification: certificate.verification.to_bytes(),
        valid: certificate.valid,
        certificate: body.certificate,
    };
    Ok(json_answer(&inner.store.put_persona(stamp(&authenticated, now), persona).await?))
}

/// Unsigned: it says nothing of who asks, and what is pinned is the authority's word.
pub(super) async fn pin_epoch(inner: &Inner, received: &Received) -> Answer {
    Ok(json_answer(&personas::pin(inner, received.json()?).await?))
}

pub(super) async fn put_clinician(inner: &Inner, route: &Route, received: &Received) -> Answer {
    let now = inner.now();
    let body = body(received)?;
    let certificate = ClinicianCertificate::verify(&body.certificate, &inner.authorities, now)
        .map_err(|error| refusal(&error))?;
    let authenticated =
        bearer(inner, route, received, certificate.service_id, &certificate.verification)?;
    let clinician = NewClinician {
        hash: certificate.hash(),
        key_id: certificate.verification.key_id(),
        verification: certificate.verification.to_bytes(),
        valid: certificate.valid_from..certificate.valid_until,
        certificate: body.certificate,
    };
    Ok(json_answer(&inner.store.put_clinician(stamp(&authenticated, now), clinician).await?))
}

fn body(received: &Received) -> Result<PutCertificate, Problem> {
    let body: PutCertificate = received.json()?;
    if body.certificate.len() > MAX_CERTIFICATE {
        return Err(ProblemCode::TooLarge.into());
    }
    Ok(body)
}

/// The request must be signed by the certified key itself, and both must be for this service.
pub(super) fn bearer(
    inner: &Inner,
    route: &Route,
    received: &Received,
    service: ServiceId,
    key: &VerifyingKey,
) -> Result<Authenticated, Problem> {
    if service != inner.service {
        return Err(ProblemCode::BadCertificate.into());
    }
    let authenticated = received.verify(inner.service, key, inner.clock())?;
    inner.signed_since_restore(&authenticated)?;
    inner.charge_key(authenticated.key_id, route)?;
    Ok(authenticated)
}
