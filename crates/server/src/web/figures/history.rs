//! One share on one line of time: asked for, decided, agreed, released, ended, destroyed.

use register::vocabulary::Destruction;
use register::{Kind, PartialDate};

use super::super::database::ShareView;
use super::super::figure::timeline::{Day, Lane, Mark, Timeline};
use super::super::figure::{Cell, Drawing, Figure, Table};
use super::super::{late, words};
use super::share_csv_address;

const SUBJECT: &str = "From request to destruction";

/// One thing that happened, or is due.
struct Step {
    what: &'static str,
    when: PartialDate,
    until: Option<PartialDate>,
    due: bool,
    remark: String,
}

impl Step {
    fn on(what: &'static str, when: PartialDate, remark: impl Into<String>) -> Self {
        Self { what, when, until: None, due: false, remark: remark.into() }
    }
}

/// The figure; nothing where no date is known.
pub fn history(share: &ShareView, today: PartialDate) -> Option<Figure> {
    let steps = steps(share);
    let first = steps.iter().map(|step| step.when).min()?;
    let last = steps.iter().flat_map(|step| [Some(step.when), step.until]).flatten().max()?.max(today);
    let mut lanes: Vec<Lane> = Vec::new();
    for step in &steps {
        if lanes.last().is_none_or(|lane| lane.label != step.what) {
            lanes.push(Lane { label: step.what.to_owned(), marks: Vec::new() });
        }
        if let Some(lane) = lanes.last_mut() {
            lane.marks.push(mark(step));
        }
    }
    let years = (first.year_number()..=last.year_number().saturating_add(1))
        .filter_map(|year| Some((year, first_day(PartialDate::year(year).ok()?))))
        .collect();
    let timeline = Timeline { lanes, today: first_day(today), years };
    let words = "A lane for each kind of step over the years. A dot is a day, an empty dot is a day by which something \
                 must be done, a bar is a span of time. The table after it has the same dates.";
    let rows = steps.iter().map(|step| {
        let until = step.until.map_or_else(
            || Cell::Said { shown: String::new(), plain: String::new() },
            |until| Cell::Said { shown: words::date(until), plain: until.to_string() },
        );
        let when = Cell::Said { shown: words::date(step.when), plain: step.when.to_string() };
        vec![Cell::Text(step.what.to_owned()), when, until, Cell::Text(step.remark.clone())]
    });
    let table = Table {
        columns: vec![("Step", "step"), ("Date", "date"), ("Until", "until"), ("What", "what")],
        rows: rows.collect(),
    };
    let mut notes = Vec::new();
    if steps.iter().any(|step| step.until.is_none() && !is_day(step.when)) {
        notes.push("A hatched bar is a date that is known to the month or the year only.".to_owned());
    }
    let undated = share.releases.iter().filter(|release| release.released.is_none()).count() as u64;
    if undated > 0 {
        notes.push(format!(
            "{} no date and are not on the line.",
            words::count(undated, "release has", "releases have")
        ));
    }
    Some(Figure {
        name: "history".into(),
        subject: SUBJECT.into(),
        finding: finding(share, today),
        drawing: Some(Drawing::of(SUBJECT, words, |size| timeline.draw("history", size))),
        table,
        csv: share_csv_address("history", share),
        notes,
    })
}

