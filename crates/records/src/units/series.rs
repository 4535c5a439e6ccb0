//! One analyte in one unit.

use super::{Analyte, Dimension, Number, Unit, analyte};
use crate::view::QuantityView;

/// Brings the values of one analyte to one unit, normally that of the newest.
#[derive(Debug, Clone)]
pub struct Series {
    unit: Unit,
    analyte: Option<&'static Analyte>,
}

/// A value in the unit of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Converted {
    /// Unrounded, for drawing.
    pub value: f64,
    /// Digits to show: as exact as written.
    pub digits: String,
    /// False if the value was in that unit already; then `digits` is as written.
    pub converted: bool,
    /// The molar mass (g/mol) that was needed, if one was.
    pub molar_mass: Option<f64>,
}

impl Series {
    /// The series of an analyte in the unit of `quantity`. `code` is its LOINC code, if it has one.
    /// `None` if that unit is not known: then only values with the very same unit can be compared,
    /// see [`Series::same_text`].
    pub fn in_unit_of(quantity: &QuantityView, code: Option<&str>) -> Option<Series> {
        Some(Series { unit: unit_of(quantity)?, analyte: code.and_then(analyte) })
    }

    /// The series of an analyte in a unit given by its UCUM code.
    pub fn in_unit(ucum: &str, code: Option<&str>) -> Option<Series> {
        Some(Series { unit: Unit::parse(ucum)?, analyte: code.and_then(analyte) })
    }

    /// The unit (UCUM).
    pub fn unit(&self) -> &str {
        self.unit.code()
    }

    /// Brings a value to the unit of the series; `None` if it is no number or cannot be brought
    /// there. A comparator stays what it was: no conversion turns a scale around.
    pub fn convert(&self, quantity: &QuantityView) -> Option<Converted> {
        let written = quantity.value.as_deref()?;
        let number = Number::parse(written)?;
        let from = unit_of(quantity)?;
        if from.is_same(&self.unit) {
            return Some(Converted {
                value: number.value(),
                digits: written.to_owned(),
                converted: false,
                molar_mass: None,
            });
        }
        if let Some(glycated) = self.glycated(&from, number) {
            return Some(glycated);
        }
        let (factor, molar_mass) = self.bridge(&from)?;
        let value = self.unit.out_of_base(from.in_base(number.value()) * factor);
        let scale = from.zero.is_some() || self.unit.zero.is_some();
        let digits = if scale { number.as_fine(value) } else { number.as_exact(value) };
        value.is_finite().then_some(Converted { value, digits, converted: true, molar_mass })
    }

    /// Whether a unit that is not known is at least written the same as another.
    pub fn same_text(one: &QuantityView, other: &QuantityView) -> bool {
        let text = |quantity: &QuantityView| {
            let text = quantity.code.as_ref().or(quantity.unit.as_ref())?;
            Some(text.trim().to_owned())
        };
        text(one) == text(other)
    }

    /// What base units of `from` must be multiplied with to be base units of the series.
    fn bridge(&self, from: &Unit) -> Option<(f64, Option<f64>)> {
        if from.is_commensurable(&self.unit) {
            return Some((1.0, None));
        }
        let analyte = self.analyte?;
        let mut change = Dimension::new();
        for (base, exponent) in &self.unit.dimension {
            *change.entry(base.clone()).or_default() += exponent;
        }
        for (base, exponent) in &from.dimension {
            *change.entry(base.clone()).or_default() -= exponent;
        }
        change.retain(|_, exponent| *exponent != 0);
        let change: Vec<(&str, i32)> = change.iter().map(|(base, e)| (base.as_str(), *e)).collect();
        let (mass, valence) = (analyte.molar_mass, analyte.valence);
        match change.as_slice() {
            [("g", -1), ("mol", 1)] => mass.map(|mass| (1.0 / mass, Some(mass))),
            [("g", 1), ("mol", -1)] => mass.map(|mass| (mass, Some(mass))),
            [("eq", 1), ("mol", -1)] => valence.map(|valence| (valence, None)),
            [("eq", -1), ("mol", 1)] => valence.map(|valence| (1.0 / valence, None)),
            [("eq", -1), ("g", 1)] => Some((mass? / valence?, mass)),
            [("eq", 1), ("g", -1)] => Some((valence? / mass?, mass)),
            _ => None,
        }
    }

    /// HbA1c between percent (NGSP) and mmol/mol (IFCC).
    fn glycated(&self, from: &Unit, number: Number) -> Option<Converted> {
        if !self.analyte?.glycated {
            return None;
        }
        let value = match (from.code(), self.unit.code()) {
            ("%" | "%{Hb}", "mmol/mol") => (number.value() - 2.152) / 0.091_48,
            ("mmol/mol", "%" | "%{Hb}") => number.value().mul_add(0.091_48, 2.152),
            _ => return None,
        };
        // Reported as whole mmol/mol and tenths of a percent.
        let digits = match self.unit.code() {
            "mmol/mol" => format!("{value:.0}"),
            _ => format!("{value:.1}"),
        };
        (value > 0.0).then_some(Converted { value, digits, converted: true, molar_mass: None })
    }
}

fn unit_of(quantity: &QuantityView) -> Option<Unit> {
    Unit::of(quantity.system.as_deref(), quantity.code.as_deref(), quantity.unit.as_deref())
}
