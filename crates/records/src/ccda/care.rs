//! Procedures, encounters, plans, goals, equipment and payers.

use super::build::{self, Object, one};
use super::findings::words_of;
use super::maker::Maker;
use super::node::{Node, at, attribute, child, children, code_of, is, related, sdtc};
use super::problems::negated;
use super::types::{self, Texts};
use crate::json::Json;

/// Whether a statement is about the future.
pub(super) fn planned(statement: Node<'_>) -> bool {
    matches!(attribute(statement, "moodCode"), Some("INT" | "RQO" | "PRMS" | "PRP" | "ARQ" | "APT"))
}

impl<'a> Maker<'a> {
    /// Something that was done.
    pub(super) fn procedure(&mut self, statement: Node<'a>) {
        let status = match code_of(statement, "statusCode") {
            _ if negated(statement) => "not-done",
            Some("completed") => "completed",
            Some("active") => "in-progress",
            Some("aborted") => "stopped",
            Some("cancelled") => "not-done",
            Some("nullified") => "entered-in-error",
            _ => "unknown",
        };
        let mut body =
            Object::new().text("status", Some(status)).with("code", self.code(statement, "code"));
        let time = child(statement, "effectiveTime");
        if let Some((name, value)) = time.and_then(|time| types::when(time, "performed")) {
            body.set(&name, value);
        }
        let performers: Vec<Json> = children(statement, "performer")
            .filter_map(types::person)
            .map(|who| Object::new().with("actor", build::display(&who)).done())
            .collect();
        let sites: Vec<Json> = children(statement, "targetSiteCode")
            .filter_map(|site| types::concept(site, self))
            .collect();
        let reasons: Vec<Json> = related(statement, "observation")
            .filter(|(kind, _)| *kind == Some("RSON"))
            .filter_map(|(_, reason)| types::concept(child(reason, "value")?, self))
            .collect();
        // What was observed belongs to the act (an observation in the procedures section).
        let outcome = child(statement, "value").and_then(|value| types::concept(value, self));
        let devices = self.devices(statement);
        let used: Vec<Json> = devices
            .iter()
            .filter_map(|device| device.text("id"))
            .map(|id| {
                let device = Object::new().text("reference", Some(format!("#{id}"))).done();
                Object::new().with("manipulated", device).done()
            })
            .collect();
        let body = body
            .list("contained", devices)
            .list("performer", performers)
            .list("reasonCode", reasons)
            .list("bodySite", sites)
            .with("outcome", outcome)
            .list("note", self.notes(statement))
            .list("focalDevice", used);
        self.add("Procedure", statement, body);
    }

    /// Devices that take part, as contained resources.
    fn devices(&self, statement: Node<'a>) -> Vec<Json> {
        children(statement, "participant")
            .filter(|part| matches!(attribute(*part, "typeCode"), Some("DEV" | "PRD")))
            .filter_map(|part| child(part, "participantRole"))
            .enumerate()
            .filter_map(|(number, role)| {
                let device = child(role, "playingDevice")?;
                let kind = child(device, "code").and_then(|code| types::concept(code, self));
                let maker = child(role, "scopingEntity")
                    .and_then(|maker| child(maker, "desc").or(child(maker, "name")))
                    .and_then(|maker| self.text(maker));
                let model = child(device, "manufacturerModelName").and_then(|m| self.text(m));
                let device = Object::resource("Device", &format!("device{number}"))
                    .list("identifier", types::identifiers(role))
                    .text("manufacturer", maker)
                    .text("modelNumber", model)
                    .with("type", kind);
                Some(device.done())
            })
            .collect()
    }

