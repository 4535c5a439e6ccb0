//! Walks a resource and leaves out what identifies. Recursion is bounded by the depth at which the
//! resource was read.

use sha2::{Digest, Sha256};

use super::rules::{self, Target};
use super::{IdentifierKind, IdentifyingItem, Options};
use crate::json::{Json, Str};

const MAX_VALUE: usize = 200;

/// The resource without what identifies, and what that was.
pub(super) fn scrub(resource: &Json, options: &Options) -> (Json, Vec<IdentifyingItem>) {
    let kind = resource.text("resourceType").unwrap_or_default().to_owned();
    let mut scrub = Scrub { options, kind, locals: Vec::new(), found: Vec::new() };
    let stripped = scrub.resource(resource, "");
    (stripped, scrub.found)
}

struct Scrub<'a> {
    options: &'a Options,
    kind: String,
    /// Ids of what the resource contains, in order. The sender chose them: they can name somebody, and
    /// the same ones in two spaces would link these.
    locals: Vec<String>,
    found: Vec<IdentifyingItem>,
}

impl Scrub<'_> {
    fn remove(&mut self, what: IdentifierKind, path: &str, value: &Json) {
        let value: String = words(value).chars().take(MAX_VALUE).collect();
        self.found.push(IdentifyingItem { what, path: path.to_owned(), value });
    }

    fn resource(&mut self, resource: &Json, path: &str) -> Json {
        let kind = resource.text("resourceType").unwrap_or_default().to_owned();
        let outer = std::mem::replace(&mut self.kind, kind);
        let locals = locals_of(resource).map(|own| std::mem::replace(&mut self.locals, own));
        let kept = rules::kept_elements(&self.kind, self.options.keep_practitioners);
        let provider = !rules::is_person(&self.kind);
        let mut members = Vec::new();
        for (name, value) in resource.as_object().into_iter().flatten() {
            let here = join(path, name);
            let value = match name.as_str() {
                "resourceType" | "language" | "implicitRules" => Some(value.clone()),
                "id" => self.id(value, &here),
                "meta" => self.meta(value, &here),
                "contained" => self.contained(value, &here),
                "text" if value.get("div").is_some() || value.get("status").is_some() => {
                    self.remove(IdentifierKind::Narrative, &here, value);
                    None
                }
                other if kept.is_some_and(|kept| !kept.contains(&other)) => {
                    self.remove(rules::personal(other, provider), &here, value);
                    // That she died is clinical; when is not needed to know it.
                    if other == "deceasedDateTime" {
                        members.push(("deceasedBoolean".into(), Json::Bool(true)));
                    }
                    None
                }
                // A kept name of a care provider is not looked into.
                "name" if kept.is_some() => Some(value.clone()),
                other => self.member(other, value, &here),
            };
            members.extend(value.map(|value| (name.clone(), value)));
        }
        self.kind = outer;
        if let Some(locals) = locals {
            self.locals = locals;
        }
        Json::Object(members)
    }

    fn id(&mut self, value: &Json, path: &str) -> Option<Json> {
        self.remove(IdentifierKind::TechnicalId, path, value);
        self.linked(value.as_str()?).map(Json::from)
    }

    /// The id under the key of the space.
    fn linked(&self, id: &str) -> Option<String> {
        let key = self.options.link_key.as_ref()?;
        let digest = Sha256::new()
            .chain_update(key)
            .chain_update(b"keyward/record-link/1\n")
            .chain_update(id.to_ascii_lowercase())
            .finalize();
        Some(digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }

    fn meta(&mut self, meta: &Json, path: &str) -> Option<Json> {
        let mut kept = Vec::new();
        for (name, value) in meta.as_object()? {
            if matches!(name.as_str(), "profile" | "security") {
                kept.push((name.clone(), value.clone()));
            } else {
                self.remove(IdentifierKind::TechnicalId, &join(path, name), value);
            }
        }
        (!kept.is_empty()).then_some(Json::Object(kept))
    }

    fn contained(&mut self, value: &Json, path: &str) -> Option<Json> {
        let Json::Array(items) = value else {
            self.remove(IdentifierKind::ContainedPerson, path, value);
            return None;
        };
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let here = format!("{path}[{index}]");
            let kind = item.text("resourceType").unwrap_or_default();
            if rules::is_person(kind) || crate::of_type(kind).is_none() {
                self.remove(IdentifierKind::ContainedPerson, &here, item);
                continue;
            }
            let mut stripped = self.resource(item, &here);
            // The id of a contained resource is local (`#med1`): its place in the list serves as well.
            if let (Json::Object(members), Some(id)) = (&mut stripped, item.text("id")) {
                members.retain(|(name, _)| name != "id");
                members.extend(self.local(id).map(|id| ("id".into(), Json::from(id))));
            }
            kept.push(stripped);
        }
        (!kept.is_empty()).then_some(Json::Array(kept))
    }

    fn member(&mut self, name: &str, value: &Json, path: &str) -> Option<Json> {
        match name {
            "extension" => return self.extensions(value, path),
            "modifierExtension" => return self.modifiers(value, path),
            // An empty reason to keep a shadow element is its harmless extensions.
            "id" => return None,
            _ => {}
        }
        // The narrative of a section (Composition) repeats what the entries say, names included.
        if name == "text" && value.get("div").is_some() {
            self.remove(IdentifierKind::Narrative, path, value);
            return None;
        }
        if let Some(what) = rules::by_name(&self.kind, name, value) {
            self.remove(what, path, value);
            return None;
        }
        self.value(name, value, path)
    }

    fn value(&mut self, name: &str, value: &Json, path: &str) -> Option<Json> {
        match value {
            Json::Array(items) => {
                let kept: Vec<Json> = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| self.value(name, item, &format!("{path}[{index}]")))
                    .collect();
                (!kept.is_empty()).then_some(Json::Array(kept))
            }
            Json::Object(_) if value.get("resourceType").is_some() => {
                Some(self.resource(value, path))
            }
            Json::Object(_) if is_reference(name, value) => self.reference(name, value, path),
            Json::Object(members) => self.object(value, members, path),
            other => Some(other.clone()),
        }
    }

    fn object(&mut self, value: &Json, members: &[(Str, Json)], path: &str) -> Option<Json> {
        let document = value.get("contentType").is_some() || value.get("data").is_some();
        let mut kept = Vec::new();
        for (name, member) in members {
            let here = join(path, name);
            // The address or checksum of a document finds it in the sender's archive.
            if document && matches!(name.as_str(), "url" | "hash") {
                self.remove(IdentifierKind::TechnicalId, &here, member);
                continue;
            }
            kept.extend(self.member(name, member, &here).map(|member| (name.clone(), member)));
        }
        (!kept.is_empty()).then_some(Json::Object(kept))
    }

    fn reference(&mut self, field: &str, value: &Json, path: &str) -> Option<Json> {
        let target = rules::target(field, value);
        let keep_words = match target {
            Target::Clinical => true,
            Target::CareProvider => self.options.keep_practitioners,
            Target::Person => false,
        };
        let mut kept = Vec::new();
        for (name, member) in value.as_object()? {
            let here = join(path, name);
            match (name.as_str(), member.as_str()) {
                ("reference", Some(written)) => match self.relink(written) {
                    Some(linked) => kept.push((name.clone(), Json::from(linked))),
                    None => self.remove(IdentifierKind::TechnicalId, &here, member),
                },
                ("type", Some(_)) => kept.push((name.clone(), member.clone())),
                ("display", Some(_)) if keep_words => kept.push((name.clone(), member.clone())),
                ("display", _) => {
                    let what = match target {
                        Target::CareProvider => IdentifierKind::CareProvider,
                        _ => IdentifierKind::PersonReference,
                    };
                    self.remove(what, &here, member);
                }
                ("identifier", _) => self.remove(IdentifierKind::RecordNumber, &here, member),
                _ => self.remove(IdentifierKind::Extension, &here, member),
            }
        }
        (!kept.is_empty()).then_some(Json::Object(kept))
    }

    /// What a contained resource is called instead of its id.
    fn local(&self, id: &str) -> Option<String> {
        let place = self.locals.iter().position(|local| local == id)?;
        Some(format!("c{}", place + 1))
    }

    /// The reference under the key of the space; local ones (`#med1`) by their place in the list.
    fn relink(&self, written: &str) -> Option<String> {
        match written.strip_prefix('#') {
            // The resource itself.
            Some("") => return Some(written.to_owned()),
            Some(id) => return self.local(id).map(|id| format!("#{id}")),
            None => {}
        }
        for prefix in ["urn:uuid:", "urn:oid:"] {
            if let Some(id) = written.strip_prefix(prefix) {
                return self.linked(id).map(|id| format!("urn:uuid:{id}"));
            }
        }
        let mut parts = written.split("/_history/").next()?.rsplit('/');
        let (id, kind) = (parts.next()?, parts.next()?);
        crate::of_type(kind)?;
        self.linked(id).map(|id| format!("{kind}/{id}"))
    }

    fn extensions(&mut self, value: &Json, path: &str) -> Option<Json> {
        let Json::Array(items) = value else {
            self.remove(IdentifierKind::Extension, path, value);
            return None;
        };
        let mut kept = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let harmless =
                item.text("url").is_some_and(|url| rules::HARMLESS_EXTENSIONS.contains(&url));
            let plain = item.as_object().is_some_and(|members| {
                members.iter().all(|(name, value)| {
                    name == "url" || (name.starts_with("value") && !is_object(value))
                })
            });
            if harmless && plain {
                kept.push(item.clone());
            } else {
                self.remove(IdentifierKind::Extension, &format!("{path}[{index}]"), item);
            }
        }
        (!kept.is_empty()).then_some(Json::Array(kept))
    }

    /// A modifier may turn the meaning around: that it is there must not be lost, its value is.
    fn modifiers(&mut self, value: &Json, path: &str) -> Option<Json> {
        self.remove(IdentifierKind::Extension, path, value);
        let marker = Json::Object(vec![("url".into(), Json::from("urn:keyward:removed"))]);
        Some(Json::Array(vec![marker]))
    }
}

