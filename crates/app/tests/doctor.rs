//! A doctor among a relay that lies, loses, repeats, hides or is away; and shares that end.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod meddler;
mod support;

use std::sync::Arc;

use keyward_app::doctor;
use keyward_app::error::ErrorCode;
use keyward_app::patient::sharing;
use keyward_app::ports::relay::{GrantState, Message};
use keyward_app::ports::vault::Collection;
use keyward_app::session::Session;
use keyward_app::views::doctor::{ChartAlarm, DoctorChart, ReceivedState};
use keyward_records::Category;
use keyward_testkit::Persona;
use meddler::{Meddler, copy, copy_record};
use support::{DAY, START, World, draft, find, import, share, space, sync};

/// A patient who shares her results with a doctor behind a meddling relay.
struct Story {
    world: World,
    meddler: Meddler,
    patient: Session,
    doctor: Session,
    share: String,
}

fn story() -> Story {
    let world = World::new();
    let meddler = Meddler::new(world.network.clone());
    let patient = world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    let doctor = world.doctor_over("Dr Test-Okafor", Arc::new(meddler.clone()));
    let file = world.file("anna.json", &Persona::HeartWoman.bundle(7));
    import(&patient, &file);
    let heart = space(&patient, "Heart", true);
    let card = find(&patient, "Dr Test-Okafor");
    let share = share(&patient, &draft(&heart, &card, &[Category::Results]));
    Story { world, meddler, patient, doctor, share }
}

impl Story {
    fn chart(&self) -> DoctorChart {
        doctor::chart(&self.doctor, &self.share).unwrap()
    }

    /// How many records the chart shows.
    fn shown(&self) -> usize {
        shown(&self.chart())
    }

    fn copies(&self) -> usize {
        self.doctor.read().unwrap().list(Collection::Charts).unwrap().len()
    }

    /// More results reach the relay.
    fn add_results(&self, seed: u64) {
        let extra = results(seed);
        let file = self.world.file(&format!("more-{seed}.json"), &extra);
        import(&self.patient, &file);
        sync(&self.patient);
    }
}

fn shown(chart: &DoctorChart) -> usize {
    chart.chart.as_ref().map_or(0, |chart| chart.timeline.len())
}

/// A bundle of the same patient with other results.
fn results(seed: u64) -> Vec<u8> {
    let observation = |n: u64| {
        format!(
            r#"{{"resource":{{"resourceType":"Observation","id":"extra-{seed}-{n}","status":"final",
            "category":[{{"coding":[{{"code":"laboratory"}}]}}],
            "code":{{"coding":[{{"system":"http://loinc.org","code":"2345-7"}}],"text":"Glucose"}},
            "effectiveDateTime":"2026-10-0{}","valueQuantity":{{"value":{n}.{seed},"unit":"mg/dL"}}}}}}"#,
            1 + n % 9
        )
    };
    let entries: Vec<String> = (0..3).map(observation).collect();
    format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(","))
        .into_bytes()
}

#[test]
fn a_share_is_listed_read_and_marked_as_read() {
    let story = story();
    let brought = doctor::sync(&story.doctor).unwrap();
    assert_eq!((brought.new_shares, brought.ended.len(), brought.alarms), (1, 0, 0));
    let row = &doctor::home(&story.doctor).unwrap().shares[0];
    assert!(brought.new_records > 0);
    assert_eq!((row.records, row.new_records), (brought.new_records, brought.new_records));
    assert_eq!(row.state, ReceivedState::Live);
    let chart = story.chart();
    assert!(!chart.offline && chart.alarms.is_empty());
    assert!(chart.as_of.is_some_and(|as_of| as_of >= START));
    assert_eq!(shown(&chart) as u64, row.records);
    let row = &doctor::home(&story.doctor).unwrap().shares[0];
    assert_eq!((row.new_records, row.last_opened), (0, Some(START)));
    // Again: nothing comes twice.
    let again = doctor::sync(&story.doctor).unwrap();
    assert_eq!((again.new_shares, again.new_records), (0, 0));
    story.add_results(1);
    let more = doctor::sync(&story.doctor).unwrap();
    assert_eq!(more.new_records, 3);
    assert_eq!(doctor::home(&story.doctor).unwrap().shares[0].new_records, 3);
    assert_eq!(story.shown(), story.copies());
}