    /// Equipment that is used or was supplied.
    pub(super) fn equipment(&mut self, supply: Node<'a>) {
        let status = match code_of(supply, "statusCode") {
            Some("completed") => "completed",
            Some("active") => "active",
            Some("nullified") => "entered-in-error",
            Some("aborted" | "cancelled") => "stopped",
            _ => "active",
        };
        let mut devices = self.devices(supply);
        if devices.is_empty() {
            let material = at(supply, &["product", "manufacturedProduct", "manufacturedMaterial"]);
            let kind = material
                .and_then(|material| child(material, "code"))
                .map(|code| types::concept_or_absent(code, self));
            devices.extend(
                kind.map(|kind| Object::resource("Device", "device0").with("type", kind).done()),
            );
        }
        let Some(words) = devices.first().map(device_words) else {
            return self.keep(supply);
        };
        let device =
            Object::new().text("reference", Some("#device0")).text("display", words).done();
        let mut body = Object::new().list("contained", devices).text("status", Some(status));
        if let Some((name, value)) =
            child(supply, "effectiveTime").and_then(|time| types::when(time, "timing"))
        {
            body.set(&name, value);
        }
        let body = body.with("device", device).list("note", self.notes(supply));
        self.add("DeviceUseStatement", supply, body);
    }

    /// A visit or stay.
    pub(super) fn encounter(&mut self, encounter: Node<'a>) {
        let code = child(encounter, "code");
        let class = code
            .into_iter()
            .flat_map(|code| std::iter::once(code).chain(children(code, "translation")))
            .find(|code| attribute(*code, "codeSystem") == Some("2.16.840.1.113883.5.4"))
            .and_then(types::coding);
        let kind: Vec<Json> =
            code.and_then(|code| types::concept(code, self)).into_iter().collect();
        let period = child(encounter, "effectiveTime").and_then(|time| {
            types::date(time)
                .map(|date| Object::new().text("start", Some(date)).done())
                .or_else(|| types::period(time))
        });
        let participants: Vec<Json> = children(encounter, "performer")
            .filter_map(types::person)
            .map(|who| Object::new().with("individual", build::display(&who)).done())
            .collect();
        let places: Vec<Json> = children(encounter, "participant")
            .filter(|part| attribute(*part, "typeCode") == Some("LOC"))
            .filter_map(|part| {
                let role = child(part, "participantRole")?;
                let name = at(role, &["playingEntity", "name"]).and_then(|name| self.text(name));
                let kind = || {
                    let kind = child(role, "code").and_then(|code| types::concept(code, self))?;
                    kind.text("text").map(str::to_owned)
                };
                let place = build::display(&name.or_else(kind)?);
                Some(Object::new().with("location", place).done())
            })
            .collect();
        let reasons: Vec<Json> = related(encounter, "observation")
            .filter(|(kind, _)| *kind == Some("RSON"))
            .filter_map(|(_, reason)| types::concept(child(reason, "value")?, self))
            .collect();
        let diagnoses: Vec<Json> = related(encounter, "act")
            .filter(|(_, act)| is(*act, "80"))
            .flat_map(|(_, act)| related(act, "observation").map(move |(_, o)| (act, o)))
            .map(|(act, problem)| {
                let id = self.problem(problem, Some(act), "encounter-diagnosis");
                Object::new().with("condition", build::reference("Condition", &id)).done()
            })
            .collect();
        let disposition = sdtc(encounter, "dischargeDispositionCode")
            .and_then(|code| types::concept(code, self))
            .map(|code| Object::new().with("dischargeDisposition", code).done());
        let body = Object::new()
            .text("status", Some(if planned(encounter) { "planned" } else { "finished" }))
            .with("class", class.unwrap_or_else(|| types::missing("UNK")))
            .list("type", kind)
            .list("participant", participants)
            .with("period", period)
            .list("reasonCode", reasons)
            .list("diagnosis", diagnoses)
            .with("hospitalization", disposition)
            .list("location", places);
        self.add("Encounter", encounter, body);
    }

