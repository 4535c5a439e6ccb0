//! Measuring the relay under too much load and over a long time: `crates/relay/examples/load`.

use crate::process::{cargo, run as run_command};
use crate::{Outcome, setup};

fn example(arguments: &[&str]) -> Outcome {
    setup::for_build()?;
    let mut example = cargo();
    example.args(["run", "--quiet", "--release", "--locked", "--package", "keyward-relay"]);
    example.args(["--example", "load", "--"]).args(arguments);
    run_command("the load generator", &mut example)
}

/// Twice the sustainable load; prints figures as JSON and fails if one does not hold.
pub(crate) fn overload() -> Outcome {
    example(&["overload"])
}

/// So many requests; prints figures as JSON and fails if one does not hold.
pub(crate) fn soak(requests: u64) -> Outcome {
    example(&["soak", &requests.to_string()])
}
