//! A lost computer, seen from the relay: replaced keys, where a persona stands, backups.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_protocol::ids::ServiceId;
use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::statement::{Act, PersonaReplacement, Receipt, Signed};
use keyward_relay::UnixClock as _;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::http::ClientError;
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{BackupPackId, PostBackup};
use keyward_relay_api::types::{GrantState, PostAccess};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use support::{Chart, Clinic, DAY, Doctor, Patient, START, Served, TestClock, config, fresh_grant};

struct World {
    clinic: Clinic,
    clock: Arc<TestClock>,
    dir: tempfile::TempDir,
    served: Option<Served>,
    client: RelayClient,
}

impl World {
    fn new() -> World {
        World::with(|_| {})
    }

    fn with(change: impl Fn(&mut keyward_relay::RelayConfig)) -> World {
        let (clinic, clock) = (Clinic::new(), TestClock::new());
        let dir = tempfile::tempdir().unwrap();
        let mut config = config(&clinic, &clock, dir.path());
        change(&mut config);
        let served = Served::start(config);
        let client = served.client(&clinic, &clock);
        World { clinic, clock, dir, served: Some(served), client }
    }

    fn served(&self) -> &Served {
        self.served.as_ref().unwrap()
    }

    /// Ends the relay and starts another one on the same folder.
    fn restart(&mut self) {
        drop(self.served.take());
        let served = Served::start(config(&self.clinic, &self.clock, self.dir.path()));
        self.client = served.client(&self.clinic, &self.clock);
        self.served = Some(served);
    }

    fn patient(&self) -> Patient {
        let patient = self.clinic.patient();
        self.client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
        patient
    }

    fn doctor(&self) -> Doctor {
        let doctor = self.clinic.doctor("Dr Synthetic");
        self.client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
        doctor
    }

    fn chart(&self, patient: &Patient) -> Chart {
        let mut chart = patient.chart();
        let name = format!("epoch-{}", chart.epoch);
        let statement = patient.epoch_statement(&chart, None);
        self.client.open_epoch(&patient.signing, &statement, &name).unwrap();
        let batch = patient.batch(&mut chart, 2);
        self.client.upload(&patient.signing, &batch, &format!("up-{}", chart.epoch)).unwrap();
        chart
    }

    fn receipt_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(&self.client.status().unwrap().receipt_key).unwrap()
    }
}

fn code<T>(outcome: Result<T, ClientError>) -> ProblemCode {
    outcome.err().and_then(|error| error.problem()).unwrap()
}

