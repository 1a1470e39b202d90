//! Small files of every form through the whole way: several rows a person, years, cohorts, filters, linked datasets, treatments,
//! missing values, and columns that cannot be counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Date32Array, Float64Array, Int16Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow::datatypes::{DataType, Field, Int32Type};
use package::assessment::{Assessment, PersonRecord};
use package::document::{parse_json, to_json};
use package::specification::Specification;
use parquet::arrow::ArrowWriter;
use serde_json::{Value as Json, json};

use crate::assess::scenarios::{BUILT_IN, is_like};
use crate::assess::{AssessError, Scenarios, assess};
use crate::sources::Sources;

/// One row of the census. Everything follows from the numbers by rules that mean nothing.
struct Row {
    pupil: String,
    year: i16,
    born: Option<(i32, String)>,
    gender: &'static str,
    postcode: Option<String>,
    school: u32,
    need: &'static str,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..120_u32 {
        // Every third pupil has two years more; the postcode changes between them. Rows of a year do not stand together.
        for year in [2010, 2011, 2012].into_iter().take(if number % 3 == 0 { 3 } else { 1 }) {
            let (month, day) = (number % 12 + 1, number * 7 % 28 + 1);
            let born_in = 1999 + i32::from(number % 5 == 0);
            let date = jiff::civil::date(born_in as i16, month as i8, day as i8);
            let days = jiff::civil::date(1970, 1, 1).until(date).unwrap().get_days();
            rows.push(Row {
                pupil: format!("A{number:04}"),
                year,
                born: (number % 17 != 0).then(|| (days, date.to_string())),
                gender: if number % 2 == 0 { "F" } else { "M" },
                postcode: (number % 19 != 3).then(|| format!("AB{} {}CD", number % 4 + 1, (i32::from(year) + 1) % 3)),
                school: if number < 8 { 9 } else { number % 3 },
                need: if number % 10 < 8 { "none" } else { "some" },
            });
        }
    }
    rows
}

