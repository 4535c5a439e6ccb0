//! The CPace exchange: a wrong guess costs an attempt, five burn the code.
//!
//! The responder's confirmation already tells a guesser whether she was right. So the attempt is counted
//! durably before the answer to `/start` leaves, and only a right code clears it. A handle nobody has runs
//! the same exchange with a random secret: from outside, unknown, wrong and burnt are one thing.
//!
//! Runs live in the memory of this process for [`RUN_SECONDS`]; everything that must hold across processes
//! (attempts, use) is in the store.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use keyward_protocol::{
    cpace::Responder,
    invitation::{Code, CodeSecret, Handle, Purpose},
};
use keyward_relay_api::{
    authority::{
        enrol::{EnrolFinish, EnrolFinished, EnrolRequest, EnrolStart, EnrolStarted, challenge},
        people::Event,
    },
    http::server::Network,
    problem::{Problem, ProblemCode},
};
use sha2::{Digest as _, Sha256};

use super::{accept, limit::PerMinute, purpose};
use crate::{
    Inner,
    http::problem,
    register::{RegisterError, show_id},
    store::{
        StoreError, Tx,
        invitations::{InvitationRecord, MAX_ATTEMPTS, Stage},
        random_id, rng,
    },
};

/// How long a run may take.
const RUN_SECONDS: u64 = 120;
/// Starts per minute for one handle, from one address, and of all together: one address alone cannot
/// keep others from enrolling.
const STARTS_PER_HANDLE: u32 = 10;
const STARTS_PER_ADDRESS: u32 = 30;
const STARTS: u32 = 120;
/// Starts counted by address in a minute, so that their memory is bounded.
const MOST_ADDRESSES: u32 = 50_000;
/// Runs remembered at once: more than the rate limit lets begin within [`RUN_SECONDS`].
const RUNS: usize = 512;

/// Runs under way.
pub(crate) struct Exchanges {
    runs: Mutex<HashMap<String, Run>>,
    starts: Mutex<Starts>,
}

struct Starts {
    by_address: PerMinute<Option<Network>>,
    by_handle: PerMinute<u16>,
}

struct Run {
    began: u64,
    stage: RunStage,
}

enum RunStage {
    /// Waiting for the confirmation.
    Started {
        responder: Box<Responder>,
        /// `None`: nobody has this code.
        invitation: Option<[u8; 16]>,
        challenge: [u8; 32],
    },
    /// Answered: the same request again (its answer may have been lost) gets the same answer.
    Answered { request: [u8; 32], sealed: Vec<u8> },
}

impl Exchanges {
    pub(crate) fn new() -> Self {
        Self {
            runs: Mutex::new(HashMap::new()),
            starts: Mutex::new(Starts {
                by_address: PerMinute::new(STARTS_PER_ADDRESS, MOST_ADDRESSES),
                by_handle: PerMinute::new(STARTS_PER_HANDLE, STARTS),
            }),
        }
    }

    /// By address first: what is refused there does not count against anybody's code.
    fn count(&self, peer: Option<IpAddr>, handle: u16, now: u64) -> Result<(), Problem> {
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = starts.by_address.count(peer.map(Network::of), now);
        counted
            .and_then(|()| starts.by_handle.count(handle, now))
            .map_err(|wait| Problem::new(ProblemCode::RateLimited).retry_after(wait))
    }

    fn runs(&self, now: u64) -> MutexGuard<'_, HashMap<String, Run>> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        // By the clock as it is, which may be set either way.
        runs.retain(|_, run| now.abs_diff(run.began) < RUN_SECONDS);
        runs
    }
}

/// `POST /v1/enrol/start`.
pub(crate) fn start(
    authority: &Inner,
    peer: Option<IpAddr>,
    body: &EnrolStart,
) -> Result<EnrolStarted, Problem> {
    let now = authority.store.clock();
    authority.exchanges.count(peer, body.handle, now)?;
    if authority.exchanges.runs(now).len() >= RUNS {
        return Err(Problem::new(ProblemCode::Busy).retry_after(RUN_SECONDS));
    }
    let session = random_id().map(|id| show_id(&id)).map_err(|error| problem(&error.into()))?;
    let handle =
        Handle::from_number(body.handle).map_err(|_| Problem::new(ProblemCode::Malformed))?;
    let begun = authority.store.write(|tx| begin(tx, handle, &body.share));
    let (responder, share, confirm, invitation) = begun?;
    let stage = RunStage::Started {
        responder: Box::new(responder),
        invitation,
        challenge: challenge(&session, &body.share, &share),
    };
    authority.exchanges.runs(now).insert(session.clone(), Run { began: now, stage });
    Ok(EnrolStarted { session, share, confirm })
}

