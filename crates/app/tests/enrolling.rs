//! Invitations as people meet them: previewed, refused with the reason, accepted through failures.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use keyward_app::desk;
use keyward_app::enrol;
use keyward_app::error::ErrorCode;
use keyward_app::ports::authority::{
    Authority, AuthorityError, AuthorityStatus, Directory, EnrolFinish, EnrolFinished, EnrolStart,
    EnrolStarted,
};
use keyward_app::ports::relay::Network;
use keyward_app::session::Session;
use keyward_app::views::common::{InvitationPurpose, InvitationView, Role};
use keyward_app::views::desk::{
    ClinicianDraft, ClinicianState, IdentityDocument, NextStep, PersonDraft, PersonView,
};
use keyward_protocol::invitation::Invitation;
use support::wire::{Call, Wire};
use support::{DAY, START, World};

fn sample() -> PersonDraft {
    PersonDraft {
        given_name: "Test-Ana".to_owned(),
        family_name: "Muster-Sample".to_owned(),
        birth_date: "1961-03-14".to_owned(),
        clinic_number: Some("S-17".to_owned()),
        phone: None,
    }
}

fn checked(world: &World) -> PersonView {
    let desk = world.desk();
    let person = desk::people::register(&world.desk, &desk, &sample()).unwrap();
    let id = &person.row.id;
    desk::people::check_identity(&world.desk, &desk, id, IdentityDocument::Passport, None).unwrap()
}

fn invited(world: &World) -> (String, InvitationView) {
    let id = checked(world).row.id;
    let invitation = desk::people::invite(&world.desk, &world.desk(), &id).unwrap();
    (id, invitation)
}

fn invited_doctor(world: &World) -> InvitationView {
    let draft = ClinicianDraft {
        name: "Dr Test-Okafor".to_owned(),
        role: "Cardiologist".to_owned(),
        organisation: "Sample Clinic".to_owned(),
        registration_number: None,
    };
    desk::clinicians::enrol(&world.desk, &world.desk(), &draft).unwrap()
}

fn patient(world: &World) -> Session {
    world.person(Role::Patient, "Ana", world.network.clone())
}

fn refusal(session: &Session, text: &str) -> (ErrorCode, Option<String>) {
    let error = enrol::accept(session, text).err().unwrap();
    (error.code, error.params.get("reason").cloned())
}

#[test]
fn an_invitation_is_previewed_and_accepted_from_text_picture_and_typed_code() {
    let world = World::new();
    for way in ["text", "wrapped", "picture", "typed"] {
        let (id, invitation) = invited(&world);
        assert_eq!(invitation.purpose, InvitationPurpose::Patient);
        assert_eq!(invitation.expires, START + 14 * DAY);
        assert!(invitation.this_computer_only && !invitation.replaces_device);
        assert!(invitation.qr_svg.contains("<svg"));
        let (front, back) = invitation.text.split_at(40);
        let text = match way {
            "text" => invitation.text.clone(),
            "wrapped" => format!("  {front}\n  {back}\r\n"),
            "picture" => enrol::text_from_image(&picture(&invitation.text)).unwrap(),
            _ => invitation.code.to_lowercase().replace('-', " "),
        };
        let ana = patient(&world);
        let preview = enrol::read(&ana, &text).unwrap();
        assert_eq!(preview.clinic_name, "Sample Clinic");
        assert_eq!(preview.fingerprint, invitation.fingerprint);
        let enrolment = enrol::accept(&ana, &text).unwrap();
        let person = enrolment.person.unwrap();
        assert_eq!(
            (person.name.as_str(), person.birth_date.as_str()),
            ("Test-Ana Muster-Sample", "1961-03-14"),
            "{way}"
        );
        let seen = desk::people::open(&world.desk, &world.desk(), &id).unwrap();
        assert!(seen.row.enrolled && seen.invitations[0].used == Some(START));
        assert_eq!(enrol::read(&ana, &text).err().unwrap().code, ErrorCode::AlreadyEnrolled);
    }
}

