//! Which fuzz target feeds which decoders, and the search for decoders that none feeds.

use std::path::Path;

use crate::Outcome;
use crate::process::root;

/// Sources with decoders, by target. A target that stands for several chooses by the first byte.
const TARGETS: &[(&str, &[&str])] = &[
    (
        "protocol/statements",
        &[
            "protocol/src/statement.rs",
            "protocol/src/statement/backup_key.rs",
            "protocol/src/statement/leaving.rs",
            "protocol/src/statement/replacement.rs",
            "protocol/src/chain.rs",
            "protocol/src/chain/head.rs",
            "protocol/src/chain/verify.rs",
            "protocol/src/grant.rs",
            "protocol/src/grant/inbox.rs",
            "protocol/src/grant/message.rs",
            "protocol/src/certificate/attestation.rs",
            "protocol/src/capsule.rs",
            "protocol/src/codec.rs",
            "protocol/src/ids.rs",
        ],
    ),
    (
        "protocol/texts",
        &[
            "protocol/src/invitation/text.rs",
            "protocol/src/invitation/code.rs",
            "protocol/src/invitation.rs",
            "protocol/src/request.rs",
            "protocol/src/passphrase.rs",
            "protocol/src/payload.rs",
            "protocol/src/kit.rs",
            "protocol/src/kit/keys.rs",
            "protocol/src/kit/recovery.rs",
            "protocol/src/kit/text.rs",
        ],
    ),
    (
        "protocol/keys",
        &[
            "protocol/src/curve.rs",
            "protocol/src/keys.rs",
            "protocol/src/cpace.rs",
            "protocol/src/cpace/session.rs",
            "protocol/src/arc/issuer.rs",
            "protocol/src/certificate/clinician.rs",
        ],
    ),
    (
        "protocol/credentials",
        &[
            "protocol/src/arc/credential.rs",
            "protocol/src/arc/issue.rs",
            "protocol/src/arc/presentation.rs",
            "protocol/src/arc/request.rs",
            "protocol/src/certificate/anonymous.rs",
            "protocol/src/credential_epoch.rs",
            "protocol/src/issuance.rs",
            "protocol/src/escrow.rs",
            "protocol/src/sigma/proof.rs",
        ],
    ),
    (
        "protocol/proofs",
        &[
            "protocol/src/certificate/envelope.rs",
            "protocol/src/certificate/possession.rs",
            "protocol/src/certificate/request.rs",
            "protocol/src/message.rs",
            "protocol/src/reencrypt.rs",
            "protocol/src/backup/frame.rs",
            "protocol/src/backup/manifest.rs",
            "protocol/src/backup/pack.rs",
        ],
    ),
    ("relay-api/batches", &["relay-api/src/batch.rs"]),
    (
        "relay-api/bodies",
        &[
            "relay-api/src/types.rs",
            "relay-api/src/recovery.rs",
            "relay-api/src/authority/recovery.rs",
            "relay-api/src/problem.rs",
            "relay-api/src/authority/date.rs",
            "relay-api/src/http/client.rs",
            "relay-api/src/http/server/received.rs",
        ],
    ),
    ("app/letters", &["app/src/exchange.rs"]),
    (
        "app/rows",
        &[
            "app/src/store.rs",
            "app/src/reading/answer.rs",
            "app/src/reading/stored.rs",
            "app/src/enrol/accept.rs",
            "app/src/recovery/restore.rs",
            "app/src/recovery/rows.rs",
            "app/src/patient/sharing/book.rs",
            "app/src/patient/sharing/views.rs",
        ],
    ),
    ("app/archives", &["app/src/patient/import/archive.rs"]),
    ("app/qr", &["app/src/enrol/image.rs"]),
    (
        "vault/outside",
        &["vault/src/keyslot.rs", "vault/src/profile.rs", "vault/src/db/index/words.rs"],
    ),
    (
        "vault/damaged",
        &["vault/src/salvage/log.rs", "vault/src/salvage/page.rs", "vault/src/salvage/rows.rs"],
    ),
    (
        "records/fhir",
        &[
            "records/src/parse.rs",
            "records/src/consent.rs",
            "records/src/deidentify/mod.rs",
            "records/src/view/attachment.rs",
        ],
    ),
    (
        "records/values",
        &[
            "records/src/date.rs",
            "records/src/json/mod.rs",
            "records/src/json/read.rs",
            "records/src/view/narrative.rs",
        ],
    ),
    (
        "records/clinical",
        &[
            "records/src/ccda/mod.rs",
            "records/src/ccda/xml.rs",
            "records/src/ccda/time.rs",
            "records/src/fhir_xml/mod.rs",
        ],
    ),
    ("records/health", &["records/src/apple/mod.rs", "records/src/apple/time.rs"]),
    (
        "records/measures",
        &[
            "records/src/csv/mod.rs",
            "records/src/csv/text.rs",
            "records/src/units/mod.rs",
            "records/src/units/number.rs",
        ],
    ),
    ("records/documents", &["records/src/documents/mod.rs", "records/src/format.rs"]),
    ("viewer/frames", &["viewer/src/frame.rs", "viewer/src/message.rs"]),
    ("viewer/pdf", &["viewer/src/worker/pdf.rs"]),
    ("viewer/pictures", &["viewer/src/worker/image.rs"]),
    ("viewer/dicom", &["viewer/src/worker/dicom.rs", "viewer/src/worker/jpeg2000.rs"]),
];

