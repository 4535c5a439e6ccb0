//! Role × endpoint × object, made from the one table of routes: every cell is denied unless it is
//! listed here.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use axum::http::Method;
use keyward_protocol::keys::SigningKey;
use keyward_relay::routes::{Allowed, Endpoint, Route, routes};
use keyward_relay_api::http::{Call, ClientError, HttpClient, UnixClock};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{
    AckMessages, PostAccess, PostOwnRecords, PostStatement, PutCertificate,
};
use std::sync::Arc;
use support::{Chart, Clinic, DAY, Doctor, Patient, START, Served, TestClock, config, fresh_grant};

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
}

const ROLES: [Role; 8] = [
    Role::Unsigned,
    Role::UnknownKey,
    Role::Owner,
    Role::OtherPersona,
    Role::ExpiredPersona,
    Role::Grantee,
    Role::OtherClinician,
    Role::RemovedClinician,
];

/// The cells that are allowed, for the object of the owner. Everything else must be refused, and
/// with the code that [`denied`] says.
fn allowed(role: Role, endpoint: Endpoint) -> bool {
    use Endpoint as E;
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
        ),
        Role::Grantee => matches!(
            endpoint,
            E::Status | E::ListGrants | E::Grant | E::Messages | E::AckMessages | E::Access
        ),
        // Their own, empty lists; never the owner's object.
        Role::OtherPersona => matches!(endpoint, E::Status | E::ListGrants | E::Accesses),
        Role::OtherClinician => {
            matches!(endpoint, E::Status | E::ListGrants | E::Messages | E::AckMessages)
        }
        // Her own history; taking back is hers too, but this grant is not (see below).
        Role::ExpiredPersona => matches!(endpoint, E::Status | E::Accesses),
        Role::Unsigned | Role::UnknownKey | Role::RemovedClinician => endpoint == E::Status,
    }
}

