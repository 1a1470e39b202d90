//! The register as SQLite tables with a full-text index: what they hold, and how statements change them.
//!
//! They hold nothing but what `register::tables` computes from the fold. Two files are made of them: the site's own
//! (`site_database`), which each statement changes in place, and `register.sqlite`, which anybody may download.

mod dictionaries;

use std::collections::BTreeSet;

use register::Register;
use register::fold::Touched;
use register::statement::Statement;
use register::tables::{
    Cell, ColumnKind, Row, Snapshot, Table, general_fact_rows, general_rows, meta_rows, recipient_row, share_rows,
    statement_row, total_rows,
};
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

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
CREATE INDEX text_state ON text (state, ground, opens);
CREATE INDEX dataset_use_share ON dataset_use (share_id);
CREATE INDEX dataset_use_dataset ON dataset_use (dataset, share_id);
CREATE INDEX dataset_use_slug ON dataset_use (slug, share_id);
CREATE INDEX class_use_share ON class_use (share_id);
CREATE INDEX class_use_class ON class_use (scheme, value, share_id);
CREATE INDEX copy_share ON copy (share_id);
CREATE INDEX statement_share ON statement (share_id);
CREATE INDEX statement_recipient ON statement (recipient_id);
CREATE INDEX statement_kind ON statement (kind);
CREATE INDEX statement_corrects ON statement (corrects) WHERE corrects IS NOT NULL;
CREATE INDEX statement_decided ON statement (at, logged) WHERE kind = 'share-decided';
CREATE INDEX release_items ON release (share_id) WHERE items <> '[]';
CREATE INDEX release_cohorts ON release (share_id) WHERE cohorts <> '[]';";

const SEARCH_COLUMNS: &str = "reference, recipient, title, body, datasets";

/// A statement as it goes into the database: its index, itself, and its leaf.
pub(crate) type Logged<'a> = (u64, &'a Statement, &'a [u8]);

/// What a batch of statements changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    shares: BTreeSet<usize>,
    recipients: BTreeSet<usize>,
    general: BTreeSet<u64>,
    /// The earliest statement whose dictionary is new or told otherwise.
    dictionaries: Option<u64>,
}

impl Changes {
    /// Adds what one statement changed.
    pub(crate) fn add(&mut self, touched: &Touched) {
        self.shares.extend(touched.share);
        self.recipients.extend(&touched.recipients);
        self.general.extend(&touched.general);
    }

    /// The earliest statement whose dictionary is new or told otherwise; nothing where none is.
    pub(crate) fn dictionaries(&self) -> Option<u64> {
        self.dictionaries
    }

    /// Adds that a statement published a dictionary, or corrected the one that a statement published.
    pub(crate) fn add_dictionary(&mut self, index: u64) {
        self.dictionaries = Some(self.dictionaries.map_or(index, |earliest| earliest.min(index)));
    }
}

/// What the schema is, in a number: a database of another one is made anew.
pub(crate) fn schema_version() -> i32 {
    let tables: String = Table::ALL.iter().map(|table| create(*table)).collect();
    let digest = register::Digest::of([tables.as_str(), INDICES, SEARCH, dictionaries::SEARCH].concat().as_bytes()).0;
    // Positive, and never the 0 of a database that says nothing.
    i32::from_be_bytes([digest[0] & 0x7F, digest[1], digest[2], digest[3] | 1])
}

/// Makes the tables in an empty database and fills them. `items` are the rows of every dictionary's items.
pub(crate) fn fill<'a>(
    connection: &Connection,
    register: &Register,
    snapshot: &Snapshot,
    items: Vec<Row>,
    statements: impl Iterator<Item = Logged<'a>>,
) -> rusqlite::Result<()> {
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
    rows.insert_all(general_rows(register))?;
    rows.insert_all(head(register, snapshot))?;
    connection.execute_batch(dictionaries::SEARCH)?;
    dictionaries::write(connection, &mut rows, register, items, 0)?;
    drop(rows);
    connection.execute_batch(INDICES)?;
    connection.execute_batch(SEARCH)?;
    connection.execute_batch(&format!(
        "INSERT INTO search (rowid, {SEARCH_COLUMNS}) SELECT id, {SEARCH_COLUMNS} FROM search_document;
         INSERT INTO search (search) VALUES ('optimize');"
    ))?;
    connection.pragma_update(None, "user_version", schema_version())
}

