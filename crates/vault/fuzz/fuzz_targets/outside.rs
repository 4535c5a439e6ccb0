//! Key slot, `profile.json`, indexed words; the first byte chooses.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_vault::fuzzing::outside(data));
