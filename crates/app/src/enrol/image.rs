//! An invitation's QR code out of a picture: a screenshot, a photograph, the clipboard.

use std::io::Cursor;

use image::{GrayImage, ImageFormat, ImageReader, Limits, imageops::FilterType};

use crate::error::{AppError, ErrorCode};

/// Largest file looked at.
const MAX_BYTES: usize = 20 * 1024 * 1024;
/// Largest side of a picture that is decoded at all.
const MAX_SIDE: u32 = 12_000;
/// Memory decoding may take.
const MAX_ALLOC: u64 = 512 * 1024 * 1024;
/// Pictures are looked at in these sizes, one after the other: that bounds the time. A code that a smaller
/// size blurs is found in the larger one, and noise of the larger one is gone in the smallest.
const SIDES: [u32; 3] = [1_600, 3_200, 800];

/// The text of the first QR code in a PNG or JPEG.
///
/// # Errors
/// [`ErrorCode::ImageWithoutInvitation`] for everything in which no code is found, whatever the reason.
pub fn text_from_image(bytes: &[u8]) -> Result<String, AppError> {
    decode(bytes).ok_or_else(|| ErrorCode::ImageWithoutInvitation.into())
}

fn decode(bytes: &[u8]) -> Option<String> {
    if bytes.len() > MAX_BYTES {
        return None;
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if !matches!(reader.format()?, ImageFormat::Png | ImageFormat::Jpeg) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let longest = picture.width().max(picture.height());
    SIDES.iter().find_map(|&side| {
        if longest > side {
            code_in(&picture.resize(side, side, FilterType::Triangle).to_luma8())
        } else {
            code_in(&picture.to_luma8())
        }
    })
}

/// The text of the first code in a grey picture.
fn code_in(grey: &GrayImage) -> Option<String> {
    let (width, height) = (grey.width() as usize, grey.height() as usize);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        grey.as_raw().get(y * width + x).copied().unwrap_or(u8::MAX)
    });
    prepared.detect_grids().into_iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}
