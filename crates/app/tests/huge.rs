//! What somebody drops that is made to fill the memory: two gigabytes of every kind, and archives that unpack to more
//! than they are. Measured as the peak of this process and the bytes it reads, so there is one test in this file.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "this is test code: figures are shown"
)]

mod support;

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use keyward_app::session::Session;
use keyward_app::views::patient::RefusedReason::{
    ArchiveBomb, Damaged, DocumentTooLarge, NotFhir, TooLarge, TooMany, UnsupportedFormat,
};
use keyward_app::views::patient::{ImportView, RefusedReason};
use keyward_testkit::Persona;
use support::World;
use zip::CompressionMethod::{Deflated, Stored};
use zip::write::{SimpleFileOptions, ZipWriter};

const HUGE: u64 = 2 << 30;
/// What memory may grow by: the head of a file, a directory of names, what SQLite and the allocator hold.
const GROWTH: u64 = 64 << 20;
/// What may be read of a file that is not taken.
const READ: u64 = 20 << 20;

fn proc(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(Path::new("/proc/self").join(file)).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Runs, and gives how far the peak of memory rose over what was in use, and how many bytes were read.
fn measured<T>(work: impl FnOnce() -> T) -> (T, u64, u64) {
    // The peak begins anew.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, read) = (proc("status", "VmRSS:"), proc("io", "rchar:"));
    let done = work();
    let peak = proc("status", "VmHWM:").saturating_sub(before) << 10;
    (done, peak, proc("io", "rchar:") - read)
}

/// A file of so many bytes that takes no room: `head`, then nothing but zeros.
fn sparse(path: &Path, head: &[u8], bytes: u64) {
    std::fs::write(path, head).unwrap();
    OpenOptions::new().write(true).open(path).unwrap().set_len(bytes).unwrap();
}

const KINDS: [(&str, &[u8], RefusedReason); 17] = [
    ("a.pdf", b"%PDF-1.7\n", DocumentTooLarge),
    ("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", DocumentTooLarge),
    ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", DocumentTooLarge),
    ("a.tiff", b"II*\0\x08\0\0\0", DocumentTooLarge),
    ("a.dcm", &DICOM, DocumentTooLarge),
    ("bare.dcm", b"DICM\x02\0\0\0UL\x04\0\xff\xff\xff\xff", DocumentTooLarge),
    ("a.xml", b"<?xml version='1.0'?><ClinicalDocument xmlns='urn:hl7-org:v3'>", DocumentTooLarge),
    ("deep.xml", b"<!DOCTYPE ClinicalDocument [<!ENTITY a 'aaaa'>]>", DocumentTooLarge),
    ("other.xml", b"<?xml version='1.0'?><Invoice>", TooLarge),
    ("a.json", br#"{"resourceType":"Bundle","type":"collection","entry":["#, TooLarge),
    ("a.ndjson", b"{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}\n", TooLarge),
    ("string.json", br#"{"resourceType":"Patient","id":""#, TooLarge),
    ("a.csv", b"Date,Pulse\n2026-01-01,70\n", TooLarge),
    ("a.html", b"<html><body><script>", TooLarge),
    ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>", TooLarge),
    ("a.bin", b"\x7fELF", TooLarge),
    ("a.zip", b"PK\x03\x04", Damaged),
];

const DICOM: [u8; 132] = {
    let mut head = [0; 132];
    (head[128], head[129], head[130], head[131]) = (b'D', b'I', b'C', b'M');
    head
};

/// Zeros at no cost.
fn zeros(writer: &mut ZipWriter<File>, bytes: u64) {
    let chunk = vec![0; 1 << 20];
    (0..bytes >> 20).for_each(|_| writer.write_all(&chunk).unwrap());
}

/// An archive in which a bundle packs to a thousandth, and one that says it is smaller than it is.
fn bombs(folder: &Path) -> [(PathBuf, RefusedReason); 2] {
    let path = folder.join("bomb.zip");
    let mut writer = ZipWriter::new(File::create(&path).unwrap());
    let packed = SimpleFileOptions::default().compression_method(Deflated);
    writer.start_file("a.json", packed).unwrap();
    writer.write_all(br#"{"resourceType":"Bundle","entry":["#).unwrap();
    zeros(&mut writer, 100 << 20);
    writer.finish().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    // Its size is said to be small in both heads.
    let central = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    bytes[central + 24..central + 28].copy_from_slice(&(3_u32 << 20).to_le_bytes());
    let liar = folder.join("liar.zip");
    std::fs::write(&liar, bytes).unwrap();
    [(path, ArchiveBomb), (liar, Damaged)]
}

/// An archive that holds two gigabytes as they are; nothing of it is on the disk.
fn stored(folder: &Path) -> PathBuf {
    let path = folder.join("stored.zip");
    let mut writer = ZipWriter::new(File::create(&path).unwrap());
    let plain = SimpleFileOptions::default().compression_method(Stored);
    writer.start_file("a.json", plain).unwrap();
    writer.write_all(b"{").unwrap();
    writer.finish().unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let central = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    let (data, mut end) = bytes.split_at(central);
    let mut directory = end.to_vec();
    // Both sizes, and where the directory begins.
    for at in [20, 24] {
        directory[at..at + 4].copy_from_slice(&u32::try_from(HUGE).unwrap().to_le_bytes());
    }
    let start = data.len() as u64 - 1 + HUGE;
    end = &directory;
    let place = end.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap() + 16;
    directory[place..place + 4].copy_from_slice(&u32::try_from(start).unwrap().to_le_bytes());
    let mut file = File::create(&path).unwrap();
    file.write_all(data).unwrap();
    file.seek(SeekFrom::Start(start)).unwrap();
    file.write_all(&directory).unwrap();
    path
}

/// An archive of few files whose names and remarks are as long as can be: four hundred megabytes of directory.
fn wordy(folder: &Path) -> PathBuf {
    const ENTRIES: u16 = 2000;
    const LONG: u16 = u16::MAX;
    let path = folder.join("wordy.zip");
    let mut file = File::create(&path).unwrap();
    file.write_all(b"PK\x03\x04").unwrap();
    let mut at = 100;
    for number in 0..ENTRIES {
        file.seek(SeekFrom::Start(at)).unwrap();
        let mut head = [0; 46];
        head[..4].copy_from_slice(b"PK\x01\x02");
        for field in [28, 30, 32] {
            head[field..field + 2].copy_from_slice(&LONG.to_le_bytes());
        }
        file.write_all(&head).unwrap();
        file.write_all(format!("{number}.json").as_bytes()).unwrap();
        at += 46 + 3 * u64::from(LONG);
    }
    file.seek(SeekFrom::Start(at)).unwrap();
    let mut end = [0; 22];
    end[..4].copy_from_slice(b"PK\x05\x06");
    for field in [8, 10] {
        end[field..field + 2].copy_from_slice(&ENTRIES.to_le_bytes());
    }
    end[12..16].copy_from_slice(&u32::try_from(at - 100).unwrap().to_le_bytes());
    end[16..20].copy_from_slice(&100_u32.to_le_bytes());
    file.write_all(&end).unwrap();
    path
}

fn reasons(view: &ImportView) -> Vec<RefusedReason> {
    view.report.refused.iter().map(|left| left.reason).collect()
}

/// Adds a file and says what it took; its memory and what is read of it are within `growth` and `read`.
fn add(session: &Session, path: &Path, growth: u64, read: u64) -> ImportView {
    let (view, grown, seen) = measured(|| support::import(session, path));
    let name = path.file_name().unwrap().to_string_lossy();
    eprintln!("{name}: {} KiB more at most, {} KiB read", grown >> 10, seen >> 10);
    assert!(grown < growth, "{name}: {} MiB of memory", grown >> 20);
    assert!(seen < read, "{name}: {} MiB were read", seen >> 20);
    view
}

#[test]
fn two_gigabytes_of_any_kind_take_neither_memory_nor_time_and_the_rest_is_added() {
    let world = World::new();
    let session = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let folder = world.file("mark", b"").with_file_name("huge");
    std::fs::create_dir(&folder).unwrap();
    let [bomb, liar] = bombs(&folder);
    let others = [bomb, liar, (stored(&folder), TooLarge), (wordy(&folder), TooMany)];
    for (path, reason) in others {
        let view = add(&session, &path, GROWTH, READ);
        assert_eq!(reasons(&view), [reason], "{}", path.display());
        std::fs::remove_file(path).unwrap();
    }
    for (name, head, reason) in KINDS {
        let path = folder.join(name);
        sparse(&path, head, HUGE);
        let view = add(&session, &path, GROWTH, READ);
        assert_eq!((view.finished, reasons(&view)), (true, vec![reason]), "{name}");
    }
    // All of them at once, and something that is hers among them.
    std::fs::write(folder.join("good.json"), Persona::HeartWoman.bundle(7)).unwrap();
    let view = add(&session, &folder, 2 * GROWTH, READ);
    assert_eq!(view.report.refused.len(), KINDS.len());
    assert!(view.finished && view.report.resources > 100, "{:?}", view.report);
    if std::env::var_os("KEYWARD_HUGE_SWEEP").is_some() {
        sweep(&session, &folder);
    }
}

/// The largest files that are still read: what they take is a small multiple of what they are. Outside CI.
fn sweep(session: &Session, folder: &Path) {
    const WHOLE: u64 = 250 << 20;
    const DOCUMENT: u64 = 31 << 20;
    let put = |name: &str, write: &dyn Fn(&mut File)| {
        let path = folder.join(name);
        write(&mut std::fs::File::create(&path).unwrap());
        path
    };
    let fill = |head: &'static str, part: &'static str, bytes: u64| {
        move |file: &mut File| {
            file.write_all(head.as_bytes()).unwrap();
            let many = part.repeat((1 << 20) / part.len());
            (0..bytes >> 20).for_each(|_| file.write_all(many.as_bytes()).unwrap());
        }
    };
    for (name, head, bytes, reason) in [
        ("at.bin", &b"\x7fELF"[..], WHOLE, UnsupportedFormat),
        ("at.json", b"hello", WHOLE, NotFhir),
    ] {
        let path = folder.join(name);
        sparse(&path, head, bytes);
        assert_eq!(reasons(&add(session, &path, GROWTH, 4 * bytes)), [reason], "{name}");
        std::fs::remove_file(path).unwrap();
    }
    let clinical = "<ClinicalDocument xmlns='urn:hl7-org:v3'>";
    for (name, growth, write) in [
        ("nested.json", 3 * WHOLE, fill("", "[", WHOLE)),
        ("string.json", 3 * WHOLE, fill(r#"{"resourceType":"Patient","id":""#, "x", WHOLE)),
        ("many.json", 3 * WHOLE, fill(r#"{"resourceType":"Patient","a":["#, "0,", WHOLE)),
        ("entries.json", 3 * WHOLE, fill(r#"{"resourceType":"Bundle","entry":["#, "{},", WHOLE)),
        ("lines.ndjson", 6 * WHOLE, fill("", "{\"resourceType\":\"Basic\"}\n", WHOLE)),
        ("lines.csv", 3 * WHOLE, fill("Date,Pulse\n", "2026-01-01,70\n", WHOLE)),
        ("wide.csv", 3 * WHOLE, fill("Date,Pulse\n", ",", WHOLE)),
        ("quoted.csv", 3 * WHOLE, fill("Date,Pulse\n\"", "x", WHOLE)),
        ("elements.xml", 16 * DOCUMENT, fill(clinical, "<a/>", DOCUMENT)),
        ("depth.xml", 16 * DOCUMENT, fill(clinical, "<a>", DOCUMENT)),
        ("text.xml", 16 * DOCUMENT, fill(clinical, "&amp;", DOCUMENT)),
    ] {
        let path = put(name, &write);
        add(session, &path, growth, 8 * WHOLE);
        std::fs::remove_file(path).unwrap();
    }
}
