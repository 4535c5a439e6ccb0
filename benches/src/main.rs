//! Benchmarks: ratios measured in one run against the floor of the same run.

fn main() {}