fn census(folder: &Path, extra: Option<(&str, ArrayRef)>) {
    let rows = rows();
    let columns: [(&str, ArrayRef); 7] = [
        ("pupil", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.pupil)))),
        ("year", Arc::new(Int16Array::from_iter_values(rows.iter().map(|row| row.year)))),
        ("born", Arc::new(Date32Array::from_iter(rows.iter().map(|row| row.born.as_ref().map(|(days, _)| *days))))),
        ("gender", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.gender)))),
        ("postcode", Arc::new(StringArray::from_iter(rows.iter().map(|row| row.postcode.as_deref())))),
        ("school", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.school.to_string())))),
        ("need", Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.need)))),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().chain(extra).map(|(name, array)| (name, array, true)),
    );
    let batch = batch.unwrap();
    std::fs::create_dir_all(folder.join("census")).unwrap();
    let file = File::create(folder.join("census/a.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    // Nobody, and people of whom the census knows nothing.
    let mut care = "pupil,since\n,2011-05-01\nB0001,2010-01-31\n".to_owned();
    for number in (0..120).step_by(4) {
        care += &format!("A{number:04},2010-0{}-01\n", number % 9 + 1);
    }
    std::fs::write(folder.join("care.csv"), care).unwrap();
}

fn sources(folder: &Path) -> Sources {
    let column = |name: &str, quasi: bool, sensitive: bool| {
        format!(
            "[[dataset.column]]\nname = {name:?}\nitem = {name:?}\nquasi-identifier = {quasi}\nsensitive = {sensitive}\n"
        )
    };
    let census = [
        column("pupil", false, false),
        column("born", true, false),
        column("gender", true, false),
        column("postcode", true, false),
        column("school", true, false),
        column("need", false, true),
        column("extra", true, false),
    ];
    let text = format!(
        "[[dataset]]\nname = \"Census\"\npath = \"census\"\nperson = \"pupil\"\nyear = \"year\"\nborn = \"born\"\n{}\n\
         [[dataset]]\nname = \"Care\"\npath = \"care.csv\"\nperson = \"pupil\"\n{}{}",
        census.concat(),
        column("pupil", false, false),
        column("since", true, false),
    );
    Sources::parse(&text, folder).unwrap()
}

fn item(name: &str, years: (u16, u16), treatment: Json) -> Json {
    json!({"first_year": years.0, "item": name, "last_year": years.1, "name": name, "treatment": treatment})
}

fn part(name: &str, items: Vec<Json>, filters: Vec<Json>) -> Json {
    let dictionary = json!({"digest": "NvRvfF6D0ML7ZiAfeTSDT0Dd8AlDJqkvrv9wTEsStjc", "edition": "1"});
    let mut part = json!({"dictionary": dictionary, "items": items, "name": name});
    if !filters.is_empty() {
        part["filters"] = json!(filters);
    }
    part
}

/// Members of a JSON map stand sorted, and so this is canonical.
fn specification(datasets: Vec<Json>, people: Json, cohorts: &[&str]) -> Specification {
    let mut whole = json!({"datasets": datasets, "people": people, "v": 1});
    if !cohorts.is_empty() {
        whole["cohorts"] = json!(cohorts);
    }
    Specification::parse(whole.to_string().as_bytes()).unwrap()
}

fn usual_items() -> Vec<Json> {
    let all = (2010, 2012);
    vec![
        item("born", all, json!({"do": "date", "to": "month"})),
        item("gender", all, json!({"do": "keep"})),
        item("need", all, json!({"do": "keep"})),
        item("postcode", all, json!({"do": "postcode", "to": "sector"})),
        item("pupil", all, json!({"do": "pseudonymise"})),
    ]
}

const SCENARIOS: &str = r#"
v = 1
groups = ["school"]

[[scenario]]
code = "anybody"
name = "Anybody"
wants = "To find somebody."
exactness = "The year of birth only."
[[scenario.knows]]
dataset = "Census"
items = ["born", "gender", "postcode"]
[[scenario.recalls]]
items = ["born"]
as = { do = "date", to = "year" }

[minimisation]
target-per-million = 0
cost-of-coarsening = 1
cost-of-dropping = 3
[[minimisation.knows]]
all-quasi-identifiers = true
[[minimisation.ladder]]
items = ["born"]
steps = [{ do = "date", to = "month" }, { do = "date", to = "term" }, { do = "date", to = "year" }]
[[minimisation.ladder]]
items = ["postcode"]
steps = [{ do = "postcode", to = "sector" }, { do = "postcode", to = "district" }]
"#;

fn counted(folder: &Path, specification: &Specification) -> Result<Assessment, AssessError> {
    assess(specification, &sources(folder), &Scenarios::parse(SCENARIOS).unwrap(), 2)
}

/// The classes of the pupils' latest rows that hold, by what a rule makes of a row.
fn plain(holds: impl Fn(&Row) -> bool, key: impl Fn(&Row) -> Vec<Option<String>>) -> Vec<Vec<Row>> {
    let mut latest: BTreeMap<String, Row> = BTreeMap::new();
    for row in rows().into_iter().filter(holds) {
        let later = latest.get(&row.pupil).is_none_or(|before| before.year <= row.year);
        if later {
            latest.insert(row.pupil.clone(), row);
        }
    }
    let mut classes: BTreeMap<Vec<Option<String>>, Vec<Row>> = BTreeMap::new();
    latest.into_values().for_each(|row| classes.entry(key(&row)).or_default().push(row));
    classes.into_values().collect()
}

/// Year of birth, gender and sector.
fn key(row: &Row) -> Vec<Option<String>> {
    let sector = row.postcode.as_ref().map(|postcode| postcode[..5].to_owned());
    vec![row.born.as_ref().map(|(_, date)| date[..4].to_owned()), Some(row.gender.to_owned()), sector]
}

fn people_in(classes: &[Vec<Row>], under: usize) -> u64 {
    classes.iter().map(Vec::len).filter(|size| *size < under).sum::<usize>() as u64
}

#[test]
fn each_person_counts_once_by_the_latest_row_that_would_leave() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let whole = specification(vec![part("Census", usual_items(), vec![])], json!({"are": "everyone"}), &[]);
    let found = counted(place.path(), &whole).unwrap();
    let dataset = &found.datasets[0];
    assert_eq!((dataset.people, dataset.rows, dataset.record), (120, 200, PersonRecord::LatestYear));
    let (scenario, classes) = (&dataset.scenarios[0], plain(|_| true, key));
    assert_eq!(scenario.known, ["born", "gender", "postcode"]);
    let risk = &scenario.risk;
    let expected = [people_in(&classes, 2), people_in(&classes, 5), people_in(&classes, 10), classes.len() as u64];
    assert_eq!([risk.unique, risk.under_5, risk.under_10, risk.expected_matches], expected);
    let same = classes.iter().filter(|class| class.len() > 1 && class.iter().all(|row| row.need == class[0].need));
    let same: Vec<usize> = same.map(Vec::len).collect();
    let homogeneous = &scenario.homogeneous[0];
    let expected = (same.len() as u64, same.iter().sum::<usize>() as u64);
    assert_eq!((homogeneous.item.as_str(), homogeneous.classes, homogeneous.people), ("need", expected.0, expected.1));
    // School 9 has eight pupils: it is counted and not named.
    let schools = &scenario.small_groups[0];
    assert_eq!((schools.groups, schools.groups_under_10, schools.under_10.unwrap().people), (4, 1, 8));
    let labels: BTreeSet<&str> = schools.largest.iter().filter_map(|group| group.label.as_deref()).collect();
    assert_eq!(labels, BTreeSet::from(["0", "1", "2"]));
    let of_school = |school: u32| {
        let of_it = |class: &&Vec<Row>| class.len() == 1 && class[0].school == school;
        classes.iter().filter(of_it).count() as u64
    };
    for group in &schools.largest {
        let school = group.label.as_ref().unwrap().parse().unwrap();
        assert_eq!((group.risk.unique, group.special_uniques), (of_school(school), Some(of_school(school))));
    }
    // What is not requested breaks down, and is known to nobody.
    let school = dataset.columns.iter().find(|column| column.item == "school").unwrap();
    assert!(!school.requested && dataset.minimisation.as_ref().unwrap().known == ["born", "gender", "postcode"]);
    let born = dataset.columns.iter().find(|column| column.item == "born").unwrap();
    assert_eq!(born.nulls, (0..120).filter(|number| number % 17 == 0).count() as u64);
}

