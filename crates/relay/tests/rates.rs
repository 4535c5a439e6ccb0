//! Rates, over real HTTP: how often one key and one address may ask each endpoint, that a flood by
//! one starves nobody else, how a refusal looks, and that it ends with time.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use axum::http::Method;
use keyward_protocol::keys::SigningKey;
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use keyward_relay::routes::{Allowed, Class, Endpoint, Route, routes};
use keyward_relay::{Limits, Rate, Rates, SteadyClock};
use keyward_relay_api::problem::{MEDIA_TYPE, Problem, ProblemCode};
use keyward_relay_api::types::PutCertificate;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use support::{Clinic, Doctor, Patient, START, Served, TestClock, config};

const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// A steady clock the test moves.
#[derive(Default)]
struct Stopwatch(AtomicU64);

impl Stopwatch {
    fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl SteadyClock for Stopwatch {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct World {
    clinic: Clinic,
    watch: Arc<Stopwatch>,
    served: Served,
    _dir: tempfile::TempDir,
}

fn world(per_key: Rates, per_address: Rates) -> World {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let watch = Arc::new(Stopwatch::default());
    let mut config = config(&clinic, &clock, dir.path());
    config.limits = Limits { per_key, per_address, ..Limits::default() };
    config.steady = Arc::clone(&watch) as _;
    let served = Served::start(config);
    served.client(&clinic, &clock);
    // What that took of the rates is there again.
    watch.advance(3_600);
    World { served, clinic, watch, _dir: dir }
}

/// Rates that differ by class, so that a mix-up shows.
fn small() -> Rates {
    Rates {
        open: Rate::new(1, 2),
        read: Rate::new(1, 3),
        write: Rate::new(2, 4),
        access: Rate::new(1, 5),
        certificate: Rate::new(3, 6),
    }
}

/// What came back: status, `Retry-After`, the problem if it is one.
struct Answered {
    status: u16,
    retry_after: Option<u64>,
    problem: Option<Problem>,
}

impl Answered {
    fn is_limited(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::RateLimited)
    }
}

struct Ask<'a> {
    from: Ipv4Addr,
    forwarded: Option<&'a str>,
    key: Option<&'a SigningKey>,
    method: Method,
    path: &'a str,
    content_type: &'static str,
    body: Vec<u8>,
    forged: bool,
}

impl World {
    fn known_patient(&self) -> Patient {
        let patient = self.clinic.patient();
        let body = certificate(patient.certificate.raw());
        let answer =
            self.ask(Ask { body, ..Ask::by(&patient.signing, Method::PUT, "/v1/persona") });
        assert_eq!(answer.status, 200);
        patient
    }

    fn known_doctor(&self) -> Doctor {
        let doctor = self.clinic.doctor("Dr Synthetic");
        let body = certificate(doctor.certificate.raw());
        let answer =
            self.ask(Ask { body, ..Ask::by(&doctor.signing, Method::PUT, "/v1/clinician") });
        assert_eq!(answer.status, 200);
        doctor
    }

    /// One request on a connection of its own.
    fn ask(&self, ask: Ask<'_>) -> Answered {
        let mut request = reqwest::Client::builder()
            .no_proxy()
            .local_address(IpAddr::V4(ask.from))
            .build()
            .unwrap()
            .request(ask.method.clone(), format!("{}{}", self.served.url, ask.path))
            .header("content-type", ask.content_type);
        if let Some(forwarded) = ask.forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        if let Some(key) = ask.key {
            let parts = RequestParts {
                method: ask.method.as_str(),
                path_and_query: ask.path,
                body_digest: body_digest(&ask.body),
                service_id: self.clinic.service,
                idempotency_key: None,
            };
            let headers = sign_request(key, &parts, START, &mut rand::rng()).unwrap();
            for (name, value) in headers.iter() {
                request = request.header(name, value);
            }
        }
        let body = if ask.forged { b"other".to_vec() } else { ask.body };
        self.served.block_on(async {
            let response = request.body(body).send().await.unwrap();
            let status = response.status().as_u16();
            let header = |name| response.headers().get(name).map(|it| it.to_str().unwrap());
            let retry_after = header("retry-after").map(|text| text.parse().unwrap());
            let is_problem = header("content-type") == Some(MEDIA_TYPE);
            let body = response.bytes().await.unwrap();
            let problem = is_problem.then(|| serde_json::from_slice(&body).unwrap());
            Answered { status, retry_after, problem }
        })
    }
}

impl<'a> Ask<'a> {
    fn by(key: &'a SigningKey, method: Method, path: &'a str) -> Ask<'a> {
        let content_type = "application/json";
        let (from, forwarded, key) = (HERE, None, Some(key));
        Ask { from, forwarded, key, method, path, content_type, body: vec![], forged: false }
    }
}

