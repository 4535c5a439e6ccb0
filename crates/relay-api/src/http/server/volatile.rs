//! Nonces that a failing disk does not take.
//!
//! A request that only reads is answered also while nothing can be written: its nonce is then kept
//! here, in memory. What is lost with the process is the refusal of such a request sent a second
//! time within its window of [`REQUEST_WINDOW_SECONDS`]; it would read once more what its signer
//! may read, and change nothing.

use crate::http::{REQUEST_WINDOW_SECONDS, UnixSeconds};
use crate::problem::{Problem, ProblemCode};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Nonces remembered at once; further reads are refused like writes.
const MOST: usize = 50_000;

/// The replay memory of reads while the storage fails.
#[derive(Default)]
pub struct VolatileNonces(Mutex<Signed>);

/// By key id and nonce: when it was signed.
type Signed = HashMap<([u8; 32], [u8; 16]), UnixSeconds>;

impl VolatileNonces {
    fn lock(&self) -> MutexGuard<'_, Signed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses a nonce that is remembered here. Asked for every request, whatever the disk does.
    pub fn check(&self, key_id: [u8; 32], nonce: [u8; 16]) -> Result<(), Problem> {
        match self.lock().contains_key(&(key_id, nonce)) {
            true => Err(ProblemCode::Replayed.into()),
            false => Ok(()),
        }
    }

    /// Remembers the nonce of a read signed at `created`, or gives back `failed`, the refusal of
    /// the storage, if there is no room. Never called for what changes something.
    pub fn remember(
        &self,
        key_id: [u8; 32],
        nonce: [u8; 16],
        created: UnixSeconds,
        clock: UnixSeconds,
        failed: Problem,
    ) -> Result<(), Problem> {
        let mut nonces = self.lock();
        if nonces.len() >= MOST {
            // Later than this no server takes the request, unless its clock was set back.
            nonces.retain(|_, at| at.saturating_add(2 * REQUEST_WINDOW_SECONDS) > clock);
        }
        if nonces.len() >= MOST {
            return Err(failed);
        }
        match nonces.insert((key_id, nonce), created) {
            None => Ok(()),
            Some(_) => Err(ProblemCode::Replayed.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Problem {
        ProblemCode::StorageFailed.into()
    }

    #[test]
    fn a_nonce_counts_once_and_memory_is_bounded() {
        let nonces = VolatileNonces::default();
        nonces.check([1; 32], [1; 16]).unwrap();
        nonces.remember([1; 32], [1; 16], 1_000, 1_000, full()).unwrap();
        assert_eq!(nonces.check([1; 32], [1; 16]).unwrap_err().code, ProblemCode::Replayed);
        let again = nonces.remember([1; 32], [1; 16], 1_000, 1_000, full()).unwrap_err();
        assert_eq!(again.code, ProblemCode::Replayed);
        nonces.remember([2; 32], [1; 16], 1_000, 1_000, full()).unwrap();
        for n in 2..MOST {
            let nonce = (n as u128).to_be_bytes();
            nonces.remember([3; 32], nonce, 1_000, 1_000, full()).unwrap();
        }
        let refused = nonces.remember([4; 32], [1; 16], 1_000, 1_000, full()).unwrap_err();
        assert_eq!(refused.code, ProblemCode::StorageFailed);
        // Once their window is over they make room.
        nonces.remember([4; 32], [1; 16], 1_700, 1_700, full()).unwrap();
    }
}
