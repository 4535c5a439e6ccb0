//! JPEG, PNG and TIFF as a worker reads them, without its confinement: no abort, no exhaustion, no endless loop.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keyward_viewer::worker::fuzz_document(keyward_viewer::Kind::Picture, data.to_vec());
});
