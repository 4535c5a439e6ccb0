//! Whom this profile is about, and whether a file is about somebody else.

use keyward_records::{DifferentField, Match, PatientIdentity, same_person};
use serde::{Deserialize, Serialize};

use crate::identity::Enrolment;
use crate::ports::vault::{Collection, Transaction};
use crate::store::{self, StoreError};
use crate::views::common::{JobQuestion, PersonHint};

/// The id of the known identities in [`Collection::Identity`].
const SUBJECT: &str = "subject";

/// Identities known to be this profile's person: the clinic's register first, then what imports
/// brought and the person confirmed.
#[derive(Debug, Default)]
pub(super) struct Subject {
    known: Vec<KnownIdentity>,
    /// How many of them come from the register and are not stored again.
    registered: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KnownIdentity {
    name: String,
    birth_date: String,
}

impl KnownIdentity {
    fn of(identity: &PatientIdentity) -> Self {
        Self {
            name: identity.display_name().unwrap_or_default(),
            birth_date: identity
                .birth_date
                .as_ref()
                .map(|date| date.as_str().to_owned())
                .unwrap_or_default(),
        }
    }

    fn identity(&self) -> PatientIdentity {
        PatientIdentity::new(&self.name, &self.birth_date)
    }

    fn hint(&self) -> PersonHint {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        PersonHint { name: some(&self.name), birth_date: some(&self.birth_date) }
    }
}

impl Subject {
    /// What is known now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn load(tx: &(impl Transaction + ?Sized)) -> Result<Self, StoreError> {
        let mut known: Vec<KnownIdentity> = Vec::new();
        if let Some(person) = Enrolment::load(tx)?.and_then(|enrolment| enrolment.person) {
            known.push(KnownIdentity { name: person.name, birth_date: person.birth_date });
        }
        let registered = known.len();
        known.extend(
            store::load::<Vec<KnownIdentity>>(tx, Collection::Identity, SUBJECT)?
                .unwrap_or_default(),
        );
        Ok(Self { known, registered })
    }

    /// The question to ask if a file is about somebody else, as far as that can be told.
    pub(super) fn question(
        &self,
        file: &str,
        patients: &[PatientIdentity],
        records: u64,
    ) -> Option<JobQuestion> {
        let expected = self.known.first()?;
        patients.iter().find_map(|found| {
            let differs = self.differs(found)?;
            Some(JobQuestion::SomebodyElse {
                file: file.to_owned(),
                found: KnownIdentity::of(found).hint(),
                expected: expected.hint(),
                differs,
                records,
            })
        })
    }

    /// In what `found` differs; `None` if any known identity agrees or nothing can be told.
    fn differs(&self, found: &PatientIdentity) -> Option<Vec<String>> {
        let mut first = None;
        for known in &self.known {
            match same_person(&known.identity(), found) {
                Match::Same => return None,
                Match::Different { fields } => {
                    first.get_or_insert(fields);
                }
                Match::Unknown => {}
            }
        }
        first.map(|fields| fields.into_iter().map(|field| code(field).to_owned()).collect())
    }

    /// Remembers that a file's people are this person: said so by her, or the first seen.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn remember(
        &mut self,
        tx: &mut (impl Transaction + ?Sized),
        patients: &[PatientIdentity],
    ) -> Result<(), StoreError> {
        let before = self.known.len();
        for identity in patients {
            let known = KnownIdentity::of(identity);
            if !known.name.is_empty() && !self.known.contains(&known) {
                self.known.push(known);
            }
        }
        if self.known.len() > before {
            let stored = self.known.get(self.registered..).unwrap_or_default().to_vec();
            store::save(tx, Collection::Identity, SUBJECT, &stored)?;
        }
        Ok(())
    }
}

const fn code(field: DifferentField) -> &'static str {
    match field {
        DifferentField::Name => "name",
        DifferentField::BirthDate => "birthDate",
    }
}
