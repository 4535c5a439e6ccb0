//! The log: standard error, lines for people or JSON. What a line may hold is decided where it is
//! written: never an id, a key, a name or an address of somebody who uses the service.

use crate::config::{Format, Level, Log};
use tracing_subscriber::EnvFilter;

/// Begins the log. The configuration alone decides: an environment must not change it silently.
pub(crate) fn begin(log: Log) {
    let level = match log.level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    };
    // What libraries say in detail was not written with the rule above in mind.
    let ours = ["keyward_server", "keyward_relay", "keyward_relay_api", "keyward_authority"];
    let filter = ours.map(|name| format!("{name}={level}")).join(",");
    let filter = EnvFilter::new(format!("warn,{filter}"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        Format::Text => lines.with_ansi(false).init(),
        Format::Json => lines.json().flatten_event(true).init(),
    }
    if std::env::var_os("RUST_LOG").is_some() {
        tracing::warn!("RUST_LOG is set and not used: [log] in the configuration decides");
    }
}
