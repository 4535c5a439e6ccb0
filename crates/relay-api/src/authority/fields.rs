//! Rules for what is typed at the desk. The desk uses them before asking, the authority before storing.

use keyward_protocol::{certificate::ClinicianCertificate, invitation::Invitation};

use super::clinicians::ClinicianDraft;
use super::date::BirthDate;
use super::people::PersonDraft;

/// A field that cannot be taken as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {fault}")]
pub struct FieldError {
    /// Which field, as on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: FieldFault,
}

/// What can be wrong with a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldFault {
    /// Nothing was entered.
    Missing,
    /// More characters than fit.
    TooLong,
    /// Line breaks or other control characters, or characters that change the direction of text.
    Characters,
    /// Not a date, or not a possible one.
    Date,
    /// A birth date that has not come yet.
    Future,
    /// Looks like the number of a document, which is never recorded.
    DocumentNumber,
}

impl FieldFault {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong => "too-long",
            Self::Characters => "characters",
            Self::Date => "not-a-date",
            Self::Future => "in-future",
            Self::DocumentNumber => "document-number",
        }
    }
}

impl std::fmt::Display for FieldFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl PersonDraft {
    /// The draft with spaces tidied, if every field can be taken.
    ///
    /// # Errors
    /// The first field that cannot.
    pub fn checked(&self, now: u64) -> Result<Self, FieldError> {
        let birth_date = required("birth_date", &self.birth_date, 10)?;
        let date = BirthDate::parse(&birth_date)
            .ok_or(FieldError { field: "birth_date", fault: FieldFault::Date })?;
        if date.is_after(now) {
            return Err(FieldError { field: "birth_date", fault: FieldFault::Future });
        }
        Ok(Self {
            given_name: text("given_name", &self.given_name, 100)?,
            family_name: required("family_name", &self.family_name, 100)?,
            birth_date,
            sex: self.sex,
            phone: optional("phone", self.phone.as_deref(), 40)?,
            record_number: optional("record_number", self.record_number.as_deref(), 64)?,
        })
    }

    /// The full name, given names first.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name).trim().to_owned()
    }

    /// Whether both may be the same person: the same words in the name, whatever their order, case and
    /// accents, and birth dates that can be the same day.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let dates = BirthDate::parse(&self.birth_date).zip(BirthDate::parse(&other.birth_date));
        dates.is_some_and(|(a, b)| a.compatible(&b))
            && name_words(&self.full_name()) == name_words(&other.full_name())
    }
}

impl ClinicianDraft {
    /// The draft with spaces tidied, if every field can be taken.
    ///
    /// # Errors
    /// The first field that cannot.
    pub fn checked(&self) -> Result<Self, FieldError> {
        Ok(Self {
            name: certified("name", required("name", &self.name, 200)?)?,
            role: certified("role", required("role", &self.role, 100)?)?,
            organisation: certified(
                "organisation",
                required("organisation", &self.organisation, 200)?,
            )?,
            registration_number: optional(
                "registration_number",
                self.registration_number.as_deref(),
                64,
            )?,
        })
    }
}

/// A certificate counts the bytes of a text, so long names in other alphabets may not fit.
fn certified(field: &'static str, value: String) -> Result<String, FieldError> {
    if value.len() > ClinicianCertificate::MAX_TEXT {
        return Err(FieldError { field, fault: FieldFault::TooLong });
    }
    Ok(value)
}

/// A clinic's name as it stands in invitations, which count the bytes of a text.
///
/// # Errors
/// If it is missing, too long or not plain text.
pub fn clinic_name(value: &str) -> Result<String, FieldError> {
    let name = required("clinic_name", value, Invitation::MAX_NAME)?;
    if name.len() > Invitation::MAX_NAME {
        return Err(FieldError { field: "clinic_name", fault: FieldFault::TooLong });
    }
    Ok(name)
}

/// A reason, 1 to 200 characters.
///
/// # Errors
/// If it is missing, too long or not plain text.
pub fn reason(value: &str) -> Result<String, FieldError> {
    required("reason", value, 200)
}

