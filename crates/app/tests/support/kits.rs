//! A kit, a backup in a file, and the way back from both.

use std::path::Path;

use keyward_app::error::AppError;
use keyward_app::ports::progress::{Cancel, Unwatched};
use keyward_app::recovery::file::{FileSource, FileTarget};
use keyward_app::recovery::write::Written;
use keyward_app::recovery::{kit, restore, write};
use keyward_app::session::Session;
use keyward_app::views::recovery::KitWord;
use keyward_protocol::kit::{KitKeys, KitText};

/// The places that are asked of the kit that waits.
pub fn asked(session: &Session) -> Vec<u32> {
    kit::status(session).unwrap().unwrap().asked
}

/// Makes a kit and confirms it; gives its text.
pub fn kit_of(session: &Session) -> String {
    kit::make(session).unwrap();
    let view = kit::show(session).unwrap();
    let typed: Vec<KitWord> = asked(session)
        .iter()
        .map(|place| KitWord { place: *place, word: view.words[*place as usize - 1].clone() })
        .collect();
    assert!(kit::confirm(session, &typed).unwrap().confirmed);
    view.text
}

pub fn back_up(session: &Session, path: &Path) -> Written {
    write::write(session, &mut FileTarget::new(path), &Unwatched, &Cancel::new()).unwrap()
}

/// Restores the newest version that the file has.
pub fn restore_into(session: &Session, text: &str, path: &Path) -> Result<u64, AppError> {
    let secret = KitText::parse(text)?.secret;
    let mut source = FileSource::open(path)?;
    let versions = source.versions(&KitKeys::of(&secret).unwrap())?;
    let newest = versions.last().unwrap();
    restore::restore(session, &secret, newest, &mut source, &Unwatched, &Cancel::new())?;
    Ok(newest.manifest().sequence)
}