/// Among how many decoders the first byte of an input chooses: target, how many, and the words of the
/// source that say so. A target that is not here feeds every input to all it has.
const CHOICES: &[(&str, u64, &str, &str)] = &[
    ("protocol/statements", 13, "protocol/src/fuzzing.rs", "\"statements\","),
    ("protocol/texts", 5, "protocol/src/fuzzing.rs", "\"texts\","),
    ("protocol/keys", 5, "protocol/src/fuzzing.rs", "(\"keys\","),
    ("protocol/credentials", 7, "protocol/src/fuzzing.rs", "\"credentials\","),
    ("protocol/proofs", 4, "protocol/src/fuzzing.rs", "(\"proofs\","),
    ("relay-api/batches", 3, "relay-api/src/fuzzing.rs", "match choice % 3 {"),
    ("relay-api/bodies", 55, "relay-api/src/fuzzing.rs", "BODIES: [Body; 55]"),
    ("app/letters", 2, "app/src/fuzzing.rs", "choice % 2 "),
    ("app/rows", 24, "app/src/fuzzing.rs", "ROWS: [Named; 24]"),
    ("vault/outside", 3, "vault/src/fuzzing.rs", "match (choice % 3,"),
    ("vault/damaged", 3, "vault/src/fuzzing.rs", "match choice % 3 {"),
    ("records/values", 3, "records/fuzz/fuzz_targets/values.rs", "match choice % 3 {"),
];

/// Among how many decoders a target chooses.
pub(crate) fn decoders(target: &str) -> u64 {
    CHOICES.iter().find(|(name, ..)| *name == target).map_or(1, |(_, decoders, ..)| *decoders)
}

/// Sources that look like decoders and need no target of their own, with the reason.
const NOT: &[(&str, &str)] = &[
    ("protocol/src/fuzzing.rs", "the harness itself"),
    ("relay-api/src/fuzzing.rs", "the harness itself"),
    ("app/src/fuzzing.rs", "the harness itself"),
    ("vault/src/fuzzing.rs", "the harness itself"),
    ("app/src/patient/import/mod.rs", "hands a file to the decoder of its format: records/*"),
    ("app/src/patient/sharing/consent.rs", "the consent this app wrote, in its own store"),
    ("authority/src/http/desk.rs", "an empty body of its own"),
    ("vault/src/db/index/write.rs", "lines this app wrote, inside the encrypted file"),
    ("relay/src/sqlite/stamps.rs", "answers this relay wrote, in its own database"),
    ("authority/src/store/history.rs", "rows this authority wrote, sealed"),
    ("authority/src/store/clinicians.rs", "rows this authority wrote, sealed"),
    ("authority/src/store/people.rs", "rows this authority wrote, sealed"),
    ("authority/src/invite/exchange.rs", "the body is relay-api's EnrolRequest: relay-api/bodies"),
    ("relay-api/src/backup.rs", "read only behind its seal under the storage key"),
    ("relay-api/src/ends.rs", "the operator's own journal; its tests cut and change every line"),
    ("server/src/config.rs", "the operator's own file; its tests try misspelt ones"),
    ("server/src/key_file.rs", "the operator's own file: 64 hexadecimal digits or nothing"),
];

