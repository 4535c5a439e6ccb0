//! Long work as the interface sees it: progress, questions, cancelling. Pure bookkeeping; the shell
//! owns the board, runs the work on its threads and passes changes on as events.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::error::{AppError, ErrorCode};
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::views::common::{JobKind, JobQuestion, JobStage, JobState, JobView};
use crate::views::patient::ImportDecision;

/// Finished jobs that are remembered; older ones are forgotten.
const REMEMBERED: usize = 50;

/// Told about every change of a job. Must be quick: the work waits for it.
pub trait JobWatcher: Send + Sync {
    /// The job as it is now.
    fn changed(&self, job: &JobView);
}

/// All jobs of one profile's window.
pub struct JobBoard {
    watcher: Arc<dyn JobWatcher>,
    jobs: Mutex<BTreeMap<u64, Arc<Job>>>,
}

/// One job: the work holds it as its progress, its cancel token and the place for its questions.
pub struct Job {
    state: Mutex<State>,
    answered: Condvar,
    cancel: Cancel,
    watcher: Arc<dyn JobWatcher>,
}

struct State {
    view: JobView,
    answer: Option<ImportDecision>,
    started: Instant,
    told: Instant,
}

impl JobBoard {
    /// An empty board.
    pub fn new(watcher: Arc<dyn JobWatcher>) -> Self {
        Self { watcher, jobs: Mutex::default() }
    }

    /// Registers a job. Of imports, of backups and of restores only one runs at a time.
    ///
    /// # Errors
    /// [`ErrorCode::ImportRunning`], [`ErrorCode::BackupRunning`].
    pub fn start(&self, kind: JobKind) -> Result<Arc<Job>, AppError> {
        let mut jobs = self.jobs();
        let alone = match kind {
            JobKind::Import => Some(ErrorCode::ImportRunning),
            JobKind::Backup | JobKind::BackupAtRelay | JobKind::Restore => {
                Some(ErrorCode::BackupRunning)
            }
            _ => None,
        };
        if let Some(running) = alone
            && jobs.values().any(|job| job.is_running(kind))
        {
            return Err(running.into());
        }
        let id = jobs.last_key_value().map_or(1, |(last, _)| last + 1);
        let job = Arc::new(Job::new(id.to_string(), kind, Arc::clone(&self.watcher)));
        jobs.insert(id, Arc::clone(&job));
        while jobs.len() > REMEMBERED {
            let Some(oldest) = jobs.iter().find(|(_, job)| job.is_over()).map(|(id, _)| *id) else {
                break;
            };
            jobs.remove(&oldest);
        }
        Ok(job)
    }

    /// A job by its id.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub fn job(&self, id: &str) -> Result<Arc<Job>, AppError> {
        id.parse::<u64>()
            .ok()
            .and_then(|id| self.jobs().get(&id).cloned())
            .ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// Asks every job to stop (lock, window closed).
    pub fn cancel_all(&self) {
        for job in self.jobs().values() {
            job.cancel();
        }
    }

