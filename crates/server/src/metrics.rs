//! What is counted, for Prometheus. Labels come from closed lists: an endpoint of the table of
//! routes, a method, a status. No id, key, name or address is ever a label.

use keyward_relay_api::http::server::{Connection, Observer};
use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use std::time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    endpoint: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Endpoint {
    endpoint: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Version {
    version: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// What goes up and down, set when somebody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Level {
    Personas,
    Clinicians,
    LiveGrants,
    Messages,
    StoredBytes,
    DatabaseBytes,
    FreeBytes,
}

const LEVELS: [(Level, &str, &str); 7] = [
    (Level::Personas, "personas", "Personas known"),
    (Level::Clinicians, "clinicians", "Certificates of clinicians known"),
    (Level::LiveGrants, "live_grants", "Grants neither stopped nor expired"),
    (Level::Messages, "messages", "Letters waiting in mailboxes"),
    (Level::StoredBytes, "stored_bytes", "Bytes of payloads and backups of all personas"),
    (Level::DatabaseBytes, "database_bytes", "Size of database and write-ahead log"),
    (Level::FreeBytes, "free_bytes", "Free space where the folder lies"),
];

/// Everything that is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    answers: Family<Answered, Counter>,
    seconds: Family<Endpoint, Histogram>,
    open: Gauge,
    refused: Family<Kind, Counter>,
    levels: Vec<Gauge>,
    memory: Gauge,
    files: Gauge,
}

fn histogram() -> Histogram {
    // Half a millisecond to half a minute.
    Histogram::new(exponential_buckets(0.0005, 2.0, 17))
}

impl Metrics {
    pub(crate) fn new() -> Metrics {
        let mut registry = Registry::with_prefix("keyward");
        let answers = Family::<Answered, Counter>::default();
        let seconds = Family::<Endpoint, Histogram>::new_with_constructor(histogram);
        let (open, memory, files) = (Gauge::default(), Gauge::default(), Gauge::default());
        let refused = Family::<Kind, Counter>::default();
        let build = Family::<Version, Gauge>::default();
        build.get_or_create(&Version { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("requests", "Requests answered", answers.clone());
        registry.register("request_seconds", "Time from head to answer", seconds.clone());
        registry.register("connections_open", "Connections now", open.clone());
        registry.register("connections_refused", "Connections closed at once", refused.clone());
        registry.register("build_info", "The version that runs", build);
        registry.register("resident_bytes", "Memory of the process", memory.clone());
        registry.register("open_files", "File handles of the process", files.clone());
        let levels = LEVELS
            .iter()
            .map(|(_, name, help)| {
                let gauge = Gauge::default();
                registry.register(*name, *help, gauge.clone());
                gauge
            })
            .collect();
        Metrics { registry, answers, seconds, open, refused, levels, memory, files }
    }

    pub(crate) fn set(&self, level: Level, value: u64) {
        if let Some(gauge) = self.levels.get(level as usize) {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
    }

    /// The text Prometheus reads.
    pub(crate) fn text(&self) -> String {
        self.look_at_process();
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = prometheus_text::encode(&mut text, &self.registry);
        text
    }

    fn look_at_process(&self) {
        let pages = std::fs::read_to_string("/proc/self/statm").ok();
        let resident = pages.and_then(|text| text.split(' ').nth(1)?.parse::<i64>().ok());
        if let Some(resident) = resident {
            self.memory.set(resident.saturating_mul(4096));
        }
        if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
            // Less the one that is read here.
            self.files.set(i64::try_from(open.count()).unwrap_or(i64::MAX).saturating_sub(1));
        }
    }
}

impl Observer for Metrics {
    fn connection(&self, event: Connection) {
        let refused = |kind| self.refused.get_or_create(&Kind { kind }).inc();
        match event {
            Connection::Opened => {
                self.open.inc();
            }
            Connection::Closed => {
                self.open.dec();
            }
            Connection::TooMany => {
                refused("too-many");
            }
            Connection::HandshakeFailed => {
                refused("handshake");
            }
        }
    }

    fn answered(&self, endpoint: &str, method: &'static str, status: u16, took: Duration) {
        let endpoint = if endpoint.is_empty() { "none" } else { endpoint };
        let seconds = Endpoint { endpoint: endpoint.to_owned() };
        self.seconds.get_or_create(&seconds).observe(took.as_secs_f64());
        let answered = Answered { endpoint: endpoint.to_owned(), method, status };
        self.answers.get_or_create(&answered).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_was_counted() {
        let metrics = Metrics::new();
        metrics.answered("/v1/grants/{id}", "GET", 404, Duration::from_millis(3));
        metrics.answered("", "other", 405, Duration::from_millis(3));
        metrics.connection(Connection::Opened);
        metrics.connection(Connection::TooMany);
        metrics.set(Level::FreeBytes, 77);
        let text = metrics.text();
        for line in [
            r#"keyward_requests_total{endpoint="/v1/grants/{id}",method="GET",status="404"} 1"#,
            r#"keyward_requests_total{endpoint="none",method="other",status="405"} 1"#,
            "keyward_connections_open 1",
            r#"keyward_connections_refused_total{kind="too-many"} 1"#,
            "keyward_free_bytes 77",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        // Order of the table and of the enumeration are one.
        for (n, (level, _, _)) in LEVELS.iter().enumerate() {
            assert_eq!(*level as usize, n);
        }
    }
}
