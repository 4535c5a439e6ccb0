//! PDF pages. The reader knows neither scripts nor actions, links, embedded files or network: there
//! is nothing in it that could do what such a document asks.

use std::io;

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, SoftMask, TransformExt as _, interpret_page,
};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{Affine, BezPath, Point, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::text::{Glyph, Text};
use super::{Pages, dates};
use crate::message::{
    Info, MAX_PAGES, MAX_PIXELS, MAX_PLACES, MAX_SIDE, MAX_WORDS, PageSize, PageText, Pixels,
    Place, Refusal, View,
};

/// Pages whose text is kept for a further search.
const KEPT: usize = 300;

/// Reads a document and hands it on.
pub(super) fn read(
    bytes: Vec<u8>,
    then: impl FnOnce(&mut dyn Pages) -> Result<io::Result<()>, Refusal>,
) -> Result<io::Result<()>, Refusal> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => Refusal::Unsupported,
        LoadPdfError::Decryption(_) => Refusal::Encrypted,
        LoadPdfError::Invalid => Refusal::Damaged,
    })?;
    let info = info(&pdf)?;
    let mut document = Document {
        pdf: &pdf,
        info,
        drawn: RenderCache::new(),
        read: InterpreterCache::new(),
        settings: InterpreterSettings::default(),
        texts: Vec::new(),
    };
    then(&mut document)
}

fn info(pdf: &Pdf) -> Result<Info, Refusal> {
    let pages = pdf.pages();
    let sizes: Vec<PageSize> = pages.iter().take(MAX_PAGES as usize).map(size).collect();
    if sizes.is_empty() {
        return Err(Refusal::Damaged);
    }
    Ok(Info {
        pages: sizes,
        total: u32::try_from(pages.len()).unwrap_or(u32::MAX),
        created: pdf.metadata().creation_date.as_ref().and_then(dates::of_pdf),
        modality: None,
        description: None,
        window: None,
        range: None,
    })
}

/// The size as it is shown, kept between a tenth of an inch and thirty metres.
fn size(page: &Page<'_>) -> PageSize {
    let (width, height) = page.render_dimensions();
    let side = |side: f32| if side.is_finite() { side.clamp(7.2, 85_000.0) } else { 612.0 };
    PageSize { width: side(width), height: side(height) }
}

struct Document<'a> {
    pdf: &'a Pdf,
    info: Info,
    drawn: RenderCache<'a>,
    read: InterpreterCache<'a>,
    settings: InterpreterSettings,
    texts: Vec<(u32, Text)>,
}

impl<'a> Document<'a> {
    fn at(&self, page: u32) -> Result<&'a Page<'a>, Refusal> {
        if page >= MAX_PAGES {
            return Err(Refusal::NoSuchPage);
        }
        self.pdf.pages().get(page as usize).ok_or(Refusal::NoSuchPage)
    }

    /// The text of a page, from the pages read before if it is one of them.
    fn text_of(&mut self, number: u32) -> Result<&Text, Refusal> {
        let place = match self.texts.iter().position(|(known, _)| *known == number) {
            Some(place) => place,
            None => {
                let page = self.at(number)?;
                let mut reader = GlyphReader { text: Text::new(size(page)) };
                let (width, height) = page.render_dimensions();
                let target = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
                let transform = page.initial_transform(true).to_kurbo();
                let mut context =
                    Context::new(transform, target, &self.read, page.xref(), self.settings.clone());
                interpret_page(page, &mut context, &mut reader);
                if self.texts.len() >= KEPT {
                    self.texts.remove(0);
                }
                self.texts.push((number, reader.text));
                self.texts.len() - 1
            }
        };
        self.texts.get(place).map(|(_, text)| text).ok_or(Refusal::Damaged)
    }

    fn count(&self) -> u32 {
        self.info.total.min(MAX_PAGES)
    }
}

