//! The panel's pack: what was asked for, what the reviewers found, and what was decided of the like before. It is made of
//! the case as it stands and says nothing of its own.
//!
//! While reviews are outstanding none is shown: reviewers do not see each other's before, and neither does anybody else who
//! could tell them.

use register::vocabulary::Outcome;
use register::{Moment, PartialDate};

use super::{Block, Definition, Paper, definition, heading, list, notice, paragraph};
use crate::answer::{Answer, in_words};
use crate::case::{Application, Case};
use crate::event::Safe;
use crate::form::{Form, Question};
use crate::person::PersonId;
use crate::specification::{DatasetPart, Keep, People, Specification};

/// What a pack says that is not in the case.
pub struct Beside<'a> {
    /// The custodian's name.
    pub issuer: &'a str,
    /// As of when the pack is.
    pub made: Moment,
    /// What people are called.
    pub name: &'a dyn Fn(PersonId) -> Option<String>,
    /// Earlier decisions on the like, the nearest first.
    pub similar: &'a [Similar],
}

/// An earlier decision on something like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similar {
    /// The share.
    pub reference: String,
    /// What was decided.
    pub outcome: Outcome,
    /// When.
    pub decided: PartialDate,
    /// In what it is like.
    pub likeness: String,
}

/// The pack for this case, which was applied for with this form.
pub fn pack(case: &Case, form: &Form, beside: &Beside<'_>) -> Paper {
    let called = |person: PersonId| (beside.name)(person).unwrap_or_else(|| format!("person {person}"));
    let mut front = Vec::new();
    if let Some(submission) = &case.application.submitted {
        front.push(definition("Applicant", submission.recipient.name.clone()));
        let signed = format!("{}, on {}", submission.signed, in_words(submission.at.date()));
        front.push(definition("Signed for the applicant by", signed));
    }
    front.push(definition("Reference", case.reference.clone()));
    if let Some(officer) = case.officer {
        front.push(definition("Case officer", called(officer)));
    }
    if let Some(relation) = &case.relation {
        front.push(definition("Follows from", relation.other()));
    }
    let mut blocks = Vec::new();
    application(&mut blocks, &case.application, form);
    basket(&mut blocks, case.application.specification.as_ref());
    reviews(&mut blocks, case, &called);
    similar(&mut blocks, beside.similar);
    Paper {
        title: format!("Panel pack for {}", case.reference),
        reference: case.reference.clone(),
        issuer: beside.issuer.to_owned(),
        made: beside.made,
        front,
        blocks,
    }
}

fn application(blocks: &mut Vec<Block>, application: &Application, form: &Form) {
    blocks.push(heading(1, "What is asked for"));
    let asked = form.asked(&application.answers);
    for section in &form.sections {
        let ours = |question: &&Question| section.tasks.iter().any(|task| task.questions.contains(question));
        let items: Vec<Definition> = asked
            .iter()
            .copied()
            .filter(ours)
            .filter_map(|question| said(question, application.answers.get(&question.id)?, application))
            .collect();
        if !items.is_empty() {
            blocks.push(heading(2, section.title.clone()));
            blocks.push(Block::Definitions { items });
        }
    }
}

/// A question and what was answered, with what an answer's evidence is and where it was taken from.
fn said(question: &Question, answer: &Answer, application: &Application) -> Option<Definition> {
    let mut words = match answer {
        Answer::Safeguards(rows) => rows
            .iter()
            .map(|row| {
                let until = row.expires.map(|day| format!(", until {}", in_words(day))).unwrap_or_default();
                format!("{}: {}{until}", row.safeguard.label(), row.evidence)
            })
            .collect(),
        Answer::People(rows) => rows.iter().map(|row| format!("{}: {}", row.name, row.accreditation)).collect(),
        Answer::Files(rows) => rows.iter().map(|row| format!("{}, SHA-256 {}", row.name, row.digest)).collect(),
        other => question.words(other),
    };
    let newest = application.versions.get(&question.id).and_then(|versions| versions.last());
    if let Some(earlier) = newest.and_then(|version| version.reused_from.as_deref()) {
        words.push(format!("(Taken from {earlier}.)"));
    }
    (!words.is_empty()).then(|| definition(question.label.clone(), words.join("\n")))
}

