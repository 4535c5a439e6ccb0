//! Whose turn it is: a function of what is remembered, of the time, of who has something to exchange and of a
//! random number. Nothing here reads, writes or asks anybody.
//!
//! In one opening of the app ([`OPENING`] long, however often it is started meanwhile) one line has its turn. Lines
//! are drawn at random, each once a round, so that nobody waits longer than two rounds. What would run out without a
//! turn comes before that, also if its line had its turn in this round.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ports::clock::UnixSeconds;

/// An opening lasts this long, however often the app is closed and started again meanwhile.
pub const OPENING: UnixSeconds = 20 * 3_600;
/// For so long of it the line has its turn; the rest keeps two lines apart.
const TURN: UnixSeconds = 12 * 3_600;
/// So much lies between what two lines exchange.
pub const BETWEEN: UnixSeconds = OPENING - TURN;

/// Whom something is exchanged for. What one line exchanges cannot be told apart anyway; what two do can, as
/// long as it is not seen at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// What the clinic is told by name: asking for a credential, and which key recovers her.
    Asking,
    /// Having a persona certified ahead.
    Ahead,
    /// The backup at the relay.
    Backup,
    /// A space, by its id.
    Space(String),
}

/// A line that has something to exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub line: Line,
    /// Something runs out, or others wait, unless it has its turn soon; and in its turn that can be done.
    pub pressing: bool,
}

/// What is remembered, on the disk before anything leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    opening: Option<Opening>,
    /// Who had a turn in this round.
    served: BTreeSet<Line>,
    /// Who had one because it pressed, since others were drawn last. What cannot be done after all takes no more
    /// than every other turn.
    #[serde(default)]
    pressed: BTreeSet<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Opening {
    /// When its line was drawn, or wanted.
    begun: UnixSeconds,
    line: Option<Line>,
    /// Something may have left for the line.
    used: bool,
}

impl Plan {
    /// The line whose turn it is, if it has something to exchange. Draws one by `random` for an opening that
    /// has none yet.
    pub fn turn(&mut self, now: UnixSeconds, due: &[Due], random: u64) -> Option<Line> {
        self.open(now);
        if self.opening.as_ref()?.line.is_none() {
            let drawn = self.draw(due, random);
            let opening = self.opening.as_mut()?;
            if drawn.is_some() {
                (opening.line, opening.begun) = (drawn, now);
            }
        }
        let opening = self.opening.as_ref()?;
        if now - opening.begun >= TURN {
            return None;
        }
        opening.line.clone().filter(|line| due.iter().any(|due| due.line == *line))
    }

    /// The present opening, or a new one if the last is over.
    fn open(&mut self, now: UnixSeconds) {
        match &mut self.opening {
            // A clock that was set back makes an opening longer, never another one.
            Some(opening) if now < opening.begun => opening.begun = now,
            Some(opening) if now - opening.begun < OPENING => {}
            _ => self.begin(now),
        }
    }

    fn begin(&mut self, now: UnixSeconds) {
        // Closed again before anything left: it had no turn. A space is reached as soon as the app is open; the others
        // some minutes later, and who always closes it sooner would have nothing but them drawn.
        if let Some(Opening { line: Some(line @ Line::Space(_)), used: false, .. }) =
            self.opening.take()
        {
            self.forget(&line);
        }
        self.opening = Some(Opening { begun: now, line: None, used: false });
    }

    /// It had no turn after all.
    fn forget(&mut self, line: &Line) {
        self.served.remove(line);
        self.pressed.remove(line);
    }

    /// Something is about to leave for the line whose turn it is. `false` if it is not, or not any more, because another
    /// took the opening since it was looked at: then nothing may.
    pub fn take(&mut self, now: UnixSeconds, line: &Line) -> bool {
        self.open(now);
        let current = self.opening.as_ref();
        let has = current.is_some_and(|it| it.line.as_ref() == Some(line) && now - it.begun < TURN);
        if has {
            self.leaves(now, line);
        }
        has
    }

    /// Something leaves for a line, whoever's turn it is: she wants it now. If nothing left in this opening
    /// before, it is the line's.
    pub(super) fn leaves(&mut self, now: UnixSeconds, line: &Line) {
        self.open(now);
        let Some(opening) = &mut self.opening else { return };
        if !opening.used {
            let other = opening.line.replace(line.clone());
            (opening.used, opening.begun) = (true, now);
            if let Some(other) = other.filter(|other| other != line) {
                self.forget(&other);
            }
        }
        self.served.insert(line.clone());
    }

