//! Medicines and vaccinations.

use super::build::{self, Object, one};
use super::codes;
use super::findings::words_of;
use super::maker::Maker;
use super::node::{
    Node, at, attribute, child, children, code_of, is, related, related_as, type_of,
};
use super::problems::negated;
use super::types::{self, Texts};
use crate::json::Json;

impl<'a> Maker<'a> {
    /// A medicine that is or was taken, or is planned.
    pub(super) fn medicine(&mut self, statement: Node<'a>) {
        let planned = is(statement, "42");
        let time = children(statement, "effectiveTime")
            .find(|time| !matches!(type_of(*time), Some("PIVL_TS" | "EIVL_TS" | "PIVL" | "EIVL")));
        let (authored, who) = types::authored(statement);
        let reasons: Vec<Json> = related(statement, "observation")
            .filter(|(kind, _)| *kind == Some("RSON"))
            .filter_map(|(_, reason)| types::concept(child(reason, "value")?, self))
            .collect();
        let medicine = at(statement, &["consumable", "manufacturedProduct"]);
        let code = medicine
            .and_then(|product| at(product, &["manufacturedMaterial", "code"]))
            .map_or_else(|| types::missing("NI"), |code| types::concept_or_absent(code, self));
        let dosage = self.dosage(statement);
        let status = code_of(statement, "statusCode");
        if planned {
            let body = Object::new()
                .text("status", Some("active"))
                .text("intent", Some("plan"))
                .with("medicationCodeableConcept", code)
                .text("authoredOn", authored)
                .with("requester", who.map(|who| build::display(&who)))
                .list("reasonCode", reasons)
                .list("note", self.notes(statement))
                .list("dosageInstruction", dosage.into_iter().collect());
            self.add("MedicationRequest", statement, body);
            return;
        }
        let status = match (negated(statement), status) {
            (true, _) => "not-taken",
            (_, Some("active")) => "active",
            (_, Some("completed")) => "completed",
            (_, Some("aborted" | "cancelled")) => "stopped",
            (_, Some("suspended" | "held")) => "on-hold",
            (_, Some("new")) => "intended",
            (_, Some("nullified")) => "entered-in-error",
            _ => "unknown",
        };
        let effective = time.and_then(|time| types::when(time, "effective"));
        let mut body =
            Object::new().text("status", Some(status)).with("medicationCodeableConcept", code);
        if let Some((name, value)) = effective {
            body.set(&name, value);
        }
        let body = body
            .text("dateAsserted", authored)
            .with("informationSource", who.map(|who| build::display(&who)))
            .list("reasonCode", reasons)
            .list("note", self.notes(statement))
            .list("dosage", dosage.into_iter().collect());
        self.add("MedicationStatement", statement, body);
    }

