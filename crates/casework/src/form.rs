//! The application form as data: sections by the Five Safes, tasks, questions, and when each is asked.
//!
//! A form is a TOML file (`form/read.rs` reads and checks it), so that a custodian can change a question without changing
//! the program. Its code and version go with every application: an old form stays readable as long as an application made
//! on it does. It refuses to guess: a condition that no earlier question can meet is an error of the file.

mod asked;
mod public;
mod read;
mod shipped;

use register::vocabulary::Safeguard;
use serde::Deserialize;

pub use crate::event::Safe;
pub use asked::{Problem, TaskState, TaskStatus};
pub use public::{PublicPart, PublicText};
pub use read::FormError;

/// One version of an application form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Which form, such as `pupil-database`.
    pub code: String,
    /// Its version, from 1.
    pub version: u32,
    /// What a page calls it.
    pub title: String,
    /// Its sections, each of the Five Safes at most once.
    pub sections: Vec<Section>,
    /// What the signing official confirms, one sentence each.
    pub declaration: Vec<String>,
}

/// One of the Five Safes, with its tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Which.
    pub safe: Safe,
    /// What the task list calls it.
    pub title: String,
    /// Its tasks.
    pub tasks: Vec<Task>,
}

/// Questions that are answered in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its code, unique in the form.
    pub id: String,
    /// What the task list calls it.
    pub title: String,
    /// Its questions, in the order in which they are asked.
    pub questions: Vec<Question>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its code, unique in the form and the same in every version in which it asks the same.
    pub id: String,
    /// What an answer to it is called inside a sentence, such as `the title of the project`.
    pub name: String,
    /// The question, as its page asks it.
    pub label: String,
    /// What stands below the question.
    pub hint: Option<String>,
    /// More help, which a page folds away.
    pub help: Option<String>,
    /// What an answer is.
    pub kind: Kind,
    /// Whether it may be left unanswered.
    pub optional: bool,
    /// When it is asked; all must hold. None where always.
    pub shown_when: Vec<Condition>,
    /// Whether an answer of an earlier application of the same organisation may be used again.
    pub reuse: bool,
    /// What of the public statement its answer becomes.
    pub becomes: Option<Becomes>,
    /// Whether its answer names people, so that it is withheld unless somebody decides otherwise.
    pub names_people: bool,
}

/// What an answer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    ShortText {
        /// The most characters.
        max_characters: usize,
    },
    /// Paragraphs.
    LongText {
        /// The most words.
        max_words: usize,
    },
    /// Yes or no.
    YesNo,
    /// One of these.
    OneOf {
        /// The choices, in the order in which they are shown.
        options: Vec<Choice>,
    },
    /// One or more of these.
    SomeOf {
        /// The choices, in the order in which they are shown.
        options: Vec<Choice>,
    },
    /// A day.
    Date {
        /// Whether it must lie behind or ahead.
        when: When,
        /// A question whose date must lie before this one.
        after: Option<String>,
    },
    /// A whole number.
    Number {
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
        /// What is counted, such as `years`.
        unit: String,
    },
    /// Organisations with their identifiers.
    Organisations {
        /// How many at most.
        at_most: usize,
        /// The schemes of identifiers that are asked for, such as `company-number`.
        identifiers: Vec<String>,
    },
    /// People with their accreditation.
    People {
        /// How many at most.
        at_most: usize,
        /// The accreditations that there are; one that is `alone` stands for none.
        accreditations: Vec<Choice>,
    },
    /// Safeguards with their evidence.
    Safeguards {
        /// Those that there are.
        options: Vec<SafeguardChoice>,
    },
    /// Files.
    Files {
        /// How many at most.
        at_most: usize,
    },
    /// The specification.
    Basket,
}

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The code that is stored.
    pub code: String,
    /// What a page shows.
    pub label: String,
    /// What stands below it.
    pub hint: Option<String>,
    /// What a statement says, where that is not the label.
    pub says: Option<String>,
    /// Whether it stands for none of the others, and cannot be chosen together with them.
    pub alone: bool,
}

/// One safeguard of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeguardChoice {
    /// Which.
    pub safeguard: Safeguard,
    /// What a page shows.
    pub label: String,
    /// What counts as evidence.
    pub hint: Option<String>,
    /// Whether its evidence has an expiry date, which is then asked for.
    pub expires: bool,
}

/// Where a date must lie.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Anywhere.
    #[default]
    Any,
    /// Today or before.
    Past,
    /// After today.
    Future,
}

/// When a question is asked: an earlier question has one of these answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The earlier question.
    pub question: String,
    /// The codes of answers, `yes` and `no` for yes or no; one of them is enough.
    pub is: Vec<String>,
}

/// What of the public statements an answer becomes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Becomes {
    /// The text of this name (`register::vocabulary::TEXTS`).
    Text(String),
    /// The coded fact of this name.
    Fact(String),
    /// How the data is used.
    Route,
    /// Legal bases.
    Bases,
    /// When access begins.
    Start,
    /// When access ends.
    End,
    /// Organisations that process the data for the recipient.
    Processors,
    /// Where the data may lie.
    Territory,
    /// Safeguards of which there is evidence.
    Safeguards,
}

impl Form {
    /// How an application names the form that it is made on, such as `pupil-database-1`.
    pub fn reference(&self) -> String {
        format!("{}-{}", self.code, self.version)
    }

    /// Every task, in order.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.sections.iter().flat_map(|section| &section.tasks)
    }

    /// Every question, in the order in which they are asked.
    pub fn questions(&self) -> impl DoubleEndedIterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.tasks).flat_map(|task| &task.questions)
    }

    /// The question of this code.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id == id)
    }

    /// The task of this code.
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks().find(|task| task.id == id)
    }

    /// The task in which a question stands.
    pub fn task_of(&self, question: &str) -> Option<&Task> {
        self.tasks().find(|task| task.questions.iter().any(|other| other.id == question))
    }
}

impl Question {
    /// The choice of this code, where the question has choices.
    pub fn choice(&self, code: &str) -> Option<&Choice> {
        match &self.kind {
            Kind::OneOf { options } | Kind::SomeOf { options } => options.iter().find(|option| option.code == code),
            Kind::People { accreditations, .. } => accreditations.iter().find(|option| option.code == code),
            _ => None,
        }
    }

    /// What the answer is called at the beginning of a sentence.
    pub fn title(&self) -> String {
        let mut letters = self.name.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// What to say where the answer is missing.
    pub fn missing(&self) -> String {
        match &self.kind {
            Kind::YesNo => format!("Select yes or no: {}", self.label),
            Kind::OneOf { .. } | Kind::SomeOf { .. } | Kind::Safeguards { .. } => format!("Select {}", self.name),
            Kind::Organisations { .. } | Kind::People { .. } => format!("Add {}", self.name),
            Kind::Files { .. } => format!("Upload {}", self.name),
            Kind::Basket => format!("Choose {}", self.name),
            _ => format!("Enter {}", self.name),
        }
    }
}
