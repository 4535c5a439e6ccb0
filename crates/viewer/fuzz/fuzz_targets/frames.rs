//! Whatever a worker that was taken over sends is taken apart or refused, and so is whatever it is
//! asked.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    keyward_viewer::fuzz_answers(bytes);
    keyward_viewer::fuzz_questions(bytes);
});
