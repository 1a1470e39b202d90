//! The only place of the website that speaks SQL. It reads a register database and never writes.
//!
//! Each request looks at the file's identity, which costs one `stat`; connections to a file that has been replaced are
//! closed.

mod catalogue;
mod changes;
mod channels;
mod collections;
mod corrections;
mod coverage;
mod dataset;
mod decisions;
mod figures;
mod find;
mod item;
mod recipient;
mod share;
mod similar;
mod since;
mod sitemap;
mod statement;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use register::Moment;
use rusqlite::config::DbConfig;
use rusqlite::types::Type;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Params, Row};
use tokio::sync::Semaphore;

use super::catalogue::{Catalogue, Recent};

pub use channels::{ChannelView, ChannelVolume, WithheldView};
pub use collections::{Changed, DatasetUses, DecisionRow, RecipientRow};
pub use corrections::CorrectionView;
pub use coverage::Coverage;
pub use dataset::{DatasetRow, DatasetView, DictionaryView, Span};
pub use decisions::{Decision, DecisionView, Decisions};
pub use figures::{Figures, Lag, LagOf, OfCohort, OfSector, OfYear, ReleaseCohorts};
pub use find::FoundShare;
pub use item::{FoundItem, ItemQuestion, ItemView};
pub use recipient::{RecipientView, SharedWith};
pub use share::{CopyView, FieldText, ReleaseView, ShareView, TextState};
pub use similar::{Like, SimilarDecision};
pub use since::Since;
pub use statement::{Change, StatementView};

/// Questions that are answered at once, at most; more wait in the order in which they came. More than there are processors
/// would only make the long ones longer.
const READERS: usize = 8;

/// Queries that a connection keeps ready.
const STATEMENTS: usize = 128;

/// How long one request may read.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why the register could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no such file, or it is not a register.
    #[error("there is no register database")]
    Absent,
    /// The query was stopped.
    #[error("the query took more than {} seconds", PATIENCE.as_secs())]
    TooSlow,
    /// A past state could not be computed.
    #[error("a past state could not be computed: {0}")]
    Past(String),
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
    /// Whether both tell of the same state of a register.
    pub fn is_same_state(&self, other: &Self) -> bool {
        self.size == other.size && self.root == other.root
    }

    /// A count of table `total`; nothing where the register does not have it.
    pub fn total(&self, name: &str) -> u64 {
        self.totals.get(name).copied().unwrap_or(0)
    }
}

/// Where the database is, and how it changes.
#[derive(Debug, Clone)]
pub enum Source {
    /// A published file. The publisher replaces it by rename, so an open connection keeps seeing the old register, whole
    /// and unchanging. SQLite is told that the file is immutable: no lock is taken and no file is made beside it, so that
    /// a folder that cannot be written serves as well.
    Published(PathBuf),
    /// The publisher's own, which it changes while we read; SQLite's write-ahead log keeps a reader's state whole.
    Live(PathBuf),
}

impl Source {
    fn path(&self) -> &Path {
        let (Self::Published(path) | Self::Live(path)) = self;
        path
    }
}

/// What tells one file from its successor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    file: (u64, u64),
    /// Length and time of change of a published file; a live one changes under its name.
    content: Option<(u64, SystemTime)>,
}

impl Identity {
    fn of(source: &Source) -> Option<Self> {
        let metadata = std::fs::metadata(source.path()).ok().filter(std::fs::Metadata::is_file)?;
        #[cfg(unix)]
        let file = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let file = (0, 0);
        let content = match source {
            Source::Published(_) => Some((metadata.len(), metadata.modified().ok()?)),
            Source::Live(_) => None,
        };
        Some(Self { file, content })
    }
}

#[derive(Default)]
struct Idle {
    identity: Option<Identity>,
    connections: Vec<Connection>,
}

/// What is computed once for each state of the register: whose it is, and the catalogue.
#[derive(Default)]
struct State {
    /// The file that it was read from.
    identity: Option<Identity>,
    info: Option<Arc<Info>>,
    /// The leaf of its last statement: a register with this one in its place is a later state of the same.
    last_leaf: String,
    catalogue: Catalogue,
    recent: Recent,
}

/// A register database, and what is kept in memory of it.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    source: Source,
    idle: Mutex<Idle>,
    state: RwLock<State>,
    places: Arc<Semaphore>,
}

/// One state of the register, for as long as a question takes.
pub struct Reader<'a> {
    connection: &'a Connection,
    catalogue: &'a Catalogue,
    recent: &'a Recent,
    /// Whose register this is.
    pub info: Arc<Info>,
}

impl Reader<'_> {
    /// Every row of a query, each read by `read`.
    fn rows<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, DatabaseError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(parameters, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn readers() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).clamp(2, READERS)
}

impl Database {
    /// The database at this place, which need not be there yet.
    pub fn new(source: Source) -> Self {
        Self(Arc::new(Shared {
            source,
            idle: Mutex::default(),
            state: RwLock::default(),
            places: Arc::new(Semaphore::new(readers())),
        }))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.source.path()
    }

    /// Runs one question on a thread that may block. All its queries see one state of the register.
    ///
    /// # Errors
    /// Where the file is not there, is no register, or the question takes too long.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader<'_>) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let place = Arc::clone(&self.0.places).acquire_owned().await.map_err(|_| DatabaseError::Absent)?;
        let shared = Arc::clone(&self.0);
        let answer = tokio::task::spawn_blocking(move || {
            let _place = place;
            shared.ask(question)
        });
        answer.await.unwrap_or(Err(DatabaseError::Absent))
    }
}

