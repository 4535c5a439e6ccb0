//! SPEC §22.3. What a verifier computes: the commitments that challenge and responses imply. Public values only, in
//! variable time.

use std::sync::LazyLock;

use p256::{ProjectivePoint, Scalar};

use super::relation::{ElementVar, Equation, Kind};
use super::{Relation, SigmaError};
use crate::arc::generator_h;
use crate::curve::{Prepared, encode_public, sum_public};

static G: LazyLock<Prepared> = LazyLock::new(|| Prepared::lasting(&ProjectivePoint::GENERATOR));
static H: LazyLock<Prepared> = LazyLock::new(|| Prepared::lasting(&generator_h()));

/// `Σ responses · elements − challenge · image` of one equation, terms on one element taken together.
type Sum = Vec<(ElementVar, Scalar)>;

impl Relation {
    /// For each equation the encoding of the commitment that a challenge and responses imply.
    ///
    /// # Errors
    /// [`SigmaError::Identity`] if one of them is the identity.
    pub(super) fn simulate(
        &self,
        challenge: &Scalar,
        responses: &[Scalar],
    ) -> Result<Vec<[u8; 33]>, SigmaError> {
        let sum = |equation| sum(equation, responses, -challenge);
        let sums: Vec<Sum> = self.equations().iter().map(sum).collect();
        let mut uses = vec![0; self.elements().len()];
        sums.iter().flatten().for_each(|(element, _)| uses[element.0] += 1);
        // Splitting an element pays if two equations have it, and have split ones only.
        let split = |(at, uses)| self.kind(ElementVar(at)) == Kind::Other && uses > 1;
        let splits = uses.into_iter().enumerate().map(split);
        let elements = self.elements().iter().copied().zip(splits);
        let prepared = Prepared::all(&elements.collect::<Vec<_>>());
        let table = |element: ElementVar| match self.kind(element) {
            Kind::G => &*G,
            Kind::H => &*H,
            Kind::Other => &prepared[element.0],
        };
        let values = sums.iter().map(|sum| {
            let terms = sum.iter().map(|(element, scalar)| (table(*element), *scalar));
            sum_public(&terms.collect::<Vec<_>>())
        });
        encode_public(&values.collect::<Vec<_>>()).ok_or(SigmaError::Identity)
    }
}

fn sum(equation: &Equation, responses: &[Scalar], minus: Scalar) -> Sum {
    let mut sum = Sum::new();
    let terms = equation.terms.iter().map(|(scalar, element)| (*element, responses[scalar.0]));
    for (element, factor) in terms.chain([(equation.image, minus)]) {
        match sum.iter_mut().find(|(other, _)| *other == element) {
            Some((_, known)) => *known += factor,
            None => sum.push((element, factor)),
        }
    }
    sum
}
