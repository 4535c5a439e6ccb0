//! `POST /v1/access`: re-encryption under a live grant; `GET /v1/accesses`: the history.
//!
//! Order matters: first re-encrypt and read, then log, then answer. The log entry is durable and
//! the grant still live at the moment of logging before a single byte leaves.

use super::grants::key_place;
use super::{Answer, Call, compute, sealing_failed};
use crate::relay::Inner;
use crate::store::{AccessEntry, AccessPlan, AccessQuery, SealReceipt, Stamp, StoredRecord};
use keyward_protocol::chain::HeaderCore;
use keyward_protocol::curve::UncheckedPoint;
use keyward_protocol::grant::ReEncryptionKey;
use keyward_protocol::ids::{EpochId, GrantId, RecordId};
use keyward_protocol::keys::SigningKey;
use keyward_protocol::reencrypt::PreparedKey;
use keyward_protocol::statement::{AccessReceipt, Signed};
use keyward_relay_api::batch::AccessAnswer;
use keyward_relay_api::http::server::{binary_answer, json_answer};
use keyward_relay_api::limits;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::{Accesses, PostAccess};
use std::sync::Arc;

/// Records from which on the work is shared out among the processors.
const SPREAD_FROM: usize = 64;

pub(super) async fn access(inner: &Inner, call: Call) -> Answer {
    let (_, certificates) = call.clinician()?;
    let wanted: PostAccess = call.received.json()?;
    if wanted.after.len() > limits::MAX_DEVICES {
        return Err(ProblemCode::Malformed.into());
    }
    let query = AccessQuery {
        grant: wanted.grant_id,
        doctor: certificates.to_vec(),
        compartment: wanted.compartment,
        after: wanted.after,
        limit: super::records::page(wanted.limit),
        budget: limits::ANSWER_PAYLOAD_BUDGET as u64,
        now: call.now,
    };
    let plan = match inner.store.plan_access(query).await {
        Ok(plan) if !plan.records.is_empty() => plan,
        // Nothing leaves but the head or a refusal: the request is used up, nothing is logged.
        nothing => {
            super::used(inner, &call).await?;
            let plan = nothing?;
            return answer(&plan.head, &[], plan.more, &[], &[], &[]);
        }
    };
    let plan = Arc::new(plan);
    let keys = prepare(inner, wanted.grant_id, &plan)?;
    let working = Arc::clone(&plan);
    let (payloads, transformed) = tokio::join!(
        inner.blobs.read(&plan.records),
        compute(move || transform(&keys, &working.records)),
    );
    let (payloads, transformed) = (payloads?, transformed?);
    let entry = AccessEntry {
        grant: wanted.grant_id,
        persona: plan.persona,
        compartment: wanted.compartment,
        doctor: plan.doctor,
        records: u32::try_from(plan.records.len()).map_err(|_| ProblemCode::Internal)?,
    };
    // Never answered out of memory: a retry may find more records than the first time, and what
    // leaves must be in the history. An access asked for twice stands there twice.
    let stamp = Stamp { idempotency: None, ..call.stamp() };
    let logged = inner.store.log_access(stamp, entry, receipt(inner, &plan)?).await?;
    answer(&plan.head, &logged.receipt, plan.more, &plan.records, &transformed, &payloads)
}

fn answer(
    head: &[u8],
    receipt: &[u8],
    more: bool,
    records: &[StoredRecord],
    transformed: &[[u8; 32]],
    payloads: &[axum::body::Bytes],
) -> Answer {
    let parts: Vec<_> = records
        .iter()
        .zip(transformed)
        .zip(payloads)
        .map(|((record, q), payload)| (record.header.as_slice(), q, payload.as_ref()))
        .collect();
    let bytes = AccessAnswer::encode(head, receipt, more, parts.into_iter())
        .map_err(|_| ProblemCode::Internal)?;
    Ok(binary_answer(bytes))
}

type Keys = Vec<(EpochId, PreparedKey)>;

