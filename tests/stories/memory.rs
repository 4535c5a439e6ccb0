//! The memory of a locked profile holds no key, no passphrase and no record: looked for in every page
//! of the process that did the work. This is the core alone, in a process without windows; what the
//! toolkit and the web engine keep of what was typed and shown is another matter (SECURITY.md).

mod clinic;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use clinic::records::{marker, results};
use clinic::{Clinic, DAY, FileKeyring, MovedClock, import, profile_folder, share};
use keyward_app::patient::spaces::Space;
use keyward_app::ports::http::HttpNetwork;
use keyward_app::reading;
use keyward_app::session::Session;
use keyward_app::views::common::Role;
use keyward_app::views::reading::{ItemQuery, RoomScope};
use keyward_stories::traces::{Hit, Needle, search};
use keyward_vault::{ProfileStore, SqlVault};
use zeroize::Zeroizing;

/// As the app has it.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

/// Where the process without windows finds its profile.
const FOLDER: &str = "KEYWARD_MEMORY_FOLDER";
const DOCTOR: &str = "Dr Test-Okafor";
const RECORDS: usize = 40;

/// A passphrase that stands in no program.
fn passphrase() -> String {
    format!("otters-{:016x}-sample", rand::random::<u64>())
}

/// A family name that stands in no program either.
fn family() -> String {
    let letters = (0..8).map(|_| char::from(rand::random_range(b'a'..=b'z')));
    format!("Muster-{}", letters.collect::<String>())
}

/// The forms a secret would have in memory.
fn forms(name: &str, secret: &[u8]) -> Vec<Needle> {
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![
        Needle::new(&format!("{name}, bytes"), secret),
        // SQLCipher is told the key in hexadecimal digits.
        Needle::new(&format!("{name}, hex"), hex.as_bytes()),
        Needle::new(&format!("{name}, base64"), STANDARD_NO_PAD.encode(secret).as_bytes()),
        Needle::new(&format!("{name}, base64url"), URL_SAFE_NO_PAD.encode(secret).as_bytes()),
    ]
}

/// Everything derived from an unlocked profile that must be gone once it is locked.
fn keys_of(unlocked: &keyward_vault::Unlocked) -> Vec<(String, Vec<u8>)> {
    let master = unlocked.master.expose_secret();
    let id = unlocked.profile.id.as_str().as_bytes();
    let vault = keyward_protocol::vaultkeys::vault_key(&unlocked.master, id);
    let mut keys = vec![
        ("master secret".to_owned(), master.to_vec()),
        ("vault key".to_owned(), vault.expose_secret().to_vec()),
    ];
    let view: &dyn keyward_app::ports::vault::Vault = &*unlocked.vault;
    for (n, (_, space)) in Space::all(&*view.read().unwrap()).unwrap().iter().enumerate() {
        let persona = space.persona(&unlocked.master).unwrap();
        keys.push((format!("persona {n}"), persona.signing.expose_secret().to_vec()));
        keys.push((format!("link key {n}"), space.link_key().to_vec()));
    }
    keys
}

/// What a test does with a process that is at a certain point.
struct Talk {
    child: Child,
    to: ChildStdin,
    from: BufReader<std::process::ChildStdout>,
}

