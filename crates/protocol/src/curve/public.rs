//! SPEC §22.3. Sums of products with public points and public scalars, in variable time: Jacobian coordinates, signed
//! digits, tables of odd multiples. Half the time of the complete formulas that secrets need. **Never for secrets.**
//!
//! Formulas of Cohen, Miyaji and Ono (`dbl-1998-cmo-2`, `add-1998-cmo-2` in the Explicit-Formulas Database), for
//! `a = −3`: additions of numbers cost half a product here, so those with the fewest are best. They do not hold for
//! equal, opposite or missing points; those are told apart before.

use elliptic_curve::PrimeField;
use elliptic_curve::hazmat::FieldArithmetic;
use elliptic_curve::point::AffineCoordinates;
use p256::{AffinePoint, NistP256, ProjectivePoint, Scalar};

use super::normalized;

type Fe = <NistP256 as FieldArithmetic>::FieldElement;

/// Parts of a scalar, of 64 bits each, for points that have tables of their multiples by `2^64`, `2^128`, `2^192`.
const PARTS: usize = 4;
/// Bits of a digit: of a point that is used a few times, and of one that stays.
const NARROW: usize = 5;
const WIDE: usize = 8;

/// A point that is not the identity.
#[derive(Clone, Copy)]
struct Affine {
    x: Fe,
    y: Fe,
}

impl Affine {
    fn negated(&self) -> Self {
        Self { x: self.x, y: -self.y }
    }
}

/// `(x/z², y/z³)`; `z = 0` is the identity.
#[derive(Clone, Copy)]
pub(crate) struct Jacobian {
    x: Fe,
    y: Fe,
    z: Fe,
}

impl From<Affine> for Jacobian {
    fn from(Affine { x, y }: Affine) -> Self {
        Self { x, y, z: Fe::ONE }
    }
}

impl From<&AffinePoint> for Jacobian {
    fn from(point: &AffinePoint) -> Self {
        let coordinate = |bytes| Option::<Fe>::from(Fe::from_repr(bytes));
        match (coordinate(point.x()), coordinate(point.y())) {
            (Some(x), Some(y)) if !bool::from(point.is_identity()) => Affine { x, y }.into(),
            _ => Self::IDENTITY,
        }
    }
}

impl Jacobian {
    const IDENTITY: Self = Self { x: Fe::ONE, y: Fe::ONE, z: Fe::ZERO };

    fn is_identity(&self) -> bool {
        is_zero(&self.z)
    }

    fn double(&self) -> Self {
        let Self { x, y, z } = self;
        let (delta, gamma2) = (z.square(), y.square().double());
        let alpha = (*x - delta) * (*x + delta);
        let alpha = alpha.double() + alpha;
        let beta4 = (*x * gamma2).double();
        let x3 = alpha.square() - beta4.double();
        let y3 = alpha * (beta4 - x3) - gamma2.square().double();
        Self { x: x3, y: y3, z: (*y * z).double() }
    }

    fn add(&self, other: &Self) -> Self {
        if self.is_identity() {
            return *other;
        }
        if other.is_identity() {
            return *self;
        }
        let (zz1, zz2) = (self.z.square(), other.z.square());
        let (u1, s1) = (self.x * zz2, self.y * other.z * zz2);
        let (h, r) = (other.x * zz1 - u1, other.y * self.z * zz1 - s1);
        self.sum(&h, &r, u1, s1, self.z * other.z)
    }

    fn add_affine(&self, other: &Affine) -> Self {
        if self.is_identity() {
            return (*other).into();
        }
        let zz = self.z.square();
        let (h, r) = (other.x * zz - self.x, other.y * self.z * zz - self.y);
        self.sum(&h, &r, self.x, self.y, self.z)
    }

    /// The sum of `self`, with coordinates `u` and `s` over the common denominator `z`, and another point whose
    /// coordinates are `h` and `r` more.
    fn sum(&self, h: &Fe, r: &Fe, u: Fe, s: Fe, z: Fe) -> Self {
        if is_zero(h) {
            return if is_zero(r) { self.double() } else { Self::IDENTITY };
        }
        let hh = h.square();
        let (hhh, v) = (hh * h, u * hh);
        let x = r.square() - hhh - v.double();
        Self { x, y: *r * (v - x) - s * hhh, z: z * h }
    }
}

fn is_zero(value: &Fe) -> bool {
    value.is_zero().into()
}

