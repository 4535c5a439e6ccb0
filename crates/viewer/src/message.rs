//! What app and worker say to each other. Both sides take the other's words apart within bounds:
//! the worker may have been taken over by the document it reads.

mod codec;

pub(crate) use codec::{Malformed, is_plain};
use codec::{Reader, Writer};

/// Largest document, in bytes: an attachment of a record is at most 48 MiB of base64.
pub const MAX_DOCUMENT: usize = 36 << 20;
/// Most pixels of one picture.
pub const MAX_PIXELS: u64 = 24_000_000;
/// Bytes of the largest picture, with transparency.
const MAX_PIXEL_BYTES: usize = 96_000_000;
/// Most text that is taken out of a document for search, in bytes.
pub const MAX_WORDS: usize = 1 << 20;
/// Pages that are looked at.
pub(crate) const MAX_PAGES: u32 = 5_000;
/// Longest side of a picture, in pixels.
pub(crate) const MAX_SIDE: u32 = 12_000;
/// Lines of one page.
const MAX_LINES: usize = 4_000;
/// Bytes of one line.
const MAX_LINE: usize = 4_000;
/// Places of one search.
pub(crate) const MAX_PLACES: usize = 500;
/// Marks of one place.
const MAX_MARKS: usize = 8;
/// Bytes of what is searched for.
pub(crate) const MAX_SOUGHT: usize = 400;

/// What a document is, as its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// PDF.
    Pdf,
    /// JPEG, PNG or TIFF.
    Picture,
    /// A DICOM file.
    Dicom,
}

/// Grey values shown from black to white: `centre ± width / 2`, in the units of the picture
/// (Hounsfield units for CT).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Middle.
    pub centre: f32,
    /// Width, more than 0.
    pub width: f32,
}

/// Size of a page: points (1/72 inch) of a PDF, pixels of a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PageSize {
    /// Width, as it is shown.
    pub width: f32,
    /// Height, as it is shown.
    pub height: f32,
}

/// What a document is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// Every page with its size, the first 5 000.
    pub pages: Vec<PageSize>,
    /// Pages in all.
    pub total: u32,
    /// When it was made, as a FHIR date or date and time, if it says so credibly.
    pub created: Option<String>,
    /// DICOM modality code (`CT`, `MR`, …).
    pub modality: Option<String>,
    /// What the study or series is called (DICOM).
    pub description: Option<String>,
    /// The window the picture suggests or that shows all of it (grey DICOM pictures).
    pub window: Option<Window>,
    /// Least and greatest value of the first frame (grey DICOM pictures).
    pub range: Option<(f32, f32)>,
}

/// How a page is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Page, from 0.
    pub page: u32,
    /// Width in pixels; the worker may give less to stay within its bounds.
    pub width: u32,
    /// Grey values shown; `None`: as the document suggests.
    pub window: Option<Window>,
}

/// A place on a page, in parts of its width and height (0 to 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// A line of text with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    /// The words.
    pub text: String,
    /// Where they stand.
    pub mark: Mark,
}

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageText {
    /// Its lines in the order of the document.
    pub lines: Vec<TextLine>,
    /// True if there is more than is given.
    pub cut: bool,
}

/// A place where the words sought were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Page, from 0.
    pub page: u32,
    /// Words before.
    pub before: String,
    /// The words found, as written.
    pub found: String,
    /// Words after.
    pub after: String,
    /// Where it stands.
    pub marks: Vec<Mark>,
}

/// Why a document, or a page of it, is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It needs a password.
    Encrypted,
    /// It cannot be read.
    Damaged,
    /// It needs more memory or time than is given to it.
    TooLarge,
    /// It is of a kind that cannot be shown.
    Unsupported,
    /// There is no such page.
    NoSuchPage,
    /// The worker could not be confined, so it did not look at the document.
    Unconfined,
}

impl Refusal {
    const ALL: [Refusal; 6] = [
        Refusal::Encrypted,
        Refusal::Damaged,
        Refusal::TooLarge,
        Refusal::Unsupported,
        Refusal::NoSuchPage,
        Refusal::Unconfined,
    ];

