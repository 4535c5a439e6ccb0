//! A document as the app uses it: opened once, asked for pages, text and places.

mod process;

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::message::{
    Answer, Info, Kind, MAX_DOCUMENT, MAX_SOUGHT, PageText, Place, Question, Refusal, View,
};
use crate::picture;
use process::{Process, Stopped};

/// The program whose worker is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program(PathBuf);

impl Program {
    /// A program that runs [`crate::worker::run`] when its first argument is [`crate::WORKER`].
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The program that runs now, also after an update has replaced its file (on Linux).
    ///
    /// # Errors
    /// What the system reports.
    pub fn this() -> std::io::Result<Self> {
        if cfg!(target_os = "linux") {
            return Ok(Self("/proc/self/exe".into()));
        }
        std::env::current_exe().map(Self)
    }
}

/// How long a worker may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// To open the document.
    pub open: Duration,
    /// To answer one question.
    pub answer: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { open: Duration::from_secs(20), answer: Duration::from_secs(20) }
    }
}

/// A PNG encoded by this app, with its size in pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Png {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ViewError {
    /// The worker says why.
    #[error("the document is refused: {}", .0.code())]
    Refused(Refusal),
    /// It broke: the document made its reader fail.
    #[error("the document broke its reader")]
    Broke,
    /// It took too long and was stopped.
    #[error("the document took too long")]
    TooSlow,
    /// The worker could not be started.
    #[error("the worker cannot be started")]
    NotStarted,
}

impl ViewError {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            ViewError::Refused(refusal) => refusal.code(),
            ViewError::Broke => "broke",
            ViewError::TooSlow => "tooSlow",
            ViewError::NotStarted => "notStarted",
        }
    }
}

/// An open document with its worker. Dropped, the worker ends and the bytes are erased.
///
/// A worker that broke or was too slow is replaced at the next question: one bad page leaves the
/// others readable.
pub struct Document {
    program: Program,
    bounds: Bounds,
    kind: Kind,
    bytes: Zeroizing<Vec<u8>>,
    info: Info,
    process: Option<Process>,
}

impl Document {
    /// Opens a document in a new worker. Waits for it: not for a window's thread.
    ///
    /// # Errors
    /// Why it is not shown.
    pub fn open(
        program: Program,
        bounds: Bounds,
        kind: Kind,
        bytes: Vec<u8>,
    ) -> Result<Self, ViewError> {
        let bytes = Zeroizing::new(bytes);
        if bytes.len() > MAX_DOCUMENT {
            return Err(ViewError::Refused(Refusal::TooLarge));
        }
        let (process, info) = start(&program, bounds, kind, &bytes)?;
        Ok(Self { program, bounds, kind, bytes, info, process: Some(process) })
    }

    /// What it is like.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The document itself, as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A page as a picture.
    ///
    /// # Errors
    /// Why it is not shown.
    pub fn page(&mut self, view: View) -> Result<Png, ViewError> {
        match self.ask(&Question::Page(view))? {
            Answer::Pixels(pixels) => {
                let bytes = picture::png(&pixels).ok_or(ViewError::Broke)?;
                Ok(Png { width: pixels.width, height: pixels.height, bytes })
            }
            other => Err(self.unexpected(&other)),
        }
    }

    /// The text of a page, from 0.
    ///
    /// # Errors
    /// Why there is none.
    pub fn text(&mut self, page: u32) -> Result<PageText, ViewError> {
        match self.ask(&Question::Text(page))? {
            Answer::Text(text) => Ok(text),
            other => Err(self.unexpected(&other)),
        }
    }

    /// Where `words` stand, in the order of the document; upper and lower case, accents and line
    /// breaks make no difference.
    ///
    /// # Errors
    /// Why it cannot be searched.
    pub fn find(&mut self, words: &str) -> Result<Vec<Place>, ViewError> {
        let words: String = words.trim().chars().take(MAX_SOUGHT / 4).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        match self.ask(&Question::Find(words))? {
            Answer::Places(places) => Ok(places),
            other => Err(self.unexpected(&other)),
        }
    }

    /// All text, for search; at most [`crate::MAX_WORDS`] bytes.
    ///
    /// # Errors
    /// Why there is none.
    pub fn words(&mut self) -> Result<String, ViewError> {
        match self.ask(&Question::Words)? {
            Answer::Words(words) => Ok(words),
            other => Err(self.unexpected(&other)),
        }
    }

    fn ask(&mut self, question: &Question) -> Result<Answer, ViewError> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => start(&self.program, self.bounds, self.kind, &self.bytes)?.0,
        };
        let (kind, body) = question.to_frame();
        let answer = process.ask(kind, &[&body], self.bounds.answer).map_err(ViewError::from)?;
        self.process = Some(process);
        Ok(answer)
    }

    /// The answer to another question than the one asked: that worker is not asked again.
    fn unexpected(&mut self, answer: &Answer) -> ViewError {
        if let Answer::Refused(refusal) = answer {
            return ViewError::Refused(*refusal);
        }
        self.process = None;
        ViewError::Broke
    }
}

fn start(
    program: &Program,
    bounds: Bounds,
    kind: Kind,
    bytes: &[u8],
) -> Result<(Process, Info), ViewError> {
    let mut process = Process::start(&program.0).map_err(|_| ViewError::NotStarted)?;
    let (number, head) = Question::head(kind);
    match process.ask(number, &[&head, bytes], bounds.open)? {
        Answer::Opened(info) if !info.pages.is_empty() => Ok((process, info)),
        Answer::Refused(refusal) => Err(ViewError::Refused(refusal)),
        _ => Err(ViewError::Broke),
    }
}

impl From<Stopped> for ViewError {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Late => ViewError::TooSlow,
            Stopped::Ended => ViewError::Broke,
            // What limits of memory and time do to a process.
            Stopped::OutOfMemory => ViewError::Refused(Refusal::TooLarge),
        }
    }
}
