//! The whole path over real HTTP on loopback: a patient uploads and grants, a doctor reads, the
//! patient sees it and takes it back.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use keyward_protocol::keys::VerifyingKey;
use keyward_protocol::statement::{AccessReceipt, Signed};
use keyward_relay_api::problem::ProblemCode;
use keyward_relay_api::types::{After, GrantState, PostAccess, PostOwnRecords};
use support::{Clinic, DAY, START, Served, TestClock, config, fresh_grant};

#[test]
fn a_patient_shares_a_doctor_reads_the_patient_takes_it_back() {
    let (clinic, clock) = (Clinic::new(), TestClock::new());
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(config(&clinic, &clock, dir.path()));
    let (patient, doctor) = (clinic.patient(), clinic.doctor("Dr Synthetic One"));
    let hers = served.client(&clinic, &clock);
    let his = served.client(&clinic, &clock);
    assert_eq!(hers.status().unwrap().service_id, clinic.service);
    hers.put_persona(&patient.signing, patient.certificate.raw()).unwrap();
    his.put_clinician(&doctor.signing, doctor.certificate.raw()).unwrap();

    // She uploads two compartments, one of which she shares.
    let (mut heart, mut other) = (patient.chart(), patient.chart());
    for chart in [&mut heart, &mut other] {
        let statement = patient.epoch_statement(chart, None);
        hers.open_epoch(&patient.signing, &statement, "open-epoch").unwrap_or_else(|_| {
            // One idempotency key for two requests is refused; a fresh one is not.
            hers.open_epoch(&patient.signing, &statement, "open-epoch-2").unwrap()
        });
        let batch = patient.batch(chart, 5);
        let key = format!("upload-{}", chart.compartment);
        let uploaded = hers.upload(&patient.signing, &batch, &key).unwrap();
        assert_eq!((uploaded.stored, uploaded.already), (5, 0));
        // The same again, as a retry and as a new request: nothing doubles.
        assert_eq!(hers.upload(&patient.signing, &batch, &key).unwrap(), uploaded);
        let again = hers
            .upload(&patient.signing, &batch, "another-upload")
            .or_else(|_| hers.upload(&patient.signing, &batch, "another-upload-2"));
        assert_eq!(again.unwrap().already, 5);
    }
    let grant = fresh_grant();
    let post = patient.grant(grant, 0, &doctor, &[&heart], START + 30 * DAY);
    hers.grant(&patient.signing, &post, "grant-first").unwrap();
    hers.grant(&patient.signing, &post, "grant-first").unwrap();

    // He finds the message, opens it, reads in two pages.
    let messages = his.messages(&doctor.signing, 0).unwrap();
    assert_eq!(messages.messages.len(), 1);
    let opened = doctor.open_message(&clinic, &messages.messages[0].body);
    let compartment = heart.compartment;
    let wanted =
        |after: Vec<After>, limit| PostAccess { grant_id: grant, compartment, after, limit };
    let mut answer = his.access(&doctor.signing, &wanted(vec![], 3)).unwrap();
    assert!(answer.more && answer.records.len() == 3);
    assert!(doctor.read(&opened, &answer, None).is_err(), "half a chart must not pass as whole");
    let after = vec![After { device: heart.device, position: 2 }];
    let rest = his.access(&doctor.signing, &wanted(after, 100)).unwrap();
    assert!(!rest.more);
    answer.records.extend(rest.records);
    let (contents, seen) = doctor.read(&opened, &answer, None).unwrap();
    assert_eq!(contents[0], b"record 0");
    assert_eq!(contents.len(), 5);
    let receipt_key = VerifyingKey::from_bytes(&his.status().unwrap().receipt_key).unwrap();
    let receipt = Signed::<AccessReceipt>::from_bytes(&rest.receipt).unwrap();
    let receipt = receipt.verify(&receipt_key).unwrap();
    assert_eq!((receipt.sequence, receipt.records, receipt.grant_id), (2, 2, grant));
    // The other compartment is not his.
    let foreign = PostAccess { compartment: other.compartment, ..wanted(vec![], 10) };
    let refused = his.access(&doctor.signing, &foreign).unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::NotFound));
    his.acknowledge(&doctor.signing, messages.messages[0].sequence).unwrap();
    assert!(his.messages(&doctor.signing, 0).unwrap().messages.is_empty());
    let again = his.grant_detail(&doctor.signing, grant).unwrap().message.unwrap();
    assert_eq!(doctor.open_message(&clinic, &again).share, opened.share);

    // She sees both accesses, adds to the chart, he reads on from where he was.
    let accesses = hers.accesses(&patient.signing, 0).unwrap().accesses;
    assert_eq!(
        accesses.iter().map(|it| (it.seq, it.records)).collect::<Vec<_>>(),
        [(1, 3), (2, 2)]
    );
    assert_eq!(accesses[1].receipt, receipt.signed().to_bytes());
    let batch = patient.batch(&mut heart, 1);
    hers.upload(&patient.signing, &batch, "upload-more").unwrap();
    let after = vec![After { device: heart.device, position: 4 }];
    let newer = his.access(&doctor.signing, &wanted(after, 100)).unwrap();
    assert_eq!(doctor.read(&opened, &newer, Some(&seen)).unwrap().0.len(), 1);

    // She stops it; he is told so, and since when.
    let revoked =
        hers.revoke(&patient.signing, grant, &patient.revocation(grant), "revoke-it").unwrap();
    let refused = his.access(&doctor.signing, &wanted(vec![], 10)).unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemCode::GrantRevoked));
    let listed = his.all_grants(&doctor.signing).unwrap();
    assert_eq!((listed[0].state, listed[0].revoked_at), (GrantState::Revoked, Some(revoked.at)));
    let replayed = hers.grant(&patient.signing, &post, "grant-again").unwrap_err();
    assert_eq!(replayed.problem(), Some(ProblemCode::GrantRevoked));

    // Her own records come back whole, in pages.
    let own = PostOwnRecords {
        compartment: heart.compartment,
        after: vec![],
        limit: 100,
        payloads: true,
    };
    let answer = hers.own_records(&patient.signing, &own).unwrap();
    assert_eq!(answer.records.len(), 6);
    assert!(answer.records.iter().all(|(_, payload)| payload.is_some()));
}
