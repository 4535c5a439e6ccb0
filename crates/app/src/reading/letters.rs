//! Letters inside records are looked into after the records are stored, so that nobody waits for a
//! hostile one: each by the [`Inspector`], in a process without rights. The index gets their words,
//! whichever scope the line stands in: the patient's own, a preview, a share.

use std::sync::atomic::Ordering;

use keyward_records::documents::{MAX_TEXT, closed_letters};

use super::access;
use super::index::Scope;
use crate::error::{AppError, ErrorCode};
use crate::ports::documents::{Inspector, Unseen};
use crate::ports::index::{PASSING, Waiting};
use crate::ports::progress::Cancel;
use crate::session::Session;
use crate::views::reading::RoomScope;

/// Records whose letters are read between two transactions.
const BATCH: u64 = 8;
/// So many letters may be beyond their reader, which takes long, before the rest is left to the next time the profile is
/// opened: a file full of them takes no more of the computer than that.
const HOPELESS: u64 = 40;

/// What the letters of a record came to.
#[derive(Default)]
struct Read {
    words: String,
    /// There is more than the words say.
    in_part: bool,
    /// Letters that were beyond their reader.
    hopeless: u64,
}

/// Reads the letters that wait, in every scope that may be read now. Can be stopped at any time and goes on where it
/// was. Gives how many records were searched through.
///
/// # Errors
/// [`ErrorCode::Cancelled`], [`ErrorCode::Locked`], else what the vault reports.
pub fn read_letters(session: &Session, cancel: &Cancel) -> Result<u64, AppError> {
    let mut read = 0;
    for scope in scopes(session)? {
        loop {
            match batch(session, &scope, cancel)? {
                0 => break,
                some => read += some,
            }
        }
    }
    if read > 0 {
        session.changed();
    }
    Ok(read)
}

/// Every scope, as a reader names it.
fn scopes(session: &Session) -> Result<Vec<RoomScope>, AppError> {
    let names = session.read()?.scopes("")?;
    let scope = |name: String| {
        if name == Scope::Own.name() {
            return Some(RoomScope::Own);
        }
        let id = |prefix: &str| name.strip_prefix(prefix).map(str::to_owned);
        id("share/")
            .map(|id| RoomScope::Share { id })
            .or_else(|| id(PASSING).map(|id| RoomScope::Preview { id }))
    };
    Ok(names.into_iter().filter_map(scope).collect())
}

/// Reads the letters of a few records.
fn batch(session: &Session, scope: &RoomScope, cancel: &Cancel) -> Result<u64, AppError> {
    let access = match access::open(session, scope) {
        Ok(access) => access,
        Err(error) if is_over(&error) => return Ok(0),
        Err(error) => return Err(error),
    };
    let waiting = session.read()?.unread_letters(&access.name(), BATCH)?;
    let inspector = session.inspector();
    let mut found: Vec<(Waiting, Read)> = Vec::with_capacity(waiting.len());
    for line in waiting {
        if cancel.is_cancelled() || session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        if session.hopeless_letters().load(Ordering::SeqCst) >= HOPELESS {
            break;
        }
        let body = access.body(&*session.read()?, &line.id);
        let letters = match body {
            Ok(body) => look(&*inspector, &body.bytes),
            // It went in between, and its line with it.
            Err(error) if is_over(&error) => Read::default(),
            Err(error) => return Err(error),
        };
        session.hopeless_letters().fetch_add(letters.hopeless, Ordering::SeqCst);
        found.push((line, letters));
    }
    if found.is_empty() {
        return Ok(0);
    }
    let mut tx = session.begin()?;
    for (line, letters) in &found {
        tx.add_words(&access.name(), line, &letters.words, letters.in_part)?;
    }
    tx.commit()?;
    Ok(found.len() as u64)
}

/// Whether a scope or record cannot be read because it is no longer there.
fn is_over(error: &AppError) -> bool {
    matches!(
        error.code,
        ErrorCode::NotFound
            | ErrorCode::NotAllowed
            | ErrorCode::SelfRemoved
            | ErrorCode::ShareRevoked
            | ErrorCode::ShareEnded
            | ErrorCode::ShareIncomplete
    )
}

fn look(inspector: &dyn Inspector, body: &[u8]) -> Read {
    let mut read = Read::default();
    let more = closed_letters(body, &mut |shown, bytes| {
        let room = MAX_TEXT.saturating_sub(read.words.len());
        // One that was beyond its reader is enough for a record.
        if read.hopeless > 0 || room == 0 {
            read.in_part = true;
            return;
        }
        match inspector.inspect(shown, bytes) {
            // A scan has no words: what is written on it is not searched.
            Ok(findings) if findings.text.trim().is_empty() => read.in_part = true,
            Ok(findings) => add(&mut read, &findings.text, room),
            Err(unseen) => {
                read.in_part = true;
                read.hopeless += u64::from(unseen == Unseen::Closed);
            }
        }
    });
    read.in_part |= more;
    read
}

fn add(read: &mut Read, text: &str, room: usize) {
    if !read.words.is_empty() {
        read.words.push('\n');
    }
    let end = text.floor_char_boundary(room);
    read.words.push_str(text.get(..end).unwrap_or_default());
    read.in_part |= end < text.len();
}