    fn dosage(&self, statement: Node<'a>) -> Option<Json> {
        let amount = child(statement, "doseQuantity").and_then(|dose| self.amount(dose));
        // A bare number counts tablets, puffs, …, where the document says which.
        let form = child(statement, "administrationUnitCode")
            .filter(|_| {
                child(statement, "doseQuantity")
                    .is_some_and(|dose| attribute(dose, "unit").is_none())
            })
            .and_then(|form| words_of(&types::concept(form, self)?));
        let rate = child(statement, "rateQuantity").and_then(|rate| self.amount(rate));
        let timings: Vec<Timing> =
            children(statement, "effectiveTime").filter_map(timing).collect();
        let route = child(statement, "routeCode").and_then(|route| types::concept(route, self));
        let site =
            children(statement, "approachSiteCode").find_map(|site| types::concept(site, self));
        let condition = child(statement, "precondition")
            .and_then(|condition| at(condition, &["criterion", "value"]))
            .and_then(|value| types::concept(value, self));
        let as_needed = child(statement, "precondition").is_some();
        let most = child(statement, "maxDoseQuantity").and_then(|most| {
            let part = |name: &'static str| child(most, name).and_then(types::quantity);
            Object::new()
                .with("numerator", part("numerator"))
                .with("denominator", part("denominator"))
                .some()
        });
        // What the prescriber wrote is better than what can be put together.
        let written = related(statement, "substanceAdministration")
            .find(|(_, sig)| is(*sig, "147"))
            .and_then(|(_, sig)| child(sig, "text"))
            .and_then(|text| self.text(text))
            .or_else(|| child(statement, "text").and_then(|text| self.text(text)));
        let together = || {
            let mut parts: Vec<String> = Vec::new();
            parts.extend(amount.as_ref().map(|(_, words)| match &form {
                Some(form) => format!("{words} {form}"),
                None => words.clone(),
            }));
            parts.extend(rate.as_ref().map(|(_, words)| words.clone()));
            parts.extend(route.as_ref().and_then(words_of));
            parts.extend(timings.iter().map(|timing| timing.words.clone()));
            if as_needed {
                let what = condition.as_ref().and_then(words_of);
                parts
                    .push(what.map_or("as needed".to_owned(), |what| format!("as needed: {what}")));
            }
            (!parts.is_empty()).then(|| parts.join(", "))
        };
        let amounts = Object::new()
            .with("doseQuantity", amount.as_ref().and_then(|(quantity, _)| quantity.clone()))
            .with("rateQuantity", rate.as_ref().and_then(|(quantity, _)| quantity.clone()))
            .some();
        let text = written.or_else(together);
        let words: Vec<String> = timings.iter().map(|timing| timing.words.clone()).collect();
        let repeat = timings.iter().find_map(|timing| timing.repeat.clone());
        let timing = Object::new()
            .with("repeat", repeat)
            .with(
                "code",
                (!words.is_empty())
                    .then(|| Object::new().text("text", Some(words.join(", "))).done()),
            )
            .some();
        let mut dosage = Object::new().text("text", text).with("timing", timing);
        match condition {
            Some(condition) => dosage.set("asNeededCodeableConcept", condition),
            None if as_needed => dosage.set("asNeededBoolean", Json::Bool(true)),
            None => {}
        }
        dosage
            .with("site", site)
            .with("route", route)
            .list("doseAndRate", amounts.into_iter().collect())
            .with("maxDosePerPeriod", most)
            .some()
    }

    /// An amount with its words; a range keeps its words only.
    fn amount(&self, node: Node<'a>) -> Option<(Option<Json>, String)> {
        let words = |quantity: &Json| {
            let unit = quantity.text("unit").unwrap_or_default();
            format!("{} {unit}", quantity.digits("value").unwrap_or_default()).trim().to_owned()
        };
        if let Some(quantity) = types::quantity(node) {
            let words = words(&quantity);
            return Some((Some(quantity), words));
        }
        let range = types::range(node)?;
        let ends: Vec<String> =
            ["low", "high"].iter().filter_map(|end| range.get(end).map(words)).collect();
        Some((None, ends.join(" – ")))
    }

