//! Set-up, run, test, bench, graph, bindings.

fn main() {}
