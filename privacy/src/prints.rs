//! Prints of pieces of bytes: what stands in two places is found without comparing everything
//! with everything.
//!
//! Pieces of what every message has alike, but for a byte or two that are the same by chance, say nothing, and
//! there are very many of them. So the frame of JSON is left out, and so are pieces with zeros: lengths, counters
//! and times, which are looked at by themselves; and a piece counts only if its middle is rare, too.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// Bytes of a piece, and of its middle.
const PIECE: usize = 16;
const MIDDLE: std::ops::Range<usize> = 4..12;
/// Bytes of a body that are looked at. What follows is ciphertext.
const LOOKED_AT: usize = 4_096;
/// One piece of so many is kept, chosen by its middle, so that what has the same middle is kept everywhere.
const KEPT: u64 = 2;
/// A piece with as many zeros is no key, hash or ciphertext: one of them in 30 000 has.
const ZEROS: usize = 3;

/// Of one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Print {
    /// Of all of it.
    pub piece: u64,
    /// Of its middle.
    pub middle: u64,
}

/// Prints of a body: of what its texts are base64 or hexadecimal of, if it is JSON.
#[must_use]
pub fn prints(body: &[u8]) -> Vec<Print> {
    match serde_json::from_slice::<Value>(body) {
        Ok(json) => {
            let mut found = Vec::new();
            of_texts(&json, &mut found);
            found
        }
        Err(_) => of_bytes(&body[..body.len().min(LOOKED_AT)]),
    }
}

fn of_texts(json: &Value, found: &mut Vec<Print>) {
    match json {
        Value::String(text) => found.extend(of_text(text)),
        Value::Array(all) => all.iter().for_each(|it| of_texts(it, found)),
        Value::Object(all) => all.values().for_each(|it| of_texts(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn of_text(text: &str) -> Vec<Print> {
    let bytes = hexadecimal(text).or_else(|| URL_SAFE_NO_PAD.decode(text).ok());
    let bytes = bytes.unwrap_or_else(|| text.as_bytes().to_vec());
    of_bytes(&bytes[..bytes.len().min(LOOKED_AT)])
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |it: &u8| char::from(*it).to_digit(16).and_then(|it| u8::try_from(it).ok());
    let digits: Option<Vec<u8>> = text.as_bytes().iter().map(digit).collect();
    Some(digits?.chunks(2).map(|two| two.iter().fold(0, |byte, it| byte << 4 | it)).collect())
}

/// Prints of stored bytes.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> Vec<Print> {
    let tells = |piece: &&[u8]| piece.iter().filter(|byte| **byte == 0).count() < ZEROS;
    bytes
        .windows(PIECE)
        .filter(tells)
        .map(|piece| Print { piece: print(piece), middle: print(&piece[MIDDLE]) })
        .filter(|print| print.middle.is_multiple_of(KEPT))
        .collect()
}

/// Prints of all middles that lie within some bytes.
pub fn middles_of(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.windows(MIDDLE.len()).map(print)
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
    fn json_is_its_texts_decoded() {
        let bytes: Vec<u8> = (0..200).collect();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        for text in [URL_SAFE_NO_PAD.encode(&bytes), hex] {
            let body = format!(r#"{{"at":1797321797321797321,"x":["{text}"]}}"#);
            assert_eq!(prints(body.as_bytes()), of_bytes(&bytes));
        }
    }

    #[test]
    fn lengths_counters_and_times_are_no_marks() {
        let mut bytes: Vec<u8> = vec![0x5a; 8];
        bytes.extend(1_797_321_797_u64.to_be_bytes());
        bytes.extend(vec![0xa5; 8]);
        let tells = of_bytes(&bytes).len();
        assert!(tells <= 2, "{tells}");
    }
}
