//! Single pages of a SQLCipher 4 file, opened without SQLite: one that proves genuine is usable
//! whatever happened to the others.
//!
//! A page is `ciphertext (4016) ‖ IV (16) ‖ HMAC-SHA512 (64)`; the first one begins with the file's
//! salt (16) in place of ciphertext. The HMAC covers ciphertext, IV and the page's number. Its key is
//! PBKDF2-HMAC-SHA512 (2 rounds) of the file's key over the salt, each byte xored with 0x3a.
//! (<https://www.zetetic.net/sqlcipher/design/>; the tests hold it against files SQLCipher wrote.)

use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

/// Bytes of a page in the file.
pub(super) const PAGE: usize = 4096;
/// Bytes of a page SQLite uses.
pub(super) const USABLE: usize = PAGE - RESERVED;
/// Bytes of the file's salt.
pub(super) const SALT: usize = 16;

const RESERVED: usize = IV + MAC;
const IV: usize = 16;
const MAC: usize = 64;
const SALT_MASK: u8 = 0x3a;

/// What the decrypted first page begins with.
const MAGIC: &[u8; SALT] = b"SQLite format 3\0";

/// The keys of one file. Wiped when dropped.
pub(super) struct PageKeys {
    key: Zeroizing<[u8; 32]>,
    mac_key: Zeroizing<[u8; 32]>,
}

impl PageKeys {
    /// From the raw key of the file and its salt.
    pub(super) fn new(key: &[u8; 32], salt: &[u8; SALT]) -> Option<Self> {
        let masked = salt.map(|byte| byte ^ SALT_MASK);
        let mut block = Zeroizing::new([0; MAC]);
        pbkdf2_two_rounds(key, &masked, &mut block)?;
        let mut mac_key = Zeroizing::new([0; 32]);
        mac_key.copy_from_slice(&block[..32]);
        Some(Self { key: Zeroizing::new(*key), mac_key })
    }

    /// The content of page `number` (counted from 1), if every byte of it is as it was written.
    pub(super) fn open(&self, number: u32, page: &[u8; PAGE]) -> Option<Zeroizing<Vec<u8>>> {
        let from = first_byte(number);
        self.code(number, page)?.verify_slice(&page[USABLE + IV..]).ok()?;
        let mut clear = Zeroizing::new(page[..USABLE].to_vec());
        let iv = &page[USABLE..USABLE + IV];
        let mut cipher = cbc::Decryptor::<aes::Aes256>::new_from_slices(&*self.key, iv).ok()?;
        for block in clear[from..].chunks_exact_mut(16) {
            cipher.decrypt_block(block.try_into().ok()?);
        }
        if number == 1 {
            clear[..SALT].copy_from_slice(MAGIC);
        }
        Some(clear)
    }

    fn code(&self, number: u32, page: &[u8; PAGE]) -> Option<Hmac<Sha512>> {
        let mut mac = Hmac::<Sha512>::new_from_slice(self.mac_key.as_slice()).ok()?;
        mac.update(&page[first_byte(number)..USABLE + IV]);
        mac.update(&number.to_le_bytes());
        Some(mac)
    }

    /// FOR FUZZING: gives any bytes the code of a genuine page.
    pub(super) fn prove(&self, number: u32, page: &mut [u8; PAGE]) -> Option<()> {
        let code = self.code(number, page)?.finalize().into_bytes();
        page[USABLE + IV..].copy_from_slice(&code);
        Some(())
    }
}

/// Where a page's ciphertext begins.
const fn first_byte(number: u32) -> usize {
    if number == 1 { SALT } else { 0 }
}

/// The first block of PBKDF2-HMAC-SHA512 with two rounds (RFC 8018).
fn pbkdf2_two_rounds(key: &[u8], salt: &[u8], block: &mut [u8; MAC]) -> Option<()> {
    let round = |parts: [&[u8]; 2]| {
        let mut mac = Hmac::<Sha512>::new_from_slice(key).ok()?;
        parts.iter().for_each(|part| mac.update(part));
        Some(Zeroizing::new(<[u8; MAC]>::from(mac.finalize().into_bytes())))
    };
    let first = round([salt, &1_u32.to_be_bytes()])?;
    let second = round([&*first, &[]])?;
    for (out, (a, b)) in block.iter_mut().zip(first.iter().zip(second.iter())) {
        *out = a ^ b;
    }
    Some(())
}
