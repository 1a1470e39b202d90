//! Whatever an instruction asks, nothing beyond it leaves: held against a plain reading of the same records.

use std::collections::BTreeSet;

use package::instruction::Format;
use package::specification::{Coarser, Cohort, DateTo, Filter, Keep, People, PostcodeTo, SpecifiedItem, Treatment};
use proptest::prelude::*;

use crate::given::{Given, Pupil, census, filter, item, part, specification};
use crate::identifiers;

/// One item of the census, as a test asks for it.
#[derive(Debug, Clone)]
pub struct Asked {
    pub name: &'static str,
    pub treatment: Treatment,
    pub years: (u16, u16),
    pub cohorts: Vec<Cohort>,
}

fn treatment(name: &'static str) -> BoxedStrategy<Treatment> {
    let own = match name {
        "upn" => Just(Treatment::Pseudonymise {}).boxed(),
        "born" => prop_oneof![
            Just(Treatment::Date { to: DateTo::Month }),
            Just(Treatment::Date { to: DateTo::Term }),
            Just(Treatment::Date { to: DateTo::Year }),
            Just(Treatment::AgeBand { years: 5 }),
        ]
        .boxed(),
        "postcode" => prop_oneof![
            Just(Treatment::Postcode { to: PostcodeTo::District }),
            Just(Treatment::Postcode { to: PostcodeTo::Region }),
            Just(Treatment::Pseudonymise {}),
        ]
        .boxed(),
        "ethnicity" => {
            let row = |code: &str, to: &str| Coarser { code: code.to_owned(), to: to.to_owned() };
            let table = vec![row("BAFR", "B"), row("WBRI", "W")];
            Just(Treatment::Recode { other: Some("other".to_owned()), table }).boxed()
        }
        "score" | "days" => {
            prop_oneof![Just(Treatment::Round { nearest: 10 }), Just(Treatment::TopCode { limit: 12 })].boxed()
        }
        _ => Just(Treatment::Keep {}).boxed(),
    };
    prop_oneof![3 => own, 1 => Just(Treatment::Keep {}), 1 => Just(Treatment::Drop {})].boxed()
}

fn cohorts() -> Vec<Cohort> {
    ["1998-1999", "1999-2000", "2000-2001", "2001-2002"].map(|text| text.parse().unwrap()).to_vec()
}

pub fn asked() -> impl Strategy<Value = (Vec<Asked>, Vec<Cohort>, Vec<Filter>)> {
    let names =
        proptest::sample::subsequence(vec!["upn", "year", "born", "postcode", "ethnicity", "score", "days"], 1..=7);
    let filters = prop_oneof![
        Just(Vec::new()),
        (0_i64..60, 0_i64..60).prop_map(|(a, b)| vec![filter("days", Keep::Between(a.min(b), a.max(b)))]),
        Just(vec![filter("ethnicity", Keep::OneOf(vec!["BAFR".to_owned(), "WBRI".to_owned()]))]),
    ];
    (names, proptest::sample::subsequence(cohorts(), 0..=4), filters).prop_flat_map(|(names, listed, filters)| {
        let each: Vec<_> = names
            .into_iter()
            .map(|name| {
                let own = proptest::sample::subsequence(listed.clone(), 0..=listed.len().min(2));
                (treatment(name), 2009_u16..2012, 0_u16..3, own).prop_map(move |(treatment, first, more, cohorts)| {
                    Asked { name, treatment, years: (first, first + more), cohorts }
                })
            })
            .collect();
        (each, Just(listed), Just(filters))
    })
}

/// The value of an item in a row, as it stands in the records.
fn plain(pupil: &Pupil, name: &str) -> Option<String> {
    match name {
        "upn" => pupil.upn.clone(),
        "year" => Some(pupil.year.to_string()),
        "born" => pupil.born.map(|born| format!("{}-{:02}-{:02}", born.year, born.month, born.day)),
        "postcode" => pupil.postcode.clone(),
        "ethnicity" => pupil.ethnicity.clone(),
        "score" => pupil.score.map(|score| format!("{score:?}")),
        _ => pupil.days.map(|days| days.to_string()),
    }
}