/// Every dated step, in the order of a share's life.
fn steps(share: &ShareView) -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(share.applied.map(|on| Step::on("Asked for", on, "")));
    let decisions: Vec<(PartialDate, String)> = share
        .statements
        .iter()
        .filter_map(|view| match &view.statement.as_ref()?.body {
            register::Body::ShareDecided(body) => Some((view.at, body.outcome.label().to_owned())),
            _ => None,
        })
        .collect();
    if decisions.is_empty() {
        let outcome = share.outcome.map_or("", |outcome| outcome.label());
        steps.extend(share.decided.map(|on| Step::on("Decided", on, outcome)));
    }
    steps.extend(decisions.into_iter().map(|(on, outcome)| Step::on("Decided", on, outcome)));
    match (share.start, share.end) {
        (Some(start), Some(end)) if start <= end => {
            steps.push(Step { until: Some(end), ..Step::on("Access agreed", start, "") });
        }
        (start, end) => {
            steps.extend(start.map(|on| Step::on("Access agreed", on, "From this date; no end is given")));
            steps.extend(end.map(|on| Step { due: true, ..Step::on("Access agreed", on, "To this date") }));
        }
    }
    let mut releases: Vec<Step> = share
        .releases
        .iter()
        .filter_map(|release| Some(Step::on("Released", release.released?, release.reference.clone())))
        .collect();
    releases.sort_by_key(|step| step.when);
    steps.append(&mut releases);
    let of_kind = |kind: Kind| share.statements.iter().filter(move |view| view.kind == kind.code());
    steps.extend(
        of_kind(Kind::ShareSuspended).map(|view| Step::on("Suspended", view.at, super::super::story::detail(view))),
    );
    steps.extend(share.ended.map(|on| Step::on("Ended", on, share.end_ground.map_or("", |ground| ground.label()))));
    steps.extend(share.destruction_due.map(|on| Step { due: true, ..Step::on("Destruction due", on, "") }));
    steps.extend(share.copies.iter().map(|copy| Step::on("Destruction claimed", copy.claimed, copy.copy.clone())));
    let confirmed = share
        .copies
        .iter()
        .filter_map(|copy| Some(Step::on("Destruction confirmed", copy.confirmed?, copy.copy.clone())));
    steps.extend(confirmed);
    let disputed = share
        .copies
        .iter()
        .filter_map(|copy| Some(Step::on("Destruction disputed", copy.disputed?, copy.copy.clone())));
    steps.extend(disputed);
    steps
}

fn mark(step: &Step) -> Mark {
    let (first, last) = (first_day(step.when), last_day(step.when));
    match step.until {
        Some(until) => Mark::Lasts(first, last_day(until)),
        None if step.due => Mark::Due(last),
        None if first == last => Mark::Day(first),
        None => Mark::Between(first, last),
    }
}

fn is_day(date: PartialDate) -> bool {
    date.first_day() == date.last_day()
}

fn epoch() -> Option<PartialDate> {
    PartialDate::day(1970, 1, 1).ok()
}

fn last_day(date: PartialDate) -> Day {
    epoch().map_or(0, |epoch| Day::from(epoch.days_until(date)))
}

fn first_day(date: PartialDate) -> Day {
    let long = (date.last_day() - date.first_day()).get_days();
    last_day(date) - Day::from(long)
}

/// How long it took from one step to the next: a headline. Only whole days are subtracted from whole days.
fn finding(share: &ShareView, today: PartialDate) -> String {
    let between = |from: Option<PartialDate>, to: Option<PartialDate>| {
        let (from, to) = (from.filter(|date| is_day(*date))?, to.filter(|date| is_day(*date))?);
        Some(from.days_until(to))
    };
    let distance = |days: i32, before: &str, after: &str| match days {
        0 => format!("on the day {after}"),
        days if days < 0 => format!("{} {before}", words::count(u64::from(days.unsigned_abs()), "day", "days")),
        days => format!("{} after {after}", words::count(u64::from(days.unsigned_abs()), "day", "days")),
    };
    let mut parts = Vec::new();
    if let Some(days) = between(share.applied, share.decided).filter(|days| *days >= 0) {
        parts.push(format!("decided {}", distance(days, "", "it was asked for")));
    }
    let first = share.releases.iter().filter_map(|release| release.released).min();
    if let Some(days) = between(share.decided, first) {
        parts.push(format!("first released {}", distance(days, "before the decision", "it was decided")));
    } else if let Some(first) = first {
        parts.push(format!("first released {}{}", if is_day(first) { "on " } else { "in " }, words::date(first)));
    }
    let all_confirmed = share.copies.iter().filter_map(|copy| copy.confirmed).max();
    if share.destruction == Destruction::Confirmed {
        if let Some(days) = between(share.destruction_due, all_confirmed) {
            parts.push(match days {
                days if days > 0 => {
                    format!(
                        "destruction confirmed {} after it was due",
                        words::count(u64::from(days.unsigned_abs()), "day", "days")
                    )
                }
                _ => "destruction confirmed in time".to_owned(),
            });
        } else {
            parts.push("destruction confirmed".to_owned());
        }
    } else if let Some(late) = late::destruction(share.destruction_due, share.destruction, today) {
        parts.push(format!("destruction overdue by {}", late.length()));
    } else if let Some(due) = share.destruction_due {
        parts.push(format!("to be destroyed by {}", words::date(due)));
    }
    if parts.is_empty() {
        return "The dates that are known".to_owned();
    }
    let mut text = parts.join(", ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
