//! Keyward desktop.
#![cfg_attr(all(not(debug_assertions), windows), windows_subsystem = "windows")]

/// Wipes every piece of memory when it is given back: what is dropped on a lock, and every copy that was
/// made on the way (texts, JSON, buffers of the network), is gone from memory and not only forgotten.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

fn main() -> std::process::ExitCode {
    // Before anything else: a worker that reads documents is nothing but that.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == keyward_viewer::WORKER) {
        return keyward_viewer::worker::run();
    }
    keyward_desktop::launch::run(std::env::args_os().skip(1))
}
