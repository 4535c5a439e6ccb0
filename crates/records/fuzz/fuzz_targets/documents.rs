//! What a file is, whether a picture tells a place, and the document made of it: never a panic, and
//! what is taken comes back byte for byte.
#![no_main]

use keyward_records::documents::{shown, tells_a_place, text_of};
use keyward_records::{Limits, detect, documents, view};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let name = String::from_utf8_lossy(bytes.get(..bytes.len().min(12)).unwrap_or_default());
    let _ = shown(Some(&name), bytes);
    let _ = text_of(bytes);
    tells_a_place(bytes);
    let format = detect(&name, bytes);
    if let Ok(parsed) = documents::read(format, &name, bytes, &Limits::default()) {
        let attachment = view::attachment(&parsed.resources[0].bytes, 0);
        assert_eq!(attachment.map(|a| a.data).as_deref(), Some(bytes));
    }
});
