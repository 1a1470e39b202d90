//! How long it took from what happened until the register said so: the days from the date of a decision or release to
//! the day on which its statement was logged. Imported releases stand apart: their days say how old the list was that
//! was read, and nothing about whoever keeps this register.

use super::super::database::{Lag, LagOf};
use super::super::figure::spread::Spread;
use super::super::figure::{Cell, Drawing, Figure, Table, strip};
use super::super::words;
use super::csv_address;

/// What a figure of this kind is about.
struct About {
    name: &'static str,
    subject: &'static str,
    one: &'static str,
    many: &'static str,
    published: &'static str,
    explained: &'static str,
}

fn about(of: LagOf) -> About {
    match of {
        LagOf::Decision => About {
            name: "decision-lag",
            subject: "From decision to publication",
            one: "decision",
            many: "decisions",
            published: "published",
            explained: "Counted from the date of each decision, refusals included, to the day on which its statement was \
                        added to the log. Decisions that another register lists without a statement of their own are \
                        not among them.",
        },
        LagOf::Release => About {
            name: "release-lag",
            subject: "From release to publication",
            one: "release",
            many: "releases",
            published: "published",
            explained: "Counted from the date of each release to the day on which its statement was added to the log. \
                        Releases that were read from another register are not among them.",
        },
        LagOf::Import => About {
            name: "import-lag",
            subject: "Age of imported releases",
            one: "imported release",
            many: "imported releases",
            published: "added",
            explained: "Counted from the date that another register gives for a release to the day on which it was read \
                        into this one. It says how old that register was, and not how fast anybody published.",
        },
    }
}

/// One figure for each of these that has something to show; the first is always there.
pub fn lags(lags: &[Lag]) -> Vec<Figure> {
    let kept = lags.iter().filter(|lag| lag.of == LagOf::Decision || lag.seen() > 0);
    kept.map(figure).collect()
}

fn figure(lag: &Lag) -> Figure {
    let about = about(lag.of);
    let words = format!(
        "A strip of days: how many {} took how long, with the median and the time within which 90 in 100 were {}. The \
         table after it has the same numbers.",
        about.many, about.published
    );
    let drawing = (lag.spread.longest() > 0)
        .then(|| Drawing::of(about.subject, &words, |size| strip::draw(&lag.spread, about.name, size)));
    let mut notes = vec![about.explained.to_owned()];
    if lag.coarse > 0 {
        notes.push(format!(
            "{} given as a month or a year. The count starts at its last day, so the true time is at least as long.",
            words::count(lag.coarse, "date is", "dates are")
        ));
    }
    if lag.undated > 0 {
        notes.push(format!("{} no date and cannot be counted.", words::count(lag.undated, "has", "have")));
    }
    if lag.ahead > 0 {
        notes.push(format!(
            "{} dated after the day on which {} published, and not counted.",
            words::count(lag.ahead, "is", "are"),
            if lag.ahead == 1 { "it was" } else { "they were" }
        ));
    }
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (from, to, shown) in BANDS {
        let count: u64 = lag.spread.days.range(from..=to).map(|(_, count)| count).sum();
        let plain = if to == u32::MAX { format!("{from}+") } else { format!("{from}-{to}") };
        rows.push(vec![Cell::Said { shown: shown.to_owned(), plain }, Cell::number(count)]);
    }
    for (percent, shown, plain) in
        [(50, "Median, in days", "median"), (90, "90 in 100 within, in days", "percentile-90")]
    {
        if lag.spread.count() > 0 {
            let days = Cell::number(lag.spread.at_percent(percent).into());
            rows.push(vec![Cell::Said { shown: shown.to_owned(), plain: plain.to_owned() }, days]);
        }
    }
    Figure {
        name: about.name.into(),
        subject: about.subject.into(),
        finding: finding(&about, &lag.spread),
        drawing,
        table: Table { columns: vec![("Days", "days"), ("How many", "count")], rows },
        csv: csv_address(about.name),
        notes,
    }
}

const BANDS: [(u32, u32, &str); 8] = [
    (0, 0, "The same day"),
    (1, 7, "1 to 7 days"),
    (8, 30, "8 to 30 days"),
    (31, 90, "31 to 90 days"),
    (91, 365, "91 to 365 days"),
    (366, 1_826, "366 days to 5 years"),
    (1_827, 3_652, "5 to 10 years"),
    (3_653, u32::MAX, "More than 10 years"),
];

/// Within how many days half and 90 in 100 were published: a headline.
fn finding(about: &About, spread: &Spread) -> String {
    let About { one, many, published, .. } = about;
    let (count, half, most) = (spread.count(), spread.at_percent(50), spread.at_percent(90));
    let within = |days: u32| match days {
        0 => "the same day".to_owned(),
        days => format!("within {}", words::count(u64::from(days), "day", "days")),
    };
    let all = words::number(count);
    match count {
        0 => format!("No {one} can be counted yet"),
        1 if half == 0 => format!("The one {one} was {published} the same day"),
        1 => format!("The one {one} was {published} {} later", words::count(u64::from(half), "day", "days")),
        _ if spread.longest() == 0 => format!("All {all} {many} were {published} the same day"),
        _ if half == most => format!("90 in 100 of {all} {many} were {published} {}", within(most)),
        _ => format!("Half of {all} {many} were {published} {}, and 90 in 100 {}", within(half), within(most)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(days: &[u32]) -> String {
        let mut spread = Spread::default();
        days.iter().for_each(|days| spread.add(*days, 1));
        finding(&about(LagOf::Decision), &spread)
    }

    #[test]
    fn the_headline_gives_median_and_ninetieth_percentile() {
        assert_eq!(
            said(&[1, 34, 200, 300]),
            "Half of 4 decisions were published within 34 days, and 90 in 100 within 300 days"
        );
        assert_eq!(said(&[0, 0, 1]), "Half of 3 decisions were published the same day, and 90 in 100 within 1 day");
        assert_eq!(said(&[3, 3, 3]), "90 in 100 of 3 decisions were published within 3 days");
    }

    #[test]
    fn none_one_and_all_at_once_are_said_as_such() {
        assert_eq!(said(&[]), "No decision can be counted yet");
        assert_eq!(said(&[0]), "The one decision was published the same day");
        assert_eq!(said(&[12]), "The one decision was published 12 days later");
        assert_eq!(said(&[0, 0]), "All 2 decisions were published the same day");
    }
}
