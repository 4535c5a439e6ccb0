//! What a doctor's vault holds about shares.
//!
//! | collection | id | body |
//! |---|---|---|
//! | `Grants` | grant | [`ShareRow`] |
//! | `Charts` | grant `/` compartment `/` record | the record as sealed by the patient ([`crate::exchange::SharedRecord`]) |
//! | `SeenHeads` | `persona/` persona `/` compartment | newest head ever accepted, whatever became of the share: against rolling back |
//! | `SeenHeads` | `grant/` grant `/` compartment | how far the cached copies of this share reach |
//! | `Messages` | `inbox` | the grant inbox of protocol SPEC (highest revision of every grant) |

use keyward_protocol::certificate::{AnonymousCertificate, VerifiedClinician, VerifiedPersona};
use keyward_protocol::chain::SeenHead;
use keyward_protocol::credential_epoch::VerifiedEpoch;
use keyward_protocol::grant::{
    GrantInbox, GrantStatement, OpenedGrant, SignedGrant, VerifiedGrant,
};
use keyward_protocol::ids::{CompartmentId, EpochId, GrantId, PersonaId};
use keyward_protocol::keys::VerifyingKey;
use keyward_records::Category;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, ErrorCode};
use crate::exchange::{ShareLetter, ShownAs};
use crate::identity::Enrolment;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::{Collection, Transaction};
use crate::store;
use crate::views::doctor::{ChartAlarm, PatientLabel, PatientRow, ReceivedState};

use super::own::groups;
use super::vouching::vouched_by;

const INBOX: &str = "inbox";
/// What ids of [`progress_id`] begin with.
pub(crate) const PROGRESS: &str = "grant/";

/// What the relay last said about a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Announced {
    /// Nothing but that it is there.
    Live,
    /// Taken back by the patient.
    Revoked { at: Option<UnixSeconds> },
    /// Over, by the relay's time.
    Ended { at: UnixSeconds },
    /// For keys of hers that are gone. Whatever the relay says of it later, she cannot open it.
    KeysLost { at: UnixSeconds },
}

/// One share, from its letter.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShareRow {
    pub(super) persona: PersonaId,
    pub(super) revision: u32,
    #[serde(with = "store::base64")]
    signed_grant: Vec<u8>,
    /// The object of the persona's epoch, compared with the pinned one when it arrived.
    #[serde(default, with = "store::base64")]
    epoch_object: Vec<u8>,
    #[serde(with = "store::base64")]
    persona_certificate: Vec<u8>,
    letter: ShareLetter,
    not_before: UnixSeconds,
    pub(super) expiry: UnixSeconds,
    pub(super) announced: Announced,
    /// When its first letter arrived.
    arrived: UnixSeconds,
    pub(super) last_opened: Option<UnixSeconds>,
    /// Records that arrived since.
    pub(super) unseen: u64,
    pub(super) compartments: Vec<CompartmentRow>,
}

/// One shared compartment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompartmentRow {
    pub(super) compartment: CompartmentId,
    pub(super) category: Category,
    /// Date of the newest head accepted.
    pub(super) as_of: Option<UnixSeconds>,
    /// Cached copies.
    pub(super) records: u64,
    /// What was wrong with the last delivery.
    pub(super) alarm: Option<ChartAlarm>,
}

/// A share whose signatures were checked again.
pub(super) struct Share {
    pub(super) persona: VerifiedPersona,
    pub(super) grant: VerifiedGrant,
}

impl ShareRow {
    /// A row from a letter that was opened and verified. `earlier` is the row it replaces.
    pub(super) fn new(
        opened: &OpenedGrant,
        letter: ShareLetter,
        earlier: Option<&Self>,
        now: UnixSeconds,
    ) -> Self {
        let OpenedGrant { persona, grant, epoch_object, .. } = opened;
        let statement = grant.statement();
        let kept = earlier.map_or(&[][..], |row| &row.compartments);
        let compartments = compartments(statement, &letter, kept);
        Self {
            persona: persona.id(),
            revision: statement.revision,
            signed_grant: grant.signed().to_bytes(),
            epoch_object: epoch_object.clone(),
            persona_certificate: persona.raw().to_vec(),
            letter,
            not_before: statement.not_before,
            expiry: statement.expiry,
            announced: Announced::Live,
            arrived: earlier.map_or(now, |row| row.arrived),
            last_opened: earlier.and_then(|row| row.last_opened),
            unseen: earlier.map_or(0, |row| row.unseen),
            compartments,
        }
    }

