//! Backup while serving and restore, carried out with clients going on before, during and after.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(unix)]

mod support;

use keyward_protocol::chain::SignedHeader;
use keyward_protocol::ids::{GrantId, RecordId};
use keyward_protocol::keys::{SigningKey, VerifyingKey};
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use keyward_relay_api::authority::client::AuthorityClient;
use keyward_relay_api::authority::people::{PersonDraft, RegisterPerson};
use keyward_relay_api::batch::UploadBatch;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::{ClientError, SystemTime};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{After, GrantState, PostAccess, PostOwnRecords};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use support::world::{Chart, Doctor, Patient};
use support::{Running, Site, doctor, done, now, patient, refused, said};

const BACKUP: [&str; 6] = ["backup", "relay", "--config", "relay.toml", "--to", "backup"];
const RESTORE: [&str; 6] = ["restore", "relay", "--config", "relay.toml", "--from", "backup"];

fn restore(site: &Site, more: &[&str]) -> String {
    said(&[RESTORE.as_slice(), more].concat(), site.path())
}

/// All ids of a compartment, every payload checked against its signed header.
fn stored(relay: &RelayClient, patient: &Patient, chart: &Chart) -> HashSet<RecordId> {
    let (mut found, mut after) = (HashSet::new(), Vec::<After>::new());
    loop {
        let compartment = chart.compartment;
        let wanted = PostOwnRecords { compartment, after, limit: 1_000, payloads: true };
        let answer = relay.own_records(&patient.signing, &wanted).unwrap();
        let mut last = None;
        for (header, payload) in &answer.records {
            let header = SignedHeader::from_bytes(header).unwrap();
            let header = header.verify(patient.signing.verifying_key()).unwrap();
            header.check_payload(payload.as_ref().unwrap()).unwrap();
            assert!(found.insert(header.record_id));
            last = Some(After { device: header.device, position: header.position });
        }
        if !answer.more {
            return found;
        }
        after = last.into_iter().collect();
    }
}

fn ids(batches: &[UploadBatch]) -> HashSet<RecordId> {
    let parse = |header: &Vec<u8>| SignedHeader::from_bytes(header).unwrap();
    let headers = batches.iter().flat_map(|batch| &batch.records).map(|it| parse(&it.header));
    headers.map(|header| header.unverified().record_id).collect()
}

struct Share {
    patient: Patient,
    chart: Chart,
    /// Everything uploaded, in order.
    batches: Vec<UploadBatch>,
}

impl Share {
    fn new(site: &Site, relay: &RelayClient) -> Share {
        let patient = patient(&site.clinic);
        relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
        let chart = patient.chart();
        let statement = patient.epoch_statement(&chart, None);
        relay.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
        Share { patient, chart, batches: Vec::new() }
    }

    fn upload(&mut self, relay: &RelayClient) {
        self.batches.push(self.patient.batch(&mut self.chart, 2));
        self.send(relay, self.batches.len() - 1, "");
    }

    fn send(&self, relay: &RelayClient, n: usize, again: &str) {
        let name = format!("upload-no-{n}{again}");
        relay.upload(&self.patient.signing, &self.batches[n], &name).unwrap();
    }

    fn grant(&self, relay: &RelayClient, doctor: &Doctor, grant: GrantId, revision: u32) {
        let charts = [&self.chart];
        let post = self.patient.grant(grant, revision, doctor, &charts, now() + 100_000);
        relay.grant(&self.patient.signing, &post, &format!("{grant}-{revision}")).unwrap();
    }

    fn stop(&self, relay: &RelayClient, grant: GrantId) {
        let statement = self.patient.revocation(grant);
        relay.revoke(&self.patient.signing, grant, &statement, &format!("end-{grant}")).unwrap();
    }

    fn access(
        &self,
        relay: &RelayClient,
        doctor: &Doctor,
        grant: GrantId,
    ) -> Result<usize, ClientError> {
        let compartment = self.chart.compartment;
        let wanted = PostAccess { grant_id: grant, compartment, after: vec![], limit: 1_000 };
        relay.access(&doctor.signing, &wanted).map(|answer| answer.records.len())
    }
}

