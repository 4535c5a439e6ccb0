//! One entry for every decoder of what servers and apps send each other: arbitrary bytes give an error
//! or a value that is written as it was read. For the fuzz targets.

use serde::{Serialize, de::DeserializeOwned};

use crate::authority::date::BirthDate;
use crate::authority::recovery as authority_recovery;
use crate::authority::{clinicians, credential, directory, enrol, people, persona, status};
use crate::batch::{AccessAnswer, OwnAnswer, UploadBatch, UploadRecord, UploadView};
use crate::{problem, recovery, types};

/// Binary bodies. The first byte chooses: upload, access answer, own records.
///
/// # Panics
/// If a decoder accepts what is not the encoding of what it returned.
pub fn batches(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first() else { return };
    let again = match choice % 3 {
        0 => UploadView::from_bytes(bytes).ok().map(|view| {
            let records = view.records.iter().map(|(header, payload)| UploadRecord {
                header: header.to_vec(),
                payload: payload.to_vec(),
            });
            let heads = view.heads.iter().map(|head| head.to_vec()).collect();
            UploadBatch { heads, records: records.collect() }.to_bytes()
        }),
        1 => AccessAnswer::from_bytes(bytes).ok().map(|answer| {
            let records =
                answer.records.iter().map(|r| (&r.header[..], &r.transformed, &r.payload[..]));
            AccessAnswer::encode(&answer.head, &answer.receipt, answer.more, records)
        }),
        _ => OwnAnswer::from_bytes(bytes).ok().map(|answer| answer.to_bytes()),
    };
    if let Some(again) = again {
        assert_eq!(again.ok().as_deref(), Some(bytes), "one encoding per value");
    }
}

type Body = (&'static str, fn(&[u8]));

/// The JSON bodies, by name.
pub const BODIES: [Body; 55] = [
    ("problem", json::<problem::Problem>),
    ("status", json::<types::Status>),
    ("certificate", json::<types::PutCertificate>),
    ("statement", json::<types::PostStatement>),
    ("uploaded", json::<types::Uploaded>),
    ("grant", json::<types::PostGrant>),
    ("revoked", json::<types::Revoked>),
    ("grants", json::<types::Grants>),
    ("grant detail", json::<types::GrantDetail>),
    ("messages", json::<types::Messages>),
    ("messages read", json::<types::AckMessages>),
    ("access", json::<types::PostAccess>),
    ("own records", json::<types::PostOwnRecords>),
    ("accesses", json::<types::Accesses>),
    ("clinician draft", json::<clinicians::ClinicianDraft>),
    ("clinician enrolment", json::<clinicians::EnrolClinician>),
    ("clinicians", json::<clinicians::Clinicians>),
    ("directory", json::<directory::Directory>),
    ("enrolment start", json::<enrol::EnrolStart>),
    ("enrolment started", json::<enrol::EnrolStarted>),
    ("enrolment finish", json::<enrol::EnrolFinish>),
    ("enrolment finished", json::<enrol::EnrolFinished>),
    ("enrolment request", json::<enrol::EnrolRequest>),
    ("enrolment answer", json::<enrol::EnrolAnswer>),
    ("person draft", json::<people::PersonDraft>),
    ("registration", json::<people::RegisterPerson>),
    ("correction", json::<people::CorrectPerson>),
    ("identity check", json::<people::CheckIdentity>),
    ("search", json::<people::SearchPeople>),
    ("people found", json::<people::PeopleFound>),
    ("person", json::<people::Person>),
    ("name asked", json::<persona::AttestName>),
    ("certified persona", json::<persona::CertifiedPersona>),
    ("attested name", json::<persona::AttestedName>),
    ("authority status", json::<status::AuthorityStatus>),
    ("birth date", birth_date),
    ("replaced", json::<recovery::Replaced>),
    ("forget", json::<recovery::PostForget>),
    ("forgotten", json::<recovery::Forgotten>),
    ("compartments", json::<recovery::Compartments>),
    ("backup pack stored", json::<recovery::BackupPackStored>),
    ("backup posted", json::<recovery::PostBackup>),
    ("backups", json::<recovery::Backups>),
    ("backup", json::<recovery::Backup>),
    ("recovery", json::<authority_recovery::SetRecovery>),
    ("recovery set", json::<authority_recovery::RecoverySet>),
    ("enrolment replacement", json::<authority_recovery::ReplaceEnrolment>),
    ("leaving", json::<authority_recovery::LeaveClinic>),
    ("enrolment receipt", json::<authority_recovery::EnrolmentReceipt>),
    ("epoch object", json::<credential::EpochObject>),
    ("credential asked", json::<credential::IssueCredential>),
    ("credential issued", json::<credential::IssuedCredential>),
    ("anonymous certification", json::<credential::CertifyAnonymously>),
    ("backup key", json::<recovery::PutBackupKey>),
    ("backup key forgotten", json::<recovery::ForgetBackupKey>),
];

/// JSON bodies. The first byte chooses one of [`BODIES`].
///
/// # Panics
/// If a body that was read is written and read again as something else.
pub fn bodies(data: &[u8]) {
    if let Some((choice, bytes)) = data.split_first() {
        BODIES[usize::from(*choice) % BODIES.len()].1(bytes);
    }
}

fn json<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else { return };
    let written = serde_json::to_vec(&value).unwrap_or_default();
    let again = serde_json::from_slice::<T>(&written).map(|value| serde_json::to_vec(&value));
    assert!(matches!(again, Ok(Ok(again)) if again == written), "read as it was written");
}

fn birth_date(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Some(date) = BirthDate::parse(text) {
        assert_eq!(date.to_string(), text);
        let _ = date.is_after(0);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The bodies whose seed in the corpus is called like them.
    const SEEDED: std::ops::Range<usize> = 36..BODIES.len();

    #[test]
    fn every_body_of_losing_and_leaving_has_a_seed_it_accepts() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/bodies");
        let seed = |name: &str| std::fs::read(corpus.join(name.replace(' ', "-"))).unwrap();
        for place in SEEDED {
            let (name, _) = BODIES[place];
            let seed = seed(name);
            assert_eq!(usize::from(seed[0]), place, "{name}");
            bodies(&seed);
        }
        let body = &seed("backup posted")[1..];
        assert_eq!(serde_json::from_slice::<recovery::PostBackup>(body).unwrap().packs.len(), 1);
        let body = &seed("compartments")[1..];
        assert!(serde_json::from_slice::<recovery::Compartments>(body).is_ok());
    }
}
