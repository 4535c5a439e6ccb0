//! Keyward desktop.
#![cfg_attr(all(not(debug_assertions), windows), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    keyward_desktop::launch::run(std::env::args_os().skip(1))
}
