//! What a figure must satisfy; the run fails if one does not.

/// The figures that were looked at and did not hold.
#[derive(Default)]
pub(super) struct Verdicts(Vec<String>);

impl Verdicts {
    /// A figure must be at most `limit`; one that is no number does not hold.
    pub(super) fn at_most(&mut self, what: &str, value: f64, limit: f64) {
        let holds = value <= limit;
        let mark = if holds { "  " } else { "✗ " };
        eprintln!("{mark}{what}: {value:.3}, at most {limit:.3}");
        if !holds {
            self.0.push(format!("{what}: {value:.3} is more than {limit:.3}"));
        }
    }

    /// What did not hold.
    pub(super) fn failed(self) -> Vec<String> {
        self.0
    }
}
