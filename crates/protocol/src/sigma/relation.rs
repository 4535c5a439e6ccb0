//! SPEC §22.1. Statements: elements, and equations `image = Σ scalar · element` between them.

use elliptic_curve::group::Group;
use elliptic_curve::sec1::ToSec1Point;
use p256::ProjectivePoint;

use super::SigmaError;
use crate::arc::generator_h;
use crate::curve::normalized;

/// A secret scalar of a statement, by its position in the witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalarVar(pub(super) usize);

/// A public element of a statement, by its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementVar(pub(super) usize);

pub(super) struct Equation {
    pub(super) image: ElementVar,
    pub(super) terms: Vec<(ScalarVar, ElementVar)>,
}

/// The two generators have tables.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    G,
    H,
    Other,
}

/// A statement. Positions, order and values of everything in it enter the proof.
#[derive(Default)]
pub struct Relation {
    scalars: usize,
    elements: Vec<ProjectivePoint>,
    kinds: Vec<Kind>,
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
        self.kinds.push(if element == ProjectivePoint::GENERATOR {
            Kind::G
        } else if element == generator_h() {
            Kind::H
        } else {
            Kind::Other
        });
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
        for encoded in encode_all(&self.elements)? {
            if !seen.insert(encoded) {
                return Err(SigmaError::Repeated);
            }
            label.extend_from_slice(&encoded);
        }
        Ok(label)
    }

    pub(super) fn equations(&self) -> &[Equation] {
        &self.equations
    }

    pub(super) fn elements(&self) -> &[ProjectivePoint] {
        &self.elements
    }

    pub(super) fn kind(&self, element: ElementVar) -> Kind {
        self.kinds[element.0]
    }

    /// The left-hand sides.
    pub(super) fn images(&self) -> impl Iterator<Item = &ProjectivePoint> {
        self.equations.iter().map(|equation| &self.elements[equation.image.0])
    }
}

fn word(out: &mut Vec<u8>, value: usize) {
    // A statement has a few dozen parts.
    out.extend_from_slice(&u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes());
}

/// The compressed encodings, with one inversion for all.
///
/// # Errors
/// [`SigmaError::Identity`].
pub(super) fn encode_all(points: &[ProjectivePoint]) -> Result<Vec<[u8; 33]>, SigmaError> {
    if points.iter().any(|point| bool::from(point.is_identity())) {
        return Err(SigmaError::Identity);
    }
    let encoded = normalized(points).into_iter().map(|point| {
        point.to_sec1_point(true).as_bytes().try_into().map_err(|_| SigmaError::Identity)
    });
    encoded.collect()
}
