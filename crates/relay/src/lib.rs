//! The cloud relay: stores ciphertext, re-encrypts under live grants, logs accesses.
