//! The figures as JSON.

use serde_json::{Map, Value, json};

use crate::experiment::{Figure, Findings, Scale};
use crate::games::Score;

/// `link_personas.advantage_pp` and `link_patient.advantage_pp` are upper 95 % bounds with the
/// settings the app has; `control.advantage_pp` is the lower 95 % bound of the weakest control.
/// A name with a dot is a value inside that of its first part.
#[must_use]
pub fn json(findings: &Findings, scale: Scale) -> String {
    let mut all = nested(&findings.shipped);
    let mut control = Map::new();
    control.insert("advantage_pp".into(), rounded(findings.weakest_control()));
    for it in &findings.controls {
        let both = json!({ "without": figure(&it.without), "with": figure(&it.with) });
        control.insert(it.name.into(), both);
    }
    all.insert("control".into(), control.into());
    all.insert("apart".into(), nested(&findings.apart).into());
    all.insert("not_hidden".into(), nested(&findings.open).into());
    let plans = findings.plans.iter();
    let plans: Map<_, _> =
        plans.map(|it| (it.name.to_owned(), nested(&it.figures).into())).collect();
    all.insert("plans".into(), plans.into());
    all.insert(
        "scale".into(),
        json!({
            "patients": scale.patients, "learn": scale.learn, "control_patients": scale.control,
            "plan_patients": scale.plan, "personas_each": crate::people::SPACES + 1,
            "days": crate::people::DAYS, "refused_acts": findings.refused,
        }),
    );
    let mut text = serde_json::to_string_pretty(&Value::Object(all)).unwrap_or_default();
    text.push('\n');
    text
}

fn nested(all: &[Figure]) -> Map<String, Value> {
    let mut into: Map<String, Value> = Map::new();
    for it in all {
        let value = figure(&it.score);
        match it.name.split_once('.') {
            None => {
                into.insert(it.name.clone(), value);
            }
            Some((first, rest)) => {
                let outer = into.entry(first).or_insert_with(|| json!({}));
                outer[rest] = value;
            }
        }
    }
    into
}

fn figure(score: &Score) -> Value {
    json!({
        "advantage_pp": rounded(score.upper()),
        "measured_pp": rounded(score.advantage()),
        "lower_pp": rounded(score.lower()),
        "pairs": score.of,
        "by": if score.boosted { "boosted stumps" } else { "one rule" },
    })
}

fn rounded(points: f64) -> Value {
    json!((points * 100.0).round() / 100.0)
}
