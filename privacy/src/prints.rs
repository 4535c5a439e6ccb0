//! Prints of pieces of bytes: what stands in two places is found without comparing everything
//! with everything.

use crate::observer::decoded;

/// Bytes of a piece.
const PIECE: usize = 16;
/// Bytes of a body that are looked at. What follows is ciphertext.
const LOOKED_AT: usize = 4_096;
/// One piece of so many is kept, chosen by its print, so that the same piece is kept everywhere.
const KEPT: u64 = 8;

/// Prints of a body, of what its texts are base64 of, too.
#[must_use]
pub fn prints(body: &[u8]) -> Vec<u64> {
    let body = &body[..body.len().min(LOOKED_AT)];
    let mut found = of_bytes(body);
    if body.first() == Some(&b'{') {
        for text in body.split(|byte| *byte == b'"').filter(|text| text.len() >= 22) {
            found.extend(decoded(text).map(|bytes| of_bytes(&bytes)).unwrap_or_default());
        }
    }
    found
}

/// Prints of stored bytes.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> Vec<u64> {
    bytes.windows(PIECE).map(print).filter(|print| print.is_multiple_of(KEPT)).collect()
}

fn print(piece: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in piece {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The low bits of this hash are weak.
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_in_two_bodies_is_found_and_nothing_else() {
        let one: Vec<u8> = (0..=255).collect();
        let other = [&[7; 33][..], &one[40..240], &[9; 3]].concat();
        let (one, other) = (of_bytes(&one), of_bytes(&other));
        assert!(one.iter().any(|print| other.contains(print)));
        let strange: Vec<u8> = (0..=255).map(|it: u8| it.wrapping_mul(91) ^ 0x55).collect();
        assert!(!of_bytes(&strange).iter().any(|print| one.contains(print)));
    }

    #[test]
    fn base64_in_json_is_looked_into() {
        let bytes: Vec<u8> = (0..200).collect();
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let body = format!(r#"{{"x":"{}"}}"#, URL_SAFE_NO_PAD.encode(&bytes));
        let found = prints(body.as_bytes());
        assert!(of_bytes(&bytes).iter().all(|print| found.contains(print)));
    }
}
