//! JSON without what is empty: a line is stored, sent and read a hundred thousand times, and a quarter of its text said
//! only that something is not there.
//!
//! Left out are members that are `null` or an empty list, and counts (`u32`) of the outermost object that are zero.
//! Whoever reads it knows what its members are and takes what is missing as that: here serde, in a window
//! `backend/whole.ts`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

/// The lean JSON of a value; `length` is about how long it will be, in bytes.
///
/// # Errors
/// If the value has a form that JSON has not.
pub fn json(value: &impl Serialize, length: usize) -> serde_json::Result<String> {
    let mut text = Vec::with_capacity(length);
    value.serialize(&mut Serializer::with_formatter(&mut text, Lean::default()))?;
    String::from_utf8(text).map_err(|error| serde::ser::Error::custom(error.utf8_error()))
}

/// Holds the name of a member back until its value is known.
#[derive(Default)]
struct Lean {
    /// The name, with its quotation marks; a list that was begun after it stands there, too.
    held: Vec<u8>,
    state: State,
    /// Of each open object and list whether something stands in it.
    filled: Vec<bool>,
}

#[derive(Default, PartialEq, Eq)]
enum State {
    #[default]
    Nothing,
    /// A name is being written.
    Name,
    /// A name is held back.
    Named,
    /// A name with a list that has nothing in it yet.
    Listed,
}

impl Lean {
    /// Writes what was held back: something follows.
    fn let_go(&mut self, writer: &mut (impl Write + ?Sized)) -> io::Result<()> {
        if matches!(self.state, State::Named | State::Listed) {
            let outer = if self.state == State::Listed { 2 } else { 1 };
            let at = self.filled.len().saturating_sub(outer);
            if let Some(filled) = self.filled.get_mut(at)
                && std::mem::replace(filled, true)
            {
                writer.write_all(b",")?;
            }
            writer.write_all(&self.held)?;
            self.drop_held();
        }
        Ok(())
    }

    fn drop_held(&mut self) {
        self.held.clear();
        self.state = State::Nothing;
    }

    /// Writes a piece of text: of a name, or of a value.
    fn text(&mut self, writer: &mut (impl Write + ?Sized), text: &[u8]) -> io::Result<()> {
        if self.state == State::Name {
            self.held.extend_from_slice(text);
            return Ok(());
        }
        self.let_go(writer)?;
        writer.write_all(text)
    }
}

/// Values that are no text, no list and no object.
macro_rules! plain {
    ($($name:ident: $type:ty),* $(,)?) => {$(
        fn $name<W: ?Sized + Write>(&mut self, writer: &mut W, value: $type) -> io::Result<()> {
            self.let_go(writer)?;
            write!(writer, "{value}")
        }
    )*};
}

impl Formatter for Lean {
    plain! {
        write_bool: bool, write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64, write_i128: i128,
        write_u8: u8, write_u16: u16, write_u64: u64, write_u128: u128,
        write_number_str: &str,
    }

    fn write_u32<W: ?Sized + Write>(&mut self, writer: &mut W, value: u32) -> io::Result<()> {
        if value == 0 && self.state == State::Named && self.filled.len() == 1 {
            self.drop_held();
            return Ok(());
        }
        self.let_go(writer)?;
        write!(writer, "{value}")
    }

    fn write_f32<W: ?Sized + Write>(&mut self, writer: &mut W, value: f32) -> io::Result<()> {
        self.let_go(writer)?;
        CompactFormatter.write_f32(writer, value)
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        self.let_go(writer)?;
        CompactFormatter.write_f64(writer, value)
    }

    fn write_null<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.state == State::Named {
            self.drop_held();
            return Ok(());
        }
        self.let_go(writer)?;
        writer.write_all(b"null")
    }

    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.text(writer, b"\"")
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.text(writer, b"\"")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        text: &str,
    ) -> io::Result<()> {
        self.text(writer, text.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let mut text = Vec::with_capacity(6);
        CompactFormatter.write_char_escape(&mut text, escape)?;
        self.text(writer, &text)
    }

    fn write_raw_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        text: &str,
    ) -> io::Result<()> {
        self.text(writer, text.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.state == State::Named {
            self.held.push(b'[');
            self.state = State::Listed;
        } else {
            self.let_go(writer)?;
            writer.write_all(b"[")?;
        }
        self.filled.push(false);
        Ok(())
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.let_go(writer)?;
        if first { Ok(()) } else { writer.write_all(b",") }
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.filled.pop();
        if self.state == State::Listed {
            self.drop_held();
            return Ok(());
        }
        writer.write_all(b"]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.let_go(writer)?;
        self.filled.push(false);
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.filled.pop();
        writer.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        self.state = State::Name;
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.held.push(b':');
        self.state = State::Named;
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    /// The rule, said once more over values.
    fn without_empty(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let stays = |value: &Value| {
                    !(value.is_null() || value.as_array().is_some_and(Vec::is_empty))
                };
                let members = members.iter().filter(|(_, value)| stays(value));
                let members = members.map(|(name, value)| (name.clone(), without_empty(value)));
                Value::Object(members.collect())
            }
            Value::Array(values) => Value::Array(values.iter().map(without_empty).collect()),
            other => other.clone(),
        }
    }

    #[test]
    fn what_is_empty_is_left_out_and_nothing_else() {
        let value = json!({
            "a": null, "b": [], "c": [null, [], {"d": null, "e": [], "f": [[]]}], "f": {"g": null}, "h\"\n": "\u{1}x\\",
            "i": false, "j": 0, "k": "", "l": 1.5, "m": [1, 2], "z": null,
        });
        let expected = r#"{"c":[null,[],{"f":[[]]}],"f":{},"h\"\n":"\u0001x\\","i":false,"j":0,"k":"","l":1.5,"m":[1,2]}"#;
        assert_eq!(super::json(&value, 10).unwrap(), expected);
        assert_eq!(super::json(&json!({"a": null}), 10).unwrap(), "{}");
        assert_eq!(super::json(&Value::Null, 10).unwrap(), "null");
        assert_eq!(super::json(&json!([]), 10).unwrap(), "[]");
    }

    #[test]
    fn a_count_of_nothing_is_left_out() {
        #[derive(serde::Serialize)]
        struct Counted {
            count: u32,
            name: &'static str,
            inner: Vec<Counted>,
        }
        let one = Counted { count: 0, name: "inner", inner: Vec::new() };
        let counted = Counted { count: 0, name: "outer", inner: vec![one] };
        let expected = r#"{"name":"outer","inner":[{"count":0,"name":"inner"}]}"#;
        assert_eq!(super::json(&counted, 0).unwrap(), expected);
        let expected = r#"{"count":7,"name":""}"#;
        let counted = Counted { count: 7, name: "", inner: Vec::new() };
        assert_eq!(super::json(&counted, 0).unwrap(), expected);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_told_without_what_is_empty(value in any_value()) {
            let told: Value = serde_json::from_str(&super::json(&value, 0).unwrap()).unwrap();
            // Of numbers only the first reading of their digits is exact.
            let expected = without_empty(&value).to_string();
            let expected: Value = serde_json::from_str(&expected).unwrap();
            prop_assert_eq!(told, expected);
        }
    }
}
