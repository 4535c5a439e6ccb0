//! What two traces have in common, in numbers. A number is the larger the more alike they are.

use crate::people::EPOCH;
use crate::traces::Trace;

/// Which kind of observation a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Bytes in messages and stores.
    Bytes,
    /// Connections.
    Connections,
    /// When certificates are valid.
    Windows,
    /// When and in which order clinic and credentials were used.
    Certifying,
    /// When the relay was asked for something.
    Contacts,
    /// Lengths.
    Sizes,
    /// Who was granted something.
    Doctors,
    /// Network addresses.
    Addresses,
}

impl Kind {
    /// All but network addresses, which are a game of their own.
    pub const ALL: [Self; 7] = [
        Self::Bytes,
        Self::Connections,
        Self::Windows,
        Self::Certifying,
        Self::Contacts,
        Self::Sizes,
        Self::Doctors,
    ];

    /// What is left to somebody who does not keep when or in which order anything was asked for.
    pub const WITHOUT_TIMES: [Self; 5] =
        [Self::Bytes, Self::Connections, Self::Windows, Self::Sizes, Self::Doctors];

    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Connections => "connections",
            Self::Windows => "validity",
            Self::Certifying => "certifying",
            Self::Contacts => "contacts",
            Self::Sizes => "sizes",
            Self::Doctors => "doctors",
            Self::Addresses => "addresses",
        }
    }
}

/// Numbers with their kinds.
pub type Numbers = Vec<(Kind, f64)>;

/// Of two personas.
#[must_use]
pub fn of_personas(a: &Trace, b: &Trace) -> Numbers {
    let mut all = common(a, b);
    all.extend([
        (Kind::Windows, -gap(a.window.0, b.window.0)),
        (Kind::Certifying, -nearest(&times(&a.certified), &times(&b.certified))),
        (Kind::Certifying, -nearest(&last(&a.certified), &last(&b.certified))),
        (Kind::Certifying, -ranks(&a.certified, &b.certified)),
        (Kind::Certifying, across(a, b, 60)),
        (Kind::Certifying, across(a, b, 3_600)),
        (Kind::Certifying, across(a, b, 8 * 3_600)),
        (Kind::Contacts, together(&a.contacts, &b.contacts, 5)),
        (Kind::Contacts, together(&a.contacts, &b.contacts, 60)),
        (Kind::Contacts, together(&a.contacts, &b.contacts, 900)),
        (Kind::Contacts, together(&a.contacts, &b.contacts, 3_600)),
        (Kind::Contacts, together(&a.contacts, &b.contacts, 8 * 3_600)),
        (Kind::Contacts, alike(&hours(&a.contacts), &hours(&b.contacts))),
        (Kind::Contacts, alike(&days_of_week(&a.contacts), &days_of_week(&b.contacts))),
        (Kind::Contacts, -first_gap(&a.contacts, &b.contacts)),
        (Kind::Contacts, -gap(last_of(&a.contacts), last_of(&b.contacts))),
        (Kind::Contacts, -difference(a.contacts.len(), b.contacts.len())),
        (Kind::Contacts, -difference(distinct_days(&a.contacts), distinct_days(&b.contacts))),
        (Kind::Sizes, shared_lengths(&a.records, &b.records)),
        (Kind::Sizes, same_count(&a.records, &b.records)),
        (Kind::Sizes, pack_fits(a, b)),
        (Kind::Doctors, jaccard(a, b)),
        (Kind::Doctors, a.doctors.intersection(&b.doctors).count() as f64),
    ]);
    all
}

/// Of a patient's device, as the clinic knows it, and a persona.
#[must_use]
pub fn of_patient(device: &Trace, persona: &Trace) -> Numbers {
    let mut all = common(device, persona);
    let first = persona.certified.first().map_or(0, |(at, _)| *at);
    let enrolled = device.identified.first().copied().unwrap_or_default();
    all.extend([
        (Kind::Windows, -nearest(&[persona.window.0], &times(&device.issued))),
        (Kind::Certifying, -after(&times(&device.issued), first)),
        (Kind::Certifying, -nearest(&times(&device.issued), &times(&persona.certified))),
        (Kind::Certifying, -ranks(&device.issued, &persona.certified)),
        (Kind::Certifying, f64::from(u8::from(enrolled <= first))),
        (Kind::Certifying, -unissued(device, persona)),
        (
            Kind::Certifying,
            alike(&hours(&times(&device.issued)), &hours(&times(&persona.certified))),
        ),
        (Kind::Contacts, -after(&device.identified, first_of(&persona.contacts))),
        (Kind::Contacts, together(&device.identified, &persona.contacts, 5)),
        (Kind::Contacts, together(&device.identified, &persona.contacts, 60)),
        (Kind::Contacts, together(&device.identified, &persona.contacts, 3_600)),
        (Kind::Contacts, alike(&hours(&device.identified), &hours(&persona.contacts))),
    ]);
    all
}

fn common(a: &Trace, b: &Trace) -> Numbers {
    let same = |(at, port): &(u64, u16)| {
        b.connections.iter().filter(|(t, p)| p == port && t.abs_diff(*at) < 3_600).count()
    };
    let marks = a.marks.intersection(&b.marks).count();
    let address = a.address.is_some() && a.address == b.address;
    vec![
        (Kind::Bytes, marks as f64),
        (Kind::Bytes, f64::from(u8::from(marks > 0))),
        (Kind::Connections, a.connections.iter().map(same).sum::<usize>() as f64),
        (Kind::Addresses, f64::from(u8::from(address))),
    ]
}

fn times(all: &[(u64, usize)]) -> Vec<u64> {
    all.iter().map(|(at, _)| *at).collect()
}