    pub(super) fn load(
        tx: &(impl Transaction + ?Sized),
        grant: &GrantId,
    ) -> Result<Option<Self>, AppError> {
        Ok(store::load(tx, Collection::Grants, &grant.to_string())?)
    }

    pub(super) fn load_all(
        tx: &(impl Transaction + ?Sized),
    ) -> Result<Vec<(GrantId, Self)>, AppError> {
        store::load_all(tx, Collection::Grants)?
            .into_iter()
            .map(|(id, row)| Ok((id.parse().map_err(|_| ErrorCode::VaultCorrupt)?, row)))
            .collect()
    }

    pub(super) fn save(
        &self,
        tx: &mut (impl Transaction + ?Sized),
        grant: &GrantId,
    ) -> Result<(), AppError> {
        Ok(store::save(tx, Collection::Grants, &grant.to_string(), self)?)
    }

    /// State at an effective time, and since when it is over.
    pub(super) fn state(&self, now: UnixSeconds) -> (ReceivedState, Option<UnixSeconds>) {
        match self.announced {
            Announced::Revoked { at } => (ReceivedState::Revoked, at),
            Announced::Ended { at } => (ReceivedState::Ended, Some(at)),
            Announced::KeysLost { at } => (ReceivedState::KeysLost, Some(at)),
            Announced::Live if now >= self.expiry => (ReceivedState::Ended, Some(self.expiry)),
            Announced::Live => (ReceivedState::Live, None),
        }
    }

    pub(super) fn is_live(&self, now: UnixSeconds) -> bool {
        self.state(now).0 == ReceivedState::Live
    }

    /// The share with every signature checked again: what is stored is not trusted more than what
    /// arrives. (Validity of the persona's certificate was checked on arrival.)
    pub(super) fn verified(
        &self,
        own: &VerifiedClinician,
        authority: &VerifyingKey,
    ) -> Result<Share, AppError> {
        let corrupt = || AppError::new(ErrorCode::VaultCorrupt);
        if self.epoch_object.is_empty() {
            // Of an earlier version, under a certificate that nobody reads any more: the patient's app
            // sends the share again under another.
            return Err(ErrorCode::ShareIncomplete.into());
        }
        let epoch = VerifiedEpoch::verify(&self.epoch_object, authority, own.service_id)
            .map_err(|_| corrupt())?;
        let persona = AnonymousCertificate::verify(&self.persona_certificate, &epoch)
            .map_err(|_| corrupt())?;
        let signed = SignedGrant::from_bytes(&self.signed_grant).map_err(|_| corrupt())?;
        let grant = VerifiedGrant::verify_any_time(signed, &persona, own).map_err(|_| corrupt())?;
        Ok(Share { persona, grant })
    }

    pub(super) fn categories(&self) -> Vec<Category> {
        let mut categories: Vec<_> = self.compartments.iter().map(|row| row.category).collect();
        categories.sort_unstable();
        categories.dedup();
        categories
    }

    /// The oldest date among the shared compartments' heads.
    pub(super) fn as_of(&self) -> Option<UnixSeconds> {
        self.compartments.iter().filter_map(|row| row.as_of).min()
    }

    pub(super) fn alarms(&self) -> Vec<ChartAlarm> {
        self.compartments.iter().filter_map(|row| row.alarm.clone()).collect()
    }

    pub(super) fn compartment_mut(
        &mut self,
        compartment: &CompartmentId,
    ) -> Option<&mut CompartmentRow> {
        self.compartments.iter_mut().find(|row| row.compartment == *compartment)
    }

    pub(super) fn view(
        &self,
        grant: &GrantId,
        enrolment: &Enrolment,
        now: UnixSeconds,
    ) -> PatientRow {
        let (state, ended_at) = self.state(now);
        let persona = self.persona.to_string();
        PatientRow {
            share: grant.to_string(),
            patient: self.label(enrolment, now),
            persona: groups(&persona[..16]),
            categories: self.categories(),
            purpose: self.letter.purpose,
            from: self.not_before,
            until: self.expiry,
            state,
            ended_at,
            records: self.compartments.iter().map(|row| row.records).sum(),
            new_records: self.unseen,
            last_opened: self.last_opened,
        }
    }

