// The one list of commands, by the role of the window that may call them. Included by build.rs
// (permissions), by commands/mod.rs (the handler) and by the test that compares it with the
// capabilities in tauri.conf.json. `common` belongs to every window.
macro_rules! command_list {
    ($then:ident) => {
        $then! {
            common {
                window::print_window,
                window::quit,
            }
        }
    };
}