#[test]
fn years_cohorts_filters_and_linked_people_leave_out_rows() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let filters = vec![json!({"item": "gender", "keep": {"one-of": ["F"]}, "name": "gender"})];
    let born = (2010, 2011);
    let items = ["born", "gender", "postcode"].map(|name| item(name, born, json!({"do": "keep"}))).to_vec();
    let care = part("Care", vec![item("since", (2010, 2012), json!({"do": "date", "to": "year"}))], vec![]);
    let found_in = json!({"are": "found-in", "within": "Care"});
    let parts = vec![care, part("Census", items, filters)];
    let found = counted(place.path(), &specification(parts, found_in, &[])).unwrap();
    let census = found.datasets.iter().find(|dataset| dataset.name == "Census").unwrap();
    let number = |row: &Row| row.pupil[1..].parse::<u32>().unwrap();
    let holds = |row: &Row| row.year <= 2011 && row.gender == "F" && number(row) % 4 == 0;
    let classes = plain(holds, key_by_unit);
    assert_eq!(census.people as usize, classes.iter().map(Vec::len).sum::<usize>());
    assert_eq!(census.rows as usize, rows().iter().filter(|row| holds(row)).count());
    assert_eq!(census.scenarios[0].risk.unique, people_in(&classes, 2));
    let care = found.datasets.iter().find(|dataset| dataset.name == "Care").unwrap();
    assert_eq!((care.people, care.rows, care.rows_of_nobody, care.record), (31, 32, 1, PersonRecord::OnlyRow));
    assert!(care.scenarios.is_empty(), "nobody knows a column of it");
    let cohort = specification(vec![part("Census", usual_items(), vec![])], json!({"are": "everyone"}), &["1999-2000"]);
    let found = counted(place.path(), &cohort).unwrap();
    let in_cohort =
        |row: &Row| row.born.as_ref().is_some_and(|(_, date)| ("1999-09".."2000-09").contains(&date.as_str()));
    assert_eq!(found.datasets[0].rows as usize, rows().iter().filter(|row| in_cohort(row)).count());
}

