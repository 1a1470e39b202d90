//! Which questions are asked after the answers so far, how far each task has come, and what keeps an application from
//! being submitted.

use register::PartialDate;

use super::{Form, Kind, Question, Task};
use crate::answer::{Answer, Answers};
use package::specification::Specification;

/// One thing that keeps an application from being submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The question's code.
    pub question: String,
    /// What to do about it.
    pub message: String,
}

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// No question of it is answered, and at least one must be.
    NotStarted,
    /// No question of it is answered, and none need be.
    Optional,
    /// Something is answered, and something is missing or wrong.
    InProgress,
    /// Nothing is missing or wrong.
    Done,
    /// None of its questions is asked.
    NotNeeded,
}

/// A task and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskStatus<'a> {
    /// The task.
    pub task: &'a Task,
    /// How far.
    pub state: TaskState,
    /// How many of its questions are asked.
    pub asked: usize,
    /// How many of these have an answer.
    pub answered: usize,
}

impl TaskState {
    /// What the task list says.
    pub fn label(self) -> &'static str {
        match self {
            Self::NotStarted => "Not started",
            Self::Optional => "Optional",
            Self::InProgress => "In progress",
            Self::Done => "Done",
            Self::NotNeeded => "Not needed",
        }
    }
}

impl Form {
    /// The questions that are asked after these answers. A question whose condition stands on one that is not asked is not
    /// asked either, whatever stale answer that one has.
    pub fn asked<'a>(&'a self, answers: &Answers) -> Vec<&'a Question> {
        let mut asked: Vec<&Question> = Vec::new();
        for question in self.questions() {
            let holds = question.shown_when.iter().all(|condition| {
                let is_asked = asked.iter().any(|earlier| earlier.id == condition.question);
                is_asked && answers.get(&condition.question).is_some_and(|answer| answer.is_one_of(&condition.is))
            });
            if holds {
                asked.push(question);
            }
        }
        asked
    }

    /// Whether this question is asked after these answers.
    pub fn is_asked(&self, question: &str, answers: &Answers) -> bool {
        self.asked(answers).iter().any(|asked| asked.id == question)
    }

    /// The question that comes after this one in its task; nothing where the task is at its end.
    pub fn next<'a>(&'a self, question: &str, answers: &Answers) -> Option<&'a Question> {
        let task = self.task_of(question)?;
        let place = task.questions.iter().position(|other| other.id == question)?;
        let asked = self.asked(answers);
        task.questions[place + 1..].iter().find(|later| asked.iter().any(|other| other.id == later.id))
    }

    /// The question that comes before this one in its task; nothing where the task begins with it.
    pub fn previous<'a>(&'a self, question: &str, answers: &Answers) -> Option<&'a Question> {
        let task = self.task_of(question)?;
        let place = task.questions.iter().position(|other| other.id == question)?;
        let asked = self.asked(answers);
        task.questions[..place].iter().rev().find(|before| asked.iter().any(|other| other.id == before.id))
    }

    /// The answers that are submitted: those to questions that are asked. What was answered before a question went away
    /// stays behind.
    pub fn submitted(&self, answers: &Answers) -> Answers {
        let kept = self.asked(answers).into_iter().filter_map(|question| {
            let answer = answers.get(&question.id).filter(|answer| !answer.is_empty())?;
            Some((question.id.clone(), answer.clone()))
        });
        kept.collect()
    }

    /// What keeps the application from being submitted on this day, in the order of the questions; nothing where it may be.
    pub fn problems(&self, answers: &Answers, specification: &Specification, today: PartialDate) -> Vec<Problem> {
        let asked = self.asked(answers);
        asked.into_iter().flat_map(|question| problems_of(question, answers, specification, today)).collect()
    }

    /// How far every task has come on this day.
    pub fn progress<'a>(
        &'a self,
        answers: &Answers,
        specification: &Specification,
        today: PartialDate,
    ) -> Vec<TaskStatus<'a>> {
        let asked = self.asked(answers);
        let status = |task: &'a Task| {
            let of_task: Vec<&Question> =
                task.questions.iter().filter(|question| asked.iter().any(|other| other.id == question.id)).collect();
            let answered = of_task.iter().filter(|question| is_answered(question, answers, specification)).count();
            let wrong = of_task.iter().any(|question| !problems_of(question, answers, specification, today).is_empty());
            let state = match (of_task.len(), answered, wrong) {
                (0, ..) => TaskState::NotNeeded,
                (_, 0, true) => TaskState::NotStarted,
                (_, 0, false) => TaskState::Optional,
                (_, _, true) => TaskState::InProgress,
                (_, _, false) => TaskState::Done,
            };
            TaskStatus { task, state, asked: of_task.len(), answered }
        };
        self.tasks().map(status).collect()
    }

    /// Answers of an earlier application of the same organisation that may be used again: to questions that allow it, that
    /// this version of the form still asks in the same way, and that have no answer yet.
    pub fn reusable(&self, earlier: &Answers, answers: &Answers) -> Answers {
        let kept = self.questions().filter(|question| question.reuse).filter_map(|question| {
            let answer = earlier.get(&question.id)?;
            let fits = !answer.is_empty() && question.faults(answer).is_empty();
            (fits && answers.get(&question.id).is_none_or(Answer::is_empty))
                .then(|| (question.id.clone(), answer.clone()))
        });
        kept.collect()
    }
}

fn is_answered(question: &Question, answers: &Answers, specification: &Specification) -> bool {
    match question.kind {
        Kind::Basket => !specification.is_empty(),
        _ => answers.get(&question.id).is_some_and(|answer| !answer.is_empty()),
    }
}

fn problems_of(
    question: &Question,
    answers: &Answers,
    specification: &Specification,
    today: PartialDate,
) -> Vec<Problem> {
    let problem = |message: String| Problem { question: question.id.clone(), message };
    if question.kind == Kind::Basket {
        return specification.problems().into_iter().map(|wrong| problem(wrong.to_string())).collect();
    }
    match answers.get(&question.id).filter(|answer| !answer.is_empty()) {
        None if question.optional => Vec::new(),
        None => vec![problem(question.missing())],
        Some(answer) => {
            let faults = question.faults(answer).into_iter().chain(question.faults_on(answer, answers, today));
            faults.map(|fault| problem(fault.message)).collect()
        }
    }
}
