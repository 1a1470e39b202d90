//! `/desk/application/<reference>/basket/find`: the datasets that have a dictionary, and the items of one.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use casework::specification::Cohort;
use register::Class;

use super::{COLUMNS, ask_register, class};
use crate::desk::Desk;
use crate::desk::application::Opened;
use crate::desk::input::Errors;
use crate::desk::page::{Frame, Section, html};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::database::{DictionaryView, ItemQuestion, ItemView, Span};
use crate::web::words;

/// Items on one page.
const PAGE: u64 = 50;

/// The longest text to search for; the rest is left out.
const LONGEST: usize = 200;

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// The dataset's address; none shows the datasets.
    pub dataset: String,
    /// Words.
    pub q: String,
    /// The page, from 1.
    pub page: u64,
}

/// What was sent and could not be taken, so that the page shows it again.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub first: String,
    pub last: String,
    pub items: BTreeSet<String>,
    pub cohorts: BTreeSet<String>,
}

#[derive(askama::Template)]
#[template(path = "desk/basket/find.html")]
pub(super) struct FindPage {
    pub frame: Frame,
    pub errors: Errors,
    pub opened: Opened,
    pub asked: Asked,
    pub typed: Typed,
    /// The datasets that can be chosen from.
    pub datasets: Vec<(String, DictionaryView)>,
    /// The one that is looked at.
    pub dictionary: Option<DictionaryView>,
    pub items: Vec<ItemView>,
    pub found: u64,
}

impl FindPage {
    fn address(&self, page: u64) -> String {
        let mut query = format!("?dataset={}", words::encode(&self.asked.dataset));
        if !self.asked.q.is_empty() {
            query.push_str(&format!("&q={}", words::encode(&self.asked.q)));
        }
        if page > 1 {
            query.push_str(&format!("&page={page}"));
        }
        format!("{}{query}", self.opened.address("basket/find"))
    }

    fn here(&self) -> String {
        self.address(self.asked.page)
    }

    fn dataset_address(&self, slug: &str) -> String {
        format!("{}?dataset={}", self.opened.address("basket/find"), words::encode(slug))
    }

    fn last_page(&self) -> u64 {
        self.found.div_ceil(PAGE).max(1)
    }

    fn class(&self, classes: &[Class], scheme: &str) -> String {
        class(classes, scheme)
    }

    fn span(&self, span: &Option<Span>) -> String {
        match span {
            None => "not known".to_owned(),
            Some(Span { first, last: None }) => format!("from {} on", super::years(*first, *first)),
            Some(Span { first, last: Some(last) }) => super::years(*first, *last),
        }
    }

    fn in_basket(&self, item: &ItemView) -> bool {
        let name = self.dictionary.as_ref().map(|view| view.dataset.as_str()).unwrap_or_default();
        self.opened.specification.dataset(name).is_some_and(|part| part.item(&item.slug).is_some())
    }

    fn is_chosen(&self, item: &ItemView) -> bool {
        self.typed.items.contains(&item.slug)
    }

    fn has_cohort(&self, cohort: &Cohort) -> bool {
        self.typed.cohorts.contains(&cohort.to_string())
    }

    fn meanings(&self) -> Vec<(&'static str, &'static [(&'static str, &'static str)])> {
        let known = |code: &str| register::classification::SCHEMES.iter().find(|scheme| scheme.code == code);
        COLUMNS.iter().filter_map(|(code, _)| known(code)).map(|scheme| (scheme.label, scheme.values)).collect()
    }
}

impl Asked {
    pub(super) fn parse(query: &str) -> Self {
        let mut asked = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match &*name {
                "dataset" => asked.dataset = value.chars().take(LONGEST).collect(),
                "q" => asked.q = value.chars().take(LONGEST).collect(),
                "page" => asked.page = value.parse().ok().filter(|page| (1..=100_000).contains(page)).unwrap_or(1),
                _ => {}
            }
        }
        asked
    }
}

pub(super) async fn page(desk: &Desk, by: &SignedIn, opened: Opened, asked: Asked) -> Result<FindPage, Problem> {
    let wanted = asked.clone();
    let (datasets, dictionary, items, found) = ask_register(desk, move |reader| {
        if wanted.dataset.is_empty() {
            let rows = reader.datasets()?.into_iter();
            let described = rows.filter_map(|row| Some((row.slug, row.dictionary?)));
            return Ok((described.collect(), None, Vec::new(), 0));
        }
        let Some(view) = reader.dictionaries(&wanted.dataset)?.into_iter().next() else {
            return Ok((Vec::new(), None, Vec::new(), 0));
        };
        let question = ItemQuestion { q: wanted.q, classes: Vec::new() };
        let (items, found) = reader.items(view.statement, &question, (wanted.page - 1) * PAGE, PAGE)?;
        Ok((Vec::new(), Some(view), items, found))
    })
    .await?;
    if !asked.dataset.is_empty() && dictionary.is_none() {
        return Err(Problem::NotFound);
    }
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    let typed = Typed::default();
    Ok(FindPage { frame, errors, opened, asked, typed, datasets, dictionary, items, found })
}

/// `/desk/application/<reference>/basket/find`
pub async fn find(
    State(desk): State<Desk>,
    by: SignedIn,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let opened = Opened::to_write(&desk, &by, &reference).await?;
    let asked = Asked::parse(query.as_deref().unwrap_or_default());
    Ok(html(&page(&desk, &by, opened, asked).await?))
}
