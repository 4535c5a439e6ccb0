//! What a connection may cost, over real sockets: slow, endless, oversized, too many.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::time::Duration;

use keyward_authority::{Authority, AuthorityLimits};
use keyward_relay_api::http::server::ListenLimits;
use support::{Keys, Served};

const LONG: Duration = Duration::from_secs(30);

struct World {
    served: Served,
    _dir: tempfile::TempDir,
}

fn world(listen: ListenLimits) -> World {
    let (dir, keys) = (tempfile::tempdir().unwrap(), Keys::new());
    let config = keys.config(dir.path(), "Sample Clinic", "this-computer:relay");
    let limits = AuthorityLimits { listen, ..AuthorityLimits::default() };
    let authority = Authority::open_with(config, limits).unwrap();
    World { served: Served::start(authority, keys.clock.clone()), _dir: dir }
}

impl World {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.served.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    fn status_from(&self, address: Ipv4Addr) -> u16 {
        let http = reqwest::Client::builder()
            .no_proxy()
            .local_address(IpAddr::V4(address))
            .build()
            .unwrap();
        let url = format!("{}/v1/status", self.served.url);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { http.get(url).send().await.unwrap().status().as_u16() })
    }
}

/// Reads until the other side closes; panics if it does not within [`LONG`].
fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        // The other side may close on what we are still sending.
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("still open: {error}"),
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let head = Duration::from_millis(300);
    let world = world(ListenLimits { head, ..ListenLimits::default() });
    let mut stream = world.connect();
    stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: x\r\n").unwrap();
    let drip = std::thread::spawn({
        let mut stream = stream.try_clone().unwrap();
        move || {
            while stream.write_all(b"x-slow: 1\r\n").is_ok() {
                std::thread::yield_now();
            }
        }
    });
    rest(&mut stream);
    drop(stream);
    drip.join().unwrap();
    assert_eq!(world.status_from(Ipv4Addr::LOCALHOST), 200);
}

#[test]
fn a_body_that_comes_too_slowly_is_given_up() {
    let world = world(ListenLimits::default());
    let mut stream = world.connect();
    let head = b"POST /v1/enrol/start HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf";
    stream.write_all(head).unwrap();
    let answer = rest(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[test]
fn an_announced_or_an_endless_body_beyond_the_bound_is_refused_without_being_kept() {
    let world = world(ListenLimits::default());
    let mut stream = world.connect();
    let head = b"POST /v1/enrol/start HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n";
    stream.write_all(head).unwrap();
    let answer = rest(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let mut stream = world.connect();
    let head = b"POST /v1/enrol/start HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head).unwrap();
    let sending = std::thread::spawn({
        let mut stream = stream.try_clone().unwrap();
        move || {
            let mut sent = 0_usize;
            let chunk = [b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat();
            while sent < (1 << 30) && stream.write_all(&chunk).is_ok() {
                sent += 0x1000;
            }
            sent
        }
    });
    let answer = rest(&mut stream);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(stream);
    assert!(sending.join().unwrap() < (64 << 20), "a body without end was taken");
}

#[test]
fn one_address_cannot_take_every_connection() {
    let limits = ListenLimits { connections: 16, per_network: 8, ..ListenLimits::default() };
    let world = world(limits);
    let mut held: Vec<TcpStream> = (0..40).map(|_| world.connect()).collect();
    assert_eq!(world.status_from(Ipv4Addr::new(127, 0, 0, 2)), 200, "somebody else is starved");
    let closed = held
        .iter_mut()
        .map(|stream| {
            stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            match stream.read(&mut [0]) {
                Ok(read) => read == 0,
                Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
            }
        })
        .filter(|closed| *closed)
        .count();
    assert!(closed >= 30, "only {closed} were closed");
}
