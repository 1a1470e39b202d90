//! `/changes`: what was logged between two days, by day and kind, and the same as a table.

mod asked;

use std::ops::Range;

use axum::extract::RawQuery;
use axum::response::Response;
use register::PartialDate;
use register::statement::Kind;

use super::database::{Reader, StatementView};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::silence::Cadence;
use super::steps::Steps;
use super::{View, story, table, words};
use asked::Asked;
pub use asked::before;

/// Statements on one page.
const PAGE: u64 = 50;

/// Rows of a table for a spreadsheet; what is older has a further table, and the whole log a download.
pub const ROWS: u64 = 10_000;

#[derive(askama::Template)]
#[template(path = "changes.html")]
struct Changes {
    frame: Frame,
    asked: Asked,
    from: PartialDate,
    to: PartialDate,
    total: u64,
    kinds: Vec<(Kind, u64)>,
    matching: u64,
    days: Vec<Day>,
    steps: Steps,
    cadence: Option<Cadence>,
}

/// What was logged on one day.
struct Day {
    date: String,
    statements: Vec<StatementView>,
}

impl Changes {
    fn kind_address(&self, kind: &Kind) -> String {
        format!("/changes?{}", self.asked.query(Some(*kind), None))
    }

    fn all_kinds_address(&self) -> String {
        format!("/changes?{}", self.asked.query(None, None))
    }

    fn csv_address(&self) -> String {
        format!("/changes.csv?{}", self.asked.query(self.asked.kind, None))
    }

    fn is_chosen(&self, kind: &Kind) -> bool {
        self.asked.kind == Some(*kind)
    }
}

/// `/changes`
pub async fn changes(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let today = view.today();
    let wanted = asked.clone();
    let ((from, to, kinds, mut found, heartbeats), info) = view
        .read(move |reader| {
            let (from, to) = wanted.days(newest(reader, today));
            let range = reader.logged_between(from, to)?;
            let kinds = reader.kinds(&range)?;
            let found = reader.logged(&up_to(&range, wanted.before), wanted.kind, PAGE + 1)?;
            Ok((from, to, kinds, found, reader.heartbeats()?))
        })
        .await?;
    let more = found.len() as u64 > PAGE;
    found.truncate(PAGE as usize);
    let page = |before| format!("/changes?{}", asked.query(asked.kind, before));
    let older = found.last().filter(|_| more).map(|last| page(Some(last.index)));
    let total = kinds.iter().map(|(_, count)| count).sum();
    let of_kind = |kind| kinds.iter().find(|(one, _)| *one == kind).map_or(0, |(_, count)| *count);
    Ok(html(&Changes {
        frame: Frame::new(&view, Some(info), Section::None),
        steps: Steps::older(asked.before.map(|_| page(None)), older),
        from,
        to,
        total,
        matching: asked.kind.map_or(total, of_kind),
        kinds,
        days: by_day(found),
        cadence: Cadence::of(&heartbeats, today),
        asked,
    }))
}

/// `/changes.csv`: the same, at most ten thousand at once; the header `Link` leads on to what is older.
pub async fn csv(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let today = view.today();
    let wanted = asked.clone();
    let (mut found, _) = view
        .read(move |reader| {
            let (from, to) = wanted.days(newest(reader, today));
            let range = reader.logged_between(from, to)?;
            reader.logged(&up_to(&range, wanted.before), wanted.kind, ROWS + 1)
        })
        .await?;
    let more = found.len() as u64 > ROWS;
    found.truncate(ROWS as usize);
    let older = |last: &StatementView| format!("/changes.csv?{}", asked.query(asked.kind, Some(last.index)));
    let next = found.last().filter(|_| more).map(older);
    let head = ["index", "logged", "at", "kind", "title", "detail", "share", "share_title", "corrects"];
    table::csv("changes.csv", &head, found.iter().map(cells), next)
}

fn cells(view: &StatementView) -> [String; 9] {
    [
        view.index.to_string(),
        view.logged.to_string(),
        view.at.to_string(),
        view.kind.clone(),
        story::title(view),
        story::detail(view),
        view.reference.clone().unwrap_or_default(),
        view.title.clone().unwrap_or_default(),
        view.corrects.map(|index| index.to_string()).unwrap_or_default(),
    ]
}

/// The day of the newest statement.
fn newest(reader: &Reader, today: PartialDate) -> PartialDate {
    reader.info.data_as_at.map_or(today, |moment| moment.date())
}

/// A range that ends before an index, where one is given.
fn up_to(range: &Range<u64>, before: Option<u64>) -> Range<u64> {
    let end = before.map_or(range.end, |before| before.min(range.end));
    range.start..end.max(range.start)
}

fn by_day(found: Vec<StatementView>) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for view in found {
        let date = words::date(view.logged.date());
        match days.last_mut() {
            Some(day) if day.date == date => day.statements.push(view),
            _ => days.push(Day { date, statements: vec![view] }),
        }
    }
    days
}