impl Talk {
    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        while !line.trim().ends_with(word) {
            line.clear();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "it ended before “{word}”");
        }
    }

    fn go_on(&mut self) {
        writeln!(self.to, "go on").unwrap();
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn count(hits: &[Hit], word: &str) -> usize {
    hits.iter().filter(|hit| hit.name.contains(word)).count()
}

#[test]
fn the_core_holds_nothing_once_it_is_locked() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return core_process(Path::new(&folder));
    }
    let clinic = Clinic::open();
    let folder = clinic.folder().join("memory");
    std::fs::create_dir(&folder).unwrap();
    drop(clinic.doctor(DOCTOR));
    let patient = clinic.lasting_patient(&folder);
    let family = family();
    let invitation = clinic.invite("Test-Anna", &family, "1961-03-14");
    keyward_app::enrol::accept(&patient, &invitation).unwrap();
    import(&patient, &clinic.file("a.json", &results("A", RECORDS)));
    share(&patient, "Heart", DOCTOR, clinic.clock.now() + 30 * DAY);
    drop(patient);
    // A passphrase, so that there is one to be found; written where only the child reads it.
    let (phrase, keyring) = (passphrase(), FileKeyring::in_folder(&folder));
    let store = ProfileStore::open(&profile_folder(&folder, 7)).unwrap();
    let id = store.list_profiles().unwrap().profiles.remove(0).id;
    store.set_passphrase(&id, &keyring, None, Some(&phrase), &mut rand::rng()).unwrap();
    std::fs::write(folder.join("phrase"), &phrase).unwrap();
    let keys = keys_of(&store.unlock(&id, &keyring, Some(&phrase)).unwrap());
    drop(store);
    assert!(keys.len() >= 4, "keys of the profile and of a persona");
    let mut needles: Vec<Needle> = keys.iter().flat_map(|(n, k)| forms(n, k)).collect();
    needles.push(Needle::new("passphrase", phrase.as_bytes()));
    needles.extend((0..RECORDS).map(|n| Needle::new("record", marker("A", n).as_bytes())));
    needles.push(Needle::new("person", family.as_bytes()));

    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_core_holds_nothing_once_it_is_locked", "--nocapture"])
        .env(FOLDER, &folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut talk = Talk { child, to, from };
    talk.wait_for("unlocked");
    let Ok((unlocked, _)) = search(talk.child.id(), &needles) else {
        eprintln!("skipped: the memory of another process cannot be read here");
        return;
    };
    assert!(count(&unlocked, "master secret") > 0, "the search finds what is there");
    assert!(count(&unlocked, "record") > 0, "the search finds what is there");
    talk.go_on();
    talk.wait_for("locked");
    let (locked, searched) = search(talk.child.id(), &needles).unwrap();
    eprintln!(
        "core: {} finds unlocked, {} locked, in {} MB",
        unlocked.len(),
        locked.len(),
        searched >> 20
    );
    assert!(locked.is_empty(), "{locked:#?}");
}

/// The core at work: unlocks, reads, searches, imports, shares; then locks, and stays.
fn core_process(folder: &Path) {
    let phrase = Zeroizing::new(std::fs::read_to_string(folder.join("phrase")).unwrap());
    let clock = MovedClock::default();
    let resolver = |url: &str| Ok(url.to_owned());
    let network = Arc::new(HttpNetwork::new(Arc::new(resolver), Arc::new(clock.clone())));
    let keyring = FileKeyring::in_folder(folder);
    let store = ProfileStore::open(&profile_folder(folder, 7)).unwrap();
    let id = store.list_profiles().unwrap().profiles.remove(0).id;
    let unlocked = store.unlock(&id, &keyring, Some(&phrase)).unwrap();
    drop(phrase);
    let vault: Arc<SqlVault> = Arc::clone(&unlocked.vault);
    let session = clinic::session(unlocked, Role::Patient, &network, &clock);
    let pages = work(&session);
    println!("kw: unlocked");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    // As the window does it.
    session.lock();
    drop(pages);
    vault.close();
    drop(session);
    println!("kw: locked");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// What a person at work makes the core do; gives the answers as a page would get them.
fn work(session: &Session) -> Vec<String> {
    let scope = RoomScope::Own;
    let query = ItemQuery { limit: 100, ..ItemQuery::default() };
    let mut pages = Vec::new();
    let summary = reading::summary(session, &scope).unwrap();
    pages.push(serde_json::to_string(&summary).unwrap());
    let items = reading::items(session, &scope, &query).unwrap();
    pages.push(serde_json::to_string(&items).unwrap());
    let found = ItemQuery { text: Some("marker".to_owned()), ..query };
    pages.push(serde_json::to_string(&reading::search(session, &scope, &found).unwrap()).unwrap());
    let record = items.items[0].id.clone();
    pages.push(keyward_app::patient::chart::source(session, &record).unwrap());
    let chart = keyward_app::patient::chart::chart(session).unwrap();
    pages.push(serde_json::to_string(&chart).unwrap());
    clinic::sync(session);
    pages
}
