//! `/decisions`: every outcome with its reasons, refusals and withdrawals included, and the same as a table.

mod asked;

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::response::Response;
use register::vocabulary::{Outcome, Reason, text_label};

use super::database::{Decision, DecisionView, Decisions, FieldText, TextState};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::steps::Steps;
use super::{View, table, words};
use asked::{Asked, Field, NONE};

/// Decisions on one page.
const PAGE: u64 = 20;

/// Rows of a table for a spreadsheet; the header `Link` leads on to what is older.
pub const ROWS: u64 = 10_000;

/// Texts longer than this many characters are folded.
const LONG: usize = 600;

/// The texts of a decision that the list shows, by their names; the share's page shows all.
const TEXTS: &[&str] = &["reasons", "conditions"];

#[derive(askama::Template)]
#[template(path = "decisions.html")]
struct DecisionsPage {
    frame: Frame,
    asked: Asked,
    finding: String,
    outcomes: Vec<(Outcome, u64)>,
    selects: Vec<Select>,
    matching: u64,
    rows: Vec<Row>,
    steps: Steps,
    undecided: u64,
    unknown: u64,
    unreasoned: u64,
}

/// One list to choose from.
struct Select {
    field: Field,
    choices: Vec<Choice>,
}

struct Choice {
    value: String,
    label: String,
    count: u64,
    chosen: bool,
}

/// One decision of the list.
struct Row {
    view: DecisionView,
    texts: Vec<Text>,
}

/// A text of a decision.
struct Text {
    label: String,
    content: Content,
}