/// The points with `z = 1`, with one inversion for all; `None` for the identity.
fn affine(points: &[Jacobian]) -> Vec<Option<Affine>> {
    let mut product = Fe::ONE;
    let mut before = Vec::with_capacity(points.len());
    for point in points {
        before.push(product);
        if !point.is_identity() {
            product *= point.z;
        }
    }
    // A product of numbers that are not zero.
    let mut inverse = Option::<Fe>::from(product.invert()).unwrap_or(Fe::ONE);
    let mut normal: Vec<Option<Affine>> = points
        .iter()
        .zip(before)
        .rev()
        .map(|(point, before)| {
            if point.is_identity() {
                return None;
            }
            let z = inverse * before;
            inverse *= point.z;
            let zz = z.square();
            Some(Affine { x: point.x * zz, y: point.y * zz * z })
        })
        .collect();
    normal.reverse();
    normal
}

/// The compressed encodings; `None` if one of the points is the identity, which has none.
pub(crate) fn encode_public(points: &[Jacobian]) -> Option<Vec<[u8; 33]>> {
    let encoded = affine(points).into_iter().map(|point| {
        let Affine { x, y } = point?;
        let mut bytes = [2 + u8::from(bool::from(y.is_odd())); 33];
        bytes[1..].copy_from_slice(&x.to_repr());
        Some(bytes)
    });
    encoded.collect()
}

/// A public point with the odd multiples of itself, and of its multiples by `2^64`, `2^128`, `2^192` if it is `split`:
/// then its products are sums of shorter ones, and these doublings are paid for once.
pub(crate) struct Prepared {
    /// Nothing at all for the identity.
    parts: Vec<Vec<Affine>>,
    width: usize,
}

impl Prepared {
    /// A point that stays, split.
    pub(crate) fn lasting(point: &ProjectivePoint) -> Self {
        let mut tables = Self::build(&[(*point, true)], WIDE);
        tables.pop().unwrap_or(Self { parts: Vec::new(), width: WIDE })
    }

    /// Points, each with whether it is split.
    pub(crate) fn all(points: &[(ProjectivePoint, bool)]) -> Vec<Self> {
        Self::build(points, NARROW)
    }

    fn build(points: &[(ProjectivePoint, bool)], width: usize) -> Vec<Self> {
        let normal: Vec<ProjectivePoint> = points.iter().map(|(point, _)| *point).collect();
        let entries = 1 << (width - 2);
        let parts = |split: bool| if split { PARTS } else { 1 };
        let mut multiples = Vec::new();
        for (point, (_, split)) in normalized(&normal).iter().zip(points) {
            let mut base = Jacobian::from(point);
            for part in 0..parts(*split) {
                if part > 0 {
                    base = (0..256 / PARTS).fold(base, |base, _| base.double());
                }
                let twice = base.double();
                let odd = core::iter::successors(Some(base), |last| Some(last.add(&twice)));
                multiples.extend(odd.take(entries));
            }
        }
        let mut multiples = affine(&multiples).into_iter();
        let prepared = points.iter().map(|(_, split)| {
            let mut table = || multiples.by_ref().take(entries).flatten().collect::<Vec<_>>();
            let tables = (0..parts(*split)).map(|_| table()).collect::<Vec<_>>();
            Self { parts: tables.into_iter().filter(|table| !table.is_empty()).collect(), width }
        });
        prepared.collect()
    }

    fn is_split(&self) -> bool {
        self.parts.len() != 1
    }
}

/// `Σ scalar · point`: all doublings are shared, and there are a quarter of them if every point is split.
pub(crate) fn sum_public(terms: &[(&Prepared, Scalar)]) -> Jacobian {
    let parts = if terms.iter().all(|(point, _)| point.is_split()) { PARTS } else { 1 };
    let mut products: Vec<(&[Affine], Vec<i8>)> = Vec::new();
    for (point, scalar) in terms {
        let mut bytes: [u8; 32] = scalar.to_repr().into();
        bytes.reverse();
        for (table, part) in point.parts.iter().zip(bytes.chunks_exact(bytes.len() / parts)) {
            products.push((table, signed_digits(part, point.width)));
        }
    }
    let mut sum = Jacobian::IDENTITY;
    for place in (0..=256 / parts).rev() {
        if !sum.is_identity() {
            sum = sum.double();
        }
        for (table, digits) in &products {
            let digit = digits[place];
            let entry = &table[usize::from(digit.unsigned_abs() / 2).min(table.len() - 1)];
            match digit {
                0 => {}
                1.. => sum = sum.add_affine(entry),
                _ => sum = sum.add_affine(&entry.negated()),
            }
        }
    }
    sum
}

