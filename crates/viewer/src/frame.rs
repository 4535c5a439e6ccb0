//! Frames on the pipes between app and worker: one byte of kind, four of length (big-endian), body.

use std::io::{self, Read, Write};

/// Writes one frame.
///
/// # Errors
/// What the pipe reports; `InvalidInput` for a body that no frame can hold.
pub(crate) fn write(out: &mut impl Write, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u32::try_from(length).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut head = [kind, 0, 0, 0, 0];
    head[1..].copy_from_slice(&length.to_be_bytes());
    out.write_all(&head)?;
    for part in parts {
        out.write_all(part)?;
    }
    out.flush()
}

/// Reads one frame; `None` at the end of the stream between two frames. `limit` tells how long the
/// body of a kind may be; memory grows with what has come, not with what was announced.
///
/// # Errors
/// `InvalidData` for a kind without a limit or a longer body, `UnexpectedEof` in the middle of a
/// frame, else what the pipe reports.
pub(crate) fn read(
    input: &mut impl Read,
    limit: impl Fn(u8) -> Option<usize>,
) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut kind = [0];
    if input.read(&mut kind)? == 0 {
        return Ok(None);
    }
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if limit(kind[0]).is_none_or(|limit| length > limit) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = Vec::with_capacity(length.min(1 << 20));
    let read = input.take(length as u64).read_to_end(&mut body)?;
    if read < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Some((kind[0], body))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut pipe = Vec::new();
        write(&mut pipe, 7, &[b"ab", b"", b"c"]).unwrap();
        write(&mut pipe, 8, &[]).unwrap();
        let mut input = &pipe[..];
        assert_eq!(read(&mut input, |_| Some(3)).unwrap(), Some((7, b"abc".to_vec())));
        assert_eq!(read(&mut input, |_| Some(3)).unwrap(), Some((8, Vec::new())));
        assert_eq!(read(&mut input, |_| Some(3)).unwrap(), None);
    }

    #[test]
    fn too_long_unknown_and_cut_frames_are_refused() {
        let mut pipe = Vec::new();
        write(&mut pipe, 7, &[b"abcd"]).unwrap();
        assert!(read(&mut &pipe[..], |_| Some(3)).is_err());
        assert!(read(&mut &pipe[..], |_| None).is_err());
        for cut in 1..pipe.len() {
            assert!(read(&mut &pipe[..cut], |_| Some(4)).is_err(), "{cut}");
        }
        // Two gigabytes announced, nothing sent.
        let claim = [7, 0x7f, 0xff, 0xff, 0xff];
        assert!(read(&mut &claim[..], |_| Some(usize::MAX)).is_err());
    }
}
