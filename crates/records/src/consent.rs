//! A share as a FHIR R4 Consent in the shape of IHE Privacy Consent on FHIR (PCF). Written strictly,
//! read tolerantly. Kept inside ciphertext.

use serde_json::{Value, json};
use thiserror::Error;

use crate::category::Category;
use crate::date::{DatePrecision, PartialDate};
use crate::json::Json;
use crate::limits::Limits;

/// System of the codes for compartments; the codes are the names of [`Category`].
pub const CATEGORY_SYSTEM: &str = "urn:keyward:category";
/// Where the policy of a share is described.
const POLICY: &str = "urn:keyward:policy:share:1";
const PURPOSE_SYSTEM: &str = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

/// Why records are shared (HL7 PurposeOfUse).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Treatment.
    Treatment,
    /// Payment.
    Payment,
    /// Running a clinic.
    Operations,
    /// Research.
    Research,
    /// Treatment in an emergency.
    Emergency,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Purpose; 5] = [
        Purpose::Treatment,
        Purpose::Payment,
        Purpose::Operations,
        Purpose::Research,
        Purpose::Emergency,
    ];

    /// The HL7 code.
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Treatment => "TREAT",
            Purpose::Payment => "HPAYMT",
            Purpose::Operations => "HOPERAT",
            Purpose::Research => "HRESCH",
            Purpose::Emergency => "ETREAT",
        }
    }

    /// The purpose of an HL7 code.
    pub fn from_code(code: &str) -> Option<Purpose> {
        Self::ALL.into_iter().find(|purpose| purpose.code() == code)
    }
}

/// State of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// In force, within its period.
    Active,
    /// Revoked or ended.
    Inactive,
    /// Not yet given.
    Proposed,
    /// Recorded by mistake.
    EnteredInError,
}

impl Status {
    fn code(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Inactive => "inactive",
            Status::Proposed => "proposed",
            Status::EnteredInError => "entered-in-error",
        }
    }
}

/// What a Consent is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Identifier of the share, unique to it (no number of anybody's register).
    pub id: String,
    /// State.
    pub status: Status,
    /// How the patient is called toward this recipient: her name or her pseudonym.
    pub patient: String,
    /// When she agreed, an instant (`2026-11-22T18:00:00Z`).
    pub agreed: String,
    /// The organisation that keeps the consent (the clinic).
    pub organization: String,
    /// The recipient.
    pub recipient: Recipient,
    /// Why.
    pub purpose: Purpose,
    /// From when it holds, an instant.
    pub from: String,
    /// Until when it holds, an instant after `from`.
    pub until: String,
    /// What is shared; at least one.
    pub categories: Vec<Category>,
    /// Only records of this period, dates as written (start, end).
    pub data_period: Option<(String, String)>,
}

/// To whom records are shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Name as certified.
    pub name: String,
    /// Role as certified.
    pub role: String,
    /// Organisation as certified.
    pub organization: String,
    /// Hash of the certificate, hex: tells two of one name apart.
    pub certificate: String,
}

/// Why a consent is not written or not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConsentError {
    /// A text that must be there is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A date is not an instant.
    #[error("{0} is not an instant")]
    NotAnInstant(&'static str),
    /// The end is not after the start.
    #[error("the end is not after the start")]
    EndBeforeStart,
    /// Nothing is shared.
    #[error("nothing is shared")]
    NothingShared,
    /// Not a FHIR Consent.
    #[error("not a Consent")]
    NotConsent,
    /// A Consent without a part that matters.
    #[error("the Consent has no {0}")]
    Missing(&'static str),
    /// A Consent that says more, or other, than is understood; it must not be taken for less.
    #[error("the Consent holds {0}, which is not understood")]
    NotUnderstood(&'static str),
}

impl ConsentError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ConsentError::Empty(_) => "empty",
            ConsentError::NotAnInstant(_) => "notAnInstant",
            ConsentError::EndBeforeStart => "endBeforeStart",
            ConsentError::NothingShared => "nothingShared",
            ConsentError::NotConsent => "notConsent",
            ConsentError::Missing(_) => "missing",
            ConsentError::NotUnderstood(_) => "notUnderstood",
        }
    }
}

