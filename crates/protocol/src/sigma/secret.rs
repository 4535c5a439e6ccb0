//! SPEC §22.3. What a prover computes: the images of secret scalars, in constant time.

use std::sync::Arc;

use elliptic_curve::PrimeField;
use p256::{ProjectivePoint, Scalar};
use zeroize::{Zeroize, Zeroizing};

use super::Relation;
use super::relation::{ElementVar, Equation, Kind};
use crate::arc::{times_g, times_h};
use crate::curve::{Few, two_products};
use crate::domain::Label;
use crate::hash;

/// The secret scalars of a statement, in its order, and what their holder knows of its elements. Overwritten when
/// dropped.
pub struct Witness {
    scalars: Vec<Scalar>,
    made: Vec<Made>,
}

/// An element that was made as `factor · base`.
struct Made {
    element: ProjectivePoint,
    base: Arc<Few>,
    /// Where it stays: a list that grows leaves copies of what it holds.
    factor: Box<Zeroizing<Scalar>>,
}

/// `g·G + h·H`, as far as there is something of either: that is part of the statement, not of the witness.
#[derive(Clone, Copy, Default)]
struct Opening {
    g: Option<Scalar>,
    h: Option<Scalar>,
}

impl Opening {
    /// Adds `factor · element` if the element is a generator.
    fn add(&mut self, kind: Kind, factor: &Scalar) -> bool {
        let known = match kind {
            Kind::G => &mut self.g,
            Kind::H => &mut self.h,
            Kind::Other => return false,
        };
        *known.get_or_insert(Scalar::ZERO) += factor;
        true
    }
}

impl Zeroize for Opening {
    fn zeroize(&mut self) {
        self.g.zeroize();
        self.h.zeroize();
    }
}

impl Witness {
    /// Takes the scalars, in the order in which the statement has them.
    pub(crate) const fn new(scalars: Vec<Scalar>) -> Self {
        Self { scalars, made: Vec::new() }
    }

    /// Adds scalars at the end.
    pub(crate) fn extend(&mut self, more: &[Scalar]) {
        // By hand: a list that grows by itself gives its old place back as it is.
        let mut all = Vec::with_capacity(self.scalars.len() + more.len());
        all.extend_from_slice(&self.scalars);
        all.extend_from_slice(more);
        core::mem::swap(&mut all, &mut self.scalars);
        all.zeroize();
    }

    /// Adds scalars, and what is known, at the end.
    pub(crate) fn append(&mut self, mut more: Self) {
        self.extend(&more.scalars);
        self.made.append(&mut more.made);
    }

    /// Says that `element` is `factor · base`: then products with it are taken from the base's table.
    pub(crate) fn made(&mut self, element: ProjectivePoint, base: &Arc<Few>, factor: Scalar) {
        let factor = Box::new(Zeroizing::new(factor));
        self.made.push(Made { element, base: Arc::clone(base), factor });
    }

    /// A digest of all scalars, for hedging.
    pub(super) fn digest(&self) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(32 * self.scalars.len()));
        self.scalars.iter().for_each(|scalar| bytes.extend_from_slice(&scalar.to_repr()));
        Zeroizing::new(hash::labelled(Label::HedgeProof, &[&bytes]))
    }

    pub(super) fn scalars(&self) -> &[Scalar] {
        &self.scalars
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.scalars.zeroize();
    }
}

/// Terms of one equation, those on one element taken together.
#[derive(Default)]
struct Sum {
    generators: Opening,
    others: Vec<(ElementVar, Scalar)>,
}

impl Drop for Sum {
    fn drop(&mut self) {
        self.generators.zeroize();
        self.others.iter_mut().for_each(|(_, scalar)| scalar.zeroize());
    }
}

impl Relation {
    /// The image of secret scalars, in constant time.
    pub(super) fn map_secret(&self, scalars: &[Scalar]) -> Vec<ProjectivePoint> {
        let none = vec![None; self.elements().len()];
        self.equations().iter().map(|one| self.value(&self.sum(one, scalars, &none), &[])).collect()
    }

    /// As [`Relation::map_secret`], for a witness that satisfies the statement: an element whose equation has
    /// nothing but the two generators in it is known as a sum of them, so that products with it come from their
    /// tables.
    pub(super) fn map_knowing(
        &self,
        scalars: &[Scalar],
        witness: &Witness,
    ) -> Vec<ProjectivePoint> {
        let openings = Zeroizing::new(self.openings(witness));
        let sums = self.equations().iter().map(|one| self.sum(one, scalars, &openings));
        sums.map(|sum| self.value(&sum, &witness.made)).collect()
    }

    fn openings(&self, witness: &Witness) -> Vec<Option<Opening>> {
        let mut openings = vec![None; self.elements().len()];
        for Equation { image, terms } in self.equations() {
            let mut opening = Opening::default();
            let mut terms = terms.iter();
            let known = terms.all(|(scalar, element)| {
                opening.add(self.kind(*element), &witness.scalars[scalar.0])
            });
            if known {
                openings[image.0].get_or_insert(opening);
            }
            opening.zeroize();
        }
        openings
    }

    fn sum(&self, equation: &Equation, scalars: &[Scalar], openings: &[Option<Opening>]) -> Sum {
        let mut sum = Sum::default();
        for (scalar, element) in &equation.terms {
            let factor = &scalars[scalar.0];
            if sum.generators.add(self.kind(*element), factor) {
                continue;
            }
            if let Some(Opening { g, h }) = &openings[element.0] {
                let parts = [(Kind::G, g), (Kind::H, h)];
                for (kind, known) in
                    parts.into_iter().filter_map(|(kind, known)| Some((kind, (*known)?)))
                {
                    sum.generators.add(kind, &(factor * &known));
                }
                continue;
            }
            match sum.others.iter_mut().find(|(other, _)| other == element) {
                Some((_, known)) => *known += factor,
                None => sum.others.push((*element, *factor)),
            }
        }
        sum
    }

    fn value(&self, sum: &Sum, made: &[Made]) -> ProjectivePoint {
        let mut value = ProjectivePoint::IDENTITY;
        if let Some(scalar) = &sum.generators.g {
            value += times_g(scalar);
        }
        if let Some(scalar) = &sum.generators.h {
            value += times_h(scalar);
        }
        let mut bare = Zeroizing::new(Vec::with_capacity(sum.others.len()));
        for (element, scalar) in &sum.others {
            let element = self.elements()[element.0];
            match made.iter().find(|made| made.element == element) {
                Some(Made { base, factor, .. }) => value += base.times(&(***factor * *scalar)),
                None => bare.push((element, *scalar)),
            }
        }
        match bare.as_slice() {
            [one, two] => value += two_products([*one, *two]),
            few => {
                value +=
                    few.iter().map(|(element, scalar)| *element * scalar).sum::<ProjectivePoint>()
            }
        }
        value
    }
}
