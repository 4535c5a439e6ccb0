//! The one writer: a thread that owns the writing connection and commits in groups.
//!
//! Whatever has queued while the last commit was on its way to the disk goes into the next
//! transaction. One sync then answers for all of it, so throughput grows with load while each
//! answer still means "on stable storage". A job runs inside its own savepoint: a refused one is
//! undone alone. If the commit fails, nobody in the group is told that it was done.

use crate::store::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// Jobs in one transaction at most, so that the first of them does not wait for ever.
const MAX_GROUP: usize = 512;
/// How soon a checkpoint that a reader was in the way of is tried again.
const CHECKPOINT_RETRY: Duration = Duration::from_millis(20);
/// How soon one that failed is: a full disk does not empty in milliseconds.
const CHECKPOINT_RETRY_FAILED: Duration = Duration::from_secs(1);

/// What a job asks of the writer beyond the commit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// Nothing.
    Nothing,
    /// Secrets were deleted: their bytes must leave the write-ahead log as well.
    Erase,
}

/// A unit of work. `run` may be called once; then `answer`, when the group's fate is known.
trait Job: Send {
    fn run(&mut self, connection: &Connection) -> After;
    /// `erased`: whether the write-ahead log holds nothing any more.
    fn answer(self: Box<Self>, committed: bool, erased: bool);
}

type Work<T> = Box<dyn FnOnce(&Connection) -> Result<T, StoreError> + Send>;

struct Task<T> {
    work: Option<Work<T>>,
    outcome: Option<Result<T, StoreError>>,
    after: After,
    reply: oneshot::Sender<(Result<T, StoreError>, bool)>,
}

impl<T: Send> Job for Task<T> {
    fn run(&mut self, connection: &Connection) -> After {
        let Some(work) = self.work.take() else { return After::Nothing };
        let outcome = work(connection);
        let after = if outcome.is_ok() { self.after } else { After::Nothing };
        self.outcome = Some(outcome);
        after
    }

    fn answer(self: Box<Self>, committed: bool, erased: bool) {
        let lost = || Err(StoreError::Storage("the transaction was lost".to_owned()));
        let outcome = match self.outcome {
            // A refusal is true whatever became of the others' changes.
            Some(Err(StoreError::Refused(problem))) => Err(StoreError::Refused(problem)),
            Some(Err(error)) => Err(error),
            Some(Ok(value)) if committed => Ok(value),
            _ => lost(),
        };
        // Whoever asked may have gone; the work is done all the same.
        let _ = self.reply.send((outcome, erased));
    }
}

/// The queue's end that everybody else holds.
pub(super) struct Writer {
    queue: std::sync::Mutex<Option<Sender<Box<dyn Job>>>>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Writer, StoreError> {
        let (queue, jobs) = channel();
        let thread = std::thread::Builder::new()
            .name("relay-writer".to_owned())
            .spawn(move || Loop { connection, jobs, checkpoint_due: None }.run())
            .map_err(|error| StoreError::Storage(error.to_string()))?;
        Ok(Writer { queue: Some(queue).into(), thread: Some(thread).into() })
    }

    /// Runs work in the next transaction; the answer comes after the sync. The flag says whether
    /// the write-ahead log was emptied behind it (asked for by [`After::Erase`]).
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        after: After,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> (Result<T, StoreError>, bool) {
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(Box::new(work)), outcome: None, after, reply };
        let sent = match self.queue.lock() {
            Ok(queue) => queue.as_ref().is_some_and(|queue| queue.send(Box::new(task)).is_ok()),
            Err(_) => false,
        };
        if !sent {
            return (Err(StoreError::Stopped), false);
        }
        answer.await.unwrap_or((Err(StoreError::Stopped), false))
    }

    /// Lets what has queued be done, then ends the thread and closes the connection.
    pub(super) fn close(&self) {
        if let Ok(mut queue) = self.queue.lock() {
            queue.take();
        }
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the relay's writer ended by a panic");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

struct Loop {
    connection: Connection,
    jobs: Receiver<Box<dyn Job>>,
    /// Whether the log must be emptied, and how long to wait for jobs before it is tried again.
    checkpoint_due: Option<Duration>,
}

impl Loop {
    fn run(mut self) {
        while let Some(group) = self.next_group() {
            self.process(group);
        }
        if let Err(error) = self.connection.pragma_update(None, "optimize", "") {
            tracing::debug!(%error, "the store was closed without being optimised");
        }
    }

    /// Waits for a job and takes along what else has queued. Empty when only a checkpoint is due.
    fn next_group(&mut self) -> Option<Vec<Box<dyn Job>>> {
        let first = if let Some(pause) = self.checkpoint_due {
            match self.jobs.recv_timeout(pause) {
                Ok(job) => job,
                Err(RecvTimeoutError::Timeout) => return Some(Vec::new()),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        } else {
            self.jobs.recv().ok()?
        };
        let mut group = vec![first];
        while group.len() < MAX_GROUP {
            match self.jobs.try_recv() {
                Ok(job) => group.push(job),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
            }
        }
        Some(group)
    }

    fn process(&mut self, mut group: Vec<Box<dyn Job>>) {
        let committed = group.is_empty() || self.commit(&mut group);
        let erased = self.checkpoint_due.is_some() && self.checkpoint();
        for job in group {
            job.answer(committed, erased);
        }
    }

    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> bool {
        let mut erase = false;
        let transaction =
            match self.connection.transaction_with_behavior(TransactionBehavior::Immediate) {
                Ok(transaction) => transaction,
                Err(error) => {
                    tracing::error!(%error, "a transaction could not begin");
                    return false;
                }
            };
        for job in group {
            erase |= job.run(&transaction) == After::Erase;
            if transaction.is_autocommit() {
                // A full disk or a failing one made SQLite roll everything back on its own.
                tracing::error!("the storage failed inside a transaction; nothing of it was kept");
                return false;
            }
        }
        match transaction.commit() {
            Ok(()) => {
                if erase {
                    self.checkpoint_due = Some(CHECKPOINT_RETRY);
                }
                true
            }
            Err(error) => {
                tracing::error!(%error, "a transaction could not be committed");
                false
            }
        }
    }

    /// Moves the whole log into the database and empties it. With `secure_delete` the deleted
    /// bytes are zeroes there. False if a reader was in the way; then it is tried again.
    fn checkpoint(&mut self) -> bool {
        let busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match busy {
            Ok(0) => {
                self.checkpoint_due = None;
                true
            }
            Ok(_) => {
                self.checkpoint_due = Some(CHECKPOINT_RETRY);
                false
            }
            Err(error) => {
                if self.checkpoint_due != Some(CHECKPOINT_RETRY_FAILED) {
                    tracing::warn!(%error, "a checkpoint failed; it is tried again every second");
                }
                self.checkpoint_due = Some(CHECKPOINT_RETRY_FAILED);
                false
            }
        }
    }
}
