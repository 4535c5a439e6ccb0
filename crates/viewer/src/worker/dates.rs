//! When a document says it was made, as a FHIR date. What cannot be so is left out.

use hayro::hayro_syntax::object::DateTime;

/// Documents do not come from the future; this only keeps nonsense out.
const YEARS: std::ops::RangeInclusive<u16> = 1900..=2199;

/// A PDF's creation date. The offset it states is kept; the hour is.
pub(super) fn of_pdf(date: &DateTime) -> Option<String> {
    let day = day(date.year, date.month, date.day)?;
    let midnight = date.hour == 0 && date.minute == 0 && date.second == 0;
    let sound = date.hour < 24 && date.minute < 60 && date.second < 60;
    let offset = date.utc_offset_hour.unsigned_abs() <= 14 && date.utc_offset_minute < 60;
    if midnight || !sound || !offset {
        return Some(day);
    }
    let sign = if date.utc_offset_hour < 0 { '-' } else { '+' };
    Some(format!(
        "{day}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
        date.hour,
        date.minute,
        date.second,
        date.utc_offset_hour.unsigned_abs(),
        date.utc_offset_minute
    ))
}

/// `YYYYMMDD…` (DICOM) or `YYYY:MM:DD…` (Exif): the day.
pub(super) fn of_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(8).collect();
    if digits.len() < 8
        || text.chars().take(10).any(|c| !c.is_ascii_digit() && !matches!(c, ':' | '.' | '-' | ' '))
    {
        return None;
    }
    let (year, rest) = digits.split_at_checked(4)?;
    let (month, date) = rest.split_at_checked(2)?;
    day(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?)
}

fn day(year: u16, month: u8, day: u8) -> Option<String> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (YEARS.contains(&year) && (1..=days).contains(&day))
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The day a photograph was taken, from its Exif block (a TIFF structure): DateTimeOriginal, else
/// DateTimeDigitized. Nothing else of the block is read; positions never.
pub(super) fn of_exif(block: &[u8]) -> Option<String> {
    let tiff = Tiff::new(block)?;
    let first = tiff.u32(4)? as usize;
    let exif = tiff.u32(tiff.entry(first, 0x8769)? + 8)? as usize;
    [0x9003, 0x9004].iter().find_map(|&tag| {
        let entry = tiff.entry(exif, tag)?;
        let length = tiff.u32(entry + 4)?.min(20) as usize;
        let start = tiff.u32(entry + 8)? as usize;
        let text = block.get(start..start.checked_add(length)?)?;
        of_digits(std::str::from_utf8(text).ok()?)
    })
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { bytes, big: false }),
            b"MM\0*" => Some(Self { bytes, big: true }),
            _ => None,
        }
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let two = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }

    /// Where the entry of `tag` stands in the directory at `directory`.
    fn entry(&self, directory: usize, tag: u16) -> Option<usize> {
        let count = usize::from(self.u16(directory)?).min(512);
        (0..count).map(|n| directory + 2 + 12 * n).find(|&entry| self.u16(entry) == Some(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(of_digits("20180806").as_deref(), Some("2018-08-06"));
        assert_eq!(of_digits("2018:08:06 12:00:00").as_deref(), Some("2018-08-06"));
        assert_eq!(of_digits("20240229").as_deref(), Some("2024-02-29"));
        for nonsense in [
            "",
            "2018",
            "20181306",
            "20230229",
            "00000000",
            "0000:00:00 00:00:00",
            "last week",
            "18990101",
        ] {
            assert_eq!(of_digits(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn exif_gives_the_day_and_survives_damage() {
        let mut block = b"II*\0\x08\0\0\0".to_vec();
        block.extend([1, 0]);
        block.extend([0x69, 0x87, 4, 0, 1, 0, 0, 0, 26, 0, 0, 0]);
        block.extend([0, 0, 0, 0]);
        block.extend([1, 0]);
        block.extend([0x03, 0x90, 2, 0, 20, 0, 0, 0, 44, 0, 0, 0]);
        block.extend([0, 0, 0, 0]);
        block.extend(b"2019:03:05 10:11:12\0");
        assert_eq!(of_exif(&block).as_deref(), Some("2019-03-05"));
        for cut in 0..block.len() {
            let _ = of_exif(&block[..cut]);
        }
        for at in 0..block.len() {
            let mut damaged = block.clone();
            damaged[at] = 0xff;
            let _ = of_exif(&damaged);
        }
    }
}