fn certificate(raw: &[u8]) -> Vec<u8> {
    serde_json::to_vec(&PutCertificate { certificate: raw.to_vec() }).unwrap()
}

/// Somebody who may use the endpoint, and what she sends: well signed, if not always useful.
fn someone(world: &World, route: &Route) -> (SigningKey, Vec<u8>) {
    match route.allowed {
        Allowed::Anyone => (world.clinic.patient().signing, vec![]),
        Allowed::BearerOfPersonaCertificate => {
            let patient = world.clinic.patient();
            let body = match route.endpoint {
                Endpoint::Forget => serde_json::to_vec(&patient.forget(&world.clinic)).unwrap(),
                _ => certificate(patient.certificate.raw()),
            };
            (patient.signing, body)
        }
        Allowed::BearerOfClinicianCertificate => {
            let doctor = world.clinic.doctor("Dr Synthetic");
            (doctor.signing, certificate(doctor.certificate.raw()))
        }
        Allowed::BearerOfBackupKey => {
            let (doctor, key) = (world.clinic.doctor("Dr Synthetic"), support::backup_key());
            let body = match route.endpoint {
                Endpoint::ForgetBackupKey => {
                    serde_json::to_vec(&support::forget_backup(&world.clinic, &key))
                }
                _ => serde_json::to_vec(&doctor.vouch_for(&world.clinic, &key)),
            };
            (key, body.unwrap())
        }
        Allowed::Persona | Allowed::PersonaOrClinician | Allowed::PersonaOrBackupKey => {
            (world.known_patient().signing, vec![])
        }
        Allowed::Clinician => (world.known_doctor().signing, vec![]),
    }
}

#[test]
fn each_endpoint_has_its_rate_per_key_and_gives_it_back_with_time() {
    let per_address = Limits::without_rates().per_address;
    let world = world(small(), per_address);
    for route in routes().into_iter().filter(|route| route.allowed != Allowed::Anyone) {
        let rate = small().of(route.class);
        let path = route.path.replace("{id}", &support::fresh_grant().to_string());
        let ((one, body_of_one), (other, body_of_other)) =
            (someone(&world, &route), someone(&world, &route));
        let ask = |key, body: &Vec<u8>| {
            world.ask(Ask { body: body.clone(), ..Ask::by(key, route.method.clone(), &path) })
        };
        let name = format!("{:?}", route.endpoint);
        for n in 0..rate.burst {
            assert!(!ask(&one, &body_of_one).is_limited(), "{name}: request {n}");
        }
        for _ in 0..3 {
            let refused = ask(&one, &body_of_one);
            let problem = refused.problem.expect("a problem document");
            assert_eq!((refused.status, problem.status), (429, 429), "{name}");
            assert_eq!(problem.code, ProblemCode::RateLimited, "{name}");
            assert_eq!((refused.retry_after, problem.retry_after), (Some(1), Some(1)), "{name}");
        }
        assert!(!ask(&other, &body_of_other).is_limited(), "{name}: another key is starved");
        world.watch.advance(1);
        for n in 0..rate.per_second {
            assert!(!ask(&one, &body_of_one).is_limited(), "{name}: second {n} after waiting");
        }
        assert!(ask(&one, &body_of_one).is_limited(), "{name}: more than it gained");
    }
}

#[test]
fn each_endpoint_has_its_rate_per_address_and_another_address_is_not_starved() {
    let none = Limits::without_rates().per_key;
    let world = world(none, small());
    for route in routes() {
        let rate = small().of(route.class);
        let path = route.path.replace("{id}", &support::fresh_grant().to_string());
        let ask = |from| {
            let key = None;
            let (method, content_type) = (route.method.clone(), "application/json");
            world.ask(Ask {
                from,
                forwarded: None,
                key,
                method,
                path: &path,
                content_type,
                body: vec![],
                forged: false,
            })
        };
        let name = format!("{:?}", route.endpoint);
        for n in 0..rate.burst {
            assert!(!ask(HERE).is_limited(), "{name}: request {n}");
        }
        let refused = ask(HERE);
        assert!(refused.is_limited() && refused.retry_after == Some(1), "{name}");
        assert!(!ask(ELSEWHERE).is_limited(), "{name}: another address is starved");
        world.watch.advance(1);
        assert!(!ask(HERE).is_limited(), "{name}: after waiting");
    }
}

