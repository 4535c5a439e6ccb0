//! The contract every store must keep, written against the trait: PostgreSQL will run the same
//! suite. A law is a function over a fresh store; `contract!` makes the tests of one
//! implementation from all of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod laws;
mod world;

use keyward_relay::sqlite::SqliteStore;
use keyward_relay::store::Store;
use std::sync::Arc;

/// A store in a folder of its own, which lives as long as the guard.
fn sqlite() -> (Arc<dyn Store>, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("relay.db")).unwrap();
    (Arc::new(store), dir)
}

macro_rules! contract {
    ($open:path: $($law:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $law() {
                let (store, _guard) = $open();
                laws::$law(store).await;
            }
        )+
    };
}

contract! { sqlite:
    a_nonce_is_good_for_one_request,
    a_refused_request_uses_up_its_nonce_and_changes_nothing,
    a_retry_gets_the_first_answer_and_another_request_none,
    nonces_are_forgotten_when_their_time_is_over,
    time_never_goes_back,
    one_epoch_is_open_and_none_opens_twice,
    many_writers_at_once_are_all_answered_once,
    a_batch_is_stored_whole_or_not_at_all,
    mailboxes_count_for_themselves_and_keep_until_acknowledged,
    messages_wait_for_a_clinician_who_has_not_come_yet,
    a_grant_ends_once_and_for_all,
    an_access_is_logged_only_under_a_live_grant,
    the_history_has_no_gaps,
    quotas_hold,
    the_last_revision_of_a_grant_waits_and_no_other,
    one_persona_does_not_fill_a_mailbox_for_the_others,
    a_closed_store_says_so,
}
