//! The visibility line: who can see what, computed from the shares that may be live. On the side of
//! caution: a share counts from the moment its grant was sent until the relay has confirmed that it
//! is gone.

use std::collections::BTreeMap;

use keyward_records::Category;

use crate::error::AppError;
use crate::identity::Enrolment;
use crate::patient::sharing::book::Share;
use crate::patient::sharing::former;
use crate::ports::clock::UnixSeconds;
use crate::ports::vault::Transaction;
use crate::session::Session;
use crate::store::StoreError;
use crate::views::common::{VisibilityView, VisibleTo};

/// Who can see what, now.
#[derive(Default)]
pub struct Visibility {
    by_category: BTreeMap<&'static str, Vec<VisibleTo>>,
    by_space: BTreeMap<String, Vec<VisibleTo>>,
    all: Vec<VisibleTo>,
}

impl Visibility {
    /// From the stored shares, those of a former clinic included: that it is gone is what she says,
    /// not what its relay has confirmed.
    ///
    /// # Errors
    /// What the vault reports.
    pub fn load(tx: &(impl Transaction + ?Sized), now: UnixSeconds) -> Result<Self, StoreError> {
        let mut shares = Share::all(tx)?;
        shares.extend(former::shares(tx)?);
        Ok(Self::of(&shares, now))
    }

    /// From given shares.
    pub fn of(shares: &[(String, Share)], now: UnixSeconds) -> Self {
        let mut visibility = Self::default();
        let mut visible: Vec<_> =
            shares.iter().filter(|(_, share)| share.is_visible(now)).collect();
        visible.sort_by(|(a, x), (b, y)| (x.until, a).cmp(&(y.until, b)));
        for (id, share) in visible {
            let to = VisibleTo {
                share_id: id.clone(),
                name: share.doctor_name.clone(),
                until: share.until,
            };
            for category in &share.categories {
                visibility.by_category.entry(category.as_str()).or_default().push(to.clone());
            }
            visibility.by_space.entry(share.space.clone()).or_default().push(to.clone());
            visibility.all.push(to);
        }
        visibility
    }

    /// Who sees a category.
    pub fn of_category(&self, category: Category) -> VisibilityView {
        line(self.by_category.get(category.as_str()))
    }

    /// Who sees anything in a space.
    pub fn of_space(&self, space: &str) -> VisibilityView {
        line(self.by_space.get(space))
    }

    /// Who sees anything at all.
    pub fn of_all(&self) -> VisibilityView {
        line(Some(&self.all))
    }

    /// Whether anybody sees a category, by its stored name.
    pub fn is_shared(&self, category: &str) -> bool {
        self.by_category.contains_key(category)
    }
}

fn line(with: Option<&Vec<VisibleTo>>) -> VisibilityView {
    match with {
        Some(with) if !with.is_empty() => VisibilityView::Shared { with: with.clone() },
        _ => VisibilityView::OnlyYou,
    }
}

/// Who sees anything of this profile.
///
/// # Errors
/// What the vault reports.
pub fn everything(session: &Session) -> Result<VisibilityView, AppError> {
    let tx = session.read()?;
    // Before enrolment nothing can be shared.
    if Enrolment::load(&*tx)?.is_none() {
        return Ok(VisibilityView::OnlyYou);
    }
    Ok(Visibility::load(&*tx, session.now())?.of_all())
}
