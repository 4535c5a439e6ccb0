//! The words that records of Apple Health have from here, so that a page can say them in other languages. Types and
//! values that are not listed are imported too, and called as Apple calls them.

use super::SOURCE;
use super::kinds::{self, Kind};
use super::make::{
    self, AVERAGE, COUNT, DISTANCE, DURATION, ENERGY, LOINC, MAXIMUM, MINIMUM, STATISTICS,
};
use crate::own_words::OwnTitle;

/// `HKQuantityTypeIdentifierDietary…`
const FOODS: [&str; 39] = [
    "Biotin",
    "Caffeine",
    "Calcium",
    "Carbohydrates",
    "Chloride",
    "Cholesterol",
    "Chromium",
    "Copper",
    "EnergyConsumed",
    "FatMonounsaturated",
    "FatPolyunsaturated",
    "FatSaturated",
    "FatTotal",
    "Fiber",
    "Folate",
    "Iodine",
    "Iron",
    "Magnesium",
    "Manganese",
    "Molybdenum",
    "Niacin",
    "PantothenicAcid",
    "Phosphorus",
    "Potassium",
    "Protein",
    "Riboflavin",
    "Selenium",
    "Sodium",
    "Sugar",
    "Thiamin",
    "VitaminA",
    "VitaminB12",
    "VitaminB6",
    "VitaminC",
    "VitaminD",
    "VitaminE",
    "VitaminK",
    "Water",
    "Zinc",
];

/// `HKCategoryTypeIdentifier…`: symptoms, events, the cycle.
const EVENTS: [&str; 63] = [
    "AbdominalCramps",
    "Acne",
    "AppetiteChanges",
    "AppleWalkingSteadinessEvent",
    "BladderIncontinence",
    "BleedingAfterPregnancy",
    "BleedingDuringPregnancy",
    "Bloating",
    "BreastPain",
    "CervicalMucusQuality",
    "ChestTightnessOrPain",
    "Chills",
    "Constipation",
    "Contraceptive",
    "Coughing",
    "Diarrhea",
    "Dizziness",
    "DrySkin",
    "EnvironmentalAudioExposureEvent",
    "Fainting",
    "Fatigue",
    "Fever",
    "GeneralizedBodyAche",
    "HairLoss",
    "Headache",
    "HeadphoneAudioExposureEvent",
    "Heartburn",
    "HighHeartRateEvent",
    "HotFlashes",
    "InfrequentMenstrualCycles",
    "IntermenstrualBleeding",
    "IrregularHeartRhythmEvent",
    "IrregularMenstrualCycles",
    "Lactation",
    "LossOfSmell",
    "LossOfTaste",
    "LowCardioFitnessEvent",
    "LowHeartRateEvent",
    "LowerBackPain",
    "MemoryLapse",
    "MenstrualFlow",
    "MoodChanges",
    "Nausea",
    "NightSweats",
    "OvulationTestResult",
    "PelvicPain",
    "PersistentIntermenstrualBleeding",
    "Pregnancy",
    "PregnancyTestResult",
    "ProgesteroneTestResult",
    "ProlongedMenstrualPeriods",
    "RapidPoundingOrFlutteringHeartbeat",
    "RunnyNose",
    "SexualActivity",
    "ShortnessOfBreath",
    "SinusCongestion",
    "SkippedHeartbeat",
    "SleepApneaEvent",
    "SleepChanges",
    "SoreThroat",
    "VaginalDryness",
    "Vomiting",
    "Wheezing",
];

