//! Letters: from the mailbox, or asked for again, into the vault. Lost, repeated and reordered ones
//! end in the same rows.

use keyward_protocol::grant::{GrantInbox, GrantMessage, InboxOutcome, OpenedGrant};
use keyward_protocol::ids::GrantId;

use crate::credential::{self, CredentialError};
use crate::error::AppError;
use crate::exchange::ShareLetter;
use crate::failure::Failure;
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::{Relay, RelayError};
use crate::ports::vault::Transaction;
use crate::session::Session;

use super::own::Own;
use super::rows::{ShareRow, erase_copies, load_inbox, save_inbox};

/// Pages fetched in one exchange at most; the rest comes with the next.
const MAX_PAGES: usize = 500;

/// A letter that is what it says.
struct Letter {
    opened: OpenedGrant,
    letter: ShareLetter,
}

/// Opens and checks one sealed message. `None`: not for us, not signed, not readable, or under an object of
/// an epoch that is not everybody's. It is never an error of the exchange: anybody may send rubbish to a
/// mailbox.
fn open(
    session: &Session,
    own: &Own,
    sealed: &[u8],
    now: UnixSeconds,
) -> Result<Option<Letter>, Failure> {
    let (service, keys) = (own.enrolment.service_id, &own.keys);
    let opened =
        GrantMessage::open(&keys.mailbox, &own.certificate, &own.authority, service, now, sealed);
    let Ok(opened) = opened else { return Ok(None) };
    let channels = session.network().credentials();
    let (epoch, object) = (&opened.epoch, &opened.epoch_object);
    match credential::compare(session, channels, &own.enrolment, epoch, object) {
        Ok(()) => {}
        Err(CredentialError::App(error)) => return Err(error.into()),
        // Both objects are kept: signed by the clinic, they prove that it treats people differently.
        Err(_) => return Ok(None),
    }
    let letter = ShareLetter::from_bytes(&opened.share).ok();
    Ok(letter.map(|letter| Letter { opened, letter }))
}

/// Fetches the mailbox. Every page is durable before it is acknowledged; a crash in between brings
/// it again, which changes nothing. Gives the number of new shares.
pub(super) fn collect(
    session: &Session,
    own: &Own,
    relay: &dyn Relay,
    now: UnixSeconds,
) -> Result<u64, Failure> {
    let mut new = 0;
    let mut after = 0;
    for _ in 0..MAX_PAGES {
        let page = relay.messages(after)?;
        let Some(last) = page.messages.iter().map(|message| message.sequence).max() else { break };
        if last <= after {
            return Err(RelayError::Misbehaves("a mailbox that does not move on".into()).into());
        }
        let mut letters = Vec::new();
        for message in &page.messages {
            letters.extend(open(session, own, &message.body, now)?);
        }
        new += keep(session, letters, now)?;
        // An unreadable message is acknowledged too: the list of grants brings its letter again as
        // long as there is any hope for it.
        relay.acknowledge(last)?;
        after = last;
        if !page.more {
            break;
        }
    }
    Ok(new)
}

/// Asks again for the letters of grants whose newest revision did not arrive. Gives the number of
/// new shares.
pub(super) fn ask_again(
    session: &Session,
    own: &Own,
    relay: &dyn Relay,
    listed: &[(GrantId, u32)],
    now: UnixSeconds,
) -> Result<u64, Failure> {
    let missing = load_inbox(&*session.read()?)?.missing(listed);
    let mut new = 0;
    for grant in missing {
        let detail = match relay.grant_detail(&grant) {
            Ok(detail) => detail,
            // Gone meanwhile.
            Err(RelayError::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let Some(sealed) = detail.message else { continue };
        let letter = open(session, own, &sealed, now)?
            .filter(|letter| letter.opened.grant.statement().grant_id == grant);
        new += keep(session, letter.into_iter().collect(), now)?;
    }
    Ok(new)
}

fn keep(session: &Session, letters: Vec<Letter>, now: UnixSeconds) -> Result<u64, AppError> {
    if letters.is_empty() {
        return Ok(0);
    }
    let mut tx = session.begin()?;
    let mut inbox = load_inbox(&*tx)?;
    let mut new = 0;
    for letter in letters {
        new += u64::from(accept(&mut *tx, &mut inbox, letter, now)?);
    }
    save_inbox(&mut *tx, &inbox)?;
    tx.commit()?;
    session.changed();
    Ok(new)
}

/// Takes in one letter; `true` if it is a new share.
fn accept(
    tx: &mut dyn Transaction,
    inbox: &mut GrantInbox,
    letter: Letter,
    now: UnixSeconds,
) -> Result<bool, AppError> {
    let Letter { opened, letter } = letter;
    let id = opened.grant.statement().grant_id;
    let outcome = inbox.accept(&opened);
    match outcome {
        InboxOutcome::New | InboxOutcome::Newer => {}
        // Foreign: somebody else's grant under an id that is taken; the first one stays.
        // Full: nobody is shared with by so many; it is asked for again at every exchange.
        InboxOutcome::Repeated
        | InboxOutcome::Older
        | InboxOutcome::Foreign
        | InboxOutcome::Full => return Ok(false),
    }
    let earlier = ShareRow::load(tx, &id)?;
    let row = ShareRow::new(&opened, letter, earlier.as_ref(), now);
    if earlier.is_some_and(|earlier| narrower(&earlier, &row)) {
        // Copies of what is no longer shared go; what is still shared comes again.
        erase_copies(tx, &id)?;
    }
    row.save(tx, &id)?;
    Ok(outcome == InboxOutcome::New)
}

/// Whether a compartment of the earlier revision is missing in the next.
fn narrower(earlier: &ShareRow, next: &ShareRow) -> bool {
    earlier
        .compartments
        .iter()
        .any(|old| next.compartments.iter().all(|new| new.compartment != old.compartment))
}
