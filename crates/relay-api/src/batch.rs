//! Binary bodies: uploads, access answers, own records. A leading version byte, big-endian,
//! length-prefixed; every length is bounded before anything is allocated; trailing bytes are
//! refused.
//!
//! ```text
//! upload       = version u16 n { bytes32 head }        u32 n { bytes32 header, bytes32 payload }
//! access       = version bytes32 head bytes32 receipt u8 more u32 n { bytes32 header, 32 Q, bytes32 payload }
//! own records  = version u8 has_head [ bytes32 head ] u8 more u32 n { bytes32 header, u8 has [ bytes32 payload ] }
//! ```

use crate::limits;
use keyward_protocol::codec::{DecodeError, Reader, VERSION, Writer};

/// Bytes of a relay-signed receipt at most.
const MAX_RECEIPT: usize = 1024;

/// Why a batch cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Cut off, trailing bytes, a length over its limit.
    #[error("the batch cannot be read")]
    Decode(#[from] DecodeError),
    /// Another version of the framing.
    #[error("the batch has an unknown version")]
    Version,
    /// More items than a batch may have.
    #[error("the batch has too many items")]
    TooMany,
    /// A flag that is neither 0 nor 1.
    #[error("the batch has an unknown flag")]
    Flag,
}

/// Body of `POST /v1/records`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct UploadBatch {
    /// `SignedHead` bytes.
    pub heads: Vec<Vec<u8>>,
    /// Signed headers with their sealed payloads, in chain order per device.
    pub records: Vec<UploadRecord>,
}

/// One record of an upload.
#[derive(Debug, PartialEq, Eq)]
pub struct UploadRecord {
    /// `SignedHeader` bytes.
    pub header: Vec<u8>,
    /// The sealed payload.
    pub payload: Vec<u8>,
}

/// An upload as it lies in the request's body: nothing is copied.
#[derive(Debug)]
pub struct UploadView<'a> {
    /// `SignedHead` bytes.
    pub heads: Vec<&'a [u8]>,
    /// Signed header and payload.
    pub records: Vec<(&'a [u8], &'a [u8])>,
}

impl UploadBatch {
    /// The wire form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BatchError> {
        let heads = u16::try_from(self.heads.len()).map_err(|_| BatchError::TooMany)?;
        let mut out = Writer::new();
        out.u8(VERSION);
        out.u16(heads);
        for head in &self.heads {
            out.bytes32(head);
        }
        out.u32(count(self.records.len())?);
        for record in &self.records {
            out.bytes32(&record.header);
            out.bytes32(&record.payload);
        }
        Ok(out.into_vec())
    }
}

impl<'a> UploadView<'a> {
    /// Reads the wire form.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, BatchError> {
        let mut from = Reader::new(bytes);
        version(&mut from)?;
        let heads = usize::from(from.u16()?);
        if heads > limits::MAX_HEADS {
            return Err(BatchError::TooMany);
        }
        let heads =
            (0..heads).map(|_| from.bytes32(limits::MAX_HEAD)).collect::<Result<Vec<_>, _>>()?;
        let n = items(&mut from)?;
        let mut records = Vec::with_capacity(n);
        for _ in 0..n {
            let header = from.bytes32(limits::MAX_HEADER)?;
            records.push((header, from.bytes32(limits::MAX_PAYLOAD)?));
        }
        from.finish()?;
        Ok(UploadView { heads, records })
    }
}

/// Answer of `POST /v1/access`.
#[derive(Debug, PartialEq, Eq)]
pub struct AccessAnswer {
    /// The newest `SignedHead` of the compartment.
    pub head: Vec<u8>,
    /// `Signed<AccessReceipt>`: the relay's promise that this access is in the history.
    pub receipt: Vec<u8>,
    /// Whether there are more records after the last.
    pub more: bool,
    /// The records, in chain order per device.
    pub records: Vec<AccessRecord>,
}

