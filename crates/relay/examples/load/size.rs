//! How much is sent, and for how long.

use std::time::Duration;

/// What a run asks of the relay. The rates are found by climbing.
#[derive(Clone, Copy)]
pub(super) struct Size {
    /// Times the rates climbs usually begin with.
    pub(super) pace: f64,
    /// How long each step of a climb lasts.
    pub(super) step: Duration,
    /// Steps of a climb, at most.
    pub(super) steps: usize,
    /// Later than this means that a queue is building up: the rate is not sustained.
    pub(super) too_late: Duration,
    /// Seconds of the flood, and of each look at a quiet day.
    pub(super) flood: f64,
    /// Records in one access.
    pub(super) records: usize,
    /// Records in the large chart that is fetched whole.
    pub(super) chart: usize,
}

impl Size {
    /// What figures are taken from.
    pub(super) const MEASUREMENT: Size = Size {
        pace: 1.0,
        step: Duration::from_secs(3),
        steps: usize::MAX,
        too_late: Duration::from_millis(250),
        flood: 10.0,
        records: 100,
        chart: 1_000,
    };

    /// Enough to go every way once, on any machine and unoptimised. Its figures mean nothing.
    pub(super) const REHEARSAL: Size = Size {
        pace: 0.25,
        step: Duration::from_millis(200),
        steps: 2,
        too_late: Duration::MAX,
        flood: 0.5,
        records: 5,
        chart: 20,
    };
}
