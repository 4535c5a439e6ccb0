//! Work on many things by two threads.

use std::panic::resume_unwind;
use std::thread;

/// Fewer are not worth a thread.
const WORTH: usize = 64;

/// `work` of each item, in order.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if items.len() < WORTH {
        return items.iter().map(work).collect();
    }
    let (first, second) = items.split_at(items.len() / 2);
    let half = |items: &[T]| items.iter().map(&work).collect::<Vec<R>>();
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || half(second));
        let mut done = half(first);
        done.extend(match other.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(rest)) => rest,
            Ok(Err(panic)) => resume_unwind(panic),
            // No thread is to be had: then this one does it.
            Err(_) => half(second),
        });
        done
    })
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn the_order_stays() {
        for count in [0usize, 1, 63, 64, 65, 1001] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(
                map(&items, |item| item * 2),
                items.iter().map(|i| i * 2).collect::<Vec<_>>()
            );
        }
    }
}