impl Pages for Document<'_> {
    fn info(&self) -> &Info {
        &self.info
    }

    fn page(&mut self, view: View) -> Result<Pixels, Refusal> {
        let page = self.at(view.page)?;
        let scale = scale(size(page), view.width);
        let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
        let drawn =
            hayro::render(page, &self.drawn, &self.settings, &RenderSettings::default(), &settings);
        let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
        Ok(Pixels { width, height, ..opaque(drawn.data_as_u8_slice()) })
    }

    fn text(&mut self, page: u32) -> Result<PageText, Refusal> {
        Ok(self.text_of(page)?.lines())
    }

    fn find(&mut self, words: &str) -> Vec<Place> {
        let mut places = Vec::new();
        for number in 0..self.count() {
            let Ok(text) = self.text_of(number) else { continue };
            text.find(number, words, &mut places);
            if places.len() >= MAX_PLACES {
                break;
            }
        }
        places
    }

    fn words(&mut self) -> String {
        let mut words = String::new();
        for number in 0..self.count() {
            let Ok(text) = self.text_of(number) else { continue };
            text.append_words(&mut words);
            words.push('\n');
            if words.len() >= MAX_WORDS {
                break;
            }
        }
        words
    }
}

/// Pixels a point, within the bounds of a picture.
fn scale(size: PageSize, wanted: u32) -> f32 {
    let (width, height) = (size.width, size.height);
    let by_width = wanted.clamp(16, MAX_SIDE) as f32 / width;
    let by_side = MAX_SIDE as f32 / width.max(height);
    #[expect(clippy::cast_precision_loss, reason = "a bound, not a count")]
    let by_pixels = (MAX_PIXELS as f32 * 0.98 / (width * height)).sqrt();
    // A page of one point by a kilometre still is a pixel wide.
    by_width.min(by_side).min(by_pixels).max(1.5 / width.min(height))
}

/// Red, green and blue of pixels on white; one byte each where nothing is coloured.
fn opaque(rgba: &[u8]) -> Pixels {
    let (pixels, _) = rgba.as_chunks::<4>();
    let grey = pixels.iter().all(|[r, g, b, _]| r == g && g == b);
    let data = if grey {
        pixels.iter().map(|[r, ..]| *r).collect()
    } else {
        pixels.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect()
    };
    Pixels { width: 0, height: 0, channels: if grey { 1 } else { 3 }, data }
}

/// A device that takes the text and draws nothing.
struct GlyphReader {
    text: Text,
}

impl<'a> Device<'a> for GlyphReader {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    /// Invisible text counts: it is the text layer of a scan.
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        use hayro::hayro_interpret::font::Glyph as Drawn;
        use hayro::hayro_interpret::hayro_cmap::BfString;

        for positioned in run.glyphs() {
            let advance = match &**positioned {
                Drawn::Outline(glyph) => glyph.advance_width(),
                Drawn::Type3(glyph) => glyph.advance_width(),
            };
            let place = props.transform * positioned.transform();
            let start = place * Point::ZERO;
            let end = place * Point::new(f64::from(advance.unwrap_or(500.0)), 0.0);
            let mut one = [0; 4];
            let text = positioned.as_unicode();
            let text = match &text {
                Some(BfString::Char(c)) => &*c.encode_utf8(&mut one),
                Some(BfString::String(text)) => text.as_str(),
                None => "",
            };
            self.text.add(&Glyph { text, start, end, size: height_of(place) });
        }
    }
}

/// The height of an em, in points.
fn height_of(place: Affine) -> f64 {
    let [_, _, c, d, _, _] = place.as_coeffs();
    1000.0 * c.hypot(d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_asks_for_more_pixels_than_allowed() {
        for (width, height) in
            [(612.0, 792.0), (7.2, 85_000.0), (85_000.0, 7.2), (85_000.0, 85_000.0), (7.2, 7.2)]
        {
            for wanted in [0, 900, 3_600, u32::MAX] {
                let scale = scale(PageSize { width, height }, wanted);
                let (w, h) = ((width * scale).floor(), (height * scale).floor());
                assert!(w >= 1.0 && h >= 1.0, "{width}x{height} at {wanted}");
                assert!(w * h <= MAX_PIXELS as f32, "{width}x{height} at {wanted}");
                assert!(w <= 65_535.0 && h <= 65_535.0, "{width}x{height} at {wanted}");
            }
        }
    }
}