/// A refusal of whatever was signed before the restore ends by signing again.
fn patiently<T>(mut act: impl FnMut() -> Result<T, ClientError>) -> T {
    let began = std::time::Instant::now();
    loop {
        match act() {
            Ok(value) => return value,
            Err(error) if error.problem() == Some(ProblemCode::Busy) => {
                assert!(began.elapsed() < support::LONG);
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// A signed request as a listener on the wire would have it.
struct Recorded(String);

/// The owner asks for her records: a harmless request, so that only its nonce decides.
fn recorded(key: &SigningKey, site: &Site, share: &Share) -> Recorded {
    let wanted = PostOwnRecords {
        compartment: share.chart.compartment,
        after: vec![],
        limit: 1,
        payloads: false,
    };
    let body = serde_json::to_string(&wanted).unwrap();
    let parts = RequestParts {
        method: "POST",
        path_and_query: "/v1/own-records",
        body_digest: body_digest(body.as_bytes()),
        service_id: site.clinic.service,
        idempotency_key: None,
    };
    let headers = sign_request(key, &parts, now(), &mut rand::rng()).unwrap();
    let mut text = format!(
        "POST /v1/own-records HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers.iter() {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(&body);
    Recorded(text)
}

impl Recorded {
    fn send(&self, running: &Running) -> u16 {
        use std::io::{Read as _, Write as _};
        let address = running.url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(self.0.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer);
        answer.split(' ').nth(1).unwrap().parse().unwrap()
    }
}

/// The disk is lost: nothing of the folder is left. The journal lies elsewhere.
fn lose(site: &Site, running: Running) {
    running.kill();
    std::fs::remove_dir_all(site.path().join("relay")).unwrap();
}

#[test]
fn a_backup_is_taken_while_clients_go_on_and_restored_without_reviving_anything() {
    let site = Site::new();
    let running = site.run();
    let relay = site.client(&running);
    let doctor = doctor(&site.clinic, "Dr Sample");
    relay.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let mut share = Share::new(&site, &relay);
    for _ in 0..5 {
        share.upload(&relay);
    }
    let [kept, stopped, narrowed, ended_before] =
        [(); 4].map(|()| GrantId::random(&mut rand::rng()));
    for grant in [kept, stopped, narrowed, ended_before] {
        share.grant(&relay, &doctor, grant, 0);
    }
    share.stop(&relay, ended_before);
    assert_eq!(share.access(&relay, &doctor, kept).unwrap(), 10);
    let before = ids(&share.batches);

    // While somebody uploads, the backup is taken.
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (share, relay, over) = (&mut share, &relay, &over);
        scope.spawn(move || {
            while !over.load(Ordering::SeqCst) {
                share.upload(relay);
            }
            // And once more, so that something certainly came after.
            share.upload(relay);
        });
        let told = said(&BACKUP, site.path());
        over.store(true, Ordering::SeqCst);
        assert!(told.starts_with("backup of 20"), "{told}");
    });
    // What ends after the backup.
    share.stop(&relay, stopped);
    share.grant(&relay, &doctor, narrowed, 1);
    share.access(&relay, &doctor, kept).unwrap();
    let seen = relay.accesses(&share.patient.signing, 0).unwrap().accesses.last().unwrap().seq;
    let everything = ids(&share.batches);
    let recorded = recorded(&share.patient.signing, &site, &share);
    assert_eq!(recorded.send(&running), 200);
    assert!(refused(&BACKUP, site.path()).contains("is not empty"));
    lose(&site, running);

    // A restore has to be told what ended since, and takes an empty folder only.
    let silent = done(&RESTORE, site.path());
    assert!(!silent.status.success());
    let told = restore(&site, &["--journal", "relay.ends"]);
    assert!(told.contains("restored the state of 20") && told.contains("2 ends"), "{told}");
    let again = [RESTORE.as_slice(), &["--journal", "relay.ends"]].concat();
    assert!(refused(&again, site.path()).contains("is not empty"));

    let running = site.run();
    let relay = site.client(&running);
    // What was recorded before the restore does not count again, although its nonce is forgotten.
    assert_eq!(recorded.send(&running), 503);
    patiently(|| relay.grants(&share.patient.signing, None));
    let there = stored(&relay, &share.patient, &share.chart);
    assert!(there.is_superset(&before) && there.is_subset(&everything));
    assert_ne!(there, everything, "the backup is older");
    for grant in [stopped, narrowed, ended_before] {
        let error = share.access(&relay, &doctor, grant).unwrap_err();
        assert_eq!(error.problem(), Some(ProblemCode::GrantRevoked));
        let detail = relay.grant_detail(&share.patient.signing, grant).unwrap();
        assert_eq!(detail.summary.state, GrantState::Revoked);
    }
    // The client brings back what came after the backup, and everybody goes on.
    let missing = |n: &usize| !ids(&share.batches[*n..=*n]).is_subset(&there);
    for n in (0..share.batches.len()).filter(missing) {
        share.send(&relay, n, "-again");
    }
    assert_eq!(stored(&relay, &share.patient, &share.chart), everything);
    share.upload(&relay);
    assert_eq!(share.access(&relay, &doctor, kept).unwrap(), everything.len() + 2);
    // A number that was given after the backup does not come again: the owner sees the new visit.
    let news = relay.accesses(&share.patient.signing, seen).unwrap().accesses;
    assert_eq!((news.len(), news[0].seq > seen), (1, true));
    // Stopping still works, and a new share too.
    share.stop(&relay, kept);
    let fresh = GrantId::random(&mut rand::rng());
    share.grant(&relay, &doctor, fresh, 0);
    share.access(&relay, &doctor, fresh).unwrap();
    running.stop();
}

#[test]
fn who_was_replaced_or_forgotten_after_the_backup_stays_so() {
    let site = Site::new();
    let running = site.run();
    let relay = site.client(&running);
    let doctor = doctor(&site.clinic, "Dr Sample");
    relay.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let [mut lost, mut gone] = [(); 2].map(|()| Share::new(&site, &relay));
    lost.upload(&relay);
    gone.upload(&relay);
    let grant = GrantId::random(&mut rand::rng());
    lost.grant(&relay, &doctor, grant, 0);
    let next = patient(&site.clinic);
    relay.put_persona(&next.signing, next.certificate.raw()).unwrap();
    said(&BACKUP, site.path());

    // Since: one who was there and one who came later are replaced, one is forgotten.
    let late = patient(&site.clinic);
    relay.put_persona(&late.signing, late.certificate.raw()).unwrap();
    let statement = lost.patient.replaced_by(&site.clinic, &next, now());
    relay.replace(&next.signing, &statement, "replace-0001").unwrap();
    let other = late.replaced_by(&site.clinic, &next, now());
    relay.replace(&next.signing, &other, "replace-0002").unwrap();
    relay.forget(&gone.patient.signing, &gone.patient.forget(&site.clinic)).unwrap();
    lose(&site, running);
    assert!(restore(&site, &["--journal", "relay.ends"]).contains("3 ends"));

    let running = site.run();
    let relay = site.client(&running);
    patiently(|| relay.grants(&next.signing, None));
    let present = |it: &Patient| relay.put_persona(&it.signing, it.certificate.raw());
    for (it, code) in [
        (&lost.patient, ProblemCode::PersonaReplaced),
        (&late, ProblemCode::PersonaReplaced),
        (&gone.patient, ProblemCode::PersonaForgotten),
    ] {
        assert_eq!(present(it).unwrap_err().problem(), Some(code));
        assert!(relay.accesses(&it.signing, 0).is_err());
    }
    let refused = lost.access(&relay, &doctor, grant).unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::GrantReplaced));
    // Her payload is not in the restored folder either.
    let payload = gone.batches[0].records[0].payload.clone();
    let kept = lost.batches[0].records[0].payload.clone();
    let found = |needle: &[u8]| {
        let mut open = vec![site.path().join("relay")];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path()));
            } else if std::fs::read(path).unwrap().windows(64).any(|it| it == &needle[..64]) {
                return true;
            }
        }
        false
    };
    assert!(found(&kept) && !found(&payload));
    // The successor says it again, and reads on.
    relay.replace(&next.signing, &statement, "replace-0003").unwrap();
    let grants = relay.all_grants_of_replaced(&next.signing, lost.patient.id()).unwrap();
    assert_eq!(grants.len(), 1);
    running.stop();
}

