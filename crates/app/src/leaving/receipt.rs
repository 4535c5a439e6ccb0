//! The receipt of leaving as a page that any browser shows, without a script, to be kept and printed.

use std::fmt::Write as _;

use super::export::instant;
use super::page::{STYLE, text};
use crate::error::{AppError, ErrorCode};
use crate::views::recovery::{Forgotten, LeavingReceipt};

/// The whole page.
///
/// # Errors
/// [`ErrorCode::Internal`] for a time that is none.
pub fn receipt_page(receipt: &LeavingReceipt) -> Result<String, AppError> {
    let mut page = String::new();
    let mut put = |text: std::fmt::Arguments<'_>| {
        page.write_fmt(text).map_err(|_| AppError::new(ErrorCode::Internal))
    };
    let name = text(&receipt.profile_name);
    put(format_args!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>Receipt</title><style>{STYLE}pre{{white-space:pre-wrap;word-break:break-all}}</style>\
         <h1>The profile {name} is deleted</h1><table>"
    ))?;
    put(format_args!("<tr><th>When<td>{}</tr>", instant(receipt.at)?))?;
    put(format_args!("<tr><th>On the computer<td>Records, keys and settings.</tr>"))?;
    put(format_args!("<tr><th>At the relay<td>{}</tr>", words(&receipt.relay)?))?;
    let clinic = receipt.clinic_name.as_deref().unwrap_or("a clinic");
    put(format_args!("<tr><th>At {}<td>{}</tr>", text(clinic), words(&receipt.clinic)?))?;
    for kept in &receipt.clinic_keeps {
        put(format_args!("<tr><th>It keeps<td>{}</tr>", text(keeps(kept))))?;
    }
    put(format_args!(
        "<tr><th>With doctors<td>{} records were fetched. They may keep those copies.</tr></table>",
        receipt.fetched
    ))?;
    for (who, forgotten) in [("the relay", &receipt.relay), ("the clinic", &receipt.clinic)] {
        let Forgotten::Signed { statements, .. } = forgotten else { continue };
        put(format_args!("<h2>Signed by {who}</h2>"))?;
        for statement in statements {
            put(format_args!("<pre>{}</pre>", text(statement)))?;
        }
    }
    put(format_args!("</html>"))?;
    Ok(page)
}

fn words(forgotten: &Forgotten) -> Result<String, AppError> {
    Ok(match forgotten {
        Forgotten::Nothing => "There was nothing.".to_owned(),
        Forgotten::Signed { erased_by, .. } => {
            let date = instant(*erased_by)?;
            format!("Deleted. The last trace is overwritten by {date} at the latest.")
        }
        Forgotten::NotAsked { .. } => {
            "It could not be asked. What it holds is still there, locked.".to_owned()
        }
    })
}

fn keeps(code: &str) -> &str {
    match code {
        "register-entry" => "That you were registered, and when.",
        "identity-check" => "That your identity was checked, and with which document.",
        "history" => "What the front desk did with your entry, and when.",
        other => other,
    }
}
