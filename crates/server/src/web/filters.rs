//! The filters of the list of shares, as they stand in an address.

use std::str::FromStr;

use register::vocabulary::{Channel, Route, Status, UnknownCode};

use super::problem::Problem;
use super::words;

/// The longest text to search for; the rest is left out.
const LONGEST: usize = 200;

/// Values that one filter takes.
const VALUES: usize = 50;

/// What the list can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// Where a share stands.
    Status,
    /// How it came.
    Channel,
    /// How the data is used.
    Route,
    /// The recipient's sector.
    Sector,
    /// A dataset in it.
    Dataset,
    /// Who gets access.
    Recipient,
    /// Whether destruction is overdue.
    Late,
}

impl Facet {
    /// Every facet, in the order in which a page shows them.
    pub const ALL: &'static [Self] =
        &[Self::Status, Self::Channel, Self::Route, Self::Late, Self::Sector, Self::Dataset, Self::Recipient];

    /// The parameter's name.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Channel => "channel",
            Self::Route => "route",
            Self::Sector => "sector",
            Self::Dataset => "dataset",
            Self::Recipient => "recipient",
            Self::Late => "overdue",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Status => "Where it stands",
            Self::Channel => "How it came",
            Self::Route => "How data is used",
            Self::Sector => "Sector of the recipient",
            Self::Dataset => "Dataset",
            Self::Recipient => "Recipient",
            Self::Late => "Destruction",
        }
    }

    /// Whether its values are so many that a list to choose from serves better than boxes to tick.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Sector | Self::Dataset | Self::Recipient)
    }

    /// Where a coded value stands in its vocabulary; others keep the order in which they come.
    pub fn place(self, value: &str) -> usize {
        let place = match self {
            Self::Status => Status::ALL.iter().position(|status| status.code() == value),
            Self::Channel => Channel::ALL.iter().position(|channel| channel.code() == value),
            Self::Route => Route::ALL.iter().position(|route| route.code() == value),
            _ => None,
        };
        place.unwrap_or(0)
    }

    /// What a page shows for one value.
    pub fn value_label(self, value: &str) -> String {
        fn label<T: FromStr>(value: &str, label: fn(T) -> &'static str) -> String {
            value.parse().map_or_else(|_| value.to_owned(), |known| label(known).to_owned())
        }
        match self {
            Self::Status => label(value, Status::label),
            Self::Channel => label(value, Channel::label),
            Self::Route => label(value, Route::label),
            Self::Late => "Overdue today".to_owned(),
            _ => value.to_owned(),
        }
    }
}

/// The orders of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// What matches the words best.
    Relevance,
    /// The newest statement.
    Changed,
    /// The title.
    Title,
    /// The recipient's name.
    Recipient,
    /// The newest release.
    Released,
    /// How many releases.
    Releases,
}

const SORTS: &[(&str, Sort)] = &[
    ("relevance", Sort::Relevance),
    ("changed", Sort::Changed),
    ("title", Sort::Title),
    ("recipient", Sort::Recipient),
    ("released", Sort::Released),
    ("releases", Sort::Releases),
];

/// What a visitor asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filters {
    /// The words.
    pub q: String,
    /// Where a share stands.
    pub status: Vec<Status>,
    /// How it came.
    pub channel: Vec<Channel>,
    /// How the data is used.
    pub route: Vec<Route>,
    /// Sectors.
    pub sector: Vec<String>,
    /// Datasets.
    pub dataset: Vec<String>,
    /// Recipients, by their addresses.
    pub recipient: Vec<String>,
    /// Only those whose destruction is overdue.
    pub late: bool,
    /// The order.
    pub sort: Sort,
    /// Whether it is turned round.
    pub descending: bool,
    /// The page, from 1.
    pub page: u64,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            q: String::new(),
            status: Vec::new(),
            channel: Vec::new(),
            route: Vec::new(),
            sector: Vec::new(),
            dataset: Vec::new(),
            recipient: Vec::new(),
            late: false,
            sort: Sort::Changed,
            descending: true,
            page: 1,
        }
    }
}