#[test]
fn without_the_journal_every_share_ends() {
    let site = Site::new();
    let running = site.run();
    let relay = site.client(&running);
    let doctor = doctor(&site.clinic, "Dr Sample");
    relay.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let mut share = Share::new(&site, &relay);
    share.upload(&relay);
    let [one, two] = [(); 2].map(|()| GrantId::random(&mut rand::rng()));
    share.grant(&relay, &doctor, one, 0);
    share.grant(&relay, &doctor, two, 0);
    said(&BACKUP, site.path());
    share.stop(&relay, two);
    lose(&site, running);
    assert!(restore(&site, &["--ends-lost"]).contains("2 ends"));
    // The journal of before goes on.
    let running = site.run();
    let relay = site.client(&running);
    patiently(|| relay.grants(&share.patient.signing, None));
    for grant in [one, two] {
        let error = share.access(&relay, &doctor, grant).unwrap_err();
        assert_eq!(error.problem(), Some(ProblemCode::GrantRevoked));
    }
    let again = GrantId::random(&mut rand::rng());
    share.grant(&relay, &doctor, again, 0);
    assert_eq!(share.access(&relay, &doctor, again).unwrap(), 2);
    running.stop();
}

#[test]
fn what_is_no_whole_backup_of_this_service_is_refused_and_leaves_no_store() {
    let site = Site::new();
    let running = site.run();
    let relay = site.client(&running);
    let mut share = Share::new(&site, &relay);
    share.upload(&relay);
    said(&BACKUP, site.path());
    lose(&site, running);
    let arguments = [RESTORE.as_slice(), &["--journal", "relay.ends"]].concat();
    let refuse = |sentence: &str| {
        let told = refused(&arguments, site.path());
        assert!(told.contains(sentence), "{sentence}: {told}");
    };
    let backup = site.path().join("backup");
    let whole = |path: &Path| std::fs::read(path).unwrap();

    // Another storage key.
    let key = site.path().join("storage.key");
    let right = whole(&key);
    std::fs::remove_file(&key).unwrap();
    assert!(done(&["new-key", "storage.key"], site.path()).status.success());
    refuse("made with another storage key");
    std::fs::write(&key, &right).unwrap();

    // A changed manifest, an interrupted backup.
    let manifest = backup.join("manifest.json");
    let good = whole(&manifest);
    let changed = String::from_utf8(good.clone()).unwrap().replace("\"relay\"", "\"authority\"");
    std::fs::write(&manifest, changed).unwrap();
    refuse("was changed since");
    std::fs::remove_file(&manifest).unwrap();
    refuse("is not a whole backup");
    std::fs::write(&manifest, &good).unwrap();

    // Another service's configuration.
    let text = whole(&site.path().join("relay.toml"));
    let stranger = SigningKey::generate(&mut rand::rng()).unwrap();
    let other = support::relay_toml(&stranger, "", "");
    std::fs::write(site.path().join("relay.toml"), other).unwrap();
    refuse("of another service");
    std::fs::write(site.path().join("relay.toml"), &text).unwrap();
    assert!(!site.path().join("relay").exists());

    // A damaged file is found on the way; what was begun is not served, and says so.
    let database = backup.join("relay.db");
    let good = whole(&database);
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    std::fs::write(&database, &bad).unwrap();
    refuse("relay.db in the backup is damaged");
    let run = ["relay", "--config", "relay.toml"];
    assert!(refused(&run, site.path()).contains("did not come to its end"));
    refuse("is not empty");
    std::fs::write(&database, &good).unwrap();
    std::fs::remove_dir_all(site.path().join("relay")).unwrap();

    // A journal that lacks what the backup knew of, or was changed.
    let journal = site.path().join("relay.ends");
    let right = whole(&journal);
    std::fs::write(&journal, [b"grant 00 11\n".as_slice(), &right].concat()).unwrap();
    refuse("journal of ends is damaged");
    std::fs::write(&journal, &right).unwrap();
    restore(&site, &["--journal", "relay.ends"]);
    site.run().stop();
}

