//! People without windows: the real use cases over real vaults.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyward_app::patient::import::{self, Watch};
use keyward_app::patient::{sharing, spaces};
use keyward_app::ports::http::HttpNetwork;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::ports::randomness::Randomness;
use keyward_app::ports::vault::Vault;
use keyward_app::session::{Profile, Session, Surroundings};
use keyward_app::views::common::Role;
use keyward_app::views::patient::{ImportDecision, ImportView, Purpose, ShareDraft, SpaceDraft};
use keyward_records::Category;
use keyward_testkit::seeded;
use keyward_vault::{
    Keyring, KeyringError, NewProfile, ProfileId, ProfileRole, ProfileStore, Unlocked,
};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::MovedClock;

/// A new profile in a profile store of its own, unlocked.
pub fn profile(
    folder: &Path,
    keyring: &dyn Keyring,
    role: Role,
    name: &str,
    network: &Arc<HttpNetwork>,
    clock: &MovedClock,
    seed: u64,
) -> Session {
    let mut rng = seeded(seed);
    let kind = match role {
        Role::Patient => ProfileRole::Patient,
        Role::Doctor => ProfileRole::Doctor,
        Role::Desk => ProfileRole::Desk,
    };
    let store = ProfileStore::open(&profile_folder(folder, seed)).unwrap();
    let id = ProfileId::random(&mut rng);
    let new = NewProfile { id, role: kind, display_name: name.to_owned() };
    let unlocked = store.create(new, keyring, None, &mut rng).unwrap();
    session(unlocked, role, network, clock)
}

/// Where [`profile`] keeps the profile of this seed.
pub fn profile_folder(folder: &Path, seed: u64) -> PathBuf {
    folder.join(format!("profiles-{seed}"))
}

/// Opens the only profile of a profile store again, in another process or after its death.
pub fn reopen(
    folder: &Path,
    keyring: &dyn Keyring,
    role: Role,
    network: &Arc<HttpNetwork>,
    clock: &MovedClock,
) -> Session {
    let store = ProfileStore::open(folder).unwrap();
    let id = store.list_profiles().unwrap().profiles.remove(0).id;
    session(store.unlock(&id, keyring, None).unwrap(), role, network, clock)
}

/// A session over an unlocked profile.
pub fn session(
    unlocked: Unlocked,
    role: Role,
    network: &Arc<HttpNetwork>,
    clock: &MovedClock,
) -> Session {
    let name = unlocked.profile.display_name.clone();
    let profile = Profile { id: unlocked.profile.id.as_str().to_owned(), role, name };
    let surroundings = Surroundings {
        network: Arc::clone(network) as _,
        clock: Arc::new(clock.clone()),
        randomness: Randomness::new(UnwrapErr(SysRng)),
    };
    let vault: Arc<dyn Vault> = unlocked.vault;
    Session::new(profile, vault, unlocked.master, surroundings)
}

/// Imports a file; whatever is asked, it is hers.
pub fn import(session: &Session, path: &Path) -> ImportView {
    let cancel = Cancel::new();
    let watch = Watch {
        progress: &Unwatched,
        cancel: &cancel,
        decide: &|_| ImportDecision::Keep,
        started: &|_| {},
    };
    import::run(session, &[path.to_owned()], &watch).unwrap()
}

/// Shares all test results with the doctor of this name, from a space of its own, until `until`.
pub fn share(session: &Session, space: &str, doctor: &str, until: u64) -> String {
    share_kind(session, space, true, doctor, Category::Results, until)
}

/// Shares one kind of records, from a space that shows the name or a made-up one.
pub fn share_kind(
    session: &Session,
    space: &str,
    shows_name: bool,
    doctor: &str,
    category: Category,
    until: u64,
) -> String {
    let spaces = spaces::list(session).unwrap();
    let space_id = match spaces.into_iter().find(|known| known.name == space) {
        Some(known) => known.id,
        None => {
            let (name, icon) = (space.to_owned(), "heart".to_owned());
            let draft = SpaceDraft { name, icon, shows_name };
            spaces::create(session, &draft).unwrap().id
        }
    };
    let directory = sharing::doctors(session).unwrap();
    assert!(directory.problem.is_none(), "{:?}", directory.problem);
    let card = directory.doctors.into_iter().find(|card| card.name == doctor).unwrap();
    let draft = ShareDraft {
        space_id,
        doctor: card.certificate,
        categories: vec![category],
        purpose: Purpose::Treatment,
        until,
        accept_changed_key: false,
    };
    let id = sharing::create(session, &draft).unwrap().id;
    sync(session);
    id
}

pub fn sync(session: &Session) {
    sharing::sync(session, &Unwatched, &Cancel::new()).unwrap();
}

/// How many copies of others' records a doctor's vault holds.
pub fn copies(session: &Session) -> usize {
    use keyward_app::ports::vault::Collection;
    session.read().unwrap().list(Collection::Charts).unwrap().len()
}

/// A keyring that outlives its process: one file per account. For tests of dying processes only.
pub struct FileKeyring(PathBuf);

impl FileKeyring {
    pub fn in_folder(folder: &Path) -> Self {
        let folder = folder.join("keyring");
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, account: &str) -> PathBuf {
        self.0.join(account.replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
    }
}

impl Keyring for FileKeyring {
    fn read(&self, account: &str) -> Result<Option<Zeroizing<String>>, KeyringError> {
        Ok(std::fs::read_to_string(self.file(account)).ok().map(Zeroizing::new))
    }

    fn write(&self, account: &str, secret: &str) -> Result<(), KeyringError> {
        std::fs::write(self.file(account), secret).map_err(|_| KeyringError::Failed)
    }

    fn delete(&self, account: &str) -> Result<(), KeyringError> {
        let _ = std::fs::remove_file(self.file(account));
        Ok(())
    }
}
