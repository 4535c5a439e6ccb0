//! Reads a UCUM term: `mg/dL`, `10*3/uL`, `mL/min/{1.73_m2}`, `kg.m/s2`, `mL/(kg.min)`.

use super::Dimension;
use super::atoms::{ATOMS, Atom, PLAIN_ANNOTATIONS, PREFIXES};

/// Brackets inside brackets.
const MAX_DEPTH: usize = 4;

/// What a term comes to.
pub(super) struct Parts {
    pub(super) factor: f64,
    pub(super) dimension: Dimension,
    /// Whether moles stand above and below the line.
    pub(super) moles_cancelled: bool,
}

struct Reader<'a> {
    rest: &'a str,
    factor: f64,
    dimension: Dimension,
    moles_above: bool,
    moles_below: bool,
}

/// Reads a whole code.
pub(super) fn read(code: &str) -> Option<Parts> {
    let mut reader = Reader {
        rest: code,
        factor: 1.0,
        dimension: Dimension::new(),
        moles_above: false,
        moles_below: false,
    };
    reader.term(1, 0)?;
    if !reader.rest.is_empty() {
        return None;
    }
    reader.dimension.retain(|_, exponent| *exponent != 0);
    Some(Parts {
        factor: reader.factor,
        dimension: reader.dimension,
        moles_cancelled: reader.moles_above && reader.moles_below,
    })
}

impl Reader<'_> {
    fn take(&mut self, what: char) -> bool {
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Components with `.` and `/` between them, from left to right. `sign` is 1 above the line.
    fn term(&mut self, sign: i32, depth: usize) -> Option<()> {
        let mut here = if self.take('/') { -sign } else { sign };
        loop {
            self.component(here, depth)?;
            if self.take('.') {
                here = sign;
            } else if self.take('/') {
                here = -sign;
            } else {
                return Some(());
            }
        }
    }

    fn component(&mut self, sign: i32, depth: usize) -> Option<()> {
        if self.take('(') {
            if depth >= MAX_DEPTH {
                return None;
            }
            self.term(sign, depth + 1)?;
            return self.take(')').then_some(());
        }
        if self.rest.starts_with('{') {
            return self.annotation(sign);
        }
        let end = self.symbol_end();
        let symbol = self.rest.get(..end).filter(|symbol| !symbol.is_empty())?;
        self.rest = self.rest.get(end..)?;
        if let Some(power) = symbol.strip_prefix("10*").or_else(|| symbol.strip_prefix("10^")) {
            let power: i32 = if power.is_empty() { 1 } else { power.parse().ok()? };
            self.scale(10f64.powi((power.abs() <= 30).then_some(power)?), sign);
        } else if symbol.bytes().all(|b| b.is_ascii_digit()) {
            let number: u32 = symbol.parse().ok().filter(|number| *number > 0)?;
            self.scale(f64::from(number), sign);
        } else {
            self.simple(symbol, sign)?;
        }
        if self.rest.starts_with('{') {
            self.annotation(sign)?;
        }
        Some(())
    }

    /// The end of a symbol: what stands in square brackets belongs to it whatever it is.
    fn symbol_end(&self) -> usize {
        let mut inside = false;
        for (at, character) in self.rest.char_indices() {
            match character {
                '[' => inside = true,
                ']' => inside = false,
                '.' | '/' | '(' | ')' | '{' | '}' if !inside => return at,
                _ => {}
            }
        }
        self.rest.len()
    }

    fn annotation(&mut self, sign: i32) -> Option<()> {
        let (text, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        self.rest = rest;
        if !text.is_empty() && !PLAIN_ANNOTATIONS.contains(&text) {
            *self.dimension.entry(format!("{{{text}}}")).or_default() += sign;
        }
        Some(())
    }

    /// A prefix, a unit and an exponent.
    fn simple(&mut self, symbol: &str, sign: i32) -> Option<()> {
        let digits = symbol.bytes().rev().take_while(u8::is_ascii_digit).count();
        let (name, power) = symbol.split_at(symbol.len() - digits);
        let (name, negative) = match name.strip_suffix(['-', '+']) {
            Some(bare) if digits > 0 => (bare, name.ends_with('-')),
            _ => (name, false),
        };
        let power: i32 = if digits == 0 { 1 } else { power.parse().ok()? };
        if !(1..=9).contains(&power) {
            return None;
        }
        let exponent = if negative { -sign * power } else { sign * power };
        let (scale, atom) = find(name)?;
        self.factor *= (scale * atom.factor).powi(exponent);
        for (base, each) in atom.dimension {
            *self.dimension.entry((*base).to_owned()).or_default() += each * exponent;
        }
        if atom.code == "mol" {
            self.moles_above |= exponent > 0;
            self.moles_below |= exponent < 0;
        }
        Some(())
    }

    fn scale(&mut self, by: f64, sign: i32) {
        self.factor *= by.powi(sign);
    }
}

/// A unit by its code, with or without prefix. The whole code counts first: `min` is no milli-inch.
fn find(name: &str) -> Option<(f64, &'static Atom)> {
    if let Some(atom) = ATOMS.iter().find(|atom| atom.code == name) {
        return Some((1.0, atom));
    }
    PREFIXES.iter().find_map(|(prefix, scale)| {
        let rest = name.strip_prefix(prefix)?;
        let atom = ATOMS.iter().find(|atom| atom.metric && atom.code == rest)?;
        Some((*scale, atom))
    })
}
