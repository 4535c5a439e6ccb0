//! Grants: what a share gives, signed by the persona, with the keys for the relay and the sealed
//! letter for the doctor (protocol.md §5).

use keyward_protocol::certificate::{VerifiedClinician, VerifiedPersona};
use keyward_protocol::grant::{GrantBuilder, GrantMessage};
use keyward_protocol::ids::{CertificateHash, CompartmentId, EpochId};
use keyward_protocol::statement::{RevokeStatement, Signed};

use super::book::{self, Act, Compartment, Epoch, Granted, Share, Terms};
use super::consent;
use super::seal::Sealer;
use crate::error::{AppError, ErrorCode};
use crate::exchange::{NamedCompartment, ShareLetter};
use crate::identity::Enrolment;
use crate::patient::spaces::Space;
use crate::ports::clock::UnixSeconds;
use crate::ports::relay::{GrantKey, PostGrant};
use crate::ports::vault::Transaction;

/// A grant holds from a little before it was made, because clocks differ.
const LEEWAY: UnixSeconds = 300;

/// Everything the grants of one space need.
pub(super) struct Granting<'a> {
    pub(super) sealer: &'a Sealer<'a>,
    pub(super) space: &'a Space,
    pub(super) enrolment: &'a Enrolment,
    pub(super) certificate: &'a VerifiedPersona,
    /// The object of its epoch.
    pub(super) epoch_object: Vec<u8>,
    /// The clinic's word for the name, in a space that shows it.
    pub(super) attestation: Option<Vec<u8>>,
}

fn defect<E>(_: E) -> AppError {
    ErrorCode::Internal.into()
}

impl Granting<'_> {
    /// What a share should give now: all epochs of its compartments.
    fn terms(&self, tx: &dyn Transaction, share: &Share) -> Result<Terms, AppError> {
        let space = self.sealer.space;
        let mut entries: Vec<(CompartmentId, EpochId)> = Vec::new();
        for category in &share.categories {
            let Some(compartment) = Compartment::load(tx, space, *category)? else { continue };
            for epoch in Epoch::of_compartment(tx, space, *category)? {
                entries.push((compartment.id, epoch.id));
            }
        }
        entries.sort_unstable();
        Ok(Terms {
            entries,
            until: share.until,
            persona: self.certificate.hash(),
            attestation: self.attestation.as_deref().map(CertificateHash::of),
        })
    }

    /// Prepares the next grant revision of a share, if what was granted is not what it should be.
    /// All of it is durable before anything is sent.
    pub(super) fn prepare(&self, id: &str) -> Result<(), AppError> {
        let mut tx = self.sealer.session.begin()?;
        let mut share = Share::load(&*tx, id)?;
        if !share.is_wanted(self.sealer.session.now()) || share.problem.is_some() {
            return Ok(());
        }
        let terms = self.terms(&*tx, &share)?;
        let row = Act::grant_row(self.sealer.space, id);
        let waiting: Option<Act> =
            crate::store::load(&*tx, crate::ports::vault::Collection::Outbox, &row)?;
        let granted = share.granted.as_ref();
        let (latest, revision) = match &waiting {
            Some(Act::Grant { granted, .. }) => (Some(&granted.terms), granted.revision),
            _ => (granted.map(|granted| &granted.terms), granted.map_or(0, |g| g.revision)),
        };
        if latest == Some(&terms) || terms.entries.is_empty() {
            return Ok(());
        }
        let act =
            self.act(&*tx, id, &share, Granted { revision: revision.saturating_add(1), terms })?;
        act.save(&mut *tx, &row)?;
        share.sent = true;
        share.save(&mut *tx, id)?;
        Ok(tx.commit()?)
    }

    fn act(
        &self,
        tx: &dyn Transaction,
        id: &str,
        share: &Share,
        granted: Granted,
    ) -> Result<Act, AppError> {
        let session = self.sealer.session;
        let doctor = share.doctor(&self.enrolment.authority_key()?)?;
        let delegating = granted
            .terms
            .entries
            .iter()
            .map(|(compartment, epoch)| self.sealer.delegating_key(*compartment, *epoch))
            .collect::<Result<Vec<_>, AppError>>()?;
        let grant_id = book::grant_id(id)?;
        let (signed, keys) = session.with_master(|master| {
            let mut builder = GrantBuilder::new(master, self.certificate, &doctor, grant_id)
                .map_err(defect)?
                .revision(granted.revision)
                .valid(share.created.saturating_sub(LEEWAY), granted.terms.until);
            for key in &delegating {
                builder = builder.entry(key);
            }
            builder.sign(self.sealer.signing).map_err(defect)
        })?;
        let keys = keys.iter().flat_map(|key| *key.to_bytes()).collect();
        let message = GrantMessage {
            grant: signed.clone(),
            epoch_object: self.epoch_object.clone(),
            persona_certificate: self.certificate.raw().to_vec(),
            share: self.letter(tx, id, share, &doctor)?.to_bytes().map_err(defect)?,
        };
        let message = session
            .randomness()
            .with(|rng| message.seal(rng, self.sealer.signing, &doctor))
            .map_err(defect)?;
        Ok(Act::Grant { share: id.to_owned(), granted, signed: signed.to_bytes(), keys, message })
    }

    fn letter(
        &self,
        tx: &dyn Transaction,
        id: &str,
        share: &Share,
        doctor: &VerifiedClinician,
    ) -> Result<ShareLetter, AppError> {
        let mut compartments = Vec::new();
        for category in &share.categories {
            if let Some(compartment) = Compartment::load(tx, self.sealer.space, *category)? {
                compartments
                    .push(NamedCompartment { compartment: compartment.id, category: *category });
            }
        }
        let patient = self.space.shown_as(self.enrolment);
        let consent = consent::document(
            id,
            share,
            doctor,
            patient.text(),
            &self.enrolment.clinic_name,
            true,
        )?;
        Ok(ShareLetter {
            patient,
            attestation: self.attestation.clone(),
            purpose: share.purpose,
            compartments,
            made: share.created,
            consent,
        })
    }
}

/// The request body of a grant act.
///
/// # Errors
/// [`ErrorCode::VaultCorrupt`] if keys and entries do not match.
pub(super) fn request(
    terms: &Terms,
    signed: &[u8],
    keys: &[u8],
    message: &[u8],
) -> Result<PostGrant, AppError> {
    if keys.len() != terms.entries.len() * 32 {
        return Err(ErrorCode::VaultCorrupt.into());
    }
    let keys = terms
        .entries
        .iter()
        .zip(keys.chunks(32))
        .map(|((compartment, epoch), key)| GrantKey {
            compartment: *compartment,
            epoch: *epoch,
            key: key.to_vec(),
        })
        .collect();
    Ok(PostGrant { signed_grant: signed.to_vec(), keys, message: message.to_vec() })
}

/// The statement that takes a grant back.
///
/// # Errors
/// [`ErrorCode::Internal`] if signing fails.
pub(super) fn revocation(
    id: &str,
    persona: &crate::patient::spaces::Persona,
    at: UnixSeconds,
) -> Result<Vec<u8>, AppError> {
    let statement = RevokeStatement {
        persona: keyward_protocol::ids::PersonaId::of(persona.signing.verifying_key()),
        grant_id: book::grant_id(id)?,
        revoked_at: at,
    };
    Ok(Signed::sign(&persona.signing, statement).map_err(defect)?.to_bytes())
}
