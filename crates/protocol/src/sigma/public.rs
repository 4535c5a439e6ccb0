//! SPEC §22.3. What a verifier computes: the commitments that challenge and responses imply. Public values only, in
//! variable time.

use elliptic_curve::PrimeField;
use elliptic_curve::consts::U5;
use elliptic_curve::group::Group;
use p256::{ProjectivePoint, Scalar};
use wnaf::{WnafBase, WnafScalar};

use super::Relation;
use super::relation::{ElementVar, Equation, Kind};
use crate::arc::{times_g_vartime, times_h_vartime};

type Base = WnafBase<ProjectivePoint, U5>;
type Factor = WnafScalar<Scalar, U5>;

/// Parts of a scalar, of 64 bits each.
const PARTS: usize = 4;

/// `Σ responses · elements − challenge · image` of one equation, terms on one element taken together.
struct Sum {
    g: Option<Scalar>,
    h: Option<Scalar>,
    others: Vec<(ElementVar, Scalar)>,
}

impl Sum {
    fn of(relation: &Relation, equation: &Equation, responses: &[Scalar], minus: Scalar) -> Self {
        let mut sum = Self { g: None, h: None, others: Vec::new() };
        let terms = equation.terms.iter().map(|(scalar, element)| (*element, responses[scalar.0]));
        for (element, factor) in terms.chain([(equation.image, minus)]) {
            let known = match relation.kind(element) {
                Kind::G => sum.g.get_or_insert(Scalar::ZERO),
                Kind::H => sum.h.get_or_insert(Scalar::ZERO),
                Kind::Other => match sum.others.iter().position(|(other, _)| *other == element) {
                    Some(at) => &mut sum.others[at].1,
                    None => &mut sum.others.push_mut((element, Scalar::ZERO)).1,
                },
            };
            *known += factor;
        }
        sum
    }
}

/// An element with its small multiples; if more than one equation needs it, also those of its multiples by `2^64`,
/// `2^128`, `2^192`: then its products are sums of shorter ones, and the doublings are paid for once.
struct Prepared(Vec<Base>);

impl Prepared {
    fn new(element: &ProjectivePoint, parts: usize) -> Self {
        let mut base = *element;
        let bases = (0..parts).map(|part| {
            if part > 0 {
                base = (0..256 / PARTS).fold(base, |base, _| base.double());
            }
            Base::new(&base)
        });
        Self(bases.collect())
    }
}

impl Relation {
    /// For each equation the commitment that a challenge and responses imply.
    pub(super) fn simulate(
        &self,
        challenge: &Scalar,
        responses: &[Scalar],
    ) -> Vec<ProjectivePoint> {
        let sum = |equation| Sum::of(self, equation, responses, -challenge);
        let sums: Vec<Sum> = self.equations().iter().map(sum).collect();
        let uses = |element: ElementVar| {
            sums.iter().flat_map(|sum| &sum.others).filter(|(other, _)| *other == element).count()
        };
        // Only an equation all of whose elements are prepared so is shorter by it.
        let is_short = |sum: &Sum| sum.others.iter().all(|(element, _)| uses(*element) > 1);
        let mut prepared: Vec<Option<Prepared>> = self.elements().iter().map(|_| None).collect();
        let mut values = Vec::with_capacity(sums.len());
        for sum in &sums {
            let short = is_short(sum);
            let parts = if short { PARTS } else { 1 };
            for (element, _) in &sum.others {
                let place = &mut prepared[element.0];
                if place.as_ref().is_none_or(|prepared| prepared.0.len() < parts) {
                    *place = Some(Prepared::new(&self.elements()[element.0], parts));
                }
            }
            values.push(value(sum, &prepared, short));
        }
        values
    }
}

fn value(sum: &Sum, prepared: &[Option<Prepared>], short: bool) -> ProjectivePoint {
    let mut pairs: Vec<(&Base, Factor)> = Vec::new();
    for (element, scalar) in &sum.others {
        let Some(Prepared(bases)) = &prepared[element.0] else { continue };
        let mut bytes: [u8; 32] = scalar.to_repr().into();
        bytes.reverse();
        if short {
            let parts = bytes.chunks_exact(bytes.len() / PARTS).map(Factor::from_le_bytes);
            pairs.extend(bases.iter().zip(parts));
        } else {
            pairs.extend(bases.iter().take(1).map(|base| (base, Factor::from_le_bytes(&bytes))));
        }
    }
    let mut value = Base::multiscalar_mul(pairs.iter().map(|(base, factor)| (*base, factor)));
    if let Some(scalar) = &sum.g {
        value += times_g_vartime(scalar);
    }
    if let Some(scalar) = &sum.h {
        value += times_h_vartime(scalar);
    }
    value
}
