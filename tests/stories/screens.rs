//! Every screen of the interface in every state, in the real engine, with invented data.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use keyward_stories::pages::gallery;
use keyward_stories::screens::gallery::{Comparison, compare};
use keyward_stories::screens::jumps::watch;
use keyward_stories::screens::{DISPLAY, Wanted, look_at};
use keyward_stories::{Computer, Failure};

/// Every script of a built interface, as one text.
fn scripts(folder: &Path) -> String {
    let assets =
        std::fs::read_dir(folder.join("assets")).unwrap().map(|entry| entry.unwrap().path());
    let scripts = assets.filter(|path| path.extension().is_some_and(|extension| extension == "js"));
    scripts.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn holds(wanted: &Wanted) -> Result<(), Failure> {
    let computer = Computer::with_display(DISPLAY)?;
    let seen = look_at(&computer, &gallery(), wanted)?;
    println!("{} screens", seen.screens);
    assert!(seen.findings.is_empty(), "{}", seen.findings.join("\n"));
    Ok(())
}

fn sized(size: &str) -> Wanted {
    Wanted { size: Some(size.into()), ..Wanted::default() }
}

#[test]
fn every_screen_is_accessible_and_nothing_is_cut_off() -> Result<(), Failure> {
    holds(&sized("100"))
}

#[test]
fn large_text_narrow_and_wide_windows_cut_nothing_off() -> Result<(), Failure> {
    holds(&sized("200,narrow,wide"))
}

#[test]
fn other_languages_cut_nothing_off_and_no_word_is_in_no_catalogue() -> Result<(), Failure> {
    holds(&sized("longer,rtl"))
}

#[test]
fn with_forced_colours_nothing_is_told_by_colour_alone_and_with_less_motion_nothing_moves()
-> Result<(), Failure> {
    holds(&sized("forced"))
}

#[test]
fn nothing_jumps_while_a_page_loads() -> Result<(), Failure> {
    let computer = Computer::with_display(DISPLAY)?;
    let seen = watch(&computer, &gallery(), &Wanted::default())?;
    println!("{} screens", seen.screens);
    assert!(seen.findings.is_empty(), "{}", seen.findings.join("\n"));
    Ok(())
}

#[test]
fn every_component_looks_as_it_did() -> Result<(), Failure> {
    let computer = Computer::start()?;
    let seen = compare(&computer, &gallery(), &Comparison::default())?;
    assert!(seen.findings.is_empty(), "{}", seen.findings.join("\n"));
    Ok(())
}

/// A folder of one bad page.
fn planted(page: &str, style: &str) -> Result<tempfile::TempDir, Failure> {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
    write("index.html", page)?;
    write("bad.css", style)?;
    let visit =
        r#"{"visits":[{"route":"planted","window":"welcome","state":"full","address":"/"}]}"#;
    write("visits.json", visit)?;
    Ok(folder)
}

fn found(folder: &Path, size: &str) -> Result<Vec<String>, Failure> {
    Ok(look_at(&Computer::with_display(DISPLAY)?, folder, &sized(size))?.findings)
}

#[test]
fn words_of_no_catalogue_states_of_colour_alone_and_motion_are_found() -> Result<(), Failure> {
    let folder = planted(
        "<!doctype html><html lang=en><title>⟦Þļáñţéð··⟧</title><link rel=stylesheet href=/bad.css>\
         <main><h1>⟦Þļáñţéð··⟧</h1><p>⟦Ŷóú ĥáṽé 3 of⟧</p><p>Nobody can translate this</p>\
         <button aria-label='Nor this'>×</button><p>3 August 2018</p>\
         <nav><a href='#a' aria-current=page>⟦Ĥéřé⟧</a> <a href='#b'>⟦Ţĥéřé⟧</a></nav>\
         <nav class=good><a href='#a' aria-current=page>⟦Ĥéřé⟧</a> <a href='#b'>⟦Ţĥéřé⟧</a></nav></main>",
        "[aria-current] { background: #bdf } .good [aria-current] { outline: 2px solid } .good { transition: opacity 300ms }",
    )?;
    let marked = found(folder.path(), "longer")?;
    let marked: Vec<_> = marked.iter().filter(|found| found.contains("in no catalogue")).collect();
    assert_eq!(marked.len(), 2, "{marked:?}");
    assert!(marked[0].contains("nobody can translate this"), "{marked:?}");
    assert!(marked[1].contains("nor this"), "{marked:?}");
    let forced = found(folder.path(), "forced")?;
    let [slow, coloured] = &forced[..] else { panic!("{forced:?}") };
    assert!(slow.contains("changes in 0.3s: nav.good"), "{forced:?}");
    assert!(coloured.contains("chosen by colour alone"), "{forced:?}");
    Ok(())
}

/// A walk that does nothing must not pass for one that was looked at.
#[test]
fn a_step_that_changes_nothing_and_one_that_finds_nothing_are_found() -> Result<(), Failure> {
    let folder = planted(
        "<!doctype html><html lang=en><title>Planted</title><main><h1>Planted</h1><button>Idle</button></main>",
        "",
    )?;
    let walks = r##"{"visits":[],"walks":[{"route":"planted","window":"welcome","address":"/","steps":
        [{"look":"first"},{"css":"button"},{"look":"second"},{"css":"#nowhere"},{"look":"never"}]}]}"##;
    std::fs::write(folder.path().join("visits.json"), walks)?;
    let findings = found(folder.path(), "narrow")?;
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].contains("planted~second.narrow: as it was before"), "{findings:?}");
    assert!(findings[1].contains("nothing to"), "{findings:?}");
    Ok(())
}

