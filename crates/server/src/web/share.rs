//! `/share/<reference>`: everything that the register says about one share.

use std::collections::HashMap;

use axum::extract::{Path, RawQuery};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use register::vocabulary::{Destruction, ErasureGround, TEXTS, fact_label, text_label};

use super::database::{FieldText, ReleaseView, ShareView, StatementView, TextState};
use super::documents::{self, Document};
use super::figure::Figure;
use super::figures::{self, ShareItems};
use super::late::{self, Late};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::story::{self, Correction};
use super::versions::{Version, versions};
use super::{View, words};

/// Texts longer than this many characters are folded.
const LONG: usize = 900;

/// Rows of a long list that stand before the fold.
const SHOWN: usize = 15;

#[derive(askama::Template)]
#[template(path = "share.html")]
struct SharePage {
    frame: Frame,
    share: ShareView,
    texts: Vec<TextPart>,
    corrections: Vec<Correction>,
    documents: Vec<Document>,
    destruction_late: Option<Late>,
    end_late: Option<Late>,
    history: Option<Figure>,
    volume: Option<Figure>,
    items: Option<ShareItems>,
    cohorts: Option<Figure>,
    versions: Vec<Version>,
}

/// One text of the page.
struct TextPart {
    label: String,
    content: TextContent,
}

enum TextContent {
    Short(Vec<String>),
    Long { opening: String, paragraphs: Vec<String>, characters: String },
    Withheld { ground: &'static str, opens: Option<String> },
    Erased { by: Option<u64>, ground: Option<&'static str> },
    Missing,
}

impl SharePage {
    fn heading(&self) -> String {
        self.share.title.clone().unwrap_or_else(|| format!("Share {}", self.share.reference))
    }

    fn json_address(&self) -> String {
        words::share_json_address(&self.share.reference)
    }

    fn first_releases(&self) -> &[ReleaseView] {
        &self.share.releases[..self.share.releases.len().min(SHOWN)]
    }

    fn other_releases(&self) -> &[ReleaseView] {
        &self.share.releases[self.share.releases.len().min(SHOWN)..]
    }

    fn fact_label(&self, code: &str) -> String {
        fact_label(code)
    }

    /// Newest first. Releases have their own table, so that a hundred of them do not hide a decision.
    fn steps(&self) -> Vec<&StatementView> {
        let is_release = |step: &&StatementView| step.kind == "release-registered";
        self.share.statements.iter().rev().filter(|step| !is_release(step)).collect()
    }

    fn releases(&self) -> u64 {
        self.share.releases.len() as u64
    }

    /// What is known of the release's volume, in the order in which it matters.
    fn volume(&self, release: &ReleaseView) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(people) = release.people {
            said.push(words::count(people, "person", "people"));
        }
        if let Some(under) = release.people_under {
            said.push(format!("fewer than {} people", words::number(under)));
        }
        if let Some(rows) = release.rows {
            said.push(words::count(rows, "row", "rows"));
        }
        if let Some(requests) = release.requests {
            said.push(words::count(requests, "request", "requests"));
        }
        if let Some(supplied) = release.supplied {
            said.push(format!("data supplied for {}", words::number(supplied)));
        }
        said
    }

    fn destruction_so_far(&self) -> &'static str {
        match self.share.destruction {
            Destruction::Claimed => "Destruction is claimed, without evidence so far.",
            Destruction::Evidenced => "Destruction is claimed, and evidence was given.",
            Destruction::Disputed => "That a copy was destroyed is disputed.",
            _ => "Nobody has claimed that they are destroyed.",
        }
    }

    /// Of a register of our own, which lists every release; a list that was read in may lack some.
    fn nothing_to_destroy(&self) -> bool {
        let share = &self.share;
        share.source.is_none()
            && share.releases.is_empty()
            && share.copies.is_empty()
            && share.destruction_due.is_none()
    }

    fn destruction_stage(&self) -> &'static str {
        match self.share.destruction {
            Destruction::Due if self.destruction_late.is_none() => "Nothing claimed yet",
            stage => stage.label(),
        }
    }

    fn newest_versions(&self) -> &[Version] {
        &self.versions[..self.versions.len().min(SHOWN)]
    }

    fn older_versions(&self) -> &[Version] {
        &self.versions[self.versions.len().min(SHOWN)..]
    }
}

/// `/share/<reference>`
pub async fn by_path(
    view: View,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    answer(view, reference, query.as_deref().unwrap_or_default()).await
}