fn last(all: &[(u64, usize)]) -> Vec<u64> {
    // Only where something was certified again.
    all.iter().skip(1).map(|(at, _)| *at).collect()
}

fn first_of(all: &[u64]) -> u64 {
    all.first().copied().unwrap_or_default()
}

fn last_of(all: &[u64]) -> u64 {
    all.last().copied().unwrap_or_default()
}

/// Differences of times count by their order of magnitude.
fn gap(a: u64, b: u64) -> f64 {
    (a.abs_diff(b) as f64).ln_1p()
}

fn first_gap(a: &[u64], b: &[u64]) -> f64 {
    gap(first_of(a), first_of(b))
}

fn difference(a: usize, b: usize) -> f64 {
    ((a as f64).ln_1p() - (b as f64).ln_1p()).abs()
}

/// The smallest gap between two lists.
fn nearest(a: &[u64], b: &[u64]) -> f64 {
    let gaps = a.iter().flat_map(|a| b.iter().map(move |b| a.abs_diff(*b)));
    gaps.min().map_or(30.0, |gap| (gap as f64).ln_1p())
}

/// How long after the last of `before` something was.
fn after(before: &[u64], at: u64) -> f64 {
    let gaps = before.iter().filter(|it| **it <= at).map(|it| at - it);
    gaps.min().map_or(30.0, |gap| (gap as f64).ln_1p())
}

/// How often one was certified within so many seconds of a contact of the other.
fn across(a: &Trace, b: &Trace, within: u64) -> f64 {
    let one = |certified: &[(u64, usize)], contacts: &[u64]| {
        let near = |at: &u64| contacts.iter().any(|it| it.abs_diff(*at) <= within);
        times(certified).iter().filter(|at| near(at)).count()
    };
    (one(&a.certified, &b.contacts) + one(&b.certified, &a.contacts)) as f64
}

/// How often something was certified in an epoch in which the device had no credential by then.
fn unissued(device: &Trace, persona: &Trace) -> f64 {
    let has = |at: u64| device.issued.iter().any(|(it, _)| *it <= at && it / EPOCH == at / EPOCH);
    persona.certified.iter().filter(|(at, _)| !has(*at)).count() as f64
}

/// The smallest distance in the order in which everything was seen.
fn ranks(a: &[(u64, usize)], b: &[(u64, usize)]) -> f64 {
    let gaps = a.iter().flat_map(|(_, a)| b.iter().map(move |(_, b)| a.abs_diff(*b)));
    gaps.min().map_or(30.0, |gap| (gap as f64).ln_1p())
}

/// Which share of the shorter list has something of the other within so many seconds.
fn together(a: &[u64], b: &[u64], within: u64) -> f64 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return 0.0;
    }
    let near = |at: &&u64| {
        let from = long.partition_point(|it| it + within < **at);
        long.get(from).is_some_and(|it| it.abs_diff(**at) <= within)
    };
    short.iter().filter(near).count() as f64 / short.len() as f64
}

fn hours(all: &[u64]) -> Vec<f64> {
    histogram(all.iter().map(|at| at / 3_600 % 24), 24)
}

fn days_of_week(all: &[u64]) -> Vec<f64> {
    histogram(all.iter().map(|at| at / 86_400 % 7), 7)
}

fn histogram(all: impl Iterator<Item = u64>, bins: usize) -> Vec<f64> {
    let mut counts = vec![0.0; bins];
    for it in all {
        if let Some(count) = usize::try_from(it).ok().and_then(|it| counts.get_mut(it)) {
            *count += 1.0;
        }
    }
    counts
}

/// The cosine between two histograms, each blurred by one bin.
fn alike(a: &[f64], b: &[f64]) -> f64 {
    let blurred = |it: &[f64]| -> Vec<f64> {
        let n = it.len();
        (0..n).map(|i| it[i] + 0.5 * it[(i + 1) % n] + 0.5 * it[(i + n - 1) % n]).collect()
    };
    let (a, b) = (blurred(a), blurred(b));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let norm = (dot(&a, &a) * dot(&b, &b)).sqrt();
    if norm > 0.0 { dot(&a, &b) / norm } else { 0.0 }
}

fn distinct_days(all: &[u64]) -> usize {
    all.iter().map(|at| at / 86_400).collect::<std::collections::BTreeSet<_>>().len()
}

/// The share of lengths of the smaller that the other has, too.
fn shared_lengths(a: &[u64], b: &[u64]) -> f64 {
    let (small, mut large) = if a.len() <= b.len() { (a, b.to_vec()) } else { (b, a.to_vec()) };
    if small.is_empty() {
        return 0.0;
    }
    let mut found = 0;
    for it in small {
        if let Some(place) = large.iter().position(|other| other == it) {
            large.swap_remove(place);
            found += 1;
        }
    }
    f64::from(found) / small.len() as f64
}

fn same_count(a: &[u64], b: &[u64]) -> f64 {
    -difference(a.len(), b.len())
}

/// How near a backup pack comes to the bytes of a space's records.
fn pack_fits(a: &Trace, b: &Trace) -> f64 {
    let (packs, records) =
        if a.packs.is_empty() { (&b.packs, &a.records) } else { (&a.packs, &b.records) };
    if packs.is_empty() {
        return -30.0;
    }
    let sum: u64 = records.iter().sum();
    let gaps = packs.iter().map(|(length, _)| gap(*length, sum));
    -gaps.fold(30.0, f64::min)
}

fn jaccard(a: &Trace, b: &Trace) -> f64 {
    let both = a.doctors.intersection(&b.doctors).count() as f64;
    let any = a.doctors.union(&b.doctors).count() as f64;
    if any > 0.0 { both / any } else { 0.0 }
}
