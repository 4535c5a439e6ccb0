//! Runs the stories in real windows, several at a time. Each is a process with a display, a bus and a keyring of its
//! own, so that any two can stand side by side, of whichever program they are.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::tests_of::{self, Tally, TestProgram};

/// Stories at a time: they wait for windows most of the time, and three fill two cores.
const AT_ONCE: usize = 3;

/// Stories that take minutes: they start first, so that none of them is what everybody waits for in the end.
const LONG: [&str; 5] = ["whole_path", "screens", "reading_room", "keyboard", "kills"];

/// One story.
struct Story<'a> {
    program: &'a TestProgram,
    name: String,
}

/// What became of one story.
struct Told<'a> {
    story: Story<'a>,
    tally: Tally,
    time: Duration,
}

/// Runs every test of these programs; how it went, and the names of what failed. What failed beside others is run once
/// more by itself; what passes then is named, too.
pub(crate) fn run(programs: &[TestProgram]) -> Outcome<(Tally, Vec<String>)> {
    let told = side_by_side(queue(programs)?)?;
    print_times(&told);
    let mut all = Tally::default();
    let mut failed = Vec::new();
    for Told { story, mut tally, .. } in told {
        tests_of::once_more(story.program, &mut tally)?;
        if tally.failed > 0 {
            failed.push(format!("{} {}", story.program.target, story.name));
        }
        all.add(tally);
    }
    Ok((all, failed))
}

/// Every test, those of long programs first.
fn queue(programs: &[TestProgram]) -> Outcome<VecDeque<Story<'_>>> {
    let mut programs: Vec<&TestProgram> = programs.iter().collect();
    programs.sort_by_key(|program| {
        LONG.iter().position(|long| *long == program.target).unwrap_or(LONG.len())
    });
    let mut queue = VecDeque::new();
    for program in programs {
        queue.extend(tests_of::names(program)?.into_iter().map(|name| Story { program, name }));
    }
    Ok(queue)
}

fn side_by_side(queue: VecDeque<Story<'_>>) -> Outcome<Vec<Told<'_>>> {
    let queue = Mutex::new(queue);
    let told = Mutex::new(Vec::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    std::thread::scope(|scope| {
        let tellers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| -> Outcome {
                    while let Some(story) = next() {
                        let one = tell(story)?;
                        told.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                    }
                    Ok(())
                })
            })
            .collect();
        tellers.into_iter().try_for_each(|teller| {
            teller.join().unwrap_or_else(|_| Err("a teller of stories ended early".into()))
        })
    })?;
    Ok(told.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn tell(story: Story<'_>) -> Outcome<Told<'_>> {
    let start = Instant::now();
    let tally = tests_of::run(story.program, &["--exact", &story.name])?;
    Ok(Told { story, tally, time: start.elapsed() })
}

/// Where the time went, the longest first.
fn print_times(told: &[Told<'_>]) {
    let mut order: Vec<&Told<'_>> = told.iter().collect();
    order.sort_by_key(|one| std::cmp::Reverse(one.time));
    for one in order {
        println!(
            "{:>7.1} s  {}: {}",
            one.time.as_secs_f64(),
            one.story.program.target,
            one.story.name
        );
    }
}
