//! TLS on the service's own listener: versions, renewal, and what costs a stranger more than it
//! costs the service.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(unix)]

mod support;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};
use support::{LONG, Running, Site, fetch, refused};

const TLS: &str = "beyond_this_computer = \"tls\"\nconnections = 64\nconnections_per_network = 16\n\
                   [listen.tls]\ncertificate_file = \"tls.crt\"\nkey_file = \"tls.key\"";

/// Writes a fresh certificate and its key; gives the certificate.
fn certify(site: &Site) -> String {
    let names = vec!["127.0.0.1".to_owned()];
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    write(site, &cert.pem(), &signing_key);
    cert.pem()
}

fn write(site: &Site, certificate: &str, key: &KeyPair) {
    let path = site.path().join("tls.key");
    std::fs::write(&path, key.serialize_pem()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::fs::write(site.path().join("tls.crt"), certificate).unwrap();
}

fn trusting(certificate: &str) -> reqwest::ClientBuilder {
    let root = reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap();
    reqwest::Client::builder().no_proxy().tls_certs_only([root])
}

fn status(running: &Running, http: reqwest::ClientBuilder) -> Option<u16> {
    fetch(&http.build().unwrap(), &format!("{}/v1/status", running.url)).map(|it| it.0)
}

fn connect(running: &Running) -> TcpStream {
    let stream = TcpStream::connect(running.url.trim_start_matches("https://")).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream
}

#[test]
fn it_speaks_tls_from_1_2_on_and_nothing_else() {
    let site = Site::new();
    let certificate = certify(&site);
    site.configure(TLS, "");
    let running = site.run();
    use reqwest::tls::Version;
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let http = trusting(&certificate).tls_version_min(version).tls_version_max(version);
        assert_eq!(status(&running, http), Some(200), "{version:?}");
    }
    // Somebody who trusts others only.
    let other = generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap().cert.pem();
    assert_eq!(status(&running, trusting(&other)), None);
    // No plain HTTP.
    let mut stream = connect(&running);
    stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    // A hello of TLS 1.1 gets the alert "protocol version" (70).
    let mut stream = connect(&running);
    let mut hello = vec![3, 2];
    hello.extend_from_slice(&[7; 32]);
    hello.extend_from_slice(&[0, 0, 4, 0xc0, 0x13, 0x00, 0x2f, 1, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    let mut record = vec![22, 3, 1, 0, length + 4, 1, 0, 0, length];
    record.extend_from_slice(&hello);
    stream.write_all(&record).unwrap();
    let mut alert = [0; 7];
    stream.read_exact(&mut alert).unwrap();
    assert_eq!((alert[0], alert[5]), (21, 2), "no fatal alert: {alert:?}");
    running.stop();
}

#[test]
fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
    let site = Site::new();
    let first = certify(&site);
    site.configure(TLS, "");
    let running = site.run();
    assert_eq!(status(&running, trusting(&first)), Some(200));
    let second = certify(&site);
    running.signal("-HUP");
    running.wait_for("the TLS certificate was read again");
    assert_eq!(status(&running, trusting(&second)), Some(200));
    assert_eq!(status(&running, trusting(&first)), None);
    // A certificate with another one's key, as while a renewal is half done.
    write(&site, &second, &KeyPair::generate().unwrap());
    running.signal("-HUP");
    running.wait_for("the old ones stay");
    assert_eq!(status(&running, trusting(&second)), Some(200));
    running.stop();
}

#[test]
fn files_that_cannot_be_used_keep_it_from_starting() {
    let site = Site::new();
    let certificate = certify(&site);
    site.configure(TLS, "");
    let refuse = || refused(&["relay", "--config", "relay.toml"], site.path());
    let key = site.path().join("tls.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refuse().contains("other users can read this key"));
    write(&site, &certificate, &KeyPair::generate().unwrap());
    assert!(refuse().contains("tls.crt: cannot be used for TLS"));
    std::fs::write(site.path().join("tls.crt"), "rubbish").unwrap();
    assert!(refuse().contains("tls.crt: cannot be used for TLS"));
    std::fs::remove_file(&key).unwrap();
    assert!(refuse().contains("tls.key: cannot be read"));
    assert!(!site.path().join("relay").exists());
}

#[test]
fn strangers_who_do_not_speak_lose_their_connections_and_nobody_elses() {
    let site = Site::new();
    let certificate = certify(&site);
    site.configure(TLS, "");
    let running = site.run();
    // More than one network may hold: silent ones, talkative ones, half a hello.
    let mut held: Vec<TcpStream> = (0..40).map(|_| connect(&running)).collect();
    for (n, stream) in held.iter_mut().enumerate() {
        let _ = match n % 3 {
            0 => stream.write_all(&[22, 3, 1, 0, 200, 1]),
            1 => stream.write_all(b"GET / HTTP/1.1\r\n"),
            _ => Ok(()),
        };
    }
    // From another address of this computer: not starved.
    let elsewhere = trusting(&certificate).local_address(std::net::IpAddr::from([127, 0, 0, 2]));
    assert_eq!(status(&running, elsewhere), Some(200));
    let began = Instant::now();
    for stream in &mut held {
        // Closed by the service, each of them, without a word from us.
        let closed = match stream.read_to_end(&mut Vec::new()) {
            Ok(_) => true,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        };
        assert!(closed, "still open after {:?}", began.elapsed());
    }
    assert_eq!(status(&running, trusting(&certificate)), Some(200));
    running.page_until("/metrics", |_, text| text.contains("kind=\"too-many\""));
    running.page_until("/metrics", |_, text| text.contains("kind=\"handshake\""));
    running.stop();
    assert!(began.elapsed() < LONG + Duration::from_secs(60));
}
