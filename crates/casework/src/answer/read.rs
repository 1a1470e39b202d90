//! Reads answers from the fields of a page, and writes them back into fields, so that a page shows what was typed.
//!
//! Nothing that was typed is guessed at: a date that is no date is said to be none.

use std::collections::{BTreeMap, BTreeSet};

use register::organisation::fold_spaces;
use register::{Organisation, PartialDate};

use super::{AccreditedPerson, Answer, Fault, SafeguardEvidence};
use crate::form::{Kind, Question, SafeguardChoice};

/// What a page sends: for each field's name its values, in order.
pub type Fields = BTreeMap<String, Vec<String>>;

/// The fields of a person's row, without its number.
const PERSON: &[&str] = &["name", "accreditation", "number", "expires-day", "expires-month", "expires-year"];

/// What a page calls the identifiers of a scheme.
pub fn identifier_label(scheme: &str) -> &str {
    match scheme {
        "company-number" => "Company number",
        "charity-number" => "Charity number",
        "ico" => "ICO registration number",
        "urn" => "URN",
        "ror" => "ROR identifier",
        other => other,
    }
}

impl Question {
    /// The answer in a page's fields; nothing where they were left empty.
    ///
    /// # Errors
    /// What is wrong with each field, whatever the day ([`Question::faults_on`] says the rest). Files and the basket are
    /// not typed in, and have pages of their own.
    pub fn read(&self, fields: &Fields) -> Result<Option<Answer>, Vec<Fault>> {
        let answer = match &self.kind {
            Kind::ShortText { .. } => Some(Answer::Text(fold_spaces(value(fields, "answer")))),
            Kind::LongText { .. } => Some(Answer::Text(paragraphs(value(fields, "answer")))),
            Kind::YesNo => match value(fields, "answer") {
                "yes" => Some(Answer::YesNo(true)),
                "no" => Some(Answer::YesNo(false)),
                "" => None,
                _ => return Err(vec![Fault::new("answer", self.missing())]),
            },
            Kind::OneOf { .. } => Some(Answer::Choice(value(fields, "answer").to_owned())),
            Kind::SomeOf { options } => {
                let sent: Vec<&String> =
                    fields.get("answer").into_iter().flatten().filter(|code| !code.trim().is_empty()).collect();
                if sent.iter().any(|code| self.choice(code).is_none()) {
                    return Err(vec![Fault::new("answer", self.missing())]);
                }
                let chosen = options.iter().filter(|option| sent.contains(&&option.code));
                Some(Answer::Choices(chosen.map(|option| option.code.clone()).collect()))
            }
            Kind::Date { .. } => {
                date(fields, "answer", "", &self.title()).map_err(|fault| vec![fault])?.map(Answer::Date)
            }
            Kind::Number { .. } => self.number(value(fields, "answer")).map_err(|fault| vec![fault])?,
            Kind::Organisations { identifiers, .. } => Some(Answer::Organisations(organisations(fields, identifiers))),
            Kind::People { .. } => Some(Answer::People(people(fields)?)),
            Kind::Safeguards { options } => Some(Answer::Safeguards(safeguards(fields, options)?)),
            Kind::Files { .. } => return Err(vec![Fault::new("file", self.missing())]),
            Kind::Basket => return Err(vec![Fault::new("answer", self.missing())]),
        };
        let Some(answer) = answer.filter(|answer| !answer.is_empty()) else { return Ok(None) };
        let faults = self.faults(&answer);
        if faults.is_empty() { Ok(Some(answer)) } else { Err(faults) }
    }

    /// The same fields with the rows of a list numbered from 1 without gaps, as [`Question::read`] numbers what is wrong.
    pub fn compacted(&self, fields: &Fields) -> Fields {
        let stems: Vec<&str> = match &self.kind {
            Kind::Organisations { identifiers, .. } => identifiers.iter().map(String::as_str).chain(["name"]).collect(),
            Kind::People { .. } => PERSON.to_vec(),
            _ => return fields.clone(),
        };
        let mut compact = Fields::new();
        for (number, to) in rows(fields, &stems).into_iter().zip(1..) {
            for stem in &stems {
                if let Some(values) = fields.get(&format!("{stem}-{number}")) {
                    compact.insert(format!("{stem}-{to}"), values.clone());
                }
            }
        }
        compact
    }

    /// The name of the field at which an answer begins.
    pub fn first_field(&self) -> String {
        let field = match &self.kind {
            Kind::Date { .. } => "answer-day",
            Kind::Organisations { .. } | Kind::People { .. } => "name-1",
            Kind::Files { .. } => "file",
            _ => "answer",
        };
        field.to_owned()
    }

    fn number(&self, text: &str) -> Result<Option<Answer>, Fault> {
        let plain: String = text.chars().filter(|letter| !matches!(letter, ',' | ' ')).collect();
        if plain.is_empty() {
            return Ok(None);
        }
        let number = plain
            .parse()
            .map_err(|_| Fault::new("answer", format!("{} must be a whole number, such as 5", self.title())))?;
        Ok(Some(Answer::Number(number)))
    }
}