/// The little-endian number as `Σ digit · 2^i`: digits are zero or odd and below `2^(width−1)`, and of `width` in a row
/// all but one are zero.
fn signed_digits(bytes: &[u8], width: usize) -> Vec<i8> {
    let bits = bytes.len() * 8;
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let word = |at: usize| {
        let pair = u16::from_le_bytes([byte(at / 8), byte(at / 8 + 1)]);
        (pair >> (at % 8)).cast_signed()
    };
    let mut digits = vec![0; bits + 1];
    let (mut at, mut carry) = (0, 0);
    while at <= bits {
        if word(at) & 1 == carry {
            at += 1;
            continue;
        }
        let value = (word(at) & ((1 << width) - 1)) + carry;
        carry = value >> (width - 1) & 1;
        digits[at] = (value - (carry << width)).to_le_bytes()[0].cast_signed();
        at += width;
    }
    digits
}

#[cfg(test)]
mod tests {
    use elliptic_curve::Group as _;
    use elliptic_curve::ops::LinearCombination as _;
    use elliptic_curve::sec1::ToSec1Point as _;
    use rand::{RngExt as _, SeedableRng, rngs::StdRng};

    use super::*;
    use crate::arc::random_scalar;

    fn jacobian(point: &ProjectivePoint) -> Jacobian {
        Jacobian::from(&point.to_affine())
    }

    /// The same point with another `z`.
    fn elsewhere(point: &ProjectivePoint, rng: &mut StdRng) -> Jacobian {
        let Jacobian { x, y, z } = jacobian(point);
        let factor = Fe::from(rng.random::<u64>());
        Jacobian { x: x * factor.square(), y: y * factor.square() * factor, z: z * factor }
    }

    fn assert_is(value: &Jacobian, point: &ProjectivePoint) {
        let expected = point.to_affine().to_sec1_point(true);
        match encode_public(&[*value]) {
            Some(encoded) => assert_eq!(&encoded[0], expected.as_bytes()),
            None => assert!(bool::from(point.is_identity())),
        }
    }

    #[test]
    fn sums_are_those_of_the_curve_also_of_equal_opposite_and_missing_points() {
        let mut rng = StdRng::seed_from_u64(1);
        let p = ProjectivePoint::GENERATOR * random_scalar(&mut rng);
        let q = ProjectivePoint::GENERATOR * random_scalar(&mut rng);
        let points = [p, q, -p, p + p, ProjectivePoint::IDENTITY, ProjectivePoint::GENERATOR];
        for a in &points {
            assert_is(&elsewhere(a, &mut rng).double(), &a.double());
            for b in &points {
                let (left, right) = (elsewhere(a, &mut rng), elsewhere(b, &mut rng));
                assert_is(&left.add(&right), &(a + b));
                if let Some(right) = affine(&[right])[0] {
                    assert_is(&left.add_affine(&right), &(a + b));
                    assert_is(&left.add_affine(&right.negated()), &(a - b));
                }
            }
        }
    }

    #[test]
    fn products_are_those_of_the_curve_with_tables_of_every_kind() {
        let mut rng = StdRng::seed_from_u64(2);
        let edges = [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, Scalar::from(u64::MAX)];
        for round in 0..40 {
            let mut scalar = |at: usize| {
                edges.get((round + at) % 9).copied().unwrap_or_else(|| random_scalar(&mut rng))
            };
            let scalars = [scalar(0), scalar(1), scalar(2), scalar(3)];
            let mut points = scalars.map(|_| ProjectivePoint::GENERATOR * random_scalar(&mut rng));
            match round % 5 {
                1 => points[1] = points[0],
                2 => points[1] = -points[0],
                3 => points[2] = ProjectivePoint::IDENTITY,
                _ => {}
            }
            let lasting = Prepared::lasting(&points[3]);
            for split in [[true; 3], [false; 3], [true, false, true]] {
                let few: Vec<_> = points.into_iter().zip(split).collect();
                let prepared = Prepared::all(&few);
                let points_of = prepared.iter().chain([&lasting]);
                let terms: Vec<(&Prepared, Scalar)> = points_of.zip(scalars).collect();
                let bare: Vec<_> = points.into_iter().zip(scalars).collect();
                assert_is(&sum_public(&terms), &ProjectivePoint::lincomb(bare.as_slice()));
            }
        }
        assert!(sum_public(&[]).is_identity());
    }

    #[test]
    fn one_identity_among_many_is_found_and_spoils_no_other() {
        let mut rng = StdRng::seed_from_u64(3);
        let p = ProjectivePoint::GENERATOR * random_scalar(&mut rng);
        let points = [elsewhere(&p, &mut rng), Jacobian::IDENTITY, elsewhere(&-p, &mut rng)];
        assert!(encode_public(&points).is_none());
        let [Some(first), None, Some(last)] = affine(&points)[..] else { panic!() };
        assert_is(&first.into(), &p);
        assert_is(&last.into(), &-p);
    }
}
