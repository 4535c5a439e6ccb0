//! JSON bodies and problem documents; the first byte chooses one of `fuzzing::BODIES`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_relay_api::fuzzing::bodies(data));
