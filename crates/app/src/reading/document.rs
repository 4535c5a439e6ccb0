//! A document of a record, as bytes, under the same access as the record itself.

use keyward_records::documents::{Shown, shown, text_of};
use keyward_records::view;

use super::access::{self, Access, Body};
use super::answer;
use super::index::Handle;
use crate::error::{AppError, ErrorCode};
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::views::documents::{DocumentKind, DocumentView};
use crate::views::reading::RoomScope;

/// A document with its bytes.
pub struct Document {
    /// How it can be shown, by its content.
    pub shown: Shown,
    /// MIME type as the record states it.
    pub content_type: Option<String>,
    /// Title as the record states it.
    pub title: Option<String>,
    /// The file. Hostile.
    pub data: Vec<u8>,
}

/// The document at `index` of a record (`AttachmentView::index`). Where the record only names a
/// Binary of the same chart, that one's bytes are given. Nothing is fetched from anywhere.
///
/// # Errors
/// As [`super::record`]; [`ErrorCode::NotFound`] if its bytes are not in the chart.
pub fn document(
    session: &Session,
    scope: &RoomScope,
    record: &str,
    index: u32,
) -> Result<Document, AppError> {
    let id = answer::record_id(record)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    let body = access.body(&*tx, &id)?;
    let found = match view::attachment(&body.bytes, index) {
        Some(attachment) => attachment,
        None => elsewhere(&*tx, &access, &body, index)?.ok_or(ErrorCode::NotFound)?,
    };
    Ok(Document {
        shown: shown(found.content_type.as_deref(), &found.data),
        content_type: found.content_type,
        title: found.title,
        data: found.data,
    })
}

/// The bytes of the Binary that an attachment names, if the chart has it.
fn elsewhere(
    tx: &dyn Transaction,
    access: &Access,
    body: &Body,
    index: u32,
) -> Result<Option<view::Attachment>, AppError> {
    let limits = keyward_records::Limits::default();
    let Ok(resource) = keyward_records::json::Json::read(&body.bytes, &limits) else {
        return Ok(None);
    };
    let named = view::attachments(&resource).into_iter().find(|named| named.index == index);
    let Some(named) = named else { return Ok(None) };
    let Some(handle) = named.url.as_deref().and_then(|url| Handle::of(&body.origin, url)) else {
        return Ok(None);
    };
    let Some((line, _)) = answer::line_of(tx, &access.name(), &handle)? else { return Ok(None) };
    let binary = access.body(tx, &line.id)?;
    Ok(view::attachment(&binary.bytes, 0).map(|bytes| view::Attachment {
        content_type: named.content_type.or(bytes.content_type),
        title: named.title.or(bytes.title),
        data: bytes.data,
    }))
}

/// Whether a record may still be read: asked before each page of a document that is open.
///
/// # Errors
/// As [`super::record`].
pub fn may_read(session: &Session, scope: &RoomScope, record: &str) -> Result<(), AppError> {
    let id = answer::record_id(record)?;
    let access = access::open(session, scope)?;
    let tx = session.read()?;
    match tx.line(&access.name(), &id)? {
        Some(_) => Ok(()),
        // Not indexed yet, or gone.
        None => access.body(&*tx, &id).map(drop),
    }
}

impl Document {
    /// The view of a document without pages.
    pub fn view(&self) -> DocumentView {
        let (text, html, cut) = match self.shown {
            Shown::Text => {
                let (text, cut) = text_of(&self.data);
                (Some(text), None, cut)
            }
            Shown::Html => {
                let (text, cut) = text_of(&self.data);
                let (html, _) = view::sanitise(&text);
                (None, Some(html), cut)
            }
            Shown::Clinical => match self.sections() {
                Some(html) => (None, Some(html), false),
                None => {
                    let (text, cut) = text_of(&self.data);
                    (Some(text), None, cut)
                }
            },
            _ => (None, None, false),
        };
        DocumentView {
            kind: match self.shown {
                Shown::Pdf => DocumentKind::Pdf,
                Shown::Picture => DocumentKind::Picture,
                Shown::Dicom => DocumentKind::Dicom,
                Shown::Text => DocumentKind::Text,
                Shown::Html => DocumentKind::Html,
                // One that cannot be read is shown as it is.
                Shown::Clinical if html.is_some() => DocumentKind::Html,
                Shown::Clinical => DocumentKind::Text,
                Shown::Other => DocumentKind::Other,
            },
            content_type: self.content_type.clone(),
            title: self.title.clone(),
            bytes: self.data.len() as u64,
            pages: Vec::new(),
            total: 0,
            created: None,
            modality: None,
            description: None,
            window: None,
            range: None,
            text,
            html,
            cut,
            refused: None,
        }
    }

    /// What a clinical document says, as its sections were written.
    fn sections(&self) -> Option<String> {
        keyward_records::ccda::narrative_of(&self.data, &keyward_records::Limits::default())
    }

    /// A name to save it under: its title, or `unnamed` if it has none, and the ending of what it is.
    pub fn file_name(&self, unnamed: &str) -> String {
        let ending = match (self.shown, self.data.first()) {
            (Shown::Pdf, _) => "pdf",
            (Shown::Picture, Some(0xff)) => "jpg",
            (Shown::Picture, Some(0x89)) => "png",
            (Shown::Picture, _) => "tiff",
            (Shown::Dicom, _) => "dcm",
            (Shown::Html, _) => "html",
            (Shown::Clinical, _) => "xml",
            (Shown::Text, _) => "txt",
            (Shown::Other, _) => "bin",
        };
        let title = self.title.as_deref().unwrap_or_default();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ',' | '(' | ')');
        let stem: String = title.chars().filter(|&c| plain(c)).take(80).collect();
        let stem = stem.trim();
        let stem = if stem.is_empty() { unnamed } else { stem };
        format!("{stem}.{ending}")
    }
}
