//! A space that she has put away: what it shares ends at once, the relay forgets its persona with everything of hers and
//! signs that, and nothing is shared in it any more. What she knows of who looked stays here.

use serde::{Deserialize, Serialize};

use super::Space;
use crate::error::{AppError, ErrorCode};
use crate::leaving;
use crate::patient::sharing::{self, book::Share};
use crate::ports::clock::UnixSeconds;
use crate::ports::progress::{Cancel, Unwatched};
use crate::session::Session;
use crate::store;
use crate::views::patient::RetiredSpace;

/// That a space was put away, and how far that is.
#[derive(Clone, Serialize, Deserialize)]
pub struct Retired {
    /// Since when.
    pub at: UnixSeconds,
    /// Nothing of it is at the relay: it never was, or the relay has forgotten it.
    pub(crate) done: bool,
    /// The relay's receipt, if it ever met the persona.
    #[serde(default, with = "store::base64_option")]
    pub(crate) receipt: Option<Vec<u8>>,
    /// Until when the bytes are gone there.
    pub(crate) erased_by: Option<UnixSeconds>,
}

/// Puts a space away, for good, and tries at once to have the relay forget it. If the relay is out of reach the decision
/// stands and the app goes on trying: the answer says so.
///
/// # Errors
/// As [`decide_retirement`].
pub fn retire(session: &Session, id: &str) -> Result<RetiredSpace, AppError> {
    decide_retirement(session, id)?;
    match sharing::sync(session, &Unwatched, &Cancel::new()) {
        Err(error) if error.code == ErrorCode::Locked => Err(error),
        // Whatever the relay says is told in the answer, not as a failure of the decision.
        _ => one(session, id),
    }
}

/// The durable half of [`retire`]: the decision, and the ends of what is shared. What is to be done at the relay does not
/// wait for a turn.
///
/// # Errors
/// [`ErrorCode::NotFound`], [`ErrorCode::LeavingBegun`], else what the vault reports.
pub fn decide_retirement(session: &Session, id: &str) -> Result<RetiredSpace, AppError> {
    let mut tx = session.begin()?;
    let mut space = Space::load_live(&*tx, id)?;
    if leaving::is_begun(&*tx)? {
        return Err(ErrorCode::LeavingBegun.into());
    }
    let mut shares = Share::all(&*tx)?;
    shares.retain(|(_, share)| share.space == id);
    let now = session.now();
    for (share, _) in shares.iter().filter(|(_, share)| share.is_visible(now)) {
        match sharing::revoke_in(&mut *tx, session, share) {
            Err(error) if error.code == ErrorCode::ShareOver => {}
            outcome => outcome?,
        }
    }
    let known = space.presented.is_some() || shares.iter().any(|(_, share)| share.sent);
    space.retired = Some(Retired { at: now, done: !known, receipt: None, erased_by: None });
    space.save(&mut *tx, id)?;
    tx.commit()?;
    session.changed();
    one(session, id)
}

fn one(session: &Session, id: &str) -> Result<RetiredSpace, AppError> {
    let found = list(session)?.into_iter().find(|space| space.id == id);
    found.ok_or_else(|| ErrorCode::NotFound.into())
}

/// The spaces that were put away, the last one first.
///
/// # Errors
/// What the vault reports.
pub fn list(session: &Session) -> Result<Vec<RetiredSpace>, AppError> {
    let spaces = Space::all(&*session.read()?)?;
    let view = |(id, space): (String, Space)| {
        let retired = space.retired?;
        let (name, icon) = (space.name, space.icon);
        let Retired { at, done, erased_by, .. } = retired;
        Some(RetiredSpace { id, name, icon, at, deleting: !done, deleted: erased_by })
    };
    let mut all: Vec<RetiredSpace> = spaces.into_iter().filter_map(view).collect();
    all.sort_by(|a, b| (b.at, &a.id).cmp(&(a.at, &b.id)));
    Ok(all)
}
