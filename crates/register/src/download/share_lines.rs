//! One share a line, with its recipient, releases, texts and copies: the rows of the tables, as JSON.

use std::io::{self, Write};

use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::fold::{Register, Share};
use crate::tables::{Cell, Table, recipient_row, share_rows};

/// The columns that hold JSON, which stands in the line as such and not as a text.
const JSON: &[(Table, &[&str])] = &[
    (Table::Recipient, &["ids"]),
    (Table::Share, &["datasets", "facts", "conditions", "decided_datasets"]),
    (Table::Release, &["classes", "facts", "cohorts", "items"]),
];

/// What ties the rows of several tables together; in a line they stand together.
const TIES: &[&str] = &["share_id", "recipient_id"];

/// The rows of the tables that belong to one share, each as its table's columns say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TablesOfShare {
    /// Its recipient's.
    pub recipient: Vec<Cell>,
    /// Its own.
    pub share: Vec<Cell>,
    /// Its releases'.
    pub releases: Vec<Vec<Cell>>,
    /// Its texts'.
    pub texts: Vec<Vec<Cell>>,
    /// Its copies'.
    pub copies: Vec<Vec<Cell>>,
}

impl TablesOfShare {
    /// Those of a share of this register.
    pub fn of(register: &Register, share: &Share) -> Self {
        let mut tables = Self { recipient: recipient_row(register, share.recipient).1, ..Self::default() };
        for (table, cells) in share_rows(register, share) {
            match table {
                Table::Share => tables.share = cells,
                Table::Release => tables.releases.push(cells),
                Table::Text => tables.texts.push(cells),
                Table::Copy => tables.copies.push(cells),
                // What these say stands among the datasets and classes of share and releases.
                _ => {}
            }
        }
        tables
    }
}

pub(super) fn write(register: &Register, out: &mut impl Write) -> io::Result<()> {
    register.shares().iter().try_for_each(|share| write_share_line(TablesOfShare::of(register, share), out))
}

/// Writes the line of one share.
///
/// # Errors
/// Those of the writer.
pub fn write_share_line(tables: TablesOfShare, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &Line::of(tables))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Line {
    share: Object,
    recipient: Object,
    releases: Vec<Object>,
    texts: Vec<Object>,
    copies: Vec<Object>,
}

impl Line {
    fn of(tables: TablesOfShare) -> Self {
        let object = |table: Table| move |cells: Vec<Cell>| Object { table, cells };
        Self {
            share: object(Table::Share)(tables.share),
            recipient: object(Table::Recipient)(tables.recipient),
            releases: tables.releases.into_iter().map(object(Table::Release)).collect(),
            texts: tables.texts.into_iter().map(object(Table::Text)).collect(),
            copies: tables.copies.into_iter().map(object(Table::Copy)).collect(),
        }
    }
}

/// A row as an object with a member for each column.
struct Object {
    table: Table,
    cells: Vec<Cell>,
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json = JSON.iter().find(|(table, _)| *table == self.table).map_or(&[][..], |(_, names)| names);
        let mut object = serializer.serialize_map(None)?;
        for (column, cell) in self.table.columns().iter().zip(&self.cells) {
            if TIES.contains(&column.name) {
                continue;
            }
            match cell {
                Cell::Null => object.serialize_entry(column.name, &())?,
                Cell::Integer(number) => object.serialize_entry(column.name, number)?,
                Cell::List(items) => object.serialize_entry(column.name, items)?,
                Cell::Text(text) if json.contains(&column.name) => {
                    let value: &RawValue = serde_json::from_str(text).map_err(S::Error::custom)?;
                    object.serialize_entry(column.name, value)?;
                }
                Cell::Text(text) => object.serialize_entry(column.name, text)?,
            }
        }
        object.end()
    }
}
