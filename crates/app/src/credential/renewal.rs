//! Certifying a persona that is there already: that of a space in the next epoch, who continues a lost
//! one, the one under whom backups lie.
//!
//! One epoch certifies a persona once, and only the very same request is answered again. So what was sent
//! stays until its epoch is over: after a crash or a lost answer it brings the certificate again.

use keyward_protocol::certificate::{AnonymousCertificate, PersonaKeys};
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_relay_api::problem::ProblemCode;

use super::CredentialError;
use super::pool::{self, PATIENCE};
use super::rows::{RENEW, Renewing, Sought};
use super::times;
use crate::error::AppError;
use crate::identity::Enrolment;
use crate::ports::authority::AuthorityError;
use crate::ports::clock::UnixSeconds;
use crate::ports::credential::CredentialChannels;
use crate::ports::vault::Transaction;
use crate::session::Session;

/// Before a certificate ends another one must be there: this long.
const BEFORE_THE_END: UnixSeconds = 30 * 86_400;
/// After a persona was refused: how long until it is tried again. Each try uses up a number, and mostly
/// another copy of this profile had her certified in this epoch.
const AFTER_REFUSAL: UnixSeconds = 7 * 86_400;

/// A certificate with the object of its epoch.
pub struct Certified {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The object.
    pub object: Vec<u8>,
}

/// When a certificate of an epoch is renewed: in the next, at a time that follows from a secret, so that the
/// personas of one holder are not renewed together.
#[must_use]
pub fn renew_at(epoch: u64, secret: &[u8]) -> UnixSeconds {
    let drawn = times::drawn(b"renew-at\0", epoch, secret);
    super::next_epoch(epoch).saturating_add(drawn % (EPOCH_SECONDS - BEFORE_THE_END))
}

/// When a persona can be certified.
pub(super) enum Open {
    /// At any time: the request may have left.
    Begun,
    /// With a number of the credential, from this time on.
    From(UnixSeconds),
}

/// From when the persona of a name can be certified in an epoch.
pub(super) fn open_from(
    tx: &(impl Transaction + ?Sized),
    epoch: u64,
    name: &str,
) -> Result<Open, AppError> {
    let known = Renewing::load(tx, &format!("{RENEW}{name}"))?;
    Ok(match known.filter(|known| known.epoch == epoch).map(|known| known.sought) {
        Some(Sought::Sent { .. }) => Open::Begun,
        Some(Sought::Refused { again }) => Open::From(again),
        None => Open::From(0),
    })
}

/// Certifies these keys in the epoch that is current. `name` says whose they are, for this profile alone.
pub(super) fn certify(
    session: &Session,
    channels: &dyn CredentialChannels,
    enrolment: &Enrolment,
    epoch: &VerifiedEpoch,
    name: &str,
    keys: &PersonaKeys<'_>,
) -> Result<Vec<u8>, CredentialError> {
    let row = format!("{RENEW}{name}");
    for tries_left in (0..PATIENCE).rev() {
        let request = begin(session, epoch, &row, keys)?;
        match channels.certify(&enrolment.authority(), &request) {
            Ok(certificate) => return check(certificate, epoch, keys),
            Err(AuthorityError::Refused(code))
                if code == ProblemCode::CredentialRefused.as_str() =>
            {
                let wait = if tries_left == 0 { AFTER_REFUSAL } else { 0 };
                let refused = Sought::Refused { again: session.now().saturating_add(wait) };
                let mut tx = session.begin()?;
                Renewing::new(epoch, keys, refused).save(&mut *tx, &row)?;
                tx.commit()?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(CredentialError::Refused)
}

/// The certificate, if it is of this epoch and of exactly these keys.
fn check(
    certificate: Vec<u8>,
    epoch: &VerifiedEpoch,
    keys: &PersonaKeys<'_>,
) -> Result<Vec<u8>, CredentialError> {
    let verified = AnonymousCertificate::verify(&certificate, epoch)
        .map_err(|_| CredentialError::Misbehaves)?;
    let same = verified.verification == *keys.signing.verifying_key()
        && verified.encapsulation == *keys.decryption.encapsulation_key()
        && verified.recovery_hash == keys.recovery_hash;
    if same { Ok(certificate) } else { Err(CredentialError::Misbehaves) }
}

/// The request on its way, or one under the next number, durable.
fn begin(
    session: &Session,
    epoch: &VerifiedEpoch,
    row: &str,
    keys: &PersonaKeys<'_>,
) -> Result<Vec<u8>, CredentialError> {
    let mut tx = session.begin()?;
    let known = Renewing::load(&*tx, row)?.filter(|known| known.is_of(epoch, keys));
    match known.map(|known| known.sought) {
        Some(Sought::Sent { request }) => return Ok(request),
        Some(Sought::Refused { again }) if session.now() < again => {
            return Err(CredentialError::Refused);
        }
        _ => {}
    }
    let request = pool::spend(session, &mut *tx, epoch, keys, None)?;
    let sent = Sought::Sent { request: request.clone() };
    Renewing::new(epoch, keys, sent).save(&mut *tx, row)?;
    tx.commit()?;
    Ok(request)
}
