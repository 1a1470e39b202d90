//! The filters of the list of shares, as they stand in an address.

use std::collections::BTreeMap;
use std::str::FromStr;

use register::Class;
use register::vocabulary::{Channel, Route, Status, UnknownCode};

use super::problem::Problem;
use super::words;

/// The longest text to search for; the rest is left out.
const LONGEST: usize = 200;

/// Values that one filter takes.
const VALUES: usize = 50;

/// What the list can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// Where a share stands.
    Status,
    /// How it came.
    Channel,
    /// How the data is used.
    Route,
    /// Whether destruction is overdue: computed for the day on which somebody asks.
    Late,
    /// The recipient's sector.
    Sector,
    /// A dataset in it.
    Dataset,
    /// An identification risk of data in it.
    Risk,
    /// A school-year cohort in its releases.
    Cohort,
    /// A year in which data was released.
    Year,
    /// Who gets access.
    Recipient,
}

impl Facet {
    /// Every facet, in the order in which a page shows them.
    pub const ALL: &'static [Self] = &[
        Self::Status,
        Self::Channel,
        Self::Route,
        Self::Late,
        Self::Sector,
        Self::Dataset,
        Self::Risk,
        Self::Cohort,
        Self::Year,
        Self::Recipient,
    ];

    /// The parameter's name.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Channel => "channel",
            Self::Route => "route",
            Self::Late => "overdue",
            Self::Sector => "sector",
            Self::Dataset => "dataset",
            Self::Risk => "risk",
            Self::Cohort => "cohort",
            Self::Year => "year",
            Self::Recipient => "recipient",
        }
    }

    /// The facet of this parameter.
    pub fn of_parameter(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|facet| facet.parameter() == name)
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Status => "Where it stands",
            Self::Channel => "How it came",
            Self::Route => "How data is used",
            Self::Late => "Destruction",
            Self::Sector => "Sector of the recipient",
            Self::Dataset => "Dataset",
            Self::Risk => "Identification risk",
            Self::Cohort => "School year of birth",
            Self::Year => "Year of release",
            Self::Recipient => "Recipient",
        }
    }

    /// Whether its values are so many that a list to choose from serves better than boxes to tick.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Sector | Self::Dataset | Self::Cohort | Self::Year | Self::Recipient)
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

    /// What a page shows for one value; a recipient's name is known to the register only.
    pub fn value_label(self, value: &str) -> String {
        fn label<T: FromStr>(value: &str, label: fn(T) -> &'static str) -> String {
            value.parse().map_or_else(|_| value.to_owned(), |known| label(known).to_owned())
        }
        match self {
            Self::Status => label(value, Status::label),
            Self::Channel => label(value, Channel::label),
            Self::Route => label(value, Route::label),
            Self::Late => "Overdue today".to_owned(),
            Self::Risk => risk_label(value),
            _ => value.to_owned(),
        }
    }

    /// Refuses a value that this filter can never have, saying which it can.
    fn check(self, value: &str) -> Result<(), Problem> {
        match self {
            Self::Status => coded::<Status>(self.parameter(), value).map(|_| ()),
            Self::Channel => coded::<Channel>(self.parameter(), value).map(|_| ()),
            Self::Route => coded::<Route>(self.parameter(), value).map(|_| ()),
            Self::Late if value != "yes" => Err(bad("overdue", "It can only be “yes”.".to_owned())),
            _ => Ok(()),
        }
    }
}

/// The scheme of [`Facet::Risk`].
pub const RISK: &str = "dfe-identification-risk";

fn risk_label(value: &str) -> String {
    let class = Class { scheme: RISK.to_owned(), value: value.to_owned() };
    class.meaning().map_or_else(|| value.to_owned(), |meaning| format!("{value}: {}", meaning.to_lowercase()))
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

impl Sort {
    /// The names of every order, as they stand in an address.
    pub fn names() -> Vec<&'static str> {
        SORTS.iter().map(|(name, _)| *name).collect()
    }
}

/// What a visitor asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filters {
    /// The words.
    pub q: String,
    /// The chosen values of each facet that has any; each is one that the facet can have.
    chosen: BTreeMap<Facet, Vec<String>>,
    /// The order.
    pub sort: Sort,
    /// Whether it is turned round.
    pub descending: bool,
    /// The page, from 1.
    pub page: u64,
}

impl Default for Filters {
    fn default() -> Self {
        Self { q: String::new(), chosen: BTreeMap::new(), sort: Sort::Changed, descending: true, page: 1 }
    }
}

impl Filters {
    /// Everything whose destruction is overdue.
    pub fn overdue() -> Self {
        Self { chosen: BTreeMap::from([(Facet::Late, vec!["yes".to_owned()])]), ..Self::default() }
    }

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
            if let Some(facet) = Facet::of_parameter(&name) {
                facet.check(value)?;
                add(filters.chosen.entry(facet).or_default(), facet.parameter(), value)?;
                continue;
            }
            match &*name {
                "q" => filters.q = value.chars().take(LONGEST).collect(),
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
    pub fn values(&self, facet: Facet) -> &[String] {
        self.chosen.get(&facet).map_or(&[], Vec::as_slice)
    }

    /// Whether only what is overdue is asked for.
    pub fn late(&self) -> bool {
        !self.values(Facet::Late).is_empty()
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
                    query.append_pair(facet.parameter(), value);
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

    /// What is asked for, whatever the order and the page.
    pub fn question(&self) -> String {
        let usual = if self.q.is_empty() { Sort::Changed } else { Sort::Relevance };
        Self { sort: usual, descending: natural(usual), page: 1, ..self.clone() }.query_without(None)
    }

    /// The query of another page of the same list.
    pub fn on_page(&self, page: u64) -> String {
        Self { page, ..self.clone() }.query_without(None)
    }

    /// The chosen values: facet, value, and the query of the list without it.
    pub fn chosen(&self) -> Vec<(Facet, String, String)> {
        let first = Self { page: 1, ..self.clone() };
        let each = Facet::ALL.iter().flat_map(|facet| self.values(*facet).iter().map(|value| (*facet, value.clone())));
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

fn add(values: &mut Vec<String>, parameter: &'static str, value: &str) -> Result<(), Problem> {
    if values.len() >= VALUES {
        return Err(bad(parameter, format!("It can be given {} times at most.", words::number(VALUES as u64))));
    }
    if !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
    Ok(())
}

/// A parameter with a value that it cannot have, and what it may be.
pub fn bad(parameter: &'static str, message: String) -> Problem {
    Problem::BadParameter { parameter, message }
}
