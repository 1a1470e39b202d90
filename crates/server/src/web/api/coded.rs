//! Schemas of coded values, written from the register's vocabularies, and of dates.

use register::statement::Kind;
use register::vocabulary::{
    Channel, CopyPlace, Cover, Destruction, EndGround, Ground, Method, Outcome, Party, Reason, Route, Status,
    VolumeBasis,
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
    ($(known $name:ident $vocabulary:ident $means:literal;)+ $(perhaps $or_null:ident $of:ident $or_means:literal;)+
     $(codes $codes:ident $all:ident;)+) => {
        $(#[doc = $means]
        pub fn $name() -> Object {
            schema($means, $vocabulary::ALL.iter().map(|value| (value.code(), value.label())).collect(), false)
        })+
        $(#[doc = $or_means]
        pub fn $or_null() -> Object {
            schema($or_means, $of::ALL.iter().map(|value| (value.code(), value.label())).collect(), true)
        })+
        $(/// Every code, in the order of its vocabulary.
        pub fn $codes() -> Vec<&'static str> {
            $all::ALL.iter().map(|value| value.code()).collect()
        })+
    };
}

coded! {
    known status Status "Where the share stands.";
    known channel Channel "How the share came.";
    known outcome Outcome "What was decided.";
    known reason Reason "Why.";
    known stage Destruction "How far destruction has come. Whether it is late is another question.";
    known cover Cover "How much of the cohort.";
    known place CopyPlace "What kind of place the copy lies in.";
    known method Method "How it was destroyed.";
    known kind Kind "What sort of fact.";
    perhaps route_or_null Route "How the data is used.";
    perhaps outcome_or_null Outcome "What was decided.";
    perhaps end_ground_or_null EndGround "Why access ended.";
    perhaps party_or_null Party "Whose part it is.";
    perhaps ground_or_null Ground "Why the text is withheld.";
    perhaps basis_or_null VolumeBasis "Whether the volume was measured.";
    codes statuses Status;
    codes channels Channel;
    codes routes Route;
    codes outcomes Outcome;
    codes kinds Kind;
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