impl Filters {
    /// Reads the query of an address. Parameters that mean nothing here are passed over.
    ///
    /// # Errors
    /// A value that its parameter cannot have, with those that it can.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let mut filters = Self::default();
        let mut sorted = false;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match &*name {
                "q" => filters.q = value.chars().take(LONGEST).collect(),
                "status" => add(&mut filters.status, "status", coded("status", value)?)?,
                "channel" => add(&mut filters.channel, "channel", coded("channel", value)?)?,
                "route" => add(&mut filters.route, "route", coded("route", value)?)?,
                "sector" => add(&mut filters.sector, "sector", value.to_owned())?,
                "dataset" => add(&mut filters.dataset, "dataset", value.to_owned())?,
                "recipient" => add(&mut filters.recipient, "recipient", value.to_owned())?,
                "overdue" if value == "yes" => filters.late = true,
                "overdue" => return Err(bad("overdue", "It can only be “yes”.".to_owned())),
                "sort" => {
                    (filters.sort, filters.descending) = sort(value)?;
                    sorted = true;
                }
                "page" => {
                    let page = value.parse().ok().filter(|page| (1..=1_000_000).contains(page));
                    let message = "It must be a whole number from 1.".to_owned();
                    filters.page = page.ok_or_else(|| bad("page", message))?;
                }
                _ => {}
            }
        }
        if !sorted && !filters.q.is_empty() {
            (filters.sort, filters.descending) = (Sort::Relevance, false);
        }
        Ok(filters)
    }

    /// The values of one facet, as they stand in an address.
    pub fn values(&self, facet: Facet) -> Vec<String> {
        match facet {
            Facet::Status => self.status.iter().map(ToString::to_string).collect(),
            Facet::Channel => self.channel.iter().map(ToString::to_string).collect(),
            Facet::Route => self.route.iter().map(ToString::to_string).collect(),
            Facet::Sector => self.sector.clone(),
            Facet::Dataset => self.dataset.clone(),
            Facet::Recipient => self.recipient.clone(),
            Facet::Late => {
                if self.late {
                    vec!["yes".to_owned()]
                } else {
                    Vec::new()
                }
            }
        }
    }

    /// Whether anything is asked for beyond the whole list.
    pub fn any(&self) -> bool {
        !self.q.is_empty() || Facet::ALL.iter().any(|facet| !self.values(*facet).is_empty())
    }

    /// The order as it stands in an address.
    pub fn sort_value(&self) -> String {
        let name = SORTS.iter().find(|(_, sort)| *sort == self.sort).map_or("changed", |(name, _)| name);
        if self.descending { format!("-{name}") } else { name.to_owned() }
    }

    /// The whole query, without one value where that is named.
    pub fn query_without(&self, left_out: Option<(Facet, &str)>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        for facet in Facet::ALL {
            for value in self.values(*facet) {
                if left_out != Some((*facet, value.as_str())) {
                    query.append_pair(facet.parameter(), &value);
                }
            }
        }
        let usual = if self.q.is_empty() { Sort::Changed } else { Sort::Relevance };
        if self.sort != usual || self.descending != natural(usual) {
            query.append_pair("sort", &self.sort_value());
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        query.finish()
    }

    /// The query of the same list in another order; the same order again turns it round.
    pub fn sorted_by(&self, sort: Sort) -> String {
        let descending = if self.sort == sort { !self.descending } else { natural(sort) };
        Self { sort, descending, page: 1, ..self.clone() }.query_without(None)
    }

    /// The query of another page of the same list.
    pub fn on_page(&self, page: u64) -> String {
        Self { page, ..self.clone() }.query_without(None)
    }

    /// The chosen values: facet, value, and the query of the list without it.
    pub fn chosen(&self) -> Vec<(Facet, String, String)> {
        let first = Self { page: 1, ..self.clone() };
        let each = Facet::ALL.iter().flat_map(|facet| self.values(*facet).into_iter().map(|value| (*facet, value)));
        each.map(|(facet, value)| {
            let without = first.query_without(Some((facet, &value)));
            (facet, value, without)
        })
        .collect()
    }
}

/// Dates and counts begin with the newest and largest, names with A.
fn natural(sort: Sort) -> bool {
    matches!(sort, Sort::Changed | Sort::Released | Sort::Releases)
}

fn sort(value: &str) -> Result<(Sort, bool), Problem> {
    let (name, descending) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
    let known = SORTS.iter().find(|(known, _)| *known == name);
    let names = || SORTS.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    known.map(|(_, sort)| (*sort, descending)).ok_or_else(|| {
        bad("sort", format!("It can be one of: {}; with a hyphen before it, the order is turned round.", names()))
    })
}

/// Reads a coded value of a parameter.
///
/// # Errors
/// A value that is none of the vocabulary's codes, with those that it has.
pub fn coded<T: FromStr<Err = UnknownCode>>(parameter: &'static str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|error: UnknownCode| bad(parameter, format!("It can be one of: {}.", error.expected)))
}

fn add<T: PartialEq>(values: &mut Vec<T>, parameter: &'static str, value: T) -> Result<(), Problem> {
    if values.len() >= VALUES {
        return Err(bad(parameter, format!("It can be given {} times at most.", words::number(VALUES as u64))));
    }
    if !values.contains(&value) {
        values.push(value);
    }
    Ok(())
}

/// A parameter with a value that it cannot have, and what it may be.
pub fn bad(parameter: &'static str, message: String) -> Problem {
    Problem::BadParameter { parameter, message }
}
