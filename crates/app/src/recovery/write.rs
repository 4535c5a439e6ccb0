//! One more version of a backup: packs with the rows that changed, then the manifest.

use keyward_protocol::backup::{
    Change, Manifest, PackBuilder, PackEntry, SealedManifest, row_digest,
};
use keyward_protocol::domain::Label;
use keyward_protocol::ids::RecordId;
use keyward_protocol::keys::SecretBytes32;
use keyward_protocol::kit::KitPublic;
use serde::{Deserialize, Serialize};

use super::state::{Digests, Key, Newest, State};
use super::{clinic, kit, rows};
use crate::error::{AppError, ErrorCode};
use crate::identity::Enrolment;
use crate::ports::progress::{Cancel, Progress, Stage, Step};
use crate::session::Session;
use crate::views::common::Role;

/// Where a backup goes.
pub trait Target {
    /// Names it among the targets of a profile.
    fn name(&self) -> &str;

    /// Looks whether somebody else wrote a newer version than the one remembered, behind which the next one
    /// comes. Called before anything else, while nothing of the vault is held.
    ///
    /// # Errors
    /// What the target reports.
    fn look(&mut self, _: &State) -> Result<Option<Newest>, AppError> {
        Ok(None)
    }

    /// Prepares to add a version behind the one remembered; `false` if that one is not there, and
    /// a whole backup has to be written.
    ///
    /// # Errors
    /// [`ErrorCode::BackupPlaceGone`] and what the target reports.
    fn resume(&mut self, state: &State) -> Result<bool, AppError>;

    /// Prepares to write a whole backup in the place of the one there is, which stays until the new one is
    /// finished. Takes over what it can of the versions before; says how many.
    ///
    /// # Errors
    /// [`ErrorCode::BackupPlaceGone`] and what the target reports.
    fn begin(&mut self, state: &State) -> Result<u64, AppError>;

    /// Takes a pack.
    ///
    /// # Errors
    /// What the target reports.
    fn pack(&mut self, id: &RecordId, sealed: &[u8]) -> Result<(), AppError>;

    /// Takes the manifest and makes everything durable; gives where the version ends.
    ///
    /// # Errors
    /// What the target reports. Then the version before is still whole.
    fn finish(&mut self, manifest: &SealedManifest) -> Result<u64, AppError>;
}

/// What a manifest says of the profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Role of the profile.
    pub role: Role,
    /// Its name.
    pub profile_name: String,
    /// The clinic it had joined.
    pub clinic_name: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Number of the newest version.
    pub sequence: u64,
    /// Rows that were added, changed or deleted since the version before; 0: no new version.
    pub changes: u64,
    /// Records in it.
    pub records: u64,
}

struct Run<'a> {
    session: &'a Session,
    kit: KitPublic,
    digest_key: SecretBytes32,
    target: &'a mut dyn Target,
    builder: PackBuilder,
    packs: Vec<PackEntry>,
    before: Digests,
    after: Digests,
    changes: u64,
    /// Bytes of all rows.
    live: u64,
    /// Changed rows that are no news: written only if something else is.
    along: Vec<(String, String, Vec<u8>)>,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
}

