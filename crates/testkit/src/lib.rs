//! What tests and demonstrations share: a clock that stands still, randomness from a seed, and
//! clearly synthetic patients with rich FHIR R4 records.
//!
//! Everything is deterministic by its seed. Nobody here exists: names are made of "Test-" and
//! "-Sample", addresses are on Example Street, telephone numbers in the range kept free for
//! fiction, web addresses under `.invalid` and `.example`.

mod bundle;
mod clinical;
mod clock;
#[cfg(all(feature = "disk", target_os = "linux"))]
pub mod disk;
mod document;
mod health;
mod hostile;
mod person;
mod resources;

pub use bundle::{BundleKind, bundle};
pub use clock::FakeClock;
pub use health::HealthExport;
pub use hostile::{
    HOSTILE_HOST, HOSTILE_NARRATIVES, hostile_bundle, hostile_bundle_at, hostile_document,
};
pub use person::{Person, Persona, person};

/// Randomness from a seed: the same seed, the same numbers. For tests and samples only.
pub fn seeded(seed: u64) -> rand::rngs::StdRng {
    rand::SeedableRng::seed_from_u64(seed)
}