/// Year of birth, gender and the whole postcode.
fn key_by_unit(row: &Row) -> Vec<Option<String>> {
    let mut key = key(row);
    key[2].clone_from(&row.postcode);
    key
}

#[test]
fn an_item_is_missing_in_years_for_which_it_is_not_requested() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let mut items = usual_items();
    items[3] = item("postcode", (2010, 2010), json!({"do": "postcode", "to": "sector"}));
    let some = specification(vec![part("Census", items, vec![])], json!({"are": "everyone"}), &[]);
    let found = counted(place.path(), &some).unwrap();
    let classes = plain(
        |_| true,
        |row| {
            let mut key = key(row);
            key[2] = key[2].take().filter(|_| row.year == 2010);
            key
        },
    );
    assert_eq!(found.datasets[0].scenarios[0].risk.unique, people_in(&classes, 2));
    assert_eq!(found.datasets[0].scenarios[0].risk.expected_matches, classes.len() as u64);
}

#[test]
fn ages_in_bands_are_counted_at_the_august_before_each_row() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let items = vec![item("born", (2010, 2012), json!({"do": "age-band", "years": 2}))];
    let bands = specification(vec![part("Census", items, vec![])], json!({"are": "everyone"}), &[]);
    // Calendar years are not coarser than these bands, and so the bands are what somebody knows.
    let found = counted(place.path(), &bands).unwrap();
    let band = |row: &Row| {
        let (_, date) = row.born.as_ref()?;
        let (year, month): (i32, u32) = (date[..4].parse().unwrap(), date[5..7].parse().unwrap());
        let age = i32::from(row.year) - year - i32::from(month >= 9);
        Some((age / 2).to_string())
    };
    let classes = plain(|_| true, |row| vec![band(row)]);
    let counted = &found.datasets[0].scenarios[0];
    assert_eq!(counted.risk.expected_matches, classes.len() as u64);
    assert_eq!(counted.risk.under_10, people_in(&classes, 10));
}

#[test]
fn the_path_names_treatments_that_a_specification_can_have_and_ends_where_nobody_is_alone() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let whole = specification(vec![part("Census", usual_items(), vec![])], json!({"are": "everyone"}), &[]);
    let found = counted(place.path(), &whole).unwrap();
    let path = found.datasets[0].minimisation.as_ref().unwrap();
    assert!(path.at_first.unique > 0 && path.steps.last().unwrap().risk.unique == 0);
    // Taking the steps by hand gives the same numbers.
    let mut items = usual_items();
    for step in &path.steps {
        let place_of = |one: &Json| one["item"] == json!(step.item);
        let one = items.iter_mut().find(|one| place_of(one)).unwrap();
        one["treatment"] = serde_json::to_value(&step.treatment).unwrap();
        let asked = specification(vec![part("Census", items.clone(), vec![])], json!({"are": "everyone"}), &[]);
        let again = counted(place.path(), &asked).unwrap();
        let Some(first) = &again.datasets[0].minimisation else { continue };
        assert_eq!(first.at_first, step.risk, "{} {}", step.item, step.treatment);
    }
}

