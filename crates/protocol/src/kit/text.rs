//! The kit as the text of a picture: the secret and where the services are.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::codec::{DecodeError, Reader, VERSION, Writer};
use crate::domain::Label;
use crate::hash;
use crate::ids::ServiceId;
use crate::invitation::{Invitation, is_service_address};

use super::{KitError, KitSecret};

const PREFIX: &str = "KEYWARD-KIT";
const CHECK: usize = 4;

/// Where the services of a profile are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KitServices {
    /// The service of authority and relay.
    pub service_id: ServiceId,
    /// [`crate::invitation::fingerprint`] of the authority's key.
    pub authority_fingerprint: [u8; 32],
    /// Where the relay is.
    pub relay_url: String,
    /// Where the authority is.
    pub authority_url: String,
    /// The clinic's name, as it calls itself.
    pub clinic_name: String,
}

/// A kit in full.
pub struct KitText {
    /// What the words say too.
    pub secret: KitSecret,
    /// Where the services are, once an invitation was accepted.
    pub services: Option<KitServices>,
}

impl KitText {
    /// Longest text.
    pub const MAX_TEXT: usize = 600;

    /// The text, also the content of the QR code. Secret.
    ///
    /// # Errors
    /// [`KitError`] if a field breaks its limit.
    pub fn to_text(&self) -> Result<Zeroizing<String>, KitError> {
        let mut writer = Writer::versioned(450);
        writer.array(self.secret.expose_secret());
        writer.u8(u8::from(self.services.is_some()));
        if let Some(services) = &self.services {
            writer.array(services.service_id.as_bytes());
            writer.array(&services.authority_fingerprint);
            writer.text(&services.relay_url);
            writer.text(&services.authority_url);
            writer.text(&services.clinic_name);
        }
        let check = check(writer.as_slice());
        writer.array(&check);
        let bytes = Zeroizing::new(writer.into_vec());
        Self::from_bytes(&bytes)?;
        Ok(Zeroizing::new(format!("{PREFIX}{VERSION}:{}", URL_SAFE_NO_PAD.encode(&*bytes))))
    }

    /// Reads a picture's text, or twelve words. Spaces and line breaks in the text are ignored.
    ///
    /// # Errors
    /// [`KitError`].
    pub fn parse(text: &str) -> Result<Self, KitError> {
        if text.len() > 2 * Self::MAX_TEXT {
            return Err(KitError::TooLong);
        }
        let packed: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
        let Some((head, body)) = packed.split_once(':') else {
            return Ok(Self { secret: KitSecret::from_words(text)?, services: None });
        };
        if packed.len() > Self::MAX_TEXT {
            return Err(KitError::TooLong);
        }
        let version = head.to_ascii_uppercase();
        match version.strip_prefix(PREFIX) {
            Some("1") => {}
            Some(other) if other.parse::<u8>().is_ok_and(|v| v > VERSION) => {
                return Err(KitError::Newer);
            }
            _ => return Err(KitError::NotAKit),
        }
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| DecodeError::NotCanonical)?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, KitError> {
        let split = bytes.len().checked_sub(CHECK).ok_or(DecodeError::Truncated)?;
        let (content, given) = bytes.split_at(split);
        let mut reader = Reader::versioned(content)?;
        if given != check(content) {
            return Err(DecodeError::NotCanonical.into());
        }
        let secret = KitSecret::from_bytes(reader.array()?);
        let services = if reader.flag()? { Some(services(&mut reader)?) } else { None };
        reader.finish()?;
        Ok(Self { secret, services })
    }
}

fn services(reader: &mut Reader<'_>) -> Result<KitServices, KitError> {
    let services = KitServices {
        service_id: ServiceId::from_bytes(reader.array()?),
        authority_fingerprint: reader.array()?,
        relay_url: reader.text(Invitation::MAX_URL)?,
        authority_url: reader.text(Invitation::MAX_URL)?,
        clinic_name: reader.text(Invitation::MAX_NAME)?,
    };
    if is_service_address(&services.relay_url) && is_service_address(&services.authority_url) {
        Ok(services)
    } else {
        Err(KitError::Address)
    }
}

fn check(content: &[u8]) -> [u8; CHECK] {
    let hash = hash::labelled(Label::KitCheck, &[content]);
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> KitText {
        KitText {
            secret: KitSecret::from_bytes([2; 16]),
            services: Some(KitServices {
                service_id: ServiceId::from_bytes([5; 16]),
                authority_fingerprint: [6; 32],
                relay_url: "https://relay.example".into(),
                authority_url: "https://clinic.example".into(),
                clinic_name: "Sample clinic".into(),
            }),
        }
    }

    #[test]
    fn a_text_comes_back_and_no_part_or_change_of_it_does() {
        let text = sample().to_text().unwrap();
        let wrapped = format!(" {}\n{}", &text[..50], &text[50..]);
        let read = KitText::parse(&wrapped).unwrap();
        assert_eq!(read.secret.expose_secret(), &[2; 16]);
        assert_eq!(read.services, sample().services);
        for cut in 0..text.len() {
            assert!(KitText::parse(&text[..cut]).is_err(), "{cut}");
        }
        let body = text.find(':').unwrap() + 1;
        for at in body..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(KitText::parse(std::str::from_utf8(&changed).unwrap()).is_err(), "{at}");
        }
        let newer = text.replace("KIT1", "KIT2");
        assert_eq!(KitText::parse(&newer).err(), Some(KitError::Newer));
        assert_eq!(KitText::parse(&text.replace("KEY", "KAY")).err(), Some(KitError::NotAKit));
    }

    #[test]
    fn the_longest_kit_fits_its_limit_and_words_are_a_kit_too() {
        let mut long = sample();
        if let Some(services) = &mut long.services {
            services.relay_url = format!("https://{}", "a".repeat(Invitation::MAX_URL - 8));
            services.authority_url.clone_from(&services.relay_url);
            services.clinic_name = "c".repeat(Invitation::MAX_NAME);
        }
        assert!(long.to_text().unwrap().len() <= KitText::MAX_TEXT);
        let bare = KitText { secret: KitSecret::from_bytes([2; 16]), services: None };
        let text = bare.to_text().unwrap();
        assert!(KitText::parse(&text).unwrap().services.is_none());
        let words = bare.secret.words().unwrap().join(" ");
        assert_eq!(KitText::parse(&words).unwrap().secret.expose_secret(), &[2; 16]);
    }

    #[test]
    fn an_address_that_is_none_is_refused() {
        let mut wrong = sample();
        if let Some(services) = &mut wrong.services {
            services.relay_url = "http://clinic.example".into();
        }
        assert_eq!(wrong.to_text().err(), Some(KitError::Address));
    }
}
