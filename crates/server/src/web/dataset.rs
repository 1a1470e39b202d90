//! `/dataset/<slug>`: what a dataset is, what its dictionary lists, and who has had it.

use std::sync::Arc;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use register::Class;
use register::classification::SCHEMES;

use super::database::{DatasetUses, DatasetView, DictionaryView, Info, ItemQuestion, ItemView};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, datasets, linked, words};

/// Items on one page.
const PAGE: u64 = 50;

/// The longest text to search for; the rest is left out.
const LONGEST: usize = 200;

/// Classes that one address may ask for: more than there are schemes.
const CLASSES: usize = 20;

#[derive(askama::Template)]
#[template(path = "dataset.html")]
struct DatasetPage {
    frame: Frame,
    dataset: DatasetView,
    dictionary: Option<DictionaryView>,
    asked: Asked,
    items: Vec<ItemView>,
    found: u64,
    filters: Vec<SchemeFilter>,
    matrix: Option<Matrix>,
}

/// What a visitor asked of the items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    q: String,
    classes: Vec<Class>,
    page: u64,
}

/// One scheme's choice of values, from the most revealing.
struct SchemeFilter {
    label: String,
    id: String,
    choices: Vec<ClassChoice>,
}

/// One value to choose.
struct ClassChoice {
    value: String,
    label: String,
    short: String,
    meaning: &'static str,
    chosen: bool,
}

/// How many items have each pair of identification risk and sensitivity.
struct Matrix {
    sensitivities: Vec<String>,
    rows: Vec<MatrixRow>,
    totals: Vec<u64>,
    total: u64,
}

/// One identification risk.
struct MatrixRow {
    risk: String,
    meaning: &'static str,
    /// How many items, and the list of them where there are any.
    cells: Vec<(u64, Option<String>)>,
    total: u64,
}

impl DatasetPage {
    fn name(&self) -> &str {
        self.dataset.names.first().map_or("", String::as_str)
    }

    fn filtered(&self) -> bool {
        !self.asked.q.is_empty() || !self.asked.classes.is_empty()
    }

    fn last_page(&self) -> u64 {
        self.found.div_ceil(PAGE).max(1)
    }

    fn first_row(&self) -> u64 {
        (self.asked.page - 1) * PAGE + 1
    }

    fn last_row(&self) -> u64 {
        self.first_row() + self.items.len() as u64 - 1
    }

    fn page_address(&self, page: u64) -> String {
        address(&self.dataset.slug, &Asked { page, ..self.asked.clone() })
    }

    fn earlier(&self) -> &[DictionaryView] {
        self.dataset.dictionaries.get(1..).unwrap_or_default()
    }

    fn find_address(&self, name: &str) -> String {
        format!("/find?dataset={}", words::encode(name))
    }

    fn scheme_label(&self, scheme: &str) -> String {
        label(scheme).to_owned()
    }

    fn class<'a>(&self, item: &'a ItemView, scheme: &str) -> Option<&'a Class> {
        item.classes.iter().find(|class| class.scheme == scheme)
    }
}

/// `/dataset/<slug>`
pub async fn dataset(view: View, Path(slug): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let question = ItemQuestion { q: asked.q.clone(), classes: asked.classes.clone() };
    let skip = (asked.page - 1) * PAGE;
    let (found, info) = view
        .read(move |reader| {
            let (Some(dataset), Some(uses)) = (reader.dataset(&slug)?, reader.uses_of_dataset(&slug)?) else {
                return Ok(None);
            };
            let items = match dataset.dictionaries.first() {
                Some(newest) => reader.items(newest.statement, &question, skip, PAGE)?,
                None => (Vec::new(), 0),
            };
            Ok(Some((dataset, items, uses)))
        })
        .await?;
    let (dataset, (items, found), uses) = found.ok_or(Problem::NotFound)?;
    Ok(html(&DatasetPage {
        frame: frame(&view, info, &dataset, &uses),
        dictionary: dataset.dictionaries.first().cloned(),
        filters: filters(&dataset, &asked),
        matrix: matrix(&dataset),
        dataset,
        asked,
        items,
        found,
    }))
}

/// The frame, with what a search engine and a feed reader find in its head.
fn frame(view: &View, info: Arc<Info>, dataset: &DatasetView, uses: &DatasetUses) -> Frame {
    let name = dataset.names.first().map_or("Dataset", String::as_str);
    let about = format!(
        "{name}: what it holds and who has been given it. {} name it; data of it was released to {}.",
        words::count(dataset.share_count, "share", "shares"),
        words::count(dataset.recipients, "recipient", "recipients"),
    );
    let page = format!("/dataset/{}", words::encode(&dataset.slug));
    Frame::new(view, Some(Arc::clone(&info)), Section::Datasets)
        .described(name, &about)
        .with_feed(name, &format!("{page}/feed.atom"))
        .with_data(&linked::dataset(&info, uses, &page))
}

