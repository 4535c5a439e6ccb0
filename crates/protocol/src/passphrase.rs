//! SPEC §16. A passphrase around the master secret: Argon2id, then AES-256-GCM.
//!
//! The cost stands in the wrap and is bounded when read, so a doctored file can neither weaken
//! the next wrap nor exhaust the machine. Wrong passphrase and altered wrap give one error.

use argon2::{Algorithm, Argon2, Params, Version};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::aead::{Aes256Gcm, TAG};
use crate::codec::{DecodeError, Reader, VERSION, Writer};
use crate::domain::Label;
use crate::keys::MasterSecret;

/// Why a wrap was not made or not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// The bytes are not a wrap.
    #[error("not a passphrase wrap: {0}")]
    Decode(#[from] DecodeError),
    /// The passphrase is wrong, the wrap altered, or of another context.
    #[error("wrong passphrase")]
    Wrong,
    /// The cost is outside the accepted bounds.
    #[error("the cost is outside the accepted bounds")]
    Cost,
    /// The passphrase is empty or longer than [`MAX_PASSPHRASE`].
    #[error("the passphrase is empty or too long")]
    Passphrase,
    /// Key derivation failed, for want of memory.
    #[error("key derivation failed")]
    Derivation,
}

impl PassphraseError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Decode(error) => error.code(),
            Self::Wrong => "passphrase-wrong",
            Self::Cost => "passphrase-cost",
            Self::Passphrase => "passphrase-length",
            Self::Derivation => "passphrase-derivation",
        }
    }
}

/// Longest passphrase in bytes.
pub const MAX_PASSPHRASE: usize = 1024;

/// Argon2id cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    memory_kib: u32,
    iterations: u32,
    lanes: u32,
}

impl Cost {
    /// What new wraps take: RFC 9106's second recommendation with three times its memory and two more passes: 192 MiB,
    /// 5 passes, 4 lanes. Half a second to a second on a usual computer (SPEC §16).
    pub const RECOMMENDED: Self = Self { memory_kib: 192 * 1024, iterations: 5, lanes: 4 };
    /// The least accepted: 19 MiB, 2 passes, 1 lane. For tests and very small machines.
    pub const LEAST: Self = Self { memory_kib: 19 * 1024, iterations: 2, lanes: 1 };
    /// The most accepted when opening.
    const MOST: Self = Self { memory_kib: 1024 * 1024, iterations: 16, lanes: 16 };

    /// The least accepted, under a name that says where it belongs.
    #[must_use]
    pub const fn minimal_for_tests() -> Self {
        Self::LEAST
    }

    /// A cost of one's own.
    ///
    /// # Errors
    /// [`PassphraseError::Cost`] outside the bounds.
    pub const fn new(
        memory_kib: u32,
        iterations: u32,
        lanes: u32,
    ) -> Result<Self, PassphraseError> {
        let (least, most) = (Self::LEAST, Self::MOST);
        if memory_kib < least.memory_kib
            || memory_kib > most.memory_kib
            || iterations < least.iterations
            || iterations > most.iterations
            || lanes < least.lanes
            || lanes > most.lanes
        {
            return Err(PassphraseError::Cost);
        }
        Ok(Self { memory_kib, iterations, lanes })
    }

