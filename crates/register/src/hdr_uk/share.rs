//! One share as rows: what all of them say, and what each release says for itself.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{BETWEEN_BASES, BETWEEN_DATASETS, NOT_APPLICABLE, NOT_KNOWN, access_type, joined, lists};
use crate::classification::{Class, SCHEMES};
use crate::organisation::fold_spaces;
use crate::statement::{DatasetUse, MAX_CLEAR};
use crate::tables::{Cell, Table};
use crate::vocabulary::Route;

/// The scheme of `Data sensitivity level`. Other schemes have no column, and none is turned into this one.
const SCHEME: &str = "hdr-uk";

/// The identifier that stands in `Organisation ID` as it is; another has its scheme in front.
const PLAIN_ID: &str = "organisation-id";

/// Where the columns stand that a release has for itself, with their names.
const OF_RELEASE: [(usize, &str); 7] = [
    (18, "Dataset(s) name"),
    (19, "Data sensitivity level"),
    (20, "Legal basis for provision of data under Article 6"),
    (21, "Lawful conditions for provision of data under Article 9"),
    (22, "Common Law Duty of Confidentiality"),
    (23, "National data opt-out applied?"),
    (24, "Request frequency"),
];

/// Where the date of a release stands, with the column's name.
const RELEASED: (usize, &str) = (27, "Release/Access date");

/// The values of [`OF_RELEASE`], in its order.
type Own = [Option<String>; OF_RELEASE.len()];

pub(super) fn rows(
    recipient: &[Cell],
    share: &[Cell],
    releases: &[Vec<Cell>],
    texts: &[Vec<Cell>],
) -> impl Iterator<Item = Vec<Cell>> + use<> {
    let listed = lists(share);
    let common = common(recipient, share, texts);
    let of_share = own_of_share(share);
    let mut releases: Vec<&Vec<Cell>> = releases.iter().filter(|_| listed).collect();
    releases.sort_by_key(|release| match cell(release, Table::Release, "id") {
        Cell::Integer(id) => *id,
        _ => i64::MAX,
    });
    let mut owned: Vec<(Own, String)> = releases.into_iter().map(|release| own_of_release(release)).collect();
    if owned.is_empty() && listed {
        owned.push((Own::default(), String::new()));
    }
    // The share's own value stands in a row only where no release has one: once some have, an empty cell says that nothing
    // is known of that release. So the cells are the same again after they were imported.
    let said: [bool; OF_RELEASE.len()] = std::array::from_fn(|at| owned.iter().any(|(own, _)| own[at].is_some()));
    owned.into_iter().map(move |(mut own, released)| {
        let mut row = common.clone();
        for (at, (column, _)) in OF_RELEASE.iter().enumerate() {
            let value = if said[at] { own[at].take() } else { of_share[at].clone() };
            row[*column] = value.map_or(Cell::Null, Cell::Text);
        }
        row[RELEASED.0] = words(&released);
        row
    })
}

/// What every row of the share says.
fn common(recipient: &[Cell], share: &[Cell], texts: &[Vec<Cell>]) -> Vec<Cell> {
    let of_recipient = |name| words(text_of(recipient, Table::Recipient, name));
    let own = |name| words(text_of(share, Table::Share, name));
    let facts: BTreeMap<String, String> = json(text_of(share, Table::Share, "facts"));
    let fact = |name: &str| facts.get(name).map_or(Cell::Null, |value| words(value));
    let texts = newest(texts);
    let said = |name: &str| texts.get(name).map_or(Cell::Null, |(_, value)| sentences(value));
    let route: Option<Route> = text_of(share, Table::Share, "route").parse().ok();
    vec![
        of_recipient("name"),
        words(&ids(json(text_of(recipient, Table::Recipient, "ids")))),
        of_recipient("sector"),
        said("applicants"),
        said("applicant-ids"),
        said("funders"),
        fact("dea-accredited"),
        fact("sub-licence"),
        own("reference"),
        said("title"),
        said("summary"),
        said("public-benefit"),
        fact("request-category"),
        said("technical-summary"),
        said("committees"),
        own("start"),
        own("end"),
        own("decided"),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        said("linkage"),
        said("data-description"),
        Cell::Null,
        route.map_or(Cell::Null, |route| words(access_type(route))),
        said("privacy"),
        said("outputs-link"),
    ]
}

fn own_of_share(share: &[Cell]) -> Own {
    let uses: Vec<DatasetUse> = json(text_of(share, Table::Share, "datasets"));
    let mut facts: BTreeMap<String, String> = json(text_of(share, Table::Share, "facts"));
    let mut frequencies: Vec<&str> = uses.iter().filter_map(|dataset| dataset.frequency.as_deref()).collect();
    frequencies.sort_unstable();
    frequencies.dedup();
    [
        datasets(uses.iter().map(|dataset| dataset.name.as_str())),
        class(uses.iter().flat_map(|dataset| &dataset.classes)),
        bases(list(cell(share, Table::Share, "bases"))),
        known(facts.remove("article-9")),
        known(facts.remove("common-law-duty")),
        known(facts.remove("opt-outs")),
        known(Some(fitting(frequencies))),
    ]
}