fn basket(blocks: &mut Vec<Block>, specification: Option<&Specification>) {
    blocks.push(heading(1, "The data"));
    let Some(specification) = specification.filter(|specification| !specification.is_empty()) else {
        blocks.push(paragraph("No items are asked for."));
        return;
    };
    let people = match &specification.people {
        People::Everyone {} => "Everybody in the rows that are asked for.".to_owned(),
        People::FoundIn { within } => format!("Those only who are in the rows of {within}."),
        People::Listed { up_to } => format!("Those only whom the applicant lists, at most {up_to} people."),
    };
    let mut about = vec![definition("Whose records", people)];
    if !specification.cohorts.is_empty() {
        let cohorts: Vec<String> =
            specification.cohorts.iter().map(|cohort| school_year(cohort.first_year())).collect();
        about.push(definition("Cohorts", cohorts.join(", ")));
    }
    blocks.push(Block::Definitions { items: about });
    specification.datasets.iter().for_each(|part| dataset(blocks, part));
}

fn dataset(blocks: &mut Vec<Block>, part: &DatasetPart) {
    blocks.push(heading(2, part.name.clone()));
    if !part.filters.is_empty() {
        blocks.push(paragraph("Rows are kept by these values only:"));
        blocks.push(list(part.filters.iter().map(|filter| match &filter.keep {
            Keep::Between(from, to) => format!("{}: from {from} to {to}", filter.name),
            Keep::OneOf(values) => format!("{}: {}", filter.name, values.join(", ")),
        })));
    }
    let rows: Vec<Vec<String>> = part
        .items
        .iter()
        .map(|item| {
            let classes = item.classes.iter().map(|class| format!("{}: {}", class.scheme_label(), class.value));
            let years = (school_year(item.first_year), school_year(item.last_year));
            vec![
                item.name.clone(),
                if years.0 == years.1 { years.0 } else { format!("{} to {}", years.0, years.1) },
                classes.collect::<Vec<_>>().join("\n"),
                item.treatment.to_string(),
                item.justification.clone().unwrap_or_default(),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let head = ["Item", "Years", "Classes", "How it leaves", "Why it is needed"].map(str::to_owned).to_vec();
        let caption = format!("Items of {}, edition {}", part.name, part.dictionary.edition);
        blocks.push(Block::Table { caption, head, rows });
    }
}

fn reviews(blocks: &mut Vec<Block>, case: &Case, called: &dyn Fn(PersonId) -> String) {
    blocks.push(heading(1, "What the reviewers found"));
    if !case.conflicted.is_empty() {
        let lines = case.conflicted.iter().map(|(person, why)| format!("{}: {why}", called(*person)));
        blocks.push(paragraph("Declared to stand too near, and took no part:"));
        blocks.push(list(lines));
    }
    if !case.reviews_are_in() {
        let done = case.reviews.values().flatten().count();
        blocks.push(notice(format!("{done} of {} reviews are in. None is shown before all are.", case.reviews.len())));
        return;
    }
    let done: Vec<_> = case.reviews.iter().filter_map(|(person, review)| Some((*person, review.as_ref()?))).collect();
    for safe in Safe::ALL {
        let rows: Vec<Vec<String>> = done
            .iter()
            .filter_map(|(person, review)| {
                let finding = review.findings.get(safe)?;
                let met = if finding.met { "Met" } else { "Not met" };
                Some(vec![called(*person), met.to_owned(), finding.text.clone(), finding.evidence.clone()])
            })
            .collect();
        if !rows.is_empty() {
            let head = ["Reviewer", "Met", "Finding", "Evidence"].map(str::to_owned).to_vec();
            blocks.push(Block::Table { caption: safe.label().to_owned(), head, rows });
        }
    }
    let advice = done.iter().map(|(person, review)| definition(called(*person), review.advice.label()));
    blocks.push(heading(2, "Advice"));
    blocks.push(Block::Definitions { items: advice.collect() });
}

fn similar(blocks: &mut Vec<Block>, similar: &[Similar]) {
    blocks.push(heading(1, "Earlier decisions on the like"));
    if similar.is_empty() {
        blocks.push(paragraph("There are none."));
        return;
    }
    let row = |one: &Similar| {
        vec![one.reference.clone(), in_words(one.decided), one.outcome.label().to_owned(), one.likeness.clone()]
    };
    let head = ["Share", "Decided", "Outcome", "In what it is like"].map(str::to_owned).to_vec();
    let caption = "Earlier decisions, the nearest first".to_owned();
    blocks.push(Block::Table { caption, head, rows: similar.iter().map(row).collect() });
}

/// A school year as people write it, by the calendar year in which it begins.
fn school_year(first: u16) -> String {
    format!("{first}/{:02}", (first + 1) % 100)
}
