//! A computer that was set back to an older copy of its profile, and two copies that run by turns: the
//! exchange goes on, the doctor reads what the running copy has, and no place in a chain and no prepared
//! entry is used twice.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "this is test code")]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use keyward_app::patient::sharing::book::Compartment;
use keyward_app::patient::spaces::Space;
use keyward_app::patient::{home, sharing};
use keyward_app::ports::relay::{After, PostOwnRecords};
use keyward_app::ports::vault::Collection;
use keyward_app::session::Session;
use keyward_app::views::patient::ShareState;
use keyward_protocol::chain::RecordHeader;
use keyward_protocol::statement::Signed;
use keyward_records::Category;
use support::{DAY, START, World, draft, find, import, share, space, sync};

const DOCTORS: [&str; 3] = ["Dr Test One", "Dr Test Two", "Dr Test Three"];

/// A file with so many results, different from those of any other name.
fn results(world: &World, name: &str, count: usize) -> PathBuf {
    let entries: Vec<String> = (0..count)
        .map(|n| {
            format!(
                r#"{{"resource":{{"resourceType":"Observation","id":"{name}-{n}","status":"final",
                "code":{{"text":"Glucose {name}"}},"effectiveDateTime":"2024-03-{:02}",
                "valueQuantity":{{"value":5.{n},"unit":"mmol/L"}}}}}}"#,
                n % 27 + 1
            )
        })
        .collect();
    let bundle = format!(
        r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#,
        entries.join(",")
    );
    world.file(&format!("{name}.json"), bundle.as_bytes())
}

/// Records a doctor reads of a share; `None` if it is over.
fn read(doctor: &Session, share: &str) -> Option<usize> {
    keyward_app::doctor::sync(doctor).unwrap();
    let chart = keyward_app::doctor::chart(doctor, share).unwrap();
    assert!(chart.alarms.is_empty(), "{:?}", chart.alarms);
    chart.chart.map(|chart| chart.timeline.len())
}

fn state(session: &Session, share: &str) -> ShareState {
    sharing::one(session, share).unwrap().state
}

fn is_told(session: &Session) -> bool {
    let home = home::home(session).unwrap();
    assert!(home.problem.is_none(), "{:?}", home.problem);
    home.set_back.is_some()
}

/// The points of all prepared entries.
fn prepared(session: &Session) -> Vec<Vec<u8>> {
    const POINT: std::ops::Range<usize> = 65..98;
    let rows = session.read().unwrap().list(Collection::PoolEntries).unwrap();
    rows.into_iter().map(|(_, body)| body[POINT].to_vec()).collect()
}

/// Every header the relay has of a space, with its compartment's id.
fn headers(session: &Session, space: &str) -> Vec<(String, Vec<u8>)> {
    let enrolment = session.enrolment().unwrap();
    let tx = session.read().unwrap();
    let known = Space::load(&*tx, space).unwrap();
    let persona = session.with_master(|master| known.persona(master)).unwrap();
    let compartments = Compartment::of_space(&*tx, space).unwrap();
    drop(tx);
    let relay = session.network().relay(&enrolment.relay(), Arc::clone(&persona.signing)).unwrap();
    let mut all = Vec::new();
    for (_, row) in compartments {
        let mut after: Vec<After> = Vec::new();
        loop {
            let wanted = PostOwnRecords { compartment: row.id, after, limit: 100, payloads: false };
            let answer = relay.own_records(&wanted).unwrap();
            let mut last = None;
            for (header, _) in answer.records {
                let read = Signed::<RecordHeader>::from_bytes(&header).unwrap();
                let core = &read.unverified().core;
                last = Some(After { device: core.device, position: core.position });
                all.push((row.id.to_string(), header));
            }
            if !answer.more {
                break;
            }
            after = vec![last.unwrap()];
        }
    }
    all
}

#[test]
fn a_computer_set_back_goes_on_under_new_keys_and_what_was_stopped_stays_stopped() {
    let world = World::new();
    let [one, two, three] = DOCTORS.map(|name| world.doctor(name));
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &results(&world, "before", 5));
    let heart = space(&anna, "Heart", true);
    let results_of = |session: &Session, name: &str| {
        share(session, &draft(&heart, &find(session, name), &[Category::Results]))
    };
    let kept = results_of(&anna, DOCTORS[0]);
    let stopped = results_of(&anna, DOCTORS[1]);
    assert_eq!((read(&one, &kept), read(&two, &stopped)), (Some(5), Some(5)));
    let copy = world.copy_of_profiles();

    // Time goes on: more records, one share stopped, another one made.
    import(&anna, &results(&world, "lost", 4));
    sync(&anna);
    assert!(sharing::revoke(&anna, &stopped).unwrap().confirmed);
    let unknown = results_of(&anna, DOCTORS[2]);
    assert_eq!((read(&one, &kept), read(&three, &unknown)), (Some(9), Some(9)));
    assert!(!is_told(&anna));
    let used: Vec<_> = headers(&anna, &heart);
    drop(anna);

    let old = world.open_copy(&copy, "Test-Anna");
    let entries = prepared(&old);
    assert!(!entries.is_empty(), "nothing was prepared");
    import(&old, &results(&world, "after", 3));
    sync(&old);
    assert!(is_told(&old));
    assert_eq!(read(&one, &kept), Some(8), "what the computer has now");
    assert_eq!(
        (state(&old, &kept), state(&old, &stopped)),
        (ShareState::Live, ShareState::Revoked)
    );
    assert_eq!((read(&two, &stopped), read(&three, &unknown)), (None, None));
    sync(&old);
    assert_eq!(read(&one, &kept), Some(8));

    // What is new stands elsewhere, and has no point that was ever prepared before.
    let now = headers(&old, &heart);
    let new: Vec<_> = now.iter().filter(|header| !used.contains(header)).collect();
    assert_eq!(new.len(), 8);
    for (compartment, header) in new {
        assert!(used.iter().all(|(place, _)| place != compartment), "added to an old chain");
        let has = |point: &Vec<u8>| header.windows(point.len()).any(|part| part == point);
        assert!(!entries.iter().any(has), "a prepared entry was used twice");
    }
}