    /// Stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Refusal::Encrypted => "encrypted",
            Refusal::Damaged => "damaged",
            Refusal::TooLarge => "tooLarge",
            Refusal::Unsupported => "unsupported",
            Refusal::NoSuchPage => "noSuchPage",
            Refusal::Unconfined => "unconfined",
        }
    }
}

/// Pixels of a page, row by row.
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1 (grey), 3 (red, green, blue) or 4 (with transparency) bytes a pixel.
    pub(crate) channels: u8,
    pub(crate) data: Vec<u8>,
}

impl Pixels {
    /// Whether there are as many bytes as pixels, and no more than allowed.
    pub(crate) fn is_sound(&self) -> bool {
        let pixels = u64::from(self.width) * u64::from(self.height);
        pixels > 0
            && pixels <= MAX_PIXELS
            && matches!(self.channels, 1 | 3 | 4)
            && self.data.len() as u64 == pixels * u64::from(self.channels)
    }
}

/// What the app asks a worker.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Question {
    /// Read this document. The first question, once.
    Open(Kind, Vec<u8>),
    /// Draw a page.
    Page(View),
    /// The text of a page.
    Text(u32),
    /// Where these words stand.
    Find(String),
    /// All text, up to [`MAX_WORDS`].
    Words,
}

/// What a worker answers.
pub(crate) enum Answer {
    Opened(Info),
    Pixels(Pixels),
    Text(PageText),
    Places(Vec<Place>),
    Words(String),
    Refused(Refusal),
}

/// Longest body of a question of this kind.
pub(crate) fn question_limit(kind: u8) -> Option<usize> {
    match kind {
        1 => Some(MAX_DOCUMENT + 1),
        2..=5 => Some(MAX_SOUGHT + 64),
        _ => None,
    }
}

/// Longest body of an answer of this kind.
pub(crate) fn answer_limit(kind: u8) -> Option<usize> {
    match kind {
        1 => Some(MAX_PAGES as usize * 8 + 4_096),
        2 => Some(MAX_PIXEL_BYTES + 16),
        3 => Some(MAX_LINES * 64 + 2 * MAX_WORDS),
        4 => Some(MAX_PLACES * 2_048),
        5 => Some(MAX_WORDS + 16),
        6 => Some(1),
        _ => None,
    }
}

impl Question {
    /// Kind and body; the document itself is not copied.
    pub(crate) fn head(kind: Kind) -> (u8, [u8; 1]) {
        let kind = match kind {
            Kind::Pdf => 0,
            Kind::Picture => 1,
            Kind::Dicom => 2,
        };
        (1, [kind])
    }

    /// The frame of every question but [`Question::Open`].
    pub(crate) fn to_frame(&self) -> (u8, Vec<u8>) {
        let mut out = Writer::default();
        let kind = match self {
            Question::Open(kind, bytes) => {
                let (number, head) = Self::head(*kind);
                out.bytes(&head);
                out.bytes(bytes);
                number
            }
            Question::Page(view) => {
                out.u32(view.page);
                out.u32(view.width);
                out.window(view.window);
                2
            }
            Question::Text(page) => {
                out.u32(*page);
                3
            }
            Question::Find(words) => {
                out.text(words);
                4
            }
            Question::Words => 5,
        };
        (kind, out.finish())
    }

    /// Reads a question.
    pub(crate) fn from_frame(kind: u8, mut body: Vec<u8>) -> Result<Self, Malformed> {
        if kind == 1 {
            let what = match body.first() {
                Some(0) => Kind::Pdf,
                Some(1) => Kind::Picture,
                Some(2) => Kind::Dicom,
                _ => return Err(Malformed),
            };
            body.remove(0);
            return Ok(Question::Open(what, body));
        }
        let mut input = Reader::new(&body);
        let question = match kind {
            2 => Question::Page(View {
                page: input.u32()?,
                width: input.u32()?,
                window: input.window()?,
            }),
            3 => Question::Text(input.u32()?),
            4 => Question::Find(input.text(MAX_SOUGHT)?),
            5 => Question::Words,
            _ => return Err(Malformed),
        };
        input.finish()?;
        Ok(question)
    }
}

