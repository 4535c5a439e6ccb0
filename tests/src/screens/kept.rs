//! Pictures kept to be compared with later ones, and how two of them differ.
//!
//! They are kept at half their size and in colour. Two machines with the same fonts differ in how they smooth the edges
//! of letters and lines, by a shade or by a pixel, and in nothing else: what is flat has to be the same colour, and an
//! edge has to be where it was. A pixel is explained by what stands around its place in the other picture; many that
//! are not, close together, are a change.

use std::collections::HashMap;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, RgbImage};

use crate::Failure;

/// The kept pictures are so many times smaller.
pub(super) const SCALE: u32 = 2;
/// A channel may differ by this much anywhere.
const SHADE: u8 = 6;
/// Of the difference between the colours that meet at an edge, so much (one part in ...) may be smoothed otherwise.
const SMOOTHED: u8 = 4;
/// What is looked at together, in pixels of the kept picture.
const BLOCK: u32 = 16;
/// So many pixels of a block may be unexplained.
const TOLERATED: u32 = 6;
/// Colours of fewer pixels than these are edges; they are kept in steps, which makes the files small.
const FLAT: u32 = 48;
const STEP: u8 = 8;

/// A part of a picture that has changed, in CSS pixels.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) x: u32,
    pub(super) y: u32,
    /// How many blocks look different.
    pub(super) blocks: usize,
}

/// A screenshot as it is kept. An odd last row or column is left out.
pub(super) fn small(picture: &[u8]) -> Result<RgbImage, Failure> {
    let whole = decoded(picture)?;
    let (width, height) = (whole.width() / SCALE, whole.height() / SCALE);
    let line = whole.width() as usize * 3;
    let from = whole.as_raw();
    let mut into = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height as usize {
        let upper = &from[2 * y * line..][..line];
        let lower = &from[(2 * y + 1) * line..][..line];
        for x in 0..width as usize {
            for channel in 0..3 {
                let at = 6 * x + channel;
                let sum = [upper[at], upper[at + 3], lower[at], lower[at + 3]].map(u16::from);
                let mean = (sum.iter().sum::<u16>() + 2) / 4;
                into.push(u8::try_from(mean).unwrap_or(u8::MAX));
            }
        }
    }
    RgbImage::from_raw(width, height, into)
        .ok_or_else(|| Failure::Story("a picture without its pixels".into()))
}

/// The picture as a file: flat colours as they are, edges in steps.
pub(super) fn file(picture: &RgbImage) -> Result<Vec<u8>, Failure> {
    let mut often: HashMap<[u8; 3], u32> = HashMap::new();
    for pixel in picture.pixels() {
        *often.entry(pixel.0).or_default() += 1;
    }
    let mut reduced = picture.clone();
    for pixel in reduced.pixels_mut() {
        if often[&pixel.0] < FLAT {
            pixel.0 = pixel.0.map(|shade| (shade / STEP * STEP).saturating_add(STEP / 2));
        }
    }
    let mut file = Vec::new();
    let (width, height) = reduced.dimensions();
    PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::NoFilter)
        .write_image(reduced.as_raw(), width, height, ExtendedColorType::Rgb8)
        .map_err(|error| Failure::Story(error.to_string()))?;
    Ok(file)
}

/// A picture from its file.
pub(super) fn decoded(picture: &[u8]) -> Result<RgbImage, Failure> {
    let decoded = image::load_from_memory(picture);
    Ok(decoded.map_err(|error| Failure::Story(error.to_string()))?.into_rgb8())
}

