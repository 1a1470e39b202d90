//! `/find`: the list of shares, and the same list as a table for a spreadsheet.

use axum::extract::RawQuery;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use register::download::safe_cell;

use super::database::{Choice, FoundShare};
use super::filters::{Facet, Filters, Sort};
use super::late::{self, Late};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, words};

const PAGE: u64 = 25;

/// Rows of a table for a spreadsheet; whoever wants the whole register takes the download.
const ROWS: u64 = 1_000_000;

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

    fn csv_address(&self) -> String {
        format!("/find.csv?{}", self.filters.query_without(None))
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
    let (found, info) = view.read(move |reader| reader.find(&asked, today)).await?;
    let last_page = found.shares.div_ceil(PAGE).max(1);
    let with_lateness = |share: FoundShare| {
        let late = late::destruction(share.destruction_due, share.destruction, today);
        (share, late)
    };
    let groups: Vec<Group> =
        found.choices.into_iter().map(|(facet, choices)| group(facet, choices, &filters.values(facet))).collect();
    Ok(html(&Find {
        frame: Frame::new(&view, Some(info), Section::Find),
        shares: found.shares,
        releases: found.releases,
        rows: found.page.into_iter().map(with_lateness).collect(),
        chosen: chosen(&filters, &groups),
        groups,
        pages: pages(&filters, last_page),
        last_page,
        filters,
    }))
}

/// `/find.csv`: what the list holds, on one page.
pub async fn csv(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let filters = Filters::parse(query.as_deref().unwrap_or_default())?;
    let today = view.today();
    let (shares, _) = view.read(move |reader| reader.list(&filters, today, ROWS, 0)).await?;
    let table = write_table(&shares).map_err(|_| Problem::Fault)?;
    let headers =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"shares.csv\"")];
    Ok((headers, table).into_response())
}

fn write_table(shares: &[FoundShare]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record([
        "id",
        "reference",
        "title",
        "recipient",
        "sector",
        "channel",
        "route",
        "status",
        "destruction",
        "destruction_due",
        "releases",
        "released",
        "changed_at",
    ])?;
    for share in shares {
        let date = |date: Option<register::PartialDate>| date.map_or_else(String::new, |date| date.to_string());
        let cells = [
            share.id.to_string(),
            share.reference.clone(),
            share.title.clone().unwrap_or_default(),
            share.recipient.clone(),
            share.sector.clone().unwrap_or_default(),
            share.channel.to_string(),
            share.route.map_or_else(String::new, |route| route.to_string()),
            share.status.to_string(),
            share.destruction.to_string(),
            date(share.destruction_due),
            share.releases.to_string(),
            date(share.released),
            share.changed_at.clone(),
        ];
        table.write_record(cells.iter().map(|cell| safe_cell(cell).into_owned()))?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

/// A filter shows what can be chosen and what is chosen, even where that would leave nothing.
fn group(facet: Facet, choices: Vec<Choice>, values: &[String]) -> Group {
    let mut list: Vec<(Choice, bool)> = choices
        .into_iter()
        .map(|choice| {
            let label = if facet == Facet::Recipient { choice.label } else { facet.value_label(&choice.value) };
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
