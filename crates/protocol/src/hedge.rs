//! SPEC §3.4. Hedged nonces: `H(rng ‖ secret ‖ session ‖ statement)`.
//!
//! A machine cloned or restored from a snapshot may see the same randomness twice. Because the
//! secret and the statement enter too, different statements still get different nonces, and a
//! guessable generator alone does not give them away.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::curve::{Scalar, hash_to_scalar};
use crate::domain::Label;
use crate::hash;

fn fresh<R: CryptoRng + ?Sized>(rng: &mut R) -> Zeroizing<[u8; 32]> {
    let mut random = Zeroizing::new([0; 32]);
    rng.fill_bytes(random.as_mut_slice());
    random
}

/// A hedged scalar. Parts must be of fixed length or self-delimiting.
pub(crate) fn scalar<R: CryptoRng + ?Sized>(
    rng: &mut R,
    label: Label,
    secret: &[u8; 32],
    statement: &[&[u8]],
) -> Scalar {
    let random = fresh(rng);
    let mut parts: Vec<&[u8]> = vec![random.as_slice(), secret];
    parts.extend_from_slice(statement);
    hash_to_scalar(label, &parts)
}

/// Hedged bytes. Parts must be of fixed length or self-delimiting.
pub(crate) fn bytes<R: CryptoRng + ?Sized>(
    rng: &mut R,
    label: Label,
    secret: &[u8; 32],
    statement: &[&[u8]],
) -> Zeroizing<[u8; 32]> {
    let random = fresh(rng);
    let mut parts: Vec<&[u8]> = vec![random.as_slice(), secret];
    parts.extend_from_slice(statement);
    Zeroizing::new(hash::labelled(label, &parts))
}

/// A generator for one operation, seeded by a hedge: SHA-256 in counter mode.
pub(crate) struct HedgedRng {
    seed: Zeroizing<[u8; 32]>,
    counter: u64,
}

impl HedgedRng {
    pub(crate) fn new<R: CryptoRng + ?Sized>(
        rng: &mut R,
        label: Label,
        secret: &[u8; 32],
        statement: &[&[u8]],
    ) -> Self {
        Self { seed: bytes(rng, label, secret, statement), counter: 0 }
    }
}

impl rand_core::TryRng for HedgedRng {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in out.chunks_mut(32) {
            let counter = self.counter.to_be_bytes();
            let block = Zeroizing::new(hash::mac(&self.seed, &[&counter]));
            chunk.copy_from_slice(&block[..chunk.len()]);
            self.counter += 1;
        }
        Ok(())
    }
}

impl rand_core::TryCryptoRng for HedgedRng {}
