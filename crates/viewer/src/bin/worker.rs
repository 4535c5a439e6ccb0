//! The worker alone: what the tests of this crate start, and the same code as in the app.

use std::process::ExitCode;

fn main() -> ExitCode {
    let argument = std::env::args_os().nth(1);
    if argument.as_ref().is_some_and(|argument| argument == keyward_viewer::WORKER) {
        return keyward_viewer::worker::run();
    }
    if argument.is_some_and(|argument| argument == "--what-still-works") {
        return what_still_works();
    }
    ExitCode::from(2)
}

#[expect(clippy::print_stdout, reason = "a test reads it")]
fn what_still_works() -> ExitCode {
    println!("{:?}", keyward_viewer::worker::what_still_works());
    ExitCode::SUCCESS
}
