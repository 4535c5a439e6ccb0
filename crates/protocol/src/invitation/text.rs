//! Invitations: the code with addresses, the authority's fingerprint, purpose and expiry.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::codec::{DecodeError, Reader, Writer};
use crate::domain::UnixSeconds;
use crate::hash;
use crate::keys::VerifyingKey;

use super::{Code, CodeError, Purpose};

/// Why an invitation is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// Neither an invitation nor a code.
    #[error("neither an invitation nor a code: {0}")]
    Code(#[from] CodeError),
    /// An invitation that was cut off or altered, or of a newer version.
    #[error("the invitation is damaged or from a newer version: {0}")]
    Decode(#[from] DecodeError),
    /// Longer than any invitation.
    #[error("the text is longer than any invitation")]
    TooLong,
    /// An address is not acceptable.
    #[error("an address in the invitation is not acceptable")]
    Address,
    /// Its time is over.
    #[error("the invitation has expired")]
    Expired,
    /// It is for another purpose.
    #[error("the invitation is for another purpose")]
    WrongPurpose,
}

impl InvitationError {
    /// A stable code for wire and user interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Code(error) => error.code(),
            Self::Decode(error) => error.code(),
            Self::TooLong => "invitation-too-long",
            Self::Address => "invitation-address",
            Self::Expired => "invitation-expired",
            Self::WrongPurpose => "invitation-wrong-purpose",
        }
    }
}

/// The fingerprint of an authority: SHA-256 of its compressed verification key.
#[must_use]
pub fn fingerprint(authority: &VerifyingKey) -> [u8; 32] {
    hash::sha256(&authority.to_bytes())
}

/// An invitation in full.
#[derive(Debug)]
pub struct Invitation {
    /// What for.
    pub purpose: Purpose,
    /// The one-time code.
    pub code: Code,
    /// Where the authority is.
    pub authority_url: String,
    /// Where the relay is.
    pub relay_url: String,
    /// [`fingerprint`] of the authority's key.
    pub authority_fingerprint: [u8; 32],
    /// The clinic's name, as it calls itself.
    pub clinic_name: String,
    /// First second at which it no longer holds.
    pub expires: UnixSeconds,
    /// Whether the services run on the inviting computer only.
    pub this_computer_only: bool,
}

const PREFIX: &str = "KEYWARD1:";

impl Invitation {
    /// Longest text.
    pub const MAX_TEXT: usize = 600;
    /// Longest address in bytes.
    pub const MAX_URL: usize = 120;
    /// Longest clinic name in bytes.
    pub const MAX_NAME: usize = 100;

    /// The text, also the content of the QR code. Secret.
    ///
    /// # Errors
    /// [`InvitationError`] if a field breaks its limit.
    pub fn to_text(&self) -> Result<Zeroizing<String>, InvitationError> {
        let mut writer = Writer::versioned(400);
        writer.u8(self.purpose.to_byte());
        writer.u8(u8::from(self.this_computer_only));
        writer.array(&self.code.to_symbols());
        writer.array(&self.authority_fingerprint);
        writer.u64(self.expires);
        writer.text(&self.authority_url);
        writer.text(&self.relay_url);
        writer.text(&self.clinic_name);
        let bytes = Zeroizing::new(writer.into_vec());
        Self::from_bytes(&bytes)?;
        Ok(Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(&*bytes))))
    }

    /// Reads the text. Spaces and line breaks, as mail programs add them, are ignored.
    ///
    /// # Errors
    /// [`InvitationError`].
    pub fn from_text(text: &str) -> Result<Self, InvitationError> {
        if text.len() > 2 * Self::MAX_TEXT {
            return Err(InvitationError::TooLong);
        }
        let text: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
        if text.len() > Self::MAX_TEXT {
            return Err(InvitationError::TooLong);
        }
        let encoded = text.strip_prefix(PREFIX).ok_or(DecodeError::UnknownVersion)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| DecodeError::NotCanonical)?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, InvitationError> {
        let mut reader = Reader::versioned(bytes)?;
        let invitation = Self {
            purpose: Purpose::from_byte(reader.u8()?)?,
            this_computer_only: reader.flag()?,
            code: Code::from_symbols(reader.array::<{ Code::SYMBOLS }>()?)?,
            authority_fingerprint: reader.array()?,
            expires: reader.u64()?,
            authority_url: reader.text(Self::MAX_URL)?,
            relay_url: reader.text(Self::MAX_URL)?,
            clinic_name: reader.text(Self::MAX_NAME)?,
        };
        reader.finish()?;
        check_url(&invitation.authority_url)?;
        check_url(&invitation.relay_url)?;
        Ok(invitation)
    }

    /// Checks purpose and expiry.
    ///
    /// # Errors
    /// [`InvitationError::WrongPurpose`], [`InvitationError::Expired`].
    pub fn check(&self, now: UnixSeconds, purpose: Purpose) -> Result<(), InvitationError> {
        if self.purpose != purpose {
            return Err(InvitationError::WrongPurpose);
        }
        if now >= self.expires { Err(InvitationError::Expired) } else { Ok(()) }
    }
}

