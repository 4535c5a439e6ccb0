//! DICOM files as a worker reads them, without its confinement: no abort, no exhaustion, no endless loop.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    keyward_viewer::worker::fuzz_document(keyward_viewer::Kind::Dicom, data.to_vec());
});
