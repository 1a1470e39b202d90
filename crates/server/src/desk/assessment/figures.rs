//! The figures of an assessment: how many people an intruder could find, and what asking for less would do to that.

use package::assessment::{AssessedDataset, Assessment, Minimisation, Risk, ScenarioCounts};
use package::specification::Treatment;

use super::told::{Names, change, intruder};
use super::words::{cell, count, in_1000_cell, length, share, within};
use crate::web::figure::bars::{Bar, Bars};
use crate::web::figure::{Cell, Drawing, Figure, Table};
use crate::web::words;

/// Letters of a column's name beside its bar.
const NAME: usize = 24;

/// How many people one intruder could find. `place` is the numbers of dataset and scenario.
pub fn scenario(
    assessment: &Assessment,
    dataset: &AssessedDataset,
    counts: &ScenarioCounts,
    place: (usize, usize),
    address: &str,
) -> Figure {
    let name = format!("assessment-{}-{}", place.0, place.1);
    let who = intruder(assessment, counts).map(|intruder| intruder.name.clone()).unwrap_or_default();
    let risk = &counts.risk;
    let rows = [
        ("Alone: nobody else looks the same", "alone", risk.unique),
        ("In a group of fewer than 5", "under-5", risk.under_5),
        ("In a group of fewer than 10", "under-10", risk.under_10),
        ("Everybody who was counted", "all", risk.people),
    ];
    let bars = rows.iter().map(|(label, _, these)| bar((*label).to_owned(), *these)).collect();
    let subject = format!("{}: {}", dataset.name, within(&who));
    let words_of = "One bar for those who are alone, one for those in small groups, one for everybody. The table after it has \
                    the same numbers.";
    let drawing = draw(&subject, words_of, &name, "People", bars);
    let table = rows.iter().map(|(label, code, these)| {
        let label = Cell::Said { shown: (*label).to_owned(), plain: (*code).to_owned() };
        vec![label, cell(*these), in_1000_cell(*these, risk.people)]
    });
    Figure {
        csv: format!("{address}/{name}.csv"),
        name: name.into(),
        subject: subject.into(),
        finding: words::capitalised(&format!(
            "{} could be picked out by {}",
            share(risk.unique, risk.people),
            within(&who)
        )),
        drawing: Some(drawing),
        table: Table {
            columns: vec![("Who", "who"), ("People", "people"), ("In 1,000", "in_1000")],
            rows: table.collect(),
        },
        notes: vec![
            "Whoever is alone is also among those in groups of fewer than 5, and these among the next.".to_owned(),
        ],
    }
}

/// What asking for less would do.
pub fn path(dataset: &AssessedDataset, path: &Minimisation, names: Names<'_>, number: usize, address: &str) -> Figure {
    let name = format!("assessment-{number}-less");
    let first = bar("As it is asked for".to_owned(), path.at_first.unique);
    let bars = path.steps.iter().zip(1..).map(|(step, number): (_, usize)| {
        let does = if step.treatment == (Treatment::Drop {}) { "left out" } else { "coarser" };
        bar(format!("{number}. {} {does}", shortened(&names.name(&step.item))), step.risk.unique)
    });
    let bars: Vec<Bar> = std::iter::once(first).chain(bars).collect();
    let subject = format!("{}: asking for less", dataset.name);
    let words_of = "One bar for what is asked for, and one after each change, for the people who could be picked out then. \
                    The table after it has the same numbers.";
    let drawing = (!path.steps.is_empty()).then(|| draw(&subject, words_of, &name, "People who are alone", bars));
    let row = |label: Cell, does: String, risk: &Risk, cost: u64| {
        let (alone, guesses) = (cell(risk.unique), cell(risk.expected_matches));
        vec![label, Cell::Text(does), alone, in_1000_cell(risk.unique, risk.people), guesses, Cell::number(cost)]
    };
    let mut rows = vec![row(Cell::number(0), "As it is asked for".to_owned(), &path.at_first, 0)];
    rows.extend(path.steps.iter().zip(1..).map(|(step, number)| {
        row(Cell::number(number), words::capitalised(&change(step, names)), &step.risk, step.cost_so_far)
    }));
    Figure {
        csv: format!("{address}/{name}.csv"),
        name: name.into(),
        subject: subject.into(),
        finding: path_finding(path),
        drawing,
        table: Table {
            columns: vec![
                ("Change", "change"),
                ("What", "what"),
                ("People alone", "alone"),
                ("In 1,000", "alone_in_1000"),
                ("Right guesses", "right_guesses"),
                ("Cost so far", "cost"),
            ],
            rows,
        },
        notes: vec![
            format!(
                "Here the intruder knows {}, as exactly as it would be given.",
                super::words::listed(&names.names(&path.known))
            ),
            format!(
                "Cost stands for what the applicant gives up: {} for giving a column coarser, {} for leaving it out. It is no money.",
                words::number(path.cost_of_coarsening),
                words::number(path.cost_of_dropping)
            ),
            "Each change is the one that helps most for its cost. Changes that only help together are not found: this is a \
             proposal to talk about."
                .to_owned(),
        ],
    }
}

