//! Collects what a file holds: numbers entries, recognises repetitions, names what has no name of its own.

use std::collections::HashMap;
use std::ops::Range;

use crate::category::{Category, of_type};
use crate::fingerprint;
use crate::identity::PatientIdentity;
use crate::json::Json;
use crate::limits::Limits;
use crate::mentions::{self, Mentions};
use crate::parse::{Arrival, Given};
use crate::parsed::{Container, Duplicate, KeptAsSource, KeptReason, ParseError, Parsed, Resource};
use crate::references::{self, References};
use crate::sensitivity::{self, Sensitivity};
use crate::view::line::line_with;
use crate::view::{ChartInput, Gist};

/// Type of what others may be called by.
const MEDICINE: &str = "Medication";

/// A resource with everything that can be said of it without what was taken before: made on any thread.
pub(crate) struct Ready {
    /// Why it is only kept as source, if it is.
    reason: Option<KeptReason>,
    id: Option<String>,
    /// Whom it describes.
    person: Option<PatientIdentity>,
    /// References written in it, if it has no name of its own.
    written: Vec<String>,
    /// What its words repeat, see [`Mentions`].
    parts: Vec<String>,
    /// Whose kinds are its own.
    speaks_of: Vec<String>,
    /// What its line begins with, until that is made.
    gist: Option<Gist>,
    resource: Resource,
}

impl Ready {
    /// With its line in a chart; `json` is what was read of it.
    pub(crate) fn drawn(mut self, json: &Json, arrival: &Arrival<'_>) -> Self {
        let input = ChartInput {
            record_id: "",
            bytes: &self.resource.bytes,
            received: arrival.received,
            source: arrival.source,
            compartment: Some(self.resource.category),
        };
        let gist = self.gist.take().unwrap_or_else(|| Gist::of(json));
        self.resource.line = Some(Box::new(line_with(&input, json, gist)));
        self
    }

    /// A resource whose bytes are these.
    pub(crate) fn of(
        reason: Option<KeptReason>,
        bytes: Vec<u8>,
        full_url: Option<String>,
        json: &Json,
    ) -> Self {
        let gist = Gist::of(json);
        let fingerprint = fingerprint::of_resource(json);
        let described = Resource::described(0, bytes, json, fingerprint, &gist);
        Self {
            id: json.text("id").map(str::to_owned),
            person: PatientIdentity::of(json),
            parts: mentions::parts(json),
            speaks_of: mentions::speaks_of(json),
            written: if reason.is_none() && gist.title.is_empty() {
                references::collect(json)
            } else {
                Vec::new()
            },
            gist: Some(gist),
            resource: Resource { full_url, ..described },
            reason,
        }
    }

    /// The same, of something whose bytes stood there in the file.
    pub(crate) fn at(mut self, place: Range<usize>) -> Self {
        self.resource.place = Some(place);
        self
    }

    /// The same, of something that is also of these kinds.
    pub(crate) fn with_kinds(mut self, kinds: &[Sensitivity]) -> Self {
        self.resource.add_kinds(kinds);
        self
    }
}

/// A resource that is understood.
struct Understood {
    resource: Resource,
    /// References written in it, if it has no name of its own.
    written: Vec<String>,
    /// Whose kinds are its own.
    speaks_of: Vec<String>,
}

/// What was taken from a file so far.
#[derive(Default)]
pub(crate) struct Taken {
    entries: usize,
    patients: Vec<PatientIdentity>,
    resources: Vec<Understood>,
    kept_as_source: Vec<KeptAsSource>,
    duplicates: Vec<Duplicate>,
    labelled_again: Vec<([u8; 32], Vec<Sensitivity>)>,
    /// What others may be called by.
    medicines: References,
    mentions: Mentions,
    /// Content met so far: under which names (id or full URL), and at which entry.
    seen: HashMap<[u8; 32], Vec<(Option<String>, usize)>>,
}

impl Taken {
    /// Whether nothing understood was taken.
    pub(crate) fn is_bare(&self) -> bool {
        self.resources.is_empty()
    }

    /// The number of the next entry.
    ///
    /// # Errors
    /// [`ParseError::TooManyResources`].
    pub(crate) fn next_index(&mut self, limits: &Limits) -> Result<usize, ParseError> {
        if self.entries >= limits.max_resources {
            return Err(ParseError::TooManyResources { limit: limits.max_resources });
        }
        self.entries += 1;
        Ok(self.entries - 1)
    }

    /// Takes a resource made from another format.
    ///
    /// # Errors
    /// [`ParseError::TooManyResources`].
    pub(crate) fn make(&mut self, json: &Json, limits: &Limits) -> Result<(), ParseError> {
        let index = self.next_index(limits)?;
        let kind = json.text("resourceType").unwrap_or_default();
        let reason = of_type(kind).is_none().then_some(KeptReason::UnknownType);
        self.accept(index, Ready::of(reason, json.to_compact().into_bytes(), None, json));
        Ok(())
    }

