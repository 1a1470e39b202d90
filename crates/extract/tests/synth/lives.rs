//! Rows fit together: one child, one place at a time, one household.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;

use arrow::array::AsArray;
use arrow::datatypes::Int32Type;
use extract::synth::{Child, Enrolment, Surroundings};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::table::{PEOPLE, Table, WRITTEN, YEARS, population};

#[test]
fn each_child_is_once_in_a_census_and_everybody_is_in_some() {
    let census = Table::of("census");
    let (upn, year, term) = (census.column("upn"), census.column("year"), census.column("term"));
    let rows: HashSet<_> = upn.iter().zip(&year).zip(&term).collect();
    assert_eq!(rows.len(), census.rows());
    assert_eq!(upn.iter().collect::<HashSet<_>>().len() as u64, PEOPLE);
    assert_eq!(year.iter().collect::<BTreeSet<_>>().len(), usize::from(YEARS));
    assert_eq!(term.iter().collect::<BTreeSet<_>>().len(), 3);
    assert!(upn.iter().all(|upn| upn.len() == 13 && &upn[1..4] == "100"));
}

#[test]
fn ages_fit_year_groups_and_dates_fit_each_other() {
    let census = Table::of("census");
    let (age, group) = (census.numbers("age"), census.numbers("year_group"));
    let (born, entered, counted) =
        (census.column("birth_date"), census.column("entry_date"), census.column("census_date"));
    let (year, month) = (census.numbers("birth_year"), census.numbers("birth_month"));
    let mut ages = BTreeSet::new();
    for row in 0..census.rows() {
        ages.insert(age[row] - group[row]);
        assert_eq!(born[row][..7], format!("{}-{:02}", year[row], month[row]));
        assert!(born[row] < entered[row] && entered[row] <= counted[row], "{} {}", entered[row], counted[row]);
        let had = counted[row][5..] >= born[row][5..];
        let whole = counted[row][..4].parse::<i32>().unwrap() - year[row] - i32::from(!had);
        assert_eq!(age[row], whole, "{} {}", born[row], counted[row]);
    }
    assert_eq!(ages, BTreeSet::from([4, 5]));
    assert_eq!(group.iter().collect::<BTreeSet<_>>().len(), 12);
}

#[test]
fn datasets_join_by_person_and_year() {
    let census = Table::of("census");
    let key = |table: &Table, parts: &[&str]| -> Vec<Vec<String>> {
        let columns: Vec<_> = parts.iter().map(|part| table.column(part)).collect();
        (0..table.rows()).map(|row| columns.iter().map(|column| column[row].to_owned()).collect()).collect()
    };
    let enrolled = key(&census, &["upn", "year", "term", "urn"]);
    assert_eq!(enrolled, key(&Table::of("absence"), &["upn", "year", "term", "urn"]));
    let years: HashSet<_> = key(&census, &["upn", "year"]).into_iter().collect();
    let mut total = 0;
    for dataset in ["ks2", "ks4", "cin"] {
        let rows = key(&Table::of(dataset), &["upn", "year"]);
        assert!(rows.len() > 50, "{dataset} has {} rows", rows.len());
        assert!(rows.iter().all(|row| years.contains(row)), "{dataset}");
        assert_eq!(rows.iter().collect::<HashSet<_>>().len(), rows.len(), "{dataset}");
        total += rows.len();
    }
    assert!(total > 1_000);
}

#[test]
fn schools_have_places_for_most_of_those_who_come() {
    let census = Table::of("census");
    let reader = File::open(WRITTEN.1.join("schools.parquet")).unwrap();
    let batch = ParquetRecordBatchReaderBuilder::try_new(reader).unwrap().build().unwrap().next().unwrap().unwrap();
    let whole = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int32Type>().values().to_vec();
    let places: BTreeMap<String, i32> = whole("urn").iter().map(ToString::to_string).zip(whole("places")).collect();
    let mut pupils: HashMap<(&str, &str, &str), i32> = HashMap::new();
    let (urn, year, term) = (census.column("urn"), census.column("year"), census.column("term"));
    for row in 0..census.rows() {
        *pupils.entry((urn[row], year[row], term[row])).or_default() += 1;
    }
    let crowded = pupils.iter().filter(|((urn, ..), pupils)| places[*urn] < **pupils).count();
    assert!(crowded * 5 < pupils.len(), "{crowded} of {}", pupils.len());
    for ((urn, ..), pupils) in &pupils {
        assert!(places[*urn] * 21 >= *pupils * 20 - 100, "{urn} has {} places for {pupils}", places[*urn]);
    }
}

