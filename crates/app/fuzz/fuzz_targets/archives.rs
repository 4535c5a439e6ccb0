//! Zip archives: listed, and every file in them read.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_app::fuzzing::archive(data));
