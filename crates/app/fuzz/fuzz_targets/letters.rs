//! What comes out of another app's ciphertext: share letters and records; the first byte chooses.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_app::fuzzing::letters(data));
