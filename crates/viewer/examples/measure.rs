//! Times and memory of a document: `cargo run --release -p keyward-viewer --example measure -- FILE`.
//!
//! Without a file, a letter of 20 pages that it writes itself.
#![allow(clippy::print_stdout, reason = "a tool for a terminal")]

use std::process::ExitCode;
use std::time::Instant;

use keyward_viewer::{Bounds, Document, Kind, Program, View, WORKER};

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == WORKER) {
        return keyward_viewer::worker::run();
    }
    let bytes = match std::env::args_os().nth(1).map(std::fs::read) {
        Some(Ok(bytes)) => bytes,
        Some(Err(error)) => {
            println!("{error}");
            return ExitCode::FAILURE;
        }
        None => letter(20),
    };
    match measure(bytes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(bytes: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
    let kind = match bytes.get(..4).unwrap_or_default() {
        b"%PDF" => Kind::Pdf,
        _ if bytes.get(128..132) == Some(b"DICM") => Kind::Dicom,
        _ => Kind::Picture,
    };
    println!("{} KiB", bytes.len() >> 10);
    let start = Instant::now();
    let mut document = Document::open(Program::this()?, Bounds::default(), kind, bytes)?;
    println!("open: {:?}, {} pages", start.elapsed(), document.info().total);
    for width in [1000, 2000] {
        let pages = document.info().total.min(20);
        let start = Instant::now();
        let mut size = 0;
        for page in 0..pages {
            size += document.page(View { page, width, window: None })?.bytes.len();
        }
        let each = start.elapsed() / pages.max(1);
        println!("a page {width} wide: {each:?}, {} KiB of PNG", (size >> 10) / pages as usize);
    }
    let start = Instant::now();
    let words = document.words()?.len();
    println!("all text: {:?}, {words} bytes", start.elapsed());
    let start = Instant::now();
    let places = document.find("laboratory")?.len();
    println!("find: {:?}, {places} places", start.elapsed());
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Ok(status) = std::fs::read_to_string(entry.path().join("status")) else { continue };
        let parent = format!("PPid:\t{}\n", std::process::id());
        if status.contains(&parent) {
            let lines = status
                .lines()
                .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"));
            println!("worker: {}", lines.collect::<Vec<_>>().join(", "));
        }
    }
    Ok(())
}

/// A letter of so many full pages.
fn letter(pages: usize) -> Vec<u8> {
    let line = "(The laboratory measured haemoglobin of 13.5 g/dl, within its own range of 12 to 16.) Tj T*\n";
    let content = format!("BT /F1 11 Tf 15 TL 60 780 Td\n{}ET", line.repeat(46));
    let kids: Vec<String> = (0..pages).map(|n| format!("{} 0 R", 5 + n)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    objects.resize(
        4 + pages,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 3 0 R >> >> >>"
            .to_owned(),
    );
    let mut out = b"%PDF-1.7\n".to_vec();
    for (number, object) in objects.iter().enumerate() {
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    out.extend(b"trailer\n<< /Root 1 0 R >>\n%%EOF\n");
    out
}
