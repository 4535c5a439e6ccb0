//! Every way of writing pixels that is shown, each in a file made here; the others are refused in words, not by silence.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::io::{Cursor, Write as _};

use dicom_core::value::{PixelFragmentSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR, dicom_value};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use image::{GrayImage, ImageFormat, RgbImage};
use keyward_viewer::{Kind, Refusal, ViewError, Window};
use support::{dicom, open, pixels, ramp, view};

const ROWS: u16 = 12;
const COLUMNS: u16 = 16;
const COUNT: u16 = ROWS * COLUMNS;
const PIXEL_DATA: Tag = Tag(0x7fe0, 0x0010);

const IMPLICIT: &str = "1.2.840.10008.1.2";
const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
const ENCAPSULATED: &str = "1.2.840.10008.1.2.1.98";
const BIG: &str = "1.2.840.10008.1.2.2";
const JPEG_8: &str = "1.2.840.10008.1.2.4.50";
const JPEG_EXTENDED: &str = "1.2.840.10008.1.2.4.51";
const JPEG_LOSSLESS: &str = "1.2.840.10008.1.2.4.57";
const JPEG_LOSSLESS_FIRST: &str = "1.2.840.10008.1.2.4.70";
const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
const JPEG_2000_LOSSLESS: &str = "1.2.840.10008.1.2.4.90";
const JPEG_2000: &str = "1.2.840.10008.1.2.4.91";
const RLE: &str = "1.2.840.10008.1.2.5";
const HTJ2K: &str = "1.2.840.10008.1.2.4.201";
const MPEG4: &str = "1.2.840.10008.1.2.4.102";

/// Value `n * 300` at place `n`, 16 bits lossless: by OpenJPEG 2.5.4.
const RAMP_J2K: &str = "\
    ff4fff5100290000000000100000000c0000000000000000000000100000000c000000000000000000010f0101ff\
    52000c00000001000204040001ff5c000a4080888890888890ff640025000143726561746564206279204f70656e\
    4a5045472076657273696f6e20322e352e34ff90000a00000000005f0001ff93dff890c806c582517c29a4fcf572\
    eaa8e51b73e833f20e070cdf9aa53fc03f60687fe0c1201bf5b96499270cbf2812179ed0393fc01f984c1ff80060\
    369d281f286e0e5db3408e0364d797193ede36e33fffd900";
/// `(15 x, 20 y, 128)`: by OpenJPEG 2.5.4, its colours transformed.
const COLOUR_J2K: &str = "\
    ff4fff51002f0000000000100000000c0000000000000000000000100000000c0000000000000000000307010107\
    0101070101ff52000c00000001010204040001ff5c000a4040484850484850ff6400250001437265617465642062\
    79204f70656e4a5045472076657273696f6e20322e352e34ff90000a0000000000900001ff93cfb434077d687a63\
    97e482f65429b39fdf806004f64f60b68a63b996b18f7fdf80780e478f07f94aad558279c833d0d1c3c0f90141f3\
    83001bf40cbf33a1f503000e3f1d25ff7fc3ea0487d40c1bf4e01f0e3f1d25ff7fc07c21c0f90300369d27408e00\
    bf907fa0f9c30041e604bf9077c0f90241f38600369cfa7f41e604bf9077ffd9";

type Pixels = Value<InMemDicomObject, Vec<u8>>;

fn element(
    group: u16,
    number: u16,
    vr: VR,
    value: PrimitiveValue,
) -> DataElement<InMemDicomObject> {
    DataElement::new(Tag(group, number), vr, value)
}

/// The data of a file of `bits` a sample.
fn object(bits: u16, samples: u16, colours: &str, vr: VR, data: Pixels) -> InMemDicomObject {
    let mut object = InMemDicomObject::from_element_iter([
        element(0x0008, 0x0016, VR::UI, "1.2.840.10008.5.1.4.1.1.7".into()),
        element(0x0008, 0x0018, VR::UI, "1.2.3.4".into()),
        element(0x0008, 0x0060, VR::CS, "OT".into()),
        element(0x0028, 0x0002, VR::US, dicom_value!(U16, [samples])),
        element(0x0028, 0x0004, VR::CS, colours.into()),
        element(0x0028, 0x0006, VR::US, dicom_value!(U16, [0])),
        element(0x0028, 0x0010, VR::US, dicom_value!(U16, [ROWS])),
        element(0x0028, 0x0011, VR::US, dicom_value!(U16, [COLUMNS])),
        element(0x0028, 0x0100, VR::US, dicom_value!(U16, [bits])),
        element(0x0028, 0x0101, VR::US, dicom_value!(U16, [bits])),
        element(0x0028, 0x0102, VR::US, dicom_value!(U16, [bits - 1])),
        element(0x0028, 0x0103, VR::US, dicom_value!(U16, [0])),
    ]);
    // Packed frames are always bytes.
    let vr = if matches!(data, Value::PixelSequence(_)) { VR::OB } else { vr };
    object.put(DataElement::new(PIXEL_DATA, vr, data));
    object
}

