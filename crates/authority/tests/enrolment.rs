//! Codes: used once, by one device, in time, for their purpose; guessed at five times.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use keyward_protocol::{certificate::ClinicianCertificate, invitation::Purpose};
use keyward_relay_api::authority::{
    enrol::{EnrolAnswer, EnrolRefusal, EnrolRequest, PROOF_LABEL},
    people::{Event, InvitationState, PersonState, Reason},
};
use support::{Clinic, DAY, Device, NOW, Outcome, enrol, enrol_with, wrong};

#[test]
fn a_patient_enrols_and_gets_what_the_register_says() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    assert!(invitation.this_computer_only);
    assert_eq!(invitation.expires, NOW + 14 * DAY);
    let device = Device::patient();
    let answer = enrol(&clinic.served, &invitation.code, Purpose::Patient, &device).answer();
    let EnrolAnswer::Patient { service, person: registered } = answer else { panic!() };
    assert!(registered == support::draft());
    assert_eq!(service.service_id, clinic.authority.service_id());
    assert_eq!(service.authority_key, clinic.authority.verifying_key().to_bytes());
    let person = clinic.person(&person.id);
    assert_eq!(person.state, PersonState::Enrolled);
    assert_eq!(person.invitations[0].state, InvitationState::Used);
    assert!(matches!(person.history.last().unwrap().event, Event::Enrolled));
}

#[test]
fn a_clinician_gets_a_certificate_over_her_keys_and_stands_in_the_directory() {
    let clinic = Clinic::new();
    let (id, invitation) = clinic.enrol_clinician("Dr Sample One");
    assert_eq!(invitation.expires, NOW + 3 * DAY);
    assert!(clinic.client().directory().unwrap().clinicians.is_empty());
    let device = Device::clinician();
    let answer = enrol(&clinic.served, &invitation.code, Purpose::Clinician, &device).answer();
    let EnrolAnswer::Clinician { certificate, .. } = answer else { panic!() };
    let authority = clinic.authority.verifying_key().clone();
    let verified =
        ClinicianCertificate::verify(&certificate, std::slice::from_ref(&authority), NOW).unwrap();
    assert_eq!(verified.name, "Dr Sample One");
    assert_eq!(verified.verification.to_bytes(), device.signing().verifying_key().to_bytes());
    let service = clinic.authority.service_id();
    let listed =
        || clinic.client().directory().unwrap().verify(service, &authority, 0, NOW).unwrap();
    assert_eq!(listed().clinicians.len(), 1);

    // Removed: out of the directory, on the list, and an older list is recognised.
    let before = clinic.client().directory().unwrap();
    let reason = Reason { reason: "left the clinic".into() };
    clinic.client().remove_clinician(clinic.operator(), &id, &reason).unwrap();
    let after = listed();
    assert!(after.clinicians.is_empty());
    assert_eq!(after.removed, vec![verified.hash()]);
    assert_eq!(clinic.authority.removed_certificates().unwrap(), vec![verified.hash()]);
    assert!(before.verify(service, &authority, after.sequence, NOW).is_err());
    // An old directory beside the new list does not bring her back.
    let mut mixed = clinic.client().directory().unwrap();
    mixed.clinicians = before.clinicians.clone();
    assert!(mixed.verify(service, &authority, 0, NOW).unwrap().clinicians.is_empty());
    // A list of another authority is refused.
    let other = Clinic::new();
    let foreign = other.client().directory().unwrap();
    assert!(foreign.verify(service, &authority, 0, NOW).is_err());
}

#[test]
fn the_same_device_may_repeat_and_no_other() {
    let clinic = Clinic::new();
    for (purpose, device, other) in [
        (Purpose::Patient, Device::patient(), Device::patient()),
        (Purpose::Clinician, Device::clinician(), Device::clinician()),
    ] {
        let invitation = match purpose {
            Purpose::Patient => clinic.invited().1,
            Purpose::Clinician => clinic.enrol_clinician("Dr Sample").1,
        };
        let first = enrol(&clinic.served, &invitation.code, purpose, &device).answer();
        let again = enrol(&clinic.served, &invitation.code, purpose, &device).answer();
        assert!(first == again, "the same answer, for a clinician the same certificate");
        let refused = enrol(&clinic.served, &invitation.code, purpose, &other).refusal();
        assert_eq!(refused, EnrolRefusal::Used);
    }
}