#[test]
fn a_replaced_persona_is_refused_at_once_and_for_ever_and_her_successor_sees_her_history() {
    let mut world = World::new();
    let (old, new, doctor) = (world.patient(), world.patient(), world.doctor());
    let chart = world.chart(&old);
    let (grant, taken_back) = (fresh_grant(), fresh_grant());
    for id in [grant, taken_back] {
        let post = old.grant(id, 0, &doctor, &[&chart], START + 30 * DAY);
        world.client.grant(&old.signing, &post, &format!("grant-{id}")).unwrap();
    }
    let statement = old.revocation(taken_back);
    world.client.revoke(&old.signing, taken_back, &statement, "revoke-0001").unwrap();
    let wanted =
        PostAccess { grant_id: grant, compartment: chart.compartment, after: vec![], limit: 9 };
    world.client.access(&doctor.signing, &wanted).unwrap();

    let statement = old.replaced_by(&world.clinic, &new, START);
    let replaced = world.client.replace(&new.signing, &statement, "replace-0001").unwrap();
    let receipt = Receipt::verify(
        Signed::from_bytes(&replaced.receipt).unwrap(),
        &world.receipt_key(),
        world.clinic.service,
        Act::PersonaReplaced,
        &statement,
    )
    .unwrap();
    assert_eq!((receipt.subject, receipt.done_at), (old.id().to_bytes(), replaced.at));
    // The same again, as a retry and as another request: nothing doubles, the time stays.
    world.clock.advance(60);
    let again = world.client.replace(&new.signing, &statement, "replace-0001").unwrap();
    let anew = world.client.replace(&new.signing, &statement, "replace-0002").unwrap();
    assert_eq!((again.at, anew.at), (replaced.at, replaced.at));

    for restarted in [false, true] {
        if restarted {
            world.restart();
        }
        let client = &world.client;
        // The old key: nothing, not even with the certificate anew.
        assert_eq!(code(client.accesses(&old.signing, 0)), ProblemCode::PersonaReplaced);
        assert_eq!(code(client.all_compartments(&old.signing)), ProblemCode::PersonaReplaced);
        let present = client.put_persona(&old.signing, old.certificate.raw());
        assert_eq!(code(present), ProblemCode::PersonaReplaced);
        let mut late = old.chart();
        let epoch = old.epoch_statement(&late, None);
        let opened = client.open_epoch(&old.signing, &epoch, &format!("late-{}", late.epoch));
        assert_eq!(code(opened), ProblemCode::PersonaReplaced);
        let upload = client.upload(&old.signing, &old.batch(&mut late, 1), "late-upload");
        assert_eq!(code(upload), ProblemCode::PersonaReplaced);
        // The doctor is told why, with the proof; the letters are gone.
        let refused = client.access(&doctor.signing, &wanted);
        assert_eq!(code(refused), ProblemCode::GrantReplaced);
        let detail = client.grant_detail(&doctor.signing, grant).unwrap();
        assert!(detail.summary.replaced && detail.message.is_none());
        assert_eq!(detail.summary.state, GrantState::Revoked);
        let proof = Signed::from_bytes(&detail.replacements[0]).unwrap();
        let proof =
            PersonaReplacement::verify(proof, world.clinic.service, &old.certificate.recovery_hash);
        assert_eq!(proof.unwrap().successor, new.id());
        let other = client.grant_detail(&doctor.signing, taken_back).unwrap();
        assert!(!other.summary.replaced, "what she took back herself stays taken back");
        assert!(client.messages(&doctor.signing, 0).unwrap().messages.is_empty());
        // The successor reads on.
        let history = client.accesses_of_replaced(&new.signing, old.id(), 0).unwrap();
        assert_eq!(history.accesses.len(), 1);
        let grants = client.all_grants_of_replaced(&new.signing, old.id()).unwrap();
        assert_eq!(grants.len(), 2);
        assert!(!client.grant_detail(&new.signing, grant).unwrap().signed_grant.is_empty());
    }
    let connection = rusqlite::Connection::open(world.dir.path().join("relay.db")).unwrap();
    let keys: i64 =
        connection.query_row("SELECT count(*) FROM grant_keys", [], |row| row.get(0)).unwrap();
    assert_eq!(keys, 0, "nothing opens records by the old key");
}

#[test]
fn validly_signed_wrong_replacements_change_nothing() {
    let world = World::new();
    let (old, new, other) = (world.patient(), world.patient(), world.patient());
    let sign = |change: &dyn Fn(&mut PersonaReplacement), key: &Patient| {
        let mut statement = PersonaReplacement {
            service_id: world.clinic.service,
            persona: old.id(),
            recovery: key.recovery.verifying_key().clone(),
            successor: new.id(),
            replaced_at: START,
        };
        change(&mut statement);
        statement.sign(&key.recovery).unwrap().to_bytes()
    };
    let mut tries = 0;
    let mut try_it = |by: &Patient, statement: &[u8]| {
        tries += 1;
        code(world.client.replace(&by.signing, statement, &format!("replace-{tries:04}")))
    };
    // Another persona's recovery key, another service, sent by who is not named.
    assert_eq!(try_it(&new, &sign(&|_| {}, &other)), ProblemCode::BadReplacement);
    let elsewhere = sign(&|it| it.service_id = ServiceId::from_bytes([9; 16]), &old);
    assert_eq!(try_it(&new, &elsewhere), ProblemCode::BadReplacement);
    assert_eq!(try_it(&other, &sign(&|_| {}, &old)), ProblemCode::BadReplacement);
    // A time that would outlast every honest one, and somebody nobody knows.
    let future = sign(&|it| it.replaced_at = START + DAY, &old);
    assert_eq!(try_it(&new, &future), ProblemCode::ClockSkew);
    let unknown = world.clinic.patient();
    let theirs = sign(&|it| it.persona = unknown.id(), &old);
    assert_eq!(try_it(&new, &theirs), ProblemCode::NotFound);
    assert_eq!(try_it(&new, b"rubbish"), ProblemCode::Malformed);
    // She is as she was.
    world.client.accesses(&old.signing, 0).unwrap();
}

