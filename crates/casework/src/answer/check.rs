//! What is wrong with an answer: against its question alone, and against the day and the other answers.

use register::statement::MAX_CLEAR;
use register::{Organisation, PartialDate};

use super::{AccreditedPerson, Answer, Answers, AttachedFile, SafeguardEvidence};
use crate::form::{Choice, Kind, Question, SafeguardChoice, When};

/// One thing that is wrong with an answer, at the field of the page that has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The name of the field.
    pub field: String,
    /// What to do about it, as a sentence without a full stop.
    pub message: String,
}

impl Fault {
    pub(super) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A word is rarely longer; a text without spaces is no way around a limit of words.
const LETTERS_OF_A_WORD: usize = 20;

/// The longest name of a person, number of a certificate or identifier.
const MAX_NAME: usize = 200;

impl Question {
    /// What is wrong with an answer to this question, whatever the day.
    pub fn faults(&self, answer: &Answer) -> Vec<Fault> {
        let title = self.title();
        match (&self.kind, answer) {
            (Kind::ShortText { max_characters }, Answer::Text(text)) => short_text(&title, text, *max_characters),
            (Kind::LongText { max_words }, Answer::Text(text)) => long_text(&title, text, *max_words),
            (Kind::YesNo, Answer::YesNo(_)) | (Kind::Date { .. }, Answer::Date(_)) => Vec::new(),
            (Kind::OneOf { options }, Answer::Choice(code)) => self.choices(options, std::slice::from_ref(code)),
            (Kind::SomeOf { options }, Answer::Choices(codes)) => self.choices(options, codes),
            (Kind::Number { least, most, unit }, Answer::Number(number)) => {
                let within = (least..=most).contains(&number);
                let message = format!("{title} must be from {least} to {most} {unit}");
                if within { Vec::new() } else { vec![Fault::new("answer", message)] }
            }
            (Kind::Organisations { at_most, identifiers }, Answer::Organisations(rows)) => {
                let mut faults = count(&title, "name-1", rows.len(), *at_most, "organisations");
                faults.extend(rows.iter().zip(1..).flat_map(|(row, number)| organisation(row, number, identifiers)));
                faults
            }
            (Kind::People { at_most, accreditations }, Answer::People(rows)) => {
                let mut faults = count(&title, "name-1", rows.len(), *at_most, "people");
                faults.extend(rows.iter().zip(1..).flat_map(|(row, number)| person(row, number, accreditations)));
                faults
            }
            (Kind::Safeguards { options }, Answer::Safeguards(rows)) => {
                rows.iter().flat_map(|row| safeguard(row, options)).collect()
            }
            (Kind::Files { at_most }, Answer::Files(rows)) => {
                let mut faults = count(&title, "file", rows.len(), *at_most, "files");
                faults.extend(rows.iter().filter_map(file));
                faults
            }
            _ => vec![Fault::new("answer", format!("{title} was asked for in another way before; answer it again"))],
        }
    }

    /// What is wrong with an answer on this day, beside these other answers.
    pub fn faults_on(&self, answer: &Answer, others: &Answers, today: PartialDate) -> Vec<Fault> {
        let title = self.title();
        match (&self.kind, answer) {
            (Kind::Date { when, after }, Answer::Date(date)) => {
                let day = date.first_day();
                let mut faults = Vec::new();
                let wrong = |message: &str| Fault::new("answer-day", format!("{title} must be {message}"));
                match when {
                    When::Future if day <= today.last_day() => faults.push(wrong("in the future")),
                    When::Past if day > today.last_day() => faults.push(wrong("today or in the past")),
                    _ => {}
                }
                if let Some(Answer::Date(earlier)) = after.as_ref().and_then(|id| others.get(id))
                    && earlier.first_day() >= day
                {
                    faults.push(wrong(&format!("after {}", earlier.in_words())));
                }
                faults
            }
            (Kind::People { .. }, Answer::People(rows)) => {
                let lapsed = rows.iter().zip(1..).filter(|(row, _)| has_lapsed(row.expires, today));
                let told = lapsed.map(|(row, number)| {
                    let message = format!("The accreditation of {} has expired; enter one that has not", row.name);
                    Fault::new(format!("expires-day-{number}"), message)
                });
                told.collect()
            }
            (Kind::Safeguards { options }, Answer::Safeguards(rows)) => {
                let lapsed = rows.iter().filter(|row| has_lapsed(row.expires, today));
                let told = lapsed.map(|row| {
                    let message =
                        format!("The evidence of {} has expired; enter one that has not", label(row, options));
                    Fault::new(format!("expires-day-{}", row.safeguard.code()), message)
                });
                told.collect()
            }
            _ => Vec::new(),
        }
    }

