//! Rows out of single leaf pages of SQLite's b-trees, without the pages above them.
//! (<https://www.sqlite.org/fileformat2.html#b_tree_pages>)

use keyward_app::ports::vault::Collection;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::page::USABLE;
use crate::db;

const TABLE_LEAF: u8 = 13;
/// Where the b-tree header of the first page begins.
const FILE_HEADER: usize = 100;
/// A row may not be longer: nothing the app stores is.
const LONGEST: usize = 1 << 30;

/// A row of a table that holds what nothing else can replace.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) enum Found {
    /// A medical record.
    Record {
        id: Vec<u8>,
        category: String,
        resource_type: String,
        date: Option<String>,
        title: String,
        fingerprint: Vec<u8>,
        source: String,
        packing: i64,
        body: Vec<u8>,
    },
    /// An entry of a collection.
    Item { collection: String, id: String, body: Vec<u8> },
}

/// What a row is.
pub(super) enum Row {
    Ours(Found),
    /// Of a table that is made anew.
    MadeAnew,
    /// One of ours whose content this app cannot have written.
    Broken,
}

/// A cell of a leaf page: what of its row stands on the page, and where the rest is.
pub(super) struct Cell {
    pub(super) local: Vec<u8>,
    pub(super) length: usize,
    /// First page of the rest; 0 if there is none.
    pub(super) overflow: u32,
}

/// The cells of a leaf page of a table; `None` if it is another kind of page. A cell that makes no
/// sense is `None` in its place.
pub(super) fn cells(number: u32, page: &[u8]) -> Option<Vec<Option<Cell>>> {
    let at = if number == 1 { FILE_HEADER } else { 0 };
    if *page.get(at)? != TABLE_LEAF {
        return None;
    }
    let count = usize::from(short(page, at + 3)?);
    let cell = |n: usize| cell(page, usize::from(short(page, at + 8 + 2 * n)?));
    Some((0..count).map(cell).collect())
}

fn cell(page: &[u8], at: usize) -> Option<Cell> {
    let (length, after) = varint(page, at)?;
    let (_row, from) = varint(page, after)?;
    let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST)?;
    let most = USABLE - 35;
    let here = if length <= most {
        length
    } else {
        let least = (USABLE - 12) * 32 / 255 - 23;
        let kept = least + (length - least) % (USABLE - 4);
        if kept <= most { kept } else { least }
    };
    let local = page.get(from..from + here)?.to_vec();
    let overflow = if here == length { 0 } else { long(page, from + here)? };
    Some(Cell { local, length, overflow })
}

/// One page of the rest of a row: the next page, and the bytes.
pub(super) fn overflow(page: &[u8]) -> Option<(u32, &[u8])> {
    Some((long(page, 0)?, page.get(4..USABLE)?))
}

/// Which of our rows this is.
pub(super) fn row(payload: &[u8]) -> Row {
    let Some(values) = values(payload) else { return Row::Broken };
    let found = match &values[..] {
        [Value::Blob(id), rest @ ..] if id.len() == 16 => record(id, rest),
        [Value::Text(collection), Value::Text(id), Value::Blob(body)] => item(collection, id, body),
        _ => return Row::MadeAnew,
    };
    found.map_or(Row::Broken, Row::Ours)
}

/// A record in the shape of any schema: up to 2 the title stood there once more, folded; from 3 on it says how the body
/// is packed.
fn record(id: &[u8], rest: &[Value<'_>]) -> Option<Found> {
    let [Value::Text(category), Value::Text(resource_type), date, Value::Text(title), rest @ ..] =
        rest
    else {
        return None;
    };
    let date = match date {
        Value::Text(date) => Some(text(date)?),
        Value::Null => None,
        _ => return None,
    };
    let (fingerprint, source, body, packing) = match rest {
        [Value::Text(_), Value::Blob(fingerprint), Value::Text(source), Value::Blob(body)] => {
            (fingerprint, source, body, 0)
        }
        [
            Value::Blob(fingerprint),
            Value::Text(source),
            Value::Blob(body),
            Value::Number(packing),
        ] => (fingerprint, source, body, *packing),
        _ => return None,
    };
    let whole = fingerprint.len() == 32 && db::unpack(packing, body.to_vec()).is_some();
    whole.then_some(())?;
    Some(Found::Record {
        id: id.to_vec(),
        category: text(category)?,
        resource_type: text(resource_type)?,
        date,
        title: text(title)?,
        fingerprint: fingerprint.to_vec(),
        source: text(source)?,
        packing,
        body: body.to_vec(),
    })
}

fn item(collection: &[u8], id: &[u8], body: &[u8]) -> Option<Found> {
    let collection = text(collection)?;
    let known = Collection::ALL.iter().any(|known| known.as_str() == collection);
    known.then_some(())?;
    Some(Found::Item { collection, id: text(id)?, body: body.to_vec() })
}

enum Value<'a> {
    Null,
    Number(i64),
    Real,
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

fn values(payload: &[u8]) -> Option<Vec<Value<'_>>> {
    let (header, mut at) = varint(payload, 0)?;
    let header = usize::try_from(header).ok().filter(|header| *header <= payload.len())?;
    let (mut values, mut from) = (Vec::new(), header);
    while at < header {
        let (kind, next) = varint(payload, at)?;
        at = next;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let bytes = payload.get(from..from.checked_add(length)?)?;
        from += length;
        values.push(match kind {
            0 => Value::Null,
            7 => Value::Real,
            1..=9 => Value::Number(number(kind, bytes)),
            even if even % 2 == 0 => Value::Blob(bytes),
            _ => Value::Text(bytes),
        });
    }
    (from == payload.len()).then_some(values)
}

/// A whole number, as many bytes as it has, the first with the sign.
fn number(kind: u64, bytes: &[u8]) -> i64 {
    let sign = bytes.first().map_or(0, |first| if first & 0x80 == 0 { 0 } else { -1 });
    match kind {
        8 => 0,
        9 => 1,
        _ => bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte)),
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// A number of SQLite's variable length, and where the next byte is.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for n in 0..9 {
        let byte = *bytes.get(at + n)?;
        if n == 8 {
            return Some((value << 8 | u64::from(byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + n + 1));
        }
    }
    None
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}
