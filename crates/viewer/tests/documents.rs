//! Sound documents come out as pictures, text and places.

mod support;

use image::ImageFormat;
use keyward_viewer::{Kind, Refusal, View, ViewError, Window};
use support::{dicom, letter, open, picture, pixels, ramp, view};

#[test]
fn a_letter_is_drawn_read_and_searched() {
    let pages: &[&[&str]] =
        &[&["Dear Ms Sample,", "your haemoglobin is 13.5 g/dl."], &["Page two.", "Kind regards"]];
    let mut document = open(Kind::Pdf, letter(pages)).unwrap();
    let info = document.info().clone();
    assert_eq!((info.total, info.pages.len()), (2, 2));
    assert_eq!(info.created.as_deref(), Some("2018-08-06T10:11:12+02:00"));
    assert!((info.pages[0].width - 595.0).abs() < 0.5);

    let png = document.page(view(0, 900)).unwrap();
    let drawn = pixels(&png.bytes).to_rgb8();
    assert_eq!((drawn.width(), drawn.height()), (png.width, png.height));
    assert!((899..=900).contains(&png.width));
    let red = drawn.pixels().filter(|p| p.0[0] > 180 && p.0[1] < 60).count();
    let ink = drawn.pixels().filter(|p| p.0 == [0, 0, 0]).count();
    assert!(red > 10_000 && ink > 200, "red {red}, ink {ink}");

    let text = document.text(0).unwrap();
    let lines: Vec<&str> = text.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines, pages[0]);
    let places = document.find("HAEMOGLOBIN is").unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!((places[0].page, places[0].found.as_str()), (0, "haemoglobin is"));
    let mark = places[0].marks[0];
    assert!(mark.x > 0.12 && mark.x < 0.25 && mark.y > 0.06 && mark.y < 0.14, "{mark:?}");
    assert_eq!(document.find("regards").unwrap()[0].page, 1);
    assert!(document.find("nobody").unwrap().is_empty());
    assert!(document.words().unwrap().contains("Page two."));
    assert_eq!(document.page(view(2, 900)), Err(ViewError::Refused(Refusal::NoSuchPage)));
}

#[test]
fn pictures_keep_their_pixels_and_shrink_to_the_width_asked_for() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff] {
        let mut document = open(Kind::Picture, picture(320, 200, format)).unwrap();
        let size = document.info().pages[0];
        assert!((size.width - 320.0).abs() < 0.1 && (size.height - 200.0).abs() < 0.1);
        let whole = document.page(view(0, 4_000)).unwrap();
        assert_eq!((whole.width, whole.height), (320, 200), "{format:?}");
        let drawn = pixels(&whole.bytes).to_rgb8();
        let corner = drawn.get_pixel(200, 150).0;
        assert!(corner[0].abs_diff(200) < 12 && corner[1].abs_diff(150) < 12, "{corner:?}");
        let small = document.page(view(0, 80)).unwrap_or_else(|e| panic!("{format:?}: {e}"));
        assert_eq!((small.width, small.height), (80, 50));
        assert!(document.text(0).unwrap().lines.is_empty());
    }
}

#[test]
fn a_tiff_has_pages() {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).unwrap();
    for shade in [10_u8, 200] {
        let grey = vec![shade; 40 * 30];
        encoder.write_image::<tiff::encoder::colortype::Gray8>(40, 30, &grey).unwrap();
    }
    let mut document = open(Kind::Picture, bytes.into_inner()).unwrap();
    assert_eq!(document.info().total, 2);
    for (page, shade) in [(1, 200), (0, 10), (1, 200)] {
        let png = document.page(view(page, 100)).unwrap();
        assert_eq!(pixels(&png.bytes).to_luma8().get_pixel(5, 5).0, [shade]);
    }
}

#[test]
fn dicom_frames_are_shown_through_a_window() {
    let mut document = open(Kind::Dicom, dicom(64, 100, 1, ramp(64, 100))).unwrap();
    let info = document.info().clone();
    assert_eq!(info.modality.as_deref(), Some("CT"));
    assert_eq!(info.created.as_deref(), Some("2019-03-05"));
    assert_eq!(info.description.as_deref(), Some("Chest, sample"));
    assert_eq!(info.window, Some(Window { centre: 40.0, width: 400.0 }));
    assert_eq!(info.range, Some((-1000.0, 2999.0)));

    let shade = |png: &[u8], x: u32, y: u32| pixels(png).to_luma8().get_pixel(x, y).0[0];
    let suggested = document.page(view(0, 100)).unwrap().bytes;
    assert_eq!((shade(&suggested, 0, 0), shade(&suggested, 99, 63)), (0, 255));
    // -1000 + 4000 * 1664 / 6400 = 40 is the middle of the window.
    assert!(shade(&suggested, 64, 16).abs_diff(128) <= 2);
    let bone = Some(Window { centre: 1000.0, width: 4000.0 });
    let bone = document.page(View { window: bone, ..view(0, 100) }).unwrap().bytes;
    assert!(shade(&bone, 64, 16).abs_diff(66) <= 3);
}

#[test]
fn every_frame_of_a_dicom_file_is_a_page() {
    let data = [vec![0_u8; 2 * 8 * 8], ramp(8, 8)].concat();
    let mut document = open(Kind::Dicom, dicom(8, 8, 2, data)).unwrap();
    assert_eq!(document.info().total, 2);
    let window = Some(Window { centre: -1000.0, width: 2.0 });
    let second = document.page(View { window, ..view(1, 8) }).unwrap();
    assert_eq!(pixels(&second.bytes).to_luma8().get_pixel(7, 7).0, [255]);
    assert_eq!(document.page(view(2, 8)), Err(ViewError::Refused(Refusal::NoSuchPage)));
}
