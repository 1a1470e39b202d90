//! The real file of 31,022 pupils, counted here and by a script of another language that keeps every combination in a
//! dictionary: `bench/chem97_classes.py`, whose figures stand here.

use std::path::{Path, PathBuf};

use package::assessment::{AssessedDataset, Assessment, PathEnd, PersonRecord, ScenarioCounts};
use package::document::{parse_json, to_json};
use package::specification::Specification;

use crate::assess::{AssessError, Scenarios, assess};
use crate::sources::Sources;

const SCENARIOS: &str = r#"
v = 1
groups = ["lea"]
largest-groups = 3

[[scenario]]
code = "everything"
name = "Somebody who knows all"
wants = "To find anybody."
exactness = "Exactly."
[[scenario.knows]]
all-quasi-identifiers = true

[[scenario]]
code = "area"
name = "Somebody of the area"
wants = "To find somebody of the area."
exactness = "The month of birth in quarters."
[[scenario.knows]]
items = ["lea", "gender", "age-*"]
[[scenario.recalls]]
items = ["age-months"]
as = { do = "round", nearest = 3 }

[minimisation]
target-per-million = 1000
cost-of-coarsening = 1
cost-of-dropping = 3
[[minimisation.knows]]
all-quasi-identifiers = true
[[minimisation.ladder]]
items = ["age-months"]
steps = [{ do = "round", nearest = 3 }, { do = "round", nearest = 9 }]
"#;