impl Answer {
    /// The fields in which a page shows it.
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        let mut put = |name: String, value: &str| fields.insert(name, vec![value.to_owned()]);
        match self {
            Self::Text(text) | Self::Choice(text) => drop(put("answer".into(), text)),
            Self::YesNo(yes) => drop(put("answer".into(), if *yes { "yes" } else { "no" })),
            Self::Number(number) => drop(put("answer".into(), &number.to_string())),
            Self::Date(date) => put_date(&mut put, "answer", "", *date),
            Self::Choices(codes) => drop(fields.insert("answer".into(), codes.clone())),
            Self::Organisations(rows) => {
                for (row, number) in rows.iter().zip(1..) {
                    put(format!("name-{number}"), &row.name);
                    for (scheme, id) in &row.ids {
                        put(format!("{scheme}-{number}"), id);
                    }
                }
            }
            Self::People(rows) => {
                for (row, number) in rows.iter().zip(1..) {
                    put(format!("name-{number}"), &row.name);
                    put(format!("accreditation-{number}"), &row.accreditation);
                    if let Some(id) = &row.number {
                        put(format!("number-{number}"), id);
                    }
                    if let Some(date) = row.expires {
                        put_date(&mut put, "expires", &format!("-{number}"), date);
                    }
                }
            }
            Self::Safeguards(rows) => {
                for row in rows {
                    let code = row.safeguard.code();
                    put(format!("evidence-{code}"), &row.evidence);
                    if let Some(date) = row.expires {
                        put_date(&mut put, "expires", &format!("-{code}"), date);
                    }
                }
                let codes = rows.iter().map(|row| row.safeguard.code().to_owned()).collect();
                fields.insert("answer".into(), codes);
            }
            Self::Files(_) => {}
        }
        fields
    }
}

fn put_date<T>(put: &mut impl FnMut(String, &str) -> T, stem: &str, end: &str, date: PartialDate) {
    let day = date.first_day();
    put(format!("{stem}-day{end}"), &day.day().to_string());
    put(format!("{stem}-month{end}"), &day.month().to_string());
    put(format!("{stem}-year{end}"), &day.year().to_string());
}

fn value<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(|values| values.first()).map_or("", |value| value.trim())
}

/// Paragraphs with line feeds, as a browser sends them with carriage returns.
fn paragraphs(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// A day in three fields; nothing where all are empty.
fn date(fields: &Fields, stem: &str, end: &str, title: &str) -> Result<Option<PartialDate>, Fault> {
    let [day, month, year] = ["day", "month", "year"].map(|part| value(fields, &format!("{stem}-{part}{end}")));
    if day.is_empty() && month.is_empty() && year.is_empty() {
        return Ok(None);
    }
    for (part, text) in [("day", day), ("month", month), ("year", year)] {
        if text.is_empty() {
            return Err(Fault::new(format!("{stem}-{part}{end}"), format!("{title} must include a {part}")));
        }
    }
    let number = |text: &str, digits: usize| -> Option<u16> {
        let plain = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| plain)
    };
    let read = || {
        let year = number(year, 4).filter(|_| year.len() == 4)?;
        let (month, day) = (u8::try_from(number(month, 2)?).ok()?, u8::try_from(number(day, 2)?).ok()?);
        PartialDate::day(i16::try_from(year).ok()?, month, day).ok()
    };
    let wrong = || Fault::new(format!("{stem}-day{end}"), format!("{title} must be a real date, such as 27 3 2027"));
    read().map(Some).ok_or_else(wrong)
}

/// The numbers of the rows of which any field is filled in, in order.
fn rows(fields: &Fields, stems: &[&str]) -> Vec<u32> {
    let filled = fields.keys().filter(|name| !value(fields, name).is_empty()).filter_map(|name| {
        let (stem, number) = name.rsplit_once('-')?;
        let plain = number.len() <= 4 && number.bytes().all(|byte| byte.is_ascii_digit());
        stems.contains(&stem).then_some(number).filter(|_| plain)?.parse().ok()
    });
    filled.collect::<BTreeSet<u32>>().into_iter().collect()
}

fn organisations(fields: &Fields, identifiers: &[String]) -> Vec<Organisation> {
    let stems: Vec<&str> = identifiers.iter().map(String::as_str).chain(["name"]).collect();
    let read = rows(fields, &stems).into_iter().map(|number| {
        let given = identifiers.iter().filter_map(|scheme| {
            let id = fold_spaces(value(fields, &format!("{scheme}-{number}")));
            (!id.is_empty()).then(|| (scheme.clone(), id))
        });
        Organisation { ids: given.collect(), ..Organisation::named(value(fields, &format!("name-{number}"))) }
    });
    read.collect()
}

fn people(fields: &Fields) -> Result<Vec<AccreditedPerson>, Vec<Fault>> {
    let (mut people, mut faults) = (Vec::new(), Vec::new());
    for number in rows(fields, PERSON) {
        let text = |stem: &str| fold_spaces(value(fields, &format!("{stem}-{number}")));
        let name = text("name");
        let title = if name.is_empty() { "The expiry date".to_owned() } else { format!("The expiry date of {name}") };
        let expires = date(fields, "expires", &format!("-{number}"), &title).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let id = Some(text("number")).filter(|id| !id.is_empty());
        people.push(AccreditedPerson { accreditation: text("accreditation"), expires, name, number: id });
    }
    if faults.is_empty() { Ok(people) } else { Err(faults) }
}

fn safeguards(fields: &Fields, options: &[SafeguardChoice]) -> Result<Vec<SafeguardEvidence>, Vec<Fault>> {
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let sent: Vec<&str> = fields.get("answer").into_iter().flatten().map(String::as_str).collect();
    for option in options.iter().filter(|option| sent.contains(&option.safeguard.code())) {
        let code = option.safeguard.code();
        let title = format!("The expiry date of {}", option.label);
        let expires = date(fields, "expires", &format!("-{code}"), &title).unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let evidence = fold_spaces(value(fields, &format!("evidence-{code}")));
        rows.push(SafeguardEvidence { evidence, expires, safeguard: option.safeguard });
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}
