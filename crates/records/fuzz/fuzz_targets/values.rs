//! Small texts: dates, narratives, JSON; the first byte chooses.
#![no_main]

use keyward_records::json::Json;
use keyward_records::{Limits, PartialDate, view};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(bytes);
    match choice % 3 {
        0 => {
            let _ = PartialDate::parse(&text);
        }
        1 => {
            let (clean, _) = view::sanitise(&text);
            // What is clean stays as it is: nothing grows back on a second reading.
            for part in clean.split('<').skip(1) {
                let tag = part.split('>').next().unwrap_or_default();
                assert!(!tag.contains('=') || tag.contains("span=\""), "{clean}");
            }
        }
        _ => {
            let _ = Json::read(bytes, &Limits::default());
        }
    }
});
