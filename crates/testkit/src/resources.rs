//! FHIR resources, one function per type.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::clinical::{Lab, MedicineRow, Term, cvx, loinc, snomed};
use crate::document::pdf;
use crate::person::Person;

/// How resources point at each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// `urn:uuid:…`, as in bundles with `fullUrl`.
    Urn,
    /// `Type/id`.
    Relative,
}

/// Makes the resources of one patient.
pub(crate) struct Maker {
    pub(crate) rng: StdRng,
    pub(crate) person: Person,
    pub(crate) made: Vec<Value>,
    links: Links,
    patient: String,
    doctor: String,
    clinic: String,
}

/// Marks digits to be written exactly as they are; see [`written`].
pub(crate) fn digits(text: &str) -> Value {
    Value::String(format!("@@{text}@@"))
}

/// JSON text with the digits marked by [`digits`] as numbers, so that `7.20` stays `7.20`.
pub(crate) fn written(value: &Value) -> String {
    value.to_string().replace("\"@@", "").replace("@@\"", "")
}

pub(crate) fn concept(term: Term) -> Value {
    json!({"coding": [{"system": term.system, "code": term.code, "display": term.display}]})
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}

fn quantity(value: &str, unit: &str, ucum: &str) -> Value {
    json!({"value": digits(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": ucum})
}

impl Maker {
    pub(crate) fn new(seed: u64, person: Person, links: Links) -> Maker {
        let mut rng = crate::seeded(seed);
        let (patient, doctor, clinic) = (uuid(&mut rng), uuid(&mut rng), uuid(&mut rng));
        Maker { rng, person, made: Vec::new(), links, patient, doctor, clinic }
    }

    fn refer(&self, kind: &str, id: &str) -> String {
        match self.links {
            Links::Urn => format!("urn:uuid:{id}"),
            Links::Relative => format!("{kind}/{id}"),
        }
    }

    pub(crate) fn subject(&self) -> Value {
        json!({"reference": self.refer("Patient", &self.patient), "display": self.person.name()})
    }

    /// The doctor by reference alone: the name stands in the Practitioner resource.
    fn by_doctor(&self) -> Value {
        json!({"reference": self.refer("Practitioner", &self.doctor)})
    }

    /// Adds a resource under a fresh id and returns the reference to it.
    pub(crate) fn add(&mut self, mut resource: Value) -> String {
        let kind = resource["resourceType"].as_str().unwrap_or_default().to_owned();
        let id = match kind.as_str() {
            "Patient" => self.patient.clone(),
            "Practitioner" => self.doctor.clone(),
            "Organization" => self.clinic.clone(),
            _ => uuid(&mut self.rng),
        };
        resource["id"] = json!(id);
        self.made.push(resource);
        self.refer(&kind, &id)
    }

    pub(crate) fn people(&mut self) {
        let person = self.person.clone();
        let name = person.name();
        self.add(json!({
            "resourceType": "Patient",
            "text": {"status": "generated", "div": format!(
                "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p><b>{name}</b>, born {}</p></div>", person.birth_date)},
            "identifier": [{
                "use": "usual", "system": "urn:oid:2.999.1.1", "value": person.record_number,
                "assigner": {"display": "Sample Clinic"},
            }],
            "active": true,
            "name": [{"use": "official", "family": person.family, "given": person.given}],
            "telecom": [
                {"system": "phone", "value": person.phone, "use": "home"},
                {"system": "email", "value": person.mail},
            ],
            "gender": person.sex,
            "birthDate": person.birth_date,
            "address": [{"use": "home", "line": [person.street], "city": person.city, "postalCode": "00000", "country": "Exampleland"}],
            "maritalStatus": {"text": "married"},
            "contact": [{"relationship": [{"text": "neighbour"}], "name": {"text": "Test-Nora Nachbar-Sample"},
                "telecom": [{"system": "phone", "value": "+1-202-555-0199"}]}],
            "generalPractitioner": [self.by_doctor()],
        }));
        self.add(json!({
            "resourceType": "Practitioner",
            "identifier": [{"system": "urn:oid:2.999.1.2", "value": "DOC-TEST-0001"}],
            "name": [{"family": "Okafor-Sample", "given": ["Test-Ngozi"], "prefix": ["Dr"]}],
            "qualification": [{"code": {"text": "Physician"}}],
        }));
        self.add(json!({
            "resourceType": "Organization", "name": "Sample Clinic", "type": [{"text": "Clinic"}],
            "telecom": [{"system": "phone", "value": "+1-202-555-0100"}],
            "address": [{"line": ["10 Example Street"], "city": "Sampletown"}],
        }));
    }

    pub(crate) fn surroundings(&mut self) {
        let (subject, clinic) = (self.subject(), self.refer("Organization", &self.clinic));
        let insurance = self.person.insurance_number.clone();
        self.add(json!({
            "resourceType": "Coverage", "status": "active", "subscriberId": insurance,
            "beneficiary": subject, "payor": [{"display": "Sample Insurance"}],
            "type": {"text": "Public health insurance"}, "period": {"start": "2010"},
        }));
        self.add(json!({
            "resourceType": "RelatedPerson", "patient": subject, "relationship": [{"text": "daughter"}],
            "name": [{"text": "Test-Clara Muster-Sample"}], "telecom": [{"system": "phone", "value": "+1-202-555-0188"}],
        }));
        self.add(json!({
            "resourceType": "FamilyMemberHistory", "status": "completed", "patient": subject, "date": "2019-03",
            "name": "Test-Vater Sample", "relationship": {"text": "Father"},
            "condition": [{"code": concept(snomed("22298006", "Myocardial infarction")),
                "onsetAge": {"value": 61, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}}],
        }));
        self.add(json!({
            "resourceType": "CareTeam", "status": "active", "subject": subject, "category": [{"text": "Long-term care"}],
            "participant": [{"role": [{"text": "Physician"}], "member": self.by_doctor(), "onBehalfOf": {"reference": clinic}}],
        }));
        self.add(json!({
            "resourceType": "Observation", "status": "final", "subject": subject,
            "category": [coded("observation-category", "social-history")],
            "code": concept(loinc("72166-2", "Tobacco smoking status")),
            "effectiveDateTime": "2025-09",
            "valueCodeableConcept": concept(snomed("8517006", "Ex-smoker")),
        }));
    }

    pub(crate) fn condition(&mut self, row: &(Term, Option<&str>, &str, &str)) {
        let (term, clinical, verification, onset) = *row;
        let mut resource = json!({
            "resourceType": "Condition", "subject": self.subject(), "code": concept(term),
            "category": [coded("condition-category", "problem-list-item")],
            "verificationStatus": coded("condition-ver-status", verification),
            "onsetDateTime": onset, "asserter": self.by_doctor(),
        });
        if let Some(clinical) = clinical {
            resource["clinicalStatus"] = coded("condition-clinical", clinical);
        }
        self.add(resource);
    }

    /// A medicine; every other one refers to a Medication resource of its own.
    pub(crate) fn medicine(&mut self, row: &MedicineRow, by_reference: bool) {
        let (term, status, dose, on) = *row;
        let mut resource = json!({
            "resourceType": "MedicationRequest", "status": status, "intent": "order",
            "subject": self.subject(), "authoredOn": on, "requester": self.by_doctor(),
            "dosageInstruction": [{"text": dose}],
        });
        if by_reference {
            let medication = self.add(json!({"resourceType": "Medication", "code": concept(term)}));
            resource["medicationReference"] = json!({"reference": medication});
        } else {
            resource["medicationCodeableConcept"] = concept(term);
        }
        self.add(resource);
    }

    pub(crate) fn no_known_allergies(&mut self) {
        let resource = json!({
            "resourceType": "AllergyIntolerance", "patient": self.subject(), "recordedDate": "2024-01-16",
            "clinicalStatus": coded("allergyintolerance-clinical", "active"),
            "verificationStatus": coded("allergyintolerance-verification", "confirmed"),
            "code": concept(snomed("716186003", "No known allergy")),
        });
        self.add(resource);
    }

    pub(crate) fn allergy(&mut self, term: Term, verification: &str, reaction: &str, on: &str) {
        let resource = json!({
            "resourceType": "AllergyIntolerance", "patient": self.subject(), "recordedDate": on,
            "clinicalStatus": coded("allergyintolerance-clinical", "active"),
            "verificationStatus": coded("allergyintolerance-verification", verification),
            "code": concept(term), "criticality": "high", "recorder": self.by_doctor(),
            "reaction": [{"manifestation": [{"text": reaction}], "severity": "severe"}],
        });
        self.add(resource);
    }

    /// A test at share `at` (0 to 1) of its years, flagged by the laboratory's own range.
    pub(crate) fn result(&mut self, lab: &Lab, at: f64, on: &str) -> String {
        let noise = 1.0 + self.rng.random_range(-0.04..0.04);
        let value = (lab.from + (lab.to - lab.from) * at) * noise;
        let amount =
            |value: f64| quantity(&format!("{value:.*}", lab.decimals), lab.unit, lab.ucum);
        let mut range = serde_json::Map::new();
        let mut words = Vec::new();
        if let Some(low) = lab.low {
            range.insert("low".to_owned(), amount(low));
            words.push(format!("{low:.*}", lab.decimals));
        }
        if let Some(high) = lab.high {
            range.insert("high".to_owned(), amount(high));
            words.push(format!("{high:.*}", lab.decimals));
        }
        let text =
            if words.len() == 2 { words.join(" – ") } else { format!("< {}", words.concat()) };
        range.insert("text".to_owned(), json!(format!("{text} {}", lab.unit)));
        let resource = json!({
            "resourceType": "Observation", "status": "final", "subject": self.subject(),
            "category": [coded("observation-category", "laboratory")],
            "code": concept(lab.term), "effectiveDateTime": format!("{on}T07:40:00+01:00"), "issued": format!("{on}T15:05:00+01:00"),
            "performer": [{"display": "Sample Laboratory"}],
            "valueQuantity": amount(value),
            "interpretation": [coded("v3-ObservationInterpretation", flag(value, lab))],
            "referenceRange": [range],
        });
        self.add(resource)
    }

    pub(crate) fn report(&mut self, results: &[String], on: &str) {
        let letter = format!("Laboratory report of {on}\nAll values: see the list.\n");
        let resource = json!({
            "resourceType": "DiagnosticReport", "status": "final", "subject": self.subject(),
            "category": [coded("v2-0074", "LAB")], "code": concept(loinc("11502-2", "Laboratory report")),
            "effectiveDateTime": on, "issued": format!("{on}T16:00:00+01:00"), "performer": [{"display": "Sample Laboratory"}],
            "result": results.iter().map(|reference| json!({"reference": reference})).collect::<Vec<_>>(),
            "conclusion": "See the flags.",
            "presentedForm": [{"contentType": "text/plain", "title": "Laboratory report", "data": STANDARD.encode(letter)}],
        });
        self.add(resource);
    }

    fn vital(&mut self, term: Term, on: &str) -> Value {
        json!({
            "resourceType": "Observation", "status": "final", "subject": self.subject(),
            "category": [coded("observation-category", "vital-signs")],
            "code": concept(term), "effectiveDateTime": format!("{on}T09:15:00+01:00"),
        })
    }

    pub(crate) fn vitals(&mut self, on: &str) {
        let systolic = self.rng.random_range(118..162);
        let diastolic = self.rng.random_range(68..98);
        let mut pressure =
            self.vital(loinc("85354-9", "Blood pressure panel with all children optional"), on);
        pressure["component"] = json!([
            {"code": concept(loinc("8480-6", "Systolic blood pressure")), "valueQuantity": quantity(&systolic.to_string(), "mmHg", "mm[Hg]")},
            {"code": concept(loinc("8462-4", "Diastolic blood pressure")), "valueQuantity": quantity(&diastolic.to_string(), "mmHg", "mm[Hg]")},
        ]);
        self.add(pressure);
        let rows = [
            (
                loinc("8867-4", "Heart rate"),
                self.rng.random_range(54..98).to_string(),
                "beats/minute",
                "/min",
            ),
            (
                loinc("2708-6", "Oxygen saturation in Arterial blood"),
                self.rng.random_range(93..100).to_string(),
                "%",
                "%",
            ),
            (
                loinc("29463-7", "Body weight"),
                format!("{:.1}", self.rng.random_range(68.0..84.0)),
                "kg",
                "kg",
            ),
        ];
        for (term, value, unit, ucum) in rows {
            let mut resource = self.vital(term, on);
            resource["valueQuantity"] = quantity(&value, unit, ucum);
            self.add(resource);
        }
    }

    /// Values that are missing, below what can be measured, sampled, amended and preliminary.
    pub(crate) fn special_results(&mut self) {
        let mut missing = self.vital(loinc("8310-5", "Body temperature"), "2026-05-04");
        missing["dataAbsentReason"] = coded("data-absent-reason", "asked-declined");
        self.add(missing);
        let base = |maker: &Maker, term: Term, status: &str, on: &str| {
            json!({
                "resourceType": "Observation", "status": status, "subject": maker.subject(),
                "category": [coded("observation-category", "laboratory")],
                "code": concept(term), "effectiveDateTime": on,
            })
        };
        let mut below = base(
            self,
            loinc("67151-1", "Troponin T.cardiac [Mass/volume] by High sensitivity method"),
            "amended",
            "2026-05-04T10:20:00+02:00",
        );
        below["valueQuantity"] = json!({"value": 3, "comparator": "<", "unit": "ng/L", "system": "http://unitsofmeasure.org", "code": "ng/L"});
        below["note"] = json!([{"text": "Repeated after two hours.", "time": "2026-05-04", "authorString": "Test-Lab Sample"}]);
        self.add(below);
        let mut critical = base(
            self,
            loinc("2345-7", "Glucose [Mass/volume] in Serum or Plasma"),
            "final",
            "2019-02-11",
        );
        critical["valueQuantity"] = quantity("412", "mg/dL", "mg/dL");
        critical["interpretation"] = json!([coded("v3-ObservationInterpretation", "HH")]);
        critical["referenceRange"] = json!([{"low": {"value": 70, "unit": "mg/dL"}, "high": {"value": 99, "unit": "mg/dL"}}]);
        self.add(critical);
        let mut early = base(
            self,
            loinc("600-7", "Bacteria identified in Blood by Culture"),
            "preliminary",
            "2026-05-04",
        );
        early["valueString"] = json!("No growth after 24 hours");
        self.add(early);
        let mut ecg =
            base(self, loinc("11524-6", "EKG study"), "final", "2026-05-04T10:31:00+02:00");
        ecg["valueSampledData"] = json!({"origin": {"value": 0, "unit": "mV"}, "period": 8, "factor": 0.005, "dimensions": 1, "data": "0 2 5 9 40 -12 3 1 0 0 4 6 2 0"});
        self.add(ecg);
        let mut wrong = base(
            self,
            loinc("718-7", "Hemoglobin [Mass/volume] in Blood"),
            "entered-in-error",
            "2024",
        );
        wrong["valueQuantity"] = quantity("1.31", "g/dL", "g/dL");
        self.add(wrong);
    }

    pub(crate) fn immunizations(&mut self) {
        let rows = [
            (cvx("141", "Influenza, seasonal, injectable"), "completed", "2025-10-02"),
            (cvx("207", "COVID-19, mRNA, LNP-S, PF, 100 mcg/0.5 mL dose"), "completed", "2021-05"),
            (cvx("33", "Pneumococcal polysaccharide vaccine, 23 valent"), "not-done", "2025-10-02"),
            (cvx("113", "Td (adult) preservative free"), "completed", "1999"),
        ];
        for (term, status, on) in rows {
            let mut resource = json!({
                "resourceType": "Immunization", "status": status, "patient": self.subject(),
                "vaccineCode": concept(term), "occurrenceDateTime": on,
            });
            if status == "not-done" {
                resource["statusReason"] = json!({"text": "Patient declined"});
            } else {
                resource["lotNumber"] = json!("LOT-TEST-7");
            }
            self.add(resource);
        }
    }

    pub(crate) fn procedures(&mut self) {
        let rows = [
            (
                snomed("33367005", "Coronary angiography"),
                "completed",
                json!({"start": "2019-02-11T13:20:00+01:00", "end": "2019-02-11T14:05:00+01:00"}),
            ),
            (
                snomed("76746007", "Cardiovascular stress testing"),
                "not-done",
                json!({"start": "2026-04-11"}),
            ),
            (snomed("80146002", "Appendectomy"), "completed", json!({"start": "1974-08"})),
        ];
        for (term, status, period) in rows {
            let mut resource = json!({
                "resourceType": "Procedure", "status": status, "subject": self.subject(), "code": concept(term),
                "performedPeriod": period, "performer": [{"actor": self.by_doctor()}],
            });
            if status == "not-done" {
                resource["statusReason"] = json!({"text": "Knee pain on that day"});
            }
            self.add(resource);
        }
        let device = json!({
            "resourceType": "Device", "status": "active", "patient": self.subject(), "serialNumber": "SN-TEST-4711",
            "deviceName": [{"name": "Blood pressure monitor, sample model", "type": "user-friendly-name"}],
        });
        self.add(device);
    }

    pub(crate) fn encounter(&mut self, kind: &str, class: &str, status: &str, on: &str) {
        let resource = json!({
            "resourceType": "Encounter", "status": status, "subject": self.subject(),
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": class},
            "type": [{"text": kind}], "period": {"start": format!("{on}T09:00:00+01:00"), "end": format!("{on}T09:25:00+01:00")},
            "participant": [{"individual": self.by_doctor()}],
            "serviceProvider": {"reference": self.refer("Organization", &self.clinic), "display": "Sample Clinic"},
        });
        self.add(resource);
    }

    pub(crate) fn documents(&mut self, subject_line: &str) {
        let name = self.person.name();
        let letter = format!(
            "Sample Clinic, 10 Example Street, Sampletown\n\nDischarge letter for {name}\n\n{subject_line}\nWe advise a visit in three months.\n"
        );
        let page = pdf(&[
            "Sample Clinic",
            "Discharge letter (sample)",
            subject_line,
            "A visit in three months is advised.",
        ]);
        let rows = [
            ("current", "Discharge letter", "text/plain", letter.into_bytes(), "2026-05-06"),
            ("current", "Discharge letter (PDF)", "application/pdf", page.clone(), "2026-05-06"),
            (
                "superseded",
                "Discharge letter, first version",
                "application/pdf",
                page,
                "2026-05-05",
            ),
        ];
        for (status, title, kind, bytes, on) in rows {
            let resource = json!({
                "resourceType": "DocumentReference", "status": status, "subject": self.subject(),
                "type": concept(loinc("18842-5", "Discharge summary")), "description": title,
                "date": format!("{on}T17:00:00+02:00"), "author": [self.by_doctor()],
                "content": [{"attachment": {"contentType": kind, "title": title, "language": "en", "data": STANDARD.encode(bytes), "creation": on}}],
            });
            self.add(resource);
        }
        let answers = json!({
            "resourceType": "QuestionnaireResponse", "status": "completed", "subject": self.subject(), "authored": "2026-05-04",
            "questionnaire": "urn:keyward:test:questionnaire:well-being",
            "item": [{"linkId": "1", "text": "How did you sleep?", "answer": [{"valueString": "Badly, but better than last week"}]}],
        });
        self.add(answers);
    }

    pub(crate) fn plans(&mut self, plan: &str, activity: &str, goal: &str) {
        let aim = json!({
            "resourceType": "Goal", "lifecycleStatus": "active", "subject": self.subject(),
            "description": {"text": goal}, "startDate": "2026-05-06",
        });
        let goal = self.add(aim);
        let resource = json!({
            "resourceType": "CarePlan", "status": "active", "intent": "plan", "title": plan, "subject": self.subject(),
            "period": {"start": "2026-05-06"}, "author": self.by_doctor(), "goal": [{"reference": goal}],
            "activity": [{"detail": {"status": "in-progress", "description": activity}}],
        });
        self.add(resource);
        let order = json!({
            "resourceType": "ServiceRequest", "status": "active", "intent": "order", "subject": self.subject(),
            "code": concept(snomed("40701008", "Echocardiography")), "authoredOn": "2026-05-06", "requester": self.by_doctor(),
        });
        self.add(order);
        let visit = json!({
            "resourceType": "Appointment", "status": "booked", "description": "Check-up", "start": "2026-12-03T09:00:00+01:00",
            "participant": [{"actor": self.subject(), "status": "accepted"}],
        });
        self.add(visit);
    }

    pub(crate) fn bills(&mut self, on: &str, total: &str) {
        let resource = json!({
            "resourceType": "Claim", "status": "active", "use": "claim", "patient": self.subject(), "created": on,
            "type": coded("claim-type", "institutional"), "priority": coded("processpriority", "normal"),
            "provider": {"reference": self.refer("Organization", &self.clinic), "display": "Sample Clinic"},
            "insurance": [{"sequence": 1, "focal": true, "coverage": {"display": "Sample Insurance"}}],
            "item": [{"sequence": 1, "productOrService": {"text": "Consultation"}}],
            "total": {"value": digits(total), "currency": "EUR"},
        });
        let claim = self.add(resource);
        let answer = json!({
            "resourceType": "ExplanationOfBenefit", "status": "active", "use": "claim", "outcome": "complete",
            "type": coded("claim-type", "institutional"), "patient": self.subject(), "created": on,
            "insurer": {"display": "Sample Insurance"}, "provider": {"display": "Sample Clinic"}, "claim": {"reference": claim},
            "insurance": [{"focal": true, "coverage": {"display": "Sample Insurance"}}],
            "item": [{"sequence": 1, "productOrService": {"text": "Consultation"}}],
        });
        self.add(answer);
    }

    pub(crate) fn provenance(&mut self, of: &str) {
        let resource = json!({
            "resourceType": "Provenance", "target": [{"reference": of}], "recorded": "2026-05-06T17:02:00+02:00",
            "activity": {"text": "Created"}, "agent": [{"who": self.by_doctor()}],
        });
        self.add(resource);
    }
}

fn flag(value: f64, lab: &Lab) -> &'static str {
    let above = |factor: f64| lab.high.is_some_and(|high| value > high * factor);
    let below = |factor: f64| lab.low.is_some_and(|low| value < low * factor);
    match () {
        () if above(2.0) => "HH",
        () if above(1.0) => "H",
        () if below(0.6) => "LL",
        () if below(1.0) => "L",
        () => "N",
    }
}

fn uuid(rng: &mut StdRng) -> String {
    let n: u128 = rng.random();
    let hex = format!("{n:032x}");
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().to_owned();
    // Version 4, variant 1, like any random UUID.
    format!("{}-{}-4{}-a{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}
