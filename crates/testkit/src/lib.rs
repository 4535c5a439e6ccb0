//! Fake clock, seeded randomness, synthetic patients and FHIR bundles.