/// What a person pasted, typed or scanned.
#[derive(Debug)]
pub enum Entry {
    /// An invitation with addresses.
    Full(Box<Invitation>),
    /// A bare code; the addresses must be known already.
    Code(Code),
}

impl Entry {
    /// Reads either form.
    ///
    /// # Errors
    /// [`InvitationError`].
    pub fn parse(text: &str) -> Result<Self, InvitationError> {
        let trimmed = text.trim();
        if trimmed.len() >= PREFIX.len()
            && trimmed.is_char_boundary(7)
            && trimmed[..7].eq_ignore_ascii_case("KEYWARD")
            && trimmed.contains(':')
        {
            return Invitation::from_text(trimmed).map(|full| Self::Full(Box::new(full)));
        }
        Ok(Self::Code(Code::parse(trimmed)?))
    }
}

/// Whether an address of a service is acceptable: `https`, loopback, or the embedded service's own.
pub(crate) fn is_service_address(url: &str) -> bool {
    check_url(url).is_ok()
}

/// `https`, or plain `http` on the loopback interface, or the embedded service's own scheme.
fn check_url(url: &str) -> Result<(), InvitationError> {
    const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}@".contains(&byte));
    let local = url.strip_prefix("http://").is_some_and(|rest| {
        LOOPBACK.iter().any(|host| {
            rest.strip_prefix(host)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        })
    });
    let remote = url.strip_prefix("https://").is_some_and(|rest| !rest.is_empty());
    if plain && (remote || local || url.starts_with("this-computer:")) {
        Ok(())
    } else {
        Err(InvitationError::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    fn sample() -> Invitation {
        Invitation {
            purpose: Purpose::Patient,
            code: Code::generate(&mut StdRng::seed_from_u64(1)),
            authority_url: "this-computer:authority".into(),
            relay_url: "https://relay.example".into(),
            authority_fingerprint: [9; 32],
            clinic_name: "Sample clinic".into(),
            expires: 1000,
            this_computer_only: true,
        }
    }

    #[test]
    fn text_survives_mail_and_nothing_else_parses() {
        let text = sample().to_text().unwrap();
        let wrapped = format!(" {}\r\n {}", &text[..40], &text[40..]);
        let Entry::Full(read) = Entry::parse(&wrapped).unwrap() else { panic!("not full") };
        assert_eq!(read.code.to_symbols(), sample().code.to_symbols());
        assert_eq!(read.clinic_name, "Sample clinic");
        assert_eq!(read.check(999, Purpose::Patient), Ok(()));
        assert_eq!(read.check(1000, Purpose::Patient), Err(InvitationError::Expired));
        assert_eq!(read.check(1, Purpose::Clinician), Err(InvitationError::WrongPurpose));
        for cut in 9..text.len() {
            assert!(Entry::parse(&text[..cut]).is_err());
        }
        assert!(Entry::parse(&text.replace("KEYWARD1", "KEYWARD2")).is_err());
        assert!(Entry::parse(&format!("{}AAAA", *text)).is_err());
    }

    #[test]
    fn the_longest_invitation_still_fits_its_limit() {
        let mut long = sample();
        long.authority_url = format!("https://{}", "a".repeat(Invitation::MAX_URL - 8));
        long.relay_url = long.authority_url.clone();
        long.clinic_name = "c".repeat(Invitation::MAX_NAME);
        assert!(long.to_text().unwrap().len() <= Invitation::MAX_TEXT);
        long.clinic_name.push('c');
        assert!(long.to_text().is_err());
    }

    #[test]
    fn only_safe_addresses_are_accepted() {
        let wrong = [
            "http://clinic.example",
            "http://127.0.0.1.evil.example",
            "javascript:alert(1)",
            "https://",
            "file:///etc",
            "https://a b",
            "https://good.example@evil.example",
        ];
        for url in wrong {
            assert_eq!(check_url(url), Err(InvitationError::Address), "{url}");
        }
        for url in
            ["https://a.example/x", "http://127.0.0.1:9/", "http://[::1]:1", "this-computer:relay"]
        {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
    }
}