#[test]
fn an_expired_code_says_so_only_to_who_knows_it_and_a_clock_set_back_revives_nothing() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    clinic.keys.clock.set(invitation.expires);
    let device = Device::patient();
    let try_it = || enrol(&clinic.served, &invitation.code, Purpose::Patient, &device);
    assert_eq!(try_it().refusal(), EnrolRefusal::Expired);
    let guess = wrong(&invitation.code);
    let outcome = enrol(&clinic.served, &guess, Purpose::Patient, &device);
    assert!(matches!(outcome, Outcome::NotConfirmed));
    // The refusals above were writes at that time, so the store remembers it.
    clinic.keys.clock.set(NOW);
    assert_eq!(try_it().refusal(), EnrolRefusal::Expired);
    clinic.keys.clock.set(invitation.expires);
    assert_eq!(clinic.person(&person.id).invitations[0].state, InvitationState::Expired);
}

#[test]
fn a_code_for_the_other_purpose_is_refused() {
    let clinic = Clinic::new();
    let (_, patient) = clinic.invited();
    // Said inside the exchange: CPace binds the purpose, so it is like a wrong code.
    let outcome = enrol(&clinic.served, &patient.code, Purpose::Clinician, &Device::clinician());
    assert!(matches!(outcome, Outcome::NotConfirmed));
    // Right purpose outside, another request inside.
    let outcome = enrol(&clinic.served, &patient.code, Purpose::Patient, &Device::clinician());
    assert_eq!(outcome.refusal(), EnrolRefusal::WrongPurpose);
    assert!(patient.check(NOW, Purpose::Clinician).is_err());
    assert!(patient.check(NOW, Purpose::Patient).is_ok());
}

#[test]
fn issuing_again_withdraws_the_earlier_code_and_stops_the_earlier_device() {
    let clinic = Clinic::new();
    let (person, first) = clinic.invited();
    let second = clinic.invite(&person.id);
    let device = Device::patient();
    let outcome = enrol(&clinic.served, &first.code, Purpose::Patient, &device);
    assert_eq!(outcome.refusal(), EnrolRefusal::Withdrawn);
    enrol(&clinic.served, &second.code, Purpose::Patient, &device).answer();

    let issued = clinic.client().invite_person(clinic.operator(), &person.id).unwrap();
    assert!(issued.replaces_device);
    let state = clinic.person(&person.id);
    assert_eq!(state.state, PersonState::Invited);
    assert!(state.history.iter().any(|entry| matches!(entry.event, Event::DeviceStopped)));
    // The stopped device cannot come back with its used code.
    let outcome = enrol(&clinic.served, &second.code, Purpose::Patient, &device);
    assert_eq!(outcome.refusal(), EnrolRefusal::Used);
}

#[test]
fn a_withdrawn_code_or_person_enrols_nobody() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    clinic.client().withdraw_invitation(clinic.operator(), &person.id).unwrap();
    let outcome = enrol(&clinic.served, &invitation.code, Purpose::Patient, &Device::patient());
    assert_eq!(outcome.refusal(), EnrolRefusal::Withdrawn);
    let (person, invitation) = clinic.invited();
    let reason = Reason { reason: "moved away".into() };
    clinic.client().withdraw_person(clinic.operator(), &person.id, &reason).unwrap();
    let outcome = enrol(&clinic.served, &invitation.code, Purpose::Patient, &Device::patient());
    assert_eq!(outcome.refusal(), EnrolRefusal::Withdrawn);
}

#[test]
fn five_wrong_guesses_burn_the_code() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    for attempts in 1..=5 {
        let guess = wrong(&invitation.code);
        let outcome = enrol(&clinic.served, &guess, Purpose::Patient, &Device::patient());
        assert!(matches!(outcome, Outcome::NotConfirmed));
        let now = &clinic.person(&person.id).invitations[0];
        assert_eq!(now.attempts, attempts);
        let expected = if attempts < 5 { InvitationState::Open } else { InvitationState::Burnt };
        assert_eq!(now.state, expected);
    }
    // The right code is now as good as any other.
    let outcome = enrol(&clinic.served, &invitation.code, Purpose::Patient, &Device::patient());
    assert!(matches!(outcome, Outcome::NotConfirmed));
    let history = clinic.person(&person.id).history;
    assert!(history.iter().any(|entry| matches!(entry.event, Event::InvitationBurnt)));
    // Issuing another works.
    let again = clinic.invite(&person.id);
    enrol(&clinic.served, &again.code, Purpose::Patient, &Device::patient()).answer();
}

