//! Who may call what: every route × everyone, a repeated request, another service's request.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use keyward_protocol::{
    ids::ServiceId,
    invitation::Purpose,
    keys::SigningKey,
    request::{RequestParts, body_digest, sign_request},
};
use keyward_relay_api::{
    authority::{client::AuthorityClient, people::SearchPeople},
    http::{Call, ClientError, HttpClient},
    problem::ProblemCode,
};
use reqwest::Method;
use support::{Clinic, Device, Door, ID, enrol, problem, routes};

fn call(
    http: &HttpClient,
    key: Option<&SigningKey>,
    method: &Method,
    path: &str,
) -> Result<serde_json::Value, ClientError> {
    let call = if *method == Method::GET {
        Call::fetch(path, 1 << 20)
    } else {
        Call::json(method.clone(), path, &serde_json::json!({}), 1 << 20).unwrap()
    };
    match key {
        Some(key) => http.json(key, call),
        None => http.open_json(call),
    }
}

fn http(clinic: &Clinic) -> HttpClient {
    let service = clinic.authority.service_id();
    HttpClient::new(&clinic.served.url, service, clinic.keys.clock.clone()).unwrap()
}

#[test]
fn every_route_refuses_everyone_it_does_not_name() {
    let clinic = Clinic::new();
    let (_, invitation) = clinic.invited();
    let device = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    let (clinician_id, invitation) = clinic.enrol_clinician("Dr Sample");
    let clinician = Device::clinician();
    enrol(&clinic.served, &invitation.code, Purpose::Clinician, &clinician).answer();
    let (person, invitation) = clinic.invited();
    let stopped = Device::patient();
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &stopped).answer();
    clinic.invite(&person.id);
    let stranger = support::key();
    let authority = SigningKey::from_bytes(&clinic.keys.authority).unwrap();
    let http = http(&clinic);

    let everyone: [(&str, Option<&SigningKey>, Option<Door>); 7] = [
        ("nobody", None, None),
        ("a stranger", Some(&stranger), None),
        ("a stopped device", Some(stopped.signing()), None),
        ("a clinician", Some(clinician.signing()), None),
        ("the authority's own key", Some(&authority), None),
        ("an enrolled device", Some(device.signing()), Some(Door::Device)),
        ("an operator", Some(clinic.operator()), Some(Door::Operator)),
    ];
    // Nobody's, a person's, a clinician's: who may not enter learns nothing about which it is.
    let objects = [ID.to_owned(), person.id.clone(), clinician_id];
    let mut cells = 0;
    for (method, path, door) in routes() {
        for object in &objects {
            let path = path.replace(ID, object);
            for (who, key, opens) in everyone {
                let outcome = call(&http, key, &method, &path);
                let refused = outcome.as_ref().err().and_then(ClientError::problem);
                let denied =
                    matches!(refused, Some(ProblemCode::Unsigned | ProblemCode::BadSignature));
                let admitted = matches!(door, Door::Anyone | Door::Bearer) || opens == Some(door);
                assert_eq!(denied, !admitted, "{who} at {method} {path}: {outcome:?}");
                // Nobody's object is not there for those either who may ask for it.
                let named = path.contains(ID) && method == Method::GET;
                if admitted && named {
                    assert_eq!(refused, Some(ProblemCode::NotFound), "{method} {path}");
                }
                cells += 1;
            }
        }
    }
    assert_eq!(cells, routes().len() * objects.len() * everyone.len());
}

#[test]
fn what_is_not_listed_is_not_there() {
    let clinic = Clinic::new();
    let http = http(&clinic);
    let operator = clinic.operator();
    for path in ["/", "/v1", "/v2/status", "/v1/desk", "/v1/desk/people/../people", "/v1/status/"] {
        let error = call(&http, Some(operator), &Method::GET, path).unwrap_err();
        assert!(
            matches!(problem(&error), ProblemCode::NotFound | ProblemCode::MethodNotAllowed),
            "{path}"
        );
    }
    let error = call(&http, Some(operator), &Method::DELETE, "/v1/desk/people").unwrap_err();
    assert_eq!(problem(&error), ProblemCode::MethodNotAllowed);
    // Another clinic's person, a person under the clinicians' path, no id at all.
    let person = clinic.register();
    for path in [
        format!("/v1/desk/people/{ID}"),
        "/v1/desk/people/x".to_owned(),
        format!("/v1/desk/people/{}", person.id.to_uppercase()),
    ] {
        let error = call(&http, Some(operator), &Method::GET, &path).unwrap_err();
        assert_eq!(problem(&error), ProblemCode::NotFound, "{path}");
    }
}

#[test]
fn a_request_for_another_service_does_not_verify_here() {
    let clinic = Clinic::new();
    let other = AuthorityClient::new(
        &clinic.served.url,
        ServiceId::from_bytes([9; 16]),
        clinic.keys.clock.clone(),
    )
    .unwrap();
    let error = other.search_people(clinic.operator(), &SearchPeople::default()).err().unwrap();
    assert_eq!(problem(&error), ProblemCode::BadSignature);
}

#[test]
fn a_clock_far_off_is_told_apart_from_a_wrong_key() {
    let clinic = Clinic::new();
    let ahead = support::Keys::new();
    ahead.clock.set(support::NOW + 301);
    let client = AuthorityClient::new(
        &clinic.served.url,
        clinic.authority.service_id(),
        ahead.clock.clone(),
    )
    .unwrap();
    let error = client.search_people(clinic.operator(), &SearchPeople::default()).err().unwrap();
    assert_eq!(problem(&error), ProblemCode::ClockSkew);
}

/// The same bytes again, as a listener on the wire would send them.
#[test]
fn a_recorded_request_is_refused_also_after_a_restart() {
    let clinic = Clinic::new();
    let body = br#"{"query":""}"#;
    let path = "/v1/desk/people/search";
    let parts = RequestParts {
        method: "POST",
        path_and_query: path,
        body_digest: body_digest(body),
        service_id: clinic.authority.service_id(),
        idempotency_key: None,
    };
    let headers =
        sign_request(clinic.operator(), &parts, support::NOW, &mut support::rng()).unwrap();
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers.iter() {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let send = |url: &str| {
        let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let first = send(&clinic.served.url);
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    let again = send(&clinic.served.url);
    assert!(again.contains("urn:keyward:problem:replayed"), "{again}");
    let reopened = clinic.keys.open(clinic.dir.path()).unwrap();
    let reopened = support::Served::start(reopened, clinic.keys.clock.clone());
    assert!(send(&reopened.url).contains("urn:keyward:problem:replayed"));
}

#[test]
fn bodies_have_limits() {
    let clinic = Clinic::new();
    let large = SearchPeople { query: "x".repeat(20_000), ..SearchPeople::default() };
    let error = clinic.client().search_people(clinic.operator(), &large).err().unwrap();
    assert_eq!(problem(&error), ProblemCode::TooLarge);
}
