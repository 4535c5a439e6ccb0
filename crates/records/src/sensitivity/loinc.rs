//! LOINC: questionnaires, tests and notes that tell by being done at all.

use super::Sensitivity::{self, Genetics, MentalHealth, SexualHealth, SubstanceUse, Violence};

/// Panels stand beside their parts: a report and its single results are separate resources.
pub(super) const CODES: [(&str, Sensitivity); 89] = [
    // PHQ-9 and PHQ-2, their questions and scores.
    ("44249-1", MentalHealth),
    ("44250-9", MentalHealth),
    ("44251-7", MentalHealth),
    ("44252-5", MentalHealth),
    ("44253-3", MentalHealth),
    ("44254-1", MentalHealth),
    ("44255-8", MentalHealth),
    ("44258-2", MentalHealth),
    ("44259-0", MentalHealth),
    ("44260-8", MentalHealth),
    ("44261-6", MentalHealth),
    ("55757-9", MentalHealth),
    ("55758-7", MentalHealth),
    // GAD-7.
    ("69737-5", MentalHealth),
    ("70274-6", MentalHealth),
    ("69725-0", MentalHealth),
    ("68509-9", MentalHealth),
    ("69733-4", MentalHealth),
    ("69734-2", MentalHealth),
    ("69735-9", MentalHealth),
    ("69689-8", MentalHealth),
    ("69736-7", MentalHealth),
    // Edinburgh depression scale, Columbia suicide severity, depression screen.
    ("71354-5", MentalHealth),
    ("73831-0", MentalHealth),
    ("73832-8", MentalHealth),
    // Psychiatry and psychology notes.
    ("28627-8", MentalHealth),
    ("28635-1", MentalHealth),
    ("34788-0", MentalHealth),
    ("34791-4", MentalHealth),
    // Sections: mental status, history of alcohol, of other drugs.
    ("10190-7", MentalHealth),
    ("11331-6", SubstanceUse),
    ("11343-1", SubstanceUse),
    // AUDIT, AUDIT-C, DAST-10, alcohol and drugs in blood and urine.
    ("72109-2", SubstanceUse),
    ("75624-7", SubstanceUse),
    ("75626-2", SubstanceUse),
    ("82667-7", SubstanceUse),
    ("5640-8", SubstanceUse),
    ("5643-2", SubstanceUse),
    ("5645-7", SubstanceUse),
    ("3349-8", SubstanceUse),
    ("3390-2", SubstanceUse),
    ("3397-7", SubstanceUse),
    ("3426-4", SubstanceUse),
    ("3773-9", SubstanceUse),
    ("3879-4", SubstanceUse),
    ("19295-5", SubstanceUse),
    ("19659-2", SubstanceUse),
    ("19415-9", SubstanceUse),
    ("74013-4", SubstanceUse),
    // HIV.
    ("5221-7", SexualHealth),
    ("7918-6", SexualHealth),
    ("20447-9", SexualHealth),
    ("25836-8", SexualHealth),
    ("29893-5", SexualHealth),
    ("30361-0", SexualHealth),
    ("31201-7", SexualHealth),
    ("48345-3", SexualHealth),
    ("56888-1", SexualHealth),
    ("62469-2", SexualHealth),
    ("68961-2", SexualHealth),
    ("70241-5", SexualHealth),
    ("75622-1", SexualHealth),
    // Syphilis, chlamydia, gonorrhoea, papilloma virus.
    ("20507-0", SexualHealth),
    ("20508-8", SexualHealth),
    ("22461-8", SexualHealth),
    ("31147-2", SexualHealth),
    ("21613-5", SexualHealth),
    ("43304-5", SexualHealth),
    ("24111-7", SexualHealth),
    ("43305-2", SexualHealth),
    ("36903-3", SexualHealth),
    ("21440-3", SexualHealth),
    ("59420-0", SexualHealth),
    ("77379-6", SexualHealth),
    ("82675-0", SexualHealth),
    // Sexual orientation and gender identity.
    ("76690-7", SexualHealth),
    ("76691-5", SexualHealth),
    // Genetic reports, what stands in them.
    ("48004-6", Genetics),
    ("48005-3", Genetics),
    ("48018-6", Genetics),
    ("51969-4", Genetics),
    ("53034-5", Genetics),
    ("55233-1", Genetics),
    ("69548-6", Genetics),
    ("81247-9", Genetics),
    ("81252-9", Genetics),
    ("21636-6", Genetics),
    // HARK: humiliation, fear, rape, kick.
    ("76499-3", Violence),
    ("76504-0", Violence),
];

/// The kind of a LOINC code.
pub(super) fn kind(code: &str) -> Option<Sensitivity> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
}