    /// Name or pseudonym, and who vouches for the name at this time.
    fn label(&self, enrolment: &Enrolment, now: UnixSeconds) -> PatientLabel {
        match &self.letter.patient {
            ShownAs::Name { name, birth_date } => PatientLabel::Named {
                name: name.clone(),
                birth_date: birth_date.clone(),
                vouched_by: vouched_by(&self.letter, self.persona, enrolment, now),
            },
            ShownAs::Pseudonym { text } => PatientLabel::Pseudonym { text: text.clone() },
        }
    }

    /// What the patient is called: the name, or the pseudonym.
    pub(super) fn name(&self) -> &str {
        match &self.letter.patient {
            ShownAs::Name { name, .. } => name,
            ShownAs::Pseudonym { text } => text,
        }
    }

    /// From when it may be read.
    pub(super) fn begins(&self) -> UnixSeconds {
        self.not_before
    }

    /// When its first letter arrived, for the order of the list.
    pub(super) fn arrived(&self) -> UnixSeconds {
        self.arrived
    }
}

/// One row per compartment that is granted and named, keeping what is known of it already.
fn compartments(
    grant: &GrantStatement,
    letter: &ShareLetter,
    kept: &[CompartmentRow],
) -> Vec<CompartmentRow> {
    let mut rows: Vec<CompartmentRow> = Vec::new();
    for entry in &grant.entries {
        let Some(category) = letter.category(&entry.compartment) else { continue };
        if rows.iter().any(|row| row.compartment == entry.compartment) {
            continue;
        }
        let known = kept.iter().find(|row| row.compartment == entry.compartment);
        rows.push(known.cloned().map_or(
            CompartmentRow {
                compartment: entry.compartment,
                category,
                as_of: None,
                records: 0,
                alarm: None,
            },
            |row| CompartmentRow { category, ..row },
        ));
    }
    rows
}

/// The granted epochs of one compartment.
pub(super) fn epochs(grant: &GrantStatement, compartment: CompartmentId) -> Vec<EpochId> {
    grant
        .entries
        .iter()
        .filter(|entry| entry.compartment == compartment)
        .map(|entry| entry.epoch)
        .collect()
}

pub(super) fn load_inbox(tx: &(impl Transaction + ?Sized)) -> Result<GrantInbox, AppError> {
    match tx.get(Collection::Messages, INBOX)? {
        Some(bytes) => GrantInbox::from_bytes(&bytes).map_err(|_| ErrorCode::VaultCorrupt.into()),
        None => Ok(GrantInbox::new()),
    }
}

pub(super) fn save_inbox(
    tx: &mut (impl Transaction + ?Sized),
    inbox: &GrantInbox,
) -> Result<(), AppError> {
    Ok(tx.put(Collection::Messages, INBOX, &inbox.to_bytes())?)
}

/// Id of the newest head ever accepted of a persona's compartment.
pub(super) fn memory_id(persona: &PersonaId, compartment: &CompartmentId) -> String {
    format!("persona/{persona}/{compartment}")
}

/// Id of how far a share's cached copies reach.
pub(super) fn progress_id(grant: &GrantId, compartment: &CompartmentId) -> String {
    format!("{PROGRESS}{grant}/{compartment}")
}

/// What all ids of a compartment's cached copies begin with.
pub(super) fn copies_of(grant: &GrantId, compartment: &CompartmentId) -> String {
    format!("{grant}/{compartment}/")
}

pub(super) fn load_seen(
    tx: &(impl Transaction + ?Sized),
    id: &str,
) -> Result<Option<SeenHead>, AppError> {
    match tx.get(Collection::SeenHeads, id)? {
        Some(bytes) => {
            SeenHead::from_bytes(&bytes).map(Some).map_err(|_| ErrorCode::VaultCorrupt.into())
        }
        None => Ok(None),
    }
}

/// Erases the cached copies of a share. The memory of its heads stays: it holds hashes only.
pub(super) fn erase_copies(
    tx: &mut (impl Transaction + ?Sized),
    grant: &GrantId,
) -> Result<(), AppError> {
    super::readable::erase_lines(tx, grant)?;
    erase_prefix(tx, Collection::Charts, &format!("{grant}/"))?;
    erase_prefix(tx, Collection::SeenHeads, &format!("{PROGRESS}{grant}/"))
}

fn erase_prefix(
    tx: &mut (impl Transaction + ?Sized),
    collection: Collection,
    prefix: &str,
) -> Result<(), AppError> {
    for (id, _) in tx.list_prefix(collection, prefix)? {
        tx.delete(collection, &id)?;
    }
    Ok(())
}
