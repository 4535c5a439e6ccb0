//! SPEC §23.6. The range proof: the committed nonce is below the limit.

use p256::{ProjectivePoint, Scalar};
use rand_core::CryptoRng;
use subtle::{Choice, ConditionallySelectable, ConstantTimeGreater};
use zeroize::Zeroizing;

use super::ArcError;
use super::suite::{random_scalar, times_h};
use crate::sigma::{ElementVar, Relation};

/// How often a credential may be presented in one context: 2 to 1024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit(u16);

impl Limit {
    /// Smallest limit: below it there would be nothing to prove.
    pub const MIN: u16 = 2;
    /// Largest limit.
    pub const MAX: u16 = 1024;

    /// A limit.
    ///
    /// # Errors
    /// [`ArcError::Limit`] outside of 2 to 1024.
    pub const fn new(limit: u16) -> Result<Self, ArcError> {
        match limit {
            Self::MIN..=Self::MAX => Ok(Self(limit)),
            _ => Err(ArcError::Limit),
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// `k = ⌈log2(limit)⌉`, 1 to 10.
    #[must_use]
    pub const fn bits(self) -> usize {
        (u16::BITS - (self.0 - 1).leading_zeros()) as usize
    }

    /// `ComputeBases`: powers of two and one remainder, largest first; their sum is limit − 1.
    pub(super) fn bases(self) -> Vec<u16> {
        let mut bases: Vec<u16> = (0..self.bits() - 1).map(|bit| 1 << bit).collect();
        bases.push(self.0 - bases.iter().sum::<u16>() - 1);
        bases.sort_unstable_by(|a, b| b.cmp(a));
        bases
    }
}

/// The prover's side: commitments to digits, and what opens them.
pub(super) struct Digits {
    pub(super) commitments: Vec<ProjectivePoint>,
    /// `b ‖ s ‖ s2`, as the statement has them.
    pub(super) witness: Zeroizing<Vec<Scalar>>,
}

/// Takes a nonce below the limit apart into digits over the bases, in constant time.
fn digits(nonce: u16, bases: &[u16]) -> Vec<Choice> {
    let mut remainder = nonce;
    bases
        .iter()
        .map(|&base| {
            let fits = !base.ct_gt(&remainder);
            remainder -= u16::conditional_select(&0, &base, fits);
            fits
        })
        .collect()
}

impl Digits {
    /// Commits to the digits so that the weighted sum of the commitments is the commitment to the
    /// nonce with blinding `blinding`.
    pub(super) fn commit<R: CryptoRng + ?Sized>(
        rng: &mut R,
        nonce: u16,
        blinding: &Scalar,
        limit: Limit,
    ) -> Self {
        let bases = limit.bases();
        let bits = digits(nonce, &bases);
        // A digit is the generator or nothing.
        let digit = |bit: &Choice| {
            let (nothing, one) = (ProjectivePoint::IDENTITY, ProjectivePoint::GENERATOR);
            ProjectivePoint::conditional_select(&nothing, &one, *bit)
        };
        let scalar = |bit: &Choice| Scalar::conditional_select(&Scalar::ZERO, &Scalar::ONE, *bit);
        let b = Zeroizing::new(bits.iter().map(scalar).collect::<Vec<_>>());
        let mut s = Zeroizing::new(Vec::with_capacity(bases.len()));
        s.extend((1..bases.len()).map(|_| random_scalar(rng)));
        let partial: Scalar = s.iter().zip(&bases).map(|(s, base)| weight(*base) * s).sum();
        // The smallest base is 1: the last digit's blinding makes up the difference.
        s.push(blinding - &partial);
        let s2 = b.iter().zip(s.iter()).map(|(b, s)| (Scalar::ONE - b) * s);
        let commit = |(bit, s): (&Choice, &Scalar)| digit(bit) + times_h(s);
        let commitments = bits.iter().zip(s.iter()).map(commit).collect();
        let witness = Zeroizing::new(b.iter().chain(s.iter()).copied().chain(s2).collect());
        Self { commitments, witness }
    }
}

fn weight(base: u16) -> Scalar {
    Scalar::from(u64::from(base))
}

/// Whether the weighted sum of the digit commitments is the commitment to the nonce.
pub(super) fn sum_holds(
    commitments: &[ProjectivePoint],
    nonce_commit: &ProjectivePoint,
    limit: Limit,
) -> bool {
    let bases = limit.bases();
    if commitments.len() != bases.len() {
        return false;
    }
    let terms = commitments.iter().zip(&bases);
    let sum: ProjectivePoint = terms.map(|(digit, base)| times_small(digit, *base)).sum();
    sum == *nonce_commit
}

/// A public small multiple of a public point, by doubling and adding.
fn times_small(point: &ProjectivePoint, factor: u16) -> ProjectivePoint {
    (0..u16::BITS - factor.leading_zeros()).rev().fold(ProjectivePoint::IDENTITY, |sum, bit| {
        let doubled = sum + sum;
        if factor >> bit & 1 == 1 { doubled + point } else { doubled }
    })
}

/// Adds to the statement that every digit is 0 or 1.
pub(super) fn constrain(
    relation: &mut Relation,
    commitments: &[ProjectivePoint],
    g: ElementVar,
    h: ElementVar,
    (nonce_commit, nonce_commit_var): (&ProjectivePoint, ElementVar),
) {
    let n = commitments.len();
    let mut allocate = || (0..n).map(|_| relation.scalar()).collect::<Vec<_>>();
    let (b, s, s2) = (allocate(), allocate(), allocate());
    // A single digit's commitment is the commitment to the nonce: one element, not two.
    let single = n == 1 && commitments.first() == Some(nonce_commit);
    let digits: Vec<ElementVar> = commitments
        .iter()
        .map(|digit| if single { nonce_commit_var } else { relation.element(*digit) })
        .collect();
    for i in 0..n {
        relation.equation(digits[i], &[(b[i], g), (s[i], h)]);
        relation.equation(digits[i], &[(b[i], digits[i]), (s2[i], h)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_reach_every_value_below_the_limit_and_none_above() {
        for limit in Limit::MIN..=Limit::MAX {
            let limit = Limit::new(limit).unwrap();
            let bases = limit.bases();
            assert_eq!(bases.len(), limit.bits());
            assert_eq!(bases.iter().sum::<u16>(), limit.get() - 1, "the largest sum");
            assert_eq!(bases.last(), Some(&1));
            for nonce in 0..limit.get() {
                let digits = digits(nonce, &bases);
                let sum: u16 = bases
                    .iter()
                    .zip(digits)
                    .map(|(base, digit)| base * u16::from(digit.unwrap_u8()))
                    .sum();
                assert_eq!(sum, nonce, "limit {}", limit.get());
            }
        }
        assert_eq!(Limit::new(2).unwrap().bases(), [1]);
        assert_eq!(Limit::new(3).unwrap().bases(), [1, 1]);
        assert_eq!(Limit::new(5).unwrap().bases(), [2, 1, 1]);
        assert_eq!(Limit::new(8).unwrap().bases(), [4, 2, 1]);
    }

    #[test]
    fn limits_outside_are_refused() {
        for limit in [0, 1, 1025, u16::MAX] {
            assert_eq!(Limit::new(limit), Err(ArcError::Limit));
        }
    }
}
