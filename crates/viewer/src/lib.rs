//! Turns hostile documents into pixels and text, in a child process without rights.
//!
//! A PDF, a picture or a DICOM file may be made to break its reader. So no decoder of this crate
//! ever runs in the app's own process: [`Document`] starts a worker (the same program, with
//! [`WORKER`] as its first argument, see [`worker::run`]), hands it the bytes over stdin and gets back
//! pixels, sizes and text over stdout, in frames of bounded length. The worker gives up its rights before it reads the first
//! byte ([`worker`]): no files, no network, no further programs, bounded memory and time.
//!
//! What comes back is hostile too: it is taken apart within bounds, and pixels are made into a PNG
//! on this side, so that the web view only ever decodes pictures this app encoded itself.
//!
//! Reading order: [`Document`] (what the app uses), `message` and `frame` (what crosses), [`worker`]
//! (what decodes).

mod document;
mod frame;
mod message;
mod picture;
pub mod worker;

pub use document::{Bounds, Document, Png, Program, ViewError};
pub use message::{
    Info, Kind, MAX_DOCUMENT, MAX_PIXELS, MAX_WORDS, Mark, PageSize, PageText, Place, Refusal,
    TextLine, View, Window,
};

/// First argument of a program that is to be the worker and nothing else.
pub const WORKER: &str = "--render-worker";

/// For fuzzing: everything the app decodes of what a worker sends. Never panics.
#[doc(hidden)]
pub fn fuzz_answers(mut bytes: &[u8]) {
    while let Ok(Some((kind, body))) = frame::read(&mut bytes, message::answer_limit) {
        if let Ok(message::Answer::Pixels(pixels)) = message::Answer::from_frame(kind, body) {
            assert!(pixels.is_sound());
        }
    }
}

/// For fuzzing: everything a worker decodes of what it is asked. Never panics.
#[doc(hidden)]
pub fn fuzz_questions(mut bytes: &[u8]) {
    while let Ok(Some((kind, body))) = frame::read(&mut bytes, message::question_limit) {
        let _ = message::Question::from_frame(kind, body);
    }
}
