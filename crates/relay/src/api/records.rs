//! `POST /v1/records`, `POST /v1/epochs`, `POST /v1/own-records`.

use super::{Answer, Call, compute};
use crate::relay::Inner;
use crate::store::{Append, NewEpoch, NewHead, NewRecord, OwnQuery, StoreError};
use axum::body::Bytes;
use keyward_protocol::chain::{SignedHead, SignedHeader};
use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::statement::{EpochStatement, Signed};
use keyward_relay_api::batch::{OwnAnswer, UploadView};
use keyward_relay_api::http::BINARY;
use keyward_relay_api::http::server::{binary_answer, json_answer};
use keyward_relay_api::limits;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::types::{PostOwnRecords, PostStatement, Uploaded};

/// Checks signatures and payloads, writes the pack, then the rows that name it.
pub(super) async fn upload(inner: &Inner, call: Call) -> Answer {
    let (persona, key) = call.persona()?;
    call.received.expect_type(BINARY)?;
    let (body, key) = (call.received.body.clone(), key.clone());
    let checked = compute(move || check(&body, &key)).await?;
    let pack = match checked.payloads.is_empty() {
        true => None,
        false => Some(inner.blobs.write_pack(checked.payloads).await?),
    };
    let append = Append {
        persona,
        pack,
        records: checked.records,
        heads: checked.heads,
        bounds: inner.limits.bounds,
    };
    let outcome = inner.store.append(call.stamp(), append).await;
    let unused = match &outcome {
        // Nothing new in it, or a retry: what was new then lies in the pack of then.
        Ok(appended) => appended.pack != pack,
        // A failed commit may still surface after a crash: then a row names this pack. It is
        // left for the sweep at the next start, which knows.
        Err(StoreError::Refused(_)) => true,
        Err(_) => false,
    };
    if let (true, Some(pack)) = (unused, &pack) {
        inner.blobs.discard(pack).await;
    }
    let appended = outcome?;
    let (stored, already, at) = (appended.stored, appended.already, appended.at);
    Ok(json_answer(&Uploaded { stored, already, at }))
}

struct Checked {
    records: Vec<NewRecord>,
    payloads: Vec<Bytes>,
    heads: Vec<NewHead>,
}

/// Everything that can be checked without the store.
fn check(body: &Bytes, key: &VerifyingKey) -> Result<Checked, Problem> {
    let batch = UploadView::from_bytes(body).map_err(|_| ProblemCode::Malformed)?;
    let mut checked = Checked { records: Vec::new(), payloads: Vec::new(), heads: Vec::new() };
    let mut start = 0_u64;
    for (signed_header, payload) in batch.records {
        let header = SignedHeader::from_bytes(signed_header)
            .ok()
            .and_then(|signed| signed.verify(key).ok())
            .ok_or(ProblemCode::BadRecord)?;
        header.check_payload(payload).map_err(|_| ProblemCode::BadRecord)?;
        let length = payload.len() as u64;
        checked.records.push(NewRecord {
            compartment: header.compartment,
            epoch: header.epoch,
            device: header.device,
            position: header.position,
            previous: header.previous,
            record_id: header.record_id,
            hash: header.hash(),
            header: signed_header.to_vec(),
            start,
            length,
        });
        checked.payloads.push(body.slice_ref(payload));
        start += length;
    }
    for signed_head in batch.heads {
        let head = SignedHead::from_bytes(signed_head)
            .ok()
            .and_then(|signed| signed.verify(key).ok())
            .ok_or(ProblemCode::BadRecord)?;
        checked.heads.push(NewHead { head: head.into_inner(), signed: signed_head.to_vec() });
    }
    Ok(checked)
}

pub(super) async fn open_epoch(inner: &Inner, call: Call) -> Answer {
    let (persona, key) = call.persona()?;
    let body: PostStatement = call.received.json()?;
    let statement = Signed::<EpochStatement>::from_bytes(&body.statement)
        .map_err(|_| ProblemCode::Malformed)?
        .verify(key)
        .map_err(|_| ProblemCode::BadSignature)?;
    let epoch = NewEpoch {
        persona,
        compartment: statement.compartment,
        epoch: statement.epoch,
        closes: statement.closes,
        bounds: inner.limits.bounds,
    };
    Ok(json_answer(&inner.store.open_epoch(call.stamp(), epoch).await?))
}

pub(super) async fn own(inner: &Inner, call: Call) -> Answer {
    let (persona, _) = call.persona()?;
    let wanted: PostOwnRecords = call.received.json()?;
    if wanted.after.len() > limits::MAX_DEVICES {
        return Err(ProblemCode::Malformed.into());
    }
    super::used(inner, &call).await?;
    let plan = inner
        .store
        .own_records(OwnQuery {
            persona,
            compartment: wanted.compartment,
            after: wanted.after,
            limit: page(wanted.limit),
            budget: wanted.payloads.then_some(limits::ANSWER_PAYLOAD_BUDGET as u64),
        })
        .await?;
    let payloads: Vec<Option<Vec<u8>>> = if wanted.payloads {
        inner.blobs.read(&plan.records).await?.into_iter().map(|it| Some(it.to_vec())).collect()
    } else {
        vec![None; plan.records.len()]
    };
    let records = plan.records.into_iter().map(|record| record.header).zip(payloads).collect();
    let answer = OwnAnswer { head: plan.head, more: plan.more, records };
    Ok(binary_answer(answer.to_bytes().map_err(|_| ProblemCode::Internal)?))
}

/// How many records an answer takes.
pub(super) fn page(asked: u32) -> usize {
    usize::try_from(asked).unwrap_or(usize::MAX).clamp(1, limits::MAX_RECORDS)
}
