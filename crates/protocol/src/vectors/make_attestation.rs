//! The writing side: name attestations.

use hex::encode;
use serde_json::json;

use crate::certificate::NameAttestation;
use crate::domain::Label;
use crate::keys::SigningKey;
use crate::statement::Statement;

use super::Section;
use super::common::{NOW, UNTIL};
use super::make_sharing::{World, public, resigned, with};

pub(super) fn sections() -> Vec<Section> {
    vec![attestations()]
}

fn attestations() -> Section {
    let mut section = Section::new("attestation");
    let world = World::new(120);
    let (authority, persona) = (&world.authority.key, world.patient.certificate.id());
    let good = NameAttestation {
        service_id: world.authority.service,
        persona,
        name: "Test-Anna María Sample".into(),
        birth_date: "1961-03".into(),
        clinic_name: "Sample clinic".into(),
        valid_from: NOW,
        valid_until: UNTIL,
    };
    let mut case = |name: &str, key: &SigningKey, now: u64, bytes: &[u8], expect: &str| {
        let input = json!({
            "authority": public(authority),
            "service": encode(world.authority.service.as_bytes()),
            "persona": encode(persona.as_bytes()),
            "now": now,
            "bytes": resigned(key, Label::NameAttestation, bytes),
        });
        section.case(name, "name-attestation", input, expect);
    };
    let ok = format!("ok:{}", encode(&good.name));
    let bytes = good.statement_bytes();
    case("attested", authority, NOW, &bytes, &ok);
    for (name, date) in [("year-only", "1961"), ("full-date", "1961-03-14")] {
        let known = NameAttestation { birth_date: date.into(), ..good.clone() };
        case(name, authority, NOW, &known.statement_bytes(), &ok);
    }
    case("last-second", authority, UNTIL - 1, &bytes, &ok);
    case("expired", authority, UNTIL, &bytes, "attestation-expired");
    case("not-yet-valid", authority, NOW - 1, &bytes, "attestation-not-yet-valid");
    let other = &world.other;
    case("signed-by-the-persona", &world.patient.signing, NOW, &bytes, "signature-invalid");
    case("signed-by-a-clinician", &world.doctor.signing, NOW, &bytes, "signature-invalid");
    let mut wrong = |name: &str, expect: &str, edit: &dyn Fn(&mut NameAttestation)| {
        let mut attestation = good.clone();
        edit(&mut attestation);
        case(name, authority, NOW, &attestation.statement_bytes(), expect);
    };
    wrong("of-another-persona", "attestation-other-persona", &|a| {
        a.persona = other.certificate.id();
    });
    wrong("of-another-service", "attestation-other-service", &|a| {
        a.service_id = crate::ids::ServiceId::from_bytes([1; 16]);
    });
    let canonical = "decode-not-canonical";
    wrong("without-a-name", canonical, &|a| a.name = " ".into());
    wrong("without-a-clinic", canonical, &|a| a.clinic_name.clear());
    wrong("without-a-birth-date", canonical, &|a| a.birth_date.clear());
    wrong("date-of-another-form", canonical, &|a| a.birth_date = "14.3.1961".into());
    wrong("date-with-a-thirteenth-month", canonical, &|a| a.birth_date = "1961-13".into());
    wrong("empty-validity", canonical, &|a| a.valid_until = a.valid_from);
    wrong("name-too-long", "decode-too-long", &|a| {
        a.name = "n".repeat(NameAttestation::MAX_NAME + 1);
    });
    wrong("clinic-too-long", "decode-too-long", &|a| {
        a.clinic_name = "c".repeat(NameAttestation::MAX_CLINIC + 1);
    });
    wrong("date-too-long", "decode-too-long", &|a| a.birth_date = "1961-03-14T".into());
    wrong("name-that-turns-text-round", "decode-not-text", &|a| a.name = "A\u{202e}B".into());
    case("later-version", authority, NOW, &with(&bytes, 0, [2]), "decode-unknown-version");
    case("byte-after-it", authority, NOW, &[&bytes[..], &[0]].concat(), "decode-trailing-bytes");
    section
}
