//! Apple Health exports: never a panic, bounded steps, and what is made is read again.
#![no_main]

use keyward_records::{Format, Limits, open};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let whole = [b"<HealthData>".as_slice(), bytes].concat();
    for input in [bytes, whole.as_slice()] {
        let limits = Limits { max_resources: 5000, ..Limits::default() };
        let Ok(mut batches) = open(Format::AppleHealth, Box::new(input), &limits) else { continue };
        let mut last = 0;
        while let Ok(Some(batch)) = batches.next_batch() {
            assert!(batch.bytes_read >= last && batch.bytes_read <= input.len() as u64);
            last = batch.bytes_read;
            for resource in &batch.resources {
                assert!(resource.json().is_some());
            }
        }
    }
});