/// A backend that holds two answers: one fills a place that was kept for it, the other stands above what was there.
const HOLDS: &str = "const held = ['kept', 'pushes']; \
    const put = { kept: () => document.querySelector('.kept').append('There it is'), \
      pushes: () => document.querySelector('h1').after(document.createElement('aside')) }; \
    window.invented = { anew: () => {}, held: () => held, letters: () => true, \
      letGo: (which) => { const next = which === 'first' ? held.shift() : held.pop(); put[next](); return next; } };";

#[test]
fn what_pushes_a_page_down_is_measured_and_what_fills_its_place_is_not() -> Result<(), Failure> {
    let folder = planted(
        "<!doctype html><html lang=en><title>Planted</title><link rel=stylesheet href=/bad.css>\
         <script src=/holds.js></script>\
         <main><h1>Planted</h1><p class=kept></p><p class=read>Words being read</p></main>",
        "body { margin: 0 } h1 { margin: 0; block-size: 100px } .kept { block-size: 50px } \
         p { margin: 0 } .read { block-size: 560px } aside { block-size: 76px }",
    )?;
    std::fs::write(folder.path().join("holds.js"), HOLDS)?;
    let seen = watch(&Computer::with_display(DISPLAY)?, folder.path(), &sized("narrow"))?;
    assert_eq!(seen.findings.len(), 2, "once in each order: {:?}", seen.findings);
    for found in seen.findings {
        // In a frame of 320 × 760: 660 / 760 of it is covered by what has moved, by 76 / 760.
        assert!(found.contains("it moves by 0.08"), "{found}");
        assert!(found.contains("when pushes came"), "{found}");
        assert!(!found.contains("when kept came"), "{found}");
    }
    Ok(())
}

/// What the run must notice, and a change that is over before it looks.
#[test]
fn a_bad_screen_is_found_and_a_transition_is_awaited() -> Result<(), Failure> {
    let folder = planted(
        "<!doctype html><html lang=en><title>Planted</title><link rel=stylesheet href=/bad.css>\
         <main><h1>Planted</h1><p class=pale>Pale words</p><p class=fades>Words that come slowly</p>\
         <p class=cut>These words do not fit into their place at all</p>\
         <div class=wide>A line wider than the window</div><h4>Planted</h4>\
         <iframe sandbox title=Planted srcdoc='<!doctype html><html lang=en><link rel=stylesheet href=/bad.css>\
         <p class=pale>Pale words</p>'></iframe></main>",
        "body { background: #fff; color: #000 } .pale { color: #bbb } \
         .cut { width: 4em; white-space: nowrap; overflow: hidden } .wide { width: 3000px } \
         .fades { animation: come 2s } @keyframes come { from { color: #eee } }",
    )?;
    let findings = found(folder.path(), "100")?;
    let said = |what: &str| findings.iter().filter(|finding| finding.contains(what)).count();
    assert_eq!((said("color-contrast"), said(".pale"), said(".fades")), (4, 2, 0), "{findings:?}");
    assert_eq!(said("cut off at the side"), 1, "{findings:?}");
    assert_eq!(said("wider than the window"), 1, "{findings:?}");
    // Of little weight, and in a frame that lets nobody in.
    assert_eq!(said("heading-order"), 1, "{findings:?}");
    assert_eq!(
        (said("in its frame"), said("color-contrast") - said("in its frame")),
        (2, 2),
        "{findings:?}"
    );
    Ok(())
}

#[test]
fn what_is_shipped_holds_no_invented_data() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/dist");
    let (shipped, invented) = (scripts(&shipped), scripts(&gallery()));
    // Names that only the invented backend knows.
    for name in ["Muster-Sample", "Example Clinic on the Hill", "specimen"] {
        assert!(invented.contains(name), "{name} is not what to look for");
        assert!(!shipped.contains(name), "{name} is in what is shipped");
    }
}
