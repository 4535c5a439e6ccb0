//! What crosses to the interface about documents. Pages themselves cross as pictures, not as views.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a document is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub enum DocumentKind {
    /// Pages with text.
    Pdf,
    /// Pictures.
    Picture,
    /// Frames of a medical picture.
    Dicom,
    /// [`DocumentView::text`].
    Text,
    /// [`DocumentView::html`].
    Html,
    /// Cannot be shown; it can be saved.
    Other,
}

/// A document that was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DocumentView {
    /// How it is shown, by its content.
    pub kind: DocumentKind,
    /// MIME type as the record states it.
    pub content_type: Option<String>,
    /// Title as the record states it.
    pub title: Option<String>,
    /// Size of the file in bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Every page with its size, the first 5 000.
    pub pages: Vec<DocumentPage>,
    /// Pages in all.
    pub total: u32,
    /// When it was made, as it says itself: a FHIR date.
    pub created: Option<String>,
    /// DICOM modality code.
    pub modality: Option<String>,
    /// What a study is called (DICOM).
    pub description: Option<String>,
    /// The grey values to begin with.
    pub window: Option<GreyWindow>,
    /// Least and greatest grey value.
    pub range: Option<GreyRange>,
    /// The text of a document of kind `text`.
    pub text: Option<String>,
    /// The sanitised HTML of a document of kind `html`.
    pub html: Option<String>,
    /// True if `text` or `html` is not all of it.
    pub cut: bool,
    /// Why it cannot be shown (`encrypted`, `damaged`, `tooLarge`, `unsupported`, `tooSlow`, …); it
    /// can be saved all the same.
    pub refused: Option<String>,
}

/// Size of a page: points (1/72 inch) of a PDF, pixels of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct DocumentPage {
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// Grey values shown from black to white.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct GreyWindow {
    /// Middle.
    pub centre: f32,
    /// Width.
    pub width: f32,
}

/// Grey values of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct GreyRange {
    /// Least.
    pub least: f32,
    /// Greatest.
    pub greatest: f32,
}

/// A place on a page, in parts of its width and height.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PageMark {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// The text of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct PageWords {
    /// Its lines in the order of the document.
    pub lines: Vec<String>,
    /// True if there is more.
    pub cut: bool,
}

/// A place where the words sought stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "./")]
pub struct FoundPlace {
    /// Page, from 0.
    pub page: u32,
    /// Words before.
    pub before: String,
    /// The words found, as written.
    pub found: String,
    /// Words after.
    pub after: String,
    /// Where on the page.
    pub marks: Vec<PageMark>,
}
