//! Role × endpoint × object, made from the one table of routes: every cell is denied unless it is
//! listed here.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use axum::http::Method;
use keyward_protocol::capsule::DelegatingKey;
use keyward_protocol::keys::SigningKey;
use keyward_relay::routes::{Allowed, Endpoint, Route, routes};
use keyward_relay_api::authority::credential::EpochObject;
use keyward_relay_api::authority::persona::EPOCH_SECONDS;
use keyward_relay_api::http::{Call, ClientError, HttpClient, UnixClock};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::recovery::{BackupPackId, PostBackup};
use keyward_relay_api::types::{
    AckMessages, PostAccess, PostOwnRecords, PostStatement, PutCertificate,
};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use support::{
    Chart, Clinic, DAY, Doctor, Patient, START, Served, TestClock, backup_key, config,
    forget_backup, fresh_grant,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Unsigned,
    UnknownKey,
    Owner,
    OtherPersona,
    ExpiredPersona,
    Grantee,
    OtherClinician,
    RemovedClinician,
    ReplacedPersona,
    ForgottenPersona,
    /// The key the grantee's backups lie under.
    BackupKey,
    /// The other clinician's.
    OtherBackupKey,
}

const ROLES: [Role; 12] = [
    Role::Unsigned,
    Role::UnknownKey,
    Role::Owner,
    Role::OtherPersona,
    Role::ExpiredPersona,
    Role::Grantee,
    Role::OtherClinician,
    Role::RemovedClinician,
    Role::ReplacedPersona,
    Role::ForgottenPersona,
    Role::BackupKey,
    Role::OtherBackupKey,
];

/// Whose the thing is that is asked for or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    /// The owner's, shared with the grantee.
    Owners,
    /// The other persona's, shared with the other clinician.
    Others,
    /// Nobody's: an id that was never given.
    Nobodys,
}

const OBJECTS: [Object; 3] = [Object::Owners, Object::Others, Object::Nobodys];

impl Object {
    /// With the other persona's object everybody is to it what his counterpart is to the owner's.
    fn seen_by(self, role: Role) -> Role {
        match (self, role) {
            (Object::Others, Role::Owner) => Role::OtherPersona,
            (Object::Others, Role::OtherPersona) => Role::Owner,
            (Object::Others, Role::Grantee) => Role::OtherClinician,
            (Object::Others, Role::OtherClinician) => Role::Grantee,
            (Object::Others, Role::BackupKey) => Role::OtherBackupKey,
            (Object::Others, Role::OtherBackupKey) => Role::BackupKey,
            (_, role) => role,
        }
    }
}

/// Whether a request names something that may not be there.
fn names_an_object(endpoint: Endpoint) -> bool {
    use Endpoint as E;
    match endpoint {
        E::PostRecords
        | E::PostGrant
        | E::Grant
        | E::Revoke
        | E::Access
        | E::OwnRecords
        | E::Replace
        | E::ReplacedAccesses
        | E::ReplacedGrants
        | E::BackupPack
        | E::ForgetBackupKey
        | E::PutBackup
        | E::Backup => true,
        // A persona forgets herself only, known or not.
        E::Forget
        | E::Status
        | E::PinEpoch
        | E::PutPersona
        | E::PutClinician
        | E::PostEpoch
        | E::ListGrants
        | E::Messages
        | E::AckMessages
        | E::Accesses
        | E::Compartments
        | E::PutBackupKey
        | E::PutBackupPack
        | E::Backups => false,
    }
}

