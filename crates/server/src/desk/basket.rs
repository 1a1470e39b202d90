//! The basket of an application: which items of which datasets, for which years and cohorts, of whom, and why. It is the
//! specification that the extract will obey.
//!
//! Items come from the dictionaries that the public register has published. Whoever may see the application may see the
//! basket; whoever may write in the application may change it.

mod add;
mod covered;
mod find;
mod item;
mod rows;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use casework::specification::{DatasetPart, DictionarySource, Specification, SpecifiedItem};
use casework::{Case, Command};
use register::dictionary::Dictionary;
use register::{Class, Digest};

use super::Desk;
use super::application::Opened;
use super::giving::Given;
use super::input::{Errors, Input};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::database::{DatabaseError, DictionaryView, Reader};
use crate::web::view::View;
use crate::web::words;

/// The schemes whose classes stand in a column of their own, with the column's heading.
const COLUMNS: &[(&str, &str)] =
    &[("npd-tier", "Tier"), ("dfe-identification-risk", "Risk"), ("dfe-sensitivity", "Sensitivity")];

/// The pages of the basket.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/application/{reference}/basket", get(basket))
        .route("/desk/application/{reference}/basket/find", get(find::find).post(add::add))
        .route("/desk/application/{reference}/basket/item", get(item::ask).post(item::change))
        .route("/desk/application/{reference}/basket/remove", post(item::remove))
        .route("/desk/application/{reference}/basket/rows", get(rows::ask).post(rows::keep))
        .route("/desk/application/{reference}/basket/rows/all", post(rows::keep_all))
        .route("/desk/application/{reference}/basket/covered", get(covered::ask).post(covered::cover))
}

#[derive(askama::Template)]
#[template(path = "desk/basket/basket.html")]
struct BasketPage {
    frame: Frame,
    opened: Opened,
    /// How many items have each identification risk and sensitivity.
    matrix: Vec<(String, String, u64)>,
    problems: Vec<String>,
}

impl BasketPage {
    fn people(&self) -> String {
        people(&self.opened.specification)
    }

    fn item_address(&self, part: &DatasetPart, item: &SpecifiedItem) -> String {
        item_address(&self.opened, &part.name, &item.item)
    }

    fn rows_address(&self, part: &DatasetPart) -> String {
        self.opened.address(&format!("basket/rows?dataset={}", words::encode(&part.name)))
    }

    fn kept(&self, part: &DatasetPart) -> Vec<String> {
        part.filters.iter().map(rows::said).collect()
    }

    fn class(&self, classes: &[Class], scheme: &str) -> String {
        class(classes, scheme)
    }

    /// What stands about an item's justification.
    fn justified(&self, item: &SpecifiedItem) -> &'static str {
        match (&item.justification, item.needs_justification().is_empty()) {
            (Some(_), _) => "Given",
            (None, true) => "Not needed",
            (None, false) => "Needed",
        }
    }

    fn years(&self, item: &SpecifiedItem) -> String {
        years(item.first_year, item.last_year)
    }
}

/// `/desk/application/<reference>/basket`
async fn basket(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let opened = Opened::of(&desk, &by, &reference).await?;
    let matrix = opened.specification.matrix().into_iter().map(|((risk, sensitivity), count)| {
        let said = |value: Option<&str>| value.unwrap_or("not given").to_owned();
        (said(risk), said(sensitivity), count)
    });
    let matrix = matrix.collect();
    let mut problems: Vec<String> = opened.specification.problems().iter().map(ToString::to_string).collect();
    problems.extend(misfits(&desk, &opened.specification).await?);
    let frame = Frame::of(&desk, &by, Section::Cases).await;
    Ok(html(&BasketPage { frame, matrix, problems, opened }))
}

/// What of a basket does not fit the dictionaries that it names. These are held by what the register has published, not by
/// what was true when an item was chosen.
pub(super) async fn misfits(desk: &Desk, specification: &Specification) -> Result<Vec<String>, Problem> {
    let mut problems = Vec::new();
    for part in &specification.datasets {
        match Held::of_part(desk, part).await? {
            Some(held) => problems.extend(part.misfits(&held.dictionary).iter().map(ToString::to_string)),
            None => problems.push(gone(part)),
        }
    }
    Ok(problems)
}

