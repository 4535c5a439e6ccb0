//! One thread for all keyring calls. Some keyrings deadlock or mix up answers when called from
//! several threads, and any of them may block for as long as a prompt is open; a caller therefore
//! waits for a ticket, with a time limit and a way to give up, while the thread stays with the call.

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use zeroize::Zeroizing;

use super::KeyringError;

/// What the thread is asked to do. Nothing here is printable.
pub(crate) enum Call {
    Read { account: String },
    Write { account: String, secret: Zeroizing<String> },
    Delete { account: String },
}

/// The text a read found; `None` for the other calls and for an absent entry.
pub(crate) type Answer = Result<Option<Zeroizing<String>>, KeyringError>;

/// Carries out calls; lives on the thread.
pub(crate) trait Backend {
    fn call(&mut self, call: &Call) -> Answer;
}

struct Job {
    call: Call,
    ticket: Arc<Ticket>,
}

enum Progress {
    Waiting,
    Answered(Answer),
    /// The caller is gone; its answer is dropped (and wiped).
    Abandoned,
}

struct Ticket {
    progress: Mutex<Progress>,
    changed: Condvar,
}

impl Ticket {
    fn new() -> Arc<Self> {
        Arc::new(Self { progress: Mutex::new(Progress::Waiting), changed: Condvar::new() })
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_waiting(&self) -> bool {
        matches!(*self.progress(), Progress::Waiting)
    }

    fn answer(&self, answer: Answer) {
        let mut progress = self.progress();
        if matches!(*progress, Progress::Waiting) {
            *progress = Progress::Answered(answer);
            self.changed.notify_all();
        }
    }

    fn wait(&self, limit: Duration) -> Answer {
        let progress = self.progress();
        let (mut progress, _) = self
            .changed
            .wait_timeout_while(progress, limit, |progress| matches!(progress, Progress::Waiting))
            .unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *progress, Progress::Abandoned) {
            Progress::Answered(answer) => answer,
            Progress::Waiting => Err(KeyringError::TimedOut),
            Progress::Abandoned => Err(KeyringError::Cancelled),
        }
    }
}

/// The thread and the callers waiting for it.
pub(crate) struct Worker {
    jobs: Sender<Job>,
    waiting: Mutex<Vec<Weak<Ticket>>>,
    limit: Duration,
}

impl Worker {
    /// Starts the thread. `backend` is made on it, so it need not be `Send`.
    pub(crate) fn start<B: Backend>(
        limit: Duration,
        backend: impl FnOnce() -> B + Send + 'static,
    ) -> Result<Self, KeyringError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let mut backend = backend();
                // Ends when the sending side is dropped.
                for job in queue {
                    // Not started any more once its caller has given up: a write nobody waits for
                    // must not happen if it can be helped.
                    if job.ticket.is_waiting() {
                        job.ticket.answer(backend.call(&job.call));
                    }
                }
            })
            .map_err(|_| KeyringError::Failed)?;
        Ok(Self { jobs, waiting: Mutex::new(Vec::new()), limit })
    }

    /// Has the call carried out and waits for the answer.
    pub(crate) fn ask(&self, call: Call) -> Answer {
        let ticket = Ticket::new();
        {
            let mut waiting = self.waiting();
            waiting.retain(|other| other.strong_count() > 0);
            waiting.push(Arc::downgrade(&ticket));
        }
        let job = Job { call, ticket: Arc::clone(&ticket) };
        self.jobs.send(job).map_err(|_| KeyringError::Failed)?;
        ticket.wait(self.limit)
    }

    /// Everybody who is waiting stops waiting.
    pub(crate) fn cancel(&self) {
        for ticket in self.waiting().drain(..).filter_map(|ticket| ticket.upgrade()) {
            let mut progress = ticket.progress();
            if matches!(*progress, Progress::Waiting) {
                *progress = Progress::Abandoned;
                ticket.changed.notify_all();
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Weak<Ticket>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A keyring whose prompt is open until the test lets it go.
    struct Stuck(mpsc::Receiver<()>, mpsc::Sender<&'static str>);

    impl Backend for Stuck {
        fn call(&mut self, call: &Call) -> Answer {
            self.1.send("started").unwrap();
            self.0.recv().unwrap();
            let done = match call {
                Call::Read { .. } => "read",
                Call::Write { .. } => "wrote",
                Call::Delete { .. } => "deleted",
            };
            self.1.send(done).unwrap();
            Ok(None)
        }
    }

    fn read() -> Call {
        Call::Read { account: "a".to_owned() }
    }

    #[test]
    fn times_out_and_recovers() {
        let (release, gate) = mpsc::channel();
        let (log, seen) = mpsc::channel();
        let worker = Worker::start(Duration::from_millis(50), || Stuck(gate, log)).unwrap();
        assert_eq!(worker.ask(read()), Err(KeyringError::TimedOut));
        // Queued behind the stuck one and given up before it starts: never carried out.
        let write = Call::Write { account: "a".to_owned(), secret: "s".to_owned().into() };
        assert_eq!(worker.ask(write), Err(KeyringError::TimedOut));
        release.send(()).unwrap();
        release.send(()).unwrap();
        assert_eq!(seen.recv().unwrap(), "started");
        assert_eq!(seen.recv().unwrap(), "read");
        let again = worker.ask(Call::Delete { account: "a".to_owned() });
        assert_eq!(again, Ok(None));
        assert_eq!(seen.recv().unwrap(), "started");
        assert_eq!(seen.recv().unwrap(), "deleted", "the abandoned write was skipped");
    }

    #[test]
    fn cancel_frees_the_caller_at_once() {
        let (release, gate) = mpsc::channel();
        let (log, seen) = mpsc::channel();
        let worker =
            Arc::new(Worker::start(Duration::from_secs(3600), || Stuck(gate, log)).unwrap());
        let caller = {
            let worker = Arc::clone(&worker);
            thread::spawn(move || worker.ask(read()))
        };
        assert_eq!(seen.recv().unwrap(), "started");
        worker.cancel();
        assert_eq!(caller.join().unwrap(), Err(KeyringError::Cancelled));
        release.send(()).unwrap();
    }
}
