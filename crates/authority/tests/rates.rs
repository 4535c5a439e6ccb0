//! Rates, over real HTTP: how often one key and one address may ask each endpoint, that a flood by
//! one starves nobody else, how a refusal looks, and that it ends with time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use keyward_authority::{Authority, AuthorityLimits, Operator};
use keyward_protocol::{
    invitation::Purpose,
    keys::SigningKey,
    request::{RequestParts, body_digest, sign_request},
};
use keyward_relay_api::{
    http::server::{Rate, SteadyClock},
    problem::{MEDIA_TYPE, Problem, ProblemCode},
};
use reqwest::Method;
use support::{Clinic, Device, Door, Keys, Served, enrol, routes};

const HERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const NONE: Rate = Rate::NONE;

/// A steady clock the test moves.
#[derive(Default)]
struct Stopwatch(AtomicU64);

impl SteadyClock for Stopwatch {
    fn elapsed(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct World {
    clinic: Clinic,
    second: SigningKey,
    watch: Arc<Stopwatch>,
}

fn world(per_key: Rate, per_address: Rate) -> World {
    let dir = tempfile::tempdir().unwrap();
    let (keys, second) = (Keys::new(), support::key());
    let watch = Arc::new(Stopwatch::default());
    let mut config = keys.config(dir.path(), "Sample Clinic", "this-computer:relay");
    let key = second.verifying_key().clone();
    config.operators.push(Operator { name: "Second desk".into(), key });
    let steady = Arc::clone(&watch) as _;
    let limits = AuthorityLimits { per_key, per_address, steady, ..AuthorityLimits::default() };
    let authority = Authority::open_with(config, limits).unwrap();
    let served = Served::start(authority.clone(), keys.clock.clone());
    World { clinic: Clinic { served, authority, keys, dir }, second, watch }
}

/// Status, `Retry-After` and the problem, if it is one.
type Answered = (u16, Option<u64>, Option<Problem>);

fn is_limited(answered: &Answered) -> bool {
    answered.2.as_ref().is_some_and(|problem| problem.code == ProblemCode::RateLimited)
}

impl World {
    /// One request on a connection of its own.
    fn ask(
        &self,
        from: Ipv4Addr,
        key: Option<&SigningKey>,
        method: &Method,
        path: &str,
    ) -> Answered {
        self.send(from, key, method, path, if *method == Method::GET { "" } else { "{}" })
    }

    fn send(
        &self,
        from: Ipv4Addr,
        key: Option<&SigningKey>,
        method: &Method,
        path: &str,
        body: &str,
    ) -> Answered {
        let mut request = reqwest::Client::builder()
            .no_proxy()
            .local_address(IpAddr::V4(from))
            .build()
            .unwrap()
            .request(method.clone(), format!("{}{path}", self.clinic.served.url))
            .header("content-type", "application/json");
        if let Some(key) = key {
            let parts = RequestParts {
                method: method.as_str(),
                path_and_query: path,
                body_digest: body_digest(body.as_bytes()),
                service_id: self.clinic.authority.service_id(),
                idempotency_key: None,
            };
            let headers = sign_request(key, &parts, support::NOW, &mut support::rng()).unwrap();
            for (name, value) in headers.iter() {
                request = request.header(name, value);
            }
        }
        let body = body.to_owned();
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(
            async {
                let response = request.body(body).send().await.unwrap();
                let status = response.status().as_u16();
                let header = |name| response.headers().get(name).map(|it| it.to_str().unwrap());
                let retry_after = header("retry-after").map(|text| text.parse().unwrap());
                let is_problem = header("content-type") == Some(MEDIA_TYPE);
                let body = response.bytes().await.unwrap();
                (status, retry_after, is_problem.then(|| serde_json::from_slice(&body).unwrap()))
            },
        )
    }

    fn enrolled(&self) -> SigningKey {
        let (_, invitation) = self.clinic.invited();
        let device = Device::patient();
        enrol(&self.clinic.served, &invitation.code, Purpose::Patient, &device).answer();
        SigningKey::from_bytes(&device.signing().expose_secret()).unwrap()
    }
}

#[test]
fn each_signed_endpoint_has_its_rate_per_key_and_gives_it_back_with_time() {
    let world = world(Rate::new(2, 4), NONE);
    let devices = [world.enrolled(), world.enrolled()];
    // What setting up took is given back.
    world.watch.0.fetch_add(60, Ordering::SeqCst);
    for (method, path, door) in routes() {
        let (one, other) = match door {
            // Behind the second one the key stands in a body that this test does not make.
            Door::Anyone | Door::Bearer => continue,
            Door::Device => (&devices[0], &devices[1]),
            Door::Operator => (world.clinic.operator(), &world.second),
        };
        let ask = |key| world.ask(HERE, Some(key), &method, &path);
        for n in 0..4 {
            assert!(!is_limited(&ask(one)), "{method} {path}: request {n}");
        }
        let (status, retry_after, problem) = ask(one);
        let problem = problem.expect("a problem document");
        assert_eq!((status, problem.code), (429, ProblemCode::RateLimited), "{method} {path}");
        assert_eq!((retry_after, problem.retry_after), (Some(1), Some(1)), "{method} {path}");
        assert!(!is_limited(&ask(other)), "{method} {path}: another key is starved");
        world.watch.0.fetch_add(1, Ordering::SeqCst);
        assert!(!is_limited(&ask(one)) && !is_limited(&ask(one)), "{method} {path}: after waiting");
        assert!(is_limited(&ask(one)), "{method} {path}: more than it gained");
    }
}

#[test]
fn each_endpoint_has_its_rate_per_address_and_another_address_is_not_starved() {
    let world = world(NONE, Rate::new(1, 3));
    for (method, path, _) in routes() {
        let ask = |from| is_limited(&world.ask(from, None, &method, &path));
        assert!((0..3).all(|_| !ask(HERE)), "{method} {path}");
        assert!(ask(HERE), "{method} {path}: no limit");
        assert!(!ask(ELSEWHERE), "{method} {path}: another address is starved");
        world.watch.0.fetch_add(1, Ordering::SeqCst);
        assert!(!ask(HERE), "{method} {path}: after waiting");
    }
}

#[test]
fn a_flood_by_one_key_leaves_its_address_to_the_others() {
    let world = world(Rate::new(1, 4), Rate::new(1, 20));
    let ask = |key| world.ask(HERE, Some(key), &Method::GET, "/v1/desk/clinicians");
    assert_eq!((0..60).filter(|_| !is_limited(&ask(world.clinic.operator()))).count(), 4);
    for _ in 0..4 {
        assert_eq!(ask(&world.second).0, 200, "the flood was charged to everybody");
    }
}

#[test]
fn one_address_guessing_codes_keeps_nobody_else_from_enrolling() {
    let world = world(NONE, NONE);
    let guess = |from, handle: u16| {
        let body = format!(r#"{{"handle":{handle},"share":"AA"}}"#);
        world.send(from, None, &Method::POST, "/v1/enrol/start", &body)
    };
    let limited = (0..200).filter(|n| is_limited(&guess(HERE, *n % 1000))).count();
    assert_eq!(limited, 170, "thirty a minute");
    assert!(!is_limited(&guess(ELSEWHERE, 7)), "another address is starved");
    world.clinic.keys.clock.set(support::NOW + 60);
    assert!(!is_limited(&guess(HERE, 1)), "a minute later");
}