/// What is said where the register has never published the dictionary that a part names.
fn gone(part: &DatasetPart) -> String {
    format!(
        "The register has no item dictionary of {} in the edition “{}”; take its items out and choose them again",
        part.name, part.dictionary.edition
    )
}

/// Whose records, in words.
fn people(specification: &Specification) -> String {
    use casework::specification::People;
    let cohorts = match (specification.cohorts.first(), specification.cohorts.last()) {
        (Some(first), Some(last)) if first == last => format!(", born in the school year {first}"),
        (Some(first), Some(last)) => format!(
            ", born in {} from {first} to {last}",
            words::count(specification.cohorts.len() as u64, "school year", "school years")
        ),
        _ => String::new(),
    };
    match &specification.people {
        People::Everyone {} => format!("Everybody in the years that are chosen{cohorts}"),
        People::FoundIn { within } => format!("Only people who are in the chosen rows of {within}{cohorts}"),
        People::Listed { up_to } => {
            format!("Only people on a list of yours, up to {}{cohorts}", words::number(u64::from(*up_to)))
        }
    }
}

/// School years by the calendar years in which they begin.
fn years(first: u16, last: u16) -> String {
    let school = |year: u16| format!("{year}/{:02}", (year + 1) % 100);
    if first == last { school(first) } else { format!("{} to {}", school(first), school(last)) }
}

/// An item's class in one scheme, as given.
fn class(classes: &[Class], scheme: &str) -> String {
    let found = classes.iter().find(|class| class.scheme == scheme);
    found.map_or_else(|| "–".to_owned(), |class| class.value.clone())
}

fn item_address(opened: &Opened, dataset: &str, item: &str) -> String {
    let query = format!("?dataset={}&item={}", words::encode(dataset), words::encode(item));
    format!("{}{query}", opened.address("basket/item"))
}

/// A dictionary of the public register, read from its file.
struct Held {
    view: DictionaryView,
    digest: Digest,
    dictionary: Dictionary,
}

impl Held {
    /// Reads a dictionary's file.
    ///
    /// # Errors
    /// A fault, where the public folder does not hold the file that the register names.
    async fn read(desk: &Desk, view: DictionaryView) -> Result<Self, Problem> {
        let path = desk.data().public().join(&view.file);
        let read = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(&path).ok()?;
            let digest: Digest = view.digest.parse().ok()?;
            let dictionary = Dictionary::parse(&bytes).ok().filter(|_| Digest::of(&bytes) == digest)?;
            Some(Self { view, digest, dictionary })
        });
        let read = read.await.map_err(|_| Problem::Fault)?;
        if read.is_none() {
            tracing::error!("a dictionary's file is not the one that the register names");
        }
        read.ok_or(Problem::Fault)
    }

    /// The dictionary from which a part of a basket was chosen, which may no longer be the current one.
    async fn of_part(desk: &Desk, part: &DatasetPart) -> Result<Option<Self>, Problem> {
        let (slug, digest) = (register::dictionary::dataset_address(&part.name), part.dictionary.digest.to_string());
        let views = ask_register(desk, move |reader| reader.dictionaries(&slug)).await?;
        match views.into_iter().find(|view| view.digest == digest) {
            Some(view) => Self::read(desk, view).await.map(Some),
            None => Ok(None),
        }
    }

    /// As items are chosen from it.
    fn source(&self) -> DictionarySource<'_> {
        DictionarySource {
            dataset: &self.view.dataset,
            digest: self.digest,
            edition: &self.view.edition,
            dictionary: &self.dictionary,
        }
    }
}

/// Asks the public register.
async fn ask_register<T: Send + 'static>(
    desk: &Desk,
    question: impl FnOnce(&Reader<'_>) -> Result<T, DatabaseError> + Send + 'static,
) -> Result<T, Problem> {
    let answer = View::now(desk.site().clone()).read(question).await;
    answer.map(|(answer, _)| answer).map_err(|_| Problem::Busy)
}

/// Writes a changed basket.
async fn set(
    desk: &Desk,
    input: &Input,
    opened: &Opened,
    specification: Specification,
) -> Result<Result<Box<Case>, Errors>, Problem> {
    let seen = input.fields.text("seen").parse().ok().unwrap_or(0);
    let command = Command::SetSpecification { specification: Box::new(specification) };
    Ok(match desk.give(&input.by, Some(opened.reference()), Some(seen), command).await? {
        Given::Taken(case) => Ok(case),
        Given::Wanting(errors) => Err(errors),
    })
}
