//! `/desk/application/<reference>/basket/item`: one item of the basket: its years, its cohorts, why it is needed, and what
//! is done to its values.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use casework::specification::{
    BasketError, Coarser, Cohort, DateTo, MAX_JUSTIFICATION, PostcodeTo, SpecifiedItem, Treatment,
};

use super::{Held, gone, set};
use crate::desk::Desk;
use crate::desk::application::Opened;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

/// What a page calls each treatment, with the parameter that it takes, if any.
const TREATMENTS: &[(&str, &str)] = &[
    ("keep", "Leave them as they are"),
    ("pseudonymise", "Replace each by a pseudonym"),
    ("date-month", "Give the month of a date only"),
    ("date-term", "Give the school term of a date only"),
    ("date-year", "Give the year of a date only"),
    ("age-band", "Give bands of ages; the number says how many years wide"),
    ("postcode-sector", "Give the sector of a postcode only, such as AB1 2"),
    ("postcode-district", "Give the district of a postcode only, such as AB1"),
    ("postcode-region", "Give the region only"),
    ("recode", "Make codes coarser by the table below"),
    ("round", "Round; the number says to which multiple"),
    ("top-code", "Give no number above the one below"),
    ("drop", "Leave the item out"),
];

#[derive(askama::Template)]
#[template(path = "desk/basket/item.html")]
struct ItemPage {
    frame: Frame,
    errors: Errors,
    opened: Opened,
    dataset: String,
    item: SpecifiedItem,
    description: Option<String>,
    typed: Typed,
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
struct Typed {
    first: String,
    last: String,
    cohorts: BTreeSet<String>,
    justification: String,
    treatment: String,
    number: String,
    table: String,
    other: String,
}

impl ItemPage {
    fn treatments(&self) -> Vec<(String, String)> {
        TREATMENTS.iter().map(|(code, label)| ((*code).to_owned(), (*label).to_owned())).collect()
    }

    fn why(&self) -> Vec<String> {
        self.item.needs_justification().iter().map(ToString::to_string).collect()
    }

    fn longest(&self) -> usize {
        MAX_JUSTIFICATION
    }

    fn has_cohort(&self, cohort: &Cohort) -> bool {
        self.typed.cohorts.contains(&cohort.to_string())
    }
}

impl Typed {
    fn of_item(item: &SpecifiedItem) -> Self {
        let mut typed = Self {
            first: item.first_year.to_string(),
            last: item.last_year.to_string(),
            cohorts: item.cohorts.iter().map(ToString::to_string).collect(),
            justification: item.justification.clone().unwrap_or_default(),
            treatment: item.treatment.code().to_owned(),
            ..Self::default()
        };
        match &item.treatment {
            Treatment::Date { to } => typed.treatment = format!("date-{}", to.code()),
            Treatment::Postcode { to } => typed.treatment = format!("postcode-{}", to.code()),
            Treatment::AgeBand { years } => typed.number = years.to_string(),
            Treatment::Round { nearest } => typed.number = nearest.to_string(),
            Treatment::TopCode { limit } => typed.number = limit.to_string(),
            Treatment::Recode { other, table } => {
                typed.other = other.clone().unwrap_or_default();
                let lines: Vec<String> = table.iter().map(|row| format!("{} = {}", row.code, row.to)).collect();
                typed.table = lines.join("\n");
            }
            Treatment::Keep {} | Treatment::Drop {} | Treatment::Pseudonymise {} => {}
        }
        typed
    }

    fn sent(fields: &Fields) -> Self {
        Self {
            first: fields.text("first"),
            last: fields.text("last"),
            cohorts: fields.all("cohort").map(str::to_owned).collect(),
            justification: fields.text("justification"),
            treatment: fields.text("treatment"),
            number: fields.text("number"),
            table: fields.text("table"),
            other: fields.text("other"),
        }
    }

    /// What is to be done to the values.
    fn treatment(&self) -> Result<Treatment, Errors> {
        let number = || {
            let read = self.number.parse::<u32>();
            read.map_err(|_| Errors::one("number", "Enter a whole number, such as 10"))
        };
        Ok(match self.treatment.as_str() {
            "keep" => Treatment::Keep {},
            "drop" => Treatment::Drop {},
            "pseudonymise" => Treatment::Pseudonymise {},
            "date-month" => Treatment::Date { to: DateTo::Month },
            "date-term" => Treatment::Date { to: DateTo::Term },
            "date-year" => Treatment::Date { to: DateTo::Year },
            "postcode-sector" => Treatment::Postcode { to: PostcodeTo::Sector },
            "postcode-district" => Treatment::Postcode { to: PostcodeTo::District },
            "postcode-region" => Treatment::Postcode { to: PostcodeTo::Region },
            "age-band" => {
                let years = u8::try_from(number()?).ok().filter(|years| (2..=50).contains(years));
                let years = years.ok_or_else(|| Errors::one("number", "Enter how wide a band is: 2 to 50 years"))?;
                Treatment::AgeBand { years }
            }
            "round" => {
                let nearest = Some(number()?).filter(|nearest| *nearest >= 2);
                Treatment::Round { nearest: nearest.ok_or_else(|| Errors::one("number", "Enter 2 or more"))? }
            }
            "top-code" => Treatment::TopCode { limit: number()? },
            "recode" => Treatment::Recode {
                other: Some(self.other.clone()).filter(|other| !other.is_empty()),
                table: self.rows()?,
            },
            _ => return Err(Errors::one("treatment", "Select what is done to the values")),
        })
    }

