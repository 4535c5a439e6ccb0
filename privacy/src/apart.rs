//! When a device does what if its patient chose that things travel apart. Whose turn it is and when a credential is
//! asked for and shown the app's own code says; what has something to exchange is `crates/app/src/rhythm/due.rs`,
//! over what a model remembers instead of a vault. **Change this with it.** She sends nothing by hand.

use std::collections::BTreeMap;

use keyward_app::credential::{READY_APART, times};
use keyward_app::rhythm::{BACK_UP, Due, LOOK, Line, OPENING, Plan};
use rand::{RngExt as _, rngs::StdRng};

use crate::people::{EPOCH, Opening, Patient};
use crate::schedule::{BACKUP, What};

/// Seconds from opening the app to the first exchange of spaces, to that of the backup, and to the first look whether
/// somebody is to be certified (`src-tauri/src/background.rs`).
const EXCHANGE_FIRST: u64 = 2;
const RELAY_FIRST: std::ops::Range<u64> = 120..480;
const LOOK_FIRST: std::ops::Range<u64> = 180..720;

/// What a device remembers.
pub(crate) struct Apart<'a> {
    /// Of her own, so that nothing drawn here changes what other plans draw.
    rng: StdRng,
    patient: &'a Patient,
    plan: Plan,
    /// The secret that the times of the credential follow from; those of each space and of the backup.
    salt: [u8; 16],
    secrets: Vec<[u8; 16]>,
    /// When the credential of an epoch came.
    issued: BTreeMap<u64, u64>,
    /// Epochs of the personas that are ready.
    pool: Vec<u64>,
    /// Spaces that she made.
    made: Vec<usize>,
    /// By space: the epoch of its certificate, and when all of it was exchanged.
    live: BTreeMap<usize, (u64, u64)>,
    /// Records that are to be sent on.
    waiting: Vec<usize>,
    /// The epoch of the certificate of the backup's place, and when all of it was sent.
    backup: Option<(u64, u64)>,
    ahead: Option<u64>,
}

type Done = Vec<(u64, What)>;

impl<'a> Apart<'a> {
    pub(crate) fn new(mut rng: StdRng, patient: &'a Patient) -> Self {
        let secrets = (0..=patient.spaces.len()).map(|_| rng.random()).collect();
        Self {
            salt: rng.random(),
            rng,
            patient,
            plan: Plan::default(),
            secrets,
            issued: BTreeMap::new(),
            pool: Vec::new(),
            made: Vec::new(),
            live: BTreeMap::new(),
            waiting: Vec::new(),
            backup: None,
            ahead: None,
        }
    }

    /// What happens in an opening of the app.
    pub(crate) fn opening(&mut self, number: usize, it: Opening) -> Done {
        let mut done = Vec::new();
        if number == 0 {
            done.push((it.from, What::Enrol));
        }
        self.herself(number);
        let now = it.from + EXCHANGE_FIRST;
        self.pool.retain(|of| of + 1 >= now / EPOCH);
        let due = self.due(now);
        let Some(line) = self.plan.turn(now, &due, self.rng.random()) else { return done };
        let at = match line {
            Line::Space(_) => now,
            Line::Backup => it.from + self.rng.random_range(RELAY_FIRST),
            Line::Asking | Line::Ahead => it.from + self.rng.random_range(LOOK_FIRST),
        };
        if at < it.until && self.plan.take(at, &line) {
            self.exchange(&line, at, &mut done);
        }
        done
    }

    /// What she decides: all of it waits for a turn.
    fn herself(&mut self, number: usize) {
        let spaces = self.patient.spaces.iter().enumerate();
        self.made.extend(spaces.filter(|(_, it)| it.opening == number).map(|(space, _)| space));
        let later = self.patient.later.iter().enumerate();
        self.waiting.extend(later.filter(|(_, it)| it.opening == number).map(|(place, _)| place));
    }

    fn due(&self, now: u64) -> Vec<Due> {
        let mut due: Vec<Due> = self.backup_due(now).into_iter().collect();
        let mut without_persona = false;
        for &space in &self.made {
            let renews = self.renews(space, now);
            let live = self.live.get(&space);
            let looked = live.is_some_and(|(_, done)| now - done >= LOOK);
            if !looked && !self.has_news(space, now) {
                continue;
            }
            let goes = match live {
                Some((of, _)) => of + 1 >= now / EPOCH || self.standing(now).is_some(),
                None => !self.pool.is_empty(),
            };
            if goes {
                due.push(Due { line: Line::Space(space.to_string()), pressing: renews });
            }
            without_persona |= !goes && live.is_none();
        }
        if self.standing(now).is_none() && self.ask_from(now) <= now {
            due.push(Due { line: Line::Asking, pressing: true });
        }
        let rested = self.ahead.is_none_or(|at| now - at >= OPENING);
        if rested && self.pool.len() < READY_APART && self.may_show(&self.salt, now) {
            due.push(Due { line: Line::Ahead, pressing: without_persona });
        }
        due
    }

