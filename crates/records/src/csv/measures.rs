//! Measurements a column may hold, with the headings they go by.

use super::CsvMeasure;
use crate::units::Unit;

/// A kind of measurement.
pub(super) struct Measure {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    pub(super) loinc: &'static str,
    /// FHIR observation category.
    pub(super) category: &'static str,
    /// UCUM, the usual one first.
    pub(super) units: &'static [&'static str],
    /// Headings, folded: lower case, letters and digits only.
    headings: &'static [&'static str],
    /// Ranges in which values tell the unit, with the unit.
    ranges: &'static [(f64, f64, &'static str)],
}

const VITAL: &str = "vital-signs";
const LABORATORY: &str = "laboratory";

const fn measure(
    key: &'static str,
    name: &'static str,
    loinc: &'static str,
    category: &'static str,
    units: &'static [&'static str],
    headings: &'static [&'static str],
    ranges: &'static [(f64, f64, &'static str)],
) -> Measure {
    Measure { key, name, loinc, category, units, headings, ranges }
}

/// LOINC codes of the two numbers of a blood pressure.
pub(super) const SYSTOLIC: &str = "8480-6";
pub(super) const DIASTOLIC: &str = "8462-4";

pub(super) const MEASURES: [Measure; 31] = [
    measure(
        "heartRate",
        "Heart rate",
        "8867-4",
        VITAL,
        &["/min"],
        &[
            "heartrate",
            "pulse",
            "hr",
            "bpm",
            "puls",
            "pulserate",
            "herzfrequenz",
            "frecuenciacardiaca",
            "心率",
            "脉搏",
        ],
        &[],
    ),
    measure(
        "systolic",
        "Systolic blood pressure",
        SYSTOLIC,
        VITAL,
        &["mm[Hg]", "kPa"],
        &[
            "systolic",
            "sys",
            "sbp",
            "systolicbp",
            "systolicbloodpressure",
            "systolisch",
            "sistolica",
            "收缩压",
            "高压",
        ],
        &[(50.0, 300.0, "mm[Hg]"), (6.0, 40.0, "kPa")],
    ),
    measure(
        "diastolic",
        "Diastolic blood pressure",
        DIASTOLIC,
        VITAL,
        &["mm[Hg]", "kPa"],
        &[
            "diastolic",
            "dia",
            "dbp",
            "diastolicbp",
            "diastolicbloodpressure",
            "diastolisch",
            "diastolica",
            "舒张压",
            "低压",
        ],
        &[(25.0, 200.0, "mm[Hg]"), (3.0, 25.0, "kPa")],
    ),
    measure(
        "temperature",
        "Body temperature",
        "8310-5",
        VITAL,
        &["Cel", "[degF]"],
        &[
            "temperature",
            "temp",
            "bodytemperature",
            "bodytemp",
            "temperatur",
            "temperatura",
            "体温",
        ],
        &[(25.0, 45.0, "Cel"), (80.0, 115.0, "[degF]")],
    ),
    measure(
        "oxygenSaturation",
        "Oxygen saturation",
        "59408-5",
        VITAL,
        &["%"],
        &[
            "oxygensaturation",
            "spo2",
            "o2sat",
            "sao2",
            "oxygen",
            "saturation",
            "sauerstoffsaettigung",
            "saturaciondeoxigeno",
            "血氧",
            "血氧饱和度",
        ],
        &[],
    ),
    measure(
        "respiratoryRate",
        "Respiratory rate",
        "9279-1",
        VITAL,
        &["/min"],
        &[
            "respiratoryrate",
            "respirationrate",
            "respiration",
            "resprate",
            "rr",
            "breathingrate",
            "atemfrequenz",
            "呼吸频率",
            "呼吸",
        ],
        &[],
    ),
    // A weight of 80 may be in kilograms or in pounds: never guessed.
    measure(
        "weight",
        "Body weight",
        "29463-7",
        VITAL,
        &["kg", "[lb_av]", "g", "[stone_av]"],
        &["weight", "bodyweight", "wt", "mass", "bodymass", "gewicht", "peso", "体重"],
        &[],
    ),
    measure(
        "height",
        "Body height",
        "8302-2",
        VITAL,
        &["cm", "m", "[in_i]"],
        &["height", "bodyheight", "ht", "length", "groesse", "größe", "estatura", "altura", "身高"],
        &[(100.0, 250.0, "cm"), (0.4, 2.5, "m")],
    ),
    measure(
        "bmi",
        "Body mass index",
        "39156-5",
        VITAL,
        &["kg/m2"],
        &["bmi", "bodymassindex", "imc"],
        &[],
    ),
    measure(
        "headCircumference",
        "Head circumference",
        "9843-4",
        VITAL,
        &["cm", "[in_i]"],
        &["headcircumference", "headcirc", "kopfumfang", "头围"],
        &[(28.0, 70.0, "cm")],
    ),
    measure(
        "waist",
        "Waist",
        "8280-0",
        VITAL,
        &["cm", "[in_i]"],
        &["waist", "waistcircumference", "bauchumfang", "腰围"],
        &[],
    ),
    measure(
        "bodyFat",
        "Body fat",
        "41982-0",
        VITAL,
        &["%"],
        &["bodyfat", "fat", "fatpercentage", "bodyfatpercentage"],
        &[],
    ),
    measure(
        "pain",
        "Pain",
        "72514-3",
        VITAL,
        &["{score}"],
        &["pain", "painscore", "schmerz", "dolor"],
        &[],
    ),
    measure(
        "peakFlow",
        "Peak flow",
        "19935-6",
        LABORATORY,
        &["L/min"],
        &["peakflow", "pef", "pefr"],
        &[],
    ),
    // 5 and 90 are both usual sugars: the values tell the unit.
    measure(
        "glucose",
        "Glucose",
        "2339-0",
        LABORATORY,
        &["mg/dL", "mmol/L"],
        &[
            "glucose",
            "bloodglucose",
            "bloodsugar",
            "sugar",
            "bg",
            "glukose",
            "blutzucker",
            "glucosa",
            "glucemia",
            "血糖",
        ],
        &[(1.0, 34.0, "mmol/L"), (40.0, 600.0, "mg/dL")],
    ),
    measure(
        "hba1c",
        "HbA1c",
        "4548-4",
        LABORATORY,
        &["%", "mmol/mol"],
        &["hba1c", "a1c", "hemoglobina1c", "糖化血红蛋白"],
        &[(3.5, 18.0, "%"), (19.0, 180.0, "mmol/mol")],
    ),
    measure(
        "cholesterol",
        "Total cholesterol",
        "2093-3",
        LABORATORY,
        &["mg/dL", "mmol/L"],
        &["cholesterol", "totalcholesterol", "cholesterin", "colesterol", "总胆固醇"],
        &[(1.5, 15.0, "mmol/L"), (60.0, 500.0, "mg/dL")],
    ),
    measure(
        "hdl",
        "HDL cholesterol",
        "2085-9",
        LABORATORY,
        &["mg/dL", "mmol/L"],
        &["hdl", "hdlcholesterol"],
        &[(0.3, 5.0, "mmol/L"), (15.0, 150.0, "mg/dL")],
    ),
    measure(
        "ldl",
        "LDL cholesterol",
        "2089-1",
        LABORATORY,
        &["mg/dL", "mmol/L"],
        &["ldl", "ldlcholesterol"],
        &[(0.3, 12.0, "mmol/L"), (20.0, 400.0, "mg/dL")],
    ),
    measure(
        "triglycerides",
        "Triglycerides",
        "2571-8",
        LABORATORY,
        &["mg/dL", "mmol/L"],
        &["triglycerides", "trig", "trigs", "triglyceride", "trigliceridos", "甘油三酯"],
        &[],
    ),
    measure(
        "creatinine",
        "Creatinine",
        "2160-0",
        LABORATORY,
        &["mg/dL", "umol/L"],
        &["creatinine", "crea", "creatinin", "kreatinin", "creatinina", "肌酐"],
        &[(0.2, 15.0, "mg/dL"), (20.0, 1400.0, "umol/L")],
    ),
    measure(
        "egfr",
        "Estimated GFR",
        "33914-3",
        LABORATORY,
        &["mL/min/{1.73_m2}"],
        &["egfr", "gfr"],
        &[],
    ),
    measure(
        "urea",
        "Urea nitrogen",
        "3094-0",
        LABORATORY,
        &["mg/dL", "mmol/L"],
        &["bun", "ureanitrogen"],
        &[],
    ),
    measure(
        "sodium",
        "Sodium",
        "2951-2",
        LABORATORY,
        &["mmol/L", "meq/L"],
        &["sodium", "na", "natrium", "sodio", "钠"],
        &[],
    ),
    measure(
        "potassium",
        "Potassium",
        "2823-3",
        LABORATORY,
        &["mmol/L", "meq/L"],
        &["potassium", "kalium", "potasio", "钾"],
        &[],
    ),
    measure(
        "haemoglobin",
        "Haemoglobin",
        "718-7",
        LABORATORY,
        &["g/dL", "g/L", "mmol/L"],
        &["hemoglobin", "haemoglobin", "hgb", "hb", "hemoglobina", "血红蛋白"],
        &[(12.0, 25.0, "g/dL"), (60.0, 250.0, "g/L")],
    ),
    measure(
        "leukocytes",
        "Leukocytes",
        "6690-2",
        LABORATORY,
        &["10*3/uL", "10*9/L"],
        &["wbc", "leukocytes", "whitebloodcells", "leukozyten", "leucocitos", "白细胞"],
        &[],
    ),
    measure(
        "platelets",
        "Platelets",
        "777-3",
        LABORATORY,
        &["10*3/uL", "10*9/L"],
        &["platelets", "plt", "thrombozyten", "plaquetas", "血小板"],
        &[],
    ),
    measure(
        "tsh",
        "TSH",
        "3016-3",
        LABORATORY,
        &["m[IU]/L", "u[IU]/mL"],
        &["tsh", "thyrotropin"],
        &[],
    ),
    measure(
        "crp",
        "C-reactive protein",
        "1988-5",
        LABORATORY,
        &["mg/L", "mg/dL"],
        &["crp", "creactiveprotein"],
        &[],
    ),
    measure(
        "ferritin",
        "Ferritin",
        "2276-4",
        LABORATORY,
        &["ng/mL", "ug/L"],
        &["ferritin", "ferritina", "铁蛋白"],
        &[],
    ),
];

