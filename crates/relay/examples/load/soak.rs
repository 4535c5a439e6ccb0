//! Very many requests of all kinds, as the year brings them: `cargo xtask soak [--requests N]`.
//!
//! Memory and file handles are looked at all along: the second half must not be heavier than the
//! first by more than a page cache's whim. One request in ten uploads, the others read, list, look
//! at the history, or fetch under a grant.

use super::generator::{Generator, Prepared};
use super::verdict::Verdicts;
use serde_json::{Value, json};
use std::time::Instant;

/// Requests under way at once.
const AT_ONCE: usize = 8;
/// Requests between two looks at the server: a hundred looks in all, or more.
const LOOK: std::ops::RangeInclusive<usize> = 10..=10_000;
/// How much heavier the second half may be than the first, as a ratio.
const HEAVIER: f64 = 1.1;
/// Records in the chart that is fetched again and again.
const RECORDS: usize = 10;

pub(super) fn run(it: &Generator, requests: usize) -> Value {
    let (grant, chart) = it.shared_chart(RECORDS);
    let look = (requests / 100).clamp(*LOOK.start(), *LOOK.end());
    let begun = Instant::now();
    let mut looks: Vec<(usize, u64, usize)> = Vec::new();
    let (mut good, mut sent) = (0, 0);
    while sent < requests {
        let n = look.min(requests - sent);
        let mut batch = it.uploads(n / 10);
        let reads = n - batch.len();
        batch.extend(it.accesses(reads / 3, grant, &chart));
        let patient = &it.patient.signing;
        for path in ["/v1/grants", "/v1/accesses"] {
            batch.extend((0..reads / 3).map(|_| it.request("GET", patient, path, Vec::new())));
        }
        while batch.len() < n {
            batch.push(it.request("GET", &it.doctor.signing, "/v1/messages", Vec::new()));
        }
        good += it.press(batch, AT_ONCE);
        sent += n;
        let (bytes, files) = it.weight();
        looks.push((sent, bytes, files));
        eprintln!("{sent} requests, {} MiB, {files} files", bytes >> 20);
    }
    let seconds = begun.elapsed().as_secs_f64();
    // The first tenth warms up; then the halves are compared.
    let warm = &looks[looks.len() / 10..];
    let (first, second) = warm.split_at(warm.len() / 2);
    let most = |part: &[(usize, u64, usize)]| {
        let bytes = part.iter().map(|it| it.1).max().unwrap_or(0);
        (bytes, part.iter().map(|it| it.2).max().unwrap_or(0))
    };
    let (first, second) = (most(first), most(second));
    let memory = second.0 as f64 / first.0.max(1) as f64;
    let files = second.1 as f64 / first.1.max(1) as f64;
    let mut verdicts = Verdicts::default();
    verdicts.at_most("memory of the second half over the first", memory, HEAVIER);
    verdicts.at_most("file handles of the second half over the first", files, HEAVIER);
    verdicts.at_most("not answered well", (sent - good) as f64, 0.0);
    json!({
        "failed": verdicts.failed(),
        "requests": sent,
        "answered_well": good,
        "seconds": seconds,
        "relay.soak.memory_ratio": memory,
        "relay.soak.files_ratio": files,
        "memory_first_half_bytes": first.0,
        "memory_second_half_bytes": second.0,
        "files_first_half": first.1,
        "files_second_half": second.1,
        "records_per_access": RECORDS,
    })
}

impl Generator {
    /// Sends with so many under way. Gives how many were answered well.
    fn press(&self, requests: Prepared, at_once: usize) -> usize {
        self.runtime.block_on(async {
            let mut waiting = tokio::task::JoinSet::new();
            let mut good = 0;
            for request in requests {
                if waiting.len() >= at_once
                    && let Some(done) = waiting.join_next().await
                {
                    good += usize::from(done.unwrap());
                }
                let http = self.http.clone();
                waiting.spawn(async move {
                    match http.execute(request).await {
                        Ok(answer) => answer.status().is_success() && answer.bytes().await.is_ok(),
                        Err(_) => false,
                    }
                });
            }
            while let Some(done) = waiting.join_next().await {
                good += usize::from(done.unwrap());
            }
            good
        })
    }
}
