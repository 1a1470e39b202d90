//! An assessment, told: dataset by dataset, and in each of them what everybody who might look for somebody could do.

use casework::Specification;
use package::assessment::{
    AssessedDataset, Assessment, GroupCounts, Intruder, Minimisation, PersonRecord, ScenarioCounts, SpecialUniques,
};
use package::specification::Treatment;

use super::figures;
use super::words::{count, people, share, within};
use crate::web::figure::Figure;
use crate::web::words;

/// How many rows a table of groups or combinations has at most.
const ROWS: usize = 20;

/// One dataset.
pub struct Dataset {
    /// Its number, from 1.
    pub number: usize,
    /// Its name.
    pub name: String,
    /// Who was counted, in sentences.
    pub counted: Vec<String>,
    /// What each intruder could do.
    pub scenarios: Vec<Scenario>,
    /// How to ask for less.
    pub path: Option<Path>,
    /// The columns that were counted: name, what is done to it, how many values, people without one, what it is.
    pub columns: Vec<[String; 5]>,
}

/// What one intruder could do.
pub struct Scenario {
    /// What the intruder is called.
    pub name: String,
    /// What they want.
    pub wants: String,
    /// What they know.
    pub knows: String,
    /// How exactly.
    pub exactness: String,
    /// How many people could be found.
    pub figure: Figure,
    /// Right guesses to expect.
    pub guesses: String,
    /// Combinations; nothing where there were too many columns to try.
    pub combinations: Option<Combinations>,
    /// Sentences on groups that are the same in something sensitive.
    pub alike: Vec<String>,
    /// Groups of people, by one column each.
    pub groups: Vec<Groups>,
}

/// Combinations of few columns by which people stand out.
pub struct Combinations {
    /// What there is of them, in a sentence.
    pub summary: String,
    /// Each column, and how many people stand out by a combination with it; only where some do.
    pub drivers: Vec<(String, String)>,
    /// Combinations, and how many people stand out by each.
    pub sets: Vec<(String, String)>,
}

/// People by the value of one column.
pub struct Groups {
    /// The column.
    pub column: String,
    /// How many groups there are, in sentences.
    pub summary: String,
    /// Label, people, of whom alone, of whom alike to fewer than ten.
    pub rows: Vec<[String; 4]>,
}

/// How to ask for less.
pub struct Path {
    /// The path as a figure.
    pub figure: Figure,
    /// Its steps in words.
    pub steps: Vec<String>,
    /// Why it ends.
    pub ended: String,
}

/// What columns are called.
#[derive(Clone, Copy)]
pub struct Names<'a> {
    specification: Option<&'a Specification>,
    dataset: &'a AssessedDataset,
}

impl<'a> Names<'a> {
    /// The names of this dataset's columns, as the specification has them.
    pub fn of(specification: Option<&'a Specification>, dataset: &'a AssessedDataset) -> Self {
        Self { specification, dataset }
    }

    /// What the item of this address is called.
    pub fn name(&self, address: &str) -> String {
        let part = self.specification.and_then(|specification| specification.dataset(&self.dataset.name));
        let asked = part.and_then(|part| part.item(address)).map(|item| item.name.clone());
        let counted = || self.dataset.columns.iter().find(|column| column.item == address);
        asked.or_else(|| counted().map(|column| column.column.clone())).unwrap_or_else(|| address.to_owned())
    }

    /// What these are called.
    pub fn names(&self, addresses: &[String]) -> Vec<String> {
        addresses.iter().map(|address| self.name(address)).collect()
    }
}

/// Every dataset of an assessment. `address` is that of the page, below which the figures' files are.
pub fn datasets(assessment: &Assessment, specification: Option<&Specification>, address: &str) -> Vec<Dataset> {
    let told = |(place, dataset): (usize, &AssessedDataset)| {
        let (number, names) = (place + 1, Names::of(specification, dataset));
        let scenarios = dataset.scenarios.iter().enumerate().map(|(place, counts)| {
            let figure = figures::scenario(assessment, dataset, counts, (number, place + 1), address);
            scenario(intruder(assessment, counts), counts, names, figure)
        });
        Dataset {
            number,
            name: dataset.name.clone(),
            counted: counted(dataset),
            scenarios: scenarios.collect(),
            path: dataset.minimisation.as_ref().map(|path| Path {
                figure: figures::path(dataset, path, names, number, address),
                steps: steps(path, names),
                ended: ended(path),
            }),
            columns: columns(dataset, names),
        }
    };
    assessment.datasets.iter().enumerate().map(told).collect()
}

