//! Where the anonymity of a space is thin, said from what this profile knows. How many patients there are in
//! the epoch it does not know.

use std::collections::BTreeSet;

use keyward_records::Category;
use keyward_relay_api::authority::credential::validity;

use super::Space;
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::ports::clock::UnixSeconds;
use crate::views::patient::Anonymity;

/// What is said of one space.
pub(super) fn of(
    id: &str,
    space: &Space,
    all: &[(String, Space)],
    shares: &[(String, Share)],
    enrolment: Option<&Enrolment>,
    now: UnixSeconds,
) -> Anonymity {
    let kinds = |of: &str| -> BTreeSet<Category> {
        let visible = |share: &Share| share.space == of && share.is_visible(now);
        let shares = shares.iter().filter(|(_, share)| visible(share));
        shares.flat_map(|(_, share)| share.categories.iter().copied()).collect()
    };
    let hers = kinds(id);
    let others = all.iter().filter(|(other, _)| other != id);
    let alike = others.filter(|(other, _)| !kinds(other).is_disjoint(&hers));
    let until = until(space, now);
    Anonymity {
        until,
        at_once: space.at_once,
        one_computer: enrolment.is_some_and(|it| it.this_computer_only),
        apart: false,
        alike: alike.map(|(_, space)| space.name.clone()).collect(),
        // `Tracing` of the protocol knows no other key yet (SPEC §28).
        set_up_key: until.is_some(),
    }
}

/// The end of its certificate, if it holds now. It was checked when it came.
fn until(space: &Space, now: UnixSeconds) -> Option<UnixSeconds> {
    validity(space.certified_in()?).filter(|valid| valid.contains(&now)).map(|valid| valid.end)
}
