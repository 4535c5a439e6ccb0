//! DICOM still frames with window and level.

use std::io::{self, Read as _};

use dicom_object::file::ReadPreamble;
use dicom_object::{DefaultDicomObject, OpenFileOptions, Tag};
use dicom_pixeldata::{DecodedPixelData, PhotometricInterpretation, PixelDecoder};

use super::grey::Grey;
use super::{Pages, dates, jpeg2000, preamble};
use crate::message::{Info, MAX_PAGES, MAX_PIXELS, PageSize, Pixels, Refusal, View, Window};

const MODALITY: Tag = Tag(0x0008, 0x0060);
const CONTENT_DATE: Tag = Tag(0x0008, 0x0023);
const ACQUISITION_DATE: Tag = Tag(0x0008, 0x0022);
const STUDY_DATE: Tag = Tag(0x0008, 0x0020);
const STUDY_DESCRIPTION: Tag = Tag(0x0008, 0x1030);
const SERIES_DESCRIPTION: Tag = Tag(0x0008, 0x103e);
pub(super) const SAMPLES: Tag = Tag(0x0028, 0x0002);
pub(super) const PHOTOMETRIC: Tag = Tag(0x0028, 0x0004);
pub(super) const PLANAR: Tag = Tag(0x0028, 0x0006);
pub(super) const FRAMES: Tag = Tag(0x0028, 0x0008);
const ROWS: Tag = Tag(0x0028, 0x0010);
const COLUMNS: Tag = Tag(0x0028, 0x0011);
pub(super) const ALLOCATED: Tag = Tag(0x0028, 0x0100);
pub(super) const PIXEL_DATA: Tag = Tag(0x7fe0, 0x0010);

/// Reads a file and hands it on.
pub(super) fn read(
    bytes: &[u8],
    then: impl FnOnce(&mut dyn Pages) -> Result<io::Result<()>, Refusal>,
) -> Result<io::Result<()>, Refusal> {
    let object = OpenFileOptions::new()
        .read_preamble(ReadPreamble::Always)
        .from_reader(io::Cursor::new(preamble::missing(bytes)).chain(bytes))
        .map_err(|error| refused(&error))?;
    let (size, total) = size(&object)?;
    let first = frame(&object, 0)?;
    let (window, range) = match &first {
        Frame::Grey(grey) => (Some(grey.window()), Some(grey.range())),
        Frame::Colour(_) => (None, None),
    };
    let date = [CONTENT_DATE, ACQUISITION_DATE, STUDY_DATE]
        .iter()
        .find_map(|&tag| dates::of_digits(&text(&object, tag)?));
    let info = Info {
        pages: vec![size; total.min(MAX_PAGES) as usize],
        total,
        created: date,
        modality: text(&object, MODALITY).filter(|code| {
            code.len() <= 16 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        }),
        description: text(&object, STUDY_DESCRIPTION).or_else(|| text(&object, SERIES_DESCRIPTION)),
        window,
        range,
    };
    then(&mut File { object, info, shown: Some((0, first)) })
}

struct File {
    object: DefaultDicomObject,
    info: Info,
    shown: Option<(u32, Frame)>,
}

enum Frame {
    Grey(Grey),
    Colour(Pixels),
}

impl Pages for File {
    fn info(&self) -> &Info {
        &self.info
    }

    fn page(&mut self, view: View) -> Result<Pixels, Refusal> {
        if view.page >= self.info.total {
            return Err(Refusal::NoSuchPage);
        }
        if self.shown.as_ref().is_none_or(|(known, _)| *known != view.page) {
            self.shown = None;
            self.shown = Some((view.page, frame(&self.object, view.page)?));
        }
        match self.shown.as_ref().map(|(_, frame)| frame) {
            Some(Frame::Grey(grey)) => {
                Ok(grey.shown(view.window.or(self.info.window).unwrap_or(grey.window())))
            }
            Some(Frame::Colour(pixels)) => Ok(Pixels { data: pixels.data.clone(), ..*pixels }),
            None => Err(Refusal::Damaged),
        }
    }
}

