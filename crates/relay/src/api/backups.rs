//! Backups: `POST /v1/backups/packs`, `GET /v1/backups/packs/{id}`, `POST /v1/backups`,
//! `GET /v1/backups`, `GET /v1/backups/{id}`. The relay sees sealed bytes and which versions need
//! which; that is all.

use super::{Answer, Call, compute};
use crate::relay::Inner;
use crate::store::{NewBackup, NewBackupPack, StoreError};
use keyward_relay_api::http::BINARY;
use keyward_relay_api::http::server::{binary_answer, json_answer};
use keyward_relay_api::limits;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{BackupPackId, BackupPackStored, PostBackup};
use sha2::{Digest as _, Sha256};

/// Writes the object, then the row that names it, as an upload does.
pub(super) async fn put_pack(inner: &Inner, call: Call) -> Answer {
    let persona = call.backup_owner()?;
    call.received.expect_type(BINARY)?;
    let body = call.received.body.clone();
    if body.is_empty() {
        return Err(ProblemCode::Malformed.into());
    }
    let length = body.len() as u64;
    let hashed = body.clone();
    let hash = compute(move || Ok(BackupPackId(Sha256::digest(&hashed).into()))).await?;
    let name = inner.blobs.write_pack(vec![body]).await?;
    let new = NewBackupPack { persona, hash, name, length, bounds: inner.limits.backups };
    let outcome = inner.store.put_backup_pack(call.stamp(), new).await;
    let unused = match &outcome {
        Ok(stored) => stored.name != name,
        // A failed commit may still surface: see the upload of records.
        Err(StoreError::Refused(_)) => true,
        Err(_) => false,
    };
    if unused {
        inner.blobs.discard(&name).await;
    }
    Ok(json_answer(&BackupPackStored { pack: hash, at: outcome?.at }))
}

pub(super) async fn pack(inner: &Inner, call: Call) -> Answer {
    let persona = call.backup_owner()?;
    let pack: BackupPackId = call.id_at(4)?;
    super::used(inner, &call).await?;
    let stored = inner.store.backup_pack(persona, pack).await?.ok_or(ProblemCode::NotFound)?;
    let bytes = inner.blobs.read_whole(&stored.name, stored.length).await?;
    Ok(binary_answer(bytes.to_vec()))
}

pub(super) async fn put(inner: &Inner, call: Call) -> Answer {
    let persona = call.backup_owner()?;
    let body: PostBackup = call.received.json()?;
    if body.manifest.is_empty() || body.manifest.len() > limits::MAX_BACKUP_MANIFEST {
        return Err(ProblemCode::TooLarge.into());
    }
    let ascending = body.packs.is_sorted_by(|a, b| a < b);
    if !ascending || body.packs.len() > limits::MAX_BACKUP_PACKS {
        return Err(ProblemCode::Malformed.into());
    }
    let new = NewBackup {
        persona,
        sequence: body.sequence,
        packs: body.packs,
        manifest: body.manifest,
        bounds: inner.limits.backups,
    };
    Ok(json_answer(&inner.store.put_backup(call.stamp(), new).await?))
}

pub(super) async fn list(inner: &Inner, call: Call) -> Answer {
    let persona = call.backup_owner()?;
    super::used(inner, &call).await?;
    let mut there = inner.store.backups(persona, inner.limits.backups.bytes).await?;
    there.certificate = inner.store.persona_certificate(persona).await?.unwrap_or_default();
    Ok(json_answer(&there))
}

pub(super) async fn one(inner: &Inner, call: Call) -> Answer {
    let persona = call.backup_owner()?;
    let sequence: u64 = call.id_at(3)?;
    super::used(inner, &call).await?;
    let found = inner.store.backup(persona, sequence).await?;
    Ok(json_answer(&found.ok_or(ProblemCode::NotFound)?))
}
