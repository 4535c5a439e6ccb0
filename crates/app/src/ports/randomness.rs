//! Randomness, passed in: one generator per session, so that a test can seed it.

use std::sync::{Arc, Mutex, PoisonError};

use rand_core::CryptoRng;

/// A cryptographic generator shared by the use cases of one session.
#[derive(Clone)]
pub struct Randomness(Arc<Mutex<Box<dyn CryptoRng + Send>>>);

impl Randomness {
    /// Shares `rng`, which must be a cryptographic generator (the operating system's in the app).
    pub fn new(rng: impl CryptoRng + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(rng))))
    }

    /// Runs `draw` with the generator. Keep it short: other work of the session waits.
    pub fn with<T>(&self, draw: impl FnOnce(&mut dyn CryptoRng) -> T) -> T {
        // A panic in another drawing leaves the generator usable: its state only moves forward.
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        draw(&mut **rng)
    }
}