#[test]
fn away_from_the_relay_the_copy_is_readable_until_the_share_ends() {
    let story = story();
    doctor::sync(&story.doctor).unwrap();
    let records = story.shown();
    story.meddler.set(|tricks| tricks.offline = true);
    assert_eq!(doctor::sync(&story.doctor).unwrap_err().code, ErrorCode::RelayUnreachable);
    let home = doctor::home(&story.doctor).unwrap();
    assert_eq!(home.problem.as_ref().unwrap().code, ErrorCode::RelayUnreachable);
    let reach = doctor::reach(&story.doctor).unwrap();
    assert_eq!((reach.problem, reach.last_sync), (home.problem, home.last_sync));
    story.world.clock.set(START + 89 * DAY);
    let chart = story.chart();
    assert!(chart.offline);
    assert_eq!(shown(&chart), records);
    let record = chart.chart.unwrap().timeline[0].id.clone();
    assert!(doctor::record(&story.doctor, &story.share, &record).is_ok());
    assert!(doctor::record_source(&story.doctor, &story.share, &record).unwrap().contains('{'));

    story.world.clock.set(START + 90 * DAY);
    let chart = story.chart();
    assert!(chart.chart.is_none());
    assert_eq!(chart.share.state, ReceivedState::Ended);
    assert_eq!(story.copies(), 0, "the copies are gone");
    // The clock set back revives nothing.
    story.world.clock.set(START);
    assert!(story.chart().chart.is_none());
    let refused = doctor::record(&story.doctor, &story.share, &record).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ShareEnded);
}

#[test]
fn a_clock_that_was_wrong_for_a_while_costs_no_share() {
    let story = story();
    doctor::sync(&story.doctor).unwrap();
    let records = story.shown();
    story.meddler.set(|tricks| tricks.offline = true);
    story.world.clock.set(START + 3_650 * DAY);
    assert!(story.chart().chart.is_none());
    // Right again, and the relay (whose clock was right) can be reached.
    story.world.clock.set(START);
    story.meddler.set(|tricks| tricks.offline = false);
    doctor::sync(&story.doctor).unwrap();
    assert_eq!(story.shown(), records);
}

#[test]
fn a_revoked_share_closes_while_it_is_open_and_its_copies_go() {
    let story = story();
    doctor::sync(&story.doctor).unwrap();
    let record = story.chart().chart.unwrap().timeline[0].id.clone();
    assert!(story.copies() > 0);
    sharing::revoke(&story.patient, &story.share).unwrap();
    let told = doctor::sync(&story.doctor).unwrap();
    assert_eq!(told.ended, std::slice::from_ref(&story.share));
    assert_eq!(story.copies(), 0);
    let refused = doctor::record(&story.doctor, &story.share, &record).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ShareRevoked);
    let chart = story.chart();
    assert!(chart.chart.is_none() && chart.share.ended_at.is_some());
    assert_eq!(chart.share.state, ReceivedState::Revoked);
    assert!(doctor::sync(&story.doctor).unwrap().ended.is_empty(), "told once");
    // A relay that lists it as live again changes nothing.
    story.meddler.set(|tricks| {
        tricks.grants = Some(Box::new(|mut listed| {
            listed.iter_mut().for_each(|grant| grant.state = GrantState::Live);
            listed
        }));
    });
    let _ = doctor::sync(&story.doctor);
    assert!(story.chart().chart.is_none());
}

#[test]
fn opening_a_chart_that_was_revoked_meanwhile_explains_at_once() {
    let story = story();
    doctor::sync(&story.doctor).unwrap();
    sharing::revoke(&story.patient, &story.share).unwrap();
    let chart = story.chart();
    assert_eq!(chart.share.state, ReceivedState::Revoked);
    assert!(chart.chart.is_none());
    assert_eq!(story.copies(), 0);
}