    /// A vaccination: given, refused or planned.
    pub(super) fn immunization(&mut self, statement: Node<'a>) {
        let product = at(statement, &["consumable", "manufacturedProduct"]);
        let material = product.and_then(|product| child(product, "manufacturedMaterial"));
        let code = material
            .and_then(|material| child(material, "code"))
            .map_or_else(|| types::missing("NI"), |code| types::concept_or_absent(code, self));
        let refused = negated(statement);
        let status = match code_of(statement, "statusCode") {
            _ if refused => "not-done",
            Some("nullified") => "entered-in-error",
            Some("aborted" | "cancelled") => "not-done",
            _ => "completed",
        };
        let reason = ["53"]
            .iter()
            .find_map(|template| related_as(statement, "observation", template))
            .map(|reason| {
                child(reason, "value")
                    .and_then(|value| types::concept(value, self))
                    .unwrap_or_else(|| self.code(reason, "code"))
            });
        let lot = material.and_then(|m| child(m, "lotNumberText")).and_then(|lot| self.text(lot));
        let maker = product
            .and_then(|product| child(product, "manufacturerOrganization"))
            .and_then(types::organization);
        let mut body = Object::new()
            .text("status", Some(status))
            .with("statusReason", reason.filter(|_| refused))
            .with("vaccineCode", code);
        let when = children(statement, "effectiveTime").find_map(types::start);
        match when {
            Some(when) => body.set("occurrenceDateTime", Json::from(when)),
            // The date is required; that it is unknown is said.
            None => body.set("occurrenceString", Json::from("unknown")),
        }
        let performer = children(statement, "performer")
            .find_map(types::person)
            .map(|who| one(Object::new().with("actor", build::display(&who)).done()));
        let doses: Vec<Json> = child(statement, "repeatNumber")
            .and_then(|number| attribute(number, "value"))
            .filter(|number| number.parse::<u16>().is_ok_and(|n| n > 0))
            .map(|number| {
                Object::new().with("doseNumberPositiveInt", Json::Number(number.into())).done()
            })
            .into_iter()
            .collect();
        let body = body
            .with("manufacturer", maker.map(|maker| build::display(&maker)))
            .text("lotNumber", lot)
            .with(
                "site",
                children(statement, "approachSiteCode").find_map(|s| types::concept(s, self)),
            )
            .with("route", child(statement, "routeCode").and_then(|r| types::concept(r, self)))
            .with("doseQuantity", child(statement, "doseQuantity").and_then(types::quantity))
            .with("performer", performer)
            .list("note", self.notes(statement))
            .list("protocolApplied", doses);
        self.add("Immunization", statement, body);
    }
}

/// How often, in words and where possible as FHIR has it.
struct Timing {
    words: String,
    repeat: Option<Json>,
}

fn timing(time: Node<'_>) -> Option<Timing> {
    match type_of(time)? {
        "PIVL_TS" | "PIVL" => periodic(time),
        "EIVL_TS" | "EIVL" => {
            let code = code_of(time, "event")?;
            let words = codes::event(code)?;
            let repeat = Object::new().list("when", vec![Json::from(code)]).done();
            Some(Timing { words: words.to_owned(), repeat: Some(repeat) })
        }
        _ => None,
    }
}

fn periodic(time: Node<'_>) -> Option<Timing> {
    let period = child(time, "period")?;
    let written = |node: Node<'_>| {
        let value = types::decimal(attribute(node, "value")?)?;
        let Json::Number(digits) = value else { return None };
        Some((digits.to_string(), attribute(node, "unit").unwrap_or("h").to_owned()))
    };
    let bound = |name: &'static str| child(period, name).and_then(written);
    let (value, most, unit) = match (written(period), bound("low"), bound("high")) {
        (Some((value, unit)), _, _) => (value, None, unit),
        (None, Some((low, unit)), Some((high, _))) => (low, Some(high), unit),
        (None, Some((low, unit)), None) | (None, None, Some((low, unit))) => (low, None, unit),
        (None, None, None) => return None,
    };
    let (unit_code, unit_word) = codes::unit_of_time(&unit)?;
    let plural = if unit_word.len() > 3 && (value != "1" || most.is_some()) { "s" } else { "" };
    let words = match &most {
        Some(most) => format!("every {value} to {most} {unit_word}{plural}"),
        None if value == "1" && unit_word.len() >= 3 => format!("every {unit_word}"),
        None => format!("every {value} {unit_word}{plural}"),
    };
    let repeat = Object::new()
        .with("frequency", Json::Number("1".into()))
        .with("period", Json::Number(value.into()))
        .with("periodMax", most.map(|most| Json::Number(most.into())))
        .text("periodUnit", Some(unit_code))
        .done();
    Some(Timing { words, repeat: Some(repeat) })
}
