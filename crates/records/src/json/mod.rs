//! JSON as FHIR needs it: numbers keep their digits (`7.20` is not `7.2`), members keep their
//! order, reading is bounded in depth, size and count, and the position of every value is known so
//! that a resource can be kept byte for byte.

mod read;
mod scan;
mod write;

pub(crate) use read::read;
pub(crate) use scan::{
    Members, Object, elements, members, object, skip_space, skip_value, value_end,
};
pub(crate) use write::LeaveOut;

use thiserror::Error;

/// A text of a record. Most are shorter than 24 bytes and stand in place, without an allocation each.
pub type Str = compact_str::CompactString;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Digits as written.
    Number(Str),
    /// Unescaped.
    String(Str),
    /// In order.
    Array(Vec<Json>),
    /// In order; names are unique.
    Object(Vec<(Str, Json)>),
}

/// Why a text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{kind} at byte {offset}")]
pub struct JsonError {
    /// Where, in bytes from the start.
    pub offset: usize,
    /// What.
    pub kind: JsonErrorKind,
}

/// What keeps a text from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum JsonErrorKind {
    /// Not JSON.
    #[error("not JSON")]
    Syntax,
    /// Ends too early: a truncated file.
    #[error("the text ends too early")]
    Truncated,
    /// Nested deeper than allowed.
    #[error("nested too deeply")]
    TooDeep,
    /// More values than allowed.
    #[error("too many values")]
    TooManyValues,
    /// More elements of one list than allowed.
    #[error("too many elements")]
    TooManyElements,
    /// A string longer than allowed.
    #[error("a text is too long")]
    StringTooLong,
    /// The same name twice in one object: it means two things at once.
    #[error("a name occurs twice")]
    DuplicateName,
}

impl Json {
    /// Reads one JSON value and nothing after it.
    ///
    /// # Errors
    /// What [`JsonErrorKind`] lists.
    pub fn read(bytes: &[u8], limits: &crate::Limits) -> Result<Json, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|error| JsonError {
            offset: error.valid_up_to(),
            kind: JsonErrorKind::Syntax,
        })?;
        read(text, limits)
    }

    /// The member `name` of an object; a `null` counts as absent.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.as_object()?
            .iter()
            .find(|(key, value)| key == name && *value != Json::Null)
            .map(|(_, value)| value)
    }

    /// The member at a path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(self, |value, name| value.get(name))
    }

    /// The text of member `name`.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The digits of member `name`; a number wrongly written as a string is tolerated.
    pub fn digits(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Json::Number(digits) => Some(digits),
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of member `name`; a single value wrongly written without an array is tolerated.
    pub fn items<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Json> {
        match self.get(name) {
            Some(Json::Array(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        }
        .iter()
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Json::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&[(Str, Json)]> {
        match self {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::String(text.into())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::String(text.into())
    }
}
