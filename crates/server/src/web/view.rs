//! A view of the register: what one request sees of it, now or as of a past moment. Handlers take this and nothing else,
//! so that a page cannot mix two states of the register.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use register::PartialDate;

use super::Site;
use super::as_of::{self, Asked, When};
use super::conditional::Notes;
use super::database::{Database, DatabaseError, Info, Reader, Since};
use super::problem::Problem;
use super::words;
use crate::settings::Settings;

/// What one request sees.
#[derive(Clone)]
pub struct View {
    site: Site,
    past: Option<Arc<Past>>,
    /// Shared by the clones that one request uses.
    seen: Arc<Mutex<Seen>>,
}

/// Which state of the register a request has seen so far.
#[derive(Debug, Clone, Default)]
pub enum Seen {
    /// None.
    #[default]
    Nothing,
    /// This one.
    One(Arc<Info>),
    /// Several: a statement was published between two reads.
    Several,
}

/// A past moment that is looked at.
pub struct Past {
    /// How many statements there were.
    pub size: u64,
    /// The day on which it is looked at: lateness is computed for it.
    pub day: PartialDate,
    /// What came after it.
    pub since: Since,
    /// The same page as it is now.
    pub now: String,
    /// The root hash of the present state, of which the page says how much has come since.
    pub present: String,
    database: Database,
}

impl Past {
    /// The day in words.
    pub fn day_words(&self) -> String {
        words::date(self.day)
    }
}

impl View {
    /// The register as it stands now.
    pub fn now(site: Site) -> Self {
        Self { site, past: None, seen: Arc::default() }
    }

    /// The past moment that is looked at; nothing where it is the present.
    pub fn past(&self) -> Option<&Arc<Past>> {
        self.past.as_ref()
    }

    /// Whether people can sign in here.
    pub fn has_desk(&self) -> bool {
        self.site.has_desk()
    }

    /// The public folder, for what is not in the database: the log's files and the downloads.
    pub fn public(&self) -> &Path {
        self.site.public()
    }

    /// The signed notes of the public folder, as they were last read.
    pub(super) fn notes(&self) -> &Arc<Notes> {
        self.site.notes()
    }

    /// The day on which lateness is computed.
    pub fn today(&self) -> PartialDate {
        self.past.as_ref().map_or_else(|| self.site.today(), |past| past.day)
    }

    /// What the site's operator says of itself.
    pub fn settings(&self) -> &Settings {
        self.site.operator()
    }

    /// Asks the register one question, which may be made of several queries; they see one state of it.
    ///
    /// # Errors
    /// Where the register cannot be read, or the question takes too long.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Reader<'_>) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<(T, Arc<Info>), DatabaseError> {
        let database = self.past.as_ref().map_or(self.site.database(), |past| &past.database);
        let (answer, info) = database.read(move |reader| Ok((question(reader)?, Arc::clone(&reader.info)))).await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = match std::mem::take(&mut *seen) {
            Seen::Nothing => Seen::One(Arc::clone(&info)),
            Seen::One(before) if before.is_same_state(&info) => Seen::One(before),
            _ => Seen::Several,
        };
        Ok((answer, info))
    }

    /// Which state of the register this request has seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whose register this is, and the checkpoint at which it was computed.
    ///
    /// # Errors
    /// Where the register cannot be read.
    pub async fn info(&self) -> Result<Arc<Info>, DatabaseError> {
        Ok(self.read(|_| Ok(())).await?.1)
    }

    /// The register as of a past moment. A moment after which nothing was published is the present, seen on that day.
    async fn at(site: &Site, when: When, now: String) -> Result<Self, Problem> {
        let today = site.today();
        let (found, info) = Self::now(site.clone())
            .read(move |reader| match when {
                When::Checkpoint(size) => Ok((size, reader.logged_day(size)?)),
                When::Date(date) => Ok((reader.size_on(date)?, Some(date.last_day().into()))),
            })
            .await?;
        let (size, Some(day)) = found else {
            let held = words::count(info.size, "statement", "statements");
            return Err(as_of::bad(format!("The register has not come so far: it holds {held}.")));
        };
        if size == 0 {
            return Err(as_of::bad("The register did not exist yet on that day."));
        }
        let day = day.min(today);
        let database =
            if size == info.size { site.database().clone() } else { site.pasts().database(size, &info).await? };
        let (since, _) = Self::now(site.clone()).read(move |reader| reader.since(size)).await?;
        let past = Past { size, day, since, now, present: info.root.clone(), database };
        Ok(Self { past: Some(Arc::new(past)), ..Self::now(site.clone()) })
    }
}

impl FromRequestParts<Site> for View {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        // One request has one view, whoever asks for it first.
        if let Some(view) = parts.extensions.get::<Self>() {
            return Ok(view.clone());
        }
        let view = match parts.extensions.get::<Asked>() {
            None => Self::now(site.clone()),
            Some(Asked(asked)) => {
                Self::at(site, asked.parse()?, without_as_of(parts.uri.path(), parts.uri.query())).await?
            }
        };
        parts.extensions.insert(view.clone());
        Ok(view)
    }
}

/// The address of the same page without the parameter.
fn without_as_of(path: &str, query: Option<&str>) -> String {
    let mut kept = form_urlencoded::Serializer::new(String::new());
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    kept.extend_pairs(pairs.filter(|(name, _)| name != "as_of"));
    let query = kept.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
