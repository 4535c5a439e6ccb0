//! When devices do what, under given settings. The order of requests within an act is the app's;
//! the times are a model of its timers (`src-tauri/src/background.rs`).

use std::collections::BTreeMap;

use keyward_testkit::seeded;
use rand::{RngExt as _, rngs::StdRng};

use crate::apart::Apart;
use crate::people::{DAY, EPOCH, Opening, Patient, SPACES};
use crate::settings::{Ahead, Delay, Settings};

/// Days before the end of a certificate by which it is renewed: as the app is at a time by chance before, in
/// the slow rhythm from then on.
const RENEW_DAYS: u64 = 30;
/// Seconds up to which the next persona waits for the one before.
const APART: u64 = 6 * 3_600;
/// Seconds from opening to the first look whether somebody is to be certified, and from one to the next.
const LOOK_FIRST: std::ops::Range<u64> = 180..720;
const LOOK_EVERY: std::ops::Range<u64> = 1_200..2_400;
/// Days from the beginning of an epoch in which its credential is asked for, if
/// by chance.
const ISSUE_DAYS: u64 = 45;
/// The same for who enrols later than that.
const ISSUE_SOON: u64 = 5;
/// The day of an epoch from which credentials are shown, if by chance: when nearly everybody has one.
/// Whoever shows hers earlier is one of those who had one by then.
const SHOW_DAY: u64 = 60;
/// Personas kept ready, if by chance. They serve until the next epoch's can be shown.
const READY: usize = 6;

/// Where the place of the backup stands among the spaces.
pub(crate) const BACKUP: usize = usize::MAX;

/// What a device does at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Enrols at the clinic.
    Enrol,
    /// Gets the credential of the epoch.
    Issue,
    /// Certifies one persona for later.
    Certify,
    /// Makes a space: first contact with the relay, records, grants.
    Open(usize),
    /// Fetches what is new in a space.
    Contact(usize),
    /// Sends records on, by their place in [`Patient::later`].
    Send(usize),
    /// Renews the certificate of a space.
    Renew(usize),
    /// Continues the backup at the relay.
    BackUp,
}

impl What {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enrol => "enrolling",
            Self::Issue => "issuing",
            Self::Certify => "certifying ahead",
            Self::Open(_) => "making a space",
            Self::Contact(_) => "asking for news",
            Self::Send(_) => "sending records",
            Self::Renew(_) => "renewing",
            Self::BackUp => "backing up",
        }
    }
}

/// One act of one device.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// When.
    pub at: u64,
    /// Whose.
    pub patient: usize,
    /// What.
    pub what: What,
}

/// What the defences cost the patients.
#[derive(Clone, Copy, Debug, Default)]
pub struct Price {
    /// Hours until records that came later are with the doctor, on average.
    pub send_hours: f64,
    /// Days between two contacts of a space, on average.
    pub contact_days: f64,
    /// Days from making a space until its doctors have it, on average.
    pub open_days: f64,
    /// Spaces for which no persona was ready, of a hundred.
    pub unready_percent: f64,
    /// Spaces whose certificate ran out before it was renewed, of a hundred.
    pub late_percent: f64,
}

/// All acts of a population, in order of time.
#[must_use]
pub fn plan(seed: u64, patients: &[Patient], settings: Settings) -> Vec<Act> {
    let mut rng = seeded(seed ^ 0x5eed);
    let mut acts = Vec::new();
    for (patient, it) in patients.iter().enumerate() {
        let (mut device, mut apart) =
            (Device::new(it), Apart::new(seeded(seed ^ 0xa9a7 ^ (patient as u64) << 16), it));
        for (number, opening) in it.openings.iter().enumerate() {
            let mut done = match settings.delay {
                Delay::Apart => apart.opening(number, *opening),
                Delay::None => device.everything(&mut rng, number, *opening, settings),
                Delay::OneAtATime { news_in_one_of } => {
                    let news = rng.random_ratio(1, news_in_one_of.max(1));
                    device.one_thing(&mut rng, number, *opening, settings, news)
                }
            };
            done.sort_by_key(|(at, _)| *at);
            acts.extend(done.into_iter().map(|(at, what)| Act { at, patient, what }));
        }
    }
    acts.sort_by_key(|act| act.at);
    acts
}

