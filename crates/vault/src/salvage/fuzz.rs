//! For the fuzz target: logs made to a short description, so that damage meets frames that prove genuine; and pages.

use super::log::{FRAME_HEADER, Log, Newest, checksum_little};
use super::page::{PAGE, PageKeys, SALT, USABLE};
use super::rows;

/// Bytes that describe a frame.
const DESCRIPTION: usize = 6;
/// Frames in a log, and pages in the file, at most.
const MOST: usize = 12;

/// A log of frames as `data` describes them: page, end of a transaction, salt, content, and how it is damaged. What
/// counts of it must be genuine, and of a span that makes sense.
pub(crate) fn log(data: &[u8]) {
    let Some(keys) = PageKeys::new(&[7; 32], &[9; SALT]) else { return };
    let Some((choice, descriptions)) = data.split_first() else { return };
    let mut bytes = header(*choice);
    let mut sum = checksum_little((0, 0), &bytes[..24]);
    for frame in descriptions.chunks_exact(DESCRIPTION).take(MOST) {
        sum = put(&mut bytes, frame, sum, &keys);
    }
    // What does not describe a frame stands behind the last as it is.
    bytes.extend_from_slice(descriptions.chunks_exact(DESCRIPTION).remainder());
    look(bytes, u32::from(*choice) % 16, &keys);
}

/// Any bytes in place of a log.
pub(crate) fn raw_log(data: &[u8]) {
    let Some(keys) = PageKeys::new(&[7; 32], &[9; SALT]) else { return };
    look(data.to_vec(), 3, &keys);
}

fn look(bytes: Vec<u8>, pages: u32, keys: &PageKeys) {
    let mut log = Log::read(bytes, pages, keys);
    log.compare(|number| (number % 3 == 1).then(|| page(number, 5, keys)).flatten());
    let mut genuine = 0;
    for number in 0..=u32::try_from(MOST).unwrap_or(u32::MAX) {
        if let Newest::InLog(page, span) = log.page(number) {
            assert!(keys.open(number, page).is_some(), "a page of the log that is not genuine");
            assert!(span.age() > 0, "a page of the log from before the log");
            genuine += 1;
        }
        let _ = (log.doubts(number), log.may_mix(number));
    }
    assert!(genuine == 0 || log.is_genuine());
}

fn header(choice: u8) -> Vec<u8> {
    let mut bytes = 0x377f_0682_u32.to_be_bytes().to_vec();
    bytes.extend([0, 0x2d, 0xe2, 0x18, 0, 0, 0x10, 0, 0, 0, 0, 1]);
    bytes.extend([1; 8]);
    let sum = checksum_little((0, 0), &bytes);
    bytes.extend(sum.0.to_be_bytes());
    bytes.extend(sum.1.to_be_bytes());
    // One in eight has a damaged header.
    if choice % 8 == 7 {
        bytes[usize::from(choice) % 32] ^= 1;
    }
    bytes
}

/// Appends a frame; gives the checksum the next one continues.
fn put(bytes: &mut Vec<u8>, frame: &[u8], before: (u32, u32), keys: &PageKeys) -> (u32, u32) {
    let &[number, ends, salt, content, damage, at] = frame else { return before };
    let number = u32::from(number) % 13;
    let Some(mut page) = page(number, content, keys) else { return before };
    let mut head = number.to_be_bytes().to_vec();
    head.extend(u32::from(if ends % 3 == 0 { ends / 3 } else { 0 }).to_be_bytes());
    let sum = checksum_little(checksum_little(before, &head), &page);
    // Most are of the log's present round.
    head.extend([if salt % 4 == 0 { salt } else { 1 }; 8]);
    head.extend(sum.0.to_be_bytes());
    head.extend(sum.1.to_be_bytes());
    match damage % 4 {
        1 => head[usize::from(at) % FRAME_HEADER] ^= damage | 1,
        2 => page[usize::from(at) * 16] ^= damage | 1,
        _ => {}
    }
    bytes.extend(head);
    bytes.extend(page);
    sum
}

/// A page with a code that proves it.
fn page(number: u32, content: u8, keys: &PageKeys) -> Option<[u8; PAGE]> {
    let mut page = [content; PAGE];
    keys.prove(number, &mut page)?;
    Some(page)
}

/// A page as SQLCipher decrypts it, or a row, of any bytes.
pub(crate) fn rows(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let mut page = bytes.to_vec();
    page.resize(USABLE, 0);
    for cell in rows::cells(u32::from(choice % 2), &page).unwrap_or_default().into_iter().flatten()
    {
        assert!(cell.local.len() <= cell.length);
        let _ = rows::row(&cell.local);
    }
    let _ = rows::overflow(&page);
    let _ = rows::row(bytes);
}
