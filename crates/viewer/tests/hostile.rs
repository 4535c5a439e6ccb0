//! Documents made to break their reader: bounded memory and time, a reason, and the app lives.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keyward_viewer::{Bounds, Document, Kind, MAX_DOCUMENT, Program, Refusal, ViewError, WORKER};
use support::{dicom, letter, one_page, open, pdf_of, picture, program, ramp, stream, view};

const WORKER_PROGRAM: &str = env!("CARGO_BIN_EXE_keyward-render-worker");

/// Opens, draws, reads and searches; every outcome but a hang is fine. Gives what drawing came to.
fn try_all(kind: Kind, bytes: Vec<u8>) -> Result<(), ViewError> {
    let start = Instant::now();
    let outcome = open(kind, bytes).and_then(|mut document| {
        let drawn = document.page(view(0, 1_200)).map(|png| {
            assert!(u64::from(png.width) * u64::from(png.height) <= keyward_viewer::MAX_PIXELS);
        });
        let _ = document.text(0);
        let _ = document.find("a");
        let _ = document.words();
        drawn
    });
    assert!(start.elapsed() < Duration::from_secs(50), "took {:?}", start.elapsed());
    outcome
}

#[test]
#[cfg(target_os = "linux")]
fn the_worker_can_neither_open_files_nor_connect_nor_start_anything() {
    let output = Command::new(WORKER_PROGRAM).arg("--what-still-works").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "[]");
    assert!(!std::path::Path::new("/tmp/keyward-render-probe").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_worker_ends_with_its_app_and_has_no_rights_meanwhile() {
    let mut child = Command::new(WORKER_PROGRAM)
        .arg(WORKER)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = child.stdin.take().unwrap();
    let bytes = letter(&[&["hello"]]);
    let mut question = vec![1];
    question.extend(u32::try_from(bytes.len() + 1).unwrap().to_be_bytes());
    question.push(0);
    question.extend(bytes);
    questions.write_all(&question).unwrap();
    let mut answer = [0; 5];
    child.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
    assert_eq!(answer[0], 1);
    let proc = format!("/proc/{}", child.id());
    assert_eq!(std::fs::read(format!("{proc}/environ")).unwrap(), b"");
    let status = std::fs::read_to_string(format!("{proc}/status")).unwrap();
    assert!(status.contains("NoNewPrivs:\t1") && status.contains("Seccomp:\t2"), "{status}");
    let limits = std::fs::read_to_string(format!("{proc}/limits")).unwrap();
    let limit = |name: &str| {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        line[26..].split_whitespace().next().unwrap().to_owned()
    };
    assert_eq!((limit("Max core file size"), limit("Max open files")), ("0".into(), "3".into()));
    assert!(limit("Max address space").parse::<u64>().unwrap() < 4 << 30);
    assert!(limit("Max cpu time").parse::<u64>().unwrap() <= 300);
    // The app is gone: its end of the pipe closes.
    drop(questions);
    assert!(child.wait().unwrap().success());
}

#[test]
fn scripts_actions_links_and_embedded_files_do_nothing() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /AA << /WC 6 0 R >> \
         /Names << /JavaScript << /Names [(x) 6 0 R] >> /EmbeddedFiles << /Names [(e) 8 0 R] >> >> \
         /AcroForm << /XFA 4 0 R /Fields [] >> >>"
            .to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R /Annots [7 0 R] \
         /AA << /O 9 0 R >> /Resources << >> >>"
            .to_owned(),
        stream("1 0 0 rg 10 10 50 50 re f"),
        "null".to_owned(),
        "<< /S /JavaScript /JS (app.launchURL\\('http://192.0.2.1/x'\\); this.submitForm\\('http://192.0.2.1'\\)) >>"
            .to_owned(),
        "<< /Type /Annot /Subtype /Link /Rect [0 0 300 300] /A << /S /URI /URI (http://192.0.2.1/y) >> >>"
            .to_owned(),
        "<< /Type /Filespec /F (http://192.0.2.1/z) /EF << /F 4 0 R >> >>".to_owned(),
        "<< /S /Launch /F (/bin/sh) >>".to_owned(),
    ];
    let bytes = pdf_of(&objects, "");
    assert_eq!(try_all(Kind::Pdf, bytes), Ok(()));
}

