//! The clinic authority: register, invitations, certificates.
