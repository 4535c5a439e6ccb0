//! HTTP types and client of the clinic authority.
