//! The parameters that the API takes: one table for each address, from which requests are read and the OpenAPI document
//! is written, so that neither can know another name or another value than the other.

use axum::extract::RawQuery;
use register::PartialDate;
use utoipa::openapi::path::{Parameter as Documented, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, Required};

use crate::web::problem::Problem;
use crate::web::words;

/// Times that a parameter may be given, where it may be given more than once.
const MOST: usize = 50;

/// Characters of a class, its scheme among them.
const CLASS: usize = 300;

/// Rows of one answer, at most.
pub const LONGEST_PAGE: u64 = 100;

/// Rows of one answer where the question does not say.
pub const PAGE: u64 = 25;

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it means, in one sentence.
    pub means: &'static str,
    /// What it may be.
    pub takes: Takes,
    /// Whether it may be given more than once; then any of its values will do, unless it says otherwise.
    pub many: bool,
}

/// What a parameter may be.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Any text of at most so many characters.
    Text(usize),
    /// A scheme of classes and a value of it, with a colon between them.
    Class,
    /// A share's reference, which must be given.
    Reference,
    /// One of these codes.
    Codes(fn() -> Vec<&'static str>),
    /// The code of an order, perhaps with a hyphen before it.
    Order(fn() -> Vec<&'static str>),
    /// A whole number of this range.
    Number(u64, u64),
    /// A day, a month or a year.
    Date,
    /// A day, or a checkpoint.
    AsOf,
    /// What the member `next` of the answer before gave.
    Cursor,
}

/// The state of the register that is asked about. Every address takes it, and the view of the register reads it.
pub const AS_OF: Parameter = Parameter {
    name: "as_of",
    means: "The register as it stood at the end of a day, such as 2019-06-30, or at a checkpoint, such as checkpoint-1234.",
    takes: Takes::AsOf,
    many: false,
};

/// How many rows.
pub const LIMIT: Parameter = Parameter {
    name: "limit",
    means: "How many rows to give; 25 where it is not said.",
    takes: Takes::Number(1, LONGEST_PAGE),
    many: false,
};

/// Where to go on.
pub const CURSOR: Parameter = Parameter {
    name: "cursor",
    means: "Where to go on: the member “next” of the answer before holds the whole address.",
    takes: Takes::Cursor,
    many: false,
};

impl Parameter {
    /// As the OpenAPI document has it.
    pub fn documented(&self) -> Documented {
        let one = self.takes.schema();
        let schema: RefOr<Schema> = if self.many {
            RefOr::T(ArrayBuilder::new().items(RefOr::T(one)).max_items(Some(MOST)).build().into())
        } else {
            RefOr::T(one)
        };
        ParameterBuilder::new()
            .name(self.name)
            .parameter_in(ParameterIn::Query)
            .description(Some(self.means))
            .required(if matches!(self.takes, Takes::Reference) { Required::True } else { Required::False })
            .schema(Some(schema))
            .build()
    }

    fn check(&self, value: &str) -> Result<(), Problem> {
        let bad = |message: String| Err(Problem::BadParameter { parameter: self.name, message });
        let one_of = |codes: Vec<&'static str>| format!("It can be one of: {}.", codes.join(", "));
        match self.takes {
            Takes::Text(longest) if value.chars().count() > longest => {
                bad(format!("It can have {} characters at most.", words::number(longest as u64)))
            }
            Takes::Class if !is_class(value) => {
                bad("It must be a scheme and a value, such as dfe-sensitivity:B.".to_owned())
            }
            Takes::Codes(codes) if !codes().contains(&value) => bad(one_of(codes())),
            Takes::Order(codes) if !codes().contains(&value.strip_prefix('-').unwrap_or(value)) => {
                bad(format!("{} With a hyphen before it, the order is turned round.", one_of(codes())))
            }
            Takes::Number(from, to) => match number(value) {
                Some(number) if (from..=to).contains(&number) => Ok(()),
                _ if to == u64::MAX >> 1 => bad(format!("It must be a whole number from {from}.")),
                _ => bad(format!("It must be a whole number from {from} to {to}.")),
            },
            Takes::Date if value.parse::<PartialDate>().is_err() => {
                bad("It must be a date such as 2024, 2024-02 or 2024-02-28.".to_owned())
            }
            Takes::AsOf => {
                let checkpoint = value.strip_prefix("checkpoint-").and_then(number);
                if checkpoint.is_some() || value.parse::<PartialDate>().is_ok() {
                    return Ok(());
                }
                bad("It must be a date such as 2019-06-30, or a checkpoint such as checkpoint-1234.".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// A whole number in its one spelling: no sign, no leading zero.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// What the pattern of the document says as well.
fn is_class(value: &str) -> bool {
    value.chars().count() <= CLASS
        && value.split_once(':').is_some_and(|(scheme, of)| !scheme.is_empty() && !of.is_empty())
}

impl Takes {
    fn schema(self) -> Schema {
        let text = || ObjectBuilder::new().schema_type(Type::String);
        match self {
            Self::Text(longest) => text().max_length(Some(longest)),
            Self::Class => text().max_length(Some(CLASS)).pattern(Some("^[^:]+:[\\s\\S]")),
            Self::Reference => text().min_length(Some(1)).max_length(Some(300)),
            Self::Codes(codes) => text().enum_values(Some(codes())),
            Self::Order(codes) => {
                let codes = codes();
                text().enum_values(Some(codes.iter().flat_map(|code| [(*code).to_owned(), format!("-{code}")])))
            }
            Self::Number(from, to) => ObjectBuilder::new()
                .schema_type(Type::Integer)
                .minimum(Some(from as f64))
                .maximum((to <= u64::from(u32::MAX)).then_some(to as f64)),
            Self::Date => text().pattern(Some("^[1-9][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?$")),
            Self::AsOf => text()
                .pattern(Some("^([1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|checkpoint-[1-9][0-9]{0,9})$")),
            Self::Cursor => text().pattern(Some("^[A-Za-z0-9_-]+$")),
        }
        .build()
        .into()
    }
}

/// The query of a request, every name and value of which is known to be one that the address takes.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pairs: Vec<(&'static str, String)>,
}

impl Asked {
    /// Reads a query.
    ///
    /// # Errors
    /// A name that the address does not take, a value that its name does not take, or a second value where one is taken.
    pub fn read(RawQuery(query): &RawQuery, takes: &[&[Parameter]]) -> Result<Self, Problem> {
        let known = || takes.iter().copied().flatten().chain([&AS_OF]);
        let mut asked = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes()) {
            let Some(parameter) = known().find(|parameter| parameter.name == name) else {
                let known: Vec<&str> = known().map(|parameter| parameter.name).collect();
                let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
                let name = name.chars().filter(plain).take(40).collect();
                return Err(Problem::UnknownParameter { name, known: known.join(", ") });
            };
            parameter.check(&value)?;
            let bad = |message| Err(Problem::BadParameter { parameter: parameter.name, message });
            match asked.all(parameter.name).count() {
                0 => {}
                _ if !parameter.many => return bad("It can be given once.".to_owned()),
                MOST.. => return bad(format!("It can be given {MOST} times at most.")),
                _ => {}
            }
            asked.pairs.push((parameter.name, value.into_owned()));
        }
        Ok(asked)
    }

    /// Every value of one parameter.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that is given once.
    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The value of a parameter that is a whole number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.one(name).and_then(number)
    }

    /// The value of a parameter that is a date.
    pub fn date(&self, name: &str) -> Option<PartialDate> {
        self.one(name).and_then(|date| date.parse().ok())
    }

    /// How many rows were asked for.
    pub fn limit(&self) -> u64 {
        self.number(LIMIT.name).unwrap_or(PAGE)
    }

    /// The query without some of its parameters, in the order of their names.
    pub fn without(&self, left_out: &[&str]) -> String {
        let mut kept: Vec<_> = self.pairs.iter().filter(|(name, _)| !left_out.contains(name)).collect();
        kept.sort();
        form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }

    /// The query that is walked through, whatever the steps: what a cursor belongs to.
    pub fn question(&self) -> String {
        self.without(&[LIMIT.name, CURSOR.name])
    }

    /// The address of the same question with another value of one parameter.
    pub fn next(&self, path: &str, name: &'static str, value: &str) -> String {
        let mut query = self.without(&[name]);
        if !query.is_empty() {
            query.push('&');
        }
        format!("{path}?{query}{name}={}", words::encode(value))
    }
}
