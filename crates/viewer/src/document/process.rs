//! The child process: started with nothing, asked over pipes, ended when dropped.

use std::io::{self, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::message::{Answer, answer_limit};
use crate::{WORKER, frame};

/// Why a worker gives no answer; it is ended then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Not within the time given.
    Late,
    /// It ended, or what it said is not an answer.
    Ended,
    /// It ended because it wanted more memory or time than it may have.
    OutOfMemory,
}

pub(super) struct Process {
    child: Child,
    questions: ChildStdin,
    answers: Receiver<Answer>,
}

impl Process {
    /// Starts `program` as a worker: no environment, no files, nothing but three pipes.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg(WORKER)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(questions), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        // Reading blocks, so it has a thread; the channel gives the wait an end. One answer at most
        // is on its way: a worker that talks unasked waits.
        let (tell, answers) = sync_channel(1);
        let reader = thread::Builder::new().name("viewer-answers".to_owned()).spawn(move || {
            let mut output = BufReader::with_capacity(1 << 18, output);
            while let Ok(Some((kind, body))) = frame::read(&mut output, answer_limit) {
                let Ok(answer) = Answer::from_frame(kind, body) else { break };
                if tell.send(answer).is_err() {
                    break;
                }
            }
        });
        let process = Self { child, questions, answers };
        reader.map(|_| process)
    }

    /// Asks, and waits for the answer as long as `patience`.
    pub(super) fn ask(
        &mut self,
        kind: u8,
        parts: &[&[u8]],
        patience: Duration,
    ) -> Result<Answer, Stopped> {
        if frame::write(&mut self.questions, kind, parts).is_err() {
            return Err(self.cause());
        }
        match self.answers.recv_timeout(patience) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => Err(Stopped::Late),
            Err(RecvTimeoutError::Disconnected) => Err(self.cause()),
        }
    }

    /// Why it ended, from how it ended.
    fn cause(&mut self) -> Stopped {
        // Its pipe is closed; if it lives on, it misbehaves and is ended here.
        for _ in 0..50 {
            match self.child.try_wait() {
                Ok(Some(status)) => return cause_of(status),
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                Err(_) => break,
            }
        }
        Stopped::Ended
    }
}

#[cfg(unix)]
fn cause_of(status: ExitStatus) -> Stopped {
    use std::os::unix::process::ExitStatusExt as _;
    // SIGABRT follows a refused allocation, SIGXCPU and SIGKILL the bounds on time and memory.
    match status.signal() {
        Some(6 | 9 | 24) => Stopped::OutOfMemory,
        _ => Stopped::Ended,
    }
}

#[cfg(not(unix))]
fn cause_of(_: ExitStatus) -> Stopped {
    Stopped::Ended
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.questions.flush();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
