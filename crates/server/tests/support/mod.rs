//! The binary in a process of its own, as an operator runs it, and people who use it.
#![allow(dead_code, reason = "each test uses its own part")]
#![allow(clippy::unwrap_used, unreachable_pub, reason = "tests")]

#[path = "../../../relay/tests/support/mod.rs"]
pub mod world;

use keyward_authority::service_id_of;
use keyward_protocol::certificate::ClinicianCertificate;
use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::{DecryptionKey, SigningKey};
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::{SystemTime, UnixClock as _};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use world::{Clinic, Doctor, Patient};

pub const LONG: Duration = Duration::from_secs(60);
const DAY: u64 = 86_400;

/// The binary under test.
pub fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_keyward-server"))
}

pub fn server(arguments: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).current_dir(dir).env_remove("RUST_LOG");
    command
}

pub fn done(arguments: &[&str], dir: &Path) -> Output {
    server(arguments, dir).output().unwrap()
}

/// Standard output of a command that must succeed.
pub fn said(arguments: &[&str], dir: &Path) -> String {
    let output = done(arguments, dir);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// What a command that must fail says.
pub fn refused(arguments: &[&str], dir: &Path) -> String {
    let output = done(arguments, dir);
    assert!(!output.status.success(), "{arguments:?} succeeded");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn now() -> u64 {
    SystemTime.now()
}

/// A clinic whose relay's service id is derived from its authority, as the binary does it.
pub fn clinic() -> Clinic {
    let authority = SigningKey::generate(&mut rand::rng()).unwrap();
    let service = service_id_of(authority.verifying_key());
    Clinic { authority, service }
}

pub fn patient(clinic: &Clinic) -> Patient {
    clinic.patient_at(now())
}

pub fn doctor(clinic: &Clinic, name: &str) -> Doctor {
    let rng = &mut rand::rng();
    let signing = SigningKey::generate(rng).unwrap();
    let (grant, mailbox) =
        (DecryptionKey::generate(rng).unwrap(), DecryptionKey::generate(rng).unwrap());
    let raw = ClinicianCertificate {
        service_id: clinic.service,
        verification: signing.verifying_key().clone(),
        grant_key: *grant.encapsulation_key(),
        mailbox: *mailbox.encapsulation_key(),
        name: name.to_owned(),
        role: "Cardiologist".to_owned(),
        organisation: "Synthetic Clinic".to_owned(),
        registration_number: None,
        valid_from: now() - DAY,
        valid_until: now() + 90 * DAY,
    }
    .issue(&clinic.authority)
    .unwrap();
    let authorities = [clinic.authority.verifying_key().clone()];
    let certificate = ClinicianCertificate::verify_signature_only(&raw, &authorities).unwrap();
    Doctor { signing, grant, mailbox, certificate }
}

/// Keys and `authority.toml` in a folder, with one operator.
pub fn authority_site(dir: &Path, operator: &SigningKey) {
    for key in ["signing.key", "storage.key"] {
        assert!(done(&["new-key", key], dir).status.success());
    }
    let key = hex::encode(operator.verifying_key().to_bytes());
    let text = format!(
        "dir = \"authority\"\nclinic_name = \"Sample Clinic\"\nsigning_key_file = \"signing.key\"\n\
         storage_key_file = \"storage.key\"\njournal_file = \"authority.ends\"\n\
         authority_url = \"https://authority.example\"\nrelay_url = \"https://relay.example\"\n\
         [listen]\naddress = \"127.0.0.1:0\"\n[admin]\naddress = \"127.0.0.1:0\"\n\
         [log]\nlevel = \"trace\"\n[[operators]]\nname = \"Planted Operator\"\nkey = \"{key}\"\n"
    );
    std::fs::write(dir.join("authority.toml"), text).unwrap();
}

/// A folder with keys and `relay.toml`.
pub struct Site {
    pub dir: tempfile::TempDir,
    pub clinic: Clinic,
}

impl Site {
    pub fn new() -> Site {
        let dir = tempfile::tempdir().unwrap();
        assert!(done(&["new-key", "storage.key"], dir.path()).status.success());
        let site = Site { dir, clinic: clinic() };
        site.configure("", "");
        site
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes `relay.toml` with more in `[listen]` and more at the end.
    pub fn configure(&self, listen: &str, more: &str) -> String {
        let text = relay_toml(&self.clinic.authority, listen, more);
        std::fs::write(self.path().join("relay.toml"), &text).unwrap();
        text
    }

    pub fn run(&self) -> Running {
        Running::start(&mut server(&["relay", "--config", "relay.toml"], self.path()))
    }

    pub fn client(&self, running: &Running) -> RelayClient {
        let client = client(running, self.clinic.service);
        // As the first patient has it do.
        let _ = client.pin_credential_epoch(self.clinic.epoch_object(now()));
        client
    }
}

pub fn client(running: &Running, service: ServiceId) -> RelayClient {
    RelayClient::new(&running.url, service, Arc::new(SystemTime)).unwrap()
}

pub fn relay_toml(authority: &SigningKey, listen: &str, more: &str) -> String {
    let key = hex::encode(authority.verifying_key().to_bytes());
    format!(
        "dir = \"relay\"\nstorage_key_file = \"storage.key\"\njournal_file = \"relay.ends\"\n\
         [listen]\naddress = \"127.0.0.1:0\"\n{listen}\n\
         [admin]\naddress = \"127.0.0.1:0\"\n\
         [[authorities]]\nkey = \"{key}\"\n{more}\n"
    )
}

type Log = Arc<(Mutex<String>, Condvar)>;

/// A running service; everything it logs is kept.
pub struct Running {
    child: Option<Child>,
    pub url: String,
    /// Where health and metrics are.
    pub admin: String,
    log: Log,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Running {
    pub fn start(command: &mut Command) -> Running {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Log::default();
        let shared = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut text = shared.0.lock().unwrap();
                text.push_str(&line);
                text.push('\n');
                shared.1.notify_all();
            }
            shared.0.lock().unwrap().push_str("END OF LOG\n");
            shared.1.notify_all();
        });
        let mut running = Running {
            child: Some(child),
            url: String::new(),
            admin: String::new(),
            log,
            reader: Some(reader),
        };
        let admin = running.address("admin");
        let address = running.address("address");
        let tls = running.text().contains("tls=true") || running.text().contains("\"tls\":true");
        running.admin = format!("http://{admin}");
        running.url = format!("{}://{address}", if tls { "https" } else { "http" });
        running
    }

    /// The address behind a field's name, in lines for people or in JSON.
    fn address(&self, field: &str) -> String {
        let text = self.wait_for_one(&[&format!(" {field}="), &format!("\"{field}\":\"")]);
        let found = text
            .split_once(&format!(" {field}="))
            .or_else(|| text.split_once(&format!("\"{field}\":\"")))
            .unwrap()
            .1;
        let end = |it: char| !(it.is_ascii_hexdigit() || ".:[]".contains(it));
        found.split(end).next().unwrap().to_owned()
    }

    pub fn text(&self) -> String {
        self.log.0.lock().unwrap().clone()
    }

    /// Waits until the log says something; gives all of it.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_for_one(&[text])
    }

    fn wait_for_one(&self, texts: &[&str]) -> String {
        let began = Instant::now();
        let mut log = self.log.0.lock().unwrap();
        loop {
            if texts.iter().any(|text| log.contains(text)) {
                return log.clone();
            }
            let over = log.ends_with("END OF LOG\n") || began.elapsed() > LONG;
            assert!(!over, "{texts:?} is not said:\n{log}");
            log = self.log.1.wait_timeout(log, Duration::from_secs(1)).unwrap().0;
        }
    }

    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Asks it to stop as a service manager does; gives its log.
    pub fn stop(mut self) -> String {
        self.signal("-TERM");
        let status = self.child.take().unwrap().wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        assert!(status.success(), "it did not end in order:\n{}", self.text());
        self.text()
    }

    /// Ends it in the middle.
    pub fn kill(mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Status and text of one of the operator's pages.
    pub fn page(&self, path: &str) -> (u16, String) {
        fetch(&plain(), &format!("{}{path}", self.admin)).unwrap()
    }

    /// Asks until the page says what is waited for.
    pub fn page_until(&self, path: &str, good: impl Fn(u16, &str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let (status, text) = self.page(path);
            if good(status, &text) {
                return text;
            }
            assert!(began.elapsed() < LONG, "{path} stays {status}: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn plain() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Status and body; `None` if no answer came.
pub fn fetch(http: &reqwest::Client, url: &str) -> Option<(u16, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let answer = http.get(url).send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.text().await.ok()?))
    })
}
