//! The only place of the website that speaks SQL. It reads `register.sqlite` and never writes.
//!
//! The publisher replaces the file by rename, so an open connection keeps seeing the old register, whole and unchanging.
//! Each request therefore looks at the file's identity, which costs one `stat`, and connections to a file that has been
//! replaced are closed. SQLite is told that the file is immutable: no lock is taken and no file is made beside it, so
//! that a folder that cannot be written serves as well.

mod dataset;
mod find;
mod recipient;
mod share;
mod statement;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use register::{Moment, PartialDate};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Type;
use rusqlite::{Connection, OpenFlags, Row};
use tokio::sync::Semaphore;

pub use dataset::{DatasetRow, DatasetView, DictionaryView, ItemQuestion, ItemView, Span};
pub use find::{Choice, FoundShare};
pub use recipient::{RecipientView, SharedWith};
pub use share::{FieldText, ReleaseView, ShareView, TextState};
pub use statement::{Change, StatementView};

/// Queries that run at once; more wait.
const READERS: usize = 8;

/// How long one request may read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the register could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no such file, or it is not a register.
    #[error("register.sqlite is not there")]
    Absent,
    /// The query was stopped.
    #[error("the query took more than {} seconds", PATIENCE.as_secs())]
    TooSlow,
    /// SQLite refused.
    #[error(transparent)]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::OperationInterrupted) => Self::TooSlow,
            _ => Self::Sqlite(error),
        }
    }
}

/// Whose register this is, and the checkpoint at which it was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// What the register is called.
    pub name: String,
    /// The body that holds the data.
    pub custodian: String,
    /// Whose records the data is about.
    pub population: String,
    /// Whether its organisations and shares are invented.
    pub demonstration: bool,
    /// The log's origin.
    pub origin: String,
    /// How many statements it is computed from.
    pub size: u64,
    /// The root hash of the tree of these statements, in base64.
    pub root: String,
    /// When the newest of them was logged.
    pub data_as_at: Option<Moment>,
    /// Counts over the whole register, by name.
    pub totals: BTreeMap<String, u64>,
}

impl Info {
    /// A count of table `total`; nothing where the register does not have it.
    pub fn total(&self, name: &str) -> u64 {
        self.totals.get(name).copied().unwrap_or(0)
    }
}

/// What tells one file from its successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    file: (u64, u64),
    length: u64,
    modified: Option<SystemTime>,
}

impl Identity {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        #[cfg(unix)]
        let file = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let file = (0, 0);
        Some(Self { file, length: metadata.len(), modified: metadata.modified().ok() })
    }
}

#[derive(Default)]
struct Idle {
    identity: Option<Identity>,
    readers: Vec<Reader>,
}

/// Connections to whatever file is at the path now.
pub struct Database {
    path: PathBuf,
    idle: Arc<Mutex<Idle>>,
    places: Arc<Semaphore>,
}

/// One connection, with what its file says of itself.
pub struct Reader {
    connection: Connection,
    /// Whose register this is.
    pub info: Arc<Info>,
}

impl Database {
    /// The database of this path, which need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, idle: Arc::default(), places: Arc::new(Semaphore::new(READERS)) }
    }

    /// Runs one question on a thread that may block.
    ///
    /// # Errors
    /// Where the file is not there, is no register, or the question takes too long.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| DatabaseError::Absent)?;
        let (path, idle) = (self.path.clone(), Arc::clone(&self.idle));
        let answer = tokio::task::spawn_blocking(move || {
            let _place = place;
            let identity = Identity::of(&path).ok_or(DatabaseError::Absent)?;
            let waiting = {
                let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.identity != Some(identity) {
                    *idle = Idle { identity: Some(identity), readers: Vec::new() };
                }
                idle.readers.pop()
            };
            let mut reader = match waiting {
                Some(reader) => reader,
                None => Reader::open(&path)?,
            };
            reader.limit(Instant::now() + PATIENCE)?;
            let answer = question(&reader);
            let mut idle = idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.identity == Some(identity) {
                idle.readers.push(reader);
            }
            answer
        });
        answer.await.unwrap_or(Err(DatabaseError::Absent))
    }
}

/// What a SQLite URI would read as something else than the path.
const URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

impl Reader {
    fn open(path: &Path) -> Result<Self, DatabaseError> {
        let path = std::path::absolute(path).map_err(|_| DatabaseError::Absent)?;
        let path = path.to_str().ok_or(DatabaseError::Absent)?;
        let uri = format!("file:{}?mode=ro&immutable=1", utf8_percent_encode(path, URI));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(uri, flags).map_err(|_| DatabaseError::Absent)?;
        connection.execute_batch("PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA mmap_size = 268435456;")?;
        // Lateness is one rule, in `PartialDate`; the database asks it instead of having its own.
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function("days_past", 2, flags, |call| {
            let due = call.get::<Option<String>>(0)?.and_then(|due| due.parse::<PartialDate>().ok());
            let today = call.get::<String>(1)?.parse::<PartialDate>().ok();
            Ok(due.zip(today).map(|(due, today)| due.days_until(today)))
        })?;
        connection.create_scalar_function("dataset_address", 1, flags, |call| {
            Ok(register::dictionary::dataset_address(&call.get::<String>(0)?))
        })?;
        let info = Arc::new(info(&connection)?);
        Ok(Self { connection, info })
    }

    fn limit(&mut self, until: Instant) -> Result<(), DatabaseError> {
        self.connection.progress_handler(10_000, Some(move || Instant::now() > until))?;
        Ok(())
    }
}

fn info(connection: &Connection) -> Result<Info, DatabaseError> {
    let mut meta = BTreeMap::new();
    let mut rows = connection.prepare("SELECT name, value FROM meta")?;
    for row in rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))? {
        let (name, value) = row?;
        meta.insert(name, value);
    }
    let mut totals = BTreeMap::new();
    let mut rows = connection.prepare("SELECT name, value FROM total")?;
    for row in rows.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u64>(1)?)))? {
        let (name, value) = row?;
        totals.insert(name, value);
    }
    let mut text = |name: &str| meta.remove(name).unwrap_or_default();
    Ok(Info {
        name: text("name"),
        custodian: text("custodian"),
        population: text("population"),
        demonstration: text("demonstration") == "1",
        origin: text("origin"),
        size: text("size").parse().unwrap_or(0),
        root: text("root"),
        data_as_at: text("data_as_at").parse().ok(),
        totals,
    })
}

/// A column that holds a code, a date or a moment.
fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error)))
}

/// The same where it may be empty.
fn perhaps<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(None),
        Some(_) => parsed(row, column).map(Some),
    }
}

/// A column that holds JSON.
fn json<T: serde::de::DeserializeOwned + Default>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(T::default()),
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))),
    }
}
