//! The question about shares, which shares, releases and facets are asked with alike: the same as the page's, by the
//! same names, so that an address of `/find` becomes one of the API by its path alone.

use super::coded;
use super::parameter::{Asked, CURSOR, LIMIT, Parameter, Takes};
use crate::web::filters::{Filters, Sort};
use crate::web::problem::Problem;

const fn several(name: &'static str, means: &'static str, takes: Takes) -> Parameter {
    Parameter { name, means, takes, many: true }
}

const fn once(name: &'static str, means: &'static str, takes: Takes) -> Parameter {
    Parameter { name, means, takes, many: false }
}

fn yes() -> Vec<&'static str> {
    vec!["yes"]
}

/// What is asked for.
pub const QUESTION: &[Parameter] = &[
    once(
        "q",
        "Words to look for in references, names, titles and public texts; between quotation marks a phrase.",
        Takes::Text(200),
    ),
    several("status", "Only shares that stand there.", Takes::Codes(coded::statuses)),
    several("channel", "Only shares that came so.", Takes::Codes(coded::channels)),
    several("route", "Only shares of which the data is used so.", Takes::Codes(coded::routes)),
    once(
        "overdue",
        "Only shares of which destruction is overdue, worked out for the checkpoint’s `today`.",
        Takes::Codes(yes),
    ),
    several("sector", "Only shares of recipients of this sector, in the words of the source.", Takes::Text(300)),
    several("dataset", "Only shares that have this dataset, by its name.", Takes::Text(300)),
    several("risk", "Only shares with data of this identification risk (DfE, 1 to 5).", Takes::Text(300)),
    several(
        "cohort",
        "Only shares with a release that holds this school year of birth, such as 2009-2010.",
        Takes::Text(300),
    ),
    several("year", "Only shares with a release of this year.", Takes::Text(300)),
    several("recipient", "Only shares of this recipient, by the last part of its address.", Takes::Text(300)),
];

/// In what order shares come.
pub const SORT: &[Parameter] = &[once(
    "sort",
    "The order of the shares; with a hyphen before it, turned round. Where it is not said: -changed, or relevance where \
     words are looked for.",
    Takes::Order(Sort::names),
)];

/// What a list of shares or of their releases takes.
pub const LISTED: &[&[Parameter]] = &[QUESTION, SORT, &[LIMIT, CURSOR]];

/// What the choices take.
pub const CHOSEN: &[&[Parameter]] = &[QUESTION];

/// The question in the words of the page.
///
/// # Errors
/// Where the page would not understand it either.
pub fn filters(asked: &Asked) -> Result<Filters, Problem> {
    Filters::parse(&asked.question())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::filters::Facet;

    #[test]
    fn every_filter_of_the_page_is_a_parameter() {
        for facet in Facet::ALL {
            assert!(QUESTION.iter().any(|parameter| parameter.name == facet.parameter()), "{facet:?}");
        }
    }
}
