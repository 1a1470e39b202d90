//! `register.sqlite`: the register as tables with a full-text index, for the site and for whoever downloads it.
//!
//! It holds nothing but what `register::tables` computes from the fold. It is written beside the one being served and
//! put in its place by rename, so that a reader sees one register or the next, never half of one.

mod dictionaries;

use std::fs;
use std::path::Path;

use register::Register;
use register::fold::Touched;
use register::statement::Statement;
use register::tables::{
    Cell, ColumnKind, Row, Snapshot, Table, general_rows, meta_rows, recipient_row, share_rows, statement_row,
    total_rows,
};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Statement as Query, ToSql};

use crate::error::{Result, database, file};

/// Tables whose rows belong to a share.
const OF_A_SHARE: &[Table] = &[Table::Release, Table::Text, Table::DatasetUse, Table::ClassUse, Table::Copy];

/// The search document of a share, and the index over it. Columns in the order of their weight.
const SEARCH: &str = "
CREATE VIEW search_document AS
SELECT share.id AS id, share.reference AS reference, recipient.name AS recipient, share.title AS title,
       (SELECT group_concat(value, char(10)) FROM
           (SELECT value FROM text WHERE text.share_id = share.id AND text.name <> 'title' AND replaced_by IS NULL
            ORDER BY statement, name)) AS body,
       (SELECT group_concat(dataset, char(10)) FROM
           (SELECT dataset FROM dataset_use WHERE dataset_use.share_id = share.id ORDER BY dataset)) AS datasets
FROM share JOIN recipient ON recipient.id = share.recipient_id;
CREATE VIRTUAL TABLE search USING fts5(
    reference, recipient, title, body, datasets,
    content = 'search_document', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);";

const INDICES: &str = "
CREATE UNIQUE INDEX recipient_slug ON recipient (slug);
CREATE UNIQUE INDEX share_reference ON share (reference);
CREATE INDEX share_recipient ON share (recipient_id);
CREATE INDEX share_changed ON share (changed);
CREATE INDEX release_share ON release (share_id);
CREATE INDEX text_share ON text (share_id);
CREATE INDEX text_statement ON text (statement);
CREATE INDEX dataset_use_share ON dataset_use (share_id);
CREATE INDEX dataset_use_dataset ON dataset_use (dataset, share_id);
CREATE INDEX dataset_use_slug ON dataset_use (slug, share_id);
CREATE INDEX class_use_share ON class_use (share_id);
CREATE INDEX class_use_class ON class_use (scheme, value, share_id);
CREATE INDEX copy_share ON copy (share_id);
CREATE INDEX statement_share ON statement (share_id);
CREATE INDEX statement_recipient ON statement (recipient_id);";

const SEARCH_COLUMNS: &str = "reference, recipient, title, body, datasets";

/// A statement as it goes into the database: its index, itself, and its leaf.
pub type Logged<'a> = (u64, &'a Statement, &'a [u8]);

/// What a batch of statements changed.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    shares: std::collections::BTreeSet<usize>,
    recipients: std::collections::BTreeSet<usize>,
    /// The earliest statement of a dictionary that was published or corrected.
    dictionaries: Option<u64>,
}

impl Changes {
    /// Adds what one statement changed.
    pub fn add(&mut self, touched: &Touched) {
        self.shares.extend(touched.share);
        self.recipients.extend(&touched.recipients);
    }

    /// Adds that a statement published a dictionary, or corrected the one that a statement published.
    pub fn add_dictionary(&mut self, index: u64) {
        self.dictionaries = Some(self.dictionaries.map_or(index, |earliest| earliest.min(index)));
    }
}

/// Writes a new database.
///
/// # Errors
/// If it cannot be written.
pub fn build<'a>(
    public: &Path,
    path: &Path,
    register: &Register,
    snapshot: &Snapshot,
    statements: impl Iterator<Item = Logged<'a>>,
) -> Result<()> {
    let items = crate::dictionaries::rows(public, register, 0)?;
    write(path, |connection| {
        for table in Table::ALL {
            connection.execute_batch(&create(*table))?;
        }
        let mut rows = Inserts::of(connection)?;
        for place in 0..register.recipients().len() {
            rows.insert(recipient_row(register, place))?;
        }
        for share in register.shares() {
            rows.insert_all(share_rows(register, share))?;
        }
        for (index, statement, leaf) in statements {
            rows.insert(statement_row(register, index, statement, leaf))?;
        }
        rows.insert_all(whole(register, snapshot))?;
        connection.execute_batch(dictionaries::SEARCH)?;
        dictionaries::write(connection, &mut rows, register, items, 0)?;
        drop(rows);
        connection.execute_batch(INDICES)?;
        connection.execute_batch(SEARCH)?;
        connection.execute_batch(&format!(
            "INSERT INTO search (rowid, {SEARCH_COLUMNS}) SELECT id, {SEARCH_COLUMNS} FROM search_document;
             INSERT INTO search (search) VALUES ('optimize');"
        ))
    })
}