/// Who looks in this scenario; the check of an assessment has found that there is one.
pub fn intruder<'a>(assessment: &'a Assessment, counts: &ScenarioCounts) -> Option<&'a Intruder> {
    assessment.intruders.iter().find(|intruder| intruder.code == counts.intruder)
}

fn counted(dataset: &AssessedDataset) -> Vec<String> {
    let mut all = vec![format!(
        "{} in {} rows, which is everybody whom the application asks for.",
        words::capitalised(&people(dataset.people)),
        count(dataset.rows)
    )];
    all.extend(
        match dataset.record {
            PersonRecord::OnlyRow => None,
            PersonRecord::LatestYear => Some("Whoever has several rows is counted with the one of the latest year."),
            PersonRecord::LastRow => Some("Whoever has several rows is counted with the last of them."),
        }
        .map(|sentence| {
            format!("{sentence} Somebody who sees all of a person’s rows knows more than is counted here.")
        }),
    );
    if dataset.rows_of_nobody > 0 {
        all.push(format!("Rows that name no person are in no count: {}.", count(dataset.rows_of_nobody)));
    }
    if dataset.scenarios.is_empty() {
        all.push("Nobody is taken to know anything that is asked for of this dataset.".to_owned());
    }
    all
}

fn columns(dataset: &AssessedDataset, names: Names<'_>) -> Vec<[String; 5]> {
    let row = |column: &package::assessment::AssessedColumn| {
        let is = match (column.requested, column.quasi_identifier, column.sensitive) {
            (false, ..) => "Not asked for; only used to compare groups",
            (_, true, true) => "Can point to a person, and is sensitive",
            (_, true, false) => "Can point to a person",
            (_, false, true) => "Sensitive",
            (_, false, false) => "Neither",
        };
        [
            names.name(&column.item),
            words::capitalised(&column.treatment.to_string()),
            words::number(column.distinct),
            count(column.nulls),
            is.to_owned(),
        ]
    };
    dataset.columns.iter().map(row).collect()
}

fn scenario(intruder: Option<&Intruder>, counts: &ScenarioCounts, names: Names<'_>, figure: Figure) -> Scenario {
    let of = |text: fn(&Intruder) -> &String| intruder.map(text).cloned().unwrap_or_default();
    let risk = &counts.risk;
    Scenario {
        name: of(|intruder| &intruder.name),
        wants: of(|intruder| &intruder.wants),
        knows: super::words::listed(&names.names(&counts.known)),
        exactness: of(|intruder| &intruder.exactness),
        figure,
        guesses: guesses(risk.expected_matches, risk.people),
        combinations: counts.special_uniques.as_ref().map(|of| combinations(of, names, risk.people)),
        alike: counts
            .homogeneous
            .iter()
            .map(|of| {
                format!("{}: {}, in {} groups.", names.name(&of.item), share(of.people, risk.people), count(of.classes))
            })
            .collect(),
        groups: counts.small_groups.iter().map(|of| groups(of, names)).collect(),
    }
}

fn guesses(right: u64, all: u64) -> String {
    let said = share(right, all);
    if said.contains("in 1,000") {
        format!("{}, which is {said}", words::capitalised(&count(right)))
    } else {
        words::capitalised(&said)
    }
}

fn combinations(of: &SpecialUniques, names: Names<'_>, all: u64) -> Combinations {
    let drivers = of.drivers.iter().filter(|driver| driver.people > 0).take(ROWS);
    let sets = of.sets.iter().take(ROWS);
    Combinations {
        summary: match of.people {
            0 => "Nobody stands out by three columns or fewer.".to_owned(),
            people => format!("{} by three columns or fewer.", stand_out(people, all)),
        },
        drivers: drivers.map(|driver| (names.name(&driver.item), count(driver.people))).collect(),
        sets: sets.map(|set| (super::words::listed(&names.names(&set.items)), count(set.people))).collect(),
    }
}