impl Answer {
    /// The frame.
    pub(crate) fn to_frame(&self) -> (u8, Vec<u8>) {
        let mut out = Writer::default();
        let kind = match self {
            Answer::Opened(info) => {
                out.u32(info.total);
                out.list(&info.pages, MAX_PAGES as usize, |out, page| {
                    out.f32(page.width);
                    out.f32(page.height);
                });
                for text in [&info.created, &info.modality, &info.description] {
                    out.text(text.as_deref().unwrap_or_default());
                }
                out.window(info.window);
                let (least, greatest) = info.range.unwrap_or((f32::NAN, f32::NAN));
                out.f32(least);
                out.f32(greatest);
                1
            }
            Answer::Pixels(pixels) => {
                out.u32(pixels.width);
                out.u32(pixels.height);
                out.bytes(&[pixels.channels]);
                out.bytes(&pixels.data);
                2
            }
            Answer::Text(text) => {
                out.bytes(&[u8::from(text.cut)]);
                out.list(&text.lines, MAX_LINES, |out, line| {
                    out.text(codec::shorten(&line.text, MAX_LINE));
                    out.mark(line.mark);
                });
                3
            }
            Answer::Places(places) => {
                out.list(places, MAX_PLACES, |out, place| {
                    out.u32(place.page);
                    for text in [&place.before, &place.found, &place.after] {
                        out.text(codec::shorten(text, MAX_SOUGHT * 3));
                    }
                    out.list(&place.marks, MAX_MARKS, |out, mark| out.mark(*mark));
                });
                4
            }
            Answer::Words(words) => {
                out.text(codec::shorten(words, MAX_WORDS));
                5
            }
            Answer::Refused(refusal) => {
                let number = Refusal::ALL.iter().position(|each| each == refusal).unwrap_or(1);
                out.bytes(&[u8::try_from(number).unwrap_or(1)]);
                6
            }
        };
        (kind, out.finish())
    }

    /// Reads an answer; texts are freed of control characters.
    pub(crate) fn from_frame(kind: u8, mut body: Vec<u8>) -> Result<Self, Malformed> {
        if kind == 2 {
            let mut head = Reader::new(body.get(..9).ok_or(Malformed)?);
            let (width, height) = (head.u32()?, head.u32()?);
            let channels = head.u8()?;
            body.drain(..9);
            let pixels = Pixels { width, height, channels, data: body };
            return if pixels.is_sound() { Ok(Answer::Pixels(pixels)) } else { Err(Malformed) };
        }
        let mut input = Reader::new(&body);
        let answer = match kind {
            1 => Answer::Opened(info(&mut input)?),
            3 => Answer::Text(PageText {
                cut: input.u8()? != 0,
                lines: input.list(MAX_LINES, |input| {
                    Ok(TextLine { text: input.text(MAX_LINE)?, mark: input.mark()? })
                })?,
            }),
            4 => Answer::Places(input.list(MAX_PLACES, |input| {
                Ok(Place {
                    page: input.u32()?,
                    before: input.text(MAX_SOUGHT * 3)?,
                    found: input.text(MAX_SOUGHT * 3)?,
                    after: input.text(MAX_SOUGHT * 3)?,
                    marks: input.list(MAX_MARKS, Reader::mark)?,
                })
            })?),
            5 => Answer::Words(input.text(MAX_WORDS)?),
            6 => {
                let number = usize::from(input.u8()?);
                Answer::Refused(*Refusal::ALL.get(number).ok_or(Malformed)?)
            }
            _ => return Err(Malformed),
        };
        input.finish()?;
        Ok(answer)
    }
}

fn info(input: &mut Reader<'_>) -> Result<Info, Malformed> {
    let total = input.u32()?;
    let pages = input.list(MAX_PAGES as usize, |input| {
        let (width, height) = (input.f32()?, input.f32()?);
        let sound = |side: f32| side.is_finite() && (0.01..=1.0e6).contains(&side);
        if sound(width) && sound(height) { Ok(PageSize { width, height }) } else { Err(Malformed) }
    })?;
    let mut text = || input.text(300).map(|text| (!text.is_empty()).then_some(text));
    let (created, modality, description) = (text()?, text()?, text()?);
    let window = input.window()?;
    let (least, greatest) = (input.f32()?, input.f32()?);
    let range = (least.is_finite() && greatest.is_finite()).then_some((least, greatest));
    Ok(Info { pages, total, created, modality, description, window, range })
}

#[cfg(test)]
mod tests;