/// What a decoder looks like in a source.
const SIGNS: [&str; 9] = [
    "fn from_bytes(",
    "fn from_text(",
    "fn from_frame(",
    "fn parse(",
    "fn decode(",
    "fn decode<",
    "fn read(bytes: &[u8]",
    "serde_json::from_",
    "toml::from_str",
];

/// Prints the mapping; an error names decoders without a target and lines that are out of date.
pub(crate) fn list(targets: &[String]) -> Outcome {
    for (target, sources) in TARGETS {
        match decoders(target) {
            1 => println!("{target}"),
            some => println!("{target}, {some} decoders, one an execution"),
        }
        sources.iter().for_each(|source| println!("    crates/{source}"));
    }
    println!("no target of their own");
    NOT.iter().for_each(|(source, reason)| println!("    crates/{source}: {reason}"));
    let wrong = wrong(targets)?;
    if wrong.is_empty() { Ok(()) } else { Err(format!("\n{}", wrong.join("\n"))) }
}

/// What is missing or out of date.
fn wrong(targets: &[String]) -> Outcome<Vec<String>> {
    let mut wrong = Vec::new();
    let known = |source: &str| {
        TARGETS.iter().any(|(_, sources)| sources.contains(&source))
            || NOT.iter().any(|(not, _)| *not == source)
    };
    for source in sources()? {
        if !known(&source) {
            wrong.push(format!("crates/{source} has a decoder that no target feeds"));
        }
    }
    let named = TARGETS.iter().flat_map(|(_, sources)| sources.iter().copied());
    for source in named.chain(NOT.iter().map(|(source, _)| *source)) {
        if !root().join("crates").join(source).is_file() {
            wrong.push(format!("crates/{source} is not there any more"));
        }
    }
    for target in targets {
        if !TARGETS.iter().any(|(known, _)| known == target) {
            wrong.push(format!("{target} is not in the list"));
        }
    }
    for (target, decoders, source, words) in CHOICES {
        let text = std::fs::read_to_string(root().join("crates").join(source)).unwrap_or_default();
        if counted(&text, words) != Some(*decoders) {
            wrong.push(format!("{target} has another number of decoders than {decoders}"));
        }
    }
    for (target, _) in TARGETS {
        if !targets.iter().any(|there| there == target) {
            wrong.push(format!("{target} has no source"));
        }
    }
    Ok(wrong)
}

/// How many decoders a source says there are: the number in these words, else the names listed behind them.
fn counted(source: &str, words: &str) -> Option<u64> {
    let (_, behind) = source.split_once(words)?;
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        return digits.parse().ok();
    }
    let (names, _) = behind.split_once(']')?;
    Some(names.matches("\",").count() as u64 + u64::from(names.trim_end().ends_with('"')))
}

/// Folders of tests and of what is generated; the test kit reads only what it wrote itself.
const LOOKED_PAST: [&str; 6] = ["target", "tests", "fuzz", "examples", "vectors", "testkit"];

/// Every source of the crates with something that looks like a decoder outside its tests.
fn sources() -> Outcome<Vec<String>> {
    let crates = root().join("crates");
    let mut found = Vec::new();
    let mut open = vec![crates.clone()];
    while let Some(dir) = open.pop() {
        let entries = std::fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.is_dir() {
                if !LOOKED_PAST.iter().any(|name| path.ends_with(name)) {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") && decodes(&path)?
            {
                let relative = path.strip_prefix(&crates).unwrap_or(&path);
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn decodes(path: &Path) -> Outcome<bool> {
    const TESTS: [&str; 3] = ["tests.rs", "known_answers.rs", "vectors.rs"];
    if TESTS.iter().any(|name| path.ends_with(name)) {
        return Ok(false);
    }
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    Ok(SIGNS.iter().any(|sign| code.contains(sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decoder_has_a_fuzz_target_and_the_list_is_true() {
        let targets: Vec<String> = crate::fuzz::titles().expect("the targets are found");
        assert_eq!(wrong(&targets), Ok(Vec::new()));
    }
}