#[test]
fn what_needs_a_password_says_so() {
    let trailer = "/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 \
        /O <0102030405060708091011121314151617181920212223242526272829303132> \
        /U <0102030405060708091011121314151617181920212223242526272829303132> >> \
        /ID [<01020304> <01020304>]";
    let bytes = pdf_of(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>".to_owned(),
        ],
        trailer,
    );
    assert_eq!(open(Kind::Pdf, bytes).err(), Some(ViewError::Refused(Refusal::Encrypted)));
}

#[test]
fn tables_that_point_at_themselves_end() {
    let mut bytes = letter(&[&["hello"]]);
    let at = bytes.windows(5).rposition(|w| w == b"/Root").unwrap();
    let table = String::from_utf8_lossy(&bytes).rfind("\nxref").unwrap() + 1;
    bytes.splice(at..at, format!("/Prev {table} ").into_bytes());
    let _ = try_all(Kind::Pdf, bytes);
    // Pages that are their own children, and a parent that is a child.
    let looped = pdf_of(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            "<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 3 >>".to_owned(),
            "<< /Type /Pages /Kids [2 0 R 3 0 R] /Parent 3 0 R /Count 9 >>".to_owned(),
        ],
        "",
    );
    assert!(try_all(Kind::Pdf, looped).is_err());
    // An object that is a reference to itself.
    let itself = pdf_of(&["<< /Type /Catalog /Pages 2 0 R >>".to_owned(), "2 0 R".to_owned()], "");
    assert!(try_all(Kind::Pdf, itself).is_err());
}

#[test]
fn drawings_inside_themselves_and_deep_nesting_end() {
    let _ = try_all(Kind::Pdf, one_page("/X Do", "[0 0 600 900]", ""));
    let _ = try_all(Kind::Pdf, one_page(&"q ".repeat(400_000), "[0 0 600 900]", ""));
    let deep = format!("{}{}", "[".repeat(300_000), "]".repeat(300_000));
    let _ = try_all(Kind::Pdf, one_page("0 0 m", "[0 0 600 900]", &format!("/K {deep}")));
    let deep = "<< /A ".repeat(200_000);
    let _ = try_all(Kind::Pdf, one_page("0 0 m", "[0 0 600 900]", &format!("/K {deep}")));
}

#[test]
fn huge_pages_are_drawn_within_bounds() {
    for media in [
        "[0 0 1e9 1e9]",
        "[0 0 14400 14400]",
        "[-1e30 -1e30 1e30 1e30]",
        "[0 0 0 0]",
        "[0 0 1 100000]",
        "[100 100 10 10]",
        "[0 0 (x) null]",
    ] {
        let _ = try_all(Kind::Pdf, one_page("1 0 0 rg 0 0 1e8 1e8 re f", media, ""));
    }
}

#[test]
fn bombs_of_compression_meet_their_bounds() {
    // 900 MiB of zeros in under a megabyte, as a page's content and as a PNG's rows.
    let zeros = deflated(900 << 20);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>".to_owned(),
    ];
    objects.push(format!(
        "<< /Length {} /Filter /FlateDecode >>\nstream\nDATA\nendstream",
        zeros.len()
    ));
    let text = pdf_of(&objects, "");
    let at = text.windows(4).position(|w| w == b"DATA").unwrap();
    let bytes = [&text[..at], &zeros[..], &text[at + 4..]].concat();
    let _ = try_all(Kind::Pdf, bytes);

    let png = png_of(30_000, 30_000, &zeros);
    assert_eq!(open(Kind::Picture, png).err(), Some(ViewError::Refused(Refusal::TooLarge)));
    let _ = try_all(Kind::Picture, png_of(10_000, 10_000, &zeros));
}

#[test]
fn claims_are_not_believed() {
    let sixty = Some(ViewError::Refused(Refusal::TooLarge));
    assert_eq!(open(Kind::Picture, png_of(60_000, 60_000, b"")).err(), sixty);
    let _ = try_all(Kind::Picture, png_of(0, 10, b""));
    let _ = try_all(Kind::Picture, png_of(u32::MAX, 1, b""));
    // DICOM: more pixels than bytes, far too many frames, no pixels at all.
    for (rows, columns, frames, bytes) in [
        (60_000, 60_000, 1, 16),
        (1_000, 1_000, 1, 16),
        (8, 8, u32::MAX, 128),
        (0, 8, 1, 0),
        (8, 8, 1, 3),
    ] {
        let file = dicom(rows, columns, frames, vec![0; bytes]);
        let outcome = try_all(Kind::Dicom, file);
        assert!(outcome.is_err() || frames > 1, "{rows}x{columns} from {bytes} bytes");
    }
    // An element of two gigabytes in a file of a hundred bytes.
    let mut file = dicom(8, 8, 1, ramp(8, 8));
    let at = file.windows(4).rposition(|w| w == [0xe0, 0x7f, 0x10, 0x00]).unwrap();
    file[at + 8..at + 12].copy_from_slice(&0x7fff_fffe_u32.to_le_bytes());
    assert!(try_all(Kind::Dicom, file).is_err());
    assert!(matches!(
        open(Kind::Pdf, vec![0; MAX_DOCUMENT + 1]),
        Err(ViewError::Refused(Refusal::TooLarge))
    ));
}

