//! Medicines that tell what they are taken for: ATC groups (WHO), and for code systems without groups
//! (RxNorm, NDC, plain words) the international names of what is in them.

use super::Sensitivity::{self, MentalHealth, SexualHealth, SubstanceUse};

/// Beginnings of ATC codes.
const ATC: [(&str, Sensitivity); 15] = [
    ("N05A", MentalHealth),    // antipsychotics, lithium
    ("N06A", MentalHealth),    // antidepressants
    ("N06BA", MentalHealth),   // stimulants for attention deficit
    ("N06C", MentalHealth),    // antidepressants with others
    ("N07BB", SubstanceUse),   // in alcohol dependence
    ("N07BC", SubstanceUse),   // in opioid dependence
    ("J05AE", SexualHealth),   // protease inhibitors
    ("J05AF", SexualHealth),   // nucleoside inhibitors of HIV
    ("J05AG", SexualHealth),   // other inhibitors of HIV
    ("J05AJ", SexualHealth),   // integrase inhibitors
    ("J05AR", SexualHealth),   // combinations against HIV
    ("J05AX07", SexualHealth), // enfuvirtide
    ("J05AX09", SexualHealth), // maraviroc
    ("G03A", SexualHealth),    // contraceptives
    ("G04BE", SexualHealth),   // in erectile dysfunction
];

/// International non-proprietary names, lower case, sorted. Medicines that mostly serve something
/// else (amitriptyline for pain, valproate for epilepsy) are left out.
const NAMES: [(&str, Sensitivity); 69] = [
    ("abacavir", SexualHealth),
    ("acamprosate", SubstanceUse),
    ("agomelatine", MentalHealth),
    ("alprazolam", MentalHealth),
    ("amfetamine", MentalHealth),
    ("amisulpride", MentalHealth),
    ("amphetamine", MentalHealth),
    ("aripiprazole", MentalHealth),
    ("atazanavir", SexualHealth),
    ("atomoxetine", MentalHealth),
    ("bictegravir", SexualHealth),
    ("brexpiprazole", MentalHealth),
    ("buprenorphine", SubstanceUse),
    ("buspirone", MentalHealth),
    ("cabotegravir", SexualHealth),
    ("cariprazine", MentalHealth),
    ("citalopram", MentalHealth),
    ("clozapine", MentalHealth),
    ("cobicistat", SexualHealth),
    ("darunavir", SexualHealth),
    ("desogestrel", SexualHealth),
    ("desvenlafaxine", MentalHealth),
    ("dextroamphetamine", MentalHealth),
    ("disulfiram", SubstanceUse),
    ("dolutegravir", SexualHealth),
    ("doravirine", SexualHealth),
    ("drospirenone", SexualHealth),
    ("efavirenz", SexualHealth),
    ("emtricitabine", SexualHealth),
    ("escitalopram", MentalHealth),
    ("ethinylestradiol", SexualHealth),
    ("etonogestrel", SexualHealth),
    ("fluoxetine", MentalHealth),
    ("fluvoxamine", MentalHealth),
    ("haloperidol", MentalHealth),
    ("lamivudine", SexualHealth),
    ("levonorgestrel", SexualHealth),
    ("lisdexamfetamine", MentalHealth),
    ("lithium", MentalHealth),
    ("lofexidine", SubstanceUse),
    ("lurasidone", MentalHealth),
    ("maraviroc", SexualHealth),
    ("methadone", SubstanceUse),
    ("methylphenidate", MentalHealth),
    ("mifepristone", SexualHealth),
    ("mirtazapine", MentalHealth),
    ("nalmefene", SubstanceUse),
    ("naltrexone", SubstanceUse),
    ("nevirapine", SexualHealth),
    ("norelgestromin", SexualHealth),
    ("norgestimate", SexualHealth),
    ("olanzapine", MentalHealth),
    ("paliperidone", MentalHealth),
    ("paroxetine", MentalHealth),
    ("quetiapine", MentalHealth),
    ("raltegravir", SexualHealth),
    ("rilpivirine", SexualHealth),
    ("risperidone", MentalHealth),
    ("sertraline", MentalHealth),
    ("sildenafil", SexualHealth),
    ("tenofovir", SexualHealth),
    ("tranylcypromine", MentalHealth),
    ("ulipristal", SexualHealth),
    ("vardenafil", SexualHealth),
    ("venlafaxine", MentalHealth),
    ("vilazodone", MentalHealth),
    ("vortioxetine", MentalHealth),
    ("zidovudine", SexualHealth),
    ("ziprasidone", MentalHealth),
];

/// The kind of an ATC code.
pub(super) fn atc(code: &str) -> Option<Sensitivity> {
    ATC.iter().find(|(begin, _)| code.starts_with(begin)).map(|(_, kind)| *kind)
}

/// Names of medicines in some words.
pub(super) fn named(words: &str) -> Vec<(Sensitivity, &'static str)> {
    let mut found = Vec::new();
    for word in words.split(|c: char| !c.is_alphanumeric()).take(64) {
        if word.len() < 5 || word.len() > 32 {
            continue;
        }
        let word = word.to_ascii_lowercase();
        if let Ok(at) = NAMES.binary_search_by(|(name, _)| (*name).cmp(word.as_str()))
            && let Some((name, kind)) = NAMES.get(at)
        {
            found.push((*kind, *name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_or_they_would_not_be_found() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, kind) in NAMES {
            assert_eq!(named(&name.to_uppercase()), [(kind, name)]);
        }
    }
}