fn file(syntax: &str, object: InMemDicomObject) -> Vec<u8> {
    let meta = FileMetaTableBuilder::new().transfer_syntax(syntax);
    let mut out = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut out).unwrap();
    out
}

/// Frames as they are packed, each in one piece.
fn packed(frames: Vec<Vec<u8>>) -> Pixels {
    PixelFragmentSequence::new(Vec::<u32>::new(), frames).into()
}

fn sixteen() -> Vec<u16> {
    (0..COUNT).map(|n| n * 300).collect()
}

fn little(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn grey16(data: Pixels) -> InMemDicomObject {
    object(16, 1, "MONOCHROME2", VR::OW, data)
}

/// Whether a file shows the ramp: its least and greatest value, and what is between.
fn shows_the_ramp(name: &str, bytes: Vec<u8>) {
    let mut document = open(Kind::Dicom, bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(document.info().range, Some((0.0, f32::from(COUNT - 1) * 300.0)), "{name}");
    let window = Some(Window { centre: 28_650.0, width: 57_301.0 });
    let png = document.page(keyward_viewer::View { window, ..view(0, 100) }).unwrap().bytes;
    let drawn = pixels(&png).to_luma8();
    for n in [0, 1, 17, 96, 190, 191_u16] {
        let (x, y) = (u32::from(n % COLUMNS), u32::from(n / COLUMNS));
        let expected = f32::from(n) * 300.0 / 57_300.0 * 255.0;
        let found = f32::from(drawn.get_pixel(x, y).0[0]);
        assert!((found - expected).abs() < 1.5, "{name}: {n} is {found}, not {expected}");
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

/// PS3.5 annex G: bytes of one significance together, high ones first, each row by itself.
fn rle(values: &[u16]) -> Vec<u8> {
    let segment = |shift: u16| -> Vec<u8> {
        let bytes: Vec<u8> = values.iter().map(|value| (value >> shift).to_le_bytes()[0]).collect();
        let mut out = Vec::new();
        for row in bytes.chunks(usize::from(COLUMNS)) {
            // Fifteen bytes as they are, then one more.
            out.push(14);
            out.extend(&row[..15]);
            out.extend([0, row[15]]);
        }
        out.extend(vec![0; out.len() % 2]);
        out
    };
    let (high, low) = (segment(8), segment(0));
    let mut head = vec![2_u32, 64, 64 + u32::try_from(high.len()).unwrap()];
    head.resize(16, 0);
    head.iter().flat_map(|number| number.to_le_bytes()).chain(high).chain(low).collect()
}

/// ISO 10918-1, process 14: each value as its difference from the one before, in a code of seventeen words of five bits.
fn lossless_jpeg(values: &[u16]) -> Vec<u8> {
    let [rows, columns] = [ROWS, COLUMNS].map(u16::to_be_bytes);
    let mut out = vec![0xff, 0xd8];
    out.extend([0xff, 0xc3, 0, 11, 16, rows[0], rows[1], columns[0], columns[1], 1, 1, 0x11, 0]);
    out.extend([0xff, 0xc4, 0, 19 + 17, 0]);
    out.extend((1..=16).map(|length| if length == 5 { 17 } else { 0 }));
    out.extend(0..17);
    out.extend([0xff, 0xda, 0, 8, 1, 1, 0, 1, 0, 0]);
    let (mut bits, mut count) = (0_u64, 0);
    let mut data = Vec::new();
    let mut put = |value: u64, length: u32| {
        (bits, count) = ((bits << length) | value, count + length);
        while count >= 8 {
            let byte = u8::try_from((bits >> (count - 8)) & 0xff).unwrap();
            data.push(byte);
            if byte == 0xff {
                data.push(0);
            }
            count -= 8;
            bits &= (1 << count) - 1;
        }
    };
    for (n, value) in values.iter().enumerate() {
        let columns = usize::from(COLUMNS);
        let before = match n {
            0 => 1 << 15,
            n if n % columns == 0 => i32::from(values[n - columns]),
            n => i32::from(values[n - 1]),
        };
        let difference = i32::from(*value) - before;
        let length = 32 - difference.unsigned_abs().leading_zeros();
        put(u64::from(length), 5);
        if length < 16 {
            let coded = if difference < 0 { difference - 1 } else { difference };
            put(u64::from(coded.cast_unsigned()) & ((1 << length) - 1), length);
        }
    }
    put(0x7f, 7);
    out.extend(data);
    out.extend([0xff, 0xd9]);
    out.extend(vec![0; out.len() % 2]);
    out
}

fn jpeg(picture: &image::DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let mut bytes = bytes.into_inner();
    bytes.extend(vec![0; bytes.len() % 2]);
    bytes
}

#[test]
fn uncompressed_deflated_and_lossless_files_keep_every_value() {
    let values = sixteen();
    let native = || Pixels::from(PrimitiveValue::U16(values.clone().into()));
    for syntax in [IMPLICIT, EXPLICIT, DEFLATED, BIG] {
        shows_the_ramp(syntax, file(syntax, grey16(native())));
    }
    for (syntax, frame) in [
        (ENCAPSULATED, little(&values)),
        (RLE, rle(&values)),
        (JPEG_LOSSLESS, lossless_jpeg(&values)),
        (JPEG_LOSSLESS_FIRST, lossless_jpeg(&values)),
        (JPEG_2000_LOSSLESS, hex(RAMP_J2K)),
        (JPEG_2000, hex(RAMP_J2K)),
    ] {
        let mut object = grey16(packed(vec![frame]));
        object.put(element(0x0028, 0x0008, VR::IS, "1".into()));
        shows_the_ramp(syntax, file(syntax, object));
    }
}

#[test]
fn jpeg_of_eight_bits_is_shown_grey_and_in_colour() {
    let grey =
        GrayImage::from_fn(16, 12, |x, y| image::Luma([u8::try_from(x * 10 + y * 5).unwrap()]));
    let colour =
        RgbImage::from_fn(16, 12, |_, y| image::Rgb([u8::try_from(y * 20).unwrap(), 60, 200]));
    for syntax in [JPEG_8, JPEG_EXTENDED] {
        let data = packed(vec![jpeg(&grey.clone().into())]);
        let bytes = file(syntax, object(8, 1, "MONOCHROME2", VR::OB, data));
        let mut document = open(Kind::Dicom, bytes).unwrap();
        let (least, greatest) = document.info().range.unwrap();
        assert!(least < 4.0 && (greatest - 205.0).abs() < 4.0, "{syntax}: {least} to {greatest}");
        assert_eq!(document.page(view(0, 100)).unwrap().width, 16);
        let data = packed(vec![jpeg(&colour.clone().into())]);
        let bytes = file(syntax, object(8, 3, "YBR_FULL_422", VR::OB, data));
        let png = open(Kind::Dicom, bytes).unwrap().page(view(0, 100)).unwrap().bytes;
        let drawn = pixels(&png).to_rgb8();
        let pixel = drawn.get_pixel(8, 6).0;
        let expected = [120, 60, 200_u8];
        assert!(pixel.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 16), "{syntax}: {pixel:?}");
    }
}

#[test]
fn jpeg_2000_is_shown_in_colour_with_a_sign_and_of_every_frame() {
    let bytes =
        file(JPEG_2000_LOSSLESS, object(8, 3, "YBR_RCT", VR::OB, packed(vec![hex(COLOUR_J2K)])));
    let png = open(Kind::Dicom, bytes).unwrap().page(view(0, 100)).unwrap().bytes;
    assert_eq!(pixels(&png).to_rgb8().get_pixel(3, 7).0, [45, 140, 128]);

    // With a sign the same stream counts from the middle.
    let mut signed = hex(RAMP_J2K);
    signed[42] |= 0x80;
    let mut object = grey16(packed(vec![signed.clone()]));
    object.put(element(0x0028, 0x0103, VR::US, dicom_value!(U16, [1])));
    let document = open(Kind::Dicom, file(JPEG_2000_LOSSLESS, object)).unwrap();
    assert_eq!(document.info().range, Some((-32_768.0, 57_300.0 - 32_768.0)));

    // Two frames, one of them in two pieces: a table says where each begins.
    let stream = hex(RAMP_J2K);
    let (first, second) = stream.split_at(100);
    let pieces = vec![first.to_vec(), second.to_vec(), signed.clone()];
    let begins = u32::try_from(stream.len() + 16).unwrap();
    let table = PixelFragmentSequence::new(vec![0, begins], pieces.clone());
    let mut two = grey16(table.into());
    two.put(element(0x0028, 0x0008, VR::IS, "2".into()));
    let mut document = open(Kind::Dicom, file(JPEG_2000_LOSSLESS, two.clone())).unwrap();
    assert_eq!(document.info().total, 2);
    document.page(view(1, 100)).unwrap();
    // Without the table nobody knows.
    two.put(DataElement::new(PIXEL_DATA, VR::OB, packed(pieces)));
    let refused = open(Kind::Dicom, file(JPEG_2000_LOSSLESS, two)).err();
    assert_eq!(refused, Some(ViewError::Refused(Refusal::Unsupported)));
}

#[test]
fn a_jpeg_2000_stream_that_is_not_what_the_file_promised_is_refused() {
    let why = |stream: Vec<u8>| {
        let bytes = file(JPEG_2000, grey16(packed(vec![stream])));
        open(Kind::Dicom, bytes).err()
    };
    let damaged = Some(ViewError::Refused(Refusal::Damaged));
    let mut huge = hex(RAMP_J2K);
    // 65 535 columns.
    huge[8..12].copy_from_slice(&[0, 0, 0xff, 0xff]);
    assert_eq!(why(huge), damaged);
    assert_eq!(why(vec![0; 64]), damaged);
    // Three planes where one was promised, and as many as can be written.
    for planes in [[0, 3], [0x40, 0]] {
        let mut stream = hex(RAMP_J2K);
        stream[40..42].copy_from_slice(&planes);
        assert_eq!(why(stream), damaged);
    }
    // A large picture of tiles of one pixel each.
    let mut tiles = hex(RAMP_J2K);
    for (at, side) in [(8, 4000_u32), (12, 4000), (24, 1), (28, 1)] {
        tiles[at..at + 4].copy_from_slice(&side.to_be_bytes());
    }
    let mut object = grey16(packed(vec![tiles]));
    object.put(element(0x0028, 0x0010, VR::US, dicom_value!(U16, [4000])));
    object.put(element(0x0028, 0x0011, VR::US, dicom_value!(U16, [4000])));
    // The decoder makes something of each; the memory of the worker ends that.
    let refused = open(Kind::Dicom, file(JPEG_2000, object)).err();
    assert!(matches!(refused, Some(ViewError::Refused(_))), "{refused:?}");
    assert_eq!(why(hex(RAMP_J2K)[..60].to_vec()), damaged);
    for flipped in (0..hex(RAMP_J2K).len()).step_by(3) {
        let mut stream = hex(RAMP_J2K);
        stream[flipped] ^= 0x55;
        // Shown or refused, but answered.
        let refused = why(stream);
        assert!(!matches!(refused, Some(ViewError::TooSlow)), "{flipped}: {refused:?}");
    }
}

#[test]
fn other_ways_of_packing_are_said_not_to_be_shown() {
    for syntax in [JPEG_LS, HTJ2K, MPEG4] {
        let bytes = file(syntax, grey16(packed(vec![vec![0xff, 0xd8, 0xff, 0xf7]])));
        let refused = open(Kind::Dicom, bytes).err();
        assert_eq!(refused, Some(ViewError::Refused(Refusal::Unsupported)), "{syntax}");
    }
}

#[test]
fn a_file_without_its_beginning_is_read_all_the_same() {
    let explicit = file(EXPLICIT, grey16(PrimitiveValue::U16(sixteen().into()).into()));
    let implicit = file(IMPLICIT, grey16(PrimitiveValue::U16(sixteen().into()).into()));
    // Where the data begins: after 128 bytes, the word, and a group that says its own length.
    let data = |bytes: &[u8]| 144 + usize::from(u16::from_le_bytes([bytes[140], bytes[141]]));
    shows_the_ramp("without the 128 bytes", explicit[128..].to_vec());
    shows_the_ramp("without the word", explicit[132..].to_vec());
    shows_the_ramp("data alone", explicit[data(&explicit)..].to_vec());
    shows_the_ramp("data alone, implicit", implicit[data(&implicit)..].to_vec());
    let whole = dicom(64, 100, 1, ramp(64, 100));
    assert!(open(Kind::Dicom, whole[132..].to_vec()).is_ok());
    for rubbish in [vec![0; 200], b"\x08\0\x05\0CSxx".to_vec(), vec![8, 0], Vec::new()] {
        assert!(open(Kind::Dicom, rubbish).is_err());
    }
    let mut packed = Vec::new();
    flate2::write::DeflateEncoder::new(&mut packed, flate2::Compression::fast())
        .write_all(&whole)
        .unwrap();
    assert!(open(Kind::Dicom, packed).is_err());
}
