//! A hostile page calls every command there is, from the window of every role and from a locked one, with rubbish:
//! missing, wrong, huge and deep arguments, bodies that are no arguments at all. It is refused or told a typed error,
//! nothing panics, nobody else's secret is in an answer, and every window answers afterwards.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use keyward_stories::path::Teller;
use keyward_stories::{App, Camera, Computer, Failure, Screen};
use serde_json::{Value, json};

include!("../../src-tauri/src/commands/list.rs");

/// A word of the patient's only record.
const MARKER: &str = "Sample marker of Anna";

/// Which windows may call the commands of a group of the list.
const WINDOWS: &[(&str, &[&str])] = &[
    ("every", &["welcome", "patient-", "doctor-", "desk-"]),
    ("welcome", &["welcome"]),
    ("profile", &["patient-", "doctor-", "desk-"]),
    ("invited", &["patient-", "doctor-"]),
    ("reader", &["patient-", "doctor-"]),
    ("patient", &["patient-"]),
    ("doctor", &["doctor-"]),
    ("desk", &["desk-"]),
];

/// Never called where they may be: they end the app, lock the window or open a dialog without any argument.
const NOT_HERE: [&str; 3] = ["quit", "print_window", "lock"];
/// Each text takes a derivation that is meant to take long: one text is enough.
const SLOW: [&str; 4] = ["unlock", "passphrase_set", "profile_open", "salvage_start"];
/// What a locked window still answers: nothing of it needs the key.
const WHILE_LOCKED: [&str; 8] = [
    "session",
    "activity",
    "keyring_give_up",
    "profiles_show",
    "text_copy",
    "secret_copy",
    "document_close",
    "job_cancel",
];

struct Command {
    group: &'static str,
    name: &'static str,
    arguments: Vec<String>,
}

macro_rules! groups {
    ($($group:ident { $($module:ident :: $command:ident),* $(,)? })*) => {
        [$((stringify!($group), vec![$((stringify!($module), stringify!($command))),*])),*]
    };
}

/// Every command with the names of its arguments, as its source has them.
fn commands() -> Vec<Command> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri/src/commands");
    let of_group = |(group, commands): (&'static str, Vec<(&str, &'static str)>)| {
        let folder = folder.clone();
        let of = move |(module, name)| {
            let source = std::fs::read_to_string(folder.join(format!("{module}.rs"))).unwrap();
            Command { group, name, arguments: arguments(&source, name) }
        };
        commands.into_iter().map(of).collect::<Vec<_>>()
    };
    command_list!(groups).into_iter().flat_map(of_group).collect()
}

/// What the page passes: everything but what Tauri itself gives a command.
fn arguments(source: &str, command: &str) -> Vec<String> {
    let start = source.find(&format!("fn {command}(")).expect(command);
    let rest = source[start..].split_once('(').unwrap().1;
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in rest.chars() {
        match c {
            ')' if depth == 0 => break,
            ',' if depth == 0 => parts.push(String::new()),
            c => {
                depth += i32::from("<([".contains(c)) - i32::from(">)]".contains(c));
                parts.last_mut().unwrap().push(c);
            }
        }
    }
    let given = ["Shell<", "State<", "WebviewWindow", "AppHandle"];
    let callers = ["Anyone", "Patient", "Doctor", "Desk", "Reader", "Invited"];
    let passed = |part: &String| {
        let (name, kind) = part.split_once(':')?;
        let kind = kind.trim();
        let own = !given.iter().any(|it| kind.starts_with(it)) && !callers.contains(&kind);
        own.then(|| camel(name.trim().trim_start_matches("mut ")))
    };
    parts.iter().filter_map(passed).collect()
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(1);
        name + &head.to_uppercase() + tail
    })
}

/// Calls commands with every value in every argument, sixteen at a time; tells what came of each. What is longer than
/// the page itself could make from little is made there.
const CALL: &str = r"
const [commands, markers, done] = arguments;
const deep = (n) => { let value = []; for (let i = 0; i < n; i++) value = [value]; return value; };
const texts = ['', 'x', '../../../etc/passwd', '\u0000\u202e\ud83d\ude00\ufffe', 'x'.repeat(300000)];
const others = [null, true, -1, 1e308, 9007199254740993, [], {}, deep(60), deep(4000),
  { kind: 'own' }, { kind: 'share', id: '0' }, { ['__proto__']: { x: 1 } }, Array(5000).fill(0)];
const calls = [];
for (const { name, args, slow, foreign } of commands) {
  const filled = (value) => Object.fromEntries(args.map((arg) => [arg, value]));
  const values = foreign ? ['', null] : [...(slow ? ['x'] : texts), ...others];
  const bodies = args.length === 0 && !foreign ? [{}] : [{}, ...values.map(filled)];
  if (!foreign && args.length > 0) bodies.push(new Uint8Array(1000), [1, 2], { ['x'.repeat(1000)]: 1 });
  bodies.forEach((body, number) => calls.push([name, number, body]));
}
const short = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? 'null';
  return [text.slice(0, 300), markers.filter((marker) => text.includes(marker))];
};
const told = [];
let next = 0;
const work = async () => {
  while (next < calls.length) {
    const [name, number, body] = calls[next++];
    const late = new Promise((end) => setTimeout(() => end(['late', '']), 20000));
    const answer = window.__TAURI_INTERNALS__.invoke(name, body).then(
      (value) => ['ok', ...short(value)],
      (value) => [typeof value?.code === 'string' && typeof value.params === 'object'
        ? 'code ' + value.code : 'text', ...short(value)]);
    told.push([name, number, ...(await Promise.race([answer, late]))]);
  }
};
Promise.all(Array.from({ length: 16 }, work)).then(() => done(told));
";

