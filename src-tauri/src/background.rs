//! What happens without anybody pressing anything: the automatic lock, and the exchange of every
//! unlocked profile with its relay, so that a revocation closes a chart that is open.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use keyward_app::credential::{self, Pace};
use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::recovery::{at_relay, status};
use keyward_app::session::Session;
use keyward_app::views::common::{JobKind, Role};
use keyward_app::{doctor, patient, reading};
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

/// How often a backup in a file is continued while a profile is open.
const BACKUP_EVERY: Duration = Duration::from_secs(30 * 60);
/// How long after opening it is continued first: what is opened comes first.
const BACKUP_FIRST: Duration = Duration::from_secs(2 * 60);

/// Seconds between two looks at the backup at the relay, by chance each time: by its rhythm nothing tells
/// whose it is. The first comes after as long as it happens to.
const RELAY_EVERY: std::ops::Range<u64> = 20 * 60..40 * 60;
const RELAY_FIRST: std::ops::Range<u64> = 2 * 60..8 * 60;

/// Seconds between two looks at the personas that are certified ahead; whether one is certified then is
/// another chance (`credential::Pace`). Nothing of it is done right after opening.
const AHEAD_EVERY: std::ops::Range<u64> = 20 * 60..40 * 60;
const AHEAD_FIRST: std::ops::Range<u64> = 3 * 60..12 * 60;

/// Throws away what a crash left half brought back. Asks the keyring, so on a thread of its own.
pub(crate) fn sweep(desktop: &Arc<Desktop>) {
    let at_work = Arc::clone(desktop);
    std::thread::spawn(move || at_work.restoring().sweep(at_work.profiles()));
}

/// Starts the background work; it ends with the desktop.
pub(crate) fn start(desktop: &Arc<Desktop>) {
    let desktop = Arc::downgrade(desktop);
    // A thread of its own: it waits for relays, and must not take a place from the commands.
    let thread = std::thread::Builder::new().name("background".into()).spawn(move || {
        let mut due = <[Due; 4]>::default();
        while tick(&desktop, &mut due) {
            std::thread::sleep(TICK);
        }
    });
    if let Err(error) = thread {
        tracing::error!(%error, "no thread for the automatic lock: everything is locked");
        std::process::abort();
    }
}

/// By profile, when something is to be done next.
type Due = HashMap<String, Instant>;

fn tick(desktop: &Weak<Desktop>, [due, backups, relays, ahead]: &mut [Due; 4]) -> bool {
    let Some(desktop) = desktop.upgrade() else { return false };
    desktop.lock_idle();
    let open = desktop.all_open();
    for due in [&mut *due, &mut *backups, &mut *relays, &mut *ahead] {
        due.retain(|id, _| open.iter().any(|opened| opened.id().as_str() == id));
    }
    for opened in &open {
        back_up_when_due(opened, backups);
        send_when_due(&desktop, opened, relays);
        certify_when_due(opened, ahead);
    }
    for opened in open.into_iter().filter(|opened| opened.role() != Role::Desk) {
        let Ok(session) = opened.session() else { continue };
        let now = Instant::now();
        if due.get(opened.id().as_str()).is_some_and(|at| now < *at) {
            continue;
        }
        let every = if opened.role() == Role::Doctor { DOCTOR_EVERY } else { PATIENT_EVERY };
        let wait = Duration::from_secs(system_rng().random_range(every));
        due.insert(opened.id().to_string(), now + wait);
        std::thread::spawn(move || {
            opened.exchange_alone(|| exchange(&opened, &session));
            read_letters(&opened, &session);
        });
    }
    true
}

