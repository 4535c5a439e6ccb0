//! The first byte chooses the decoder, the rest is its input:
//! `cargo +nightly fuzz run decoders -- -max_total_time=60` in `crates/protocol`.
//! Without a nightly toolchain: `PROPTEST_CASES=100000 cargo test -p keyward-protocol --test decoders`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Some((decoder, bytes)) = data.split_first() {
        keyward_protocol::fuzzing::decode(usize::from(*decoder), bytes);
    }
});
