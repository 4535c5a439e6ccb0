//! Who sends: one patient, one doctor, and requests made before they are due.

use super::size::Size;
use super::support::{self, Chart, Clinic, DAY, Doctor, Patient, START, TestClock};
use keyward_protocol::ids::{DeviceId, GrantId};
use keyward_protocol::keys::SigningKey;
use keyward_protocol::request::{RequestParts, body_digest, sign_request};
use keyward_relay_api::batch::UploadBatch;
use keyward_relay_api::client::RelayClient;
use keyward_relay_api::limits::MAX_RECORDS;
use keyward_relay_api::types::PostAccess;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Devices per compartment, so that every upload has a chain of its own.
const DEVICES: usize = 60;

pub(super) struct Generator {
    clinic: Clinic,
    pub(super) client: RelayClient,
    url: String,
    pub(super) http: reqwest::Client,
    pub(super) runtime: tokio::runtime::Runtime,
    pub(super) patient: Patient,
    pub(super) doctor: Doctor,
    pub(super) size: Size,
    /// The server's process.
    server: u32,
}

pub(super) type Prepared = Vec<reqwest::Request>;

/// What became of one request.
pub(super) struct Fate {
    pub(super) status: u16,
    /// Whether a refusal says when to come again.
    pub(super) told_when: bool,
    /// How long after its moment it left: what the generator itself is late.
    pub(super) late: Duration,
    /// From its moment to the whole answer.
    pub(super) latency: Duration,
}

impl Fate {
    pub(super) fn is_good(&self) -> bool {
        self.status == 200
    }

    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.status, 429 | 503)
    }
}

/// A share of latencies, in milliseconds.
pub(super) fn latency_ms<'a>(fates: impl IntoIterator<Item = &'a Fate>, share: f64) -> f64 {
    percentile(fates.into_iter().map(|fate| fate.latency).collect(), share)
}

/// A share of times, in milliseconds.
pub(super) fn percentile(mut times: Vec<Duration>, share: f64) -> f64 {
    times.sort_unstable();
    let index = ((times.len() as f64 - 1.0) * share).round() as usize;
    times.get(index).map_or(0.0, |it| it.as_secs_f64() * 1e3)
}

impl Generator {
    /// Makes patient and doctor known to a relay, process `server`, of the clinic with this secret.
    pub(super) fn new(url: &str, secret: &str, server: u32, size: Size) -> Generator {
        let clinic = Clinic::from_secret(secret);
        let clock: Arc<dyn keyward_relay::UnixClock> = TestClock::new();
        let client = RelayClient::new(url, clinic.service, clock).unwrap();
        let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic"));
        client.pin_credential_epoch(patient.object.clone()).unwrap();
        client.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
        client.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let http = reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap();
        let url = url.to_owned();
        Generator { clinic, client, url, http, runtime, patient, doctor, size, server }
    }

    /// Memory in bytes and file handles of the server.
    pub(super) fn weight(&self) -> (u64, usize) {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.server)).unwrap();
        let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.server)).unwrap().count();
        (pages * 4096, files)
    }

    /// Sends on schedule, each from its moment on, and gives what became of each, in order.
    pub(super) fn fire(&self, requests: Prepared, rate: f64) -> Vec<Fate> {
        self.runtime.block_on(async {
            let begin = Instant::now() + Duration::from_millis(50);
            let mut under_way = Vec::with_capacity(requests.len());
            for (i, request) in requests.into_iter().enumerate() {
                let due = begin + Duration::from_secs_f64(i as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                under_way.push(tokio::spawn(one(self.http.clone(), request, due)));
            }
            let mut fates = Vec::with_capacity(under_way.len());
            for one in under_way {
                fates.push(one.await.unwrap());
            }
            fates
        })
    }

    /// Uploads of one record of about 1 KiB each, every one on a chain of its own.
    pub(super) fn uploads(&self, n: usize) -> Prepared {
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

    pub(super) fn shared_chart(&self, records: usize) -> (GrantId, Chart) {
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

    pub(super) fn accesses(&self, n: usize, grant_id: GrantId, chart: &Chart) -> Prepared {
        let limit = MAX_RECORDS as u32;
        let wanted = PostAccess { grant_id, compartment: chart.compartment, after: vec![], limit };
        let body = serde_json::to_vec(&wanted).unwrap();
        (0..n).map(|_| self.signed(&self.doctor.signing, "/v1/access", body.clone())).collect()
    }

    fn signed(&self, key: &SigningKey, path: &str, body: Vec<u8>) -> reqwest::Request {
        self.request("POST", key, path, body)
    }

    pub(super) fn request(
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

/// One request that was due at a moment.
async fn one(http: reqwest::Client, request: reqwest::Request, due: Instant) -> Fate {
    let late = due.elapsed();
    let (status, told_when) = match http.execute(request).await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let told_when = answer.headers().contains_key("retry-after");
            let whole = answer.bytes().await.is_ok();
            (if whole { status } else { 0 }, told_when)
        }
        Err(_) => (0, false),
    };
    Fate { status, told_when, late, latency: due.elapsed() }
}
