//! The clinic that runs on the computer of a desk, beside the desk's own vault.

use std::collections::BTreeMap;

use keyward_protocol::keys::VerifyingKey;
use keyward_relay_api::authority::clinicians::{Clinician, ClinicianState};
use keyward_relay_api::authority::people::{
    Event, HistoryEntry, InvitationState, Person, PersonState,
};
use zeroize::Zeroizing;

use crate::error::AppError;
use crate::session::Profile;

/// Pieces of a clinic by name; erased when dropped.
pub type Pieces = BTreeMap<String, Zeroizing<Vec<u8>>>;

/// What names begin with whose change alone is worth no new version: they tell when the rest was taken.
pub const MADE: &str = "made/";

/// A clinic's register as of one moment.
#[derive(Default)]
pub struct Register {
    /// People, the newest change first.
    pub people: Vec<Person>,
    /// Clinicians, by name.
    pub clinicians: Vec<Clinician>,
}

/// Who would be left without their clinic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClinicUse {
    /// Patients who enrolled a device and have not left, also those who were invited once more since.
    pub patients: u64,
    /// Doctors likewise.
    pub doctors: u64,
    /// Invitations that can still be used.
    pub invitations: u64,
}

impl ClinicUse {
    /// Whether anybody is.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.patients == 0 && self.doctors == 0
    }
}

impl Register {
    /// Who uses the clinic. An invitation that nobody accepted is no use of it: there is nothing yet to lose.
    #[must_use]
    pub fn in_use(&self) -> ClinicUse {
        let patient =
            |it: &&Person| it.state != PersonState::Withdrawn && was_enrolled(&it.history);
        let doctor =
            |it: &&Clinician| it.state != ClinicianState::Removed && was_enrolled(&it.history);
        let of_people = self.people.iter().flat_map(|it| &it.invitations);
        let of_clinicians = self.clinicians.iter().flat_map(|it| &it.invitations);
        let open = of_people.chain(of_clinicians).filter(|it| it.state == InvitationState::Open);
        ClinicUse {
            patients: self.people.iter().filter(patient).count() as u64,
            doctors: self.clinicians.iter().filter(doctor).count() as u64,
            invitations: open.count() as u64,
        }
    }
}

fn was_enrolled(history: &[HistoryEntry]) -> bool {
    history.iter().any(|entry| matches!(entry.event, Event::Enrolled))
}

/// The clinic of this computer.
pub trait ClinicHere: Send + Sync {
    /// Everything it needs to be there again, as of one moment: its secret and its register, at most 64 KiB in a
    /// piece. Empty for an operator whose clinic this is not: it is no other desk's to take along.
    ///
    /// # Errors
    /// What keyring and disk report.
    fn pieces(&self, operator: &VerifyingKey) -> Result<Pieces, AppError>;

    /// Makes a clinic of its pieces on a computer without one; `operator`, the key of `desk`, is the only one that
    /// may work at its desk from then on. Gives how many entries its register has.
    ///
    /// # Errors
    /// [`crate::error::ErrorCode::ClinicHere`] if there is one already,
    /// [`crate::error::ErrorCode::BackupDamaged`], what keyring and disk report.
    fn take(
        &self,
        desk: &Profile,
        operator: &VerifyingKey,
        pieces: Pieces,
    ) -> Result<u64, AppError>;

    /// The whole register, for the operator whose clinic this is; `None` for every other.
    ///
    /// # Errors
    /// What keyring and disk report.
    fn register(&self, operator: &VerifyingKey) -> Result<Option<Register>, AppError>;

    /// Ends the clinic of this operator: its services stop, and register, relay and keys are deleted. `false` if there
    /// is no clinic of hers here. Nobody can come in between the question who uses it and the end. After a
    /// crash the same again finishes it.
    ///
    /// # Errors
    /// [`crate::error::ErrorCode::ClinicInUse`] while [`Register::in_use`] names anybody: then nothing was changed;
    /// what keyring and disk report.
    fn end(&self, operator: &VerifyingKey) -> Result<bool, AppError>;
}