/// What the plan cost, looked at afterwards.
#[must_use]
pub fn price(patients: &[Patient], acts: &[Act]) -> Price {
    let mut by: BTreeMap<usize, Vec<&Act>> = BTreeMap::new();
    for act in acts {
        by.entry(act.patient).or_default().push(act);
    }
    let mut opens = Vec::new();
    let (mut waits, mut gaps, mut unready, mut late, mut spaces) = (vec![], vec![], 0, 0, 0);
    for (number, acts) in by {
        let mut ready = 0_i32;
        for act in &acts {
            match act.what {
                What::Certify => ready += 1,
                What::Open(_) if ready > 0 => ready -= 1,
                What::Open(_) => unready += 1,
                What::Send(it) => {
                    let opening = patients[number].openings[patients[number].later[it].opening];
                    waits.push((act.at - opening.from) as f64 / 3_600.0);
                }
                _ => {}
            }
        }
        for space in 0..SPACES {
            let of =
                |what: &What| matches!(what, What::Open(it) | What::Contact(it) if *it == space);
            let times: Vec<u64> = acts.iter().filter(|a| of(&a.what)).map(|a| a.at).collect();
            gaps.extend(times.windows(2).map(|two| (two[1] - two[0]) as f64 / DAY as f64));
            let Some(opened) = times.first() else { continue };
            let made = patients[number].openings[patients[number].spaces[space].opening];
            opens.push((opened - made.from) as f64 / DAY as f64);
            spaces += 1;
            let end = (opened / EPOCH + 2) * EPOCH;
            let last = acts.last().map_or(0, |act| act.at);
            let renewed = acts.iter().any(|a| a.what == What::Renew(space) && a.at < end);
            late += usize::from(last > end && !renewed);
        }
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / (all.len().max(1) as f64);
    let percent = |n: usize| 100.0 * n as f64 / (spaces.max(1) as f64);
    Price {
        send_hours: mean(&waits),
        contact_days: mean(&gaps),
        open_days: mean(&opens),
        unready_percent: percent(unready),
        late_percent: percent(late),
    }
}

/// What a device remembers while its acts are planned.
struct Device<'a> {
    patient: &'a Patient,
    /// Epochs it has a credential of.
    issued: Vec<u64>,
    /// Epochs of the personas that are ready, the oldest first.
    pool: Vec<u64>,
    /// Personas certified or to be certified.
    due: u64,
    /// By space: the epoch of its certificate, and when the app as it is renews it.
    live: BTreeMap<usize, (u64, u64)>,
    waiting: Vec<usize>,
    dirty: bool,
    /// Whether her backup has a place at the relay.
    placed: bool,
    /// When the credential of an epoch is asked for, if by chance.
    chosen: BTreeMap<u64, u64>,
}

type Done = Vec<(u64, What)>;

impl<'a> Device<'a> {
    fn new(patient: &'a Patient) -> Self {
        Self {
            patient,
            issued: Vec::new(),
            pool: Vec::new(),
            due: 0,
            live: BTreeMap::new(),
            waiting: Vec::new(),
            dirty: false,
            placed: false,
            chosen: BTreeMap::new(),
        }
    }

