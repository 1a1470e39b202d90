//! `/method`: how the register is made, what the log proves and what it cannot, and what this register does not know.

use axum::response::Response;

use super::View;
use super::database::Coverage;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::silence::Cadence;
use super::words;

#[derive(askama::Template)]
#[template(path = "method.html")]
struct Method {
    frame: Frame,
    custodian: String,
    shares: u64,
    releases: u64,
    unlisted: u64,
    corrections: u64,
    redactions: u64,
    gaps: Coverage,
    cadence: Option<Cadence>,
}

impl Method {
    /// `41 of 120 releases (34 %)`; no percentage where it would say nothing.
    fn part(&self, count: &u64, all: &u64, one: &str, many: &str) -> String {
        let said = format!("{} of {}", words::number(count), words::count(all, one, many));
        if *count == 0 || *all == 0 {
            return said;
        }
        // Rounded half up; what is neither none nor all does not become it.
        match (u128::from(*count) * 200 + u128::from(*all)) / (u128::from(*all) * 2) {
            0 => format!("{said} (less than 1 %)"),
            100 if count < all => format!("{said} (more than 99 %)"),
            percent => format!("{said} ({percent} %)"),
        }
    }

    fn withheld(&self) -> u64 {
        self.gaps.withheld.iter().map(|(_, count, _)| count).sum()
    }
}

/// `/method`
pub async fn method(view: View) -> Result<Response, Problem> {
    let ((gaps, heartbeats, (corrections, redactions)), info) =
        view.read(|reader| Ok((reader.coverage()?, reader.heartbeats()?, reader.correction_counts()?))).await?;
    Ok(html(&Method {
        custodian: info.custodian.clone(),
        shares: info.total("shares"),
        releases: info.total("releases"),
        unlisted: info.total("unlisted"),
        corrections,
        redactions,
        gaps,
        cadence: Cadence::of(&heartbeats, view.today()),
        frame: Frame::new(&view, Some(info), Section::About),
    }))
}
