//! Items of all releases by class: identification risk across, sensitivity down, other schemes as given beside them.

use std::collections::BTreeMap;

use register::Class;
use register::classification::SCHEMES;
use register::statement::ItemCount;

use super::super::figure::matrix::Matrix;
use super::super::figure::{Cell, Drawing, Figure, Table, grouped};
use super::super::words;
use super::csv_address;

const SUBJECT: &str = "Items by class";
const RISK: &str = "dfe-identification-risk";
const SENSITIVITY: &str = "dfe-sensitivity";

/// Items summed by their two classes and, each by itself, by the classes of every other scheme.
#[derive(Debug, Clone, Default)]
pub struct Summed {
    /// By sensitivity and identification risk, for items that give both in the scheme's own values.
    pub pairs: BTreeMap<(String, String), u128>,
    /// By scheme and value, for everything else.
    pub others: BTreeMap<Class, u128>,
    /// Items that give no class at all.
    pub unclassified: u128,
}

impl Summed {
    /// Sums counts of items. Nothing is turned from one scheme into another: what has a pair and a tier is counted once
    /// in each.
    pub fn of(items: &[ItemCount]) -> Self {
        let mut summed = Self::default();
        for item in items {
            let count = u128::from(item.count);
            let value = |scheme: &str| {
                let class = item.classes.iter().find(|class| class.scheme == scheme && class.meaning().is_some());
                class.map(|class| class.value.clone())
            };
            let pair = value(SENSITIVITY).zip(value(RISK));
            for class in &item.classes {
                if pair.is_none() || (class.scheme != RISK && class.scheme != SENSITIVITY) {
                    *summed.others.entry(class.clone()).or_default() += count;
                }
            }
            if let Some(pair) = pair {
                *summed.pairs.entry(pair).or_default() += count;
            }
            if item.classes.is_empty() {
                summed.unclassified += count;
            }
        }
        summed
    }

    /// How many items have both classes.
    pub fn in_matrix(&self) -> u128 {
        self.pairs.values().sum()
    }

    /// How many of these are in the two most identifying classes.
    pub fn most_identifying(&self) -> u128 {
        self.pairs.iter().filter(|((_, risk), _)| risk == "1" || risk == "2").map(|(_, count)| count).sum()
    }

    /// The drawing; nothing where no item has both classes.
    pub fn drawing(&self, name: &str) -> Option<Drawing> {
        if self.pairs.is_empty() {
            return None;
        }
        let values = |code: &str| {
            let scheme = SCHEMES.iter().find(|scheme| scheme.code == code);
            scheme.map_or(&[][..], |scheme| scheme.values).iter().map(|(value, _)| (*value).to_owned())
        };
        let columns: Vec<String> = values(RISK).collect();
        let row = |sensitivity: String| {
            let count = |risk: &String| self.pairs.get(&(sensitivity.clone(), risk.clone())).copied().unwrap_or(0);
            let cells = columns.iter().map(count).collect();
            (sensitivity, cells)
        };
        let matrix = Matrix {
            across: "Identification risk: 1 most, 5 least",
            rows: values(SENSITIVITY).map(row).collect(),
            columns: columns.clone(),
            down: "sensitivity, A high to E none",
        };
        let words = "Identification risk across, from 1, the most identifying, to 5; sensitivity down, from A, highly \
                     sensitive, to E. Each cell holds a number of items. The table after it has the same numbers.";
        Some(Drawing::of(SUBJECT, words, |size| matrix.draw(name, size)))
    }

    /// Rows of a table: scheme, value, count; pairs first.
    pub fn rows(&self) -> Vec<Vec<Cell>> {
        let pair = |((sensitivity, risk), count): (&(String, String), &u128)| {
            let scheme = Cell::Said {
                shown: "Identification risk and sensitivity (DfE)".to_owned(),
                plain: format!("{RISK} {SENSITIVITY}"),
            };
            vec![scheme, Cell::Text(format!("{risk}{sensitivity}")), Cell::Number(*count)]
        };
        let other = |(class, count): (&Class, &u128)| {
            let scheme = Cell::Said { shown: class.scheme_label().to_owned(), plain: class.scheme.clone() };
            vec![scheme, Cell::Text(class.value.clone()), Cell::Number(*count)]
        };
        let mut rows: Vec<Vec<Cell>> = self.pairs.iter().map(pair).chain(self.others.iter().map(other)).collect();
        if self.unclassified > 0 {
            let scheme = Cell::Said { shown: "No class given".to_owned(), plain: String::new() };
            rows.push(vec![scheme, Cell::Nothing, Cell::Number(self.unclassified)]);
        }
        rows
    }
}

