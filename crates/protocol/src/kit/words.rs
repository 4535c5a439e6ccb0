//! Twelve words of the English list of BIP-39, the last one with four bits of checksum.

use bip39::{Error, Language, Mnemonic};
use zeroize::Zeroizing;

use super::{KitError, KitSecret};

impl KitSecret {
    /// Longest text that is looked at: twelve words of eight letters with generous spaces.
    pub const MAX_WORDS_TEXT: usize = 400;

    /// The words, in order. Secret.
    ///
    /// # Errors
    /// None for sixteen bytes; [`KitError::NotAKit`] if the list refused them.
    pub fn words(&self) -> Result<Vec<&'static str>, KitError> {
        let mnemonic = Mnemonic::from_entropy_in(Language::English, self.expose_secret())
            .map_err(|_| KitError::NotAKit)?;
        Ok(mnemonic.words().collect())
    }

    /// Reads the words. Upper and lower case, line breaks, commas, and the numbers in front of the
    /// words on a sheet do not matter.
    ///
    /// # Errors
    /// [`KitError::TooLong`], [`KitError::NotAKit`] for another count, [`KitError::UnknownWord`]
    /// with its place from 1, [`KitError::Checksum`].
    pub fn from_words(text: &str) -> Result<Self, KitError> {
        if text.len() > Self::MAX_WORDS_TEXT {
            return Err(KitError::TooLong);
        }
        let mut normal = Zeroizing::new(String::with_capacity(text.len()));
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let mut count = 0;
        for word in words {
            if count > 0 {
                normal.push(' ');
            }
            normal.extend(word.chars().map(|c| c.to_ascii_lowercase()));
            count += 1;
        }
        if count != Self::WORDS {
            return Err(KitError::NotAKit);
        }
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &normal);
        let mnemonic = mnemonic.map_err(|error| match error {
            Error::UnknownWord(index) => {
                KitError::UnknownWord(u8::try_from(index + 1).unwrap_or(u8::MAX))
            }
            Error::InvalidChecksum => KitError::Checksum,
            _ => KitError::NotAKit,
        })?;
        let (entropy, _) = mnemonic.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let bytes = entropy.first_chunk::<{ Self::LEN }>().ok_or(KitError::NotAKit)?;
        Ok(Self::from_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_sheet_of_paper_and_nothing_else_does() {
        let secret = KitSecret::from_bytes([7; 16]);
        let words = secret.words().unwrap();
        assert_eq!(words.len(), 12);
        let sheet: String = words
            .iter()
            .enumerate()
            .map(|(i, w)| format!("{}. {}\n", i + 1, w.to_uppercase()))
            .collect();
        assert_eq!(KitSecret::from_words(&sheet).unwrap().expose_secret(), &[7; 16]);
        let mut swapped = words.clone();
        swapped.swap(0, 11);
        assert_eq!(KitSecret::from_words(&swapped.join(" ")).err(), Some(KitError::Checksum));
        let mut unknown = words.clone();
        unknown[4] = "keyward";
        assert_eq!(KitSecret::from_words(&unknown.join(" ")).err(), Some(KitError::UnknownWord(5)));
        assert_eq!(KitSecret::from_words(&words[..11].join(" ")).err(), Some(KitError::NotAKit));
        assert_eq!(KitSecret::from_words(&"a ".repeat(300)).err(), Some(KitError::TooLong));
    }

    #[test]
    fn one_wrong_word_is_noticed_fifteen_times_in_sixteen() {
        let words = KitSecret::from_bytes([1; 16]).words().unwrap();
        let list = Language::English.word_list();
        let missed = list
            .iter()
            .filter(|word| {
                let mut typed = words.clone();
                typed[3] = word;
                KitSecret::from_words(&typed.join(" ")).is_ok()
            })
            .count();
        // Exactly what four bits of checksum give: 1/16 of 2048, give or take.
        assert!((90..170).contains(&missed), "{missed}");
    }
}