fn own_of_release(release: &[Cell]) -> (Own, String) {
    let text = |name| text_of(release, Table::Release, name);
    let classes: Vec<Class> = json(text("classes"));
    let mut facts: BTreeMap<String, String> = json(text("facts"));
    let released = text("released");
    let own = [
        datasets(list(cell(release, Table::Release, "datasets")).iter().map(String::as_str)),
        class(&classes),
        bases(list(cell(release, Table::Release, "bases"))),
        known(facts.remove("article-9")),
        known(facts.remove("common-law-duty")),
        known(facts.remove("opt-outs")),
        known(Some(text("frequency").to_owned())),
    ];
    (own, if released.is_empty() { NOT_KNOWN } else { released }.to_owned())
}

/// The newest public text of each name that no correction has replaced, with its statement.
fn newest(texts: &[Vec<Cell>]) -> BTreeMap<&str, (i64, &str)> {
    let mut newest: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
    for row in texts {
        let replaced = *cell(row, Table::Text, "replaced_by") != Cell::Null;
        let Cell::Integer(statement) = *cell(row, Table::Text, "statement") else { continue };
        let text = |name| text_of(row, Table::Text, name);
        if replaced || text("state") != "public" {
            continue;
        }
        let held = newest.entry(text("name")).or_insert((statement, text("value")));
        if held.0 < statement {
            *held = (statement, text("value"));
        }
    }
    newest
}

/// The identifiers of an organisation in one cell.
fn ids(ids: BTreeMap<String, String>) -> String {
    let written: Vec<String> = ids
        .into_iter()
        .map(
            |(scheme, id)| if scheme == PLAIN_ID { fold_spaces(&id) } else { format!("{scheme}:{}", fold_spaces(&id)) },
        )
        .collect();
    fitting(written.iter().map(String::as_str).collect())
}

/// As many of these as a text in clear holds, which is what an import makes of the cell.
fn fitting(parts: Vec<&str>) -> String {
    let mut text = String::new();
    for part in parts {
        let longer = if text.is_empty() { part.to_owned() } else { format!("{text}; {part}") };
        let escapes = longer.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        if longer.len() + escapes > MAX_CLEAR {
            break;
        }
        text = longer;
    }
    text
}

fn datasets<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names = names.map(fold_spaces).filter(|name| !name.is_empty()).collect();
    Some(joined(names, BETWEEN_DATASETS)).filter(|text| !text.is_empty())
}

fn bases(list: Vec<String>) -> Option<String> {
    let says = |basis: &String| !basis.is_empty() && !basis.eq_ignore_ascii_case(NOT_APPLICABLE);
    let list = list.iter().map(|basis| fold_spaces(basis)).filter(says).collect();
    Some(joined(list, BETWEEN_BASES)).filter(|text| !text.is_empty())
}

/// The class of the most revealing data, as the standard asks for it; one that the standard does not know comes after those
/// that it does.
fn class<'c>(classes: impl IntoIterator<Item = &'c Class>) -> Option<String> {
    let known = SCHEMES.iter().find(|scheme| scheme.code == SCHEME).map_or(&[][..], |scheme| scheme.values);
    let place = |value: &str| known.iter().position(|(known, _)| *known == value).unwrap_or(known.len());
    let classes = classes.into_iter().filter(|class| class.scheme == SCHEME);
    let values = classes.map(|class| fold_spaces(&class.value)).filter(|value| !value.is_empty());
    values.min_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.cmp(b)))
}

fn known(value: Option<String>) -> Option<String> {
    value.map(|value| fold_spaces(&value)).filter(|value| !value.is_empty())
}

/// A text in clear, with every run of white space folded to one space, as an import reads it.
fn words(text: &str) -> Cell {
    known(Some(text.to_owned())).map_or(Cell::Null, Cell::Text)
}

/// A disclosed text as an import keeps it: lines end in line feeds, and no white space stands at its ends. What no
/// spreadsheet can hold shows as a replacement character.
fn sentences(text: &str) -> Cell {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = lines.trim().chars().map(|letter| if is_shown(letter) { letter } else { '\u{FFFD}' }).collect();
    if plain.is_empty() { Cell::Null } else { Cell::Text(plain) }
}

/// Whether XML can hold the character (XML 1.0, section 2.2), and a screen show it.
fn is_shown(letter: char) -> bool {
    matches!(letter, '\n' | '\t') || !(letter.is_control() || matches!(letter, '\u{FFFE}' | '\u{FFFF}'))
}

fn cell<'r>(row: &'r [Cell], table: Table, name: &str) -> &'r Cell {
    let place = table.columns().iter().position(|column| column.name == name);
    place.and_then(|place| row.get(place)).unwrap_or(&Cell::Null)
}

pub(super) fn text_of<'r>(row: &'r [Cell], table: Table, name: &str) -> &'r str {
    match cell(row, table, name) {
        Cell::Text(text) => text,
        Cell::Null | Cell::Integer(_) | Cell::List(_) => "",
    }
}

/// What a column of JSON holds; nothing of it where it is not in the form in which the register writes it.
fn json<T: DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

fn list(cell: &Cell) -> Vec<String> {
    match cell {
        Cell::List(list) => list.clone(),
        Cell::Text(text) => json(text),
        Cell::Null | Cell::Integer(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::COLUMNS;
    use super::*;

    #[test]
    fn what_a_release_says_stands_in_its_columns() {
        for (place, name) in OF_RELEASE.into_iter().chain([RELEASED]) {
            assert_eq!(COLUMNS[place].name, name);
        }
        assert_eq!(common(&[], &[], &[]).len(), COLUMNS.len());
    }
}
