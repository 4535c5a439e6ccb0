//! FHIR in XML says what the same in JSON says: every bundle there is, written as XML here and read again.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests; a skip is printed")]

use std::path::PathBuf;

use keyward_records::{Format, Limits, Parsed, detect, read};
use keyward_testkit::Persona;
use serde_json::Value;

/// JSON as XML, without knowing anything of FHIR but its rules for the two forms.
fn xml(name: &str, value: &Value, beside: Option<&Value>, out: &mut String) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                xml(name, item, beside.and_then(|all| all.get(at)), out);
            }
        }
        Value::Object(members) if members.contains_key("resourceType") => {
            out.push_str(&format!("<{name}>"));
            resource(value, "", out);
            out.push_str(&format!("</{name}>"));
        }
        Value::Object(members) => {
            out.push_str(&format!("<{name}"));
            for attribute in ["id", "url"] {
                let of_extension =
                    attribute == "id" || matches!(name, "extension" | "modifierExtension");
                if let Some(text) =
                    members.get(attribute).and_then(Value::as_str).filter(|_| of_extension)
                {
                    out.push_str(&format!(" {attribute}=\"{}\"", escaped(text)));
                }
            }
            out.push('>');
            let attributes: &[&str] = match name {
                "extension" | "modifierExtension" => &["id", "url"],
                _ => &["id"],
            };
            inside(value, attributes, out);
            out.push_str(&format!("</{name}>"));
        }
        Value::String(html) if name == "div" => out.push_str(html),
        Value::Null if beside.is_none() => {}
        primitive => {
            out.push_str(&format!("<{name}"));
            if let Some(id) = beside.and_then(|beside| beside.get("id")).and_then(Value::as_str) {
                out.push_str(&format!(" id=\"{id}\""));
            }
            if *primitive != Value::Null {
                let text = primitive.as_str().map_or_else(|| primitive.to_string(), str::to_owned);
                out.push_str(&format!(" value=\"{}\"", escaped(&text)));
            }
            out.push('>');
            if let Some(beside) = beside {
                inside(beside, &["id"], out);
            }
            out.push_str(&format!("</{name}>"));
        }
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    text.replace('\n', "&#10;").replace('\t', "&#9;").replace('\r', "&#13;")
}

fn inside(value: &Value, but: &[&str], out: &mut String) {
    let members = value.as_object().unwrap();
    for (name, member) in members.iter().filter(|(name, _)| !but.contains(&name.as_str())) {
        match name.strip_prefix('_') {
            None => xml(name, member, members.get(&format!("_{name}")), out),
            Some(bare) if members.contains_key(bare) => {}
            Some(bare) => xml(bare, &Value::Null, Some(member), out),
        }
    }
}

fn resource(value: &Value, namespace: &str, out: &mut String) {
    let kind = value["resourceType"].as_str().unwrap();
    out.push_str(&format!("<{kind}{namespace}>"));
    inside(value, &["resourceType"], out);
    out.push_str(&format!("</{kind}>"));
}

fn written(bundle: &Value) -> String {
    let mut out = String::from("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    resource(bundle, " xmlns=\"http://hl7.org/fhir\"", &mut out);
    out
}

fn both(name: &str, json: &[u8]) {
    let bundle: Value = serde_json::from_slice(json).unwrap();
    let written = written(&bundle);
    assert_eq!(detect("a.txt", &written.as_bytes()[..400]), Format::FhirXml, "{name}");
    let of = |format, bytes: &[u8]| read(format, "a", bytes, &Limits::default()).unwrap();
    let (plain, made) = (of(Format::Fhir, json), of(Format::FhirXml, written.as_bytes()));
    assert_eq!(made.patients, plain.patients, "{name}");
    let values = |parsed: &Parsed| -> Vec<Value> {
        let all =
            parsed.resources.iter().chain(parsed.kept_as_source.iter().map(|kept| &kept.resource));
        all.map(|each| serde_json::from_slice(&each.bytes).unwrap()).collect()
    };
    let (plain, made) = (values(&plain), values(&made));
    assert_eq!(plain.len(), made.len(), "{name}");
    for (plain, made) in plain.iter().zip(&made) {
        assert_eq!(made, plain, "{name}");
    }
}

#[test]
fn our_own_bundles_are_the_same_in_either_form() {
    for persona in [Persona::HeartWoman, Persona::DiabetesMan] {
        both("a persona", &persona.bundle(3));
    }
}

#[test]
fn the_bundles_of_synthea_are_the_same_in_either_form() {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/fhir/synthea-r4");
    let Ok(files) = std::fs::read_dir(&folder) else {
        return eprintln!("skipped: fhir/synthea-r4 is not there");
    };
    let mut seen = 0;
    for file in files.map(|file| file.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "json") {
            both(&file.to_string_lossy(), &std::fs::read(&file).unwrap());
            seen += 1;
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_document_of_many_megabytes_may_stand_inside() {
    let data = "QUJD".repeat(1 << 20);
    let file = format!(
        "<DocumentReference xmlns='http://hl7.org/fhir'><status value='current'/><content><attachment>\
         <contentType value='text/plain'/><data value='{data}'/></attachment></content></DocumentReference>"
    );
    let parsed = read(Format::FhirXml, "a", file.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(parsed.resources.len(), 1);
    let small = Limits { max_string: 1 << 20, ..Limits::default() };
    let refused = read(Format::FhirXml, "a", file.as_bytes(), &small).err();
    assert_eq!(refused.map(|error| error.code()), Some("stringTooLong"));
}