/// The cells that are allowed, for the object of the owner. Everything else must be refused, and
/// with the code that [`denied`] says.
fn allowed(role: Role, endpoint: Endpoint) -> bool {
    use Endpoint as E;
    if endpoint == E::PinEpoch {
        return true;
    }
    match role {
        Role::Owner => matches!(
            endpoint,
            E::Status
                | E::PutPersona
                | E::PostRecords
                | E::PostEpoch
                | E::PostGrant
                | E::ListGrants
                | E::Grant
                | E::Revoke
                | E::OwnRecords
                | E::Accesses
                | E::Replace
                | E::Forget
                | E::Compartments
                | E::ReplacedAccesses
                | E::ReplacedGrants
                | E::PutBackupPack
                | E::BackupPack
                | E::PutBackup
                | E::Backups
                | E::Backup
        ),
        Role::Grantee => matches!(
            endpoint,
            E::Status | E::ListGrants | E::Grant | E::Messages | E::AckMessages | E::Access
        ),
        // Their own, empty lists; never the owner's object.
        Role::OtherPersona => matches!(
            endpoint,
            E::Status
                | E::ListGrants
                | E::Accesses
                | E::Compartments
                | E::PutBackupPack
                | E::Backups
        ),
        Role::OtherClinician => {
            matches!(endpoint, E::Status | E::ListGrants | E::Messages | E::AckMessages)
        }
        // Her own history; taking back is hers too, but this grant is not (see below).
        Role::ExpiredPersona => matches!(endpoint, E::Status | E::Accesses | E::Backups),
        // Its own backup, which is empty here; never a persona's.
        Role::BackupKey => matches!(
            endpoint,
            E::Status | E::PutBackupKey | E::ForgetBackupKey | E::PutBackupPack | E::Backups
        ),
        Role::OtherBackupKey => {
            matches!(endpoint, E::Status | E::PutBackupPack | E::Backups)
        }
        Role::Unsigned
        | Role::UnknownKey
        | Role::RemovedClinician
        | Role::ReplacedPersona
        | Role::ForgottenPersona => endpoint == E::Status,
    }
}

fn denied(role: Role, route: &Route) -> Vec<ProblemCode> {
    use Endpoint as E;
    use ProblemCode as P;
    let certificate = matches!(
        route.allowed,
        Allowed::BearerOfPersonaCertificate
            | Allowed::BearerOfClinicianCertificate
            | Allowed::BearerOfBackupKey
    );
    if certificate {
        // The owner's certificate, or a persona's where a clinician's belongs.
        return match role {
            Role::Unsigned => vec![P::Unsigned, P::BadCertificate],
            _ => vec![P::BadSignature, P::BadCertificate],
        };
    }
    let for_personas = matches!(
        route.allowed,
        Allowed::Persona | Allowed::PersonaOrClinician | Allowed::PersonaOrBackupKey
    );
    let for_backup_keys = route.allowed == Allowed::PersonaOrBackupKey;
    let for_clinicians = matches!(route.allowed, Allowed::Clinician | Allowed::PersonaOrClinician);
    match role {
        Role::Unsigned => vec![P::Unsigned],
        // A forgotten key is one nobody knows.
        Role::UnknownKey | Role::ForgottenPersona => vec![P::BadSignature],
        Role::ReplacedPersona if for_personas => vec![P::PersonaReplaced],
        Role::ExpiredPersona if for_personas && !route.endpoint.outlives_certificate() => {
            vec![P::CertificateExpired]
        }
        Role::RemovedClinician if for_clinicians => vec![P::ClinicianRemoved],
        Role::Owner | Role::OtherPersona | Role::ExpiredPersona | Role::ReplacedPersona
            if !for_personas =>
        {
            vec![P::NotAllowed]
        }
        Role::Grantee | Role::OtherClinician | Role::RemovedClinician if !for_clinicians => {
            vec![P::NotAllowed]
        }
        Role::BackupKey | Role::OtherBackupKey if !for_backup_keys => vec![P::NotAllowed],
        // The right role, somebody else's object: signatures betray what is signed, and what is
        // only named is not there.
        _ => match route.endpoint {
            E::PostRecords => vec![P::BadRecord],
            E::PostEpoch | E::Revoke => vec![P::BadSignature],
            E::PostGrant => vec![P::BadGrant],
            // Somebody else's statement, and a version that needs somebody else's pack.
            E::Replace => vec![P::BadReplacement, P::NotFound],
            E::PutBackup => vec![P::BackupIncomplete],
            _ => vec![P::NotFound],
        },
    }
}

