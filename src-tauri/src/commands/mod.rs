//! IPC commands: one file per feature, thin, over the use cases of `keyward-app`.
//!
//! Which window may call which command stands in `list.rs` and, as capabilities, in
//! `tauri.conf.json`; a test keeps the two equal.

include!("list.rs");

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
