//! Data types of CDA as data types of FHIR.

use super::build::{self, Object, one};
use super::codes;
use super::node::{Node, at, attribute, child, children, null_flavor, sdtc, type_of, words};
use super::time;
use crate::json::Json;

/// Texts that entries refer to in the narrative.
pub(super) trait Texts {
    /// The words of a text: its own, or those of the narrative it refers to.
    fn text(&self, node: Node<'_>) -> Option<String>;
}

/// A coded value with its translations; `None` if it holds neither code nor words.
pub(super) fn concept(node: Node<'_>, texts: &dyn Texts) -> Option<Json> {
    let mut codings: Vec<Json> = coding(node).into_iter().collect();
    codings.extend(children(node, "translation").filter_map(coding));
    codings.extend(children(node, "qualifier").filter_map(|q| coding(child(q, "value")?)));
    let text = child(node, "originalText")
        .and_then(|text| texts.text(text))
        .or_else(|| attribute(node, "displayName").map(str::to_owned))
        .or_else(|| {
            children(node, "translation")
                .find_map(|other| attribute(other, "displayName"))
                .map(str::to_owned)
        });
    Object::new().list("coding", codings).text("text", text).some()
}

/// The same, or why there is none.
pub(super) fn concept_or_absent(node: Node<'_>, texts: &dyn Texts) -> Json {
    concept(node, texts).unwrap_or_else(|| missing(null_flavor(node).unwrap_or("NI")))
}

/// An element that is missing for a reason.
pub(super) fn missing(null_flavor: &str) -> Json {
    Object::new().with("extension", build::absent(codes::absent(null_flavor))).done()
}

/// One code.
pub(super) fn coding(node: Node<'_>) -> Option<Json> {
    let code = attribute(node, "code")?;
    Object::new()
        .text("system", attribute(node, "codeSystem").map(codes::system))
        .text("code", Some(code))
        .text("display", attribute(node, "displayName"))
        .some()
}

/// A decimal number as FHIR writes it; `None` if it is none.
pub(super) fn decimal(written: &str) -> Option<Json> {
    let written = written.trim();
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.strip_prefix('+').unwrap_or(written)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()) && text.len() <= 30;
    if !number(whole) || !number(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    // `007` and `.5` are not JSON; `7.20` keeps its digits.
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    Some(Json::Number(format!("{sign}{whole}{fraction}").into()))
}

/// A physical quantity. A value that is no number is nothing (the source shows it).
pub(super) fn quantity(node: Node<'_>) -> Option<Json> {
    let value = decimal(attribute(node, "value")?)?;
    Some(with_unit(Object::new().with("value", value), node))
}

fn with_unit(quantity: Object, node: Node<'_>) -> Json {
    let unit = attribute(node, "unit").filter(|unit| *unit != "1");
    let quantity = quantity.text("unit", unit);
    // CDA units are UCUM; what has a space or a non-ASCII letter is words.
    match unit.filter(|unit| unit.is_ascii() && !unit.contains(char::is_whitespace)) {
        Some(unit) => quantity
            .text("system", Some("http://unitsofmeasure.org"))
            .text("code", Some(unit))
            .done(),
        None => quantity.done(),
    }
}

/// A quantity with a comparator, from the one end of a range that is open at the other.
fn compared(end: Node<'_>, low: bool) -> Option<Json> {
    let inclusive = attribute(end, "inclusive") != Some("false");
    let comparator = match (low, inclusive) {
        (true, true) => ">=",
        (true, false) => ">",
        (false, true) => "<=",
        (false, false) => "<",
    };
    let value = decimal(attribute(end, "value")?)?;
    let quantity = Object::new().with("value", value).text("comparator", Some(comparator));
    Some(with_unit(quantity, end))
}

/// A range of quantities.
pub(super) fn range(node: Node<'_>) -> Option<Json> {
    let end = |name: &'static str| child(node, name).and_then(quantity);
    Object::new().with("low", end("low")).with("high", end("high")).some()
}

/// A value of any type: the suffix of `value[x]` and the value. `None` for none.
pub(super) fn value(node: Node<'_>, texts: &dyn Texts) -> Option<(&'static str, Json)> {
    match type_of(node).unwrap_or("CD") {
        "CD" | "CE" | "CO" | "CV" | "CS" | "SC" => Some(("CodeableConcept", concept(node, texts)?)),
        "PQ" | "REAL" | "MO" => match quantity(node) {
            Some(quantity) => Some(("Quantity", quantity)),
            // `value="&gt;300"` and the like: words, as they came.
            None => Some(("String", Json::from(unread(node)?))),
        },
        "INT" => {
            let number = attribute(node, "value")?;
            match number.parse::<i32>() {
                Ok(number) => Some(("Integer", Json::Number(number.to_string().into()))),
                Err(_) => Some(("String", Json::from(number))),
            }
        }
        "IVL_PQ" | "IVL_INT" | "IVL_REAL" => interval(node),
        "RTO" | "RTO_PQ_PQ" | "RTO_QTY_QTY" => {
            let ratio = Object::new()
                .with("numerator", child(node, "numerator").and_then(quantity))
                .with("denominator", child(node, "denominator").and_then(quantity))
                .some()?;
            Some(("Ratio", ratio))
        }
        "BL" => match attribute(node, "value")? {
            "true" => Some(("Boolean", Json::Bool(true))),
            "false" => Some(("Boolean", Json::Bool(false))),
            _ => None,
        },
        "TS" => Some(("DateTime", Json::from(time::date(attribute(node, "value")?)?))),
        "IVL_TS" => Some(("Period", period(node)?)),
        _ => Some(("String", Json::from(texts.text(node)?))),
    }
}

fn unread(node: Node<'_>) -> Option<String> {
    let parts = [attribute(node, "value")?, attribute(node, "unit").unwrap_or_default()];
    Some(parts.join(" ").trim().to_owned())
}

fn interval(node: Node<'_>) -> Option<(&'static str, Json)> {
    if let Some(quantity) = quantity(node) {
        return Some(("Quantity", quantity));
    }
    let (low, high) = (child(node, "low"), child(node, "high"));
    let known = |end: &Node<'_>| attribute(*end, "value").is_some();
    match (low.filter(known), high.filter(known)) {
        (Some(_), Some(_)) => Some(("Range", range(node)?)),
        (Some(low), None) => Some(("Quantity", compared(low, true)?)),
        (None, Some(high)) => Some(("Quantity", compared(high, false)?)),
        (None, None) => None,
    }
}

/// The date of a time stamp element.
pub(super) fn date(node: Node<'_>) -> Option<String> {
    attribute(node, "value").and_then(time::date)
}

/// The date of the first end of an interval, or of the time stamp itself.
pub(super) fn start(node: Node<'_>) -> Option<String> {
    date(node).or_else(|| child(node, "low").and_then(date))
}

/// A period from an interval of time.
pub(super) fn period(node: Node<'_>) -> Option<Json> {
    let end = |name: &'static str| child(node, name).and_then(date);
    Object::new().text("start", end("low")).text("end", end("high")).some()
}

/// `base` + `DateTime` or `Period`, as the time is.
pub(super) fn when(node: Node<'_>, base: &str) -> Option<(String, Json)> {
    if let Some(date) = date(node) {
        return Some((format!("{base}DateTime"), Json::from(date)));
    }
    if let Some(center) = child(node, "center").and_then(date) {
        return Some((format!("{base}DateTime"), Json::from(center)));
    }
    period(node).map(|period| (format!("{base}Period"), period))
}

/// An identifier; the value is the root itself where there is no extension.
pub(super) fn identifier(node: Node<'_>) -> Option<Json> {
    let root = attribute(node, "root")?;
    let identifier = match attribute(node, "extension") {
        Some(extension) => {
            Object::new().text("system", Some(codes::register(root))).text("value", Some(extension))
        }
        None => Object::new()
            .text("system", Some("urn:ietf:rfc:3986"))
            .text("value", Some(codes::register(root))),
    };
    Some(identifier.done())
}

/// All identifiers of an element.
pub(super) fn identifiers(node: Node<'_>) -> Vec<Json> {
    children(node, "id").filter_map(identifier).collect()
}

/// A name.
pub(super) fn name(node: Node<'_>) -> Option<Json> {
    let parts = |part: &'static str| -> Vec<Json> {
        children(node, part).map(words).filter(|word| !word.is_empty()).map(Json::from).collect()
    };
    let own: String =
        if node.children().any(|child| child.is_element()) { String::new() } else { words(node) };
    let family: Vec<String> =
        children(node, "family").map(words).filter(|word| !word.is_empty()).collect();
    let usage = match attribute(node, "use") {
        Some("L" | "C" | "OR") => Some("official"),
        Some("P" | "SRCH") => Some("nickname"),
        Some("A") => Some("nickname"),
        _ => None,
    };
    let parts = Object::new()
        .text("family", (!family.is_empty()).then(|| family.join(" ")))
        .list("given", parts("given"))
        .list("prefix", parts("prefix"))
        .list("suffix", parts("suffix"))
        .text("text", (!own.is_empty()).then_some(own))
        .some()?;
    let Json::Object(mut members) = parts else { return None };
    if let Some(usage) = usage {
        members.insert(0, ("use".into(), Json::from(usage)));
    }
    Some(Json::Object(members))
}

