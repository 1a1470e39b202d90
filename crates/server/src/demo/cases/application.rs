//! Applications of the demonstration: answers as pages send them, and baskets filled from published dictionaries.

use casework::answer::Fields;
use casework::calendar::day_in_england;
use casework::specification::DictionarySource;
use casework::{Answers, Form, Specification};
use register::dictionary::{Dictionary, item_addresses};
use register::statement::ItemDictionaryPublished;
use register::{Body, Draft};
use toml::{Table, Value};

use super::{BasketEntry, CaseEntry, Player, days_from};
use crate::demo::DemoError;

type Wrong<'a> = &'a dyn Fn(&str) -> DemoError;

impl Player<'_> {
    pub(super) fn form(&self, wrong: Wrong<'_>) -> Result<&'static Form, DemoError> {
        Form::shipped(&self.file.form).ok_or_else(|| wrong(&self.file.form))
    }

    /// The answers of a case.
    pub(super) fn answers(&self, entry: &CaseEntry, form: &Form, wrong: Wrong<'_>) -> Result<Answers, DemoError> {
        let mut given = if entry.base { self.file.answers.clone() } else { Table::new() };
        given.extend(entry.answers.clone());
        let mut answers = Answers::new();
        for (id, value) in given {
            let question = form.question(&id).ok_or_else(|| wrong(&id))?;
            let fields = self.fields(&value).ok_or_else(|| wrong(&id))?;
            let read = question.read(&fields).map_err(|faults| {
                let faults: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
                wrong(&faults.join("; "))
            })?;
            answers.extend(read.map(|answer| (id, answer)));
        }
        Ok(answers)
    }

    /// A value as the fields of a page.
    fn fields(&self, value: &Value) -> Option<Fields> {
        let mut fields = Fields::new();
        match value {
            Value::Table(table) => {
                for (name, value) in table {
                    self.put(&mut fields, name, value)?;
                }
            }
            value => self.put(&mut fields, "answer", value)?,
        }
        Some(fields)
    }

    fn put(&self, fields: &mut Fields, name: &str, value: &Value) -> Option<()> {
        let list = match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(values) => {
                values.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<_>>()?
            }
            _ => return None,
        };
        let date = list.first().filter(|text| text.starts_with(['+', '-'])).and_then(|text| text.parse::<i64>().ok());
        match date {
            None => _ = fields.insert(name.to_owned(), list),
            Some(days) => {
                let day = days_from(day_in_england(self.now), days);
                // `expires-training` has its day in `expires-day-training`; `answer` in `answer-day`.
                let (stem, end) =
                    name.split_once('-').map_or((name, String::new()), |(stem, end)| (stem, format!("-{end}")));
                let parts = [
                    ("day", day.day().to_string()),
                    ("month", day.month().to_string()),
                    ("year", day.year().to_string()),
                ];
                for (part, value) in parts {
                    fields.insert(format!("{stem}-{part}{end}"), vec![value]);
                }
            }
        }
        Some(())
    }

    /// The basket of a case; an item whose classes ask for a reason has the basket's.
    pub(super) fn specification(&self, basket: &BasketEntry, wrong: Wrong<'_>) -> Result<Specification, DemoError> {
        let mut specification = Specification::default();
        for part in &basket.parts {
            let (says, dictionary) = published(self.drafts, &part.dataset).ok_or_else(|| wrong(&part.dataset))?;
            let (dataset, edition) = (part.dataset.as_str(), says.edition.as_str());
            let source = DictionarySource { dataset, digest: says.digest, edition, dictionary: &dictionary };
            let addresses = item_addresses(&dictionary);
            for name in &part.items {
                let row = dictionary.items.iter().position(|item| item.alias == *name).ok_or_else(|| wrong(name))?;
                let address = &addresses[row];
                let told = |error: casework::specification::BasketError| wrong(&error.to_string());
                specification.add(source, address, part.years, &[]).map_err(told)?;
                let asks = specification.dataset(dataset).and_then(|part| part.item(address));
                if asks.is_some_and(|item| !item.needs_justification().is_empty()) {
                    specification.justify(dataset, address, &basket.why).map_err(told)?;
                }
            }
        }
        Ok(specification)
    }
}

/// The newest dictionary of a dataset.
fn published<'a>(drafts: &'a [Draft], dataset: &str) -> Option<(&'a ItemDictionaryPublished, Dictionary)> {
    let of = drafts.iter().rev().find_map(|draft| match &draft.statement.body {
        Body::ItemDictionaryPublished(says) if says.dataset == dataset => Some((says, draft.files.first()?)),
        _ => None,
    });
    let (says, file) = of?;
    Some((says, Dictionary::parse(&file.bytes).ok()?))
}
