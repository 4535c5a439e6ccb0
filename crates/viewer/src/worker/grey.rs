//! Grey pictures of many values: what of them is shown as black, white and between.

use dicom_pixeldata::{DecodedPixelData, PhotometricInterpretation, PixelRepresentation};

use super::dicom::suggested;
use crate::message::{Pixels, Window};

/// A frame in the values of its modality (Hounsfield units for CT).
pub(super) struct Grey {
    width: u32,
    height: u32,
    /// Stored values, 16 bits each; the sign is taken care of.
    stored: Vec<i32>,
    slope: f32,
    intercept: f32,
    /// Least values are white (MONOCHROME1).
    inverted: bool,
    suggested: Option<Window>,
    range: (f32, f32),
}

impl Grey {
    /// `None` if there are fewer bytes than pixels.
    pub(super) fn new(decoded: &DecodedPixelData<'_>) -> Option<Self> {
        let (width, height) = (decoded.columns(), decoded.rows());
        let count = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        let data = decoded.data();
        let bits = u32::from(decoded.bits_stored()).clamp(1, 16);
        let signed = decoded.pixel_representation() == PixelRepresentation::Signed;
        let value = |raw: u16| -> i32 {
            // Bits above those stored may hold overlays.
            let kept = i32::from(raw) & ((1 << bits) - 1);
            if signed && kept >= 1 << (bits - 1) { kept - (1 << bits) } else { kept }
        };
        let stored: Vec<i32> = match decoded.bits_allocated() {
            // One bit a pixel was spread to 0 or 255 when it was decoded.
            1 => data.get(..count)?.iter().map(|&byte| i32::from(byte)).collect(),
            8 => data.get(..count)?.iter().map(|&byte| value(u16::from(byte))).collect(),
            16 => {
                let (pairs, _) = data.get(..count.checked_mul(2)?)?.as_chunks::<2>();
                pairs.iter().map(|&pair| value(u16::from_le_bytes(pair))).collect()
            }
            _ => return None,
        };
        let rescale = decoded.rescale().ok().and_then(|all| all.first().copied());
        #[expect(clippy::cast_possible_truncation, reason = "a factor of grey values")]
        let (slope, intercept) =
            rescale.map_or((1.0, 0.0), |r| (r.slope as f32, r.intercept as f32));
        let sound = slope.is_finite() && slope != 0.0 && intercept.is_finite();
        let (slope, intercept) = if sound { (slope, intercept) } else { (1.0, 0.0) };
        let (least, greatest) = (*stored.iter().min()?, *stored.iter().max()?);
        let mut grey = Self {
            width,
            height,
            stored,
            slope,
            intercept,
            inverted: *decoded.photometric_interpretation()
                == PhotometricInterpretation::Monochrome1,
            suggested: suggested(decoded),
            range: (0.0, 0.0),
        };
        let (one, other) = (grey.modality(least), grey.modality(greatest));
        grey.range = (one.min(other), one.max(other));
        Some(grey)
    }

    #[expect(clippy::cast_precision_loss, reason = "stored values have 16 bits")]
    fn modality(&self, stored: i32) -> f32 {
        stored as f32 * self.slope + self.intercept
    }

    /// Least and greatest value.
    pub(super) fn range(&self) -> (f32, f32) {
        self.range
    }

    /// What the file suggests, else all of it.
    pub(super) fn window(&self) -> Window {
        let (least, greatest) = self.range;
        self.suggested.unwrap_or(Window {
            centre: f32::midpoint(least, greatest),
            width: (greatest - least).max(1.0),
        })
    }

    /// The frame through a window (PS3.3 C.11.2.1.2, linear).
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "brought into 0 to 255 before"
    )]
    pub(super) fn shown(&self, window: Window) -> Pixels {
        let width = window.width.max(1.0);
        let low = window.centre - 0.5 - (width - 1.0) / 2.0;
        let factor = if width > 1.0 { 255.0 / (width - 1.0) } else { f32::MAX };
        let shade = |stored: i32| {
            let shade = ((self.modality(stored) - low) * factor).clamp(0.0, 255.0).round() as u8;
            if self.inverted { 255 - shade } else { shade }
        };
        // 65 536 values at most: each is worked out once.
        let (least, greatest) =
            (self.stored.iter().min().copied(), self.stored.iter().max().copied());
        let least = least.unwrap_or_default();
        let table: Vec<u8> = (least..=greatest.unwrap_or_default()).map(shade).collect();
        let data = self
            .stored
            .iter()
            .map(|&value| {
                let place = usize::try_from(value - least).unwrap_or_default();
                table.get(place).copied().unwrap_or_default()
            })
            .collect();
        Pixels { width: self.width, height: self.height, channels: 1, data }
    }
}
