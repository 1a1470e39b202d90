//! `/desk/application/<reference>/basket/covered`: whose records are asked for, by when they were born and how they are
//! found.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::specification::{Cohort, People};

use super::set;
use crate::desk::Desk;
use crate::desk::application::Opened;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

/// More cohorts than anybody alive was born in.
const COHORTS: u16 = 120;

#[derive(askama::Template)]
#[template(path = "desk/basket/covered.html")]
struct CoveredPage {
    frame: Frame,
    errors: Errors,
    opened: Opened,
    typed: Typed,
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
struct Typed {
    /// The year in which the first cohort's school year of birth begins; empty where the years alone say it.
    first: String,
    last: String,
    people: String,
    within: String,
    up_to: String,
}

impl Typed {
    fn of(opened: &Opened) -> Self {
        let year = |cohort: Option<&Cohort>| cohort.map(|cohort| cohort.first_year().to_string()).unwrap_or_default();
        let cohorts = &opened.specification.cohorts;
        let typed = Self { first: year(cohorts.first()), last: year(cohorts.last()), ..Self::default() };
        match &opened.specification.people {
            People::Everyone {} => Self { people: "everyone".to_owned(), ..typed },
            People::FoundIn { within } => Self { people: "found-in".to_owned(), within: within.clone(), ..typed },
            People::Listed { up_to } => Self { people: "listed".to_owned(), up_to: up_to.to_string(), ..typed },
        }
    }

    fn cohorts(&self) -> Result<Vec<Cohort>, Errors> {
        if self.first.is_empty() && self.last.is_empty() {
            return Ok(Vec::new());
        }
        let year = |field: &str, text: &str| {
            let read = text.parse::<u16>().ok().filter(|year| text.len() == 4 && (1900..=2100).contains(year));
            read.ok_or_else(|| Errors::one(field, "Enter a year such as 2003, or leave both empty"))
        };
        let (first, last) = (year("first", &self.first)?, year("last", &self.last)?);
        if first > last || last - first >= COHORTS {
            return Err(Errors::one("first", "The first year must not be after the last, nor 120 years before it"));
        }
        let cohorts: Result<Vec<Cohort>, _> = (first..=last).map(Cohort::beginning).collect();
        cohorts.map_err(|error| Errors::one("first", error.to_string()))
    }

    fn people(&self) -> Result<People, Errors> {
        match self.people.as_str() {
            "everyone" => Ok(People::Everyone {}),
            "found-in" if self.within.is_empty() => Err(Errors::one("within", "Select a dataset")),
            "found-in" => Ok(People::FoundIn { within: self.within.clone() }),
            "listed" => match self.up_to.replace([',', ' '], "").parse::<u32>() {
                Ok(up_to) if up_to > 0 => Ok(People::Listed { up_to }),
                _ => Err(Errors::one("up-to", "Enter how many people are on the list at most, such as 500")),
            },
            _ => Err(Errors::one("people", "Select whose records you need")),
        }
    }
}

async fn page(desk: &Desk, by: &SignedIn, reference: &str) -> Result<CoveredPage, Problem> {
    let opened = Opened::to_write(desk, by, reference).await?;
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    Ok(CoveredPage { typed: Typed::of(&opened), frame, errors, opened })
}

/// `/desk/application/<reference>/basket/covered`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &by, &reference).await?))
}

/// `POST /desk/application/<reference>/basket/covered`
pub async fn cover(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let mut page = page(&desk, &input.by, &reference).await?;
    let text = |name: &str| input.fields.text(name);
    page.typed = Typed {
        first: text("first"),
        last: text("last"),
        people: text("people"),
        within: text("within"),
        up_to: text("up-to"),
    };
    let mut basket = page.opened.specification.clone();
    let covered = page.typed.cohorts().and_then(|cohorts| {
        let people = page.typed.people()?;
        basket.cover(&cohorts, people).map_err(|error| Errors::one("first", error.to_string()))
    });
    if let Err(errors) = covered {
        return Ok(with_errors(&CoveredPage { errors, ..page }));
    }
    match set(&desk, &input, &page.opened, basket).await? {
        Ok(_) => Ok(see(&page.opened.address("basket"))),
        Err(errors) => Ok(with_errors(&CoveredPage { errors, ..page })),
    }
}
