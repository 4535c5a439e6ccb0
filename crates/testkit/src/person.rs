//! People who do not exist.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// A synthetic person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Given names.
    pub given: Vec<String>,
    /// Family name.
    pub family: String,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// FHIR administrative gender.
    pub sex: String,
    /// Telephone number.
    pub phone: String,
    /// Mail address.
    pub mail: String,
    /// Street and house number.
    pub street: String,
    /// Town.
    pub city: String,
    /// Number in the clinic's register.
    pub record_number: String,
    /// Number of the insurance policy.
    pub insurance_number: String,
}

impl Person {
    /// Given names and family name.
    pub fn name(&self) -> String {
        format!("{} {}", self.given.join(" "), self.family)
    }

    /// Everything in her Patient resource that identifies her.
    pub fn identifiers(&self) -> Vec<String> {
        let mut all = self.given.clone();
        all.extend([
            self.family.clone(),
            self.birth_date.clone(),
            self.phone.clone(),
            self.mail.clone(),
            self.street.clone(),
            self.city.clone(),
            self.record_number.clone(),
            self.insurance_number.clone(),
        ]);
        all
    }
}

/// The two patients of the demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Persona {
    /// A woman with heart records.
    HeartWoman,
    /// A man with diabetes.
    DiabetesMan,
}

impl Persona {
    /// Who it is; always the same.
    pub fn person(self) -> Person {
        match self {
            Persona::HeartWoman => {
                fixed("Test-Anna", "Maria", "Muster-Sample", "1961-03-14", "female", 1)
            }
            Persona::DiabetesMan => {
                fixed("Test-Bruno", "Karl", "Beispiel-Sample", "1955-11-02", "male", 2)
            }
        }
    }

    /// Her or his record as a FHIR R4 collection Bundle.
    pub fn bundle(self, seed: u64) -> Vec<u8> {
        crate::bundle::persona_bundle(self, seed)
    }
}

fn fixed(first: &str, second: &str, family: &str, born: &str, sex: &str, number: u32) -> Person {
    Person {
        given: vec![first.to_owned(), second.to_owned()],
        family: family.to_owned(),
        birth_date: born.to_owned(),
        sex: sex.to_owned(),
        phone: format!("+1-202-555-01{number:02}"),
        mail: format!("{}@mail.example", first.to_lowercase()),
        street: format!("{number} Example Street"),
        city: "Sampletown".to_owned(),
        record_number: format!("MRN-TEST-{number:06}"),
        insurance_number: format!("INS-TEST-{number:06}"),
    }
}

/// A person from a seed.
pub fn person(seed: u64) -> Person {
    let mut rng = crate::seeded(seed);
    const WOMEN: [&str; 8] = ["Anna", "Berta", "Clara", "Dora", "Emma", "Fatima", "Greta", "Hana"];
    const MEN: [&str; 8] = ["Albert", "Boris", "Carlos", "David", "Emil", "Felix", "Goran", "Hugo"];
    const FAMILIES: [&str; 8] =
        ["Muster", "Beispiel", "Ejemplo", "Esempio", "Voorbeeld", "Prover", "Exempel", "Contoh"];
    let woman = rng.random_bool(0.5);
    let given = pick(&mut rng, if woman { &WOMEN } else { &MEN });
    let second = pick(&mut rng, if woman { &WOMEN } else { &MEN });
    let family = pick(&mut rng, &FAMILIES);
    let born = format!(
        "{}-{:02}-{:02}",
        rng.random_range(1930..2015),
        rng.random_range(1..13),
        rng.random_range(1..29)
    );
    let number = rng.random_range(1..100_000);
    let mut person = fixed(
        &format!("Test-{given}"),
        second,
        &format!("{family}-Sample"),
        &born,
        if woman { "female" } else { "male" },
        number,
    );
    person.phone = format!("+1-202-555-01{:02}", number % 100);
    person
}

/// One of several.
pub(crate) fn pick<'a>(rng: &mut StdRng, of: &[&'a str]) -> &'a str {
    of.get(rng.random_range(0..of.len())).copied().unwrap_or_default()
}
