//! Units of measure (UCUM, case sensitive): reading them, telling which can be compared, converting.
//!
//! A trend never mixes units: [`Series`] brings values to the unit of the newest one, or says that
//! it cannot. Between mass and amount of substance it converts only for an analyte it knows
//! ([`Analyte`]), and says with which molar mass.
//!
//! Stricter than UCUM where UCUM would compare what medicine does not:
//! * the mole is a base unit (for UCUM it is a number, so cells could be compared with millimoles);
//! * an amount per amount (`mmol/mol`) is not a percentage: for HbA1c they differ by a formula;
//! * an annotation that is not known to mean nothing (`{1.73_m2}`, `{FEU}`) counts as a unit;
//! * arbitrary units (`[IU]`, `[pH]`) compare with themselves only.
//!
//! Our own reader of the part of UCUM that is used in records, rather than the crate `octofhir-ucum`:
//! that one follows UCUM in all of the above, and brings regular expressions and fuzzy matching.

mod analyte;
mod atoms;
mod number;
mod read;
mod series;
mod written;

pub use analyte::{Analyte, analyte};
pub use number::Number;
pub use series::{Converted, Series};

use std::collections::BTreeMap;

use crate::view::unit_system::UCUM;

/// Longest text that is taken for a unit.
const MAX_TEXT: usize = 64;
/// Largest exponent of a base unit.
const MAX_EXPONENT: i32 = 12;

/// What a unit measures: exponents of base units (`m`, `g`, `s`, `K`, `mol`, `cd`, `C`) and of
/// arbitrary units and unknown annotations. Empty: a bare number.
type Dimension = BTreeMap<String, i32>;

/// A unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// UCUM code.
    code: String,
    dimension: Dimension,
    /// One of this unit in base units.
    factor: f64,
    /// Zero of this unit in kelvin, for the scales of temperature.
    zero: Option<f64>,
}

impl Unit {
    /// Reads a UCUM code; `None` if it is not one that is known here.
    pub fn parse(code: &str) -> Option<Unit> {
        if code.is_empty() || code.len() > MAX_TEXT || !code.is_ascii() {
            return None;
        }
        if let Some(zero) = atoms::zero(code) {
            let factor = if code == "[degF]" { 5.0 / 9.0 } else { 1.0 };
            let dimension = Dimension::from([("K".to_owned(), 1)]);
            return Some(Unit { code: code.to_owned(), dimension, factor, zero: Some(zero) });
        }
        let mut parts = read::read(code)?;
        if !parts.factor.is_normal() || parts.dimension.values().any(|e| e.abs() > MAX_EXPONENT) {
            return None;
        }
        // An amount per amount cancels out, but is no bare number.
        if parts.moles_cancelled && !parts.dimension.contains_key("mol") {
            parts.dimension.insert("mol/mol".to_owned(), 1);
        }
        Some(Unit {
            code: code.to_owned(),
            dimension: parts.dimension,
            factor: parts.factor,
            zero: None,
        })
    }

    /// Reads a unit as laboratories and devices write it: UCUM, or a known other spelling.
    pub fn written(text: &str) -> Option<Unit> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return None;
        }
        // Known spellings first: `K/uL` is thousands per microlitre to everybody but UCUM.
        match written::ucum(text) {
            Some(code) => Unit::parse(code),
            None => Unit::parse(&written::plain(text)),
        }
    }

    /// The unit of a FHIR quantity: its UCUM code if it has one, else what stands beside the number.
    pub fn of(system: Option<&str>, code: Option<&str>, text: Option<&str>) -> Option<Unit> {
        let coded = match system {
            Some(UCUM | "urn:oid:2.16.840.1.113883.6.8") => {
                code.and_then(|code| Unit::parse(code).or_else(|| Unit::written(code)))
            }
            _ => None,
        };
        coded.or_else(|| text.and_then(Unit::written)).or_else(|| match system {
            None => code.and_then(Unit::written),
            Some(_) => None,
        })
    }

    /// Its UCUM code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether values in one can be given in the other without knowing what was measured.
    pub fn is_commensurable(&self, other: &Unit) -> bool {
        self.dimension == other.dimension
    }

    /// A value in this unit, in base units.
    fn in_base(&self, value: f64) -> f64 {
        value.mul_add(self.factor, self.zero.unwrap_or_default())
    }

    /// A value in base units, in this unit.
    fn out_of_base(&self, value: f64) -> f64 {
        (value - self.zero.unwrap_or_default()) / self.factor
    }

    /// Whether both are the same measure of the same size, however they are spelled.
    fn is_same(&self, other: &Unit) -> bool {
        let close = (self.factor - other.factor).abs() <= self.factor.abs() * 1e-12;
        self.dimension == other.dimension && close && self.zero == other.zero
    }
}

#[cfg(test)]
mod tests;
