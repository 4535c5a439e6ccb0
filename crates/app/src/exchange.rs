//! What a patient's app and a doctor's app say to each other inside ciphertext: the letter that
//! comes with a grant, and the envelope of a shared record. The relay sees neither.

use keyward_protocol::codec::{Reader, Writer};
use keyward_protocol::ids::CompartmentId;
use keyward_records::Category;
use serde::{Deserialize, Serialize};

use crate::ports::clock::UnixSeconds;
use crate::store;
use crate::views::patient::Purpose;

/// Version byte of both formats.
const VERSION: u8 = 1;
/// Longest letter, in bytes (the relay's limit on messages minus room for grant and seal).
const MAX_LETTER: usize = 128 * 1024;
/// Longest source label of a shared record, in bytes.
const MAX_SOURCE: usize = 200;
/// Largest shared record, in bytes.
pub const MAX_RECORD: usize = 24 * 1024 * 1024;

/// The letter that comes with a grant: `GrantMessage::share`. The persona signed all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareLetter {
    /// How the patient wants to be called.
    pub patient: ShownAs,
    /// The clinic's word for the name (`Signed<NameAttestation>`), if the patient is called by name
    /// and the clinic gave it. The reader verifies it.
    #[serde(default, with = "store::base64_option", skip_serializing_if = "Option::is_none")]
    pub attestation: Option<Vec<u8>>,
    /// For what.
    pub purpose: Purpose,
    /// Which category each compartment is. Compartments of the grant that are not listed here are
    /// of no use to the reader.
    pub compartments: Vec<NamedCompartment>,
    /// When the share was made, by the patient's clock.
    pub made: UnixSeconds,
    /// The FHIR `Consent` it stands for.
    pub consent: String,
}

/// How a patient is called in a sharing space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum ShownAs {
    /// By name, as the patient states it.
    Name {
        /// Full name.
        name: String,
        /// FHIR date.
        #[serde(default)]
        birth_date: Option<String>,
    },
    /// By a pseudonym.
    Pseudonym {
        /// The pseudonym.
        text: String,
    },
}

impl ShownAs {
    /// The words in the banner.
    pub fn text(&self) -> &str {
        match self {
            Self::Name { name, .. } => name,
            Self::Pseudonym { text } => text,
        }
    }

    /// Whether it is the patient's name.
    pub fn is_name(&self) -> bool {
        matches!(self, Self::Name { .. })
    }
}

/// A compartment with its category's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCompartment {
    /// The compartment.
    pub compartment: CompartmentId,
    /// What it holds.
    pub category: Category,
}

/// Why a letter or a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Longer than allowed.
    #[error("too long")]
    TooLong,
    /// Of a newer version.
    #[error("of a newer version")]
    Version,
    /// Not what it should be.
    #[error("cannot be read")]
    Unreadable,
}

impl ExchangeError {
    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "exchange-too-long",
            Self::Version => "exchange-version",
            Self::Unreadable => "exchange-unreadable",
        }
    }
}

impl ShareLetter {
    /// The letter's bytes: a version byte, then JSON.
    ///
    /// # Errors
    /// [`ExchangeError::TooLong`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ExchangeError> {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, self).map_err(|_| ExchangeError::Unreadable)?;
        if bytes.len() > MAX_LETTER { Err(ExchangeError::TooLong) } else { Ok(bytes) }
    }

    /// Reads a letter.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExchangeError> {
        if bytes.len() > MAX_LETTER {
            return Err(ExchangeError::TooLong);
        }
        match bytes.split_first() {
            Some((&VERSION, json)) => {
                serde_json::from_slice(json).map_err(|_| ExchangeError::Unreadable)
            }
            Some(_) => Err(ExchangeError::Version),
            None => Err(ExchangeError::Unreadable),
        }
    }

    /// The category of a compartment, if the letter names it.
    pub fn category(&self, compartment: &CompartmentId) -> Option<Category> {
        self.compartments
            .iter()
            .find(|named| named.compartment == *compartment)
            .map(|named| named.category)
    }
}

