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
    /// `41 of 120 releases (34 %)`; the share of the whole is left out where there is none.
    fn part(&self, count: &u64, all: &u64, one: &str, many: &str) -> String {
        let all_of_them = words::count(all, one, many);
        match (u128::from(*count) * 100).checked_div(u128::from(*all)) {
            None => format!("0 of {all_of_them}"),
            Some(0) if *count > 0 => format!("{} of {all_of_them} (less than 1 %)", words::number(count)),
            Some(percent) => format!("{} of {all_of_them} ({percent} %)", words::number(count)),
        }
    }

    fn withheld(&self) -> u64 {
        self.gaps.withheld.iter().map(|(_, count, _)| count).sum()
    }
}

/// `/method`
pub async fn method(view: View) -> Result<Response, Problem> {
    let ((gaps, heartbeats, (corrections, redactions)), info) = view
        .read(|reader| Ok((reader.coverage()?, reader.heartbeats()?, reader.correction_counts()?)))
        .await?;
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
