//! SPEC §22.2. The transcript: SHAKE128 whose first block is a padded identifier.

use elliptic_curve::array::Array;
use elliptic_curve::consts::U48;
use elliptic_curve::ops::Reduce;
use p256::Scalar;
use shake::{ExtendableOutput, Shake128, Update, XofReader};

/// Rate of SHAKE128, in bytes.
const RATE: usize = 168;
/// The protocol identifier of the vectors.
const PROTOCOL: &[u8] = b"sigma-proofs_Shake128_P256";

/// What prover and verifier have both seen so far.
pub(super) struct Transcript(Shake128);

impl Transcript {
    /// A transcript for one session and one statement: the identifier fills the first block, then
    /// session and statement, each behind its length.
    pub(super) fn new(session: &[u8], label: &[u8]) -> Self {
        let mut block = [0; RATE];
        block[..PROTOCOL.len()].copy_from_slice(PROTOCOL);
        let mut state = Shake128::default();
        state.update(&block);
        for part in [session, label] {
            // Both are far below 4 GiB.
            state.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            state.update(part);
        }
        Self(state)
    }

    /// Adds the prover's message.
    pub(super) fn absorb(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The verifier's challenge: 48 bytes, big-endian, modulo the group order.
    pub(super) fn challenge(self) -> Scalar {
        let mut wide = Array::<u8, U48>::default();
        self.0.finalize_xof().read(&mut wide);
        <Scalar as Reduce<_>>::reduce(&wide)
    }
}