/// Drops every table, so that [`fill`] can make them anew in the same transaction.
pub(crate) fn empty(connection: &Connection) -> rusqlite::Result<()> {
    let drops: String = Table::ALL.iter().map(|table| format!("DROP TABLE IF EXISTS \"{}\";", table.name())).collect();
    connection.execute_batch(&format!(
        "DROP TABLE IF EXISTS item_search; DROP TABLE IF EXISTS search; DROP VIEW IF EXISTS search_document; {drops}"
    ))
}

/// Brings the tables from one state of the register to a later one, by these statements and what they changed. Costs
/// work in proportion to the shares that changed, and none in proportion to the register. `items` are the rows of the
/// items of every dictionary that is new or told otherwise, and of those after it.
pub(crate) fn change<'a>(
    connection: &Connection,
    register: &Register,
    snapshot: &Snapshot,
    changes: &Changes,
    items: Vec<Row>,
    statements: impl Iterator<Item = Logged<'a>>,
) -> rusqlite::Result<()> {
    let mut rows = Inserts::of(connection)?;
    let shares = || changes.shares.iter().map(|place| &register.shares()[*place]);
    let run = |sql: &str, id: u64| connection.prepare_cached(sql)?.execute([id as i64]);
    for share in shares() {
        run(
            &format!(
                "INSERT INTO search (search, rowid, {SEARCH_COLUMNS})
                 SELECT 'delete', id, {SEARCH_COLUMNS} FROM search_document WHERE id = ?1"
            ),
            share.id(),
        )?;
        run("DELETE FROM share WHERE id = ?1", share.id())?;
        for table in OF_A_SHARE {
            run(&format!("DELETE FROM \"{}\" WHERE share_id = ?1", table.name()), share.id())?;
        }
    }
    for place in &changes.recipients {
        run("DELETE FROM recipient WHERE id = ?1", register.recipients()[*place].id)?;
        rows.insert(recipient_row(register, *place))?;
    }
    for share in shares() {
        rows.insert_all(share_rows(register, share))?;
        run(
            &format!(
                "INSERT INTO search (rowid, {SEARCH_COLUMNS})
                 SELECT id, {SEARCH_COLUMNS} FROM search_document WHERE id = ?1"
            ),
            share.id(),
        )?;
    }
    for index in &changes.general {
        run("DELETE FROM text WHERE statement = ?1 AND share_id IS NULL", *index)?;
        let about_no_share = register.share_at(*index).is_none();
        if let Some(fact) = register.fact(*index).filter(|_| about_no_share) {
            rows.insert_all(general_fact_rows(fact))?;
        }
    }
    for (index, statement, leaf) in statements {
        rows.insert(statement_row(register, index, statement, leaf))?;
    }
    if let Some(first) = changes.dictionaries {
        dictionaries::write(connection, &mut rows, register, items, first)?;
    }
    connection.execute_batch("DELETE FROM meta; DELETE FROM total;")?;
    rows.insert_all(head(register, snapshot))
}

/// The rows that every statement changes.
fn head(register: &Register, snapshot: &Snapshot) -> Vec<Row> {
    let mut rows = meta_rows(register, snapshot);
    rows.extend(total_rows(register));
    rows
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
    queries: Vec<CachedStatement<'c>>,
}

impl<'c> Inserts<'c> {
    fn of(connection: &'c Connection) -> rusqlite::Result<Self> {
        let prepare = |table: &Table| {
            let marks = vec!["?"; table.columns().len()].join(", ");
            connection.prepare_cached(&format!("INSERT INTO \"{}\" VALUES ({marks})", table.name()))
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
