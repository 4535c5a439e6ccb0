//! JPEG 2000 frames of DICOM files: the DICOM library leaves them to others, the reader of PDF has a decoder.

use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_object::{DefaultDicomObject, InMemDicomObject, Tag};
use hayro_jpeg2000::{DecodeSettings, DecodedImage, DecoderContext, Image};

use super::dicom::{ALLOCATED, FRAMES, PHOTOMETRIC, PIXEL_DATA, PLANAR, SAMPLES};
use crate::message::Refusal;

/// JPEG 2000, lossless only and not.
const SYNTAXES: [&str; 2] = ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"];
const UNCOMPRESSED: &str = "1.2.840.10008.1.2.1";
/// Where the codestream says how many planes there are.
const PLANES: usize = 40;
/// Where the codestream says how many bits a sample has and whether it has a sign (ISO 15444-1, A.5.1).
const DEPTH: usize = 42;

/// Whether the frames of a file are JPEG 2000.
pub(super) fn is_in(object: &DefaultDicomObject) -> bool {
    SYNTAXES.contains(&object.meta().transfer_syntax())
}

/// The same file with one of its frames only, uncompressed. `size` is what the file says of columns and rows.
pub(super) fn uncompressed(
    object: &DefaultDicomObject,
    number: u32,
    total: u32,
    size: (u32, u32),
) -> Result<DefaultDicomObject, Refusal> {
    let stream = codestream(object, number, total)?;
    let data = decode(&stream, object, size)?;
    let mut plain = InMemDicomObject::new_empty();
    for element in object.iter().filter(|element| element.header().tag != PIXEL_DATA) {
        plain.put(element.clone());
    }
    let mut put = |tag: Tag, vr: VR, value: PrimitiveValue| {
        plain.put(DataElement::new(tag, vr, value));
    };
    put(FRAMES, VR::IS, "1".into());
    put(PLANAR, VR::US, 0_u16.into());
    // The decoder undoes the transformation that the codestream itself names.
    let colours = object.element(PHOTOMETRIC).ok().and_then(|element| element.to_str().ok());
    if colours.is_some_and(|name| matches!(name.trim(), "YBR_RCT" | "YBR_ICT")) {
        put(PHOTOMETRIC, VR::CS, "RGB".into());
    }
    put(PIXEL_DATA, VR::OW, data.into());
    let mut meta = object.meta().clone();
    UNCOMPRESSED.clone_into(&mut meta.transfer_syntax);
    Ok(plain.with_exact_meta(meta))
}

/// The bytes of a frame. Frames in several pieces are found only where there is one frame, or a table of places.
fn codestream(object: &DefaultDicomObject, number: u32, total: u32) -> Result<Vec<u8>, Refusal> {
    let element = object.element(PIXEL_DATA).map_err(|_| Refusal::Damaged)?;
    let pieces = element.fragments().ok_or(Refusal::Damaged)?;
    let place = usize::try_from(number).map_err(|_| Refusal::NoSuchPage)?;
    if total == 1 {
        return Ok(pieces.concat());
    }
    if u32::try_from(pieces.len()) == Ok(total) {
        return pieces.get(place).cloned().ok_or(Refusal::NoSuchPage);
    }
    let table = element.offset_table().unwrap_or_default();
    let (Some(&from), to) = (table.get(place), table.get(place + 1)) else {
        return Err(Refusal::Unsupported);
    };
    let (mut at, mut stream) = (0_u64, Vec::new());
    for piece in pieces {
        if at >= u64::from(from) && to.is_none_or(|to| at < u64::from(*to)) {
            stream.extend_from_slice(piece);
        }
        // Each piece has a head of eight bytes.
        at += piece.len() as u64 + 8;
    }
    Ok(stream)
}

fn decode(
    stream: &[u8],
    object: &DefaultDicomObject,
    size: (u32, u32),
) -> Result<Vec<u8>, Refusal> {
    let number = |tag: Tag| object.element(tag).ok()?.to_int::<usize>().ok();
    let samples = number(SAMPLES).unwrap_or(1);
    // A bare codestream, as DICOM has it, of as many planes as there are samples: each plane takes memory.
    let planes = match *stream {
        [0xff, 0x4f, ..] => stream.get(PLANES..PLANES + 2),
        _ => None,
    };
    if planes.map(|two| two.iter().fold(0, |n, byte| (n << 8) | usize::from(*byte)))
        != Some(samples)
    {
        return Err(Refusal::Damaged);
    }
    // What is missing in a stream must not be shown as if it were there.
    let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
    let image = Image::new(stream, &settings).map_err(|_| Refusal::Damaged)?;
    // Before anything is decoded: what the file promised, and no more.
    if (image.width(), image.height()) != size {
        return Err(Refusal::Damaged);
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| Refusal::Damaged)?;
    let depth = u32::from(image.original_bit_depth());
    let signed = stream.get(DEPTH).is_some_and(|depth| depth & 0x80 != 0);
    match number(ALLOCATED) {
        Some(8) if depth <= 8 => interleaved(&decoded, samples, signed, depth, 1),
        Some(16) if depth <= 16 => interleaved(&decoded, samples, signed, depth, 2),
        _ => Err(Refusal::Unsupported),
    }
}

/// The samples pixel by pixel, `width` bytes each.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "brought within the bits of a sample, of which there are sixteen at most"
)]
fn interleaved(
    decoded: &DecodedImage<'_>,
    samples: usize,
    signed: bool,
    depth: u32,
    width: usize,
) -> Result<Vec<u8>, Refusal> {
    let planes: Vec<&[f32]> =
        decoded.components().iter().take(samples).map(|plane| plane.samples()).collect();
    let Some(pixels) = planes.first().map(|plane| plane.len()) else {
        return Err(Refusal::Damaged);
    };
    if planes.len() != samples || planes.iter().any(|plane| plane.len() != pixels) {
        return Err(Refusal::Unsupported);
    }
    // The decoder counts from the least value, whether there is a sign or not.
    let least = if signed { 1_i32 << (depth - 1) } else { 0 };
    let most = ((1_i64 << depth) - 1) as f32;
    let mut data = Vec::with_capacity(pixels * samples * width);
    for at in 0..pixels {
        for plane in &planes {
            let sample = plane.get(at).copied().unwrap_or_default().round().clamp(0.0, most);
            let bytes = (sample as i32 - least).to_le_bytes();
            data.extend_from_slice(bytes.get(..width).unwrap_or_default());
        }
    }
    Ok(data)
}
