//! Real records: 31,022 pupils' marks in chemistry in 1997, as a CSV source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use package::instruction::Format;
use package::specification::{Keep, SpecifiedItem, Treatment};
use register::Count;

use crate::given::{Given, class, filter, item, part, specification};

const SOURCES: &str = r#"
[[dataset]]
name = "A level chemistry"
path = "PATH"
person = "student"
of-year = 1997

[[dataset.column]]
name = "student"
item = "student"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "school"
item = "school"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "gender"
item = "gender"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "gcse_mean"
item = "gcse-mean"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "score"
item = "score"
classes = { npd-tier = "4" }

[[dataset.column]]
name = "lea"
item = "lea"
classes = { npd-tier = "4" }
"#;

fn real() -> Option<PathBuf> {
    let folder = std::env::var_os("ROLLCALL_REAL_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| PathBuf::from("../../../shared/data"));
    let path = folder.join("pupils/chem97.csv");
    [path.clone(), PathBuf::from("../../").join(&path)].into_iter().find(|path| path.is_file())
}

fn of_1997(name: &str, treatment: Treatment) -> SpecifiedItem {
    SpecifiedItem { classes: class("4"), first_year: 1997, last_year: 1997, ..item(name, treatment) }
}

#[tokio::test(flavor = "multi_thread")]
async fn real_records_leave_as_they_were_approved() {
    let Some(path) = real() else {
        eprintln!("shared/data/pupils/chem97.csv is not here, so nothing was tried");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let sources = folder.path().join("sources.toml");
    std::fs::write(&sources, SOURCES.replace("PATH", path.canonicalize().unwrap().to_str().unwrap())).unwrap();
    let given = Given::over(folder, &sources);
    let items = vec![
        of_1997("student", Treatment::Pseudonymise {}),
        of_1997("school", Treatment::Pseudonymise {}),
        of_1997("gender", Treatment::Keep {}),
        of_1997("gcse-mean", Treatment::Round { nearest: 2 }),
        of_1997("score", Treatment::TopCode { limit: 8 }),
    ];
    let keep = package::specification::Filter { classes: class("4"), ..filter("lea", Keep::Between(1, 50)) };
    let mut instruction = given.instruction(specification(vec![part("A level chemistry", items, vec![keep])]));
    let plain: Vec<Vec<String>> = std::fs::read_to_string(&path)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|row: &Vec<String>| (1..=50).contains(&row[0].parse::<i64>().unwrap()))
        .collect();
    assert!(plain.len() > 5_000);
    for (sequence, format) in [(1, Format::Csv), (2, Format::Parquet)] {
        (instruction.sequence, instruction.format) = (sequence, format);
        instruction.release = format!("R{sequence}");
        let done = given.extract(&instruction).await.unwrap();
        let (manifest, tables) = given.open(&done);
        let table = &tables["A level chemistry"];
        let mut found = BTreeMap::<(String, String, String), u64>::new();
        let cell = |row: &Vec<Option<String>>, name: &str| {
            row[table.names.iter().position(|other| other == name).unwrap()].clone().unwrap()
        };
        for row in &table.rows {
            *found.entry((cell(row, "gender"), cell(row, "gcse_mean"), cell(row, "score"))).or_default() += 1;
        }
        let mut wanted = BTreeMap::new();
        for row in &plain {
            let mean: f64 = row[6].parse().unwrap();
            let rounded = ((mean / 2.0).round() * 2.0) as i64;
            let score = row[3].parse::<i64>().unwrap().min(8);
            *wanted.entry((row[4].clone(), rounded.to_string(), score.to_string())).or_default() += 1;
        }
        assert_eq!(found, wanted);
        let distinct = |place: usize| plain.iter().map(|row| &row[place]).collect::<BTreeSet<_>>().len() as u64;
        let measured = &done.record.measured;
        assert_eq!((measured.people, measured.files[0].rows), (distinct(2), plain.len() as u64));
        let school = measured.files[0].columns.iter().find(|column| column.name == "school").unwrap();
        assert_eq!((school.distinct, school.nulls), (distinct(1), 0));
        assert_eq!((manifest.people, &manifest.files[0].years), (Count::banded(distinct(2)), &vec![1997]));
    }
}
