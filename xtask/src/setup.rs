//! Installs what is missing and nothing else. Every other command begins here.

use std::process::Command;

use crate::Outcome;
use crate::process::{answers, cargo, command, npm, output, root, run, target};

/// Packages needed to build (Debian and Ubuntu names).
const BUILD: &[&str] = &["build-essential", "pkg-config", "libwebkit2gtk-4.1-dev", "libssl-dev"];
/// Packages needed for windows nobody sees: the stories and the headless demo.
const WINDOWS: &[&str] = &[
    "xvfb",
    "webkit2gtk-driver",
    "gnome-keyring",
    "dbus-daemon",
    "dbus-bin",
    "at-spi2-core",
    "fonts-dejavu-core",
    // Without it Chinese screens are boxes; the smallest of Debian's with all simplified characters.
    "fonts-wqy-microhei",
    "xdotool",
    "poppler-utils",
    "faketime",
];

/// Pinned tools.
const CARGO_DENY: &str = "0.20.2";
const CARGO_FUZZ: &str = "0.13.2";
const CARGO_SBOM: &str = "0.10.0";
const CARGO_MUTANTS: &str = "27.1.0";
/// The toolchain coverage-guided fuzzing runs on.
pub(crate) const NIGHTLY: &str = "nightly";

/// Everything `cargo xtask test` needs.
pub(crate) fn all() -> Outcome {
    for_windows()?;
    match deny() {
        Ok(()) => {}
        Err(sentence) => eprintln!("xtask: {sentence}"),
    }
    println!("Set-up is complete.");
    Ok(())
}

/// What building the app needs.
pub(crate) fn for_build() -> Outcome {
    packages(BUILD)?;
    node_modules()
}

/// What building the app and driving its windows needs.
pub(crate) fn for_windows() -> Outcome {
    packages(&[BUILD, WINDOWS].concat())?;
    node_modules()
}

fn packages(wanted: &[&str]) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !answers(command("dpkg-query").arg("--version")) {
        println!(
            "This is not Debian or Ubuntu: please install by hand what these packages hold: {}",
            wanted.join(" ")
        );
        return Ok(());
    }
    let missing: Vec<&str> = wanted.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {}", missing.join(" "));
    let install = |command: &mut Command| {
        run(
            "installing system packages",
            command
                .args(["install", "--yes", "--no-install-recommends"])
                .args(&missing)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    if install(&mut apt()?).is_ok() {
        return Ok(());
    }
    // Most often the package lists are old.
    run("apt-get update", apt()?.arg("update"))?;
    install(&mut apt()?)
}

fn is_installed(package: &str) -> bool {
    let mut query = command("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    query.output().is_ok_and(|out| out.stdout == b"installed")
}

/// `apt-get`, as root: directly, or by sudo.
fn apt() -> Outcome<Command> {
    if output("id", command("id").arg("-u"))?.trim() == "0" {
        return Ok(command("apt-get"));
    }
    if answers(command("sudo").args(["--non-interactive", "true"])) {
        let mut sudo = command("sudo");
        sudo.args(["--non-interactive", "--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        return Ok(sudo);
    }
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        let mut sudo = command("sudo");
        sudo.stdin(std::process::Stdio::inherit()).arg("apt-get");
        return Ok(sudo);
    }
    Err("system packages are missing, and neither root nor sudo is at hand".into())
}

/// The interface's packages, exactly as locked; again only when the lock changed.
fn node_modules() -> Outcome {
    let ui = root().join("ui");
    if !ui.join("package-lock.json").is_file() {
        return Ok(());
    }
    let lock = std::fs::read(ui.join("package-lock.json")).map_err(|e| e.to_string())?;
    let stamp = ui.join("node_modules/.installed-from");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("Installing the interface's packages");
    run(
        "npm ci",
        npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .env("npm_config_progress", "false"),
    )?;
    std::fs::write(stamp, lock).map_err(|e| e.to_string())
}

/// A tool of our own version under target/tools, built once.
fn tool(name: &str, version: &str) -> Outcome {
    let dir = target().join("tools");
    if answers(command(dir.join("bin").join(name)).arg("--version"))
        && std::fs::read_to_string(dir.join(format!("{name}.version")))
            .is_ok_and(|installed| installed == version)
    {
        return Ok(());
    }
    println!("Building {name} {version} (once; some minutes)");
    let mut install = cargo();
    // Unoptimised: it runs for seconds and would build for minutes.
    install.args(["install", name, "--version", version, "--locked", "--debug", "--quiet"]);
    install.arg("--root").arg(&dir);
    run(name, &mut install)?;
    std::fs::write(dir.join(format!("{name}.version")), version).map_err(|e| e.to_string())
}

/// cargo-deny, or the sentence why not.
pub(crate) fn deny() -> Outcome {
    tool("cargo-deny", CARGO_DENY)
        .map_err(|error| format!("cargo-deny could not be installed ({error})"))
}

/// A nightly toolchain and cargo-fuzz, or the sentence why not.
pub(crate) fn fuzz() -> Outcome {
    let mut version = command("rustup");
    if !answers(version.args(["run", NIGHTLY, "rustc", "--version"])) {
        let mut install = command("rustup");
        install.args(["toolchain", "install", NIGHTLY, "--profile", "minimal", "--no-self-update"]);
        run("installing a nightly toolchain", &mut install)?;
    }
    tool("cargo-fuzz", CARGO_FUZZ)
}

/// cargo-sbom.
pub(crate) fn sbom() -> Outcome {
    tool("cargo-sbom", CARGO_SBOM)
}

/// cargo-mutants.
pub(crate) fn mutants() -> Outcome {
    tool("cargo-mutants", CARGO_MUTANTS)
}

/// Path of a tool installed by this module.
pub(crate) fn tool_path(name: &str) -> std::path::PathBuf {
    target().join("tools/bin").join(name)
}