/// `HKCategoryValue…`
const VALUES: [&str; 52] = [
    "AppetiteChangesDecreased",
    "AppetiteChangesIncreased",
    "AppetiteChangesNoChange",
    "AppetiteChangesUnspecified",
    "AppleStandHourIdle",
    "AppleStandHourStood",
    "AppleWalkingSteadinessEventInitialLow",
    "AppleWalkingSteadinessEventInitialVeryLow",
    "AppleWalkingSteadinessEventRepeatLow",
    "AppleWalkingSteadinessEventRepeatVeryLow",
    "CervicalMucusQualityCreamy",
    "CervicalMucusQualityDry",
    "CervicalMucusQualityEggWhite",
    "CervicalMucusQualitySticky",
    "CervicalMucusQualityWatery",
    "ContraceptiveImplant",
    "ContraceptiveInjection",
    "ContraceptiveIntrauterineDevice",
    "ContraceptiveIntravaginalRing",
    "ContraceptiveOral",
    "ContraceptivePatch",
    "ContraceptiveUnspecified",
    "EnvironmentalAudioExposureEventMomentaryLimit",
    "HeadphoneAudioExposureEventSevenDayLimit",
    "LowCardioFitnessEventLowFitness",
    "MenstrualFlowHeavy",
    "MenstrualFlowLight",
    "MenstrualFlowMedium",
    "MenstrualFlowNone",
    "MenstrualFlowUnspecified",
    "NotApplicable",
    "OvulationTestResultEstrogenSurge",
    "OvulationTestResultIndeterminate",
    "OvulationTestResultLuteinizingHormoneSurge",
    "OvulationTestResultNegative",
    "PregnancyTestResultIndeterminate",
    "PregnancyTestResultNegative",
    "PregnancyTestResultPositive",
    "PresenceNotPresent",
    "PresencePresent",
    "SeverityMild",
    "SeverityModerate",
    "SeverityNotPresent",
    "SeveritySevere",
    "SeverityUnspecified",
    "SleepAnalysisAsleep",
    "SleepAnalysisAsleepCore",
    "SleepAnalysisAsleepDeep",
    "SleepAnalysisAsleepREM",
    "SleepAnalysisAsleepUnspecified",
    "SleepAnalysisAwake",
    "SleepAnalysisInBed",
];

/// `HKWorkoutActivityType…`
const ACTIVITIES: [&str; 40] = [
    "AmericanFootball",
    "Badminton",
    "Baseball",
    "Basketball",
    "Boxing",
    "Climbing",
    "CoreTraining",
    "CrossTraining",
    "Cycling",
    "Dance",
    "Elliptical",
    "EquestrianSports",
    "Fishing",
    "Flexibility",
    "FunctionalStrengthTraining",
    "Golf",
    "Gymnastics",
    "HighIntensityIntervalTraining",
    "Hiking",
    "MartialArts",
    "MindAndBody",
    "MixedCardio",
    "Other",
    "Pilates",
    "Rowing",
    "Running",
    "SkatingSports",
    "Soccer",
    "Stairs",
    "StairClimbing",
    "Swimming",
    "TableTennis",
    "Tennis",
    "TraditionalStrengthTraining",
    "Volleyball",
    "Walking",
    "WaterFitness",
    "WheelchairWalkPace",
    "WheelchairRunPace",
    "Yoga",
];

/// The titles that records made here have, and their parts with a code.
pub(crate) fn titles() -> Vec<OwnTitle> {
    let foods = FOODS.iter().map(|food| format!("HKQuantityTypeIdentifierDietary{food}"));
    let events = EVENTS.iter().map(|event| format!("HKCategoryTypeIdentifier{event}"));
    let listed = foods.chain(events).filter_map(|identifier| Kind::of(&identifier));
    let made = [make::pressure_kind(), make::workout_kind()];
    let mut titles: Vec<OwnTitle> = [MINIMUM, MAXIMUM, AVERAGE, COUNT]
        .iter()
        .map(|number| OwnTitle::new(STATISTICS, number, number))
        .collect();
    for kind in kinds::named().chain(listed).chain(made) {
        if let kinds::Handling::Day(_) = kind.handling {
            let (code, name) = make::of_day(&kind);
            titles.push(OwnTitle::new(SOURCE, &code, &name));
        } else {
            titles.push(OwnTitle::new(SOURCE, &kind.identifier, &kind.name));
            titles.extend(kind.loinc.map(|code| OwnTitle::new(LOINC, code, &kind.name)));
        }
    }
    titles
}

/// Values, and parts without a code.
pub(crate) fn values() -> Vec<String> {
    let parts = [DURATION, DISTANCE, ENERGY].iter().map(|part| (*part).to_owned());
    let values = VALUES.iter().map(|value| make::value_words(&format!("HKCategoryValue{value}")));
    parts.chain(values).chain(ACTIVITIES.iter().map(|name| make::activity_words(name))).collect()
}
