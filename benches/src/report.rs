//! The table a run prints, the JSON it writes and whether every gate held.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

/// What a figure must satisfy.
#[derive(Clone, Copy)]
pub(crate) enum Gate {
    /// The figure must not exceed this.
    AtMost(f64),
    /// The figure must reach this.
    AtLeast(f64),
    /// Printed for orientation.
    None,
}

struct Row {
    name: String,
    value: f64,
    gate: Gate,
    note: String,
}

/// All figures of one run.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    /// How many of them were printed.
    printed: usize,
    /// Parts that ended before they had all their figures.
    broken: Vec<String>,
}

impl Report {
    /// Notes that a part could not be measured to its end: the run fails.
    pub(crate) fn broken(&mut self, part: &str) {
        self.broken.push(part.to_owned());
    }

    /// Adds one figure; `note` says what it was compared with.
    pub(crate) fn add(&mut self, name: &str, value: f64, gate: Gate, note: impl Into<String>) {
        self.rows.push(Row { name: name.into(), value, gate, note: note.into() });
    }

    /// Prints one line for each figure that was added since the last time.
    #[expect(clippy::print_stdout, reason = "the table is the program's output")]
    pub(crate) fn print(&mut self) {
        for row in self.rows.iter().skip(self.printed) {
            let gate = match row.gate {
                Gate::AtMost(limit) => format!("<= {limit}"),
                Gate::AtLeast(limit) => format!(">= {limit}"),
                Gate::None => String::new(),
            };
            let mark = if row.holds() { "  " } else { "✗ " };
            println!("{mark}{:<38} {:>12.3}  {:<10} {}", row.name, row.value, gate, row.note);
        }
        self.printed = self.rows.len();
    }

    /// Writes `{figure: value, …, "notes": {…}, "failed": […], "broken": […]}`.
    pub(crate) fn write(&self, path: &str) -> std::io::Result<()> {
        let mut object = Map::new();
        let mut notes = Map::new();
        for row in &self.rows {
            object.insert(row.name.clone(), json!(row.value));
            notes.insert(row.name.clone(), Value::from(row.note.clone()));
        }
        object.insert("notes".into(), Value::Object(notes));
        let failed: Vec<&str> =
            self.rows.iter().filter(|row| !row.holds()).map(|row| row.name.as_str()).collect();
        object.insert("failed".into(), json!(failed));
        object.insert("broken".into(), json!(self.broken));
        std::fs::write(path, format!("{:#}\n", Value::Object(object)))
    }

    /// Success when every part was measured and every gate held.
    pub(crate) fn verdict(&self) -> ExitCode {
        let good = self.broken.is_empty() && self.rows.iter().all(Row::holds);
        if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Row {
    fn holds(&self) -> bool {
        match self.gate {
            Gate::AtMost(limit) => self.value <= limit,
            Gate::AtLeast(limit) => self.value >= limit,
            Gate::None => true,
        }
    }
}