fn denied(role: Role, route: &Route) -> Vec<ProblemCode> {
    use Endpoint as E;
    use ProblemCode as P;
    let certificate = matches!(
        route.allowed,
        Allowed::BearerOfPersonaCertificate | Allowed::BearerOfClinicianCertificate
    );
    if certificate {
        // The owner's certificate, or a persona's where a clinician's belongs.
        return match role {
            Role::Unsigned => vec![P::Unsigned, P::BadCertificate],
            _ => vec![P::BadSignature, P::BadCertificate],
        };
    }
    let for_personas = matches!(route.allowed, Allowed::Persona | Allowed::PersonaOrClinician);
    let for_clinicians = matches!(route.allowed, Allowed::Clinician | Allowed::PersonaOrClinician);
    match role {
        Role::Unsigned => vec![P::Unsigned],
        Role::UnknownKey => vec![P::BadSignature],
        Role::ExpiredPersona if for_personas && route.endpoint != E::Revoke => {
            vec![P::CertificateExpired]
        }
        Role::RemovedClinician if for_clinicians => vec![P::ClinicianRemoved],
        Role::Owner | Role::OtherPersona | Role::ExpiredPersona if !for_personas => {
            vec![P::NotAllowed]
        }
        Role::Grantee | Role::OtherClinician | Role::RemovedClinician if !for_clinicians => {
            vec![P::NotAllowed]
        }
        // The right role, somebody else's object: signatures betray what is signed, and what is
        // only named is not there.
        _ => match route.endpoint {
            E::PostRecords => vec![P::BadRecord],
            E::PostEpoch | E::Revoke => vec![P::BadSignature],
            E::PostGrant => vec![P::BadGrant],
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
    chart: Chart,
    _dir: tempfile::TempDir,
}

fn world() -> World {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let client = served.client(&clinic, &clock);
    let (owner, other, unknown) = (clinic.patient(), clinic.patient(), clinic.patient());
    let expired = clinic.patient_valid(START - DAY, START + 10);
    for patient in [&owner, &other, &expired] {
        client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    }
    let doctors = ["One", "Two", "Three"].map(|name| clinic.doctor(name));
    for doctor in &doctors {
        client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    }
    let [grantee, other_doctor, removed] = doctors;
    let hash = removed.certificate.hash();
    served.block_on(served.relay.set_removed(vec![hash])).unwrap();
    clock.advance(20);
    let mut chart = owner.chart();
    let statement = owner.epoch_statement(&chart, None);
    client.open_epoch(&owner.signing, &statement, "epoch-0001").unwrap();
    client.upload(&owner.signing, &owner.batch(&mut chart, 2), "upload-0001").unwrap();
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
        chart,
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
        }
    }

    /// Asks with a request that would succeed from the right party, about a fresh grant of the
    /// owner's to the grantee.
    fn ask(&mut self, role: Role, route: &Route) -> Result<(), ClientError> {
        let grant = fresh_grant();
        let client = self.served.client(&self.clinic, &self.clock);
        let post = self.owner.grant(grant, 0, &self.grantee, &[&self.chart], START + DAY);
        if route.endpoint != Endpoint::PostGrant {
            client.grant(&self.owner.signing, &post, &format!("grant-{grant}")).unwrap();
        }
        let path = route.path.replace("{id}", &grant.to_string());
        let statement = |statement| json(Method::POST, &path, &PostStatement { statement });
        let call = match route.endpoint {
            Endpoint::Status
            | Endpoint::ListGrants
            | Endpoint::Grant
            | Endpoint::Messages
            | Endpoint::Accesses => Call::fetch(&path, 1 << 20),
            Endpoint::PutPersona | Endpoint::PutClinician => {
                let certificate = self.owner.certificate.raw().to_vec();
                json(Method::PUT, &path, &PutCertificate { certificate })
            }
            Endpoint::PostRecords => {
                // The owner's next record; only she moves the chart.
                let batch = self.owner.batch(&mut self.chart, 1).to_bytes().unwrap();
                let call = Call::binary(&path, batch, 1 << 20);
                let outcome = self.send(role, call);
                if outcome.is_err() {
                    self.rebuild_chart();
                }
                return outcome;
            }
            Endpoint::PostEpoch => {
                let chart = self.owner.chart();
                statement(self.owner.epoch_statement(&chart, None))
            }
            Endpoint::PostGrant => json(Method::POST, &path, &post),
            Endpoint::Revoke => statement(self.owner.revocation(grant)),
            Endpoint::AckMessages => json(Method::POST, &path, &AckMessages { through: 0 }),
            Endpoint::Access => {
                let compartment = self.chart.compartment;
                let wanted = PostAccess { grant_id: grant, compartment, after: vec![], limit: 1 };
                json(Method::POST, &path, &wanted)
            }
            Endpoint::OwnRecords => {
                let compartment = self.chart.compartment;
                let wanted =
                    PostOwnRecords { compartment, after: vec![], limit: 1, payloads: false };
                json(Method::POST, &path, &wanted)
            }
        };
        self.send(role, call)
    }

    /// A compartment of its own after a refused upload, whose record the head already counts.
    fn rebuild_chart(&mut self) {
        let client = self.served.client(&self.clinic, &self.clock);
        let mut chart = self.owner.chart();
        let statement = self.owner.epoch_statement(&chart, None);
        let name = format!("epoch-{}", chart.epoch);
        client.open_epoch(&self.owner.signing, &statement, &name).unwrap();
        let batch = self.owner.batch(&mut chart, 1);
        client.upload(&self.owner.signing, &batch, &format!("up-{}", chart.epoch)).unwrap();
        self.chart = chart;
    }

    fn send(&self, role: Role, call: Call<'_>) -> Result<(), ClientError> {
        let clock: Arc<dyn UnixClock> = Arc::clone(&self.clock) as _;
        let http = HttpClient::new(&self.served.url, self.clinic.service, clock).unwrap();
        match self.key(role) {
            Some(key) => http.bytes(key, call).map(drop),
            None => http.open_json::<serde_json::Value>(call).map(drop),
        }
    }
}

fn json<'a, T: serde::Serialize>(method: Method, path: &'a str, body: &T) -> Call<'a> {
    Call::json(method, path, body, 1 << 20).unwrap()
}

#[test]
fn every_cell_is_denied_unless_it_is_listed() {
    let mut world = world();
    let mut cells = 0;
    for route in routes() {
        for role in ROLES {
            let outcome = world.ask(role, &route);
            let cell = format!("{role:?} × {:?}", route.endpoint);
            match (allowed(role, route.endpoint), outcome) {
                (true, Ok(())) => {}
                (true, Err(error)) => panic!("{cell} must pass, but: {error}"),
                (false, Ok(())) => panic!("{cell} must be refused, but passed"),
                (false, Err(error)) => {
                    let code = error.problem().unwrap_or_else(|| panic!("{cell}: {error}"));
                    assert!(denied(role, &route).contains(&code), "{cell}: {code}");
                }
            }
            cells += 1;
        }
    }
    assert_eq!(cells, ROLES.len() * routes().len());
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
    let post = world.owner.grant(grant, 0, &world.grantee, &[&world.chart], START + DAY);
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
