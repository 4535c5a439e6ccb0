//! Builds FHIR JSON member by member; what is not there is left out.

use crate::json::{Json, Str};

/// An object under construction.
#[derive(Debug, Default)]
pub(super) struct Object(Vec<(Str, Json)>);

impl Object {
    /// An empty object.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// A resource.
    pub(super) fn resource(kind: &str, id: &str) -> Self {
        Self::new().with("resourceType", Json::from(kind)).with("id", Json::from(id))
    }

    /// Adds a member.
    pub(super) fn with(mut self, name: &str, value: impl Into<Option<Json>>) -> Self {
        self.set(name, value);
        self
    }

    /// Adds a text.
    pub(super) fn text(self, name: &str, value: Option<impl Into<Str>>) -> Self {
        self.with(name, value.map(|text| Json::String(text.into())))
    }

    /// Adds a list, unless it is empty.
    pub(super) fn list(self, name: &str, values: Vec<Json>) -> Self {
        self.with(name, (!values.is_empty()).then_some(Json::Array(values)))
    }

    /// Adds a member to an object that stays in place.
    pub(super) fn set(&mut self, name: &str, value: impl Into<Option<Json>>) {
        if let Some(value) = value.into() {
            self.0.push((name.into(), value));
        }
    }

    /// Whether a member is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member == name)
    }

    /// The object, unless nothing is in it.
    pub(super) fn some(self) -> Option<Json> {
        (!self.0.is_empty()).then_some(Json::Object(self.0))
    }

    /// The object.
    pub(super) fn done(self) -> Json {
        Json::Object(self.0)
    }
}

/// A list of one.
pub(super) fn one(value: Json) -> Json {
    Json::Array(vec![value])
}

/// A concept of one code that FHIR itself defines.
pub(super) fn code(system: &str, code: &str, display: &str) -> Json {
    let coding = Object::new()
        .text("system", Some(system))
        .text("code", Some(code))
        .text("display", (!display.is_empty()).then_some(display));
    Object::new().with("coding", one(coding.done())).done()
}

/// A reference by words.
pub(super) fn display(words: &str) -> Json {
    Object::new().text("display", Some(words)).done()
}

/// A reference to a resource.
pub(super) fn reference(kind: &str, id: &str) -> Json {
    Object::new().text("reference", Some(format!("{kind}/{id}"))).done()
}

/// The extension that says why something is missing.
pub(super) fn absent(reason: &str) -> Json {
    let extension = Object::new()
        .text("url", Some("http://hl7.org/fhir/StructureDefinition/data-absent-reason"))
        .text("valueCode", Some(reason));
    one(extension.done())
}