fn back_up_when_due(opened: &Arc<OpenProfile>, due: &mut Due) {
    let now = Instant::now();
    let at = due.entry(opened.id().to_string()).or_insert(now + BACKUP_FIRST);
    if now < *at {
        return;
    }
    let Ok(session) = opened.session() else { return };
    *at = now + BACKUP_EVERY;
    let opened = Arc::clone(opened);
    std::thread::spawn(move || {
        if !status::can_back_up(&session).unwrap_or(false) {
            return;
        }
        // One that was asked for just now does the same.
        let Ok(job) = opened.jobs().start(JobKind::Backup) else { return };
        let outcome = status::back_up(&session, &*job, job.token());
        if let Err(error) = &outcome {
            tracing::debug!(code = ?error.code, "a backup was not continued");
        }
        job.finish(outcome.map(|_| None));
        opened.ear().tell(&Event::Changed("recovery"));
    });
}

fn send_when_due(desktop: &Desktop, opened: &Arc<OpenProfile>, due: &mut Due) {
    let after = |range| Instant::now() + Duration::from_secs(system_rng().random_range(range));
    let at = due.entry(opened.id().to_string()).or_insert_with(|| after(RELAY_FIRST));
    if Instant::now() < *at {
        return;
    }
    let Ok(session) = opened.session() else { return };
    *at = after(RELAY_EVERY);
    let (opened, spool) = (Arc::clone(opened), desktop.data_dir().to_owned());
    std::thread::spawn(move || {
        if !at_relay::has_work(&session).unwrap_or(false) {
            return;
        }
        let Ok(job) = opened.jobs().start(JobKind::BackupAtRelay) else { return };
        let outcome = match at_relay::go_on_alone(&session, &spool, &*job, job.token()) {
            // Only something to be deleted.
            Err(error) if error.code == ErrorCode::BackupNone => Ok(()),
            outcome => outcome,
        };
        if let Err(error) = &outcome {
            tracing::debug!(code = ?error.code, "a backup was not sent");
        }
        job.finish(outcome.map(|()| None));
        opened.ear().tell(&Event::Changed("recovery"));
    });
}

fn certify_when_due(opened: &Arc<OpenProfile>, due: &mut Due) {
    if opened.role() != Role::Patient {
        return;
    }
    let after = |range| Instant::now() + Duration::from_secs(system_rng().random_range(range));
    let at = due.entry(opened.id().to_string()).or_insert_with(|| after(AHEAD_FIRST));
    if Instant::now() < *at {
        return;
    }
    let Ok(session) = opened.session() else { return };
    *at = after(AHEAD_EVERY);
    let opened = Arc::clone(opened);
    std::thread::spawn(move || match credential::work_ahead(&session, Pace::Spaced) {
        Ok(()) => {}
        Err(error) if error.code == ErrorCode::Locked => {}
        // Whoever makes a space or shares is told; what the clinic did wrong, on the first page.
        Err(error) => {
            tracing::debug!(code = ?error.code, "nobody was certified ahead");
            opened.ear().tell(&Event::Changed("spaces"));
        }
    });
}

/// Records that have no line in the reading index yet get one; mostly there are none.
fn catch_up(opened: &OpenProfile, session: &Session) {
    match reading::catch_up(session, &Unwatched, &Cancel::new()) {
        Ok(0) => {}
        Ok(_) => opened.ear().tell(&Event::Changed("records")),
        Err(error) if matches!(error.code, ErrorCode::Locked | ErrorCode::Cancelled) => {}
        Err(error) => tracing::warn!(code = ?error.code, "records could not be indexed"),
    }
}

/// Letters inside records that came, or that are shown in a preview, are read for the search.
pub(crate) fn read_letters(opened: &OpenProfile, session: &Session) {
    opened.read_letters_alone(|| match reading::read_letters(session, &Cancel::new()) {
        Ok(0) => {}
        Ok(_) => opened.ear().tell(&Event::Changed("records")),
        Err(error) if matches!(error.code, ErrorCode::Locked | ErrorCode::Cancelled) => {}
        Err(error) => tracing::warn!(code = ?error.code, "letters could not be read"),
    });
}

fn exchange(opened: &OpenProfile, session: &Session) {
    if opened.role() == Role::Patient {
        catch_up(opened, session);
    }
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