/// Where the part that both pictures have has changed most, if it has.
pub(super) fn difference(known: &RgbImage, seen: &RgbImage) -> Option<Change> {
    let (width, height) = (known.width().min(seen.width()), known.height().min(seen.height()));
    let mut blocks: HashMap<(u32, u32), u32> = HashMap::new();
    for y in 0..height {
        for x in 0..width {
            let (before, now) = (known.get_pixel(x, y).0, seen.get_pixel(x, y).0);
            if alike(before, now) || (explained(now, known, x, y) && explained(before, seen, x, y))
            {
                continue;
            }
            *blocks.entry((x / BLOCK, y / BLOCK)).or_default() += 1;
        }
    }
    blocks.retain(|_, unexplained| *unexplained > TOLERATED);
    // The first of the worst, as it is read.
    let worst =
        blocks.iter().max_by_key(|((x, y), count)| (**count, u32::MAX - y, u32::MAX - x))?;
    let ((x, y), _) = worst;
    Some(Change { x: x * BLOCK * SCALE, y: y * BLOCK * SCALE, blocks: blocks.len() })
}

fn alike(one: [u8; 3], other: [u8; 3]) -> bool {
    (0..3).all(|channel| one[channel].abs_diff(other[channel]) <= SHADE)
}

/// Whether a colour lies between those around its place in the other picture, with some air.
fn explained(colour: [u8; 3], other: &RgbImage, x: u32, y: u32) -> bool {
    let (mut least, mut most) = ([u8::MAX; 3], [u8::MIN; 3]);
    for row in y.saturating_sub(1)..=(y + 1).min(other.height() - 1) {
        for column in x.saturating_sub(1)..=(x + 1).min(other.width() - 1) {
            let near = other.get_pixel(column, row).0;
            for channel in 0..3 {
                least[channel] = least[channel].min(near[channel]);
                most[channel] = most[channel].max(near[channel]);
            }
        }
    }
    (0..3).all(|channel| {
        let air = SHADE + (most[channel] - least[channel]) / SMOOTHED;
        (least[channel].saturating_sub(air)..=most[channel].saturating_add(air))
            .contains(&colour[channel])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: [u8; 3] = [250, 248, 244];
    const INK: [u8; 3] = [30, 28, 26];

    /// A sheet with a button: a filled box with a word in it.
    fn sheet(left: u32, top: u32, fill: [u8; 3]) -> RgbImage {
        RgbImage::from_fn(120, 80, |x, y| {
            let inside = (left..left + 40).contains(&x) && (top..top + 18).contains(&y);
            let stem = (top + 6..top + 12).contains(&y)
                && (left + 8..left + 32).contains(&x)
                && x % 4 == 0;
            image::Rgb(if inside && stem {
                INK
            } else if inside {
                fill
            } else {
                PAPER
            })
        })
    }

    #[test]
    fn another_colour_and_another_place_are_noticed() {
        let known = sheet(20, 20, [20, 110, 105]);
        assert_eq!(difference(&known, &known), None);
        let tinted = difference(&known, &sheet(20, 20, [20, 110, 116])).unwrap();
        assert!((32..=96).contains(&tinted.x) && tinted.y == 32, "{tinted:?}");
        for (left, top) in [(20, 22), (22, 20), (20, 18), (18, 20)] {
            assert!(difference(&known, &sheet(left, top, [20, 110, 105])).is_some());
        }
    }

    #[test]
    fn softer_edges_and_a_shade_are_not() {
        let known = sheet(20, 20, [20, 110, 105]);
        let softer = image::imageops::blur(&known, 0.5);
        assert_eq!(difference(&known, &softer), None);
        assert_eq!(difference(&known, &sheet(20, 20, [22, 112, 107])), None);
        assert_eq!(
            difference(&known, &sheet(21, 20, [20, 110, 105])),
            None,
            "a pixel of the screen or two"
        );
    }

    #[test]
    fn what_is_kept_is_the_same_picture() {
        let known = image::imageops::blur(&sheet(20, 20, [20, 110, 105]), 0.7);
        let kept = decoded(&file(&known).unwrap()).unwrap();
        assert_eq!(difference(&kept, &known), None);
        assert_eq!(
            kept.get_pixel(2, 2),
            known.get_pixel(2, 2),
            "flat colours are kept as they are"
        );
    }
}
