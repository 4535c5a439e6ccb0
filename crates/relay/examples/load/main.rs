//! Open-loop load on a relay: requests leave on schedule whether or not earlier ones have been
//! answered, and latency counts from the scheduled moment, so a stalled server cannot hide its
//! stall. Server and generator are processes of their own, each pinned to one core.
//!
//! `cargo run --release -p keyward-relay --example load [-- SECONDS_PER_STEP]` prints JSON; with
//! `-- overload` (`cargo xtask load`) and `-- soak REQUESTS` (`cargo xtask soak`) see the modules:
//! `relay.uploads_per_s` (durable single-record uploads), `relay.reencrypt_per_s` (records
//! re-encrypted, logged and answered), `relay.p99_ms` (uploads, at the sustained rate), and every
//! step behind them. What `overload` and `soak` must satisfy is printed beside the figures, and the program
//! ends with 1 if something does not hold.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, reason = "a measurement")]
#![allow(clippy::cast_possible_truncation, clippy::large_futures, reason = "a measurement")]

mod overload;
mod soak;
#[path = "../../tests/support/mod.rs"]
mod support;
mod verdict;

use keyward_protocol::ids::{DeviceId, GrantId, ServiceId};
use keyward_protocol::keys::SigningKey;
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use keyward_relay::Relay;
use keyward_relay_api::batch::UploadBatch;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::types::PostAccess;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::{Chart, Clinic, DAY, Doctor, Patient, START, TestClock, config};

/// Devices per compartment, so that every upload has a chain of its own.
const DEVICES: usize = 60;
/// Records in one access.
const RECORDS: usize = 100;
/// A rate is sustained if this share of its requests was answered well and in time.
const SUSTAINED: f64 = 0.99;
/// Later than this means that a queue is building up: the rate is not sustained.
const TOO_LATE: Duration = Duration::from_millis(250);
/// Records in the large chart that is fetched whole.
const CHART: usize = 1_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["server", dir, secret] => {
            serve(Path::new(dir), secret);
            ExitCode::SUCCESS
        }
        ["generate", url, secret, server, what @ ..] => {
            let generator = Generator::new(url, secret, server.parse().unwrap());
            let report = match what {
                ["overload"] => overload::run(generator),
                ["soak", requests] => soak::run(&generator, requests.parse().unwrap()),
                [seconds] => generate(generator, seconds.parse().unwrap()),
                _ => panic!("what?"),
            };
            println!("{report}");
            ExitCode::SUCCESS
        }
        [] => orchestrate(&["3"]),
        what @ (["overload"] | ["soak", _] | [_]) => orchestrate(what),
        _ => panic!("usage: load [SECONDS_PER_STEP | overload | soak REQUESTS]"),
    }
}

/// Starts both processes and prints what they found; each gets a core of its own if `taskset` is there.
fn orchestrate(what: &[&str]) -> ExitCode {
    let clinic = Clinic::new();
    let secret = hex::encode(clinic.authority.expose_secret().as_slice());
    let secret = format!("{secret}{}", clinic.service);
    let dir = tempfile::tempdir().unwrap();
    let pinned = Command::new("taskset").arg("-V").stdout(Stdio::null()).status().is_ok()
        && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let folder = dir.path().to_str().unwrap();
    let mut server = start(pinned.then_some("0"), &["server", folder, &secret]);
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let id = server.id().to_string();
    let arguments = [&["generate", url.trim(), &secret, &id], what].concat();
    let mut generator = start(pinned.then_some("1"), &arguments);
    let report = std::io::read_to_string(generator.stdout.take().unwrap()).unwrap();
    assert!(generator.wait().unwrap().success(), "the generator failed");
    drop(server.stdin.take());
    server.wait().unwrap();
    let mut report: Value = serde_json::from_str(&report).unwrap();
    report["pinned"] = json!(pinned);
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    match report["failed"].as_array() {
        Some(failed) if !failed.is_empty() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

fn start(core: Option<&str>, arguments: &[&str]) -> Child {
    let this = std::env::current_exe().unwrap();
    let mut command = match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["-c", core]).arg(this);
            command
        }
        None => Command::new(this),
    };
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn clinic(secret: &str) -> Clinic {
    let bytes = hex::decode(secret).unwrap();
    let (authority, service) = bytes.split_at(32);
    Clinic {
        authority: SigningKey::from_bytes(authority.try_into().unwrap()).unwrap(),
        service: ServiceId::from_bytes(service.try_into().unwrap()),
    }
}

