//! `/`: what this is, a search box, four counts and the latest changes.

use axum::response::Response;

use super::database::{Change, SharedWith};
use super::filters::Filters;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, story, words};

/// Changes that the page shows.
const CHANGES: u64 = 8;

/// Recipients that the page shows.
const RECIPIENTS: u64 = 6;

#[derive(askama::Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    population: String,
    custodian: String,
    counts: [(String, &'static str, &'static str); 4],
    changes: Vec<Change>,
    recipients: Vec<SharedWith>,
}

/// `/`
pub async fn home(view: View) -> Result<Response, Problem> {
    let today = view.today();
    let late = Filters { late: true, ..Filters::default() };
    let ((changes, recipients, late), info) = view
        .read(move |reader| {
            Ok((reader.changes(CHANGES)?, reader.most_shared_with(RECIPIENTS)?, reader.count(&late, today)?.0))
        })
        .await?;
    let total = |name: &str| words::number(info.total(name));
    Ok(html(&Home {
        population: info.population.clone(),
        custodian: info.custodian.clone(),
        counts: [
            (total("shares"), "shares, refusals included", "/find"),
            (total("releases"), "releases of data", "/find?sort=-released"),
            (total("recipients"), "organisations", "/find?sort=recipient"),
            (words::number(late), "overdue for destruction today", "/find?overdue=yes"),
        ],
        changes,
        recipients,
        frame: Frame::new(&view, Some(info), Section::None),
    }))
}
