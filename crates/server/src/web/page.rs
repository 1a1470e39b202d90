//! What all pages share: the frame around them, and how a template becomes an answer.

use std::sync::Arc;

use askama::Template;
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse, Response};
use register::PartialDate;
use register::organisation::fold_spaces;

use super::database::Info;
use super::problem::Problem;
use super::view::Past;
use super::{View, assets, linked, words};

/// The entries of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Find a release.
    Find,
    /// Decisions.
    Decisions,
    /// Other access.
    OtherAccess,
    /// Figures.
    Figures,
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
        (Self::Decisions, "Decisions", "/decisions"),
        (Self::OtherAccess, "Other access", "/other-access"),
        (Self::Datasets, "Datasets", "/datasets"),
        (Self::Figures, "Figures", "/figures"),
        (Self::Data, "Data", "/data"),
        (Self::Verify, "Verify", "/verify"),
    ];
}

/// A group of links in the footer: its heading, then name and address of each.
pub type Group = (&'static str, &'static [(&'static str, &'static str)]);

/// Every page that is no page of one share, recipient or statement.
pub const FOOTER: &[Group] = &[
    (
        "The register",
        &[
            ("Find a release", "/find"),
            ("Decisions", "/decisions"),
            ("Other access", "/other-access"),
            ("Datasets", "/datasets"),
            ("Figures", "/figures"),
            ("Changes", "/changes"),
            ("Corrections", "/corrections"),
        ],
    ),
    ("How to read it", &[("About", "/about"), ("Glossary", "/glossary"), ("Method and limits", "/method")]),
    ("Check and reuse it", &[("Data", "/data"), ("API", "/api"), ("Verify", "/verify")]),
    (
        "This site",
        &[
            ("Contact", "/contact"),
            ("Accessibility", "/accessibility"),
            ("Privacy", "/privacy"),
            ("Cookies", "/cookies"),
        ],
    ),
];

/// The frame around a page.
pub struct Frame {
    /// Whose register this is; nothing while it cannot be read.
    pub info: Option<Arc<Info>>,
    /// Where in the navigation the page stands.
    pub section: Section,
    /// The day on which lateness is computed.
    pub today: PartialDate,
    /// The past moment that is looked at.
    pub past: Option<Arc<Past>>,
    /// Whether people can sign in here.
    pub has_desk: bool,
    /// What is said of the page elsewhere: in search results, in messages, by programs.
    pub head: Head,
}

/// What the head of a page says for others than its reader.
#[derive(Default)]
pub struct Head {
    /// Title and description, as they show where somebody passes the address on.
    pub preview: Option<(String, String)>,
    /// Feeds that follow the page: title and address.
    pub feeds: Vec<(String, String)>,
    /// A schema.org description, ready to stand in its element.
    pub data: Option<String>,
}

impl Frame {
    /// A frame for today.
    pub fn new(view: &View, info: Option<Arc<Info>>, section: Section) -> Self {
        let (today, past, has_desk) = (view.today(), view.past().cloned(), view.has_desk());
        Self { info, section, today, past, has_desk, head: Head::default() }
    }

    /// With what shows where somebody passes the address on. Space is folded, and the description cut to 200 letters.
    pub fn described(mut self, title: &str, description: &str) -> Self {
        let folded = fold_spaces(description);
        let cut: String = folded.chars().take(200).collect();
        let description = if cut.len() < folded.len() { format!("{}…", cut.trim_end()) } else { folded };
        self.head.preview = Some((fold_spaces(title), description));
        self
    }

    /// With a feed that follows the page.
    pub fn with_feed(mut self, title: &str, address: &str) -> Self {
        self.head.feeds.push((title.to_owned(), address.to_owned()));
        self
    }

    /// With a schema.org description.
    pub fn with_data(mut self, description: &serde_json::Value) -> Self {
        self.head.data = Some(linked::script(description));
        self
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

    /// The footer's links.
    pub fn footer(&self) -> &'static [Group] {
        FOOTER
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
