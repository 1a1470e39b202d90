//! Values depend on each other, and where nothing should depend nothing does.

use std::collections::{BTreeMap, HashMap};

use crate::table::Table;

/// How strongly two codes go together: 0 for not at all, 1 for one deciding the other.
fn cramers_v(one: &[&str], other: &[&str]) -> f64 {
    let mut cells: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    let (mut rows, mut columns): (BTreeMap<&str, f64>, BTreeMap<&str, f64>) = Default::default();
    for (a, b) in one.iter().zip(other) {
        *cells.entry((a, b)).or_default() += 1.0;
        *rows.entry(a).or_default() += 1.0;
        *columns.entry(b).or_default() += 1.0;
    }
    let n = one.len() as f64;
    let squares: f64 = rows
        .iter()
        .flat_map(|(a, row)| columns.iter().map(move |(b, column)| (*a, *b, row * column / n)))
        .map(|(a, b, expected)| (cells.get(&(a, b)).copied().unwrap_or(0.0) - expected).powi(2) / expected)
        .sum();
    (squares / n / (rows.len().min(columns.len()) as f64 - 1.0)).sqrt()
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
    let (a, b) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(x, y)| of(x - a, y - b)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

fn one_term(dataset: &str) -> Table {
    let table = Table::of(dataset);
    let (year, term) = (table.column("year"), table.column("term"));
    table.filter(|row| (year[row], term[row]) == ("2018", "SPR"))
}

#[test]
fn codes_of_one_child_go_together() {
    let census = one_term("census");
    let absence = one_term("absence");
    assert_eq!(census.column("upn"), absence.column("upn"));
    let v = |one: &str, other: &str| cramers_v(&census.column(one), &census.column(other));
    let majority = census.column("ethnicity").into_iter().map(|group| if group == "WBR" { "yes" } else { "no" });
    let majority: Vec<&str> = majority.collect();
    let at_least = [
        ("fsm", v("fsm", "deprivation_decile"), 0.25),
        ("language", v("ethnicity", "first_language"), 0.40),
        ("school and majority", cramers_v(&census.column("urn"), &majority), 0.14),
        ("school and meals", v("urn", "fsm"), 0.20),
        ("meals before", v("fsm", "fsm_ever6"), 0.70),
        ("special needs and gender", v("sen", "gender"), 0.06),
        ("special needs and meals", v("sen", "fsm"), 0.06),
        ("absence and meals", cramers_v(&census.column("fsm"), &absence.column("persistent")), 0.25),
    ];
    for (what, v, least) in at_least {
        assert!(v > least, "{what}: {v:.3}, expected more than {least}");
    }
    // What a sample of this size shows of two codes that have nothing to do with each other.
    for (one, other) in [("gender", "birth_month"), ("gender", "deprivation_decile")] {
        let nothing = v(one, other);
        assert!(nothing < 0.11, "{one} and {other}: {nothing:.3}");
    }
}

#[test]
fn results_follow_from_lives_and_from_earlier_results() {
    let ks2 = Table::of("ks2");
    let ks4 = Table::of("ks4");
    let census = Table::of("census");
    let absence = Table::of("absence");
    let by_child = |table: &Table, column: &str| -> HashMap<String, String> {
        let upn = table.column("upn");
        let some = upn.iter().zip(table.optional(column)).filter_map(|(upn, value)| Some((*upn, value.as_ref()?)));
        some.map(|(upn, value)| (upn.to_owned(), value.clone())).collect()
    };
    let numbers = |values: &HashMap<String, String>, others: &HashMap<String, String>| -> Vec<(f64, f64)> {
        let both = values.iter().filter_map(|(upn, value)| Some((value, others.get(upn)?)));
        both.map(|(a, b)| (a.parse().unwrap(), b.parse().unwrap())).collect()
    };
    let (reading, maths) = (by_child(&ks2, "reading_score"), by_child(&ks2, "maths_score"));
    let (points, missed) = (by_child(&ks4, "attainment8"), by_child(&absence, "unauthorised"));
    let meals = by_child(&census, "fsm");
    let joined = numbers(&reading, &points);
    assert!(joined.len() > 50, "{}", joined.len());
    for (what, r, least) in [
        ("reading and mathematics", correlation(&numbers(&reading, &maths)), 0.55),
        ("at 11 and at 16", correlation(&joined), 0.55),
        ("meals, and results at 16 backwards", -correlation(&numbers(&meals, &points)), 0.20),
        ("absence, and results at 16 backwards", -correlation(&numbers(&missed, &points)), 0.15),
    ] {
        assert!(r > least, "{what}: {r:.3}, expected more than {least}");
    }
    let needs = by_child(&census, "sen");
    let (needs, expected): (Vec<&str>, Vec<&str>) = ks2
        .column("upn")
        .into_iter()
        .zip(ks2.column("expected"))
        .map(|(upn, expected)| (needs[upn].as_str(), expected))
        .unzip();
    assert!(cramers_v(&needs, &expected) > 0.2);
}

/// Numbers that only shuffle: the same in every run.
fn shuffled<'a>(values: &[&'a str], mut state: u64) -> Vec<&'a str> {
    let mut values = values.to_vec();
    for end in (1..values.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        values.swap(end, (state >> 33) as usize % (end + 1));
    }
    values
}

#[test]
fn children_are_less_rare_than_if_each_value_fell_alone() {
    let census = one_term("census");
    let names = ["urn", "year_group", "gender", "ethnicity", "fsm"];
    let columns: Vec<Vec<&str>> = names.iter().map(|name| census.column(name)).collect();
    let alone: Vec<Vec<&str>> = columns.iter().zip(1..).map(|(column, seed)| shuffled(column, seed)).collect();
    // The size of the class that a child is in, on average, and how many are the only one.
    let measure = |columns: &[Vec<&str>]| {
        let mut classes: HashMap<Vec<&str>, usize> = HashMap::new();
        for row in 0..census.rows() {
            *classes.entry(columns.iter().map(|column| column[row]).collect()).or_default() += 1;
        }
        let size = classes.values().map(|size| size * size).sum::<usize>() as f64 / census.rows() as f64;
        (size, classes.values().filter(|size| **size == 1).count())
    };
    let ((size, uniques), (size_alone, uniques_alone)) = (measure(&columns), measure(&alone));
    assert!(size > 1.2 * size_alone, "{size:.2} against {size_alone:.2}");
    assert!((uniques as f64) < 0.8 * uniques_alone as f64, "{uniques} against {uniques_alone}");
}
