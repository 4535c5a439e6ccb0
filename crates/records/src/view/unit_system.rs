//! The system of a coded unit in JSON. Almost all units are UCUM's, and a line is stored and read a hundred thousand
//! times: nothing stands for UCUM, and an empty text for no system at all.

use serde::{Deserialize as _, Deserializer, Serializer};

/// UCUM as FHIR names it.
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

/// What it means that nothing is said.
#[expect(clippy::unnecessary_wraps, reason = "as the field has it")]
pub(super) fn usual() -> Option<String> {
    Some(UCUM.to_owned())
}

/// Whether nothing needs to be said.
pub(super) fn is_usual(system: &Option<String>) -> bool {
    system.as_deref() == Some(UCUM)
}

pub(super) fn write<S: Serializer>(system: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(system.as_deref().unwrap_or_default())
}

pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let said = Option::<String>::deserialize(from)?;
    Ok(said.filter(|system| !system.is_empty()))
}

#[cfg(test)]
mod tests {
    use crate::view::QuantityView;

    #[test]
    fn every_system_comes_back() {
        for (system, said) in [
            (Some("http://unitsofmeasure.org"), ""),
            (None, r#","system":"""#),
            (Some("urn:oid:2.16.840.1.113883.6.8"), r#","system":"urn:oid:2.16.840.1.113883.6.8""#),
        ] {
            let quantity = QuantityView {
                value: None,
                comparator: None,
                unit: None,
                code: Some("mg".to_owned()),
                system: system.map(str::to_owned),
            };
            let json = serde_json::to_string(&quantity).unwrap();
            let expected =
                format!(r#"{{"value":null,"comparator":null,"unit":null,"code":"mg"{said}}}"#);
            assert_eq!(json, expected);
            assert_eq!(serde_json::from_str::<QuantityView>(&json).unwrap(), quantity);
        }
    }
}