#[test]
fn the_last_attempt_may_still_be_right_and_clears_the_count() {
    let clinic = Clinic::new();
    let (person, invitation) = clinic.invited();
    for _ in 0..4 {
        enrol(&clinic.served, &wrong(&invitation.code), Purpose::Patient, &Device::patient());
    }
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &Device::patient()).answer();
    let person = clinic.person(&person.id);
    assert_eq!(person.state, PersonState::Enrolled);
    assert_eq!(person.invitations[0].attempts, 0);
}

#[test]
fn guessing_is_slowed_for_known_and_unknown_codes_alike() {
    let clinic = Clinic::new();
    let (_, invitation) = clinic.invited();
    let unknown = loop {
        let code = keyward_protocol::invitation::Code::generate(&mut support::rng());
        if code.handle() != invitation.code.handle() {
            break code;
        }
    };
    for code in [wrong(&invitation.code), unknown] {
        for _ in 0..10 {
            let outcome = enrol(&clinic.served, &code, Purpose::Patient, &Device::patient());
            assert!(matches!(outcome, Outcome::NotConfirmed));
        }
        let outcome = enrol(&clinic.served, &code, Purpose::Patient, &Device::patient());
        assert!(matches!(
            outcome,
            Outcome::Problem(keyward_relay_api::problem::ProblemCode::RateLimited)
        ));
    }
}

#[test]
fn a_valid_proof_for_another_run_is_refused() {
    let clinic = Clinic::new();
    let (_, invitation) = clinic.invited();
    let device = support::key();
    let proof = |challenge: [u8; 32]| EnrolRequest::Patient {
        enrolment_key: device.verifying_key().to_bytes().to_vec(),
        proof: device.sign(PROOF_LABEL, &challenge).unwrap().to_bytes().to_vec(),
        recovery_hash: None,
    };
    // Validly signed, over the challenge of another run.
    let outcome =
        enrol_with(&clinic.served, &invitation.code, Purpose::Patient, |_| proof([7; 32]));
    assert_eq!(outcome.refusal(), EnrolRefusal::BadRequest);
    let outcome = enrol_with(&clinic.served, &invitation.code, Purpose::Patient, proof);
    assert!(matches!(outcome.answer(), EnrolAnswer::Patient { .. }));
    // The same key for a second person.
    let (_, second) = clinic.invited();
    let outcome = enrol_with(&clinic.served, &second.code, Purpose::Patient, proof);
    assert_eq!(outcome.refusal(), EnrolRefusal::KeyTaken);
}

/// A clock that once ran ten years ahead must not lock the clinic up, nor date certificates from there.
#[test]
fn a_clinic_survives_a_clock_that_ran_ahead() {
    let clinic = Clinic::new();
    let (_, before) = clinic.invited();
    clinic.keys.clock.set(NOW + 3650 * DAY);
    clinic.register();
    clinic.keys.clock.set(NOW);
    // What was over then stays over; what is issued now works now.
    let outcome = enrol(&clinic.served, &before.code, Purpose::Patient, &Device::patient());
    assert_eq!(outcome.refusal(), EnrolRefusal::Expired);
    let (_, invitation) = clinic.invited();
    assert!(invitation.check(NOW, Purpose::Patient).is_ok());
    enrol(&clinic.served, &invitation.code, Purpose::Patient, &Device::patient()).answer();
    let (_, invitation) = clinic.enrol_clinician("Dr Sample");
    let device = Device::clinician();
    let answer = enrol(&clinic.served, &invitation.code, Purpose::Clinician, &device).answer();
    let EnrolAnswer::Clinician { certificate, .. } = answer else { panic!() };
    let authority = clinic.authority.verifying_key().clone();
    let verified =
        ClinicianCertificate::verify(&certificate, std::slice::from_ref(&authority), NOW);
    assert!(verified.is_ok());
    // Minutes go on as well: a limit on attempts ends with its minute, not in ten years.
    let nobody = wrong(&invitation.code);
    let attempt = || enrol(&clinic.served, &nobody, Purpose::Patient, &Device::patient());
    let limited = |outcome| {
        use keyward_relay_api::problem::ProblemCode;
        matches!(outcome, Outcome::Problem(ProblemCode::RateLimited))
    };
    assert!((0..20).any(|_| limited(attempt())));
    clinic.keys.clock.set(NOW + 60);
    assert!(!limited(attempt()));
}
