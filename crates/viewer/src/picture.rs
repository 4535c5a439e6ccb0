//! Pixels of a worker as a PNG made on this side.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};

use crate::message::Pixels;

/// The PNG of sound pixels; `None` if the encoder refuses them.
pub(crate) fn png(pixels: &Pixels) -> Option<Vec<u8>> {
    let colour = match pixels.channels {
        1 => ExtendedColorType::L8,
        3 => ExtendedColorType::Rgb8,
        4 => ExtendedColorType::Rgba8,
        _ => return None,
    };
    let mut png = Vec::with_capacity(pixels.data.len() / 8);
    // What matters is the time until the page is seen; the bytes stay on this computer.
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Sub)
        .write_image(&pixels.data, pixels.width, pixels.height, colour)
        .ok()?;
    Some(png)
}
