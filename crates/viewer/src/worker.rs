//! The worker: gives up its rights, then reads one document and answers about it until its stdin
//! ends.
//!
//! Every decoder here is pure Rust without `unsafe` of its own wherever there is a choice; what
//! may still go wrong (endless loops, exhaustion, a defect in a decoder's `unsafe`) meets, from the
//! inside out: checks of sizes before decoding, a caught panic, limits on memory and processor
//! time, a system-call filter that knows neither files nor network nor programs, and the app's
//! clock outside.

mod confine;
mod dates;
mod dicom;
mod grey;
mod image;
mod jpeg2000;
mod pdf;
mod preamble;
mod text;

use std::io::{self, BufWriter, Read as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::thread;

use crate::frame;
use crate::message::{
    Answer, Info, Kind, PageText, Pixels, Place, Question, Refusal, View, question_limit,
};

/// Decoders of nested formats call themselves; what goes deeper than this ends the worker.
const STACK: usize = 64 << 20;

/// A document that was read.
trait Pages {
    fn info(&self) -> &Info;
    fn page(&mut self, view: View) -> Result<Pixels, Refusal>;

    fn text(&mut self, _page: u32) -> Result<PageText, Refusal> {
        Ok(PageText::default())
    }

    fn find(&mut self, _words: &str) -> Vec<Place> {
        Vec::new()
    }

    fn words(&mut self) -> String {
        String::new()
    }
}

/// The whole life of a worker. Call it before anything else of the program has started.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    confine::limit();
    // The thread exists before the filter, which then holds for both and allows no further one.
    let reader = thread::Builder::new().stack_size(STACK).spawn(|| match confine::lock() {
        Ok(()) => answer_all(),
        Err(()) => refuse_all(Refusal::Unconfined),
    });
    match reader.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// For tests: gives up the rights of this process and tells which of the forbidden things still
/// work. Empty is right.
#[doc(hidden)]
pub fn what_still_works() -> Vec<&'static str> {
    // As if it had come along from the app.
    let open = std::fs::File::open("/proc/self/status");
    confine::limit();
    if confine::lock().is_err() {
        return vec!["everything"];
    }
    let read_open = || open.as_ref().is_ok_and(|mut file| file.read(&mut [0; 8]).is_ok());
    let attempts: [(&str, &dyn Fn() -> bool); 9] = [
        ("reading what was open", &read_open),
        ("reading a file", &|| std::fs::read("/proc/self/status").is_ok()),
        ("listing a folder", &|| std::fs::read_dir("/").is_ok()),
        ("writing a file", &|| std::fs::write("/tmp/keyward-render-probe", b"x").is_ok()),
        ("TCP", &|| std::net::TcpListener::bind("127.0.0.1:0").is_ok()),
        ("UDP", &|| std::net::UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("starting a program", &|| std::process::Command::new("/bin/true").spawn().is_ok()),
        ("a further thread", &|| std::thread::Builder::new().spawn(|| ()).is_ok()),
        ("another folder", &|| std::env::set_current_dir("/tmp").is_ok()),
    ];
    attempts.iter().filter(|(_, attempt)| attempt()).map(|(name, _)| *name).collect()
}

/// For fuzzing: reads a document as a worker does and asks everything about its first page. What the
/// worker survives by catching a panic is survived here too.
#[doc(hidden)]
pub fn fuzz_document(kind: Kind, bytes: Vec<u8>) {
    std::panic::set_hook(Box::new(|_| {}));
    let ask = |pages: &mut dyn Pages| -> Result<io::Result<()>, Refusal> {
        let view = View { page: 0, width: 64, window: None };
        if let Ok(pixels) = pages.page(view) {
            assert!(pixels.is_sound());
        }
        let _ = (pages.text(0), pages.find("a"), pages.words());
        Ok(Ok(()))
    };
    let _ = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Pdf => pdf::read(bytes, ask),
        Kind::Picture => image::read(bytes, ask),
        Kind::Dicom => dicom::read(&bytes, ask),
    }));
}

fn answer_all() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let Some((kind, body)) = frame::read(&mut input, question_limit)? else { return Ok(()) };
    let Ok(Question::Open(kind, bytes)) = Question::from_frame(kind, body) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    drop(input);
    let outcome = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Pdf => pdf::read(bytes, serve),
        Kind::Picture => image::read(bytes, serve),
        Kind::Dicom => dicom::read(&bytes, serve),
    }));
    match outcome {
        Ok(Ok(served)) => served,
        Ok(Err(refusal)) => tell(&Answer::Refused(refusal)),
        Err(_) => tell(&Answer::Refused(Refusal::Damaged)),
    }
}

/// Answers about one document; the `Err` of the outer decoders is a refusal to open.
fn serve(pages: &mut dyn Pages) -> Result<io::Result<()>, Refusal> {
    Ok(serve_all(pages))
}

fn serve_all(pages: &mut dyn Pages) -> io::Result<()> {
    tell(&Answer::Opened(pages.info().clone()))?;
    loop {
        let mut input = io::stdin().lock();
        let Some((kind, body)) = frame::read(&mut input, question_limit)? else { return Ok(()) };
        drop(input);
        let Ok(question) = Question::from_frame(kind, body) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let answer = catch_unwind(AssertUnwindSafe(|| answer(pages, question)));
        match answer {
            Ok(answer) => tell(&answer)?,
            Err(_) => {
                // Half-changed caches are not used again: the app starts another worker.
                tell(&Answer::Refused(Refusal::Damaged))?;
                return Ok(());
            }
        }
    }
}

fn answer(pages: &mut dyn Pages, question: Question) -> Answer {
    match question {
        Question::Open(..) => Answer::Refused(Refusal::Unsupported),
        Question::Page(view) => match pages.page(view) {
            Ok(pixels) if pixels.is_sound() => Answer::Pixels(pixels),
            Ok(_) => Answer::Refused(Refusal::TooLarge),
            Err(refusal) => Answer::Refused(refusal),
        },
        Question::Text(page) => pages.text(page).map_or_else(Answer::Refused, Answer::Text),
        Question::Find(words) => Answer::Places(pages.find(&words)),
        Question::Words => Answer::Words(pages.words()),
    }
}

fn refuse_all(refusal: Refusal) -> io::Result<()> {
    let mut input = io::stdin().lock();
    let _ = frame::read(&mut input, question_limit)?;
    tell(&Answer::Refused(refusal))
}

fn tell(answer: &Answer) -> io::Result<()> {
    let (kind, body) = answer.to_frame();
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    frame::write(&mut out, kind, &[&body])?;
    out.flush()
}