#[test]
fn the_later_replacement_holds_and_ends_the_earlier_one_s_line() {
    let world = World::new();
    let (first, second, third, fourth) =
        (world.patient(), world.patient(), world.patient(), world.patient());
    let clinic = &world.clinic;
    let replace = |by: &Patient, statement: &[u8], name: &str| {
        world.client.replace(&by.signing, statement, name)
    };
    let early = first.replaced_by(clinic, &second, START - 10);
    replace(&second, &early, "replace-0001").unwrap();
    let next = second.replaced_by(clinic, &third, START - 5);
    replace(&third, &next, "replace-0002").unwrap();
    // An older one, and one of the same time, change nothing and say what holds.
    for at in [START - 20, START - 10] {
        let stale = first.replaced_by(clinic, &fourth, at);
        let refused = replace(&fourth, &stale, &format!("replace-{at}")).unwrap_err();
        assert!(
            matches!(&refused, ClientError::Problem(problem)
                if problem.code == ProblemCode::StaleReplacement && problem.since == Some(START - 10)),
            "{refused}"
        );
    }
    assert!(world.client.accesses_of_replaced(&third.signing, first.id(), 0).is_ok());
    // The computer restored first was lost again before it made a backup.
    let later = first.replaced_by(clinic, &fourth, START);
    replace(&fourth, &later, "replace-0003").unwrap();
    for gone in [&first, &second, &third] {
        assert_eq!(code(world.client.accesses(&gone.signing, 0)), ProblemCode::PersonaReplaced);
        assert!(world.client.accesses_of_replaced(&fourth.signing, gone.id(), 0).is_ok());
    }
    let stranger = world.patient();
    let foreign = world.client.accesses_of_replaced(&stranger.signing, first.id(), 0);
    assert_eq!(code(foreign), ProblemCode::NotFound);
    // The earlier statement replayed by its successor, who is refused for everything.
    assert_eq!(code(replace(&second, &early, "replace-0004")), ProblemCode::PersonaReplaced);
}

#[test]
fn a_persona_learns_where_her_compartments_stand() {
    let world = World::new();
    let patient = world.patient();
    let mut charts: Vec<Chart> = (0..20).map(|_| world.chart(&patient)).collect();
    let opened = patient.next_epoch(&mut charts[3]);
    world.client.open_epoch(&patient.signing, &opened, "next-epoch").unwrap();
    let empty = patient.chart();
    let statement = patient.epoch_statement(&empty, None);
    world.client.open_epoch(&patient.signing, &statement, "empty-epoch").unwrap();
    let states = world.client.all_compartments(&patient.signing).unwrap();
    assert_eq!(states.len(), 21, "more than one page");
    let of = |chart: &Chart| {
        states.iter().find(|state| state.compartment == chart.compartment).unwrap().clone()
    };
    assert_eq!((of(&charts[3]).open, of(&charts[3]).epochs), (charts[3].epoch, 2));
    assert_eq!(of(&charts[0]).head, Some(patient.sign_head(&charts[0])));
    assert_eq!((of(&empty).head, of(&empty).epochs), (None, 1));
    assert!(world.client.all_compartments(&world.patient().signing).unwrap().is_empty());
}

fn pack_id(bytes: &[u8]) -> BackupPackId {
    BackupPackId(Sha256::digest(bytes).into())
}

fn version(sequence: u64, packs: &[&[u8]]) -> PostBackup {
    let mut packs: Vec<BackupPackId> = packs.iter().map(|pack| pack_id(pack)).collect();
    packs.sort();
    PostBackup { sequence, packs, manifest: format!("manifest {sequence}").into_bytes() }
}