    /// She keeps one since she made her first space.
    fn backup_due(&self, now: u64) -> Option<Due> {
        if self.made.is_empty() {
            return None;
        }
        let line = Line::Backup;
        let Some((of, complete)) = self.backup else {
            return self.standing(now).is_some().then_some(Due { line, pressing: false });
        };
        let over = of + 1 < now / EPOCH;
        let renews = self.backup_renews(now);
        let can = !over || renews;
        let due = now - complete >= BACK_UP || renews;
        (can && due).then_some(Due { line, pressing: renews })
    }

    fn backup_renews(&self, now: u64) -> bool {
        let secret = &self.secrets[self.patient.spaces.len()];
        self.backup.is_some_and(|(of, _)| self.renews_with(of, secret, now))
    }

    fn has_news(&self, space: usize, now: u64) -> bool {
        let later = |place: &usize| self.patient.later[*place].space == space;
        let Some((of, _)) = self.live.get(&space) else { return true };
        self.waiting.iter().any(later) || of + 1 < now / EPOCH || self.renews(space, now)
    }

    fn renews(&self, space: usize, now: u64) -> bool {
        let of = self.live.get(&space).map(|(of, _)| *of);
        of.is_some_and(|of| self.renews_with(of, &self.secrets[space], now))
    }

    /// Whether a certificate of an epoch is over, or ends with the present one, and can be renewed.
    fn renews_with(&self, of: u64, secret: &[u8], now: u64) -> bool {
        let epoch = now / EPOCH;
        let shows = of + 1 < epoch || self.may_show(secret, now);
        of < epoch && self.standing(now).is_some() && shows
    }

    fn standing(&self, now: u64) -> Option<u64> {
        self.issued.get(&(now / EPOCH)).copied()
    }

    fn may_show(&self, secret: &[u8], now: u64) -> bool {
        let from = self.standing(now).and_then(|at| times::shown_from(now / EPOCH, at, secret));
        from.is_some_and(|from| from <= now)
    }

    /// At once if a certificate is over, or a backup waits for its first.
    fn ask_from(&self, now: u64) -> u64 {
        let over = |of: u64| of + 1 < now / EPOCH;
        let lapsed = self.live.values().any(|(of, _)| over(*of))
            || !self.made.is_empty() && self.backup.is_none_or(|(of, _)| over(of));
        if lapsed { now } else { times::ask_at(now / EPOCH, &self.salt) }
    }

    fn exchange(&mut self, line: &Line, at: u64, done: &mut Done) {
        let epoch = at / EPOCH;
        match line {
            Line::Asking => {
                self.issued.insert(epoch, at);
                done.push((at, What::Issue));
            }
            Line::Ahead => {
                self.pool.push(epoch);
                self.ahead = Some(at);
                done.push((at, What::Certify));
            }
            Line::Backup => {
                if self.backup_renews(at) {
                    done.push((at, What::Renew(BACKUP)));
                    self.backup = Some((epoch, at));
                }
                self.backup = Some((self.backup.map_or(epoch, |(of, _)| of), at));
                done.push((at, What::BackUp));
            }
            Line::Space(name) => {
                if let Ok(space) = name.parse() {
                    self.exchange_space(space, at, done);
                }
            }
        }
    }

    fn exchange_space(&mut self, space: usize, at: u64, done: &mut Done) {
        let of = match self.live.get(&space) {
            None => {
                done.push((at, What::Open(space)));
                self.pool.remove(0)
            }
            Some(_) if self.renews(space, at) => {
                done.extend([(at, What::Renew(space)), (at, What::Contact(space))]);
                at / EPOCH
            }
            Some((of, _)) => {
                done.push((at, What::Contact(space)));
                *of
            }
        };
        self.live.insert(space, (of, at));
        let (sent, left) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|place| self.patient.later[*place].space == space);
        self.waiting = left;
        let sent: Vec<usize> = sent;
        done.extend(sent.into_iter().map(|later| (at, What::Send(later))));
    }
}