impl Shared {
    fn ask<T>(&self, question: impl FnOnce(&Reader<'_>) -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let until = Instant::now() + PATIENCE;
        let mut question = Some(question);
        loop {
            let identity = Identity::of(&self.source).ok_or(DatabaseError::Absent)?;
            let waiting = {
                let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.identity != Some(identity) {
                    *idle = Idle { identity: Some(identity), connections: Vec::new() };
                }
                idle.connections.pop()
            };
            let mut connection = match waiting {
                Some(connection) => connection,
                None => open(&self.source)?,
            };
            connection.progress_handler(10_000, Some(move || Instant::now() > until))?;
            let answer = self.in_one_state(identity, &mut connection, &mut question);
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.identity == Some(identity) {
                idle.connections.push(connection);
            }
            drop(idle);
            match answer {
                Ok(None) if Instant::now() > until => return Err(DatabaseError::TooSlow),
                Ok(None) => {}
                Ok(Some(answer)) => return Ok(answer),
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks while what is in memory is that of the state that the connection sees. The lock is held meanwhile, so that
    /// the two stay in step; whoever brings the memory up to date waits for questions under way. Nothing where the two
    /// were not in step: the question is then to be asked again.
    fn in_one_state<T, Q: FnOnce(&Reader<'_>) -> Result<T, DatabaseError>>(
        &self,
        identity: Identity,
        connection: &mut Connection,
        question: &mut Option<Q>,
    ) -> Result<Option<T>, DatabaseError> {
        let transaction = connection.transaction()?;
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp(&transaction)?;
        let in_step = |state: &State| {
            state.identity == Some(identity) && state.info.as_ref().is_some_and(|info| stamp.is_of(info))
        };
        if let (true, Some(info)) = (in_step(&state), &state.info) {
            let (catalogue, recent, info) = (&state.catalogue, &state.recent, Arc::clone(info));
            let reader = Reader { connection: &transaction, catalogue, recent, info };
            return question.take().map(|question| question(&reader)).transpose();
        }
        drop(state);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // Whoever was quicker may have seen a later state than this connection does: then this one asks again.
        let later = state.identity == Some(identity) && state.info.as_ref().is_some_and(|info| info.size >= stamp.size);
        if !later && Identity::of(&self.source) == Some(identity) {
            state.identity = Some(identity);
            state.follow(&transaction)?;
        }
        Ok(None)
    }
}

impl State {
    /// Brings what is in memory to the state that this connection sees: by the shares that changed where that is a later
    /// state of the same register, and anew otherwise.
    fn follow(&mut self, connection: &Connection) -> Result<(), DatabaseError> {
        let info = info(connection)?;
        let from = match &self.info {
            Some(before) if before.origin == info.origin && before.size <= info.size => {
                let same = last_leaf(connection, before.size)? == self.last_leaf;
                if same { before.size } else { 0 }
            }
            _ => 0,
        };
        // Until it is whole again it is nobody's.
        self.info = None;
        self.recent.clear();
        if from == 0 {
            self.catalogue = Catalogue::new();
        }
        catalogue::each_changed_since(connection, from, |entry| self.catalogue.put(entry))?;
        self.last_leaf = last_leaf(connection, info.size)?;
        self.info = Some(Arc::new(info));
        Ok(())
    }
}

/// What tells one state of a register from another.
struct Stamp {
    size: u64,
    root: String,
}

impl Stamp {
    fn is_of(&self, info: &Info) -> bool {
        self.size == info.size && self.root == info.root
    }
}

fn stamp(connection: &Connection) -> Result<Stamp, DatabaseError> {
    let mut stamp = Stamp { size: 0, root: String::new() };
    let mut values = connection.prepare_cached("SELECT name, value FROM meta WHERE name IN ('root', 'size')")?;
    let mut rows = values.query([])?;
    while let Some(row) = rows.next()? {
        match row.get_ref(0)?.as_str().unwrap_or_default() {
            "size" => stamp.size = row.get::<_, String>(1)?.parse().unwrap_or(0),
            _ => stamp.root = row.get(1)?,
        }
    }
    Ok(stamp)
}

/// The leaf of the last of so many statements; empty where there are none.
fn last_leaf(connection: &Connection, size: u64) -> Result<String, DatabaseError> {
    let Some(last) = size.checked_sub(1) else { return Ok(String::new()) };
    let mut found = connection.prepare_cached("SELECT leaf FROM statement WHERE idx = ?")?;
    Ok(found.query_row([last], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// What a SQLite URI would read as something else than the path.
const URI: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#').add(b' ');

fn open(source: &Source) -> Result<Connection, DatabaseError> {
    let path = std::path::absolute(source.path()).map_err(|_| DatabaseError::Absent)?;
    let path = path.to_str().ok_or(DatabaseError::Absent)?;
    let fixed = if matches!(source, Source::Published(_)) { "&immutable=1" } else { "" };
    let uri = format!("file:{}?mode=ro{fixed}", utf8_percent_encode(path, URI));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri, flags).map_err(|_| DatabaseError::Absent)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(PATIENCE)?;
    // Without it a statement that is kept ready is planned anew for each other value that is bound in it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch("PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA cache_size = -8192;")?;
    Ok(connection)
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
