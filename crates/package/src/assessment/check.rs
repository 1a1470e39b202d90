//! What the types cannot say of an assessment: what is sorted, how long a list may be, which numbers cannot be.

use super::{
    AssessedDataset, Assessment, Group, GroupCounts, Minimisation, Risk, ScenarioCounts, SpecialUniques, per_million,
};
use crate::document::{Document, DocumentError};
use crate::instruction::short;

/// The most entries of any list of datasets, columns, steps, sets or groups.
const MAX_ENTRIES: usize = 5_000;

/// The longest text in plain words, in bytes.
const MAX_WORDS: usize = 2_000;

impl Document for Assessment {
    const KIND: &'static str = "rollcall/assessment/v1";
    const NAME: &'static str = "assessment";
    const MAX_BYTES: usize = 16 << 20;

    fn check(&self) -> Result<(), DocumentError> {
        if self.v != Self::VERSION {
            return Err(form("v", "a version that this program does not know"));
        }
        short::<Self>("engine", &self.engine)?;
        sorted("intruders", self.intruders.iter().map(|intruder| &intruder.code))?;
        for (number, intruder) in self.intruders.iter().enumerate() {
            let place = |member: &str| format!("intruders[{number}].{member}");
            short::<Self>(&place("code"), &intruder.code)?;
            short::<Self>(&place("name"), &intruder.name)?;
            words(&place("exactness"), &intruder.exactness)?;
            words(&place("wants"), &intruder.wants)?;
        }
        sorted("datasets", self.datasets.iter().map(|dataset| &dataset.name))?;
        for (number, dataset) in self.datasets.iter().enumerate() {
            self.check_dataset(&format!("datasets[{number}]"), dataset)?;
        }
        Ok(())
    }
}

impl Assessment {
    fn check_dataset(&self, place: &str, dataset: &AssessedDataset) -> Result<(), DocumentError> {
        short::<Self>(&format!("{place}.name"), &dataset.name)?;
        sorted(&format!("{place}.columns"), dataset.columns.iter().map(|column| &column.item))?;
        for (number, column) in dataset.columns.iter().enumerate() {
            short::<Self>(&format!("{place}.columns[{number}].item"), &column.item)?;
            short::<Self>(&format!("{place}.columns[{number}].column"), &column.column)?;
            at_most(&format!("{place}.columns[{number}].nulls"), column.nulls, dataset.people)?;
        }
        if dataset.people.saturating_add(dataset.rows_of_nobody) > dataset.rows {
            return Err(form(&format!("{place}.people"), "expected no more people than rows"));
        }
        let known = |at: &str, items: &[String]| {
            sorted(at, items.iter())?;
            let named = |item: &&String| dataset.columns.iter().any(|column| column.item == **item);
            if items.iter().all(|item| named(&item)) { Ok(()) } else { Err(form(at, "expected items of columns")) }
        };
        sorted(&format!("{place}.scenarios"), dataset.scenarios.iter().map(|scenario| &scenario.intruder))?;
        for (number, scenario) in dataset.scenarios.iter().enumerate() {
            let at = format!("{place}.scenarios[{number}]");
            if !self.intruders.iter().any(|intruder| intruder.code == scenario.intruder) {
                return Err(form(&format!("{at}.intruder"), "expected the code of one of the intruders"));
            }
            known(&format!("{at}.known"), &scenario.known)?;
            scenario.check(&at, dataset.people)?;
        }
        if let Some(path) = &dataset.minimisation {
            known(&format!("{place}.minimisation.known"), &path.known)?;
            path.check(&format!("{place}.minimisation"), dataset.people)?;
        }
        Ok(())
    }
}

