//! Who calls a command: the profile of the calling window, with the role it must have.
//!
//! Tauri's capabilities already refuse a command to the wrong window; the types here refuse it a
//! second time, by the profile behind the window, so that a slip in the configuration opens nothing.

use std::sync::Arc;

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::jobs::Job;
use keyward_app::session::Session;
use keyward_app::views::common::{JobKind, Role};
use tauri::ipc::{CommandArg, CommandItem, InvokeError};
use tauri::{Manager, Wry};

use crate::events::Event;
use crate::failure;
use crate::opened::OpenProfile;
use crate::state::Desktop;

/// The profile of the calling window, whatever its role.
#[derive(Clone)]
pub struct Anyone(pub(crate) Arc<OpenProfile>);

macro_rules! role {
    ($(#[$doc:meta])* $name:ident: $($role:ident)|+) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub(crate) Anyone);

        impl<'de> CommandArg<'de, Wry> for $name {
            fn from_command(command: CommandItem<'de, Wry>) -> Result<Self, InvokeError> {
                let anyone = Anyone::from_command(command)?;
                if matches!(anyone.0.role(), $(Role::$role)|+) {
                    Ok(Self(anyone))
                } else {
                    Err(AppError::new(ErrorCode::NotAllowed).into())
                }
            }
        }

        impl std::ops::Deref for $name {
            type Target = Anyone;

            fn deref(&self) -> &Anyone {
                &self.0
            }
        }
    };
}

role!(
    /// A patient's window.
    Patient: Patient
);
role!(
    /// A doctor's window.
    Doctor: Doctor
);
role!(
    /// A desk's window.
    Desk: Desk
);
role!(
    /// A window in which records are read.
    Reader: Patient | Doctor
);
role!(
    /// A window whose profile can be enrolled by an invitation.
    Invited: Patient | Doctor
);

impl<'de> CommandArg<'de, Wry> for Anyone {
    fn from_command(command: CommandItem<'de, Wry>) -> Result<Self, InvokeError> {
        let webview = command.message.webview_ref();
        let opened = webview
            .try_state::<Arc<Desktop>>()
            .and_then(|desktop| desktop.opened(webview.label()))
            .ok_or_else(|| AppError::new(ErrorCode::NotAllowed))?;
        Ok(Self(opened))
    }
}

impl Anyone {
    /// Runs a use case on the unlocked session, off the window's thread.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`], else what the use case returns.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Session) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let session = self.0.session()?;
        off_thread(move || {
            let outcome = work(&session)?;
            // Locked meanwhile: what was read before must not reach the page after it.
            if session.closed().is_cancelled() {
                return Err(ErrorCode::Locked.into());
            }
            Ok(outcome)
        })
        .await
    }

    /// Runs a use case that changes stored data; the window is told afterwards that `what` changed.
    ///
    /// # Errors
    /// As [`Anyone::run`].
    pub async fn change<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&Session) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let outcome = self.run(work).await;
        if outcome.is_ok() {
            self.0.ear().tell(&Event::Changed(what));
        }
        outcome
    }

    /// Starts long work and gives its id at once. The work reports and asks through the job.
    ///
    /// # Errors
    /// [`ErrorCode::Locked`], or the board refuses another job of this kind.
    pub fn start(
        &self,
        kind: JobKind,
        what: &'static str,
        work: impl FnOnce(&Session, &Job) -> Result<Option<String>, AppError> + Send + 'static,
    ) -> Result<String, AppError> {
        let session = self.0.session()?;
        let job = self.0.jobs().start(kind)?;
        let id = job.id();
        let opened = Arc::clone(&self.0);
        tauri::async_runtime::spawn_blocking(move || {
            let outcome = work(&session, &job);
            job.finish(outcome);
            opened.ear().tell(&Event::Changed(what));
        });
        Ok(id)
    }
}

/// Runs blocking work on a thread that draws no window.
///
/// # Errors
/// What `work` returns; [`ErrorCode::Internal`] if it panicked.
pub async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    tauri::async_runtime::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(failure::internal("a use case panicked")))
}
