//! SPEC §4. Identifiers: fixed-size, opaque, shown as lower-case hex.

use core::{fmt, str::FromStr};

use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::Label;
use crate::hash;
use crate::keys::{SecretBytes32, VerifyingKey};

/// Text is not the lower-case hex of an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the lower-case hex of an identifier")]
pub struct ParseIdError;

impl ParseIdError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "id-not-hex"
    }
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Size in bytes.
            pub const LEN: usize = $len;

            /// The identifier with these bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The bytes, by value.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; $len] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = [0; 2 * $len];
                write_hex(&self.0, &mut digits);
                f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident) => {
        identifier!($(#[$doc])* $name, 16);

        impl $name {
            /// A fresh random identifier.
            pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
                let mut bytes = [0; 16];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }
        }
    };
}

identifier!(
    /// A persona: the SHA-256 of its compressed verification key.
    PersonaId, 32
);
identifier!(
    /// The SHA-256 of a certificate's bytes.
    CertificateHash, 32
);
identifier!(
    /// A compartment of a persona: opaque and random at the relay.
    CompartmentId
);
identifier!(
    /// A key epoch of a compartment: random, never a counter.
    EpochId
);
identifier!(
    /// A record.
    RecordId
);
identifier!(
    /// A grant.
    GrantId
);
identifier!(
    /// One installation of a persona; each has its own chain per compartment.
    DeviceId
);
identifier!(
    /// A service: one clinic's authority and the relays it names.
    ServiceId
);

impl PersonaId {
    /// The identifier of the persona with this verification key.
    #[must_use]
    pub fn of(key: &VerifyingKey) -> Self {
        Self(key.key_id())
    }
}

impl CertificateHash {
    /// The hash of a certificate's bytes.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        Self(hash::sha256(certificate))
    }
}

impl RecordId {
    /// A fresh identifier, hedged: on a cloned machine whose randomness repeats, different
    /// statements (the record's content or its hash) still get different identifiers.
    pub fn hedged<R: CryptoRng + ?Sized>(
        rng: &mut R,
        secret: &SecretBytes32,
        statement: &[u8],
    ) -> Self {
        let mut random = [0; 32];
        rng.fill_bytes(&mut random);
        let statement = hash::sha256(statement);
        let hash =
            hash::labelled(Label::HedgeRecordId, &[&random, secret.expose_secret(), &statement]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(bytes)
    }
}

/// Lower-case hexadecimal digits, two for each byte.
fn write_hex(bytes: &[u8], digits: &mut [u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        let (high, low) = (usize::from(byte >> 4), usize::from(byte & 0x0f));
        pair.copy_from_slice(&[DIGITS[high], DIGITS[low]]);
    }
}

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], ParseIdError> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(ParseIdError);
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Ok(out)
}

const fn nibble(digit: u8) -> Result<u8, ParseIdError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseIdError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lower_case_hex_of_the_right_length_parses() {
        let id = GrantId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in
            ["", "AB", &"AB".repeat(16), &"ab".repeat(15), &"ab".repeat(17), &"g0".repeat(16)]
        {
            assert_eq!(wrong.parse::<GrantId>(), Err(ParseIdError));
        }
    }
}