fn stand_out(these: u64, all: u64) -> String {
    words::capitalised(&format!("{} stand out", share(these, all)))
}

fn groups(of: &GroupCounts, names: Names<'_>) -> Groups {
    let mut summary = format!("There are {}.", words::count(of.groups, "group", "groups"));
    if of.groups_under_10 > 0 {
        summary.push_str(&format!(
            " {} fewer than 10 people; they are not named.",
            words::count(of.groups_under_10, "group has", "groups have")
        ));
    }
    if let Some(small) = &of.under_10 {
        summary.push_str(&format!(
            " Together {} are in these, and {} of them could be picked out.",
            people(small.people),
            count(small.unique)
        ));
    }
    let row = |group: &package::assessment::Group| {
        [
            group.label.clone().unwrap_or_else(|| "Not known".to_owned()),
            count(group.risk.people),
            count(group.risk.unique),
            count(group.risk.under_10),
        ]
    };
    Groups { column: names.name(&of.item), summary, rows: of.largest.iter().take(ROWS).map(row).collect() }
}

/// What a step does to its column, within a sentence.
pub fn change(step: &package::assessment::MinimisationStep, names: Names<'_>) -> String {
    let name = names.name(&step.item);
    match &step.treatment {
        Treatment::Drop {} => format!("leave out {name}"),
        Treatment::Pseudonymise {} => format!("replace {name} by a pseudonym"),
        Treatment::Keep {} => format!("give {name} as it is"),
        Treatment::Date { to } => format!("give {name} as {} only", to.code()),
        Treatment::Postcode { to } => format!("give {name} as {} only", to.code()),
        Treatment::AgeBand { years } => format!("give {name} in bands of {years} years"),
        Treatment::Recode { table, .. } => format!("give {name} in {} coarser codes", distinct(table)),
        Treatment::Round { nearest } => format!("give {name} rounded to {nearest}"),
        Treatment::TopCode { limit } => format!("give {name} up to {limit} only"),
    }
}

/// How many codes a table leaves.
fn distinct(table: &[package::specification::Coarser]) -> usize {
    table.iter().map(|row| &row.to).collect::<std::collections::BTreeSet<_>>().len()
}

fn steps(path: &Minimisation, names: Names<'_>) -> Vec<String> {
    let told = |step: &package::assessment::MinimisationStep| {
        let risk = &step.risk;
        format!(
            "{}. After it {} could be picked out; the cost so far is {}.",
            words::capitalised(&change(step, names)),
            share(risk.unique, risk.people),
            words::number(step.cost_so_far)
        )
    };
    path.steps.iter().map(told).collect()
}

fn ended(path: &Minimisation) -> String {
    use package::assessment::PathEnd;
    let aim = match path.target_per_million {
        0 => "nobody can be picked out".to_owned(),
        target if target.is_multiple_of(1_000) => {
            format!("no more than {} in 1,000 people can be picked out", words::number(target / 1_000))
        }
        target => format!("no more than {} in a million people can be picked out", words::number(target)),
    };
    match path.ended {
        PathEnd::Reached => format!("It ends there because the aim is met: {aim}."),
        PathEnd::NothingHelps => format!(
            "It ends there because no other single change makes fewer people stand out. The aim was that {aim}."
        ),
    }
}

/// What each scenario shows and where the path would lead, in sentences that need no other to explain them.
pub fn in_short(assessment: &Assessment, specification: Option<&Specification>) -> Vec<String> {
    let mut all = Vec::new();
    for dataset in &assessment.datasets {
        let names = Names::of(specification, dataset);
        for counts in &dataset.scenarios {
            let who = intruder(assessment, counts).map(|intruder| within(&intruder.name)).unwrap_or_default();
            let (share, known) =
                (share(counts.risk.unique, counts.risk.people), super::words::some(&names.names(&counts.known)));
            all.push(format!("{}: {share} could be picked out by {who}, who knows {known}.", dataset.name));
        }
        if let Some(path) = dataset.minimisation.as_ref().filter(|path| !path.steps.is_empty()) {
            all.push(format!("{}: {}.", dataset.name, within(&figures::path_finding(path))));
        }
    }
    all
}