#[test]
fn a_removed_doctor_keeps_no_copies() {
    let story = story();
    doctor::sync(&story.doctor).unwrap();
    assert!(story.copies() > 0);
    let desk = story.world.desk();
    let row = keyward_app::desk::clinicians::list(&story.world.desk, &desk)
        .unwrap()
        .into_iter()
        .find(|row| row.details.name == "Dr Test-Okafor")
        .unwrap();
    keyward_app::desk::clinicians::remove(&story.world.desk, &desk, &row.id, "left").unwrap();
    story.world.spread_removals();
    let told = doctor::sync(&story.doctor).unwrap();
    assert_eq!(told.ended, std::slice::from_ref(&story.share));
    assert_eq!(story.copies(), 0);
    assert_eq!(doctor::sync(&story.doctor).unwrap_err().code, ErrorCode::SelfRemoved);
    let home = doctor::home(&story.doctor).unwrap();
    assert!(home.doctor.unwrap().removed);
    assert_eq!(home.problem.unwrap().code, ErrorCode::SelfRemoved);
    let reach = doctor::reach(&story.doctor).unwrap();
    assert_eq!(reach.problem.unwrap().code, ErrorCode::SelfRemoved);
    let refused = doctor::chart(&story.doctor, &story.share).unwrap_err();
    assert_eq!(refused.code, ErrorCode::SelfRemoved);
}

