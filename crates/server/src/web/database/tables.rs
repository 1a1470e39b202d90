//! The rows of the tables as they are, for what is computed from rows: downloads in other columns, and lines of JSON.

use register::download::TablesOfShare;
use register::tables::{Cell, Table};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::{DatabaseError, Reader};

impl Reader<'_> {
    /// Every row that belongs to a share, with its recipient's.
    pub fn tables_of_share(&self, id: u64) -> Result<TablesOfShare, DatabaseError> {
        let rows = |table: Table, sql: &str| self.rows(sql, [id], |row| cells(table, row));
        let first = |mut rows: Vec<Vec<Cell>>| rows.pop().unwrap_or_default();
        Ok(TablesOfShare {
            recipient: first(rows(
                Table::Recipient,
                "SELECT recipient.* FROM recipient JOIN share ON share.recipient_id = recipient.id WHERE share.id = ?",
            )?),
            share: first(rows(Table::Share, "SELECT * FROM share WHERE id = ?")?),
            releases: rows(Table::Release, "SELECT * FROM release WHERE share_id = ? ORDER BY id")?,
            texts: rows(Table::Text, "SELECT * FROM text WHERE share_id = ? ORDER BY rowid")?,
            copies: rows(Table::Copy, "SELECT * FROM copy WHERE share_id = ? ORDER BY copy")?,
        })
    }
}

fn cells(table: Table, row: &Row<'_>) -> rusqlite::Result<Vec<Cell>> {
    let cell = |(place, column): (usize, &register::tables::Column)| {
        Ok(match row.get_ref(place)? {
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                match table.is_list(column.name).then(|| serde_json::from_str(&text)) {
                    Some(Ok(list)) => Cell::List(list),
                    _ => Cell::Text(text.into_owned()),
                }
            }
            _ => Cell::Null,
        })
    };
    table.columns().iter().enumerate().map(cell).collect()
}
