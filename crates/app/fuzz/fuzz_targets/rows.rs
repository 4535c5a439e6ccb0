//! Rows of the vault and what the page sends; the first byte chooses one of `fuzzing::ROWS`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_app::fuzzing::rows(data));