/// How many of the items are very identifying: a headline.
pub fn finding(summed: &Summed) -> Option<String> {
    let (all, high) = (summed.in_matrix(), summed.most_identifying());
    Some(match (all, high) {
        (0, _) => return None,
        (_, 0) => format!("None of {} is in the two most identifying classes", items_words(all)),
        (1, _) => "The one item is in the two most identifying classes".to_owned(),
        (all, high) if all == high => format!("All {} items are in the two most identifying classes", grouped(all)),
        (all, 1) => format!("1 of {} is in the two most identifying classes", items_words(all)),
        (all, high) => {
            format!("{} of {} are in the two most identifying classes", grouped(high), items_words(all))
        }
    })
}

fn items_words(count: u128) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{} items", grouped(count)) }
}

/// The figure of the whole register; `releases` give items.
pub fn items(items: &[ItemCount], releases: u64) -> Figure {
    let summed = Summed::of(items);
    let finding = finding(&summed).unwrap_or_else(|| match releases {
        0 => "No release says how many items of each class it holds".to_owned(),
        _ => "No release gives both identification risk and sensitivity of its items".to_owned(),
    });
    let mut notes = Vec::new();
    if releases > 0 {
        notes.push(format!(
            "Counted in the {} which items they hold. An item that is in several releases is counted in each.",
            words::count(releases, "release that says", "releases that say")
        ));
        notes.push(SCHEMES_APART.to_owned());
    }
    Figure {
        name: "items".into(),
        subject: SUBJECT.into(),
        finding,
        drawing: summed.drawing("items"),
        table: Table {
            columns: vec![("Scheme", "scheme"), ("Class", "class"), ("Items", "items")],
            rows: summed.rows(),
        },
        csv: csv_address("items"),
        notes,
    }
}

/// Why there is no single sum.
pub const SCHEMES_APART: &str = "Schemes stand side by side: an item that has a tier and a pair of newer classes is \
     counted once in each. None was turned into another.";

#[cfg(test)]
mod tests {
    use super::*;

    fn item(classes: &[(&str, &str)], count: u64) -> ItemCount {
        let class = |(scheme, value): &(&str, &str)| Class { scheme: (*scheme).to_owned(), value: (*value).to_owned() };
        ItemCount { classes: classes.iter().map(class).collect(), count }
    }

    fn pair(risk: &str, sensitivity: &str, count: u64) -> ItemCount {
        item(&[(RISK, risk), (SENSITIVITY, sensitivity)], count)
    }

    fn said(items: &[ItemCount]) -> String {
        finding(&Summed::of(items)).unwrap_or_default()
    }

    #[test]
    fn the_headline_counts_the_two_most_identifying_classes() {
        assert_eq!(
            said(&[pair("1", "A", 3), pair("2", "E", 1_000), pair("3", "A", 21)]),
            "1,003 of 1,024 items are in the two most identifying classes"
        );
        assert_eq!(said(&[pair("3", "A", 21)]), "None of 21 items is in the two most identifying classes");
        assert_eq!(
            said(&[pair("1", "A", 1), pair("5", "E", 1)]),
            "1 of 2 items is in the two most identifying classes"
        );
        assert_eq!(said(&[pair("1", "A", 7)]), "All 7 items are in the two most identifying classes");
        assert_eq!(said(&[pair("2", "B", 1)]), "The one item is in the two most identifying classes");
        assert_eq!(said(&[item(&[("npd-tier", "1")], 9)]), "");
    }

    #[test]
    fn no_scheme_is_turned_into_another_and_nothing_is_lost() {
        let summed = Summed::of(&[
            item(&[("npd-tier", "2"), (RISK, "3"), (SENSITIVITY, "B")], 12),
            item(&[(RISK, "3")], 4),
            item(&[(RISK, "9"), (SENSITIVITY, "B")], 5),
            item(&[], 6),
        ]);
        assert_eq!(summed.in_matrix(), 12);
        let other = |scheme: &str, value: &str| {
            summed.others.get(&Class { scheme: scheme.to_owned(), value: value.to_owned() })
        };
        assert_eq!(
            [other("npd-tier", "2"), other(RISK, "3"), other(RISK, "9"), other(SENSITIVITY, "B")],
            [Some(&12), Some(&4), Some(&5), Some(&5)]
        );
        assert_eq!(summed.unclassified, 6);
        assert_eq!(summed.rows().len(), 6);
    }
}
