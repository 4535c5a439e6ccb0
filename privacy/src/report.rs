//! The figures as JSON and as a page.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::bound::trials_for;
use crate::experiment::{Figure, Findings, Scale};

/// `link_personas.advantage_pp` and `link_patient.advantage_pp` are upper 95 % bounds with the
/// settings the app has; `control.advantage_pp` is the lower 95 % bound of the weakest control.
#[must_use]
pub fn json(findings: &Findings, scale: Scale) -> String {
    let mut all = figures(&findings.shipped);
    let mut control = figures(&findings.controls);
    control.insert("advantage_pp".into(), rounded(findings.weakest_control()));
    all.insert("control".into(), Value::Object(control));
    all.insert("control_with_defence".into(), Value::Object(figures(&findings.defended)));
    all.insert("every_defence".into(), Value::Object(figures(&findings.all)));
    all.insert("not_hidden".into(), Value::Object(figures(&findings.open)));
    let plans =
        findings.plans.iter().map(|(name, _, all)| (name.to_string(), Value::Object(figures(all))));
    all.insert("plans".into(), Value::Object(plans.collect()));
    all.insert(
        "scale".into(),
        json!({
            "patients": scale.patients, "worlds": scale.worlds, "control_patients": scale.control, "plan_patients": scale.plan,
            "personas_each": crate::people::SPACES + 1, "days": crate::people::DAYS,
            "refused_acts": findings.refused,
        }),
    );
    let mut text = serde_json::to_string_pretty(&Value::Object(all)).unwrap_or_default();
    text.push('\n');
    text
}

fn figures(all: &[Figure]) -> Map<String, Value> {
    let figure = |it: &Figure| {
        json!({
            "advantage_pp": rounded(it.score.upper()),
            "measured_pp": rounded(it.score.advantage()),
            "lower_pp": rounded(it.score.lower()),
            "pairs": it.score.of,
            "by": if it.score.boosted { "boosted stumps" } else { "one rule" },
        })
    };
    all.iter().map(|it| (it.name.clone(), figure(it))).collect()
}

fn rounded(points: f64) -> Value {
    json!((points * 100.0).round() / 100.0)
}

fn table(into: &mut String, all: &[&Figure]) {
    let _ = writeln!(into, "| game | measured | 95 % bounds | pairs |\n|---|---|---|---|");
    for it in all {
        let score = &it.score;
        let _ = writeln!(
            into,
            "| `{}` | {:.1} pp | {:.1} to {:.1} pp | {} |",
            it.name,
            score.advantage(),
            score.lower(),
            score.upper(),
            score.of
        );
    }
    into.push('\n');
}

/// The page, `docs/privacy.md`.
#[must_use]
pub fn page(findings: &Findings, scale: Scale) -> String {
    let mut page = String::new();
    let _ = writeln!(page, include_str!("page/head.md"), needed = trials_for(0.01));
    if scale.patients > 0 {
        real(&mut page, findings, scale);
    } else {
        page.push_str("Only plans were looked at: the games on real services were not played for this page.\n\n");
    }
    plans(&mut page, findings, scale);
    page.push_str(include_str!("page/tail.md"));
    page
}

/// What was played on real services.
fn real(page: &mut String, findings: &Findings, scale: Scale) {
    let _ = writeln!(
        page,
        include_str!("page/real.md"),
        patients = scale.patients,
        worlds = scale.worlds,
        control = scale.control,
    );
    let by_name = |all: &[Figure], dotted: bool| -> Vec<Figure> {
        all.iter().filter(|it| it.name.contains('.') == dotted).cloned().collect()
    };
    let mut section = |title: &str, words: &str, all: &[Figure]| {
        let _ = writeln!(page, "## {title}\n\n{}\n", words.trim_end());
        table(page, &all.iter().collect::<Vec<_>>());
    };
    let (shipped, all) = (&findings.shipped, &findings.all);
    section("The app as it is", include_str!("page/shipped.md"), &by_name(shipped, false));
    section("Every defence on", include_str!("page/all.md"), &by_name(all, false));
    section(
        "Which observation tells, the app as it is",
        include_str!("page/kinds.md"),
        &by_name(shipped, true),
    );
    section(
        "Which observation tells, every defence on",
        "The same table with every defence on.",
        &by_name(all, true),
    );
    section("What the design does not hide", include_str!("page/open.md"), &findings.open);
    section(
        "Controls: one defence switched off",
        include_str!("page/controls.md"),
        &findings.controls,
    );
    section(
        "The same games with the defence on",
        "The other half of each control.",
        &findings.defended,
    );
    prices(page, findings);
}

/// What the plans alone tell.
fn plans(page: &mut String, findings: &Findings, scale: Scale) {
    let _ = writeln!(page, include_str!("page/plans.md"), patients = scale.plan);
    page.push_str("| plan | two spaces | patient | backup | news every | records after |\n");
    page.push_str("|---|---|---|---|---|---|\n");
    for (name, price, figures) in &findings.plans {
        let of = |game: &str| {
            let kinds = ["certifying", "contacts", "both"].map(|kind| {
                let found = figures.iter().find(|it| it.name == format!("{game}.{kind}"));
                found.map_or(String::new(), |it| format!("{:.1}", it.score.upper()))
            });
            kinds.join(" / ")
        };
        let _ = writeln!(
            page,
            "| {name} | {} | {} | {} | {:.0} days | {:.0} h |",
            of("personas"),
            of("patient"),
            of("backup"),
            price.contact_days,
            price.send_hours
        );
    }
    page.push('\n');
}

fn prices(page: &mut String, findings: &Findings) {
    page.push_str("## What the defences cost\n\n");
    page.push_str("| | the app as it is | every defence on |\n|---|---|---|\n");
    let [shipped, all] = &findings.prices;
    let rows: [(&str, fn(&crate::schedule::Price) -> f64, &str); 4] = [
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
        let _ = writeln!(page, "| {name} | {:.1} {unit} | {:.1} {unit} |", of(shipped), of(all));
    }
    page.push('\n');
}
