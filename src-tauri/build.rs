//! Builds the access-control list of the windows from the one list of commands, and makes sure
//! that an embedded interface exists.

use std::path::Path;

include!("src/commands/list.rs");

/// Flattens the command list into the names Tauri makes permissions for.
macro_rules! names {
    ($($role:ident { $($module:ident :: $command:ident),* $(,)? })*) => {
        &[$($(stringify!($command),)*)*]
    };
}

/// Every command; one that is in no capability can be called from no window.
const COMMANDS: &[&str] = command_list!(names);

/// Shown when the interface was not built; `cargo xtask run` and `cargo xtask test` build it first.
const NOT_BUILT: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Keyward</title></head>
<body><main><h1>The interface has not been built</h1>
<p>Run <code>cargo xtask run</code> in the project folder.</p></main></body></html>
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src-tauri/src/commands/list.rs");
    println!("cargo:rerun-if-changed=ui/dist");
    let index = Path::new("ui/dist/index.html");
    if !index.exists() {
        std::fs::create_dir_all("ui/dist")?;
        std::fs::write(index, NOT_BUILT)?;
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
