//! A population on real services over simulated months, and what the adversary has afterwards.

use std::collections::BTreeMap;

use keyward_protocol::{
    certificate::{ClinicianCertificate, VerifiedClinician},
    ids::PersonaId,
    keys::{DecryptionKey, SigningKey},
};
use keyward_testkit::seeded;

use crate::device::{Device, Outcome, Use};
use crate::observer::{Prints, Seen};
use crate::people::{self, DAY, DOCTORS, Habit, Patient, START};
use crate::schedule::{self, BACKUP, Price, What};
use crate::services::Services;
use crate::settings::Settings;
use crate::stores::{self, Stored};

/// Personas of one patient, each with what it is for.
pub type Personas = Vec<(PersonaId, Use)>;

/// Who is who. The referee's, never the adversary's.
#[derive(Clone)]
pub struct Truth {
    /// By patient: the id of her device at the clinic, and her personas.
    pub patients: Vec<([u8; 32], Personas)>,
    /// Lengths before padding, told to the adversary where there is no padding.
    pub lengths: BTreeMap<[u8; 32], Vec<u64>>,
    /// By persona: when the credential of her first certificate was issued, told where validity is not coarse.
    pub issued: BTreeMap<[u8; 32], u64>,
}

/// Everything of one run.
#[derive(Clone)]
pub struct Run {
    /// What it was drawn from.
    pub seed: u64,
    /// Who is who.
    pub truth: Truth,
    /// What relay and clinic saw, in order.
    pub seen: Vec<Seen>,
    /// Prints of the bytes they saw.
    pub prints: Prints,
    /// What lies in their stores at the end.
    pub stored: Stored,
    /// What the defences cost.
    pub price: Price,
    /// Acts that were refused. Nothing of the experiment counts if there are many.
    pub refused: usize,
    /// The same, by what was to be done and why not.
    pub refusals: BTreeMap<String, usize>,
}

/// A population to run.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// How many.
    pub patients: usize,
    /// What is special about them.
    pub habit: Habit,
    /// Which defences.
    pub settings: Settings,
    /// Of days, requests for news are really sent on one in so many; of the others is noted what would be seen.
    pub news_sent: u64,
}

/// Runs one population.
///
/// # Errors
/// What stood in the way, in words.
pub fn run(job: Job) -> Outcome<Run> {
    let Job { seed, patients, habit, settings, news_sent } = job;
    let population = people::population(seed, patients, habit);
    let acts = schedule::plan(seed, &population, settings);
    let services = Services::start(seed, settings.own_connections)?;
    let doctors = doctors(&services, seed)?;
    let mut devices: Vec<Option<Device>> = (0..patients).map(|_| None).collect();
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    for (number, act) in acts.iter().enumerate() {
        services.clock.set(act.at);
        let plan = &population[act.patient];
        let done = match (act.what, devices[act.patient].as_mut()) {
            (What::Enrol, _) => {
                let rng = seeded(seed.wrapping_mul(1_000_003) ^ number as u64);
                Device::enrol(&services, settings, rng)
                    .map(|device| devices[act.patient] = Some(device))
            }
            (What::Contact(space), Some(device)) => {
                // By days, so that what shares a connection in an opening still does.
                let really = (act.at / DAY).is_multiple_of(news_sent.max(1));
                device.contact(&services, space, really)
            }
            (what, Some(device)) => carry_out(&services, settings, device, plan, what, &doctors),
            (_, None) => Err("not enrolled".into()),
        };
        if let Err(error) = done {
            *refusals.entry(format!("{}: {error}", act.what.name())).or_default() += 1;
        }
    }
    let refused: usize = refusals.values().sum();
    if refused * 200 > acts.len() {
        return Err(format!("{refused} of {} acts were refused: {refusals:?}", acts.len()));
    }
    let mut truth =
        Truth { patients: Vec::new(), lengths: BTreeMap::new(), issued: BTreeMap::new() };
    for device in devices.into_iter().flatten() {
        truth.lengths.extend(device.lengths.iter().map(|(id, it)| (id.to_bytes(), it.clone())));
        truth.issued.extend(device.issued.iter().map(|(id, at)| (id.to_bytes(), *at)));
        truth.patients.push((device.id(), device.personas));
    }
    let stored = stores::read(services.folder.path())?;
    let price = schedule::price(&population, &acts);
    let (seen, prints) = services.notebook.take();
    Ok(Run { seed, truth, seen, prints, stored, price, refused, refusals })
}

fn carry_out(
    services: &Services,
    settings: Settings,
    device: &mut Device,
    plan: &Patient,
    what: What,
    doctors: &[VerifiedClinician],
) -> Outcome {
    match what {
        What::Enrol | What::Contact(_) => Ok(()),
        What::Issue => device.issue(services, settings),
        What::Certify => device.certify(services, settings),
        What::Open(space) => device.open(services, settings, (space, plan), doctors),
        What::Send(later) => {
            let later = &plan.later[later];
            device.send(services, later.space, &later.records)
        }
        What::Renew(BACKUP) => device.renew_backup(services, settings),
        What::Renew(space) => device.renew(services, settings, space),
        What::BackUp => {
            let length = plan.spaces.iter().flat_map(|space| &space.records).sum();
            device.back_up(services, settings, length)
        }
    }
}

/// The clinic's doctors, known to the relay.
fn doctors(services: &Services, seed: u64) -> Outcome<Vec<VerifiedClinician>> {
    let rng = &mut seeded(seed ^ 0xd0c);
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let authorities = [services.authority_key.verifying_key().clone()];
    (0..DOCTORS)
        .map(|number| {
            let signing = SigningKey::generate(rng).map_err(|e| told(&e))?;
            let grant = DecryptionKey::generate(rng).map_err(|e| told(&e))?;
            let mailbox = DecryptionKey::generate(rng).map_err(|e| told(&e))?;
            let certificate = ClinicianCertificate {
                service_id: services.service,
                verification: signing.verifying_key().clone(),
                grant_key: *grant.encapsulation_key(),
                mailbox: *mailbox.encapsulation_key(),
                name: format!("Dr Sample {number}"),
                role: "Physician".into(),
                organisation: "Sample Clinic".into(),
                registration_number: None,
                valid_from: START - DAY,
                valid_until: START + 400 * DAY,
            };
            let raw = certificate.issue(&services.authority_key).map_err(|e| told(&e))?;
            services.relay()?.put_clinician(&signing, &raw).map_err(|e| told(&e))?;
            ClinicianCertificate::verify_signature_only(&raw, &authorities).map_err(|e| told(&e))
        })
        .collect()
}
