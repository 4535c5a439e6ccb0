//! What presenting and verifying cost if each product with a point that the formulas of SPEC §§23–24 have is paid for
//! by itself, at this run's prices of the crate `p256`.

use std::hint::black_box;

use p256::elliptic_curve::group::Group as _;
use p256::elliptic_curve::ops::LinearCombination as _;
use p256::{ProjectivePoint, Scalar};

use crate::measure::Candidate;

/// Digits of a nonce under the limit 64.
const DIGITS: f64 = 6.0;

/// Names of [`Prices::candidates`], in their order.
pub(crate) const PRICED: usize = 4;

/// Microseconds of one product or sum.
pub(crate) struct Prices {
    /// With a generator, in constant time.
    fixed: f64,
    /// With another point, in constant time.
    variable: f64,
    /// A sum of two products of public values.
    two: f64,
    /// A sum of three.
    three: f64,
}

impl Prices {
    /// What is to be timed, beside the operations themselves.
    pub(crate) fn candidates() -> [Candidate<'static>; PRICED] {
        let scalar =
            (0..6).fold(Scalar::from(0x0123_4567_89ab_cdef_u64), |s, _| s * s + Scalar::ONE);
        let points = [3, 5, 7]
            .map(|factor| ProjectivePoint::GENERATOR * (scalar * Scalar::from(factor as u64)));
        let terms = points.map(|point| (point, black_box(scalar)));
        [
            Candidate::new("fixed", move || {
                black_box(ProjectivePoint::mul_by_generator(black_box(&scalar)));
            }),
            Candidate::new("variable", move || {
                black_box(black_box(points[0]) * black_box(scalar));
            }),
            Candidate::new("two", move || {
                black_box(ProjectivePoint::lincomb_vartime(black_box(&terms[..2])));
            }),
            Candidate::new("three", move || {
                black_box(ProjectivePoint::lincomb_vartime(black_box(&terms[..3])));
            }),
        ]
    }

    pub(crate) fn new(times: &[f64]) -> Self {
        let price = |at: usize| times.get(at).copied().unwrap_or(f64::NAN);
        Self { fixed: price(0), variable: price(1), two: price(2), three: price(3) }
    }

    /// U, U′, m1Commit, tag, V, E2 are products with points of their own; then the commitments: one each for m1Commit, V,
    /// tag, E2 of both proofs, and one for each digit. With the generators: r, the nonce, m1, e, z and the nonce's
    /// blinding, a blinding for each digit; in the commitments two for the nonce, three for each digit (the second
    /// equation has one), one each for m1Commit and V, two for the escrow in each of the two proofs.
    pub(crate) fn present(&self) -> f64 {
        let variable = 6.0 + 5.0 + DIGITS;
        let fixed = 6.0 + DIGITS + 2.0 + 3.0 * DIGITS + 2.0 + 4.0;
        variable * self.variable + fixed * self.fixed
    }

    /// V from the issuer's key: two products in constant time, and X1. Then one sum for each equation, terms on one
    /// point taken together: of two for the tag, E1 twice and the second equation of each digit, of three for m1Commit,
    /// V, the nonce, E2 twice and the first equation of each digit.
    pub(crate) fn verify(&self) -> f64 {
        let secret = 2.0 * self.variable + self.fixed;
        secret + (3.0 + DIGITS) * self.two + (5.0 + DIGITS) * self.three
    }

    /// For people.
    pub(crate) fn note(&self) -> String {
        let Self { fixed, variable, two, three } = self;
        format!(
            "p256: fixed {fixed:.0} µs, variable {variable:.0} µs, sums of two {two:.0}, of three {three:.0} µs"
        )
    }
}