/// A shared record as it is sealed (the payload's plaintext, content type FHIR JSON).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRecord {
    /// When the patient imported it.
    pub received: UnixSeconds,
    /// Where it came from, in words that identify nobody (empty in pseudonymous spaces).
    pub source: String,
    /// The resource: verbatim, or de-identified.
    pub body: Vec<u8>,
}

impl SharedRecord {
    /// `version ‖ received u64 ‖ source (u16 length) ‖ body (u32 length)`.
    ///
    /// # Errors
    /// [`ExchangeError::TooLong`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ExchangeError> {
        if self.body.len() > MAX_RECORD || self.source.len() > MAX_SOURCE {
            return Err(ExchangeError::TooLong);
        }
        let mut out = Writer::new();
        out.u8(VERSION);
        out.u64(self.received);
        out.bytes16(self.source.as_bytes());
        out.bytes32(&self.body);
        Ok(out.into_vec())
    }

    /// Reads it back.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ExchangeError> {
        let unreadable = |_| ExchangeError::Unreadable;
        let mut from = Reader::new(bytes);
        if from.u8().map_err(unreadable)? != VERSION {
            return Err(ExchangeError::Version);
        }
        let received = from.u64().map_err(unreadable)?;
        let source = from.bytes16(MAX_SOURCE).map_err(unreadable)?.to_vec();
        let body = from.bytes32(MAX_RECORD).map_err(unreadable)?.to_vec();
        from.finish().map_err(unreadable)?;
        let source = String::from_utf8(source).map_err(|_| ExchangeError::Unreadable)?;
        Ok(Self { received, source, body })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letter() -> ShareLetter {
        ShareLetter {
            patient: ShownAs::Pseudonym { text: "Quiet Heron".into() },
            attestation: None,
            purpose: Purpose::Treatment,
            compartments: vec![NamedCompartment {
                compartment: CompartmentId::from_bytes([7; 16]),
                category: Category::Results,
            }],
            made: 1_700_000_000,
            consent: "{}".into(),
        }
    }

    #[test]
    fn a_letter_reads_back_and_names_its_compartments() {
        let mut letter = letter();
        let read = ShareLetter::from_bytes(&letter.to_bytes().unwrap()).unwrap();
        assert_eq!(read, letter);
        assert_eq!(read.category(&CompartmentId::from_bytes([7; 16])), Some(Category::Results));
        assert_eq!(read.category(&CompartmentId::from_bytes([8; 16])), None);
        letter.attestation = Some(vec![1, 2, 255]);
        assert_eq!(ShareLetter::from_bytes(&letter.to_bytes().unwrap()).as_ref(), Ok(&letter));
    }

    #[test]
    fn a_letter_of_another_version_or_with_more_in_it_is_refused() {
        let mut bytes = letter().to_bytes().unwrap();
        bytes[0] = 2;
        assert_eq!(ShareLetter::from_bytes(&bytes), Err(ExchangeError::Version));
        let mut bytes = letter().to_bytes().unwrap();
        bytes.extend_from_slice(b" {}");
        assert_eq!(ShareLetter::from_bytes(&bytes), Err(ExchangeError::Unreadable));
        assert_eq!(ShareLetter::from_bytes(&[]), Err(ExchangeError::Unreadable));
        assert_eq!(
            ShareLetter::from_bytes(&vec![VERSION; MAX_LETTER + 1]),
            Err(ExchangeError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn a_record_reads_back_and_nothing_shorter_or_longer_does(
            received: u64,
            source in "[a-z ]{0,40}",
            body in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let record = SharedRecord { received, source, body };
            let bytes = record.to_bytes().unwrap();
            prop_assert_eq!(SharedRecord::from_bytes(&bytes).unwrap(), record);
            for cut in 0..bytes.len() {
                prop_assert!(SharedRecord::from_bytes(&bytes[..cut]).is_err());
            }
            let mut longer = bytes;
            longer.push(0);
            prop_assert!(SharedRecord::from_bytes(&longer).is_err());
        }
    }
}
