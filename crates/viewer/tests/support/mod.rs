//! Documents made in code: sound ones and hostile ones.
#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Cursor;
use std::time::Duration;

use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use image::{DynamicImage, ImageFormat, RgbImage};
use keyward_viewer::{Bounds, Document, Kind, Program, View, ViewError};

/// The worker this package builds.
pub(crate) fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_keyward-render-worker"))
}

pub(crate) fn bounds() -> Bounds {
    Bounds { open: Duration::from_secs(10), answer: Duration::from_secs(10) }
}

pub(crate) fn open(kind: Kind, bytes: Vec<u8>) -> Result<Document, ViewError> {
    Document::open(program(), bounds(), kind, bytes)
}

pub(crate) fn view(page: u32, width: u32) -> View {
    View { page, width, window: None }
}

/// Writes a PDF from numbered objects (from 1; 1 is the catalog) with a correct table of places.
pub(crate) fn pdf_of(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let table = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let size = objects.len() + 1;
    out.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n")
            .into_bytes(),
    );
    out
}

pub(crate) fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A letter: one string a line, one list of lines a page.
pub(crate) fn letter(pages: &[&[&str]]) -> Vec<u8> {
    let font = 3 + 2 * pages.len();
    let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", 3 + 2 * n)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
    ];
    for (n, lines) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 {font} 0 R >> >> >>",
            4 + 2 * n
        ));
        let mut content = "BT /F1 12 Tf 14 TL 72 770 Td\n".to_owned();
        for line in *lines {
            content.push_str(&format!("({line}) Tj T*\n"));
        }
        content.push_str("ET\n0.8 0.1 0.1 rg 72 100 200 40 re f");
        objects.push(stream(&content));
    }
    objects.push(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    );
    objects.push("<< /CreationDate (D:20180806101112+02'00') /Producer (none) >>".to_owned());
    let info = objects.len();
    pdf_of(&objects, &format!("/Info {info} 0 R"))
}

pub(crate) fn one_page(content: &str, media: &str, extra: &str) -> Vec<u8> {
    pdf_of(
        &[
            format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox {media} /Contents 4 0 R \
                 /Resources << /XObject << /X 5 0 R >> >> >>"
            ),
            stream(content),
            "<< /Type /XObject /Subtype /Form /BBox [0 0 600 900] \
             /Resources << /XObject << /X 5 0 R >> >> /Length 16 >>\nstream\n/X Do /X Do /X D\nendstream"
                .to_owned(),
        ],
        "",
    )
}

pub(crate) fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x, y, 128].map(|side| u8::try_from(side % 256).unwrap()))
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A CT-like file: `rows × columns` of 16 bits, a ramp from -1000 to 3000, window 40/400.
pub(crate) fn dicom(rows: u16, columns: u16, frames: u32, data: Vec<u8>) -> Vec<u8> {
    use dicom_core::{DataElement, PrimitiveValue, Tag, VR, dicom_value};
    let mut object = InMemDicomObject::new_empty();
    let mut put = |group: u16, element: u16, vr: VR, value: PrimitiveValue| {
        object.put(DataElement::new(Tag(group, element), vr, value));
    };
    put(0x0008, 0x0016, VR::UI, "1.2.840.10008.5.1.4.1.1.2".into());
    put(0x0008, 0x0018, VR::UI, "1.2.3.4".into());
    put(0x0008, 0x0020, VR::DA, "20190305".into());
    put(0x0008, 0x0060, VR::CS, "CT".into());
    put(0x0008, 0x1030, VR::LO, "Chest, sample".into());
    put(0x0010, 0x0010, VR::PN, "Sample^Test".into());
    put(0x0028, 0x0002, VR::US, dicom_value!(U16, [1]));
    put(0x0028, 0x0004, VR::CS, "MONOCHROME2".into());
    put(0x0028, 0x0008, VR::IS, frames.to_string().as_str().into());
    put(0x0028, 0x0010, VR::US, dicom_value!(U16, [rows]));
    put(0x0028, 0x0011, VR::US, dicom_value!(U16, [columns]));
    put(0x0028, 0x0100, VR::US, dicom_value!(U16, [16]));
    put(0x0028, 0x0101, VR::US, dicom_value!(U16, [16]));
    put(0x0028, 0x0102, VR::US, dicom_value!(U16, [15]));
    put(0x0028, 0x0103, VR::US, dicom_value!(U16, [1]));
    put(0x0028, 0x1050, VR::DS, "40".into());
    put(0x0028, 0x1051, VR::DS, "400".into());
    put(0x0028, 0x1052, VR::DS, "-1000".into());
    put(0x0028, 0x1053, VR::DS, "1".into());
    put(0x7fe0, 0x0010, VR::OW, PrimitiveValue::from(data));
    let meta = FileMetaTableBuilder::new().transfer_syntax("1.2.840.10008.1.2.1");
    let mut out = Vec::new();
    object.with_meta(meta).unwrap().write_all(&mut out).unwrap();
    out
}

/// A ramp of stored values, one frame.
pub(crate) fn ramp(rows: u16, columns: u16) -> Vec<u8> {
    let count = u32::from(rows) * u32::from(columns);
    (0..count).flat_map(|n| u16::try_from(n * 4000 / count).unwrap().to_le_bytes()).collect()
}

pub(crate) fn pixels(png: &[u8]) -> DynamicImage {
    image::load_from_memory_with_format(png, ImageFormat::Png).unwrap()
}
