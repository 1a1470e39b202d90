//! `/desk/cases`: the queue of those who work on cases, and the list of those who applied.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use axum::routing::get;
use casework::calendar::day_in_england;
use casework::permission::{SIGHTS, Sight};
use casework::{Role, Stage, Standing};
use register::PartialDate;
use store::casework::queue::{self, Question};
use store::casework::{organisations, people};

use super::Desk;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::words;

/// Cases on a page.
const ROWS: u64 = 50;

/// Stages at which the department works on a case.
const WORKED: &[Stage] = &[Stage::Submitted, Stage::Screening, Stage::Returned, Stage::Review, Stage::Decided];

#[derive(askama::Template)]
#[template(path = "desk/queue.html")]
struct Queue {
    frame: Frame,
    is_staff: bool,
    /// Whether they may begin an application, for any organisation of theirs.
    may_apply: bool,
    asked: Asked,
    tabs: Vec<Tab>,
    stages: Vec<(Stage, u64, bool, String)>,
    rows: Vec<Line>,
    total: u64,
    last_page: u64,
}

/// A list that whoever asks has.
struct Tab {
    name: &'static str,
    address: String,
    chosen: bool,
}

/// One case of the list.
struct Line {
    standing: Standing,
    organisation: String,
    officer: Option<String>,
    days: u64,
    late: Option<u64>,
    due: Option<PartialDate>,
}

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    list: List,
    stage: Option<Stage>,
    page: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    All,
    Mine,
    Review,
    Overdue,
}

impl List {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::All, "all", "All cases"),
        (Self::Mine, "mine", "My cases"),
        (Self::Review, "review", "For me to review"),
        (Self::Overdue, "overdue", "Overdue"),
    ];

    fn code(self) -> &'static str {
        Self::ALL.iter().find(|(list, ..)| *list == self).map_or("all", |(_, code, _)| code)
    }
}

impl Asked {
    /// What is not known is not asked for: an address that somebody kept still leads somewhere.
    fn parse(query: &str) -> Self {
        let mut asked = Self { list: List::All, stage: None, page: 1 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "list" => {
                    let known = List::ALL.iter().find(|(_, code, _)| *code == value);
                    asked.list = known.map_or(List::All, |(list, ..)| *list);
                }
                "stage" => asked.stage = Stage::ALL.iter().find(|stage| stage.code() == value).copied(),
                "page" => asked.page = value.parse().ok().filter(|page| (1..100_000).contains(page)).unwrap_or(1),
                _ => {}
            }
        }
        asked
    }

    fn address(&self) -> String {
        let stage = self.stage.map_or_else(String::new, |stage| format!("&stage={}", stage.code()));
        let page = if self.page > 1 { format!("&page={}", self.page) } else { String::new() };
        format!("/desk/cases?list={}{stage}{page}", self.list.code())
    }

    fn of(&self, list: List) -> String {
        Self { list, stage: None, page: 1 }.address()
    }

    fn on_page(&self, page: u64) -> String {
        Self { page, ..self.clone() }.address()
    }

    fn question(&self, by: &SignedIn, today: jiff::civil::Date) -> Question {
        let is_staff = sees_all(by);
        let own = by.actor.member.keys().copied().collect();
        let mut question = Question {
            seen_by: Some(by.person()),
            organisations: (!is_staff).then_some(own),
            handed_in: is_staff,
            by_due: is_staff,
            ..Question::default()
        };
        match self.list {
            List::All if is_staff => question.stages = WORKED.to_vec(),
            List::All => {}
            List::Mine => question.officer = Some(by.person()),
            List::Review => question.reviewer = Some(by.person()),
            List::Overdue => question.due_before = Some(today.to_string()),
        }
        if let Some(stage) = self.stage {
            question.stages = vec![stage];
        }
        question
    }
}

impl Queue {
    fn previous(&self) -> Option<String> {
        (self.asked.page > 1).then(|| self.asked.on_page(self.asked.page - 1))
    }

    fn next(&self) -> Option<String> {
        (self.asked.page < self.last_page).then(|| self.asked.on_page(self.asked.page + 1))
    }
}

/// Whether somebody sees the cases of every organisation.
pub fn sees_all(by: &SignedIn) -> bool {
    let roles = SIGHTS.iter().find(|(sight, ..)| *sight == Sight::Queue).map_or(&[][..], |(_, _, roles)| roles);
    roles.iter().any(|role| by.is(*role))
}

/// The routes of this page.
pub fn routes() -> Router<Desk> {
    Router::new().route("/desk/cases", get(queue))
}

async fn queue(State(desk): State<Desk>, signed_in: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let is_staff = sees_all(&signed_in);
    if !is_staff && signed_in.actor.member.is_empty() {
        return Err(Problem::Forbidden);
    }
    let asked = Asked::parse(query.as_deref().unwrap_or_default());
    let today = day_in_england(desk.now());
    let (question, everything) =
        (asked.question(&signed_in, today), Asked { stage: None, ..asked.clone() }.question(&signed_in, today));
    let skip = (asked.page - 1) * ROWS;
    let read = desk.read(move |transaction| {
        let (total, rows) = queue::page(transaction, &question, skip, ROWS)?;
        // Counts are of every stage, so that what is over can be found as well.
        let counts = queue::counts(transaction, &Question { stages: Vec::new(), ..everything })?;
        let mut names = BTreeMap::new();
        let mut officers = BTreeMap::new();
        for row in &rows {
            if let std::collections::btree_map::Entry::Vacant(place) = names.entry(row.organisation) {
                let organisation = organisations::organisation(transaction, row.organisation)?;
                place.insert(organisation.map_or_else(String::new, |organisation| organisation.name));
            }
            if let Some(officer) = row.officer
                && let std::collections::btree_map::Entry::Vacant(place) = officers.entry(officer)
            {
                place.insert(people::person(transaction, officer)?.map(|person| person.name));
            }
        }
        Ok((total, rows, counts, names, officers))
    });
    let (total, rows, counts, names, officers) = read.await?;
    let rows = rows.into_iter().map(|standing| Line {
        organisation: names.get(&standing.organisation).cloned().unwrap_or_default(),
        officer: standing.officer.and_then(|officer| officers.get(&officer).cloned().flatten()),
        days: desk.calendar().between(day_in_england(standing.since), today).into(),
        late: standing.due.filter(|due| *due < today).map(|due| desk.calendar().between(due, today).into()),
        due: standing.due.map(PartialDate::from),
        standing,
    });
    let shown = |list: List| match list {
        List::All => true,
        List::Mine => signed_in.is(Role::CaseOfficer),
        List::Review => signed_in.is(Role::Reviewer),
        List::Overdue => is_staff,
    };
    let tabs = List::ALL.iter().filter(|(list, ..)| shown(*list)).map(|(list, _, name)| Tab {
        name: if is_staff || *list != List::All { name } else { "Applications" },
        address: asked.of(*list),
        chosen: *list == asked.list,
    });
    let stages = counts.into_iter().map(|(stage, count)| {
        let address = Asked { stage: Some(stage), page: 1, ..asked.clone() }.address();
        (stage, count, asked.stage == Some(stage), address)
    });
    Ok(html(&Queue {
        frame: Frame::of(&desk, &signed_in, Section::Cases).await,
        is_staff,
        may_apply: signed_in.actor.member.values().any(|roles| roles.contains(&Role::Applicant)),
        tabs: tabs.collect(),
        stages: stages.collect(),
        rows: rows.collect(),
        total,
        last_page: total.div_ceil(ROWS).max(1),
        asked,
    }))
}