/// Serves until its standard input closes.
fn serve(dir: &Path, secret: &str) {
    let mut config = config(&clinic(secret), &TestClock::new(), dir);
    // Everything comes from one address here, which stands for many.
    config.limits.listen.connections = 8_192;
    config.limits.listen.per_network = 8_192;
    config.limits.bounds.compartments = 100_000;
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let relay = Relay::open(config).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}", listener.local_addr().unwrap());
        let stop = async {
            let read = || std::io::read_to_string(std::io::stdin());
            let _ = tokio::task::spawn_blocking(read).await;
        };
        relay.serve(listener, stop).await;
    });
}

struct Generator {
    clinic: Clinic,
    client: RelayClient,
    url: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    patient: Patient,
    doctor: Doctor,
    step: Duration,
    /// The server's process.
    server: u32,
}

fn generate(mut it: Generator, seconds: u64) -> Value {
    it.step = Duration::from_secs(seconds);
    let uploads = it.climb(50.0, |it, n| it.uploads(n));
    let (grant, chart) = it.shared_chart(RECORDS);
    let chart_ms = it.whole_chart_ms();
    let accesses = it.climb(5.0, |it, n| it.accesses(n, grant, &chart));
    json!({
        "relay.uploads_per_s": uploads.sustained,
        "relay.p99_ms": uploads.p99_ms,
        "relay.reencrypt_per_s": accesses.sustained * RECORDS as f64,
        "relay.reencrypt_p99_ms": accesses.p99_ms,
        "relay.chart_1000_ms": chart_ms,
        "records_per_access": RECORDS,
        "seconds_per_step": seconds,
        "uploads": uploads.steps,
        "accesses": accesses.steps,
    })
}

struct Climb {
    sustained: f64,
    p99_ms: f64,
    steps: Vec<Value>,
}

type Prepared = Vec<reqwest::Request>;

/// What became of one request.
struct Fate {
    status: u16,
    /// Whether a refusal says when to come again.
    told_when: bool,
    latency: Duration,
}

impl Fate {
    fn is_good(&self) -> bool {
        self.status == 200
    }
}

/// A share of latencies, in milliseconds.
fn percentile(latencies: &mut [Duration], share: f64) -> f64 {
    latencies.sort_unstable();
    let index = ((latencies.len() as f64 - 1.0) * share).round() as usize;
    latencies.get(index).map_or(0.0, |it| it.as_secs_f64() * 1e3)
}

impl Generator {
    fn new(url: &str, secret: &str, server: u32) -> Generator {
        let clinic = clinic(secret);
        let clock: Arc<dyn keyward_relay::UnixClock> = TestClock::new();
        let client = RelayClient::new(url, clinic.service, clock).unwrap();
        let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
        client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
        client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
        let (url, step) = (url.to_owned(), Duration::from_secs(3));
        Generator { clinic, client, url, http, runtime, patient, doctor, step, server }
    }