fn picture(text: &str) -> Vec<u8> {
    let code = qrcode::QrCode::new(text).unwrap();
    let pixels = code.render::<image::Luma<u8>>().min_dimensions(400, 400).build();
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::from(pixels).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

#[test]
fn a_picture_without_an_invitation_says_so() {
    let empty = image::DynamicImage::new_luma8(300, 200);
    let mut png = std::io::Cursor::new(Vec::new());
    empty.write_to(&mut png, image::ImageFormat::Png).unwrap();
    for bytes in [png.into_inner(), b"not a picture".to_vec(), Vec::new()] {
        let error = enrol::text_from_image(&bytes).err().unwrap();
        assert_eq!(error.code, ErrorCode::ImageWithoutInvitation);
    }
}

#[test]
fn every_unusable_invitation_is_refused_with_its_own_reason() {
    let world = World::new();
    let ana = patient(&world);
    let doctor = world.person(Role::Doctor, "Doctor", world.network.clone());
    let (id, invitation) = invited(&world);
    let text = &invitation.text;

    assert_eq!(refusal(&ana, "hello").0, ErrorCode::InvitationUnreadable);
    assert_eq!(refusal(&ana, &text[..text.len() - 8]).0, ErrorCode::InvitationUnreadable);
    assert_eq!(refusal(&ana, &"A".repeat(100_000)).0, ErrorCode::InvitationUnreadable);
    let newer = text.replace("KEYWARD1:", "KEYWARD2:");
    assert_eq!(refusal(&ana, &newer).0, ErrorCode::InvitationNewer);
    assert_eq!(refusal(&doctor, text).0, ErrorCode::InvitationOtherPurpose);
    assert_eq!(refusal(&ana, &invited_doctor(&world).text).0, ErrorCode::InvitationOtherPurpose);
    assert_eq!(refusal(&ana, &swapped_symbols(&invitation.code)).0, ErrorCode::InvitationTypo);

    // A code that is well formed but nobody's.
    let nobody = keyward_protocol::invitation::Code::generate(&mut keyward_testkit::seeded(77));
    let outcome = refusal(&ana, &nobody.expose_text());
    assert_eq!(outcome, (ErrorCode::InvitationRefused, None));

    // Taken back; used by somebody else; expired.
    desk::people::withdraw_invitation(&world.desk, &world.desk(), &id).unwrap();
    let withdrawn = Some("withdrawn".to_owned());
    assert_eq!(refusal(&ana, text), (ErrorCode::InvitationRefused, withdrawn));
    let (_, used) = invited(&world);
    enrol::accept(&patient(&world), &used.text).unwrap();
    let outcome = refusal(&ana, &used.text);
    assert_eq!(outcome, (ErrorCode::InvitationRefused, Some("used".to_owned())));
    let (_, late) = invited(&world);
    world.clock.set(late.expires);
    assert_eq!(refusal(&ana, &late.text).0, ErrorCode::InvitationExpired);
    assert_eq!(enrol::read(&ana, &late.text).err().unwrap().code, ErrorCode::InvitationExpired);
    // Typed alone the code carries no date: the clinic says it.
    assert_eq!(refusal(&ana, &late.code).0, ErrorCode::InvitationExpired);
    assert!(ana.enrolment().is_err());
}

/// Two neighbouring symbols swapped, as fingers do.
fn swapped_symbols(code: &str) -> String {
    let mut symbols: Vec<char> = code.chars().filter(|c| *c != '-').collect();
    let at = (0..15).find(|at| symbols[*at] != symbols[*at + 1]).unwrap();
    symbols.swap(at, at + 1);
    symbols.into_iter().collect()
}

#[test]
fn a_look_alike_clinic_is_refused() {
    let world = World::new();
    let ana = patient(&world);
    let (_, invitation) = invited(&world);
    // Same name, same address, another key.
    let mut elsewhere = Invitation::from_text(&invitation.text).unwrap();
    elsewhere.authority_fingerprint[0] ^= 1;
    let here = elsewhere.to_text().unwrap();
    assert_eq!(refusal(&ana, &here).0, ErrorCode::InvitationOtherComputer);
    elsewhere.this_computer_only = false;
    let elsewhere = elsewhere.to_text().unwrap();
    assert_eq!(refusal(&ana, &elsewhere).0, ErrorCode::InvitationImpostor);
    // Nothing of the attempts counted against the code.
    enrol::accept(&ana, &invitation.text).unwrap();
}

/// Breaks the connection at the nth exchange, before or after the clinic acted.
struct Breaking {
    inner: Arc<dyn Network>,
    left: Arc<AtomicU32>,
    acts_first: bool,
}

struct BreakingAuthority {
    inner: Box<dyn Authority>,
    left: Arc<AtomicU32>,
    acts_first: bool,
}

impl Wire for Breaking {
    fn through(&self, _call: &Call<'_>) -> Option<&dyn Network> {
        Some(&*self.inner)
    }

    fn authority(&self, _call: &Call<'_>, inner: Box<dyn Authority>) -> Box<dyn Authority> {
        let left = Arc::clone(&self.left);
        Box::new(BreakingAuthority { inner, left, acts_first: self.acts_first })
    }
}

support::wire::network!(Breaking);

impl BreakingAuthority {
    fn pass<T>(
        &self,
        act: impl FnOnce(&dyn Authority) -> Result<T, AuthorityError>,
    ) -> Result<T, AuthorityError> {
        let broken = || AuthorityError::Unreachable("cut".to_owned());
        let breaks = self.left.fetch_sub(1, Ordering::SeqCst) == 1;
        if breaks && !self.acts_first {
            return Err(broken());
        }
        let answer = act(&*self.inner)?;
        if breaks { Err(broken()) } else { Ok(answer) }
    }
}

impl Authority for BreakingAuthority {
    fn status(&self) -> Result<AuthorityStatus, AuthorityError> {
        self.pass(|inner| inner.status())
    }

    fn enrol_start(&self, start: &EnrolStart) -> Result<EnrolStarted, AuthorityError> {
        self.pass(|inner| inner.enrol_start(start))
    }

    fn enrol_finish(&self, finish: &EnrolFinish) -> Result<EnrolFinished, AuthorityError> {
        self.pass(|inner| inner.enrol_finish(finish))
    }

    fn attest_name(&self, request: &[u8]) -> Result<Vec<u8>, AuthorityError> {
        self.pass(|inner| inner.attest_name(request))
    }

    fn clinicians(&self) -> Result<Directory, AuthorityError> {
        self.pass(|inner| inner.clinicians())
    }
}

#[test]
fn a_connection_that_breaks_anywhere_leaves_an_invitation_that_can_be_accepted_again() {
    let world = World::new();
    for role in [Role::Patient, Role::Doctor] {
        for acts_first in [false, true] {
            for broken in 1..=3 {
                let left = Arc::new(AtomicU32::new(broken));
                let inner: Arc<dyn Network> = world.network.clone();
                let network = Breaking { inner, left, acts_first };
                let session = world.person(role, "Sample", Arc::new(network));
                let text = match role {
                    Role::Patient => invited(&world).1.text,
                    _ => invited_doctor(&world).text,
                };
                let error = enrol::accept(&session, &text).err().unwrap();
                assert_eq!(error.code, ErrorCode::AuthorityUnreachable);
                assert_eq!(session.enrolment().err().unwrap().code, ErrorCode::NotEnrolled);
                // Also when the clinic had acted: same keys, so it answers as the first time.
                let enrolment = enrol::accept(&session, &text).unwrap();
                let stored = session.enrolment().unwrap();
                assert_eq!(stored.salt, enrolment.salt);
                if role == Role::Doctor {
                    stored.clinician().unwrap();
                }
            }
        }
        // The limit on starts per minute is not what this is about.
        world.clock.advance(60);
    }
}

#[test]
fn the_desk_works_through_its_queue() {
    let world = World::new();
    let (session, desk) = (&world.desk, world.desk());
    let next = |id: &str| desk::people::open(session, &desk, id).unwrap().row.next;
    assert!(desk::people::similar(session, &desk, &sample()).unwrap().is_empty());
    let person = desk::people::register(session, &desk, &sample()).unwrap();
    let id = person.row.id.as_str();
    assert_eq!(next(id), NextStep::CheckIdentity);
    let mut shouted = sample();
    (shouted.given_name, shouted.family_name) = ("TEST ANA".into(), "Müster-Sample".into());
    shouted.birth_date = "1961".into();
    assert_eq!(desk::people::similar(session, &desk, &shouted).unwrap()[0].id, id);

    let error = desk::people::invite(session, &desk, id).err().unwrap();
    assert_eq!(error.code, ErrorCode::IdentityUnchecked);
    let numbered = desk::people::check_identity(
        session,
        &desk,
        id,
        IdentityDocument::Passport,
        Some("C01X 00T 478"),
    );
    let error = numbered.err().unwrap();
    assert_eq!(error.code, ErrorCode::Field);
    assert_eq!(error.params["reason"], "document-number");
    desk::people::check_identity(session, &desk, id, IdentityDocument::Passport, None).unwrap();
    assert_eq!(next(id), NextStep::Invite);
    let invitation = desk::people::invite(session, &desk, id).unwrap();
    assert_eq!(next(id), NextStep::AwaitUse);

    world.clock.advance(60);
    let mut corrected = sample();
    corrected.family_name = "Muster-Beispiel".to_owned();
    let view = desk::people::correct(session, &desk, id, &corrected).unwrap();
    assert_eq!(view.row.name, "Test-Ana Muster-Beispiel");
    let home = desk::home(session, &desk).unwrap();
    assert_eq!((home.queue.len(), home.people, home.clinicians), (1, 1, 0));
    assert_eq!((home.clinic_name.as_str(), &home.problem), ("Sample Clinic", &None));
    assert_eq!(home.fingerprint, invitation.fingerprint);

    enrol::accept(&patient(&world), &invitation.text).unwrap();
    assert_eq!(next(id), NextStep::Nothing);
    assert!(desk::home(session, &desk).unwrap().queue.is_empty());
    let again = desk::people::invite(session, &desk, id).unwrap();
    assert!(again.replaces_device);
    world.clock.set(again.expires);
    assert_eq!(next(id), NextStep::InviteAgain);

    let found = desk::people::list(session, &desk, "beisp test").unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(desk::people::list(session, &desk, "s-17").unwrap().len(), 1);
    assert!(desk::people::list(session, &desk, "nobody").unwrap().is_empty());
    let view = desk::people::withdraw(session, &desk, id, "moved away").unwrap();
    assert_eq!(view.withdrawn_reason.as_deref(), Some("moved away"));
    let error = desk::people::correct(session, &desk, id, &sample()).err().unwrap();
    assert_eq!(error.code, ErrorCode::PersonWithdrawn);
    let error = desk::people::invite(session, &desk, id).err().unwrap();
    assert_eq!(error.code, ErrorCode::PersonWithdrawn);

    session.lock();
    let error = desk::people::list(session, &desk, "").err().unwrap();
    assert_eq!(error.code, ErrorCode::Locked);
}

#[test]
fn clinicians_are_enrolled_invited_again_and_removed() {
    let world = World::new();
    let (session, desk) = (&world.desk, world.desk());
    let state = || desk::clinicians::list(session, &desk).unwrap().remove(0);
    let invitation = invited_doctor(&world);
    assert_eq!(invitation.purpose, InvitationPurpose::Clinician);
    assert_eq!(invitation.expires, START + 3 * DAY);
    assert_eq!(state().state, ClinicianState::Invited);
    world.clock.set(invitation.expires);
    assert_eq!(state().state, ClinicianState::InvitationOver);
    let id = state().id;
    let invitation = desk::clinicians::reinvite(session, &desk, &id).unwrap();
    assert!(!invitation.replaces_device);
    let doctor = world.person(Role::Doctor, "Doctor", world.network.clone());
    let enrolment = enrol::accept(&doctor, &invitation.text).unwrap();
    let row = state();
    assert_eq!(row.state, ClinicianState::Certified);
    let own = enrolment.clinician().unwrap();
    assert_eq!(row.fingerprint.unwrap().concat(), own.hash().to_string());
    assert_eq!(row.valid_until, Some(own.valid_until));
    // A lost device: its certificate is on the removed list before the new code is used.
    let again = desk::clinicians::reinvite(session, &desk, &id).unwrap();
    assert!(again.replaces_device);
    assert_eq!(world.authority.removed_certificates().unwrap(), [own.hash()]);
    let removed = desk::clinicians::remove(session, &desk, &id, "left").unwrap();
    assert_eq!(removed.state, ClinicianState::Removed);
    let other = world.person(Role::Doctor, "Doctor", world.network.clone());
    assert_eq!(refusal(&other, &again.text).0, ErrorCode::InvitationRefused);
    let error = desk::clinicians::reinvite(session, &desk, &id).err().unwrap();
    assert_eq!(error.code, ErrorCode::Conflict);
}