#[test]
fn two_copies_that_run_by_turns_are_both_read() {
    let world = World::new();
    let doctor = world.doctor(DOCTORS[0]);
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &results(&world, "before", 5));
    let heart = space(&anna, "Heart", false);
    let id = share(&anna, &draft(&heart, &find(&anna, DOCTORS[0]), &[Category::Results]));
    assert_eq!(read(&doctor, &id), Some(5));
    drop(anna);
    let copies = [(); 2].map(|()| world.copy_of_profiles());
    let clones = copies.map(|copy| world.open_copy(&copy, "Test-Anna"));
    let mut has = [5, 5];
    for turn in 0..6 {
        let (which, more) = (turn % 2, turn + 1);
        let clone = &clones[which];
        import(clone, &results(&world, &"x".repeat(more), more));
        has[which] += more;
        sync(clone);
        assert_eq!(read(&doctor, &id), Some(has[which]), "turn {turn}");
        assert_eq!(is_told(clone), turn > 0, "turn {turn}");
        assert_eq!(state(clone, &id), ShareState::Live);
    }
}

/// A copy from before anything was shared has the persona that the space was given when it was made. What
/// it does not know ends, and it shares on.
#[test]
fn a_copy_that_knows_no_share_of_a_space_ends_those_it_meets() {
    let world = World::new();
    let [one, two] = [DOCTORS[0], DOCTORS[1]].map(|name| world.doctor(name));
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &results(&world, "before", 2));
    let heart = space(&anna, "Heart", false);
    let copy = world.copy_of_profiles();
    let unknown = share(&anna, &draft(&heart, &find(&anna, DOCTORS[0]), &[Category::Results]));
    assert_eq!(read(&one, &unknown), Some(2));
    drop(anna);
    let old = world.open_copy(&copy, "Test-Anna");
    let two_of = |place: &str| draft(place, &find(&old, DOCTORS[1]), &[Category::Results]);
    let own = share(&old, &two_of(&heart));
    assert_eq!(read(&one, &unknown), None);
    assert!(home::home(&old).unwrap().set_back.is_some());
    assert_eq!(read(&two, &own), Some(2));
    let other = share(&old, &two_of(&space(&old, "Knee", false)));
    assert_eq!(read(&two, &other), Some(2));
}

/// One epoch certifies a persona once: of two copies the slower one is refused. Its certificate is asked for
/// well before it ends, so that it shares on with the one it has.
#[test]
fn a_copy_that_is_refused_its_renewal_shares_on_with_the_certificate_it_has() {
    let world = World::new();
    let doctor = world.doctor(DOCTORS[0]);
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &results(&world, "before", 2));
    let heart = space(&anna, "Heart", false);
    let mut wanted = draft(&heart, &find(&anna, DOCTORS[0]), &[Category::Results]);
    wanted.until = START + 150 * DAY;
    let id = share(&anna, &wanted);
    let copy = world.copy_of_profiles();
    // In the next epoch, when renewals are due whenever it is.
    world.clock.set(START + 115 * DAY);
    let certificate = |session: &Session| {
        let tx = session.read().unwrap();
        Space::load(&*tx, &heart).unwrap().certificate.unwrap()
    };
    let before = certificate(&anna);
    sync(&anna);
    assert_ne!(certificate(&anna), before, "renewed");
    drop(anna);
    let old = world.open_copy(&copy, "Test-Anna");
    import(&old, &results(&world, "after", 3));
    sync(&old);
    assert_eq!(certificate(&old), before, "refused");
    assert_eq!(read(&doctor, &id), Some(5));
}

/// The relay's answer about its grants is signed by nobody: were its later end taken over, a dishonest relay could
/// have the next grant signed for as long as it liked.
#[test]
fn what_lasts_longer_at_the_relay_than_agreed_here_is_stopped_and_never_agreed_to() {
    let world = World::new();
    let one = world.doctor(DOCTORS[0]);
    let anna = world.patient("Test-Anna", "Muster-Sample", "1961-03-14");
    import(&anna, &results(&world, "before", 5));
    let heart = space(&anna, "Heart", true);
    let card = find(&anna, DOCTORS[0]);
    let longer = share(&anna, &draft(&heart, &card, &[Category::Results]));
    let agreed = sharing::one(&anna, &longer).unwrap().until;
    let copy = world.copy_of_profiles();

    sharing::extend(&anna, &longer, agreed + 30 * 86_400).unwrap();
    import(&anna, &results(&world, "lost", 4));
    sync(&anna);
    assert_eq!(read(&one, &longer), Some(9));
    drop(anna);

    let old = world.open_copy(&copy, "Test-Anna");
    sync(&old);
    sync(&old);
    let share = sharing::one(&old, &longer).unwrap();
    assert_eq!((share.until, share.state), (agreed, ShareState::Revoked));
    assert_eq!(read(&one, &longer), None);
}