    /// What she does herself in this opening.
    fn herself(
        &mut self,
        rng: &mut StdRng,
        number: usize,
        it: Opening,
        settings: Settings,
    ) -> Done {
        let mut done = Vec::new();
        if number == 0 {
            done.push((it.from, What::Enrol));
        }
        for (space, plan) in self.patient.spaces.iter().enumerate() {
            if plan.opening == number {
                let at = rng.random_range(it.from + 60..it.until);
                let epoch = at / EPOCH;
                if settings.ahead != Ahead::Never
                    && !self.issued.contains(&epoch)
                    && self.pool.is_empty()
                {
                    // She is in front of the screen: it is got now.
                    self.issued.push(epoch);
                    self.due = at + rng.random_range(0..APART);
                    done.push((at - 2, What::Issue));
                }
                let of = self.taken(epoch);
                done.push((at, What::Open(space)));
                self.lives(rng, space, of);
                self.dirty = true;
            }
        }
        for (number_of, later) in self.patient.later.iter().enumerate() {
            if later.opening == number {
                self.waiting.push(number_of);
                self.dirty = true;
            }
        }
        done
    }

    /// All spaces one after another, twice in an opening. (The app does it every 25 to 45 seconds;
    /// that would tell the adversary nothing it does not know from two.)
    fn everything(
        &mut self,
        rng: &mut StdRng,
        number: usize,
        it: Opening,
        settings: Settings,
    ) -> Done {
        let before: Vec<usize> = self.live.keys().copied().collect();
        let mut done = self.herself(rng, number, it, settings);
        let first = it.from + 2;
        if settings.ahead == Ahead::SixHours {
            self.ahead(rng, it, &mut done);
        } else if settings.ahead == Ahead::Weeks {
            self.by_chance(rng, it, &mut done);
        }
        for space in &before {
            if self.live.get(space).is_some_and(|(_, renewed)| *renewed <= first) {
                self.lives(rng, *space, first / EPOCH);
                done.push((first, What::Renew(*space)));
            }
            for round in [first, u64::midpoint(it.from, it.until)] {
                done.push((round, What::Contact(*space)));
            }
        }
        let sent: Vec<usize> = self.waiting.drain(..).collect();
        done.extend(
            sent.into_iter().map(|later| (u64::midpoint(it.from, it.until) + 1, What::Send(later))),
        );
        let at = it.from + rng.random_range(120..480);
        if self.dirty && at < it.until {
            self.backed_up(it.from / EPOCH);
            done.push((at.max(done.iter().map(|(at, _)| *at).max().unwrap_or(at)), What::BackUp));
        }
        done
    }

    /// At each look a credential if there is none of the epoch, and at most one persona more.
    fn ahead(&mut self, rng: &mut StdRng, it: Opening, done: &mut Done) {
        let mut at = it.from + rng.random_range(LOOK_FIRST);
        while at < it.until {
            if !self.issued.contains(&(at / EPOCH)) {
                self.issue(at, done);
                self.pool.clear();
                self.due = at + rng.random_range(0..APART);
            }
            if self.pool.len() < 2 && self.due <= at {
                done.push((at, What::Certify));
                self.pool.push(at / EPOCH);
                self.due = at + rng.random_range(0..APART);
            }
            at += rng.random_range(LOOK_EVERY);
        }
    }

    /// Certifying at random times alone, where everything else is at once.
    fn by_chance(&mut self, rng: &mut StdRng, it: Opening, done: &mut Done) {
        let at = rng.random_range(it.from + 50..it.until);
        match (self.may_issue(rng, at), self.may_show(at) && self.pool.len() < READY) {
            (true, _) => self.issue(at, done),
            (_, true) if rng.random_bool(0.3) => {
                self.pool.push(at / EPOCH);
                done.push((at, What::Certify));
            }
            _ => {}
        }
    }

    /// A space has a certificate of this epoch.
    fn lives(&mut self, rng: &mut StdRng, space: usize, epoch: u64) {
        let renewed = (epoch + 1) * EPOCH + rng.random_range(0..EPOCH - RENEW_DAYS * DAY);
        self.live.insert(space, (epoch, renewed));
    }

    fn issue(&mut self, at: u64, done: &mut Done) {
        self.issued.push(at / EPOCH);
        done.push((at, What::Issue));
    }

