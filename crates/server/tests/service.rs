//! The binary as an operator runs it: what it refuses to start with, that it stops when asked and
//! keeps what it acknowledged, and that its log names nobody.
#![allow(clippy::unwrap_used, reason = "tests")]
#![cfg(unix)]

mod support;

use keyward_protocol::ids::GrantId;
use keyward_protocol::keys::SigningKey;
use keyward_relay_api::authority::client::AuthorityClient;
use keyward_relay_api::authority::people::{PersonDraft, RegisterPerson, SearchPeople};
use keyward_relay_api::http::SystemTime;
use keyward_relay_api::types::PostAccess;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use support::{Running, Site, authority_site, doctor, now, patient, refused, said, server};

#[test]
fn a_misspelt_or_unsafe_configuration_does_not_start_and_says_why() {
    let site = Site::new();
    let good = site.configure("", "");
    let open =
        good.replace("[listen]\naddress = \"127.0.0.1:0\"", "[listen]\naddress = \"0.0.0.0:0\"");
    let beyond = |text: &str, word: &str| {
        text.replace("[listen]\n", &format!("[listen]\nbeyond_this_computer = \"{word}\"\n"))
    };
    let admin = "[admin]\naddress = \"127.0.0.1:0\"";
    for (text, sentence) in [
        (good.replace("storage_key_file", "storage_keyfile"), "unknown field `storage_keyfile`"),
        (good.replace("[listen]\n", "[listen]\nadress = \"x\"\n"), "unknown field `adress`"),
        (good.replace("journal_file = \"relay.ends\"\n", ""), "missing field `journal_file`"),
        (format!("limit = 5\n{good}"), "unknown field `limit`"),
        (format!("{good}[quota]\ntotal = 5\n"), "unknown field `total`"),
        (format!("{good}[retention]\nmessages = 5\n"), "unknown field `messages`"),
        (format!("{good}[log]\nlevel = \"loud\"\n"), "unknown variant `loud`"),
        (
            good.replace("[listen]\naddress = \"127.0.0.1:0\"\n", "[listen]\n"),
            "missing field `address`",
        ),
        (good.replace("key = \"0", "key = \"9"), "is not a public key in hex"),
        (open.clone(), "beyond_this_computer"),
        (beyond(&open, "behind-tls-proxy"), "name the proxies"),
        (beyond(&open, "tls"), "needs [listen.tls]"),
        (beyond(&open, "yes"), "unknown variant"),
        (good.replace(admin, "[admin]\naddress = \"0.0.0.0:0\""), "trusted-network"),
    ] {
        std::fs::write(site.path().join("relay.toml"), &text).unwrap();
        for arguments in [
            ["relay", "--config", "relay.toml"].as_slice(),
            &["check-config", "relay", "--config", "relay.toml"],
        ] {
            let said = refused(arguments, site.path());
            assert!(said.contains(sentence), "{text}\n{said}");
        }
        assert!(!site.path().join("relay").exists(), "something was begun: {text}");
    }
    site.configure("", "");
    let check = ["check-config", "relay", "--config", "relay.toml"];
    assert_eq!(said(&check, site.path()), "relay.toml: good\n");
    let key = site.path().join("storage.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(refused(&check, site.path()).contains("other users can read this key"));
}

#[test]
fn the_environment_changes_nothing_silently() {
    let site = Site::new();
    let mut command = server(&["relay", "--config", "relay.toml"], site.path());
    let running = Running::start(command.env("RUST_LOG", "trace"));
    running.wait_for("RUST_LOG is set and not used");
    site.client(&running).grants(&patient(&site.clinic).signing, None).unwrap_err();
    let log = running.stop();
    assert!(!log.contains("TRACE") && !log.contains("DEBUG"), "{log}");
}

/// Everything a relay may not say: ids, keys, names, addresses, secrets.
#[test]
fn a_relay_stops_when_asked_keeps_what_it_has_and_its_log_names_nobody() {
    let site = Site::new();
    let log_all = "[log]\nlevel = \"trace\"\nformat = \"json\"";
    site.configure("beyond_this_computer = \"behind-tls-proxy\"", log_all);
    let clinic = &site.clinic;
    let (patient, stranger) = (patient(clinic), patient(clinic));
    let doctor = doctor(clinic, "Dr Planted-Zebrawood");
    let grant = GrantId::random(&mut rand::rng());
    let mut chart = patient.chart();

    let running = site.run();
    let relay = site.client(&running);
    relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    relay.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();
    let statement = patient.epoch_statement(&chart, None);
    relay.open_epoch(&patient.signing, &statement, "planted-epoch").unwrap();
    relay.upload(&patient.signing, &patient.batch(&mut chart, 2), "planted-upload").unwrap();
    let post = patient.grant(grant, 0, &doctor, &[&chart], now() + 1_000);
    relay.grant(&patient.signing, &post, "planted-grant").unwrap();
    let compartment = chart.compartment;
    let wanted = PostAccess { grant_id: grant, compartment, after: vec![], limit: 9 };
    assert_eq!(relay.access(&doctor.signing, &wanted).unwrap().records.len(), 2);
    // Refusals are where a log is tempted to say more.
    relay.grant_detail(&patient.signing, GrantId::random(&mut rand::rng())).unwrap_err();
    relay.revoke(&patient.signing, grant, b"no statement", "planted-revocation").unwrap_err();
    relay.grants(&stranger.signing, None).unwrap_err();
    // Somebody behind the proxy; also one who sends what no client would.
    let url = running.url.trim_start_matches("http://").to_owned();
    for request in [
        "GET /v1/planted-path?name=planted-query HTTP/1.1\r\nhost: planted-host\r\n\
         x-forwarded-for: 203.0.113.77\r\nconnection: close\r\n\r\n",
        "PLANTED-METHOD /v1/grants HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.77\r\n\
         signature: planted-signature\r\nconnection: close\r\n\r\n",
        "\x16\x03planted-rubbish\r\n\r\n",
    ] {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(&url).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let (_, metrics) = running.page("/metrics");
    relay.revoke(&patient.signing, grant, &patient.revocation(grant), "planted-end").unwrap();
    let mut log = running.stop();

    let running = site.run();
    let relay = site.client(&running);
    assert!(relay.grants(&patient.signing, None).unwrap().grants[0].revoked_at.is_some());
    relay.access(&doctor.signing, &wanted).unwrap_err();
    log.push_str(&running.stop());

    assert!(log.contains("refused") && log.contains("stopping"), "the log is empty: {log}");
    let lines = log.lines().filter(|line| *line != "END OF LOG");
    for line in lines {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let secret = std::fs::read_to_string(site.path().join("storage.key")).unwrap();
    let key = |key: &SigningKey| hex::encode(key.verifying_key().key_id());
    let planted = [
        key(&patient.signing),
        key(&stranger.signing),
        key(&doctor.signing),
        hex::encode(patient.signing.verifying_key().to_bytes()),
        hex::encode(patient.certificate.raw()),
        doctor.certificate.hash().to_string(),
        chart.compartment.to_string(),
        chart.epoch.to_string(),
        chart.device.to_string(),
        grant.to_string(),
        "planted".to_owned(),
        "Zebrawood".to_owned(),
        "203.0.113.77".to_owned(),
        "/v1/grants/".to_owned(),
        secret.trim().to_owned(),
    ];
    for name in planted {
        for (what, text) in [("log", &log), ("metrics", &metrics)] {
            // The one path that is allowed is the table's own.
            let text = text.replace("/v1/grants/{id}", "");
            let found = text.to_lowercase().contains(&name.to_lowercase());
            assert!(!found, "{name} is in the {what}:\n{text}");
        }
    }
}

#[test]
fn the_log_of_an_authority_names_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let operator = SigningKey::generate(&mut rand::rng()).unwrap();
    authority_site(dir.path(), &operator);
    let check = ["check-config", "authority", "--config", "authority.toml"];
    assert_eq!(said(&check, dir.path()), "authority.toml: good\n");
    let running =
        Running::start(&mut server(&["authority", "--config", "authority.toml"], dir.path()));
    let public = said(&["public-key", "signing.key"], dir.path());
    assert!(running.text().contains(public.trim()), "the authority says which key it has");
    let status = AuthorityClient::unpinned(&running.url, Arc::new(SystemTime)).unwrap();
    let service = status.status().unwrap().service_id;
    let desk = AuthorityClient::new(&running.url, service, Arc::new(SystemTime)).unwrap();
    let body = RegisterPerson {
        id: "00112233445566778899aabbccddeeff".to_owned(),
        person: PersonDraft {
            given_name: "Quillonia".to_owned(),
            family_name: "Planted-Sampleperson".to_owned(),
            birth_date: "1980-02".to_owned(),
            sex: None,
            phone: Some("+00 555 0100 4711".to_owned()),
            record_number: Some("MRN-PLANTED-9".to_owned()),
        },
    };
    let person = desk.register_person(&operator, &body).unwrap();
    let search = SearchPeople { query: "Quillonia".to_owned(), ..SearchPeople::default() };
    assert_eq!(desk.search_people(&operator, &search).unwrap().people.len(), 1);
    // Not checked yet: refused.
    assert!(desk.invite_person(&operator, &person.id).is_err());
    assert!(desk.person(&operator, "ffeeddccbbaa99887766554433221100").is_err());
    let (status, ready) = running.page("/readyz");
    assert_eq!((status, ready.as_str()), (200, "database ok\nroom ok\nclock ok\n"));
    let (_, metrics) = running.page("/metrics");
    assert!(metrics.contains("endpoint=\"/v1/desk/people/{id}\""), "{metrics}");
    let log = running.stop();
    for name in [
        "Quillonia",
        "planted",
        "0100 4711",
        "1980-02",
        &person.id,
        "ffeeddccbbaa",
        &hex::encode(operator.verifying_key().key_id()),
        &hex::encode(operator.verifying_key().to_bytes()),
    ] {
        for text in [&log, &metrics] {
            assert!(!text.to_lowercase().contains(&name.to_lowercase()), "{name}:\n{text}");
        }
    }
}

#[test]
fn a_second_instance_is_refused_and_the_first_goes_on() {
    let site = Site::new();
    let running = site.run();
    let second = refused(&["relay", "--config", "relay.toml"], site.path());
    assert!(second.contains("another process has this relay's folder open"), "{second}");
    let patient = patient(&site.clinic);
    let relay = site.client(&running);
    relay.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    running.stop();
}
