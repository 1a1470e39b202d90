//! `/find`: the list of shares.

use axum::extract::RawQuery;
use axum::response::Response;

use super::catalogue::{Choice, PAGE, Window};
use super::database::FoundShare;
use super::filters::{Facet, Filters, Sort};
use super::late::{self, Late};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, words};

/// Values of a filter that the page offers; there are registers with thousands of recipients.
const CHOICES: usize = 60;

#[derive(askama::Template)]
#[template(path = "find.html")]
struct Find {
    frame: Frame,
    filters: Filters,
    shares: u64,
    releases: u64,
    rows: Vec<(FoundShare, Option<Late>)>,
    groups: Vec<Group>,
    chosen: Vec<Chosen>,
    pages: Vec<PageLink>,
    last_page: u64,
    similar: Vec<(String, String)>,
}

/// One filter with its choices.
struct Group {
    facet: Facet,
    choices: Vec<(Choice, bool)>,
    chosen: usize,
}

/// A chosen value, with the address of the list without it.
struct Chosen {
    label: String,
    without: String,
}

/// A page number, or a gap.
enum PageLink {
    Number(u64, String, bool),
    Gap,
}

impl Find {
    fn columns(&self) -> [(Sort, &'static str, bool); 4] {
        [
            (Sort::Title, "Share", false),
            (Sort::Recipient, "Recipient", false),
            (Sort::Released, "Last release", false),
            (Sort::Releases, "Releases", true),
        ]
    }

    fn aria_sort(&self, sort: &Sort) -> &'static str {
        match (*sort == self.filters.sort, self.filters.descending) {
            (false, _) => "none",
            (true, false) => "ascending",
            (true, true) => "descending",
        }
    }

    fn sort_address(&self, sort: &Sort) -> String {
        format!("/find?{}", self.filters.sorted_by(*sort))
    }

    /// The result as a file: what it is, and its address.
    fn downloads(&self) -> [(&'static str, String); 5] {
        let query = self.filters.query_without(None);
        [("CSV", "csv"), ("ODS", "ods"), ("XLSX", "xlsx"), ("JSON lines", "jsonl"), ("HDR UK columns", "hdr-uk.xlsx")]
            .map(|(what, ending)| (what, format!("/find.{ending}?{query}")))
    }

    fn previous(&self) -> Option<String> {
        (self.filters.page > 1)
            .then(|| format!("/find?{}", self.filters.on_page((self.filters.page - 1).min(self.last_page))))
    }

    fn next(&self) -> Option<String> {
        (self.filters.page < self.last_page).then(|| format!("/find?{}", self.filters.on_page(self.filters.page + 1)))
    }

    fn first_row(&self) -> u64 {
        (self.filters.page - 1) * PAGE + 1
    }

    fn last_row(&self) -> u64 {
        self.first_row() + self.rows.len() as u64 - 1
    }
}

/// `/find`
pub async fn find(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let filters = Filters::parse(query.as_deref().unwrap_or_default())?;
    let today = view.today();
    let asked = filters.clone();
    let (found, info) = view.read(move |reader| reader.find(&asked, today, &Window::Page(asked.page), CHOICES)).await?;
    let last_page = found.shares.div_ceil(PAGE).max(1);
    let with_lateness = |share: FoundShare| {
        let late = late::destruction(share.destruction_due, share.destruction, today);
        (share, late)
    };
    let groups: Vec<Group> =
        found.choices.into_iter().map(|(facet, choices)| group(facet, choices, filters.values(facet))).collect();
    let question = filters.question();
    let feed = if question.is_empty() { "/feed.atom".to_owned() } else { format!("/find.atom?{question}") };
    let about = format!(
        "{} and {} in the register of {}: who has been given data, why, and what became of it.",
        words::count(found.shares, "share", "shares"),
        words::count(found.releases, "release", "releases"),
        info.custodian
    );
    Ok(html(&Find {
        frame: Frame::new(&view, Some(info), Section::Find)
            .described("Find a release", &about)
            .with_feed("Changes in this list", &feed),
        shares: found.shares,
        releases: found.releases,
        rows: found.page.into_iter().map(with_lateness).collect(),
        chosen: chosen(&filters, &groups),
        groups,
        pages: pages(&filters, last_page),
        last_page,
        similar: found.similar,
        filters,
    }))
}

/// A filter shows what can be chosen and what is chosen, even where that would leave nothing.
fn group(facet: Facet, choices: Vec<Choice>, values: &[String]) -> Group {
    let mut list: Vec<(Choice, bool)> = choices
        .into_iter()
        .map(|choice| {
            let label = if facet == Facet::Late { facet.value_label(&choice.value) } else { choice.label };
            let chosen = values.contains(&choice.value);
            (Choice { label, ..choice }, chosen)
        })
        .collect();
    for value in values {
        if !list.iter().any(|(choice, _)| choice.value == *value) {
            let label = facet.value_label(value);
            list.push((Choice { value: value.clone(), label, count: 0 }, true));
        }
    }
    // Coded values keep the order of their vocabulary, which is that of a share's life.
    list.sort_by_key(|(choice, _)| facet.place(&choice.value));
    Group { facet, choices: list, chosen: values.len() }
}

fn chosen(filters: &Filters, groups: &[Group]) -> Vec<Chosen> {
    let label = |facet: Facet, value: &str| {
        let known = groups.iter().filter(|group| group.facet == facet).flat_map(|group| &group.choices);
        let label = known.into_iter().find(|(choice, _)| choice.value == value);
        format!("{}: {}", facet.label(), label.map_or(value, |(choice, _)| &choice.label))
    };
    let each = filters.chosen().into_iter();
    each.map(|(facet, value, without)| Chosen { label: label(facet, &value), without: format!("/find?{without}") })
        .collect()
}

/// The first, the last and the pages around this one.
fn pages(filters: &Filters, last: u64) -> Vec<PageLink> {
    let mut links = Vec::new();
    let mut before = 0;
    for page in 1..=last {
        if page != 1 && page != last && page.abs_diff(filters.page) > 1 {
            continue;
        }
        if page > before + 1 {
            links.push(PageLink::Gap);
        }
        links.push(PageLink::Number(page, format!("/find?{}", filters.on_page(page)), page == filters.page));
        before = page;
    }
    links
}
