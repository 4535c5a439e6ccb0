//! SPEC §22.1. Statements: elements, and equations `image = Σ scalar · element` between them.

use elliptic_curve::group::Group;
use elliptic_curve::sec1::ToSec1Point;
use p256::{ProjectivePoint, Scalar};

use super::SigmaError;
use crate::arc::{generator_h, times_g, times_h};

/// A secret scalar of a statement, by its position in the witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalarVar(usize);

/// A public element of a statement, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementVar(usize);

struct Equation {
    image: ElementVar,
    terms: Vec<(ScalarVar, ElementVar)>,
}

/// A statement. Positions, order and values of everything in it enter the proof.
#[derive(Default)]
pub struct Relation {
    scalars: usize,
    elements: Vec<ProjectivePoint>,
    equations: Vec<Equation>,
}

impl Relation {
    /// An empty statement.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret scalar.
    pub fn scalar(&mut self) -> ScalarVar {
        self.scalars += 1;
        ScalarVar(self.scalars - 1)
    }

    /// Adds `N` secret scalars.
    pub fn scalars<const N: usize>(&mut self) -> [ScalarVar; N] {
        core::array::from_fn(|_| self.scalar())
    }

    /// Adds a public element.
    pub fn element(&mut self, element: ProjectivePoint) -> ElementVar {
        self.elements.push(element);
        ElementVar(self.elements.len() - 1)
    }

    /// Adds the equation `image = Σ scalar · element`.
    pub fn equation(&mut self, image: ElementVar, terms: &[(ScalarVar, ElementVar)]) {
        self.equations.push(Equation { image, terms: terms.to_vec() });
    }

    /// How many secret scalars the statement has.
    #[must_use]
    pub const fn witness_len(&self) -> usize {
        self.scalars
    }

    /// Bytes of a proof of this statement: challenge and one response per scalar, 32 bytes each.
    #[must_use]
    pub const fn proof_len(&self) -> usize {
        32 * (1 + self.scalars)
    }

    /// Canonical description: equations by little-endian 32-bit positions, then all elements.
    ///
    /// # Errors
    /// [`SigmaError::Identity`], [`SigmaError::Repeated`].
    pub(super) fn label(&self) -> Result<Vec<u8>, SigmaError> {
        let mut label = Vec::new();
        word(&mut label, self.equations.len());
        for Equation { image, terms } in &self.equations {
            word(&mut label, image.0);
            word(&mut label, terms.len());
            for (scalar, element) in terms {
                word(&mut label, scalar.0);
                word(&mut label, element.0);
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        for element in &self.elements {
            let encoded = encode(element)?;
            if !seen.insert(encoded) {
                return Err(SigmaError::Repeated);
            }
            label.extend_from_slice(&encoded);
        }
        Ok(label)
    }

    /// The image of secret scalars, in constant time.
    pub(super) fn map_secret(&self, scalars: &[Scalar]) -> Vec<ProjectivePoint> {
        self.equations
            .iter()
            .map(|equation| {
                let mut left = equation.terms.as_slice();
                let mut sum = ProjectivePoint::IDENTITY;
                while let Some(((scalar, element), rest)) = left.split_first() {
                    // Neighbours on one element are one multiplication.
                    let same = rest.iter().take_while(|(_, other)| other == element).count();
                    let factor = rest[..same]
                        .iter()
                        .fold(scalars[scalar.0], |factor, (more, _)| factor + scalars[more.0]);
                    sum += self.times(*element, &factor);
                    left = &rest[same..];
                }
                sum
            })
            .collect()
    }

    /// scalar · element in constant time; the two generators have tables.
    fn times(&self, element: ElementVar, scalar: &Scalar) -> ProjectivePoint {
        let element = self.elements[element.0];
        if element == ProjectivePoint::GENERATOR {
            times_g(scalar)
        } else if element == generator_h() {
            times_h(scalar)
        } else {
            element * scalar
        }
    }

    /// For each equation the commitment that a challenge and responses imply:
    /// `Σ response · element − challenge · image`. Public values only: variable time.
    pub(super) fn simulate(
        &self,
        challenge: &Scalar,
        responses: &[Scalar],
    ) -> Vec<ProjectivePoint> {
        let minus = -challenge;
        self.equations
            .iter()
            .map(|Equation { image, terms }| {
                let mut sum: Vec<(ProjectivePoint, Scalar)> = terms
                    .iter()
                    .map(|(scalar, element)| (self.elements[element.0], responses[scalar.0]))
                    .collect();
                sum.push((self.elements[image.0], minus));
                lincomb_vartime(&sum)
            })
            .collect()
    }

    /// The left-hand sides.
    pub(super) fn images(&self) -> impl Iterator<Item = &ProjectivePoint> {
        self.equations.iter().map(|equation| &self.elements[equation.image.0])
    }
}

fn lincomb_vartime(terms: &[(ProjectivePoint, Scalar)]) -> ProjectivePoint {
    use elliptic_curve::ops::LinearCombination as _;
    ProjectivePoint::lincomb_vartime(terms)
}

fn word(out: &mut Vec<u8>, value: usize) {
    // A statement has a few dozen parts.
    out.extend_from_slice(&u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
}

/// The compressed encoding.
///
/// # Errors
/// [`SigmaError::Identity`].
pub(super) fn encode(point: &ProjectivePoint) -> Result<[u8; 33], SigmaError> {
    if bool::from(point.is_identity()) {
        return Err(SigmaError::Identity);
    }
    let encoded = point.to_affine().to_sec1_point(true);
    encoded.as_bytes().try_into().map_err(|_| SigmaError::Identity)
}
