//! The types of Apple Health that are understood, with their LOINC code.

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// What it is called.
    pub(super) name: String,
    /// Apple's identifier.
    pub(super) identifier: String,
    /// LOINC code of a single measurement.
    pub(super) loinc: Option<&'static str>,
    /// FHIR observation category.
    pub(super) category: &'static str,
    /// How its records become Observations.
    pub(super) handling: Handling,
    /// Label for what is kept apart (HL7 v3 ActCode).
    pub(super) label: Option<&'static str>,
    /// Whether its value is a name rather than a number.
    pub(super) coded: bool,
}

/// How records of a type become Observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handling {
    /// One each.
    Single,
    /// A part of a blood pressure, by its LOINC code.
    Pressure(&'static str),
    /// One per day and source.
    Day(DayValue),
}

/// What of a day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayValue {
    /// Smallest, largest, mean.
    Spread,
    /// The sum.
    Sum,
    /// Minutes, by what the record says.
    Minutes,
}

use DayValue::{Minutes, Spread, Sum};
use Handling::{Day, Pressure, Single};

const VITAL: &str = "vital-signs";
const ACTIVITY: &str = "activity";
const SURVEY: &str = "survey";
const LABORATORY: &str = "laboratory";

type Row = (&'static str, &'static str, Option<&'static str>, &'static str, Handling);

/// `HKQuantityTypeIdentifier…`
const QUANTITIES: [Row; 58] = [
    ("BodyMass", "Body weight", Some("29463-7"), VITAL, Single),
    ("Height", "Body height", Some("8302-2"), VITAL, Single),
    ("BodyMassIndex", "Body mass index", Some("39156-5"), VITAL, Single),
    ("BodyFatPercentage", "Body fat", Some("41982-0"), VITAL, Single),
    ("LeanBodyMass", "Lean body mass", Some("91557-9"), VITAL, Single),
    ("WaistCircumference", "Waist", Some("8280-0"), VITAL, Single),
    ("BodyTemperature", "Body temperature", Some("8310-5"), VITAL, Single),
    ("BasalBodyTemperature", "Basal body temperature", None, VITAL, Single),
    ("BloodPressureSystolic", "Systolic blood pressure", Some("8480-6"), VITAL, Pressure("8480-6")),
    (
        "BloodPressureDiastolic",
        "Diastolic blood pressure",
        Some("8462-4"),
        VITAL,
        Pressure("8462-4"),
    ),
    ("RestingHeartRate", "Resting heart rate", Some("40443-4"), VITAL, Single),
    ("WalkingHeartRateAverage", "Heart rate while walking", None, VITAL, Single),
    ("HeartRateRecoveryOneMinute", "Heart rate recovery", None, VITAL, Single),
    ("VO2Max", "Cardio fitness (VO2 max)", None, ACTIVITY, Single),
    ("BloodGlucose", "Glucose", Some("2339-0"), LABORATORY, Single),
    ("ForcedVitalCapacity", "Forced vital capacity", Some("19868-9"), LABORATORY, Single),
    ("ForcedExpiratoryVolume1", "FEV1", Some("20150-9"), LABORATORY, Single),
    ("PeakExpiratoryFlowRate", "Peak flow", Some("19935-6"), LABORATORY, Single),
    ("PeripheralPerfusionIndex", "Peripheral perfusion index", None, VITAL, Single),
    ("BloodAlcoholContent", "Blood alcohol", None, LABORATORY, Single),
    ("AtrialFibrillationBurden", "Time in atrial fibrillation", None, VITAL, Single),
    ("AppleWalkingSteadiness", "Walking steadiness", None, ACTIVITY, Single),
    ("SixMinuteWalkTestDistance", "Six-minute walk", Some("64098-7"), ACTIVITY, Single),
    ("NumberOfTimesFallen", "Falls", None, ACTIVITY, Single),
    ("AppleSleepingWristTemperature", "Wrist temperature asleep", None, VITAL, Single),
    ("InsulinDelivery", "Insulin given", None, ACTIVITY, Day(Sum)),
    ("InhalerUsage", "Inhaler used", None, ACTIVITY, Day(Sum)),
    ("HeartRate", "Heart rate", Some("8867-4"), VITAL, Day(Spread)),
    ("OxygenSaturation", "Oxygen saturation", Some("59408-5"), VITAL, Day(Spread)),
    ("RespiratoryRate", "Respiratory rate", Some("9279-1"), VITAL, Day(Spread)),
    ("HeartRateVariabilitySDNN", "Heart rate variability", Some("80404-7"), VITAL, Day(Spread)),
    ("EnvironmentalAudioExposure", "Noise around", None, ACTIVITY, Day(Spread)),
    ("HeadphoneAudioExposure", "Headphone loudness", None, ACTIVITY, Day(Spread)),
    ("WalkingSpeed", "Walking speed", None, ACTIVITY, Day(Spread)),
    ("WalkingStepLength", "Step length", None, ACTIVITY, Day(Spread)),
    ("WalkingDoubleSupportPercentage", "Double support", None, ACTIVITY, Day(Spread)),
    ("WalkingAsymmetryPercentage", "Walking asymmetry", None, ACTIVITY, Day(Spread)),
    ("StairAscentSpeed", "Stairs up, speed", None, ACTIVITY, Day(Spread)),
    ("StairDescentSpeed", "Stairs down, speed", None, ACTIVITY, Day(Spread)),
    ("RunningSpeed", "Running speed", None, ACTIVITY, Day(Spread)),
    ("RunningStrideLength", "Stride length", None, ACTIVITY, Day(Spread)),
    ("CyclingSpeed", "Cycling speed", None, ACTIVITY, Day(Spread)),
    ("CyclingCadence", "Cycling cadence", None, ACTIVITY, Day(Spread)),
    ("StepCount", "Steps", Some("55423-8"), ACTIVITY, Day(Sum)),
    ("DistanceWalkingRunning", "Distance walked and run", None, ACTIVITY, Day(Sum)),
    ("DistanceCycling", "Distance cycled", None, ACTIVITY, Day(Sum)),
    ("DistanceSwimming", "Distance swum", None, ACTIVITY, Day(Sum)),
    ("DistanceWheelchair", "Distance by wheelchair", None, ACTIVITY, Day(Sum)),
    ("SwimmingStrokeCount", "Swimming strokes", None, ACTIVITY, Day(Sum)),
    ("PushCount", "Wheelchair pushes", None, ACTIVITY, Day(Sum)),
    ("ActiveEnergyBurned", "Active energy", None, ACTIVITY, Day(Sum)),
    ("BasalEnergyBurned", "Resting energy", None, ACTIVITY, Day(Sum)),
    ("FlightsClimbed", "Flights climbed", None, ACTIVITY, Day(Sum)),
    ("AppleExerciseTime", "Exercise", None, ACTIVITY, Day(Sum)),
    ("AppleStandTime", "Standing", None, ACTIVITY, Day(Sum)),
    ("AppleMoveTime", "Moving", None, ACTIVITY, Day(Sum)),
    ("TimeInDaylight", "Time in daylight", None, ACTIVITY, Day(Sum)),
    ("NumberOfAlcoholicBeverages", "Alcoholic drinks", None, ACTIVITY, Day(Sum)),
];