/// One re-encrypted record.
#[derive(Debug, PartialEq, Eq)]
pub struct AccessRecord {
    /// `SignedHeader` bytes.
    pub header: Vec<u8>,
    /// `Q`, the re-encrypted x-coordinate (protocol.md §5).
    pub transformed: [u8; 32],
    /// The sealed payload.
    pub payload: Vec<u8>,
}

impl AccessAnswer {
    /// The wire form, written from parts that stay where they are.
    pub fn encode<'r>(
        head: &[u8],
        receipt: &[u8],
        more: bool,
        records: impl ExactSizeIterator<Item = (&'r [u8], &'r [u8; 32], &'r [u8])>,
    ) -> Result<Vec<u8>, BatchError> {
        let mut out = Writer::new();
        out.u8(VERSION);
        out.bytes32(head);
        out.bytes32(receipt);
        out.u8(u8::from(more));
        out.u32(count(records.len())?);
        for (header, transformed, payload) in records {
            out.bytes32(header);
            out.array(transformed);
            out.bytes32(payload);
        }
        Ok(out.into_vec())
    }

    /// Reads the wire form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BatchError> {
        let mut from = Reader::new(bytes);
        version(&mut from)?;
        let head = from.bytes32(limits::MAX_HEAD)?.to_vec();
        let receipt = from.bytes32(MAX_RECEIPT)?.to_vec();
        let more = flag(&mut from)?;
        let n = items(&mut from)?;
        let mut records = Vec::with_capacity(n);
        for _ in 0..n {
            records.push(AccessRecord {
                header: from.bytes32(limits::MAX_HEADER)?.to_vec(),
                transformed: from.array()?,
                payload: from.bytes32(limits::MAX_PAYLOAD)?.to_vec(),
            });
        }
        from.finish()?;
        Ok(AccessAnswer { head, receipt, more, records })
    }
}

/// Answer of `POST /v1/own-records`.
#[derive(Debug, PartialEq, Eq)]
pub struct OwnAnswer {
    /// The newest `SignedHead` of the compartment, if there is one.
    pub head: Option<Vec<u8>>,
    /// Whether there are more records after the last.
    pub more: bool,
    /// Header and, if asked for, payload.
    pub records: Vec<(Vec<u8>, Option<Vec<u8>>)>,
}

impl OwnAnswer {
    /// The wire form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BatchError> {
        let mut out = Writer::new();
        out.u8(VERSION);
        optional(&mut out, self.head.as_deref());
        out.u8(u8::from(self.more));
        out.u32(count(self.records.len())?);
        for (header, payload) in &self.records {
            out.bytes32(header);
            optional(&mut out, payload.as_deref());
        }
        Ok(out.into_vec())
    }

    /// Reads the wire form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BatchError> {
        let mut from = Reader::new(bytes);
        version(&mut from)?;
        let head = read_optional(&mut from, limits::MAX_HEAD)?;
        let more = flag(&mut from)?;
        let n = items(&mut from)?;
        let mut records = Vec::with_capacity(n);
        for _ in 0..n {
            let header = from.bytes32(limits::MAX_HEADER)?.to_vec();
            records.push((header, read_optional(&mut from, limits::MAX_PAYLOAD)?));
        }
        from.finish()?;
        Ok(OwnAnswer { head, more, records })
    }
}

fn count(n: usize) -> Result<u32, BatchError> {
    if n > limits::MAX_RECORDS {
        return Err(BatchError::TooMany);
    }
    u32::try_from(n).map_err(|_| BatchError::TooMany)
}

fn items(from: &mut Reader<'_>) -> Result<usize, BatchError> {
    let n = usize::try_from(from.u32()?).map_err(|_| BatchError::TooMany)?;
    if n > limits::MAX_RECORDS { Err(BatchError::TooMany) } else { Ok(n) }
}

fn version(from: &mut Reader<'_>) -> Result<(), BatchError> {
    if from.u8()? == VERSION { Ok(()) } else { Err(BatchError::Version) }
}

fn flag(from: &mut Reader<'_>) -> Result<bool, BatchError> {
    match from.u8()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(BatchError::Flag),
    }
}

