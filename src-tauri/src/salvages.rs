//! Salvages of damaged stores under way, by profile: started, looked after and stopped from the
//! welcome window, which may be closed and opened again meanwhile.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyward_app::error::{AppError, ErrorCode};
use keyward_app::ports::progress::{Cancel, Progress, Step};
use keyward_app::ports::vault::Collection;
use keyward_app::views::common::{SalvageReport, SalvageView};
use keyward_vault::{ProfileId, Salvaged};

/// One per process.
#[derive(Default)]
pub(crate) struct Salvages(Mutex<HashMap<ProfileId, Arc<Salvage>>>);

/// One salvage.
pub(crate) struct Salvage {
    cancel: Cancel,
    view: Mutex<SalvageView>,
}

impl Salvages {
    /// A new one for a profile.
    ///
    /// # Errors
    /// [`ErrorCode::VaultInUse`] while one is running.
    pub(crate) fn begin(&self, id: &ProfileId) -> Result<Arc<Salvage>, AppError> {
        let mut known = self.known();
        if known.get(id).is_some_and(|salvage| salvage.view().running) {
            return Err(ErrorCode::VaultInUse.into());
        }
        let view = SalvageView { running: true, done: 0, total: 0, report: None, problem: None };
        let salvage = Arc::new(Salvage { cancel: Cancel::new(), view: Mutex::new(view) });
        known.insert(id.clone(), Arc::clone(&salvage));
        Ok(salvage)
    }

    /// The newest of a profile.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] if there was none since the app was started.
    pub(crate) fn of(&self, id: &ProfileId) -> Result<Arc<Salvage>, AppError> {
        self.known().get(id).cloned().ok_or_else(|| ErrorCode::NotFound.into())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<ProfileId, Arc<Salvage>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Salvage {
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    pub(crate) fn view(&self) -> SalvageView {
        self.locked().clone()
    }

    /// It has ended. `folder` is where the profile is.
    pub(crate) fn end(&self, outcome: Result<Salvaged, AppError>, folder: &Path) {
        let mut view = self.locked();
        view.running = false;
        match outcome {
            Ok(salvaged) => view.report = Some(report(&salvaged, folder)),
            Err(problem) => view.problem = Some(problem),
        }
    }

    fn locked(&self) -> MutexGuard<'_, SalvageView> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Salvage {
    fn report(&self, step: Step) {
        let mut view = self.locked();
        (view.done, view.total) = (step.done, step.total);
    }
}

fn report(salvaged: &Salvaged, folder: &Path) -> SalvageReport {
    let of = |collection: Collection| {
        salvaged.entries.get(collection.as_str()).copied().unwrap_or_default()
    };
    let shares = of(Collection::Shares) + of(Collection::Grants);
    let all: u64 = salvaged.entries.values().sum();
    SalvageReport {
        records: salvaged.records + of(Collection::Charts),
        originals: salvaged.originals,
        shares,
        others: all - of(Collection::Charts) - salvaged.originals - shares,
        broken: salvaged.broken,
        pages: salvaged.pages,
        pages_lost: salvaged.lost,
        newest_missing: salvaged.newest_missing,
        kept_in: folder.join(&salvaged.kept_in).display().to_string(),
    }
}
