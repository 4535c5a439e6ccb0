//! `cargo xtask screens`: looks at every screen with invented data, in the real engine.

use std::path::PathBuf;
use std::process::ExitCode;

use keyward_stories::Computer;
use keyward_stories::screens::gallery::{Comparison, compare};
use keyward_stories::screens::jumps::watch;
use keyward_stories::screens::{DISPLAY, Wanted, look_at};

struct Arguments {
    pages: PathBuf,
    wanted: Wanted,
    gallery: bool,
    accept: bool,
    jumps: bool,
}

fn arguments() -> Result<Arguments, String> {
    let mut wanted = Wanted::default();
    let (mut gallery, mut accept, mut jumps) = (false, false, false);
    let mut pages = None;
    let mut all = std::env::args().skip(1);
    while let Some(flag) = all.next() {
        match flag.as_str() {
            "--gallery" => {
                gallery = true;
                continue;
            }
            "--accept" => {
                accept = true;
                continue;
            }
            "--jumps" => {
                jumps = true;
                continue;
            }
            "--rounds" => {
                wanted.whole = true;
                continue;
            }
            _ => {}
        }
        let value = all.next().ok_or_else(|| format!("{flag} needs a value"))?;
        match flag.as_str() {
            "--pages" => pages = Some(PathBuf::from(value)),
            "--out" => wanted.pictures = Some(PathBuf::from(value)),
            "--route" => wanted.route = Some(value),
            "--state" => wanted.state = Some(value),
            "--theme" => wanted.theme = Some(value),
            "--size" => wanted.size = Some(value),
            "--language" => wanted.language = Some(value),
            _ => return Err(format!("unknown argument {flag}")),
        }
    }
    let pages = pages.ok_or("--pages DIR is needed")?;
    Ok(Arguments { pages, wanted, gallery, accept, jumps })
}

fn main() -> ExitCode {
    let Arguments { pages, wanted, gallery, accept, jumps } = match arguments() {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("screens: {problem}");
            return ExitCode::from(2);
        }
    };
    let looked = Computer::with_display(DISPLAY).and_then(|computer| {
        if gallery {
            compare(&computer, &pages, &Comparison { accept, pictures: wanted.pictures })
        } else if jumps {
            watch(&computer, &pages, &wanted)
        } else {
            look_at(&computer, &pages, &wanted)
        }
    });
    match looked {
        Ok(seen) => {
            for finding in &seen.findings {
                println!("{finding}");
            }
            println!("{} screens, {} findings", seen.screens, seen.findings.len());
            if seen.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => {
            eprintln!("screens: {failure}");
            ExitCode::FAILURE
        }
    }
}