struct World {
    clinic: Clinic,
    clock: Arc<TestClock>,
    served: Served,
    owner: Patient,
    other: Patient,
    expired: Patient,
    unknown: Patient,
    grantee: Doctor,
    other_doctor: Doctor,
    removed: Doctor,
    /// The owner continues this one,
    replaced: Patient,
    /// and the other persona this one.
    replaced_by_other: Patient,
    forgotten: Patient,
    backup_key: SigningKey,
    other_backup_key: SigningKey,
    chart: Chart,
    other_chart: Chart,
    /// Numbers what must be new every time.
    asked: u64,
    _dir: tempfile::TempDir,
}

fn world() -> World {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let expired = clinic.patient_at(START - EPOCH_SECONDS);
    clock.set(expired.certificate.valid().end - 10);
    let client = served.client(&clinic, &clock);
    let (owner, other, unknown) = (clinic.patient(), clinic.patient(), clinic.patient());
    for patient in [&owner, &other, &expired] {
        client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    }
    let doctors = ["One", "Two", "Three"].map(|name| clinic.doctor(name));
    for doctor in &doctors {
        client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    }
    let [replaced, replaced_by_other, forgotten] = [(); 3].map(|()| clinic.patient());
    for patient in [&replaced, &replaced_by_other, &forgotten] {
        client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    }
    for (lost, next) in [(&replaced, &owner), (&replaced_by_other, &other)] {
        let statement = lost.replaced_by(&clinic, next, START);
        client.replace(&next.signing, &statement, "replace-0001").unwrap();
    }
    client.forget(&forgotten.signing, &forgotten.forget(&clinic)).unwrap();
    let [grantee, other_doctor, removed] = doctors;
    let [key, other_key] = [&grantee, &other_doctor].map(|doctor| {
        let key = backup_key();
        client.put_backup_key(&key, &doctor.vouch_for(&clinic, &key)).unwrap();
        key
    });
    let hash = removed.certificate.hash();
    served.block_on(served.relay.set_removed(vec![hash])).unwrap();
    clock.advance(20);
    let charts = [(&owner, 7), (&other, 8)].map(|(patient, version)| {
        let mut chart = patient.chart();
        let statement = patient.epoch_statement(&chart, None);
        client.open_epoch(&patient.signing, &statement, "epoch-0001").unwrap();
        client.upload(&patient.signing, &patient.batch(&mut chart, 2), "upload-0001").unwrap();
        let (packs, manifest) = (vec![backup_pack(patient)], b"manifest".to_vec());
        let pack = backup_bytes(patient);
        client.put_backup_pack(&patient.signing, &pack, "pack-0001").unwrap();
        let backup = PostBackup { sequence: version, packs, manifest };
        client.put_backup(&patient.signing, &backup, "backup-0001").unwrap();
        chart
    });
    let [chart, other_chart] = charts;
    World {
        clinic,
        clock,
        served,
        owner,
        other,
        expired,
        unknown,
        grantee,
        other_doctor,
        removed,
        replaced,
        replaced_by_other,
        forgotten,
        backup_key: key,
        other_backup_key: other_key,
        chart,
        other_chart,
        asked: 0,
        _dir: dir,
    }
}

impl World {
    fn key(&self, role: Role) -> Option<&SigningKey> {
        match role {
            Role::Unsigned => None,
            Role::UnknownKey => Some(&self.unknown.signing),
            Role::Owner => Some(&self.owner.signing),
            Role::OtherPersona => Some(&self.other.signing),
            Role::ExpiredPersona => Some(&self.expired.signing),
            Role::Grantee => Some(&self.grantee.signing),
            Role::OtherClinician => Some(&self.other_doctor.signing),
            Role::RemovedClinician => Some(&self.removed.signing),
            Role::ReplacedPersona => Some(&self.replaced.signing),
            Role::ForgottenPersona => Some(&self.forgotten.signing),
            Role::BackupKey => Some(&self.backup_key),
            Role::OtherBackupKey => Some(&self.other_backup_key),
        }
    }

