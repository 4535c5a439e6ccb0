//! The page, `docs/privacy.md`.

use std::fmt::Write as _;

use crate::bound::trials_for;
use crate::experiment::{Figure, Findings, NEWS_SENT, POPULATION, Scale};
use crate::games::Score;
use crate::plans::{APART, GAMES, Plan, SHIPPED};
use crate::schedule::Price;

/// Everything that was found, in words and tables.
#[must_use]
pub fn page(findings: &Findings, scale: Scale) -> String {
    let mut page = String::new();
    let _ = writeln!(page, include_str!("page/head.md"), needed = trials_for(0.01));
    summary(&mut page, findings, scale);
    if scale.patients > 0 {
        real(&mut page, findings, scale);
    }
    plans(&mut page, findings, scale);
    prices(&mut page, findings);
    page.push_str(include_str!("page/tail.md"));
    page
}

/// The figures that count.
fn summary(page: &mut String, findings: &Findings, scale: Scale) {
    let _ = writeln!(page, include_str!("page/summary.md"), plan = scale.plan);
    page.push_str("| | times withheld | with times | apart, with times |\n|---|---|---|---|\n");
    let questions = [
        "two spaces: the same patient's?",
        "a space: which of two patients has it?",
        "a space and a backup: the same patient's?",
    ];
    for ((name, _), question) in GAMES.into_iter().zip(questions) {
        let of = |all: &[Figure], part: &str| upper(all, &format!("{name}{part}"));
        let plan = |plan: &str| {
            let plan = findings.plans.iter().find(|it| it.name == plan);
            plan.map_or_else(|| "not played".to_owned(), |it| of(&it.figures, ".both"))
        };
        let with_times = match scale.patients {
            0 => plan(SHIPPED),
            _ => of(&findings.shipped, ""),
        };
        let still = of(&findings.shipped, ".without_times");
        let _ =
            writeln!(page, "| {question} | **{still}** | **{with_times}** | **{}** |", plan(APART));
    }
    page.push('\n');
}

fn upper(all: &[Figure], name: &str) -> String {
    let found = all.iter().find(|it| it.name == name);
    found.map_or_else(|| "not played".to_owned(), |it| format!("{:.1}", it.score.upper()))
}

/// What was played on real services.
fn real(page: &mut String, findings: &Findings, scale: Scale) {
    let _ = writeln!(
        page,
        include_str!("page/real.md"),
        patients = scale.patients,
        learn = scale.learn,
        control = scale.control,
        refused = findings.refused,
        population = POPULATION,
        news = NEWS_SENT,
    );
    let mut section = |title: &str, words: &str, all: &[Figure]| {
        let _ = writeln!(page, "## {title}\n\n{}\n", words.trim_end());
        table(page, all);
    };
    section("The app as it is", include_str!("page/kinds.md"), &findings.shipped);
    section("Apart", include_str!("page/apart.md"), &findings.apart);
    controls(page, findings);
    let words =
        include_str!("page/open.md").replace("{bytes}", &format!("{:.0}", findings.one_size));
    let _ = writeln!(page, "## What the design does not hide\n");
    table(page, &findings.open);
    page.push_str(&words);
    page.push('\n');
}

fn table(into: &mut String, all: &[Figure]) {
    let _ = writeln!(into, "| game | measured | 95 % bounds | pairs |\n|---|---|---|---|");
    for it in all {
        let _ = writeln!(
            into,
            "| `{}` | {:.2} | {} | {} |",
            it.name,
            it.score.advantage(),
            bounds(&it.score),
            it.score.of
        );
    }
    into.push('\n');
}

fn bounds(score: &Score) -> String {
    format!("{:.2} to {:.2}", score.lower(), score.upper())
}

fn controls(page: &mut String, findings: &Findings) {
    let _ = writeln!(page, "## Controls: one defence switched off\n");
    let _ = writeln!(page, "{}", include_str!("page/controls.md"));
    page.push_str("| defence | off | on | pairs |\n|---|---|---|---|\n");
    for it in &findings.controls {
        let (off, on) = (bounds(&it.without), bounds(&it.with));
        let _ = writeln!(page, "| `{}` | {off} | {on} | {} |", it.name, it.without.of);
    }
    page.push('\n');
}

/// What the plans alone tell.
fn plans(page: &mut String, findings: &Findings, scale: Scale) {
    let _ = writeln!(page, include_str!("page/plans.md"), patients = scale.plan);
    page.push_str("| plan | two spaces | patient | backup | news every | records after |\n");
    page.push_str("|---|---|---|---|---|---|\n");
    for Plan { name, price, figures } in &findings.plans {
        let [spaces, patient, backup] = GAMES.map(|(game, _)| {
            let kinds = ["certifying", "contacts", "both"];
            kinds.map(|kind| upper(figures, &format!("{game}.{kind}"))).join(" / ")
        });
        let (days, hours) = (price.contact_days, price.send_hours);
        let _ = writeln!(
            page,
            "| {name} | {spaces} | {patient} | {backup} | {days:.0} days | {hours:.0} h |"
        );
    }
    page.push('\n');
}

/// What it is, its value, its unit.
type PriceRow = (&'static str, fn(&Price) -> f64, &'static str);

fn prices(page: &mut String, findings: &Findings) {
    let of = |name: &str| {
        let plan = findings.plans.iter().find(|it| it.name == name);
        plan.map(|it| it.price).unwrap_or_default()
    };
    let (shipped, apart) = (of(SHIPPED), of(APART));
    page.push_str("## What it costs that things travel apart\n\n");
    page.push_str("| | the app as it is | apart |\n|---|---|---|\n");
    let rows: [PriceRow; 5] = [
        ("until a space that she made is with its doctors", |it| it.open_days, "days"),
        ("until records that came later are with the doctor", |it| it.send_hours, "hours"),
        (
            "between two contacts of a space (until a stopped or read share is noticed)",
            |it| it.contact_days,
            "days",
        ),
        (
            "spaces for which no persona was ready, so that one was certified in front of her",
            |it| it.unready_percent,
            "%",
        ),
        ("spaces whose certificate ran out before it was renewed", |it| it.late_percent, "%"),
    ];
    for (name, of, unit) in rows {
        let _ =
            writeln!(page, "| {name} | {:.1} {unit} | {:.1} {unit} |", of(&shipped), of(&apart));
    }
    page.push('\n');
}