#[test]
fn another_doctors_share_does_not_exist() {
    let story = story();
    let other = story.world.doctor("Dr Test-Okafor");
    doctor::sync(&other).unwrap();
    assert!(doctor::home(&other).unwrap().shares.is_empty());
    assert_eq!(doctor::chart(&other, &story.share).unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(doctor::chart(&other, "../../x").unwrap_err().code, ErrorCode::NotFound);
}

#[test]
fn two_patients_of_one_name_are_told_apart() {
    let story = story();
    let twin = story.world.patient("Test-Anna Maria", "Muster-Sample", "1961-03-14");
    import(&twin, &story.world.file("twin.json", &Persona::HeartWoman.bundle(8)));
    let heart = space(&twin, "Heart", true);
    let card = find(&twin, "Dr Test-Okafor");
    share(&twin, &draft(&heart, &card, &[Category::Results]));
    doctor::sync(&story.doctor).unwrap();
    let shares = doctor::home(&story.doctor).unwrap().shares;
    assert_eq!(shares.len(), 2);
    assert_eq!(shares[0].patient, shares[1].patient);
    assert_ne!(shares[0].persona, shares[1].persona);
}

// --- what the relay delivers ---

#[test]
fn an_altered_payload_is_put_aside_and_comes_again() {
    let story = story();
    story.meddler.on_records(|answer| answer.records[0].payload[40] ^= 1);
    let brought = doctor::sync(&story.doctor).unwrap();
    assert_eq!(brought.alarms, 1);
    let chart = story.chart();
    let alarm = ChartAlarm::Quarantined { category: Category::Results, records: 1 };
    assert_eq!(chart.alarms, [alarm]);
    let partly = shown(&chart);
    story.meddler.honest();
    assert_eq!(story.shown(), partly + 1);
    assert!(story.chart().alarms.is_empty());
}

#[test]
fn answers_swapped_between_records_are_put_aside() {
    let story = story();
    story.meddler.on_records(|answer| {
        let first = answer.records[0].transformed;
        answer.records[0].transformed = answer.records[1].transformed;
        answer.records[1].transformed = first;
    });
    doctor::sync(&story.doctor).unwrap();
    let alarm = ChartAlarm::Quarantined { category: Category::Results, records: 2 };
    assert_eq!(story.chart().alarms, [alarm]);
}

#[test]
fn a_missing_record_in_the_middle_or_at_the_end_shows_nothing() {
    for at_end in [false, true] {
        let story = story();
        story.meddler.on_records(move |answer| {
            let last = answer.records.len() - 1;
            answer.records.remove(if at_end { last } else { 1 });
        });
        doctor::sync(&story.doctor).unwrap();
        let chart = story.chart();
        assert_eq!(chart.alarms, [ChartAlarm::Gap { category: Category::Results }]);
        assert_eq!((shown(&chart), story.copies()), (0, 0));
        story.meddler.honest();
        assert!(story.shown() > 0 && story.chart().alarms.is_empty());
    }
}

#[test]
fn records_out_of_order_or_repeated_show_nothing() {
    for repeat in [false, true] {
        let story = story();
        story.meddler.on_records(move |answer| {
            if repeat {
                let again = copy_record(&answer.records[0]);
                answer.records.insert(0, again);
            } else {
                answer.records.swap(0, 1);
            }
        });
        doctor::sync(&story.doctor).unwrap();
        let chart = story.chart();
        assert_eq!(chart.alarms.len(), 1);
        assert_eq!(shown(&chart), 0);
    }
}

#[test]
fn an_older_state_is_noticed_by_whoever_saw_a_newer_one() {
    let story = story();
    doctor::sync(&story.doctor).unwrap();
    let mut old = story.meddler.take_seen();
    let old = old.remove(0);
    story.add_results(1);
    doctor::sync(&story.doctor).unwrap();
    let all = story.shown();
    story.meddler.on_access(move |_, _| copy(&old));
    let chart = story.chart();
    assert!(
        matches!(chart.alarms[..], [ChartAlarm::RolledBack { seen, .. }] if seen >= START),
        "{:?}",
        chart.alarms
    );
    assert_eq!(shown(&chart), all, "what was verified before stays");
    story.meddler.honest();
    assert!(story.chart().alarms.is_empty());
}

/// The limit, shown to be there: nothing tells a first-time reader that a validly signed state is
/// not the newest.
#[test]
fn an_older_state_is_not_noticed_by_a_first_time_reader() {
    let story = story();
    // The relay lets the doctor ask but keeps the answer to itself.
    story.meddler.on_access(|_, mut answer| {
        answer.head.clear();
        answer
    });
    doctor::sync(&story.doctor).unwrap();
    let mut old = story.meddler.take_seen();
    let old = old.remove(0);
    let fewer = old.records.len();
    story.add_results(1);
    story.meddler.on_access(move |_, _| copy(&old));
    let chart = story.chart();
    assert!(chart.alarms.is_empty());
    assert_eq!(shown(&chart), fewer);
}

#[test]
fn a_head_or_record_of_somebody_else_is_refused_though_validly_signed() {
    let story = story();
    // Another patient's share with the same doctor gives validly signed foreign pieces.
    let other = story.world.patient("Test-Berta", "Other-Sample", "1950-01-02");
    import(&other, &story.world.file("other.json", &results(5)));
    let space = space(&other, "Heart", true);
    let card = find(&other, "Dr Test-Okafor");
    let foreign = share(&other, &draft(&space, &card, &[Category::Results]));
    doctor::sync(&story.doctor).unwrap();
    let seen = story.meddler.take_seen();
    let of = |share: &str| {
        let records = doctor::home(&story.doctor).unwrap();
        records.shares.iter().find(|row| row.share == share).unwrap().records
    };
    let theirs = seen.iter().find(|a| a.records.len() as u64 == of(&foreign)).map(copy).unwrap();
    let before = story.shown();
    story.add_results(2);

    let head = theirs.head.clone();
    story.meddler.on_access(move |_, mut answer| {
        answer.head = head.clone();
        answer
    });
    let chart = story.chart();
    assert_eq!(chart.alarms, [ChartAlarm::WrongHead { category: Category::Results }]);
    assert_eq!(shown(&chart), before);

    let record = copy_record(&theirs.records[0]);
    story.meddler.on_records(move |answer| answer.records[0] = copy_record(&record));
    let chart = story.chart();
    assert!(matches!(chart.alarms[..], [ChartAlarm::Quarantined { .. }]), "{:?}", chart.alarms);
    assert_eq!(shown(&chart), before);
    story.meddler.honest();
    assert_eq!(story.shown(), before + 3);
}

#[test]
fn a_relay_that_never_ends_is_stopped() {
    let story = story();
    story.meddler.on_access(|_, mut answer| {
        answer.records.clear();
        answer.more = true;
        answer
    });
    doctor::sync(&story.doctor).unwrap();
    assert_eq!(story.chart().alarms, [ChartAlarm::Gap { category: Category::Results }]);
}

// --- letters ---

#[test]
fn a_lost_letter_is_asked_for_again() {
    let story = story();
    story.meddler.set(|tricks| {
        tricks.messages = Some(Box::new(|_, mut page| {
            page.messages.clear();
            page.more = false;
            page
        }));
    });
    assert_eq!(doctor::sync(&story.doctor).unwrap().new_shares, 1);
    assert!(story.shown() > 0);
    assert!(story.meddler.acknowledged().is_empty());
}

#[test]
fn rubbish_repetition_and_reordering_change_nothing() {
    let story = story();
    let later = sharing::extend(&story.patient, &story.share, START + 91 * DAY);
    later.unwrap();
    sync(&story.patient);
    story.meddler.set(|tricks| {
        tricks.messages = Some(Box::new(|_, mut page| {
            page.messages.reverse();
            let again = page.messages.clone();
            page.messages.extend(again);
            let sequence = page.messages.iter().map(|m| m.sequence).max().unwrap_or(0);
            let rubbish = [vec![], vec![1; 40], vec![0xff; 5000]];
            page.messages.extend(rubbish.map(|body| Message { sequence, received: START, body }));
            page
        }));
    });
    let brought = doctor::sync(&story.doctor).unwrap();
    assert_eq!(brought.new_shares, 1);
    let shares = doctor::home(&story.doctor).unwrap().shares;
    assert_eq!(
        (shares.len(), shares[0].until),
        (1, START + 91 * DAY),
        "the newest revision counts"
    );
    assert_eq!(story.meddler.acknowledged().len(), 1);
}

#[test]
fn a_letter_is_acknowledged_only_once_it_is_stored() {
    let story = story();
    // Locked between fetching and storing.
    let world = &story.world;
    let doomed = Meddler::new(world.network.clone());
    let doctor = Arc::new(world.doctor_over("Dr Test-Third", Arc::new(doomed.clone())));
    let card = find(&story.patient, "Dr Test-Third");
    let space = sharing::one(&story.patient, &story.share).unwrap().space_id;
    share(&story.patient, &draft(&space, &card, &[Category::Results]));
    let locking = Arc::clone(&doctor);
    doomed.set(|tricks| {
        tricks.messages = Some(Box::new(move |_, page| {
            locking.lock();
            page
        }));
    });
    assert_eq!(doctor::sync(&doctor).unwrap_err().code, ErrorCode::Locked);
    assert!(doomed.acknowledged().is_empty());
    doomed.honest();
}

#[test]
fn an_exchange_broken_off_anywhere_is_finished_by_the_next() {
    let story = story();
    let (mut shares, mut records) = (0, 0);
    let mut steps = 0;
    loop {
        story.meddler.set(|tricks| {
            tricks.breaks_after = Some(steps);
            tricks.offline = false;
        });
        let outcome = doctor::sync(&story.doctor);
        let held = doctor::home(&story.doctor).unwrap().shares;
        assert!(held.len() >= shares, "what was stored stays");
        shares = held.len();
        match outcome {
            Ok(brought) => {
                records += brought.new_records;
                break;
            }
            Err(error) => assert_eq!(error.code, ErrorCode::RelayUnreachable),
        }
        steps += 1;
        assert!(steps < 30);
    }
    assert!(steps >= 5, "each kind of exchange was broken off once");
    story.meddler.honest();
    let row = &doctor::home(&story.doctor).unwrap().shares[0];
    assert_eq!((shares, row.records), (1, records));
    assert_eq!(story.shown() as u64, records);
}

#[test]
fn nothing_is_known_before_enrolment() {
    let world = World::new();
    let role = keyward_app::views::common::Role::Doctor;
    let nobody = world.person(role, "Dr Test-Nobody", world.network.clone());
    let home = doctor::home(&nobody).unwrap();
    assert!(!home.enrolled && home.shares.is_empty());
    assert_eq!(doctor::sync(&nobody).unwrap_err().code, ErrorCode::NotEnrolled);
}