    /// Whose the object is and whom it is shared with.
    fn parties(&self, object: Object) -> (&Patient, &Chart, &Doctor) {
        match object {
            Object::Others => (&self.other, &self.other_chart, &self.other_doctor),
            _ => (&self.owner, &self.chart, &self.grantee),
        }
    }

    /// Asks with a request that would succeed from the right party, about a fresh grant of the
    /// object's owner; about nobody's, the same with ids that were never given.
    fn ask(&mut self, role: Role, route: &Route, object: Object) -> Result<(), ClientError> {
        self.asked += 1;
        let grant = fresh_grant();
        let client = self.served.stranger(&self.clinic, &self.clock);
        let nobodys = object == Object::Nobodys;
        let (patient, chart, doctor) = self.parties(object);
        let unknown = patient.chart();
        let chart = if nobodys { &unknown } else { chart };
        let post = patient.grant(grant, 0, doctor, &[chart], START + 30 * DAY);
        // Only where it is asked about: letters that wait for one doctor are bounded.
        let asked = matches!(route.endpoint, Endpoint::Grant | Endpoint::Revoke | Endpoint::Access);
        if asked && !nobodys {
            client.grant(&patient.signing, &post, &format!("grant-{grant}")).unwrap();
        }
        let id = self.object(route.endpoint, object).unwrap_or_else(|| grant.to_string());
        let path = route.path.replace("{id}", &id);
        let statement = |statement| json(Method::POST, &path, &PostStatement { statement });
        let compartment = chart.compartment;
        let call = match route.endpoint {
            Endpoint::Status
            | Endpoint::ListGrants
            | Endpoint::Grant
            | Endpoint::Messages
            | Endpoint::Accesses
            | Endpoint::Compartments
            | Endpoint::ReplacedAccesses
            | Endpoint::ReplacedGrants
            | Endpoint::BackupPack
            | Endpoint::Backups
            | Endpoint::Backup => Call::fetch(&path, 1 << 20),
            Endpoint::PutPersona | Endpoint::PutClinician => {
                let certificate = patient.certificate.raw().to_vec();
                json(Method::PUT, &path, &PutCertificate { certificate })
            }
            Endpoint::PinEpoch => {
                json(Method::POST, &path, &EpochObject { object: self.clinic.epoch_object(START) })
            }
            Endpoint::PostRecords => return self.upload(role, object),
            Endpoint::Replace => {
                let gone = self.clinic.patient();
                if !nobodys {
                    client.put_persona(&gone.signing, gone.certificate.raw()).unwrap();
                }
                statement(gone.replaced_by(&self.clinic, patient, START))
            }
            Endpoint::Forget => {
                // Not the owner herself, whom the other cells need.
                let gone = self.clinic.patient();
                client.put_persona(&gone.signing, gone.certificate.raw()).unwrap();
                let call = json(Method::POST, &path, &gone.forget(&self.clinic));
                return match object.seen_by(role) {
                    Role::Owner => self.send_with(Some(&gone.signing), call),
                    _ => self.send(role, call),
                };
            }
            Endpoint::PutBackupKey => {
                let key = match object {
                    Object::Others => &self.other_backup_key,
                    _ => &self.backup_key,
                };
                json(Method::PUT, &path, &doctor.vouch_for(&self.clinic, key))
            }
            Endpoint::ForgetBackupKey => {
                // Not the one that the other cells need.
                let gone = backup_key();
                if !nobodys {
                    let certified = self.clinic.doctor("Four");
                    client
                        .put_backup_key(&gone, &certified.vouch_for(&self.clinic, &gone))
                        .unwrap();
                }
                let call = json(Method::POST, &path, &forget_backup(&self.clinic, &gone));
                return match object.seen_by(role) {
                    Role::BackupKey => self.send_with(Some(&gone), call),
                    _ => self.send(role, call),
                };
            }
            Endpoint::PutBackupPack => Call::binary(&path, b"sealed".to_vec(), 1 << 20),
            Endpoint::PutBackup => {
                let pack = if nobodys { UNKNOWN_PACK } else { backup_pack(patient) };
                let (packs, manifest) = (vec![pack], b"manifest".to_vec());
                let sequence = 1_000 + self.asked;
                json(Method::POST, &path, &PostBackup { sequence, packs, manifest })
            }
            Endpoint::PostEpoch => {
                let chart = patient.chart();
                statement(patient.epoch_statement(&chart, None))
            }
            Endpoint::PostGrant => json(Method::POST, &path, &post),
            Endpoint::Revoke => statement(patient.revocation(grant)),
            Endpoint::AckMessages => json(Method::POST, &path, &AckMessages { through: 0 }),
            Endpoint::Access => {
                let wanted = PostAccess { grant_id: grant, compartment, after: vec![], limit: 1 };
                json(Method::POST, &path, &wanted)
            }
            Endpoint::OwnRecords => {
                let wanted =
                    PostOwnRecords { compartment, after: vec![], limit: 1, payloads: false };
                json(Method::POST, &path, &wanted)
            }
        };
        self.send(role, call)
    }

