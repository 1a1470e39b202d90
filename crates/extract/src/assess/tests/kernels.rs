//! Kernels against plain versions that keep every combination as a list in a map.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;

use crate::assess::classes::{class_sizes, classes};
use crate::assess::coded::{Coded, Table};
use crate::assess::homogeneous::{Homogeneous, homogeneous_classes};
use crate::assess::minimise::{Bounds, Move, Rung, path};
use crate::assess::special::special_uniques;

/// Columns with codes under what each may have. Some declare far more codes than they use, so that every way is taken:
/// counters, 64 bits, 128 bits, and drawn together.
fn columns(most: usize) -> impl Strategy<Value = Vec<Coded>> {
    columns_spread(most, 3)
}

fn columns_spread(most: usize, widest: u32) -> impl Strategy<Value = Vec<Coded>> {
    let column = (1_u32..8, 0..=widest).prop_map(|(used, wide)| (used, used << (9 * wide)));
    (0_usize..200, prop::collection::vec(column, 0..=most)).prop_flat_map(|(records, columns)| {
        let codes = |(used, values): (u32, u32)| {
            let spread = values / used;
            prop::collection::vec((0..used).prop_map(move |code| code * spread), records)
                .prop_map(move |codes| Coded { codes, values })
        };
        columns.into_iter().map(codes).collect::<Vec<_>>()
    })
}

fn table<'a>(columns: &'a [Coded], weights: Option<&'a [u32]>) -> Table<'a> {
    let records = columns.first().map_or(0, |column| column.codes.len());
    Table { records, columns: columns.iter().collect(), weights }
}

fn combination(table: &Table<'_>, record: usize, of: &[usize]) -> Vec<u32> {
    of.iter().map(|column| table.columns[*column].codes[record]).collect()
}

fn plain_classes(table: &Table<'_>, of: &[usize]) -> HashMap<Vec<u32>, Vec<usize>> {
    let mut found: HashMap<Vec<u32>, Vec<usize>> = HashMap::new();
    for record in 0..table.records {
        found.entry(combination(table, record, of)).or_default().push(record);
    }
    found
}

fn people(table: &Table<'_>, records: &[usize]) -> u32 {
    records.iter().map(|record| table.weight(*record)).sum()
}

fn plain_sizes(table: &Table<'_>) -> Vec<(u32, u64)> {
    let all: Vec<usize> = (0..table.columns.len()).collect();
    let mut sizes = BTreeMap::new();
    for records in plain_classes(table, &all).values() {
        *sizes.entry(people(table, records)).or_default() += 1;
    }
    sizes.into_iter().collect()
}

/// Alone by a set of columns, and by no part of it: every subset is tried, as the definition says it.
fn plain_special(table: &Table<'_>, most: usize) -> BTreeSet<(Vec<usize>, u32)> {
    let width = table.columns.len();
    let subsets = (1_u32..1 << width).map(|bits| (0..width).filter(|one| bits >> one & 1 == 1).collect::<Vec<_>>());
    let mut by_subset: BTreeMap<Vec<usize>, BTreeSet<u32>> = BTreeMap::new();
    for subset in subsets.filter(|subset| subset.len() <= most) {
        let alone = plain_classes(table, &subset).into_values();
        let alone = alone.filter(|records| people(table, records) == 1).map(|records| records[0] as u32);
        by_subset.insert(subset, alone.collect());
    }
    let mut found = BTreeSet::new();
    for (subset, alone) in &by_subset {
        let smaller = |other: &&Vec<usize>| other.len() < subset.len() && other.iter().all(|one| subset.contains(one));
        for record in alone {
            if !by_subset.keys().filter(smaller).any(|other| by_subset[other].contains(record)) {
                found.insert((subset.clone(), *record));
            }
        }
    }
    found
}