    /// Forgets everything (lock): questions carry names.
    pub fn clear(&self) {
        self.cancel_all();
        self.jobs().clear();
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Job {
    fn new(id: String, kind: JobKind, watcher: Arc<dyn JobWatcher>) -> Self {
        let now = Instant::now();
        let view = JobView {
            id,
            kind,
            state: JobState::Running,
            stage: JobStage::Looking,
            done: 0,
            total: 0,
            bytes_done: 0,
            bytes_total: 0,
            seconds_left: None,
            question: None,
            error: None,
            result: None,
        };
        Self {
            state: Mutex::new(State { view, answer: None, started: now, told: now }),
            answered: Condvar::new(),
            cancel: Cancel::new(),
            watcher,
        }
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.state().view.id.clone()
    }

    /// As it is now.
    pub fn view(&self) -> JobView {
        self.state().view.clone()
    }

    /// The token the work looks at.
    pub fn token(&self) -> &Cancel {
        &self.cancel
    }

    /// Asks the work to stop; a question that is open is answered with "stop".
    pub fn cancel(&self) {
        self.cancel.cancel();
        self.answered.notify_all();
    }

    /// Answers the question the work asks.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if it asks nothing.
    pub fn decide(&self, decision: ImportDecision) -> Result<(), AppError> {
        let mut state = self.state();
        if state.view.state != JobState::Asking {
            return Err(ErrorCode::NotFound.into());
        }
        state.answer = Some(decision);
        drop(state);
        self.answered.notify_all();
        Ok(())
    }

    /// Asks and waits for the answer (the work's thread sleeps meanwhile). Cancelled means stop.
    pub fn ask(&self, question: JobQuestion) -> ImportDecision {
        let mut state = self.state();
        state.answer = None;
        state.view.state = JobState::Asking;
        state.view.question = Some(question);
        self.watcher.changed(&state.view);
        let decision = loop {
            if self.cancel.is_cancelled() {
                break ImportDecision::Stop;
            }
            if let Some(answer) = state.answer.take() {
                break answer;
            }
            // Woken by `decide` and by `cancel`; the timeout only guards against a lost wake-up.
            let wait = std::time::Duration::from_millis(500);
            state =
                self.answered.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        };
        state.view.state = JobState::Running;
        state.view.question = None;
        self.watcher.changed(&state.view);
        decision
    }

    /// The work is over.
    pub fn finish(&self, outcome: Result<Option<String>, AppError>) {
        let mut state = self.state();
        state.view.seconds_left = None;
        state.view.question = None;
        match outcome {
            Ok(result) => {
                state.view.state = JobState::Done;
                state.view.stage = JobStage::Finished;
                state.view.result = result;
            }
            Err(error) if error.code == ErrorCode::Cancelled => {
                state.view.state = JobState::Cancelled;
            }
            Err(error) => {
                state.view.state = JobState::Failed;
                state.view.error = Some(error);
            }
        }
        self.watcher.changed(&state.view);
    }

    /// Sets what came out so far (an import's id is known before it ends).
    pub fn set_result(&self, result: &str) {
        self.state().view.result = Some(result.to_owned());
    }

    fn is_running(&self, kind: JobKind) -> bool {
        let state = self.state();
        state.view.kind == kind && !is_over(state.view.state)
    }

    fn is_over(&self) -> bool {
        is_over(self.state().view.state)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn is_over(state: JobState) -> bool {
    matches!(state, JobState::Done | JobState::Cancelled | JobState::Failed)
}

impl Progress for Job {
    fn report(&self, step: Step) {
        let mut state = self.state();
        let stage = JobStage::from(step.stage);
        let moved_on = state.view.stage != stage || step.done == step.total;
        state.view.stage = stage;
        (state.view.done, state.view.total) = (step.done, step.total);
        (state.view.bytes_done, state.view.bytes_total) = (step.bytes_done, step.bytes_total);
        state.view.seconds_left = seconds_left(state.started.elapsed().as_secs(), &step);
        // Ten times a second is enough for a person.
        if moved_on || state.told.elapsed().as_millis() >= 100 {
            state.told = Instant::now();
            self.watcher.changed(&state.view);
        }
    }
}

/// What is left, at the pace so far; `None` until two seconds give a pace.
fn seconds_left(spent: u64, step: &Step) -> Option<u64> {
    let (done, total) = if step.bytes_total > 0 {
        (step.bytes_done, step.bytes_total)
    } else {
        (step.done, step.total)
    };
    if spent < 2 || done == 0 || total < done {
        return None;
    }
    u64::try_from(u128::from(spent) * u128::from(total - done) / u128::from(done)).ok()
}

impl From<Stage> for JobStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Looking => Self::Looking,
            Stage::Reading => Self::Reading,
            Stage::Sealing => Self::Sealing,
            Stage::Sending => Self::Sending,
            Stage::Granting => Self::Granting,
            Stage::Writing => Self::Writing,
            Stage::Fetching => Self::Fetching,
            Stage::Restoring => Self::Restoring,
            Stage::Renewing => Self::Renewing,
            Stage::Erasing => Self::Erasing,
            Stage::Finished => Self::Finished,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Seen(Mutex<Vec<JobState>>);

    impl JobWatcher for Seen {
        fn changed(&self, job: &JobView) {
            self.0.lock().unwrap().push(job.state);
        }
    }

    fn question() -> JobQuestion {
        JobQuestion::SomebodyElse {
            file: "a.json".into(),
            found: crate::views::common::PersonHint::default(),
            expected: crate::views::common::PersonHint::default(),
            differs: vec!["name".into()],
            records: 3,
        }
    }

    #[test]
    fn a_question_waits_for_its_answer_and_only_one_import_runs() {
        let board = JobBoard::new(Arc::new(Seen::default()));
        let job = board.start(JobKind::Import).unwrap();
        assert_eq!(board.start(JobKind::Import).err().unwrap().code, ErrorCode::ImportRunning);
        assert!(job.decide(ImportDecision::Keep).is_err());
        let asking = Arc::clone(&job);
        let work = std::thread::spawn(move || asking.ask(question()));
        while job.decide(ImportDecision::Skip).is_err() {
            std::thread::yield_now();
        }
        assert_eq!(work.join().unwrap(), ImportDecision::Skip);
        job.finish(Ok(Some("import".into())));
        assert_eq!(job.view().state, JobState::Done);
        assert!(board.start(JobKind::Import).is_ok());
    }

    #[test]
    fn cancelling_answers_an_open_question_with_stop() {
        let board = JobBoard::new(Arc::new(Seen::default()));
        let job = board.start(JobKind::Import).unwrap();
        let asking = Arc::clone(&job);
        let work = std::thread::spawn(move || asking.ask(question()));
        board.cancel_all();
        assert_eq!(work.join().unwrap(), ImportDecision::Stop);
        job.finish(Err(ErrorCode::Cancelled.into()));
        assert_eq!(job.view().state, JobState::Cancelled);
    }

    #[test]
    fn the_time_left_is_what_the_pace_so_far_says() {
        let files = |done, total| Step { done, total, ..Step::default() };
        let bytes = |bytes_done, bytes_total| Step { bytes_done, bytes_total, ..files(1, 2) };
        assert_eq!(seconds_left(10, &files(1, 4)), Some(30));
        assert_eq!(seconds_left(10, &bytes(900, 1000)), Some(1), "bytes tell more than files");
        assert_eq!(seconds_left(10, &files(4, 4)), Some(0));
        assert_eq!(seconds_left(1, &files(1, 4)), None, "two seconds make a pace");
        assert_eq!(seconds_left(10, &files(0, 4)), None);
        assert_eq!(seconds_left(10, &files(5, 4)), None, "more was found than was known of");
        assert_eq!(seconds_left(10, &bytes(0, u64::MAX)), None);
        assert_eq!(seconds_left(2, &bytes(1, u64::MAX)), None, "longer than can be said");
        assert_eq!(seconds_left(u64::MAX, &bytes(2, 4)), Some(u64::MAX));
    }
}
