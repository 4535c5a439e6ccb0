//! One small runtime for all blocking clients of the process.
//!
//! The futures run on its own thread and the caller waits on a channel, so a client may be used
//! from any thread, inside another runtime's blocking pool or outside of any.

use std::future::Future;
use std::io;
use std::sync::{OnceLock, mpsc};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let built = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("keyward-http")
        .enable_all()
        .build()?;
    // A second thread may have been faster: its runtime stays, ours ends without having worked.
    Ok(RUNTIME.get_or_init(|| built))
}

/// Runs a future to its end while this thread waits. `None` if the runtime cannot run it.
pub(super) fn wait_for<F>(future: F) -> Option<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let (answer, waiting) = mpsc::sync_channel(1);
    runtime().ok()?.spawn(async move {
        // The receiver waits below; if its thread is gone nobody needs the answer.
        let _ = answer.send(future.await);
    });
    waiting.recv().ok()
}