/// Opens the keys of the compartment and imports each once. They live for this request only.
fn prepare(inner: &Inner, grant: GrantId, plan: &AccessPlan) -> Result<Keys, Problem> {
    let broken = |_| {
        tracing::error!("a re-encryption key does not open");
        Problem::new(ProblemCode::Internal)
    };
    plan.keys
        .iter()
        .map(|key| {
            let row: [&[u8]; 3] =
                [grant.as_bytes(), key.compartment.as_bytes(), key.epoch.as_bytes()];
            let secret = inner.columns.open(&key_place(&row), &key.sealed).map_err(broken)?;
            let bytes: &[u8; 32] =
                secret.as_slice().try_into().map_err(|_| ProblemCode::Internal)?;
            let key_of_epoch =
                ReEncryptionKey::from_bytes(bytes).map_err(|_| ProblemCode::Internal)?;
            let prepared = PreparedKey::import(&key_of_epoch).map_err(|_| ProblemCode::Internal)?;
            Ok((key.epoch, prepared))
        })
        .collect()
}

/// `Q = x(rk·R)` for each record, in order.
fn transform(keys: &Keys, records: &[StoredRecord]) -> Result<Vec<[u8; 32]>, Problem> {
    let one = |record: &StoredRecord| {
        let (_, key) =
            keys.iter().find(|(epoch, _)| *epoch == record.epoch).ok_or(ProblemCode::Internal)?;
        let r = ephemeral(&record.header).ok_or(ProblemCode::Internal)?;
        let transformed = key.reencrypt(&r).map_err(|_| ProblemCode::Internal)?;
        Ok(transformed.to_bytes())
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    if records.len() < SPREAD_FROM || workers == 1 {
        return records.iter().map(one).collect();
    }
    let share = records.len().div_ceil(workers);
    let parts: Vec<Result<Vec<[u8; 32]>, Problem>> = std::thread::scope(|scope| {
        let running: Vec<_> = records
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(one).collect()))
            .collect();
        running
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(ProblemCode::Internal.into())))
            .collect()
    });
    let mut all = Vec::with_capacity(records.len());
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}

/// `R` of a stored header, by its place: header core, then the capsule, which begins with `R`
/// (SPEC §9, §10). The header was decoded and verified when it came; decoding each again would
/// cost a decompression per record.
fn ephemeral(header: &[u8]) -> Option<UncheckedPoint> {
    let bytes = header.get(HeaderCore::LEN..)?.first_chunk::<33>()?;
    UncheckedPoint::from_bytes(*bytes).ok()
}

/// What signs the receipt once the store knows its sequence.
fn receipt(inner: &Inner, plan: &AccessPlan) -> Result<SealReceipt, Problem> {
    let ids: Vec<RecordId> = plan.records.iter().map(|record| record.record_id).collect();
    let records_hash = AccessReceipt::hash_records(&ids);
    let service_id = inner.service;
    let secret = inner.receipts.expose_secret();
    let key = SigningKey::from_bytes(&secret).map_err(|_| ProblemCode::Internal)?;
    Ok(Box::new(move |sequence, entry, time| {
        let receipt = AccessReceipt {
            service_id,
            sequence,
            grant_id: entry.grant,
            persona: entry.persona,
            compartment: entry.compartment,
            doctor: entry.doctor,
            records: entry.records,
            records_hash,
            time,
        };
        Signed::sign(&key, receipt).map(|signed| signed.to_bytes()).map_err(|_| sealing_failed())
    }))
}

pub(super) async fn history(inner: &Inner, call: Call) -> Answer {
    let (persona, _) = call.persona()?;
    let after: u64 = call.after()?.unwrap_or(0);
    super::used(inner, &call).await?;
    let mut accesses = inner.store.accesses(persona, after, limits::MAX_ACCESSES + 1).await?;
    let more = accesses.len() > limits::MAX_ACCESSES;
    accesses.truncate(limits::MAX_ACCESSES);
    Ok(json_answer(&Accesses { accesses, more }))
}