/// The ids of what a resource contains; `None` if it contains nothing.
fn locals_of(resource: &Json) -> Option<Vec<String>> {
    let Json::Array(items) = resource.get("contained")? else { return None };
    Some(items.iter().filter_map(|item| item.text("id")).map(str::to_owned).collect())
}

fn is_object(value: &Json) -> bool {
    matches!(value, Json::Object(_) | Json::Array(_))
}

/// A Reference is recognised by its members; a lone `display` is one too, except where a Coding stands.
fn is_reference(field: &str, value: &Json) -> bool {
    if value.text("reference").is_some() {
        return true;
    }
    let coding = matches!(field, "coding" | "class" | "security" | "tag" | "modality");
    let only = value.as_object().into_iter().flatten().all(|(name, _)| {
        matches!(name.as_str(), "type" | "identifier" | "display" | "id" | "extension")
    });
    !coding
        && only
        && (value.get("display").is_some()
            || (value.get("identifier").is_some() && value.get("type").is_none_or(is_text)))
}

fn is_text(value: &Json) -> bool {
    value.as_str().is_some()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The words in a value, for showing what was found.
fn words(value: &Json) -> String {
    match value {
        Json::String(text) => text.to_string(),
        Json::Number(digits) => digits.to_string(),
        Json::Bool(yes) => yes.to_string(),
        Json::Null => String::new(),
        Json::Array(items) => joined(items.iter()),
        Json::Object(members) => joined(
            members
                .iter()
                .filter(|(name, _)| {
                    !matches!(
                        name.as_str(),
                        "use" | "system" | "url" | "period" | "type" | "status" | "data"
                    )
                })
                .map(|(_, value)| value),
        ),
    }
}

fn joined<'a>(values: impl Iterator<Item = &'a Json>) -> String {
    let parts: Vec<String> = values.map(words).filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
