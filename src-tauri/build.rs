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
    fold_identical_code();
    let index = Path::new("ui/dist/index.html");
    if !index.exists() {
        std::fs::create_dir_all("ui/dist")?;
        std::fs::write(index, NOT_BUILT)?;
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}

/// Each command's future brings copies of the same functions: the linker keeps one of each in the program that is
/// shipped. Only where rustc's own linker (LLD) is what it links with by itself.
fn fold_identical_code() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|set| set == value);
    let by_lld = is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ARCH", "x86_64")
        && is("CARGO_CFG_TARGET_ENV", "gnu");
    if by_lld && is("PROFILE", "release") {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=safe");
    }
}
