//! Holds the rows of a published `register.sqlite` against the rows that the log makes.
//!
//! Rows are compared as sets, by digest, since their order in the file says nothing. The search index and the views are
//! not computed again; the signed list's digest stands for them.

use std::collections::BTreeMap;

use register::dictionary;
use register::tables::{
    Cell, ColumnKind, Row, Snapshot, Table, dictionary_rows, general_rows, item_rows, meta_rows, recipient_row,
    share_rows, statement_row, total_rows,
};
use sha2::{Digest, Sha256};

use super::database::{Database, Value};
use super::dictionaries::Dictionaries;
use super::log::Log;
use super::statements::Folded;

type Digests = BTreeMap<Table, Vec<[u8; 16]>>;

/// Compares every table, and says how many rows there are.
///
/// # Errors
/// Which table differs, and by how many rows.
pub(super) fn compare(
    bytes: &[u8],
    log: &Log,
    folded: &Folded,
    dictionaries: &Dictionaries,
    snapshot: &Snapshot,
) -> Result<u64, String> {
    let (published, computed) = std::thread::scope(|scope| {
        let published = scope.spawn(|| published(bytes));
        let computed = computed(log, folded, dictionaries, snapshot);
        (published.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), computed)
    });
    let published = published?;
    let mut rows = 0;
    // Without a dictionary's file nobody knows its rows; that the file is wrong was reported.
    let known = |table: &&Table| **table != Table::Item || dictionaries.complete;
    for table in Table::ALL.iter().filter(known) {
        let none = Vec::new();
        let held = published.get(table).unwrap_or(&none);
        let due = computed.get(table).unwrap_or(&none);
        rows += due.len() as u64;
        if held != due {
            let missing = due.iter().filter(|row| held.binary_search(row).is_err()).count();
            let extra = held.iter().filter(|row| due.binary_search(row).is_err()).count();
            return Err(format!(
                "table {}: {missing} rows that the log makes are not there, {extra} are there that it does not make",
                table.name()
            ));
        }
    }
    Ok(rows)
}

fn published(bytes: &[u8]) -> Result<Digests, String> {
    let database = Database::open(bytes).map_err(|error| error.to_string())?;
    let mut digests = Digests::new();
    for table in Table::ALL {
        let columns = table.columns();
        let rows = digests.entry(*table).or_default();
        let read = database.rows(table.name(), columns.len(), |rowid, values| {
            let mut hasher = Sha256::new();
            for (column, value) in columns.iter().zip(values) {
                match value {
                    // SQLite keeps an INTEGER PRIMARY KEY as the row's number and leaves its column empty.
                    Value::Null if column.kind == ColumnKind::Key => integer(&mut hasher, rowid),
                    Value::Null => hasher.update([0]),
                    Value::Integer(number) => integer(&mut hasher, *number),
                    Value::Text(text) => self::text(&mut hasher, text),
                    Value::Other => hasher.update([9]),
                }
            }
            rows.push(short(hasher));
        });
        read.map_err(|error| format!("table {}: {error}", table.name()))?;
        rows.sort_unstable();
    }
    Ok(digests)
}

fn computed(log: &Log, folded: &Folded, dictionaries: &Dictionaries, snapshot: &Snapshot) -> Digests {
    let register = &folded.register;
    let mut digests = Digests::new();
    let mut add = |(table, cells): Row| {
        let mut hasher = Sha256::new();
        for cell in &cells {
            match cell {
                Cell::Null => hasher.update([0]),
                Cell::Integer(number) => integer(&mut hasher, *number),
                stored => text(&mut hasher, stored.stored().unwrap_or_default().as_bytes()),
            }
        }
        digests.entry(table).or_default().push(short(hasher));
    };
    (0..register.recipients().len()).for_each(|place| add(recipient_row(register, place)));
    register.shares().iter().flat_map(|share| share_rows(register, share)).for_each(&mut add);
    for ((index, statement), leaf) in (0..).zip(&folded.statements).zip(log.entries()) {
        add(statement_row(register, index, statement, leaf));
    }
    meta_rows(register, snapshot).into_iter().for_each(&mut add);
    total_rows(register).into_iter().for_each(&mut add);
    general_rows(register).into_iter().for_each(&mut add);
    dictionary_rows(register).into_iter().for_each(&mut add);
    for published in dictionary::published(register) {
        let read = dictionaries.read.get(&published.index);
        read.into_iter().flat_map(|read| item_rows(published.index, &published.says.dataset, read)).for_each(&mut add);
    }
    digests.values_mut().for_each(|rows| rows.sort_unstable());
    digests
}

fn integer(hasher: &mut Sha256, number: i64) {
    hasher.update([1]);
    hasher.update(number.to_be_bytes());
}

fn text(hasher: &mut Sha256, text: &[u8]) {
    hasher.update([2]);
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text);
}

/// Half a digest keeps chance collisions out of any register that fits on a disk.
fn short(hasher: Sha256) -> [u8; 16] {
    let digest = hasher.finalize();
    std::array::from_fn(|at| digest[at])
}
