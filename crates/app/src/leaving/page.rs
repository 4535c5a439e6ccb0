//! The page of an export: plain HTML without a script, to be read in any browser.

use std::fmt::Write as _;

use super::export::{Line, instant};
use crate::error::{AppError, ErrorCode};
use crate::views::patient::{AccessView, ShareView};

pub(super) const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em .6em .3em 0;\
    border-bottom:1px solid #ccc;vertical-align:top}";

/// The whole page.
///
/// # Errors
/// [`ErrorCode::Internal`] for a time that is none.
pub(super) fn page(
    name: &str,
    made: &str,
    lines: &[Line],
    shares: &[ShareView],
    accesses: &[AccessView],
) -> Result<String, AppError> {
    let mut page = String::new();
    let mut put = |text: std::fmt::Arguments<'_>| {
        page.write_fmt(text).map_err(|_| AppError::new(ErrorCode::Internal))
    };
    let name = text(name);
    put(format_args!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Export of {name}</title><style>{STYLE}</style><h1>{name}</h1>\
         <p>Exported on {made}. The records themselves are in the folder fhir, files as they came in \
         the folder originals.</p>"
    ))?;
    put(format_args!(
        "<h2>Records ({})</h2><table><tr><th>Date<th>What<th>Kind</tr>",
        lines.len()
    ))?;
    for line in lines {
        let date = text(line.date.as_deref().unwrap_or("no date"));
        put(format_args!(
            "<tr><td>{date}<td>{}<td>{}</tr>",
            text(&line.title),
            text(&line.category)
        ))?;
    }
    put(format_args!("</table><h2>Shares ({})</h2><table>", shares.len()))?;
    put(format_args!("<tr><th>With<th>From<th>Until<th>Number</tr>"))?;
    for share in shares {
        put(format_args!(
            "<tr><td>{}, {}<td>{}<td>{}<td>{}</tr>",
            text(&share.doctor.name),
            text(&share.doctor.organisation),
            instant(share.created)?,
            instant(share.until)?,
            text(&share.number)
        ))?;
    }
    put(format_args!("</table><h2>Who looked ({})</h2><table>", accesses.len()))?;
    put(format_args!("<tr><th>When<th>Who<th>Records</tr>"))?;
    for access in accesses {
        put(format_args!(
            "<tr><td>{}<td>{}, {}<td>{}</tr>",
            instant(access.time)?,
            text(&access.doctor_name),
            text(&access.organisation),
            access.records
        ))?;
    }
    put(format_args!("</table></html>"))?;
    Ok(page)
}

/// Text as HTML shows it, whatever stands in it.
pub(super) fn text(raw: &str) -> String {
    let mut safe = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_says_stays_text() {
        let line = Line {
            category: "results".into(),
            date: None,
            title: "<script>alert(1)</script> & \"'".into(),
        };
        let page = page("A <b>", "2026-01-01T00:00:00Z", &[line], &[], &[]).unwrap();
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&#39;"));
        assert!(!page.contains("<script") && !page.contains("<b>"));
    }
}
