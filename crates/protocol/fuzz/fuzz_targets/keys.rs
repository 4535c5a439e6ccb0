//! The decoders of the target `keys` in `keyward_protocol::fuzzing::TARGETS`; the first byte chooses.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyward_protocol::fuzzing::target("keys", data));