    /// Takes a resource.
    pub(crate) fn accept(&mut self, index: usize, ready: Ready) {
        let (resource, url) = (&ready.resource, ready.resource.full_url.as_deref());
        if resource.resource_type == MEDICINE {
            self.medicines.add_named(
                "",
                url,
                &resource.resource_type,
                ready.id.as_deref(),
                &resource.title,
            );
        }
        let called = (resource.resource_type.as_str(), ready.id.as_deref(), url);
        self.mentions.add(called, &resource.kinds, &ready.parts);
        self.put(index, ready);
    }

    /// Takes a resource that stood inside another one. Its id means nothing outside of that one, so
    /// nothing is called by it.
    pub(crate) fn accept_inner(&mut self, index: usize, ready: Ready) {
        self.put(index, ready);
    }

    fn put(&mut self, index: usize, ready: Ready) {
        let Ready { reason, id, person, written, speaks_of, mut resource, .. } = ready;
        let name = id.or_else(|| resource.full_url.clone());
        let Some(fingerprint) = self.recognise(resource.fingerprint, name, index, &resource.within)
        else {
            return;
        };
        if let Some(person) = person
            && !self.patients.contains(&person)
        {
            self.patients.push(person);
        }
        resource.index = index;
        resource.fingerprint = fingerprint;
        match reason {
            None => {
                self.resources.push(Understood { resource, written, speaks_of });
            }
            Some(reason) => self.kept_as_source.push(KeptAsSource { index, reason, resource }),
        }
    }

    /// Takes bytes that are not understood.
    pub(crate) fn keep(
        &mut self,
        index: usize,
        reason: KeptReason,
        bytes: Vec<u8>,
        full_url: Option<String>,
        kinds: &[Sensitivity],
        place: Option<Range<usize>>,
    ) {
        let base = fingerprint::of_source(&bytes);
        let Some(fingerprint) = self.recognise(base, full_url.clone(), index, kinds) else {
            return;
        };
        let mut resource = Resource {
            index,
            resource_type: String::new(),
            bytes,
            category: Category::Other,
            kinds: Vec::new(),
            within: Vec::new(),
            date: None,
            title: String::new(),
            fingerprint,
            full_url,
            place,
            line: None,
        };
        resource.add_kinds(&sensitivity::kinds_of_text(&resource.bytes));
        resource.add_kinds(kinds);
        self.kept_as_source.push(KeptAsSource { index, reason, resource });
    }

    /// The fingerprint under which to keep the content, or `None` if it is a repetition. One in a Bundle that is
    /// labelled tells of which kinds the other is, too.
    fn recognise(
        &mut self,
        base: [u8; 32],
        name: Option<String>,
        index: usize,
        kinds: &[Sensitivity],
    ) -> Option<[u8; 32]> {
        let earlier = self.seen.entry(base).or_default();
        if let Some(n) = earlier.iter().position(|(other, _)| *other == name) {
            let of = earlier.get(n).map_or(index, |(_, of)| *of);
            self.duplicates.push(Duplicate { index, of });
            if !kinds.is_empty() {
                self.labelled_again.push((nth(base, n), kinds.to_vec()));
            }
            return None;
        }
        earlier.push((name, index));
        Some(nth(base, earlier.len() - 1))
    }

    /// What was found and needs nothing of what comes later.
    pub(crate) fn give_away(&mut self) -> Given {
        let all = std::mem::take(&mut self.resources);
        // One without a name may be called by what it refers to, and a document or a prescription may
        // speak of what comes later.
        let (ready, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| {
            (!one.resource.title.is_empty() || one.written.is_empty()) && one.speaks_of.is_empty()
        });
        self.resources = left;
        Given {
            resources: ready.into_iter().map(|one| one.resource).collect(),
            kept_as_source: std::mem::take(&mut self.kept_as_source),
        }
    }

    /// All of it; what has no name of its own is called by what the file itself says elsewhere.
    pub(crate) fn finish(self, container: Container) -> Parsed {
        let Taken {
            entries,
            patients,
            resources,
            kept_as_source,
            duplicates,
            labelled_again,
            medicines,
            mentions,
            ..
        } = self;
        let resources = resources
            .into_iter()
            .map(|Understood { mut resource, written, speaks_of }| {
                resource.add_kinds(&mentions.kinds(&speaks_of));
                if resource.title.is_empty() {
                    resource.title = called_by(&medicines, &written);
                }
                resource
            })
            .collect();
        Parsed {
            container,
            entries,
            patients,
            resources,
            kept_as_source,
            duplicates,
            labels: Vec::new(),
            labelled_again,
        }
    }
}

/// The fingerprint of what has the same content as `n` others.
fn nth(base: [u8; 32], n: usize) -> [u8; 32] {
    match u32::try_from(n).unwrap_or(u32::MAX) {
        0 => base,
        n => fingerprint::of_repetition(&base, n),
    }
}

/// A medicine that is only referred to is called by its name.
fn called_by(medicines: &References, written: &[String]) -> String {
    let mut found = written.iter().filter_map(|reference| medicines.resolve("", reference));
    found.next().map(|target| target.display.clone()).unwrap_or_default()
}
