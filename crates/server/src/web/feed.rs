//! Atom feeds (RFC 4287) of everything, of one recipient, of one dataset, and of a saved search.
//!
//! An entry is a statement. Its identity is made of the log's origin and its index, so it is the same in every feed, on
//! every copy of the site, for ever. Older entries follow page by page (RFC 5005 section 3), by index: what comes in on
//! top moves nothing.

mod atom;

use axum::extract::{Path, RawQuery};
use axum::response::Response;

use super::address::SiteAddress;
use super::catalogue::Window;
use super::database::{Changed, Info, StatementView};
use super::filters::Filters;
use super::problem::Problem;
use super::{View, story, words};
use atom::{Entry, Feed};

/// Entries of one page of a feed.
const ENTRIES: u64 = 50;

/// `/feed.atom`
pub async fn everything(view: View, site: SiteAddress, query: RawQuery) -> Result<Response, Problem> {
    let about = About { title: None, path: "/feed.atom".to_owned(), page: "/".to_owned(), question: String::new() };
    answer(view, &site, about, Changed::Everything, before(&query)?).await
}

/// `/recipient/<slug>/feed.atom`
pub async fn recipient(
    view: View,
    site: SiteAddress,
    Path(slug): Path<String>,
    query: RawQuery,
) -> Result<Response, Problem> {
    let asked = slug.clone();
    let (found, _) = view.read(move |reader| reader.recipient(&asked)).await?;
    let encoded = words::encode(&slug);
    let about = About {
        title: Some(found.ok_or(Problem::NotFound)?.name),
        path: format!("/recipient/{encoded}/feed.atom"),
        page: format!("/recipient/{encoded}"),
        question: String::new(),
    };
    answer(view, &site, about, Changed::Recipient(slug), before(&query)?).await
}

/// `/dataset/<slug>/feed.atom`
pub async fn dataset(
    view: View,
    site: SiteAddress,
    Path(slug): Path<String>,
    query: RawQuery,
) -> Result<Response, Problem> {
    let asked = slug.clone();
    let found = view.read(move |reader| {
        let Some(dataset) = reader.uses_of_dataset(&asked)? else { return Ok(None) };
        let shares = reader.shares_with(&dataset.names)?;
        Ok(Some((dataset, shares)))
    });
    let (dataset, shares) = found.await?.0.ok_or(Problem::NotFound)?;
    let about = About {
        title: Some(dataset.name().to_owned()),
        path: format!("/dataset/{}/feed.atom", words::encode(&slug)),
        page: format!("/dataset/{}", words::encode(&slug)),
        question: String::new(),
    };
    answer(view, &site, about, Changed::Shares(shares), before(&query)?).await
}

/// `/find.atom?…`: a saved search, as the newest changes among the shares that match.
pub async fn search(view: View, site: SiteAddress, query: RawQuery) -> Result<Response, Problem> {
    let filters = Filters::parse(query.0.as_deref().unwrap_or_default())?;
    let question = filters.question();
    let page = if question.is_empty() { "/find".to_owned() } else { format!("/find?{question}") };
    let title = if filters.q.is_empty() { "Saved search".to_owned() } else { format!("“{}”", filters.q) };
    let today = view.today();
    let (shares, _) = view.read(move |reader| reader.ids(&filters, today, &Window::All)).await?;
    let about = About { title: Some(title), path: "/find.atom".to_owned(), page, question };
    answer(view, &site, about, Changed::Shares(shares), before(&query)?).await
}

/// What a feed is of.
struct About {
    /// Of what, where it is not the whole register.
    title: Option<String>,
    /// Its path.
    path: String,
    /// The path of the page that it follows.
    page: String,
    /// Its question, as a query; empty where it has none.
    question: String,
}

impl About {
    fn address(&self, before: Option<u64>) -> String {
        let mut query: Vec<String> = Vec::new();
        query.extend((!self.question.is_empty()).then(|| self.question.clone()));
        query.extend(before.map(|before| format!("before={before}")));
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
}

/// The index before which entries are asked for.
fn before(RawQuery(query): &RawQuery) -> Result<Option<u64>, Problem> {
    let query = query.as_deref().unwrap_or_default();
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "before");
    let Some((_, before)) = given else { return Ok(None) };
    let message = "It must be a whole number: the index of a statement.".to_owned();
    before.parse().map(Some).map_err(|_| Problem::BadParameter { parameter: "before", message })
}

async fn answer(
    view: View,
    site: &SiteAddress,
    about: About,
    of: Changed,
    before: Option<u64>,
) -> Result<Response, Problem> {
    let (mut changes, info) = view.read(move |reader| reader.newest_of(&of, before, ENTRIES + 1)).await?;
    let more = changes.len() as u64 > ENTRIES;
    changes.truncate(ENTRIES as usize);
    let next = changes.last().filter(|_| more).map(|last| site.join(&about.address(Some(last.index))));
    let title = match &about.title {
        Some(of) => format!("{of} – {}", info.name),
        None => info.name.clone(),
    };
    let feed = Feed {
        id: atom::identity(&info.origin, &about.address(None)),
        title,
        author: info.custodian.clone(),
        // A page that is asked for by its index changes only when texts are corrected; the newest entry still dates it.
        updated: changes.first().map(|newest| newest.logged).or(info.data_as_at),
        own: site.join(&about.address(before)),
        first: site.join(&about.address(None)),
        page: site.join(&about.page),
        next,
        entries: changes.iter().map(|change| entry(change, &info, site)).collect(),
    };
    feed.write()
}

fn entry(change: &StatementView, info: &Info, site: &SiteAddress) -> Entry {
    let statement = format!("/statement/{}", change.index);
    let title = story::title(change);
    let about = change.title.as_deref().or(change.reference.as_deref());
    Entry {
        id: atom::identity(&info.origin, &statement),
        title: about.map_or_else(|| title.clone(), |about| format!("{title}: {about}")),
        updated: change.logged,
        page: site.join(&change.reference.as_deref().map_or_else(|| statement.clone(), words::share_address)),
        statement: site.join(&statement),
        kind: (change.kind.clone(), title),
        summary: story::detail(change),
    }
}
