//! Analytes whose mass and amount can be converted into each other, known by LOINC.
//!
//! Molar masses in g/mol are sums of the IUPAC standard atomic weights (abridged, 2021) over the
//! formula named beside each; where laboratories use a convention instead, it is named.

/// What is known of an analyte.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Analyte {
    /// A plain name.
    pub name: &'static str,
    /// g/mol.
    pub molar_mass: Option<f64>,
    /// Equivalents in a mole.
    pub valence: Option<f64>,
    /// HbA1c: percent (NGSP) and mmol/mol (IFCC) are related by the master equation.
    pub(super) glycated: bool,
    loinc: &'static [&'static str],
}

const fn massive(name: &'static str, mass: f64, loinc: &'static [&'static str]) -> Analyte {
    Analyte { name, molar_mass: Some(mass), valence: None, glycated: false, loinc }
}

const fn ion(
    name: &'static str,
    mass: f64,
    valence: f64,
    loinc: &'static [&'static str],
) -> Analyte {
    Analyte { name, molar_mass: Some(mass), valence: Some(valence), glycated: false, loinc }
}

const ANALYTES: [Analyte; 30] = [
    // C6H12O6
    massive(
        "glucose",
        180.156,
        &[
            "2345-7", "14749-6", "2339-0", "15074-8", "1558-6", "14771-0", "2340-8", "41653-7",
            "32016-8", "14743-9", "5792-7", "2350-7", "53049-3", "76629-5", "20436-2", "14995-5",
        ],
    ),
    // C27H46O
    massive("cholesterol", 386.664, &["2093-3", "14647-2"]),
    massive("HDL cholesterol", 386.664, &["2085-9", "14646-4", "49130-8"]),
    massive(
        "LDL cholesterol",
        386.664,
        &["2089-1", "13457-7", "18262-6", "18261-8", "22748-8", "39469-2", "69419-0"],
    ),
    massive("non-HDL cholesterol", 386.664, &["43396-1", "70204-3"]),
    massive("VLDL cholesterol", 386.664, &["13458-5", "2091-7", "25371-6"]),
    // Convention: triolein, C57H104O6.
    massive("triglycerides", 885.449, &["2571-8", "14927-8", "3043-7", "1644-4", "30524-3"]),
    // C4H7N3O
    massive(
        "creatinine",
        113.120,
        &["2160-0", "14682-9", "38483-4", "59826-8", "2161-8", "14683-7"],
    ),
    // Nitrogen in urea, 2 N: laboratories of the United States give its mass, others urea's amount.
    massive("urea nitrogen", 28.014, &["3094-0", "6299-2", "14937-7", "59570-2"]),
    // CH4N2O
    massive("urea", 60.056, &["3091-6", "22664-7", "20977-5"]),
    // Convention of the IFCC: one haem group, a quarter of the tetramer of 64 458 g/mol.
    massive("haemoglobin", 16_114.5, &["718-7", "59260-0", "20509-6", "30313-1", "30350-3"]),
    ion("calcium", 40.078, 2.0, &["17861-6", "2000-8", "49765-1"]),
    ion("ionised calcium", 40.078, 2.0, &["1994-3", "1995-0", "17864-0", "12180-6"]),
    ion("magnesium", 24.305, 2.0, &["19123-9", "2601-3", "2593-2"]),
    ion("sodium", 22.990, 1.0, &["2951-2", "2947-0", "2950-4"]),
    ion("potassium", 39.098, 1.0, &["2823-3", "6298-4", "2828-2"]),
    ion("chloride", 35.45, 1.0, &["2075-0", "2069-3", "2078-4"]),
    // Counted as bicarbonate, HCO3.
    ion("carbon dioxide", 61.017, 1.0, &["2028-9", "20565-8", "1963-8", "1959-6"]),
    // Given as phosphorus, P.
    massive("phosphate as phosphorus", 30.974, &["2777-1", "14879-1"]),
    // C33H36N4O6
    massive("bilirubin", 584.673, &["1975-2", "14631-6", "42719-5"]),
    massive("direct bilirubin", 584.673, &["1968-7", "14629-0"]),
    massive("indirect bilirubin", 584.673, &["1971-1", "14630-8"]),
    // C5H4N4O3
    massive("uric acid", 168.112, &["3084-1", "14933-6"]),
    // C27H44O2, 25-hydroxyvitamin D3.
    massive("25-hydroxyvitamin D", 400.647, &["1989-3", "62292-8", "14635-7", "68438-1"]),
    // C63H88CoN14O14P, cyanocobalamin
    massive("vitamin B12", 1355.388, &["2132-9", "14685-2"]),
    // C19H19N7O6
    massive("folate", 441.404, &["2284-8", "14732-2"]),
    // C15H11I4NO4
    massive("thyroxine", 776.874, &["3026-2", "14921-1", "3024-7", "14920-3"]),
    // C15H12I3NO4
    massive("triiodothyronine", 650.977, &["3053-6", "14930-2", "3051-0", "14928-6"]),
    massive("iron", 55.845, &["2498-4", "14798-3"]),
    // C3H6O3, counted as the acid.
    massive("lactate", 90.078, &["2524-7", "14118-4", "32693-4", "2518-9"]),
];

/// HbA1c. NGSP % = 0.09148 × IFCC mmol/mol + 2.152 (Hoelzel et al., Clin Chem 2004; 50:166).
const GLYCATED: Analyte = Analyte {
    name: "HbA1c",
    molar_mass: None,
    valence: None,
    glycated: true,
    loinc: &["4548-4", "17856-6", "59261-8", "4549-2", "71875-9"],
};

/// The analyte of a LOINC code, if its conversions are known.
pub fn analyte(loinc: &str) -> Option<&'static Analyte> {
    if GLYCATED.loinc.contains(&loinc) {
        return Some(&GLYCATED);
    }
    ANALYTES.iter().find(|analyte| analyte.loinc.contains(&loinc))
}

#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static Analyte, &'static str)> {
    ANALYTES
        .iter()
        .chain([&GLYCATED])
        .flat_map(|analyte| analyte.loinc.iter().map(move |code| (analyte, *code)))
}
