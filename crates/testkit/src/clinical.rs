//! What the two personas have. Codes are LOINC, SNOMED CT, RxNorm and CVX as far as commonly
//! known; values are invented.

use crate::Persona;

/// A coded term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    pub(crate) system: &'static str,
    pub(crate) code: &'static str,
    pub(crate) display: &'static str,
}

pub(crate) const fn snomed(code: &'static str, display: &'static str) -> Term {
    Term { system: "http://snomed.info/sct", code, display }
}

pub(crate) const fn loinc(code: &'static str, display: &'static str) -> Term {
    Term { system: "http://loinc.org", code, display }
}

pub(crate) const fn rxnorm(code: &'static str, display: &'static str) -> Term {
    Term { system: "http://www.nlm.nih.gov/research/umls/rxnorm", code, display }
}

pub(crate) const fn cvx(code: &'static str, display: &'static str) -> Term {
    Term { system: "http://hl7.org/fhir/sid/cvx", code, display }
}

/// A condition: term, clinical status, verification status, onset as written.
pub(crate) type ConditionRow = (Term, Option<&'static str>, &'static str, &'static str);
/// A medicine: term, status, dose, authored on.
pub(crate) type MedicineRow = (Term, &'static str, &'static str, &'static str);

/// A laboratory test followed over years.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lab {
    pub(crate) term: Term,
    pub(crate) unit: &'static str,
    pub(crate) ucum: &'static str,
    pub(crate) decimals: usize,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// Value at the start and at the end of the years.
    pub(crate) from: f64,
    pub(crate) to: f64,
}

const fn lab(
    term: Term,
    (unit, ucum): (&'static str, &'static str),
    decimals: usize,
    low: Option<f64>,
    high: Option<f64>,
    (from, to): (f64, f64),
) -> Lab {
    Lab { term, unit, ucum, decimals, low, high, from, to }
}

const MMOL: (&str, &str) = ("mmol/L", "mmol/L");
const UMOL: (&str, &str) = ("µmol/L", "umol/L");

const HEART_LABS: [Lab; 6] = [
    lab(
        loinc("6298-4", "Potassium [Moles/volume] in Blood"),
        MMOL,
        1,
        Some(3.5),
        Some(5.1),
        (4.2, 5.6),
    ),
    lab(
        loinc("14682-9", "Creatinine [Moles/volume] in Serum or Plasma"),
        UMOL,
        0,
        Some(45.0),
        Some(84.0),
        (71.0, 98.0),
    ),
    lab(
        loinc("22748-8", "Cholesterol in LDL [Moles/volume] in Serum or Plasma"),
        MMOL,
        2,
        None,
        Some(1.8),
        (3.9, 1.60),
    ),
    lab(
        loinc("33762-6", "NT-proBNP [Mass/volume] in Serum or Plasma"),
        ("ng/L", "ng/L"),
        0,
        None,
        Some(125.0),
        (410.0, 180.0),
    ),
    lab(
        loinc("718-7", "Hemoglobin [Mass/volume] in Blood"),
        ("g/dL", "g/dL"),
        1,
        Some(12.0),
        Some(15.5),
        (13.1, 12.4),
    ),
    lab(
        loinc("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma"),
        ("mIU/L", "m[IU]/L"),
        2,
        Some(0.27),
        Some(4.20),
        (2.1, 2.4),
    ),
];

const DIABETES_LABS: [Lab; 6] = [
    lab(
        loinc("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
        ("%", "%"),
        1,
        Some(4.0),
        Some(6.0),
        (9.4, 7.0),
    ),
    lab(
        loinc("14771-0", "Fasting glucose [Moles/volume] in Serum or Plasma"),
        MMOL,
        1,
        Some(3.9),
        Some(5.6),
        (12.3, 7.4),
    ),
    lab(
        loinc("14682-9", "Creatinine [Moles/volume] in Serum or Plasma"),
        UMOL,
        0,
        Some(59.0),
        Some(104.0),
        (88.0, 121.0),
    ),
    lab(
        loinc("22748-8", "Cholesterol in LDL [Moles/volume] in Serum or Plasma"),
        MMOL,
        2,
        None,
        Some(2.6),
        (3.4, 2.20),
    ),
    lab(
        loinc("6298-4", "Potassium [Moles/volume] in Blood"),
        MMOL,
        1,
        Some(3.5),
        Some(5.1),
        (4.4, 4.8),
    ),
    lab(
        loinc("14959-1", "Microalbumin/Creatinine [Mass Ratio] in Urine"),
        ("mg/g", "mg/g"),
        1,
        None,
        Some(30.0),
        (18.0, 64.5),
    ),
];

const HEART_CONDITIONS: [ConditionRow; 6] = [
    (snomed("59621000", "Essential hypertension"), Some("active"), "confirmed", "2008"),
    (snomed("53741008", "Coronary arteriosclerosis"), Some("active"), "confirmed", "2019-02"),
    (snomed("22298006", "Myocardial infarction"), Some("resolved"), "confirmed", "2019-02-11"),
    (snomed("59282003", "Pulmonary embolism"), None, "refuted", "2019-02-12"),
    (snomed("49436004", "Atrial fibrillation"), Some("active"), "provisional", "2026-05-04"),
    (snomed("233604007", "Pneumonia"), Some("resolved"), "confirmed", "1998"),
];

const DIABETES_CONDITIONS: [ConditionRow; 6] = [
    (snomed("44054006", "Diabetes mellitus type 2"), Some("active"), "confirmed", "2011-06"),
    (snomed("4855003", "Diabetic retinopathy"), Some("active"), "unconfirmed", "2025-10-20"),
    (snomed("709044004", "Chronic kidney disease"), Some("active"), "differential", "2026-03-02"),
    (snomed("46635009", "Diabetes mellitus type 1"), None, "refuted", "2011-07-01"),
    (snomed("195967001", "Asthma"), Some("remission"), "confirmed", "1962"),
    (snomed("74400008", "Appendicitis"), Some("resolved"), "confirmed", "1974-08"),
];

const HEART_MEDICINES: [MedicineRow; 5] = [
    (
        rxnorm("854901", "Bisoprolol fumarate 5 mg oral tablet"),
        "active",
        "1 tablet in the morning",
        "2019-02-20",
    ),
    (
        rxnorm("617310", "Atorvastatin 20 mg oral tablet"),
        "active",
        "1 tablet in the evening",
        "2019-02-20",
    ),
    (
        rxnorm("198189", "Ramipril 5 mg oral capsule"),
        "stopped",
        "1 capsule daily; stopped because of a dry cough",
        "2019-03-05",
    ),
    (
        rxnorm("312961", "Simvastatin 20 mg oral tablet"),
        "entered-in-error",
        "1 tablet in the evening",
        "2020-01-09",
    ),
    (
        rxnorm("979480", "Losartan potassium 50 mg oral tablet"),
        "on-hold",
        "1 tablet daily",
        "2026-04-11",
    ),
];

const DIABETES_MEDICINES: [MedicineRow; 5] = [
    (
        rxnorm("861007", "Metformin hydrochloride 500 mg oral tablet"),
        "active",
        "1 tablet twice daily with meals",
        "2011-07-15",
    ),
    (
        rxnorm("274783", "Insulin glargine 100 units/mL injectable solution"),
        "active",
        "18 units at bedtime",
        "2022-09-01",
    ),
    (
        rxnorm("310488", "Glipizide 10 mg oral tablet"),
        "stopped",
        "1 tablet daily; stopped after low blood sugar",
        "2014-02-03",
    ),
    (
        rxnorm("312961", "Simvastatin 20 mg oral tablet"),
        "entered-in-error",
        "1 tablet in the evening",
        "2018-05-30",
    ),
    (rxnorm("314076", "Lisinopril 10 mg oral tablet"), "cancelled", "1 tablet daily", "2023-01-17"),
];

impl Persona {
    pub(crate) fn labs(self) -> &'static [Lab] {
        match self {
            Persona::HeartWoman => &HEART_LABS,
            Persona::DiabetesMan => &DIABETES_LABS,
        }
    }

    pub(crate) fn conditions(self) -> &'static [ConditionRow] {
        match self {
            Persona::HeartWoman => &HEART_CONDITIONS,
            Persona::DiabetesMan => &DIABETES_CONDITIONS,
        }
    }

    pub(crate) fn medicines(self) -> &'static [MedicineRow] {
        match self {
            Persona::HeartWoman => &HEART_MEDICINES,
            Persona::DiabetesMan => &DIABETES_MEDICINES,
        }
    }
}
