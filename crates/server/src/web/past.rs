//! Past states of the register: each is computed from the log's files into a database of its own, kept for a while, and
//! read by the same code as the present one.
//!
//! Computing one costs a fold of the log, so that one is computed at a time and few are kept. Anybody may ask for any
//! state; whoever comes while another is being computed waits, and is asked to come back where that takes too long.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::database::{Database, DatabaseError, Info, Source};

/// States that are kept; each takes as much disk as the register's database.
const KEPT: usize = 6;

/// How long to wait for another state that is being computed.
const PATIENCE: Duration = Duration::from_secs(10);

/// What tells one past state from another: an erasure changes every one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    size: u64,
    redactions: u64,
}

/// The past states that are kept.
pub struct Pasts {
    public: PathBuf,
    kept: Mutex<Kept>,
    turn: Semaphore,
}

/// The newest asked for stands last.
#[derive(Default)]
struct Kept {
    folder: Option<Arc<TempDir>>,
    states: Vec<(Key, Database)>,
}

impl Pasts {
    /// None yet, of the log in this public folder.
    pub fn new(public: &Path) -> Self {
        Self { public: public.to_owned(), kept: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// The database of the state after this many statements; `now` is the present one.
    ///
    /// # Errors
    /// Where it cannot be computed, or not soon enough.
    pub async fn database(&self, size: u64, now: &Info) -> Result<Database, DatabaseError> {
        let key = Key { size, redactions: now.total("redactions") };
        if let Some(known) = self.known(key) {
            return Ok(known);
        }
        let turn = tokio::time::timeout(PATIENCE, self.turn.acquire()).await;
        let _turn = turn.map_err(|_| DatabaseError::TooSlow)?.map_err(|_| DatabaseError::Absent)?;
        if let Some(known) = self.known(key) {
            return Ok(known);
        }
        let folder = self.folder().map_err(|error| DatabaseError::Past(error.to_string()))?;
        let path = folder.path().join(format!("{}-{}.sqlite", key.size, key.redactions));
        let (public, written) = (self.public.clone(), path.clone());
        let computed = tokio::task::spawn_blocking(move || store::past::write(&public, size, &written));
        let computed = computed.await.map_err(|error| DatabaseError::Past(error.to_string()))?;
        if let Err(error) = computed {
            // What is left of it would be in the way of the next attempt.
            let _ = std::fs::remove_file(&path);
            return Err(DatabaseError::Past(error.to_string()));
        }
        Ok(self.keep(key, Database::new(Source::Published(path))))
    }

    fn known(&self, key: Key) -> Option<Database> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.states.iter().position(|(known, _)| *known == key)?;
        let state = kept.states.remove(place);
        let database = state.1.clone();
        kept.states.push(state);
        Some(database)
    }

    fn keep(&self, key: Key, database: Database) -> Database {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.states.push((key, database.clone()));
        while kept.states.len() > KEPT || kept.states[0].0.redactions != key.redactions {
            // Whoever reads it at the moment has it open, and reads on.
            let (_, gone) = kept.states.remove(0);
            let _ = std::fs::remove_file(gone.path());
        }
        database
    }

    fn folder(&self) -> std::io::Result<Arc<TempDir>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = &kept.folder {
            return Ok(Arc::clone(folder));
        }
        let folder = Arc::new(tempfile::Builder::new().prefix("rollcall-past-").tempdir()?);
        kept.folder = Some(Arc::clone(&folder));
        Ok(folder)
    }
}
