//! What one intruder could do in one dataset, from columns of codes: classes, special uniques, homogeneous classes, and the
//! same for groups. Pure.

use std::collections::BTreeSet;

use package::assessment::{
    Driver, Group, GroupCounts, GroupHomogeneous, HomogeneousCounts, Risk, ScenarioCounts, SizeBand, SpecialUniques,
    UniqueSet, per_million,
};

use super::classes::{Classes, Sizes, classes};
use super::coded::{Coded, Table};
use super::homogeneous::{Homogeneous, homogeneous_classes};
use super::special::special_uniques;

/// The most columns of which every three are tried: 1,350 sets.
pub const MOST_SPECIAL: usize = 20;

/// How many sets of columns are named.
const NAMED_SETS: usize = 10;

/// The first size of each band of class sizes.
const BANDS: [u32; 10] = [1, 2, 3, 4, 5, 10, 20, 50, 100, 1_000];

/// Groups of fewer people have no name.
const NAMED_GROUP: u64 = 10;

/// A column with its item's address.
pub type Named<'a> = (&'a str, &'a Coded);

/// Groups of people: an item, a column, and what its codes stand for.
pub type Grouped<'a> = (&'a str, &'a Coded, &'a [Option<String>]);

/// What is counted of an intruder.
pub struct Question<'a> {
    /// The intruder's code.
    pub intruder: &'a str,
    /// How many people.
    pub people: usize,
    /// What they know, sorted by item.
    pub known: Vec<Named<'a>>,
    /// What they might learn, sorted by item.
    pub sensitive: Vec<Named<'a>>,
    /// What to break down by, sorted by item.
    pub groups: Vec<Grouped<'a>>,
    /// How many groups of each are named.
    pub largest_groups: usize,
}

/// Counts that add up person by person.
#[derive(Debug, Clone, Default)]
struct Sum {
    people: u64,
    unique: u64,
    under_5: u64,
    under_10: u64,
    /// The sum of one over the size of each person's class.
    matches: f64,
    special: u64,
}

/// The counts of the classes of everybody.
pub fn risk(sizes: &Sizes) -> Risk {
    let sum = Sum {
        people: sizes.people(),
        unique: sizes.uniques(),
        under_5: sizes.people_under(5),
        under_10: sizes.people_under(10),
        ..Sum::default()
    };
    sum.risk(sizes.classes())
}

impl Sum {
    fn risk(&self, expected_matches: u64) -> Risk {
        let share = |these| per_million(these, self.people);
        Risk {
            expected_matches,
            expected_matches_per_million: share(expected_matches),
            people: self.people,
            under_10: self.under_10,
            under_10_per_million: share(self.under_10),
            under_5: self.under_5,
            under_5_per_million: share(self.under_5),
            unique: self.unique,
            unique_per_million: share(self.unique),
        }
    }

    fn of_part(&self) -> Risk {
        self.risk((self.matches + 0.5).floor() as u64)
    }

    fn add(&mut self, size: u32, special: bool) {
        self.people += 1;
        self.unique += u64::from(size < 2);
        self.under_5 += u64::from(size < 5);
        self.under_10 += u64::from(size < 10);
        self.matches += 1.0 / f64::from(size.max(1));
        self.special += u64::from(special);
    }

    fn add_all(&mut self, other: &Self) {
        self.people += other.people;
        self.unique += other.unique;
        self.under_5 += other.under_5;
        self.under_10 += other.under_10;
        self.matches += other.matches;
        self.special += other.special;
    }
}

/// Counts what a question asks.
pub fn count(question: &Question<'_>, threads: usize) -> ScenarioCounts {
    let columns = question.known.iter().map(|(_, column)| *column).collect();
    let classes = classes(&Table::of_people(question.people, columns), threads);
    let sizes = classes.sizes();
    let same: Vec<(&str, Vec<bool>)> =
        question.sensitive.iter().map(|(item, column)| (*item, homogeneous_classes(&classes, column))).collect();
    let homogeneous = same.iter().map(|(item, same)| {
        let found = Homogeneous::of(&classes, same);
        HomogeneousCounts {
            classes: found.classes,
            item: (*item).to_owned(),
            people: found.people,
            people_per_million: per_million(found.people, question.people as u64),
        }
    });
    let special = (question.known.len() <= MOST_SPECIAL).then(|| special(question, &classes, threads));
    let is_special = special.as_ref().map(|(_, of_class)| of_class.as_slice());
    ScenarioCounts {
        histogram: histogram(&sizes),
        homogeneous: homogeneous.collect(),
        intruder: question.intruder.to_owned(),
        known: question.known.iter().map(|(item, _)| (*item).to_owned()).collect(),
        risk: risk(&sizes),
        small_groups: question
            .groups
            .iter()
            .map(|group| groups(group, &classes, &same, is_special, question.largest_groups))
            .collect(),
        special_uniques: special.map(|(counts, _)| counts),
    }
}

