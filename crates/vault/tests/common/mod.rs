//! What the tests share: cheap passphrase stretching, seeded randomness, a ready profile.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "each test binary uses its part")]

use std::path::Path;

use keyward_app::ports::vault::RecordRow;
use keyward_protocol::ids::RecordId;
use keyward_vault::{
    Cost, MemoryKeyring, NewProfile, ProfileId, ProfileRole, ProfileStore, Unlocked,
};
use rand::SeedableRng;
use rand::rngs::StdRng;

pub(crate) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// The smallest cost that is accepted.
pub(crate) fn cheap() -> Cost {
    Cost::LEAST
}

pub(crate) fn store(folder: &Path) -> ProfileStore {
    ProfileStore::open_with_cost(folder, cheap()).unwrap()
}

pub(crate) fn id(text: &str) -> ProfileId {
    text.parse().unwrap()
}

pub(crate) fn new_profile(text: &str) -> NewProfile {
    NewProfile { id: id(text), role: ProfileRole::Patient, display_name: "Test profile".to_owned() }
}

pub(crate) fn create(
    store: &ProfileStore,
    keyring: &MemoryKeyring,
    passphrase: Option<&str>,
) -> Unlocked {
    store.create(new_profile("p1"), keyring, passphrase, &mut rng(1)).unwrap()
}

/// A record with everything derived from `n`.
pub(crate) fn row(n: u8) -> RecordRow {
    RecordRow {
        id: RecordId::from_bytes([n; 16]),
        category: ["results", "conditions", "vitals"][usize::from(n) % 3].to_owned(),
        resource_type: "Observation".to_owned(),
        date: (!n.is_multiple_of(4)).then(|| format!("20{:02}-0{}", n % 30, 1 + n % 9)),
        title: format!("Straße Größe {n}"),
        fingerprint: [n; 32],
        source: format!("import-{}", n % 2),
        // Some of it is packed, some is not text.
        body: if n.is_multiple_of(2) {
            format!("{{\"resourceType\":\"Observation\",\"status\":\"final\",\"id\":{n}}}").into()
        } else {
            vec![b'{', n, b'}']
        },
    }
}