    /// Memory in bytes and file handles of the server.
    fn weight(&self) -> (u64, usize) {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.server)).unwrap();
        let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.server)).unwrap().count();
        (pages * 4096, files)
    }

    /// Doubles the rate until it is not sustained, then goes on in fifths from the last good one.
    fn climb(&self, first: f64, prepare: impl Fn(&Generator, usize) -> Prepared) -> Climb {
        let mut climb = Climb { sustained: 0.0, p99_ms: 0.0, steps: Vec::new() };
        let (mut rate, mut factor) = (first, 2.0);
        loop {
            let n = (rate * self.step.as_secs_f64()).ceil() as usize;
            let requests = prepare(self, n);
            let fates = self.fire(requests, rate);
            let in_time = |fate: &&Fate| fate.is_good() && fate.latency < TOO_LATE;
            let good = fates.iter().filter(in_time).count();
            let mut latencies: Vec<Duration> = fates.iter().map(|fate| fate.latency).collect();
            let mut at = |share: f64| percentile(&mut latencies, share);
            climb.steps.push(json!({
                "offered_per_s": rate, "requests": n, "answered_in_time": good,
                "p50_ms": at(0.5), "p99_ms": at(0.99),
            }));
            if good as f64 >= n as f64 * SUSTAINED {
                climb.sustained = rate;
                climb.p99_ms = at(0.99);
            } else if factor > 1.5 && climb.sustained > 0.0 {
                factor = 1.2;
                rate = climb.sustained;
            } else {
                return climb;
            }
            rate *= factor;
        }
    }

    /// Sends on schedule, each from its moment on, and gives what became of each, in order.
    fn fire(&self, requests: Prepared, rate: f64) -> Vec<Fate> {
        self.runtime.block_on(async {
            let begin = Instant::now() + Duration::from_millis(50);
            let mut under_way = Vec::with_capacity(requests.len());
            for (i, request) in requests.into_iter().enumerate() {
                let due = begin + Duration::from_secs_f64(i as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                let http = self.http.clone();
                under_way.push(tokio::spawn(async move {
                    let (status, told_when) = match http.execute(request).await {
                        Ok(answer) => {
                            let status = answer.status().as_u16();
                            let told_when = answer.headers().contains_key("retry-after");
                            let whole = answer.bytes().await.is_ok();
                            (if whole { status } else { 0 }, told_when)
                        }
                        Err(_) => (0, false),
                    };
                    Fate { status, told_when, latency: due.elapsed() }
                }));
            }
            let mut fates = Vec::with_capacity(under_way.len());
            for one in under_way {
                fates.push(one.await.unwrap());
            }
            fates
        })
    }

    /// Uploads of one record of about 1 KiB each, every one on a chain of its own.
    fn uploads(&self, n: usize) -> Prepared {
        let mut prepared = Vec::with_capacity(n);
        let content = [b'x'; 900];
        while prepared.len() < n {
            let mut chart = self.patient.chart();
            self.open(&chart);
            for _ in 0..DEVICES.min(n - prepared.len()) {
                chart.device = DeviceId::random(&mut rand::rng());
                let records = vec![self.patient.seal(&mut chart, &content)];
                let batch = UploadBatch { heads: vec![], records };
                let body = batch.to_bytes().unwrap();
                prepared.push(self.signed(&self.patient.signing, "/v1/records", body));
            }
        }
        prepared
    }

    fn open(&self, chart: &Chart) {
        let statement = self.patient.epoch_statement(chart, None);
        let name = chart.epoch.to_string();
        self.client.open_epoch(&self.patient.signing, &statement, &name).unwrap();
    }

    /// Median time of one access to 1 000 records, from the call to the decoded answer.
    fn whole_chart_ms(&self) -> f64 {
        let (grant_id, chart) = self.shared_chart(CHART);
        let limit = CHART as u32;
        let mut times: Vec<Duration> = (0..7)
            .map(|_| {
                let compartment = chart.compartment;
                let wanted = PostAccess { grant_id, compartment, after: vec![], limit };
                let begin = Instant::now();
                let answer = self.client.access(&self.doctor.signing, &wanted).unwrap();
                assert_eq!(answer.records.len(), CHART);
                begin.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2].as_secs_f64() * 1e3
    }

    fn shared_chart(&self, records: usize) -> (GrantId, Chart) {
        let mut chart = self.patient.chart();
        self.open(&chart);
        let batch = self.patient.batch(&mut chart, records);
        let name = chart.compartment.to_string();
        self.client.upload(&self.patient.signing, &batch, &name).unwrap();
        let grant = support::fresh_grant();
        let post = self.patient.grant(grant, 0, &self.doctor, &[&chart], START + DAY);
        self.client.grant(&self.patient.signing, &post, &grant.to_string()).unwrap();
        (grant, chart)
    }

    fn accesses(&self, n: usize, grant_id: GrantId, chart: &Chart) -> Prepared {
        let limit = RECORDS as u32;
        let wanted = PostAccess { grant_id, compartment: chart.compartment, after: vec![], limit };
        let body = serde_json::to_vec(&wanted).unwrap();
        (0..n).map(|_| self.signed(&self.doctor.signing, "/v1/access", body.clone())).collect()
    }

    fn signed(&self, key: &SigningKey, path: &str, body: Vec<u8>) -> reqwest::Request {
        self.request("POST", key, path, body)
    }

    fn request(
        &self,
        method: &'static str,
        key: &SigningKey,
        path: &str,
        body: Vec<u8>,
    ) -> reqwest::Request {
        let parts = RequestParts {
            method,
            path_and_query: path,
            body_digest: body_digest(&body),
            service_id: self.clinic.service,
            idempotency_key: None,
        };
        let headers = sign_request(key, &parts, START, &mut rand::rng()).unwrap();
        let media = match path {
            "/v1/records" => keyward_relay_api::http::BINARY,
            _ => keyward_relay_api::http::JSON,
        };
        let url = format!("{}{path}", self.url);
        let method = method.parse().unwrap();
        let mut request = self.http.request(method, url).header("content-type", media);
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        request.body(body).build().unwrap()
    }
}
