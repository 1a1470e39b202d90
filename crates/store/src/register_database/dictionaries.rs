//! The tables of item dictionaries and the index over their items, written when a dictionary is published or corrected.

use std::collections::BTreeSet;

use register::Register;
use register::dictionary::published;
use register::tables::{Row, dictionary_rows};
use rusqlite::Connection;

use super::Inserts;

/// The index over the items of current dictionaries. Names are written together (`KS4_UPN`), so `_` ends a word.
pub(super) const SEARCH: &str = "
CREATE INDEX dictionary_slug ON dictionary (slug);
CREATE INDEX item_dictionary ON item (dictionary, slug);
CREATE VIRTUAL TABLE item_search USING fts5(
    alias, description, content = 'item', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);";

/// Writes the rows of the dictionaries from this statement on, and which of all of them are current.
///
/// Costs work in proportion to these dictionaries and to those that they replace.
pub(super) fn write(
    connection: &Connection,
    rows: &mut Inserts<'_>,
    register: &Register,
    items: Vec<Row>,
    from: u64,
) -> rusqlite::Result<()> {
    let mut current = connection.prepare("SELECT id FROM dictionary WHERE current = 1")?;
    let before: BTreeSet<i64> = current.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    drop(current);
    let all = published(register);
    let after: BTreeSet<i64> = all.iter().filter(|one| one.current).map(|one| one.index as i64).collect();
    let from = from as i64;
    let changes = |id: &&i64| **id >= from || !(before.contains(*id) && after.contains(*id));

    let mut unfind = connection.prepare(
        "INSERT INTO item_search (item_search, rowid, alias, description)
         SELECT 'delete', id, alias, description FROM item WHERE dictionary = ?1",
    )?;
    before.iter().filter(changes).try_for_each(|id| unfind.execute([id]).map(drop))?;
    connection.execute("DELETE FROM item WHERE dictionary >= ?1", [from])?;
    connection.execute("DELETE FROM dictionary", [])?;
    rows.insert_all(dictionary_rows(register))?;
    rows.insert_all(items)?;
    let mut find = connection.prepare(
        "INSERT INTO item_search (rowid, alias, description) SELECT id, alias, description FROM item WHERE dictionary = ?1",
    )?;
    after.iter().filter(changes).try_for_each(|id| find.execute([id]).map(drop))
}