    /// The object in paths that name no grant.
    fn object(&self, endpoint: Endpoint, object: Object) -> Option<String> {
        let [replaced, pack, version] = match object {
            Object::Owners => [
                self.replaced.id().to_string(),
                backup_pack(&self.owner).to_string(),
                "7".to_owned(),
            ],
            Object::Others => [
                self.replaced_by_other.id().to_string(),
                backup_pack(&self.other).to_string(),
                "8".to_owned(),
            ],
            Object::Nobodys => {
                [self.unknown.id().to_string(), UNKNOWN_PACK.to_string(), "9".to_owned()]
            }
        };
        match endpoint {
            Endpoint::ReplacedAccesses | Endpoint::ReplacedGrants => Some(replaced),
            Endpoint::BackupPack => Some(pack),
            Endpoint::Backup => Some(version),
            _ => None,
        }
    }

    /// The next record of the object's owner, or one in a compartment that is not there.
    fn upload(&mut self, role: Role, object: Object) -> Result<(), ClientError> {
        let (patient, chart, _) = self.parties(object);
        let mut chart = match object {
            Object::Nobodys => patient.chart(),
            _ => copy(patient, chart),
        };
        let batch = patient.batch(&mut chart, 1).to_bytes().unwrap();
        self.send(role, Call::binary("/v1/records", batch, 1 << 20))?;
        // Taken: the chart goes on from here.
        match object {
            Object::Owners => self.chart = chart,
            Object::Others => self.other_chart = chart,
            Object::Nobodys => {}
        }
        Ok(())
    }

    fn send(&self, role: Role, call: Call<'_>) -> Result<(), ClientError> {
        self.send_with(self.key(role), call)
    }

    fn send_with(&self, key: Option<&SigningKey>, call: Call<'_>) -> Result<(), ClientError> {
        let clock: Arc<dyn UnixClock> = Arc::clone(&self.clock) as _;
        let http = HttpClient::new(&self.served.url, self.clinic.service, clock).unwrap();
        match key {
            Some(key) => http.bytes(key, call).map(drop),
            None => http.open_json::<serde_json::Value>(call).map(drop),
        }
    }
}

fn copy(patient: &Patient, chart: &Chart) -> Chart {
    let Chart { compartment, epoch, device, ref head, .. } = *chart;
    let key = DelegatingKey::derive(&patient.master, patient.id(), compartment, epoch);
    Chart { compartment, epoch, device, key, head: head.clone() }
}

