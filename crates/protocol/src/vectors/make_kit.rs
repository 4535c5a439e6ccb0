//! The writing side: recovery kits.

use hex::encode;
use serde_json::json;

use crate::ids::ServiceId;
use crate::kit::{KitKeys, KitSecret, KitServices, KitText};

use super::Section;

pub(super) fn sections() -> Vec<Section> {
    vec![kits()]
}

fn kits() -> Section {
    let mut section = Section::new("kit");
    words(&mut section);
    texts(&mut section);
    keys(&mut section);
    section
}

fn words(section: &mut Section) {
    let mut case = |name: &str, words: &str, expect: &str| {
        section.case(name, "kit-words", json!({ "words": words }), expect);
    };
    // Official BIP-39 vectors of 128 bits.
    let zero = format!("{}about", "abandon ".repeat(11));
    let ok = |byte: &str| format!("ok:{}", byte.repeat(16));
    case("bip39-zero", &zero, &ok("00"));
    let legal = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    case("bip39-7f", legal, &ok("7f"));
    let letter = "letter advice cage absurd amount doctor acoustic avoid letter advice cage above";
    case("bip39-80", letter, &ok("80"));
    case("bip39-ff", &format!("{}wrong", "zoo ".repeat(11)), &ok("ff"));
    case("numbered-and-in-capitals", &format!("1. {}", zero.to_uppercase()), &ok("00"));
    case("wrong-checksum", &"abandon ".repeat(12), "kit-checksum");
    case("two-swapped", &legal.replacen("legal winner", "winner legal", 1), "kit-checksum");
    case("word-of-no-list", &zero.replacen("abandon", "abandonn", 1), "kit-unknown-word");
    case("eleven-words", &"abandon ".repeat(11), "kit-not-a-kit");
    case("thirteen-words", &format!("{zero} about"), "kit-not-a-kit");
    case("endless", &"abandon ".repeat(60), "kit-too-long");
    case("nothing", "", "kit-not-a-kit");
}

fn texts(section: &mut Section) {
    let services = KitServices {
        service_id: ServiceId::from_bytes([1; 16]),
        authority_fingerprint: [2; 32],
        relay_url: "https://relay.example".into(),
        authority_url: "https://clinic.example".into(),
        clinic_name: "Sample clinic".into(),
    };
    let kit = |services| KitText { secret: KitSecret::from_bytes([3; 16]), services };
    let full = kit(Some(services)).to_text().unwrap();
    let bare = kit(None).to_text().unwrap();
    let mut case = |name: &str, text: &str, expect: &str| {
        section.case(name, "kit-text", json!({ "text": text }), expect);
    };
    case("with-services", &full, &format!("ok:{}", encode("Sample clinic")));
    case("without-services", &bare, "ok");
    case(
        "broken-over-lines",
        &format!("{}\n {}", &full[..30], &full[30..]),
        &format!("ok:{}", encode("Sample clinic")),
    );
    case("cut", &full[..full.len() - 4], "decode-not-canonical");
    let middle = full.len() / 2;
    let other = if full.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &full[..middle], &full[middle + 1..]);
    case("one-letter-changed", &changed, "decode-not-canonical");
    case("of-version-2", &full.replacen("KIT1", "KIT2", 1), "kit-newer");
    case("an-invitation", &full.replacen("KEYWARD-KIT1", "KEYWARD1", 1), "kit-not-a-kit");
    case("endless", &format!("{}{}", *full, "A".repeat(1200)), "kit-too-long");
}

fn keys(section: &mut Section) {
    let public = KitKeys::of(&KitSecret::from_bytes([3; 16])).unwrap().public().unwrap().to_bytes();
    section.answer("derived", "kit-public", json!({ "kit": encode([3; 16]) }));
    let input = json!({ "public": encode(&*public), "blind": encode([4; 32]) });
    section.answer("recovery-key", "kit-recovery-key", input);
    let mut refused = |name: &str, bytes: &[u8], expect: &str| {
        let input = json!({ "public": encode(bytes), "blind": encode([4; 32]) });
        section.case(name, "kit-recovery-key", input, expect);
    };
    refused("public-cut", &public[..public.len() - 1], "decode-truncated");
    refused("public-and-more", &[&public[..], &[0]].concat(), "decode-trailing-bytes");
    let mut point = public.to_vec();
    point[1] = 4;
    refused("recovery-point-not-compressed", &point, "decode-not-a-point");
    let mut zero = public.to_vec();
    zero[67..99].fill(0);
    refused("signing-key-zero", &zero, "decode-not-a-scalar");
}