impl Asked {
    /// Reads the query of an address. Parameters that mean nothing here are passed over.
    fn parse(query: &str) -> Result<Self, Problem> {
        let mut asked = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match &*name {
                _ if value.is_empty() => {}
                "q" => asked.q = value.chars().take(LONGEST).collect(),
                "class" => {
                    let (scheme, value) =
                        value.split_once(':').filter(|_| asked.classes.len() < CLASSES).ok_or_else(|| {
                            let message = "It must be a scheme and a value, such as dfe-sensitivity:B.".to_owned();
                            Problem::BadParameter { parameter: "class", message }
                        })?;
                    asked.classes.push(Class { scheme: scheme.to_owned(), value: value.to_owned() });
                }
                "page" => {
                    let page = value.parse().ok().filter(|page| (1..=1_000_000).contains(page));
                    let message = "It must be a whole number from 1.".to_owned();
                    asked.page = page.ok_or(Problem::BadParameter { parameter: "page", message })?;
                }
                _ => {}
            }
        }
        Ok(asked)
    }
}

fn address(slug: &str, asked: &Asked) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !asked.q.is_empty() {
        query.append_pair("q", &asked.q);
    }
    for class in &asked.classes {
        query.append_pair("class", &format!("{}:{}", class.scheme, class.value));
    }
    if asked.page > 1 {
        query.append_pair("page", &asked.page.to_string());
    }
    let query = query.finish();
    if query.is_empty() { format!("/dataset/{slug}#items") } else { format!("/dataset/{slug}?{query}#items") }
}

fn label(scheme: &str) -> &str {
    SCHEMES.iter().find(|known| known.code == scheme).map_or(scheme, |known| known.label)
}

/// The values of a scheme that items of a dataset have: those that the scheme knows in its order, others after them.
fn values(dataset: &DatasetView, scheme: &str) -> Vec<(Class, u64)> {
    let mut values: Vec<(Class, u64)> =
        dataset.classes.iter().filter(|(class, _)| class.scheme == scheme).cloned().collect();
    let known = SCHEMES.iter().find(|known| known.code == scheme).map_or(&[][..], |known| known.values);
    let place = |class: &Class| known.iter().position(|(value, _)| *value == class.value).unwrap_or(known.len());
    values.sort_by_key(|(class, _)| place(class));
    values
}

fn filters(dataset: &DatasetView, asked: &Asked) -> Vec<SchemeFilter> {
    let schemes = dataset.dictionaries.first().map_or(&[][..], |dictionary| &dictionary.schemes);
    let choice = |(class, items): (Class, u64)| ClassChoice {
        value: format!("{}:{}", class.scheme, class.value),
        label: format!("{} ({})", class.value, words::count(items, "item", "items")),
        short: class.value.clone(),
        meaning: class.meaning().unwrap_or("The scheme, as this register knows it, has no such value"),
        chosen: asked.classes.contains(&class),
    };
    let filter = |scheme: &String| SchemeFilter {
        label: label(scheme).to_owned(),
        id: format!("class-{scheme}"),
        choices: values(dataset, scheme).into_iter().map(choice).collect(),
    };
    schemes.iter().map(filter).collect()
}

/// The table of identification risk and sensitivity, where items are classified by both. It sets them side by side and
/// works neither out from the other.
fn matrix(dataset: &DatasetView) -> Option<Matrix> {
    const NOT_GIVEN: &str = "Not given";
    let with_none = |scheme: &str, none: bool| {
        let mut values: Vec<Option<String>> =
            values(dataset, scheme).into_iter().map(|(class, _)| Some(class.value)).collect();
        (!values.is_empty()).then(|| {
            values.extend(none.then_some(None));
            values
        })
    };
    let risks = with_none("dfe-identification-risk", dataset.pairs.iter().any(|(risk, ..)| risk.is_none()))?;
    let levels = with_none("dfe-sensitivity", dataset.pairs.iter().any(|(_, level, _)| level.is_none()))?;
    let count = |risk: &Option<String>, level: &Option<String>| -> u64 {
        let same = |pair: &&(Option<String>, Option<String>, u64)| pair.0 == *risk && pair.1 == *level;
        dataset.pairs.iter().filter(same).map(|pair| pair.2).sum()
    };
    let class = |scheme: &str, value: &str| Class { scheme: scheme.to_owned(), value: value.to_owned() };
    let list = |risk: &Option<String>, level: &Option<String>| {
        let (risk, level) = risk.as_ref().zip(level.as_ref())?;
        let classes = vec![class("dfe-identification-risk", risk), class("dfe-sensitivity", level)];
        Some(address(&dataset.slug, &Asked { classes, page: 1, ..Asked::default() }))
    };
    let told = |value: &Option<String>| value.clone().unwrap_or_else(|| NOT_GIVEN.to_owned());
    let meaning = |scheme: &str, value: &Option<String>| {
        value.as_ref().and_then(|value| class(scheme, value).meaning()).unwrap_or_default()
    };
    let row = |risk: &Option<String>| {
        let cells: Vec<(u64, Option<String>)> = levels
            .iter()
            .map(|level| match count(risk, level) {
                0 => (0, None),
                items => (items, list(risk, level)),
            })
            .collect();
        MatrixRow {
            risk: told(risk),
            meaning: meaning("dfe-identification-risk", risk),
            total: cells.iter().map(|(items, _)| items).sum(),
            cells,
        }
    };
    let rows: Vec<MatrixRow> = risks.iter().map(row).collect();
    Some(Matrix {
        sensitivities: levels.iter().map(told).collect(),
        totals: levels.iter().map(|level| risks.iter().map(|risk| count(risk, level)).sum()).collect(),
        total: rows.iter().map(|row| row.total).sum(),
        rows,
    })
}