#[test]
fn damage_anywhere_is_survived() {
    let sound = [
        (Kind::Pdf, letter(&[&["hello"], &["world"]])),
        (Kind::Picture, picture(40, 30, image::ImageFormat::Jpeg)),
        (Kind::Picture, picture(40, 30, image::ImageFormat::Tiff)),
        (Kind::Picture, picture(40, 30, image::ImageFormat::Png)),
        (Kind::Dicom, dicom(8, 8, 1, ramp(8, 8))),
    ];
    for (kind, bytes) in sound {
        let step = (bytes.len() / 12).max(1);
        for at in (0..bytes.len()).step_by(step) {
            let _ = try_all(kind, bytes[..at].to_vec());
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            let _ = try_all(kind, damaged);
        }
    }
    for kind in [Kind::Pdf, Kind::Picture, Kind::Dicom] {
        for bytes in [&b""[..], b"%PDF-1.7", b"MZ\x90\0", b"\xff\xd8\xff\xe0", &[0; 4096]] {
            assert!(try_all(kind, bytes.to_vec()).is_err());
        }
    }
}

#[test]
fn a_reader_that_does_not_end_is_ended() {
    // Forms that call each other: 2^n drawings.
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 5 0 R \
         /Resources << /XObject << /X 6 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>".to_owned(),
        stream("/X Do"),
    ];
    for n in 0..24 {
        let content = "/X Do /X Do /X Do /X Do 0 0 9 9 re f";
        objects.push(format!(
            "<< /Type /XObject /Subtype /Form /BBox [0 0 300 300] /Resources \
             << /XObject << /X {} 0 R >> >> /Length {} >>\nstream\n{content}\nendstream",
            7 + n,
            content.len()
        ));
    }
    objects.push(stream("0 0 9 9 re f"));
    let answer = Duration::from_millis(1_500);
    let bounds = Bounds { open: Duration::from_secs(10), answer };
    let mut document = Document::open(program(), bounds, Kind::Pdf, pdf_of(&objects, "")).unwrap();
    let start = Instant::now();
    let outcome = document.page(view(0, 300));
    assert!(start.elapsed() < Duration::from_secs(4));
    if outcome.is_err() {
        assert!(matches!(outcome, Err(ViewError::TooSlow | ViewError::Refused(_))), "{outcome:?}");
    }
    // The other page is there all the same.
    assert!(document.page(view(1, 300)).is_ok());
}

#[test]
fn a_program_that_is_no_worker_or_is_missing_is_an_answer_too() {
    for (path, wanted) in [
        ("/nonexistent/keyward", ViewError::NotStarted),
        ("/bin/true", ViewError::Broke),
        ("/bin/cat", ViewError::Broke),
    ] {
        let outcome = Document::open(
            Program::at(path),
            Bounds { open: Duration::from_secs(2), answer: Duration::from_secs(2) },
            Kind::Pdf,
            letter(&[&["hello"]]),
        );
        assert_eq!(outcome.err(), Some(wanted), "{path}");
    }
}

/// zlib data that inflates to `length` zeros.
fn deflated(length: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0; 1 << 20];
    for _ in 0..length >> 20 {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

/// A PNG of 8-bit grey with these compressed rows.
fn png_of(width: u32, height: u32, rows: &[u8]) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8; 4], body: &[u8]| {
        png.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        let start = png.len();
        png.extend(name);
        png.extend(body);
        let mut crc = flate2::Crc::new();
        crc.update(&png[start..]);
        png.extend(crc.sum().to_be_bytes());
    };
    let mut head = width.to_be_bytes().to_vec();
    head.extend(height.to_be_bytes());
    head.extend([8, 0, 0, 0, 0]);
    chunk(b"IHDR", &head);
    chunk(b"IDAT", rows);
    chunk(b"IEND", b"");
    png
}