/// The note of an identity check: at most 200 characters with at most four digits (a year), because more
/// would be the number of a document, however it is spaced.
///
/// # Errors
/// If it cannot be taken.
pub fn identity_note(value: Option<&str>) -> Result<Option<String>, FieldError> {
    let note = optional("note", value, 200)?;
    let digits = note.iter().flat_map(|note| note.chars()).filter(|c| c.is_numeric()).count();
    if digits > 4 {
        return Err(FieldError { field: "note", fault: FieldFault::DocumentNumber });
    }
    Ok(note)
}

/// Words of a name for comparing: lower case, without the accents of Latin letters, sorted.
#[must_use]
pub fn name_words(name: &str) -> Vec<String> {
    let folded: String = name.chars().flat_map(char::to_lowercase).map(without_accent).collect();
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}

/// Base letter of the accented Latin letters of European languages; others stay.
fn without_accent(character: char) -> char {
    match character {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

fn required(field: &'static str, value: &str, max: usize) -> Result<String, FieldError> {
    let value = text(field, value, max)?;
    if value.is_empty() {
        return Err(FieldError { field, fault: FieldFault::Missing });
    }
    Ok(value)
}

fn optional(
    field: &'static str,
    value: Option<&str>,
    max: usize,
) -> Result<Option<String>, FieldError> {
    let value = value.map(|value| text(field, value, max)).transpose()?;
    Ok(value.filter(|value| !value.is_empty()))
}

/// Tidies spaces; refuses control characters and those that reorder text (a name could read as another).
fn text(field: &'static str, value: &str, max: usize) -> Result<String, FieldError> {
    let hostile = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let value = value.trim();
    if value.chars().any(hostile) {
        return Err(FieldError { field, fault: FieldFault::Characters });
    }
    let tidy = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if tidy.chars().count() > max {
        return Err(FieldError { field, fault: FieldFault::TooLong });
    }
    Ok(tidy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_785_000_000;

    fn draft(given: &str, family: &str, birth: &str) -> PersonDraft {
        PersonDraft {
            given_name: given.into(),
            family_name: family.into(),
            birth_date: birth.into(),
            sex: None,
            phone: None,
            record_number: None,
        }
    }

    #[test]
    fn tidies_and_refuses() {
        let tidy = draft("  Ana   María ", " Muñoz", "1980-02-03").checked(NOW);
        assert!(tidy.is_ok_and(|d| d.full_name() == "Ana María Muñoz"));
        let fault = |d: PersonDraft| d.checked(NOW).err().map(|e| (e.field, e.fault));
        assert_eq!(fault(draft("A", " ", "1980")), Some(("family_name", FieldFault::Missing)));
        assert_eq!(fault(draft("A", "B", "1980-02-30")), Some(("birth_date", FieldFault::Date)));
        assert_eq!(fault(draft("A", "B", "2150")), Some(("birth_date", FieldFault::Future)));
        assert_eq!(
            fault(draft("A\u{202e}B", "C", "1980")),
            Some(("given_name", FieldFault::Characters))
        );
        assert_eq!(fault(draft("A\nB", "C", "1980")), Some(("given_name", FieldFault::Characters)));
        assert_eq!(
            fault(draft(&"x".repeat(101), "C", "1980")),
            Some(("given_name", FieldFault::TooLong))
        );
    }

    #[test]
    fn the_same_person_written_otherwise_is_found() {
        let ana = draft("Ana María", "Muñoz-Pérez", "1980-02-03");
        assert!(ana.may_be(&draft("ANA MARIA", "perez munoz", "1980")));
        assert!(!ana.may_be(&draft("Ana María", "Muñoz Pérez", "1980-02-04")));
        assert!(!ana.may_be(&draft("Ana", "Muñoz Pérez", "1980-02-03")));
        assert!(draft("", "Ødegård", "1980").may_be(&draft("", "odegard", "1980-12")));
    }

    #[test]
    fn document_numbers_do_not_get_into_notes() {
        assert!(identity_note(Some("issued 2021, photo matches")).is_ok());
        for note in ["no. 12345", "12-34 56", "C01X 00T 478", "٠١٢٣٤"] {
            let error = identity_note(Some(note)).err().map(|e| e.fault);
            assert_eq!(error, Some(FieldFault::DocumentNumber), "{note}");
        }
    }
}
