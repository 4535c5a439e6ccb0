//! What the adversary puts together from all that was seen and stored: one trace for each persona
//! and each enrolled device. Nothing of the truth enters here.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::observer::{Prints, Seen, Service};
use crate::people::DAY;
use crate::prints::{Print, middles_of};
use crate::stores::Stored;

/// A piece of bytes that more than this many have is nobody's mark. A patient has personas that she never uses, too.
const MANY: u32 = 24;

/// Everything known of one key.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// When the clinic certified something for it, and the place of that in the clinic's order.
    pub certified: Vec<(u64, usize)>,
    /// When the relay heard of it.
    pub contacts: Vec<u64>,
    /// When a credential was issued to it.
    pub issued: Vec<(u64, usize)>,
    /// When the clinic heard of it in any way.
    pub identified: Vec<u64>,
    /// Connections: when, and which port.
    pub connections: Vec<(u64, u16)>,
    /// Lengths of records.
    pub records: Vec<u64>,
    /// Lengths and times of backup packs.
    pub packs: Vec<(u64, u64)>,
    /// Whom it granted something.
    pub doctors: BTreeSet<Vec<u8>>,
    /// From when until when its certificate is valid.
    pub window: (u64, u64),
    /// Marks: pieces of bytes few others have.
    pub marks: BTreeSet<u64>,
    /// When it was enrolled, if it is a device.
    pub enrolled: Option<u64>,
    /// Uploads: when, and how long.
    pub uploads: Vec<(u64, usize)>,
    /// The network address all its requests came from, where the game tells one.
    pub address: Option<u64>,
}

/// All traces.
pub struct View {
    /// By key.
    pub traces: HashMap<[u8; 32], Trace>,
}

impl View {
    /// Puts everything together.
    #[must_use]
    pub fn of(seen: &[Seen], mut marks: Prints, stored: &Stored) -> Self {
        let mut traces: HashMap<[u8; 32], Trace> = HashMap::new();
        for (order, it) in seen.iter().enumerate() {
            let Some(who) = it.who else { continue };
            let trace = traces.entry(who).or_default();
            if it.port != 0 {
                trace.connections.push((it.at, it.port));
            }
            match it.service {
                Service::Relay => trace.contacts.push(it.at),
                Service::Authority => trace.identified.push(it.at),
            }
            if it.endpoint.ends_with("/credentials/certify") {
                trace.certified.push((it.at, order));
            } else if it.endpoint.ends_with("/credentials/issue") {
                trace.issued.push((it.at, order));
            } else if it.endpoint.ends_with("POST /v1/records") {
                trace.uploads.push((it.at, it.length.0));
            }
        }
        for (id, row) in &stored.personas {
            let trace = traces.entry(*id).or_default();
            trace.window = row.window;
            trace.records.clone_from(&row.records);
            trace.packs.clone_from(&row.packs);
            trace.doctors = row.doctors.iter().cloned().collect();
            marks.entry(*id).or_default().extend(row.prints.iter().copied());
        }
        let mut view = Self { traces };
        view.keep_rare(marks, stored);
        view
    }

    fn keep_rare(&mut self, marks: Prints, stored: &Stored) {
        let mut pieces: HashMap<u64, u32> = HashMap::new();
        let mut middles: HashMap<u64, u32> = HashMap::new();
        for marks in marks.values() {
            for print in marks {
                *pieces.entry(print.piece).or_default() += 1;
            }
            for middle in marks.iter().map(|print| print.middle).collect::<HashSet<_>>() {
                *middles.entry(middle).or_default() += 1;
            }
        }
        // Whose certificate a piece is of is looked at by itself.
        let doctors = stored.personas.values().flat_map(|row| &row.doctors);
        let known: HashSet<u64> = doctors.flat_map(|hash| middles_of(hash)).collect();
        for (who, marks) in marks {
            let rare = |print: &&Print| {
                !known.contains(&print.middle)
                    && (2..=MANY).contains(&pieces[&print.piece])
                    && middles[&print.middle] <= MANY
            };
            let trace = self.traces.entry(who).or_default();
            trace.marks = marks.iter().filter(rare).map(|print| print.piece).collect();
        }
    }

    /// The trace of a key; nothing is known of it if it never came.
    #[must_use]
    pub fn trace(&self, who: &[u8; 32]) -> Trace {
        self.traces.get(who).cloned().unwrap_or_default()
    }

    /// When every key was certified, heard of and issued to, without saying whose: to compare views. The relay
    /// hears of a key several times in one act.
    #[must_use]
    pub fn times(&self) -> Vec<[Vec<u64>; 3]> {
        let once = |it: Vec<u64>| -> Vec<u64> {
            it.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
        };
        let at = |all: &[(u64, usize)]| -> Vec<u64> { all.iter().map(|(at, _)| *at).collect() };
        let of = |it: &Trace| [at(&it.certified), it.contacts.clone(), at(&it.issued)].map(once);
        let mut all: Vec<_> = self.traces.values().map(of).collect();
        // Keys that are the desk's or a doctor's.
        all.retain(|it| !it[0].is_empty() || !it[2].is_empty());
        all.sort();
        all
    }

    /// Tells lengths before padding.
    pub fn tell_lengths(&mut self, lengths: &BTreeMap<[u8; 32], Vec<u64>>) {
        for (who, lengths) in lengths {
            if let Some(trace) = self.traces.get_mut(who) {
                trace.records.clone_from(lengths);
            }
        }
    }

    /// Tells certificates that begin in the second in which their credential was issued.
    pub fn tell_windows(&mut self, issued: &BTreeMap<[u8; 32], u64>) {
        for (who, from) in issued {
            if let Some(trace) = self.traces.get_mut(who) {
                trace.window = (*from, from + 180 * DAY);
            }
        }
    }
}
