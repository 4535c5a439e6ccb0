//! Grants: `POST /v1/grants`, `GET /v1/grants`, `GET /v1/grants/{id}`,
//! `POST /v1/grants/{id}/revoke`.

use super::{Answer, Call};
use crate::relay::Inner;
use crate::sealed::Place;
use crate::store::{NewGrant, SealedKey, StoredGrant};
use keyward_protocol::grant::{GrantStatement, ReEncryptionKey, SignedGrant};
use keyward_protocol::ids::GrantId;
use keyward_protocol::statement::{RevokeStatement, Signed};
use keyward_relay_api::ends::End;
use keyward_relay_api::http::UnixSeconds;
use keyward_relay_api::http::server::json_answer;
use keyward_relay_api::limits;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::{
    GrantDetail, GrantKey, GrantState, GrantSummary, Grants, PostGrant, PostStatement,
};

pub(super) async fn put(inner: &Inner, call: Call) -> Answer {
    let (persona, key) = call.persona()?;
    let body: PostGrant = call.received.json()?;
    if body.message.is_empty()
        || body.message.len() > limits::MAX_MESSAGE
        || body.signed_grant.len() > limits::MAX_SIGNED_GRANT
        || body.keys.len() > limits::MAX_GRANT_ENTRIES
    {
        return Err(ProblemCode::TooLarge.into());
    }
    let statement = SignedGrant::from_bytes(&body.signed_grant)
        .ok()
        .and_then(|signed| signed.verify(key).ok())
        .ok_or(ProblemCode::BadGrant)?;
    let grant = NewGrant {
        id: statement.grant_id,
        persona,
        doctor: statement.doctor,
        revision: statement.revision,
        not_before: statement.not_before,
        expiry: statement.expiry,
        entries: statement.entries.iter().map(|entry| (entry.compartment, entry.epoch)).collect(),
        keys: seal_keys(inner, &statement, &body.keys)?,
        signed: body.signed_grant.clone(),
        message: body.message.clone(),
        bounds: inner.limits.bounds,
    };
    let (id, revision) = (grant.id, grant.revision);
    let done = inner.store.put_grant(call.stamp(), grant).await?;
    if revision > 0 {
        // The revision before may have allowed more: a restored backup must not go back to it.
        inner.note(vec![End::Revision(id, revision)]).await?;
    }
    Ok(json_answer(&done))
}

/// Checks that each key is a scalar for an entry of the grant, and seals it for its row.
fn seal_keys(
    inner: &Inner,
    statement: &GrantStatement,
    keys: &[GrantKey],
) -> Result<Vec<SealedKey>, Problem> {
    keys.iter()
        .map(|key| {
            let bytes: &[u8; 32] =
                key.key.as_slice().try_into().map_err(|_| ProblemCode::BadGrant)?;
            ReEncryptionKey::from_bytes(bytes).map_err(|_| ProblemCode::BadGrant)?;
            if !statement.covers(key.compartment, key.epoch) {
                return Err(ProblemCode::BadGrant.into());
            }
            let row: [&[u8]; 3] =
                [statement.grant_id.as_bytes(), key.compartment.as_bytes(), key.epoch.as_bytes()];
            let sealed = inner
                .columns
                .seal(&key_place(&row), bytes)
                .map_err(|_| Problem::new(ProblemCode::Internal))?;
            Ok(SealedKey { compartment: key.compartment, epoch: key.epoch, sealed })
        })
        .collect()
}

/// Where a re-encryption key lies: grant, compartment, epoch.
pub(super) fn key_place<'a>(row: &'a [&'a [u8]; 3]) -> Place<'a> {
    Place { table: "grant_keys", column: "sealed", row }
}

pub(super) async fn list(inner: &Inner, call: Call) -> Answer {
    let after: Option<GrantId> = call.after()?;
    super::used(inner, &call).await?;
    let limit = limits::MAX_GRANTS;
    let mut found = inner.store.grants(call.audience()?, after, limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let grants = found.into_iter().map(|grant| summary(grant.summary, call.now)).collect();
    Ok(json_answer(&Grants { grants, more }))
}

pub(super) async fn detail(inner: &Inner, call: Call) -> Answer {
    let id: GrantId = call.id_at(3)?;
    super::used(inner, &call).await?;
    let found = inner.store.grant(call.audience()?, id).await?;
    let StoredGrant { summary: stored, signed, message } = found.ok_or(ProblemCode::NotFound)?;
    let summary = summary(stored, call.now);
    let over = matches!(summary.state, GrantState::Revoked | GrantState::Expired);
    let message = message.filter(|_| !over);
    let replacements = match summary.replaced {
        true => inner.store.replacements(summary.persona).await?,
        false => Vec::new(),
    };
    Ok(json_answer(&GrantDetail { summary, signed_grant: signed, message, replacements }))
}

/// Fills in where the grant stands now.
pub(super) fn summary(mut summary: GrantSummary, now: UnixSeconds) -> GrantSummary {
    summary.state = if summary.revoked_at.is_some() {
        GrantState::Revoked
    } else if summary.expiry <= now {
        GrantState::Expired
    } else if now < summary.not_before {
        GrantState::NotYet
    } else {
        GrantState::Live
    };
    summary
}

pub(super) async fn revoke(inner: &Inner, call: Call) -> Answer {
    let id: GrantId = call.id_at(3)?;
    let (persona, key) = call.persona()?;
    let body: PostStatement = call.received.json()?;
    let statement = Signed::<RevokeStatement>::from_bytes(&body.statement)
        .map_err(|_| ProblemCode::Malformed)?
        .verify(key)
        .map_err(|_| ProblemCode::BadSignature)?;
    if statement.grant_id != id {
        return Err(ProblemCode::Malformed.into());
    }
    let revoked = inner.store.revoke(call.stamp(), persona, id, inner.limits.bounds).await?;
    inner.note(vec![End::Grant(id)]).await?;
    Ok(json_answer(&revoked))
}