    /// As [`Plan::leaves`], for what takes access away and waits for nobody. A line that had a turn in this round takes
    /// no other one by it: what cannot be ended at once is tried again and again, and the others must have theirs.
    pub(super) fn ends(&mut self, now: UnixSeconds, line: &Line) {
        self.open(now);
        let used = self.opening.as_ref().is_some_and(|opening| opening.used);
        if !used && !self.served.contains(line) {
            self.leaves(now, line);
        }
    }

    /// What takes access away has left: nothing else may in this opening, if nothing did before. That is for once, so that
    /// it costs the others no more than one turn.
    pub(super) fn ended(&mut self, now: UnixSeconds, line: &Line) {
        self.open(now);
        if self.opening.as_ref().is_some_and(|opening| !opening.used) {
            self.leaves(now, line);
        }
    }

    /// How many openings pass at most until that in which a line has its turn, if nobody else gets something to
    /// exchange and what presses is done in its turn; 0 if it may be the present one.
    pub(super) fn waits(&self, now: UnixSeconds, line: &Line, due: &[Due]) -> u64 {
        let current = self.opening.as_ref().filter(|it| now < it.begun.saturating_add(OPENING));
        let turn = current.and_then(|opening| opening.line.as_ref());
        if turn == Some(line) {
            // After its turn it waits for another opening only if it got something new.
            return u64::from(current.is_some_and(|it| now.saturating_sub(it.begun) >= TURN));
        }
        let (mut all, mut before, mut first, mut again) = (0, 0, 0, 0);
        for other in due.iter().filter(|due| due.line != *line) {
            let (served, presses) = (self.served.contains(&other.line), self.presses(other));
            // Whose turn it is waits for another only with what presses since.
            let has = Some(&other.line) == turn;
            all += u64::from(!has);
            before += u64::from(!has && !served);
            first += u64::from(presses);
            // It has a turn of its round besides.
            again += u64::from(presses && served);
        }
        let now_or_next = u64::from(turn.is_some());
        if due.iter().any(|due| due.line == *line && self.presses(due)) {
            return first + now_or_next;
        }
        match self.served.contains(line) {
            false => before + again + now_or_next,
            // The rest of this round, then a whole one, in which whoever has the turn now is drawn again.
            true => before + again + all + now_or_next * 2,
        }
    }

    /// Whether it comes before the round.
    fn presses(&self, due: &Due) -> bool {
        due.pressing && !self.pressed.contains(&due.line)
    }

    fn draw(&mut self, due: &[Due], random: u64) -> Option<Line> {
        let pressing = one_of(due.iter().filter(|due| self.presses(due)), random);
        if let Some(line) = pressing {
            self.pressed.insert(line.clone());
            self.served.insert(line.clone());
            return Some(line);
        }
        if due.iter().all(|due| self.served.contains(&due.line)) {
            self.served.clear();
        }
        let line = one_of(due.iter().filter(|due| !self.served.contains(&due.line)), random)?;
        self.pressed.clear();
        self.served.insert(line.clone());
        Some(line)
    }
}

