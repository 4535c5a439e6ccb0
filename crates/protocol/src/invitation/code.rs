//! Codes: 16 symbols of a 32-letter alphabet without 0, O, 1 and I, in four groups.
//!
//! Three symbols are the handle (15 bits, which code), twelve the secret (60 bits, the password
//! of CPace), one the check. The check is a Reed–Solomon symbol over GF(32): it catches every
//! single wrong symbol and every swap of two symbols.

use core::fmt;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const HANDLE: usize = 3;
const SECRET: usize = 12;
const DATA: usize = HANDLE + SECRET;
const SYMBOLS: usize = DATA + 1;

/// Why text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// Not 16 symbols.
    #[error("a code has 16 letters and digits")]
    Length,
    /// A symbol outside the alphabet.
    #[error("a code has no such letter or digit")]
    Symbol,
    /// The check symbol does not fit: a typing mistake.
    #[error("the code contains a typing mistake")]
    Check,
}

impl CodeError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "code-length",
            Self::Symbol => "code-symbol",
            Self::Check => "code-check",
        }
    }
}

/// Which code: 15 bits, not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle(u16);

impl Handle {
    /// The handle with this number.
    ///
    /// # Errors
    /// [`CodeError::Symbol`] beyond 15 bits.
    pub const fn from_number(number: u16) -> Result<Self, CodeError> {
        if number < 1 << 15 { Ok(Self(number)) } else { Err(CodeError::Symbol) }
    }

    /// The number, below 2¹⁵.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// The secret part of a code, 60 bits. Overwritten when dropped.
pub struct CodeSecret(Zeroizing<[u8; 8]>);

impl CodeSecret {
    /// Encoded size in bytes.
    pub const LEN: usize = 8;

    /// The encoding, for the authority's encrypted store. Secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 8]> {
        self.0.clone()
    }

    /// Decodes.
    ///
    /// # Errors
    /// [`CodeError::Symbol`] beyond 60 bits.
    pub fn from_bytes(bytes: [u8; 8]) -> Result<Self, CodeError> {
        if bytes[0] < 16 { Ok(Self(Zeroizing::new(bytes))) } else { Err(CodeError::Symbol) }
    }

    /// Whether two secrets are the same, in constant time.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        self.0.ct_eq(other.0.as_slice()).into()
    }
}

/// An invitation code. Secret; overwritten when dropped.
pub struct Code([u8; DATA]);

impl Code {
    /// A fresh code.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut symbols = [0; DATA];
        rng.fill_bytes(&mut symbols);
        symbols.iter_mut().for_each(|symbol| *symbol &= 31);
        Self(symbols)
    }

    /// A fresh code with a handle of one's choice, so that handles do not collide.
    pub fn generate_with_handle<R: CryptoRng + ?Sized>(rng: &mut R, handle: Handle) -> Self {
        let mut code = Self::generate(rng);
        let low = |shift: u16| u8::try_from(handle.0 >> shift & 31).unwrap_or(0);
        code.0[..HANDLE].copy_from_slice(&[low(10), low(5), low(0)]);
        code
    }

    /// Reads what a person typed: any case, with or without spaces and dashes.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut symbols = Zeroizing::new([0_u8; SYMBOLS]);
        let mut count = 0;
        for letter in text.chars().filter(|c| !c.is_whitespace() && !is_dash(*c)) {
            let symbol = symbol_of(letter)?;
            *symbols.get_mut(count).ok_or(CodeError::Length)? = symbol;
            count += 1;
        }
        if count != SYMBOLS {
            return Err(CodeError::Length);
        }
        let mut data = [0; DATA];
        data.copy_from_slice(&symbols[..DATA]);
        let code = Self(data);
        if check_symbol(&code.0) == symbols[DATA] { Ok(code) } else { Err(CodeError::Check) }
    }

    /// Which code.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle(self.0[..HANDLE].iter().fold(0, |sum, symbol| sum << 5 | u16::from(*symbol)))
    }

    /// The secret part.
    #[must_use]
    pub fn secret(&self) -> CodeSecret {
        let bits = self.0[HANDLE..].iter().fold(0_u64, |sum, symbol| sum << 5 | u64::from(*symbol));
        CodeSecret(Zeroizing::new(bits.to_be_bytes()))
    }

    /// The code as shown: `XXXX-XXXX-XXXX-XXXX`. Secret.
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(SYMBOLS + 3);
        let check = check_symbol(&self.0);
        for (index, symbol) in self.0.iter().chain([&check]).enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*symbol & 31)]));
        }
        Zeroizing::new(text)
    }

    pub(super) fn to_symbols(&self) -> [u8; DATA] {
        self.0
    }

    pub(super) fn from_symbols(symbols: [u8; DATA]) -> Result<Self, CodeError> {
        if symbols.iter().all(|symbol| *symbol < 32) {
            Ok(Self(symbols))
        } else {
            Err(CodeError::Symbol)
        }
    }

    pub(super) const SYMBOLS: usize = DATA;
}