#[test]
fn a_column_that_cannot_be_counted_is_refused_by_its_name() {
    let count = rows().len();
    let numbers = || (0..count as i32).map(|number| Some(vec![Some(number)]));
    let field = Arc::new(Field::new("one", DataType::Utf8, true));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["a"; count]));
    let arrays: [(&str, ArrayRef); 4] = [
        ("List", Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(numbers()))),
        ("Struct", Arc::new(StructArray::from(vec![(field, text)]))),
        ("Binary", Arc::new(BinaryArray::from(vec![b"a".as_slice(); count]))),
        ("fractions", Arc::new(Float64Array::from_iter_values((0..count).map(|number| number as f64 / 7.0)))),
    ];
    for (kind, array) in arrays {
        let place = tempfile::tempdir().unwrap();
        census(place.path(), Some(("extra", array)));
        let asked = |treatment: Json| {
            let mut items = usual_items();
            items.insert(1, item("extra", (2010, 2012), treatment));
            specification(vec![part("Census", items, vec![])], json!({"are": "everyone"}), &[])
        };
        let said = counted(place.path(), &asked(json!({"do": "keep"}))).unwrap_err().to_string();
        assert!(said.contains("\"extra\" of Census has") && said.contains(kind), "{said}");
        let rounded = counted(place.path(), &asked(json!({"do": "round", "nearest": 5})));
        assert_eq!(rounded.is_ok(), kind == "fractions");
        counted(place.path(), &asked(json!({"do": "drop"}))).unwrap();
    }
}

#[test]
fn values_that_a_treatment_cannot_read_are_named_by_their_column_only() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let mut items = usual_items();
    items[1] = item("gender", (2010, 2012), json!({"do": "recode", "table": [{"code": "F", "to": "x"}]}));
    let asked = specification(vec![part("Census", items, vec![])], json!({"are": "everyone"}), &[]);
    let said = counted(place.path(), &asked).unwrap_err().to_string();
    assert_eq!(said, "the column \"gender\" of Census: expected one of the 1 codes in the table of the specification");
}

#[test]
fn names_that_the_sources_lack_are_found_before_a_row_is_read() {
    let nowhere = Path::new("/nowhere");
    let asked = |name: &str, item_name: &str| {
        let items = vec![item(item_name, (2010, 2012), json!({"do": "keep"}))];
        specification(vec![part(name, items, vec![])], json!({"are": "everyone"}), &[])
    };
    let said = |name: &str, item: &str| counted(nowhere, &asked(name, item)).unwrap_err();
    assert!(matches!(said("Absence", "born"), AssessError::NoDataset(name) if name == "Absence"));
    assert!(matches!(said("Census", "shoes"), AssessError::NoColumn { item, .. } if item == "shoes"));
    assert!(matches!(said("Census", "born"), AssessError::File { .. }));
}

#[test]
fn the_stored_file_is_what_is_written_of_the_same_people() {
    let place = tempfile::tempdir().unwrap();
    census(place.path(), None);
    let whole = specification(vec![part("Census", usual_items(), vec![])], json!({"are": "everyone"}), &[]);
    let mut found = counted(place.path(), &whole).unwrap();
    found.engine = "rollcall-extract 0.1.0".to_owned();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../package/tests/golden/assessment.v1.json");
    let written = to_json(&found).unwrap();
    if std::env::var_os("ROLLCALL_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(&golden).unwrap());
    assert_eq!(parse_json::<Assessment>(written.as_bytes()).unwrap(), found);
    for row in rows() {
        assert!(!written.contains(&row.pupil), "no identifier stands in it");
    }
}

#[test]
fn the_built_in_scenarios_are_in_form_and_patterns_match_as_they_say() {
    let built_in = Scenarios::parse(BUILT_IN).unwrap();
    let codes: Vec<&str> = built_in.scenarios.iter().map(|scenario| scenario.code.as_str()).collect();
    assert_eq!(codes, ["neighbour", "public-figure", "school-gate"]);
    for (address, pattern, like) in [
        ("month-of-birth", "*birth*", true),
        ("birth-date", "*birth*", true),
        ("home-la", "*-la", true),
        ("language", "la", false),
        ("age-months", "age-*", true),
        ("age", "age-*", false),
        ("a-b-c", "a*b*c", true),
        ("a-b", "a*b*b", false),
    ] {
        assert_eq!(is_like(address, pattern), like, "{address} {pattern}");
    }
    let two_lines = SCENARIOS.replace("To find somebody.", "To find\\nsomebody.");
    let said = Scenarios::parse(&two_lines).unwrap_err();
    assert!(said.starts_with("scenario \"anybody\": expected a code"), "{said}");
    assert!(Scenarios::parse("v = 2").unwrap_err().contains("version 2"));
    assert!(Scenarios::parse("v = 1\nshape = 1").unwrap_err().contains("shape"));
}