/// `/share?reference=<reference>`, for a reference that cannot stand in a path.
pub async fn by_parameter(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    let reference = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "reference");
    let reference = reference.map(|(_, reference)| reference.into_owned());
    let Some(reference) = reference else {
        let message = "It must be given: the reference of a share.".to_owned();
        return Err(Problem::BadParameter { parameter: "reference", message });
    };
    answer(view, reference, &query).await
}

async fn answer(view: View, reference: String, query: &str) -> Result<Response, Problem> {
    let format = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "format");
    match format.as_ref().map(|(_, format)| &**format) {
        None | Some("" | "html") => page(view, reference).await,
        Some("json") => json(view, reference).await,
        Some(_) => {
            let message = "It can be one of: html, json.".to_owned();
            Err(Problem::BadParameter { parameter: "format", message })
        }
    }
}

async fn json(view: View, reference: String) -> Result<Response, Problem> {
    let (found, _) = view.read(move |reader| reader.share_json(&reference)).await?;
    let found = found.ok_or(Problem::NotFound)?;
    let headers = [(CONTENT_TYPE, "application/json"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    Ok((headers, found.to_string()).into_response())
}

async fn page(view: View, reference: String) -> Result<Response, Problem> {
    let (found, info) = view.read(move |reader| reader.share(&reference)).await?;
    let share = found.ok_or(Problem::NotFound)?;
    let today = view.today();
    let (title, about) = preview(&share);
    Ok(html(&SharePage {
        frame: Frame::new(&view, Some(info), Section::Find).described(&title, &about),
        texts: texts(&share),
        corrections: story::corrections(&share.statements, &share.texts),
        documents: documents::documents(&share.statements),
        destruction_late: late::destruction(share.destruction_due, share.destruction, today),
        end_late: late::end(share.end, share.status, today),
        history: figures::history(&share, today),
        volume: figures::volume(&share),
        items: figures::share_items(&share),
        cohorts: figures::share_cohorts(&share),
        versions: versions(&share),
        share,
    }))
}

/// What shows where somebody passes the address on: public texts only.
fn preview(share: &ShareView) -> (String, String) {
    let title = share.title.clone().unwrap_or_else(|| format!("Share {}", share.reference));
    let public = |name: &str| {
        share.texts.iter().find_map(|text| match &text.state {
            TextState::Public(value) if text.replaced_by.is_none() && text.name.as_deref() == Some(name) => {
                Some(value.as_str())
            }
            _ => None,
        })
    };
    let what = format!("{}: {}", share.recipient, share.status.label());
    let summary = public("summary").or_else(|| public("purpose"));
    (title, summary.map_or_else(|| what.clone(), |summary| format!("{what}. {summary}")))
}

/// The texts that stand, in the order of the vocabulary; the title is the page's heading already.
fn texts(share: &ShareView) -> Vec<TextPart> {
    let erased = story::erasures(&share.statements);
    let place = |text: &FieldText| {
        let known = text.name.as_deref().and_then(|name| TEXTS.iter().position(|(code, _)| *code == name));
        known.unwrap_or(TEXTS.len())
    };
    let public_title =
        |text: &FieldText| text.name.as_deref() == Some("title") && matches!(text.state, TextState::Public(_));
    let mut standing: Vec<&FieldText> =
        share.texts.iter().filter(|text| text.replaced_by.is_none() && !public_title(text)).collect();
    standing.sort_by_key(|text| (place(text), text.statement));
    standing.into_iter().map(|text| text_part(text, &erased)).collect()
}

fn text_part(text: &FieldText, erased: &HashMap<String, (u64, ErasureGround)>) -> TextPart {
    let content = match &text.state {
        TextState::Public(value) => public(value),
        TextState::Withheld(ground, opens) => TextContent::Withheld {
            ground: ground.map_or("No ground is given", |ground| ground.label()),
            opens: opens.as_ref().map(words::date),
        },
        TextState::Erased => {
            let by = erased.get(&text.digest);
            TextContent::Erased { by: by.map(|(by, _)| *by), ground: by.map(|(_, ground)| ground.label()) }
        }
        TextState::Missing => TextContent::Missing,
    };
    let label = text.name.as_deref().map_or_else(|| "Erased text".to_owned(), text_label);
    TextPart { label, content }
}

fn public(value: &str) -> TextContent {
    let paragraphs: Vec<String> =
        value.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let characters = value.chars().count();
    if characters <= LONG {
        return TextContent::Short(paragraphs);
    }
    // The opening ends with a whole word.
    let cut: String = value.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONG / 2).collect();
    let opening = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole).to_owned();
    TextContent::Long { opening, paragraphs, characters: words::number(characters as u64) }
}
