//! FHIR R4 Consent.
