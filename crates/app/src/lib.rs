//! Use cases of patient, doctor and front desk over the traits Vault, Relay, Clock and Rng.