/// A name in one text.
pub(super) fn name_text(node: Node<'_>) -> Option<String> {
    let name = name(node)?;
    let text = crate::identity::PersonName::of(&name).display();
    (!text.is_empty()).then_some(text)
}

/// An address.
pub(super) fn address(node: Node<'_>) -> Option<Json> {
    let part = |name: &'static str| child(node, name).map(words).filter(|text| !text.is_empty());
    let lines: Vec<Json> = children(node, "streetAddressLine")
        .map(words)
        .filter(|line| !line.is_empty())
        .map(Json::from)
        .collect();
    let own =
        if node.children().any(|child| child.is_element()) { String::new() } else { words(node) };
    let usage = match attribute(node, "use").and_then(|usage| usage.split(' ').next()) {
        Some("H" | "HP" | "HV") => Some("home"),
        Some("WP" | "DIR" | "PUB") => Some("work"),
        Some("TMP") => Some("temp"),
        Some("BAD" | "OLD") => Some("old"),
        _ => None,
    };
    let address = Object::new()
        .list("line", lines)
        .text("city", part("city"))
        .text("district", part("county"))
        .text("state", part("state"))
        .text("postalCode", part("postalCode"))
        .text("country", part("country"))
        .text("text", (!own.is_empty()).then_some(own));
    let Json::Object(mut members) = address.some()? else { return None };
    if let Some(usage) = usage {
        members.insert(0, ("use".into(), Json::from(usage)));
    }
    Some(Json::Object(members))
}

