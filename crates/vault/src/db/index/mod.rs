//! The reading index in SQL (`keyward_app::ports::index`).

pub(crate) mod read;
mod words;
pub(crate) mod write;

/// For fuzzing: a text as it is indexed and asked for.
pub(crate) fn fuzz_search(text: &str) {
    let indexed = words::indexed(text).into_owned();
    let seamless = words::plain(indexed);
    assert!(seamless.len() <= text.len());
    if let Some(expression) = words::expression(text) {
        assert!(expression.matches('"').count().is_multiple_of(2));
    }
}

/// Row numbers are `scope * 2^SCOPE_BITS + arrival`.
const SCOPE_BITS: u32 = 32;

fn number_of(scope: i64, arrival: i64) -> i64 {
    (scope << SCOPE_BITS) + arrival
}

fn arrival_of(number: i64) -> u64 {
    u64::try_from(number & ((1 << SCOPE_BITS) - 1)).unwrap_or_default()
}

/// First and last row number of a scope.
fn span(scope: i64) -> (i64, i64) {
    (number_of(scope, 0), number_of(scope + 1, 0) - 1)
}
