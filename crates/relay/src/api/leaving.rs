//! `POST /v1/forget`: as with a certificate, the body says whose signature to expect, so that it
//! can be said again when nothing is left that would know the key.

use super::Answer;
use super::replace::{erased_by, receipt};
use crate::personas::Certified;
use crate::relay::Inner;
use crate::routes::Route;
use crate::store::Ended;
use keyward_protocol::statement::{Act, ForgetStatement, Signed};
use keyward_relay_api::ends::End;
use keyward_relay_api::http::server::{Received, json_answer};
use keyward_relay_api::limits::MAX_CERTIFICATE;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::recovery::{Forgotten, PostForget};

pub(super) async fn forget(inner: &Inner, route: &Route, received: &Received) -> Answer {
    let body: PostForget = received.json()?;
    if body.certificate.len() > MAX_CERTIFICATE {
        return Err(ProblemCode::TooLarge.into());
    }
    // Its time does not matter: nobody needs leave to go.
    let certificate = Certified::verify(inner, &body.certificate).await?;
    let key = &certificate.verification;
    super::people::bearer(inner, route, received, certificate.service_id, key)?;
    Signed::from_bytes(&body.statement)
        .map_err(|_| Problem::from(ProblemCode::Malformed))
        .and_then(|signed| {
            ForgetStatement::verify(signed, inner.service, key)
                .map_err(|_| ProblemCode::BadSignature.into())
        })?;
    let persona = certificate.id;
    // Noted first: afterwards nobody knows any more whom she continued. If what follows fails, a
    // restore does what she asked for.
    let tombstones = inner.store.tombstones(persona).await?;
    inner.note(tombstones.into_iter().map(End::Forgotten).collect()).await?;
    let ended = inner.store.forget(persona, inner.now()).await?;
    // The rows are gone; the payloads go now, or within the time the receipt states.
    let deleted = inner.delete_doomed().await;
    if let Err(error) = &deleted {
        tracing::warn!(%error, "payloads of a forgotten persona are deleted later");
    }
    let erased_by = erased_by(inner, Ended { erased: ended.erased && deleted.is_ok(), ..ended });
    let receipt =
        receipt(inner, Act::PersonaForgotten, persona, &body.statement, ended.at, erased_by)?;
    Ok(json_answer(&Forgotten { at: ended.at, receipt }))
}
