//! `/about`: whose register this is, what it covers and what it does not.

use axum::response::Response;

use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, words};

#[derive(askama::Template)]
#[template(path = "about.html")]
struct About {
    frame: Frame,
    custodian: String,
    population: String,
    corrections: String,
    unlisted: u64,
}

/// `/about`
pub async fn about(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    Ok(html(&About {
        custodian: info.custodian.clone(),
        population: info.population.clone(),
        corrections: words::count(info.total("corrections"), "correction", "corrections"),
        unlisted: info.total("unlisted"),
        frame: Frame::new(&view, Some(info), Section::About),
    }))
}
