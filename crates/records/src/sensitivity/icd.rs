//! ICD-10 and ICD-10-CM, ICD-9-CM: chapters and the codes outside them that tell the same.

use super::Sensitivity::{self, Genetics, MentalHealth, SexualHealth, SubstanceUse, Violence};

/// Codes outside the chapters below, by their beginning (without the dot).
const BEGINNINGS: [(&str, Sensitivity); 77] = [
    // What alcohol and drugs do to the body, and counselling and histories of them.
    ("E244", SubstanceUse),
    ("G312", SubstanceUse),
    ("G621", SubstanceUse),
    ("G721", SubstanceUse),
    ("I426", SubstanceUse),
    ("K292", SubstanceUse),
    ("K70", SubstanceUse),
    ("K852", SubstanceUse),
    ("K860", SubstanceUse),
    ("O3541", SubstanceUse),
    ("O9931", SubstanceUse),
    ("O9932", SubstanceUse),
    ("Q860", SubstanceUse),
    ("R780", SubstanceUse),
    ("R781", SubstanceUse),
    ("R782", SubstanceUse),
    ("R783", SubstanceUse),
    ("R784", SubstanceUse),
    ("R785", SubstanceUse),
    ("T510", SubstanceUse),
    ("Y90", SubstanceUse),
    ("Y91", SubstanceUse),
    ("Z0283", SubstanceUse),
    ("Z502", SubstanceUse),
    ("Z503", SubstanceUse),
    ("Z714", SubstanceUse),
    ("Z715", SubstanceUse),
    ("Z721", SubstanceUse),
    ("Z722", SubstanceUse),
    ("Z811", SubstanceUse),
    ("Z813", SubstanceUse),
    ("Z814", SubstanceUse),
    // Mental health outside chapter F.
    ("R4585", MentalHealth),
    ("R4588", MentalHealth),
    ("T1491", MentalHealth),
    ("Z004", MentalHealth),
    ("Z046", MentalHealth),
    ("Z133", MentalHealth),
    ("Z818", MentalHealth),
    ("Z865", MentalHealth),
    ("Z9151", MentalHealth),
    ("Z9152", MentalHealth),
    // Sexual health: HIV and infections outside A50 to A64, sexuality, contraception, abortion.
    ("B20", SexualHealth),
    ("B21", SexualHealth),
    ("B22", SexualHealth),
    ("B23", SexualHealth),
    ("B24", SexualHealth),
    ("B9735", SexualHealth),
    ("N52", SexualHealth),
    ("O04", SexualHealth),
    ("O07", SexualHealth),
    ("O981", SexualHealth),
    ("O982", SexualHealth),
    ("O983", SexualHealth),
    ("O987", SexualHealth),
    ("R37", SexualHealth),
    ("R75", SexualHealth),
    ("Z113", SexualHealth),
    ("Z114", SexualHealth),
    ("Z202", SexualHealth),
    ("Z206", SexualHealth),
    ("Z21", SexualHealth),
    ("Z224", SexualHealth),
    ("Z30", SexualHealth),
    ("Z332", SexualHealth),
    ("Z640", SexualHealth),
    ("Z70", SexualHealth),
    ("Z717", SexualHealth),
    ("Z725", SexualHealth),
    // Genetics.
    ("G10", Genetics),
    ("Z137", Genetics),
    ("Z14", Genetics),
    ("Z15", Genetics),
    ("Z3143", Genetics),
    ("Z3144", Genetics),
    ("Z315", Genetics),
    ("Z8481", Genetics),
];

/// Violence: what was done to her.
const VIOLENCE: [&str; 22] = [
    "O9A3", "O9A4", "O9A5", "T74", "T76", "X92", "X93", "X94", "X95", "X96", "X97", "X98", "X99",
    "Y00", "Y05", "Y06", "Y07", "Z044", "Z047", "Z6281", "Z69", "Z9141",
];

/// The kind of an ICD-10 code.
pub(super) fn ten(code: &str) -> Option<Sensitivity> {
    let code = plain(code)?;
    let number: u8 = code.get(1..3).and_then(|digits| digits.parse().ok()).unwrap_or(u8::MAX);
    match (code.as_bytes().first()?, number) {
        // Tobacco is not kept apart.
        (b'F', 17) => return None,
        (b'F', 10..=19) => return Some(SubstanceUse),
        (b'F', 52 | 64..=66) => return Some(SexualHealth),
        (b'F', 0..=99) => return Some(MentalHealth),
        (b'A', 50..=64) => return Some(SexualHealth),
        (b'Q', 90..=99) => return Some(Genetics),
        (b'X', 60..=84) => return Some(MentalHealth),
        (b'T', 36..=65) => return poisoning(&code, number),
        _ => {}
    }
    if VIOLENCE.iter().any(|begin| code.starts_with(begin)) {
        return Some(Violence);
    }
    BEGINNINGS.iter().find(|(begin, _)| code.starts_with(begin)).map(|(_, kind)| *kind)
}

/// ICD-10-CM says at the sixth place how it came: 1 by accident, 2 on purpose, 3 by assault, 4
/// unknown, 5 side effect, 6 too little taken. The last two are ordinary treatment.
fn poisoning(code: &str, number: u8) -> Option<Sensitivity> {
    match code.as_bytes().get(5) {
        Some(b'2') => Some(MentalHealth),
        Some(b'3') => Some(Violence),
        Some(b'1' | b'4') if number == 40 => Some(SubstanceUse),
        _ if code.starts_with("T510") => Some(SubstanceUse),
        _ => None,
    }
}

/// The kind of an ICD-9-CM diagnosis.
pub(super) fn nine(code: &str) -> Option<Sensitivity> {
    let code = plain(code)?;
    let begins = |list: &[&str]| list.iter().any(|begin| code.starts_with(begin));
    if begins(&["V08", "07953", "79571", "V016", "V025", "V25", "V745", "3027"]) {
        return Some(SexualHealth);
    }
    if begins(&["V83", "V84", "V263", "758", "3334"]) {
        return Some(Genetics);
    }
    if begins(&["9955", "9958", "E960", "E961", "E965", "E966", "E967", "E968", "V154", "V715"]) {
        return Some(Violence);
    }
    if begins(&["V113", "V7942", "3575", "4255", "5353", "5710", "5711", "5712", "5713", "9800"]) {
        return Some(SubstanceUse);
    }
    if begins(&["V11", "V6284", "V402", "E95"]) {
        return Some(MentalHealth);
    }
    let number: u16 = code.get(..3)?.parse().ok()?;
    match number {
        305 if code.starts_with("3051") => None,
        291 | 292 | 303..=305 => Some(SubstanceUse),
        290..=319 => Some(MentalHealth),
        42 | 90..=99 => Some(SexualHealth),
        635 => Some(SexualHealth),
        _ => None,
    }
}

/// Upper case, without dot; `None` for what is too short or no code.
fn plain(code: &str) -> Option<String> {
    let plain: String =
        code.chars().filter(|c| *c != '.').take(12).map(|c| c.to_ascii_uppercase()).collect();
    (plain.len() >= 3 && plain.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(plain)
}
