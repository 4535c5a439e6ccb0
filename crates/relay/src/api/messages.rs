//! A clinician's mailbox: `GET /v1/messages`, `POST /v1/messages/ack`.

use super::{Answer, Call};
use crate::relay::Inner;
use keyward_relay_api::http::server::json_answer;
use keyward_relay_api::limits::MAX_MESSAGES;
use keyward_relay_api::types::{AckMessages, Messages};

pub(super) async fn list(inner: &Inner, call: Call) -> Answer {
    let (mailbox, _) = call.clinician()?;
    let after: u64 = call.after()?.unwrap_or(0);
    super::used(inner, &call).await?;
    let mut messages = inner.store.messages(mailbox, after, MAX_MESSAGES + 1).await?;
    let more = messages.len() > MAX_MESSAGES;
    messages.truncate(MAX_MESSAGES);
    Ok(json_answer(&Messages { messages, more }))
}

pub(super) async fn acknowledge(inner: &Inner, call: Call) -> Answer {
    call.clinician()?;
    let body: AckMessages = call.received.json()?;
    Ok(json_answer(&inner.store.acknowledge(call.stamp(), body.through).await?))
}
