//! What of the answers becomes public: texts beside the statements, and coded facts, dates and organisations in them.
//!
//! Only questions that say so give anything, and only while they are asked. Answers that name people are marked to be
//! withheld; whoever decides may decide otherwise, and the preview shows it.

use std::collections::BTreeMap;
use std::str::FromStr;

use register::vocabulary::{Ground, Route, Safeguard};
use register::{Organisation, PartialDate};

use super::{Becomes, Form, Kind, Question};
use crate::answer::{AccreditedPerson, Answer, Answers, SafeguardEvidence, identifier_label};

/// What statements say that comes from an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicPart {
    /// Texts, in the order of the questions.
    pub texts: Vec<PublicText>,
    /// Legal bases, in the order of the questions.
    pub bases: Vec<String>,
    /// Coded facts, by their codes.
    pub facts: BTreeMap<String, String>,
    /// How the data is used.
    pub route: Option<Route>,
    /// When access begins.
    pub start: Option<PartialDate>,
    /// When access ends.
    pub end: Option<PartialDate>,
    /// Organisations that process the data for the recipient.
    pub processors: Vec<Organisation>,
    /// Where the data may lie.
    pub territory: Option<String>,
    /// Safeguards of which there is evidence, with its expiry date.
    pub safeguards: Vec<(Safeguard, Option<PartialDate>)>,
}

/// One text of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicText {
    /// The text's name, such as `purpose`.
    pub name: String,
    /// What it says.
    pub value: String,
    /// Why it is withheld unless somebody decides otherwise; nothing where it is public.
    pub withheld: Option<Ground>,
    /// The question that it comes from.
    pub question: String,
}

impl Form {
    /// What of these answers becomes public.
    pub fn public(&self, answers: &Answers) -> PublicPart {
        let mut part = PublicPart::default();
        for question in self.asked(answers) {
            let answer = answers.get(&question.id).filter(|answer| !answer.is_empty());
            if let (Some(becomes), Some(answer)) = (&question.becomes, answer) {
                part.take(question, becomes, answer);
            }
        }
        part
    }
}

impl PublicPart {
    fn take(&mut self, question: &Question, becomes: &Becomes, answer: &Answer) {
        match (becomes, answer) {
            (Becomes::Text(name), _) => self.texts.push(PublicText {
                name: name.clone(),
                value: question.words(answer).join("\n"),
                withheld: question.names_people.then_some(Ground::PersonalData),
                question: question.id.clone(),
            }),
            (Becomes::Fact(name), _) => {
                self.facts.insert(name.clone(), question.words(answer).join("; "));
            }
            (Becomes::Route, Answer::Choice(code)) => self.route = Route::from_str(code).ok(),
            (Becomes::Bases, _) => self.bases.extend(question.bases(answer)),
            (Becomes::Territory, _) => self.territory = question.words(answer).pop(),
            (Becomes::Start, Answer::Date(date)) => self.start = Some(*date),
            (Becomes::End, Answer::Date(date)) => self.end = Some(*date),
            (Becomes::Processors, Answer::Organisations(rows)) => self.processors.clone_from(rows),
            (Becomes::Safeguards, Answer::Safeguards(rows)) => {
                self.safeguards = rows.iter().map(|row| (row.safeguard, row.expires)).collect();
            }
            _ => {}
        }
    }
}

impl Question {
    /// An answer in words, one entry for each thing that it lists: what a page and a statement show.
    pub fn words(&self, answer: &Answer) -> Vec<String> {
        let said = |code: &String| {
            let choice = self.choice(code);
            choice.map_or_else(|| code.clone(), |choice| choice.says.clone().unwrap_or_else(|| choice.label.clone()))
        };
        match answer {
            Answer::Text(text) => vec![text.clone()],
            Answer::YesNo(yes) => vec![if *yes { "Yes" } else { "No" }.to_owned()],
            Answer::Choice(code) => vec![said(code)],
            Answer::Choices(codes) => codes.iter().map(said).collect(),
            Answer::Date(date) => vec![date.in_words()],
            Answer::Number(number) => match &self.kind {
                Kind::Number { unit, .. } => vec![format!("{number} {unit}")],
                _ => vec![number.to_string()],
            },
            Answer::Organisations(rows) => rows.iter().map(|row| row.name.clone()).collect(),
            Answer::People(rows) => rows.iter().map(|row| row.name.clone()).collect(),
            Answer::Safeguards(rows) => rows.iter().map(|row| row.safeguard.label().to_owned()).collect(),
            Answer::Files(rows) => rows.iter().map(|row| row.name.clone()).collect(),
        }
    }

    /// An answer with everything that belongs to it, one entry for each thing that it lists: what a page shows to whoever
    /// may see the application.
    pub fn details(&self, answer: &Answer) -> Vec<String> {
        let until =
            |date: &Option<PartialDate>| date.map(|date| format!(", until {}", date.in_words())).unwrap_or_default();
        match answer {
            Answer::Organisations(rows) => {
                let line = |row: &Organisation| {
                    let ids = row.ids.iter().map(|(scheme, id)| format!(", {} {id}", identifier_label(scheme)));
                    format!("{}{}", row.name, ids.collect::<String>())
                };
                rows.iter().map(line).collect()
            }
            Answer::People(rows) => {
                let line = |row: &AccreditedPerson| {
                    let held = self.choice(&row.accreditation).map_or(&row.accreditation, |choice| &choice.label);
                    let number = row.number.as_ref().map(|number| format!(" {number}")).unwrap_or_default();
                    format!("{}: {held}{number}{}", row.name, until(&row.expires))
                };
                rows.iter().map(line).collect()
            }
            Answer::Safeguards(rows) => {
                let line = |row: &SafeguardEvidence| {
                    format!("{}: {}{}", row.safeguard.label(), row.evidence, until(&row.expires))
                };
                rows.iter().map(line).collect()
            }
            _ => self.words(answer),
        }
    }

    /// The legal bases of an answer: a choice that stands for none of the others gives none.
    fn bases(&self, answer: &Answer) -> Vec<String> {
        let given = match answer {
            Answer::Choice(code) => std::slice::from_ref(code),
            Answer::Choices(codes) => codes.as_slice(),
            _ => &[],
        };
        let chosen = given.iter().filter_map(|code| self.choice(code)).filter(|choice| !choice.alone);
        chosen.map(|choice| choice.says.clone().unwrap_or_else(|| choice.label.clone())).collect()
    }
}
