//! Rows of `invitations`.

use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use super::{
    StoreError, Tx,
    people::{SubjectId, stored_time, time},
    rng,
    seal::Column,
};

/// Wrong or unfinished attempts after which a code no longer works.
pub(crate) const MAX_ATTEMPTS: u32 = 5;

/// For whom an invitation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Audience {
    Patient,
    Clinician,
}

/// Stored state; "expired" is a matter of time and never stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    Open,
    Used,
    Burnt,
    Withdrawn,
}

/// One row of `invitations`; the secret is opened only where CPace needs it.
#[derive(Clone)]
pub(crate) struct InvitationRecord {
    pub(crate) id: [u8; 16],
    pub(crate) subject: SubjectId,
    pub(crate) audience: Audience,
    pub(crate) issued: u64,
    pub(crate) expires: u64,
    pub(crate) attempts: u32,
    pub(crate) stage: Stage,
    pub(crate) used: Option<u64>,
    pub(crate) used_by: Option<[u8; 32]>,
}

const COLUMNS: &str = "id, subject, purpose, issued, expires, attempts, state, used, used_by";

fn record(row: &Row<'_>) -> rusqlite::Result<(InvitationRecord, String, String)> {
    let invitation = InvitationRecord {
        id: row.get(0)?,
        subject: row.get(1)?,
        audience: Audience::Patient,
        issued: time(row.get(3)?),
        expires: time(row.get(4)?),
        attempts: row.get(5)?,
        stage: Stage::Open,
        used: row.get::<_, Option<i64>>(7)?.map(time),
        used_by: row.get(8)?,
    };
    Ok((invitation, row.get(2)?, row.get(6)?))
}

fn named(
    (mut invitation, audience, stage): (InvitationRecord, String, String),
) -> Result<InvitationRecord, StoreError> {
    invitation.audience = match audience.as_str() {
        "patient" => Audience::Patient,
        "clinician" => Audience::Clinician,
        _ => return Err(StoreError::Damaged),
    };
    invitation.stage = match stage.as_str() {
        "open" => Stage::Open,
        "used" => Stage::Used,
        "burnt" => Stage::Burnt,
        "withdrawn" => Stage::Withdrawn,
        _ => return Err(StoreError::Damaged),
    };
    Ok(invitation)
}

fn audience_name(audience: Audience) -> &'static str {
    match audience {
        Audience::Patient => "patient",
        Audience::Clinician => "clinician",
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Open => "open",
        Stage::Used => "used",
        Stage::Burnt => "burnt",
        Stage::Withdrawn => "withdrawn",
    }
}

impl Tx<'_> {
    /// Ends every open invitation now: after a restore nobody knows which were used meanwhile.
    pub(crate) fn end_open_invitations(&self) -> Result<(), StoreError> {
        self.sql.execute(
            "UPDATE invitations SET expires = min(expires, ?1) WHERE state = 'open'",
            [stored_time(self.now)],
        )?;
        Ok(())
    }

    fn one_invitation(
        &self,
        condition: &str,
        parameters: impl rusqlite::Params,
    ) -> Result<Option<InvitationRecord>, StoreError> {
        self.sql
            .prepare_cached(&format!("SELECT {COLUMNS} FROM invitations WHERE {condition}"))?
            .query_row(parameters, record)
            .optional()?
            .map(named)
            .transpose()
    }

    /// The invitation whose code has this handle.
    pub(crate) fn invitation_by_handle(
        &self,
        handle: u16,
    ) -> Result<Option<InvitationRecord>, StoreError> {
        self.one_invitation("handle = ?1", [handle])
    }

    /// The invitation with this id.
    pub(crate) fn invitation(&self, id: &[u8; 16]) -> Result<Option<InvitationRecord>, StoreError> {
        self.one_invitation("id = ?1", [id])
    }

    /// The invitations of a person or clinician, newest first.
    pub(crate) fn invitations(
        &self,
        subject: &SubjectId,
    ) -> Result<Vec<InvitationRecord>, StoreError> {
        let mut statement = self.sql.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM invitations WHERE subject = ?1
             ORDER BY issued DESC, state = 'open' DESC, id"
        ))?;
        let rows = statement.query_map([subject], record)?;
        rows.map(|row| named(row?)).collect()
    }

    /// The one open (perhaps expired) invitation of a person or clinician.
    pub(crate) fn open_invitation(
        &self,
        subject: &SubjectId,
    ) -> Result<Option<InvitationRecord>, StoreError> {
        self.one_invitation("subject = ?1 AND state = 'open'", [subject])
    }

    /// Whether a handle is taken by a code that is still remembered.
    pub(crate) fn handle_taken(&self, handle: u16) -> Result<bool, StoreError> {
        Ok(self
            .sql
            .prepare_cached("SELECT 1 FROM invitations WHERE handle = ?1")?
            .exists([handle])?)
    }

    /// Adds an open invitation.
    pub(crate) fn insert_invitation(
        &self,
        invitation: &InvitationRecord,
        handle: u16,
        secret: &[u8],
    ) -> Result<(), StoreError> {
        let sealed = self.seal.seal(&mut rng(), Column::Secret, &invitation.id, secret)?;
        self.sql
            .prepare_cached(
                "INSERT INTO invitations
                   (id, subject, purpose, handle, sealed_secret, issued, expires, attempts, state)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 'open')",
            )?
            .execute(params![
                invitation.id,
                invitation.subject,
                audience_name(invitation.audience),
                handle,
                sealed,
                stored_time(invitation.issued),
                stored_time(invitation.expires),
            ])?;
        Ok(())
    }

    /// What CPace needs of the code; `None` once burnt or forgotten.
    pub(crate) fn invitation_secret(
        &self,
        id: &[u8; 16],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sealed: Option<Vec<u8>> = self
            .sql
            .prepare_cached("SELECT sealed_secret FROM invitations WHERE id = ?1")?
            .query_row([id], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(sealed.map(|sealed| self.seal.open(Column::Secret, id, &sealed)).transpose()?)
    }

    /// Writes attempts, stage and use of an existing invitation. Forget the secret of a burnt one first.
    pub(crate) fn update_invitation(
        &self,
        invitation: &InvitationRecord,
    ) -> Result<(), StoreError> {
        self.sql
            .prepare_cached(
                "UPDATE invitations SET attempts = ?2, state = ?3, used = ?4, used_by = ?5
                 WHERE id = ?1",
            )?
            .execute(params![
                invitation.id,
                invitation.attempts,
                stage_name(invitation.stage),
                invitation.used.map(stored_time),
                invitation.used_by,
            ])?;
        Ok(())
    }

    /// Deletes what CPace needs of a code: nobody can guess it any more, nor use it.
    pub(crate) fn forget_secret(&self, id: &[u8; 16]) -> Result<(), StoreError> {
        self.sql
            .prepare_cached("UPDATE invitations SET sealed_secret = NULL WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }

    /// Forgets handle and secret of every invitation that ran out before `before`. Returns how many.
    pub(crate) fn forget_codes(&self, before: u64) -> Result<usize, StoreError> {
        Ok(self
            .sql
            .prepare_cached(
                "UPDATE invitations SET handle = NULL, sealed_secret = NULL
                 WHERE expires < ?1 AND handle IS NOT NULL",
            )?
            .execute([stored_time(before)])?)
    }
}