fn one_of<'a>(candidates: impl Iterator<Item = &'a Due>, random: u64) -> Option<Line> {
    let candidates: Vec<&Due> = candidates.collect();
    let place = usize::try_from(random % candidates.len().max(1) as u64).unwrap_or_default();
    candidates.get(place).map(|due| due.line.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn space(n: usize) -> Due {
        Due { line: Line::Space(n.to_string()), pressing: false }
    }

    /// As if the program ended and began again.
    fn restarted(plan: &Plan) -> Plan {
        serde_json::from_slice(&serde_json::to_vec(plan).unwrap()).unwrap()
    }

    proptest! {
        /// Whatever is due when, and however often it is started: two lines are never seen within an opening.
        #[test]
        fn two_lines_never_have_a_turn_in_one_opening(
            steps in proptest::collection::vec((prop_oneof![0..4 * 3_600_u64, 0..3 * 86_400_u64], 0..64_u8, any::<u64>()), 1..80),
        ) {
            let (mut plan, mut now) = (Plan::default(), 1_800_000_000);
            let mut seen: Vec<(UnixSeconds, Line)> = Vec::new();
            for (pause, mask, random) in steps {
                now += pause;
                let due: Vec<Due> = (0..6).filter(|n| mask & (1 << n) != 0).map(space).collect();
                let mut started = restarted(&plan);
                if let Some(line) = started.turn(now, &due, random) {
                    prop_assert!(due.iter().any(|due| due.line == line));
                    started.leaves(now, &line);
                    for (at, before) in &seen {
                        prop_assert!(*before == line || now - at >= BETWEEN, "{before:?} {line:?}");
                    }
                    seen.push((now, line));
                }
                plan = started;
            }
        }

        /// Who has something all the time waits no longer than was said, and never longer than two rounds.
        #[test]
        fn everybody_has_a_turn_within_two_rounds(
            lines in 1..27_usize,
            before in 0..40_usize,
            random in proptest::collection::vec(any::<u64>(), 100),
        ) {
            let due: Vec<Due> = (0..lines).map(space).collect();
            let (mut plan, mut now, mut random) = (Plan::default(), 1_800_000_000, random.into_iter().cycle());
            let mut opening = |plan: &mut Plan, now: &mut UnixSeconds, due: &[Due]| {
                *now += 86_400;
                let line = plan.turn(*now, due, random.next().unwrap()).unwrap();
                plan.leaves(*now, &line);
                line
            };
            for _ in 0..before {
                opening(&mut plan, &mut now, &due);
            }
            for waiting in &due {
                let mut plan = plan.clone();
                let mut now = now;
                let said = plan.waits(now, &waiting.line, &due);
                prop_assert!(said <= 2 * lines as u64);
                let mut waited = 0;
                let current = plan.opening.as_ref().and_then(|opening| opening.line.clone());
                if current.as_ref() != Some(&waiting.line) {
                    while opening(&mut plan, &mut now, &due) != waiting.line {
                        waited += 1;
                    }
                    // The first is the present one where there is none yet.
                    waited += u64::from(current.is_some());
                }
                prop_assert!(waited <= said, "{waited} {said}");
            }
        }

        /// What presses comes first, whoever had a turn in this round; and who is told when is not told too early.
        #[test]
        fn what_presses_comes_first_and_everybody_as_said(
            lines in 2..27_usize,
            pressing in 0..27_usize,
            before in 0..40_usize,
            random in proptest::collection::vec(any::<u64>(), 100),
        ) {
            let pressing = pressing.min(lines);
            let mut due: Vec<Due> = (0..lines).map(space).collect();
            let (mut plan, mut now, mut random) = (Plan::default(), 1_800_000_000, random.into_iter().cycle());
            let mut opening = |plan: &mut Plan, now: &mut UnixSeconds, due: &mut [Due]| {
                *now += 86_400;
                let line = plan.turn(*now, due, random.next().unwrap()).unwrap();
                prop_assert!(plan.take(*now, &line));
                // What presses is done.
                due.iter_mut().find(|due| due.line == line).unwrap().pressing = false;
                Ok(line)
            };
            for _ in 0..before {
                opening(&mut plan, &mut now, &mut due)?;
            }
            due[..pressing].iter_mut().for_each(|due| due.pressing = true);
            let said: Vec<u64> = due.iter().map(|it| plan.waits(now, &it.line, &due)).collect();
            let current = plan.opening.as_ref().and_then(|opening| opening.line.clone());
            let mut met = BTreeSet::new();
            for n in 0_u64.. {
                if met.len() == lines {
                    break;
                }
                let line = opening(&mut plan, &mut now, &mut due)?;
                let at = due.iter().position(|due| due.line == line).unwrap();
                prop_assert!(n >= pressing as u64 || at < pressing, "{n} {at} {pressing}");
                if met.insert(at) && current.as_ref() != Some(&line) {
                    let waited = n + u64::from(current.is_some());
                    prop_assert!(waited <= said[at], "{waited} {}", said[at]);
                }
            }
        }

        /// What presses and cannot be done leaves every other turn to the rest.
        #[test]
        fn what_presses_in_vain_leaves_the_others_theirs(random in proptest::collection::vec(any::<u64>(), 20)) {
            let mut due: Vec<Due> = (0..4).map(space).collect();
            due[0].pressing = true;
            let (mut plan, mut now, mut met) = (Plan::default(), 1_800_000_000, Vec::new());
            for random in random {
                let line = plan.turn(now, &due, random).unwrap();
                prop_assert!(plan.take(now, &line));
                met.push(line);
                now += OPENING;
            }
            let of = |n: usize| met.iter().filter(|line| **line == due[n].line).count();
            prop_assert!(of(0) >= 10 && (1..4).all(|n| of(n) >= 2), "{met:?}");
        }
    }

    #[test]
    fn who_looked_before_another_took_the_opening_has_no_turn() {
        let (due, now) = ([space(0), space(1)], 1_800_000_000);
        let mut plan = Plan::default();
        let drawn = plan.turn(now, &due, 0).unwrap();
        let other = due.iter().map(|due| &due.line).find(|line| **line != drawn).unwrap();
        // Another thread ends a share, or she sends something by hand.
        plan.ends(now, other);
        assert!(!plan.take(now, &drawn), "two lines in one opening");
        assert!(plan.take(now, other));
        assert!(!plan.take(now + TURN, other), "its turn is over");
        assert!(!plan.take(now + OPENING, other), "nobody was drawn");
    }

    #[test]
    fn what_she_wants_now_takes_the_opening_if_nothing_left_before() {
        let (due, now) = ([space(0), space(1)], 1_800_000_000);
        let mut plan = Plan::default();
        let first = plan.turn(now, &due, 0).unwrap();
        let other = due.iter().map(|due| &due.line).find(|line| **line != first).unwrap().clone();
        plan.leaves(now + 1, &other);
        assert_eq!(plan.turn(now + 2, &due, 0), Some(other.clone()));
        // The other way round both are seen; that is said before.
        plan.leaves(now + 3, &first);
        assert_eq!(plan.turn(now + 4, &due, 0), Some(other));
    }

    #[test]
    fn an_end_that_cannot_be_sent_leaves_the_others_their_turns() {
        let (due, mut now) = ([space(0), space(1), space(2)], 1_800_000_000);
        let mut plan = Plan::default();
        let stuck = due[0].line.clone();
        let mut met = BTreeSet::new();
        for _ in 0..6 {
            plan.ends(now, &stuck);
            let line = plan.turn(now, &due, 0).unwrap();
            plan.leaves(now, &line);
            // Beside its turn it takes no place in the round.
            plan.ends(now + 1, &stuck);
            met.insert(line);
            now += OPENING;
        }
        assert_eq!(met.len(), 3);
    }

    #[test]
    fn what_was_ended_takes_the_opening_also_for_a_line_that_had_its_turn() {
        let (due, mut now) = ([space(0), space(1)], 1_800_000_000);
        let mut plan = Plan::default();
        let first = plan.turn(now, &due, 0).unwrap();
        assert!(plan.take(now, &first));
        now += OPENING;
        let drawn = plan.turn(now, &due, 0).unwrap();
        assert_ne!(drawn, first);
        plan.ends(now, &first);
        assert_eq!(plan.turn(now, &due, 0), Some(drawn.clone()), "it is only tried");
        plan.ended(now, &first);
        assert!(!plan.take(now, &drawn), "two lines in one opening");
        now += OPENING;
        assert_eq!(plan.turn(now, &due, 0), Some(drawn.clone()), "it has its turn after that");
        assert!(plan.take(now, &drawn));
        plan.ended(now, &first);
        assert_eq!(plan.turn(now, &due, 0), Some(drawn), "something left before");
    }

    #[test]
    fn who_is_not_reached_while_the_app_is_open_does_not_keep_spaces_from_their_turns() {
        let slow = |line| Due { line, pressing: false };
        let due = [slow(Line::Asking), slow(Line::Backup), space(0), space(1)];
        let (mut plan, mut now) = (Plan::default(), 1_800_000_000);
        let mut turns = 0;
        for random in 0..24 {
            let line = plan.turn(now, &due, random).unwrap();
            if matches!(line, Line::Space(_)) {
                plan.leaves(now, &line);
                turns += 1;
            }
            now += OPENING;
        }
        assert!(turns >= 10, "{turns}");
    }

    #[test]
    fn a_clock_set_back_makes_no_other_opening_and_blocks_none_for_long() {
        let (due, now) = ([space(0), space(1)], 1_800_000_000);
        let mut plan = Plan::default();
        let first = plan.turn(now, &due, 0).unwrap();
        plan.leaves(now, &first);
        let before = now - 400 * 86_400;
        assert_eq!(plan.turn(before, &due, 1), Some(first.clone()));
        assert_eq!(plan.turn(before + TURN - 1, &due, 1), Some(first.clone()));
        assert_eq!(plan.turn(before + OPENING - 1, &due, 1), None);
        assert_ne!(plan.turn(before + OPENING, &due, 1), Some(first));
    }

    #[test]
    fn who_was_not_reached_in_its_opening_has_no_turn_behind_it() {
        let (due, mut now) = ([space(0), space(1), space(2)], 1_800_000_000);
        let mut plan = Plan::default();
        let first = plan.turn(now, &due, 0).unwrap();
        now += OPENING;
        plan.turn(now, &due, 0);
        assert!(!plan.served.contains(&first) || plan.opening.unwrap().line == Some(first));
    }
}
