//! `POST /v1/replace`, `GET /v1/compartments`, `GET /v1/replaced/{id}/accesses` and `…/grants`.

use super::{Answer, Call, grants as own_grants};
use crate::personas::Certified;
use crate::relay::Inner;
use crate::store::{Audience, Ended, NewReplacement};
use keyward_protocol::ids::{CompartmentId, GrantId, PersonaId};
use keyward_protocol::statement::{Act, Kept, PersonaReplacement, Receipt, Signed};
use keyward_relay_api::ends::End;
use keyward_relay_api::http::server::json_answer;
use keyward_relay_api::http::{REQUEST_WINDOW_SECONDS, UnixSeconds};
use keyward_relay_api::limits;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::recovery::{Compartments, Replaced};
use keyward_relay_api::types::{Accesses, Grants, PostStatement};

/// Within which time bytes that were to be erased have left all files of the relay, also when a
/// reader or a failing disk is in the way at first.
const ERASED_WITHIN: u64 = 3_600;

pub(super) async fn replace(inner: &Inner, call: Call) -> Answer {
    let (successor, _) = call.persona()?;
    let body: PostStatement = call.received.json()?;
    let signed = Signed::<PersonaReplacement>::from_bytes(&body.statement)
        .map_err(|_| ProblemCode::Malformed)?;
    let persona = signed.unverified().persona;
    let stored = inner.store.persona_certificate(persona).await?.ok_or(ProblemCode::NotFound)?;
    // Its time does not matter: a lost key is replaced also after its certificate has run out.
    let certificate = Certified::verify(inner, &stored).await?;
    let statement =
        PersonaReplacement::verify(signed, inner.service, &certificate.recovery_hash)
            .map_err(|error| Problem::new(ProblemCode::BadReplacement).detail(error.code()))?;
    if statement.successor != successor {
        return Err(ProblemCode::BadReplacement.into());
    }
    // A statement from the future would outlast every honest one.
    if statement.replaced_at > inner.clock().saturating_add(REQUEST_WINDOW_SECONDS) {
        return Err(ProblemCode::ClockSkew.into());
    }
    let new = NewReplacement {
        persona,
        certificate: stored,
        successor,
        time: statement.replaced_at,
        signed: body.statement.clone(),
    };
    let ended = inner.store.replace(call.stamp(), new).await?;
    // All whom she continues: a retry notes what a failing disk kept from the journal.
    let continued = inner.store.continued(successor).await?;
    inner.note(continued.into_iter().map(End::Persona).collect()).await?;
    let erased_by = erased_by(inner, ended);
    let receipt =
        receipt(inner, Act::PersonaReplaced, persona, &body.statement, ended.at, erased_by)?;
    Ok(json_answer(&Replaced { at: ended.at, receipt }))
}

/// Until when the bytes have left the files.
pub(super) fn erased_by(inner: &Inner, ended: Ended) -> UnixSeconds {
    if ended.erased { ended.at } else { inner.now().saturating_add(ERASED_WITHIN) }
}

/// The relay's signed receipt.
pub(super) fn receipt(
    inner: &Inner,
    act: Act,
    persona: PersonaId,
    request: &[u8],
    done_at: UnixSeconds,
    erased_by: UnixSeconds,
) -> Result<Vec<u8>, Problem> {
    let receipt = Receipt {
        service_id: inner.service,
        act,
        subject: persona.to_bytes(),
        request: Receipt::hash_request(request),
        done_at,
        erased_by,
        kept: Kept::NOTHING,
    };
    let signed = Signed::sign(&inner.receipts, receipt).map_err(|_| ProblemCode::Internal)?;
    Ok(signed.to_bytes())
}

pub(super) async fn compartments(inner: &Inner, call: Call) -> Answer {
    let (persona, _) = call.persona()?;
    let after: Option<CompartmentId> = call.after()?;
    super::used(inner, &call).await?;
    let limit = limits::MAX_COMPARTMENTS;
    let mut found = inner.store.compartments(persona, after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(json_answer(&Compartments { compartments: found, more }))
}

/// The persona in the path, if the caller continues her.
async fn continued(inner: &Inner, call: &Call) -> Result<PersonaId, Problem> {
    let (caller, _) = call.persona()?;
    let persona: PersonaId = call.id_at(3)?;
    if inner.store.continues(caller, persona).await? {
        Ok(persona)
    } else {
        Err(ProblemCode::NotFound.into())
    }
}

pub(super) async fn accesses(inner: &Inner, call: Call) -> Answer {
    let after: u64 = call.after()?.unwrap_or(0);
    super::used(inner, &call).await?;
    let persona = continued(inner, &call).await?;
    let limit = limits::MAX_ACCESSES;
    let mut found = inner.store.accesses(persona, after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    Ok(json_answer(&Accesses { accesses: found, more }))
}

pub(super) async fn grants(inner: &Inner, call: Call) -> Answer {
    let after: Option<GrantId> = call.after()?;
    super::used(inner, &call).await?;
    let persona = continued(inner, &call).await?;
    let limit = limits::MAX_GRANTS;
    let mut found = inner.store.grants(Audience::Persona(persona), after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let grants =
        found.into_iter().map(|grant| own_grants::summary(grant.summary, call.now)).collect();
    Ok(json_answer(&Grants { grants, more }))
}