/// Size of a frame and number of frames, checked against what is there before anything is decoded.
fn size(object: &DefaultDicomObject) -> Result<(PageSize, u32), Refusal> {
    if object.element(PIXEL_DATA).is_err() {
        return Err(Refusal::Unsupported);
    }
    let number = |tag: Tag| object.element(tag).ok()?.to_int::<u32>().ok();
    let rows = number(ROWS).ok_or(Refusal::Damaged)?;
    let columns = number(COLUMNS).ok_or(Refusal::Damaged)?;
    let total = number(FRAMES).unwrap_or(1).max(1);
    let samples = number(SAMPLES).unwrap_or(1);
    let pixels = u64::from(rows) * u64::from(columns);
    if pixels == 0 || !matches!(samples, 1 | 3) {
        return Err(Refusal::Damaged);
    }
    if !matches!(number(ALLOCATED), Some(1 | 8 | 16)) {
        return Err(Refusal::Unsupported);
    }
    if pixels > MAX_PIXELS {
        return Err(Refusal::TooLarge);
    }
    #[expect(clippy::cast_precision_loss, reason = "sides are 16-bit numbers")]
    let size = PageSize { width: columns as f32, height: rows as f32 };
    Ok((size, total))
}

fn frame(object: &DefaultDicomObject, number: u32) -> Result<Frame, Refusal> {
    if jpeg2000::is_in(object) {
        let (size, total) = size(object)?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "sides are 16-bit numbers"
        )]
        let size = (size.width as u32, size.height as u32);
        let plain = jpeg2000::uncompressed(object, number, total, size)?;
        return native(&plain, 0);
    }
    native(object, number)
}

/// Why the library does not read a file: a way of packing it does not know, or damage.
fn refused(error: &dyn std::fmt::Debug) -> Refusal {
    let words = format!("{error:?}");
    let unsupported = words.contains("Unsupported") || words.contains("UnknownTransferSyntax");
    if unsupported { Refusal::Unsupported } else { Refusal::Damaged }
}

fn native(object: &DefaultDicomObject, number: u32) -> Result<Frame, Refusal> {
    let decoded = object.decode_pixel_data_frame(number).map_err(|error| refused(&error))?;
    let size = (decoded.columns(), decoded.rows());
    let pixels = u64::from(size.0) * u64::from(size.1);
    if pixels == 0 || pixels > MAX_PIXELS {
        return Err(Refusal::TooLarge);
    }
    if decoded.samples_per_pixel() == 1 {
        let grey = Grey::new(&decoded).ok_or(Refusal::Damaged)?;
        return Ok(Frame::Grey(grey));
    }
    colour(&decoded, pixels)
        .map(|data| Frame::Colour(Pixels { width: size.0, height: size.1, channels: 3, data }))
}

fn colour(decoded: &DecodedPixelData<'_>, pixels: u64) -> Result<Vec<u8>, Refusal> {
    let count = usize::try_from(pixels).map_err(|_| Refusal::TooLarge)?;
    if decoded.bits_allocated() != 8 {
        return Err(Refusal::Unsupported);
    }
    let data = decoded.data().get(..3 * count).ok_or(Refusal::Damaged)?;
    let planar = decoded.planar_configuration() != dicom_pixeldata::PlanarConfiguration::Standard;
    let at = |pixel: usize, channel: usize| {
        let place = if planar { channel * count + pixel } else { 3 * pixel + channel };
        data.get(place).copied().unwrap_or_default()
    };
    let ybr = matches!(
        decoded.photometric_interpretation(),
        PhotometricInterpretation::YbrFull | PhotometricInterpretation::YbrFull422
    );
    let pixel = |n: usize| {
        let pixel = [at(n, 0), at(n, 1), at(n, 2)];
        if ybr { rgb(pixel) } else { pixel }
    };
    Ok((0..count).flat_map(pixel).collect())
}

/// PS3.3 C.7.6.3.1.2, YBR_FULL.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "brought into 0 to 255 before"
)]
fn rgb([y, b, r]: [u8; 3]) -> [u8; 3] {
    let (y, b, r) = (f32::from(y), f32::from(b) - 128.0, f32::from(r) - 128.0);
    [y + 1.402 * r, y - 0.344_136 * b - 0.714_136 * r, y + 1.772 * b]
        .map(|value| value.round().clamp(0.0, 255.0) as u8)
}

/// The text of an element; `None` if there is none.
fn text(object: &DefaultDicomObject, tag: Tag) -> Option<String> {
    let text = object.element(tag).ok()?.to_str().ok()?;
    let text: String = text.trim_matches(['\0', ' ']).chars().take(100).collect();
    (!text.is_empty()).then_some(text)
}

/// The window a file suggests.
pub(super) fn suggested(decoded: &DecodedPixelData<'_>) -> Option<Window> {
    let window = *decoded.window().ok()??.first()?;
    #[expect(clippy::cast_possible_truncation, reason = "a grey value, not a sum of money")]
    let window = Window { centre: window.center as f32, width: window.width as f32 };
    (window.centre.is_finite() && window.width.is_finite() && window.width >= 1.0).then_some(window)
}
