//! Logs, pages and rows of a damaged store; the first byte chooses.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_vault::fuzzing::damaged(data));