/// What an operator keeps apart from the machine: keys, configuration, journal and a backup.
const PUT_AWAY: [&str; 4] = ["signing.key", "storage.key", "authority.toml", "authority.ends"];

fn put(from: &Path, to: &Path) {
    for file in PUT_AWAY {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    std::fs::create_dir(to.join("backup")).unwrap();
    for entry in std::fs::read_dir(from.join("backup")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join("backup").join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_clinic_comes_back_on_another_machine_from_its_keys_and_a_backup() {
    let [lost, safe, found] = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let operator = SigningKey::generate(&mut rand::rng()).unwrap();
    support::authority_site(lost.path(), &operator);
    let run = ["authority", "--config", "authority.toml"];
    let running = Running::start(&mut support::server(&run, lost.path()));
    let before = AuthorityClient::unpinned(&running.url, Arc::new(SystemTime)).unwrap();
    let before = before.status().unwrap();
    let desk = |running: &Running| {
        AuthorityClient::new(&running.url, before.service_id, Arc::new(SystemTime)).unwrap()
    };
    let body = RegisterPerson {
        id: "00112233445566778899aabbccddeeff".to_owned(),
        person: PersonDraft {
            given_name: "Test-Anna".to_owned(),
            family_name: "Muster-Sample".to_owned(),
            birth_date: "1961-03-14".to_owned(),
            sex: None,
            phone: None,
            record_number: None,
        },
    };
    desk(&running).register_person(&operator, &body).unwrap();
    said(&["backup", "authority", "--config", "authority.toml", "--to", "backup"], lost.path());
    put(lost.path(), safe.path());
    running.kill();
    drop(lost);

    put(safe.path(), found.path());
    let restore = ["restore", "authority", "--config", "authority.toml", "--from", "backup"];
    let restore = [restore.as_slice(), &["--journal", "authority.ends"]].concat();
    // Other keys are another clinic, whatever its name is.
    for (key, sentence) in
        [("signing.key", "of another service"), ("storage.key", "made with another storage key")]
    {
        std::fs::remove_file(found.path().join(key)).unwrap();
        assert!(done(&["new-key", key], found.path()).status.success());
        let told = refused(&restore, found.path());
        assert!(told.contains(sentence), "{told}");
        std::fs::remove_file(found.path().join(key)).unwrap();
        std::fs::copy(safe.path().join(key), found.path().join(key)).unwrap();
    }
    said(&restore, found.path());
    let running = Running::start(&mut support::server(&run, found.path()));
    let after = AuthorityClient::unpinned(&running.url, Arc::new(SystemTime)).unwrap();
    let after = after.status().unwrap();
    assert_eq!(after.authority_key, before.authority_key, "it signs as before");
    let desk = desk(&running);
    // No request signed in the second of the restore is taken.
    let person = patiently(|| desk.person(&operator, &body.id));
    assert_eq!(person.person.family_name, "Muster-Sample");
    // The list of removed clinicians verifies under the key that apps have pinned.
    let pinned = VerifyingKey::from_bytes(&before.authority_key).unwrap();
    assert!(desk.directory().unwrap().verify(before.service_id, &pinned, 0, now()).is_ok());
    running.stop();
}
