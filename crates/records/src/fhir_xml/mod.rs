//! FHIR R4 in XML: turned into the same in JSON, which is then read like any other.
//!
//! The two forms say the same and differ in few things: values stand in attributes, narrative is XML, and only JSON
//! tells lists and numbers ([`shape`]). The file itself is kept beside, byte for byte.

mod shape;

use std::collections::HashMap;

use roxmltree::Node;

use self::shape::Written;
use crate::ccda::xml;
use crate::format::Format;
use crate::json::{Json, Str};
use crate::limits::Limits;
use crate::parsed::{Container, ParseError, Parsed};

/// The namespace of all that is FHIR.
pub(crate) const NAMESPACE: &str = "http://hl7.org/fhir";
const XHTML: &str = "http://www.w3.org/1999/xhtml";

/// Reads a file.
///
/// # Errors
/// Why it is refused as a whole: what keeps XML from being read, or the JSON that comes of it.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Parsed, ParseError> {
    if bytes.len() > limits.max_xml {
        return Err(ParseError::TooLarge { bytes: bytes.len(), limit: limits.max_xml });
    }
    let json = to_json(bytes, limits)?.to_compact();
    let mut parsed = crate::parse(json.as_bytes(), limits)?;
    parsed.container = Container::Converted(Format::FhirXml);
    // Places in the JSON are none in the file.
    let kept = parsed.kept_as_source.iter_mut().map(|kept| &mut kept.resource);
    parsed.resources.iter_mut().chain(kept).for_each(|resource| resource.place = None);
    Ok(parsed)
}

/// The resource in a file, as JSON.
fn to_json(bytes: &[u8], limits: &Limits) -> Result<Json, ParseError> {
    let text = xml::decode(bytes)?;
    // A mark of the encoding is no part of the file.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    // A document inside is one attribute.
    let document = xml::parse_with_tags_of(text, limits.max_string)?;
    let root = document.root_element();
    if root.tag_name().namespace() != Some(NAMESPACE) {
        return Err(ParseError::NotFhir);
    }
    Ok(resource(root, text))
}

fn resource(node: Node<'_, '_>, text: &str) -> Json {
    let kind = node.tag_name().name();
    let mut members = vec![("resourceType".into(), Json::from(kind))];
    inside(node, kind, text, &mut members);
    Json::Object(members)
}

/// The elements in an element, those of one name together.
fn inside(node: Node<'_, '_>, parent: &str, text: &str, out: &mut Vec<(Str, Json)>) {
    let mut groups: Vec<(&str, Vec<Node<'_, '_>>)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for child in node.children().filter(Node::is_element) {
        let name = child.tag_name().name();
        let place = *places.entry(name).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, same)) => same.push(child),
            None => groups.push((name, vec![child])),
        }
    }
    for (name, same) in groups {
        let list = same.len() > 1 || shape::is_list(parent, name);
        add(name, parent, &same, list, text, out);
    }
}

/// The elements of one name as a member, with what is said of primitive ones beside.
fn add(
    name: &str,
    parent: &str,
    nodes: &[Node<'_, '_>],
    list: bool,
    text: &str,
    out: &mut Vec<(Str, Json)>,
) {
    let primitive = nodes.iter().any(|node| node.attribute("value").is_some())
        || (shape::is_primitive(name) && !nodes.iter().any(is_division));
    if !primitive {
        let values = nodes.iter().map(|node| complex(*node, name, text)).collect();
        out.push((name.into(), one_or_many(values, list)));
        return;
    }
    // Lists of references and codings are called so in a few places, where else they are one address or word.
    let list = list && (nodes.len() > 1 || !matches!(name, "reference" | "type"));
    let values: Vec<Json> = nodes.iter().map(|node| value(*node, name, parent)).collect();
    let beside: Vec<Json> = nodes.iter().map(|node| beside(*node, text)).collect();
    let said = |all: &[Json]| all.iter().any(|each| *each != Json::Null);
    if said(&values) {
        out.push((name.into(), one_or_many(values, list)));
    }
    if said(&beside) {
        out.push((format!("_{name}").into(), one_or_many(beside, list)));
    }
}

fn one_or_many(mut values: Vec<Json>, list: bool) -> Json {
    match values.pop() {
        Some(only) if !list && values.is_empty() => only,
        Some(last) => {
            values.push(last);
            Json::Array(values)
        }
        None => Json::Null,
    }
}

fn is_division(node: &Node<'_, '_>) -> bool {
    node.tag_name().namespace() == Some(XHTML)
}

