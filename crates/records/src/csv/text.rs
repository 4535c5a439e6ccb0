//! Bytes to cells: encoding, delimiter, quotes.

use std::borrow::Cow;

use super::{MAX_BYTES, MAX_CELL, MAX_COLUMNS, MAX_ROWS};
use crate::parsed::ParseError;

/// Separators that are looked for.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows by which the separator is found.
const LOOKED_AT: usize = 30;

/// A table as text with its separator.
#[derive(Debug)]
pub(super) struct Table {
    text: String,
    pub(super) delimiter: char,
}

impl Table {
    /// Decodes a file.
    pub(super) fn open(bytes: &[u8]) -> Result<Table, ParseError> {
        if bytes.len() > MAX_BYTES {
            return Err(ParseError::TooLarge { bytes: bytes.len(), limit: MAX_BYTES });
        }
        let mut text = decode(bytes)?;
        if text.trim().is_empty() {
            return Err(ParseError::Empty);
        }
        // Excel's word for the separator.
        let told = text.lines().next().and_then(|line| line.trim_end().strip_prefix("sep="));
        let told = told.and_then(|rest| rest.chars().next()).filter(|c| DELIMITERS.contains(c));
        if let Some(delimiter) = told {
            text = text.split_once('\n').map_or_else(String::new, |(_, rest)| rest.to_owned());
            return Ok(Table { text, delimiter });
        }
        let delimiter = delimiter(&text);
        Ok(Table { text, delimiter })
    }

    /// Its rows; empty ones are left out.
    pub(super) fn rows(&self) -> Rows<'_> {
        Rows { rest: &self.text, at: 0, delimiter: self.delimiter, rows: 0 }
    }
}

/// Rows of a table.
pub(super) struct Rows<'a> {
    rest: &'a str,
    at: usize,
    delimiter: char,
    rows: usize,
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Vec<Cow<'a, str>>, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let row = match self.row() {
                Ok(row) => row,
                Err(error) => {
                    self.rest = "";
                    return Some(Err(error));
                }
            };
            if row.iter().any(|cell| !cell.is_empty()) {
                self.rows += 1;
                if self.rows > MAX_ROWS {
                    self.rest = "";
                    return Some(Err(ParseError::TooManyResources { limit: MAX_ROWS }));
                }
                return Some(Ok(row));
            }
        }
    }
}

impl<'a> Rows<'a> {
    fn row(&mut self) -> Result<Vec<Cow<'a, str>>, ParseError> {
        let mut cells = Vec::new();
        loop {
            if cells.len() >= MAX_COLUMNS {
                return Err(ParseError::TooManyValues { offset: self.at });
            }
            let cell = self.cell()?;
            cells.push(cell);
            let Some(next) = self.rest.chars().next() else { return Ok(cells) };
            self.advance(next.len_utf8());
            if next == self.delimiter {
                continue;
            }
            if next == '\r' && self.rest.starts_with('\n') {
                self.advance(1);
            }
            return Ok(cells);
        }
    }

    /// One cell; stops in front of a separator or the end of the line.
    fn cell(&mut self) -> Result<Cow<'a, str>, ParseError> {
        let offset = self.at;
        let delimiter = self.delimiter;
        let ends = move |c: char| c == delimiter || c == '\n' || c == '\r';
        if !self.rest.starts_with('"') {
            let end = self.rest.find(ends).unwrap_or(self.rest.len());
            let cell = self.rest.get(..end).unwrap_or_default();
            self.advance(end);
            return bounded(Cow::Borrowed(cell.trim()), offset);
        }
        let mut text = String::new();
        self.advance(1);
        loop {
            let Some((inside, after)) = self.rest.split_once('"') else {
                return Err(ParseError::Truncated { offset });
            };
            if text.len() + inside.len() > MAX_CELL * 4 {
                return Err(ParseError::StringTooLong { offset });
            }
            text.push_str(inside);
            self.at += inside.len() + 1;
            self.rest = after;
            if !self.rest.starts_with('"') {
                break;
            }
            text.push('"');
            self.advance(1);
        }
        // What stands between the quote and the separator belongs to the cell, as spreadsheets do.
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        text.push_str(self.rest.get(..end).unwrap_or_default());
        self.advance(end);
        bounded(Cow::Owned(text.trim().to_owned()), offset)
    }

    fn advance(&mut self, many: usize) {
        self.rest = self.rest.get(many..).unwrap_or_default();
        self.at += many;
    }
}

fn bounded(cell: Cow<'_, str>, offset: usize) -> Result<Cow<'_, str>, ParseError> {
    if cell.len() > MAX_CELL * 4 {
        return Err(ParseError::StringTooLong { offset });
    }
    Ok(cell)
}

/// The separator that gives the most columns in the most rows alike.
fn delimiter(text: &str) -> char {
    let score = |delimiter: char| {
        let rows = Rows { rest: text, at: 0, delimiter, rows: 0 };
        let widths: Vec<usize> =
            rows.take(LOOKED_AT).map_while(Result::ok).map(|row| row.len()).collect();
        let first = widths.first().copied().unwrap_or(1);
        let alike = widths.iter().filter(|width| **width == first).count();
        // One column in every row is no table.
        if first < 2 { (0, 0) } else { (alike * 100 / widths.len().max(1), first) }
    };
    // Of several alike the first of the list.
    let mut best = (',', (0, 0));
    for delimiter in DELIMITERS {
        let scored = score(delimiter);
        if scored > best.1 {
            best = (delimiter, scored);
        }
    }
    best.0
}

/// UTF-8, UTF-16 by its mark or its zero bytes, else Windows-1252.
fn decode(bytes: &[u8]) -> Result<String, ParseError> {
    let wide = |bytes: &[u8], big: bool| {
        let units = bytes.chunks_exact(2).map(|pair| match pair {
            [a, b] if big => u16::from_be_bytes([*a, *b]),
            [a, b] => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect::<String>()
    };
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, false),
        [0xfe, 0xff, rest @ ..] => wide(rest, true),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => wide(bytes, false),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => wide(bytes, true),
        _ => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => text.to_owned(),
                Err(_) => bytes.iter().map(|byte| windows(*byte)).collect(),
            }
        }
    };
    // A table has no such characters: this is another kind of file.
    match text.find('\0') {
        Some(offset) => Err(ParseError::NotText { offset }),
        None => Ok(text),
    }
}

/// A character of Windows-1252; the five it does not define are the control characters there.
fn windows(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{fffd}'),
        _ => char::from(byte),
    }
}
