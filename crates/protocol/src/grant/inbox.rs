//! What a doctor keeps of grants that arrive lost, repeated and out of order.

use std::collections::BTreeMap;

use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{GrantId, PersonaId};

use super::OpenedGrant;

/// What to do with an arrived grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboxOutcome {
    /// A grant not seen before: keep it.
    New,
    /// A higher revision: replace the one kept.
    Newer,
    /// The same revision again: nothing to do.
    Repeated,
    /// A lower revision than the one kept: ignore it.
    Older,
    /// The grant id is another persona's: ignore it and raise an alarm.
    Foreign,
    /// New, but there is room for no more grants: ignore it.
    Full,
}

/// The highest revision accepted of every grant. The outcome does not depend on the order in
/// which messages arrive, nor on how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantInbox {
    grants: BTreeMap<GrantId, (PersonaId, u32)>,
}

impl GrantInbox {
    /// Most grants kept.
    pub const MAX: usize = 65_000;

    /// An empty inbox.
    #[must_use]
    pub const fn new() -> Self {
        Self { grants: BTreeMap::new() }
    }

    /// Takes in an opened grant.
    pub fn accept(&mut self, opened: &OpenedGrant) -> InboxOutcome {
        let grant = opened.grant.statement();
        let arrived = (grant.persona, grant.revision);
        // What the encoding cannot hold must not get in: it could not be read again.
        let full = self.grants.len() >= Self::MAX;
        match self.grants.get_mut(&grant.grant_id) {
            None if full => InboxOutcome::Full,
            None => {
                self.grants.insert(grant.grant_id, arrived);
                InboxOutcome::New
            }
            Some((persona, _)) if *persona != grant.persona => InboxOutcome::Foreign,
            Some((_, revision)) if *revision == grant.revision => InboxOutcome::Repeated,
            Some((_, revision)) if *revision > grant.revision => InboxOutcome::Older,
            Some(kept) => {
                *kept = arrived;
                InboxOutcome::Newer
            }
        }
    }

    /// Which of the grants a relay lists have not arrived in that revision: to be asked for again.
    #[must_use]
    pub fn missing(&self, listed: &[(GrantId, u32)]) -> Vec<GrantId> {
        let lacks = |(id, revision): &(GrantId, u32)| {
            self.grants.get(id).is_none_or(|(_, kept)| kept < revision)
        };
        listed.iter().filter(|entry| lacks(entry)).map(|(id, _)| *id).collect()
    }

    /// The revision kept of a grant.
    #[must_use]
    pub fn revision(&self, grant: GrantId) -> Option<u32> {
        self.grants.get(&grant).map(|(_, revision)| *revision)
    }

    /// The encoding, for the vault.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::versioned(3 + self.grants.len() * 52);
        writer.count16(self.grants.len());
        for (grant, (persona, revision)) in &self.grants {
            writer.array(grant.as_bytes());
            writer.array(persona.as_bytes());
            writer.u32(*revision);
        }
        writer.into_vec()
    }

    /// Decodes; every byte must be used.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::versioned(bytes)?;
        let mut grants = BTreeMap::new();
        for _ in 0..reader.count16(Self::MAX)? {
            let id = GrantId::from_bytes(reader.array()?);
            let kept = (PersonaId::from_bytes(reader.array()?), reader.u32()?);
            if grants.last_key_value().is_some_and(|(last, _)| *last >= id) {
                return Err(DecodeError::NotCanonical);
            }
            grants.insert(id, kept);
        }
        reader.finish()?;
        Ok(Self { grants })
    }
}