impl Draft {
    /// Checks the draft and writes it as FHIR JSON.
    ///
    /// # Errors
    /// If a text is empty, a date is no instant, the end is not after the start or nothing is shared.
    pub fn build(&self) -> Result<Vec<u8>, ConsentError> {
        self.check()?;
        Ok(self.to_value().to_string().into_bytes())
    }

    fn check(&self) -> Result<(), ConsentError> {
        let texts = [
            ("id", &self.id),
            ("patient", &self.patient),
            ("organization", &self.organization),
            ("recipient.name", &self.recipient.name),
            ("recipient.certificate", &self.recipient.certificate),
        ];
        for (name, text) in texts {
            if text.trim().is_empty() {
                return Err(ConsentError::Empty(name));
            }
        }
        instant("agreed", &self.agreed)?;
        let (from, until) = (instant("from", &self.from)?, instant("until", &self.until)?);
        if until <= from {
            return Err(ConsentError::EndBeforeStart);
        }
        if self.categories.is_empty() {
            return Err(ConsentError::NothingShared);
        }
        if let Some((start, end)) = &self.data_period {
            let start =
                PartialDate::parse(start).ok_or(ConsentError::NotAnInstant("dataPeriod"))?;
            let end = PartialDate::parse(end).ok_or(ConsentError::NotAnInstant("dataPeriod"))?;
            if end.sort_key() < start.sort_key() {
                return Err(ConsentError::EndBeforeStart);
            }
        }
        Ok(())
    }

    fn to_value(&self) -> Value {
        let mut categories = self.categories.clone();
        categories.sort_unstable();
        categories.dedup();
        let classes: Vec<Value> = categories
            .iter()
            .map(|category| json!({"system": CATEGORY_SYSTEM, "code": category.as_str()}))
            .collect();
        let mut provision = json!({
            "type": "permit",
            "period": {"start": self.from, "end": self.until},
            "actor": [{
                "role": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                    "code": "IRCP",
                }]},
                "reference": {
                    "type": "Practitioner",
                    "identifier": {"system": "urn:keyward:certificate", "value": self.recipient.certificate},
                    "display": self.recipient.display(),
                },
            }],
            "purpose": [{"system": PURPOSE_SYSTEM, "code": self.purpose.code()}],
            "class": classes,
        });
        if let (Some((start, end)), Some(members)) = (&self.data_period, provision.as_object_mut())
        {
            members.insert("dataPeriod".to_owned(), json!({"start": start, "end": end}));
        }
        json!({
            "resourceType": "Consent",
            "meta": {"profile": ["https://profiles.ihe.net/ITI/PCF/StructureDefinition/IHE.PCF.consentIntermediate"]},
            "identifier": [{"system": "urn:keyward:share", "value": self.id}],
            "status": self.status.code(),
            "scope": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                "code": "patient-privacy",
            }]},
            "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0", "display": "Consent Document"}]}],
            "patient": {"display": self.patient},
            "dateTime": self.agreed,
            "performer": [{"display": self.patient}],
            "organization": [{"display": self.organization}],
            "policy": [{"uri": POLICY}],
            "provision": provision,
        })
    }
}

