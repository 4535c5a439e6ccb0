//! The first window: the profile itself where there is only one and nothing has to be asked, else the window in which one
//! is chosen.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::state::Desktop;

/// A keyring that has not answered by then has asked the person something, or hangs: she sees a window at last.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens it; gives no answer, as the window comes when the event loop runs.
pub(crate) fn open(desktop: &Arc<Desktop>) {
    let at_work = Arc::clone(desktop);
    let opening = move || {
        let opened = open_only(&at_work).and_then(|answer| answer.recv_timeout(PATIENCE).ok());
        if opened != Some(true) && at_work.show_profiles().is_err() {
            tracing::error!("no window can be opened");
            at_work.quit(1);
        }
    };
    // A thread of its own: neither the keyring nor the disk may keep the event loop waiting.
    if let Err(error) = std::thread::Builder::new().name("first window".into()).spawn(opening) {
        tracing::error!(%error, "no thread for the first window");
        desktop.quit(1);
    }
}

/// Begins to open the only profile; the answer says whether its window is there. Nothing where there is a choice to make
/// or a passphrase to ask for.
fn open_only(desktop: &Arc<Desktop>) -> Option<Receiver<bool>> {
    let mut profiles = desktop.list().ok()?;
    let only = profiles.pop().filter(|only| profiles.is_empty() && !only.passphrase_set)?;
    let (tell, answer) = channel();
    let desktop = Arc::clone(desktop);
    std::thread::Builder::new()
        .name("only profile".into())
        .spawn(move || {
            let opened = desktop.open_profile(&only.id, None);
            if let Err(error) = &opened {
                // The window in which it can be tried again says it in words.
                tracing::debug!(code = ?error.code, "the only profile does not open by itself");
            }
            // Nobody listens any more if it took too long.
            let _ = tell.send(opened.is_ok());
        })
        .ok()?;
    Some(answer)
}
