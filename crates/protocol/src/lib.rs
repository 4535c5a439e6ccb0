//! The anonymous sharing protocol: pure cryptography, no I/O, no clock, no global randomness.