#[test]
fn a_backup_comes_back_byte_for_byte_also_when_the_certificate_is_over() {
    let mut world = World::new();
    let (patient, other) = (world.patient(), world.patient());
    let key = &patient.signing;
    let packs: Vec<Vec<u8>> = (0_u8..3).map(|i| vec![i; 100_000 + usize::from(i)]).collect();
    let early = world.client.put_backup(key, &version(1, &[&packs[0]]), "version-early");
    assert_eq!(code(early), ProblemCode::BackupIncomplete);
    for (i, pack) in packs.iter().enumerate() {
        let stored = world.client.put_backup_pack(key, pack, &format!("pack-{i:04}")).unwrap();
        let again = world.client.put_backup_pack(key, pack, &format!("pack-again-{i}")).unwrap();
        assert_eq!(stored.pack, again.pack);
    }
    let first = version(1, &[&packs[0], &packs[1]]);
    world.client.put_backup(key, &first, "version-0001").unwrap();
    world.client.put_backup(key, &first, "version-again").unwrap();
    let differs = PostBackup { manifest: b"another".to_vec(), ..first.clone() };
    assert_eq!(
        code(world.client.put_backup(key, &differs, "version-differs")),
        ProblemCode::BackupConflict
    );
    world.client.put_backup(key, &version(5, &[&packs[2]]), "version-0005").unwrap();
    let older = world.client.put_backup(key, &version(4, &[]), "version-0004");
    assert_eq!(code(older), ProblemCode::BackupConflict);

    world.restart();
    world.clock.set(START + 200 * DAY);
    let key = &patient.signing;
    let late = world.client.put_backup_pack(key, b"late", "pack-late");
    assert_eq!(code(late), ProblemCode::CertificateExpired);
    let listed = world.client.backups(key).unwrap();
    assert_eq!(
        listed.versions.iter().map(|it| (it.sequence, it.packs, it.bytes)).collect::<Vec<_>>(),
        [(1, 2, 200_001), (5, 1, 100_002)]
    );
    assert_eq!(listed.used, 300_003);
    let fetched = world.client.backup(key, 1).unwrap();
    assert_eq!(fetched.manifest, first.manifest);
    for id in fetched.packs {
        let pack = world.client.backup_pack(key, id).unwrap();
        assert!(packs.contains(&pack));
    }
    let foreign = world.client.backup_pack(&other.signing, pack_id(&packs[0]));
    assert_eq!(code(foreign), ProblemCode::NotFound);
    assert_eq!(code(world.client.backup(&other.signing, 1)), ProblemCode::NotFound);
}

