//! What the keyring holds for a profile: one self-describing text, so that a single write of the
//! keyring is the whole change from one form to the other. Either the master secret as it is, or
//! its wrapped form; never both.
//!
//! Form: standard base64 of `version 0x01 ‖ form ‖ content`; form 0: the 32 bytes of the master
//! secret; form 1: the wrapped secret of protocol SPEC §14 (Argon2id parameters and salt inside),
//! bound to the profile's id.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use keyward_protocol::keys::MasterSecret;
use keyward_protocol::passphrase::{self, Cost, MAX_PASSPHRASE, PassphraseError};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::profile::{ProfileId, SlotForm};

const VERSION: u8 = 1;
const RAW: u8 = 0;
const WRAPPED: u8 = 1;

/// The decoded text.
pub(crate) enum KeySlot {
    Raw(Zeroizing<[u8; 32]>),
    Wrapped(Vec<u8>),
}

impl KeySlot {
    /// A slot for `master`, wrapped if there is a passphrase.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(
        rng: &mut R,
        master: &MasterSecret,
        profile: &ProfileId,
        passphrase: Option<&str>,
        cost: Cost,
    ) -> Result<Self, StoreError> {
        let Some(passphrase) = passphrase else {
            return Ok(Self::Raw(Zeroizing::new(*master.expose_secret())));
        };
        if passphrase.is_empty() || passphrase.len() > MAX_PASSPHRASE {
            return Err(StoreError::UnusablePassphrase);
        }
        passphrase::wrap(rng, master, passphrase, &context(profile), cost)
            .map(Self::Wrapped)
            .map_err(|_| StoreError::UnusablePassphrase)
    }

    /// The master secret.
    pub(crate) fn open(
        &self,
        profile: &ProfileId,
        passphrase: Option<&str>,
    ) -> Result<MasterSecret, StoreError> {
        match self {
            Self::Raw(bytes) => Ok(MasterSecret::from_bytes(**bytes)),
            Self::Wrapped(wrapped) => {
                let passphrase = passphrase.ok_or(StoreError::PassphraseRequired)?;
                if passphrase.len() > MAX_PASSPHRASE {
                    return Err(StoreError::WrongPassphrase);
                }
                passphrase::unwrap(wrapped, passphrase, &context(profile)).map_err(|error| {
                    match error {
                        PassphraseError::Wrong | PassphraseError::Passphrase => {
                            StoreError::WrongPassphrase
                        }
                        PassphraseError::Derivation => StoreError::UnusablePassphrase,
                        _ => StoreError::SecretDamaged,
                    }
                })
            }
        }
    }

    pub(crate) fn form(&self) -> SlotForm {
        match self {
            Self::Raw(_) => SlotForm::Keyring,
            Self::Wrapped(_) => SlotForm::Passphrase,
        }
    }

    /// The text for the keyring.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let (form, content) = match self {
            Self::Raw(bytes) => (RAW, bytes.as_slice()),
            Self::Wrapped(bytes) => (WRAPPED, bytes.as_slice()),
        };
        let mut encoded = Zeroizing::new(Vec::with_capacity(2 + content.len()));
        encoded.extend_from_slice(&[VERSION, form]);
        encoded.extend_from_slice(content);
        Zeroizing::new(STANDARD.encode(encoded.as_slice()))
    }

    /// Reads the text of a keyring.
    pub(crate) fn from_text(text: &str) -> Result<Self, StoreError> {
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| StoreError::SecretDamaged)?);
        match bytes.as_slice() {
            [VERSION, RAW, content @ ..] => content
                .try_into()
                .map(|bytes| Self::Raw(Zeroizing::new(bytes)))
                .map_err(|_| StoreError::SecretDamaged),
            [VERSION, WRAPPED, content @ ..] => Ok(Self::Wrapped(content.to_vec())),
            [VERSION | 0, ..] | [] => Err(StoreError::SecretDamaged),
            _ => Err(StoreError::NewerSecret),
        }
    }
}

/// Binds a wrapped secret to its profile: moved to another keyring entry it does not open.
fn context(profile: &ProfileId) -> Vec<u8> {
    profile.as_str().as_bytes().to_vec()
}