fn complex(node: Node<'_, '_>, name: &str, text: &str) -> Json {
    if is_division(&node) {
        return Json::from(text.get(node.range()).unwrap_or_default());
    }
    // A resource inside: its type is an element of its own.
    let within = node.first_element_child();
    if let Some(within) = within.filter(|node| starts_upper(node.tag_name().name())) {
        return resource(within, text);
    }
    let mut members = attributes(node);
    inside(node, name, text, &mut members);
    Json::Object(members)
}

fn starts_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

fn attributes(node: Node<'_, '_>) -> Vec<(Str, Json)> {
    ["id", "url"]
        .iter()
        .filter_map(|name| Some(((*name).into(), Json::from(node.attribute(*name)?))))
        .collect()
}

fn value(node: Node<'_, '_>, name: &str, parent: &str) -> Json {
    let Some(written) = node.attribute("value") else { return Json::Null };
    let as_json = || Json::read(written.trim().as_bytes(), &Limits::default()).ok();
    let other = match shape::written(parent, name) {
        Written::Text => None,
        Written::Number => as_json().filter(|json| matches!(json, Json::Number(_))),
        Written::Bool => as_json().filter(|json| matches!(json, Json::Bool(_))),
    };
    // What is no number stays what it is.
    other.unwrap_or_else(|| Json::from(written))
}

/// Id and extensions of a primitive element.
fn beside(node: Node<'_, '_>, text: &str) -> Json {
    let mut members: Vec<(Str, Json)> = Vec::new();
    members.extend(node.attribute("id").map(|id| ("id".into(), Json::from(id))));
    inside(node, "", text, &mut members);
    if members.is_empty() { Json::Null } else { Json::Object(members) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(xml: &str) -> String {
        to_json(xml.as_bytes(), &Limits::default()).unwrap().to_compact()
    }

    /// The example of the standard's page on XML and JSON, and what is particular in either.
    #[test]
    fn the_two_forms_say_the_same() {
        let xml = r#"<?xml version="1.0"?><!-- words --><f:Patient xmlns:f="http://hl7.org/fhir"><f:id value="p"/>
            <f:text><f:status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">A <b>b</b> &lt;</div></f:text>
            <f:contained><f:Organization><f:id value="o"/><f:name value="Org"/></f:Organization></f:contained>
            <f:active value="true"/>
            <f:name id="n"><f:family value="Sample"/><f:given value="Test"/><f:given id="g"><f:extension url="u">
            <f:valueDecimal value="1.50"/></f:extension></f:given></f:name>
            <f:birthDate><f:extension url="x"><f:valueCode value="unknown"/></f:extension></f:birthDate>
            <f:telecom><f:value value="123"/></f:telecom>
            <f:multipleBirthInteger value="2"/></f:Patient>"#;
        assert_eq!(
            json(xml),
            concat!(
                r#"{"resourceType":"Patient","id":"p","text":{"status":"generated","#,
                r#""div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">A <b>b</b> &lt;</div>"},"#,
                r#""contained":[{"resourceType":"Organization","id":"o","name":"Org"}],"active":true,"#,
                r#""name":[{"id":"n","family":"Sample","given":["Test",null],"_given":[null,{"id":"g","#,
                r#""extension":[{"url":"u","valueDecimal":1.50}]}]}],"#,
                r#""_birthDate":{"extension":[{"url":"x","valueCode":"unknown"}]},"#,
                r#""telecom":[{"value":"123"}],"multipleBirthInteger":2}"#
            )
        );
    }

    #[test]
    fn what_is_no_number_stays_and_what_is_no_fhir_is_refused() {
        let observation = r#"<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="0x1"/></valueQuantity>
            <component><valueQuantity><value value="7.20"/></valueQuantity></component></Observation>"#;
        assert_eq!(
            json(observation),
            r#"{"resourceType":"Observation","valueQuantity":{"value":"0x1"},"component":[{"valueQuantity":{"value":7.20}}]}"#
        );
        let why =
            |xml: &str| read(xml.as_bytes(), &Limits::default()).map_err(|error| error.code());
        assert_eq!(why("<Patient/>").err(), Some("notFhir"));
        let entity = "<!DOCTYPE Patient [<!ENTITY a 'b'>]><Patient xmlns='http://hl7.org/fhir'/>";
        assert!(why(entity).is_err());
        let deep = format!("<Patient xmlns='http://hl7.org/fhir'>{}", "<a>".repeat(100_000));
        assert!(why(&deep).is_err());
        let small = Limits { max_xml: 8, ..Limits::default() };
        assert!(matches!(read(b"<Patient/>", &small), Err(ParseError::TooLarge { .. })));
    }
}
