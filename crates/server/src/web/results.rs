//! `/find.csv` and its kin: the result of a search as a file, the same shares in the same order as the page lists them.
//!
//! A file is written once for each question and state of the register, beside the site and not in memory, and then sent
//! like any other file: from any byte on, with its digest. So a slow or broken download costs no further work.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Path, RawQuery, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::Response;
use register::tables::Cell;
use register::{PartialDate, download, hdr_uk};
use sha2::{Digest, Sha256};
use store::spreadsheet::{self, Column, Form, Holds, Sheet};
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::catalogue::Window;
use super::database::{DatabaseError, FoundShare, Reader};
use super::files::{self, Known};
use super::filters::Filters;
use super::problem::Problem;
use super::{Site, View};

/// Files that are kept.
const KEPT: usize = 24;

/// Bytes that they may take together; one that is larger is kept alone.
const BYTES: u64 = 512 << 20;

/// How long to wait while others are written.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a result can be taken as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What the page lists.
    List(Form),
    /// The shares that the HDR UK standard lists, in its columns.
    HdrUk(Form),
    /// Everything about each share, as JSON.
    Lines,
}

impl Kind {
    fn of(ending: &str) -> Option<Self> {
        let form = |ending: &str| Form::ALL.iter().copied().find(|form| form.ending() == ending);
        match ending.strip_prefix("hdr-uk.") {
            Some(rest) => form(rest).map(Self::HdrUk),
            None if ending == "jsonl" => Some(Self::Lines),
            None => form(ending).map(Self::List),
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::List(form) | Self::HdrUk(form) => form.content_type(),
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// `/find.<ending>`
pub async fn result(
    State(site): State<Site>,
    view: View,
    Path(ending): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    let kind = Kind::of(&ending).ok_or(Problem::NotFound)?;
    let filters = Filters::parse(query.as_deref().unwrap_or_default())?;
    let today = view.today();
    let info = view.info().await?;
    let question = format!("{ending} {} {} {today} {}", info.size, info.root, filters.query_without(None));
    let file = site.results().file(question, &view, kind, filters, today).await?;
    let known = Known { sha256: file.sha256.clone(), kind: kind.content_type() };
    let mut response = files::send_known(&file.path, &known, request).await?;
    let name = format!("attachment; filename=\"shares.{ending}\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A written file.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    sha256: String,
    bytes: u64,
}

impl Drop for Written {
    /// Whoever is being sent it has it open, and is sent the rest.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The results that are kept.
pub struct Results {
    kept: Mutex<Kept>,
    turns: Semaphore,
}

/// The newest asked for stands last.
#[derive(Default)]
struct Kept {
    folder: Option<Arc<TempDir>>,
    count: u64,
    files: Vec<(String, Arc<Written>)>,
}

impl Default for Results {
    fn default() -> Self {
        Self { kept: Mutex::default(), turns: Semaphore::new(2) }
    }
}

impl Results {
    /// The file of this question, written now unless it is kept.
    async fn file(
        &self,
        question: String,
        view: &View,
        kind: Kind,
        filters: Filters,
        today: PartialDate,
    ) -> Result<Arc<Written>, Problem> {
        if let Some(known) = self.known(&question) {
            return Ok(known);
        }
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| Problem::TimedOut)?.map_err(|_| Problem::Unavailable)?;
        if let Some(known) = self.known(&question) {
            return Ok(known);
        }
        let path = self.free_path().map_err(|error| fault(&error))?;
        let target = path.clone();
        let (written, _) = view.read(move |reader| Ok(write(&target, kind, reader, &filters, today))).await?;
        let written = match written {
            Ok((sha256, bytes)) => Arc::new(Written { path, sha256, bytes }),
            Err(error) => {
                let _ = fs::remove_file(&path);
                return Err(match error {
                    WriteError::Database(error) => error.into(),
                    WriteError::Io(error) => fault(&error),
                });
            }
        };
        self.keep(question, Arc::clone(&written));
        Ok(written)
    }

    fn known(&self, question: &str) -> Option<Arc<Written>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.files.iter().position(|(known, _)| known == question)?;
        let file = kept.files.remove(place);
        let written = Arc::clone(&file.1);
        kept.files.push(file);
        Some(written)
    }

    fn keep(&self, question: String, written: Arc<Written>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.files.push((question, written));
        let bytes = |kept: &Kept| kept.files.iter().map(|(_, file)| file.bytes).sum::<u64>();
        while kept.files.len() > 1 && (kept.files.len() > KEPT || bytes(&kept) > BYTES) {
            kept.files.remove(0);
        }
    }

    fn free_path(&self) -> io::Result<PathBuf> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.count += 1;
        let count = kept.count;
        let folder = match &kept.folder {
            Some(folder) => Arc::clone(folder),
            None => {
                let folder = Arc::new(tempfile::Builder::new().prefix("rollcall-results-").tempdir()?);
                kept.folder = Some(Arc::clone(&folder));
                folder
            }
        };
        Ok(folder.path().join(count.to_string()))
    }
}

/// A full disk, most likely. The message names no file of the register.
fn fault(error: &io::Error) -> Problem {
    tracing::error!(kind = ?error.kind(), "the result of a search could not be written");
    Problem::Unavailable
}

enum WriteError {
    Database(DatabaseError),
    Io(io::Error),
}

impl From<DatabaseError> for WriteError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn write(
    path: &std::path::Path,
    kind: Kind,
    reader: &Reader<'_>,
    filters: &Filters,
    today: PartialDate,
) -> Result<(String, u64), WriteError> {
    let ids = reader.ids(filters, today, &Window::All)?;
    let mut file = File::create_new(path)?;
    let as_at = reader.info.data_as_at;
    match kind {
        Kind::List(form) => {
            let sheet = Sheet { name: "Shares", columns: COLUMNS, as_at };
            let rows = ids.iter().map(|id| reader.shares_of_ids(&[*id]).map_err(io::Error::other));
            let rows = rows.map(|found| Ok(found?.first().map(cells).unwrap_or_default()));
            spreadsheet::write(form, &sheet, rows, &mut file)?;
        }
        Kind::HdrUk(form) => {
            let sheet = Sheet { name: "Data uses", columns: hdr_uk::COLUMNS, as_at };
            let rows = ids.iter().flat_map(|id| match reader.tables_of_share(*id) {
                Ok(tables) => hdr_uk::rows(&tables.recipient, &tables.share, &tables.releases, &tables.texts)
                    .map(Ok)
                    .collect::<Vec<_>>(),
                Err(error) => vec![Err(io::Error::other(error))],
            });
            spreadsheet::write(form, &sheet, rows, &mut file)?;
        }
        Kind::Lines => {
            let mut out = BufWriter::with_capacity(1 << 16, &mut file);
            for id in ids {
                download::write_share_line(reader.tables_of_share(id)?, &mut out)?;
            }
            out.flush()?;
        }
    }
    drop(file);
    let mut hasher = Sha256::new();
    let bytes = io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher))?;
    Ok((hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), bytes))
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const fn words(name: &'static str) -> Column {
    Column { name, holds: Holds::Words }
}

const fn date(name: &'static str) -> Column {
    Column { name, holds: Holds::Date }
}

/// What the list shows of a share.
const COLUMNS: &[Column] = &[
    words("id"),
    words("reference"),
    Column { name: "title", holds: Holds::Sentences },
    words("recipient"),
    words("sector"),
    words("channel"),
    words("route"),
    words("status"),
    words("destruction"),
    date("destruction_due"),
    words("releases"),
    date("released"),
    words("changed_at"),
];

fn cells(share: &FoundShare) -> Vec<Cell> {
    let text = |text: &dyn ToString| Cell::Text(text.to_string());
    let number = |number: u64| Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let perhaps = |value: Option<String>| value.map_or(Cell::Null, Cell::Text);
    vec![
        number(share.id),
        text(&share.reference),
        perhaps(share.title.clone()),
        text(&share.recipient),
        perhaps(share.sector.clone()),
        text(&share.channel),
        perhaps(share.route.map(|route| route.to_string())),
        text(&share.status),
        text(&share.destruction),
        perhaps(share.destruction_due.map(|due| due.to_string())),
        number(share.releases),
        perhaps(share.released.map(|released| released.to_string())),
        text(&share.changed_at),
    ]
}