/// A telephone number, mail address or the like.
pub(super) fn telecom(node: Node<'_>) -> Option<Json> {
    let value = attribute(node, "value")?;
    let (scheme, rest) = value.split_once(':').unwrap_or(("", value));
    let (system, value) = match scheme.to_ascii_lowercase().as_str() {
        "tel" => ("phone", rest),
        "fax" | "x-text-fax" => ("fax", rest),
        "mailto" => ("email", rest),
        "" => ("phone", value),
        _ => ("url", value),
    };
    let usage = match attribute(node, "use").and_then(|usage| usage.split(' ').next()) {
        Some("MC") => Some("mobile"),
        Some("H" | "HP" | "HV") => Some("home"),
        Some("WP" | "DIR" | "PUB") => Some("work"),
        _ => None,
    };
    Some(
        Object::new()
            .text("system", Some(system))
            .text("value", Some(value.trim()))
            .text("use", usage)
            .done(),
    )
}

/// Who wrote or did something, as a reference by words: a person, else her organisation, else a device.
pub(super) fn person(node: Node<'_>) -> Option<String> {
    let inner = ["assignedAuthor", "assignedEntity", "assignedPerson", "participantRole"];
    let entity = inner.iter().find_map(|name| child(node, name)).unwrap_or(node);
    let named = ["assignedPerson", "playingEntity", "informationRecipient"]
        .iter()
        .find_map(|name| at(entity, &[name, "name"]))
        .and_then(name_text);
    let organization = || {
        ["representedOrganization", "scopingEntity", "receivedOrganization"]
            .iter()
            .find_map(|name| organization(child(entity, name)?))
    };
    let device = || {
        let device = child(entity, "assignedAuthoringDevice")?;
        let name = child(device, "softwareName").or(child(device, "manufacturerModelName"))?;
        attribute(name, "displayName").map(str::to_owned).or_else(|| Some(words(name)))
    };
    named.or_else(organization).or_else(device).filter(|name| !name.is_empty())
}

