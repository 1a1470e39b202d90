//! `/figures`: what the whole register shows, as figures, and the numbers of each as CSV. The modules below turn what the
//! database says into findings, drawings and tables; each sentence is computed and has its edge cases.

mod cohorts;
mod history;
mod items;
mod lags;
mod people;
mod releases;
mod sectors;
mod share_cohorts;
mod share_items;
mod sums;
mod volume;

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use register::PartialDate;

use super::database::{Figures, ShareView};
use super::figure::Figure;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{Site, View, words};

pub use history::history;
pub use share_cohorts::share_cohorts;
pub use share_items::{ShareItems, share_items};
pub use volume::volume;

/// The pages and files of this area.
pub fn routes() -> Router<Site> {
    Router::new().route("/figures", get(page)).route("/figures/{file}", get(csv))
}

/// Every figure of the whole register, in the order of the page.
pub fn all(figures: &Figures, today: PartialDate) -> Vec<Figure> {
    let mut list = vec![
        releases::releases(&figures.years, today),
        people::people(&figures.years, today),
        items::items(&figures.items, figures.with_items),
        sectors::sectors(&figures.sectors),
        cohorts::cohorts(&figures.cohorts, figures.with_cohorts),
    ];
    list.extend((!figures.newest.is_empty()).then(|| cohorts::newest(&figures.newest)));
    list.extend(lags::lags(&figures.lags));
    list
}

/// What one share shows.
pub fn of_share(share: &ShareView, today: PartialDate) -> Vec<Figure> {
    let figures = [history(share, today), volume(share), share_cohorts(share)];
    figures.into_iter().flatten().chain(share_items(share).map(|items| items.figure)).collect()
}

#[derive(askama::Template)]
#[template(path = "figures.html")]
struct FiguresPage {
    frame: Frame,
    figures: Vec<Figure>,
}

/// `/figures`
async fn page(view: View) -> Result<Response, Problem> {
    let (figures, info) = view.read(|reader| reader.figures()).await?;
    let figures = all(&figures, view.today());
    Ok(html(&FiguresPage { frame: Frame::new(&view, Some(info), Section::Figures), figures }))
}

/// `/figures/<name>.csv`, and the same for one share with `?share=<reference>`.
async fn csv(view: View, Path(file): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let name = file.strip_suffix(".csv").ok_or(Problem::NotFound)?;
    let today = view.today();
    let query = query.unwrap_or_default();
    let share = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "share");
    let figures = match share.map(|(_, reference)| reference.into_owned()) {
        Some(reference) => {
            let (share, _) = view.read(move |reader| reader.share(&reference)).await?;
            of_share(&share.ok_or(Problem::NotFound)?, today)
        }
        None => all(&view.read(|reader| reader.figures()).await?.0, today),
    };
    let figure = figures.into_iter().find(|figure| figure.name == name).ok_or(Problem::NotFound)?;
    let table = figure.table.csv().map_err(|_| Problem::Fault)?;
    // The name is one of ours by now, so that nothing of the request gets into a header.
    let disposition = format!("attachment; filename=\"{}.csv\"", figure.name);
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    Ok((headers, table).into_response())
}

fn csv_address(name: &str) -> String {
    format!("/figures/{name}.csv")
}

fn share_csv_address(name: &str, share: &ShareView) -> String {
    format!("/figures/{name}.csv?share={}", words::encode(&share.reference))
}