    /// Something that is planned or asked for.
    pub(super) fn order(&mut self, statement: Node<'a>) {
        let intent = match attribute(statement, "moodCode") {
            Some("RQO" | "ARQ" | "APT") => "order",
            Some("PRP") => "proposal",
            _ => "plan",
        };
        let status = match code_of(statement, "statusCode") {
            Some("completed") => "completed",
            Some("cancelled" | "aborted") => "revoked",
            Some("held" | "suspended") => "on-hold",
            Some("nullified") => "entered-in-error",
            _ => "active",
        };
        let code = match child(statement, "code") {
            Some(code) => types::concept_or_absent(code, self),
            None => child(statement, "text").and_then(|text| self.text(text)).map_or_else(
                || types::missing("NI"),
                |text| Object::new().text("text", Some(text)).done(),
            ),
        };
        let mut body = Object::new().text("status", Some(status)).text("intent", Some(intent));
        if negated(statement) {
            body.set("doNotPerform", Json::Bool(true));
        }
        body.set("code", code);
        let time = child(statement, "effectiveTime");
        if let Some((name, value)) = time.and_then(|time| types::when(time, "occurrence")) {
            body.set(&name, value);
        }
        let (authored, who) = types::authored(statement);
        let body = body
            .text("authoredOn", authored)
            .with("requester", who.map(|who| build::display(&who)))
            .list("note", self.notes(statement));
        self.add("ServiceRequest", statement, body);
    }

    /// A goal.
    pub(super) fn goal(&mut self, observation: Node<'a>) {
        let what = child(observation, "code").and_then(|code| types::concept(code, self));
        let answer = child(observation, "value").and_then(|value| types::value(value, self));
        let said = |concept: &Json| concept.text("text").map(str::to_owned);
        let description = child(observation, "text")
            .and_then(|text| self.text(text))
            .or_else(|| what.as_ref().and_then(said));
        let description = match (description, &what) {
            (Some(text), _) => Object::new().text("text", Some(text)).done(),
            (None, Some(what)) => what.clone(),
            (None, None) => types::missing("NI"),
        };
        let mut target = Object::new().with("measure", what);
        match answer {
            Some((kind @ ("Quantity" | "Range" | "CodeableConcept" | "String"), value)) => {
                target.set(&format!("detail{kind}"), value);
            }
            _ => target = Object::new(),
        }
        let status = match code_of(observation, "statusCode") {
            Some("completed") => "completed",
            Some("cancelled" | "aborted") => "cancelled",
            Some("suspended" | "held") => "on-hold",
            Some("nullified") => "entered-in-error",
            _ => "active",
        };
        let body = Object::new()
            .text("lifecycleStatus", Some(status))
            .with("description", description)
            .text("startDate", child(observation, "effectiveTime").and_then(types::start))
            .list("target", target.some().into_iter().collect());
        self.add("Goal", observation, body);
    }

    /// Who pays. `false` if no policy is in it.
    pub(super) fn coverage(&mut self, act: Node<'a>) -> bool {
        let policies: Vec<Node<'a>> =
            related(act, "act").map(|(_, policy)| policy).filter(|p| is(*p, "61")).collect();
        for policy in &policies {
            let performers =
                || children(*policy, "performer").filter_map(|p| child(p, "assignedEntity"));
            let payor = performers()
                .filter(|entity| !is_guarantor(*entity))
                .find_map(|entity| {
                    child(entity, "representedOrganization").and_then(types::organization)
                })
                .unwrap_or_default();
            let holder = |kind: &str| {
                children(*policy, "participant")
                    .find(|part| attribute(*part, "typeCode") == Some(kind))
                    .and_then(|part| child(part, "participantRole"))
            };
            let covered = children(*policy, "participant")
                .find(|part| attribute(*part, "typeCode") == Some("COV"));
            let member = holder("COV")
                .and_then(|role| child(role, "id"))
                .and_then(|id| attribute(id, "extension"));
            let relationship = holder("COV")
                .and_then(|role| child(role, "code"))
                .and_then(|code| types::concept(code, self));
            let period = covered.and_then(|part| child(part, "time")).and_then(types::period);
            let payor =
                if payor.is_empty() { types::missing("NI") } else { build::display(&payor) };
            let body = Object::new()
                .text("status", Some("active"))
                .with("type", child(*policy, "code").and_then(|code| types::concept(code, self)))
                .text("subscriberId", member)
                .with("relationship", relationship)
                .with("period", period)
                .with("payor", one(payor));
            self.add("Coverage", *policy, body);
        }
        !policies.is_empty()
    }
}

fn is_guarantor(entity: Node<'_>) -> bool {
    code_of(entity, "code") == Some("GUAR")
}

fn device_words(device: &Json) -> Option<String> {
    words_of(device.get("type")?)
}