    /// The table of coarser codes, one `code = coarser code` a line.
    fn rows(&self) -> Result<Vec<Coarser>, Errors> {
        let mut rows = Vec::new();
        for (line, number) in self.table.lines().map(str::trim).zip(1..).filter(|(line, _)| !line.is_empty()) {
            let wrong = || {
                Errors::one(
                    "table",
                    format!("Line {number}: write a code, an equals sign and the coarser code, such as AAFR = A"),
                )
            };
            let (code, to) = line.split_once('=').ok_or_else(wrong)?;
            let (code, to) = (code.trim().to_owned(), to.trim().to_owned());
            if code.is_empty() || to.is_empty() {
                return Err(wrong());
            }
            rows.push(Coarser { code, to });
        }
        rows.sort();
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].code == pair[1].code) {
            return Err(Errors::one("table", format!("Write the code {} once", pair[0].code)));
        }
        if rows.is_empty() {
            Err(Errors::one("table", "Write at least one code and its coarser code"))
        } else {
            Ok(rows)
        }
    }

    fn years(&self) -> Result<(u16, u16), Errors> {
        let year = |field: &str, text: &str| {
            let read = text.parse::<u16>().ok().filter(|year| text.len() == 4 && (1900..=2100).contains(year));
            read.ok_or_else(|| Errors::one(field, "Enter the year in which the school year begins, such as 2016"))
        };
        Ok((year("first", &self.first)?, year("last", &self.last)?))
    }

    fn cohorts(&self) -> Result<Vec<Cohort>, Errors> {
        let read: Result<Vec<Cohort>, _> = self.cohorts.iter().map(|cohort| cohort.parse()).collect();
        read.map_err(|error| Errors::one("cohort", error.to_string()))
    }
}

/// Which item, by its dataset and address.
fn asked(query: Option<&str>) -> (String, String) {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    (fields.text("dataset"), fields.text("item"))
}

async fn page(desk: &Desk, by: &SignedIn, reference: &str, query: Option<&str>) -> Result<(ItemPage, Held), Problem> {
    let opened = Opened::to_write(desk, by, reference).await?;
    let (dataset, address) = asked(query);
    let part = opened.specification.dataset(&dataset).ok_or(Problem::NotFound)?;
    let item = part.item(&address).cloned().ok_or(Problem::NotFound)?;
    let held = Held::of_part(desk, part).await?.ok_or_else(|| Problem::Bad(gone(part)))?;
    let rows = register::dictionary::item_addresses(&held.dictionary);
    let row = rows.iter().position(|known| *known == address);
    let description = row.and_then(|row| held.dictionary.items[row].description.clone());
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    let typed = Typed::of_item(&item);
    Ok((ItemPage { frame, errors, opened, dataset, item, description, typed }, held))
}

/// `/desk/application/<reference>/basket/item`
pub async fn ask(
    State(desk): State<Desk>,
    by: SignedIn,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &by, &reference, query.as_deref()).await?.0))
}

/// `POST /desk/application/<reference>/basket/item`
pub async fn change(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
    input: Input,
) -> Result<Response, Problem> {
    let (mut page, held) = page(&desk, &input.by, &reference, query.as_deref()).await?;
    page.typed = Typed::sent(&input.fields);
    let basket = match changed(&page, &held) {
        Ok(basket) => basket,
        Err(errors) => return Ok(with_errors(&ItemPage { errors, ..page })),
    };
    match set(&desk, &input, &page.opened, basket).await? {
        Ok(_) => Ok(see(&page.opened.address("basket"))),
        Err(errors) => Ok(with_errors(&ItemPage { errors, ..page })),
    }
}

fn changed(page: &ItemPage, held: &Held) -> Result<casework::Specification, Errors> {
    let (typed, item) = (&page.typed, page.item.item.as_str());
    let (treatment, years, cohorts) = (typed.treatment()?, typed.years()?, typed.cohorts()?);
    let mut basket = page.opened.specification.clone();
    let told = |field: &'static str| move |error: BasketError| Errors::one(field, error.to_string());
    basket.add(held.source(), item, years, &cohorts).map_err(told("first"))?;
    basket.treat(&page.dataset, item, treatment).map_err(told("treatment"))?;
    if typed.justification.chars().count() > MAX_JUSTIFICATION {
        let message = format!("The reason must be {MAX_JUSTIFICATION} characters or fewer");
        return Err(Errors::one("justification", message));
    }
    basket.justify(&page.dataset, item, &typed.justification).map_err(told("justification"))?;
    let needed = basket.dataset(&page.dataset).and_then(|part| part.item(item));
    let needed = needed.is_some_and(|item| item.justification.is_none() && !item.needs_justification().is_empty());
    if needed {
        return Err(Errors::one("justification", format!("Say why you need {}", page.item.name)));
    }
    Ok(basket)
}

/// `POST /desk/application/<reference>/basket/remove`
pub async fn remove(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let opened = Opened::to_write(&desk, &input.by, &reference).await?;
    let mut basket = opened.specification.clone();
    let (dataset, item) = (input.fields.text("dataset"), input.fields.text("item"));
    basket.remove(&dataset, &item).map_err(|error| Problem::Bad(format!("{error}.")))?;
    match set(&desk, &input, &opened, basket).await? {
        Ok(_) => Ok(see(&opened.address("basket"))),
        Err(_) => Err(Problem::Fault),
    }
}
