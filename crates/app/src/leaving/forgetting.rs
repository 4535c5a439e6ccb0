//! Asking a relay to forget a persona, or the key of a doctor's backup, and believing its receipt.

use std::sync::Arc;

use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::SigningKey;
use keyward_protocol::statement::{Act, ForgetStatement, Receipt, Signed};

use crate::error::{AppError, ErrorCode};
use crate::patient::sharing::history;
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::ServiceAddress;
use crate::recovery::at_relay;
use crate::session::Session;

/// What the relay answered.
pub(crate) struct Answer {
    /// Its signed receipt.
    pub(crate) receipt: Vec<u8>,
    /// Until when the bytes are gone.
    pub(crate) erased_by: UnixSeconds,
}

/// The signed wish.
///
/// # Errors
/// [`ErrorCode::Internal`] if it cannot be signed.
pub(crate) fn statement(
    at: &ServiceAddress,
    signing: &SigningKey,
    now: UnixSeconds,
) -> Result<Vec<u8>, AppError> {
    let statement = ForgetStatement {
        service_id: at.service_id,
        subject: PersonaId::of(signing.verifying_key()).to_bytes(),
        asked_at: now,
    };
    let signed = Signed::sign(signing, statement).map_err(|_| ErrorCode::Internal)?;
    Ok(signed.to_bytes())
}

/// Asks; the receipt is believed only under the pinned key and for what was asked. `None`: it never met that key. Safe to
/// repeat.
///
/// # Errors
/// [`ErrorCode::RelayMisbehaves`] for another receipt, else what relay and vault report.
pub(crate) fn ask(
    session: &Session,
    at: &ServiceAddress,
    signing: &Arc<SigningKey>,
    shown: &[u8],
    statement: &[u8],
) -> Result<Option<Answer>, AppError> {
    let role = session.profile().role;
    let relay = session.network().relay(at, Arc::clone(signing))?;
    let key = history::pinned_key(session, &*relay)?;
    let channel = session.network().relay_recovery(at, Arc::clone(signing))?;
    let receipt = at_relay::ask_to_forget(&*channel, signing, role, shown, statement)?;
    let Some(receipt) = receipt else { return Ok(None) };
    let signed = Signed::from_bytes(&receipt).map_err(|_| ErrorCode::RelayMisbehaves)?;
    let act = Act::PersonaForgotten;
    let erased_by = Receipt::verify(signed, &key, at.service_id, act, statement)
        .map_err(|_| ErrorCode::RelayMisbehaves)?
        .erased_by;
    Ok(Some(Answer { receipt, erased_by }))
}