impl Drop for Code {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn symbol_of(letter: char) -> Result<u8, CodeError> {
    let letter = letter.to_ascii_uppercase();
    let index = ALPHABET.iter().position(|symbol| char::from(*symbol) == letter);
    index.and_then(|index| u8::try_from(index).ok()).ok_or(CodeError::Symbol)
}

/// Σ α^(i+1)·cᵢ over GF(32) with x⁵+x²+1, by Horner's rule.
fn check_symbol(data: &[u8; DATA]) -> u8 {
    data.iter().rev().fold(0, |sum, symbol| times_alpha(sum ^ symbol))
}

const fn times_alpha(value: u8) -> u8 {
    let shifted = value << 1;
    if shifted & 32 == 0 { shifted } else { shifted ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn every_single_typo_and_every_swap_is_caught() {
        let mut rng = StdRng::seed_from_u64(14);
        for _ in 0..20 {
            let code = Code::generate(&mut rng);
            let text = code.expose_text().replace('-', "");
            assert_eq!(Code::parse(&text).unwrap().0, code.0);
            for at in 0..SYMBOLS {
                for symbol in ALPHABET {
                    let mut typo = text.clone().into_bytes();
                    typo[at] = *symbol;
                    let typo = String::from_utf8(typo).unwrap();
                    assert_eq!(Code::parse(&typo).is_ok(), typo == text);
                }
                for other in 0..at {
                    let mut swapped = text.clone().into_bytes();
                    swapped.swap(at, other);
                    let swapped = String::from_utf8(swapped).unwrap();
                    assert_eq!(Code::parse(&swapped).is_ok(), swapped == text);
                }
            }
        }
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = Code([1; DATA]);
        let shown = code.expose_text();
        let typed = format!("  {} ", shown.to_lowercase().replace('-', " \u{2013} "));
        assert_eq!(Code::parse(&typed).unwrap().0, code.0);
        assert_eq!(Code::parse("").unwrap_err(), CodeError::Length);
        assert_eq!(Code::parse(&shown[..18]).unwrap_err(), CodeError::Length);
        assert_eq!(Code::parse(&format!("{}2", *shown)).unwrap_err(), CodeError::Length);
        assert_eq!(Code::parse(&shown.replace('3', "O")).unwrap_err(), CodeError::Symbol);
    }

    #[test]
    fn handle_and_secret_take_all_bits() {
        let mut rng = StdRng::seed_from_u64(15);
        let handle = Handle::from_number(0x7abc).unwrap();
        let code = Code::generate_with_handle(&mut rng, handle);
        assert_eq!(code.handle(), handle);
        let full = Code([31; DATA]);
        assert_eq!(full.handle().number(), 0x7fff);
        assert_eq!(*full.secret().to_bytes(), [15, 255, 255, 255, 255, 255, 255, 255]);
    }
}
