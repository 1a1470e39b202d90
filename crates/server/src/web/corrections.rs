//! `/corrections`: every correction and every redaction, before and after, newest first.

use axum::extract::RawQuery;
use axum::response::Response;
use register::statement::Body;

use super::changes::before;
use super::database::CorrectionView;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::steps::Steps;
use super::story::{self, Difference};
use super::{View, words};

/// Corrections on one page.
const PAGE: u64 = 20;

#[derive(askama::Template)]
#[template(path = "corrections.html")]
struct CorrectionsPage {
    frame: Frame,
    finding: String,
    list: Vec<Corrected>,
    steps: Steps,
}

/// One correction or redaction, as a page shows it.
pub struct Corrected {
    /// Its statement.
    pub index: u64,
    /// Whether it erased texts, and corrected nothing.
    pub redaction: bool,
    /// When it was logged, in words.
    pub logged: String,
    /// Why.
    pub reason: &'static str,
    /// The statement that it is about.
    pub target: Option<u64>,
    /// What kind of statement that is.
    pub target_title: String,
    /// The share that it is about.
    pub reference: Option<String>,
    /// That share's title, where it is public.
    pub title: Option<String>,
    /// What changed.
    pub differences: Vec<Difference>,
}

impl Corrected {
    /// What a page calls the share.
    pub fn name(&self) -> &str {
        self.title.as_deref().or(self.reference.as_deref()).unwrap_or("The register as a whole")
    }
}

/// `/corrections`
pub async fn corrections(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let before = before(query.as_deref().unwrap_or_default())?;
    let ((mut found, counts), info) = view
        .read(move |reader| {
            Ok((reader.corrections(before.unwrap_or(u64::MAX), PAGE + 1)?, reader.correction_counts()?))
        })
        .await?;
    let more = found.len() as u64 > PAGE;
    found.truncate(PAGE as usize);
    let older = found.last().filter(|_| more).map(|last| format!("/corrections?before={}", last.index));
    Ok(html(&CorrectionsPage {
        frame: Frame::new(&view, Some(info), Section::None),
        finding: finding(counts),
        list: found.into_iter().map(corrected).collect(),
        steps: Steps::older(before.map(|_| "/corrections".to_owned()), older),
    }))
}

fn finding((corrections, redactions): (u64, u64)) -> String {
    match (corrections, redactions) {
        (0, 0) => "Nothing in this register has been corrected or erased so far.".to_owned(),
        _ => format!(
            "{} and {} so far. Each stands here with what it changed and why.",
            words::count(corrections, "correction", "corrections"),
            words::count(redactions, "redaction", "redactions"),
        ),
    }
}

/// A correction as a page shows it: the comparison is that of the share's page.
pub fn corrected(found: CorrectionView) -> Corrected {
    let CorrectionView { index, chain, view, texts } = found;
    let mut shown = Corrected {
        index,
        redaction: false,
        logged: words::date(view.logged.date()),
        reason: "",
        target: chain.first().map(|target| target.index),
        target_title: chain.first().map(story::title).unwrap_or_default(),
        reference: view.reference,
        title: view.title,
        differences: Vec::new(),
    };
    match view.statement.map(|read| read.body) {
        Some(Body::Redaction(redaction)) => {
            shown.redaction = true;
            shown.reason = redaction.ground.label();
            let texts = words::count(redaction.digests.len() as u64, "text", "texts");
            shown.differences = vec![Difference {
                field: texts,
                before: "(public)".to_owned(),
                after: "(erased)".to_owned(),
                long: false,
            }];
        }
        _ => {
            let compared = story::corrections(&chain, &texts).into_iter().find(|one| one.index == index);
            if let Some(compared) = compared {
                shown.reason = compared.reason;
                shown.differences = compared.differences;
            }
        }
    }
    shown
}