impl Recipient {
    fn display(&self) -> String {
        [&self.name, &self.role, &self.organization]
            .into_iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn instant(name: &'static str, text: &str) -> Result<jiff::Timestamp, ConsentError> {
    let written = PartialDate::parse(text).ok_or(ConsentError::NotAnInstant(name))?;
    if written.precision() != DatePrecision::Instant {
        return Err(ConsentError::NotAnInstant(name));
    }
    text.parse().map_err(|_| ConsentError::NotAnInstant(name))
}

/// What a Consent says, for showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Identifier of the share.
    pub id: String,
    /// State.
    pub status: Status,
    /// How the patient is called in it.
    pub patient: Option<String>,
    /// When she agreed, as written.
    pub agreed: Option<String>,
    /// Who keeps it.
    pub organization: Option<String>,
    /// The recipient's words.
    pub recipient: String,
    /// Hash of the recipient's certificate, hex.
    pub certificate: String,
    /// Why.
    pub purpose: Purpose,
    /// From when, as written.
    pub from: String,
    /// Until when, as written.
    pub until: String,
    /// What is shared.
    pub categories: Vec<Category>,
    /// Only records of this period, as written.
    pub data_period: Option<(Option<String>, Option<String>)>,
}

/// Reads a Consent written by [`Draft::build`], or another of the same shape.
///
/// # Errors
/// If it is no Consent, lacks a part that matters, or holds a rule that is not understood: exceptions
/// (`provision.provision`), a denial, a modifier, an unknown category or purpose.
pub fn read(bytes: &[u8]) -> Result<Summary, ConsentError> {
    let consent = Json::read(bytes, &Limits::default()).map_err(|_| ConsentError::NotConsent)?;
    if consent.text("resourceType") != Some("Consent") {
        return Err(ConsentError::NotConsent);
    }
    let provision = consent.get("provision").ok_or(ConsentError::Missing("provision"))?;
    refuse_more(&consent, provision)?;
    let mut actors = provision.items("actor");
    let actor = actors.next().and_then(|a| a.get("reference"));
    let actor = actor.ok_or(ConsentError::Missing("actor"))?;
    if actors.next().is_some() {
        return Err(ConsentError::NotUnderstood("several actors"));
    }
    let text = |value: Option<&Json>| value.and_then(Json::as_str).map(str::to_owned);
    let first = |name: &str, field: &str| {
        consent.items(name).next().and_then(|item| item.text(field)).map(str::to_owned)
    };
    let data_period = provision
        .get("dataPeriod")
        .map(|period| (text(period.get("start")), text(period.get("end"))));
    Ok(Summary {
        id: first("identifier", "value").ok_or(ConsentError::Missing("identifier"))?,
        status: status(&consent)?,
        patient: text(consent.at(&["patient", "display"])),
        agreed: text(consent.get("dateTime")),
        organization: first("organization", "display"),
        recipient: text(actor.get("display")).ok_or(ConsentError::Missing("recipient"))?,
        certificate: text(actor.at(&["identifier", "value"]))
            .ok_or(ConsentError::Missing("certificate"))?,
        purpose: purpose(provision)?,
        from: text(provision.at(&["period", "start"])).ok_or(ConsentError::Missing("start"))?,
        until: text(provision.at(&["period", "end"])).ok_or(ConsentError::Missing("end"))?,
        categories: categories(provision)?,
        data_period,
    })
}

fn refuse_more(consent: &Json, provision: &Json) -> Result<(), ConsentError> {
    if provision.get("provision").is_some() {
        return Err(ConsentError::NotUnderstood("exceptions"));
    }
    if provision.text("type") != Some("permit") {
        return Err(ConsentError::NotUnderstood("a denial"));
    }
    for holder in [consent, provision] {
        if holder.get("modifierExtension").is_some() || holder.get("implicitRules").is_some() {
            return Err(ConsentError::NotUnderstood("a modifier"));
        }
    }
    for narrowing in ["securityLabel", "code", "data", "action"] {
        if provision.get(narrowing).is_some() {
            return Err(ConsentError::NotUnderstood(narrowing));
        }
    }
    Ok(())
}

fn status(consent: &Json) -> Result<Status, ConsentError> {
    let all = [Status::Active, Status::Inactive, Status::Proposed, Status::EnteredInError];
    let code = consent.text("status").ok_or(ConsentError::Missing("status"))?;
    all.into_iter()
        .find(|status| status.code() == code)
        .ok_or(ConsentError::NotUnderstood("status"))
}

fn purpose(provision: &Json) -> Result<Purpose, ConsentError> {
    let mut purposes = provision.items("purpose");
    let code = purposes.next().and_then(|coding| coding.text("code"));
    if purposes.next().is_some() {
        return Err(ConsentError::NotUnderstood("several purposes"));
    }
    code.ok_or(ConsentError::Missing("purpose"))
        .and_then(|code| Purpose::from_code(code).ok_or(ConsentError::NotUnderstood("purpose")))
}

fn categories(provision: &Json) -> Result<Vec<Category>, ConsentError> {
    let found: Result<Vec<Category>, ConsentError> = provision
        .items("class")
        .map(|coding| {
            coding
                .text("code")
                .filter(|_| coding.text("system") == Some(CATEGORY_SYSTEM))
                .and_then(Category::from_name)
                .ok_or(ConsentError::NotUnderstood("class"))
        })
        .collect();
    match found {
        Ok(found) if found.is_empty() => Err(ConsentError::Missing("class")),
        other => other,
    }
}