/// Where the path leads, in a sentence.
pub fn path_finding(path: &Minimisation) -> String {
    let before = share(path.at_first.unique, path.at_first.people);
    match path.steps.last() {
        None if path.ended == package::assessment::PathEnd::Reached => {
            "Nothing need change: no more people can be picked out than is aimed at".to_owned()
        }
        None => "No single change would make fewer people stand out".to_owned(),
        Some(last) => {
            let changes = words::count(path.steps.len() as u64, "change", "changes");
            let after = share(last.risk.unique, last.risk.people);
            if after == before {
                format!("After {changes}, about as many could be picked out as before: {after}")
            } else {
                format!("After {changes}, {after} could be picked out instead of {before}")
            }
        }
    }
}

fn draw(subject: &str, words: &str, name: &str, category: &str, rows: Vec<Bar>) -> Drawing {
    let bars = Bars { categories: &[category], rows };
    Drawing::of(subject, words, |size| bars.across(name, size))
}

fn bar(label: String, people: u64) -> Bar {
    Bar { label, values: [length(people), 0, 0, 0], said: Some(count(people)), ..Bar::default() }
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME {
        return name.to_owned();
    }
    name.chars().take(NAME - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use package::document::parse_json;

    fn golden() -> Assessment {
        parse_json(include_bytes!("../../../../package/tests/golden/assessment.v1.json")).unwrap()
    }

    #[test]
    fn the_path_says_where_it_leads_also_where_it_leads_nowhere() {
        let assessment = golden();
        let mut path = assessment.datasets[0].minimisation.clone().unwrap();
        assert_eq!(path_finding(&path), "After 4 changes, nobody could be picked out instead of 10 of 120 people");
        path.steps.truncate(1);
        assert_eq!(
            path_finding(&path),
            "After 1 change, fewer than 10 people could be picked out instead of 10 of 120 people"
        );
        path.steps.clear();
        assert!(path_finding(&path).starts_with("Nothing need change"));
        path.ended = package::assessment::PathEnd::NothingHelps;
        assert_eq!(path_finding(&path), "No single change would make fewer people stand out");
    }

    #[test]
    fn a_figure_draws_few_people_as_short_as_can_be_and_says_so() {
        let assessment = golden();
        let dataset = &assessment.datasets[0];
        let figure = scenario(&assessment, dataset, &dataset.scenarios[0], (1, 1), "/desk/case/X/assessment");
        assert_eq!(figure.finding, "Fewer than 10 people could be picked out by anybody");
        let csv = String::from_utf8(figure.table.csv().unwrap()).unwrap();
        assert_eq!(
            csv.lines().collect::<Vec<_>>(),
            ["who,people,in_1000", "alone,<10,", "under-5,40,", "under-10,60,", "all,120,"]
        );
        assert!(figure.drawing.unwrap().wide.contains("fewer than 10"));
    }

    #[test]
    fn a_long_name_is_shortened_beside_its_bar() {
        assert_eq!(shortened("postcode"), "postcode");
        assert_eq!(shortened(&"é".repeat(30)).chars().count(), NAME);
    }
}