enum Content {
    Short(String),
    Long(String),
    Withheld { ground: &'static str, opens: Option<String> },
    Erased,
    Missing,
}

impl DecisionsPage {
    fn csv_address(&self) -> String {
        format!("/decisions.csv?{}", self.asked.on_page(1))
    }
}

/// `/decisions`
pub async fn decisions(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let wanted = asked.clone();
    let ((found, matching, rows), info) = view
        .read(move |reader| {
            let found = reader.decisions()?;
            let (matching, page) = page_of(&found, &wanted, PAGE);
            let rows = reader.decision_views(&page)?;
            Ok((found, matching, rows))
        })
        .await?;
    let outcomes = count_outcomes(&found.all);
    Ok(html(&DecisionsPage {
        frame: Frame::new(&view, Some(info), Section::Decisions),
        finding: finding(&outcomes),
        outcomes,
        selects: Field::ALL.iter().map(|field| select(*field, &asked, &found)).collect(),
        matching,
        rows: rows.into_iter().map(row).collect(),
        steps: Steps::new(asked.page, matching.div_ceil(PAGE), |page| format!("/decisions?{}", asked.on_page(page))),
        undecided: found.undecided,
        unknown: found.unknown,
        unreasoned: found.all.iter().filter(|one| one.reasons.is_empty()).count() as u64,
        asked,
    }))
}

/// `/decisions.csv`: the decisions that match, at most ten thousand at once.
pub async fn csv(view: View, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let asked = Asked::parse(query.as_deref().unwrap_or_default())?;
    let wanted = asked.clone();
    let ((matching, rows), _) = view
        .read(move |reader| {
            let (matching, page) = page_of(&reader.decisions()?, &wanted, ROWS);
            Ok((matching, reader.decision_views(&page)?))
        })
        .await?;
    let head = [
        "reference",
        "title",
        "recipient",
        "channel",
        "outcome",
        "decided",
        "decided_by",
        "reasons",
        "reasons_text",
        "conditions",
        "set_aside",
        "statement",
    ];
    let next =
        (asked.page < matching.div_ceil(ROWS)).then(|| format!("/decisions.csv?{}", asked.on_page(asked.page + 1)));
    table::csv("decisions.csv", &head, rows.into_iter().map(cells), next)
}

/// How many decisions match, and one page of them.
fn page_of(found: &Decisions, asked: &Asked, length: u64) -> (u64, Vec<Decision>) {
    let matching: Vec<&Decision> = found.all.iter().filter(|one| asked.takes(one, None)).collect();
    let skip = usize::try_from(asked.page.saturating_sub(1).saturating_mul(length)).unwrap_or(usize::MAX);
    let page = matching.iter().skip(skip).take(length as usize).copied().cloned().collect();
    (matching.len() as u64, page)
}

fn cells(view: DecisionView) -> [String; 12] {
    let DecisionView { decision, reference, title, channel, recipient, texts, .. } = view;
    let reasons = decision.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join("; ");
    let text = texts.iter().find(|text| text.name.as_deref() == Some("reasons"));
    let conditions: Vec<String> = decision
        .conditions
        .iter()
        .map(|condition| match condition.due {
            Some(due) => format!("{} by {due}", condition.code),
            None => condition.code.clone(),
        })
        .collect();
    [
        reference,
        title.unwrap_or_default(),
        recipient,
        channel.to_string(),
        decision.outcome.to_string(),
        decision.decided.map(|date| date.to_string()).unwrap_or_default(),
        decision.decided_by.unwrap_or_default(),
        reasons,
        text.map(in_a_cell).unwrap_or_default(),
        conditions.join("; "),
        if decision.set_aside { "yes" } else { "no" }.to_owned(),
        decision.statement.map(|index| index.to_string()).unwrap_or_default(),
    ]
}

/// A text, or why it cannot be shown.
fn in_a_cell(text: &FieldText) -> String {
    match &text.state {
        TextState::Public(value) => value.clone(),
        TextState::Withheld(..) => "(withheld)".to_owned(),
        TextState::Erased => "(erased)".to_owned(),
        TextState::Missing => "(missing)".to_owned(),
    }
}

fn count_outcomes(all: &[Decision]) -> Vec<(Outcome, u64)> {
    let count = |outcome| all.iter().filter(|one| one.outcome == outcome).count() as u64;
    Outcome::ALL.iter().map(|outcome| (*outcome, count(*outcome))).collect()
}

/// The counts as a sentence.
fn finding(outcomes: &[(Outcome, u64)]) -> String {
    let of = |wanted| outcomes.iter().find(|(outcome, _)| *outcome == wanted).map_or(0, |(_, count)| *count);
    let all: u64 = outcomes.iter().map(|(_, count)| count).sum();
    if all == 0 {
        return "This register holds no decision with an outcome.".to_owned();
    }
    let conditions = of(Outcome::ApprovedWithConditions);
    let approved = of(Outcome::Approved) + conditions;
    format!(
        "Of {}, {} said yes ({} of them with conditions), {} said no, and {} ended because the request was withdrawn.",
        words::count(all, "decision", "decisions"),
        words::number(approved),
        words::number(conditions),
        words::number(of(Outcome::Refused)),
        words::number(of(Outcome::Withdrawn)),
    )
}

/// A filter shows what can be chosen under the other filters and what is chosen, even where that would leave nothing.
fn select(field: Field, asked: &Asked, found: &Decisions) -> Select {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for decision in found.all.iter().filter(|one| asked.takes(one, Some(field))) {
        for value in field.values(decision) {
            *counts.entry(value.into_owned()).or_default() += 1;
        }
    }
    if let Some(value) = asked.value(field) {
        counts.entry(value.to_owned()).or_default();
    }
    let mut choices: Vec<Choice> = counts
        .into_iter()
        .map(|(value, count)| Choice {
            label: field.value_label(&value),
            chosen: asked.value(field) == Some(&value),
            value,
            count,
        })
        .collect();
    // Coded values keep the order of their vocabulary, years begin with the newest; what is not known stands last.
    choices.sort_by_key(|choice| (choice.value == NONE, place(field, &choice.value)));
    Select { field, choices }
}

fn place(field: Field, value: &str) -> usize {
    let known = match field {
        Field::Outcome => Outcome::ALL.iter().position(|outcome| outcome.code() == value),
        Field::Reason => Reason::ALL.iter().position(|reason| reason.code() == value),
        Field::Year => value.parse::<usize>().ok().map(|year| 9_999_usize.saturating_sub(year)),
        Field::DecidedBy => None,
    };
    known.unwrap_or(usize::MAX)
}

fn row(view: DecisionView) -> Row {
    let shown = view.texts.iter().filter(|text| text.name.as_deref().is_none_or(|name| TEXTS.contains(&name)));
    let texts = shown.map(|text| Text { label: label(text), content: content(text) }).collect();
    Row { view, texts }
}

fn label(text: &FieldText) -> String {
    match text.name.as_deref() {
        Some("reasons") => "In words".to_owned(),
        Some(name) => text_label(name),
        None => "Erased text".to_owned(),
    }
}

fn content(text: &FieldText) -> Content {
    match &text.state {
        TextState::Public(value) if value.chars().count() <= LONG => Content::Short(value.clone()),
        TextState::Public(value) => Content::Long(value.clone()),
        TextState::Withheld(ground, opens) => Content::Withheld {
            ground: ground.map_or("No ground is given", |ground| ground.label()),
            opens: opens.as_ref().map(words::date),
        },
        TextState::Erased => Content::Erased,
        TextState::Missing => Content::Missing,
    }
}