struct Told {
    command: String,
    number: u64,
    /// `ok`, `text`, `late`, or `code …`.
    outcome: String,
    text: String,
    markers: bool,
}

fn call(screen: &Screen<'_>, commands: &[Value], kit: &str) -> Result<Vec<Told>, Failure> {
    let told = screen.session()?.execute_async(CALL, &[json!(commands), json!([MARKER, kit])])?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |told: &Value| Told {
        command: text(&told[0]),
        number: told[1].as_u64().unwrap_or_default(),
        outcome: text(&told[2]),
        text: text(&told[3]),
        markers: told[4].as_array().is_some_and(|found| !found.is_empty()),
    };
    Ok(told.as_array().unwrap().iter().map(one).collect())
}

/// Every command from one window; `kit` is the patient's. Adds to `wrong` what must not be, and gives how many calls
/// were made.
fn every_command(
    screen: &Screen<'_>,
    window: &str,
    locked: bool,
    kit: &str,
    wrong: &mut Vec<String>,
) -> Result<usize, Failure> {
    let all = commands();
    let may = |command: &Command| {
        let (_, windows) = WINDOWS.iter().find(|(group, _)| *group == command.group).unwrap();
        windows.contains(&window)
    };
    // A profile without a passphrase would get one, and a locked one be opened again.
    let kept_out = |it: &Command| {
        let keys = it.name == "passphrase_set" || (locked && it.name == "unlock");
        may(it) && (keys || NOT_HERE.contains(&it.name))
    };
    let asked: Vec<&Command> = all.iter().filter(|it| !kept_out(it)).collect();
    let to_page = |it: &&Command| {
        let slow = SLOW.contains(&it.name);
        json!({ "name": it.name, "args": it.arguments, "foreign": !may(it), "slow": slow })
    };
    let told = call(screen, &asked.iter().map(to_page).collect::<Vec<_>>(), kit)?;
    let own: BTreeSet<&str> = all.iter().filter(|it| may(it)).map(|it| it.name).collect();
    // What is hers, in her own open window, is no secret to her.
    let hers = window == "patient-" && !locked;
    for one in &told {
        let is_own = own.contains(one.command.as_str());
        if (one.markers && !hers) || !is_right(one, is_own, locked) {
            let state = if locked { " locked" } else { "" };
            let (command, number) = (&one.command, one.number);
            wrong.push(format!("{window}{state} {command} {number}: {} {}", one.outcome, one.text));
        }
    }
    // Each that takes something refused something.
    for command in asked.iter().filter(|it| !may(it) || !it.arguments.is_empty()) {
        let refused = |one: &&Told| one.command == command.name && one.outcome != "ok";
        if command.name != "unlock" && !told.iter().any(|one| refused(&one)) {
            wrong.push(format!("{window} {} refused nothing", command.name));
        }
    }
    Ok(told.len())
}

fn is_right(one: &Told, own: bool, locked: bool) -> bool {
    match one.outcome.as_str() {
        "late" | "code internal" => false,
        _ if !own => one.outcome == "text" && one.text.contains("not allowed"),
        "text" => one.text.starts_with("invalid args") || one.text.contains("recursion limit"),
        "ok" => !locked || WHILE_LOCKED.contains(&one.command.as_str()),
        _ => true,
    }
}

fn record(computer: &Computer) -> Result<PathBuf, Failure> {
    let path = computer.home().join("record.json");
    let record = json!({
        "resourceType": "Observation", "id": "one", "status": "final",
        "code": { "text": MARKER }, "valueQuantity": { "value": 1, "unit": "mg/dL" }
    });
    std::fs::write(&path, record.to_string())?;
    Ok(path)
}

#[test]
fn a_hostile_page_that_calls_everything_gets_nothing_and_breaks_nothing() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let app = App::start(&computer, &computer.home().join("keyward"), &[])?;
    let mut camera = Camera::without_film();
    let mut teller = Teller { computer: &computer, app: &app, camera: &mut camera };
    teller.set_up_clinic("Example Clinic")?;
    teller.make_profile("I am a doctor", "Doctor", "doctor-")?;
    teller.make_profile("I am a patient", "Patient", "patient-")?;
    teller.import(&record(&computer)?)?;
    let patient = app.window("patient-")?;
    let shown = patient.invoke("kit_show", &json!({}))?.unwrap();
    let kit = shown["text"].as_str().unwrap();

    let (mut calls, mut wrong) = (0, Vec::new());
    let begun = std::time::Instant::now();
    for window in ["doctor-", "desk-", "welcome", "patient-"] {
        calls += every_command(&app.window(window)?, window, false, kit, &mut wrong)?;
    }
    assert!(patient.invoke("lock", &json!({}))?.is_ok());
    calls += every_command(&patient, "patient-", true, kit, &mut wrong)?;
    eprintln!("{calls} calls in {:.1} s", begun.elapsed().as_secs_f64());
    assert!(wrong.is_empty(), "{} of {calls}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(calls > 2_000, "{calls} calls");

    // Each window goes on, and what she had is there.
    patient.press("button", "Unlock")?;
    patient.find("button", "Lock now")?;
    let found = patient.invoke("imports_list", &json!({}))?.unwrap();
    assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    assert!(app.window("doctor-")?.invoke("doctor_home", &json!({}))?.is_ok());
    assert!(app.window("desk-")?.invoke("desk_home", &json!({}))?.is_ok());
    assert!(app.window("welcome")?.invoke("profiles_list", &json!({}))?.is_ok());
    let log = std::fs::read_to_string(computer.home().join("app.log"))?;
    assert!(!log.contains("panicked"), "{log}");
    app.end()
}
