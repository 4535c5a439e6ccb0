//! Writes a tree: compact, for reading, or in the one canonical form that is fingerprinted.

use std::fmt::Write as _;

use super::{Json, Str};

/// What of a member is not written.
pub(crate) enum LeaveOut {
    Nothing,
    All,
    /// Members of it, by name.
    Within(&'static [&'static str]),
}

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

    /// As [`Json::to_canonical`], without the members of this object that `leave_out` names with their content. Of
    /// those it gives names for, what is left is written if anything is.
    pub(crate) fn to_canonical_without(
        &self,
        leave_out: impl Fn(&str, &Json) -> LeaveOut,
    ) -> String {
        let mut out = String::with_capacity(1000);
        let Json::Object(members) = self else {
            write(self, &mut out, None, true);
            return out;
        };
        let mut kept: Vec<(&str, &Json, &[&str])> = members
            .iter()
            .filter_map(|(name, value)| match leave_out(name, value) {
                LeaveOut::Nothing => Some((name.as_str(), value, [].as_slice())),
                LeaveOut::All => None,
                LeaveOut::Within(names) => {
                    let Json::Object(inner) = value else {
                        return Some((name.as_str(), value, [].as_slice()));
                    };
                    let left = inner.iter().any(|(name, _)| !names.contains(&name.as_str()));
                    left.then_some((name.as_str(), value, names))
                }
            })
            .collect();
        kept.sort_by_key(|(name, ..)| *name);
        out.push('{');
        for (index, (name, value, without)) in kept.into_iter().enumerate() {
            separate(&mut out, index, None);
            write_string(name, &mut out);
            out.push(':');
            match value {
                Json::Object(inner) => {
                    let inner = inner.iter().filter(|(name, _)| !without.contains(&name.as_str()));
                    write_object(inner, &mut out, None, true);
                }
                other => write(other, &mut out, None, true),
            }
        }
        out.push('}');
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
        Json::Object(members) => write_object(members.iter(), out, indent, sorted),
    }
}

fn write_object<'a>(
    members: impl Iterator<Item = &'a (Str, Json)>,
    out: &mut String,
    indent: Option<usize>,
    sorted: bool,
) {
    let mut order: Vec<&(Str, Json)> = members.collect();
    if sorted {
        order.sort_by(|a, b| a.0.cmp(&b.0));
    }
    let empty = order.is_empty();
    out.push('{');
    for (index, (name, item)) in order.into_iter().enumerate() {
        separate(out, index, indent);
        write_string(name, out);
        out.push_str(if indent.is_some() { ": " } else { ":" });
        write(item, out, indent.map(|depth| depth + 1), sorted);
    }
    close(out, empty, indent);
    out.push('}');
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
    let mut rest = text;
    // Mostly there is nothing to escape.
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let mut after = after.chars();
        match after.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(control) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