/// `HKCategoryTypeIdentifier…` that are more than their name says.
const CATEGORIES: [Row; 6] = [
    ("SleepAnalysis", "Sleep", Some("93832-4"), ACTIVITY, Day(Minutes)),
    ("MindfulSession", "Mindfulness", None, ACTIVITY, Day(Minutes)),
    ("AppleStandHour", "Hours with standing", None, ACTIVITY, Day(Minutes)),
    ("ToothbrushingEvent", "Tooth brushing", None, ACTIVITY, Day(Minutes)),
    ("HandwashingEvent", "Hand washing", None, ACTIVITY, Day(Minutes)),
    ("AudioExposureEvent", "Loud noise", None, ACTIVITY, Day(Minutes)),
];

/// Types that are kept apart, by a word in their name.
const LABELS: [(&str, &str); 16] = [
    ("SexualActivity", "SEX"),
    ("Contraceptive", "SEX"),
    ("Pregnancy", "SEX"),
    ("ProgesteroneTest", "SEX"),
    ("OvulationTest", "SEX"),
    ("CervicalMucus", "SEX"),
    ("Menstrua", "SEX"),
    ("menstrual", "SEX"),
    ("BleedingAfterPregnancy", "SEX"),
    ("BleedingDuringPregnancy", "SEX"),
    ("Lactation", "SEX"),
    ("VaginalDryness", "SEX"),
    ("BloodAlcohol", "ETH"),
    ("AlcoholicBeverages", "ETH"),
    ("MoodChanges", "PSY"),
    ("StateOfMind", "PSY"),
];

impl Kind {
    /// The type of an identifier; `None` if it is not understood.
    pub(super) fn of(identifier: &str) -> Option<Kind> {
        if identifier.len() > 100 || !identifier.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        if let Some(short) = identifier.strip_prefix("HKQuantityTypeIdentifier") {
            let known = QUANTITIES.iter().find(|row| row.0 == short);
            return match (known, short.strip_prefix("Dietary")) {
                (Some(row), _) => Some(Self::new(identifier, row, false)),
                (None, Some(food)) if !food.is_empty() => {
                    let name = format!("In food: {}", words(food));
                    let row = ("", "", None, ACTIVITY, Day(Sum));
                    Some(Kind { name, ..Self::new(identifier, &row, false) })
                }
                _ => None,
            };
        }
        let short = identifier.strip_prefix("HKCategoryTypeIdentifier")?;
        if let Some(row) = CATEGORIES.iter().find(|row| row.0 == short) {
            return Some(Self::new(identifier, row, true));
        }
        if short.is_empty() {
            return None;
        }
        // Symptoms, events, cycles: the name says what it is, the value how much.
        let row = ("", "", None, SURVEY, Single);
        Some(Kind { name: words(short), ..Self::new(identifier, &row, true) })
    }

    fn new(identifier: &str, row: &Row, coded: bool) -> Kind {
        Kind {
            name: row.1.to_owned(),
            identifier: identifier.to_owned(),
            loinc: row.2,
            category: row.3,
            handling: row.4,
            label: LABELS.iter().find(|(word, _)| identifier.contains(word)).map(|(_, l)| *l),
            coded,
        }
    }
}

/// Every type with a name of its own, by its identifier.
pub(super) fn named() -> impl Iterator<Item = Kind> {
    let quantities = QUANTITIES.iter().map(|row| format!("HKQuantityTypeIdentifier{}", row.0));
    let categories = CATEGORIES.iter().map(|row| format!("HKCategoryTypeIdentifier{}", row.0));
    quantities.chain(categories).filter_map(|identifier| Kind::of(&identifier))
}

/// `RapidPoundingOrFlutteringHeartbeat` in words.
pub(super) fn words(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 8);
    let mut before_lower = false;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_ascii_uppercase() && before_lower {
            text.push(' ');
            // `REM` stays `REM`.
            let capitals = characters.peek().is_some_and(char::is_ascii_uppercase);
            text.push(if capitals { character } else { character.to_ascii_lowercase() });
        } else {
            text.push(character);
        }
        before_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    text
}