/// Writes one more version, from one snapshot of the vault. Nothing is written if nothing changed, and
/// everything if what there is has outgrown what is live.
///
/// # Errors
/// [`ErrorCode::KitGone`] before a kit was confirmed, [`ErrorCode::Cancelled`], else what vault and
/// target report.
pub fn write(
    session: &Session,
    target: &mut dyn Target,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Written, AppError> {
    let state = State::load(&*session.read()?, target.name())?;
    let overgrown = state.is_overgrown();
    match version(session, target, overgrown, progress, cancel) {
        // No room to write it anew beside the old one: it goes on growing, which is better than none.
        Err(error) if overgrown && error.code == ErrorCode::FileNotWritten => {
            version(session, target, false, progress, cancel)
        }
        outcome => outcome,
    }
}

fn version(
    session: &Session,
    target: &mut dyn Target,
    anew: bool,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Written, AppError> {
    let name = target.name().to_owned();
    let mut state = State::load(&*session.read()?, &name)?;
    if let Some(newest) = target.look(&state)? {
        state = State::following(newest);
    }
    let tx = session.read()?;
    let kept = match anew {
        true => Some(target.begin(&state)?),
        false => (!target.resume(&state)?).then_some(0),
    };
    let whole = kept.is_some();
    let (packs, before) = if whole {
        (Vec::new(), Digests::default())
    } else {
        (state.packs()?, Digests::load(&*tx, &name)?)
    };
    let mut run = Run {
        session,
        kit: kit::public(&*tx)?,
        digest_key: digest_key(session)?,
        target,
        builder: PackBuilder::new(),
        packs,
        before,
        after: Digests::default(),
        changes: 0,
        live: 0,
        along: Vec::new(),
        progress,
        cancel,
    };
    let records = rows::walk(&*tx, &mut |table, id, body| run.row(table, id, body))?;
    clinic::walk(session, &mut |table, id, body| run.row(table, id, body))?;
    run.gone()?;
    if run.changes == 0 && !whole {
        return Ok(Written { sequence: state.sequence, changes: 0, records });
    }
    run.bring_along()?;
    run.flush()?;
    let about = about(session, Enrolment::load(&*tx)?)?;
    drop(tx);
    let manifest = Manifest {
        sequence: state.sequence + 1,
        previous: state.hash.as_slice().try_into().unwrap_or([0; 32]),
        made_at: session.now(),
        schema: rows::SCHEMA,
        records,
        about,
        packs: std::mem::take(&mut run.packs),
    };
    let sealed = session.randomness().with(|rng| manifest.seal(rng, &run.kit))?;
    state.end = run.target.finish(&sealed)?;
    state.sequence = manifest.sequence;
    state.hash = sealed.hash.to_vec();
    state.at = manifest.made_at;
    state.versions = kept.unwrap_or(state.versions) + 1;
    state.remember(&manifest.packs, run.live, whole);
    let mut tx = session.begin()?;
    state.save(&mut *tx, &name)?;
    run.after.save(&mut *tx, &name)?;
    tx.commit()?;
    Ok(Written { sequence: state.sequence, changes: run.changes, records })
}

/// Whether a row that is news is not, or not as it is now, in the newest version at a target.
///
/// # Errors
/// What the vault reports.
pub fn is_behind(session: &Session, target: &str) -> Result<bool, AppError> {
    let tx = session.read()?;
    let mut before = Digests::load(&*tx, target)?;
    let digest_key = digest_key(session)?;
    let mut behind = false;
    let mut look = |table: &str, id: &str, body: &[u8]| {
        let known = before.0.remove(&(table.to_owned(), id.to_owned()));
        behind |=
            rows::is_news(table, id) && known != Some(row_digest(&digest_key, table, id, body));
        Ok(())
    };
    rows::walk(&*tx, &mut look)?;
    clinic::walk(session, &mut look)?;
    Ok(behind || !before.0.is_empty())
}

fn digest_key(session: &Session) -> Result<SecretBytes32, AppError> {
    session.with_master(|master| Ok(master.derive(Label::BackupRow, b"digest")))
}

fn about(session: &Session, enrolment: Option<Enrolment>) -> Result<Vec<u8>, AppError> {
    let about = About {
        role: session.profile().role,
        profile_name: session.profile().name.clone(),
        clinic_name: enrolment.map(|enrolment| enrolment.clinic_name),
    };
    serde_json::to_vec(&about).map_err(|_| ErrorCode::Internal.into())
}

impl Run<'_> {
    fn row(&mut self, table: &str, id: &str, body: &[u8]) -> Result<(), AppError> {
        if self.cancel.is_cancelled() || self.session.closed().is_cancelled() {
            return Err(ErrorCode::Cancelled.into());
        }
        self.live += (table.len() + id.len() + body.len()) as u64;
        let digest = row_digest(&self.digest_key, table, id, body);
        let key: Key = (table.to_owned(), id.to_owned());
        let known = self.before.0.remove(&key);
        self.after.0.insert(key, digest);
        if known == Some(digest) {
            return Ok(());
        }
        if known.is_some() && !rows::is_news(table, id) {
            self.along.push((table.to_owned(), id.to_owned(), body.to_vec()));
            return Ok(());
        }
        self.push(&Change::Put { table, id, body })
    }

    fn bring_along(&mut self) -> Result<(), AppError> {
        for (table, id, body) in std::mem::take(&mut self.along) {
            self.push(&Change::Put { table: &table, id: &id, body: &body })?;
        }
        Ok(())
    }

    /// Rows of the version before that are not there any more.
    fn gone(&mut self) -> Result<(), AppError> {
        for (table, id) in std::mem::take(&mut self.before.0).into_keys() {
            self.push(&Change::Gone { table: &table, id: &id })?;
        }
        Ok(())
    }

    fn push(&mut self, change: &Change<'_>) -> Result<(), AppError> {
        self.builder.push(change)?;
        self.changes += 1;
        if self.builder.is_full() { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), AppError> {
        if self.builder.is_empty() {
            return Ok(());
        }
        let kit = &self.kit;
        let builder = &mut self.builder;
        let pack = self.session.randomness().with(|rng| builder.seal(rng, kit))?;
        self.target.pack(&pack.entry.id, &pack.bytes)?;
        self.packs.push(pack.entry);
        let done = self.after.0.len() as u64;
        self.progress.report(Step { stage: Stage::Writing, done, ..Step::default() });
        Ok(())
    }
}
