//! What a figure must satisfy; the run fails if one does not.

/// The figures that were looked at and did not hold.
#[derive(Default)]
pub(super) struct Verdicts(Vec<String>);

impl Verdicts {
    /// A figure must be at most `limit`; one that is no number does not hold.
    pub(super) fn at_most(&mut self, what: &str, value: f64, limit: f64) {
        self.note(value <= limit, &format!("{what}: {value:.3}, at most {limit:.3}"));
    }

    /// A figure must be at least `limit`; one that is no number does not hold.
    pub(super) fn at_least(&mut self, what: &str, value: f64, limit: f64) {
        self.note(value >= limit, &format!("{what}: {value:.3}, at least {limit:.3}"));
    }

    fn note(&mut self, holds: bool, sentence: &str) {
        eprintln!("{}{sentence}", if holds { "  " } else { "✗ " });
        if !holds {
            self.0.push(sentence.to_owned());
        }
    }

    /// What did not hold.
    pub(super) fn failed(self) -> Vec<String> {
        self.0
    }
}
