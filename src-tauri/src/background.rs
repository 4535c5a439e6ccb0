//! What happens without anybody pressing anything: the automatic lock, and the exchange of every
//! unlocked profile with its relay, so that a revocation closes a chart that is open.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::{doctor, patient};
use rand::RngExt as _;

use crate::events::Event;
use crate::opened::OpenProfile;
use crate::state::{Desktop, system_rng};

/// How often it is looked whether something is to be done.
const TICK: Duration = Duration::from_secs(1);
/// Seconds between two exchanges of a doctor's window; every exchange adds some by chance, so that
/// the relay cannot tell by their rhythm which requests belong together.
const DOCTOR_EVERY: std::ops::Range<u64> = 8..14;
/// The same for a patient's.
const PATIENT_EVERY: std::ops::Range<u64> = 25..45;

/// Starts the background work; it ends with the desktop.
pub(crate) fn start(desktop: &Arc<Desktop>) {
    let desktop = Arc::downgrade(desktop);
    // A thread of its own: it waits for relays, and must not take a place from the commands.
    let thread = std::thread::Builder::new().name("background".into()).spawn(move || {
        let mut due = HashMap::new();
        while tick(&desktop, &mut due) {
            std::thread::sleep(TICK);
        }
    });
    if let Err(error) = thread {
        tracing::error!(%error, "no thread for the automatic lock: everything is locked");
        std::process::abort();
    }
}

fn tick(desktop: &Weak<Desktop>, due: &mut HashMap<String, Instant>) -> bool {
    let Some(desktop) = desktop.upgrade() else { return false };
    desktop.lock_idle();
    let open = desktop.all_open();
    due.retain(|id, _| open.iter().any(|opened| opened.id().as_str() == id));
    for opened in open.into_iter().filter(|opened| opened.role() != Role::Desk) {
        let Ok(session) = opened.session() else { continue };
        let now = Instant::now();
        if due.get(opened.id().as_str()).is_some_and(|at| now < *at) {
            continue;
        }
        let every = if opened.role() == Role::Doctor { DOCTOR_EVERY } else { PATIENT_EVERY };
        let wait = Duration::from_secs(system_rng().random_range(every));
        due.insert(opened.id().to_string(), now + wait);
        std::thread::spawn(move || opened.exchange_alone(|| exchange(&opened, &session)));
    }
    true
}

fn exchange(opened: &OpenProfile, session: &Session) {
    let outcome: Result<(), AppError> = match opened.role() {
        Role::Patient => patient::sharing::sync(session, &Unwatched, &Cancel::new()),
        Role::Doctor => doctor::sync(session).map(drop),
        Role::Desk => return,
    };
    match outcome {
        Ok(()) => opened.ear().tell(&Event::Changed("shares")),
        // The page shows by itself why the last exchange did not work; these are no news.
        Err(error) if matches!(error.code, ErrorCode::NotEnrolled | ErrorCode::Locked) => {}
        Err(error) => {
            tracing::debug!(code = ?error.code, "an exchange did not work");
            opened.ear().tell(&Event::Changed("shares"));
        }
    }
}