/// The name of an organisation.
pub(super) fn organization(node: Node<'_>) -> Option<String> {
    let name = child(node, "name").or_else(|| child(node, "desc"))?;
    let name = words(name);
    (!name.is_empty()).then_some(name)
}

/// When and by whom a statement was written: the first author with a time.
pub(super) fn authored(node: Node<'_>) -> (Option<String>, Option<String>) {
    let mut when = None;
    let mut who = None;
    for author in children(node, "author") {
        when = when.or_else(|| child(author, "time").and_then(start));
        who = who.or_else(|| person(author));
    }
    (when, who)
}

/// Interpretation codes.
pub(super) fn interpretations(node: Node<'_>, texts: &dyn Texts) -> Vec<Json> {
    children(node, "interpretationCode")
        .filter_map(|code| {
            let Some(written) = attribute(code, "code") else { return concept(code, texts) };
            // The code system is fixed by CDA; many leave it out.
            let system = attribute(code, "codeSystem")
                .map_or_else(|| codes::INTERPRETATION.to_owned(), codes::system);
            let coding = Object::new()
                .text("system", Some(system))
                .text("code", Some(written))
                .text("display", attribute(code, "displayName"));
            Some(Object::new().with("coding", one(coding.done())).done())
        })
        .collect()
}

/// Reference ranges.
pub(super) fn ranges(node: Node<'_>, texts: &dyn Texts) -> Vec<Json> {
    children(node, "referenceRange")
        .filter_map(|given| {
            let given = child(given, "observationRange")?;
            let mut out = Object::new();
            let mut text = child(given, "text").and_then(|text| texts.text(text));
            if let Some(bounds) = child(given, "value") {
                match value(bounds, texts) {
                    Some(("Range", Json::Object(members))) => {
                        members.into_iter().for_each(|(name, end)| out.set(&name, end));
                    }
                    Some(("Quantity", quantity)) => {
                        let end = match quantity.text("comparator") {
                            Some(">=" | ">") => "low",
                            Some(_) => "high",
                            None => "",
                        };
                        match (end, quantity) {
                            ("", _) => {}
                            (end, Json::Object(mut members)) => {
                                members.retain(|(name, _)| name != "comparator");
                                out.set(end, Json::Object(members));
                            }
                            _ => {}
                        }
                    }
                    Some(("String", Json::String(words))) => text = text.or(Some(words.into())),
                    Some(("CodeableConcept", concept)) => {
                        text = text.or_else(|| concept.text("text").map(str::to_owned));
                    }
                    _ => {}
                }
            }
            out.text("text", text).some()
        })
        .collect()
}

/// Whether a person has died, and when.
pub(super) fn death(patient: Node<'_>) -> Option<(&'static str, Json)> {
    if let Some(when) = sdtc(patient, "deceasedTime").and_then(date) {
        return Some(("deceasedDateTime", Json::from(when)));
    }
    match attribute(sdtc(patient, "deceasedInd")?, "value")? {
        "true" => Some(("deceasedBoolean", Json::Bool(true))),
        "false" => Some(("deceasedBoolean", Json::Bool(false))),
        _ => None,
    }
}

/// Whether a value is a code.
pub(super) fn is_coded(value: Node<'_>) -> bool {
    matches!(type_of(value), Some("CD" | "CE" | "CO" | "CV" | "CS"))
}