    fn key(
        self,
        passphrase: &str,
        salt: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, PassphraseError> {
        if passphrase.is_empty() || passphrase.len() > MAX_PASSPHRASE {
            return Err(PassphraseError::Passphrase);
        }
        let params = Params::new(self.memory_kib, self.iterations, self.lanes, Some(32))
            .map_err(|_| PassphraseError::Cost)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
            .map_err(|_| PassphraseError::Derivation)?;
        Ok(key)
    }
}

impl Default for Cost {
    fn default() -> Self {
        Self::RECOMMENDED
    }
}

/// Everything but the ciphertext; also AAD together with the caller's context.
fn preamble(cost: Cost, salt: &[u8; 16]) -> Writer {
    let mut writer = Writer::with_capacity(1 + 12 + 16 + 48);
    writer.u8(VERSION);
    writer.u32(cost.memory_kib);
    writer.u32(cost.iterations);
    writer.u32(cost.lanes);
    writer.array(salt);
    writer
}

fn associated_data(preamble: &[u8], context: &[u8]) -> Vec<u8> {
    [Label::PassphraseWrap.as_str().as_bytes(), &[0], preamble, context].concat()
}

/// The salt is fresh for every wrap and the key depends on it, so the nonce may be fixed.
const NONCE: [u8; 12] = [0; 12];

/// Wraps a master secret. `context` binds the wrap to its profile.
///
/// # Errors
/// [`PassphraseError`].
pub fn wrap<R: CryptoRng + ?Sized>(
    rng: &mut R,
    master: &MasterSecret,
    passphrase: &str,
    context: &[u8],
    cost: Cost,
) -> Result<Vec<u8>, PassphraseError> {
    let mut salt = [0; 16];
    rng.fill_bytes(&mut salt);
    let key = cost.key(passphrase, &salt)?;
    let mut writer = preamble(cost, &salt);
    let aad = associated_data(writer.as_slice(), context);
    let mut sealed = [0; 32 + TAG];
    Aes256Gcm::new(&key)
        .and_then(|cipher| cipher.seal(NONCE, &aad, master.expose_secret(), &mut sealed))
        .map_err(|_| PassphraseError::Derivation)?;
    writer.array(&sealed);
    Ok(writer.into_vec())
}

/// A wrap taken apart; nothing of it is authentic yet.
struct Wrap {
    cost: Cost,
    salt: [u8; 16],
    sealed: [u8; 32 + TAG],
}

impl Wrap {
    fn parse(bytes: &[u8]) -> Result<Self, PassphraseError> {
        let mut reader = Reader::versioned(bytes)?;
        let cost = Cost::new(reader.u32()?, reader.u32()?, reader.u32()?)?;
        let wrap = Self { cost, salt: reader.array()?, sealed: reader.array()? };
        reader.finish()?;
        Ok(wrap)
    }
}

/// For fuzzing: the bytes a wrap that parses is written as, without deriving a key.
pub(crate) fn rewritten(bytes: &[u8]) -> Option<Vec<u8>> {
    let Wrap { cost, salt, sealed } = Wrap::parse(bytes).ok()?;
    let mut writer = preamble(cost, &salt);
    writer.array(&sealed);
    Some(writer.into_vec())
}

/// Opens a wrap.
///
/// # Errors
/// [`PassphraseError`].
pub fn unwrap(
    bytes: &[u8],
    passphrase: &str,
    context: &[u8],
) -> Result<MasterSecret, PassphraseError> {
    let Wrap { cost, salt, sealed } = Wrap::parse(bytes)?;
    let aad = associated_data(preamble(cost, &salt).as_slice(), context);
    let key = cost.key(passphrase, &salt).map_err(|error| match error {
        // No wrap was ever made with a passphrase of such a length.
        PassphraseError::Passphrase => PassphraseError::Wrong,
        other => other,
    })?;
    let mut master = Zeroizing::new([0; 32]);
    Aes256Gcm::new(&key)
        .and_then(|cipher| cipher.open(NONCE, &aad, &sealed, master.as_mut_slice()))
        .map_err(|_| PassphraseError::Wrong)?;
    Ok(MasterSecret::from_bytes(*master))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn only_the_passphrase_in_its_context_opens() {
        let mut rng = StdRng::seed_from_u64(16);
        let master = MasterSecret::generate(&mut rng);
        let wrapped = wrap(&mut rng, &master, "correct horse", b"profile", Cost::LEAST).unwrap();
        let opened = unwrap(&wrapped, "correct horse", b"profile").unwrap();
        assert_eq!(opened.expose_secret(), master.expose_secret());
        let wrong = |bytes: &[u8], pass, context| unwrap(bytes, pass, context).err();
        assert_eq!(wrong(&wrapped, "correct hors", b"profile"), Some(PassphraseError::Wrong));
        assert_eq!(wrong(&wrapped, "correct horse", b"profil"), Some(PassphraseError::Wrong));
        let mut weaker = wrapped.clone();
        weaker[8] = 1;
        assert_eq!(wrong(&weaker, "correct horse", b"profile"), Some(PassphraseError::Cost));
        let mut greedy = wrapped.clone();
        greedy[1] = 0x7f;
        assert_eq!(wrong(&greedy, "correct horse", b"profile"), Some(PassphraseError::Cost));
        let mut longer = wrapped.clone();
        longer.push(0);
        let trailing = Some(PassphraseError::Decode(DecodeError::TrailingBytes));
        assert_eq!(wrong(&longer, "correct horse", b"profile"), trailing);
    }
}
