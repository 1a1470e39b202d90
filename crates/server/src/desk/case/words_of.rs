//! A case in words: its title, its answers question by question, and its basket.

use casework::answer::Answer;
use casework::{Case, Form};

/// One question with what was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The question's code.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer, a line for each thing that it lists; none where it was not answered.
    pub lines: Vec<String>,
    /// The earlier share that the answer was taken from.
    pub reused_from: Option<String>,
}

/// One dataset of the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basket {
    /// The dataset.
    pub dataset: String,
    /// Its items.
    pub items: Vec<Item>,
}

/// One item of the basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// For which years.
    pub years: String,
    /// Its class in each scheme that classifies it.
    pub classes: Vec<(String, String)>,
    /// Why it is needed, where it must be said.
    pub justification: Option<String>,
}

/// The title that the applicant gave.
pub fn title(case: &Case) -> String {
    match case.application.answers.get("title") {
        Some(Answer::Text(title)) => title.clone(),
        _ => "An application without a title".to_owned(),
    }
}

/// The form on which the application was made.
pub fn form_of(case: &Case) -> Option<&'static Form> {
    Form::named(&case.application.form)
}

/// The questions that are asked, task by task, each with its answer.
pub fn answers(case: &Case) -> Vec<(String, Vec<Said>)> {
    let Some(form) = form_of(case) else { return Vec::new() };
    let answers = &case.application.answers;
    let asked = form.asked(answers);
    let of_task = |task: &casework::form::Task| {
        let questions = task.questions.iter().filter(|question| asked.iter().any(|other| other.id == question.id));
        let said = questions.map(|question| {
            let versions = case.application.versions.get(&question.id);
            Said {
                id: question.id.clone(),
                question: question.title(),
                lines: answers.get(&question.id).map_or_else(Vec::new, |answer| question.words(answer)),
                reused_from: versions.and_then(|versions| versions.last()).and_then(|last| last.reused_from.clone()),
            }
        });
        (task.title.clone(), said.collect())
    };
    form.tasks().map(of_task).filter(|(_, said): &(String, Vec<Said>)| !said.is_empty()).collect()
}

/// The items that are asked for.
pub fn basket(case: &Case) -> Vec<Basket> {
    let Some(specification) = &case.application.specification else { return Vec::new() };
    let datasets = specification.datasets.iter().map(|part| Basket {
        dataset: part.name.clone(),
        items: part
            .items
            .iter()
            .map(|item| Item {
                name: item.name.clone(),
                years: if item.first_year == item.last_year {
                    item.first_year.to_string()
                } else {
                    format!("{} to {}", item.first_year, item.last_year)
                },
                classes: item.classes.iter().map(|class| (class.scheme.clone(), class.value.clone())).collect(),
                justification: item.justification.clone(),
            })
            .collect(),
    });
    datasets.collect()
}
