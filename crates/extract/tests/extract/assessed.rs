//! What is assessed before a decision is what would leave: classes counted from the sources are those of the extracted file.

use std::collections::{BTreeMap, BTreeSet};

use extract::assess::{AssessError, Scenarios, assess};
use package::assessment::Risk;
use package::specification::{People, PostcodeTo, SpecifiedItem, Treatment};
use proptest::prelude::*;

use crate::beyond::{Asked, asked};
use crate::given::{Given, Pupil, Table, item, part, pupil, specification};

/// Somebody who knows everything that leaves.
const KNOWS_ALL: &str = r#"
v = 1

[[scenario]]
code = "all"
name = "Somebody who knows all"
wants = "To find anybody."
exactness = "As it leaves."
knows = [{ items = ["upn", "year", "born", "postcode", "ethnicity", "score", "days"] }]
"#;

/// One row a person, with cells missing here and there.
fn population() -> impl Strategy<Value = Vec<Pupil>> {
    let one = (2010_i16..2012, proptest::collection::vec(0_u8..8, 4));
    proptest::collection::vec(one, 1..90).prop_map(|people| {
        let each = people.into_iter().zip(1..).map(|((year, missing), number)| {
            let mut one = pupil(number, year);
            one.born = one.born.filter(|_| missing[0] > 0);
            one.postcode = one.postcode.filter(|_| missing[1] > 0);
            one.score = one.score.filter(|_| missing[2] > 0);
            one.days = one.days.map(|days| days % 9).filter(|_| missing[3] > 0);
            one
        });
        each.collect()
    })
}

/// Classes of rows with the same values in these columns, counted plainly.
fn plain(table: &Table, columns: &[&Asked]) -> [u64; 5] {
    let places: Vec<usize> = columns.iter().map(|asked| place(table, asked.name)).collect();
    let mut classes: BTreeMap<Vec<&Option<String>>, u64> = BTreeMap::new();
    for row in &table.rows {
        *classes.entry(places.iter().map(|place| &row[*place]).collect()).or_default() += 1;
    }
    let under = |limit: u64| classes.values().filter(|size| **size < limit).sum();
    [table.rows.len() as u64, classes.len() as u64, under(2), under(5), under(10)]
}

fn place(table: &Table, item: &str) -> usize {
    table.names.iter().position(|name| name.to_lowercase() == item).unwrap()
}

fn counted(risk: &Risk) -> [u64; 5] {
    [risk.people, risk.expected_matches, risk.unique, risk.under_5, risk.under_10]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn assessed_classes_are_those_of_the_extracted_file(
        people in population(), (items, listed, filters) in asked(), found_in in any::<bool>(),
    ) {
        let given = Given::with(&people);
        let specified = items.iter().map(|asked| SpecifiedItem {
            first_year: asked.years.0,
            last_year: asked.years.1,
            cohorts: asked.cohorts.clone(),
            ..item(asked.name, asked.treatment.clone())
        });
        let mut wanted = specification(vec![part("Census", specified.collect(), filters)]);
        wanted.cohorts = listed;
        if found_in {
            wanted.people = People::FoundIn { within: "Census".to_owned() };
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        // Where nothing is to leave, there is nothing to compare.
        let Ok(done) = runtime.block_on(given.extract(&given.instruction(wanted.clone()))) else {
            let nothing = items.iter().all(|asked| asked.treatment == Treatment::Drop {});
            prop_assert!(nothing);
            return Ok(());
        };
        let table = given.open(&done).1.remove("Census").unwrap();
        let told = |asked: &&Asked| !matches!(asked.treatment, Treatment::Drop {} | Treatment::Pseudonymise {});
        let known: Vec<&Asked> = items.iter().filter(told).collect();

        let scenarios = Scenarios::parse(KNOWS_ALL).unwrap();
        let assessed = match assess(&wanted, &given.sources, &scenarios, 2) {
            Ok(assessed) => assessed.datasets.into_iter().next().unwrap(),
            Err(AssessError::Uncountable { .. }) => {
                // Fractions that are not rounded are the same by accident only.
                let whole = |asked: &&Asked| matches!(asked.treatment, Treatment::Round { .. });
                let fractions = known.iter().any(|asked| asked.name == "score" && !whole(asked));
                prop_assert!(fractions);
                return Ok(());
            }
            Err(error) => panic!("{error}"),
        };
        prop_assert_eq!((assessed.people, assessed.rows), (table.rows.len() as u64, table.rows.len() as u64));
        for column in &assessed.columns {
            let cells = table.rows.iter().map(|row| &row[place(&table, &column.item)]);
            prop_assert_eq!(column.distinct, cells.clone().collect::<BTreeSet<_>>().len() as u64);
            prop_assert_eq!(column.nulls, cells.filter(|cell| cell.is_none()).count() as u64);
        }
        prop_assert_eq!(assessed.columns.len(), known.len());
        prop_assert_eq!(assessed.scenarios.len(), usize::from(!known.is_empty()));
        if let Some(scenario) = assessed.scenarios.first() {
            prop_assert_eq!(counted(&scenario.risk), plain(&table, &known));
        }
    }
}

#[test]
fn postcodes_become_regions_where_the_sources_have_a_table_of_them() {
    let mut given = Given::new();
    let region = Treatment::Postcode { to: PostcodeTo::Region };
    let wanted = specification(vec![part("Census", vec![item("postcode", region)], vec![])]);
    let scenarios = Scenarios::parse(KNOWS_ALL).unwrap();
    let found = assess(&wanted, &given.sources, &scenarios, 1).unwrap();
    assert_eq!((found.datasets[0].people, found.datasets[0].columns[0].distinct), (80, 2));
    given.sources.region_table = None;
    let said = assess(&wanted, &given.sources, &scenarios, 1).unwrap_err().to_string();
    assert_eq!(
        said,
        "the column \"postcode\" of Census: expected a region-table in the sources, which says the region of each postcode"
    );
}