impl ScenarioCounts {
    fn check(&self, place: &str, people: u64) -> Result<(), DocumentError> {
        whole_risk(&format!("{place}.risk"), &self.risk, people)?;
        let bands = format!("{place}.histogram");
        if !self.histogram.is_sorted_by(|a, b| a.to.is_some_and(|to| to < b.from)) {
            return Err(form(&bands, "expected sizes ascending, none twice"));
        }
        let sum = |of: fn(&super::SizeBand) -> u64| self.histogram.iter().map(of).fold(0, u64::saturating_add);
        if sum(|band| band.people) != people || sum(|band| band.classes) != self.risk.expected_matches {
            return Err(form(&bands, "expected the people and classes of the risk"));
        }
        sorted(&format!("{place}.homogeneous"), self.homogeneous.iter().map(|counts| &counts.item))?;
        for (number, counts) in self.homogeneous.iter().enumerate() {
            at_most(&format!("{place}.homogeneous[{number}].people"), counts.people, people)?;
            let at = format!("{place}.homogeneous[{number}].people_per_million");
            share(&at, counts.people_per_million, counts.people, people)?;
        }
        if let Some(special) = &self.special_uniques {
            special.check(&format!("{place}.special_uniques"), people)?;
        }
        sorted(&format!("{place}.small_groups"), self.small_groups.iter().map(|groups| &groups.item))?;
        let mut groups = self.small_groups.iter().enumerate();
        groups.try_for_each(|(number, groups)| groups.check(&format!("{place}.small_groups[{number}]"), people))
    }
}

impl SpecialUniques {
    fn check(&self, place: &str, people: u64) -> Result<(), DocumentError> {
        at_most(&format!("{place}.people"), self.people, people)?;
        share(&format!("{place}.people_per_million"), self.people_per_million, self.people, people)?;
        short_list(&format!("{place}.drivers"), self.drivers.len())?;
        let all = self.by_size.iter().copied().fold(0, u64::saturating_add);
        for (number, driver) in self.drivers.iter().enumerate() {
            at_most(&format!("{place}.drivers[{number}].sets"), driver.sets, all)?;
            at_most(&format!("{place}.drivers[{number}].people"), driver.people, self.people)?;
            share(&format!("{place}.drivers[{number}].sets_per_million"), driver.sets_per_million, driver.sets, all)?;
        }
        if !self.drivers.is_sorted_by(|a, b| (b.sets, &a.item) < (a.sets, &b.item)) {
            return Err(form(&format!("{place}.drivers"), "expected those with most sets first, then by item"));
        }
        short_list(&format!("{place}.sets"), self.sets.len())?;
        for (number, set) in self.sets.iter().enumerate() {
            let at = format!("{place}.sets[{number}]");
            sorted(&format!("{at}.items"), set.items.iter())?;
            if set.items.is_empty() || set.items.len() > 3 {
                return Err(form(&format!("{at}.items"), "expected one, two or three items"));
            }
            at_most(&format!("{at}.people"), set.people, self.people)?;
        }
        Ok(())
    }
}

impl GroupCounts {
    fn check(&self, place: &str, people: u64) -> Result<(), DocumentError> {
        short_list(&format!("{place}.largest"), self.largest.len())?;
        let named = self.groups_under_10.checked_add(self.largest.len() as u64);
        if named.is_none_or(|named| named > self.groups) {
            return Err(form(&format!("{place}.groups"), "expected no fewer groups than are named or small"));
        }
        if let Some(small) = &self.under_10 {
            part_risk(&format!("{place}.under_10"), small, people)?;
        }
        for (number, group) in self.largest.iter().enumerate() {
            let at = format!("{place}.largest[{number}]");
            if group.risk.people < 10 {
                return Err(form(
                    &format!("{at}.risk.people"),
                    "expected ten people or more: smaller groups have no name",
                ));
            }
            group.check(&at, people)?;
        }
        Ok(())
    }
}

