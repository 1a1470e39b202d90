//! How much was released: counts with bands, measured or declared.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::vocabulary::VolumeBasis;

/// A number of people: exact where a publisher gave it so, or a band where it is small.
///
/// In JSON a number, or `"<10"` for a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// Fewer than this many, and more than none.
    Under(u32),
    /// This many.
    Exactly(u64),
}

impl Count {
    /// The width of the bands in which a measured number of people leaves the data zone.
    pub const BAND: u64 = 10;

    /// Rounds a measured number of people to the nearest 10; 1 to 9 become "under 10".
    ///
    /// The rule is DESIGN.md's: people counts are rounded to 10 and small ones are banded.
    pub fn banded(people: u64) -> Self {
        match people {
            0 => Self::Exactly(0),
            1..Self::BAND => Self::Under(Self::BAND as u32),
            _ => Self::Exactly(people.saturating_add(Self::BAND / 2) / Self::BAND * Self::BAND),
        }
    }

    /// Whether a measured count has been rounded as [`Count::banded`] does it.
    pub fn is_banded(self) -> bool {
        match self {
            Self::Under(limit) => u64::from(limit) == Self::BAND,
            Self::Exactly(people) => people % Self::BAND == 0,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Under(limit) => write!(f, "<{limit}"),
            Self::Exactly(people) => write!(f, "{people}"),
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Under(_) => serializer.collect_str(self),
            Self::Exactly(people) => serializer.serialize_u64(*people),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;
        impl Visitor<'_> for CountVisitor {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or a band such as \"<10\"")
            }

            fn visit_u64<E: de::Error>(self, people: u64) -> Result<Count, E> {
                Ok(Count::Exactly(people))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
                let limit = text.strip_prefix('<').filter(|digits| !digits.starts_with(['0', '+']));
                match limit.and_then(|digits| digits.parse().ok()) {
                    Some(limit) => Ok(Count::Under(limit)),
                    None => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(CountVisitor)
    }
}

/// The volume of one release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Volume {
    /// Measured by the engine that wrote the data, or declared by somebody.
    pub basis: VolumeBasis,
    /// Distinct people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<Count>,
    /// Requests that the release sums up (police and Home Office tables).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// Rows or records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Requests of these for which data was supplied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplied: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_of_people_are_banded_and_larger_ones_rounded() {
        let shown = |people| Count::banded(people).to_string();
        assert_eq!([0, 1, 9, 10, 14, 15, 1_004].map(shown), ["0", "<10", "<10", "10", "10", "20", "1000"]);
        assert!((0..2_000).all(|people| Count::banded(people).is_banded()));
    }

    #[test]
    fn a_count_survives_json() {
        for text in ["0", "62", "\"<10\""] {
            let count: Count = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&count).unwrap(), text);
        }
        for text in ["-1", "1.5", "\"10\"", "\"<\"", "\"<+5\"", "\"<05\"", "null"] {
            assert!(serde_json::from_str::<Count>(text).is_err(), "{text}");
        }
    }
}
