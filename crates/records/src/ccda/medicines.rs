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
                .list("dosageInstruction", dosage);
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
            .list("dosage", dosage);
        self.add("MedicationStatement", statement, body);
    }

    /// How to take it: the prescriber's words, where there are any, and the parts, which are put into words where
    /// they are read. A period that does not fit into the first dosage stands in one of its own.
    fn dosage(&self, statement: Node<'a>) -> Vec<Json> {
        let amount = child(statement, "doseQuantity").and_then(|dose| Amount::of("dose", dose));
        // A bare number counts tablets, puffs, …, where the document says which.
        let form = child(statement, "administrationUnitCode")
            .and_then(|form| words_of(&types::concept(form, self)?));
        let amount = amount.map(|amount| amount.counting(form));
        let rate = child(statement, "rateQuantity").and_then(|rate| Amount::of("rate", rate));
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
        let written = related(statement, "substanceAdministration")
            .find(|(_, sig)| is(*sig, "147"))
            .and_then(|(_, sig)| child(sig, "text"))
            .and_then(|text| self.text(text))
            .or_else(|| child(statement, "text").and_then(|text| self.text(text)));
        let mut amounts = Object::new();
        for Amount { name, value } in [amount, rate].into_iter().flatten() {
            amounts.set(&name, value);
        }
        let mut timings = timings(statement).into_iter();
        let mut dosage = Object::new().text("text", written).with("timing", timings.next());
        match condition {
            Some(condition) => dosage.set("asNeededCodeableConcept", condition),
            None if as_needed => dosage.set("asNeededBoolean", Json::Bool(true)),
            None => {}
        }
        let first = dosage
            .with("site", site)
            .with("route", route)
            .list("doseAndRate", amounts.some().into_iter().collect())
            .with("maxDosePerPeriod", most)
            .some();
        let more = timings.map(|timing| Object::new().with("timing", timing).done());
        first.into_iter().chain(more).collect()
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
            None => body.set("_occurrenceString", types::missing("UNK")),
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

/// An amount or a range of amounts under its FHIR name.
struct Amount {
    name: String,
    value: Json,
}

impl Amount {
    fn of(name: &str, node: Node<'_>) -> Option<Self> {
        let quantity = types::quantity(node).map(|quantity| ("Quantity", quantity));
        let (kind, value) = quantity.or_else(|| Some(("Range", types::range(node)?)))?;
        Some(Self { name: format!("{name}{kind}"), value })
    }

    /// Of a bare number: what is counted.
    fn counting(mut self, form: Option<String>) -> Self {
        if let Json::Object(members) = &mut self.value
            && self.name == "doseQuantity"
            && members.iter().all(|(name, _)| name != "unit")
            && let Some(form) = form
        {
            members.push(("unit".into(), Json::from(form)));
        }
        self
    }
}

/// How often: what one FHIR timing can hold, and each further period by itself.
fn timings(statement: Node<'_>) -> Vec<Json> {
    let times = || children(statement, "effectiveTime");
    let mut periods = times()
        .filter(|time| matches!(type_of(*time), Some("PIVL_TS" | "PIVL")))
        .filter_map(periodic);
    let moments: Vec<Json> = times()
        .filter(|time| matches!(type_of(*time), Some("EIVL_TS" | "EIVL")))
        .filter_map(|time| code_of(time, "event").filter(|code| codes::is_moment(code)))
        .map(Json::from)
        .collect();
    let first = periods.next().unwrap_or_else(Object::new).list("when", moments).some();
    let all = first.into_iter().chain(periods.map(Object::done));
    all.map(|repeat| Object::new().with("repeat", repeat).done()).collect()
}

fn periodic(time: Node<'_>) -> Option<Object> {
    let period = child(time, "period")?;
    let written = |node: Node<'_>| {
        let value = types::decimal(attribute(node, "value")?)?;
        let unit = attribute(node, "unit").unwrap_or("h");
        codes::is_time(unit).then(|| (value, unit.to_owned()))
    };
    let bound = |name: &'static str| child(period, name).and_then(written);
    let (value, most, unit) = match (written(period), bound("low"), bound("high")) {
        (Some((value, unit)), _, _) => (value, None, unit),
        (None, Some((low, unit)), Some((high, _))) => (low, Some(high), unit),
        (None, Some((low, unit)), None) | (None, None, Some((low, unit))) => (low, None, unit),
        (None, None, None) => return None,
    };
    let repeat = Object::new()
        .with("frequency", Json::Number("1".into()))
        .with("period", value)
        .with("periodMax", most)
        .text("periodUnit", Some(unit));
    Some(repeat)
}
