//! A folder of built pages on a loopback port, under the policy the shell gives them.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::Failure;

/// A page that shows the built one, with the same query, in a frame of 320 pixels.
pub const NARROW: &str = "narrow.html";

/// Where `cargo xtask test` builds the interface with its invented backend.
#[must_use]
pub fn gallery() -> PathBuf {
    match std::env::var_os("KEYWARD_GALLERY") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/gallery"),
    }
}

/// Serves a folder until the process ends.
#[derive(Debug)]
pub struct Pages {
    url: String,
}

impl Pages {
    /// Serves `folder` on a port of the system's choice.
    pub fn serve(folder: &Path) -> Result<Self, Failure> {
        if !folder.join("index.html").is_file() {
            return Err(Failure::NotBuilt("the interface with invented data".into()));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new((folder.to_path_buf(), policy()?));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                // A browser that went away is no failure of the pages.
                std::thread::spawn(move || drop(answer(stream, &shared.0, &shared.1)));
            }
        });
        Ok(Self { url })
    }

    /// Address without a path.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// The content security policy of `tauri.conf.json` as a header.
fn policy() -> Result<String, Failure> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tauri.conf.json");
    let unreadable = || Failure::Story("tauri.conf.json has no policy".into());
    let configuration: Value =
        serde_json::from_str(&std::fs::read_to_string(file)?).map_err(|_| unreadable())?;
    let policy = configuration["app"]["security"]["csp"].as_object().ok_or_else(unreadable)?;
    let parts =
        policy.iter().map(|(name, value)| format!("{name} {}", value.as_str().unwrap_or("'none'")));
    Ok(parts.collect::<Vec<_>>().join("; "))
}

fn answer(mut stream: TcpStream, folder: &Path, policy: &str) -> std::io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request.split_whitespace().nth(1).unwrap_or("/");
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = path.trim_start_matches('/');
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let found = match path.to_str() {
        Some(NARROW) => Some(frame(query).into_bytes()),
        _ if inside => std::fs::read(folder.join(path)).ok(),
        _ => None,
    };
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let body = found.unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
         Content-Security-Policy: {policy}\r\nCache-Control: max-age=600\r\n\r\n",
        kind(path),
        body.len()
    )?;
    stream.write_all(&body)
}

/// The query comes from the runner and holds letters, `=` and `&` only.
fn frame(query: &str) -> String {
    let query = query.replace('&', "&amp;");
    format!(
        "<!doctype html><html lang=en><title>Narrow</title><meta name=color-scheme content=light>\
         <iframe title=Narrow src='/index.html?{query}' width=320 height=760></iframe>"
    )
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