/// What [`begin`] fails with, so that a refused share rolls the count back.
struct Refused(Problem);

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self(problem(&error.into()))
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        refused.0
    }
}

type Begun = (Responder, Vec<u8>, Vec<u8>, Option<[u8; 16]>);

/// Counts the attempt and makes the responder's half, for a code that exists or one that does not.
fn begin(tx: &Tx<'_>, handle: Handle, theirs: &[u8]) -> Result<Begun, Refused> {
    let respond = |secret: &CodeSecret, purpose: Purpose| {
        Responder::respond(&mut rng(), secret, handle, purpose, theirs)
            .map(|(responder, share, confirm)| (responder, share, confirm.to_vec()))
            .map_err(|_| Refused(ProblemCode::Malformed.into()))
    };
    if let Some(mut invitation) = tx.invitation_by_handle(handle.number())?
        && let Some(bytes) = tx.invitation_secret(&invitation.id)?
    {
        count_attempt(tx, &mut invitation)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| StoreError::Damaged)?;
        let secret = CodeSecret::from_bytes(bytes).map_err(|_| StoreError::Damaged)?;
        let (responder, share, confirm) = respond(&secret, purpose(invitation.audience))?;
        return Ok((responder, share, confirm, Some(invitation.id)));
    }
    // One durable write here too, so that the time taken does not tell the two apart.
    tx.count_up("starts_for_nobody")?;
    let nobody = Code::generate(&mut rng());
    let (responder, share, confirm) = respond(&nobody.secret(), Purpose::Patient)?;
    Ok((responder, share, confirm, None))
}

/// The last attempt burns the code unless it turns out right: its run holds what it needs.
fn count_attempt(tx: &Tx<'_>, invitation: &mut InvitationRecord) -> Result<(), StoreError> {
    invitation.attempts += 1;
    if invitation.attempts >= MAX_ATTEMPTS {
        if invitation.stage == Stage::Open {
            invitation.stage = Stage::Burnt;
            tx.record(&invitation.subject, None, &Event::InvitationBurnt)?;
        }
        tx.forget_secret(&invitation.id)?;
    }
    tx.update_invitation(invitation)
}

/// `POST /v1/enrol/finish`.
pub(crate) fn finish(authority: &Inner, body: &EnrolFinish) -> Result<EnrolFinished, Problem> {
    let now = authority.store.clock();
    let request = request_hash(body);
    let run = authority.exchanges.runs(now).remove(&body.session);
    let (run, began) = match run {
        Some(Run { stage, began }) => (stage, began),
        None => return Err(ProblemCode::CodeRefused.into()),
    };
    let sealed = match run {
        RunStage::Answered { request: answered, sealed } if answered == request => sealed,
        RunStage::Answered { .. } => return Err(ProblemCode::CodeRefused.into()),
        RunStage::Started { responder, invitation, challenge } => {
            let invitation = invitation.ok_or(ProblemCode::CodeRefused)?;
            conclude(authority, *responder, &invitation, &challenge, body)?
        }
    };
    let stage = RunStage::Answered { request, sealed: sealed.clone() };
    authority.exchanges.runs(now).insert(body.session.clone(), Run { began, stage });
    Ok(EnrolFinished { sealed })
}

fn conclude(
    authority: &Inner,
    responder: Responder,
    invitation: &[u8; 16],
    challenge: &[u8; 32],
    body: &EnrolFinish,
) -> Result<Vec<u8>, Problem> {
    let refused = || Problem::new(ProblemCode::CodeRefused);
    let session = responder.finish(&body.confirm).map_err(|_| refused())?;
    let (opened, sealer) = session.open_request(&body.sealed).map_err(|_| refused())?;
    let request: Option<EnrolRequest> = serde_json::from_slice(&opened).ok();
    let answer = authority
        .store
        .write(|tx| accept::accept(tx, authority, invitation, challenge, request.as_ref()))
        .map_err(|error: RegisterError| problem(&error))?;
    let plain = serde_json::to_vec(&answer).map_err(|_| Problem::new(ProblemCode::Internal))?;
    sealer.seal(&plain).map_err(|_| Problem::new(ProblemCode::Internal))
}

fn request_hash(body: &EnrolFinish) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [body.session.as_bytes(), &body.confirm, &body.sealed] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
