//! Pictures in which an invitation is looked for.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_app::fuzzing::picture(data));
