//! Whose turn it is: a function of what is remembered, of the time, of who has something to exchange and of a
//! random number. Nothing here reads, writes or asks anybody.
//!
//! In one opening of the app ([`OPENING`] long, however often it is started meanwhile) one line has its turn. Lines
//! are drawn at random, each once a round, so that nobody waits longer than two rounds.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ports::clock::UnixSeconds;

/// An opening lasts this long, however often the app is closed and started again meanwhile.
pub const OPENING: UnixSeconds = 20 * 3_600;
/// For so long of it the line has its turn; the rest keeps two lines apart.
const TURN: UnixSeconds = 12 * 3_600;
/// So much lies between what two lines exchange.
pub const BETWEEN: UnixSeconds = OPENING - TURN;
/// Who must have had a turn within this time comes before the others of its round.
const PRESSING: UnixSeconds = 12 * 86_400;

/// Whom something is exchanged for. What one line exchanges cannot be told apart anyway; what two do can, as
/// long as it is not seen at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// Asking the clinic, by name, for a credential.
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
    /// When something of it ends if it has no turn.
    pub ends: Option<UnixSeconds>,
}

/// What is remembered, on the disk before anything leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    opening: Option<Opening>,
    /// Who had a turn in this round.
    served: BTreeSet<Line>,
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
    pub(super) fn turn(&mut self, now: UnixSeconds, due: &[Due], random: u64) -> Option<Line> {
        self.open(now);
        let opening = self.opening.as_mut()?;
        if opening.line.is_none()
            && let Some(line) = draw(&mut self.served, now, due, random)
        {
            (opening.line, opening.begun) = (Some(line), now);
        }
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
            self.served.remove(&line);
        }
        self.opening = Some(Opening { begun: now, line: None, used: false });
    }

    /// Something leaves for a line: on its turn, or because she wants it now. If nothing left in this opening
    /// before, it is the line's.
    pub(super) fn leaves(&mut self, now: UnixSeconds, line: &Line) {
        self.open(now);
        let Some(opening) = &mut self.opening else { return };
        if !opening.used {
            if let Some(other) = opening.line.replace(line.clone())
                && other != *line
            {
                self.served.remove(&other);
            }
            (opening.used, opening.begun) = (true, now);
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

    /// How many openings pass at most until that in which a line has its turn, if nobody else gets something to
    /// exchange; 0 if it may be the present one.
    pub(super) fn waits(&self, now: UnixSeconds, line: &Line, due: &[Due]) -> u64 {
        let current = self.opening.as_ref().filter(|it| now < it.begun.saturating_add(OPENING));
        let turn = current.and_then(|opening| opening.line.as_ref());
        if turn == Some(line) {
            // After its turn it waits for another opening only if it got something new.
            return u64::from(current.is_some_and(|it| now.saturating_sub(it.begun) >= TURN));
        }
        let others = due.iter().filter(|due| due.line != *line && Some(&due.line) != turn);
        let (mut all, mut before) = (0, 0);
        for other in others {
            all += 1;
            before += u64::from(!self.served.contains(&other.line));
        }
        let now_or_next = u64::from(turn.is_some());
        match self.served.contains(line) {
            false => before + now_or_next,
            // The rest of this round, then a whole one, in which whoever has the turn now is drawn again.
            true => before + all + now_or_next * 2,
        }
    }
}

fn draw(served: &mut BTreeSet<Line>, now: UnixSeconds, due: &[Due], random: u64) -> Option<Line> {
    if due.iter().all(|due| served.contains(&due.line)) {
        served.clear();
    }
    let left = || due.iter().filter(|due| !served.contains(&due.line));
    let pressing = |due: &&Due| due.ends.is_some_and(|ends| ends <= now.saturating_add(PRESSING));
    let mut candidates: Vec<&Due> = left().filter(pressing).collect();
    if candidates.is_empty() {
        candidates = left().collect();
    }
    let place = usize::try_from(random % candidates.len().max(1) as u64).unwrap_or_default();
    let line = candidates.get(place)?.line.clone();
    served.insert(line.clone());
    Some(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn space(n: usize) -> Due {
        Due { line: Line::Space(n.to_string()), ends: None }
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

        /// What ends comes first; of many that end together, each within as many openings as there are.
        #[test]
        fn what_ends_soon_comes_first(random in proptest::collection::vec(any::<u64>(), 12)) {
            let (mut plan, mut now) = (Plan::default(), 1_800_000_000_u64);
            let ends = Some(now + 10 * 86_400);
            let mut due: Vec<Due> = (0..9).map(space).collect();
            for pressing in &mut due[..4] {
                pressing.ends = ends;
            }
            for random in random.into_iter().take(4) {
                now += 86_400;
                let line = plan.turn(now, &due, random).unwrap();
                plan.leaves(now, &line);
                let at = due.iter().position(|due| due.line == line).unwrap();
                prop_assert!(due[at].ends.is_some());
                due[at].ends = None;
            }
        }
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
    fn who_is_not_reached_while_the_app_is_open_does_not_keep_spaces_from_their_turns() {
        let slow = |line| Due { line, ends: None };
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
