//! The authority as the desk uses it, and that over HTTP.

use std::sync::Arc;

use keyward_protocol::keys::SigningKey;
use keyward_relay_api::authority::client::AuthorityClient;
use keyward_relay_api::authority::clinicians::{Clinician, Clinicians, EnrolClinician};
use keyward_relay_api::authority::people::{
    CheckIdentity, CorrectPerson, FindSimilar, IssuedInvitation, PeopleFound, Person, Reason,
    RegisterPerson, SearchPeople,
};
use keyward_relay_api::authority::status::AuthorityStatus;

use crate::ports::authority::AuthorityError;

macro_rules! desk_authority {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $kind:ty),*) -> $answer:ty = $call:ident;)+) => {
        /// The register, on one operator's behalf. Every call may be repeated; issuing an invitation
        /// again withdraws the one before.
        pub trait DeskAuthority: Send + Sync {
            /// What the authority says of itself.
            ///
            /// # Errors
            /// [`AuthorityError`].
            fn status(&self) -> Result<AuthorityStatus, AuthorityError>;
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`AuthorityError`].
                fn $name(&self, $($arg: $kind),*) -> Result<$answer, AuthorityError>;
            )+
        }

        impl DeskAuthority for HttpDesk {
            fn status(&self) -> Result<AuthorityStatus, AuthorityError> {
                Ok(self.client.status()?)
            }
            $(
                fn $name(&self, $($arg: $kind),*) -> Result<$answer, AuthorityError> {
                    Ok(self.client.$call(&self.operator, $($arg),*)?)
                }
            )+
        }
    };
}

desk_authority! {
    /// Finds people.
    fn search(search: &SearchPeople) -> PeopleFound = search_people;
    /// Finds people who may be the same.
    fn similar(find: &FindSimilar) -> PeopleFound = similar_people;
    /// Everything about a person.
    fn person(id: &str) -> Person = person;
    /// Enters a person.
    fn register(body: &RegisterPerson) -> Person = register_person;
    /// Corrects an entry.
    fn correct(id: &str, body: &CorrectPerson) -> Person = correct_person;
    /// Records an identity check.
    fn check_identity(id: &str, body: &CheckIdentity) -> Person = check_identity;
    /// Issues an invitation.
    fn invite(id: &str) -> IssuedInvitation = invite_person;
    /// Takes an invitation back.
    fn withdraw_invitation(id: &str) -> Person = withdraw_invitation;
    /// Withdraws a person.
    fn withdraw_person(id: &str, body: &Reason) -> Person = withdraw_person;
    /// Every clinician.
    fn clinicians() -> Clinicians = clinicians;
    /// Enters a clinician and invites her.
    fn enrol_clinician(body: &EnrolClinician) -> IssuedInvitation = enrol_clinician;
    /// Invites a clinician again.
    fn reinvite_clinician(id: &str) -> IssuedInvitation = reinvite_clinician;
    /// Removes a clinician.
    fn remove_clinician(id: &str, body: &Reason) -> Clinician = remove_clinician;
}

/// The register over HTTP, every request signed by the operator's key.
pub struct HttpDesk {
    client: AuthorityClient,
    operator: Arc<SigningKey>,
}

impl HttpDesk {
    /// A desk on `client`, on behalf of the holder of `operator`.
    #[must_use]
    pub fn new(client: AuthorityClient, operator: Arc<SigningKey>) -> Self {
        Self { client, operator }
    }
}