/// Writes a database that differs from the one at `from` by these statements and what they changed.
///
/// Costs a copy of the file and work in proportion to the shares that changed.
///
/// # Errors
/// If it cannot be written.
pub fn update<'a>(
    public: &Path,
    from: &Path,
    path: &Path,
    register: &Register,
    snapshot: &Snapshot,
    changes: &Changes,
    statements: impl Iterator<Item = Logged<'a>>,
) -> Result<()> {
    let dictionaries = changes.dictionaries;
    let items = dictionaries.map(|first| crate::dictionaries::rows(public, register, first)).transpose()?;
    fs::copy(from, path).map_err(file("copy", from))?;
    write(path, |connection| {
        let mut rows = Inserts::of(connection)?;
        let mut unfind = connection.prepare(&format!(
            "INSERT INTO search (search, rowid, {SEARCH_COLUMNS})
             SELECT 'delete', id, {SEARCH_COLUMNS} FROM search_document WHERE id = ?1"
        ))?;
        let mut find = connection.prepare(&format!(
            "INSERT INTO search (rowid, {SEARCH_COLUMNS}) SELECT id, {SEARCH_COLUMNS} FROM search_document WHERE id = ?1"
        ))?;
        let mut remove_share = connection.prepare("DELETE FROM share WHERE id = ?1")?;
        let mut remove_recipient = connection.prepare("DELETE FROM recipient WHERE id = ?1")?;
        let mut remove_parts: Vec<Query<'_>> = OF_A_SHARE
            .iter()
            .map(|table| connection.prepare(&format!("DELETE FROM \"{}\" WHERE share_id = ?1", table.name())))
            .collect::<rusqlite::Result<_>>()?;
        let shares = || changes.shares.iter().map(|place| &register.shares()[*place]);
        for share in shares() {
            let id = share.id() as i64;
            unfind.execute([id])?;
            remove_share.execute([id])?;
            for remove in &mut remove_parts {
                remove.execute([id])?;
            }
        }
        for place in &changes.recipients {
            remove_recipient.execute([register.recipients()[*place].id as i64])?;
            rows.insert(recipient_row(register, *place))?;
        }
        for share in shares() {
            rows.insert_all(share_rows(register, share))?;
            find.execute([share.id() as i64])?;
        }
        for (index, statement, leaf) in statements {
            rows.insert(statement_row(register, index, statement, leaf))?;
        }
        if let (Some(first), Some(items)) = (dictionaries, items) {
            dictionaries::write(connection, &mut rows, register, items, first)?;
        }
        connection.execute_batch("DELETE FROM meta; DELETE FROM total; DELETE FROM text WHERE share_id IS NULL;")?;
        rows.insert_all(whole(register, snapshot))
    })
}

/// Rows that are few and computed anew each time.
fn whole(register: &Register, snapshot: &Snapshot) -> Vec<Row> {
    let mut rows = meta_rows(register, snapshot);
    rows.extend(total_rows(register));
    rows.extend(general_rows(register));
    rows
}

/// Opens the file, writes in one transaction, and makes the content durable. Until the file is renamed nobody reads it,
/// so SQLite's own journal would protect nothing.
fn write(path: &Path, write: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<()> {
    let attempt = || -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; BEGIN;",
        )?;
        write(&connection)?;
        connection.execute_batch("COMMIT;")?;
        connection.close().map_err(|(_, error)| error)
    };
    attempt().map_err(database(path))?;
    fs::File::open(path).and_then(|written| written.sync_all()).map_err(file("sync", path))
}

fn create(table: Table) -> String {
    let columns: Vec<String> = table
        .columns()
        .iter()
        .map(|column| {
            let kind = match column.kind {
                ColumnKind::Key => "INTEGER PRIMARY KEY",
                ColumnKind::Integer => "INTEGER",
                ColumnKind::Text => "TEXT",
            };
            format!("\"{}\" {kind}", column.name)
        })
        .collect();
    format!("CREATE TABLE \"{}\" ({}) STRICT;", table.name(), columns.join(", "))
}

/// One prepared insertion a table.
struct Inserts<'c> {
    queries: Vec<Query<'c>>,
}

impl<'c> Inserts<'c> {
    fn of(connection: &'c Connection) -> rusqlite::Result<Self> {
        let prepare = |table: &Table| {
            let marks = vec!["?"; table.columns().len()].join(", ");
            connection.prepare(&format!("INSERT INTO \"{}\" VALUES ({marks})", table.name()))
        };
        Ok(Self { queries: Table::ALL.iter().map(prepare).collect::<rusqlite::Result<_>>()? })
    }

    fn insert(&mut self, (table, cells): Row) -> rusqlite::Result<()> {
        // `Table::ALL` lists the tables in the order in which they are declared.
        let query = &mut self.queries[table as usize];
        query.execute(rusqlite::params_from_iter(cells.iter().map(Stored)))?;
        Ok(())
    }

    fn insert_all(&mut self, rows: impl IntoIterator<Item = Row>) -> rusqlite::Result<()> {
        rows.into_iter().try_for_each(|row| self.insert(row))
    }
}

struct Stored<'a>(&'a Cell);

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            list @ Cell::List(_) => ToSqlOutput::Owned(Value::Text(list.stored().unwrap_or_default().into_owned())),
        })
    }
}
