//! Numbers, texts and lists in a body. Lengths are bounded before anything is allocated.

use super::{Mark, Window};

/// The other side does not keep to the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn u32(&mut self, number: u32) {
        self.bytes(&number.to_be_bytes());
    }

    pub(super) fn f32(&mut self, number: f32) {
        self.bytes(&number.to_be_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.u32(u32::try_from(text.len()).unwrap_or(u32::MAX));
        self.bytes(text.as_bytes());
    }

    /// No window is a width of 0.
    pub(super) fn window(&mut self, window: Option<Window>) {
        let window = window.unwrap_or(Window { centre: 0.0, width: 0.0 });
        self.f32(window.centre);
        self.f32(window.width);
    }

    pub(super) fn mark(&mut self, mark: Mark) {
        [mark.x, mark.y, mark.width, mark.height].into_iter().for_each(|side| self.f32(side));
    }

    pub(super) fn list<T>(&mut self, items: &[T], most: usize, each: impl Fn(&mut Self, &T)) {
        let items = items.get(..most).unwrap_or(items);
        self.u32(u32::try_from(items.len()).unwrap_or(u32::MAX));
        items.iter().for_each(|item| each(self, item));
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// The longest beginning of `text` of at most `most` bytes.
pub(super) fn shorten(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn four(&mut self) -> Result<[u8; 4], Malformed> {
        self.take(4)?.try_into().map_err(|_| Malformed)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        self.take(1)?.first().copied().ok_or(Malformed)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_be_bytes(self.four()?))
    }

    pub(super) fn f32(&mut self) -> Result<f32, Malformed> {
        Ok(f32::from_be_bytes(self.four()?))
    }

    /// Without control characters (but line ends) and without signs that turn the direction of text.
    pub(super) fn text(&mut self, most: usize) -> Result<String, Malformed> {
        let length = self.u32()? as usize;
        if length > most {
            return Err(Malformed);
        }
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| Malformed)?;
        Ok(text.chars().filter(|&c| c == '\n' || is_plain(c)).collect())
    }

    pub(super) fn window(&mut self) -> Result<Option<Window>, Malformed> {
        let (centre, width) = (self.f32()?, self.f32()?);
        let sound = centre.is_finite() && width.is_finite() && width > 0.0;
        Ok(sound.then_some(Window { centre, width }))
    }

    /// Brought into the page, whatever it said.
    pub(super) fn mark(&mut self) -> Result<Mark, Malformed> {
        let mut side =
            || self.f32().map(|side| if side.is_finite() { side.clamp(0.0, 1.0) } else { 0.0 });
        Ok(Mark { x: side()?, y: side()?, width: side()?, height: side()? })
    }

    pub(super) fn list<T>(
        &mut self,
        most: usize,
        each: impl Fn(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.u32()? as usize;
        if count > most {
            return Err(Malformed);
        }
        (0..count).map(|_| each(self)).collect()
    }

    pub(super) fn finish(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

/// Neither a control character nor one that only changes how others are shown.
pub(crate) fn is_plain(c: char) -> bool {
    let hidden = matches!(c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !hidden
}
