//! `PUT /v1/backup-key`, `POST /v1/backup-key/forget`: the key a clinician's backups lie under. As with a
//! certificate, the body says whose signature to expect.

use super::people::bearer;
use super::replace::{erased_by, receipt};
use super::{Answer, stamp};
use crate::personas::refusal;
use crate::relay::Inner;
use crate::routes::Route;
use crate::store::{Ended, NewBackupKey};
use keyward_protocol::certificate::ClinicianCertificate;
use keyward_protocol::ids::PersonaId;
use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::statement::{
    Act, BackupKeyStatement, ForgetStatement, Signed, StatementError,
};
use keyward_relay_api::ends::End;
use keyward_relay_api::http::server::{Received, json_answer};
use keyward_relay_api::limits::MAX_CERTIFICATE;
use keyward_relay_api::problem::{Problem, ProblemCode};
use keyward_relay_api::recovery::{ForgetBackupKey, Forgotten, PutBackupKey};

pub(super) async fn put(inner: &Inner, route: &Route, received: &Received) -> Answer {
    let now = inner.now();
    let body: PutBackupKey = received.json()?;
    if body.certificate.len() > MAX_CERTIFICATE || body.statement.len() > MAX_CERTIFICATE {
        return Err(ProblemCode::TooLarge.into());
    }
    let certificate = ClinicianCertificate::verify(&body.certificate, &inner.authorities, now)
        .map_err(|error| refusal(&error))?;
    let signed = Signed::<BackupKeyStatement>::from_bytes(&body.statement).map_err(refused)?;
    let key = signed.unverified().key.clone();
    let authenticated = bearer(inner, route, received, certificate.service_id, &key)?;
    let (clinician, vouching) = (certificate.hash(), &certificate.verification);
    let statement =
        BackupKeyStatement::verify(signed, inner.service, clinician, vouching).map_err(refused)?;
    let new = NewBackupKey {
        id: statement.holder(),
        verification: key.to_bytes(),
        clinician,
        valid: certificate.valid_from..certificate.valid_until,
        statement: body.statement,
    };
    Ok(json_answer(&inner.store.put_backup_key(stamp(&authenticated, now), new).await?))
}

/// Her signature over the key is part of what must be right about a certificate.
fn refused(error: impl Into<StatementError>) -> Problem {
    Problem::new(ProblemCode::BadCertificate).detail(error.into().code())
}

pub(super) async fn forget(inner: &Inner, route: &Route, received: &Received) -> Answer {
    let body: ForgetBackupKey = received.json()?;
    let key = VerifyingKey::from_bytes(&body.key).map_err(|_| ProblemCode::Malformed)?;
    bearer(inner, route, received, inner.service, &key)?;
    Signed::from_bytes(&body.statement)
        .map_err(|_| Problem::from(ProblemCode::Malformed))
        .and_then(|signed| {
            ForgetStatement::verify(signed, inner.service, &key)
                .map_err(|_| ProblemCode::BadSignature.into())
        })?;
    let id = PersonaId::of(&key);
    // Only of a key that is here: else anybody could fill the journal with keys of his own.
    if inner.store.knows_backup_key(id).await? {
        let tombstones = inner.store.tombstones(id).await?;
        inner.note(tombstones.into_iter().map(End::Forgotten).collect()).await?;
    }
    let ended = inner.store.forget_backup_key(id, inner.now()).await?;
    let deleted = inner.delete_doomed().await;
    if let Err(error) = &deleted {
        tracing::warn!(%error, "packs of a forgotten backup are deleted later");
    }
    let erased_by = erased_by(inner, Ended { erased: ended.erased && deleted.is_ok(), ..ended });
    let receipt = receipt(inner, Act::PersonaForgotten, id, &body.statement, ended.at, erased_by)?;
    Ok(json_answer(&Forgotten { at: ended.at, receipt }))
}