/// Every child with its household and its terms.
fn lives() -> Vec<(u64, Child, Vec<Enrolment>)> {
    let population = population();
    let mut around = Surroundings::default();
    let lives = (0..population.people()).map(|number| {
        let household = population.household(number).0;
        let family = population.family(household);
        population.surroundings(&family, &mut around);
        let child = population.child(number, &family, &around.addresses, &around.poverty);
        let mut enrolments = Vec::new();
        population.enrolments(&child, &family, &around, &mut enrolments);
        (household, child, enrolments)
    });
    lives.collect()
}

#[test]
fn siblings_live_together_and_are_alike() {
    let lives = lives();
    let (mut pairs, mut language, mut ethnicity, mut meals, mut meals_of) = (0, 0, 0, 0, 0);
    let mut twins = 0;
    for pair in lives.windows(2) {
        let [(household, one, terms), (other_household, other, other_terms)] = pair else { unreachable!() };
        if household != other_household {
            continue;
        }
        pairs += 1;
        language += usize::from(one.language == other.language);
        ethnicity += usize::from(one.ethnicity == other.ethnicity);
        let days = (one.birth - other.birth).abs();
        twins += usize::from(days == 0);
        for (here, there) in terms.iter().flat_map(|here| other_terms.iter().map(move |there| (here, there))) {
            if (here.year, here.term) == (there.year, there.term) {
                assert_eq!(here.address, there.address);
                meals_of += 1;
                meals += usize::from(here.meals == there.meals);
            }
        }
    }
    let share = |part: usize, of: usize| part as f64 / of as f64;
    assert!(pairs > 1_000 && twins > 10, "{pairs} pairs, {twins} twins");
    assert!(share(language, pairs) > 0.95, "{language} of {pairs}");
    assert!(share(ethnicity, pairs) > 0.88 && ethnicity < pairs, "{ethnicity} of {pairs}");
    assert!(share(meals, meals_of) > 0.95 && meals < meals_of, "{meals} of {meals_of}");
}

#[test]
fn children_join_leave_move_and_change_school_after_year_6() {
    let (mut joined, mut left, mut moved_home, mut in_year, mut onward, mut stayed) = (0, 0, 0, 0, 0, 0);
    let mut years = 0;
    for (_, child, terms) in lives() {
        let (first, last) = (terms.first().unwrap(), terms.last().unwrap());
        joined += usize::from((first.year, first.term) != (2015, 0) && (first.grade, first.term) != (0, 0));
        let end = 2015 + i32::from(YEARS) - 1;
        left += usize::from((last.year, last.term) != (end, 2) && (last.grade, last.term) != (11, 2));
        years += terms.iter().map(|at| at.year).collect::<BTreeSet<_>>().len();
        for pair in terms.windows(2) {
            let [before, after] = pair else { unreachable!() };
            assert!((before.year, before.term) < (after.year, after.term));
            assert_eq!(i32::from(after.grade), after.year - 5 - child.cohort);
            moved_home += usize::from(before.address != after.address);
            let changed = before.school != after.school;
            in_year += usize::from(changed && before.year == after.year);
            if before.grade == 6 && after.grade == 7 {
                onward += usize::from(changed);
                stayed += usize::from(!changed);
            }
            assert_eq!(changed, before.entry != after.entry);
        }
    }
    let hundredths = |count: usize| count * 100 / years;
    assert!(joined > 60 && left > 60, "{joined} joined, {left} left");
    assert!((2..10).contains(&hundredths(moved_home)), "{moved_home} moves in {years} years");
    assert!((1..8).contains(&hundredths(in_year)), "{in_year} changes of school in {years} years");
    // Only special schools keep their children.
    assert!(onward > 500 && stayed * 20 < onward, "{onward} went on, {stayed} stayed");
}