#[test]
fn behind_a_proxy_people_are_told_apart_and_nobody_chooses_whom_he_is_counted_as() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&clinic, &clock, dir.path());
    config.limits = Limits { per_address: small(), ..Limits::without_rates() };
    config.limits.listen.proxies = [IpAddr::V4(HERE)].into();
    config.steady = Arc::new(Stopwatch::default());
    let watch = Arc::new(Stopwatch::default());
    let world = World { served: Served::start(config), clinic, watch, _dir: dir };
    let nobody = world.clinic.patient().signing;
    let ask = |from, forwarded| {
        let ask = Ask::by(&nobody, Method::GET, "/v1/status");
        world.ask(Ask { from, forwarded: Some(forwarded), key: None, ..ask }).is_limited()
    };
    assert!(!ask(HERE, "192.0.2.1") && !ask(HERE, "192.0.2.1") && ask(HERE, "192.0.2.1"));
    assert!(!ask(HERE, "192.0.2.2"), "two people behind the proxy are one");
    // What somebody writes in front of the proxy's word counts for nothing.
    assert!(ask(HERE, "198.51.100.7, 192.0.2.1"));
    // And who is no proxy is not believed at all.
    assert!(!ask(ELSEWHERE, "192.0.2.8") && !ask(ELSEWHERE, "192.0.2.9"));
    assert!(ask(ELSEWHERE, "192.0.2.10"));
}

#[test]
fn a_flood_by_one_key_leaves_its_address_to_the_others() {
    let read = Rate::new(1, 4);
    let per_key = Rates { read, ..Limits::without_rates().per_key };
    // Less than the flood, more than what honest use of three keys needs.
    let per_address = Rates { read: Rate::new(1, 20), ..Limits::without_rates().per_address };
    let world = world(per_key, per_address);
    let (loud, quiet) = (world.known_patient(), world.known_patient());
    let ask = |key| world.ask(Ask::by(key, Method::GET, "/v1/grants"));
    let passed = (0..60).filter(|_| !ask(&loud.signing).is_limited()).count();
    assert_eq!(passed, 4);
    for _ in 0..4 {
        assert_eq!(ask(&quiet.signing).status, 200, "the flood was charged to everybody");
    }
}

#[test]
fn a_flood_from_many_keys_is_bounded_by_its_address_and_starves_no_other() {
    let per_address = Rates { read: Rate::new(1, 20), ..Limits::without_rates().per_address };
    let world = world(Limits::without_rates().per_key, per_address);
    let known = world.known_patient();
    let strangers: Vec<SigningKey> =
        (0..60).map(|_| SigningKey::generate(&mut rand::rng()).unwrap()).collect();
    let ask = |key, from| world.ask(Ask { from, ..Ask::by(key, Method::GET, "/v1/grants") });
    assert_eq!(strangers.iter().filter(|key| !ask(key, HERE).is_limited()).count(), 20);
    assert!(ask(&known.signing, HERE).is_limited(), "one address, one bound");
    for _ in 0..20 {
        assert_eq!(ask(&known.signing, ELSEWHERE).status, 200, "another address is starved");
    }
}

#[test]
fn what_others_sign_in_a_keys_name_is_not_charged_to_it() {
    let per_key = Rates { read: Rate::new(1, 3), ..Limits::without_rates().per_key };
    let world = world(per_key, Limits::without_rates().per_address);
    let patient = world.known_patient();
    for _ in 0..10 {
        let ask = Ask::by(&patient.signing, Method::GET, "/v1/grants");
        let refused = world.ask(Ask { forged: true, ..ask });
        assert_ne!(refused.status, 200);
    }
    for _ in 0..3 {
        assert_eq!(world.ask(Ask::by(&patient.signing, Method::GET, "/v1/grants")).status, 200);
    }
}

#[test]
fn a_long_upload_does_not_keep_its_owner_from_taking_back() {
    let per_key = Rates { write: Rate::new(1, 3), ..Limits::without_rates().per_key };
    let world = world(per_key, Limits::without_rates().per_address);
    let patient = world.known_patient();
    while !world.ask(Ask::by(&patient.signing, Method::POST, "/v1/records")).is_limited() {}
    let path = format!("/v1/grants/{}/revoke", support::fresh_grant());
    assert!(!world.ask(Ask::by(&patient.signing, Method::POST, &path)).is_limited());
}

#[test]
fn a_refused_upload_of_many_megabytes_reads_why() {
    let per_key = Rates { write: Rate::new(1, 1), ..Limits::without_rates().per_key };
    let world = world(per_key, Limits::without_rates().per_address);
    let patient = world.known_patient();
    let ask = || Ask {
        content_type: "application/vnd.keyward.batch",
        body: vec![7; 30 << 20],
        ..Ask::by(&patient.signing, Method::POST, "/v1/records")
    };
    assert!(!world.ask(ask()).is_limited());
    assert!(world.ask(ask()).is_limited());
}

#[test]
fn the_rates_a_relay_starts_with_are_limits() {
    let Limits { per_key, per_address, .. } = Limits::default();
    for class in [Class::Open, Class::Read, Class::Write, Class::Access, Class::Certificate] {
        let (key, address) = (per_key.of(class), per_address.of(class));
        assert!(key.burst < u32::MAX && key.per_second > 0 && address.burst < u32::MAX);
        // An address holds many keys.
        assert!(address.per_second > key.per_second && address.burst > key.burst);
    }
}
