//! The rows of item dictionaries: from statements which there are, from their files what they list.

use super::rows::{integer, json, optional, text};
use super::{Cell, Row, Table};
use crate::dictionary::{self, Dictionary, Published, dataset_address, item_addresses};
use crate::fold::Register;

/// The rows of table `dictionary`: every one that was published, with whether it is the newest of its dataset.
pub fn dictionary_rows(register: &Register) -> Vec<Row> {
    let row = |published: Published<'_>| {
        let says = published.says;
        let cells = vec![
            integer(published.index),
            text(&says.dataset),
            text(dataset_address(&says.dataset)),
            text(&says.edition),
            text(published.at),
            integer(says.items),
            Cell::List(says.schemes.clone()),
            text(says.digest),
            text(dictionary::path(says.digest)),
            integer(published.current.into()),
        ];
        (Table::Dictionary, cells)
    };
    dictionary::published(register).into_iter().map(row).collect()
}

/// The rows of table `item` for the dictionary that a statement published, from its file.
pub fn item_rows(statement: u64, dataset: &str, dictionary: &Dictionary) -> Vec<Row> {
    let numbered = (1..).zip(item_addresses(dictionary)).zip(&dictionary.items);
    let row = |((line, slug), item): ((u64, String), &dictionary::Item)| {
        let year = |year: Option<u16>| year.map_or(Cell::Null, |year| integer(year.into()));
        let cells = vec![
            // A dictionary has fewer than 2^20 items, and a log fewer than 2^43 statements.
            integer((statement << 20) | line),
            integer(statement),
            integer(line),
            text(dataset),
            text(&item.alias),
            text(slug),
            optional(item.section.as_ref()),
            optional(item.description.as_ref()),
            optional(item.values.as_ref()),
            optional(item.years.as_ref()),
            year(item.first_year),
            year(item.last_year),
            Cell::List(item.former_names.clone()),
            optional(item.field.as_ref()),
            optional(item.class("npd-tier")),
            optional(item.class("dfe-identification-risk")),
            optional(item.class("dfe-sensitivity")),
            json(&item.classes),
            json(&item.facts),
        ];
        (Table::Item, cells)
    };
    numbered.map(row).collect()
}