fn histogram(sizes: &Sizes) -> Vec<SizeBand> {
    let band = |place: usize| {
        let (from, to) = (BANDS[place], BANDS.get(place + 1).map(|next| next - 1));
        let inside = || sizes.of_size().filter(move |(size, _)| from <= *size && to.is_none_or(|to| *size <= to));
        SizeBand {
            classes: inside().map(|(_, classes)| classes).sum(),
            from,
            people: inside().map(|(size, classes)| u64::from(size) * classes).sum(),
            to,
        }
    };
    (0..BANDS.len()).map(band).filter(|band| band.classes > 0).collect()
}

/// Special uniques, and which classes of one person are special. Only one record of each class is looked at: of those who have
/// everything in common nobody is alone by less.
fn special(question: &Question<'_>, classes: &Classes, threads: usize) -> (SpecialUniques, Vec<bool>) {
    let mut firsts = vec![0_usize; classes.sizes.len()];
    for (record, class) in classes.of_record.iter().enumerate().rev() {
        firsts[*class as usize] = record;
    }
    let of_firsts = |column: &Coded| Coded {
        codes: firsts.iter().map(|record| column.codes[*record]).collect(),
        values: column.values,
    };
    let columns: Vec<Coded> = question.known.iter().map(|(_, column)| of_firsts(column)).collect();
    let table =
        Table { records: firsts.len(), columns: columns.iter().collect(), weights: Some(classes.sizes.as_slice()) };
    let found = special_uniques(&table, 3, threads);
    let item = |column: &usize| question.known[*column].0.to_owned();
    let mut is_special = vec![false; firsts.len()];
    let mut by_size = [0; 3];
    for set in &found {
        by_size[set.columns.len() - 1] += set.records.len() as u64;
        set.records.iter().for_each(|record| is_special[*record as usize] = true);
    }
    let all: u64 = by_size.iter().sum();
    let mut drivers: Vec<Driver> = (0..columns.len())
        .map(|column| {
            let with_it = || found.iter().filter(move |set| set.columns.contains(&column));
            let sets = with_it().map(|set| set.records.len() as u64).sum();
            let people: BTreeSet<u32> = with_it().flat_map(|set| set.records.iter().copied()).collect();
            Driver { item: item(&column), people: people.len() as u64, sets, sets_per_million: per_million(sets, all) }
        })
        .collect();
    drivers.sort_by(|a, b| (b.sets, &a.item).cmp(&(a.sets, &b.item)));
    let mut sets: Vec<UniqueSet> = found
        .iter()
        .map(|set| UniqueSet { items: set.columns.iter().map(item).collect(), people: set.records.len() as u64 })
        .collect();
    sets.sort_by(|a, b| (b.people, a.items.len(), &a.items).cmp(&(a.people, b.items.len(), &b.items)));
    sets.truncate(NAMED_SETS);
    let people = is_special.iter().filter(|special| **special).count() as u64;
    let people_per_million = per_million(people, question.people as u64);
    (SpecialUniques { by_size, drivers, people, people_per_million, sets }, is_special)
}

fn groups(
    (item, column, labels): &Grouped<'_>,
    classes: &Classes,
    same: &[(&str, Vec<bool>)],
    special: Option<&[bool]>,
    largest: usize,
) -> GroupCounts {
    let mut sums = vec![Sum::default(); labels.len()];
    let mut in_same = vec![vec![0_u64; labels.len()]; same.len()];
    for (code, class) in column.codes.iter().zip(&classes.of_record) {
        let (group, class) = (*code as usize, *class as usize);
        sums[group].add(classes.sizes[class], special.is_some_and(|special| special[class]));
        for (counts, (_, same)) in in_same.iter_mut().zip(same) {
            counts[group] += u64::from(same[class]);
        }
    }
    let (named, small): (Vec<usize>, Vec<usize>) =
        (0..labels.len()).filter(|group| sums[*group].people > 0).partition(|group| sums[*group].people >= NAMED_GROUP);
    let mut together = Sum::default();
    small.iter().for_each(|group| together.add_all(&sums[*group]));
    let mut by_share = named.clone();
    by_share.sort_by(|a, b| {
        let share = |this: usize, that: usize| u128::from(sums[this].unique) * u128::from(sums[that].people);
        share(*b, *a).cmp(&share(*a, *b)).then_with(|| labels[*a].cmp(&labels[*b]))
    });
    let group = |group: usize| Group {
        homogeneous: same
            .iter()
            .zip(&in_same)
            .map(|((item, _), counts)| GroupHomogeneous { item: (*item).to_owned(), people: counts[group] })
            .collect(),
        label: labels[group].as_deref().map(on_one_line),
        risk: sums[group].of_part(),
        special_uniques: special.map(|_| sums[group].special),
    };
    GroupCounts {
        groups: (named.len() + small.len()) as u64,
        groups_under_10: small.len() as u64,
        item: (*item).to_owned(),
        largest: by_share.into_iter().take(largest).map(group).collect(),
        under_10: (!small.is_empty()).then(|| together.of_part()),
    }
}

/// A label as the file may hold it.
fn on_one_line(label: &str) -> String {
    label.chars().map(|one| if one.is_control() { ' ' } else { one }).take(200).collect()
}
