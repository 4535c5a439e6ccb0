//! Kills at random moments, in numbers that take longer than CI has.

use crate::process::{cargo, run as run_command};
use crate::{Outcome, setup, test, tests_of};

/// The story that does the killing; it reads how often from the environment.
const STORY: &str = "kills";

/// Builds everything and runs the story with `count` kills.
pub(crate) fn run(count: u32) -> Outcome {
    setup::for_windows()?;
    test::build_interface()?;
    test::build_programs()?;
    let mut story = cargo();
    story.args(["test", "--workspace", "--locked", "--features", tests_of::FEATURES]);
    story.args(["--test", STORY, "--", "--nocapture", "--test-threads=1"]);
    story.env("KEYWARD_KILLS", count.to_string());
    story.env("KEYWARD_BIN_DIR", crate::process::target().join("debug"));
    run_command("the kills", &mut story)
}
