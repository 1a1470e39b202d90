//! Schemas of coded values, written from the register's vocabularies, and of dates.

use register::statement::Kind;
use register::vocabulary::{
    Channel, CopyPlace, Cover, Destruction, EndGround, Ground, Method, Outcome, Reason, Route, Status, VolumeBasis,
};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

/// Text, or text or nothing.
fn kind_of(optional: bool) -> SchemaType {
    if optional { SchemaType::from_iter([Type::String, Type::Null]) } else { SchemaType::new(Type::String) }
}

fn schema(means: &str, codes: Vec<(&'static str, &'static str)>, optional: bool) -> Object {
    let labels: Vec<String> = codes.iter().map(|(code, label)| format!("`{code}`: {label}")).collect();
    let values = codes.iter().map(|(code, _)| serde_json::Value::from(*code));
    let nothing = optional.then_some(serde_json::Value::Null);
    ObjectBuilder::new()
        .schema_type(kind_of(optional))
        .description(Some(format!("{means} {}.", labels.join("; "))))
        .enum_values(Some(values.chain(nothing).collect::<Vec<_>>()))
        .build()
}

macro_rules! coded {
    ($($name:ident $optional:ident $codes:ident $vocabulary:ident $means:literal;)+) => { $(
        /// Every code, in the order of its vocabulary.
        pub fn $codes() -> Vec<&'static str> {
            $vocabulary::ALL.iter().map(|value| value.code()).collect()
        }

        /// The schema of one.
        pub fn $name() -> Object {
            schema($means, $vocabulary::ALL.iter().map(|value| (value.code(), value.label())).collect(), false)
        }

        /// The schema of one that may be unknown.
        #[allow(dead_code)] // some are always known
        pub fn $optional() -> Object {
            schema($means, $vocabulary::ALL.iter().map(|value| (value.code(), value.label())).collect(), true)
        }
    )+ };
}

coded! {
    status status_or_null statuses Status "Where the share stands.";
    channel channel_or_null channels Channel "How the share came.";
    route route_or_null routes Route "How the data is used.";
    outcome outcome_or_null outcomes Outcome "What was decided.";
    reason reason_or_null reasons Reason "Why.";
    stage stage_or_null stages Destruction "How far destruction has come. Whether it is late is another question.";
    end_ground end_ground_or_null end_grounds EndGround "Why access ended.";
    ground ground_or_null grounds Ground "Why the text is withheld.";
    basis basis_or_null bases VolumeBasis "Whether the volume was measured.";
    cover cover_or_null covers Cover "How much of the cohort.";
    place place_or_null places CopyPlace "What kind of place the copy lies in.";
    method method_or_null methods Method "How it was destroyed.";
    kind kind_or_null kinds Kind "What sort of fact.";
}

/// A date as exact as its source.
pub fn date() -> Object {
    a_date(false)
}

/// The same where it may be unknown.
pub fn date_or_null() -> Object {
    a_date(true)
}

fn a_date(optional: bool) -> Object {
    ObjectBuilder::new()
        .schema_type(kind_of(optional))
        .description(Some("A year, a month or a day, as exact as its source (ISO 8601)."))
        .pattern(Some("^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"))
        .build()
}