/// A measurement by its key.
pub(super) fn by_key(key: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|measure| measure.key == key)
}

/// A measurement by its heading or name.
pub(super) fn by_heading(heading: &str) -> Option<&'static Measure> {
    let folded = fold(heading);
    MEASURES.iter().find(|measure| measure.headings.contains(&folded.as_str()))
}

/// All, to choose from.
pub(super) fn all() -> Vec<CsvMeasure> {
    let list = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
    MEASURES
        .iter()
        .map(|measure| CsvMeasure {
            key: measure.key.to_owned(),
            loinc: measure.loinc.to_owned(),
            units: list(measure.units),
        })
        .collect()
}

impl Measure {
    /// The unit that the values tell: the only one there is, or the only one in whose range nearly
    /// all lie.
    pub(super) fn unit_of(&self, values: &[f64]) -> Option<&'static str> {
        if let [only] = self.units {
            return Some(only);
        }
        // Of a hundred values a few are mistyped.
        let inside = |(low, high, _): &&(f64, f64, &str)| {
            let many = values.iter().filter(|value| (*low..=*high).contains(*value)).count();
            many > 0 && many * 20 >= values.len() * 19
        };
        let mut fitting = self.ranges.iter().filter(inside);
        match (fitting.next(), fitting.next()) {
            (Some((_, _, unit)), None) => Some(unit),
            _ => None,
        }
    }
}

/// A heading and the unit in it: `Weight (kg)`, `Glucose [mg/dL]`, `Temp_C`.
pub(super) fn split_heading(heading: &str) -> (String, Option<Unit>) {
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some((name, rest)) = heading.split_once(open)
            && let Some(at) = rest.rfind(close)
            && let Some(unit) = rest.get(..at).and_then(Unit::written)
        {
            return (name.trim().to_owned(), Some(unit));
        }
    }
    for separator in [',', '_', ' '] {
        if let Some((name, unit)) = heading.rsplit_once(separator)
            && by_heading(name).is_some()
            && let Some(unit) = Unit::written(unit)
        {
            return (name.trim().to_owned(), Some(unit));
        }
    }
    (heading.trim().to_owned(), None)
}

/// Lower case, letters and digits only.
pub(super) fn fold(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
