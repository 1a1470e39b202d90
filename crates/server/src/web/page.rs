//! What all pages share: the frame around them, and how a template becomes an answer.

use std::sync::Arc;

use askama::Template;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse, Response};
use register::PartialDate;

use super::database::Info;
use super::problem::Problem;
use super::{View, assets, words};

/// The entries of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Find a release.
    Find,
    /// Datasets and their items.
    Datasets,
    /// Data.
    Data,
    /// Verify.
    Verify,
    /// About.
    About,
    /// None of these.
    None,
}

impl Section {
    /// Name and address of each, in order.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Find, "Find a release", "/find"),
        (Self::Datasets, "Datasets", "/datasets"),
        (Self::Data, "Data", "/data"),
        (Self::Verify, "Verify", "/verify"),
        (Self::About, "About", "/about"),
    ];
}

/// The frame around a page.
pub struct Frame {
    /// Whose register this is; nothing while it cannot be read.
    pub info: Option<Arc<Info>>,
    /// Where in the navigation the page stands.
    pub section: Section,
    /// The day on which lateness is computed.
    pub today: PartialDate,
}

impl Frame {
    /// A frame for today.
    pub fn new(view: &View, info: Option<Arc<Info>>, section: Section) -> Self {
        Self { info, section, today: view.today() }
    }

    /// The register's name, or the program's while the register cannot be read.
    pub fn name(&self) -> &str {
        self.info.as_ref().map_or("Rollcall", |info| &info.name)
    }

    /// The version in the address of stylesheet and script.
    pub fn assets(&self) -> &'static str {
        &assets::VERSION
    }

    /// The one inline script.
    pub fn inline(&self) -> &'static str {
        assets::INLINE
    }

    /// The navigation's entries.
    pub fn sections(&self) -> &'static [(Section, &'static str, &'static str)] {
        Section::ALL
    }

    /// Today in words.
    pub fn today_words(&self) -> String {
        words::date(self.today)
    }

    /// When the newest statement was logged, in words.
    pub fn as_at(&self) -> String {
        let moment = self.info.as_ref().and_then(|info| info.data_as_at);
        moment.map_or_else(|| "an unknown date".to_owned(), words::moment)
    }
}

/// Renders a page. It may be kept for a minute; a new statement shows after that.
pub fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => ([(CACHE_CONTROL, "public, max-age=60")], Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be rendered");
            Problem::Fault.into_response()
        }
    }
}