    fn choices(&self, options: &[Choice], codes: &[String]) -> Vec<Fault> {
        let chosen: Vec<&Choice> =
            codes.iter().filter_map(|code| options.iter().find(|option| option.code == *code)).collect();
        let repeated = codes.iter().enumerate().any(|(place, code)| codes[..place].contains(code));
        if chosen.len() < codes.len() || codes.is_empty() || repeated {
            return vec![Fault::new("answer", self.missing())];
        }
        match chosen.iter().find(|option| option.alone && chosen.len() > 1) {
            Some(alone) => {
                let message = format!("Select {}, or select {:?} alone", self.name, alone.label);
                vec![Fault::new("answer", message)]
            }
            None => Vec::new(),
        }
    }
}

fn short_text(title: &str, text: &str, most: usize) -> Vec<Fault> {
    let message = if text.trim().is_empty() {
        format!("{title} must not be empty")
    } else if text.chars().count() > most {
        format!("{title} must be {most} characters or fewer")
    } else if text.chars().any(char::is_control) {
        format!("{title} must stand on one line, without control characters")
    } else {
        return Vec::new();
    };
    vec![Fault::new("answer", message)]
}

fn long_text(title: &str, text: &str, most: usize) -> Vec<Fault> {
    let words = text.split_whitespace().count();
    let message = if words == 0 {
        format!("{title} must not be empty")
    } else if words > most {
        format!("{title} must be {most} words or fewer; it has {words}")
    } else if text.chars().count() > most * LETTERS_OF_A_WORD {
        format!("{title} must be {} characters or fewer", most * LETTERS_OF_A_WORD)
    } else if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        format!("{title} must not have control characters")
    } else {
        return Vec::new();
    };
    vec![Fault::new("answer", message)]
}

fn count(title: &str, field: &str, found: usize, most: usize, what: &str) -> Vec<Fault> {
    if found > most { vec![Fault::new(field, format!("{title} must be {most} {what} or fewer"))] } else { Vec::new() }
}

fn organisation(row: &Organisation, number: usize, identifiers: &[String]) -> Vec<Fault> {
    let mut faults = Vec::new();
    name(&mut faults, &row.name, &format!("name-{number}"), "the name of the organisation");
    for (scheme, id) in &row.ids {
        let field = format!("{scheme}-{number}");
        let label = super::identifier_label(scheme);
        if !identifiers.contains(scheme) {
            faults.push(Fault::new(&field, format!("{label} is not asked for here")));
        } else if !is_identifier(id) {
            faults.push(Fault::new(&field, format!("{label} must be letters, digits, hyphens and slashes, up to 40")));
        }
    }
    faults
}

fn person(row: &AccreditedPerson, number: usize, accreditations: &[Choice]) -> Vec<Fault> {
    let mut faults = Vec::new();
    name(&mut faults, &row.name, &format!("name-{number}"), "the person's name");
    let Some(accreditation) = accreditations.iter().find(|option| option.code == row.accreditation) else {
        faults.push(Fault::new(format!("accreditation-{number}"), format!("Select the accreditation of {}", row.name)));
        return faults;
    };
    if accreditation.alone {
        if row.number.is_some() || row.expires.is_some() {
            let message = format!("Leave number and expiry date of {} empty, or select their accreditation", row.name);
            faults.push(Fault::new(format!("number-{number}"), message));
        }
        return faults;
    }
    match &row.number {
        Some(id) if is_identifier(id) => {}
        Some(_) => {
            let message = "The accreditation number must be letters, digits, hyphens and slashes, up to 40";
            faults.push(Fault::new(format!("number-{number}"), message));
        }
        None => faults
            .push(Fault::new(format!("number-{number}"), format!("Enter the accreditation number of {}", row.name))),
    }
    if row.expires.is_none() {
        let message = format!("Enter the date on which the accreditation of {} expires", row.name);
        faults.push(Fault::new(format!("expires-day-{number}"), message));
    }
    faults
}

fn safeguard(row: &SafeguardEvidence, options: &[SafeguardChoice]) -> Vec<Fault> {
    let code = row.safeguard.code();
    let Some(option) = options.iter().find(|option| option.safeguard == row.safeguard) else {
        return vec![Fault::new("answer", format!("{} is not asked for here", row.safeguard.label()))];
    };
    let mut faults = Vec::new();
    name(&mut faults, &row.evidence, &format!("evidence-{code}"), &format!("the evidence of {}", option.label));
    if option.expires && row.expires.is_none() {
        let message = format!("Enter the date on which the evidence of {} expires", option.label);
        faults.push(Fault::new(format!("expires-day-{code}"), message));
    }
    if !option.expires && row.expires.is_some() {
        faults.push(Fault::new(format!("expires-day-{code}"), format!("{} has no expiry date here", option.label)));
    }
    faults
}

fn file(row: &AttachedFile) -> Option<Fault> {
    let plain = !row.name.is_empty()
        && row.name.len() <= MAX_CLEAR
        && !row.name.contains(['/', '\\'])
        && !row.name.chars().any(char::is_control);
    (!plain).then(|| Fault::new("file", "The file must have a name without slashes, of 300 bytes or fewer"))
}

fn name(faults: &mut Vec<Fault>, text: &str, field: &str, what: &str) {
    if text.trim().is_empty() {
        faults.push(Fault::new(field, format!("Enter {what}")));
    } else if text.chars().count() > MAX_NAME || text.chars().any(char::is_control) {
        let mut title = what.to_owned();
        title[..1].make_ascii_uppercase();
        faults.push(Fault::new(field, format!("{title} must stand on one line, of {MAX_NAME} characters or fewer")));
    }
}

fn is_identifier(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '/' | '.' | ' ');
    !text.trim().is_empty() && text.len() <= 40 && text.chars().all(plain)
}

fn has_lapsed(expires: Option<PartialDate>, today: PartialDate) -> bool {
    expires.is_some_and(|date| date.last_day() < today.last_day())
}

fn label<'a>(row: &SafeguardEvidence, options: &'a [SafeguardChoice]) -> &'a str {
    let option = options.iter().find(|option| option.safeguard == row.safeguard);
    option.map_or_else(|| row.safeguard.label(), |option| &option.label)
}