fn optional(out: &mut Writer, bytes: Option<&[u8]>) {
    out.u8(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        out.bytes32(bytes);
    }
}

fn read_optional(from: &mut Reader<'_>, max: usize) -> Result<Option<Vec<u8>>, BatchError> {
    if flag(from)? { Ok(Some(from.bytes32(max)?.to_vec())) } else { Ok(None) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blob() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(any::<u8>(), 0..40)
    }

    proptest! {
        #[test]
        fn an_upload_reads_as_it_was_written_and_only_whole(
            heads in prop::collection::vec(blob(), 0..4),
            records in prop::collection::vec((blob(), blob()), 0..4),
            more in any::<u8>(),
        ) {
            let batch = UploadBatch {
                heads,
                records: records
                    .into_iter()
                    .map(|(header, payload)| UploadRecord { header, payload })
                    .collect(),
            };
            let bytes = batch.to_bytes().unwrap();
            let view = UploadView::from_bytes(&bytes).unwrap();
            prop_assert!(view.heads.iter().zip(&batch.heads).all(|(a, b)| a == b));
            prop_assert_eq!(view.records.len(), batch.records.len());
            for (read, written) in view.records.iter().zip(&batch.records) {
                prop_assert_eq!(read.0, &written.header[..]);
                prop_assert_eq!(read.1, &written.payload[..]);
            }
            for cut in 0..bytes.len() {
                prop_assert!(UploadView::from_bytes(&bytes[..cut]).is_err());
            }
            let mut longer = bytes;
            longer.push(more);
            prop_assert!(UploadView::from_bytes(&longer).is_err());
        }

        #[test]
        fn answers_read_as_they_were_written_and_only_whole(
            head in blob(),
            receipt in blob(),
            more in any::<bool>(),
            records in prop::collection::vec((blob(), any::<[u8; 32]>(), blob()), 0..4),
        ) {
            let parts = records.iter().map(|(h, q, p)| (h.as_slice(), q, p.as_slice()));
            let bytes = AccessAnswer::encode(&head, &receipt, more, parts).unwrap();
            let answer = AccessAnswer::from_bytes(&bytes).unwrap();
            prop_assert_eq!((&answer.head, &answer.receipt, answer.more), (&head, &receipt, more));
            for (read, (header, q, payload)) in answer.records.iter().zip(&records) {
                prop_assert_eq!((&read.header, &read.transformed), (header, q));
                prop_assert_eq!(&read.payload, payload);
            }
            let own = OwnAnswer {
                head: more.then_some(head),
                more,
                records: records
                    .into_iter()
                    .map(|(header, q, payload)| (header, (q[0] > 127).then_some(payload)))
                    .collect(),
            };
            let own_bytes = own.to_bytes().unwrap();
            prop_assert_eq!(&OwnAnswer::from_bytes(&own_bytes).unwrap(), &own);
            for cut in 0..bytes.len() {
                prop_assert!(AccessAnswer::from_bytes(&bytes[..cut]).is_err());
            }
            for cut in 0..own_bytes.len() {
                prop_assert!(OwnAnswer::from_bytes(&own_bytes[..cut]).is_err());
            }
        }

        #[test]
        fn noise_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = UploadView::from_bytes(&bytes);
            let _ = AccessAnswer::from_bytes(&bytes);
            let _ = OwnAnswer::from_bytes(&bytes);
        }
    }

    #[test]
    fn a_count_over_the_limit_is_refused_before_anything_is_read() {
        let mut out = Writer::new();
        out.u8(VERSION);
        out.u16(0);
        out.u32(u32::MAX);
        let bytes = out.into_vec();
        let refused = UploadView::from_bytes(&bytes);
        assert!(matches!(refused, Err(BatchError::TooMany)));
        let refused = UploadView::from_bytes(&[9, 0, 0, 0, 0, 0, 0]);
        assert!(matches!(refused, Err(BatchError::Version)));
    }
}
