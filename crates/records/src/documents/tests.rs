use proptest::prelude::*;

use super::*;
use crate::view;

struct Told(Result<Findings, Unseen>);

impl Inspector for Told {
    fn inspect(&self, _: Shown, _: &[u8]) -> Result<Findings, Unseen> {
        self.0.clone()
    }
}

const PDF: &[u8] = b"%PDF-1.7\nnothing much";

fn one(format: Format, name: &str, bytes: &[u8], told: Findings) -> Resource {
    let limits = Limits::default();
    let mut parsed = read_with(format, name, bytes, &limits, &Told(Ok(told))).unwrap();
    assert_eq!((parsed.entries, parsed.resources.len()), (1, 1));
    parsed.resources.remove(0)
}

#[test]
fn a_letter_becomes_a_document_that_holds_it() {
    let told = Findings {
        pages: 2,
        text: "Dear Ms Sample".to_owned(),
        created: Some("2018-08-06T10:11:12+02:00".to_owned()),
        ..Findings::default()
    };
    let letter = one(Format::Pdf, "Letter_of 6 August.pdf", PDF, told);
    assert_eq!(letter.title, "Letter of 6 August");
    let json = letter.json().unwrap();
    assert!(is_whole(&letter.bytes));
    assert!(!is_whole(br#"{"resourceType":"Binary","data":"urn:keyward:document"}"#));
    assert_eq!(json.text("date"), Some("2018-08-06T10:11:12+02:00"));
    let attachment = view::attachment(&letter.bytes, 0).unwrap();
    assert_eq!(attachment.data, PDF);
    assert_eq!(attachment.content_type.as_deref(), Some("application/pdf"));
    let [extension] = json.items("extension").collect::<Vec<_>>()[..] else { panic!("no text") };
    assert_eq!(
        (extension.text("url"), extension.text("valueString")),
        (Some(TEXT), Some("Dear Ms Sample"))
    );
}

#[test]
fn a_study_is_dated_by_its_day_and_named_by_what_it_is() {
    let mut file = vec![0; 128];
    file.extend(b"DICMrest");
    let told = Findings {
        created: Some("2019-03-05".to_owned()),
        modality: Some("CT".to_owned()),
        description: Some("Chest, sample".to_owned()),
        ..Findings::default()
    };
    let study = one(Format::Dicom, "IM000001", &file, told);
    assert_eq!(study.title, "Chest, sample");
    assert_eq!(study.date.as_ref().map(|date| date.sort_key()).as_deref(), Some("2019-03-05"));
    assert_eq!(study.json().unwrap().text("date"), None, "a day is no instant");
}

#[test]
fn the_same_file_is_the_same_document_whatever_it_is_called() {
    let first = one(Format::Pdf, "a.pdf", PDF, Findings::default());
    let again = one(Format::Pdf, "b.pdf", PDF, Findings { pages: 3, ..Findings::default() });
    let other = one(Format::Pdf, "a.pdf", b"%PDF-1.7\nsomething else", Findings::default());
    assert_eq!(first.fingerprint, again.fingerprint);
    assert_ne!(first.fingerprint, other.fingerprint);
}

#[test]
fn refusals_say_what_is_wrong() {
    let limits = Limits { max_document: 64, ..Limits::default() };
    let read = |format, bytes: &[u8], told| {
        read_with(format, "x", bytes, &limits, &Told(told)).err().map(|error| error.code())
    };
    let nothing = || Ok(Findings::default());
    assert_eq!(read(Format::Pdf, b"", nothing()), Some(ParseError::Empty.code()));
    assert_eq!(read(Format::Pdf, &[b'x'; 65], nothing()), Some("tooLarge"));
    assert_eq!(read(Format::Pdf, PDF, Err(Unseen::Encrypted)), Some(ParseError::Encrypted.code()));
    let damaged = ParseError::Damaged { offset: 0 }.code();
    assert_eq!(read(Format::Pdf, PDF, Err(Unseen::Damaged)), Some(damaged));
    assert_eq!(read(Format::Pdf, PDF, Err(Unseen::Closed)), None, "kept, though not looked into");
    let wrong = ParseError::WrongContent { claimed: Format::Png }.code();
    assert_eq!(read(Format::Png, PDF, nothing()), Some(wrong));
    assert_eq!(read(Format::Csv, PDF, nothing()), Some(ParseError::UnsupportedFormat.code()));
}

#[test]
fn nonsense_that_was_found_is_left_out() {
    let told = Findings {
        created: Some("yesterday".to_owned()),
        text: "é".repeat(MAX_TEXT),
        ..Findings::default()
    };
    let letter = one(Format::Pdf, "\u{202e}fdp.\u{0}rettel.pdf", PDF, told);
    assert_eq!((letter.title.as_str(), &letter.date), ("fdp. rettel", &None));
    let json = letter.json().unwrap();
    let text = json.items("extension").next().and_then(|e| e.text("valueString")).unwrap();
    assert!(text.len() <= MAX_TEXT);
}

#[test]
fn content_decides_and_a_stated_type_only_among_texts() {
    assert_eq!(shown(Some("text/plain"), PDF), Shown::Pdf);
    assert_eq!(shown(Some("application/pdf"), b"MZ\x90\0\x03\0"), Shown::Other);
    assert_eq!(shown(Some("application/pdf"), b"just words"), Shown::Text);
    assert_eq!(shown(Some("text/html; charset=utf-8"), b"<p>words</p>"), Shown::Html);
    assert_eq!(shown(None, b" <!DOCTYPE HTML><script>x</script>"), Shown::Html);
    assert_eq!(shown(Some("image/svg+xml"), b"<svg onload='x()'/>"), Shown::Text);
    assert_eq!(shown(Some("image/png"), b"\xff\xd8\xff\xe0"), Shown::Picture);
    assert_eq!(shown(None, b"{\"a\":\"%PDF-1.4\"}"), Shown::Text);
}

#[test]
fn text_is_read_whatever_wrote_it() {
    assert_eq!(text_of("\u{feff}Hämoglobin\r\n".as_bytes()).0, "Hämoglobin\n");
    assert_eq!(text_of(b"H\xe4moglobin \x80").0, "Hämoglobin €");
    assert_eq!(text_of(b"a\x1b[2Jb\x07").0, "a[2Jb");
    let long = "é".repeat(1 << 20);
    let (text, cut) = text_of(long.as_bytes());
    assert!(cut && text.chars().all(|c| c == 'é'));
}

#[test]
fn a_photograph_that_tells_its_place_is_known() {
    let exif = |tag: u16, entries: u8| {
        let mut block = b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
        block.extend(tag.to_le_bytes());
        block.extend([4, 0, 1, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0, entries, 0]);
        let mut jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xe1".to_vec();
        jpeg.extend(u16::try_from(block.len() + 2).unwrap().to_be_bytes());
        jpeg.extend(block);
        jpeg.extend(b"\xff\xda\0\x02");
        jpeg
    };
    assert!(tells_a_place(&exif(0x8825, 5)));
    assert!(!tells_a_place(&exif(0x8825, 1)), "only the version of the block");
    assert!(!tells_a_place(&exif(0x8769, 5)));
    let mut filled = exif(0x8825, 5);
    filled.splice(2..2, [0xff, 0xff]);
    assert!(tells_a_place(&filled), "filling bytes in front of a marker");
    let xmp = b"\xff\xd8\xff\xe1\0\x40http://ns.adobe.com/xap/1.0/\0<x exif:GPSLatitude='1'/>";
    assert!(tells_a_place(xmp));
    assert!(!tells_a_place(b"%PDF-1.4 GPSLatitude"), "no picture");
    let whole = exif(0x8825, 5);
    for cut in 0..whole.len() {
        tells_a_place(&whole[..cut]);
    }
}

proptest! {
    #[test]
    fn fuzz_any_bytes_are_a_document_or_refused(name: String, mut bytes: Vec<u8>, which in 0_usize..6) {
        const HEADS: [&[u8]; 6] =
            [b"", b"%PDF-1.4", b"\xff\xd8\xff\xe1\0\x40Exif\0\0MM\0*", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*"];
        bytes.splice(0..0, HEADS[which].iter().copied());
        let _ = shown(Some(&name), &bytes);
        let _ = text_of(&bytes);
        tells_a_place(&bytes);
        for format in [Format::Pdf, Format::Jpeg, Format::Png, Format::Tiff, Format::Dicom] {
            if let Ok(parsed) = read(format, &name, &bytes, &Limits::default()) {
                let resource = &parsed.resources[0];
                prop_assert!(resource.json().is_some());
                prop_assert_eq!(&view::attachment(&resource.bytes, 0).unwrap().data, &bytes);
            }
        }
    }
}
