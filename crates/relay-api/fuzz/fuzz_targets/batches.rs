//! Binary bodies: uploads, answers to accesses, own records; the first byte chooses.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_relay_api::fuzzing::batches(data));
