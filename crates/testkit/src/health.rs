//! A synthetic Apple Health export of any size, made while it is read: a gigabyte needs no disk.

use std::io::Read;

use rand::RngExt as _;

/// The prolog of such files, with a document type definition inside.
const BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>
<!ATTLIST Record
  type CDATA #REQUIRED
  unit CDATA #IMPLIED
  value CDATA #IMPLIED
  sourceName CDATA #REQUIRED
  startDate CDATA #REQUIRED
  endDate CDATA #REQUIRED
>
]>
<HealthData locale="en_GB">
 <ExportDate value="2024-01-01 12:00:00 +0000"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1961-03-14" HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale" HKCharacteristicTypeIdentifierBloodType="HKBloodTypeNotSet" HKCharacteristicTypeIdentifierFitzpatrickSkinType="HKFitzpatrickSkinTypeNotSet" HKCharacteristicTypeIdentifierCardioFitnessMedicationsUse="None"/>
"#;
const END: &str = "</HealthData>\n";
/// Days over which the records lie: ten years.
const DAYS: u64 = 3650;

/// An export of at least `bytes` bytes, the same for the same seed: heart rate above all, as in real
/// ones, with steps, weights, blood pressures, sleep and a type nobody knows.
pub struct HealthExport {
    rng: rand::rngs::StdRng,
    bytes: u64,
    given: u64,
    buffer: Vec<u8>,
    at: usize,
    records: u64,
    ended: bool,
}

impl HealthExport {
    /// An export of about `bytes` bytes.
    pub fn new(seed: u64, bytes: u64) -> HealthExport {
        HealthExport {
            rng: crate::seeded(seed),
            bytes,
            given: 0,
            buffer: BEGIN.as_bytes().to_vec(),
            at: 0,
            records: 0,
            ended: false,
        }
    }

    /// What is in it, in one piece; for small ones.
    pub fn to_vec(mut self) -> Vec<u8> {
        let mut all = Vec::new();
        // Reading from it cannot fail.
        let _ = self.read_to_end(&mut all);
        all
    }

    fn refill(&mut self) {
        self.buffer.clear();
        self.at = 0;
        if self.given >= self.bytes {
            if !self.ended {
                self.buffer.extend_from_slice(END.as_bytes());
                self.ended = true;
            }
            return;
        }
        while self.buffer.len() < 32 << 10 {
            let record = self.record();
            self.buffer.extend_from_slice(record.as_bytes());
        }
    }

    /// The next record: time goes on evenly over the ten years.
    fn record(&mut self) -> String {
        let expected = (self.bytes / 320).max(1);
        let second = (self.records * 86_400 * DAYS / expected).min(86_400 * DAYS - 1);
        self.records += 1;
        let day = second / 86_400;
        // Months of 28 days: every such day exists.
        let date = format!("{:04}-{:02}-{:02}", 2010 + day / 336, 1 + day % 336 / 28, 1 + day % 28);
        let clock = second % 86_400;
        let start =
            format!("{date} {:02}:{:02}:{:02} +0000", clock / 3600, clock / 60 % 60, clock % 60);
        let entry = |kind: &str, unit: &str, value: String| {
            format!(
                " <Record type=\"HK{kind}\" sourceName=\"Test Watch of Sample\" sourceVersion=\"10.1\" device=\"&lt;&lt;HKDevice: 0x28&gt;, name:Test Watch, manufacturer:Example, model:Watch&gt;\" {unit}creationDate=\"{start}\" startDate=\"{start}\" endDate=\"{start}\" value=\"{value}\"/>\n"
            )
        };
        let quantity = |kind: &str, unit: &str, value: String| {
            entry(&format!("QuantityTypeIdentifier{kind}"), &format!("unit=\"{unit}\" "), value)
        };
        match self.rng.random_range(0..1000) {
            0 => quantity("BodyMass", "kg", format!("{}.{}", 68 + day % 8, day % 10)),
            1 => {
                let parts = quantity("BloodPressureSystolic", "mmHg", (110 + day % 40).to_string())
                    + &quantity("BloodPressureDiastolic", "mmHg", (70 + day % 20).to_string());
                format!(
                    "{parts} <Correlation type=\"HKCorrelationTypeIdentifierBloodPressure\" sourceName=\"Test Watch of Sample\" startDate=\"{start}\" endDate=\"{start}\">\n{parts} </Correlation>\n"
                )
            }
            2..=9 => entry(
                "CategoryTypeIdentifierSleepAnalysis",
                "",
                "HKCategoryValueSleepAnalysisAsleepCore".to_owned(),
            ),
            10..=12 => quantity("SampleOfTheFuture", "count", "1".to_owned()),
            13..=49 => quantity("OxygenSaturation", "%", "0.97".to_owned()),
            50..=249 => {
                let steps = self.rng.random_range(1..200);
                quantity("StepCount", "count", steps.to_string())
            }
            250..=399 => quantity("ActiveEnergyBurned", "kcal", "0.125".to_owned()),
            _ => {
                let beats = self.rng.random_range(48..150);
                quantity("HeartRate", "count/min", beats.to_string())
            }
        }
    }
}

impl Read for HealthExport {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.at >= self.buffer.len() {
            self.refill();
        }
        let left = self.buffer.get(self.at..).unwrap_or_default();
        let many = left.len().min(to.len());
        if let (Some(target), Some(source)) = (to.get_mut(..many), left.get(..many)) {
            target.copy_from_slice(source);
        }
        self.at += many;
        self.given += many as u64;
        Ok(many)
    }
}
