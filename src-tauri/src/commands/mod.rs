//! IPC commands: one file per feature, thin, over the use cases of `keyward-app`.
//!
//! Which window may call which command stands in `list.rs` and, as capabilities, in
//! `tauri.conf.json`; a test keeps the two equal.

#![expect(clippy::needless_pass_by_value, reason = "Tauri hands every argument over by value")]

include!("list.rs");

pub mod desk;
pub mod doctor;
pub mod documents;
pub mod import;
pub mod invitation;
pub mod leaving;
pub mod left;
pub mod patient;
pub mod reading;
pub mod records;
pub mod recovery;
pub mod restore;
pub mod session;
pub mod sharing;
pub mod welcome;
pub mod window;

macro_rules! handler {
    ($($role:ident { $($module:ident :: $command:ident),* $(,)? })*) => {
        tauri::generate_handler![$($($crate::commands::$module::$command,)*)*]
    };
}

/// The handler of every command.
pub fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
    command_list!(handler)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::Value;

    /// Which windows a group of the list belongs to.
    const WINDOWS: &[(&str, &[&str])] = &[
        ("every", &["welcome", "patient-*", "doctor-*", "desk-*"]),
        ("welcome", &["welcome"]),
        ("profile", &["patient-*", "doctor-*", "desk-*"]),
        ("invited", &["patient-*", "doctor-*"]),
        ("reader", &["patient-*", "doctor-*"]),
        ("patient", &["patient-*"]),
        ("doctor", &["doctor-*"]),
        ("desk", &["desk-*"]),
    ];

    macro_rules! groups {
        ($($role:ident { $($module:ident :: $command:ident),* $(,)? })*) => {
            [$((stringify!($role), vec![$(stringify!($command)),*])),*]
        };
    }

    fn texts(value: &Value) -> BTreeSet<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn capabilities_are_exactly_the_list() {
        let configuration: Value =
            serde_json::from_str(include_str!("../../../tauri.conf.json")).unwrap();
        let capabilities = configuration["app"]["security"]["capabilities"].as_array().unwrap();
        let configured: BTreeMap<_, _> = capabilities
            .iter()
            .map(|capability| {
                let name = capability["identifier"].as_str().unwrap().to_owned();
                (name, (texts(&capability["windows"]), texts(&capability["permissions"])))
            })
            .collect();
        let listed: BTreeMap<_, _> = command_list!(groups)
            .into_iter()
            .map(|(group, commands)| {
                let windows = WINDOWS.iter().find(|(name, _)| *name == group).unwrap().1;
                let windows = windows.iter().map(|&window| window.to_owned()).collect();
                let permissions = commands
                    .iter()
                    .map(|command| format!("allow-{}", command.replace('_', "-")))
                    .collect();
                (group.to_owned(), (windows, permissions))
            })
            .collect();
        assert_eq!(configured, listed);
    }

    #[test]
    fn the_policy_lets_nothing_in_from_elsewhere() {
        let configuration: Value =
            serde_json::from_str(include_str!("../../../tauri.conf.json")).unwrap();
        let security = &configuration["app"]["security"];
        assert_eq!(security["freezePrototype"], true);
        assert_eq!(configuration["app"]["withGlobalTauri"], false);
        for (directive, sources) in security["csp"].as_object().unwrap() {
            let sources = sources.as_str().unwrap();
            for source in sources.split_whitespace() {
                let own = matches!(
                    source,
                    "'self'" | "'none'" | "ipc:" | "http://ipc.localhost" | "data:" | "blob:"
                );
                assert!(own, "{directive} allows {source}");
            }
        }
        assert_eq!(security["csp"]["script-src"], "'self'");
    }
}
