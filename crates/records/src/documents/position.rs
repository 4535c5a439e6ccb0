//! Whether a photograph says where it was taken. The place itself is never read out.

/// The tag of the directory of positions in an Exif block.
const GPS: u16 = 0x8825;

/// How a position is called in XMP, the other block, which programs that edit pictures write.
const XMP: &[u8] = b"GPSLatitude";

/// Whether a JPEG, PNG or TIFF carries a position in its Exif block or in XMP. Such a picture tells
/// more of a person than it shows, and a share must say so.
pub fn tells_a_place(bytes: &[u8]) -> bool {
    exif(bytes).is_some_and(has_position) || (is_picture(bytes) && in_xmp(bytes))
}

fn is_picture(bytes: &[u8]) -> bool {
    [b"II*\0".as_slice(), b"MM\0*", b"\x89PNG", b"\xff\xd8"].iter().any(|m| bytes.starts_with(m))
}

/// XMP is plain text somewhere in the file; by chance these letters stand in no picture.
fn in_xmp(bytes: &[u8]) -> bool {
    bytes.windows(XMP.len()).any(|window| window == XMP)
}

/// The Exif block: a TIFF structure.
fn exif(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return Some(bytes);
    }
    if bytes.starts_with(b"\x89PNG") {
        return in_png(bytes);
    }
    bytes.starts_with(b"\xff\xd8").then(|| in_jpeg(bytes)).flatten()
}

fn in_jpeg(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.get(2..)?;
    loop {
        let marker = *rest.get(1)?;
        // The picture itself begins: nothing follows that is looked for.
        if *rest.first()? != 0xff || marker == 0xda {
            return None;
        }
        // Any number of filling bytes may stand in front of a marker.
        if marker == 0xff {
            rest = rest.get(1..)?;
            continue;
        }
        let length = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        let body = rest.get(4..2 + length.max(2))?;
        if marker == 0xe1
            && let Some(block) = body.strip_prefix(b"Exif\0\0")
        {
            return Some(block);
        }
        rest = rest.get(2 + length.max(2)..)?;
    }
}

fn in_png(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.get(8..)?;
    loop {
        let length = u32::from_be_bytes(rest.get(..4)?.try_into().ok()?) as usize;
        let body = rest.get(8..8_usize.checked_add(length)?)?;
        match rest.get(4..8)? {
            b"eXIf" => return Some(body),
            b"IEND" => return None,
            _ => rest = rest.get(12_usize.checked_add(length)?..)?,
        }
    }
}

fn has_position(block: &[u8]) -> bool {
    let big = block.starts_with(b"MM");
    let u16_at = |at: usize| -> Option<u16> {
        let two = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    };
    let u32_at = |at: usize| -> Option<usize> {
        let four = block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) } as usize)
    };
    let search = || -> Option<bool> {
        let directory = u32_at(4)?;
        let entries = usize::from(u16_at(directory)?);
        let entry = (0..entries)
            .map(|n| directory + 2 + 12 * n)
            .find(|&entry| u16_at(entry) == Some(GPS))?;
        // A directory with more than its version number.
        Some(u16_at(u32_at(entry + 8)?)? > 1)
    };
    search().unwrap_or(false)
}