fn real() -> Option<PathBuf> {
    let folder = std::env::var_os("ROLLCALL_REAL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = folder.join("pupils/chem97.csv");
    if !path.exists() {
        eprintln!("{} is not here: nothing was tested", path.display());
        return None;
    }
    Some(path)
}

fn sources(path: &Path) -> Sources {
    let column = |name: &str, quasi: bool, sensitive: bool| {
        let item = name.replace('_', "-");
        format!(
            "[[dataset.column]]\nname = {name:?}\nitem = {item:?}\nquasi-identifier = {quasi}\nsensitive = {sensitive}\n"
        )
    };
    let text = format!(
        "[[dataset]]\nname = \"A level\"\npath = {path:?}\nperson = \"student\"\n{}{}{}{}{}{}{}",
        column("lea", true, false),
        column("school", true, false),
        column("student", false, false),
        column("score", false, true),
        column("gender", true, false),
        column("age_months", true, false),
        column("gcse_mean", false, true),
    );
    Sources::parse(&text, Path::new("/")).unwrap()
}

fn specification(gcse: &str) -> Specification {
    let item = |item: &str, treatment: &str| {
        let name = item.replace('-', "_");
        format!(
            r#"{{"first_year":1997,"item":"{item}","last_year":1997,"name":"{name}","treatment":{{"do":{treatment}}}}}"#
        )
    };
    let keep = r#""keep""#;
    let items = [
        item("age-months", keep),
        item("gcse-mean", gcse),
        item("gender", keep),
        item("lea", keep),
        item("school", keep),
        item("score", keep),
        item("student", r#""pseudonymise""#),
    ];
    let text = format!(
        r#"{{"datasets":[{{"dictionary":{{"digest":"NvRvfF6D0ML7ZiAfeTSDT0Dd8AlDJqkvrv9wTEsStjc","edition":"1997"}},"items":[{}],"name":"A level"}}],"people":{{"are":"everyone"}},"v":1}}"#,
        items.join(",")
    );
    Specification::parse(text.as_bytes()).unwrap()
}

fn assessed(path: &Path, threads: usize) -> Assessment {
    let specification = specification(r#""round","nearest":2"#);
    assess(&specification, &sources(path), &Scenarios::parse(SCENARIOS).unwrap(), threads).unwrap()
}

fn scenario<'a>(dataset: &'a AssessedDataset, code: &str) -> &'a ScenarioCounts {
    dataset.scenarios.iter().find(|scenario| scenario.intruder == code).unwrap()
}

#[test]
fn the_figures_are_those_of_another_program() {
    let Some(path) = real() else { return };
    let found = assessed(&path, 2);
    let dataset = &found.datasets[0];
    assert_eq!((dataset.people, dataset.rows, dataset.record), (31_022, 31_022, PersonRecord::OnlyRow));
    let risk = |code: &str| {
        let risk = &scenario(dataset, code).risk;
        [risk.expected_matches, risk.unique, risk.under_5, risk.under_10]
    };
    assert_eq!(risk("everything"), [18_892, 11_850, 27_744, 30_856]);
    assert_eq!(risk("area"), [1_292, 32, 404, 2_248]);
    let homogeneous = |code: &str| -> Vec<(String, u64, u64)> {
        let all = scenario(dataset, code).homogeneous.iter();
        all.map(|counts| (counts.item.clone(), counts.classes, counts.people)).collect()
    };
    let named = |gcse: (u64, u64), score: (u64, u64)| {
        vec![("gcse-mean".to_owned(), gcse.0, gcse.1), ("score".to_owned(), score.0, score.1)]
    };
    assert_eq!(homogeneous("everything"), named((3_379, 8_040), (1_114, 2_409)));
    assert_eq!(homogeneous("area"), named((78, 370), (6, 17)));

    let special = scenario(dataset, "everything").special_uniques.as_ref().unwrap();
    assert_eq!((special.by_size, special.people), ([162, 8_031, 4_206], 11_850));
    let sets: Vec<(Vec<&str>, u64)> =
        special.sets.iter().map(|set| (set.items.iter().map(String::as_str).collect(), set.people)).collect();
    let expected = [
        (vec!["age-months", "school"], 7_577),
        (vec!["age-months", "gender", "school"], 4_033),
        (vec!["gender", "school"], 421),
        (vec!["age-months", "gender", "lea"], 173),
        (vec!["school"], 162),
        (vec!["age-months", "lea"], 33),
    ];
    assert_eq!(sets, expected);
    // Each driver's sets are those of the list above that it is in.
    let drivers: Vec<(&str, u64)> = special.drivers.iter().map(|driver| (driver.item.as_str(), driver.sets)).collect();
    assert_eq!(drivers, [("school", 12_193), ("age-months", 11_816), ("gender", 4_627), ("lea", 206)]);
    let special = scenario(dataset, "area").special_uniques.as_ref().unwrap();
    assert_eq!((special.by_size, special.people), ([0, 3, 29], 32));

    let groups = |code: &str| -> Vec<(&str, u64, u64, u64)> {
        let groups = &scenario(dataset, code).small_groups[0];
        assert_eq!((groups.item.as_str(), groups.groups, groups.groups_under_10), ("lea", 131, 0));
        let largest = groups.largest.iter();
        largest
            .map(|group| {
                let risk = &group.risk;
                (group.label.as_deref().unwrap(), risk.people, risk.unique, risk.expected_matches)
            })
            .collect()
    };
    assert_eq!(groups("everything"), [("41", 18, 18, 18), ("61", 104, 77, 89), ("37", 57, 42, 49)]);
    assert_eq!(groups("area"), [("4", 22, 4, 8), ("74", 28, 5, 10), ("8", 10, 1, 5)]);

    let path = dataset.minimisation.as_ref().unwrap();
    let steps: Vec<(&str, u64, u64, u64)> = path
        .steps
        .iter()
        .map(|step| (step.item.as_str(), step.cost_so_far, step.risk.unique, step.risk.expected_matches))
        .collect();
    let expected = [("age-months", 1, 5_291, 12_153), ("age-months", 2, 2_718, 7_605), ("school", 5, 25, 770)];
    assert_eq!((path.at_first.unique, steps, path.ended), (11_850, expected.to_vec(), PathEnd::Reached));
}

#[test]
fn the_file_is_the_same_each_time_and_reads_as_what_was_written() {
    let Some(path) = real() else { return };
    let once = to_json(&assessed(&path, 1)).unwrap();
    assert_eq!(once, to_json(&assessed(&path, 3)).unwrap());
    assert_eq!(to_json(&parse_json::<Assessment>(once.as_bytes()).unwrap()).unwrap(), once);
}

#[test]
fn a_column_of_fractions_is_refused_by_name_until_it_is_rounded() {
    let Some(path) = real() else { return };
    let scenarios = Scenarios::parse(SCENARIOS).unwrap();
    let refused = assess(&specification(r#""keep""#), &sources(&path), &scenarios, 2).unwrap_err();
    assert!(matches!(refused, AssessError::Uncountable { .. }));
    assert!(refused.to_string().contains("\"gcse_mean\" of A level has fractions"), "{refused}");
}
