//! `/desk/application/<reference>/question/<id>`: one question of an application.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use casework::answer::{Answer, AttachedFile, Fault, Fields, identifier_label};
use casework::form::{Kind, Question};
use casework::{Command, Form};

use super::Opened;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input, TOKEN};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

/// The field that says how much of the case was seen.
pub(super) const SEEN: &str = "seen";

/// The field that says which button was pressed.
const ACTION: &str = "action";

/// The parameter of whoever comes from the page with all answers, and goes back there.
const FROM_CHECK: &str = "from=check";

#[derive(askama::Template)]
#[template(path = "desk/application/question.html")]
struct QuestionPage {
    frame: Frame,
    errors: Errors,
    opened: Opened,
    form: &'static Form,
    question: &'static Question,
    fields: Fields,
    /// What a case officer asked to be changed here.
    changes: Vec<String>,
    from_check: bool,
}

impl QuestionPage {
    fn value(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    fn is_chosen(&self, code: &str) -> bool {
        self.fields.get("answer").is_some_and(|values| values.iter().any(|value| value == code))
    }

    fn action(&self) -> String {
        let from = if self.from_check { format!("?{FROM_CHECK}") } else { String::new() };
        format!("{}{from}", self.opened.question_address(&self.question.id))
    }

    fn back(&self) -> String {
        if self.from_check {
            return self.opened.address("check");
        }
        let before = self.form.previous(&self.question.id, &self.opened.case.application.answers);
        before.map_or_else(|| self.opened.address(""), |question| self.opened.question_address(&question.id))
    }

    fn task_title(&self) -> &str {
        self.form.task_of(&self.question.id).map_or("", |task| &task.title)
    }

    /// The rows of a list: those that are filled in, and one more while there may be more.
    fn rows(&self, at_most: &usize) -> Vec<usize> {
        let filled = self.fields.keys().filter_map(|name| name.rsplit_once('-')?.1.parse().ok()).max().unwrap_or(0);
        (1..=(filled + 1).min(*at_most).max(1)).collect()
    }

    fn files(&self) -> &[AttachedFile] {
        match self.opened.answers().get(&self.question.id) {
            Some(Answer::Files(files)) => files,
            _ => &[],
        }
    }

    fn versions_address(&self) -> String {
        self.opened.address(&format!("versions/{}", self.question.id))
    }

    fn file_address(&self, file: &AttachedFile) -> String {
        self.opened.address(&format!("file/{}", file.digest))
    }

    /// Where whoever has handed in their files goes on.
    fn onward(&self) -> String {
        let next = self.form.next(&self.question.id, self.opened.answers());
        match next {
            _ if self.from_check => self.opened.address("check"),
            Some(next) => self.opened.question_address(&next.id),
            None => self.opened.address(""),
        }
    }

    fn size(&self, file: &AttachedFile) -> String {
        words::size(file.bytes)
    }

    fn identifier(&self, scheme: &str) -> String {
        identifier_label(scheme).to_owned()
    }

    /// The message of a date: it has three fields, and one message.
    fn date_error(&self, stem: &str, end: &str) -> Option<&str> {
        ["day", "month", "year"].iter().find_map(|part| self.errors.of(&format!("{stem}-{part}{end}")))
    }
}

async fn page(
    desk: &Desk,
    by: &SignedIn,
    opened: Opened,
    id: &str,
    query: Option<&str>,
) -> Result<QuestionPage, Problem> {
    let form = opened.form;
    let question = form.question(id).ok_or(Problem::NotFound)?;
    let answers = &opened.case.application.answers;
    if !form.is_asked(id, answers) {
        return Err(Problem::NotFound);
    }
    let changes = match &opened.case.progress {
        casework::case::Progress::Returned { requests, .. } => {
            let here = requests.iter().filter(|request| request.question.as_deref() == Some(id));
            here.map(|request| request.what.clone()).collect()
        }
        _ => Vec::new(),
    };
    let fields = answers.get(id).map(Answer::fields).unwrap_or_default();
    let from_check = query == Some(FROM_CHECK);
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    Ok(QuestionPage { frame, errors, opened, form, question, fields, changes, from_check })
}

/// `/desk/application/<reference>/question/<id>`
pub async fn ask(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let opened = Opened::of(&desk, &by, &reference).await?;
    if !opened.editable {
        return Ok(see(&opened.address("check")));
    }
    let page = page(&desk, &by, opened, &id, query.as_deref()).await?;
    if page.question.kind == Kind::Basket {
        return Ok(see(&page.opened.address("basket")));
    }
    Ok(html(&page))
}

/// `POST /desk/application/<reference>/question/<id>`
pub async fn save(
    State(desk): State<Desk>,
    Path((reference, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    input: Input,
) -> Result<Response, Problem> {
    let opened = Opened::to_write(&desk, &input.by, &reference).await?;
    let mut page = page(&desk, &input.by, opened, &id, query.as_deref()).await?;
    page.fields = page.question.compacted(&sent(&input));
    let answer = match read(&page) {
        Ok(answer) => answer,
        Err(faults) => return Ok(refused(page, faults)),
    };
    let answers = BTreeMap::from([(id.clone(), answer)]);
    let seen = input.fields.text(SEEN).parse().ok().unwrap_or(0);
    let command = Command::SaveAnswers { answers };
    match desk.give(&input.by, Some(&reference), Some(seen), command).await? {
        Given::Wanting(errors) => Ok(with_errors(&QuestionPage { errors, ..page })),
        Given::Taken(_) if input.fields.raw(ACTION) == "add" => Ok(see(&page.action())),
        Given::Taken(case) => {
            let next = page.form.next(&id, &case.application.answers);
            Ok(see(&match next {
                _ if page.from_check => page.opened.address("check"),
                Some(next) => page.opened.question_address(&next.id),
                None => page.opened.address(""),
            }))
        }
    }
}

/// `POST /desk/application/<reference>/question/<id>/remove`: takes back a file.
pub async fn remove(
    State(desk): State<Desk>,
    Path((reference, id)): Path<(String, String)>,
    input: Input,
) -> Result<Response, Problem> {
    let opened = Opened::to_write(&desk, &input.by, &reference).await?;
    let seen = input.fields.text(SEEN).parse().ok().unwrap_or(0);
    let digest = input.fields.text("digest");
    let Some(Answer::Files(files)) = opened.answers().get(&id) else { return Err(Problem::NotFound) };
    let left: Vec<AttachedFile> = files.iter().filter(|file| file.digest.to_string() != digest).cloned().collect();
    let answer = Some(Answer::Files(left)).filter(|answer| !answer.is_empty());
    let command = Command::SaveAnswers { answers: BTreeMap::from([(id.clone(), answer)]) };
    match desk.give(&input.by, Some(&reference), Some(seen), command).await? {
        Given::Taken(_) => Ok(see(&opened.question_address(&id))),
        Given::Wanting(_) => Err(Problem::Bad("This file cannot be taken back.".to_owned())),
    }
}

/// The page again, with what is wrong.
pub(super) async fn again(
    desk: &Desk,
    by: &SignedIn,
    opened: Opened,
    id: &str,
    errors: Errors,
) -> Result<Response, Problem> {
    let page = page(desk, by, opened, id, None).await?;
    Ok(with_errors(&QuestionPage { errors, ..page }))
}

/// What was sent of the answer.
fn sent(input: &Input) -> Fields {
    let mut fields = Fields::new();
    let own = |name: &str| !matches!(name, TOKEN | SEEN | ACTION);
    for (name, value) in input.fields.pairs().iter().filter(|(name, _)| own(name)) {
        fields.entry(name.clone()).or_default().push(value.clone());
    }
    fields
}

/// The answer; nothing where it is taken back, which only an optional one can be.
fn read(page: &QuestionPage) -> Result<Option<Answer>, Vec<Fault>> {
    let (question, answers) = (page.question, &page.opened.case.application.answers);
    let Some(answer) = question.read(&page.fields)? else {
        let missing = Fault { field: question.first_field(), message: question.missing() };
        return if question.optional { Ok(None) } else { Err(vec![missing]) };
    };
    let faults = question.faults_on(&answer, answers, page.opened.today);
    if faults.is_empty() { Ok(Some(answer)) } else { Err(faults) }
}

fn refused(page: QuestionPage, faults: Vec<Fault>) -> Response {
    let mut errors = Errors::default();
    faults.into_iter().for_each(|fault| errors.add(fault.field, fault.message));
    with_errors(&QuestionPage { errors, ..page })
}