proptest! {
    #[test]
    fn class_sizes_are_those_of_a_plain_map(columns in columns(7), threads in 1_usize..4, weight in 1_u32..5) {
        let unweighted = table(&columns, None);
        let sizes = class_sizes(&unweighted, threads);
        prop_assert_eq!(sizes.of_size().collect::<Vec<_>>(), plain_sizes(&unweighted));
        prop_assert_eq!(sizes.people(), unweighted.records as u64);
        let weights: Vec<u32> = (0..unweighted.records as u32).map(|record| 1 + record % weight).collect();
        let weighted = table(&columns, Some(&weights));
        let plain = plain_sizes(&weighted);
        prop_assert_eq!(class_sizes(&weighted, threads).of_size().collect::<Vec<_>>(), plain.clone());
        prop_assert_eq!(classes(&weighted, threads).sizes().of_size().collect::<Vec<_>>(), plain);
    }

    #[test]
    fn two_records_are_in_one_class_where_all_their_codes_are_the_same(columns in columns(7), threads in 1_usize..4) {
        let table = table(&columns, None);
        let found = classes(&table, threads);
        prop_assert_eq!(&found, &classes(&table, 1), "the numbers depend on the codes alone");
        let all: Vec<usize> = (0..columns.len()).collect();
        let plain = plain_classes(&table, &all);
        prop_assert_eq!(found.sizes.len(), plain.len());
        for records in plain.values() {
            prop_assert!(records.iter().all(|record| found.of_record[*record] == found.of_record[records[0]]));
            prop_assert_eq!(found.size_of(records[0]) as usize, records.len());
        }
    }

    #[test]
    fn special_uniques_are_those_that_trying_every_subset_finds(
        columns in columns(6), threads in 1_usize..3, most in 1_usize..4, weight in 1_u32..3,
    ) {
        let records = columns.first().map_or(0, |column| column.codes.len()) as u32;
        let weights: Vec<u32> = (0..records).map(|record| 1 + record % weight).collect();
        let table = table(&columns, Some(&weights));
        let found = special_uniques(&table, most, threads);
        let pairs = found.iter().flat_map(|set| set.records.iter().map(|record| (set.columns.clone(), *record)));
        prop_assert_eq!(pairs.collect::<BTreeSet<_>>(), plain_special(&table, most));
        prop_assert!(found.iter().all(|set| set.records.is_sorted_by(|a, b| a < b)));
    }

    #[test]
    fn a_class_is_homogeneous_where_two_people_and_more_have_one_value(columns in columns(4), threads in 1_usize..3) {
        prop_assume!(!columns.is_empty());
        let (sensitive, known) = (&columns[0], &columns[1..]);
        let table = Table::of_people(sensitive.codes.len(), known.iter().collect());
        let mut plain = Homogeneous::default();
        let all: Vec<usize> = (0..known.len()).collect();
        for records in plain_classes(&table, &all).values().filter(|records| records.len() > 1) {
            if records.iter().all(|record| sensitive.codes[*record] == sensitive.codes[records[0]]) {
                plain.classes += 1;
                plain.people += records.len() as u64;
            }
        }
        let found = classes(&table, threads);
        prop_assert_eq!(Homogeneous::of(&found, &homogeneous_classes(&found, sensitive)), plain);
    }

    #[test]
    fn each_step_of_the_path_is_the_best_there_is_and_its_numbers_are_those_of_the_plain_map(
        columns in columns_spread(4, 0), enough in 0_u64..20, leave_out in 1_u64..5,
    ) {
        prop_assume!(!columns.is_empty());
        // Each column can be halved twice.
        let halved = |values: u32| Rung { map: (0..values).map(|code| code / 2).collect(), values: values.div_ceil(2) };
        let ladders: Vec<Vec<Rung>> = columns.iter().map(|column| {
            let first = halved(column.values);
            vec![first.clone(), halved(first.values)]
        }).collect();
        let bounds = Bounds { coarsen: 1, leave_out, enough };
        let (at_first, steps) = path(&table(&columns, None), &ladders, bounds, 2);
        let uniques = |columns: &[Coded]| {
            plain_sizes(&table(columns, None)).iter().find(|(size, _)| *size == 1).map_or(0, |(_, classes)| *classes)
        };
        let after = |columns: &[Coded], rungs: &[usize], column: usize, out: bool| {
            let mut columns = columns.to_vec();
            columns[column] = if out {
                Coded { codes: vec![0; columns[column].codes.len()], values: 1 }
            } else {
                let rung = &ladders[column][rungs[column]];
                columns[column].mapped(&rung.map, rung.values)
            };
            columns
        };
        let (mut now, mut rungs) = (columns.clone(), vec![0; columns.len()]);
        prop_assert_eq!(at_first.uniques(), uniques(&now));
        for step in &steps {
            prop_assert!(uniques(&now) > enough);
            let (column, out) = match step.done {
                Move::Coarsen { column, rung } => {
                    prop_assert_eq!(rung, rungs[column]);
                    (column, false)
                }
                Move::LeaveOut { column } => (column, true),
            };
            let worth = |column: usize, out: bool| {
                let fall = uniques(&now) - uniques(&after(&now, &rungs, column, out));
                // Falls per cost, over one denominator.
                if out { fall } else { fall * leave_out }
            };
            let done = worth(column, out);
            prop_assert!(done > 0);
            for (other, rung) in rungs.iter().enumerate() {
                prop_assert!(*rung >= 2 || worth(other, false) <= done);
                prop_assert!(worth(other, true) <= done);
            }
            now = after(&now, &rungs, column, out);
            rungs[column] = if out { 2 } else { rungs[column] + 1 };
            prop_assert_eq!(step.sizes.of_size().collect::<Vec<_>>(), plain_sizes(&table(&now, None)));
        }
    }
}

#[test]
fn many_records_in_many_partitions_are_counted_as_few_are() {
    // 400,000 records: every third pair of neighbours is the same, by a rule whose counts are known.
    let records = 400_000_u32;
    let spread = |record: u32| (record / 2).wrapping_mul(2_654_435_761) % 999_983;
    let columns = [
        Coded { codes: (0..records).map(spread).collect(), values: 999_983 },
        Coded { codes: (0..records).map(|record| if record % 6 < 2 { 0 } else { record % 2 }).collect(), values: 2 },
        Coded { codes: (0..records).map(|record| record / 2).collect(), values: records },
    ];
    let table = table(&columns, None);
    let pairs = u64::from(records.div_ceil(6));
    let expected = [(1, u64::from(records) - 2 * pairs), (2, pairs)];
    for threads in [1, 2, 3] {
        assert_eq!(class_sizes(&table, threads).of_size().collect::<Vec<_>>(), expected);
        let found = classes(&table, threads);
        assert_eq!(found.sizes().of_size().collect::<Vec<_>>(), expected);
        assert_eq!(found, classes(&table, 1));
    }
}
