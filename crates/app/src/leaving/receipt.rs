//! The receipt of leaving as a page that any browser shows, without a script, to be kept and printed: in her
//! language, with what relay and clinic signed as it came.

use std::fmt::Write as _;

use super::export::instant;
use super::page::{STYLE, text};
use crate::error::{AppError, ErrorCode};
use crate::ports::clock::UnixSeconds;
use crate::views::common::Role;
use crate::views::recovery::{Forgotten, LeavingReceipt, ReceiptWords};

/// The whole page.
///
/// # Errors
/// [`ErrorCode::Internal`] for a time that is none.
pub fn receipt_page(receipt: &LeavingReceipt, words: &ReceiptWords) -> Result<String, AppError> {
    let mut page = String::new();
    let mut put = |text: std::fmt::Arguments<'_>| {
        page.write_fmt(text).map_err(|_| AppError::new(ErrorCode::Internal))
    };
    let heading = text(&words.heading);
    put(format_args!(
        "<!doctype html><html lang=\"{}\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{}</title><style>{STYLE}pre{{white-space:pre-wrap;word-break:break-all}}</style>\
         <h1>{heading}</h1><table>",
        lang(&words.lang),
        text(&words.title),
    ))?;
    let mut row = |label: &str, value: &str| {
        put(format_args!("<tr><th>{}<td>{}</tr>", text(label), text(value)))
    };
    row(&words.when, &moment(receipt.at)?)?;
    row(&words.profile, &receipt.profile_name)?;
    row(&words.here, &words.here_done)?;
    row(&words.relay, &said(&receipt.relay, words)?)?;
    row(&words.clinic, &said(&receipt.clinic, words)?)?;
    for kept in &receipt.clinic_keeps {
        row(&words.keeps, keeps(kept, words))?;
    }
    if receipt.role == Role::Patient {
        row(&words.fetched, &receipt.fetched.to_string())?;
    }
    put(format_args!("</table>"))?;
    for (who, forgotten) in
        [(&words.signed_by_relay, &receipt.relay), (&words.signed_by_clinic, &receipt.clinic)]
    {
        let Forgotten::Signed { statements, .. } = forgotten else { continue };
        put(format_args!("<h2>{}</h2>", text(who)))?;
        for statement in statements {
            put(format_args!("<pre>{}</pre>", text(statement)))?;
        }
    }
    put(format_args!("</html>"))?;
    Ok(page)
}

/// A language tag, and nothing else.
pub(super) fn lang(tag: &str) -> &str {
    let is_tag = !tag.is_empty()
        && tag.len() <= 16
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_tag { tag } else { "en" }
}

/// Readable in every language, and clear about the zone: `2026-11-30 05:04 UTC`.
pub(super) fn moment(at: UnixSeconds) -> Result<String, AppError> {
    let instant = instant(at)?;
    Ok(format!("{} {} UTC", part(&instant, 0..10)?, part(&instant, 11..16)?))
}

fn part(instant: &str, range: std::ops::Range<usize>) -> Result<&str, AppError> {
    instant.get(range).ok_or_else(|| ErrorCode::Internal.into())
}

fn said(forgotten: &Forgotten, words: &ReceiptWords) -> Result<String, AppError> {
    Ok(match forgotten {
        Forgotten::Nothing => words.nothing.clone(),
        Forgotten::Signed { erased_by, .. } => words.signed.replace("{date}", &moment(*erased_by)?),
        Forgotten::Deleted => words.deleted.clone(),
        Forgotten::NotAsked { .. } => words.not_asked.clone(),
    })
}

fn keeps<'a>(code: &'a str, words: &'a ReceiptWords) -> &'a str {
    match code {
        "register-entry" => &words.register_entry,
        "identity-check" => &words.identity_check,
        "history" => &words.history,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt() -> LeavingReceipt {
        LeavingReceipt {
            profile_name: "Test <b>Anna</b>".to_owned(),
            role: Role::Patient,
            at: 1_793_534_400,
            relay: Forgotten::Signed { erased_by: 1_793_534_460, statements: vec!["AAAA".into()] },
            clinic: Forgotten::NotAsked { problem: ErrorCode::AuthorityUnreachable.into() },
            clinic_name: Some("Sample Clinic".to_owned()),
            clinic_keeps: vec!["history".to_owned()],
            fetched: 44,
        }
    }

    #[test]
    fn it_is_in_her_words_and_only_what_was_signed_is_as_it_came() {
        let mut words = ReceiptWords::of_keys();
        words.lang = "zh-Hans".to_owned();
        words.signed = "删除，最晚 {date}".to_owned();
        let page = receipt_page(&receipt(), &words).unwrap();
        for expected in [
            "<html lang=\"zh-Hans\">",
            "删除，最晚 2026-11-01 12:01 UTC",
            "<pre>AAAA</pre>",
            "notAsked",
        ] {
            assert!(page.contains(expected), "{expected}: {page}");
        }
        for english in ["Deleted", "The profile", "On the computer", "doctors", "Signed"] {
            assert!(!page.contains(english), "{english}: {page}");
        }
    }

    #[test]
    fn words_and_names_stay_text() {
        let mut words = ReceiptWords::of_keys();
        words.lang = "en\"><script>".to_owned();
        words.here_done = "<script>alert(1)</script>".to_owned();
        let page = receipt_page(&receipt(), &words).unwrap();
        assert!(!page.contains("<script") && !page.contains("<b>Anna"), "{page}");
        assert!(page.contains("<html lang=\"en\">"));
    }
}
