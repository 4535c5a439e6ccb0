//! What a connection may cost, over real sockets: slow, endless, oversized, too many; and the end
//! of a service with requests under way.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_relay::Limits;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};
use support::{Clinic, Served, TestClock, config};

const LONG: Duration = Duration::from_secs(20);

struct World {
    served: Served,
    _dir: tempfile::TempDir,
}

fn world(change: impl FnOnce(&mut Limits)) -> World {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&clinic, &clock, dir.path());
    change(&mut config.limits);
    World { served: Served::start(config), _dir: dir }
}

impl World {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.served.url.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    /// The status's answer from another address of this computer.
    fn status_from(&self, address: Ipv4Addr) -> u16 {
        let http = reqwest::Client::builder()
            .no_proxy()
            .local_address(IpAddr::V4(address))
            .build()
            .unwrap();
        let url = format!("{}/v1/status", self.served.url);
        self.served.block_on(async { http.get(url).send().await.unwrap().status().as_u16() })
    }
}

/// Reads until the other side closes, or says nothing within [`LONG`].
fn rest(stream: &mut TcpStream) -> Option<String> {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => Some(String::from_utf8_lossy(&answer).into_owned()),
        // The other side may close on what we are still sending.
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
            Some(String::from_utf8_lossy(&answer).into_owned())
        }
        Err(_) => None,
    }
}

#[test]
fn a_head_that_never_ends_is_cut_off() {
    let world = world(|limits| limits.listen.head = Duration::from_millis(300));
    let mut stream = world.connect();
    let began = Instant::now();
    stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: x\r\n").unwrap();
    // One header line after the other, never the empty one.
    let drip = std::thread::spawn({
        let mut stream = stream.try_clone().unwrap();
        move || {
            while stream.write_all(b"x-slow: 1\r\n").is_ok() {
                std::thread::yield_now();
            }
        }
    });
    assert!(rest(&mut stream).is_some(), "still open after {:?}", began.elapsed());
    drop(stream);
    drip.join().unwrap();
    assert_eq!(world.status_from(Ipv4Addr::LOCALHOST), 200);
}

#[test]
fn a_body_that_comes_too_slowly_is_given_up() {
    let world = world(|limits| limits.body_patience = Duration::from_millis(300));
    let mut stream = world.connect();
    stream
        .write_all(b"POST /v1/epochs HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf")
        .unwrap();
    let answer = rest(&mut stream).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("urn:keyward:problem:timeout"), "{answer}");
}

#[test]
fn an_announced_or_an_endless_body_beyond_the_bound_is_refused_without_being_kept() {
    let world = world(|_| {});
    let mut stream = world.connect();
    stream
        .write_all(b"POST /v1/records HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n")
        .unwrap();
    let answer = rest(&mut stream).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let mut stream = world.connect();
    stream
        .write_all(b"POST /v1/epochs HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        .unwrap();
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
    let answer = rest(&mut stream).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    drop(stream);
    assert!(sending.join().unwrap() < (64 << 20), "a body without end was taken");
}

#[test]
fn all_bodies_together_stay_within_the_memory_for_them() {
    let world = world(|limits| limits.body_memory = 1 << 20);
    let head = b"POST /v1/records HTTP/1.1\r\nhost: x\r\ncontent-length: 700000\r\n\r\n";
    let mut waiting = Vec::new();
    let told = (0..50).any(|_| {
        // Takes the room by all it sends but the last byte, unless another one's body is just going by.
        let mut first = world.connect();
        first.write_all(head).unwrap();
        first.write_all(&vec![0; 699_999]).unwrap();
        waiting.push(first);
        // Finds no room: it is told so, once its body has gone by.
        let mut second = world.connect();
        second.write_all(head).unwrap();
        second.write_all(&vec![0; 700_000]).unwrap();
        let mut answer = [0; 12];
        second.read_exact(&mut answer).unwrap();
        answer.starts_with(b"HTTP/1.1 503")
    });
    assert!(told, "no bound on memory");
}

#[test]
fn who_announces_much_and_sends_nothing_keeps_nobody_out() {
    let world = world(|limits| limits.body_memory = 1 << 20);
    let mut silent = Vec::new();
    for _ in 0..20 {
        let mut stream = world.connect();
        stream
            .write_all(b"POST /v1/records HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n")
            .unwrap();
        silent.push(stream);
    }
    // The accept loop has taken them all when it answers this one.
    assert_eq!(world.status_from(Ipv4Addr::LOCALHOST), 200);
    for _ in 0..20 {
        let mut honest = world.connect();
        honest
            .write_all(b"POST /v1/records HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n")
            .unwrap();
        honest.write_all(&vec![0; 900_000]).unwrap();
        let mut answer = [0; 12];
        honest.read_exact(&mut answer).unwrap();
        // Unsigned, hence refused; but read.
        assert!(answer.starts_with(b"HTTP/1.1 401"), "{}", String::from_utf8_lossy(&answer));
    }
}

#[test]
fn one_address_cannot_take_every_connection() {
    let world = world(|limits| {
        limits.listen.connections = 16;
        limits.listen.per_network = 8;
    });
    let mut held: Vec<TcpStream> = (0..40).map(|_| world.connect()).collect();
    // All beyond the eighth are closed; the others are held open for nothing.
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
    assert_eq!(world.status_from(Ipv4Addr::new(127, 0, 0, 2)), 200, "somebody else is starved");
    // Whoever lets go may come again.
    drop(held);
    let again = (0..200).any(|_| {
        let mut stream = world.connect();
        let asked =
            stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        asked.is_ok() && rest(&mut stream).is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    });
    assert!(again);
}

#[test]
fn whoever_finds_no_place_to_be_served_is_told_when_to_come_again() {
    let world = world(|limits| limits.at_once = 0);
    let mut stream = world.connect();
    stream.write_all(b"GET /v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let answer = rest(&mut stream).unwrap().to_lowercase();
    assert!(answer.starts_with("http/1.1 503"), "{answer}");
    assert!(answer.contains("retry-after: 1") && answer.contains("problem:busy"), "{answer}");
}

#[test]
fn a_request_under_way_is_answered_when_the_service_stops() {
    let world = world(|_| {});
    let mut stream = world.connect();
    stream
        .write_all(b"POST /v1/epochs HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nha")
        .unwrap();
    // Another answer shows that the accept loop has long taken the first connection.
    assert_eq!(world.status_from(Ipv4Addr::LOCALHOST), 200);
    let url = world.served.url.clone();
    let stopping = std::thread::spawn(move || drop(world));
    // Stopped: nobody is let in any more.
    let address = url.trim_start_matches("http://").to_owned();
    let began = Instant::now();
    while TcpStream::connect(&address).is_ok() {
        assert!(began.elapsed() < LONG, "the door stays open");
        std::thread::yield_now();
    }
    stream.write_all(b"lf").unwrap();
    let answer = rest(&mut stream).unwrap();
    // Unsigned, hence refused; but answered.
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    stopping.join().unwrap();
}
