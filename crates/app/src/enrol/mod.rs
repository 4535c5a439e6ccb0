//! Accepting an invitation, for patients and clinicians: read, preview, accept.

mod accept;
mod before;
mod image;
mod read;

pub use accept::{accept, accept_and_leave};
pub use image::text_from_image;
pub use read::read;

use crate::views::common::Role;
use keyward_protocol::invitation::Purpose;

/// What a profile of this role can be invited as; a desk cannot.
fn purpose_of(role: Role) -> Option<Purpose> {
    match role {
        Role::Patient => Some(Purpose::Patient),
        Role::Doctor => Some(Purpose::Clinician),
        Role::Desk => None,
    }
}