impl Group {
    fn check(&self, place: &str, people: u64) -> Result<(), DocumentError> {
        if let Some(label) = &self.label {
            words(&format!("{place}.label"), label)?;
        }
        part_risk(&format!("{place}.risk"), &self.risk, people)?;
        sorted(&format!("{place}.homogeneous"), self.homogeneous.iter().map(|counts| &counts.item))?;
        for (number, counts) in self.homogeneous.iter().enumerate() {
            at_most(&format!("{place}.homogeneous[{number}].people"), counts.people, self.risk.people)?;
        }
        at_most(&format!("{place}.special_uniques"), self.special_uniques.unwrap_or(0), self.risk.people)
    }
}

impl Minimisation {
    fn check(&self, place: &str, people: u64) -> Result<(), DocumentError> {
        whole_risk(&format!("{place}.at_first"), &self.at_first, people)?;
        at_most(&format!("{place}.target_per_million"), self.target_per_million, 1_000_000)?;
        short_list(&format!("{place}.steps"), self.steps.len())?;
        let (mut before, mut cost) = (self.at_first.unique, 0);
        for (number, step) in self.steps.iter().enumerate() {
            let at = format!("{place}.steps[{number}]");
            if !self.known.contains(&step.item) {
                return Err(form(&format!("{at}.item"), "expected one of the known items"));
            }
            whole_risk(&format!("{at}.risk"), &step.risk, people)?;
            if step.risk.unique >= before || step.cost_so_far <= cost {
                return Err(form(&at, "expected fewer uniques than before it, for more cost"));
            }
            (before, cost) = (step.risk.unique, step.cost_so_far);
        }
        Ok(())
    }
}

/// The risk of everybody.
fn whole_risk(place: &str, risk: &Risk, people: u64) -> Result<(), DocumentError> {
    if risk.people != people {
        return Err(form(&format!("{place}.people"), "expected the people of the dataset"));
    }
    part_risk(place, risk, people)
}

/// The risk of some of the people.
fn part_risk(place: &str, risk: &Risk, people: u64) -> Result<(), DocumentError> {
    at_most(&format!("{place}.people"), risk.people, people)?;
    let rising = [risk.unique, risk.under_5, risk.under_10, risk.people];
    if !rising.is_sorted() {
        return Err(form(place, "expected unique people among those under 5, and these among those under 10"));
    }
    at_most(&format!("{place}.expected_matches"), risk.expected_matches, risk.people)?;
    let shares = [
        ("expected_matches_per_million", risk.expected_matches_per_million, risk.expected_matches),
        ("under_10_per_million", risk.under_10_per_million, risk.under_10),
        ("under_5_per_million", risk.under_5_per_million, risk.under_5),
        ("unique_per_million", risk.unique_per_million, risk.unique),
    ];
    shares.into_iter().try_for_each(|(member, said, of)| share(&format!("{place}.{member}"), said, of, risk.people))
}

fn share(place: &str, said: u64, these: u64, all: u64) -> Result<(), DocumentError> {
    if said == per_million(these, all) {
        Ok(())
    } else {
        Err(form(place, "expected the count as a share of a million"))
    }
}

fn at_most(place: &str, found: u64, limit: u64) -> Result<(), DocumentError> {
    if found <= limit { Ok(()) } else { Err(form(place, &format!("expected at most {limit}"))) }
}

fn short_list(place: &str, length: usize) -> Result<(), DocumentError> {
    at_most(place, length as u64, MAX_ENTRIES as u64)
}

fn sorted<'a>(place: &str, names: impl ExactSizeIterator<Item = &'a String>) -> Result<(), DocumentError> {
    short_list(place, names.len())?;
    if names.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(form(place, "expected them sorted, each once")) }
}

fn words(place: &str, text: &str) -> Result<(), DocumentError> {
    let fine = text.len() <= MAX_WORDS && !text.chars().any(|one| one.is_control());
    if fine { Ok(()) } else { Err(form(place, &format!("expected at most {MAX_WORDS} bytes on one line"))) }
}

fn form(place: &str, expected: &str) -> DocumentError {
    DocumentError::Form { name: Assessment::NAME, place: place.to_owned(), expected: expected.to_owned() }
}
