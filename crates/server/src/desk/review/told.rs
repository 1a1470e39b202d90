//! An application as whoever judges it reads it: question by question in words, with the evidence that an answer brings, and
//! the items of the basket with their classes. Also what stands at the head of each page about a case.

use casework::answer::Answer;
use casework::evidence::{answers, form_of};
use casework::form::Question;
use casework::{Answers, Case};
use register::PartialDate;

use crate::web::words;

/// What every page about a case says at its head.
#[derive(Debug, Clone)]
pub struct Head {
    /// The share's reference.
    pub reference: String,
    /// The address of the case's page.
    pub address: String,
    /// Its title.
    pub title: String,
    /// Who asks.
    pub recipient: String,
    /// How many events the case has: what a form says that it saw.
    pub seen: u64,
}

/// A task with the answers to its questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Which of the Five Safes it belongs to.
    pub safe: &'static str,
    /// Its title.
    pub title: String,
    /// Its answers.
    pub answers: Vec<Told>,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The question.
    pub question: String,
    /// The answer, a line for each thing that it lists.
    pub lines: Vec<String>,
}

/// An item that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its dataset.
    pub dataset: String,
    /// Its name.
    pub name: String,
    /// For which years.
    pub years: String,
    /// Its class in each scheme.
    pub classes: String,
    /// What is done to its values.
    pub treatment: String,
    /// Why it is needed.
    pub justification: String,
}

impl Head {
    /// Of a case.
    pub fn of(case: &Case) -> Self {
        let title = match case.application.answers.get("title") {
            Some(Answer::Text(title)) => title.clone(),
            _ => "An application without a title".to_owned(),
        };
        let recipient = case.application.submitted.as_ref().map(|submission| submission.recipient.name.clone());
        Self {
            reference: case.reference.clone(),
            address: format!("/desk/case/{}", words::encode(&case.reference)),
            title,
            recipient: recipient.unwrap_or_default(),
            seen: case.seq,
        }
    }

    /// The address of a page below the case's.
    pub fn at(&self, page: &str) -> String {
        format!("{}/{page}", self.address)
    }
}

/// The questions that are asked, each with its answer.
pub fn tasks(case: &Case) -> Vec<Task> {
    let Some(form) = form_of(case) else { return Vec::new() };
    let given = answers(case);
    let asked = form.asked(&given);
    let mut tasks = Vec::new();
    for section in &form.sections {
        for task in &section.tasks {
            let questions = task.questions.iter().filter(|question| asked.iter().any(|other| other.id == question.id));
            let answers: Vec<Told> = questions.filter_map(|question| told(question, &given)).collect();
            if !answers.is_empty() {
                tasks.push(Task { safe: section.safe.label(), title: task.title.clone(), answers });
            }
        }
    }
    tasks
}

fn told(question: &Question, given: &Answers) -> Option<Told> {
    if question.kind == casework::form::Kind::Basket {
        return None;
    }
    let lines = match given.get(&question.id) {
        None if question.optional => return None,
        None => vec!["Not answered.".to_owned()],
        Some(answer) => lines(question, answer),
    };
    Some(Told { question: question.label.clone(), lines })
}

/// An answer in words, with what it rests on.
fn lines(question: &Question, answer: &Answer) -> Vec<String> {
    let until = |day: &Option<PartialDate>| day.map_or_else(String::new, |day| format!(", until {}", words::date(day)));
    let named = question.words(answer);
    match answer {
        Answer::People(rows) => {
            let people = rows.iter().zip(named).map(|(row, name)| {
                let held = question.choice(&row.accreditation).map_or(row.accreditation.as_str(), |held| &held.label);
                let number = row.number.as_ref().map_or_else(String::new, |number| format!(" ({number})"));
                format!("{name}: {held}{number}{}", until(&row.expires))
            });
            people.collect()
        }
        Answer::Safeguards(rows) => {
            let rows = rows.iter().zip(named);
            rows.map(|(row, name)| format!("{name}: {}{}", row.evidence, until(&row.expires))).collect()
        }
        Answer::Organisations(rows) => {
            let rows = rows.iter().zip(named);
            let ids = |ids: &std::collections::BTreeMap<String, String>| {
                let ids =
                    ids.iter().map(|(scheme, value)| format!("{} {value}", casework::answer::identifier_label(scheme)));
                ids.collect::<Vec<_>>().join(", ")
            };
            rows.map(|(row, name)| if row.ids.is_empty() { name } else { format!("{name} ({})", ids(&row.ids)) })
                .collect()
        }
        Answer::Files(rows) => {
            rows.iter().zip(named).map(|(row, name)| format!("{name} ({})", words::size(row.bytes))).collect()
        }
        _ => named,
    }
}

/// The items that are asked for.
pub fn items(case: &Case) -> Vec<Item> {
    let Some(specification) = &case.application.specification else { return Vec::new() };
    let items = specification.items().map(|(part, item)| Item {
        dataset: part.name.clone(),
        name: item.name.clone(),
        years: if item.first_year == item.last_year {
            item.first_year.to_string()
        } else {
            format!("{} to {}", item.first_year, item.last_year)
        },
        classes: item
            .classes
            .iter()
            .map(|class| format!("{} {}", scheme(&class.scheme), class.value))
            .collect::<Vec<_>>()
            .join("; "),
        treatment: treatment(&item.treatment),
        justification: item.justification.clone().unwrap_or_default(),
    });
    items.collect()
}

/// What a page calls a scheme, in few words.
fn scheme(code: &str) -> String {
    match code {
        "npd-tier" => "Tier".to_owned(),
        "dfe-identification-risk" => "Risk".to_owned(),
        "dfe-sensitivity" => "Sensitivity".to_owned(),
        other => words::plain(other),
    }
}

fn treatment(of: &casework::specification::Treatment) -> String {
    use casework::specification::Treatment as T;
    match of {
        T::Keep {} => "Given as it is".to_owned(),
        T::Drop {} => "Left out".to_owned(),
        T::Pseudonymise {} => "Replaced by a code".to_owned(),
        T::Date { .. } => "Dates made coarser".to_owned(),
        T::AgeBand { years } => format!("Ages in bands of {years} years"),
        T::Postcode { .. } => "Postcodes made coarser".to_owned(),
        T::Recode { .. } => "Codes made coarser".to_owned(),
        T::Round { nearest } => format!("Rounded to the nearest {nearest}"),
        T::TopCode { limit } => format!("Nothing above {limit} shown"),
    }
}