    /// Takes a persona out of the pool, or has one certified now; gives the epoch of her certificate.
    fn taken(&mut self, epoch: u64) -> u64 {
        self.pool.retain(|of| of + 1 >= epoch);
        if self.pool.is_empty() { epoch } else { self.pool.remove(0) }
    }

    /// What is to be done instead in a space whose certificate is over: it is renewed.
    fn unless_over(&self, what: What, at: u64) -> What {
        let space = match what {
            What::Contact(space) => space,
            What::Send(later) => self.patient.later[later].space,
            _ => return what,
        };
        let over = self.live.get(&space).is_some_and(|(epoch, _)| at / EPOCH >= epoch + 2);
        if over { What::Renew(space) } else { what }
    }

    fn backed_up(&mut self, epoch: u64) {
        self.dirty = false;
        if !self.placed {
            self.placed = true;
            self.taken(epoch);
        }
    }

    fn may_show(&self, at: u64) -> bool {
        self.issued.contains(&(at / EPOCH)) && at % EPOCH >= SHOW_DAY * DAY
    }

    /// Whether the time drawn for the credential of this epoch has come.
    fn may_issue(&mut self, rng: &mut StdRng, at: u64) -> bool {
        let epoch = at / EPOCH;
        let begin = (epoch * EPOCH).max(self.patient.openings[0].from);
        let span = (ISSUE_DAYS * DAY).saturating_sub(begin % EPOCH).max(ISSUE_SOON * DAY);
        let chosen = self.chosen.entry(epoch).or_insert_with(|| begin + rng.random_range(0..span));
        *chosen <= at && !self.issued.contains(&epoch)
    }

    fn renewal_is_due(&self, space: usize, at: u64) -> bool {
        self.live.get(&space).is_some_and(|(epoch, _)| {
            let (current, end) = (at / EPOCH, (epoch + 2) * EPOCH);
            let near = at + RENEW_DAYS * DAY >= end && current > *epoch;
            near && (self.issued.contains(&current) || at >= end)
        })
    }

    /// One thing, drawn from what waits; what she does herself goes first and is then the one.
    fn one_thing(
        &mut self,
        rng: &mut StdRng,
        number: usize,
        it: Opening,
        settings: Settings,
        news: bool,
    ) -> Done {
        let mut done = self.herself(rng, number, it, settings);
        if !done.is_empty() {
            return done;
        }
        let at = rng.random_range(it.from + 5..it.until);
        let epoch = at / EPOCH;
        let spaces = self.live.keys().filter(|_| news);
        let mut waits: Vec<What> = spaces.map(|space| What::Contact(*space)).collect();
        waits.extend(self.waiting.iter().map(|later| What::Send(*later)));
        let due: Vec<usize> =
            self.live.keys().copied().filter(|it| self.renewal_is_due(*it, at)).collect();
        for space in due {
            // Sooner than news.
            waits.extend([What::Renew(space); 2]);
        }
        if self.dirty && (self.placed || !self.pool.is_empty() || settings.ahead == Ahead::Never) {
            waits.push(What::BackUp);
        }
        match settings.ahead {
            Ahead::Weeks if self.may_issue(rng, at) => waits.push(What::Issue),
            Ahead::Weeks if self.may_show(at) && self.pool.len() < READY => {
                waits.push(What::Certify)
            }
            Ahead::SixHours => {
                self.ahead(rng, it, &mut done);
                if !done.is_empty() {
                    return done;
                }
            }
            _ => {}
        }
        if waits.is_empty() {
            return done;
        }
        let what = self.unless_over(waits[rng.random_range(0..waits.len())], at);
        match what {
            What::Issue => self.issue(at, &mut done),
            What::Certify => self.pool.push(epoch),
            What::Send(later) => self.waiting.retain(|it| *it != later),
            What::Renew(space) => {
                self.lives(rng, space, epoch);
            }
            What::BackUp => self.backed_up(epoch),
            _ => {}
        }
        if what != What::Issue {
            done.push((at, what));
        }
        done
    }
}
