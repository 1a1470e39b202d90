//! Reads a form from its TOML file, and refuses one that could not be asked.

use std::collections::BTreeSet;
use std::str::FromStr;

use register::statement::check_code;
use register::vocabulary::{FACTS, Route, Safeguard, TEXTS};
use serde::Deserialize;
use toml::Spanned;

use super::{Becomes, Choice, Condition, Form, Kind, Question, Safe, SafeguardChoice, Section, Task, When};

/// The largest file of a form; the one that we ship has 40 KB.
const MAX_FILE: usize = 1 << 20;

/// The most people, organisations or files of one answer.
const MAX_ROWS: usize = 100;

/// The longest text that an answer may have, in words.
const MAX_WORDS: usize = 5_000;

/// Why a file is no form: where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}{}{}: {expected}", place("section", section.as_deref()), place("question", question.as_deref()))]
pub struct FormError {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The section's code, where it is known.
    pub section: Option<String>,
    /// The question's code, where it is known.
    pub question: Option<String>,
    /// What was expected, or what the reader of TOML says.
    pub expected: String,
}

fn place(what: &str, code: Option<&str>) -> String {
    code.map_or_else(String::new, |code| format!(", {what} {code:?}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawForm {
    code: Spanned<String>,
    version: u32,
    title: String,
    declaration: Vec<String>,
    section: Vec<RawSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawSection {
    safe: Spanned<Safe>,
    title: String,
    task: Vec<RawTask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawTask {
    id: Spanned<String>,
    title: String,
    question: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawQuestion {
    id: Spanned<String>,
    name: String,
    label: String,
    hint: Option<String>,
    help: Option<String>,
    kind: String,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    shown_when: Vec<Condition>,
    #[serde(default)]
    reuse: bool,
    becomes: Option<Becomes>,
    #[serde(default)]
    names_people: bool,
    max_characters: Option<usize>,
    max_words: Option<usize>,
    options: Option<Vec<RawChoice>>,
    when: Option<When>,
    after: Option<String>,
    least: Option<i64>,
    most: Option<i64>,
    unit: Option<String>,
    at_most: Option<usize>,
    identifiers: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawChoice {
    code: String,
    label: String,
    hint: Option<String>,
    says: Option<String>,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    expires: bool,
}

impl Form {
    /// Reads a form. The name is for messages only.
    ///
    /// # Errors
    /// The first thing that is wrong with it, with its line, section and question.
    pub fn parse(file: &str, text: &str) -> Result<Self, FormError> {
        let mut reader = Reader { file, text, section: None, question: None, asked: Vec::new(), used: BTreeSet::new() };
        if text.len() > MAX_FILE {
            return Err(reader.error(0, format!("expected at most {MAX_FILE} bytes")));
        }
        let raw: RawForm = toml::from_str(text).map_err(|error| reader.toml(&error))?;
        reader.form(raw)
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    section: Option<String>,
    question: Option<String>,
    /// Questions that stand before the one that is being read.
    asked: Vec<Question>,
    /// What of the statements is taken by a question.
    used: BTreeSet<String>,
}

impl Reader<'_> {
    fn form(&mut self, raw: RawForm) -> Result<Form, FormError> {
        let at = raw.code.span().start;
        self.code(at, raw.code.get_ref())?;
        if raw.version == 0 {
            return Err(self.error(at, "expected a version from 1"));
        }
        self.words(at, "title", &raw.title)?;
        if raw.declaration.is_empty() {
            return Err(self.error(at, "expected a declaration of at least one sentence"));
        }
        let (mut safes, mut tasks) = (BTreeSet::new(), BTreeSet::new());
        let mut sections = Vec::new();
        for section in raw.section {
            let at = section.safe.span().start;
            let safe = section.safe.into_inner();
            self.section = Some(safe.code().to_owned());
            self.question = None;
            if !safes.insert(safe) {
                return Err(self.error(at, "expected each of the Five Safes once"));
            }
            self.words(at, "title", &section.title)?;
            let mut read = Vec::new();
            for task in section.task {
                let at = task.id.span().start;
                self.question = None;
                self.code(at, task.id.get_ref())?;
                if !tasks.insert(task.id.get_ref().clone()) {
                    return Err(self.error(at, format!("task {:?} stands twice", task.id.get_ref())));
                }
                self.words(at, "title", &task.title)?;
                if task.question.is_empty() {
                    return Err(self.error(at, format!("expected a question in task {:?}", task.id.get_ref())));
                }
                let mut questions = Vec::new();
                for question in task.question {
                    let question = self.question(question)?;
                    self.asked.push(question.clone());
                    questions.push(question);
                }
                read.push(Task { id: task.id.into_inner(), title: task.title, questions });
            }
            sections.push(Section { safe, title: section.title, tasks: read });
        }
        let baskets = self.asked.iter().filter(|question| question.kind == Kind::Basket).count();
        self.section = None;
        self.question = None;
        if baskets != 1 {
            return Err(self.error(at, format!("expected one question of the kind \"basket\", found {baskets}")));
        }
        let (code, version, title) = (raw.code.into_inner(), raw.version, raw.title);
        Ok(Form { code, version, title, sections, declaration: raw.declaration })
    }

    fn question(&mut self, mut raw: RawQuestion) -> Result<Question, FormError> {
        let at = raw.id.span().start;
        let id = raw.id.get_ref().clone();
        self.question = Some(id.clone());
        self.code(at, &id)?;
        if self.asked.iter().any(|other| other.id == id) {
            return Err(self.error(at, "this question stands twice; expected a code of its own for each"));
        }
        for (key, text) in [("name", &raw.name), ("label", &raw.label)] {
            self.words(at, key, text)?;
        }
        let kind = self.kind(at, &mut raw)?;
        for condition in &raw.shown_when {
            self.condition(at, condition)?;
        }
        if raw.optional && kind == Kind::Basket {
            return Err(self.error(at, "the basket cannot be optional"));
        }
        let names_people = raw.names_people || matches!(kind, Kind::People { .. });
        if let Some(becomes) = &raw.becomes {
            self.becomes(at, becomes, &kind)?;
        }
        Ok(Question {
            id,
            name: raw.name,
            label: raw.label,
            hint: raw.hint,
            help: raw.help,
            kind,
            optional: raw.optional,
            shown_when: raw.shown_when,
            reuse: raw.reuse,
            becomes: raw.becomes,
            names_people,
        })
    }

    fn kind(&self, at: usize, raw: &mut RawQuestion) -> Result<Kind, FormError> {
        let need = |key: &str| self.error(at, format!("a question of the kind {:?} needs {key:?}", raw.kind));
        let rows = raw.at_most.unwrap_or(20);
        if !(1..=MAX_ROWS).contains(&rows) {
            return Err(self.error(at, format!("\"at-most\": expected 1 to {MAX_ROWS}")));
        }
        let kind = match raw.kind.as_str() {
            "short-text" => {
                let most = raw.max_characters.take().ok_or_else(|| need("max-characters"))?;
                if !(1..=300).contains(&most) {
                    return Err(self.error(at, "\"max-characters\": expected 1 to 300"));
                }
                Kind::ShortText { max_characters: most }
            }
            "long-text" => {
                let most = raw.max_words.take().ok_or_else(|| need("max-words"))?;
                if !(1..=MAX_WORDS).contains(&most) {
                    return Err(self.error(at, format!("\"max-words\": expected 1 to {MAX_WORDS}")));
                }
                Kind::LongText { max_words: most }
            }
            "yes-no" => Kind::YesNo,
            "one-of" | "some-of" => {
                let options = raw.options.take().ok_or_else(|| need("options"))?;
                let options = self.options(at, options)?;
                if raw.kind == "one-of" { Kind::OneOf { options } } else { Kind::SomeOf { options } }
            }
            "date" => {
                let after = raw.after.take();
                if let Some(earlier) = &after {
                    let found = self.asked.iter().find(|question| question.id == *earlier);
                    if !found.is_some_and(|question| matches!(question.kind, Kind::Date { .. })) {
                        return Err(self.error(
                            at,
                            format!("\"after\": expected an earlier question with a date, found {earlier:?}"),
                        ));
                    }
                }
                Kind::Date { when: raw.when.take().unwrap_or_default(), after }
            }
            "number" => {
                let least = raw.least.take().unwrap_or(0);
                let most = raw.most.take().ok_or_else(|| need("most"))?;
                if least > most || least.unsigned_abs().max(most.unsigned_abs()) >= 1 << 53 {
                    return Err(self.error(
                        at,
                        "\"least\" and \"most\": expected whole numbers below 2^53, the least not more than the most",
                    ));
                }
                Kind::Number { least, most, unit: raw.unit.take().ok_or_else(|| need("unit"))? }
            }
            "organisations" => {
                raw.at_most.take();
                let identifiers = raw.identifiers.take().unwrap_or_default();
                for identifier in &identifiers {
                    self.code(at, identifier)?;
                }
                Kind::Organisations { at_most: rows, identifiers }
            }
            "people" => {
                raw.at_most.take();
                let options = raw.options.take().ok_or_else(|| need("options"))?;
                Kind::People { at_most: rows, accreditations: self.options(at, options)? }
            }
            "safeguards" => {
                let options = raw.options.take().ok_or_else(|| need("options"))?;
                Kind::Safeguards { options: self.safeguards(at, options)? }
            }
            "files" => {
                raw.at_most.take();
                Kind::Files { at_most: rows }
            }
            "basket" => Kind::Basket,
            other => {
                return Err(self.error(
                    at,
                    format!(
                        "\"kind\": expected one of short-text, long-text, yes-no, one-of, some-of, date, number, \
                         organisations, people, safeguards, files, basket, found {other:?}"
                    ),
                ));
            }
        };
        self.nothing_left(at, raw)?;
        Ok(kind)
    }

    /// A key that the kind does not know is a slip, and would otherwise be passed over in silence.
    fn nothing_left(&self, at: usize, raw: &RawQuestion) -> Result<(), FormError> {
        let left = [
            ("max-characters", raw.max_characters.is_some()),
            ("max-words", raw.max_words.is_some()),
            ("options", raw.options.is_some()),
            ("when", raw.when.is_some()),
            ("after", raw.after.is_some()),
            ("least", raw.least.is_some()),
            ("most", raw.most.is_some()),
            ("unit", raw.unit.is_some()),
            ("at-most", raw.at_most.is_some()),
            ("identifiers", raw.identifiers.is_some()),
        ];
        match left.iter().find(|(_, there)| *there) {
            Some((key, _)) => Err(self.error(at, format!("a question of the kind {:?} has no {key:?}", raw.kind))),
            None => Ok(()),
        }
    }

    fn options(&self, at: usize, raw: Vec<RawChoice>) -> Result<Vec<Choice>, FormError> {
        let mut codes = BTreeSet::new();
        let mut options = Vec::new();
        for option in raw {
            self.code(at, &option.code)?;
            self.words(at, "label", &option.label)?;
            if option.says.as_ref().is_some_and(|says| says.is_empty() || says.len() > register::statement::MAX_CLEAR) {
                return Err(self.error(at, "\"says\": expected a short text on one line"));
            }
            if option.expires {
                return Err(self.error(at, "\"expires\" is for the options of safeguards"));
            }
            if !codes.insert(option.code.clone()) {
                return Err(self.error(at, format!("option {:?} stands twice", option.code)));
            }
            let RawChoice { code, label, hint, says, alone, .. } = option;
            options.push(Choice { code, label, hint, says, alone });
        }
        if options.len() < 2 {
            return Err(self.error(at, "expected at least two options"));
        }
        Ok(options)
    }

    fn safeguards(&self, at: usize, raw: Vec<RawChoice>) -> Result<Vec<SafeguardChoice>, FormError> {
        let mut options: Vec<SafeguardChoice> = Vec::new();
        for option in raw {
            let safeguard = Safeguard::from_str(&option.code)
                .map_err(|error| self.error(at, format!("option {:?}: {error}", option.code)))?;
            self.words(at, "label", &option.label)?;
            if option.says.is_some() || option.alone {
                return Err(self.error(at, "a safeguard has no \"says\" and no \"alone\""));
            }
            if options.iter().any(|other| other.safeguard == safeguard) {
                return Err(self.error(at, format!("option {:?} stands twice", option.code)));
            }
            options.push(SafeguardChoice {
                safeguard,
                label: option.label,
                hint: option.hint,
                expires: option.expires,
            });
        }
        if options.is_empty() {
            return Err(self.error(at, "expected at least one safeguard"));
        }
        Ok(options)
    }

    /// Conditions look back only, so no two questions can wait for one another.
    fn condition(&self, at: usize, condition: &Condition) -> Result<(), FormError> {
        let wanted = &condition.question;
        let Some(earlier) = self.asked.iter().find(|question| question.id == *wanted) else {
            return Err(self.error(at, format!("\"shown-when\": expected an earlier question, found {wanted:?}")));
        };
        let known: Vec<&str> = match &earlier.kind {
            Kind::YesNo => vec!["yes", "no"],
            Kind::OneOf { options } | Kind::SomeOf { options } => {
                options.iter().map(|option| option.code.as_str()).collect()
            }
            _ => {
                return Err(
                    self.error(at, format!("\"shown-when\": {wanted:?} has no choices; expected a question that has"))
                );
            }
        };
        if condition.is.is_empty() {
            return Err(self.error(at, format!("\"shown-when\": expected an answer to {wanted:?}")));
        }
        match condition.is.iter().find(|code| !known.contains(&code.as_str())) {
            Some(unknown) => Err(self.error(
                at,
                format!("\"shown-when\": expected answers to {wanted:?} among {}, found {unknown:?}", known.join(", ")),
            )),
            None => Ok(()),
        }
    }

    fn becomes(&mut self, at: usize, becomes: &Becomes, kind: &Kind) -> Result<(), FormError> {
        let chosen = matches!(kind, Kind::OneOf { .. } | Kind::SomeOf { .. });
        let (key, fits) = match becomes {
            Becomes::Text(name) => {
                if !TEXTS.iter().any(|(known, _)| known == name) {
                    return Err(self.error(at, format!("\"becomes\": the register has no text {name:?}")));
                }
                (format!("text {name:?}"), !matches!(kind, Kind::Basket | Kind::Files { .. } | Kind::Safeguards { .. }))
            }
            Becomes::Fact(name) => {
                if !FACTS.iter().any(|(known, _)| known == name) {
                    return Err(self.error(at, format!("\"becomes\": the register has no fact {name:?}")));
                }
                (format!("fact {name:?}"), chosen || matches!(kind, Kind::YesNo | Kind::Number { .. }))
            }
            Becomes::Route => {
                let Kind::OneOf { options } = kind else {
                    return Err(self.error(at, "\"becomes\": a route is one of several options"));
                };
                if let Some(error) = options.iter().find_map(|option| Route::from_str(&option.code).err()) {
                    return Err(self.error(at, format!("\"becomes\": routes as options: {error}")));
                }
                ("the route".to_owned(), true)
            }
            Becomes::Bases => (String::new(), chosen),
            Becomes::Territory => ("the territory".to_owned(), matches!(kind, Kind::OneOf { .. })),
            Becomes::Start => ("the start".to_owned(), matches!(kind, Kind::Date { .. })),
            Becomes::End => ("the end".to_owned(), matches!(kind, Kind::Date { .. })),
            Becomes::Processors => ("the processors".to_owned(), matches!(kind, Kind::Organisations { .. })),
            Becomes::Safeguards => ("the safeguards".to_owned(), matches!(kind, Kind::Safeguards { .. })),
        };
        if !fits {
            return Err(self.error(at, format!("\"becomes\": an answer of this kind cannot become {becomes:?}")));
        }
        // Several questions may each give a legal basis; everything else is given once.
        if !key.is_empty() && !self.used.insert(key.clone()) {
            return Err(self.error(at, format!("\"becomes\": another question gives {key} already")));
        }
        Ok(())
    }

    fn code(&self, at: usize, code: &str) -> Result<(), FormError> {
        check_code(code).map_err(|error| self.error(at, format!("found {code:?}: {error}")))
    }

    fn words(&self, at: usize, key: &str, text: &str) -> Result<(), FormError> {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(self.error(at, format!("{key:?}: expected words on one line")));
        }
        Ok(())
    }

    fn error(&self, at: usize, expected: impl Into<String>) -> FormError {
        FormError {
            file: self.file.to_owned(),
            line: self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1,
            section: self.section.clone(),
            question: self.question.clone(),
            expected: expected.into(),
        }
    }

    /// What the reader of TOML says, with the section and question that its place stands in.
    fn toml(&self, error: &toml::de::Error) -> FormError {
        let at = error.span().map_or(0, |span| span.start);
        let before = self.text.get(..at).unwrap_or_default();
        let last = |key: &str| {
            let line = before
                .lines()
                .rev()
                .map(str::trim)
                .find(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')))?;
            line.split('"').nth(1).map(str::to_owned)
        };
        let question = last("id").filter(|_| before.contains("question]]"));
        FormError { section: last("safe"), question, ..self.error(at, error.message()) }
    }
}