/// A pack nobody stored.
const UNKNOWN_PACK: BackupPackId = BackupPackId([9; 32]);

/// The pack a persona's backup needs.
fn backup_bytes(patient: &Patient) -> Vec<u8> {
    [b"sealed pack of ".as_slice(), patient.id().as_bytes()].concat()
}

fn backup_pack(patient: &Patient) -> BackupPackId {
    BackupPackId(Sha256::digest(backup_bytes(patient)).into())
}

fn json<'a, T: serde::Serialize>(method: Method, path: &'a str, body: &T) -> Call<'a> {
    Call::json(method, path, body, 1 << 20).unwrap()
}

#[test]
fn every_cell_is_denied_unless_it_is_listed() {
    let mut world = world();
    let mut cells = 0;
    for (route, object) in
        routes().iter().flat_map(|route| OBJECTS.map(|object| (route.clone(), object)))
    {
        for role in ROLES {
            let outcome = world.ask(role, &route, object);
            let cell = format!("{role:?} × {:?} × {object:?}", route.endpoint);
            let seen_as = object.seen_by(role);
            let missing = object == Object::Nobodys && names_an_object(route.endpoint);
            let passes = allowed(seen_as, route.endpoint);
            match (passes && !missing, outcome) {
                (true, Ok(())) => {}
                (true, Err(error)) => panic!("{cell} must pass, but: {error}"),
                (false, Ok(())) => panic!("{cell} must be refused, but passed"),
                (false, Err(error)) => {
                    let code = error.problem().unwrap_or_else(|| panic!("{cell}: {error}"));
                    let expected = match passes && missing {
                        // Whoever might, if it were there, learns that it is not.
                        true if route.endpoint == Endpoint::PutBackup => {
                            vec![ProblemCode::BackupIncomplete]
                        }
                        true => vec![ProblemCode::NotFound],
                        false => denied(seen_as, &route),
                    };
                    assert!(expected.contains(&code), "{cell}: {code}");
                }
            }
            cells += 1;
        }
    }
    assert_eq!(cells, ROLES.len() * OBJECTS.len() * routes().len());
}

#[test]
fn what_is_not_in_the_table_does_not_exist() {
    let world = world();
    for (path, code) in [
        ("/", ProblemCode::NotFound),
        ("/v1", ProblemCode::NotFound),
        ("/v1/status/", ProblemCode::NotFound),
        ("/v1/metrics", ProblemCode::NotFound),
        ("/v1/../v1/secret", ProblemCode::NotFound),
        ("/v1/epochs", ProblemCode::MethodNotAllowed),
    ] {
        let refused = world.send(Role::Owner, Call::fetch(path, 1 << 16)).unwrap_err();
        assert_eq!(refused.problem(), Some(code), "{path}");
    }
}

#[test]
fn absent_and_not_yours_are_told_alike() {
    let world = world();
    let client = world.served.client(&world.clinic, &world.clock);
    let grant = fresh_grant();
    let post = world.owner.grant(grant, 0, &world.grantee, &[&world.chart], START + 30 * DAY);
    client.grant(&world.owner.signing, &post, "grant-0001").unwrap();
    let problem = |id| match client.grant_detail(&world.other_doctor.signing, id).unwrap_err() {
        ClientError::Problem(problem) => problem,
        other => panic!("{other}"),
    };
    assert_eq!(problem(grant), problem(fresh_grant()));
    let access = |id| {
        let compartment = world.chart.compartment;
        let wanted = PostAccess { grant_id: id, compartment, after: vec![], limit: 1 };
        match client.access(&world.other_doctor.signing, &wanted).unwrap_err() {
            ClientError::Problem(problem) => problem,
            other => panic!("{other}"),
        }
    };
    assert_eq!(access(grant), access(fresh_grant()));
}