fn held(asked: &Asked, listed: &[Cohort], pupil: &Pupil) -> bool {
    let cohorts = if asked.cohorts.is_empty() { listed } else { &asked.cohorts };
    let cohort = pupil.born.unwrap().school_year();
    let year = u16::try_from(pupil.year).unwrap();
    (asked.years.0..=asked.years.1).contains(&year)
        && (cohorts.is_empty() || cohorts.iter().any(|held| i32::from(held.first_year()) == cohort))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_beyond_an_instruction_leaves(
        (items, listed, filters) in asked(), csv in any::<bool>(), found_in in any::<bool>(),
    ) {
        let given = Given::new();
        let specified = items.iter().map(|asked| SpecifiedItem {
            first_year: asked.years.0,
            last_year: asked.years.1,
            cohorts: asked.cohorts.clone(),
            ..item(asked.name, asked.treatment.clone())
        });
        let mut wanted = specification(vec![part("Census", specified.collect(), filters.clone())]);
        wanted.cohorts = listed.clone();
        if found_in {
            wanted.people = People::FoundIn { within: "Census".to_owned() };
        }
        let mut instruction = given.instruction(wanted);
        instruction.format = if csv { Format::Csv } else { Format::Parquet };
        let leaving: Vec<&Asked> = items.iter().filter(|asked| asked.treatment != Treatment::Drop {}).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let done = runtime.block_on(given.extract(&instruction));
        if leaving.is_empty() {
            prop_assert!(done.is_err());
            return Ok(());
        }
        let done = done.unwrap();
        let (manifest, tables) = given.open(&done);
        let table = &tables["Census"];

        // No column beyond those that were approved.
        let names: BTreeSet<String> = table.names.iter().map(|name| name.to_lowercase()).collect();
        prop_assert_eq!(&names, &leaving.iter().map(|asked| asked.name.to_owned()).collect());
        prop_assert_eq!(manifest.beyond(&instruction), vec![]);

        // As many rows as a plain reading keeps, and no other value of any column that is kept as it is.
        let kept = |pupil: &&Pupil| {
            let filtered = filters.iter().all(|filter| match &filter.keep {
                Keep::Between(from, to) => (*from..=*to).contains(&pupil.days.unwrap()),
                Keep::OneOf(values) => pupil.ethnicity.as_ref().is_some_and(|code| values.contains(code)),
            });
            filtered && leaving.iter().any(|asked| held(asked, &listed, pupil))
        };
        let all = census();
        let rows: Vec<&Pupil> = all.iter().filter(kept).collect();
        prop_assert_eq!(table.rows.len(), rows.len());
        for asked in &leaving {
            let name = table.names.iter().find(|name| name.to_lowercase() == asked.name).unwrap();
            let mut found = table.column(name);
            let source: Vec<Option<String>> = rows
                .iter()
                .map(|pupil| plain(pupil, asked.name).filter(|_| held(asked, &listed, pupil)))
                .collect();
            prop_assert_eq!(
                found.iter().filter(|cell| cell.is_none()).count(),
                source.iter().filter(|cell| cell.is_none()).count()
            );
            if asked.treatment == (Treatment::Keep {}) {
                let mut source = source;
                found.sort();
                source.sort();
                prop_assert_eq!(found, source);
            }
        }

        // No identifier and no full postcode stands in what was opened, unless it was to be kept: neither in a value nor in
        // what the format says of its values. And none stands in anything else that a release writes, kept or not.
        let is_kept = |name: &str| {
            leaving.iter().any(|asked| asked.name == name && asked.treatment == Treatment::Keep {})
        };
        let withheld = identifiers::of(&all, !is_kept("upn"), !is_kept("postcode"));
        let stands = table.values().find(|cell| identifiers::standing(cell.as_bytes(), &withheld).is_some());
        prop_assert_eq!(stands, None);
        prop_assert_eq!(identifiers::file_with(&given.folder.path().join("opened"), &withheld), None);
        let every = identifiers::of(&all, true, true);
        prop_assert_eq!(identifiers::file_with(given.zone.folder(), &every), None);
        prop_assert_eq!(identifiers::file_with(&given.out, &every), None);

        // What was measured is what a plain count gives.
        let measured = &done.record.measured;
        let people: BTreeSet<&String> = rows.iter().filter_map(|pupil| pupil.upn.as_ref()).collect();
        let years: BTreeSet<u16> = rows.iter().map(|pupil| pupil.year as u16).collect();
        let cohorts: BTreeSet<u16> = rows.iter().map(|pupil| pupil.born.unwrap().school_year() as u16).collect();
        prop_assert_eq!((measured.people, measured.files[0].rows), (people.len() as u64, rows.len() as u64));
        prop_assert_eq!(&measured.files[0].years, &years.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(&measured.files[0].cohorts, &cohorts.into_iter().collect::<Vec<_>>());
        for cohort in &measured.cohorts {
            let of = |pupils: &mut dyn Iterator<Item = &Pupil>| {
                let born = |pupil: &&Pupil| pupil.born.unwrap().school_year() == i32::from(cohort.cohort);
                pupils.filter(born).map(|pupil| pupil.upn.clone()).collect::<BTreeSet<_>>().len() as u64
            };
            prop_assert_eq!((cohort.held, cohort.all), (of(&mut rows.iter().copied()), of(&mut all.iter())));
        }
        for column in &measured.files[0].columns {
            let cells = table.column(&column.name);
            let distinct: BTreeSet<&String> = cells.iter().flatten().collect();
            prop_assert_eq!(column.distinct, distinct.len() as u64);
            prop_assert_eq!(column.nulls, cells.iter().filter(|cell| cell.is_none()).count() as u64);
            let asked = leaving.iter().find(|asked| asked.name == column.name.to_lowercase()).unwrap();
            let has = |pupil: &&&Pupil| held(asked, &listed, pupil) && plain(pupil, asked.name).is_some();
            let years: BTreeSet<u16> = rows.iter().filter(has).map(|pupil| pupil.year as u16).collect();
            let cohorts = rows.iter().filter(has).map(|pupil| pupil.born.unwrap().school_year() as u16);
            let cohorts: BTreeSet<u16> = cohorts.collect();
            prop_assert_eq!(&column.years, &years.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(&column.cohorts, &cohorts.into_iter().collect::<Vec<_>>());
        }
    }
}
