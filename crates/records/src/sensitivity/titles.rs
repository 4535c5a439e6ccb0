//! Words in the titles of documents and sections. Senders give sections titles of their own, often
//! without a code; a title is short, so a few words tell.

use super::Sensitivity::{self, Genetics, MentalHealth, SexualHealth, SubstanceUse, Violence};

/// Beginnings of words in lower case, in English, Spanish and neighbours; a space at the end: the whole word.
const WORDS: [(&str, Sensitivity); 62] = [
    ("mental ", MentalHealth),
    ("mentale ", MentalHealth),
    ("psych", MentalHealth),
    ("psiq", MentalHealth),
    ("psico", MentalHealth),
    ("behavioral", MentalHealth),
    ("behavioural", MentalHealth),
    ("counseling", MentalHealth),
    ("counselling", MentalHealth),
    ("depression", MentalHealth),
    ("depresi", MentalHealth),
    ("suicid", MentalHealth),
    ("self harm", MentalHealth),
    ("autoles", MentalHealth),
    ("substance use", SubstanceUse),
    ("substance abuse", SubstanceUse),
    ("substance misuse", SubstanceUse),
    ("sustancias", SubstanceUse),
    ("alcohol", SubstanceUse),
    ("drug use", SubstanceUse),
    ("drug abuse", SubstanceUse),
    ("drug misuse", SubstanceUse),
    ("illicit drug", SubstanceUse),
    ("recreational drug", SubstanceUse),
    ("drogas", SubstanceUse),
    ("drogodep", SubstanceUse),
    ("toxicoman", SubstanceUse),
    ("addict", SubstanceUse),
    ("adicci", SubstanceUse),
    ("opioid use", SubstanceUse),
    ("sexual", SexualHealth),
    ("hiv ", SexualHealth),
    ("vih ", SexualHealth),
    ("aids ", SexualHealth),
    ("sida ", SexualHealth),
    ("std ", SexualHealth),
    ("stds ", SexualHealth),
    ("sti ", SexualHealth),
    ("stis ", SexualHealth),
    ("contracep", SexualHealth),
    ("anticoncep", SexualHealth),
    ("family planning", SexualHealth),
    ("planificación familiar", SexualHealth),
    ("abortion", SexualHealth),
    ("aborto", SexualHealth),
    ("gender identity", SexualHealth),
    ("identidad de género", SexualHealth),
    ("genetic", Genetics),
    ("genétic", Genetics),
    ("genomic", Genetics),
    ("genómic", Genetics),
    ("violen", Violence),
    ("assault", Violence),
    ("abuse and neglect", Violence),
    ("physical abuse", Violence),
    ("sexual abuse", Violence),
    ("domestic abuse", Violence),
    ("child abuse", Violence),
    ("elder abuse", Violence),
    ("history of abuse", Violence),
    ("maltrato", Violence),
    ("abuso sexual", Violence),
];

/// Words of a language that is written without spaces.
const CHINESE: [(&str, Sensitivity); 15] = [
    ("精神", MentalHealth),   // mind, psychiatry
    ("心理", MentalHealth),   // psychology
    ("抑郁", MentalHealth),   // depression
    ("自杀", MentalHealth),   // suicide
    ("饮酒", SubstanceUse),   // drinking
    ("酒精", SubstanceUse),   // alcohol
    ("吸毒", SubstanceUse),   // drugs
    ("成瘾", SubstanceUse),   // addiction
    ("性病", SexualHealth),   // sexually transmitted
    ("性健康", SexualHealth), // sexual health
    ("艾滋", SexualHealth),   // AIDS
    ("避孕", SexualHealth),   // contraception
    ("遗传", Genetics),       // heredity
    ("暴力", Violence),       // violence
    ("虐待", Violence),       // abuse
];

/// Longest title that is looked at.
const MAX: usize = 1000;

/// The kinds a title names, each once, in the order of [`Sensitivity::ALL`].
pub(super) fn kinds(title: &str) -> Vec<Sensitivity> {
    let mut plain = String::from(" ");
    for word in title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if plain.len() > MAX {
            break;
        }
        plain.extend(word.chars().flat_map(char::to_lowercase));
        plain.push(' ');
    }
    let words = WORDS.iter().filter(|(begin, _)| plain.contains(&format!(" {begin}")));
    let chinese = CHINESE.iter().filter(|(word, _)| plain.contains(word));
    let mut kinds: Vec<Sensitivity> = words.chain(chinese).map(|(_, kind)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
