//! Pseudonyms a doctor can say aloud and tell apart: two words and two digits, drawn at random, from
//! lists without anything that hints at a person, a place or an illness.

const QUALITIES: [&str; 32] = [
    "Amber", "Autumn", "Bright", "Calm", "Clear", "Copper", "Coral", "Early", "Evening", "Fern",
    "Gentle", "Golden", "Green", "Indigo", "Ivory", "Jade", "Linen", "Lunar", "Maple", "Misty",
    "Morning", "North", "Olive", "Pearl", "Quiet", "River", "Sable", "Silver", "Snow", "Spring",
    "Velvet", "Winter",
];

const BIRDS: [&str; 32] = [
    "Avocet",
    "Bittern",
    "Bunting",
    "Crane",
    "Curlew",
    "Dunlin",
    "Eider",
    "Falcon",
    "Finch",
    "Gannet",
    "Goldcrest",
    "Grebe",
    "Heron",
    "Hoopoe",
    "Ibis",
    "Jay",
    "Kestrel",
    "Lapwing",
    "Lark",
    "Linnet",
    "Martin",
    "Merlin",
    "Oriole",
    "Osprey",
    "Petrel",
    "Pipit",
    "Plover",
    "Robin",
    "Sandpiper",
    "Siskin",
    "Teal",
    "Wren",
];

/// A pseudonym from at least four random bytes.
pub(super) fn from_random(random: &[u8]) -> String {
    let byte = |at: usize| usize::from(random.get(at).copied().unwrap_or_default());
    let quality = QUALITIES[byte(0) % QUALITIES.len()];
    let bird = BIRDS[byte(1) % BIRDS.len()];
    let number = (byte(2) * 256 + byte(3)) % 90 + 10;
    format!("{quality} {bird} {number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_has_two_words_and_two_digits() {
        assert_eq!(from_random(&[0, 0, 0, 0]), "Amber Avocet 10");
        assert_eq!(from_random(&[255, 255, 255, 255]).split(' ').count(), 3);
    }
}
