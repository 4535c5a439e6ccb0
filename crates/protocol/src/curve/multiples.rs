//! SPEC §23.1. Tables of multiples of one point: several products with it cost less than one by one.

use elliptic_curve::ops::LinearCombination as _;
use elliptic_curve::{BatchNormalize, PrimeField, group::Group};
use p256::{AffinePoint, ProjectivePoint, Scalar};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

/// Bits that the signed digits of a scalar must reach: 256, and one for the last carry.
const BITS: usize = 257;

/// For a point that stays: every window has its table, nothing is doubled. 100 KB.
pub(crate) type Fixed = Multiples<32>;
/// For a point of which a few products are needed. 5 KB.
pub(crate) type Few = Multiples<16>;

/// `v · 2^(w·j) · P` for the first digit `j` of each window and `v` from 1 to `ENTRIES = 2^(w−1)`.
pub(crate) struct Multiples<const ENTRIES: usize> {
    windows: Vec<[AffinePoint; ENTRIES]>,
    /// Digits in a window.
    digits: usize,
}

impl Fixed {
    /// Some 1,400 additions.
    pub(crate) fn fixed(point: &ProjectivePoint) -> Self {
        Self::new(point, BITS.div_ceil(Self::WIDTH))
    }
}

impl Few {
    /// Some 200 doublings and 60 additions; a product costs a quarter of the doublings of one by itself.
    pub(crate) fn few(point: &ProjectivePoint) -> Self {
        Self::new(point, 4)
    }
}

impl<const ENTRIES: usize> Multiples<ENTRIES> {
    /// Bits of a digit.
    const WIDTH: usize = ENTRIES.ilog2() as usize + 1;

    fn new(point: &ProjectivePoint, windows: usize) -> Self {
        let digits = BITS.div_ceil(Self::WIDTH).div_ceil(windows);
        let mut entries = Zeroizing::new(Vec::with_capacity(windows * ENTRIES));
        let mut base = *point;
        for window in 1..=windows {
            let mut multiple = base;
            entries.push(multiple);
            for _ in 1..ENTRIES {
                multiple += base;
                entries.push(multiple);
            }
            if window < windows {
                // 2^(w−1) times the base; the next window begins `digits` digits on.
                base = (Self::WIDTH..=Self::WIDTH * digits).fold(multiple, |p, _| p.double());
            }
        }
        let entries = Zeroizing::new(normalized(&entries));
        let windows = entries.chunks_exact(ENTRIES).map(|chunk| core::array::from_fn(|i| chunk[i]));
        Self { windows: windows.collect(), digits }
    }

    /// scalar · P in constant time: reads every entry, whatever the scalar is.
    pub(crate) fn times(&self, scalar: &Scalar) -> ProjectivePoint {
        let digits = signed_digits(scalar, Self::WIDTH, self.digits * self.windows.len());
        let mut sum = ProjectivePoint::IDENTITY;
        for place in (0..self.digits).rev() {
            if place + 1 < self.digits {
                sum = (0..Self::WIDTH).fold(sum, |sum, _| sum.double());
            }
            for (window, own) in self.windows.iter().zip(digits.chunks_exact(self.digits)) {
                sum += select(window, own[place]);
            }
        }
        sum
    }
}

/// A point may be as secret as what is proved with it.
impl<const ENTRIES: usize> Drop for Multiples<ENTRIES> {
    fn drop(&mut self) {
        self.windows.iter_mut().flatten().for_each(Zeroize::zeroize);
    }
}

/// `Σ scalar · point` in constant time; the scalars are overwritten.
pub(crate) fn two_products(mut terms: [(ProjectivePoint, Scalar); 2]) -> ProjectivePoint {
    let sum = ProjectivePoint::lincomb(&terms);
    terms.iter_mut().for_each(|(_, scalar)| scalar.zeroize());
    sum
}

/// `digit` times the base of a window, every entry read.
fn select(window: &[AffinePoint], digit: i8) -> AffinePoint {
    let negative = digit >> 7;
    let size = ((digit + negative) ^ negative).cast_unsigned();
    let mut chosen = AffinePoint::IDENTITY;
    for (value, entry) in (1_u8..).zip(window) {
        chosen.conditional_assign(entry, size.ct_eq(&value));
    }
    chosen.conditional_assign(&-chosen, Choice::from(negative.cast_unsigned() & 1));
    chosen
}

/// `scalar = Σ digit · 2^(width·i)` with digits from `−2^(width−1)` to `2^(width−1) − 1`, in constant time. The last of
/// them must have room for the carry.
fn signed_digits(scalar: &Scalar, width: usize, count: usize) -> Zeroizing<Vec<i8>> {
    let mut bytes = Zeroizing::new([0_u8; 34]);
    let mut repr = scalar.to_repr();
    bytes.iter_mut().zip(repr.iter().rev()).for_each(|(byte, from)| *byte = *from);
    repr.zeroize();
    let (half, mask) = (1_i16 << (width - 1), (1_i16 << width) - 1);
    let mut carry = 0;
    let digits = (0..count).map(|i| {
        let (at, shift) = (i * width / 8, i * width % 8);
        let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
        let pair = u16::from_le_bytes([byte(at), byte(at + 1)]);
        let value = ((pair >> shift).cast_signed() & mask) + carry;
        carry = (value + half) >> width;
        // Between −half and half − 1, which a byte holds.
        (value - (carry << width)).to_le_bytes()[0].cast_signed()
    });
    Zeroizing::new(digits.collect())
}

/// Affine coordinates of many points for the price of one inversion.
pub(crate) fn normalized(points: &[ProjectivePoint]) -> Vec<AffinePoint> {
    <ProjectivePoint as BatchNormalize<[ProjectivePoint]>>::batch_normalize(points)
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;
    use crate::arc::random_scalar;

    fn scalars(rng: &mut StdRng) -> Vec<Scalar> {
        let edges = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(16_u64)];
        let digits = (0..9).map(|bit| Scalar::from(1_u64 << bit) - Scalar::ONE);
        let high = (0..256_u64)
            .step_by(17)
            .map(|bit| (0..bit).fold(Scalar::ONE, |power, _| power.double()) - Scalar::ONE);
        let random = (0..16).map(|_| random_scalar(rng));
        edges.into_iter().chain(digits).chain(high).chain(random.collect::<Vec<_>>()).collect()
    }

    #[test]
    fn tables_multiply_like_the_curve() {
        let mut rng = StdRng::seed_from_u64(1);
        let point = ProjectivePoint::GENERATOR * random_scalar(&mut rng);
        let (fixed, few) = (Fixed::fixed(&point), Few::few(&point));
        for scalar in scalars(&mut rng) {
            let product = point * scalar;
            assert_eq!(fixed.times(&scalar), product);
            assert_eq!(few.times(&scalar), product);
        }
    }

    #[test]
    fn digits_add_up_and_stay_in_their_window() {
        let mut rng = StdRng::seed_from_u64(2);
        for scalar in scalars(&mut rng) {
            for width in [5, 6] {
                let digits = signed_digits(&scalar, width, BITS.div_ceil(width));
                let radix = Scalar::from(1_u64 << width);
                let sum = digits.iter().rev().fold(Scalar::ZERO, |sum, digit| {
                    let size = Scalar::from(u64::from(digit.unsigned_abs()));
                    sum * radix + if *digit < 0 { -size } else { size }
                });
                assert_eq!(sum, scalar);
                assert!(digits.iter().all(|digit| digit.unsigned_abs() <= 1 << (width - 1)));
            }
        }
    }
}
