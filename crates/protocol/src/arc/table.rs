//! SPEC §23.1. A table of multiples of one fixed point, read in constant time.

use elliptic_curve::PrimeField;
use p256::{ProjectivePoint, Scalar};
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroize;

/// Windows of four bits in a scalar.
const WINDOWS: usize = 64;
/// Values of a window besides zero.
const ENTRIES: usize = 15;

/// `j·16^i·P` for every window `i` and every value `j` from 1 to 15.
pub(crate) struct FixedPoint(Vec<[ProjectivePoint; ENTRIES]>);

impl FixedPoint {
    /// The table of a point: about a thousand additions, once.
    pub(crate) fn new(point: ProjectivePoint) -> Self {
        let mut base = point;
        let windows = (0..WINDOWS).map(|_| {
            let mut multiple = ProjectivePoint::IDENTITY;
            let entries = core::array::from_fn(|_| {
                multiple += base;
                multiple
            });
            base += multiple;
            entries
        });
        Self(windows.collect())
    }

    /// scalar · P. Reads every entry of every window, whatever the scalar is.
    pub(crate) fn times(&self, scalar: &Scalar) -> ProjectivePoint {
        let mut bytes = scalar.to_repr();
        let nibbles = bytes.iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
        let sum =
            self.0.iter().zip(nibbles).fold(ProjectivePoint::IDENTITY, |sum, (window, nibble)| {
                let mut chosen = ProjectivePoint::IDENTITY;
                for (value, entry) in (1_u8..).zip(window) {
                    chosen.conditional_assign(entry, nibble.ct_eq(&value));
                }
                sum + chosen
            });
        bytes.zeroize();
        sum
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::arc::random_scalar;

    #[test]
    fn a_table_multiplies_like_the_curve() {
        let mut rng = StdRng::seed_from_u64(1);
        let point = ProjectivePoint::GENERATOR * random_scalar(&mut rng);
        let table = FixedPoint::new(point);
        for scalar in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(16_u64)] {
            assert_eq!(table.times(&scalar), point * scalar);
        }
        for _ in 0..16 {
            let scalar = random_scalar(&mut rng);
            assert_eq!(table.times(&scalar), point * scalar);
        }
    }
}
