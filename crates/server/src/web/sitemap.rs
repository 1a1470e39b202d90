//! `/sitemap.xml`, its parts, and `/robots.txt`: for whoever collects pages.
//!
//! A sitemap may list 50,000 addresses. A part here lists 10,000, which is about a megabyte and can be made in one go, so
//! that a slow reader holds no connection to the database. Statements are left out: each is on the page of its share.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::address::SiteAddress;
use super::problem::Problem;
use super::{View, words};

/// Addresses of one part.
const PART: u64 = 10_000;

/// Pages that every register has.
const PAGES: &[&str] = &[
    "/",
    "/find",
    "/datasets",
    "/decisions",
    "/other-access",
    "/changes",
    "/corrections",
    "/figures",
    "/data",
    "/api",
    "/verify",
    "/about",
    "/method",
    "/glossary",
    "/accessibility",
    "/cookies",
    "/privacy",
    "/contact",
];

/// What is listed, each in parts of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Shares.
    Shares,
    /// Recipients.
    Recipients,
    /// Datasets that a share names or a dictionary describes.
    Datasets,
    /// Items of every dictionary, those that the newest no longer lists among them.
    Items,
}

impl Listed {
    const ALL: [Self; 4] = [Self::Shares, Self::Recipients, Self::Datasets, Self::Items];

    fn name(self) -> &'static str {
        match self {
            Self::Shares => "shares",
            Self::Recipients => "recipients",
            Self::Datasets => "datasets",
            Self::Items => "items",
        }
    }

    /// The page of something in this list. An item's name is its dataset's address and its own.
    fn page(self, name: &str) -> String {
        match self {
            Self::Shares => words::share_address(name),
            Self::Recipients => format!("/recipient/{}", words::encode(name)),
            Self::Datasets => format!("/dataset/{}", words::encode(name)),
            Self::Items => {
                let (dataset, item) = name.split_once('/').unwrap_or((name, ""));
                format!("/dataset/{}/{}", words::encode(dataset), words::encode(item))
            }
        }
    }
}

/// `/sitemap.xml`: the parts, each with the date of the newest statement in it.
pub async fn index(view: View, site: SiteAddress) -> Result<Response, Problem> {
    let read = view.read(move |reader| {
        let mut parts = vec![("pages".to_owned(), None)];
        for listed in Listed::ALL {
            let part = |(number, changed): (u64, Option<String>)| (format!("{}-{number}", listed.name()), changed);
            parts.extend(reader.sitemap_parts(listed, PART)?.into_iter().map(part));
        }
        Ok(parts)
    });
    let (parts, info) = read.await?;
    let newest = info.data_as_at.map(|moment| moment.to_string());
    let entries = parts.into_iter().map(|(name, changed)| {
        entry("sitemap", &site.join(&format!("/sitemap/{name}.xml")), changed.as_ref().or(newest.as_ref()))
    });
    Ok(xml("sitemapindex", entries))
}

/// `/sitemap/pages.xml`, `/sitemap/shares-1.xml`, `/sitemap/items-1.xml` and so on
pub async fn part(view: View, site: SiteAddress, Path(name): Path<String>) -> Result<Response, Problem> {
    let name = name.strip_suffix(".xml").ok_or(Problem::NotFound)?;
    if name == "pages" {
        let info = view.info().await?;
        let newest = info.data_as_at.map(|moment| moment.to_string());
        return Ok(xml("urlset", PAGES.iter().map(|path| entry("url", &site.join(path), newest.as_ref()))));
    }
    let (listed, number) = name.rsplit_once('-').ok_or(Problem::NotFound)?;
    let listed = Listed::ALL.into_iter().find(|known| known.name() == listed).ok_or(Problem::NotFound)?;
    let number: u64 = number.parse().ok().filter(|read: &u64| read.to_string() == number).ok_or(Problem::NotFound)?;
    let skip = number.checked_sub(1).ok_or(Problem::NotFound)?.saturating_mul(PART);
    let (rows, _) = view.read(move |reader| reader.sitemap(listed, PART, skip)).await?;
    if rows.is_empty() {
        return Err(Problem::NotFound);
    }
    let entries = rows.into_iter().map(|(name, changed)| entry("url", &site.join(&listed.page(&name)), Some(&changed)));
    Ok(xml("urlset", entries))
}

/// `/robots.txt`. Every list is on other pages too, and there is no end to the questions.
pub async fn robots(site: SiteAddress) -> Response {
    let sitemap = site.join("/sitemap.xml");
    let text = format!(
        "User-agent: *\nDisallow: /find?\nDisallow: /find.\nDisallow: /api/v1/\nDisallow: /as-of/\nDisallow: /desk\n\nSitemap: {sitemap}\n"
    );
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// An address holds no character that XML would take for its own but `&`, which stands in queries.
fn entry(element: &str, address: &str, changed: Option<&String>) -> String {
    let address = address.replace('&', "&amp;");
    let changed = changed.map_or_else(String::new, |changed| format!("<lastmod>{changed}</lastmod>"));
    format!("<{element}><loc>{address}</loc>{changed}</{element}>\n")
}

fn xml(root: &str, entries: impl Iterator<Item = String>) -> Response {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    );
    entries.for_each(|entry| text.push_str(&entry));
    text.push_str(&format!("</{root}>\n"));
    ([(CONTENT_TYPE, "application/xml; charset=utf-8")], text).into_response()
}
