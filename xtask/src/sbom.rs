//! What the product is made of, as CycloneDX: one file for Rust, one for the interface; and whether npm
//! knows of anything wrong with the latter.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::process::{command, npm, output, root, run as run_command};
use crate::{Outcome, setup};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where the two files go.
    #[arg(long, default_value = "target/sbom")]
    out: PathBuf,
}

/// Writes `keyward.cdx.json` (the app and the server) and `interface.cdx.json`.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    setup::sbom()?;
    let out = root().join(&arguments.out);
    std::fs::create_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    for (package, file) in [("keyward", "keyward.cdx.json"), ("keyward-server", "server.cdx.json")]
    {
        let mut sbom = command(setup::tool_path("cargo-sbom"));
        sbom.args(["--output-format", "cyclone_dx_json_1_4", "--cargo-package", package]);
        keep(&out.join(file), &output("cargo sbom", &mut sbom)?, package)?;
    }
    let mut interface = npm(&["sbom", "--sbom-format", "cyclonedx", "--omit", "dev"]);
    keep(&out.join("interface.cdx.json"), &output("npm sbom", &mut interface)?, "react")?;
    audit()
}

/// Keeps what is really a bill of materials: valid JSON of that format, which names `expected`.
fn keep(file: &Path, text: &str, expected: &str) -> Outcome {
    let bill: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let components = bill["components"].as_array().map_or(0, Vec::len);
    if bill["bomFormat"] != "CycloneDX" || components == 0 || !text.contains(expected) {
        return Err(format!("{} would not be a bill of materials", file.display()));
    }
    println!("{}: {components} components", file.display());
    std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}

/// `npm audit` of what is shipped; where the advisories are out of reach that is said, not hidden.
pub(crate) fn audit() -> Outcome {
    let mut audit = npm(&["audit", "--omit", "dev", "--json"]);
    let said = audit.stderr(Stdio::null()).output().map_err(|e| format!("npm audit: {e}"))?;
    let report: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
    let Some(total) = report["metadata"]["vulnerabilities"]["total"].as_u64() else {
        println!("npm's advisories are out of reach; the interface was not checked against them.");
        return Ok(());
    };
    if total == 0 {
        println!("npm audit: nothing known about what is shipped.");
        return Ok(());
    }
    run_command("npm audit", &mut npm(&["audit", "--omit", "dev"]))
}
