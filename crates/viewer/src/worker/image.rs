//! JPEG, PNG and TIFF pictures; a TIFF may have pages (faxes, scans).

use std::io::{self, Cursor};

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader};

use super::{Pages, dates};
use crate::message::{Info, MAX_PAGES, MAX_PIXELS, PageSize, Pixels, Refusal, View};

/// Most pixels that are decoded: a photograph of 100 megapixels.
const MAX_DECODED: u64 = 120_000_000;
/// Bytes a decoder may allocate.
const MAX_MEMORY: u64 = 640 << 20;

/// Reads a picture and hands it on.
pub(super) fn read(
    bytes: Vec<u8>,
    then: impl FnOnce(&mut dyn Pages) -> Result<io::Result<()>, Refusal>,
) -> Result<io::Result<()>, Refusal> {
    let format = match bytes.get(..4).unwrap_or_default() {
        b"\x89PNG" => ImageFormat::Png,
        [0xff, 0xd8, 0xff, _] => ImageFormat::Jpeg,
        b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+" => ImageFormat::Tiff,
        _ => return Err(Refusal::Unsupported),
    };
    // A BigTIFF counts in 64 bits: only its first page is shown.
    let paged = matches!(bytes.get(..4), Some(b"II*\0" | b"MM\0*"));
    let directories = if paged { directories(&bytes) } else { Vec::new() };
    let mut picture = Picture { bytes, format, directories, info: None, decoded: None };
    let info = picture.look()?;
    picture.info = Some(info);
    then(&mut picture)
}

struct Picture {
    bytes: Vec<u8>,
    format: ImageFormat,
    /// Where the pages of a TIFF begin.
    directories: Vec<u32>,
    info: Option<Info>,
    /// The page shown last, upright.
    decoded: Option<(u32, DynamicImage)>,
}

impl Picture {
    /// Sizes of all pages, from their headers.
    fn look(&mut self) -> Result<Info, Refusal> {
        let total = u32::try_from(self.directories.len().max(1)).unwrap_or(1);
        let mut pages = Vec::new();
        let mut created = None;
        for page in 0..total {
            let header = self.decoder(page).and_then(|mut decoder| {
                let upright = orientation(&mut decoder);
                let exif = decoder.exif_metadata().ok().flatten();
                let (width, height) = decoder.dimensions();
                bounded(width, height)?;
                Ok((shown(width, height, upright), exif))
            });
            match header {
                Ok((size, exif)) => {
                    pages.push(size);
                    if page == 0 {
                        let exif = exif.or_else(|| self.tiff_itself());
                        created = exif.as_deref().and_then(dates::of_exif);
                    }
                }
                // What follows a sound first page may be damaged without hiding it.
                Err(_) if page > 0 => pages.push(PageSize { width: 100.0, height: 100.0 }),
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(Info {
            pages,
            total,
            created,
            modality: None,
            description: None,
            window: None,
            range: None,
        })
    }

    /// A TIFF is its own Exif block.
    fn tiff_itself(&self) -> Option<Vec<u8>> {
        (self.format == ImageFormat::Tiff).then(|| self.bytes.clone())
    }

    /// A decoder of a page, within bounds.
    fn decoder(&mut self, page: u32) -> Result<Box<dyn ImageDecoder + '_>, Refusal> {
        if page > 0 && page as usize >= self.directories.len() {
            return Err(Refusal::NoSuchPage);
        }
        if let Some(directory) = self.directories.get(page as usize) {
            // The decoder reads the page that the head of the file points at.
            let big = self.bytes.first() == Some(&b'M');
            let pointer = if big { directory.to_be_bytes() } else { directory.to_le_bytes() };
            self.bytes.get_mut(4..8).ok_or(Refusal::Damaged)?.copy_from_slice(&pointer);
        }
        let mut reader = ImageReader::with_format(Cursor::new(&self.bytes[..]), self.format);
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(MAX_MEMORY);
        reader.limits(limits);
        let decoder = reader.into_decoder().map_err(|error| refused(&error))?;
        Ok(Box::new(decoder))
    }

    fn decode(&mut self, page: u32) -> Result<&DynamicImage, Refusal> {
        if self.decoded.as_ref().is_none_or(|(known, _)| *known != page) {
            self.decoded = None;
            let mut decoder = self.decoder(page)?;
            let (width, height) = decoder.dimensions();
            bounded(width, height)?;
            let upright = orientation(&mut decoder);
            let mut picture =
                DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
            picture.apply_orientation(upright);
            self.decoded = Some((page, picture));
        }
        self.decoded.as_ref().map(|(_, picture)| picture).ok_or(Refusal::Damaged)
    }
}

impl Pages for Picture {
    fn info(&self) -> &Info {
        const NOTHING: &Info = &Info {
            pages: Vec::new(),
            total: 0,
            created: None,
            modality: None,
            description: None,
            window: None,
            range: None,
        };
        self.info.as_ref().unwrap_or(NOTHING)
    }

