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
    (Table::Share, &["datasets", "facts", "conditions"]),
    (Table::Release, &["classes", "facts", "cohorts", "items"]),
];

/// What ties the rows of several tables together; in a line they stand together.
const TIES: &[&str] = &["share_id", "recipient_id"];

pub(super) fn write(register: &Register, out: &mut impl Write) -> io::Result<()> {
    for share in register.shares() {
        serde_json::to_writer(&mut *out, &Line::of(register, share))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Line {
    share: Option<Object>,
    recipient: Object,
    releases: Vec<Object>,
    texts: Vec<Object>,
    copies: Vec<Object>,
}

impl Line {
    fn of(register: &Register, share: &Share) -> Self {
        let (table, cells) = recipient_row(register, share.recipient);
        let recipient = Object { table, cells };
        let mut line = Self { share: None, recipient, releases: Vec::new(), texts: Vec::new(), copies: Vec::new() };
        for (table, cells) in share_rows(register, share) {
            let object = Object { table, cells };
            match table {
                Table::Share => line.share = Some(object),
                Table::Release => line.releases.push(object),
                Table::Text => line.texts.push(object),
                Table::Copy => line.copies.push(object),
                // What these say stands among the datasets and classes of share and releases.
                _ => {}
            }
        }
        line
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
