//! Public routes: who this is, the directory, and enrolment (which the code itself protects).

use axum::routing::MethodFilter;
use keyward_relay_api::{
    authority::{
        clinicians::ClinicianState,
        credential::{EpochObject, epoch_at},
        directory::{Directory, DirectoryEntry},
    },
    http::server::Received,
};

use super::{Door, Routes, problem, route};
use crate::{Inner, invite::exchange, register::RegisterError};

pub(super) fn routes() -> Routes {
    Routes::behind(Door::Anyone)
        .route(
            "/v1/status",
            route(MethodFilter::GET, |authority, _| {
                authority.status().map_err(|error| problem(&error.into()))
            }),
        )
        .route(
            "/v1/clinicians",
            route(MethodFilter::GET, |authority, _| {
                directory(authority).map_err(|error| problem(&error))
            }),
        )
        .route(
            "/v1/credentials/epoch",
            route(MethodFilter::GET, |authority, _| {
                let current = epoch_at(authority.store.clock());
                let open = authority.credentials.epoch(&authority.issuer, current);
                let open = open.map_err(|error| problem(&error))?;
                Ok(EpochObject { object: open.object.clone() })
            }),
        )
        .route(
            "/v1/enrol/start",
            route(MethodFilter::POST, |authority, received: &Received| {
                exchange::start(authority, received.peer, &received.json()?)
            }),
        )
        .route(
            "/v1/enrol/finish",
            route(MethodFilter::POST, |authority, received: &Received| {
                let finished = exchange::finish(authority, &received.json()?)?;
                // A certificate may have taken the place of one that is removed by it.
                authority.note_removals()?;
                Ok(finished)
            }),
        )
}

fn directory(authority: &Inner) -> Result<Directory, RegisterError> {
    authority.store.read(|tx| {
        let clinicians = tx
            .clinicians()?
            .into_iter()
            .filter(|record| record.state == ClinicianState::Enrolled)
            .filter_map(|record| record.certificate)
            .map(|certificate| DirectoryEntry { certificate: certificate.bytes })
            .collect();
        let removed = authority.issuer.removed_list(tx.removed()?, tx.now)?;
        Ok(Directory { clinicians, removed })
    })
}
