//! Reads the tables of an SQLite file: enough of the file format (sqlite.org, "Database File Format") to go through every
//! row of an ordinary table, and nothing more. It never writes, follows no journal, and takes the file for hostile: every
//! page number, offset and length is checked, and no page is visited twice.

use std::collections::BTreeSet;

/// A database file in memory.
pub(super) struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    usable: usize,
    roots: Vec<(String, u32)>,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(Vec<u8>),
    /// A floating-point number or a blob; no table of a register holds one.
    Other,
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum DatabaseError {
    #[error("it is not an SQLite database in UTF-8")]
    NotADatabase,
    #[error("there is no such table")]
    NoTable,
    #[error("page {0} is damaged")]
    Page(u32),
    #[error("a row has {found} columns, expected {expected}")]
    Columns { found: usize, expected: usize },
}

type Result<T> = std::result::Result<T, DatabaseError>;

impl<'a> Database<'a> {
    /// Reads the header and the schema.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self> {
        let header = bytes.get(..100).ok_or(DatabaseError::NotADatabase)?;
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 65_536,
            size => usize::from(size),
        };
        let good = header.starts_with(b"SQLite format 3\0")
            && page_size >= 512
            && page_size.is_power_of_two()
            && header[56..60] == [0, 0, 0, 1]
            && usize::from(header[20]) <= 32;
        if !good {
            return Err(DatabaseError::NotADatabase);
        }
        let mut database = Self { bytes, page_size, usable: page_size - usize::from(header[20]), roots: Vec::new() };
        let mut roots = Vec::new();
        database.walk(1, 5, &mut |_, values| {
            if let [Value::Text(kind), Value::Text(name), _, Value::Integer(root), _] = values
                && kind == b"table"
                && let (Ok(name), Ok(root)) = (String::from_utf8(name.clone()), u32::try_from(*root))
            {
                roots.push((name, root));
            }
        })?;
        database.roots = roots;
        Ok(database)
    }

    /// Gives every row of a table, with its number.
    pub(super) fn rows(&self, table: &str, columns: usize, mut each: impl FnMut(i64, &[Value])) -> Result<()> {
        let root = self.roots.iter().find(|(name, _)| name == table).ok_or(DatabaseError::NoTable)?.1;
        self.walk(root, columns, &mut each)
    }

    fn page(&self, number: u32) -> Result<&'a [u8]> {
        let start = (number as usize).checked_sub(1).and_then(|before| before.checked_mul(self.page_size));
        start
            .and_then(|start| self.bytes.get(start..start.checked_add(self.page_size)?))
            .ok_or(DatabaseError::Page(number))
    }

    fn walk(&self, root: u32, columns: usize, each: &mut impl FnMut(i64, &[Value])) -> Result<()> {
        let mut seen = BTreeSet::new();
        let mut ahead = vec![root];
        while let Some(number) = ahead.pop() {
            let damaged = DatabaseError::Page(number);
            if !seen.insert(number) {
                return Err(damaged);
            }
            let page = self.page(number)?;
            let header = if number == 1 { 100 } else { 0 };
            let read = || -> Option<(u8, usize)> {
                Some((*page.get(header)?, usize::from(u16::from_be_bytes(array(page, header + 3)?))))
            };
            let (kind, cells) = read().ok_or(DatabaseError::Page(number))?;
            let pointers = header + if kind == 0x05 { 12 } else { 8 };
            let cell_at = |place: usize| -> Option<usize> {
                Some(usize::from(u16::from_be_bytes(array(page, pointers + 2 * place)?)))
            };
            match kind {
                0x05 => {
                    let right = array(page, header + 8).map(u32::from_be_bytes).ok_or(DatabaseError::Page(number))?;
                    ahead.push(right);
                    for place in (0..cells).rev() {
                        let child = cell_at(place).and_then(|at| array(page, at)).map(u32::from_be_bytes);
                        ahead.push(child.ok_or(DatabaseError::Page(number))?);
                    }
                }
                0x0d => {
                    for place in 0..cells {
                        let cell = cell_at(place).and_then(|at| page.get(at..self.usable));
                        let (rowid, payload) =
                            cell.and_then(|cell| self.payload(cell)).ok_or(DatabaseError::Page(number))?;
                        let values = record(&payload).ok_or(DatabaseError::Page(number))?;
                        if values.len() != columns {
                            return Err(DatabaseError::Columns { found: values.len(), expected: columns });
                        }
                        each(rowid, &values);
                    }
                }
                _ => return Err(damaged),
            }
        }
        Ok(())
    }

    /// The row's number and its record, put together from the page and its overflow pages (section 1.6).
    fn payload(&self, cell: &'a [u8]) -> Option<(i64, std::borrow::Cow<'a, [u8]>)> {
        let (length, rest) = varint(cell)?;
        let (rowid, rest) = varint(rest)?;
        let length = usize::try_from(length).ok().filter(|length| *length <= self.bytes.len())?;
        let largest = self.usable - 35;
        if length <= largest {
            return Some((rowid, rest.get(..length)?.into()));
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitted = least + (length - least) % (self.usable - 4);
        let local = if fitted <= largest { fitted } else { least };
        let mut payload = rest.get(..local)?.to_vec();
        let mut next = u32::from_be_bytes(array(rest, local)?);
        // Each page adds bytes, so a ring of pages ends when the record is full.
        while payload.len() < length {
            let page = self.page(next).ok()?;
            let part = (length - payload.len()).min(self.usable - 4);
            payload.extend(page.get(4..4 + part)?);
            next = u32::from_be_bytes(array(page, 0)?);
        }
        Some((rowid, payload.into()))
    }
}

/// A record's values (section 2.1).
fn record(payload: &[u8]) -> Option<Vec<Value>> {
    let (length, _) = varint(payload)?;
    let length = usize::try_from(length).ok()?;
    let mut types = payload.get(varint_length(payload)..length)?;
    let mut body = payload.get(length..)?;
    let mut values = Vec::new();
    while !types.is_empty() {
        let (kind, rest) = varint(types)?;
        types = rest;
        let size = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            _ => usize::try_from(kind.checked_sub(12).filter(|size| *size >= 0)? / 2).ok()?,
        };
        let (content, rest) = body.split_at_checked(size)?;
        body = rest;
        values.push(match kind {
            0 => Value::Null,
            8 => Value::Integer(0),
            9 => Value::Integer(1),
            1..=6 => Value::Integer(signed(content)),
            _ if kind >= 13 && kind % 2 == 1 => Value::Text(content.to_vec()),
            _ => Value::Other,
        });
    }
    Some(values)
}

/// A big-endian two's complement number of 1 to 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    let start = if bytes.first().is_some_and(|first| *first >= 0x80) { -1 } else { 0 };
    bytes.iter().fold(start, |sum, byte| (sum << 8) | i64::from(*byte))
}

/// A variable-length integer (section 1.6): seven bits a byte, and eight in a ninth.
fn varint(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let mut value: u64 = 0;
    for (place, byte) in bytes.iter().take(9).enumerate() {
        if place == 8 {
            value = (value << 8) | u64::from(*byte);
            return Some((value as i64, &bytes[9..]));
        }
        value = (value << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value as i64, &bytes[place + 1..]));
        }
    }
    None
}

fn varint_length(bytes: &[u8]) -> usize {
    bytes.len() - varint(bytes).map_or(bytes.len(), |(_, rest)| rest.len())
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}
