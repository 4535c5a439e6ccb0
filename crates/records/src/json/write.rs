//! Writes a tree: compact, for reading, or in the one canonical form that is fingerprinted.

use std::fmt::Write as _;

use super::Json;

impl Json {
    /// Without white space, in the order read.
    pub fn to_compact(&self) -> String {
        let mut out = String::new();
        write(self, &mut out, None, false);
        out
    }

    /// Indented by two spaces, in the order read.
    pub fn to_pretty(&self) -> String {
        let mut out = String::new();
        write(self, &mut out, Some(0), false);
        out
    }

    /// Without white space, names sorted by their bytes, numbers as written.
    pub fn to_canonical(&self) -> String {
        let mut out = String::new();
        write(self, &mut out, None, true);
        out
    }
}

fn write(value: &Json, out: &mut String, indent: Option<usize>, sorted: bool) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(digits) => out.push_str(digits),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(out, index, indent);
                write(item, out, indent.map(|depth| depth + 1), sorted);
            }
            close(out, items.is_empty(), indent);
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            let mut order: Vec<&(String, Json)> = members.iter().collect();
            if sorted {
                order.sort_by(|a, b| a.0.cmp(&b.0));
            }
            for (index, (name, item)) in order.into_iter().enumerate() {
                separate(out, index, indent);
                write_string(name, out);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(item, out, indent.map(|depth| depth + 1), sorted);
            }
            close(out, members.is_empty(), indent);
            out.push('}');
        }
    }
}

fn separate(out: &mut String, index: usize, indent: Option<usize>) {
    if index > 0 {
        out.push(',');
    }
    if let Some(depth) = indent {
        new_line(out, depth + 1);
    }
}

fn close(out: &mut String, empty: bool, indent: Option<usize>) {
    if let (Some(depth), false) = (indent, empty) {
        new_line(out, depth);
    }
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < ' ' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