fn objects(world: &World) -> usize {
    fn count(dir: &std::path::Path) -> usize {
        std::fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(&world.dir.path().join("packs"))
}

#[test]
fn old_versions_go_and_packs_nothing_needs_are_collected() {
    let world = World::new();
    let patient = world.patient();
    let key = &patient.signing;
    for i in 1_u64..=60 {
        if i % 12 == 0 {
            let now = world.clock.now();
            world.client.pin_credential_epoch(world.clinic.epoch_object(now)).unwrap();
            let renewed = patient.renewed(&world.clinic, now);
            world.client.put_persona(key, renewed.raw()).unwrap();
        }
        let pack = format!("pack {i}");
        world.client.put_backup_pack(key, pack.as_bytes(), &format!("pack-{i:04}")).unwrap();
        let backup = version(i, &[pack.as_bytes()]);
        world.client.put_backup(key, &backup, &format!("version-{i:04}")).unwrap();
        world.clock.advance(5 * DAY);
    }
    world.client.put_backup_pack(key, b"half a backup", "pack-half").unwrap();
    let kept: Vec<u64> =
        world.client.backups(key).unwrap().versions.iter().map(|it| it.sequence).collect();
    // Those of the last fourteen days on which there were any, and the first of each month.
    assert!(kept.ends_with(&(47..=60).collect::<Vec<_>>()), "the last days: {kept:?}");
    assert_eq!(kept[..kept.len() - 14], [1, 4, 10, 16, 22, 28, 34, 40, 46], "the months");
    check_usage(&world);
    let tidied = world.served().block_on(world.served().relay.tidy());
    tidied.unwrap();
    assert_eq!(objects(&world), kept.len() + 1, "what may still be on its way is left");
    world.clock.advance(3 * DAY);
    world.served().block_on(world.served().relay.tidy()).unwrap();
    assert_eq!(objects(&world), kept.len());
    for sequence in kept {
        let backup = world.client.backup(key, sequence).unwrap();
        assert_eq!(
            world.client.backup_pack(key, backup.packs[0]).unwrap(),
            format!("pack {sequence}").into_bytes()
        );
    }
    check_usage(&world);
    world.client.forget(key, &patient.forget(&world.clinic)).unwrap();
    check_usage(&world);
}

/// The counters say what is there.
fn check_usage(world: &World) {
    let connection = rusqlite::Connection::open(world.dir.path().join("relay.db")).unwrap();
    let wrong: i64 = connection
        .query_row(
            "SELECT count(*) FROM (
                 SELECT * FROM (SELECT persona AS owner, count(*), sum(length) FROM backup_packs
                                GROUP BY persona
                                UNION ALL SELECT x'', count(*), sum(length) FROM backup_packs
                                HAVING count(*) > 0)
                 EXCEPT SELECT owner, packs, bytes FROM backup_usage)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let (rows, owners): (i64, i64) = connection
        .query_row(
            "SELECT (SELECT count(*) FROM backup_usage),
                 (SELECT count(DISTINCT persona) + (count(*) > 0) FROM backup_packs)",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!((wrong, rows), (0, owners));
}

#[test]
fn who_writes_versions_with_a_stolen_key_pushes_out_none_of_before_and_uses_up_no_numbers() {
    let world = World::new();
    let (patient, other) = (world.patient(), world.patient());
    let key = &patient.signing;
    let put = |by: &Patient, sequence: u64| {
        let name = format!("version-{sequence}");
        world.client.put_backup(&by.signing, &version(sequence, &[]), &name)
    };
    for day in 1..=4 {
        put(&patient, day).unwrap();
        world.clock.advance(DAY);
    }
    put(&other, 1).unwrap();
    for sequence in [u64::MAX, i64::MAX.unsigned_abs(), 5 + (1 << 20)] {
        assert_eq!(code(put(&patient, sequence)), ProblemCode::Malformed, "{sequence}");
    }
    for sequence in 5..105 {
        put(&patient, sequence).unwrap();
    }
    let kept = |key| -> Vec<u64> {
        world.client.backups(key).unwrap().versions.iter().map(|it| it.sequence).collect()
    };
    let good = kept(key);
    assert_eq!(good[..5], [1, 2, 3, 4, 5]);
    assert!(good.len() <= 15 && good.ends_with(&[103, 104]), "{good:?}");
    assert_eq!(kept(&other.signing), [1]);
    put(&patient, 104 + (1 << 20)).unwrap();
    put(&patient, 105 + (1 << 20)).unwrap();
}

#[test]
fn quotas_hold_for_one_persona_and_for_all_together() {
    let world = World::with(|config| {
        config.limits.backups.bytes = 1_000;
        config.limits.backups.total_bytes = 1_500;
    });
    let (one, two) = (world.patient(), world.patient());
    let put = |patient: &Patient, byte: u8, length: usize| {
        let name = format!("pack-{byte:04}");
        world.client.put_backup_pack(&patient.signing, &vec![byte; length], &name)
    };
    put(&one, 1, 900).unwrap();
    assert_eq!(code(put(&one, 2, 101)), ProblemCode::QuotaReached);
    put(&one, 3, 100).unwrap();
    assert_eq!(code(put(&two, 4, 501)), ProblemCode::QuotaReached);
    put(&two, 5, 500).unwrap();
    assert_eq!(objects(&world), 3, "what is refused leaves nothing behind");
}