    fn page(&mut self, view: View) -> Result<Pixels, Refusal> {
        let picture = self.decode(view.page)?;
        let (width, height) = fit(picture.width(), picture.height(), view.width);
        // A smaller picture is drawn larger by the window itself.
        let scaled;
        let picture = if width < picture.width() {
            scaled = picture.thumbnail_exact(width, height);
            &scaled
        } else {
            picture
        };
        Ok(pixels(picture))
    }
}

/// Pixels of a picture on white paper, one byte each where it is grey.
fn pixels(picture: &DynamicImage) -> Pixels {
    let (width, height) = (picture.width(), picture.height());
    let (channels, data) = match picture.color() {
        ColorType::L8 | ColorType::L16 => (1, picture.to_luma8().into_raw()),
        colour if !colour.has_alpha() => (3, picture.to_rgb8().into_raw()),
        _ => (3, picture.to_rgba8().pixels().flat_map(|pixel| on_white(pixel.0)).collect()),
    };
    Pixels { width, height, channels, data }
}

#[expect(clippy::cast_possible_truncation, reason = "the mean of two bytes is a byte")]
fn on_white([r, g, b, alpha]: [u8; 4]) -> [u8; 3] {
    let alpha = u32::from(alpha);
    [r, g, b].map(|c| ((u32::from(c) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

/// The size in which a picture is given: at most `wanted` wide, its own size, and the bounds.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "both sides become smaller and stay above 0"
)]
fn fit(width: u32, height: u32, wanted: u32) -> (u32, u32) {
    let all = f64::from(width) * f64::from(height);
    #[expect(clippy::cast_precision_loss, reason = "a bound, not a count")]
    let by_pixels = (MAX_PIXELS as f64 / all).sqrt();
    let by_width = f64::from(wanted.max(16)) / f64::from(width);
    let scale = by_width.min(by_pixels).min(1.0);
    let side = |side: u32| ((f64::from(side) * scale).floor() as u32).max(1);
    (side(width), side(height))
}

fn bounded(width: u32, height: u32) -> Result<(), Refusal> {
    match u64::from(width) * u64::from(height) {
        0 => Err(Refusal::Damaged),
        pixels if pixels > MAX_DECODED => Err(Refusal::TooLarge),
        _ => Ok(()),
    }
}

fn orientation(decoder: &mut dyn ImageDecoder) -> Orientation {
    decoder.orientation().unwrap_or(Orientation::NoTransforms)
}

#[expect(clippy::cast_precision_loss, reason = "sides are below 2^24")]
fn shown(width: u32, height: u32, orientation: Orientation) -> PageSize {
    let turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (width, height) = if turned { (height, width) } else { (width, height) };
    PageSize { width: width as f32, height: height as f32 }
}

fn refused(error: &image::ImageError) -> Refusal {
    match error {
        image::ImageError::Limits(_) => Refusal::TooLarge,
        image::ImageError::Unsupported(_) => Refusal::Unsupported,
        _ => Refusal::Damaged,
    }
}

/// Where the directories (pages) of a TIFF stand; each once, so that a loop ends.
fn directories(bytes: &[u8]) -> Vec<u32> {
    let big = bytes.first() == Some(&b'M');
    let u16_at = |at: usize| -> Option<u16> {
        let two = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    };
    let u32_at = |at: usize| -> Option<u32> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    let mut found = Vec::new();
    let mut next = u32_at(4);
    while let Some(directory) = next.filter(|&at| at != 0) {
        if found.contains(&directory) || found.len() >= (MAX_PAGES as usize).min(1_000) {
            break;
        }
        let at = directory as usize;
        let Some(entries) = u16_at(at) else { break };
        found.push(directory);
        next = u32_at(at + 2 + 12 * usize::from(entries));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_of_tiff_directories_ends() {
        // Two directories that point at each other.
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.extend([0, 0, 14, 0, 0, 0]);
        bytes.extend([0, 0, 8, 0, 0, 0]);
        assert_eq!(directories(&bytes), [8, 14]);
        assert_eq!(directories(b"II*\0\xff\xff\xff\xff"), [0_u32; 0]);
    }

    #[test]
    fn pictures_are_never_enlarged_nor_above_the_bound() {
        for (width, height, wanted) in
            [(10, 10, 4_000), (12_000, 9_000, 12_000), (60_000, 1, 300), (1, 60_000, 300)]
        {
            let (w, h) = fit(width, height, wanted);
            assert!(w >= 1 && h >= 1 && w <= width && h <= height);
            assert!(u64::from(w) * u64::from(h) <= MAX_PIXELS);
        }
    }

    #[test]
    fn nothing_shines_through_paper() {
        assert_eq!(on_white([10, 20, 30, 0]), [255; 3]);
        assert_eq!(on_white([10, 20, 30, 255]), [10, 20, 30]);
    }
}
